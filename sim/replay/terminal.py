"""Plays a run in the terminal: the feed of events beside a live table, with keys; in a pipe the feed as lines."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from rich.console import Console
from rich.live import Live

from sim.errors import input_error
from sim.inventory import Ints
from sim.language import Language, _, speaking, spoken
from sim.replay.bookmarks import bookmarks
from sim.replay.terminal_board import Board
from sim.replay.terminal_feed import TOLD, Wanted, blocks, rows_of
from sim.replay.terminal_keys import Keyboard
from sim.replay.terminal_player import Player
from sim.replay.terminal_screen import Mark, Scene, Screen
from sim.report.series import Story
from sim.results import Run

SPEED: Final = 900.0
"""A quarter of an hour in a second, unless asked otherwise."""
FASTEST: Final = 100_000.0
_FRAME_S: Final = 0.1
_TARGETS_EVERY_S: Final = 1.0


def play(
    run: Run,
    which: Wanted | None = None,
    *,
    language: Language = "en",
    speed: float = SPEED,
    write: Callable[[str], None] = print,
) -> None:
    """Play a run where a person sits at a terminal, else `write` its rows as blocks of lines.

    `speed`: seconds of the drill in a second, above 0 and up to 100,000. `which`: the rows to tell; the clock runs
    between its moments. Where it names no kinds, the screen leaves out levels and legs, of which there are too many
    to read; a pipe gets all. Ctrl-C leaves by KeyboardInterrupt, with the terminal as it was. Raises `InputError`.
    """
    if not 0 < speed <= FASTEST:
        raise input_error(
            _("must be above 0 and at most {most:g} (got {value:g})").format(most=FASTEST, value=speed),
            file="--speed",
        )
    which = which or Wanted()
    with speaking(language):
        if _at_a_terminal():
            _Session(run, which, speed).play()
        else:
            for block in blocks(run, which):
                write(block)


def marks_of(run: Run) -> list[Mark]:
    """The bookmarks of the replay page, in the language in use."""
    return [Mark(one["t_ms"] / 3_600_000, str(one["say"][spoken()])) for one in bookmarks(Story.of(run))]


def _at_a_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM", "") != "dumb"


@dataclass
class _Session:
    """One replay at one terminal."""

    run: Run
    which: Wanted
    speed: float

    def play(self) -> None:
        """Until it is left; without a keyboard until its end."""
        log = self.run.log.columns()
        rows = rows_of(log, self.which if self.which.kinds else self.which._replace(kinds=TOLD))
        moments = log.t_h[rows]
        begin_h = max(0.0, self.which.from_h)
        end_h = max(min(self.run.horizon_h, self.which.to_h), begin_h)
        marks = [mark for mark in marks_of(self.run) if begin_h <= mark.t_h <= end_h]
        player = Player(self.run.spec.start, begin_h, end_h, sorted({mark.t_h for mark in marks}), self.speed)
        screen = Screen(self.run, Board(self.run), marks)
        console = Console(highlight=False, markup=False, emoji=False)
        with Keyboard() as keyboard, Live(console=console, screen=True, auto_refresh=False) as live:
            self._loop(
                player, screen, keyboard, lambda: live.update(screen.drawn(console), refresh=True), rows, moments
            )

    def _loop(
        self,
        player: Player,
        screen: Screen,
        keyboard: Keyboard,
        show: Callable[[], None],
        rows: Ints,
        moments: np.ndarray[tuple[int], np.dtype[np.float64]],
    ) -> None:
        before_s, targets_s, targets_h, shown = time.monotonic(), -np.inf, -1.0, None
        while not player.left:
            now_s = time.monotonic()
            player.advance(now_s - before_s)
            before_s = now_s
            if player.t_h != targets_h and now_s - targets_s >= _TARGETS_EVERY_S:
                screen.judge(player.t_h)
                targets_s, targets_h = now_s, player.t_h
            told = int(np.searchsorted(moments, player.t_h + 1e-9, side="right"))
            if (state := (replace(player), targets_h, shutil.get_terminal_size())) != shown:
                screen.scene, shown = Scene(player, rows[:told], keyboard.there), state
                show()
            if player.over and not keyboard.there:
                return
            for key in keyboard.read(_FRAME_S):
                player.press(key)
