"""What is written in a scenario and could never have an effect: a selection of no site, help nobody calls, and such."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem
from sim.hazards.snow import falls_h
from sim.hazards.specs import Snowstorm
from sim.hazards.weather import Cells
from sim.inventory import Inventory
from sim.language import _
from sim.scenario import ScenarioSpec
from sim.selection import select
from sim.spec import Where
from sim.topology.tables import CABINETS, ROLES, SITE_CLASSES, Topology
from sim.yamlfile import Document, Loc, dotted

_AT_SITES = ("inspect", "place_generators", "quilts")


def empty_selections(
    spec: ScenarioSpec, topology: Topology, lists: Mapping[str, frozenset[int]], document: Document
) -> list[Problem]:
    """Every `where` and `of` that selects no site; the names in them must be known to exist."""
    selections = [(loc, where) for loc, where in _selections(spec) if where != Where()]
    if not selections:
        return []
    inventory = _sites(spec, topology)
    return [
        Problem(str(document.path), document.line_of_path(loc), dotted(loc), _("selects no site"))
        for loc, where in selections
        if not select(where, inventory, lists).any()
    ]


def _selections(spec: ScenarioSpec) -> Iterator[tuple[Loc, Where]]:
    for index, measure in enumerate(spec.plan.before):
        if measure.do in _AT_SITES:
            yield ("plan", "before", index, "where"), measure.where
    for index, target in enumerate(spec.plan.targets):
        if target.of is not None and not target.of.singled[0]:
            yield ("plan", "targets", index, "of"), target.of


def _sites(spec: ScenarioSpec, topology: Topology) -> Inventory:
    """What a selection may ask of a site, before there is a run."""
    sites, counties, townships = topology.sites, topology.counties, topology.townships
    parties = np.array([_party(spec, str(county)) for county in counties.id] or [""])
    inventory = Inventory()
    inventory["county"] = {"id": counties.id, "name": counties.name, "name_en": counties.name_en}
    inventory["township"] = {"id": townships.id, "name": townships.name, "name_en": townships.name_en}
    inventory["site"] = {
        "id": sites.id, "site_class": np.array(SITE_CLASSES)[sites.site_class], "role": np.array(ROLES)[sites.role],
        "county": _named(sites.county, counties.id), "township": _named(sites.township, townships.id),
        "party": _named(sites.county, parties), "cabinet": np.array(CABINETS)[sites.cabinet], "key": sites.key,
        "command": sites.command, "urban": sites.urban, "fixed_generator_kw": sites.fixed_generator_kw,
        "hub": _named(sites.hub, sites.id),
    }  # fmt: skip
    return inventory


def _named(rows: NDArray[np.int64], ids: NDArray[np.str_]) -> NDArray[np.str_]:
    return np.where(rows >= 0, ids[np.maximum(rows, 0)], "") if len(ids) else np.full(len(rows), "")


def _party(spec: ScenarioSpec, county: str) -> str:
    """The party that serves a county: the first that names it, or names none."""
    return next((name for name, party in spec.parties.items() if county in party.counties or not party.counties), "")


def warnings(spec: ScenarioSpec, topology: Topology, document: Document) -> tuple[Problem, ...]:
    """What is no mistake and yet can have no effect, in the order of its lines."""
    found = [*_idle_help(spec), *_loaders_without_roads(spec, topology), *_storms_outside(spec, topology)]
    told = [
        Problem(
            str(document.path), document.line_of_path(loc), dotted(loc), _("warning: {message}").format(message=message)
        )
        for loc, message in found
    ]
    return tuple(sorted(told, key=lambda problem: problem.line or 0))


def _storms_outside(spec: ScenarioSpec, topology: Topology) -> Iterator[tuple[Loc, str]]:
    """Storms of which no snow falls between the start and the horizon."""
    for index, storm in enumerate(spec.hazards):
        if isinstance(storm, Snowstorm):
            first_h, last_h = falls_h(storm, storm.onset.to_h(spec.start), topology, Cells.over(topology))
            if last_h <= 0 or first_h >= spec.horizon_h:
                told = _("the storm does not fall within the drill: snow from {first} h to {last} h, drill to +{end} h")
                told = told.format(first=f"{first_h:+.0f}", last=f"{last_h:+.0f}", end=f"{spec.horizon_h:g}")
                yield ("hazards", index, "onset"), told


def _loaders_without_roads(spec: ScenarioSpec, topology: Topology) -> Iterator[tuple[Loc, str]]:
    """Loaders in a network that has no roads to open."""
    if len(topology.roads.edge_id):
        return
    message = _("loaders have no use: the topology has no roads that they could open")
    for name, depot in spec.resources.depots.items():
        if depot.loaders:
            yield ("resources", "depots", name, "loaders"), message
    if spec.resources.hired.loaders:
        yield ("resources", "hired", "loaders"), message


def _idle_help(spec: ScenarioSpec) -> Iterator[tuple[Loc, str]]:
    """Hired crews and mutual aid that no level calls, and levels that call where there is nobody."""
    resources = spec.resources
    hired, aid = resources.hired, resources.mutual_aid
    there = {
        "hire": bool(hired.crews or hired.loaders or any(hired.generators.values())),
        "ask_mutual_aid": bool(aid.crews or any(aid.generators.values())),
    }
    called = {word for level in spec.plan.levels for word in level.do}
    for word, chapter in (("hire", "hired"), ("ask_mutual_aid", "mutual_aid")):
        if there[word] and word not in called:
            told = _("nobody calls them: no level of the plan has {word} in its do")
            yield ("resources", chapter), told.format(word=word)
    there["ask_mutual_aid"] |= any(party.helps for party in spec.parties.values())
    for index, level in enumerate(spec.plan.levels):
        for place, word in enumerate(level.do):
            if not there.get(word, True):
                wanted = _("resources.mutual_aid or a party that helps another")
                wanted = "resources.hired" if word == "hire" else wanted
                told = _("{word} brings nobody: there is no {wanted}")
                yield ("plan", "levels", index, "do", place), told.format(word=word, wanted=wanted)
