"""The lines of a scorecard: targets, record, planned dispatch, and the figures everybody asks for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from math import isnan, nan
from operator import ge, gt, le, lt
from typing import Final, NamedTuple

from sim.inventory import Bools
from sim.metrics import Tables, kpi, room_figures, select, why_undefined
from sim.plan import RecordRow, Target
from sim.scenario import ScenarioSpec
from sim.scorecard.card import Comparison, ScoreRow, Section
from sim.spec import Where, joined
from sim.units import Moment, quantise_h
from sim.vocabulary import KPIS, LEVELS

_INEQUALITY: Final = re.compile(r"\s*(>=|<=|>|<|≥|≤)\s*([0-9][0-9,]*(?:\.[0-9]+)?)\s*")
_TEST: Final = {">": gt, ">=": ge, "≥": ge, "<": lt, "<=": le, "≤": le}
_GRAIN: Final = 1e-9
GENERAL: Final = (
    "sites_without_mains_cumulative", "stations_out_cumulative", "stations_out_peak",
    "conversion_share_cumulative", "restored_share", "stations_out", "station_outage_h", "user_outage_h",
    "saidi", "availability", "core_room_outages", "hub_outages", "townships_dark", "township_dark_h",
    "time_to_first_report_h", "mtta_h", "mttr_h", "ended_by_mains_share", "mttr_crew_h", "mttr_wait_h",
    "mttr_travel_h", "mttr_road_h", "mttr_work_h", "mttr_other_h",
    "generation_timeliness_share", "repair_timeliness_share",
    "site_visits", "generation_visits", "repair_visits", "wasted_trips", "generator_runs", "vehicles",
    "people", "sites_without_mains_per_vehicle", "waiting_crews_free", "waiting_crews_resting", "waiting_sets_unused",
    "preparation_done_share", "snow_water_mm", "snow_depth_cm",
)  # fmt: skip
"""Figures that every scorecard shows, at the end of the run where they are of an instant."""


@dataclass(frozen=True)
class Source:
    """What the lines are made from."""

    spec: ScenarioSpec
    lists: Mapping[str, Collection[int]]
    data: Tables


class Instant(NamedTuple):
    """An instant in hours, how it is to be read, and, where it cannot be told, why not."""

    at_h: float | None
    reading: str = ""
    missing: str = ""


def score_row(source: Source, section: Section, name: str, at: Instant, where: Where | None = None) -> ScoreRow:
    """A line with the simulated figure; where it is undefined, the reading says why."""
    data = source.data
    timed = KPIS[name].timed
    at_h = at.at_h if timed else None
    group: Bools | None = None
    if where is not None and KPIS[name].of == "sites":
        group = select(where, data.ground.inventory, source.lists)
    value = nan if at.missing else kpi(name, data, at_h, group, where.singled[1] if where is not None else "")
    reading = at.reading
    if isnan(value):
        why = at.missing or why_undefined(name, data, at_h, group)
        reading = joined("; ", (reading, f"undefined: {why}"))
    moment = None if at_h is None else clock(source.spec, at_h)
    return ScoreRow(
        section,
        name,
        None if isnan(value) else value,
        moment,
        at_h,
        reading=reading,
        say=KPIS[name].zh,
        of=told(where),
    )


def clock(spec: ScenarioSpec, at_h: float) -> str:
    """Wall clock of the place, to the second."""
    moment = spec.start.replace(tzinfo=None) + timedelta(seconds=round(at_h * 3600))
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def told(where: Where | None) -> str:
    """A selection in words, empty for all sites: `class A, county horqin`."""
    if where is None:
        return ""
    lines = where.model_dump(by_alias=True, exclude_none=True)
    named = ((key, " or ".join(map(str, v)) if isinstance(v, list) else v) for key, v in lines.items())
    return ", ".join(
        f"{'' if value else 'not '}{_word(key)}" if isinstance(value, bool) else f"{_word(key)} {value}"
        for key, value in named
    )


def _word(key: str) -> str:
    return key.replace("_", " ")


# Targets


def target_rows(source: Source) -> list[ScoreRow]:
    """The plan's targets, met or missed; undefined ones are neither."""
    return [_target(source, target) for target in source.spec.plan.targets]


