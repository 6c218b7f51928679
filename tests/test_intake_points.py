"""Points on a map and lists of cells come in through the door of spreadsheets."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.intake import opencellid, points
from sim.intake.areas import SITES_A_FEEDER
from sim.intake.door import sort_of
from sim.topology import load_topology

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark><name>甘旗卡</name><ExtendedData><Data name="站址编码"><value>TL1</value></Data></ExtendedData>
<Point><coordinates>122.35,42.95,0</coordinates></Point></Placemark>
<Placemark><name>=1+1</name><Point><coordinates>122.36,42.96</coordinates></Point></Placemark>
<Placemark id="x"><Polygon/></Placemark>
</Document></kml>
"""
CELLS = """LTE,460,0,4136,25601,0,122.2601,43.6201,1000,5,1,1459813819,1459813819,0
LTE,460,0,4136,25602,0,122.2603,43.6202,1000,5,1,1459813819,1459813819,0
LTE,460,1,4136,99846,0,122.2602,43.6203,1000,5,1,1459813819,1459813819,0
GSM,460,0,4136,1021,0,122.30,43.65,1000,5,1,1459813819,1459813819,0
LTE,460,15,4136,1,0,122.30,43.65,1000,5,1,1459813819,1459813819,0
"""
HEADING = ",".join(opencellid.HEADS) + "\n"


def feature(lon, lat, **properties):
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [lon, lat]}}


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        file = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1)
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture
def imported(drill, tmp_path, written):
    """The topology made of a file, and what was told."""

    def run(name, content, *options):
        told = drill("topology", "import", written(name, content), "--out", tmp_path / "out", "--yes", *options)
        assert told.code == 0, told.err
        return load_topology(tmp_path / "out" / "topology.yaml"), told

    return run


def collection(*features, **more):
    return {"type": "FeatureCollection", "features": list(features), **more}


def test_points_of_geojson_become_sites_with_their_properties(imported):
    found, told = imported(
        "站点.geojson",
        collection(
            feature(
                122.35, 42.95, 站址编码="TL1", 站址名称="甘旗卡", 区县="左后旗", 保障等级="A", 共享运营商="移动、联通"
            ),
            feature(123.31, 44.13, 站址编码="TL2", 站址名称="保康", 区县="左中旗", 保障等级="C类"),
            {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [[1, 2], [2, 3]]}},
        ),
    )
    assert found.sites.id.tolist() == ["TL1", "TL2"]
    assert found.sites.name.tolist() == ["甘旗卡", "保康"]
    assert found.sites.site_class.tolist() == [0, 2]
    assert sorted(found.counties.id.tolist()) == ["左中旗", "左后旗"]
    assert found.stations_per_site.tolist() == [2, 1]
    assert "1 shapes that are no points left out" in told.out


def test_placemarks_of_kml_become_sites(imported):
    found, told = imported("p.kml", KML.replace('<Data name="站址编码"><value>TL1</value></Data>', ""))
    assert found.sites.name.tolist() == ["甘旗卡", "=1+1"]
    assert found.sites.lat.tolist() == [42.95, 42.96]
    assert "no county is named, one taken for all" in told.out


def test_what_an_import_assumed_is_on_every_scorecard(imported, tmp_path, drill):
    imported("p.kml", KML.replace('<Data name="站址编码"><value>TL1</value></Data>', ""))
    scenario = tmp_path / "mine.yaml"
    scenario.write_text(
        "format: 1\nname: mine\nstart: 2024-03-01T08:00\nhorizon_h: 6 h\ntopology: out/topology.yaml\n"
        "hazards:\n  - {kind: feeder_failures, at: +1 h, share: 1}\nroads: {travel_h: 40/90 min}\n"
        "resources:\n  depots:\n    all: {crews: 1, petrol_5kw: 1}\n",
        encoding="utf-8",
    )
    card = json.loads(drill("run", scenario, "--out", tmp_path / "run", "--json").out)
    reasons = json.dumps(card["assumptions"], ensure_ascii=False)
    assert "no feeder is known" in reasons
    assert "no class is named" in reasons


def test_web_maps_of_china_are_warned_of_and_converted_only_when_asked(imported):
    content = collection(feature(122.35, 42.95, id="a", adcode=150522))
    plain, told = imported("a.geojson", content)
    assert "likely GCJ-02" in told.err
    turned, _ = imported("a.geojson", content, "--convert-gcj02")
    assert plain.sites.lon[0] == 122.35
    assert 0.001 < abs(turned.sites.lon[0] - 122.35) < 0.02


