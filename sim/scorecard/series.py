"""Recorded series beside the simulated figure at the same moments: how far apart, and the two peaks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan, nan, sqrt
from typing import Any

from sim.metrics import kpi
from sim.plan import RecordSeries
from sim.scorecard.card import ScoreRow, number
from sim.scorecard.rows import Instant, Source, clock, score_row


@dataclass(frozen=True)
class Compared:
    """A recorded series beside the run: points within the drill, hours and figures; NaN where there are none."""

    kpi: str
    file: str
    t_h: list[float]
    recorded: list[float]
    simulated: list[float]

    @property
    def rmse(self) -> float:
        """Root mean square of simulated minus recorded, in the unit of the figure."""
        apart = [mine - theirs for mine, theirs in zip(self.simulated, self.recorded, strict=True) if not isnan(mine)]
        return sqrt(sum(x * x for x in apart) / len(apart)) if apart else nan

    def peak(self, values: list[float]) -> tuple[float, float]:
        """When the highest of the figures was first reached, and how high it is."""
        known = [(value, -t_h) for value, t_h in zip(values, self.t_h, strict=True) if not isnan(value)]
        value, t_h = max(known, default=(nan, nan))
        return -t_h, value

    def to_json(self) -> dict[str, Any]:
        """As in `scorecard.json`."""
        (recorded_h, recorded), (simulated_h, simulated) = self.peak(self.recorded), self.peak(self.simulated)
        return {
            "kpi": self.kpi,
            "file": self.file or None,
            "points": len(self.t_h),
            "rmse": number(self.rmse),
            "peak_recorded": number(recorded),
            "peak_recorded_h": number(recorded_h),
            "peak_simulated": number(simulated),
            "peak_simulated_h": number(simulated_h),
        }


def compared(source: Source, series: RecordSeries) -> Compared:
    """A series beside the run, at its own moments within the drill."""
    start, end_h = source.spec.start, source.data.horizon_h
    at = [(moment.to_h(start), value) for moment, value in series.points]
    within = [(t_h, value) for t_h, value in at if 0 <= t_h <= end_h]
    simulated = [kpi(series.kpi, source.data, t_h) for t_h, _ in within]
    return Compared(series.kpi, series.file, [t_h for t_h, _ in within], [value for _, value in within], simulated)


def series_lines(source: Source) -> list[dict[str, Any]]:
    """Every recorded series in numbers."""
    return [compared(source, one).to_json() for one in source.spec.record.series]


def series_rows(source: Source) -> list[ScoreRow]:
    """Lines of the scorecard: the peak of each recorded series, and how far the run is from it."""
    return [row for one in source.spec.record.series for row in _rows(source, compared(source, one))]


def _rows(source: Source, one: Compared) -> list[ScoreRow]:
    if not one.t_h:
        missing = Instant(None, f"series {one.file}".strip(), "no point of the series lies within the drill")
        return [score_row(source, "record", one.kpi, missing)]
    (recorded_h, recorded), (simulated_h, simulated) = one.peak(one.recorded), one.peak(one.simulated)
    row = replace(score_row(source, "record", one.kpi, Instant(recorded_h)), simulated=number(simulated))
    apart = "" if isnan(simulated_h) else f", simulated {_lag(simulated_h - recorded_h)}"
    peak = f"highest of the series, {clock(source.spec, recorded_h).replace('T', ' ')}{apart}"
    rmse = f"root mean square difference from the series at {len(one.t_h)} moments"
    ratio = simulated / recorded if recorded and not isnan(simulated) else None
    return [
        replace(row, recorded=recorded, ratio=ratio, reading=peak),
        replace(row, at=None, at_h=None, simulated=number(one.rmse), reading=rmse),
    ]


def _lag(apart_h: float) -> str:
    if abs(apart_h) < 1 / 120:
        return "at the same time"
    return f"{abs(apart_h):.1f} h {'later' if apart_h > 0 else 'earlier'}"
