"""What a level is raised for is told by the names of what holds, and of nothing else."""

import pytest
from simpy import Environment

from sim.log import EventLog
from sim.models.triggers import Triggers
from sim.plan import Level
from sim.streams import Streams
from sim.vocabulary import KINDS

ANY = {"when_any": {"stations_out": 100, "counties_hit": 2}}
ALL = {"when": {"sites_out": 3, "counties_hit": 2}}
MIXED = {"when": {"sites_out": 3}, "when_any": {"counties_hit": 2, "jobs_waiting": 9}, "warning": "red"}


@pytest.mark.parametrize(
    ("level", "counts", "colour", "told"),
    [
        (ANY, {"counties_hit": 2}, None, "counties_hit"),
        (ANY, {"stations_out": 100}, None, "stations_out"),
        (ANY, {"stations_out": 100, "counties_hit": 3}, None, "stations_out,counties_hit"),
        (ALL, {"sites_out": 3}, None, None),
        (ALL, {"sites_out": 3, "counties_hit": 2}, None, "sites_out,counties_hit"),
        (MIXED, {"sites_out": 3}, "orange", "sites_out"),
        (MIXED, {"jobs_waiting": 9}, None, "jobs_waiting"),
        (MIXED, {"sites_out": 2}, "red", "warning"),
        (MIXED, {"sites_out": 3, "counties_hit": 2}, "red", "warning,sites_out,counties_hit"),
        ({"warning": "orange"}, {}, "red", "warning"),
        ({"warning": "orange"}, {}, "yellow", None),
    ],
)
def test_the_row_names_what_holds(level, counts, colour, told):
    known = {"stations_out": 0, "sites_out": 0, "counties_hit": 0, "jobs_waiting": 0} | counts
    env, log = Environment(), EventLog(tuple(KINDS))
    made = Level(level="III", decide_h="30 min", **level)
    triggers = Triggers([made], [], lambda: known, Streams(1), env, log)
    if colour is None:
        triggers.look(-1)
    else:
        triggers.warn(colour, -1)
    known.update(dict.fromkeys(known, 1000))
    env.run(until=2)
    rows = [(row.kind, row.object) for row in log]
    assert rows == ([] if told is None else [("desk.level_due", told), ("desk.level", told)])
