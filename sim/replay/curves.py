"""Stations out over time, as the outage curve of the report has them, and what the desk knew of it."""

from __future__ import annotations

from typing import Any

from sim.replay import tracks
from sim.replay.columns import Columns, ms_of
from sim.report import series
from sim.report.series import Curve, Story


def packed(story: Story, columns: Columns) -> dict[str, Any]:
    """Steps by cause, distinct stations so far, stations known to be out, sites without mains."""
    causes = series.stations_out(story)
    curves: dict[str, Curve] = {
        **causes,
        "ever": series.stations_out_cumulative(story),
        "known": tracks.known_out(story),
        "without mains": series.count(story.mains_losses),
    }
    t_h, values = series.stacked(curves, story.horizon_h)
    told = dict(zip(curves, (columns.whole(row) for row in values), strict=True))
    return {
        "t_ms": columns.rising(ms_of(t_h)),
        "causes": list(causes),
        "out": [told[cause] for cause in causes],
        "ever": told["ever"],
        "known": told["known"],
        "without_mains": told["without mains"],
    }
