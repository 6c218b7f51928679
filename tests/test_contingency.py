"""Which failures break it: against trying everything, on small networks with and without machine rooms."""

import json
import random
from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from facilities import random_facility
from test_models_transport import topology

from sim.contingency import Element, contingency
from sim.contingency.elements import World, labels
from sim.contingency.static import Static
from sim.contingency.wiring import Loss
from sim.contingency.words import listed, why
from sim.topology.empty import no_rows
from sim.topology.facility import Facility
from sim.topology.plant import plant_of

ACCESS, HUB, AGGREGATION, CORE = range(4)


def network(seed):
    """A core or two, aggregation and access rings, spurs, dual homing, doubled links, lonely parts, feeders."""
    luck = random.Random(seed)
    roles, ends = [CORE] * luck.choice([1, 1, 2]), []
    if len(roles) == 2 and luck.random() < 0.7:
        ends.append((0, 1))
    for role, wanted in ((HUB, luck.randint(1, 4)), (ACCESS, luck.randint(2, 7))):
        left = wanted
        while left > 0:
            size = luck.randint(1, left)
            left -= size
            anchors = list(range(len(roles)))
            ring = [luck.choice(anchors), *range(len(roles), len(roles) + size)]
            roles += [role] * size
            shape = luck.random()
            if shape < 0.4 and size > 1:
                ring.append(ring[0])
            elif shape < 0.7:
                ring.append(luck.choice(anchors))
            elif shape < 0.75:
                ring = ring[1:]
            ends += [(a, b) for a, b in zip(ring, ring[1:], strict=False) if a != b]
    ends += luck.choices(ends, k=luck.choice([0, 0, 1, 2])) if ends else [(0, len(roles) - 1)]
    made = topology(roles, ends)
    count, feeders = len(roles), luck.randint(1, 4)
    sites = replace(
        made.sites,
        feeder=np.array([luck.randint(-1, feeders - 1) for _ in roles]),
        fixed_generator_kw=np.array([luck.choice([0.0, 0.0, 10.0]) for _ in roles]),
    )
    stations = replace(
        no_rows("stations"), id=np.array([f"s{i}" for i in range(count)]), site=np.arange(count),
        users=np.array([float(2**i) for i in range(count)]),
    )  # fmt: skip
    table = replace(no_rows("feeders"), id=np.array([f"f{i}" for i in range(feeders)]))
    return replace(made, sites=sites, stations=stations, feeders=table)


class Everything:
    """Tries every element and every pair, the slow way."""

    def __init__(self, topology, facility):
        self.topology, self.facility = topology, facility
        self.static = Static(plant_of(facility)) if facility else None
        self.before = self.hit(())

    def elements(self):
        topology, found = self.topology, []
        for sort, table in (("site", topology.sites), ("link", topology.links), ("feeder", topology.feeders)):
            found += [Element(sort, str(name)) for name in table.id]
        if self.static:
            plant = self.static.plant
            found += [Element(node.kind, name) for name, node in plant.nodes.items()]
            found += [Element("cooler", name) for name in plant.coolers]
            found += [Element("device", name) for name in plant.devices]
            found += [Element("room link", name) for name in plant.links]
            found += [
                Element("supply", f"{name}.{label}")
                for name, d in plant.devices.items()
                for label in labels(d.supplies)
            ]
        return found

    def hit(self, elements):
        """Sites that reach no core, and services that are out."""
        sites, links = self.topology.sites, self.topology.links
        row = {str(name): i for i, name in enumerate(sites.id)}
        feeder = {str(name): i for i, name in enumerate(self.topology.feeders.id)}
        dead, cut, loss = set(), set(), Loss()
        for sort, name in elements:
            if sort == "site":
                dead.add(row[name])
            elif sort == "link":
                cut.add(name)
            elif sort == "feeder":
                dead |= {i for i in row.values() if sites.feeder[i] == feeder[name] and not sites.fixed_generator_kw[i]}
            loss |= self.inside(sort, name, row, feeder)
        out = self.static.outcome(loss).out if self.static else frozenset()
        for service in out | (self.before[1] if hasattr(self, "before") else frozenset()):
            dead |= {row[site] for site in self.facility.services[service].carries}
        graph = nx.MultiGraph()
        graph.add_nodes_from(i for i in row.values() if i not in dead)
        for name, a, b in zip(links.id.tolist(), links.a.tolist(), links.b.tolist(), strict=True):
            if name not in cut and a not in dead and b not in dead:
                graph.add_edge(a, b)
        reached = {
            n for part in nx.connected_components(graph) if any(sites.role[m] == CORE for m in part) for n in part
        }
        return set(row.values()) - reached, set(out)

    def inside(self, sort, name, row, feeder):
        if not self.static or sort == "link":
            return Loss()
        plant = self.static.plant
        if sort in ("site", "feeder"):
            gone = (
                {name}
                if sort == "site"
                else {s for s, i in row.items() if self.topology.sites.feeder[i] == feeder[name]}
            )
            mains = {n for n, node in plant.nodes.items() if node.kind == "mains" and node.site in gone}
            if sort == "feeder":
                return Loss(nodes=frozenset(mains))
            racks = [r for r, rack in plant.facility.racks.items() if plant.rows[rack.row].site in gone]
            return Loss(
                nodes=frozenset(mains | {f"{r}.{letter}" for r in racks for letter in plant.facility.racks[r].feeds}),
                devices=frozenset(d for d, device in plant.devices.items() if device.rack in racks),
                coolers=frozenset(c for c, cooler in plant.coolers.items() if plant.rows[cooler.row].site in gone),
            )
        if sort == "supply":
            device, _, label = name.rpartition(".")
            return Loss(supplies=frozenset({(device, plant.devices[device].supplies.index(label))}))
        one = frozenset({name})
        return Loss(**{{"cooler": "coolers", "device": "devices", "room link": "links"}.get(sort, "nodes"): one})

    def told(self, elements, beyond=()):
        """Users, number of sites and services that these hit, and none of the losses in `beyond` alone."""
        sites, out = self.hit(elements)
        for other in ((), *beyond):
            lost = self.hit(other)
            sites, out = sites - lost[0], out - lost[1]
        users = sum(float(self.topology.users_per_site[s]) for s in sites)
        return users + sum(self.facility.services[s].users for s in out), len(sites), tuple(sorted(out))

    def singles(self):
        for one in self.elements():
            users, sites, out = self.told((one,))
            if out or sites > (one.sort == "site"):
                yield (one,), users, sites, out

    def pairs(self):
        for two in combinations(self.elements(), 2):
            found = self.told(two, [(one,) for one in two])
            if found[1] or found[2]:
                yield two, *found


