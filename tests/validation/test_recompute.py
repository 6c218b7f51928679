"""Every KPI again from a written run directory, by loops that share no code with the program."""

import json

import pytest
from little_rooms import drill_run
from recompute import differences, table_differences
from validation.worlds import run_of, scenario

from sim.results import simulate
from sim.vocabulary import KPIS

RUNS = [
    *(("ten_sites", seed, policy) for seed in (1, 2, 3) for policy in ("class_then_deadline", "nearest")),
    ("two_banners", 1, "class_then_deadline"),
    ("two_banners", 2, "nearest"),
    ("two_banners", 2, "roving"),
    ("blizzard_mini", 1, "class_then_deadline"),
    *(
        (name, seed, None)
        for name in ("hohhot_exchange_drill", "hub_room_cooling", "taiyuan_exchange")
        for seed in (1, 2)
    ),
    ("tongliao_blizzard", 1, None),
]


@pytest.mark.parametrize(("name", "seed", "policy"), RUNS)
def test_every_kpi_is_what_the_files_say(name, seed, policy, tmp_path):
    """Fails when a figure counts something else than the documentation says, or a file lacks what it hangs on."""
    folder = run_of(name, seed, policy).write(tmp_path / "run")
    assert differences(folder) == {}
    assert table_differences(folder) == set()


@pytest.mark.parametrize("horizon", ["20 h", "28 h", "40 h"])
def test_every_kpi_is_what_the_files_say_of_a_run_cut_short(horizon, tmp_path):
    """The same while everything is under way: outages open, visits unfinished, generators running."""
    folder = simulate(scenario("two_banners", horizon_h=horizon)).write(tmp_path / "run")
    assert differences(folder) == {}
    assert table_differences(folder) == set()


def test_the_comparison_finds_a_wrong_and_a_missing_figure(tmp_path):
    """Fails when the comparison passes over what it does not know."""
    folder = run_of("ten_sites", 1, "class_then_deadline").write(tmp_path / "run")
    lines = json.loads((folder / "kpis.json").read_text(encoding="utf-8"))
    lines = [line for line in lines if line["name"] != "saidi"]
    next(line for line in lines if line["name"] == "site_visits")["value"] += 1
    (folder / "kpis.json").write_text(json.dumps(lines), encoding="utf-8")
    assert set(differences(folder)) == {"saidi", "site_visits"}


def test_every_kpi_of_the_catalogue_is_a_number_in_some_run():
    """Otherwise its comparison has never been made."""
    defined = {
        kpi for kpi, value in simulate(scenario("two_banners", horizon_h="28 h")).kpi_values.items() if value == value
    }
    for name, seed, policy in RUNS[:-2]:
        defined |= {kpi for kpi, value in run_of(name, seed, policy).kpi_values.items() if value == value}
    defined |= {kpi for kpi, value in drill_run().kpi_values.items() if value == value}
    assert defined == set(KPIS)
