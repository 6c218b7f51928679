"""`sim.draw` and `sim.what_breaks`: what notebooks show."""

import re

import pytest
from little_rooms import drill_run
from little_runs import run_of
from matplotlib import rcParams

import sim
from sim.cli import main
from sim.ensemble import compare
from sim.errors import InputError
from sim.report.figures import draw_figures

PNG = b"\x89PNG"


def test_a_picture_is_the_one_of_the_run_directory(tmp_path):
    run = run_of()
    written = {path.stem: path.read_bytes() for path in draw_figures(run, tmp_path)}
    assert {"outage_curve", "gantt"} <= written.keys()
    for name, png in written.items():
        assert sim.draw(run, name).png == png
    assert sim.draw(run).name == "outage_curve"


def test_a_notebook_shows_it_and_it_can_be_saved(tmp_path):
    before = dict(rcParams)
    picture = sim.draw(drill_run(), "temperatures")
    png, about = picture._repr_png_()
    assert png[:4] == PNG
    assert 0 < about["width"] <= 920
    assert picture.save(tmp_path / "t.png").read_bytes() == png
    assert dict(rcParams) == before


@pytest.mark.parametrize(
    ("what", "name", "message"),
    [
        (run_of(), "temperatures", r"name must be one of outage_curve, gantt \(got 'temperatures'\)"),
        (5, "", r"what must be a run, an ensemble or a comparison \(got 5\)"),
    ],
)
def test_a_picture_that_there_is_not(what, name, message):
    with pytest.raises(InputError) as caught:
        sim.draw(what, name)
    assert re.fullmatch(message, str(caught.value))


@pytest.fixture
def many(town):
    scenario = sim.load("little.yaml")
    return scenario, sim.ensemble(scenario, 2, policies=["nearest", "class_then_deadline"], workers=1)


def test_pictures_of_many_runs(many):
    scenario, runs = many
    assert sim.draw(runs, "fan", scenario).png == sim.draw(runs, "fan").png
    with pytest.raises(InputError, match="scenario must be the one that was played"):
        sim.draw(runs, "fan", sim.load("little.yaml", {"policy": "first_come"}))
    with pytest.raises(InputError, match=r"must end in \.png"):
        sim.draw(runs, "fan").save("fan.svg")
    assert sim.draw(compare([runs], ["station_outage_h"])).name == "differences"


@pytest.mark.parametrize(("pairs", "order"), [(False, "1"), (True, "2")])
def test_what_breaks_is_what_the_check_prints(pairs, order, capsys):
    found = sim.what_breaks(sim.load("hub_room_cooling"), pairs=pairs)
    assert main(["check", "hub_room_cooling", "--contingency", order]) == 0
    printed = capsys.readouterr().out
    assert len(found) > 0
    assert found.columns.tolist() == ["elements", "breaks", "sites", "users", "why"]
    assert all(name in printed for name in found.elements.head(3))
