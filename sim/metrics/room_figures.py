"""The KPIs of machine rooms and procedures. `of` is the one service, procedure or row they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import isnan, nan
from typing import Final

import numpy as np

from sim.inventory import Floats, Ints, number, text
from sim.metrics.intervals import count_over_time
from sim.metrics.tables import Tables

RoomFigure = Callable[[Tables, str], float]


def _highest(values: Floats) -> float:
    """The highest of the numbers among some values; NaN where there is none."""
    numbers = values[~np.isnan(values)]
    return float(numbers.max()) if len(numbers) else nan


def _of(values: Floats, names: list[str], of: str) -> Floats:
    """The values of one name, of all for an empty one."""
    return values[np.array([not of or name == of for name in names], dtype=np.bool_)]


def _service_outage_h(data: Tables, of: str) -> float:
    return _highest(_of(data.services.outage_h(), data.services.ids.tolist(), of))


def _service_outages(data: Tables, of: str) -> float:
    found = data.services
    counts = np.bincount(found.spells.who, minlength=len(found.ids)).astype(np.float64)
    mine = _of(counts, found.ids.tolist(), of)
    return float(mine.sum()) if len(mine) else nan


def _service_availability(data: Tables, of: str) -> float:
    return 1.0 - _service_outage_h(data, of) / data.horizon_h


def _service_worst(kind: str) -> RoomFigure:
    return lambda data, of: _highest(_of(data.services.highest(kind), data.services.ids.tolist(), of))


def _has(data: Tables, item: str) -> bool:
    return len(data.ground.inventory[item]["id"]) > 0


def _count(item: str, kind: str, only: str = "") -> RoomFigure:
    """Rows of a kind about devices or nodes of the supply; NaN where there are no such things."""

    def figure(data: Tables, of: str) -> float:
        if not _has(data, item) or (of and of not in data.rooms.racks_in):
            return nan
        who: Ints = data.rooms.rows_about(item, (kind,), of)[1]
        if only:
            who = who[data.ground.inventory[item]["node_kind"][who].astype(str) == only]
        return float(len(who))

    return figure


def _devices_down_peak(data: Tables, of: str) -> float:
    if not _has(data, "device") or (of and of not in data.rooms.racks_in):
        return nan
    levels = count_over_time(data.rooms.devices_down(of))[1]
    return float(levels.max(initial=0))


def _rows(data: Tables, of: str) -> list[str]:
    return [name for name in data.rooms.air if not of or name == of]


def _temperature_peak_c(data: Tables, of: str) -> float:
    return max((data.rooms.peak_c(name) for name in _rows(data, of)), default=nan)


def _hours_over(column: str) -> RoomFigure:
    def figure(data: Tables, of: str) -> float:
        limits = dict(zip(data.rooms.row_ids.tolist(), data.ground.inventory["row"][column].tolist(), strict=True))
        return max((data.rooms.warmest(name).hours_over(limits[name]) for name in _rows(data, of)), default=nan)

    return figure


def _step_timeliness_share(data: Tables, of: str) -> float:
    steps = data.procedures.deadlines.of(of)
    on_time, late = np.count_nonzero(steps.on_time), np.count_nonzero(steps.late)
    return float(on_time / (on_time + late)) if on_time + late else nan


def _of_runs(figure: RoomFigure) -> RoomFigure:
    """NaN where no such procedure was begun."""
    return lambda data, of: figure(data, of) if len(data.procedures.run_of(of).who) else nan


def _report_timeliness_share(data: Tables, _: str) -> float:
    limits: dict[str, float] = {level.level: level.report_h for level in data.plan.levels if level.report_h is not None}
    on_time, decided = data.procedures.reports(limits)
    return on_time / decided if decided else nan


def _km(column: str) -> RoomFigure:
    """Kilometres of cable between places."""

    def figure(data: Tables, _: str) -> float:
        total = float(number(data.ground.inventory["room_link"], column).sum())
        return total if total > 0 else nan

    return figure


def _routers_per_place(data: Tables, _: str) -> float:
    """Fewest routers of any place that has one."""
    inventory = data.ground.inventory
    row_of = dict(zip(inventory["rack"]["id"].tolist(), text(inventory["rack"], "row").tolist(), strict=True))
    site_of = dict(zip(inventory["row"]["id"].tolist(), text(inventory["row"], "site").tolist(), strict=True))
    device = inventory["device"]
    racks = text(device, "rack")[text(device, "device_kind").astype(str) == "router"].tolist()
    counts = Counter(site_of[row_of[rack]] for rack in racks)
    return float(min(counts.values())) if counts else nan


def _among_workers(column: str) -> RoomFigure:
    return lambda data, _: float(data.procedures.among_workers(column)) if _has(data, "person") else nan


ROOM_FIGURES: Final[dict[str, RoomFigure]] = {
    "service_outage_h": _service_outage_h,
    "service_outages": _service_outages,
    "service_availability": _service_availability,
    "service_delay_ms": _service_worst("service.delay"),
    "service_loss_share": _service_worst("service.loss"),
    "fault_to_alarm_h": lambda data, _: _highest(data.rooms.to_alarm_h()),
    "fault_to_repair_h": lambda data, _: _highest(data.rooms.faults.hours),
    "devices_down_peak": _devices_down_peak,
    "devices_tripped": _count("device", "device.tripped"),
    "pdu_trips": _count("power_node", "power.tripped", "pdu"),
    "temperature_peak_c": _temperature_peak_c,
    "hours_over_warn_h": _hours_over("warn_c"),
    "hours_over_major_h": _hours_over("major_c"),
    "procedure_h": lambda data, of: _highest(data.procedures.run_of(of).hours),
    "step_timeliness_share": _step_timeliness_share,
    "steps_late": _of_runs(lambda data, of: float(np.count_nonzero(data.procedures.deadlines.of(of).late))),
    "steps_rejected": _of_runs(lambda data, of: float(data.procedures.rejected(of))),
    "response_level": lambda data, _: data.procedures.highest_level(),
    "level_lag_h": lambda data, _: _highest(data.procedures.level_lags_h()),
    "levels_missed": lambda data, _: float(data.procedures.missed()),
    "levels_too_low": lambda data, _: float(data.procedures.too_low()),
    "report_timeliness_share": _report_timeliness_share,
    "teams": _among_workers("team"),
    "parties_engaged": _among_workers("party"),
    "places": _among_workers("place"),
    "fibre_km": _km("length_km"),
    "duct_km": _km("duct_km"),
    "routers_per_place": _routers_per_place,
}

_NO_SERVICE: Final = "no such service"
_NO_DEVICE: Final = "no such devices"
_NO_ROW: Final = "no such row of racks"
_NO_FAULT: Final = "nothing broke in a machine room"
_NO_RUN: Final = "no such procedure was begun"
_NO_PERSON: Final = "the inventory has no people of teams"
WHY_ROOMS_UNDEFINED: Final = {
    "service_outage_h": _NO_SERVICE,
    "service_outages": _NO_SERVICE,
    "service_availability": _NO_SERVICE,
    "service_delay_ms": "no such service with a path",
    "service_loss_share": "no such service with a path",
    "fault_to_alarm_h": f"{_NO_FAULT}, or all was mended before anybody heard",
    "fault_to_repair_h": _NO_FAULT,
    "devices_down_peak": _NO_DEVICE,
    "devices_tripped": _NO_DEVICE,
    "pdu_trips": "no such supply of a machine room",
    "temperature_peak_c": _NO_ROW,
    "hours_over_warn_h": _NO_ROW,
    "hours_over_major_h": _NO_ROW,
    "procedure_h": _NO_RUN,
    "step_timeliness_share": "no step with a deadline was due",
    "steps_late": _NO_RUN,
    "steps_rejected": _NO_RUN,
    "response_level": "no response level was raised",
    "level_lag_h": "no level was due and raised",
    "report_timeliness_share": "no report of a level was due",
    "teams": _NO_PERSON,
    "parties_engaged": _NO_PERSON,
    "places": _NO_PERSON,
    "fibre_km": "no cable of a length",
    "duct_km": "no cable in repaired duct",
    "routers_per_place": "no router",
}


def room_figures(data: Tables) -> list[str]:
    """Which of these KPIs a scorecard shows: those that say something, where there are rooms or procedures."""
    items = ("row", "service", "power_node", "procedure_step", "person")
    if not any(_has(data, item) for item in items):
        return []
    return [name for name, figure in ROOM_FIGURES.items() if not isnan(figure(data, ""))]
