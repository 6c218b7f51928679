"""The pictures of a run: written, with Chinese, with any name, the same bytes each time."""

from pathlib import Path

import numpy as np
import pytest
from little_runs import STORY, inventory, run_of
from matplotlib.image import imread

from sim.report import gantt, outage_curve, situation_map, style
from sim.report.figures import draw_figures, missing_map
from sim.report.series import Story
from sim.results import Run
from sim.topology import load_topology

TOPOLOGIES = sorted((Path(__file__).resolve().parent.parent / "topologies").glob("*.yaml"))
SNOW = (
    (1.0, "snow.depth", "w1", "", 0.0),
    (30.0, "snow.depth", "w1", "", 25.0),
    (2.0, "road.closed", "r2", "snow"),
    (5.0, "site.source", "s1", "generator", 2.0),
    (5.0, "site.source", "s3", "battery", 2.0),
    (9.6, "crew.leg", "k2", "r1", 20.0),
    (9.8, "crew.stuck", "k2", "r1", 0.4),
)


def town(**renamed):
    """The little network with places, roads and snow; `renamed` are other names of depots or counties."""
    made = inventory()
    made["site"] |= {
        "lon": 122 + np.array([0.0, 0.1, 0.2, 0.3, 0.1]),
        "lat": 43 + np.array([0.0, 0.2, 0.1, 0.3, 0.0]),
    }
    made["county"] |= {"lon": np.array([122.0, 122.3]), "lat": np.array([43.0, 43.3])}
    made["depot"] |= {"lon": np.array([122.01, 122.2]), "lat": np.array([43.05, 43.2])}
    made["road_node"] = {
        "id": np.array(["n1", "n2", "n3"]),
        "lon": np.array([122.0, 122.1, 122.3]),
        "lat": np.array([43.0, 43.2, 43.3]),
    }
    made["road_edge"] = {
        "id": np.array(["r1", "r2"]),
        "u": np.array(["n1", "n2"]),
        "v": np.array(["n2", "n3"]),
        "length_km": np.array([20.0, 20.0]),
        "road_class": np.array(["county", "expressway"]),
        "weather_cell": np.array(["w1", "w1"]),
    }
    made["weather_cell"] = {"id": np.array(["w1"]), "lon": np.array([122.1]), "lat": np.array([43.1])}
    for item, columns in renamed.items():
        made[item] |= {name: np.array(column) for name, column in columns.items()}
    return made


def run_in_town(*rows, made=None, **chapters):
    run = run_of(*(rows or (*STORY, *SNOW)), **chapters)
    return Run(run.spec, 7, "test", run.log, made or town())


def texts_of(figure):
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_parse_math"))]


# ---------------------------------------------------------------- fonts


@pytest.mark.parametrize("path", TOPOLOGIES, ids=lambda path: path.stem)
def test_the_bundled_font_covers_every_place(path):
    topology = load_topology(path)
    tables = (topology.counties, topology.townships, topology.depots)
    names = {*topology.sites.name.tolist(), topology.origin, topology.name}
    names |= {name for table in tables for column in (table.name, table.name_en) for name in column.tolist()}
    have = style.characters(("DejaVu Sans", style.FONT_FAMILY))
    assert sorted({character for name in names for character in name if ord(character) not in have}) == []


def test_the_bundled_font_has_a_name_of_its_own_and_its_licence():
    assert style.FONT_FAMILY in style.font_families()
    assert style.FONT.stat().st_size < 1_500_000
    assert "Apache License" in (style.FONT.parent / "LICENCE.txt").read_text(encoding="utf-8")


def test_a_character_beyond_all_fonts_gives_the_english_name_and_one_warning():
    with pytest.warns(UserWarning, match="no font here can draw"):
        assert style.both("Somewhere", "某\U0001cffd") == "Somewhere"
    assert style.both("Somewhere", "某\U0001cffd") == "Somewhere"  # another warning would be an error here


def test_the_users_font_comes_first():
    import matplotlib as mpl

    with mpl.rc_context({"font.family": ["DejaVu Serif"]}):
        assert style.font_families()[:2] == ("DejaVu Serif", "DejaVu Sans")


def test_drawing_leaves_the_users_settings_as_they_were():
    import matplotlib as mpl

    with mpl.rc_context({"axes.facecolor": "red"}):
        with style.drawing():
            assert mpl.rcParams["axes.facecolor"] == "white"
        assert mpl.rcParams["axes.facecolor"] == "red"


# ---------------------------------------------------------------- pictures


def test_three_pictures_of_a_little_run(tmp_path):
    paths = draw_figures(run_in_town(), tmp_path)
    assert [path.name for path in paths] == ["outage_curve.png", "gantt.png", "map.png"]
    for path in paths:
        picture = imread(path)
        assert picture.shape[1] >= 1500
        assert picture[..., :3].std() > 0.05


def test_the_same_run_gives_the_same_bytes(tmp_path):
    first = [path.read_bytes() for path in draw_figures(run_in_town(), tmp_path / "a")]
    again = [path.read_bytes() for path in draw_figures(run_in_town(), tmp_path / "b")]
    assert first == again


def test_a_run_without_places_has_no_map_and_says_why(tmp_path):
    paths = draw_figures(run_of(), tmp_path)
    assert [path.name for path in paths] == ["outage_curve.png", "gantt.png"]
    assert missing_map(run_of()) == "no site has a position"


def test_a_run_in_which_nothing_happens_says_so(tmp_path):
    quiet = run_in_town((0.0, "run.begins", "little", "test"))
    assert len(draw_figures(quiet, tmp_path)) == 3
    with style.drawing():
        story = Story.of(quiet)
        assert any("No station went out" in text for text in texts_of(outage_curve.draw(story)))
        assert any("No crew was called" in text for text in texts_of(gantt.draw(story)))
        assert any("no station was out" in text for text in texts_of(situation_map.draw(story)))


def test_hostile_names_are_shown_as_text(tmp_path):
    long = "$x_1$ " + "很长的地名" * 30
    names = ["$x_1$", long]
    made = town(
        depot={"name": names, "name_en": ["\\frac{1}{2}", "a\nb\x07c"]},
        county={"name": names, "name_en": ["100 % & _^{}", "x" * 300]},
    )
    title = {"en": "$\\alpha$ storm {", "zh": long}
    targets = [{"id": "$O_1$" * 20, "kpi": "stations_out", "at": "+9 h", "at_most": 9}]
    run = run_in_town(made=made, title=title, plan={"targets": targets})
    assert len(draw_figures(run, tmp_path)) == 3
    with style.drawing():
        for draw in (outage_curve.draw, gantt.draw, situation_map.draw):
            figure = draw(Story.of(run))
            texts = texts_of(figure)
            assert any("$\\alpha$ storm {" in text for text in texts)
            assert max(len(line) for text in texts for line in text.split("\n")) < 300


def test_a_hundred_times_as_many_crews_still_fit(tmp_path):
    made = town()
    made["crew"] = {"id": np.array([f"k{n}" for n in range(400)]), "depot": np.array(["d1", "d2"] * 200)}
    rows = [(1.0 + n / 100, "crew.sent", f"k{n}", "j", 1.0) for n in range(400)]
    story = Story.of(run_in_town(*rows, made=made))
    crews = gantt.crew_rows(story)
    assert (len(crews.which), crews.total) == (110, 400)
    with style.drawing():
        assert any("the 110 busiest of 400" in text for text in texts_of(gantt.draw(story)))