def test_cells_become_sites_of_their_operators(imported):
    found, told = imported("cells.csv", CELLS)
    assert found.stations_per_site.tolist() == [2, 1]
    assert found.sites.lon.round(4).tolist() == [122.2602, 122.3]
    assert "4 cells made" in told.out
    assert "1 cells of other networks left out" in told.out


def test_a_heading_changes_nothing(imported):
    bare, _ = imported("cells.csv", CELLS)
    headed, _ = imported("cells.csv", HEADING + CELLS)
    assert (headed.sites.id.tolist(), headed.sites.lon.tolist()) == (bare.sites.id.tolist(), bare.sites.lon.tolist())


def test_cells_of_one_base_station_are_one_site_and_of_two_are_two(imported):
    line = "LTE,460,0,1,{cell},0,{lon},43.62,1000,5,1,0,0,0\n"
    one, _ = imported("a.csv", line.format(cell=256, lon=122.0) + line.format(cell=257, lon=122.2))
    assert (len(one.sites.id), one.sites.lon[0]) == (1, 122.1)
    two, _ = imported("a.csv", line.format(cell=256, lon=122.0) + line.format(cell=512, lon=122.2))
    assert len(two.sites.id) == 2


def test_networks_of_another_country_stand_in_and_are_told(imported):
    found, told = imported("a.csv", CELLS.replace(",460,", ",262,"))
    assert "networks of another country stand under our names: 262-00: mobile, 262-01: unicom" in told.out
    assert len(found.sites.id) == 2


@given(st.lists(st.tuples(st.floats(120, 121), st.floats(42, 43)), min_size=1, max_size=60))
def test_every_site_gets_one_feeder_of_few_sites(places):
    from types import SimpleNamespace

    from sim.intake.areas import feeders_by_area

    cells = {"lon": [repr(x) for x, _ in places], "lat": [repr(y) for _, y in places], "county": ["a"] * len(places)}

    class Draft(SimpleNamespace):
        def __len__(self):
            return len(places)

        def column(self, name):
            return self.cells.get(name) or [""] * len(places)

    draft = Draft(cells=cells)
    assert len(feeders_by_area(draft)) == 1
    sizes = [draft.cells["feeder"].count(name) for name in set(draft.cells["feeder"])]
    assert all(draft.cells["feeder"])
    assert max(sizes) <= SITES_A_FEEDER
    if len(places) > SITES_A_FEEDER:
        assert min(sizes) >= SITES_A_FEEDER // 2


@pytest.mark.parametrize(
    ("name", "content", "line", "told"),
    [
        ("a.geojson", "{", 1, "must be JSON"),
        ("a.geojson", '{"type": "Topology"}', None, "must be GeoJSON"),
        ("a.geojson", '{"type": "FeatureCollection", "features": {}}', None, "must have a list of features"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', None, "has no points"),
        ("a.geojson", '{"a": ' * 3000 + "1" + "}" * 3000, None, "must be "),
        ("a.kml", "<kml><Document/></kml>", None, "has no points"),
        ("a.kml", "<!DOCTYPE kml><kml/>", None, "must not have <!DOCTYPE"),
        ("a.kml", "<gpx/>", 1, "must be KML"),
        ("a.csv", HEADING, None, "has no cells"),
        ("a.csv", HEADING + CELLS.replace("122.30,", "east,"), 5, "lon must be a number (got 'east')"),
        ("a.csv", HEADING + CELLS.replace("43.65", "143.65"), 5, "lon must be longitude and latitude"),
        ("a.csv", HEADING + CELLS.replace("25602", "-4"), 3, "cell must be codes of a cell"),
        ("a.csv", CELLS.replace(",460,", ",460,15"), None, "has no cells of a known operator"),
    ],
    ids=range(13),
)
def test_what_cannot_be_read_is_told_with_its_line(written, drill, tmp_path, name, content, line, told):
    file = written(name, content)
    answer = drill("topology", "import", file, "--out", tmp_path / "out", "--yes")
    assert (answer.code, answer.out) == (2, "")
    first = answer.err.splitlines()[0]
    assert first.startswith(f"{file}{f':{line}' if line else ''}: "), first
    assert told in first
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ([43.65, 122.27], "(got 43.65, 122.27); they look swapped: longitude comes first"),
        ([43.65, 122.27, 180.5], "(got 43.65, 122.27, 180.5); they look swapped: longitude comes first"),
        ([122.27, 143.65], "(got 122.27, 143.65)"),
        ([43.65, 512.0], "(got 43.65, 512.0)"),
        ([43.65, None], "(got 43.65, nothing)"),
        ([[122.27, 43.65]], "(got a list of 2)"),
        ([], "(got a list of 0)"),
    ],
    ids=range(7),
)
def test_coordinates_that_are_none_are_shown(written, drill, place, told):
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": place}}
    file = written("a.geojson", collection(point))
    answer = drill("topology", "import", file, "--yes", "--out", file.parent / "out")
    message = f"coordinates must be longitude and latitude in degrees {told}"
    assert (answer.code, answer.err.splitlines()) == (2, [f"{file}:4: {message}"])


