"""Small machine rooms for tests, and rooms that live without a drill around them."""

from simpy import Environment

from sim.log import EventLog
from sim.models.rooms.rooms import Rooms
from sim.models.rooms.watch import Watch
from sim.streams import Streams
from sim.topology.facility import Facility
from sim.topology.plant import plant_of
from sim.vocabulary import KINDS

SURE = {"fails": 0}
FIXED = {"server_throttle_c": {"low": 36, "mode": 36, "high": 36}, "server_trip_c": {"low": 42, "mode": 42, "high": 42},
         "switch_trip_c": {"low": 60, "mode": 60, "high": 60}}  # fmt: skip


def one_rack(kw=2.0, devices=10, coolers=2, cooler_kw=10.0, pdu_kw=7.4, heat=None, **more):
    """A rack of equal servers on two feeds, with coolers beside it."""
    return {
        "rows": {"row": {"site": "x", "heat": {"fan_ramp_h": "2 min", **(heat or {})}}},
        "power": {
            "mains_a": {"kind": "mains"},
            "mains_b": {"kind": "mains"},
            "ups_a": {"kind": "ups", "feeds": ["mains_a"], "rated_kw": 20, **SURE},
            "ups_b": {"kind": "ups", "feeds": ["mains_b"], "rated_kw": 20, **SURE},
        },
        "racks": {"k": {"row": "row", "feeds": {"A": "ups_a", "B": "ups_b"}, "pdu_kw": pdu_kw}},
        "devices": {"srv": {"rack": "k", "load_w": kw * 1000 / devices, "count": devices}},
        "coolers": {
            f"c{n}": {"row": "row", "capacity_kw": cooler_kw, "fed_by": "mains_a", "near": ["k"]}
            for n in range(1, coolers + 1)
        },
        "services": {
            "all": {"needs": {"all_of": [f"srv-{n}" for n in range(1, devices + 1)] if devices > 1 else ["srv"]}}
        },
        "temperatures": FIXED,
        **more,
    }


class Living:
    """Rooms with a clock and a log of their own."""

    def __init__(self, facility, seed=1, alarm_h=0.0):
        self.env, self.log = Environment(), EventLog(tuple(KINDS))
        self.plant = plant_of(Facility.model_validate(facility))
        self.rooms = Rooms(self.plant, self.env, self.log, Streams(seed))
        self.watch = Watch(self.rooms, alarm_h, self.env, self.log)
        self.rooms.begin()

    def fail(self, at_h, target):
        self.to(at_h)
        self.rooms.fail(*target.split(":"), -1)

    def mend(self, at_h, target):
        self.to(at_h)
        self.rooms.mend(*target.split(":"), -1)

    def to(self, t_h):
        if t_h > self.env.now:
            self.env.run(until=t_h)

    def when(self, kind, subject="", object=""):
        return [r.t_h for r in self.log if r.kind == kind and subject in ("", r.subject) and object in ("", r.object)]
