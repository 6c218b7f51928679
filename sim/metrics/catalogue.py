"""Every KPI of the catalogue as a function of the tables."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan, nan
from typing import Final

import numpy as np

from sim.inventory import Bools, Ints
from sim.metrics.duty import ratio, worst
from sim.metrics.intervals import count_over_time, rows_with
from sim.metrics.owed import kept
from sim.metrics.parts import ADDITIVE
from sim.metrics.preparation import dispatch, in_group
from sim.metrics.room_figures import ROOM_FIGURES, WHY_ROOMS_UNDEFINED
from sim.metrics.tables import Tables
from sim.metrics.times import (
    ended_share,
    generation_timeliness_share,
    mains_to_out_h,
    mtta_h,
    mttr_h,
    repair_mean_h,
    repair_timeliness_share,
    share,
    time_to_first_report_h,
)
from sim.metrics.want import crews_free, crews_resting, sets_unused
from sim.vocabulary import KPIS

Figure = Callable[[Tables, float, Bools | None], float]


def kpi(name: str, data: Tables, at_h: float | None = None, group: Bools | None = None, of: str = "") -> float:
    """One figure of the catalogue; NaN where it is undefined.

    `at_h` is the instant of a timed KPI (the horizon without one) and of no meaning to others; beyond the
    horizon nothing is known. `group` is a mask over the sites; of an empty group nothing is known. `of`
    is the one service, procedure or row of racks that a KPI of such things is asked for. KeyError for a name
    that is not in the catalogue.
    """
    if (of and name not in ROOM_FIGURES) or (group is not None and name in ROOM_FIGURES):
        return nan
    if name in ROOM_FIGURES:
        return ROOM_FIGURES[name](data, of)
    figure, parts = FIGURES.get(name), ADDITIVE.get(name)
    at_h = data.horizon_h if at_h is None or not KPIS[name].timed else at_h
    if at_h > data.horizon_h or (group is not None and not group.any()):
        return nan
    if parts is not None:
        if name in _NEEDS_ROLE and not _has_role(data, name, group):
            return nan
        return float(parts(data, at_h, group).weight.sum())
    if figure is None:
        raise KeyError(name)
    return figure(data, at_h, group)


def kpis(data: Tables) -> dict[str, float]:
    """Every figure of the catalogue, those of an instant at the horizon."""
    return {name: kpi(name, data) for name in KPIS}


_NEEDS_ROLE: Final = {"core_room_outages": ("core",), "hub_outages": ("hub", "aggregation", "core")}


def _has_role(data: Tables, name: str, group: Bools | None) -> bool:
    those = np.isin(data.ground.role.astype(str), _NEEDS_ROLE[name])
    return bool((those if group is None else those & group).any())


def _over(upper: float, lower: float) -> float:
    return upper / lower if lower > 0 else nan


def _quotient(upper: str, lower: str) -> Figure:
    def figure(data: Tables, at_h: float, group: Bools | None) -> float:
        return _over(_sum(upper, data, at_h, group), _sum(lower, data, at_h, group))

    return figure


def _sum(name: str, data: Tables, at_h: float, group: Bools | None) -> float:
    return float(ADDITIVE[name](data, at_h, group).weight.sum())


def _per(upper: str, count: str) -> Figure:
    """A sum divided by what the group has of sites, stations or users."""

    def figure(data: Tables, at_h: float, group: Bools | None) -> float:
        return _over(_sum(upper, data, at_h, group), _size(data, count, group))

    return figure


def _size(data: Tables, count: str, group: Bools | None) -> float:
    each = np.ones(data.ground.sites) if count == "sites" else getattr(data.ground, count)
    return float(each.sum() if group is None else each[group].sum())


def _out_of_service_time_rate(data: Tables, at_h: float, group: Bools | None) -> float:
    return _per("station_outage_h", "stations")(data, at_h, group) / data.horizon_h


def _saifi(data: Tables, _: float, group: Bools | None) -> float:
    found = data.site_outages
    users = found.users[in_group(found.spells.who, group)]
    return _over(float(users.sum()), _size(data, "users", group))


def _caidi(data: Tables, at_h: float, group: Bools | None) -> float:
    return _over(kpi("saidi", data, at_h, group), kpi("saifi", data, at_h, group))


def _availability(data: Tables, at_h: float, group: Bools | None) -> float:
    return 1.0 - kpi("saidi", data, at_h, group) / data.horizon_h


def _peak(data: Tables, _: float, group: Bools | None) -> float:
    found = data.site_outages
    mine = in_group(found.spells.who, group)
    levels = count_over_time(found.spells.where(mine), found.stations[mine])[1]
    return float(max(levels.max(initial=0), 0))


def _towns(data: Tables, group: Bools | None) -> Bools:
    """Which townships have a site in the group; the whole township counts, not only the group."""
    code = data.townships_dark.code
    if group is None:
        return np.ones(len(code), dtype=np.bool_)
    return np.isin(code, data.ground.site_township[group])


def _township_dark_h(data: Tables, _: float, group: Bools | None) -> float:
    hours = data.townships_dark.dark_h[_towns(data, group)]
    return float(hours.max()) if len(hours) else nan


def _townships_dark(data: Tables, _: float, group: Bools | None) -> float:
    times = data.townships_dark.times[_towns(data, group)]
    return float(np.count_nonzero(times)) if len(times) else nan


def _mean_of(part: str) -> Figure:
    return lambda data, _, group: repair_mean_h(data, part, group)


def _ended_by(what: str) -> Figure:
    return lambda data, _, group: ended_share(data, what, group)


def _sites_per_vehicle(data: Tables, _: float, group: Bools | None) -> float:
    """Of a group: its sites, and all vehicles."""
    mains = data.mains_spells
    return worst(ratio(mains.where(in_group(mains.who, group)), data.duty))


def _whole(figure: Callable[[Tables], float]) -> Figure:
    """A figure of the whole response; of a group of sites there is none."""
    return lambda data, _, group: figure(data) if group is None else nan


def _dispatch_on_time(data: Tables, _: float, group: Bools | None) -> float:
    counts = dispatch(data.lines, group)
    return _over(counts.on_time, counts.planned)


def _dispatch_lag(data: Tables, _: float, group: Bools | None) -> float:
    return dispatch(data.lines, group).lag_p50_h


def _rules_on_time(data: Tables, _: float, group: Bools | None) -> float:
    counts = kept(data.owed, group)
    return _over(counts.on_time, counts.planned)


def _rules_lag(data: Tables, _: float, group: Bools | None) -> float:
    return kept(data.owed, group).lag_p50_h


def _prepared(data: Tables, _: float, group: Bools | None) -> float:
    lines = data.lines
    return share(lines.on_time, in_group(lines.site, group) & (lines.on_time | lines.late | lines.never))


def _most(kind: str) -> Figure:
    """The highest value of a kind of row; of a group of sites, in its weather cells."""

    def figure(data: Tables, _: float, group: Bools | None) -> float:
        rows = rows_with(data.log, kind)
        rows = rows[data.log.t_h[rows] <= data.horizon_h]
        if group is not None:
            cells = set(data.ground.inventory["site"]["weather_cell"][group].tolist())
            wanted: Ints = np.array([name in cells for name in data.log.names], dtype=np.int64)
            rows = rows[wanted[data.log.subject[rows]] == 1]
        values = data.log.value[rows]
        values = values[~np.isnan(values)]
        return float(values.max()) if len(values) else nan

    return figure


FIGURES: Final[dict[str, Figure]] = {
    "conversion_share_cumulative": _quotient("sites_out_cumulative", "sites_without_mains_cumulative"),
    "conversion_share": _quotient("sites_out", "sites_without_mains"),
    "restored_share": _quotient("stations_restored", "stations_out_cumulative"),
    "out_of_service_rate": _per("stations_out", "stations"),
    "broken_site_rate": _per("sites_out", "sites"),
    "out_of_service_time_rate": _out_of_service_time_rate,
    "stations_out_peak": _peak,
    "saifi": _saifi,
    "saidi": _per("user_outage_h", "users"),
    "caidi": _caidi,
    "availability": _availability,
    "generation_timeliness_share": generation_timeliness_share,
    "repair_timeliness_share": repair_timeliness_share,
    "township_dark_h": _township_dark_h,
    "townships_dark": _townships_dark,
    "time_to_first_report_h": time_to_first_report_h,
    "mtta_h": mtta_h,
    "mttr_h": mttr_h,
    "mttr_wait_h": _mean_of("wait_h"),
    "mttr_travel_h": _mean_of("travel_h"),
    "mttr_road_h": _mean_of("road_h"),
    "mttr_work_h": _mean_of("work_h"),
    "mttr_other_h": _mean_of("other_h"),
    "mttr_crew_h": _mean_of("repair_h"),
    "ended_by_crew_share": _ended_by("crew"),
    "ended_by_mains_share": _ended_by("mains"),
    "generation_dispatch_on_time_share": _rules_on_time,
    "generation_dispatch_lag_h": _rules_lag,
    "mains_to_out_h": mains_to_out_h,
    "sites_without_mains_per_vehicle": _sites_per_vehicle,
    "waiting_crews_free": _whole(crews_free),
    "waiting_crews_resting": _whole(crews_resting),
    "waiting_sets_unused": _whole(sets_unused),
    "dispatch_on_time_share": _dispatch_on_time,
    "dispatch_lag_h": _dispatch_lag,
    "preparation_done_share": _prepared,
    "snow_water_mm": _most("snow.water"),
    "snow_depth_cm": _most("snow.depth"),
}

_NO_OUTAGE: Final = "no site was out"
_NO_PLACEMENT: Final = "no placement of a generator was planned"
_NO_WAITING: Final = "no order to power a site waited for a crew"
_NO_REPAIR: Final = "no outage that the desk knew of was ended by a crew"
_NO_END: Final = "no outage that the desk knew of ended"
_NO_MAINS: Final = "no site lost mains"
WHY_UNDEFINED: Final = {
    "conversion_share_cumulative": "no site had lost mains by then",
    "conversion_share": "no site was without mains then",
    "restored_share": "no station had gone out for want of power by then",
    "caidi": _NO_OUTAGE,
    "generation_timeliness_share": "no site needed generation",
    "repair_timeliness_share": "no repair was due",
    "township_dark_h": "no township has a station",
    "townships_dark": "no township has a station",
    "time_to_first_report_h": "no outage, or the desk never learned of one",
    "mtta_h": "no alarm was answered",
    "mttr_h": _NO_END,
    "ended_by_crew_share": _NO_END,
    "ended_by_mains_share": _NO_END,
    "mttr_other_h": _NO_REPAIR,
    "mttr_crew_h": _NO_REPAIR,
    "generation_dispatch_on_time_share": "the plan has no dispatch rule, or none had fallen due",
    "generation_dispatch_lag_h": "no site was powered under a dispatch rule with a known planned instant",
    "mttr_wait_h": _NO_REPAIR,
    "mttr_travel_h": _NO_REPAIR,
    "mttr_road_h": _NO_REPAIR,
    "mttr_work_h": _NO_REPAIR,
    "mains_to_out_h": "no site went out after losing mains",
    "sites_without_mains_per_vehicle": f"{_NO_MAINS}, or no vehicle was on duty",
    "waiting_crews_free": _NO_WAITING,
    "waiting_crews_resting": _NO_WAITING,
    "waiting_sets_unused": _NO_WAITING,
    "dispatch_on_time_share": _NO_PLACEMENT,
    "dispatch_lag_h": "no planned placement was done",
    "preparation_done_share": "the plan has no preparation",
    "snow_water_mm": "the log has no snow",
    "snow_depth_cm": "the log has no snow",
    "loaders": "loaders are not sent to sites",
    "core_room_outages": "the inventory has no core room",
    "hub_outages": "the inventory has no hub",
    **WHY_ROOMS_UNDEFINED,
}
"""Why a figure may be missing, by KPI."""


def why_undefined(name: str, data: Tables, at_h: float | None, group: Bools | None) -> str:
    """In words, why a figure is NaN."""
    if group is not None and not group.any():
        return "no site is selected"
    if at_h is not None and at_h > data.horizon_h:
        return "the instant lies beyond the horizon"
    return WHY_UNDEFINED.get(name, "undefined")


def defined(value: float) -> float | None:
    """The value, or None for NaN, as JSON wants it."""
    return None if isnan(value) else value
