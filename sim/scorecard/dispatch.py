"""Dispatch against the plan: placements before the event, and the rules by class once the mains are gone."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import Any, Final

from sim.metrics import Dispatch, Kept, dispatch, kept, select
from sim.plan import DispatchRule
from sim.scorecard.card import ScoreRow, number, shown
from sim.scorecard.rows import Instant, Source, score_row
from sim.spec import Where

_LAGS: Final = (("P10", "lag_p10_h"), ("P50", "lag_p50_h"), ("P90", "lag_p90_h"))
_RULES: Final = "generation_dispatch"


def dispatch_rows(source: Source) -> list[ScoreRow]:
    """The lines of both; nothing where nothing was planned."""
    return _placement_rows(source) + _rule_rows(source)


def _placement_rows(source: Source) -> list[ScoreRow]:
    """Planned placements of generators against what was done."""
    counts = dispatch(source.data.lines)
    if not counts.planned:
        return []
    names = ("dispatch_on_time_share", "dispatch_late", "dispatch_never")
    rows = [score_row(source, "dispatch", name, Instant(None)) for name in names]
    rows[0] = replace(rows[0], reading=f"{counts.on_time} of {counts.planned} placements")
    return rows + _lag_rows(source, "dispatch_lag_h", counts)


def _lag_rows(source: Source, name: str, counts: Dispatch | Kept, where: Where | None = None) -> list[ScoreRow]:
    rows = []
    for word, lag in _LAGS:
        value: float = getattr(counts, lag)
        row = score_row(source, "dispatch", name, Instant(None), where)
        rows.append(row if isnan(value) else replace(row, simulated=value, reading=f"{word} of the lags"))
    return rows


# The rules by class


def _rule_rows(source: Source) -> list[ScoreRow]:
    """All rules together, then each: share on time, late, never, the lags."""
    if not source.spec.plan.dispatch:
        return []
    rows = _lines_of(source, "all rules", kept(source.data.owed), None)
    for rule in source.spec.plan.dispatch:
        where = _where(rule)
        rows += _lines_of(source, rule_text(rule), _kept(source, rule), where)
    return rows


def _where(rule: DispatchRule) -> Where:
    return Where.model_validate({"class": rule.site_class})


def _kept(source: Source, rule: DispatchRule) -> Kept:
    return kept(source.data.owed, select(_where(rule), source.data.ground.inventory, source.lists))


def _lines_of(source: Source, said: str, counts: Kept, where: Where | None) -> list[ScoreRow]:
    names = [f"{_RULES}_{what}" for what in ("on_time_share", "late", "never")]
    rows = [score_row(source, "dispatch", name, Instant(None), where) for name in names]
    rows[0] = replace(rows[0], reading="; ".join(part for part in (said, _told(counts), rows[0].reading) if part))
    if counts.lags:
        rows += _lag_rows(source, f"{_RULES}_lag_h", counts, where)
    return rows


def _told(counts: Kept) -> str:
    """The counts in words: `3 of 20 times without mains, 5 late, 12 never; apart: 4 skipped (1 shed), …`."""
    apart = [
        f"{counts.skipped} skipped ({counts.skipped_and_shed} of them shed their radio)" if counts.skipped else "",
        f"{counts.not_needed} not needed" if counts.not_needed else "",
        f"{counts.not_due} not yet due" if counts.not_due else "",
    ]
    told = f"{counts.on_time} of {counts.planned} times without mains, {counts.late} late, {counts.never} never"
    aside = ", ".join(part for part in apart if part)
    return f"{told}; apart: {aside}" if aside else told


def rule_text(rule: DispatchRule) -> str:
    """A rule in words: `power within 12 h, unless the battery outlasts the told restoration`."""
    if rule.power_within_h is not None:
        said = f"power within {shown(rule.power_within_h, 'h')}"
    elif rule.power_before is not None:
        said = "power before the first disconnect"
    else:
        said = "power before mains return"
    said += ", unless the battery outlasts the told restoration" if rule.skip_if is not None else ""
    return said + (", only once the township is dark" if rule.only_if is not None else "")


def dispatch_rules(source: Source) -> list[dict[str, Any]]:
    """All rules of the plan together (class null), then each, with counts and lags: the table of the card."""
    rules = source.spec.plan.dispatch
    if not rules:
        return []
    return [
        {"class": None, "rule": "all rules", **_plain(kept(source.data.owed))},
        *({"class": rule.site_class, "rule": rule_text(rule), **_plain(_kept(source, rule))} for rule in rules),
    ]


def _plain(counts: Kept) -> dict[str, Any]:
    return {name: number(value) for name, value in counts._asdict().items()}