def as_set(breaches):
    return {(frozenset(elements), round(users, 3), sites, out) for elements, users, sites, out in breaches}


@pytest.mark.parametrize("seed", range(60))
def test_a_network_is_told_as_if_everything_had_been_tried(seed):
    made = network(seed)
    slow, report = Everything(made, None), contingency(made, None, 2)
    assert as_set(report.singles) == as_set(slow.singles())
    assert as_set(report.pairs) == as_set(slow.pairs())
    assert len(report.pairs) == len(as_set(report.pairs))
    assert report.isolated == len(slow.before[0])


@pytest.mark.parametrize("seed", range(12))
def test_machine_rooms_and_network_are_told_together(seed):
    made = network(seed)
    luck = random.Random(seed)
    sites = luck.sample(made.sites.id.tolist(), 2)
    slow = Everything(made, random_facility(seed, tuple(map(str, sites))))
    report = contingency(made, slow.facility, 2)
    assert as_set(report.singles) == as_set(slow.singles())
    assert as_set(report.pairs) == as_set(slow.pairs())


@pytest.mark.parametrize("seed", range(40))
def test_sites_are_named_as_counted(seed):
    report = contingency(network(seed), None, 2)
    for breach in (*report.singles, *report.pairs):
        assert len(report.sites_of(breach)) == breach.sites


def test_without_links_a_site_is_only_its_own_loss():
    made = network(1)
    made = replace(made, links=no_rows("links"))
    report = contingency(made, None, 2)
    assert report.isolated == 0
    assert {b.elements[0].sort for b in report.singles} <= {"feeder"}
    assert report.pairs == []


def test_supplies_that_share_a_node_are_told_apart():
    assert labels(["A", "B"]) == ["A", "B"]
    assert labels(["A", "A", "sts"]) == ["A#1", "A#2", "sts"]


def test_every_element_is_known_to_the_check():
    made = network(3)
    slow = Everything(made, random_facility(3, ("n0", "n1")))
    world = World(made, slow.facility)
    assert set(world.outside) | set(world.inside) == set(slow.elements())


def test_two_feeders_are_told_only_what_neither_takes_alone():
    """core - x - u - y - core with w on u: feeder 0 takes x and w, feeder 1 takes y, u has a generator."""
    made = topology([CORE, ACCESS, ACCESS, ACCESS, ACCESS], [(0, 1), (1, 2), (2, 3), (3, 0), (2, 4)])
    sites = replace(
        made.sites, feeder=np.array([-1, 0, 0, 1, 0]), fixed_generator_kw=np.array([0.0, 0.0, 5.0, 0.0, 0.0])
    )
    stations = replace(no_rows("stations"), id=np.array(list("abcde")), site=np.arange(5), users=np.ones(5))
    feeders = replace(no_rows("feeders"), id=np.array(["f0", "f1"]))
    report = contingency(replace(made, sites=sites, stations=stations, feeders=feeders), None, 2)
    both = (Element("feeder", "f0"), Element("feeder", "f1"))
    assert [(b.users, b.sites) for b in report.pairs if b.elements == both] == [(1.0, 1)]


