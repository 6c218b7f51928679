"""What must hold of jobs and crews in any run's log. Each rule reads rows and the scenario, nothing else."""

import re
from collections import Counter, defaultdict
from itertools import pairwise
from math import inf, isnan

from validation.worlds import Story

GRAIN_H = 2 / 3_600_000
ENDS = ("job.done", "job.wasted", "job.failed", "job.lapsed")
CREW_JOBS = ("job.assigned", "job.onsite", "job.done", "job.wasted", "job.failed")


def of_crews(story: Story):
    """Rows of each crew's life, in order."""
    lives = defaultdict(list)
    for row in story.rows:
        if row.kind.startswith("crew."):
            lives[row.subject].append(row)
        elif row.kind in CREW_JOBS:
            lives[row.object].append(row)
    return lives


def site_of_job(story: Story):
    """Job → site."""
    return {row.subject: row.object for row in story.of("job.opened")}


def home_of(story: Story, crew: str) -> str:
    """The depot a crew begins at, which its name tells."""
    resources = story.scenario.spec.resources
    word = crew.partition("-crew-")[0]
    spare = {"hired": resources.hired.depot, "aid": resources.mutual_aid.depot}
    return word if word in resources.depots else str(spare[word])


class Map:
    """Roads and places of a scenario by name."""

    def __init__(self, story: Story) -> None:
        topology = story.scenario.topology
        roads, sites, depots = topology.roads, topology.sites, topology.depots
        nodes = [str(node) for node in roads.node_id]
        self.ends = {
            str(edge): (nodes[u], nodes[v])
            for edge, u, v in zip(roads.edge_id, roads.edge_u, roads.edge_v, strict=True)
        }
        self.km = dict(zip(map(str, roads.edge_id), roads.edge_km.tolist(), strict=True))
        self.of_site = {
            str(site): nodes[node] for site, node in zip(sites.id, sites.road_node, strict=True) if node >= 0
        }
        self.of_depot = {
            str(depot): nodes[node] for depot, node in zip(depots.id, depots.road_node, strict=True) if node >= 0
        }
        self.counties = {
            str(site): str(topology.counties.id[c]) for site, c in zip(sites.id, sites.county, strict=True)
        }
        self.depot_county = {
            str(d): str(topology.counties.id[c]) for d, c in zip(depots.id, depots.county, strict=True)
        }


# Rows


def time_never_runs_back_and_causes_come_first(story: Story) -> None:
    """Times are non-decreasing, and a row is caused by an earlier one."""
    for number, row in enumerate(story.rows):
        assert row.cause_row < number, (number, row)
        assert number == 0 or row.t_h >= story.rows[number - 1].t_h, (number, row)
        assert 0 <= row.t_h <= story.scenario.horizon_h


def jobs_are_opened_by_what_the_desk_heard_or_planned(story: Story) -> None:
    """Every job goes back to an alarm, a list, a report of a crew, a line's word, the plan, or a fuel gauge."""
    for row in story.of("job.opened"):
        assert row.cause_row >= 0, row
        kind = story.rows[row.cause_row].kind
        assert kind.startswith(("desk.", "job.", "measure.")) or kind in (
            "generator.started",
            "generator.fuelled",
        ), (row, kind)


# Jobs


def no_job_is_served_twice(story: Story) -> None:
    """A job is opened once, held by one crew at a time, visited by the crew that holds it, and ended once.

    A job may lapse while its crew is on the way (the crew is called off), never once the crew is there.
    """
    holder: dict[str, str] = {}
    visited: set[str] = set()
    ended: dict[str, str] = {}
    opened = Counter(row.subject for row in story.of("job.opened"))
    assert set(opened.values()) <= {1}
    for row in story.rows:
        if not row.kind.startswith("job.") or row.kind == "job.opened":
            continue
        job = row.subject
        assert job in opened, row
        assert job not in ended, (row, ended[job])
        if row.kind == "job.assigned":
            assert job not in holder, (row, holder[job])
            holder[job] = row.object
        elif row.kind == "job.returned":
            assert holder.pop(job, "")
            visited.discard(job)
        elif row.kind == "job.lapsed":
            assert job not in visited, row
            assert story.scenario.spec.desk.recall or job not in holder, row
            holder.pop(job, "")
            ended[job] = row.kind
        else:
            assert holder[job] == row.object, row
            visited.add(job)
            if row.kind in ENDS:
                ended[job] = row.kind
                del holder[job]


# Crews


def no_crew_is_in_two_places(story: Story) -> None:
    """A crew's steps follow each other in time, its legs on the road graph, and it works where it has come to."""
    world, sites = Map(story), site_of_job(story)
    for crew, life in of_crews(story).items():
        node, site, busy_h = world.of_depot.get(home_of(story, crew)), "", 0.0
        for row, after in pairwise([*life, None]):
            assert row.t_h >= busy_h - GRAIN_H, (row, busy_h)
            if row.kind == "crew.leg" and row.object in world.ends:
                assert not site, (row, site)
                ends = world.ends[row.object]
                assert node in ends, (row, node)
                node = ends[1] if node == ends[0] else ends[0]
                busy_h = row.t_h + world.km[row.object] / row.value if after is not None else 0.0
            elif row.kind == "crew.leg":
                site = ""
            elif row.kind == "crew.stuck":
                busy_h = row.t_h + row.value
            elif row.kind == "job.onsite":
                site = sites[row.subject]
                assert node == world.of_site.get(site, node), (row, node)
            elif row.kind == "crew.arrived":
                node, site = world.of_depot.get(row.object, node), ""
            if row.kind in ("crew.free", "crew.rests") and world.ends:
                at_node = {node, *(depot for depot, its in world.of_depot.items() if its == node)}
                if not site and world.of_site.get(row.object) == node:
                    site = row.object  # it came to the door, and its job had lapsed or its shift was over
                assert row.object in ({site} if site else at_node), (row, node, site)
            if row.kind == "crew.rests":
                busy_h = row.t_h + row.value


