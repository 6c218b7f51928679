"""A little exchange: two rows of racks that live, and a drill of three faults by hand, as a run without sites."""

from math import nan

import numpy as np
from little_runs import spec_of
from simpy import Environment

from sim.inventory import ITEMS, Inventory
from sim.log import EventLog
from sim.models.rooms.rooms import Rooms
from sim.models.rooms.watch import Watch
from sim.results import Run
from sim.streams import Streams
from sim.topology.facility import Facility
from sim.topology.plant import plant_of
from sim.vocabulary import KINDS

HOURS = 6.0
FACILITY = {
    "rows": {
        "r1": {"site": "hub", "name": "一排", "name_en": "Row 1"},
        "r2": {"site": "hub", "name": "二排", "name_en": "Row 2"},
    },
    "power": {
        "mains_a": {"kind": "mains"},
        "mains_b": {"kind": "mains"},
        "gen": {"kind": "generator", "rated_kw": 100, "fails": 0},
        "ats_a": {"kind": "ats", "feeds": ["mains_a", "gen"]},
        "ats_b": {"kind": "ats", "feeds": ["mains_b", "gen"]},
        "ups_a": {"kind": "ups", "feeds": ["ats_a"], "rated_kw": 60, "fails": 0},
        "ups_b": {"kind": "ups", "feeds": ["ats_b"], "rated_kw": 60, "fails": 0},
        "board_a": {"kind": "board", "feeds": ["ups_a"], "rated_kw": 60},
        "board_b": {"kind": "board", "feeds": ["ups_b"], "rated_kw": 60},
        "sts_1": {"kind": "sts", "feeds": ["board_a", "board_b"], "fails": 0},
    },
    "racks": {
        **{f"k{n}": {"row": "r1", "feeds": {"A": "board_a", "B": "board_b"}} for n in (1, 2, 3)},
        **{f"k{n}": {"row": "r2", "feeds": {"A": "board_a", "B": "board_b"}} for n in (4, 5)},
        "k6": {"row": "r2", "feeds": {"A": "sts_1"}},
    },
    "devices": {
        "srv": {"rack": "k1", "load_w": 1550, "count": 4},
        "app": {"rack": "k2", "load_w": 1100, "count": 4},
        "db": {"rack": "k3", "load_w": 1300, "count": 2, "kind": "storage"},
        "core": {"rack": "k4", "load_w": 900, "count": 2, "kind": "router", "latency_ms": 0.02},
        "edge": {"rack": "k5", "load_w": 700, "count": 3, "kind": "switch"},
        "mon": {"rack": "k6", "load_w": 1200, "count": 2, "supplies": ["A"]},
    },
    "coolers": {
        "c1": {"row": "r1", "capacity_kw": 9, "fed_by": "ats_a", "near": ["k1", "k2"], "draws_kw": 3},
        "c2": {"row": "r1", "capacity_kw": 9, "fed_by": "ats_b", "draws_kw": 3},
        "c3": {"row": "r2", "capacity_kw": 12, "fed_by": "ats_b", "near": ["k6"], "draws_kw": 4},
    },
    "links": {
        "l1": {"a": "core-1", "b": "edge-1", "length_km": 12, "duct_km": 1, "capacity_gbps": 10},
        "l2": {"a": "core-2", "b": "edge-1", "length_km": 31, "capacity_gbps": 10},
        "l3": {"a": "core-1", "b": "core-2", "length_km": 0.1, "capacity_gbps": 40},
    },
    "services": {
        "monitoring": {"name": "监控", "name_en": "Monitoring", "users": 40, "needs": {"at_least": 2, "of": [f"srv-{n}" for n in (1, 2, 3, 4)]}},
        "exchange": {"name": "交换", "name_en": "Exchange", "users": 90000, "needs": {"path": ["core-1", "edge-1"]}, "demand_gbps": 16},
        "supervision": {"users": 12, "needs": {"all_of": ["mon-1", "monitoring"]}},
    },
    "alarms_by": "supervision",
}  # fmt: skip

