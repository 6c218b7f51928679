"""Backbones drawn as GraphML: the traps of the Internet Topology Zoo, hostile files, and a fibre cut on one."""

import random

import networkx as nx
import pytest
from validation.worlds import drill as scenario_on
from validation.worlds import story

from sim.contingency import contingency
from sim.errors import InputError
from sim.topology import assumptions, load_topology
from sim.topology.geo import great_circle_km
from sim.topology.graphml import read_graphml
from sim.topology.imported import import_graphml

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    '<key attr.name="Network" attr.type="string" for="graph" id="d0"/>'
    '<key attr.name="label" attr.type="string" for="node" id="d1"/>'
    '<key attr.name="Longitude" attr.type="double" for="node" id="d2"/>'
    '<key attr.name="Latitude" attr.type="double" for="node" id="d3"/>'
    '<key attr.name="Internal" attr.type="int" for="node" id="d4"/>'
    '<graph edgedefault="{way}"><data key="d0">Test Net</data>'
)


def graphml(nodes, edges, way="undirected"):
    """Text of a file: nodes as (label, lon, lat or None), edges as pairs of rows."""
    text = HEAD.format(way=way)
    for row, (label, *position) in enumerate(nodes):
        text += f'<node id="{row}"><data key="d4">0</data>'
        text += f'<data key="d1">{label}</data>' if label else ""
        text += "".join(f'<data key="{k}">{v}</data>' for k, v in zip(("d2", "d3"), position, strict=False))
        text += "</node>"
    return text + "".join(f'<edge source="{a}" target="{b}"/>' for a, b in edges) + "</graph></graphml>"


@pytest.fixture
def bring(tmp_path, _own_cache):
    """Import a text; the topology and what was told."""

    def run(text, **options):
        file, folder = tmp_path / "net.graphml", tmp_path / "out"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        folder.mkdir(exist_ok=True)
        told = import_graphml(file, folder, **options)
        return load_topology(folder / "topology.yaml"), told

    return run


TRIANGLE = [("Alpha", 10, 50), ("Beta", 12, 50), ("Gamma", 11, 52), ("Delta", 11, 54)]
SPUR = [(0, 1), (1, 2), (2, 0), (2, 3)]


def test_a_plain_file_becomes_a_topology(bring):
    made, told = bring(graphml(TRIANGLE, SPUR))
    assert made.name == "test_net"
    assert made.sites.id.tolist() == ["Alpha", "Beta", "Gamma", "Delta"]
    assert made.sites.role.tolist() == [1, 1, 3, 0]  # most links: core; two neighbours: hub; one: access
    assert made.sites.id[made.sites.hub[3]] == "Gamma"
    crow = great_circle_km(made.sites.lon[:1], made.sites.lat[:1], made.sites.lon[1:2], made.sites.lat[1:2])[0]
    assert made.links.length_km[0] == pytest.approx(1.3 * crow, abs=1e-3)
    assert made.users_per_site.tolist() == [1000.0] * 4
    assert "core: Gamma, the node with the most links" in told
    assert set(told) <= set(assumptions(made))


def test_cores_may_be_named_and_users_given(bring):
    made, told = bring(graphml(TRIANGLE, SPUR), cores=["Alpha", "Beta"], users=5)
    assert made.sites.role.tolist() == [3, 3, 1, 0]
    assert made.users_per_site.tolist() == [5.0] * 4
    assert not any("core:" in line for line in told)


@pytest.mark.parametrize(("label", "message"), [("Alfa", "did you mean 'Alpha'"), ("Twin", "Twin_1, Twin_2")])
def test_a_core_that_is_none_or_two_is_refused(bring, label, message):
    with pytest.raises(InputError, match=message):
        bring(graphml([*TRIANGLE, ("Twin", 1, 1), ("Twin", 1, 2)], [*SPUR, (3, 4), (3, 5)]), cores=[label])


