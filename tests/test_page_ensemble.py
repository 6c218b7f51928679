"""The report page of an ensemble: its numbers are those of summary.json, and it says what is missing."""

import json
import re
import shutil
import sqlite3
from math import isclose
from shlex import split

import duckdb
import numpy as np
import pytest
from pages import Page

import sim
from sim.ensemble import Variant, ensemble, open_ensemble
from sim.errors import InputError
from sim.language import LANGUAGES, speaking
from sim.page.ensemble import ensemble_page
from sim.page.ensemble_parts import _interval
from sim.page.ensemble_runs import command
from sim.page.ensemble_verdict import verdict
from sim.page.many import Many
from sim.vocabulary import KPIS

HOSTILE = ("</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)> \u202eright to left\u202c' + "x" * 200)
POLICIES = ["class_then_deadline", "nearest"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ten sites under two policies over five seeds."""
    place = tmp_path_factory.mktemp("many") / "many"
    ensemble(sim.load("ten_sites"), 5, policies=POLICIES, workers=1, out=place).close()
    return place


@pytest.fixture
def copied(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


def page(place, language="en"):
    return Page(ensemble_page(place, language))


def change(place, *statements):
    with sqlite3.connect(place / "catalogue.sqlite") as base:
        for statement, *values in statements:
            base.execute(statement, values)


def told(place):
    """The verdict in English."""
    many = open_ensemble(place)
    try:
        return verdict(Many(many, None))
    finally:
        many.close()


def near(found, wanted):
    return isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12)


# Numbers


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_is_that_of_the_summary(folder, language):
    summary = json.loads((folder / "summary.json").read_text())
    found = page(folder, language)
    seen = 0
    for one in found.numbers:
        if not one.scope or not one.kpi:
            continue
        name, key, *rest = one.scope.split()
        of = summary["variants"][name]
        if key in {"mean", "p10", "p90"} or (key == "p50" and not rest):
            wanted = of["kpis"][one.kpi][key]
        elif key in {"met", "p50"}:
            line = next(line for line in of["lines"] if line["id"] == rest[0])
            wanted = line["met"]["share"] if key == "met" else line["p50"]
        elif key == "record":
            wanted = of["lines"][int(rest[0])]["p50"]
        else:
            assert key == "difference"
            rows = [row for row in summary["differences"] if (row["kpi"], row["variant"]) == (one.kpi, name)]
            wanted = rows[0]["mean"]
        assert near(one.value, wanted), one
        seen += 1
    assert seen > 200


def test_every_defined_figure_is_there_with_its_spread(folder):
    summary, found = json.loads((folder / "summary.json").read_text()), page(folder)
    for name, of in summary["variants"].items():
        for kpi, spread in of["kpis"].items():
            for key in ("mean", "p10", "p50", "p90"):
                values = found.of(kpi, f"{name} {key}")
                assert all(near(value, spread[key]) for value in values)
                assert bool(values) == (spread["n"] > 0), (kpi, key)


def test_share_of_seeds_in_which_the_plan_holds_is_recounted_from_the_rows(folder):
    lines = duckdb.read_parquet(str(folder / "lines.parquet")).df()
    found = page(folder)
    for name in POLICIES:
        mine = lines[(lines["variant"] == name) & (lines["line"] != "")]
        verdicts = []
        for _seed, rows in mine.groupby("seed"):
            met = [None if value != value or value is None else bool(value) for value in rows["met"].astype(object)]
            verdicts.append(False if False in met else None if None in met else True)
        told = [one for one in verdicts if one is not None]
        assert [one.value for one in found.numbers if one.scope == f"{name} met"] == [sum(told) / len(told)]
        assert len(told) < 5, "a seed in which a target is undefined is wanted here"
        row = next(row for row in found.rows["targets"] if row[0] == "all targets together" and row[1] == name)
        assert row[-1].startswith(str(len(told)))
        assert f"{5 - len(told)} cannot tell" in found.text


def test_a_plan_not_fully_tested_is_not_told_as_held(copied):
    """As a single run's scorecard says: no target missed, but one undefined."""
    width = len(np.frombuffer(_blob(copied, POLICIES[0], 1, "met")))
    held, unsure = np.ones(width), np.ones(width)
    unsure[0] = np.nan
    for name in POLICIES:
        change(
            copied,
            ("update runs set met=? where variant=?", held.tobytes(), name),
            ("update runs set met=? where variant=? and seed > 3", unsure.tobytes(), name),
        )
    said, tone = told(copied)
    assert said.startswith("The plan holds in 100 % of the 3 seeds that can tell")
    assert "Not fully tested in 2 more" in said
    assert tone == "unknown"


@pytest.mark.parametrize(
    ("kpi", "low", "high", "text"),
    [
        ("restored_share", 0.817, 1.04, "81.7 – 100"),
        ("townships_dark", -0.05, 0.15, "0 – 0.15"),
        ("dispatch_lag_h", -0.5, 0.25, "−0.50 – 0.25"),
        ("station_outage_h", 10.0, 20.0, "10 – 20"),
    ],
)
def test_no_interval_goes_beyond_what_a_figure_can_be(kpi, low, high, text):
    cell = _interval(kpi, KPIS[kpi].unit, low, high)
    assert cell.text.replace(" %", "") == text
    assert bool(cell.under) == (kpi in {"restored_share", "townships_dark"})


def test_the_verdict_names_the_best_and_the_worst_variant(copied):
    many = open_ensemble(copied)
    ids = many.targets()
    held = {name: many.held(name) for name in many.variants}
    many.close()
    width = len(np.frombuffer(_blob(copied, POLICIES[0], 1, "met")))
    good, bad = np.ones(width).tobytes(), np.zeros(width).tobytes()
    assert ids
    assert all(len(column) == 5 for column in held.values())
    change(
        copied,
        ("update runs set met=? where variant=?", good, POLICIES[1]),
        ("update runs set met=? where variant=?", good, POLICIES[0]),
        ("update runs set met=? where variant=? and seed < 5", bad, POLICIES[0]),
    )
    said, tone = told(copied)
    assert said.startswith("The plan holds in 100 % of 5 seeds (95 %: 56.6 % to 100 %) with nearest, the best")
    assert "in 20 % with class_then_deadline, the worst." in said
    assert tone == "good"


def _blob(place, variant, seed, column):
    with sqlite3.connect(place / "catalogue.sqlite") as base:
        query = f"select {column} from runs where variant=? and seed=?"
        return base.execute(query, (variant, seed)).fetchone()[0]


def test_record_falls_where_the_seeds_say(tmp_path):
    place = tmp_path / "e"
    record = '[{"kpi": "site_visits", "value": 12, "at": "20 h"}, {"kpi": "vehicles", "value": 2}]'
    settings = {"record.source": "a bulletin", "record.rows": record}
    ensemble(sim.load("ten_sites", settings), 4, workers=1, out=place).close()
    lines = duckdb.read_parquet(str(place / "lines.parquet")).df()
    rows = {row[0]: row for row in page(place).rows["record"][1:]}
    assert len(rows) == 2
    for kpi, label, value in (("site_visits", "site visits", 12), ("vehicles", "vehicles", 2)):
        simulated = lines[(lines["kpi"] == kpi) & (lines["line"] == "")]["simulated"].dropna()
        assert len(simulated) == 4
        assert rows[label][2] == str(value)
        assert rows[label][5] == f"{100 * (simulated < value).mean():g} %"


def test_differences_come_with_a_sentence(folder):
    found = page(folder)
    assert re.search(r"nearest against class_then_deadline: .+\.", found.text)
    assert len([row for row in found.rows["differences"] if "nearest" in row]) >= 4


# What is missing is said


def test_failed_runs_are_told_and_their_errors_are_text(copied):
    failed = "update runs set status='failed', error=?, kpis=null, simulated=null, met=null, at_h=null, curve=null"
    change(copied, (f"{failed} where variant='nearest' and seed in (2, 4)", HOSTILE[0]))
    found = page(copied)
    assert "8 runs finished, 2 failed and are in no figure" in found.text
    assert HOSTILE[0] in found.text
    assert ["nearest", "2", HOSTILE[0]] in found.rows["runs"]
    assert not [tag for tag, _attributes in found.tags if tag == "script"]


def test_runs_still_to_be_played_are_told(copied):
    change(copied, ("delete from runs where variant='nearest' and seed > 3",))
    found = page(copied)
    assert "8 runs finished, 2 still to be played" in found.text
    assert any(
        row[0] == "nearest"
        and row[1].startswith("nearest (nearest job first)")
        and row[2:4] == ["3", "0"]
        and row[4].endswith("2")
        for row in found.rows["runs"]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_variant_without_any_finished_run_hides_no_target(copied, language):
    change(
        copied,
        ("delete from runs where variant=?", POLICIES[0]),
        ("delete from cells where variant=?", POLICIES[0]),
    )
    found = page(copied, language)
    assert "targets" in found.sections
    if language == "en":
        assert "with nearest." in told(copied)[0]
        assert "too few common seeds to tell a difference (0)" in found.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_ensemble_of_which_nothing_was_played(copied, language):
    change(copied, ("delete from runs",), ("delete from cells",))
    assert "runs" in page(copied, language).sections
    assert told(copied) == ("No run has been played.", "unknown")


def test_a_variant_of_which_all_failed_is_told_and_not_compared(copied):
    failed = "update runs set status='failed', error=?, kpis=null, simulated=null, met=null, at_h=null, curve=null"
    change(copied, (f"{failed} where variant='nearest'", "boom"))
    found = page(copied)
    assert ["nearest", "2", "boom"] in found.rows["runs"]
    assert "nearest against class_then_deadline" not in found.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_ensemble_of_which_all_failed(copied, language):
    change(
        copied,
        ("update runs set status='failed', error='e', kpis=null, simulated=null, met=null, at_h=null, curve=null",),
        ("delete from cells",),
    )
    found = page(copied, language)
    assert sum("e" in row for row in found.rows["runs"]) == 10
    assert told(copied) == ("All runs failed.", "bad")


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_seed_has_no_interval_of_the_mean(tmp_path, language):
    place = tmp_path / "one"
    ensemble(sim.load("ten_sites"), 1, policies=POLICIES, workers=1, out=place).close()
    found = page(place, language)
    rows = [row for row in found.rows["figures"] if len(row) == 9 and row[-1] == "1"]
    assert rows
    assert {row[4] for row in rows} == {"–"}
    if language == "en":
        assert "too few common seeds to tell a difference (1)" in found.text


def test_undefined_figures_are_not_shown(folder):
    summary, found = json.loads((folder / "summary.json").read_text()), page(folder)
    kpis = [of["kpis"] for of in summary["variants"].values()]
    undefined = [kpi for kpi in kpis[0] if not any(of[kpi]["n"] for of in kpis)]
    assert undefined
    assert not [one for one in found.numbers if one.kpi in undefined and one.scope.split()[1] == "mean"]


def test_without_its_scenario_the_page_has_no_pictures_over_time(copied):
    (copied / "scenario.json").unlink()
    found = page(copied)
    assert "assumptions" not in found.sections
    assert "targets" in found.sections
    assert "figures" in found.sections


@pytest.mark.parametrize("spoil", ["ensemble.json", "catalogue.sqlite", "scenario.json"])
def test_a_damaged_directory_is_refused_in_a_line(copied, drill, spoil):
    (copied / spoil).write_text("{ no")
    done = drill("report", copied)
    assert done.code == 2
    assert spoil in done.err
    assert "Traceback" not in done.err
    assert not (copied / "report.html").exists()


def test_what_is_no_ensemble_is_refused(tmp_path):
    with pytest.raises(InputError, match="is no ensemble directory"):
        ensemble_page(tmp_path)


# Text, bytes, command


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_are_text(copied, language):
    asked = json.loads((copied / "ensemble.json").read_text())
    for cell, name in zip(asked["cells"], HOSTILE, strict=True):
        for table in ("runs", "cells"):
            change(copied, (f"update {table} set variant=? where variant=?", name, cell["variant"]))
        cell["variant"] = name
        cell["overrides"] = {name: name}
    (copied / "ensemble.json").write_text(json.dumps(asked))
    found = page(copied, language)
    assert not [tag for tag, attributes in found.tags if tag in {"script", "iframe"} or "onerror" in attributes]
    for name in HOSTILE:
        assert sum(cell == name for row in found.rows["figures"] for cell in row) > 10


def test_the_same_directory_gives_the_same_bytes(folder, copied):
    assert ensemble_page(folder, "zh") == ensemble_page(folder, "zh") == ensemble_page(copied, "zh")


def test_the_page_needs_nothing_from_elsewhere(folder):
    assert all(address.startswith(("#", "data:")) for address in page(folder).addresses)


def test_the_directory_is_left_as_it_was(copied):
    before = {file.name: file.read_bytes() for file in copied.iterdir() if file.is_file()}
    ensemble_page(copied)
    assert {file.name: file.read_bytes() for file in copied.iterdir() if file.is_file()} == before


def test_command_plays_the_same_runs(folder, drill, tmp_path):
    many = open_ensemble(folder)
    words = split(command(Many(many, None)))
    assert words == [
        "drill", "ensemble", "ten_sites", "-n", "5", "--policy", "class_then_deadline,nearest", "--out", "DIR",
    ]  # fmt: skip
    done = drill(*words[1:-1], tmp_path / "again")
    assert done.code == 0, done.err
    again = open_ensemble(tmp_path / "again")
    assert list(again.runs["digest"]) == list(many.runs["digest"])
    digest = many.runs["digest"][0]
    many.close()
    again.close()
    assert digest in page(folder).text


def test_command_of_variants_and_settings(tmp_path):
    scenario = sim.load("ten_sites", {"horizon_h": "30"})
    six = Variant("six_crews", {"resources.depots.ten.crews": "6"})
    many = ensemble(scenario, [2, 3], policies=POLICIES, variants=[Variant("as_is", {}), six], workers=1, out=tmp_path)
    words = split(command(Many(many, None)))
    assert words[2:5] == ["ten_sites", "-n", "3"]
    assert "The command plays seeds 1 to 3: more than those of this page" in page(tmp_path).text
    assert words[words.index("--policy") + 1] == ",".join(POLICIES)
    assert words[words.index("--variant") + 1] == "six_crews.yaml"
    assert words[words.index("--set") + 1] == "horizon_h=30"
    many.close()
    plain = ensemble(sim.load("ten_sites"), 1, workers=1, out=tmp_path / "plain")
    assert command(Many(plain, None)) == "drill ensemble ten_sites -n 1 --out DIR"
    assert "The command plays seeds" not in page(tmp_path / "plain").text
    plain.close()


def test_the_command_writes_the_page_into_the_directory(copied, drill):
    done = drill("report", copied, "--lang", "zh")
    assert done.code == 0, done.err
    with speaking("zh"):
        assert (copied / "report.html").read_text() == ensemble_page(copied, "zh")
    assert drill("report", copied, "--at", "5").code == 2