STEPS = (
    ("detect", "发现", "Detect", "noc", 0.2), ("triage", "研判", "Triage", "noc", 0.5),
    ("order", "派单", "Work order", "dispatch", 0.8), ("authorise", "授权", "Signed authorisation", "customer", 1.2),
    ("travel", "赶赴", "Travel", "maintenance", 1.6), ("swap", "更换", "Swap from spares", "maintenance", nan),
    ("verify", "验证", "Verify", "noc", 3.0),
)  # fmt: skip
TEAMS = (
    ("noc", "网管", "Network operations", "carrier", "centre", 6), ("dispatch", "调度", "Dispatch", "carrier", "centre", 3),
    ("customer", "客户", "Customer", "exchange", "hall", 2), ("maintenance", "维护", "Maintenance", "contractor", "centre", 5),
)  # fmt: skip


def story(run, start_h, lag=1.0):
    """A run of the procedure by hand: the authorisation is refused once, the swap waits for a spare."""
    plan = (
        ("detect", "noc-1", 0.0, 0.15), ("triage", "noc-1", 0.15, 0.45), ("order", "dispatch-1", 0.45, 0.7),
        ("authorise", "customer-1", 0.7, None), ("order", "dispatch-1", 0.95, 1.05),
        ("authorise", "customer-1", 1.05, 1.3), ("travel", "maintenance-1", 1.3, 1.55),
        ("swap", "maintenance-2", 1.95, 2.4), ("verify", "noc-2", 2.4, 2.7),
    )  # fmt: skip
    rows, tries = [(start_h, "procedure.started", run, "k1.A")], {}
    for step, who, begin, end in plan:
        name = f"{run}.{step}"
        tries[step] = tries.get(step, 0) + 1
        begin_h = start_h + begin * lag
        rows += [(begin_h, "step.begun", name, who, float(tries[step])), (begin_h, "person.busy", who, name)]
        if end is None:
            rows += [(start_h + 0.95 * lag, "step.rejected", name, "order", 1.0)]
            rows += [(start_h + 0.95 * lag, "person.free", who, "hall")]
            continue
        rows += [(start_h + end * lag, "step.done", name, who, end * lag)]
        rows += [(start_h + end * lag, "person.free", who, "centre")]
    rows += [
        (start_h + 1.55 * lag, "step.waits", f"{run}.swap", "spare"),
        (start_h + 1.55 * lag, "person.moved", "maintenance-1", "hall"),
    ]
    return [*rows, (start_h + 2.7 * lag, "procedure.done", run, "", 2.7 * lag)]


LEVELS = (
    (0.9, "desk.level_due", "IV", "devices_out"), (1.05, "desk.level", "IV", "devices_out"),
    (1.3, "report.sent", "IV", "carrier"), (1.6, "desk.level_due", "II", "services_out"),
    (2.0, "desk.level", "III", "too_low: services_out"), (2.4, "desk.level", "II", "services_out"),
    (3.5, "report.sent", "II", "carrier"), (4.0, "desk.level_due", "I", "rows_hot"), (4.4, "desk.level_missed", "I", "rows_hot"),
)  # fmt: skip
PLAN = {
    "levels": [
        {"level": "IV", "when": {"stations_out": 1}, "report_h": 0.5},
        {"level": "II", "when": {"stations_out": 2}, "report_h": 0.5},
    ]
}


def living(hours=HOURS, facility=FACILITY, faults=None):
    """A log of the model alone, with its plant. `faults`: (hour, fail or mend, sort, name), or the three of the drill."""
    plant = plant_of(Facility.model_validate(facility))
    env, log = Environment(), EventLog(tuple(KINDS))
    rooms = Rooms(plant, env, log, Streams(3))
    Watch(rooms, 0.05, env, log)
    rooms.begin()
    for t_h, what, sort, name in FAULTS if faults is None else faults:
        if t_h >= hours:
            break
        env.run(until=t_h)
        if what == "cool":
            rooms.cool(sort, float(name), -1)
        else:
            getattr(rooms, what)(sort, name, -1)
    env.run(until=hours)
    return log, plant


