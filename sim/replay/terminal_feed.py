"""The rows of a log as lines for people: which of them, and how a line reads.

Names come from files that anybody may have written, so nothing unseen in them reaches a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from sim.errors import input_error, one_line
from sim.inventory import Ints
from sim.language import _
from sim.log import Columns, Row
from sim.parameters import hint
from sim.phrases import names_of, told
from sim.results import Run
from sim.units import parse_moment
from sim.vocabulary import KINDS

_CLOCK: Final = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?", re.ASCII)
_SINCE: Final = re.compile(r"^[Tt]\s*\+\s*(?=[\d.])")
"""`T+35`, as the page writes hours since the start."""
_DAY_H: Final = 24.0
_NAME_CHARS: Final = 60
_LINE_CHARS: Final = 400
_KIND_WIDE: Final = max(map(len, KINDS))
_LINES: Final = 500
"""Lines written at once."""
TOLD: Final = tuple(kind for kind, about in KINDS.items() if about.runs == "mark" and kind != "crew.leg")
"""Kinds that a person can follow: what happened, not what level something has or which stretch is driven."""


class Wanted(NamedTuple):
    """Which rows to tell: from one moment to another, of some kinds, about some things; empty: all.

    A kind may be the part before the dot (`crew`). A thing is the subject or the object of a row.
    """

    from_h: float = -np.inf
    to_h: float = np.inf
    kinds: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


def wanted(
    run: Run, begin: str | None = None, end: str | None = None, kinds: Sequence[str] = (), subjects: Sequence[str] = ()
) -> Wanted:
    """What a person asked for, checked. Moments as `moment_h` reads them. Raises `InputError`."""
    start = run.spec.start
    from_h = -np.inf if begin is None else moment_h(begin, start, "--from")
    to_h = np.inf if end is None else moment_h(end, start, "--to", max(from_h, 0.0))
    if from_h > run.horizon_h:
        said = _("must lie within the {horizon_h:g} h of the drill (got {value})")
        raise input_error(said.format(horizon_h=run.horizon_h, value=begin), file="--from")
    if to_h < from_h:
        raise input_error(_("must not be before --from"), file="--to")
    stems = sorted({kind.partition(".")[0] for kind in KINDS})
    for kind in kinds:
        if kind not in KINDS and kind not in stems:
            near = hint(kind, [*KINDS, *stems])
            raise input_error(
                _("must be a kind of the event log, or its part before the dot{hint}").format(hint=near), file="--kind"
            )
    names = run.log.columns().names
    for subject in subjects:
        if subject not in names:
            known = {str(thing) for table in run.inventory.values() for thing in table["id"].tolist()}
            near = hint(subject, [name for name in names if name in known])
            raise input_error(_("is in no row of this log{hint}").format(hint=near), file="--subject")
    return Wanted(from_h, to_h, tuple(kinds), tuple(subjects))


def moment_h(text: str, start: datetime, what: str, after_h: float = 0.0) -> float:
    """Hours since the start of `2023-11-06T07:30`, `+31.5 h`, or a clock time: the first from `after_h` on.

    Raises `InputError` that names `what`.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match and int(match[1]) < _DAY_H and int(match[2]) < 60 and int(match[3] or 0) < 60:
        clock_h = int(match[1]) + int(match[2]) / 60 + int(match[3] or 0) / 3600
        began_h = start.hour + start.minute / 60 + start.second / 3600
        t_h = (clock_h - began_h) % _DAY_H
        return t_h + _DAY_H * max(0, int(np.ceil((after_h - t_h) / _DAY_H - 1e-9)))
    try:
        return parse_moment(_SINCE.sub("+", text.strip())).to_h(start)
    except ValueError as error:
        raise input_error(str(error), file=what) from None


def rows_of(log: Columns, which: Wanted) -> Ints:
    """Numbers of the wanted rows, in order."""
    mine = (log.t_h >= which.from_h) & (log.t_h <= which.to_h)
    if which.kinds:
        known = [kind in which.kinds or kind.partition(".")[0] in which.kinds for kind in log.kinds]
        mine &= np.array(known, dtype=np.bool_)[log.kind]
    if which.subjects:
        about = np.isin(log.names, list(which.subjects))
        mine &= about[log.subject] | about[log.object]
    return np.flatnonzero(mine).astype(np.int64)


def teller(run: Run, *, ids: bool = False) -> Callable[[Row], str]:
    """What says a row in words of the language in use, on one line, with nothing unseen in it.

    Things have their names, with `ids` their ids behind them in brackets, so that they can be asked for.
    """
    names = names_of(run.inventory)

    def name(thing: str) -> str:
        called = names(thing)
        return one_line(called if called == thing or not ids else f"{called} ({thing})", _NAME_CHARS)

    return lambda row: one_line(told(row, name), _LINE_CHARS)


def clock(start: datetime, t_h: float) -> datetime:
    """Wall clock of the drill's place, to the second."""
    return start.replace(tzinfo=None) + timedelta(seconds=round(t_h * 3600))


def blocks(run: Run, which: Wanted) -> Iterator[str]:
    """All wanted rows as blocks of lines, each clock, kind and sentence, without the last line's end."""
    tell, start = teller(run, ids=True), run.spec.start
    rows = rows_of(run.log.columns(), which).tolist()
    for first in range(0, len(rows), _LINES):
        told_now = map(run.log.row, rows[first : first + _LINES])
        yield "\n".join(
            f"{clock(start, row.t_h):%Y-%m-%d %H:%M:%S}  {row.kind:{_KIND_WIDE}}  {tell(row)}".rstrip()
            for row in told_now
        )
