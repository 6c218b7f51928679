"""What the terminal shows at a moment: clock and speed above, figures at the side, the feed, the keys below."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sim.errors import one_line
from sim.inventory import Ints
from sim.language import _, chosen
from sim.log import Row
from sim.phrases import PHRASES
from sim.replay.terminal_board import Board, Promise
from sim.replay.terminal_feed import clock, teller
from sim.replay.terminal_player import Player
from sim.results import Run

_SIDE_COLUMNS: Final = 48
_NARROW: Final = 96
"""A terminal with fewer columns has the figures above the feed."""
_TITLE_CHARS: Final = 60
_MARK_CHARS: Final = 200
_GRAIN_H: Final = 1e-6
_STYLES: Final = {
    "outages": "bold yellow", "power": "magenta", "weather and roads": "cyan", "generators": "blue", "desk": "bold",
    "injects and messages": "bold cyan", "machine rooms": "yellow",
}  # fmt: skip
"""Style of a line by the group of its kind; others are plain."""


class Mark(NamedTuple):
    """A moment to jump to, and what it is in the language in use."""

    t_h: float
    say: str


@dataclass
class Scene:
    """What there is to show: where the replay stands, the rows told so far, whether keys are heard."""

    player: Player
    rows: Ints
    keys: bool = True


@dataclass
class Screen:
    """Draws scenes of one run."""

    run: Run
    board: Board
    marks: Sequence[Mark] = ()
    """Bookmarks in the order of time, with their words."""
    scene: Scene = field(init=False)
    _promises: list[Promise] = field(default_factory=list)

    @cached_property
    def _tell(self) -> Callable[[Row], str]:
        return teller(self.run)

    def judge(self, t_h: float) -> None:
        """Look at the plan's targets as of a moment; drawn from then on."""
        self._promises = self.board.promises(t_h)

    def drawn(self, console: Console) -> RenderableType:
        """The screen as it is to be drawn on a console of this size."""
        wide, tall = console.size
        body = Layout(name="body")
        side = Panel(self._side(), title=_("figures"), border_style="dim", padding=(0, 1))
        if wide >= _NARROW:
            body.split_row(Layout(side, size=_SIDE_COLUMNS), Layout(self._feed(tall - 6), name="feed"))
        else:
            high = min(self._side_lines(), tall * 2 // 3)
            body.split_column(Layout(side, size=high), Layout(self._feed(tall - high - 6), name="feed"))
        screen = Layout()
        screen.split_column(Layout(self._head(), size=2), body, Layout(self._foot(), size=2))
        return screen

    def _head(self) -> Text:
        player, spec = self.scene.player, self.run.spec
        title = one_line(chosen(spec.title.en, spec.title.zh) or spec.name, _TITLE_CHARS)
        state = _("playing") if player.playing else _("end") if player.over else _("paused")
        line = Text(f" {clock(spec.start, player.t_h):%Y-%m-%d %H:%M:%S}", "bold", no_wrap=True, overflow="crop")
        line.append(f"  +{player.t_h:.1f} h  ×{player.speed:g}  [{state}]  ", "")
        line.append(title, "dim")
        passed = bisect_right([mark.t_h for mark in self.marks], player.t_h + _GRAIN_H)
        if passed:
            mark = self.marks[passed - 1]
            line.append(f"\n ⚑ {clock(spec.start, mark.t_h):%m-%d %H:%M}  {one_line(mark.say, _MARK_CHARS)}", "cyan")
        return line

    def _side(self) -> Group:
        t_h = self.scene.player.t_h
        parts: list[RenderableType] = [_pairs(self.board.counts(t_h))]
        for heading, states in ((_("Crews"), self.board.crews(t_h)), (_("Generators"), self.board.generators(t_h))):
            if states:
                told = _(", ").join(f"{number} {name}" for name, number in states)
                parts += [Text(), Text(heading, "bold"), Text(told)]
        if self._promises:
            parts += [Text(), Text(_("Targets so far"), "bold"), _targets(self._promises)]
        return Group(*parts)

    def _side_lines(self) -> int:
        """About how many lines the figures take, their frame included."""
        states = 3 * bool(self.board.story.count("crew")) + 3 * bool(self.board.story.count("generator"))
        targets = 2 + len(self._promises) if self._promises else 0
        return len(self.board.counts(self.scene.player.t_h)) + states + targets + 2

    def _feed(self, lines: int) -> Panel:
        rows = self.scene.rows
        shown = [self.run.log.row(number) for number in rows[max(0, len(rows) - max(lines, 1)) :].tolist()]
        text = Text("\n", no_wrap=True, overflow="ellipsis").join([self._told(row) for row in shown])
        text.no_wrap, text.overflow = True, "ellipsis"
        title = _("events: {told} of {all}").format(told=f"{len(rows):,}", all=f"{len(self.run.log):,}")
        return Panel(text, title=title, border_style="dim", padding=(0, 1))

    def _told(self, row: Row) -> Text:
        phrase = PHRASES.get(row.kind)
        style = _STYLES.get(phrase.group, "") if phrase else ""
        return Text.assemble(
            (f"{clock(self.run.spec.start, row.t_h):%m-%d %H:%M:%S}  ", "dim"), (self._tell(row), style)
        )

    def _foot(self) -> Text:
        player = self.scene.player
        if player.prompt is not None:
            asked = _("jump to (07:30, 2023-11-06T07:30 or +31.5 h):")
            return Text(f" {asked} {player.prompt}▏", "bold")
        if player.complaint:
            return Text(f" {player.complaint}", "bold red")
        if player.helping:
            keys = _("space pause · +/− speed · ←/→ an hour · n/p bookmark · g to a clock time · ? keys · q quit")
            return Text(f" {keys}", "bold")
        keys = _("space pause · +/− speed · ? keys · q quit")
        nobody = _("no keyboard: plays to the end; Ctrl-C leaves")
        return Text(f" {keys if self.scene.keys else nobody}", "dim")


def _pairs(rows: Sequence[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(ratio=1, no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    for name, value in rows:
        table.add_row(Text(name), Text(value, "bold"))
    return table


def _targets(promises: Sequence[Promise]) -> Table:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    looks = {True: ("✓", "bold blue"), False: ("✗", "bold yellow"), None: ("…", "dim")}
    for one in promises:
        mark, style = looks[one.met]
        table.add_row(Text(mark, style), Text(one.name), Text(one.now, style), Text(one.limit, "dim"))
    return table
