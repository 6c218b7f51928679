"""The plan's preparation: what was to be ready by when, what was, and how late.

A line is one (measure, target) of `measure.planned`, done at the first `measure.done` of the same pair. What
is to be done is read from the measure's id, before its last dash (`place_generators-02`); an id without a
dash is the word itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from sim.inventory import Bools, Floats, Ints, Texts
from sim.log import Columns
from sim.metrics.intervals import first_of, is_kind, pick, rows_with, take
from sim.metrics.jobs import Names

_PLACEMENTS: Final = ("place_generators", "place")


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines of the preparation. Shape (lines,) each; `done_h` NaN where not done, `site` -1 for a depot.

    A line that is not done and not yet due at the horizon is undecided and counts nowhere.
    """

    measure: Ints
    do: Texts
    target: Ints
    site: Ints
    by_h: Floats
    done_h: Floats
    horizon_h: float

    @property
    def on_time(self) -> Bools:
        """Done by their time."""
        return self.done_h <= self.by_h

    @property
    def late(self) -> Bools:
        """Done after their time."""
        return self.done_h > self.by_h

    @property
    def never(self) -> Bools:
        """Due, and not done."""
        return np.isnan(self.done_h) & (self.by_h <= self.horizon_h)

    @property
    def placements(self) -> Bools:
        """Planned placements of generators."""
        return np.isin(self.do, list(_PLACEMENTS))

    @property
    def lag_h(self) -> Floats:
        """Hours behind the planned time, negative when early, NaN where not done."""
        return self.done_h - self.by_h


def lines_of(log: Columns, names: Names, horizon_h: float) -> Lines:
    """Lines in the order of planning."""
    rows = rows_with(log, "measure.planned", "measure.done")
    rows = rows[log.t_h[rows] <= horizon_h]
    done = is_kind(log, rows, "measure.done")
    pair = log.subject[rows] * np.int64(len(log.names)) + log.object[rows]
    number = np.unique(pair, return_inverse=True)[1].reshape(-1).astype(np.int64)
    size = int(number.max()) + 1 if len(number) else 0
    planned, made = rows[~done], rows[done]
    first = first_of(number[~done], size)
    kept = np.sort(first[first >= 0])
    line = planned[kept]
    done_h = take(log.t_h[made], first_of(number[done], size)[number[~done][kept]])
    words = [name.rpartition("-") for name in pick(log.names, log.subject[line]).tolist()]
    do = np.array([first or last for first, _, last in words], dtype=object)
    return Lines(
        log.subject[line],
        do,
        log.object[line],
        names.site[log.object[line]],
        log.value[line],
        done_h,
        horizon_h,
    )


class Dispatch(NamedTuple):
    """Planned placements of generators against what was done; lags in hours (negative: early) or NaN."""

    planned: int
    on_time: int
    late: int
    never: int
    lag_p10_h: float
    lag_p50_h: float
    lag_p90_h: float


def dispatch(lines: Lines, group: Bools | None = None) -> Dispatch:
    """Planned against actual placements, of a group of sites or all; lags of all that were done."""
    mine = lines.placements & in_group(lines.site, group)
    counts = [int(np.count_nonzero(mine & what)) for what in (lines.on_time, lines.late, lines.never)]
    lag_h = lines.lag_h[mine & ~np.isnan(lines.done_h)]
    quantiles = np.quantile(lag_h, [0.1, 0.5, 0.9]).tolist() if len(lag_h) else [np.nan] * 3
    return Dispatch(sum(counts), *counts, *quantiles)


def in_group(site: Ints, group: Bools | None) -> Bools:
    """Which site rows belong to a group (mask over sites); all for no group, never those of no site."""
    if group is None:
        return np.ones(len(site), dtype=np.bool_)
    return np.append(group, False)[site]


def preparation_columns(log: Columns, lines: Lines, visits: dict[str, Texts]) -> dict[str, Texts]:
    """The table of the run directory: the plan's lines, then the visits that carried them out."""
    size, more = len(lines.do), len(visits["job"])
    status = np.select([lines.on_time, lines.late, lines.never], ["on time", "late", "never"], "not due")
    nothing, no_time = np.full(size, ""), np.full(more, np.nan)
    return {
        "row": np.where(np.arange(size + more) < size, "line", "visit"),
        "name": np.concatenate((pick(log.names, lines.measure), visits["job"])),
        "do": np.concatenate((lines.do, visits["kind"])),
        "target": np.concatenate((pick(log.names, lines.target), visits["site"])),
        "by_h": np.concatenate((lines.by_h, no_time)),
        "dispatched_h": np.concatenate((np.full(size, np.nan), visits["dispatched_h"])),
        "arrived_h": np.concatenate((np.full(size, np.nan), visits["arrived_h"])),
        "done_h": np.concatenate((lines.done_h, visits["done_h"])),
        "lag_h": np.concatenate((lines.lag_h, no_time)),
        "result": np.concatenate((status.astype(object), visits["result"])),
        **{name: np.concatenate((nothing, visits[name])) for name in ("crew", "vehicle", "generator")},
    }


def planned_dispatch_columns(log: Columns, lines: Lines) -> dict[str, Texts]:
    """Planned placements of generators: `measure, site, by_h, done_h, lag_h`."""
    mine = lines.placements
    return {
        "measure": pick(log.names, lines.measure[mine]),
        "site": pick(log.names, lines.target[mine]),
        "by_h": lines.by_h[mine],
        "done_h": lines.done_h[mine],
        "lag_h": lines.lag_h[mine],
    }
