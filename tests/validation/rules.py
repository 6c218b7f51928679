"""What must hold of power and service in any run's log, and the list of all rules.

Each rule reads rows and the scenario, nothing else; its name says what it holds.
"""

from collections import defaultdict
from itertools import groupby
from math import inf, isnan

from validation.rules_crews import (
    closed_expressways_are_driven_with_a_permit,
    crews_do_one_thing_at_a_time,
    jobs_are_opened_by_what_the_desk_heard_or_planned,
    journeys_are_no_longer_than_the_desk_allows,
    no_crew_is_in_two_places,
    no_job_is_served_twice,
    nothing_is_begun_after_the_hard_stop,
    parties_keep_to_their_counties,
    rests_are_kept,
    site_of_job,
    time_never_runs_back_and_causes_come_first,
)
from validation.worlds import Story

from sim.resources import GENERATOR_KINDS
from sim.topology.tables import ROLES

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
        elif row.kind == "generator.stored":
            assert "-crew-" in at[generator], (row, at[generator])
            at[generator] = "depot"
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
            "generator.stored",
            "generator.stopped",
            "generator.fuelled",
        ):
            assert row.value >= 0, row
            tanks[generator] = row.value
    assert all(level >= 0 for level in tanks.values())


def no_set_goes_out_empty(story: Story) -> None:
    """Nothing is set down or started with less than a twentieth of its tank, as the last gauge in the log has it."""
    spec, gauges = story.scenario.spec.resources, {}
    for row in story.rows:
        kind_name = next((k for k in _kinds(spec) if f"-{k}-" in row.subject), None)
        if not row.kind.startswith("generator.") or kind_name is None:
            continue
        if row.kind == "generator.dry":
            gauges[row.subject] = 0.0
        elif row.kind in (
            "generator.placed",
            "generator.taken",
            "generator.stored",
            "generator.stopped",
            "generator.fuelled",
        ):
            gauges[row.subject] = row.value
        if row.kind in ("generator.placed", "generator.started"):
            assert gauges[row.subject] >= 0.05 * spec.kind(kind_name).tank_l - 1e-6, row
        assert row.kind != "generator.unstarted" or row.value > 0, row


def fuel_balances(story: Story) -> None:
    """Between two gauges a tank loses between idling and full load for the hours it ran, and nothing at rest.

    Full load in the frost, where there is any, takes a tenth more.
    """
    frost = 1.1 if any(row.value < 0 for row in story.of("air.temperature")) else 1.0
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
            least, most = ran_h[name] * kind.fuel_lph(0), ran_h[name] * kind.fuel_lph(kind.prime_kw) * frost
            assert least - 1e-3 <= lost_l <= most + 1e-3, (row, lost_l, least, most)
        gauges[name] = level
        ran_h[name] = 0.0


def _kinds(spec):
    return sorted({*GENERATOR_KINDS, *spec.kinds}, key=len, reverse=True)


def charge_falls_for_what_the_supply_does_not_give(story: Story) -> None:
    """Every level is within [0, 1]; it falls while mains or generator give less than the load, and never otherwise."""
    source, level, running = {}, {}, {}
    lost = {row.subject for row in story.of("equipment.failed") if row.object == "battery"}
    sites, spec = story.scenario.topology.sites, story.scenario.spec.resources
    rectifier_kw = dict(zip(sites.id.tolist(), sites.rectifier_kw.tolist(), strict=True))
    fixed_kw = dict(zip(sites.id.tolist(), sites.fixed_generator_kw.tolist(), strict=True))
    for row in story.rows:
        if row.kind == "generator.started":
            name = next((k for k in _kinds(spec) if f"-{k}-" in row.subject), None)
            running[row.object] = spec.kind(name).prime_kw if name else fixed_kw[row.object]
        elif row.kind == "site.source":
            source[row.subject] = (row.object, row.value)
        elif row.kind == "battery.level":
            assert -1e-9 <= row.value <= 1 + 1e-9, row
            site = row.subject
            if site in level and site not in lost:
                before, (was, load_kw), prime_kw = level[site]
                given_kw = {"battery": 0.0, "none": inf, "mains": rectifier_kw[site]}.get(
                    was, min(rectifier_kw[site], 0.8 * 0.95 * prime_kw)
                )
                if row.value < before - 1e-6:
                    assert load_kw > given_kw, (row, was, before)
            level[site] = (row.value, source.get(site, ("mains", 0.0)), running.get(site, 0.0))


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
    a transmission, `equipment` to a part of the site; so when the outage begins and when its cause changes."""
    for row in story.of("site.down", "site.held"):
        assert row.cause_row >= 0, row
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
    parties_keep_to_their_counties, generators_are_in_one_place, no_set_goes_out_empty,
    fuel_balances, charge_falls_for_what_the_supply_does_not_give,
    service_is_what_power_paths_and_parts_make_of_it, outages_have_the_cause_they_name, downs_and_ups_alternate,
    nothing_is_begun_after_the_hard_stop, journeys_are_no_longer_than_the_desk_allows,
    closed_expressways_are_driven_with_a_permit,
]  # fmt: skip