def crews_do_one_thing_at_a_time(story: Story) -> None:
    """Free, then assigned, sent, perhaps there, then free again; rest only from freedom."""
    for crew, life in of_crews(story).items():
        job, moving, resting_until = "", False, -inf
        for row in life:
            if row.kind == "job.assigned":
                assert not job, (row, job)
                assert row.t_h >= resting_until - GRAIN_H, (row, resting_until)
                job = row.subject
            elif row.kind == "crew.sent":
                assert row.object == job or row.object.startswith("move_crews"), (row, job)
                moving = True
            elif row.kind == "job.onsite":
                assert (row.subject, moving) == (job, True), row
            elif row.kind == "crew.free":
                job, moving = "", False
            elif row.kind == "crew.rests":
                assert not job, (row, job)
                resting_until = row.t_h + row.value
            elif row.kind in ("crew.leg", "crew.stuck", "crew.works"):
                assert moving, row
        assert crew


def nothing_is_begun_after_the_hard_stop(story: Story) -> None:
    """Past the hard stop a crew takes no further leg and begins no work; what it is at, it may end."""
    spec = story.scenario.spec.resources.crew
    if spec.shift_h is None:
        assert not story.of("crew.rests")
        return
    for life in of_crews(story).values():
        called_h = inf
        for row in life:
            if row.kind in ("crew.called", "crew.rests"):
                called_h = row.t_h if row.kind == "crew.called" else inf
            if row.kind in ("crew.leg", "crew.works", "crew.sent"):
                assert row.t_h <= called_h + spec.hard_stop_h + GRAIN_H or called_h == inf, (row, called_h)


def journeys_are_no_longer_than_the_desk_allows(story: Story) -> None:
    """No crew leaves for a journey that is expected to last longer than the desk's limit."""
    for row in story.of("crew.sent"):
        assert isnan(row.value) or row.value <= story.scenario.spec.desk.max_travel_h, row


def rests_are_kept(story: Story) -> None:
    """A crew that rests does nothing until its rest is over, and works no new job past its shift."""
    spec = story.scenario.spec.resources.crew
    for life in of_crews(story).values():
        called_h, until_h = inf, -inf
        for row in life:
            if row.kind == "crew.rests":
                assert row.value == spec.rest_h
                until_h, called_h = row.t_h + row.value, inf
                continue
            assert row.t_h >= until_h - GRAIN_H, row
            if row.kind == "crew.called":
                called_h = row.t_h
            if row.kind == "job.assigned" and spec.shift_h is not None:
                assert row.t_h <= called_h + spec.shift_h + GRAIN_H or called_h == inf, row


def parties_keep_to_their_counties(story: Story) -> None:
    """Crews and loaders of a party come to its party's counties, to others only after help was asked of it."""
    spec, sites = story.scenario.spec, site_of_job(story)
    if not spec.parties:
        return
    world, party = Map(story), party_of_depot(story)
    of_county = party_of_county(story)
    asked: dict[tuple[str, str], float] = {}
    for row in story.rows:
        if row.kind == "desk.aid":
            asked.setdefault((row.object, row.subject), row.value)
        if row.kind not in ("job.assigned", "loader.sent"):
            continue
        mover, job = (row.object, row.subject) if row.kind == "job.assigned" else (row.subject, "")
        if mover.startswith(("hired-", "aid-")):
            continue
        site = sites[job] if job else story.rows[row.cause_row].object
        whose, wanted = party[re.split("-crew-|-loader-", mover)[0]], of_county[world.counties[site]]
        assert whose == wanted or asked.get((whose, wanted), inf) <= row.t_h + GRAIN_H, (row, whose, wanted)


def party_of_county(story: Story) -> dict[str, str]:
    """County → the party that serves it."""
    parties = story.scenario.spec.parties.items()
    return {
        county: next((name for name, p in parties if county in p.counties or not p.counties), "")
        for county in map(str, story.scenario.topology.counties.id)
    }


def party_of_depot(story: Story) -> dict[str, str]:
    """Depot → its party."""
    counties, of_county = Map(story).depot_county, party_of_county(story)
    depots = story.scenario.spec.resources.depots.items()
    return {name: depot.party or of_county[counties[name]] for name, depot in depots}


def closed_expressways_are_driven_with_a_permit(story: Story) -> None:
    """From the authority's closing to its reopening no crew drives onto an expressway before its party's permit."""
    spec, party = story.scenario.spec.resources, party_of_depot(story)
    spare = {"hired": spec.hired.depot, "aid": spec.mutual_aid.depot}
    closed: set[str] = set()
    held: set[str] = set()
    for row in story.rows:
        if row.kind in ("road.closed", "road.opened") and row.object == "authority":
            (closed.add if row.kind == "road.closed" else closed.discard)(row.subject)
        elif row.kind == "permit.granted":
            assert closed, row
            held.add(row.subject)
        elif row.kind == "crew.leg" and row.object in closed:
            word = row.subject.partition("-crew-")[0]
            holder = spare[word] if word in spare else party[word] or word
            assert holder in held, (row, holder)