ROOM = {
    "rows": {"r": {"site": "n0"}},
    "power": {
        "m1": {"kind": "mains"},
        "m2": {"kind": "mains"},
    },
    "racks": {"k": {"row": "r", "feeds": {"A": "m1", "B": "m2"}, "pdu_kw": 7}},
    "devices": {"srv": {"rack": "k", "load_w": 300}, "other": {"rack": "k", "load_w": 300}},
    "coolers": {
        "c1": {"row": "r", "capacity_kw": 5, "fed_by": "m1"},
        "c2": {"row": "r", "capacity_kw": 5, "fed_by": "m2"},
    },
    "services": {"watch": {"users": 7, "needs": "srv"}},
}


def room(**changes):
    return Facility.model_validate({**ROOM, **changes})


def found(report, *elements):
    wanted = {Element(*one.rsplit(" ", 1)) for one in elements}
    return [b for b in (*report.singles, *(report.pairs or ())) if set(b.elements) == wanted]


def test_both_power_supplies_of_a_device_break_what_one_does_not():
    report = contingency(topology([CORE], []), room(), 2)
    (pair,) = found(report, "supply srv.A", "supply srv.B")
    assert pair.services == ("watch",)
    assert pair.users == 7.0
    assert not found(report, "supply srv.A", "supply other.B")
    assert not found(report, "supply srv.A")
    assert found(report, "device srv")
    assert found(report, "pdu k.A", "supply srv.B")
    assert found(report, "mains m1", "mains m2")


@pytest.mark.parametrize(("share", "trips"), [(0.39, False), (0.41, True)])
def test_two_pdus_at_more_than_forty_per_cent_each_are_no_redundancy(share, trips):
    """The other one takes it all, and its breaker carries 80 % of its rating."""
    devices = {"srv": {"rack": "k", "load_w": 1000 * 2 * share * 7}}
    coolers = {
        "c1": {"row": "r", "capacity_kw": 50, "fed_by": "m1"},
        "c2": {"row": "r", "capacity_kw": 50, "fed_by": "m2"},
    }
    report = contingency(topology([CORE], []), room(devices=devices, coolers=coolers), 1)
    assert bool(found(report, "pdu k.A")) == trips
    assert bool(found(report, "mains m2")) == trips


def test_coolers_break_a_service_only_where_the_others_cannot_carry_the_heat():
    devices = {"srv": {"rack": "k", "load_w": 4000}}
    assert not found(contingency(topology([CORE], []), room(devices=devices), 1), "cooler c1")
    report = contingency(topology([CORE], []), room(devices=devices), 2)
    assert found(report, "cooler c1", "cooler c2")
    weak = {name: {**cooler, "capacity_kw": 2} for name, cooler in ROOM["coolers"].items()}
    assert found(contingency(topology([CORE], []), room(devices=devices, coolers=weak), 1), "cooler c1")


def test_the_reason_is_told_in_words():
    devices = {"srv": {"rack": "k", "load_w": 2900, "count": 2}}
    services = {"watch": {"users": 7, "needs": {"all_of": ["srv-1", "srv-2"]}}}
    coolers = {
        "c1": {"row": "r", "capacity_kw": 50, "fed_by": "m1"},
        "c2": {"row": "r", "capacity_kw": 3, "fed_by": "m2"},
    }
    report = contingency(topology([CORE], []), room(devices=devices, services=services, coolers=coolers), 2)
    (single,) = found(report, "pdu k.A")
    assert why(report, single) == (
        "the load moves to k.B, at 83 % of its rating, over the 80 % it carries, and it trips; "
        "srv-1, srv-2 lose their feeds, both"
    )
    (single,) = found(report, "cooler c1")
    assert why(report, single) == "row r may get too warm, srv-1, srv-2 stop (42 °C is reached)"
    assert listed(["a-1", "a-2", "a-3", "b", "c", "d", "e", "f"]) == "a-1…a-3, b, c, d and 2 more"


def test_the_command_tells_a_list_and_none_as_clearly(drill, tmp_path):
    told = drill("check", "--contingency", "2", "ten_sites", "--most", "2")
    assert told.code == 0, told.err
    assert "Single elements: 10 of 25 break" in told.out
    assert "and 8 more (--most, --json)" in told.out
    assert "site core" in told.out
    everything = json.loads(drill("check", "--contingency", "1", "topologies/ten_sites.yaml", "--json").out)
    assert everything["pairs"] is None
    assert [row["users"] for row in everything["singles"]][:2] == [6000.0, 3780.0]
    bare = tmp_path / "bare.yaml"
    bare.write_text("format: 1\nkind: plain\nname: bare\nsites: 3\n", encoding="utf-8")
    told = drill("check", "--contingency", "2", bare)
    assert "1 of 4 break" in told.out
    assert "Pairs: none breaks a service" in told.out


def test_the_command_takes_a_scenario_for_its_topology(drill):
    assert "10 of 25" in drill("check", "--contingency", "1", "scenarios/ten_sites.yaml").out


@pytest.mark.parametrize(
    "words", [("--contingency", "3", "ten_sites"), ("--contingency", "1", "nowhere"), ("--json", "ten_sites")]
)
def test_a_wrong_command_is_one_line_and_code_2(drill, words):
    told = drill("check", *words)
    assert told.code == 2
    assert told.err.count("\n") == 1
