"""A part of the road graph says of ways what the whole graph says, and looks at the whole where it must."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_models_roads import NEVER, weather
from validation.worlds import network

from sim.models.roadpart import RoadPart, around
from sim.models.roads import Roads
from sim.models.snowroads import SnowRoads
from sim.settings import RoadSettings
from sim.streams import Streams

NODES = 9


def table(ends, lon=None, lat=None):
    """A table of roads with these ends, and nothing else that matters."""
    roads = network("ten_sites").roads
    count = len(ends)
    u, v = (np.array([end[side] for end in ends], dtype=np.int64) for side in (0, 1))
    return replace(
        roads,
        node_id=np.array([f"n{i}" for i in range(NODES)]),
        node_lon=np.zeros(NODES) if lon is None else lon,
        node_lat=np.zeros(NODES) if lat is None else lat,
        edge_id=np.array([f"e{i}" for i in range(count)]),
        edge_u=u,
        edge_v=v,
        edge_km=np.ones(count),
        edge_class=np.ones(count, dtype=np.int64),
    )


@st.composite
def parts(draw):
    node = st.integers(0, NODES - 1)
    ends = draw(st.lists(st.tuples(node, node).filter(lambda e: e[0] != e[1]), min_size=1, max_size=20))
    hours = draw(st.lists(st.sampled_from([0.25, 0.5, 1.0, 2.0, inf]), min_size=len(ends), max_size=len(ends)))
    near = np.array(draw(st.lists(st.booleans(), min_size=NODES, max_size=NODES)))
    near[draw(node)] = True
    return ends, np.array(hours), near


@settings(max_examples=100, deadline=None)
@given(parts())
def test_a_way_that_keeps_inside_the_part_is_as_quick_as_any(case):
    """Fails when the outside costs something, or when a way through it is not told from one inside."""
    ends, hours, near = case
    roads = table(ends)
    whole, part = RoadPart(roads, np.ones(NODES, dtype=bool)), RoadPart(roads, near)
    for start in np.flatnonzero(near).tolist():
        true = whole.quickest(whole.graph(hours), start)
        found = part.quickest(part.graph(hours[part.edges]), start)
        for node in np.flatnonzero(near).tolist():
            if found.outside and part.leads_outside(found.before, node):
                assert part.hours_to(found.hours, node) <= whole.hours_to(true.hours, node)
                continue
            assert part.hours_to(found.hours, node) == whole.hours_to(true.hours, node)
            legs = part.unwind(found.before, start, node, lambda edge: hours[edge])
            assert sum(hours[edge] for edge, _ in legs) == (0 if not legs else true.hours[node])


def test_values_of_a_part_lie_where_they_belong():
    """Lists over all edges and nodes hold the part's values in its own places."""
    part = RoadPart(table([(0, 1), (1, 2), (2, 3)]), np.arange(NODES) < 2)
    assert part.by_edge(np.array([5.0, 6.0])) == [5.0, 6.0, 0.0]
    assert part.by_node(np.array([1.0, 2.0, 9.0])) == [1.0, 2.0] + [inf] * (NODES - 2)


def test_near_is_what_lies_around_a_depot():
    """Within 400 km as the crow flies of any depot; everywhere where there is none."""
    roads = table([(0, 1)], lon=np.arange(NODES, dtype=float) * 3, lat=np.full(NODES, 44.0))
    assert around(roads, [0]).tolist() == [True, True] + [False] * 7
    assert around(roads, [0, 8]).tolist() == [True, True] + [False] * 5 + [True, True]
    assert around(roads, []).all()