def _target(source: Source, target: Target) -> ScoreRow:
    row = score_row(source, "target", target.kpi, _target_instant(source, target), target.of)
    row = replace(row, id=target.id, say=target.say or row.say)
    bound = target.at_most if target.at_most is not None else target.at_least
    comparison: Comparison = "at_most" if target.at_most is not None else "at_least"
    if row.simulated is None or bound is None:
        return replace(row, target=bound, comparison=comparison)
    margin = bound - row.simulated if comparison == "at_most" else row.simulated - bound
    return replace(row, target=bound, comparison=comparison, margin=margin, met=margin >= -_GRAIN)


def _target_instant(source: Source, target: Target) -> Instant:
    """The instant of a target; a relative one counts from the start, the onset or the first outage."""
    if target.at is None:
        return Instant(None)
    if target.at.after_h is None or target.since == "start":
        return Instant(target.at.to_h(source.spec.start))
    since = target.since.replace("_", " ")
    base = _onset_h(source.spec) if target.since == "onset" else _first_outage_h(source.data)
    reading = f"{target.at.after_h:g} h after the {since}"
    if base is None:
        return Instant(None, reading, f"there was no {since}")
    return Instant(quantise_h(base + target.at.after_h), reading)


def _onset_h(spec: ScenarioSpec) -> float | None:
    """Onset of the earliest hazard that has one, hours."""
    moments = [getattr(hazard, "onset", None) for hazard in spec.hazards]
    return min((moment.to_h(spec.start) for moment in moments if isinstance(moment, Moment)), default=None)


def _first_outage_h(data: Tables) -> float | None:
    starts = data.site_outages.spells.start_h
    return float(starts.min()) if len(starts) else None


# Record


def record_rows(source: Source) -> list[ScoreRow]:
    """Every recorded figure beside the simulated one; of an unstated instant, a line a reading."""
    return [row for line in source.spec.record.rows for row in _recorded(source, line)]


def _recorded(source: Source, line: RecordRow) -> list[ScoreRow]:
    return [_compared(score_row(source, "record", line.kpi, at), line) for at in _record_instants(source, line)]


def _record_instants(source: Source, line: RecordRow) -> list[Instant]:
    start = source.spec.start
    if not KPIS[line.kpi].timed:
        return [Instant(None, line.reading)]
    if isinstance(line.at, Moment):
        return [Instant(line.at.to_h(start), line.reading)]
    moments = [moment.to_h(start) for moment in line.readings] or [source.data.horizon_h]
    said = "instant unstated, read as" if line.at == "unstated" else "at"
    return [Instant(at_h, joined("; ", (line.reading, f"{said} {_named(source, at_h)}"))) for at_h in moments]


def _named(source: Source, at_h: float) -> str:
    return "the end" if abs(at_h - source.data.horizon_h) < _GRAIN else clock(source.spec, at_h).replace("T", " ")


def _compared(row: ScoreRow, line: RecordRow) -> ScoreRow:
    row = replace(row, role=line.role, recorded=line.value)
    if row.simulated is None:
        return row
    if not isinstance(line.value, str):
        return replace(row, ratio=row.simulated / line.value if line.value else None)
    if row.unit == "level" and line.value.strip() in LEVELS:
        return replace(row, agrees=row.simulated == LEVELS.index(line.value.strip()) + 1)
    found = _INEQUALITY.fullmatch(line.value)
    if found is None:
        return row
    return replace(row, agrees=_TEST[found[1]](row.simulated, float(found[2].replace(",", ""))))


# The rest


_WITHOUT_STATIONS: Final = ("people",)
"""What is left of them where there is no network."""


def general_rows(source: Source) -> list[ScoreRow]:
    """The figures everybody asks for, at the end of the run."""
    end = Instant(source.data.horizon_h)
    stations = len(source.data.ground.inventory["station"]["id"])
    names = (*(GENERAL if stations else _WITHOUT_STATIONS), *room_figures(source.data))
    return [score_row(source, "kpi", name, end if KPIS[name].timed else Instant(None)) for name in names]
