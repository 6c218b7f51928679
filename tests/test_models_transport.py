"""Who reaches a core: exact against networkx on any graph, and what a hub, a ring and a spur mean in a drill."""

from dataclasses import fields, replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from validation.worlds import drill, network, story

from sim.models.transport import Transport
from sim.topology.empty import empty, no_rows
from sim.topology.tables import ROLES, Links, Sites

ACCESS, HUB, AGGREGATION, CORE = range(4)
assert ROLES == ("access", "hub", "aggregation", "core")


def topology(roles, ends):
    """Sites with roles and links between them, and nothing else."""
    count = len(roles)
    like = {"Texts": "U8", "Ints": "i8", "Floats": "f8", "Bools": "?"}
    columns = {column.name: np.zeros(count, dtype=like[str(column.type)]) for column in fields(Sites)}
    columns |= {"id": np.array([f"n{i}" for i in range(count)]), "role": np.array(roles)}
    links = no_rows("links")
    a, b = (np.array([end[side] for end in ends], dtype=np.int64) for side in (0, 1))
    number = len(ends)
    links = replace(
        links, id=np.array([f"l{i}" for i in range(number)]), a=a, b=b, kind=np.zeros(number, dtype=np.int64),
        ring=np.full(number, ""), length_km=np.ones(number), aerial=np.zeros(number, dtype=np.bool_),
    )  # fmt: skip
    assert isinstance(links, Links)
    return empty("graph", "", sites=Sites(**columns), links=links)


@st.composite
def graphs(draw):
    roles = draw(st.lists(st.sampled_from([ACCESS, ACCESS, ACCESS, HUB, AGGREGATION, CORE]), min_size=2, max_size=12))
    nodes = st.integers(0, len(roles) - 1)
    ends = draw(st.lists(st.tuples(nodes, nodes).filter(lambda e: e[0] != e[1]), min_size=1, max_size=24))
    node_changes = st.tuples(st.just("node"), nodes)
    link_changes = st.tuples(st.just("link"), st.integers(0, len(ends) - 1))
    return roles, ends, draw(st.lists(node_changes | link_changes, max_size=25))


def reached(roles, ends, dead, cut):
    """Live nodes with a way of live nodes and whole links to a live core, by networkx."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(node for node in range(len(roles)) if node not in dead)
    graph.add_edges_from(e for i, e in enumerate(ends) if i not in cut and not dead & set(e))
    return {n for part in nx.connected_components(graph) if any(roles[m] == CORE for m in part) for n in part}


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_paths_are_those_of_a_full_search_after_every_change(case):
    """After each failure and repair the reachable nodes, and those reported as changed, are exactly right.

    Fails when the search looks at too small a part of the network (an area with two ways out, a hub in an area).
    """
    roles, ends, changes = case
    net = Transport(topology(roles, ends))
    dead, cut = set(), set()
    before = reached(roles, ends, dead, cut)
    assert {n for n in range(len(roles)) if net.reachable[n]} == before
    for what, number in changes:
        members = dead if what == "node" else cut
        members ^= {number}
        alive = number not in members
        changed = net.set_node(number, alive) if what == "node" else net.set_link(number, alive)
        now = reached(roles, ends, dead, cut)
        assert {n for n in range(len(roles)) if net.reachable[n]} == now
        assert set(changed) == before ^ now
        before = now
    for node in sorted(set(range(len(roles))) - dead - before):
        assert_in_the_way(net.obstacle(node), node, (roles, ends, dead, cut))


def assert_in_the_way(found, node, state):
    """A dead node or a cut link at the edge of what a live node still reaches; nothing where no link leads to a core."""
    roles, ends, dead, cut = state
    whole, live = nx.MultiGraph(), nx.MultiGraph()
    for graph in (whole, live):
        graph.add_nodes_from(range(len(roles)))
    whole.add_edges_from(ends)
    live.add_edges_from(end for i, end in enumerate(ends) if i not in cut and not dead & set(end))
    here, sort, number = nx.node_connected_component(live, node), *found
    if not any(roles[other] == CORE for other in nx.node_connected_component(whole, node)):
        assert sort == ""
    elif sort == "link":
        assert number in cut
        assert here & set(ends[number])
    else:
        assert (sort, number in dead) == ("node", True)
        assert any(number in end and here & set(end) for i, end in enumerate(ends) if i not in cut)


@pytest.mark.parametrize("name", ["two_banners_network", "ten_sites"])
def test_paths_are_right_on_generated_networks(name):
    """The same on networks of the usual build, with a hundred random failures and repairs."""
    made = network(name)
    roles = made.sites.role.tolist()
    ends = list(zip(made.links.a.tolist(), made.links.b.tolist(), strict=True))
    net, luck = Transport(made), np.random.default_rng(1)
    dead, cut = set(), set()
    for _ in range(100):
        if luck.random() < 0.5:
            number = int(luck.integers(len(roles)))
            dead ^= {number}
            net.set_node(number, number not in dead)
        else:
            number = int(luck.integers(len(ends)))
            cut ^= {number}
            net.set_link(number, number not in cut)
        assert {n for n in range(len(roles)) if net.reachable[n]} == reached(roles, ends, dead, cut)


def test_without_links_nothing_is_said_of_transport():
    """Fails when bare sites of a study count as cut off."""
    net = Transport(topology([ACCESS, ACCESS], []))
    assert not net.known
    assert net.set_node(0, alive=False) == []


# In a drill, on the town of ten sites: hub_1's ring is s1, s2, s3, with the spur s4, s5 behind s2


def town(*injects, **chapters):
    lines = [{"at": f"+{at_h} h", "do": do, "what": what} for at_h, do, what in injects]
    return story(drill("ten_sites", injects=lines, horizon_h=30, **chapters))


def causes(of):
    return {row.subject: row.object for row in of.of("site.down")}


def test_a_hub_without_power_takes_its_ring_down_though_the_ring_has_power():
    """hub_1 loses mains and battery: its ring and its spur are out as `upstream_power`, hub_1 itself as `power`."""
    told = town((1, "fail", "site:hub_1.battery"), (2, "fail", "site:hub_1.mains"))
    assert causes(told) == {"hub_1": "power", **dict.fromkeys(("s1", "s2", "s3", "s4", "s5"), "upstream_power")}
    assert {row.subject for row in told.of("mains.lost")} == {"hub_1"}
    for row in told.of("site.down"):
        chain = told.why(row)
        assert chain[-1].kind == "inject.fired"
        if row.object == "upstream_power":
            assert [r.kind for r in chain[:3]] == ["site.down", "path.lost", "transmission.off"]
            assert chain[2].subject == "hub_1"


def test_the_ring_comes_back_with_its_hub():
    """Fails when an outage by a dead hub outlives the hub's return."""
    told = town((1, "fail", "site:hub_1.battery"), (2, "fail", "site:hub_1.mains"), (5, "mend", "site:hub_1.mains"))
    for site in ("hub_1", "s1", "s3", "s5"):
        (up_h,) = told.times("site.up", site)
        assert 5 <= up_h <= 5.1