def test_swapped_coordinates_of_kml_are_shown(written, drill):
    point = "<Placemark><name>a</name><Point><coordinates>43.65,122.27,0</coordinates></Point></Placemark>"
    file = written("a.kml", f"<kml><Document>{point}</Document></kml>")
    answer = drill("topology", "import", file, "--yes", "--out", file.parent / "out")
    assert "(got '43.65', '122.27', '0'); they look swapped: longitude comes first" in answer.err


def test_a_point_off_the_earth_is_told_with_the_line_of_its_feature(written, drill, tmp_path):
    content = collection(feature(122, 42, id="a"), feature(122, 142, id="b"), feature("x", 42, id="c"))
    file = written("a.geojson", content)
    lines = file.read_text(encoding="utf-8").split("\n")
    begins = [number for number, line in enumerate(lines, start=1) if line == "  {"]
    answer = drill("topology", "import", file, "--out", tmp_path / "out", "--yes")
    assert [line.split(": ")[0] for line in answer.err.splitlines()] == [f"{file}:{begins[1]}", f"{file}:{begins[2]}"]


def test_another_system_of_coordinates_is_refused(written, drill, tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    file = written("a.geojson", collection(feature(1, 2, id="a"), crs=crs))
    answer = drill("topology", "import", file, "--out", tmp_path / "out", "--yes")
    assert answer.code == 2
    assert "crs must be in WGS-84" in answer.err


def test_an_alert_is_shown_to_its_own_door(written, drill, tmp_path):
    file = written("a.xml", '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>')
    answer = drill("topology", "import", file, "--out", tmp_path / "out")
    assert (answer.code, "drill alert" in answer.err) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "sort"),
    [
        ("a.csv", CELLS, "cells"),
        ("a.csv", HEADING, "cells"),
        ("a.csv", "站址编码,经度,纬度\n", "spreadsheet"),
        ("a.txt", ' {"type": "Feature"}', "spreadsheet"),
        ("a.json", ' {"type": "Feature"}', "geojson"),
        ("doc.xml", KML, "kml"),
        ("a.graphml", "<graphml/>", "graphml"),
    ],
)
def test_a_file_is_known_by_what_is_in_it(written, name, content, sort):
    assert sort_of(written(name, content)) == sort


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda one: (
            st.lists(one, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "features", "geometry", "coordinates", "properties", "id"]), one, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(tmp_path_factory, value):
    file = tmp_path_factory.mktemp("json") / "a.geojson"
    file.write_text(json.dumps(value), encoding="utf-8", errors="surrogatepass")
    with suppress(InputError):
        points.paper_of(points.read_geojson(file))


def test_tables_of_an_import_run_nothing_in_a_spreadsheet_and_mean_the_same(imported, tmp_path):
    names = ["=cmd|' /C calc'!A0", "+SUM(1)", "@x", "'=1"]
    found, _ = imported(
        "p.geojson", collection(*(feature(122 + n / 10, 42, id=f"s{n}", name=one) for n, one in enumerate(names)))
    )
    assert found.sites.name.tolist() == names
    raw = (tmp_path / "out" / "sites.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    cells = [line.split(",")[1] for line in raw.decode("utf-8-sig").splitlines()[1:]]
    assert all(cell.startswith("'") for cell in cells)


@pytest.mark.parametrize(("deep", "told"), [(40, "must be GeoJSON"), (41, "must be JSON, at most 40 deep")])
def test_how_deep_geojson_may_be(written, deep, told):
    with pytest.raises(InputError, match=told):
        points.read_geojson(written("a.json", "[" * deep + "1" + "]" * deep))


def test_numbers_of_thousands_of_digits(written):
    with pytest.raises(InputError, match="must be JSON: a number has thousands of digits"):
        points.read_geojson(written("a.json", "9" * 5000))
