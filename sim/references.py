"""Every name in a scenario that must exist somewhere else: in its topology, its plan, its own lists.

All are looked up in one pass, so that a planner sees every typing error at once. Record rows are never
compared with the model: what happened needs no counterpart in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

from sim.errors import Problem, listed
from sim.hazards.specs import FeederFailures, MainsFailures, Snowstorm
from sim.language import _
from sim.operations_checks import operations_problems, room_targets, sort_told
from sim.parameters import fields_of, find_place, hint, one_of
from sim.plan import Measure, Target
from sim.resources import GENERATOR_KINDS
from sim.scenario import InjectSpec, ScenarioSpec
from sim.spec import Where
from sim.topology.tables import ROLES, Topology
from sim.units import Moment
from sim.yamlfile import Document, Loc, dotted

SITE_PARTS: Final = ("mains", "rectifier", "radio", "transmission", "battery", "generator")
_DONE_TO: Final[Mapping[str, tuple[str, ...]]] = {
    "fail": ("feeder", "site", "hub", "link"),
    "mend": ("feeder", "site", "hub", "link"),
    "close": ("road",),
    "open": ("road",),
}
_ANYTHING: Final = ("feeder", "site", "hub", "link", "road")


def problems_of(spec: ScenarioSpec, topology: Topology, document: Document) -> list[Problem]:
    """What a scenario names and nobody knows, and times out of the drill, in the order of the file."""
    check = _Check(spec, topology, document)
    for part in (
        _moments,
        _hazards,
        _expressways,
        _resources,
        _kinds,
        _measures,
        _targets,
        _injects,
        _questions,
        _assumptions,
    ):
        part(check)
    for loc, message in operations_problems(spec, topology):
        check.tell(loc, message)
    check.known(("policy",), spec.policy, policy_names(), _("a policy"))
    crews = any(depot.crews for depot in spec.resources.depots.values())
    if crews and not len(topology.roads.edge_id) and spec.roads.travel_h is None:
        check.tell(("topology",), _("has no roads: crews need a road table there, or roads.travel_h here"))
    return sorted(check.problems, key=lambda problem: problem.line or 0)


def policy_names() -> list[str]:
    """Policies known by name."""
    from sim.policies import POLICIES

    return list(POLICIES)


@dataclass
class _Check:
    """What is checked, against what, and what was found."""

    spec: ScenarioSpec
    topology: Topology
    document: Document
    problems: list[Problem] = field(default_factory=list)
    bad_moments: set[Loc] = field(default_factory=set)

    def tell(self, loc: Loc, message: str) -> None:
        line = self.document.line_of_path(loc)
        self.problems.append(Problem(str(self.document.path), line, dotted(loc), message))

    def known(self, loc: Loc, name: str | None, names: Iterable[Any], what: str) -> None:
        """A name must be among these."""
        if name is None:
            return
        known = [str(one) for one in names]
        if name not in known:
            self.tell(
                loc,
                _("must be {what}: {choices}{hint}").format(what=what, choices=one_of(known), hint=hint(name, known)),
            )

    def each(self, loc: Loc, given: str | list[str] | None, names: Iterable[Any], what: str) -> None:
        """One name, or each of a list of names, must be among these."""
        if isinstance(given, list):
            for index, name in enumerate(given):
                self.known((*loc, index), name, names, what)
        else:
            self.known(loc, given, names, what)

    def inside(self, loc: Loc, moment: Moment | None, *, from_start: bool = True) -> None:
        """A moment must be within the drill; `from_start` False: only before its end."""
        if moment is None or loc in self.bad_moments:
            return
        t_h, horizon_h = moment.to_h(self.spec.start), self.spec.horizon_h
        if not (t_h <= horizon_h and (t_h >= 0 or not from_start)):
            said = (
                _("must be within the drill, from {start} to +{horizon} h (got {told}, which is {t_h} h)")
                if from_start
                else _("must be before the end of the drill, +{horizon} h (got {told}, which is {t_h} h)")
            )
            start, horizon = f"{self.spec.start:%Y-%m-%dT%H:%M}", f"{horizon_h:g}"
            self.tell(loc, said.format(start=start, horizon=horizon, told=_told(moment), t_h=f"{t_h:+.4g}"))


def _told(moment: Moment) -> str:
    return f"{moment.at:%Y-%m-%dT%H:%M}" if moment.at else f"{moment.after_h:+g} h"


def _moments(check: _Check) -> None:
    """A clock with an offset from UTC cannot be compared with one without."""
    for loc, moment in _moments_in(check.spec, ()):
        try:
            moment.to_h(check.spec.start)
        except (ValueError, OverflowError) as error:
            check.bad_moments.add(loc)
            check.tell(loc, str(error) if isinstance(error, ValueError) else _("must be a date of our time"))


def _moments_in(value: object, loc: Loc) -> Iterator[tuple[Loc, Moment]]:
    below: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, Moment):
        yield loc, value
    elif isinstance(value, BaseModel):
        below = zip(fields_of(type(value)), (getattr(value, name) for name in type(value).model_fields), strict=True)
    elif isinstance(value, dict):
        below = value.items()
    elif isinstance(value, list | tuple):
        below = enumerate(value)
    for part, item in below:
        yield from _moments_in(item, (*loc, part))


def _hazards(check: _Check) -> None:
    counties, feeders = check.topology.counties.id, check.topology.feeders.id
    for index, hazard in enumerate(check.spec.hazards):
        loc: Loc = ("hazards", index)
        if isinstance(hazard, Snowstorm):
            check.known((*loc, "centre"), hazard.centre, counties, _("a county of the topology"))
            check.inside((*loc, "onset"), hazard.onset, from_start=False)
        elif isinstance(hazard, FeederFailures):
            check.known((*loc, "county"), hazard.county, counties, _("a county of the topology"))
            check.each((*loc, "feeders"), hazard.feeders, feeders, _("a feeder of the topology"))
            check.inside((*loc, "at"), hazard.at, from_start=False)
        elif isinstance(hazard, MainsFailures):
            check.inside((*loc, "from"), hazard.from_, from_start=False)


def _resources(check: _Check) -> None:
    spec, depots, counties = check.spec, check.topology.depots.id, check.topology.counties.id
    at: Loc = ("resources", "depots")
    for name, depot in spec.resources.depots.items():
        check.known((*at, name), name, depots, _("a depot of the topology"))
        check.known((*at, name, "party"), depot.party, spec.parties, _("one of the parties"))
    for name, party in spec.parties.items():
        check.each(("parties", name, "counties"), party.counties, counties, _("a county of the topology"))
        check.each(("parties", name, "helps"), party.helps, spec.parties, _("one of the parties"))
    for key, helper in (("hired", spec.resources.hired), ("mutual_aid", spec.resources.mutual_aid)):
        place: Loc = ("resources", key, "depot")
        check.known(place, helper.depot, spec.resources.depots, _("a depot of resources.depots"))
        if helper.depot is None and (helper.crews or helper.generators or getattr(helper, "loaders", 0)):
            check.tell(
                place,
                _("is missing; they report to a depot of resources.depots: {choices}").format(
                    choices=one_of(spec.resources.depots)
                ),
            )


def _expressways(check: _Check) -> None:
    ways = check.spec.roads.expressways
    loc: Loc = ("roads", "expressways", "reopened")
    if ways.closed is None or ways.reopened is None or check.bad_moments & {loc, (*loc[:-1], "closed")}:
        return
    if ways.reopened.to_h(check.spec.start) < ways.closed.to_h(check.spec.start):
        check.tell(
            loc,
            _("must not be before closed (got {told}, closed {closed})").format(
                told=_told(ways.reopened), closed=_told(ways.closed)
            ),
        )


def _kinds(check: _Check) -> None:
    """Kinds of generator, wherever some are counted."""
    resources = check.spec.resources
    known = [*GENERATOR_KINDS, *resources.kinds]
    at: Loc = ("resources", "depots")
    places: dict[Loc, Iterable[str]] = {(*at, name): depot.generators for name, depot in resources.depots.items()}
    places |= {("resources", "hired"): resources.hired.generators}
    places |= {("resources", "mutual_aid"): resources.mutual_aid.generators}
    for place, kinds in places.items():
        for kind in kinds:
            check.known((*place, "generators", kind), kind, known, _("a kind of generator"))


def _where(check: _Check, loc: Loc, where: Where) -> None:
    topology, spec = check.topology, check.spec
    check.each((*loc, "county"), where.county, topology.counties.id, _("a county of the topology"))
    check.each((*loc, "township"), where.township, topology.townships.id, _("a township of the topology"))
    check.each((*loc, "role"), where.role, ROLES, _("a role"))
    check.known((*loc, "list"), where.list_, spec.lists, _("one of the lists"))
    check.known((*loc, "party"), where.party, spec.parties, _("one of the parties"))


def _measures(check: _Check) -> None:
    for index, measure in enumerate(check.spec.plan.before):
        _measure(check, ("plan", "before", index), measure)


def _measure(check: _Check, loc: Loc, measure: Measure) -> None:
    depots = check.spec.resources.depots
    _where(check, (*loc, "where"), measure.where)
    check.inside((*loc, "by"), measure.by)
    check.known((*loc, "from"), measure.from_depot, depots, _("a depot of resources.depots"))
    check.known((*loc, "to"), measure.to_depot, depots, _("a depot of resources.depots"))


def _targets(check: _Check) -> None:
    for index, target in enumerate(check.spec.plan.targets):
        _target(check, ("plan", "targets", index), target)


def _target(check: _Check, loc: Loc, target: Target) -> None:
    if target.of is not None:
        _where(check, (*loc, "of"), target.of)
    check.inside((*loc, "at"), target.at)


def _questions(check: _Check) -> None:
    for index, question in enumerate(check.spec.questions):
        check.inside(("questions", index, "at"), question.at)


def _injects(check: _Check) -> None:
    objectives = [target.id for target in check.spec.plan.targets]
    for index, inject in enumerate(check.spec.injects):
        loc: Loc = ("injects", index)
        check.inside((*loc, "at"), inject.at)
        check.known((*loc, "for"), inject.for_ or None, objectives, _("the id of a target"))
        if inject.what:
            _what(check, (*loc, "what"), inject)


def _what(check: _Check, loc: Loc, inject: InjectSpec) -> None:
    sort, colon, name = inject.what.partition(":")
    sorts = _DONE_TO.get(inject.do, _ANYTHING)
    rooms = room_targets(check.topology.plant) if inject.do in ("fail", "mend") else {}
    if sort in rooms and not (sort == "link" and len(check.topology.links.id)):
        _in_table(check, loc, name, rooms[sort], _("a {sort} of the topology").format(sort=sort_told(sort)))
        return
    sorts = tuple(dict.fromkeys((*sorts, *rooms)))
    if sort not in sorts or not colon or not name:
        forms = listed(f"{one}:ID" for one in sorts)
        near = [f"{one}:{name}" for one in sorts if name and sort not in _ANYTHING]
        check.tell(
            loc,
            _("must be {forms} where do is {do}{hint}").format(forms=forms, do=inject.do, hint=hint(inject.what, near)),
        )
    elif sort in ("site", "hub"):
        _site(check, loc, sort, name)
    else:
        topology = check.topology
        ids = {"feeder": topology.feeders.id, "link": topology.links.id, "road": topology.roads.edge_id}[sort]
        _in_table(check, loc, name, ids, _("a {sort} of the topology").format(sort=sort_told(sort)))


def _site(check: _Check, loc: Loc, sort: str, name: str) -> None:
    rows, sites = check.topology.site_index, check.topology.sites
    site, dot, part = (name, "", "") if name in rows else name.rpartition(".")
    if not dot and name not in rows:
        site, part = name, ""
    if site not in rows:
        _in_table(check, loc, site, rows, _("a site of the topology"))
    elif dot and part not in SITE_PARTS:
        check.tell(
            loc, _("must name a part: {choices}{hint}").format(choices=one_of(SITE_PARTS), hint=hint(part, SITE_PARTS))
        )
    elif sort == "hub" and ROLES[int(sites.role[rows[site]])] == "access":
        check.tell(
            loc, _("must name a hub, aggregation or core site; write site:{name} for this one").format(name=name)
        )


def _in_table(check: _Check, loc: Loc, name: str, ids: Iterable[Any], what: str) -> None:
    """Like `known`, without a list of what is allowed: these tables are long."""
    known = [str(one) for one in ids]
    if name not in known:
        check.tell(loc, _("must be {what}{hint}").format(what=what, hint=hint(name, known)))


def _assumptions(check: _Check) -> None:
    if not check.spec.assumptions:
        return
    resolved = check.spec.model_dump(mode="json", by_alias=True)
    for index, assumption in enumerate(check.spec.assumptions):
        try:
            find_place(ScenarioSpec, resolved, assumption.set, strict=True)
        except ValueError as error:
            check.tell(("assumptions", index, "set"), _("must be a place in the scenario: {error}").format(error=error))
