"""The answers on real runs of a small town, their pictures, and what the commands refuse."""

import json
import sqlite3

import numpy as np
import pytest
from serial_ensemble import serial

from sim import cli
from sim.cli_answers import compared_text
from sim.ensemble import open_ensemble
from sim.ensemble.analysis import Effort
from sim.ensemble.answers import Playing, compare, sensitivity, size
from sim.ensemble.paired import together
from sim.errors import InputError
from sim.loading import load
from sim.report.answer_figures import draw_ensemble, save_answers

SIX = {"resources.depots.ten.crews": "6", "resources.depots.ten.petrol_5kw": "6"}


def is_png(path) -> bool:
    return path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" and path.stat().st_size > 5000


@pytest.mark.slow
def test_policies_of_a_small_town_paired_by_seed(tmp_path) -> None:
    town = load("ten_sites")
    two = serial(town, 30, policies=["class_then_deadline", "nearest"])
    more = serial(town, 40, variants=[("six", SIX)])
    found = compare([two, more])
    assert found.seeds == tuple(range(1, 31))
    assert found.variants == ("class_then_deadline", "nearest", "six")
    lost = next(d for d in found.differences if (d.kpi, d.variant) == ("station_outage_h", "six"))
    ours = np.array(more.values("six", "station_outage_h")[:30])
    theirs = two.values("class_then_deadline", "station_outage_h")
    assert lost.mean == pytest.approx((ours - theirs).mean())
    assert lost.reduction > 2  # common random numbers are worth it
    assert "30 common seeds" in compared_text(found)
    assert "10 of its 40 seeds left out" in compared_text(found)
    json.dumps(found.to_json(), allow_nan=False)
    assert [p.name for p in save_answers(found, tmp_path)] == ["differences.png"]
    pictures = draw_ensemble(two, town.spec, tmp_path)
    assert {p.name for p in pictures} == {"fan.png", "targets.png", "differences.png"}
    assert all(is_png(path) for path in pictures)


@pytest.mark.slow
def test_sizing_of_a_small_town_plays_the_same_seeds_for_each_number(tmp_path) -> None:
    town = load("ten_sites", {"resources.depots.ten.petrol_5kw": 6})
    asked = []

    def play(scenario, seeds, variants, **more):
        asked.append((seeds, variants[0].overrides))
        return serial(scenario, seeds, variants=variants)

    found = size(town, "resources.depots.*.crews", (0, 6), 0.5, ["O3"], Playing(15, play=play))
    assert found.answer is not None
    assert found.below_fails
    assert all(seeds == 15 for seeds, _ in asked)
    assert len({str(dict(values)) for _, values in asked}) == len(asked) == len(found.points) < 7
    json.dumps(found.to_json(), allow_nan=False)
    assert all(is_png(path) for path in save_answers(found, tmp_path, "Ten sites"))


@pytest.mark.slow
def test_sensitivity_of_a_small_town(tmp_path) -> None:
    found = sensitivity(load("ten_sites"), ["station_outage_h"], Effort(2, 4), Playing(5, play=serial))
    assert [one.place for one in found.factors] == ["hazards.snowstorm.water_mm"]
    swing = found.swings[0]
    light = serial(load("ten_sites", {"hazards.snowstorm.water_mm": 20}), 5).values("as_written", "station_outage_h")
    assert swing.low == pytest.approx(light.mean())
    assert swing.low <= swing.high
    assert found.indices.total[0, 0] == pytest.approx(1.0, abs=0.6)
    assert (
        found.to_json()
        == sensitivity(load("ten_sites"), ["station_outage_h"], Effort(2, 4), Playing(5, play=serial)).to_json()
    )
    assert [p.name for p in save_answers(found, tmp_path)] == ["tornado_station_outage_h.png"]


