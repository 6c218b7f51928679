"""What a crew does at its depot: fill the cans, put down what it does not need, take the generators it does, filled."""

from __future__ import annotations

from simpy import Environment

from sim.log import EventLog
from sim.models.crews import Crew
from sim.models.driving import Driving
from sim.models.generators import Generator
from sim.vocabulary import Job


class Depots:
    """Loading and unloading; all of it at once, the time it takes is part of the call-out."""

    def __init__(self, driving: Driving, env: Environment, log: EventLog) -> None:
        self._driving, self._env, self._log = driving, env, log

    def stop(self, crew: Crew, job: Job, with_generator: bool, row: int) -> None:
        """A crew on its way to a job comes by: broken sets stay here, and any that do not suit the job."""
        depot = crew.depot
        crew.fuel_l += depot.draw_fuel(crew.spec.fuel_l - crew.fuel_l)
        crew.grade_c = depot.grade_c
        booked, crew.booked = crew.booked, None
        wanted = crew.working()
        if with_generator:
            sets = self._driving.stock_for(crew, job, self._env.now, via_depot=True)
            wanted = self._that_fit(crew, sets if booked is None else [booked, *sets])
        for generator in [g for g in crew.carried if g not in wanted]:
            self._store(crew, generator, row)
        for generator in wanted:
            if generator in crew.carried:
                self._fill(generator, crew, row)
            else:
                self._take(crew, generator, row)

    def _that_fit(self, crew: Crew, sets: list[Generator]) -> list[Generator]:
        """As many as there are places for, in this order."""
        seats, found = crew.spec.carries, []
        for generator in sets:
            if generator.kind.seats <= seats:
                found.append(generator)
                seats -= generator.kind.seats
        return found

    def _store(self, crew: Crew, generator: Generator, row: int) -> None:
        crew.carried.remove(generator)
        crew.depot.generators.append(generator)
        generator.place = crew.depot.id
        level = generator.tank.level(self._env.now)
        self._log.add(self._env.now, "generator.stored", generator.id, crew.depot.id, level, row)

    def _fill(self, generator: Generator, crew: Crew, row: int) -> None:
        """Top up a set that stays on board."""
        depot = crew.depot
        litres = depot.draw_fuel(generator.kind.tank_l - generator.fuel_l)
        if litres > 0:
            generator.fill(litres, depot.grade_c)
            self._log.add(self._env.now, "generator.fuelled", generator.id, depot.id, generator.fuel_l, row)

    def _take(self, crew: Crew, generator: Generator, row: int) -> None:
        depot = crew.depot
        depot.generators.remove(generator)
        generator.reserved = False
        space_l = generator.kind.tank_l - generator.tank.level(self._env.now)
        generator.fill(depot.draw_fuel(space_l), depot.grade_c)
        generator.place = crew.id
        crew.carried.append(generator)
        level = generator.tank.level(self._env.now)
        self._log.add(self._env.now, "generator.taken", generator.id, crew.id, level, row)
