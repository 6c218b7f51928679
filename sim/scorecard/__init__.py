"""Simulated beside plan beside record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from sim.metrics import Tables
from sim.scenario import ScenarioSpec
from sim.scorecard.assumptions import Assumed, assumed
from sim.scorecard.card import Scorecard, ScoreRow, number, shown
from sim.scorecard.dispatch import dispatch_rows, dispatch_rules
from sim.scorecard.preparation import hints, late_preparations
from sim.scorecard.reasons import why_told
from sim.scorecard.rows import Source, general_rows, record_rows, target_rows
from sim.scorecard.series import series_lines, series_rows
from sim.scorecard.vehicles import vehicle_lines
from sim.script import judged

_ROWS: Final = (target_rows, record_rows, series_rows, dispatch_rows, general_rows)
__all__ = ["Assumed", "ScoreRow", "Scorecard", "number", "scorecard", "shown", "why_told"]


def scorecard(
    spec: ScenarioSpec,
    data: Tables,
    *,
    lists: Mapping[str, Collection[int]] | None = None,
    seed: int = 1,
    policy: str = "",
) -> Scorecard:
    """The scorecard of a run: targets, record, planned dispatch, general figures, assumptions.

    `lists` are the scenario's named lists as rows of the site table.
    """
    source = Source(spec, lists or {}, data)
    rows = [row for make in _ROWS for row in make(source)]
    title = {"en": spec.title.en, "zh": spec.title.zh}
    return Scorecard(
        spec.name, seed, policy or spec.policy, rows, assumed(spec), title,
        dispatch_rules(source), late_preparations(source), vehicle_lines(data), hints(source),
        judged(spec, data.log, data.ground.inventory), series_lines(source),
    )  # fmt: skip
