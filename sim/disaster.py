"""Everything that goes wrong in one run, drawn before the clock starts: injects in time order, and the weather."""

from __future__ import annotations

from dataclasses import dataclass

from sim.hazards.outages import (
    equipment_failures,
    listed_failures,
    mains_failures,
    restoration,
    single_restorations,
)
from sim.hazards.snow import feeder_failures, fibre_breaks, snow_weather
from sim.hazards.specs import FeederFailures, MainsFailures, Snowstorm
from sim.hazards.weather import Cells, Weather, calm
from sim.scenario import InjectSpec, Scenario
from sim.streams import Streams
from sim.vocabulary import Inject


@dataclass(frozen=True, eq=False)
class Disaster:
    """The controllers' master list and the fields; no policy can disturb either."""

    injects: list[Inject]
    """Timed ones, in time order."""
    conditional: list[Inject]
    restorations: list[Inject]
    """Slots and mends of feeders in time order, those after the horizon too: what the power company plans by."""
    weather: Weather
    onset_h: float
    """When the first storm begins; 0 without one."""


def draw(scenario: Scenario, seed: int) -> Disaster:
    """Draw a scenario's hazards and put the hand-written injects among them."""
    streams = Streams(seed)
    topology, spec = scenario.topology, scenario.spec
    cells = Cells.over(topology)
    weather: Weather | None = None
    injects: list[Inject] = []
    lines: list[Inject] = []
    onset_h = 0.0
    for hazard in spec.hazards:
        if isinstance(hazard, Snowstorm):
            onset_h = scenario.at_h(hazard.onset)
            clock_h = spec.start.hour + spec.start.minute / 60
            weather = snow_weather(hazard, onset_h, topology, cells, spec.horizon_h, clock_h)
            lines += feeder_failures(hazard, weather, topology, streams)
            injects += fibre_breaks(hazard, weather, topology, streams)
        elif isinstance(hazard, FeederFailures):
            lines += listed_failures(hazard, scenario.at_h(hazard.at), topology, streams)
        elif isinstance(hazard, MainsFailures):
            begins_h = 0.0 if hazard.from_ is None else scenario.at_h(hazard.from_)
            injects += mains_failures(hazard, begins_h, topology, streams)
    sites = spec.sites
    for part, per_year in (
        ("radio", sites.equipment_failures_per_year),
        ("rectifier", sites.rectifier_failures_per_year),
    ):
        injects += equipment_failures(part, per_year, spec.horizon_h, topology, streams)
    written = [_written(place, line, scenario) for place, line in enumerate(spec.injects) if not line.off]
    restorations = restoration(lines, spec.grid, streams) + single_restorations(written, spec.grid, streams)
    injects += lines + restorations + [inject for inject in written if inject.when is None]
    injects = [inject for inject in injects if inject.t_h <= spec.horizon_h]
    injects.sort(key=_order)
    restorations.sort(key=_order)
    conditional = [inject for inject in written if inject.when is not None]
    return Disaster(injects, conditional, restorations, weather or calm(cells, spec.horizon_h), onset_h)


def _order(inject: Inject) -> tuple[float, str, str]:
    return (inject.t_h, inject.action, inject.target)


def _written(place: int, line: InjectSpec, scenario: Scenario) -> Inject:
    bounds = {str(key): bound.model_dump(exclude_none=True) for key, bound in line.when.items()}
    return Inject(
        t_h=0.0 if line.at is None else scenario.at_h(line.at),
        action=line.do,
        target=line.what or line.colour or "",
        when=bounds or None,
        message=line.message,
        sender=line.from_,
        to=line.to,
        via=line.via,
        expect=line.expected,
        objective=line.for_,
        optional=line.optional,
        place=place,
    )


def draw_injects(scenario: Scenario, seed: int = 1) -> list[Inject]:
    """The controllers' list of a seed: every inject in time order, the conditional ones last."""
    disaster = draw(scenario, seed)
    return disaster.injects + disaster.conditional
