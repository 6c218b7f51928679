"""What a response level sets going: procedures, contractors, hired hands, help between parties and from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simpy import Environment

from sim.log import EventLog
from sim.models.dispatch import Dispatcher
from sim.models.machines import Loaders
from sim.models.procedures import Procedures
from sim.models.roster import Roster
from sim.models.timer import Timer
from sim.plan import Level
from sim.resources import Party, Resources
from sim.units import quantise_h


@dataclass(eq=False)
class Response:
    """Carries out what levels are raised for."""

    resources: Resources
    parties: Mapping[str, Party]
    roster: Roster
    dispatcher: Dispatcher
    loaders: Loaders
    procedures: Procedures
    env: Environment
    log: EventLog
    _helping: set[tuple[str, str]] = field(default_factory=set)

    def level_raised(self, level: Level, row: int) -> None:
        """A level is up; `row` says so."""
        self.procedures.level(level.level, row)
        self.carry_out(level, row)

    def carry_out(self, level: Level, row: int) -> None:
        """What a level is there to do, also where a higher one is up already."""
        if "call_contractors" in level.do:
            self.roster.call_others()
        if "hire" in level.do:
            self.roster.call_spare("hired", self.resources.hired.ready_h, row)
        if "ask_mutual_aid" in level.do:
            aid = self.resources.mutual_aid
            self.roster.call_spare("aid", aid.mobilise_h + aid.road_km / aid.road_kmh, row)
            for name, party in self.parties.items():
                for other in party.helps:
                    self._help(name, other, party.help_after_h, row)

    def _help(self, party: str, other: str, after_h: float, row: int) -> None:
        """A party will serve another's jobs too, after a delay; asking again changes nothing."""
        if (party, other) in self._helping:
            return
        self._helping.add((party, other))
        ready_h = quantise_h(self.env.now + after_h)
        self.log.add(self.env.now, "desk.aid", other, party, ready_h, row)

        def allow() -> None:
            self.dispatcher.helpers.setdefault(party, set()).add(other)
            self.loaders.look_again()
            self.dispatcher.wake()

        Timer(self.env, allow).set(ready_h)
