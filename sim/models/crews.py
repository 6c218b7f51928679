"""Crews: where each is, what it carries, how long it may still work; and what stands at their depots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf, isinf
from typing import Final

from sim.models.generators import LEAST_FUEL, LOW_FUEL, Generator
from sim.resources import CrewSpec

REFUEL_L: Final = 20.0
"""Assumed: a crew with less fuel than this goes by its depot before a refuelling."""
LEAST_L: Final = 1.0
"""Assumed: with less fuel than this nobody goes refuelling."""
HEAVIEST_BY_HAND_KG: Final = 300.0
"""Assumed: what is heavier has wheels of its own (trailers, trucks). The heaviest portable sets weigh 250 kg."""
_SHORTEST_JOB_H: Final = 2.0
"""Assumed: no crew is kept on duty for less time than this."""
_MARGIN_H: Final = 0.5
"""Assumed: a job is not begun that would end this close to the hard stop."""


def fitting(need_kw: float, by_hand_kg: float = inf) -> Callable[[Generator], tuple[bool, bool, float, str]]:
    """Sort key of generators for a site that needs so much: the smallest that is enough, else the largest.

    Those that would have to be carried and are too heavy come last.
    """
    return lambda g: (
        g.kind.mass_kg > by_hand_kg,
        g.kind.prime_kw < need_kw,
        abs(g.kind.prime_kw - need_kw),
        g.id,
    )


@dataclass(eq=False)
class DepotStock:
    """What stands at a depot now."""

    id: str
    node: int
    party: str
    fuel_l: float
    grade_c: float
    county: int
    generators: list[Generator] = field(default_factory=list)

    def free_generators(self, seats: int) -> list[Generator]:
        """Working generators that nobody is coming for and that need no more places than these."""
        return [g for g in self.generators if not g.broken and not g.reserved and g.kind.seats <= seats]

    def draw_fuel(self, litres: float) -> float:
        """Take fuel; what there was of it."""
        taken = min(litres, self.fuel_l)
        self.fuel_l -= taken
        return taken


class Crew:
    """A crew (抢修队) with its vehicle."""

    __slots__ = (
        "booked",
        "busy",
        "called",
        "carried",
        "depot",
        "fuel_l",
        "grade_c",
        "hand_kg",
        "id",
        "laden",
        "node",
        "on_since_h",
        "party",
        "people",
        "ready_h",
        "resting",
        "shift_left_h",
        "site",
        "skills",
        "spec",
        "vehicle",
        "vehicle_id",
    )

    def __init__(
        self,
        name: str,
        depot: DepotStock,
        party: str,
        spec: CrewSpec,
        vehicle: str,
        skills: frozenset[str],
        ready_h: float,
    ) -> None:
        self.id, self.depot, self.party, self.spec = name, depot, party, spec
        self.vehicle, self.vehicle_id = vehicle, f"{name}-vehicle"
        self.skills, self.people = skills, spec.people
        self.ready_h = ready_h
        self.node, self.site = depot.node, -1
        self.carried: list[Generator] = []
        self.fuel_l = inf if spec.unlimited_generators else spec.fuel_l
        """Full at the start, beside what the depot has in stock; by study setting never short."""
        self.grade_c = depot.grade_c
        self.busy = self.resting = self.called = False
        self.booked: Generator | None = None
        """The generator of its depot that is kept for it."""
        self.on_since_h = inf
        self.shift_left_h = inf
        """Set by the view for the instant it shows."""
        self.hand_kg = inf
        """The heaviest it can bring from the vehicle to the site it is at; inf with the vehicle at the door."""
        self.laden = False
        """It carries a generator on foot."""

    @property
    def carried_kw(self) -> Sequence[float]:
        """Rated power of the generators on board."""
        return [generator.kind.prime_kw for generator in self.carried]

    def working(self, most_kg: float = inf) -> list[Generator]:
        """Generators on board that could be used and weigh no more than this."""
        return [g for g in self.carried if not g.broken and g.kind.mass_kg <= most_kg]

    def ready(self, most_kg: float = inf, share: float = LEAST_FUEL) -> list[Generator]:
        """Those of them that its cans could bring to this share of a tank."""
        return [g for g in self.working(most_kg) if g.has_fuel(share, self.fuel_l)]

    def could_bring(self) -> bool:
        """Whether it has a set that could run, or could have one from its depot, sets and cans filled there."""
        if self.ready():
            return True
        depot = self.depot
        there_l = self.fuel_l + depot.fuel_l
        return any(g.has_fuel(more_l=there_l) for g in self.working()) or any(
            not g.broken and not g.reserved and g.kind.seats <= self.spec.carries and g.has_fuel(more_l=there_l)
            for g in depot.generators
        )

    def seats_left(self) -> int:
        """Generator places still free on the vehicle."""
        return self.spec.carries - sum(generator.kind.seats for generator in self.carried)

    def by_hand_kg(self, kg_per_person: float) -> float:
        """The heaviest set the crew can carry on foot."""
        return min(self.people * kg_per_person, HEAVIEST_BY_HAND_KG)

    def fuel_to_come_l(self) -> float:
        """Fuel it could set out with, having been to its depot."""
        return self.fuel_l + max(min(self.spec.fuel_l - self.fuel_l, self.depot.fuel_l), 0.0)

    def likeness(self, now: float) -> tuple[object, ...]:
        """Crews alike in this would be at any job at the same time."""
        return (
            self.node,
            self.site,
            self.vehicle,
            self.depot.id,
            self.party,
            tuple(
                "" if g.broken else (g.kind_name, g.has_fuel(LOW_FUEL, self.fuel_l), g.has_fuel(more_l=self.fuel_l))
                for g in self.carried
            ),
            self.fuel_l < REFUEL_L,
            self.fuel_l < LEAST_L,
            self.skills,
            self.people,
            round(self.work_left_h(now), 1),
        )

    def work_left_h(self, now: float) -> float:
        """Hours until the hard stop, for a job that would begin now; the shift's own end only bars new jobs."""
        if self.spec.shift_h is None or isinf(self.on_since_h):
            return inf if self.spec.shift_h is None else self.spec.hard_stop_h - _MARGIN_H
        return self.on_since_h + self.spec.hard_stop_h - _MARGIN_H - now

    def past_stop(self, now: float) -> bool:
        """Whether the hard stop has come: nothing new may be begun, not even the next leg."""
        return self.spec.shift_h is not None and now >= self.on_since_h + self.spec.hard_stop_h

    def tired_h(self) -> float:
        """When the crew, if free, goes to rest: its shift over, or too little left of it for another job."""
        if self.spec.shift_h is None or isinf(self.on_since_h):
            return inf
        return self.on_since_h + min(self.spec.shift_h, self.spec.hard_stop_h - _MARGIN_H - _SHORTEST_JOB_H)
