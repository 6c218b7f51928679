"""Targets of the plan and a dozen general figures: at the end as in the scorecard, and as of any moment before."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Any, Final

import numpy as np

from sim.language import speaking
from sim.metrics import Tables, tables
from sim.phrases import title_of
from sim.replay.columns import Columns, ms_of
from sim.report.series import Story
from sim.scorecard.card import ScoreRow, number
from sim.scorecard.rows import Instant, Source, score_row, target_rows
from sim.vocabulary import KPIS

GENERAL: Final = (
    "stations_out", "stations_out_cumulative", "stations_restored", "sites_without_mains", "sites_on_backup",
    "users_out",
    "station_outage_h", "user_outage_h", "site_visits", "generator_runs", "townships_dark", "mttr_h",
)  # fmt: skip
OF_ROOMS: Final = (
    "service_outages",
    "service_outage_h",
    "devices_down_peak",
    "temperature_peak_c",
    "steps_late",
    "teams",
)
_STEPS: Final = 144
"""Moments between start and end at which the figures are taken."""

Progress = Callable[[int, int], None]


def moments_h(story: Story) -> list[float]:
    """Moments at which the figures are taken: evenly, on whole minutes where the drill is long enough, and the end."""
    end = story.horizon_h
    every = max(round(end * 60 / _STEPS), 1) / 60
    return [*(float(t) for t in np.arange(every, end, every)), end]


def _rows(story: Story, lists: Any, data: Tables) -> list[ScoreRow]:
    source = Source(story.spec, lists, data)
    names = GENERAL if story.count("station") else OF_ROOMS if story.count("service") else ()
    end = Instant(data.horizon_h)
    return [*target_rows(source), *(score_row(source, "kpi", name, end) for name in names)]


def packed(story: Story, lists: Any, columns: Columns, progress: Progress | None = None) -> dict[str, Any]:
    """`figures_t_ms` and `figures` as the page is given them.

    A value as of a moment is what the scorecard would say of the rows up to then, had the drill ended there.
    """
    moments = moments_h(story)
    values: list[list[float]] = []
    last: list[ScoreRow] = []
    for done, t_h in enumerate(moments, 1):
        last = _rows(story, lists, tables(story.columns, story.inventory, t_h, story.spec.plan))
        values.append([nan if row.simulated is None else row.simulated for row in last])
        if progress is not None:
            progress(done, len(moments))
    return {
        "figures_t_ms": columns.rising(ms_of(np.array(moments))),
        "figures": [_figure(row, columns.exact(np.array([at[n] for at in values]))) for n, row in enumerate(last)],
    }


def _figure(row: ScoreRow, values: dict[str, Any]) -> dict[str, Any]:
    with speaking("zh"):
        zh = title_of(row.kpi)
    target = row.section == "target"
    return {
        "kpi": row.kpi,
        "id": (row.id or "") if target else "",
        "say": {"en": title_of(row.kpi), "zh": zh},
        "unit": KPIS[row.kpi].unit,
        "better": KPIS[row.kpi].better,
        "of": row.of,
        "bound": number(row.target) if target else None,
        "comparison": row.comparison if target else None,
        "at_ms": None if row.at_h is None or not target else int(ms_of(np.array([row.at_h]))[0]),
        "final": number(row.simulated),
        "met": row.met if target else None,
        "values": values,
    }
