"""A tiny network, and logs written by hand, for tests of what is read from a log."""

from datetime import datetime
from math import inf, nan

import numpy as np

from sim.inventory import ITEMS, Inventory
from sim.log import EventLog
from sim.metrics import kpi, tables
from sim.results import Run
from sim.scenario import ScenarioSpec
from sim.vocabulary import KINDS

HORIZON_H = 48.0
_TABLES = {
    "county": [("c1", "甲旗", "Alpha"), ("c2", "乙县", "Beta")],
    "township": [("t1", "东镇", "East", "c1"), ("t2", "西镇", "West", "c2")],
    "depot": [("d1", "库一", "One", "c1", 0.0, 0.0, "p1"), ("d2", "库二", "Two", "c2", 0.0, 0.0, "p2")],
    "crew": [
        ("k1", "d1", "p1", 2, "v1", "pickup", "power", 0.0),
        ("k2", "d2", "p2", 3, "v2", "all_terrain", "power", inf),
        ("k3", "d2", "p2", 4, "", "", "power", 0.0),
    ],
    "generator": [
        ("g1", "petrol_5kw", "d1", "p1"),
        ("g2", "diesel_8kw", "d2", "p2"),
        ("f1", "fixed", "", "p2"),
    ],
    "loader": [("l1", "d2", "p2", 0.0)],
    "station": [
        ("s1-m", "s1", "mobile", 100.0),
        ("s3-m", "s3", "mobile", 10.0),
        ("s1-u", "s1", "unicom", 50.0),
        ("s2-m", "s2", "mobile", 40.0),
        ("s3-u", "s3", "unicom", 20.0),
        ("s3-t", "s3", "telecom", 30.0),
    ],
}
SITES = {
    "id": ["s1", "s2", "s3", "h1", "x1"],
    "name": ["站一", "站二", "站三", "汇一", "核一"],
    "county": ["c1", "c1", "c2", "c2", "c1"],
    "township": ["t1", "t1", "t2", "t2", ""],
    "site_class": ["A", "B", "C", "B", "A"],
    "role": ["access", "access", "access", "hub", "core"],
    "key": [True, False, False, True, True],
    "command": [False, False, True, False, False],
    "urban": [True, False, False, False, True],
    "feeder": ["f1", "f1", "f2", "f2", "f3"],
    "hub": ["h1", "h1", "h1", "h1", "x1"],
    "party": ["p1", "p1", "p2", "p2", "p2"],
    "stations": [2, 1, 3, 0, 0],
    "users": [150.0, 40.0, 60.0, 0.0, 0.0],
    "fixed_generator_kw": [0.0, 0.0, 0.0, 20.0, 30.0],
    "cabinet": ["outdoor", "outdoor", "room", "room", "room"],
    "weather_cell": ["w1", "w1", "w2", "w2", "w1"],
}
ROW = {site: row for row, site in enumerate(SITES["id"])}


def inventory() -> Inventory:
    """Five sites, six stations, two counties, three crews."""
    made = Inventory(site={name: np.array(column) for name, column in SITES.items()})
    for item, rows in _TABLES.items():
        columns = list(zip(*rows, strict=True))
        made[item] = {name: np.array(column) for name, column in zip(ITEMS[item], columns, strict=False)}
    return made


def log_of(*rows) -> EventLog:
    """A log from rows (t_h, kind, subject[, object[, value[, cause_row]]]), put in order of time."""
    log = EventLog(list(KINDS))
    for row in sorted(rows, key=lambda row: row[0]):
        t_h, kind, subject, *rest = row
        other, value, cause = (*rest, *("", nan, -1)[len(rest) :])
        log.add(t_h, kind, subject, other, value, cause)
    return log


def data_of(*rows, horizon_h=HORIZON_H, plan=None):
    """The tables of such a log over the tiny network."""
    return tables(log_of(*rows).columns(), inventory(), horizon_h, plan)


def group(*sites):
    """A mask over the sites."""
    return np.array([site in sites for site in SITES["id"]])


def figure(name, *rows, at_h=None, sites=None, horizon_h=HORIZON_H, plan=None):
    """One figure of such a log, of the sites of a group or of all."""
    mask = None if sites is None else group(*sites)
    return kpi(name, data_of(*rows, horizon_h=horizon_h, plan=plan), at_h, mask)


def spec_of(**chapters) -> ScenarioSpec:
    """A scenario on paper that starts at midnight of 5 November 2023."""
    given = {
        "format": 1,
        "name": "little",
        "title": {"en": "A little storm", "zh": "小风雪"},
        "start": datetime(2023, 11, 5).isoformat(),
        "horizon_h": HORIZON_H,
        "topology": "nowhere.yaml",
    }
    return ScenarioSpec.model_validate({**given, **chapters})


STORY = (
    (0.0, "run.begins", "little", "test"),
    (0.0, "snow.water", "w1", "", 0.0),
    (0.5, "measure.planned", "place_generators-01", "s1", 2.0),
    (0.5, "measure.planned", "place_generators-01", "s3", 2.0),
    (0.5, "measure.planned", "inspect-01", "x1", 2.0),
    (0.6, "job.opened", "place-0001", "s1"),
    (0.7, "crew.sent", "k1", "place-0001", 0.3),
    (1.0, "job.onsite", "place-0001", "k1"),
    (1.2, "generator.placed", "g1", "s1", 20.0),
    (1.5, "job.done", "place-0001", "k1"),
    (1.5, "measure.done", "place_generators-01", "s1", 2.0),
    (3.0, "measure.done", "place_generators-01", "s3", 2.0),
    (4.0, "mains.lost", "s1", "f1"),
    (4.0, "mains.lost", "s2", "f1"),
    (4.5, "generator.started", "g1", "s1", 3.0),
    (5.0, "mains.lost", "s3", "f2"),
    (8.0, "radio.off", "s2", "battery"),
    (8.0, "site.down", "s2", "power"),
    (8.5, "desk.alarm", "s2", "down"),
    (8.6, "job.opened", "generate-0001", "s2"),
    (9.0, "job.assigned", "generate-0001", "k2"),
    (9.5, "crew.sent", "k2", "generate-0001", 1.0),
    (10.0, "site.down", "s3", "transport"),
    (11.0, "site.up", "s3"),
    (11.5, "job.onsite", "generate-0001", "k2"),
    (12.0, "generator.started", "g2", "s2", 2.0),
    (12.0, "site.up", "s2"),
    (12.5, "job.done", "generate-0001", "k2"),
    (20.0, "snow.water", "w1", "", 35.0),
    (30.0, "mains.back", "s1", "f1"),
    (40.0, "site.down", "s1", "upstream_power"),
)
"""A little run: s2 out four hours for want of power, s3 one hour by transport, s1 out at the end."""


def run_of(*rows, **chapters) -> Run:
    """A run over the tiny network."""
    return Run(
        spec_of(**chapters), 7, "test", log_of(*(rows or STORY)), inventory(), {"chosen": frozenset({0, 2})},
        {"policy": "test"}, "hash-of-scenario", "hash-of-topology", "0.0", 1.5,
    )  # fmt: skip
