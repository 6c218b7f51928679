"""What must hold of any run's log, whatever happens in it. Each rule reads rows and the scenario, nothing else."""

from collections import Counter, defaultdict
from itertools import groupby, pairwise
from math import inf, isnan

from validation.worlds import Story

from sim.topology.tables import ROLES

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
            elif row.kind == "crew.rests":
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
    """A crew of a party comes to its party's counties, to others only after help was asked of it."""
    spec, world, sites = story.scenario.spec, Map(story), site_of_job(story)
    if not spec.parties:
        return
    of_county = {}
    for county in set(world.counties.values()):
        of_county[county] = next((n for n, p in spec.parties.items() if county in p.counties or not p.counties), "")
    party = {name: depot.party or of_county[world.depot_county[name]] for name, depot in spec.resources.depots.items()}
    asked: dict[tuple[str, str], float] = {}
    for row in story.rows:
        if row.kind == "desk.aid":
            asked.setdefault((row.object, row.subject), row.value)
        if row.kind != "job.assigned" or row.object.startswith(("hired-", "aid-")):
            continue
        whose = party[row.object.partition("-crew-")[0]]
        wanted = of_county[world.counties[sites[row.subject]]]
        assert whose == wanted or asked.get((whose, wanted), inf) <= row.t_h + GRAIN_H, (row, whose, wanted)


# Generators and power


def generators_are_in_one_place(story: Story) -> None:
    """A generator is taken from where it is, set down where its crew is, runs where it stands, and one runs a site."""
    at: dict[str, str] = {}
    crew_at, jobs = {}, site_of_job(story)
    running: dict[str, str] = {}
    tanks = {}
    for row in story.rows:
        if row.kind in ("job.onsite", "crew.arrived"):
            crew = row.object if row.kind == "job.onsite" else row.subject
            crew_at[crew] = jobs[row.subject] if row.kind == "job.onsite" else row.object
        elif row.kind == "crew.leg":
            crew_at[row.subject] = ""
        if not row.kind.startswith("generator."):
            continue
        generator = row.subject
        if row.kind == "generator.taken":
            assert generator not in running, row
            assert at.get(generator, "depot") != row.object, row
            if at.get(generator, "depot") != "depot":
                assert crew_at[row.object] == at[generator], (row, at[generator], crew_at[row.object])
            at[generator] = row.object
        elif row.kind == "generator.placed":
            crew = at.get(generator)
            assert crew is None or crew_at[crew] == row.object, (row, crew)
            at[generator] = row.object
        elif row.kind == "generator.started":
            assert at.get(generator, row.object) == row.object, row
            assert row.object not in running.values(), row
            running[generator] = row.object
            at[generator] = row.object
        elif row.kind in ("generator.stopped", "generator.dry", "generator.broke"):
            if row.kind != "generator.broke" or generator in running:
                assert running.pop(generator) == row.object, row
        if not isnan(row.value) and row.kind in (
            "generator.placed",
            "generator.taken",
            "generator.stopped",
            "generator.fuelled",
        ):
            assert row.value >= 0, row
            tanks[generator] = row.value
    assert all(level >= 0 for level in tanks.values())


def fuel_balances(story: Story) -> None:
    """Between two gauges a tank loses between idling and full load for the hours it ran, and nothing at rest."""
    spec = story.scenario.spec.resources
    gauges, ran_h, since = {}, defaultdict(float), {}
    for row in story.rows:
        if not row.kind.startswith("generator.") or row.subject.endswith("-fixed"):
            continue
        name = row.subject
        kind_name = next((k for k in _kinds(spec) if f"-{k}-" in name), None)
        if kind_name is None:
            continue
        kind = spec.kind(kind_name)
        if row.kind == "generator.started":
            since[name] = row.t_h
        elif name in since:
            ran_h[name] += row.t_h - since[name]
            since[name] = row.t_h
            if row.kind in ("generator.stopped", "generator.dry", "generator.broke"):
                del since[name]
        level = 0.0 if row.kind == "generator.dry" else row.value
        if row.kind in ("generator.started", "generator.unstarted", "generator.watched", "generator.broke"):
            continue
        assert level <= kind.tank_l + 1e-6, row
        if name in gauges and row.kind not in ("generator.fuelled", "generator.taken"):
            lost_l = gauges[name] - level
            least, most = ran_h[name] * kind.fuel_lph(0), ran_h[name] * kind.fuel_lph(kind.prime_kw)
            assert least - 1e-3 <= lost_l <= most + 1e-3, (row, lost_l, least, most)
        gauges[name] = level
        ran_h[name] = 0.0


def _kinds(spec):
    from sim.resources import GENERATOR_KINDS

    return sorted({*GENERATOR_KINDS, *spec.kinds}, key=len, reverse=True)


def charge_falls_on_battery_only(story: Story) -> None:
    """Every level is within [0, 1]; it falls while the battery carries the site, and never otherwise."""
    source, level, sites = {}, {}, set()
    lost = {row.subject for row in story.of("equipment.failed") if row.object == "battery"}
    for row in story.rows:
        if row.kind == "site.source":
            source[row.subject] = row.object
        elif row.kind == "battery.level":
            assert -1e-9 <= row.value <= 1 + 1e-9, row
            site = row.subject
            if site in level and site not in lost:
                before, was = level[site]
                if row.value < before - 1e-6:
                    assert was == "battery", (row, was, before)
            level[site] = (row.value, source.get(site, "mains"))
            sites.add(site)


