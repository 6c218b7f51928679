"""Machine rooms, teams and procedures of one drill, put together and tied to the network and to the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from simpy import Environment

from sim.log import EventLog
from sim.models.network import Network
from sim.models.people import People
from sim.models.procedures import Procedures
from sim.models.rooms.rooms import Rooms
from sim.models.rooms.services import Outage
from sim.models.rooms.watch import ALARM_COUNTS, Watch
from sim.models.site import SitePower
from sim.models.timer import Timer
from sim.models.triggers import Triggers
from sim.procedure import Act
from sim.scenario import Scenario
from sim.streams import Streams


@dataclass(eq=False)
class Operations:
    """What a drill in machine rooms needs beside the network; without any of it, it does nothing."""

    scenario: Scenario
    network: Network
    streams: Streams
    env: Environment
    log: EventLog
    triggers: Triggers = field(init=False)
    rooms: Rooms | None = field(init=False, default=None)
    watch: Watch | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        spec = self.scenario.spec
        self.people = People(spec.resources.teams, self.env, self.log)
        self.procedures = Procedures(
            spec.plan.procedures, self.people, spec.resources.spares, self.streams, self.env, self.log
        )
        self.procedures.act = self._act
        plant = self.scenario.topology.plant
        if plant is not None:
            self.rooms = Rooms(plant, self.env, self.log, self.streams)
            self.watch = Watch(self.rooms, spec.desk.alarm_h, self.env, self.log)
            self.watch.alarmed = self.procedures.alarm
            self.watch.service = self._service
            self.network.listeners.append(_MainsFelt(self.rooms, self.network))

    def tie_to(self, triggers: Triggers) -> None:
        """Levels raise procedures, steps raise levels, alarms are counted."""
        self.triggers = triggers
        procedures = self.scenario.spec.plan.procedures.values()
        acts = [act for procedure in procedures for step in procedure.steps.values() for act in step.does]
        triggers.reported_by_steps = frozenset(act.what for act in acts if act.do == "report")
        if self.watch is not None:
            self.watch.heard = lambda _subject, _alarm, row: triggers.look(row)

    def begin(self) -> None:
        """The state of the rooms at the start; procedures that begin by the clock."""
        if self.rooms is not None:
            self.rooms.begin()
        for name, procedure in self.scenario.spec.plan.procedures.items():
            if procedure.at is not None:
                start = partial(self.procedures.start, name, "clock", "", -1)
                Timer(self.env, lambda start=start: start() and None).set(self.scenario.at_h(procedure.at))  # type: ignore[misc]

    def counts(self) -> dict[str, float]:
        """Alarms of rooms by sort, as the desk knows them."""
        return dict.fromkeys(ALARM_COUNTS, 0.0) if self.watch is None else self.watch.counts()

    def fire(self, action: str, sort: str, name: str, row: int) -> bool:
        """Something done to machine rooms; False where it is not about them."""
        rooms = self.rooms
        if rooms is None or action not in ("fail", "mend"):
            return False
        plant = rooms.plant
        theirs = (
            name in plant.links if sort == "link" else sort in ("device", "supply", "cooler") or name in plant.nodes
        )
        if theirs:
            (rooms.fail if action == "fail" else rooms.mend)(sort, name, row)
        return theirs

    def _act(self, act: Act, target: str, row: int) -> None:
        """What a step of a procedure changes."""
        what = act.what.replace("{target}", target)
        if act.do == "level":
            self.triggers.raise_now(what, "procedure", row)
        elif act.do == "report":
            self.triggers.report(what, row)
        elif act.do == "cool" and self.rooms is not None:
            self.rooms.cool(what, act.capacity_kw, row)
        elif act.do in ("fail", "mend"):
            self.fire(act.do, *_parted(what), row)

    def _service(self, service: str, outage: Outage | None, row: int) -> None:
        """A service that carries the transmission of sites takes it along."""
        for site in self.scenario.topology.plant.services[service].carries:  # type: ignore[union-attr]
            number = self.scenario.topology.site_index[site]
            if outage is None:
                self.network.regain_room(number, row)
            else:
                self.network.lose_room(number, outage.cause, outage.row)


def _parted(target: str) -> tuple[str, str]:
    sort, _, name = target.partition(":")
    return sort, name


@dataclass(eq=False)
class _MainsFelt:
    """Hears of the mains of sites, which are those of their machine rooms."""

    rooms: Rooms
    network: Network

    def mains_lost(self, site: int, row: int) -> None:
        self.rooms.set_mains(self.network.site_id(site), on=False, row=row)

    def mains_back(self, site: int, row: int) -> None:
        self.rooms.set_mains(self.network.site_id(site), on=True, row=row)

    def service_lost(self, site: int, cause: str, row: int) -> None: ...
    def service_back(self, site: int, row: int) -> None: ...
    def supply_changed(self, site: int, power: SitePower) -> None: ...
    def heard_again(self, site: int) -> None: ...
    def part_failed(self, site: int, part: str, row: int) -> None: ...
    def part_mended(self, site: int, part: str, row: int) -> None: ...
    def link_broken(self, link: int, row: int) -> None: ...