def test_repeated_and_odd_labels_get_ids_of_their_own(bring):
    nodes = [
        ("None", 1, 1),
        ("None", 1, 2),
        ("None_1", 1, 3),
        ("", 1, 4),
        ("a &amp; b: c", 1, 5),
        ("北京", 1, 6),
        ("&#45;", 1, 7),
    ]
    made, told = bring(graphml(nodes, [(0, n) for n in range(1, 7)]))
    ids = made.sites.id.tolist()
    assert len(set(ids)) == 7
    assert ids[:2] == ["None_2", "None_3"] or ids[:2] == ["None_2", "None_3"][::-1]
    assert ids[2:] == ["None_1", "3", "a_b_c", "北京", "node"]
    assert made.sites.name[4] == "a & b: c"
    assert "2 nodes: label not unique, numbered" in told


def test_parallel_links_are_two_and_loops_none(bring):
    made, told = bring(graphml(TRIANGLE, [*SPUR, (3, 2), (0, 0)], way="directed"))
    assert len(made.links.id) == 5
    assert "1 links from a node to itself left out" in told
    report = contingency(made, None, 2)
    assert not [b for b in report.singles if b.elements[0].sort == "link"]
    pairs = [b for b in report.pairs if all(e.sort == "link" for e in b.elements)]
    assert ["l00004", "l00005"] in [sorted(e.name for e in b.elements) for b in pairs]


def test_missing_positions_are_put_amid_the_neighbours_and_told(bring):
    nodes = [("A", 10, 50), ("B", 14, 52), ("C",), ("D",), ("E", 400, 95), ("F",)]
    made, told = bring(graphml(nodes, [(0, 1), (0, 2), (1, 2), (2, 3), (3, 4)]))
    assert (made.sites.lon[2], made.sites.lat[2]) == (12, 51)
    assert (made.sites.lon[4], made.sites.lat[4]) == (12, 51)  # by way of D, what the file says is no position
    assert "3 of 6 nodes: no position, put amid their neighbours" in told
    assert "1 of 6 nodes: no position and no neighbour with one, put on a circle" in told
    assert any(line.startswith("4 of 5 links: an end without a position") for line in told)
    assert made.links.length_km[1:].tolist() == [made.links.length_km[0]] * 4


def test_neighbours_across_the_date_line_have_their_middle_there(bring):
    made, _ = bring(graphml([("A", 179, 0), ("B", -179, 0), ("C",)], [(0, 2), (2, 1)]))
    assert abs(made.sites.lon[2]) == pytest.approx(180)


def test_no_position_at_all_is_a_circle_and_links_of_a_stated_length(bring):
    made, told = bring(graphml([("A",), ("B",), ("C",)], [(0, 1), (1, 2)]))
    assert len({(x, y) for x, y in zip(made.sites.lon, made.sites.lat, strict=True)}) == 3
    assert made.links.length_km.tolist() == [100.0, 100.0]
    assert "2 of 2 links: an end without a position, 100 km taken" in told


def test_a_file_drawn_in_yed_is_read_with_its_labels(bring):
    text = (
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">'
        '<key for="node" id="d8" yfiles.type="nodegraphics"/><key for="edge" id="d9" yfiles.type="edgegraphics"/>'
        '<graph edgedefault="directed" id="G">'
        + "".join(
            f'<node id="n{n}"><data key="d8"><y:ShapeNode><y:Geometry height="3" width="3" x="{n}" y="2"/>'
            f'<y:NodeLabel>{label}</y:NodeLabel><y:Shape type="ellipse"/></y:ShapeNode></data></node>'
            for n, label in enumerate(["Oulu", "Turku"])
        )
        + '<edge id="e0" source="n0" target="n1"><data key="d9"><y:PolyLineEdge/></data></edge></graph></graphml>'
    )
    made, _ = bring(text)
    assert made.sites.id.tolist() == ["Oulu", "Turku"]
    assert len(made.links.id) == 1


