"""Fuel by the can (油桶): crews fill from their vehicle what they set down, start or stand beside."""

from __future__ import annotations

from collections.abc import Callable

from simpy import Environment

from sim.models.crews import Crew, fitting
from sim.models.generators import LOW_FUEL, Generator
from sim.models.gensets import Gensets
from sim.models.steps import Steps
from sim.units import Spread


def best_fuelled(crew: Crew, need_kw: float) -> Generator | None:
    """The set on board that suits best among those that could run, cans counted in; half a tank comes first."""
    sets = crew.ready(crew.hand_kg, LOW_FUEL) or crew.ready(crew.hand_kg)
    return min(sets, key=fitting(need_kw), default=None)


class Cans:
    """Pours. `lasts_h(kind, part, site, spread)`: hours that the next work of a kind takes at a site."""

    def __init__(
        self,
        gensets: Gensets,
        refuel_work_h: Spread,
        lasts_h: Callable[[str, str, int, Spread], float],
        env: Environment,
    ) -> None:
        self._gensets, self._refuel_work_h, self._lasts_h, self._env = gensets, refuel_work_h, lasts_h, env

    def pour(self, crew: Crew, generator: Generator, site: int, row: int) -> None:
        """What fits, or what there is."""
        litres = min(generator.kind.tank_l - generator.fuel_l, crew.fuel_l)
        if litres > 0:
            crew.fuel_l -= self._gensets.refuelled(generator, site, litres, row, crew.grade_c)

    def fill_up(self, crew: Crew, generator: Generator, site: int, row: int) -> Steps[None]:
        """Fill a set if it is low, which takes as long as a refuelling (nothing more where a visit's time is given)."""
        if generator.has_fuel(LOW_FUEL) or crew.fuel_l <= 0:
            return
        if crew.spec.work_h is None:
            yield self._env.timeout(self._lasts_h("fill", "", site, self._refuel_work_h))
        self.pour(crew, generator, site, row)

    def starts_again(self, crew: Crew, generator: Generator, site: int, row: int) -> Steps[bool]:
        """Whether a set that has stopped beside the crew runs again, filled from its cans."""
        if generator not in self._gensets.could_run(site, crew.fuel_l):
            return False
        yield from self.fill_up(crew, generator, site, row)
        return (yield from self._gensets.start(generator, site, row))