def test_targets_hold_together_only_if_none_is_missed() -> None:
    """What is undefined breaks no promise: with one target that is always kept, the other alone decides."""
    kept = np.array([1.0, 1.0, np.nan, np.nan, np.nan])
    half = np.array([1.0, 0.0, 1.0, 0.0, np.nan])
    np.testing.assert_array_equal(together([kept, half]), half)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("size ten_sites --resource resources.depots.x.crews --from 1 --to 3", "--resource: "),
        ("size ten_sites --resource resources.depots.ten.crews --from 3 --to 1", "--to: must be at least --from"),
        ("size ten_sites --resource resources.depots.ten.crews --from 1 --to 3 --probability 1.5", "--probability: "),
        ("size ten_sites --resource resources.depots.ten.crews --from 1 --to 3 --target O9", "--target: must be one of O1"),
        ("size nowhere --resource resources.depots.ten.crews --from 1 --to 3", "nowhere: does not exist"),
        ("sensitivity ten_sites --kpi site_visit", "--kpi: must be of the KPI catalogue (got 'site_visit'; did you mean"),
        ("sensitivity ten_sites --trajectories 1", "--trajectories: must be at least 2"),
        ("sensitivity ten_sites --sobol 3", "--sobol: must be a power of two"),
        ("sensitivity blizzard_mini", "has no assumption with a range"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(words: str, told: str, capsys, tmp_path) -> None:
    assert cli.main([*words.split(), "--out", str(tmp_path / "out")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_comparing_needs_two_variants() -> None:
    class One:
        variants, seeds = ("as_written",), (1, 2)

        def targets(self, _=None):
            return []

        def failures(self, _variant):
            return []

    with pytest.raises(InputError, match="at least two variants"):
        compare([One()])
    other = One()
    other.seeds = (3,)
    with pytest.raises(InputError, match="no seed in common"):
        compare([One(), other])
    with pytest.raises(InputError, match="--against"):
        compare([One(), One()], against="nobody")


@pytest.mark.slow
def test_the_store_of_a_sizing_is_taken_up_again(tmp_path) -> None:
    town = load("ten_sites", {"resources.depots.ten.petrol_5kw": 6})
    crews = "resources.depots.*.crews"
    whole = size(town, crews, (0, 4), 0.5, ["O3"], Playing(8, workers=1, out=tmp_path / "store"))
    again = size(town, crews, (0, 4), 0.5, ["O3"], Playing(8, workers=1, out=tmp_path / "store"))
    fewer = size(town, crews, (0, 4), 0.5, ["O3"], Playing(5, workers=1, out=tmp_path / "store"))
    plain = size(town, crews, (0, 4), 0.5, ["O3"], Playing(5, play=serial))
    assert again == whole
    assert fewer == plain  # the store's other seeds are left alone, and the runs are those of `simulate`


@pytest.mark.parametrize(
    "words",
    [["size", "--resource", "resources.depots.ten.crews", "--from", "1", "--to", "2"], ["sensitivity"]],
    ids=["size", "sensitivity"],
)
def test_an_unknown_policy_is_named_before_anything_is_played(words, tmp_path, capsys) -> None:
    command, *rest = words
    assert cli.main([command, "ten_sites", *rest, "--policy", "nearst", "--out", str(tmp_path / "o")]) == cli.BAD_INPUT
    told = capsys.readouterr().err
    assert told.startswith("--policy: must be ")
    assert "did you mean 'nearest'" in told
    assert not (tmp_path / "o").exists()


def test_a_comparison_without_a_pair_is_refused_in_one_line(tmp_path, capsys) -> None:
    folder = tmp_path / "two"
    words = ["ensemble", "ten_sites", "-n", "1", "--policy", "nearest,class_then_deadline", "--workers", "1"]
    assert cli.main([*words, "--out", str(folder)]) == cli.DONE
    assert cli.main(["compare", str(folder)]) == cli.DONE
    with sqlite3.connect(folder / "catalogue.sqlite") as base:
        base.execute("delete from runs where variant='nearest'")
    capsys.readouterr()
    assert cli.main(["compare", str(folder)]) == cli.BAD_INPUT
    told = capsys.readouterr()
    assert not told.out
    assert told.err.count("\n") == 1
    assert "no seed that is done under two variants" in told.err


def fails_when_busy(view):
    """A policy with a mistake in it."""
    if len(view.jobs) > 3:
        raise ZeroDivisionError("no crew")
    return []


def test_runs_that_failed_are_told_apart_from_undefined_targets(tmp_path) -> None:
    how = Playing(6, policy=fails_when_busy, workers=1, out=tmp_path / "e")
    found = size(load("ten_sites"), "resources.depots.ten.crews", (2, 2), 0.5, ["O3"], how)
    many = open_ensemble(tmp_path / "e")
    (cell,) = many.variants
    failed = len(many.failures(cell))
    assert 0 < failed <= found.points[0].undefined
    assert len(how.failures) == 1
    assert f"{cell}: {failed} run(s) failed" in how.failures[0]
    assert "ZeroDivisionError: no crew" in how.failures[0]


def test_two_policies_are_refused_where_one_is_asked_for(tmp_path, capsys) -> None:
    words = ["size", "ten_sites", "--resource", "resources.depots.ten.crews", "--from", "1", "--to", "2"]
    assert cli.main([*words, "--policy", "nearest,roving", "--out", str(tmp_path / "e")]) == 2
    assert "--policy: must be one policy" in capsys.readouterr().err
