"""Which hand-written inject a row `inject.fired` is: told by what the row says, or by the inject's place in the file.

A row names the action and the target. Where several injects have both, the row is taken for the timed one of that
moment, else for the first in the file that waits for a condition; whoever writes the log puts the place of the inject
into the row's value where that would be another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

_NEAR_H: Final = 1e-6
_SAID: Final = ("warn", "ask", "note")


class Line(NamedTuple):
    """An inject of the file: its place from 0, its action, whom or what it concerns, its time (None: a condition)."""

    place: int
    action: str
    target: str
    t_h: float | None


class Waiting:
    """The injects of a file that have not taken effect yet."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines: dict[tuple[str, str], list[Line]] = {}
        for line in sorted(lines, key=lambda line: line.place):
            self._lines.setdefault((line.action, line.target), []).append(line)

    def guess(self, action: str, target: str, t_h: float, *, caused: bool) -> int:
        """The place of the inject that a row is taken for; -1 for none: it was drawn."""
        lines = self._lines.get((action, target), ())
        timed = (line.place for line in lines if line.t_h is not None and abs(line.t_h - t_h) < _NEAR_H)
        waiting = (line.place for line in lines if line.t_h is None and (caused or action in _SAID))
        return next(timed, next(waiting, -1))

    def take(self, action: str, target: str, place: int) -> None:
        """An inject has taken effect and waits no more."""
        key = (action, target)
        if key in self._lines:
            self._lines[key] = [line for line in self._lines[key] if line.place != place]