# Service


def service_is_what_power_paths_and_parts_make_of_it(story: Story, every: int = 1) -> None:
    """At every moment a site is out exactly when its radio, its transmission, its path or a part is.

    Paths are searched again from the transmission's rows, the links and the topology. `every`: only each so many
    moments are looked at.
    """
    net, state = Net(story), State()
    reachable = net.reachable(state)
    for number, (t_h, rows) in enumerate(groupby(story.rows, key=lambda row: row.t_h)):
        for row in rows:
            state.follow(row)
        if number % every:
            continue
        if state.stale:
            reachable = net.reachable(state)
        broken = {site for site, parts in state.parts.items() if parts & {"radio", "transmission"}}
        out = (net.sites - reachable) | state.shed | state.dark | broken
        assert state.down == out, (t_h, sorted(state.down ^ out)[:5])


class Net:
    """Sites and links of a scenario by name."""

    def __init__(self, story: Story) -> None:
        topology = story.scenario.topology
        ids, links = [str(site) for site in topology.sites.id], topology.links
        self.sites = set(ids)
        self.cores = [site for site, role in zip(ids, topology.sites.role, strict=True) if role == ROLES.index("core")]
        self.near = defaultdict(list)
        for link, a, b in zip(links.id, links.a, links.b, strict=True):
            self.near[ids[a]].append((ids[b], str(link)))
            self.near[ids[b]].append((ids[a], str(link)))

    def reachable(self, state: "State") -> set[str]:
        """Sites with a path of live nodes and whole links to a core; all, where nothing is known of links."""
        state.stale = False
        if not self.near:
            return self.sites
        dead = state.dark | {site for site, parts in state.parts.items() if "transmission" in parts}
        stack = [core for core in self.cores if core not in dead]
        found = set(stack)
        while stack:
            for other, link in self.near[stack.pop()]:
                if other not in found and other not in dead and link not in state.cut:
                    found.add(other)
                    stack.append(other)
        return found


class State:
    """What rows say of sites and links."""

    def __init__(self) -> None:
        self.dark, self.shed, self.down, self.cut = set(), set(), set(), set()
        self.parts = defaultdict(set)
        self.stale = False
        self._sets = {
            "site": (self.down, "down"), "radio": (self.shed, "off"), "transmission": (self.dark, "off"),
            "link": (self.cut, "cut"),
        }  # fmt: skip

    def follow(self, row) -> None:
        """Apply one row."""
        thing, _, what = row.kind.partition(".")
        if thing == "equipment":
            (self.parts[row.subject].add if what == "failed" else self.parts[row.subject].discard)(row.object)
        elif thing in self._sets and what in ("down", "up", "off", "on", "cut", "mended"):
            members, begins = self._sets[thing]
            (members.add if what == begins else members.discard)(row.subject)
        self.stale |= thing in ("transmission", "link", "equipment")


def outages_have_the_cause_they_name(story: Story) -> None:
    """`power` goes back to the site's own disconnect, `upstream_power` to another site's, `transport` to a link or
    a transmission, `equipment` to a part of the site."""
    for row in story.of("site.down"):
        kinds = {"power": "radio.off transmission.off", "equipment": "equipment.failed"}
        cause = story.rows[row.cause_row]
        if row.object in kinds:
            assert cause.kind in kinds[row.object], (row, cause)
            assert cause.subject == row.subject, (row, cause)
            continue
        assert (cause.kind, cause.object) == ("path.lost", row.object), (row, cause)
        first = story.rows[cause.cause_row]
        if row.object == "upstream_power":
            assert first.kind == "transmission.off", (row, first)
            assert first.subject != row.subject
        else:
            assert first.kind in ("link.cut", "equipment.failed"), (row, first)


def downs_and_ups_alternate(story: Story) -> None:
    """Each of these pairs of rows alternates for each subject, beginning with the first word."""
    pairs = [
        ("site.down", "site.up"), ("mains.lost", "mains.back"), ("radio.off", "radio.on"),
        ("transmission.off", "transmission.on"), ("feeder.failed", "feeder.restored"), ("path.lost", "path.back"),
        ("link.cut", "link.mended"), ("radio.reduced", "radio.full"),
    ]  # fmt: skip
    drops = {i for i, row in enumerate(story.rows) if row.kind == "feeder.restored" and row.object == "drops"}
    for begin, end in pairs:
        on = {}
        for number, row in enumerate(story.rows):
            if row.kind in (begin, end) and number not in drops:
                assert on.get(row.subject, False) == (row.kind == end), (number, row)
                on[row.subject] = row.kind == begin


RULES = [
    time_never_runs_back_and_causes_come_first, jobs_are_opened_by_what_the_desk_heard_or_planned,
    no_job_is_served_twice, no_crew_is_in_two_places, crews_do_one_thing_at_a_time, rests_are_kept,
    parties_keep_to_their_counties, generators_are_in_one_place, fuel_balances, charge_falls_on_battery_only,
    service_is_what_power_paths_and_parts_make_of_it, outages_have_the_cause_they_name, downs_and_ups_alternate,
    nothing_is_begun_after_the_hard_stop, journeys_are_no_longer_than_the_desk_allows,
]  # fmt: skip
