"""Where a replay stands: the clock, its speed, the jumps; what a key does. No terminal is touched here."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sim.errors import InputError
from sim.replay.terminal_feed import moment_h

SPEEDS: Final = (1.0, 10.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0)
"""Seconds of the drill in a second."""
_GRAIN_H: Final = 1e-6
_PROMPT_CHARS: Final = 20


@dataclass
class Player:
    """The state of a replay from `begin_h` to `end_h`; `speed` in seconds of the drill a second."""

    start: datetime
    begin_h: float
    end_h: float
    bookmarks: list[float] = field(default_factory=list)
    speed: float = 900.0
    t_h: float = 0.0
    playing: bool = True
    helping: bool = False
    prompt: str | None = None
    complaint: str = ""
    left: bool = False

    def __post_init__(self) -> None:
        self.go(self.begin_h)

    @property
    def over(self) -> bool:
        """Whether the end is reached."""
        return self.t_h >= self.end_h

    def advance(self, seconds: float) -> None:
        """Time passes at the desk; that of the drill too unless it is paused."""
        if self.playing and self.prompt is None:
            self.go(self.t_h + seconds * self.speed / 3600)
            self.playing = not self.over

    def go(self, t_h: float) -> None:
        """To a moment, no further than the ends."""
        self.t_h = min(max(t_h, self.begin_h), self.end_h)

    def press(self, key: str) -> None:
        """What a key does."""
        self.complaint = ""
        if self.prompt is not None:
            self._type(key)
        elif key in {"q", "Q"}:
            self.left = True
        elif key in {"?", "h"}:
            self.helping = not self.helping
        elif key == "space":
            if self.over and not self.playing:
                self.go(self.begin_h)
            self.playing = not self.playing
        elif key == "g":
            self.prompt = ""
        else:
            self._move(key)

    def _move(self, key: str) -> None:
        if key in {"+", "=", "up"}:
            self.speed = next((speed for speed in SPEEDS if speed > self.speed), self.speed)
        elif key in {"-", "_", "down"}:
            self.speed = next((speed for speed in reversed(SPEEDS) if speed < self.speed), self.speed)
        elif key in {"left", "right"}:
            self.go(self.t_h + (1.0 if key == "right" else -1.0))
        elif key == "n":
            later = bisect_right(self.bookmarks, self.t_h + _GRAIN_H)
            self.go(self.bookmarks[later] if later < len(self.bookmarks) else self.end_h)
        elif key == "p":
            earlier = bisect_left(self.bookmarks, self.t_h - _GRAIN_H)
            self.go(self.bookmarks[earlier - 1] if earlier else self.begin_h)

    def _type(self, key: str) -> None:
        """A key while a clock time is asked for."""
        typed = self.prompt or ""
        if key == "enter":
            self.prompt = None
            if typed:
                self._jump(typed)
        elif key == "escape":
            self.prompt = None
        elif key == "backspace":
            self.prompt = typed[:-1]
        else:
            character = " " if key == "space" else key
            self.prompt = (typed + character)[:_PROMPT_CHARS] if len(character) == 1 else typed

    def _jump(self, typed: str) -> None:
        """To a clock time: the next one from now on, else the first there is."""
        try:
            t_h = moment_h(typed, self.start, "", self.t_h)
            if t_h > self.end_h:
                t_h = moment_h(typed, self.start, "", self.begin_h)
        except InputError as error:
            self.complaint = str(error)
        else:
            self.go(t_h)