def far_town():
    """The roads of the town of ten sites twice, the second 20° further east, joined by one road; and how many nodes."""
    town = network("ten_sites")
    roads, count = town.roads, len(town.roads.node_id)
    double = replace(
        roads,
        node_id=np.concatenate([roads.node_id, np.char.add("far_", roads.node_id)]),
        node_lon=np.concatenate([roads.node_lon, roads.node_lon + 20]),
        node_lat=np.tile(roads.node_lat, 2),
        edge_id=np.concatenate([roads.edge_id, np.char.add("far_", roads.edge_id), ["between"]]),
        edge_u=np.concatenate([roads.edge_u, roads.edge_u + count, [0]]),
        edge_v=np.concatenate([roads.edge_v, roads.edge_v + count, [count]]),
        edge_km=np.concatenate([roads.edge_km, roads.edge_km, [1600.0]]),
        edge_class=np.concatenate([roads.edge_class, roads.edge_class, [1]]),
    )
    return replace(town, roads=double), count


@pytest.mark.parametrize("depth_cm", [0.0, 12.0, 16.0])
def test_ways_to_near_and_far_nodes_are_those_of_the_whole_graph(depth_cm):
    """Near nodes first, then far ones, for which everything is looked at; then near ones again."""
    topology, count = far_town()
    sky = weather(topology, lambda _t: depth_cm)
    spec = RoadSettings(drift_share=0.5, drift_factor=(2.0, 2.0))
    snow = SnowRoads(topology, sky, spec, NEVER, Streams(1))
    cells = sky.cells.of(topology.sites.lon, topology.sites.lat).tolist()
    roads, plain = Roads(topology, snow, cells), Roads(topology, snow, cells)
    plain._look_everywhere()
    start = int(topology.depots.road_node[0])
    for end in (*range(count), 2 * count - 1, *range(count)):
        assert roads.hours(start, end, "snow", 0.0) == plain.hours(start, end, "snow", 0.0)
        assert roads.edges_to(start, end, "snow", 0.0) == plain.edges_to(start, end, "snow", 0.0)
        assert roads._joined(start, end, 0.0, False) == (plain.hours(start, end, "snow", 0.0) < inf)
        way = roads.opening_way(start, end, 40.0, 5.0, 0.0)
        assert way == plain.opening_way(start, end, 40.0, 5.0, 0.0)
        hours = plain.opening_hours(end, 40.0, 5.0, 0.0)
        assert roads.opening_hours(end, 40.0, 5.0, 0.0)[:count] == hours[:count]


def test_one_edge_lies_as_deep_as_in_the_table_of_all():
    """`depth_cm` in plain numbers is `depths_cm`, before and after ploughs and loaders have been."""
    town = network("ten_sites")
    sky = weather(town, lambda t: 3.0 * t, gust_mps=20.0)
    snow = SnowRoads(
        town, sky, RoadSettings(drift_share=0.5, drift_factor=(2.0, 4.0)), (2.0, 4.0, inf, 7.0), Streams(1)
    )
    for now in (0.0, 1.5, 3.25, 6.1, 9.75):
        plain = snow.depths_cm(now)
        assert [snow.depth_cm(edge, now) for edge in range(len(plain))] == pytest.approx(plain.tolist(), abs=1e-9)
        assert snow.depths_cm(now, np.array([2, 0])).tolist() == plain[[2, 0]].tolist()
        snow.clear(1, now)
    assert snow.depth_cm(1, 9.75) == pytest.approx(0.0)


def test_a_change_of_roads_is_seen_by_ways_that_were_kept():
    """Ways stay while no speed differs: they go once an edge is shut, and are back once it is open."""
    topology, _ = far_town()
    sky = weather(topology, lambda _t: 1.0)
    snow = SnowRoads(topology, sky, RoadSettings(drift_share=0.0), NEVER, Streams(1))
    roads = Roads(topology, snow, sky.cells.of(topology.sites.lon, topology.sites.lat).tolist())
    start = int(topology.depots.road_node[0])
    end = next(node for node in topology.sites.road_node.tolist() if node != start)
    first = roads.edges_to(start, end, "snow", 0.0)
    assert roads.edges_to(start, end, "snow", 3.0) == first
    snow.block(first[0][0], True)
    assert roads.edges_to(start, end, "snow", 3.0) != first
    snow.block(first[0][0], False)
    assert roads.edges_to(start, end, "snow", 3.0) == first