def test_a_ring_cut_once_keeps_everybody():
    """Fails when one broken link of a ring cuts anybody off."""
    told = town((1, "fail", "link:l05"))
    assert told.times("link.cut") == [1.0]
    assert not told.of("site.down", "path.lost")


def test_a_ring_cut_twice_isolates_the_arc_between():
    """Links l05 (s1–s2) and l07 (s3–hub_1): s2, s3 and the spur behind s2 are out as `transport`, s1 is not."""
    told = town((1, "fail", "link:l05"), (2, "fail", "link:l07"), (4, "mend", "link:l07"))
    assert causes(told) == dict.fromkeys(("s2", "s3", "s4", "s5"), "transport")
    assert {row.t_h for row in told.of("site.down")} == {2.0}
    assert {row.t_h for row in told.of("site.up")} == {4.0}
    for row in told.of("site.down"):
        assert [r.kind for r in told.why(row)] == ["site.down", "path.lost", "link.cut", "inject.fired"]
        assert told.why(row)[2].subject == "l07"


def test_a_spur_has_no_protection():
    """Link l11 (s2–s4) cut: s4 and s5 are out."""
    assert causes(town((1, "fail", "link:l11"))) == dict.fromkeys(("s4", "s5"), "transport")


def test_a_dead_node_is_two_cuts_for_its_neighbours_transit():
    """s1 and s3 without transmission: s2 between them and its spur are cut off, hub_1 is not."""
    told = town((1, "fail", "site:s1.transmission"), (2, "fail", "site:s3.transmission"))
    assert causes(told) == {"s1": "equipment", "s3": "equipment", **dict.fromkeys(("s2", "s4", "s5"), "transport")}


def test_a_site_dark_by_itself_has_not_lost_a_path():
    """Fails when a site whose own battery is empty is booked as cut off."""
    told = town((1, "fail", "site:s2.battery"), (2, "fail", "site:s2.mains"))
    assert not told.times("path.lost", "s2")
    assert causes(told)["s2"] == "power"
    assert causes(told)["s4"] == "upstream_power"


def test_radio_alone_takes_nobody_else_down():
    """A site whose radio broke still relays; fails when a radio fault cuts the ring."""
    told = town((1, "fail", "site:s2.radio"))
    assert causes(told) == {"s2": "equipment"}


def test_a_radio_alarm_calls_for_a_repair_and_not_for_a_scout():
    """Fails when the desk hears of the outage before it hears of the part, and sends somebody to look."""
    crew = {"crew": {"skills": ["power", "wireless", "climb"]}, "depots": {"ten": {"crews": 1}}}
    told = town((1, "fail", "site:s2.radio"), resources=crew)
    assert [row.subject for row in told.of("job.opened")] == ["repair-0001"]


def test_a_site_that_comes_back_behind_a_dead_one_is_held_by_it():
    """s5's own battery ends, then s4's on its only way; s5's mains return: what holds it now is s4's power.

    Fails when a site that was dead while its path went is said to be held by nothing.
    """
    injects = [(1, "fail", "site:s5.mains"), (5, "fail", "site:s4.mains"), (20, "mend", "site:s5.mains")]
    told = town(*injects, sites={"soh": {"a": 2, "b": 200}, "dead_strings": 0})
    (held,) = told.of("site.held")
    assert (held.subject, held.object) == ("s5", "upstream_power")
    assert [(row.kind, row.subject) for row in told.why(held)][1:3] == [
        ("path.lost", "s5"), ("transmission.off", "s4"),
    ]  # fmt: skip
    cut = town((1, "fail", "site:s5.mains"), (5, "fail", "link:l11"), (20, "mend", "site:s5.mains"),
               sites={"soh": {"a": 2, "b": 200}, "dead_strings": 0})  # fmt: skip
    (held,) = cut.of("site.held")
    assert [(row.kind, row.object) for row in cut.why(held)][1:3] == [
        ("path.lost", "transport"),
        ("link.cut", "scenario"),
    ]