FAULTS = (
    (0.5, "fail", "pdu", "k1.A"), (1.0, "fail", "cooler", "c1"), (1.2, "fail", "cooler", "c2"),
    (1.7, "fail", "ups", "ups_b"), (2.2, "cool", "r1", "4"), (2.6, "mend", "cooler", "c1"),
    (2.7, "fail", "mains", "mains_a"), (2.95, "mend", "ups", "ups_b"), (3.2, "mend", "pdu", "k1.A"),
    (3.21, "mend", "pdu", "k1.B"), (3.6, "mend", "mains", "mains_a"), (4.0, "fail", "link", "l1"),
    (4.5, "mend", "link", "l1"), (4.8, "mend", "cooler", "c2"),
)  # fmt: skip


def merged(*logs):
    """Rows of several logs, or of lists of rows, as one log in order of time; causes stay with their rows."""
    rows = []
    for part, given in enumerate(logs):
        full = ((*row, *("", nan, -1)[len(row) - 3 :]) for row in given)
        rows += [(t_h, part, number, rest) for number, (t_h, *rest) in enumerate(full)]
    rows.sort(key=lambda row: row[:3])
    place = {row[1:3]: number for number, row in enumerate(rows)}
    log = EventLog(tuple(KINDS))
    for t_h, part, _, (kind, subject, other, value, cause) in rows:
        log.add(t_h, kind, subject, other, value, place.get((part, cause), -1))
    return log


def inventory_of(plant):
    """Tables of a facility, of the teams and of the procedure."""
    inventory = Inventory()

    def table(item, rows):
        columns = [*zip(*rows, strict=True)] or [[] for _ in ITEMS[item]]
        inventory[item] = {name: np.array(column) for name, column in zip(ITEMS[item], columns, strict=True)}

    rows = plant.rows
    table("row", [
        (n, r.site, r.name, r.name_en, plant.lag_h(n), r.heat.setpoint_c, r.heat.warn_c, r.heat.major_c,
         r.heat.outside_c, len(plant.racks_in[n])) for n, r in rows.items()
    ])  # fmt: skip
    table("rack", [*plant.row_of.items()])
    table("power_node", [
        (n, v.kind, v.site, " ".join(v.feeds), nan if v.rated_kw is None else v.rated_kw,
         nan if v.rated_kw is None else v.limit_kw, plant.rack_of_pdu.get(n, "")) for n, v in plant.nodes.items()
    ])  # fmt: skip
    table("device", [
        (n, d.rack, d.kind, d.load_w / 1000, " ".join(plant.supplies[n])) for n, d in plant.devices.items()
    ])  # fmt: skip
    table("cooler", [(n, c.row, c.capacity_kw, c.fed_by) for n, c in plant.coolers.items()])
    table("room_link", [(n, c.a, c.b, c.length_km, c.duct_km) for n, c in plant.links.items()])
    table("service", [(n, s.name, s.name_en, s.users) for n, s in plant.services.items()])
    table("team", TEAMS)
    table("person", [(f"{t[0]}-{n}", t[0], t[3], t[4], "it") for t in TEAMS for n in range(1, t[5] + 1)])
    table("procedure_step", [
        (f"swap_pdu.{s}", "swap_pdu", s, zh, en, who, by_h, n) for n, (s, zh, en, who, by_h) in enumerate(STEPS)
    ])  # fmt: skip
    return inventory


def drill_run(**chapters):
    """The whole drill: the living rooms with two runs of the procedure and the levels by hand."""
    log, plant = living()
    extra = [*story("swap_pdu#1", 0.6), *story("swap_pdu#2", 2.0, 1.1), *LEVELS]
    spec = spec_of(horizon_h=HOURS, **{"plan": PLAN, "title": {"en": "Three faults", "zh": "三类故障"}, **chapters})
    return Run(spec, 7, "test", merged(log, sorted(extra, key=lambda row: row[0])), inventory_of(plant))


def rooms_run(rows, horizon_h=HOURS, **chapters):
    """A run of rows by hand over the same exchange."""
    plant = plant_of(Facility.model_validate(FACILITY))
    spec = spec_of(horizon_h=horizon_h, **chapters)
    return Run(spec, 7, "test", merged(sorted(rows, key=lambda row: row[0])), inventory_of(plant))