def test_the_far_north_is_no_swapped_china(bring):
    nodes = [("Oslo", 10.7, 59.9), ("Bergen", 5.3, 60.4), ("Hammerfest", 23.7, 70.7)]
    made, _ = bring(graphml(nodes, [(0, 1), (1, 2)]))
    assert made.sites.lat.max() == pytest.approx(70.7)


BOMB = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY c "&a;&a;&a;">]><graphml><graph/></graphml>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "must not have <!DOCTYPE"),
        (BOMB.replace("DOCTYPE", "doctype"), "must not have <!DOCTYPE"),
        (BOMB.encode("utf-16"), "must be written in one of"),
        (BOMB.replace("?>", ' encoding="utf-7"?>', 1), "must be written in one of"),
        ("", "must be XML"),
        ("<graphml", "must be XML"),
        ("<html/>", "must be GraphML"),
        (HEAD.format(way="undirected") + "</graph></graphml>", "must have nodes"),
        (graphml(TRIANGLE, []).replace('key="d1"', 'key="d77"'), "must be GraphML"),
        (graphml(TRIANGLE, []).replace("</graph>", "<hyperedge/></graph>"), "must be GraphML"),
        (b"\x00\x01\x02", "must be written in one of"),
    ],
)
def test_hostile_and_broken_files_are_one_line(drill, tmp_path, text, message):
    file = tmp_path / "bad.graphml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    told = drill("topology", "import", file, "--out", tmp_path / "out")
    assert told.code == 2
    assert told.err.count("\n") == 1
    assert message in told.err
    assert not (tmp_path / "out").exists()


def test_a_huge_file_is_not_even_opened(drill, tmp_path):
    file = tmp_path / "huge.graphml"
    with file.open("wb") as stream:
        stream.truncate(20_000_001)
    assert "must have at most 20 MB" in drill("topology", "import", file, "--out", tmp_path / "out").err
    assert "does not exist" in drill("topology", "import", tmp_path / "none", "--out", tmp_path / "out").err
    assert "is a directory" in drill("topology", "import", tmp_path, "--out", tmp_path / "out").err


@pytest.mark.parametrize("seed", range(8))
def test_what_networkx_writes_comes_back(tmp_path, seed):
    luck = random.Random(seed)
    graph = nx.gnm_random_graph(12, 15, seed=seed)
    doubled = nx.MultiGraph(graph)
    doubled.add_edges_from(luck.sample(sorted(graph.edges), 3))
    nx.write_graphml(doubled, tmp_path / "g.graphml")
    drawn = read_graphml(tmp_path / "g.graphml")
    assert len(drawn.nodes) == 12
    assert sorted(tuple(sorted(edge)) for edge in drawn.edges) == sorted(tuple(sorted(e)) for e in doubled.edges())


def test_the_command_writes_a_folder_that_can_be_checked(drill, tmp_path):
    file, out = tmp_path / "net.graphml", tmp_path / "net"
    file.write_text(graphml(TRIANGLE, SPUR), encoding="utf-8")
    told = drill("topology", "import", file, "--out", out, "--core", "Alpha")
    assert told.code == 0, told.err
    assert "guessed: no feeders" in told.out
    assert drill("check", out / "topology.yaml").code == 0
    table = drill("check", "--contingency", "2", out / "topology.yaml").out
    assert "link l00004" in table
    assert "sites: Delta" in table


def test_a_fibre_cut_takes_the_sites_behind_it_out(bring):
    made, _ = bring(graphml(TRIANGLE, SPUR))
    cut = {"at": "+2 h", "do": "fail", "what": "link:l00004"}
    told = story(scenario_on(made, injects=[cut], horizon_h=6))
    down = told.of("site.down")
    assert [row.subject for row in down] == ["Delta"]
    assert down[0].t_h == pytest.approx(2.0, abs=0.01)
    assert down[0].object == "transport"
    ring = {"at": "+2 h", "do": "fail", "what": "link:l00001"}
    assert not story(scenario_on(made, injects=[ring], horizon_h=6)).of("site.down")
