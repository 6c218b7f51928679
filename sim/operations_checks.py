"""What teams, procedures and injects into machine rooms name and nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sim.errors import got, listed
from sim.language import _, spoken
from sim.parameters import hint, one_of
from sim.phrases import word
from sim.procedure import Act, Procedure, Step
from sim.scenario import ScenarioSpec
from sim.topology.plant import Plant
from sim.topology.tables import Topology
from sim.yamlfile import Loc

Finding = tuple[Loc, str]


def room_targets(plant: Plant | None) -> dict[str, list[str]]:
    """What in machine rooms can fail: names by sort."""
    if plant is None:
        return {}
    found: dict[str, list[str]] = {
        "device": list(plant.devices),
        "supply": [f"{name}.{letter}" for name, device in plant.devices.items() for letter in device.supplies],
        "cooler": list(plant.coolers),
        "link": list(plant.links),
    }
    for name, node in plant.nodes.items():
        found.setdefault(node.kind, []).append(name)
    return found


def sort_told(sort: str) -> str:
    """A sort of thing in words, as a message names it."""
    if spoken() == "en":
        return sort
    return _("road") if sort == "road" else word(sort)


def operations_problems(spec: ScenarioSpec, topology: Topology) -> Iterator[Finding]:
    """Every finding with its place in the scenario."""
    sites, teams = topology.site_index, spec.resources.teams
    for name, team in teams.items():
        yield from _known(("resources", "teams", name, "place"), team.place, sites, _("a site of the topology"))
        if spec.parties and team.party:
            yield from _known(("resources", "teams", name, "party"), team.party, spec.parties, _("one of the parties"))
    for index, level in enumerate(spec.plan.levels):
        if level.lead:
            leaders = [*teams, *spec.parties]
            yield from _known(("plan", "levels", index, "lead"), level.lead, leaders, _("a team or a party"))
    for place in spec.resources.spares.stores:
        yield from _known(("resources", "spares", "stores", place), place, sites, _("a site of the topology"))
    plant = topology.plant
    singles: dict[str, Iterable[str]] = {
        "service": plant.services if plant is not None else (),
        "row": plant.rows if plant is not None else (),
        "procedure": spec.plan.procedures,
    }
    for index, target in enumerate(spec.plan.targets):
        if target.of is not None and target.of.singled[0]:
            sort, name = target.of.singled
            yield from _known(
                ("plan", "targets", index, "of", sort),
                name,
                singles[sort],
                _("a {sort} of this drill").format(sort=sort_told(sort)),
            )
    for name, procedure in spec.plan.procedures.items():
        yield from _procedure(("plan", "procedures", name), procedure, spec, topology)


def _known(loc: Loc, name: str, names: Iterable[str], what: str) -> Iterator[Finding]:
    known = [str(one) for one in names]
    if name not in known:
        said = _("must be {what}: {choices}{hint}") if len(known) <= 12 else _("must be {what}{hint}")
        yield loc, said.format(what=what, choices=one_of(known), hint=hint(name, known))


def _procedure(at: Loc, procedure: Procedure, spec: ScenarioSpec, topology: Topology) -> Iterator[Finding]:
    teams = spec.resources.teams
    for name, role in procedure.roles.items():
        loc = (*at, "roles", name)
        yield from _known((*loc, "team"), role.team, teams, _("a team of resources.teams"))
        if role.team in teams:
            team = teams[role.team]
            if role.people > team.people:
                most = _("must be at most the people of {team}, {most}").format(team=role.team, most=team.people)
                yield (*loc, "people"), most + got(str(role.people))
            if role.skill is not None and role.skill not in team.skills:
                said = (
                    _("must be a skill of team {team}, which has {skills}")
                    if team.skills
                    else _("must be a skill of team {team}, which has no skills")
                )
                yield (*loc, "skill"), said.format(team=role.team, skills=listed(team.skills)) + got(repr(role.skill))
    if procedure.on_level is not None and procedure.on_level not in [level.level for level in spec.plan.levels]:
        yield (
            (*at, "on_level"),
            _("must be a level of plan.levels (got {on_level!r})").format(on_level=procedure.on_level),
        )
    for name, step in procedure.steps.items():
        yield from _step((*at, "steps", name), name, step, procedure, spec, topology)


def _step(
    at: Loc, name: str, step: Step, procedure: Procedure, spec: ScenarioSpec, topology: Topology
) -> Iterator[Finding]:
    people = {
        **{role: one.team for role, one in procedure.roles.items()},
        **{team: team for team in spec.resources.teams},
    }
    yield from _known((*at, "who"), step.who, people, _("a role of the procedure or a team"))
    for key, place in (("at", step.at), ("to", step.to)):
        if place:
            yield from _known((*at, key), place, topology.site_index, _("a site of the topology"))
    team = spec.resources.teams.get(people.get(step.who, ""))
    if step.at and team is not None and team.place != step.at:
        brought = any(
            procedure.steps[one].to == step.at and procedure.steps[one].who == step.who
            for one in procedure.before(name)
        )
        if not brought:
            yield (
                (*at, "at"),
                _("must be where {who} is, {place}, or where a step before has brought them").format(
                    who=step.who, place=team.place
                ),
            )
    yield from _spares(at, step, spec)
    for index, act in enumerate(step.does):
        yield from _act((*at, "does", index, "what"), act, spec, room_targets(topology.plant), topology)


def _spares(at: Loc, step: Step, spec: ScenarioSpec) -> Iterator[Finding]:
    stores = spec.resources.spares.stores.values()
    for kind, count in step.uses.items():
        at_hand = sum(store.get(kind, 0) for store in stores)
        if at_hand < count:
            yield (
                (*at, "uses", kind),
                _("must be in the stores of resources.spares, {at_hand} there (got {count})").format(
                    at_hand=at_hand, count=count
                ),
            )


def _act(
    loc: Loc, act: Act, spec: ScenarioSpec, targets: Mapping[str, list[str]], topology: Topology
) -> Iterator[Finding]:
    if act.do in ("level", "report"):
        yield from _known(loc, act.what, [level.level for level in spec.plan.levels], _("a level of plan.levels"))
    elif act.do == "cool":
        rows = topology.plant.rows if topology.plant is not None else {}
        yield from _known(loc, act.what, rows, _("a row of the machine rooms"))
    elif act.do in ("fail", "mend") and act.what != "{target}":
        sort, _colon, name = act.what.partition(":")
        if sort not in targets:
            forms = listed(f"{one}:ID" for one in targets) or "{target}"
            yield loc, _("must be {{target}} or one of {forms}{hint}").format(forms=forms, hint=hint(act.what, []))
        else:
            yield from _known(loc, name, targets[sort], _("a {sort} of the topology").format(sort=sort_told(sort)))
