"""Levers found again by brute force: ranking, pairs and what a budget buys; on a toy with a known answer and on runs."""

import re
from itertools import combinations
from math import isfinite

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from little_levers import TOY, Toy, hours_of, town
from scipy import stats

from sim.ensemble.answers import Playing
from sim.ensemble.gains import gain, per_hour
from sim.ensemble.levers import levers
from sim.errors import InputError
from sim.language import speaking
from sim.loading import load
from sim.report.lever_words import notes
from sim.results import simulate

SEEDS = 24


def interval(values):
    """Mean and Student's interval, from scipy's own."""
    low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
    return np.mean(values), low, high


def lost(*names):
    """Station-hours lost with levers of the toy, by seed."""
    return np.array([hours_of({name: TOY[name][0] for name in names}, seed) for seed in range(1, SEEDS + 1)])


def asked(tmp_path, **more):
    return levers(load(town(tmp_path, TOY)), Playing(SEEDS, play=Toy), **more)


def test_the_ranking_of_a_toy_is_that_of_brute_force(tmp_path):
    found = asked(tmp_path)
    saved = {name: interval(lost() - lost(name)) for name in TOY}
    assert [one.levers[0] for one in found.singles] == sorted(TOY, key=lambda name: -saved[name][0])
    for one in found.singles:
        assert (one.stations.mean, one.stations.low, one.stations.high) == pytest.approx(saved[one.levers[0]])
    assert found.base["station_hours"] == pytest.approx(lost().mean())


def test_the_pairs_of_a_toy_are_those_of_brute_force(tmp_path):
    found = asked(tmp_path, pairs=True)
    assert {pair.pulled.levers for pair in found.pairs} == {tuple(sorted(two)) for two in combinations(TOY, 2)}
    for pair in found.pairs:
        one, other = pair.pulled.levers
        both = interval(lost() - lost(one, other))
        beyond = interval((lost() - lost(one, other)) - (lost() - lost(one)) - (lost() - lost(other)))
        assert (pair.pulled.stations.mean, pair.pulled.stations.low) == pytest.approx(both[:2])
        assert (pair.stations.mean, pair.stations.low, pair.stations.high) == pytest.approx(beyond)
    told = {pair.pulled.levers: pair.stations.told for pair in found.pairs}
    assert told["crews", "generators"]  # the toy lets these two help each other, and no others
    assert sum(told.values()) == 1


@pytest.mark.parametrize("budget", [0, 3, 10, 14, 30, 1000])
def test_what_a_budget_buys_is_what_brute_force_buys(tmp_path, budget):
    chosen: list[str] = []
    while True:
        worth = {}
        for name in sorted(set(TOY) - set(chosen)):
            mean, low, _ = interval(lost(*chosen) - lost(*chosen, name))
            if low > 0 and sum(TOY[n][1] for n in (*chosen, name)) <= budget:
                worth[name] = mean / TOY[name][1] if TOY[name][1] else np.inf
        if not worth:
            break
        chosen.append(max(worth, key=worth.get))
    found = asked(tmp_path, budget=budget)
    assert [step.lever for step in found.steps] == chosen
    assert [step.spent for step in found.steps] == [sum(TOY[n][1] for n in chosen[: i + 1]) for i in range(len(chosen))]
    assert all(step.spent <= budget for step in found.steps)
    if chosen:
        assert found.steps[-1].total.stations.mean == pytest.approx((lost() - lost(*chosen)).mean())


def test_the_order_in_the_file_is_no_matter(tmp_path):
    def answer(names, folder):
        scenario = load(town(tmp_path / folder, {name: TOY[name] for name in names}))
        return levers(scenario, Playing(SEEDS, play=Toy), pairs=True, budget=14).to_json()

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert answer(TOY, "a") == answer(reversed(TOY), "b")


def test_costs_ten_times_as_high_make_an_hour_ten_times_as_dear(tmp_path):
    (tmp_path / "dear").mkdir()
    dear = {name: (to, 10 * cost) for name, (to, cost) in TOY.items()}
    cheap, costly = asked(tmp_path), levers(load(town(tmp_path / "dear", dear)), Playing(SEEDS, play=Toy))
    for one, ten in zip(cheap.singles, costly.singles, strict=True):
        assert one.stations == ten.stations
        if one.per_station_h is None:
            assert ten.per_station_h is None
            continue
        for figure in ("value", "low", "high"):
            assert getattr(ten.per_station_h, figure) == pytest.approx(10 * getattr(one.per_station_h, figure))


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=30), st.floats(0, 1e6))
@settings(max_examples=200)
def test_a_cost_is_never_divided_by_noise(saved, cost):
    found = gain(np.array(saved))
    price = per_hour(cost, found)
    if not found.low > 0:
        assert price is None
    else:
        assert 0 <= price.low <= price.value <= price.high
        assert all(map(isfinite, (price.low, price.value, price.high)))
        assert price.high * found.low == pytest.approx(cost)
    assert per_hour(None, found) is None


def test_the_interval_of_a_cost_holds_the_true_one_as_often_as_it_says():
    draws = np.random.default_rng(7).normal(5.0, 4.0, (3000, 20))
    prices = [per_hour(100.0, gain(row)) for row in draws]
    known = [price for price in prices if price is not None]
    held = sum(price.low <= 100.0 / 5.0 <= price.high for price in known)
    assert len(known) > 2900  # few are too noisy
    assert 0.94 < held / len(known) < 0.97


def test_levers_that_set_the_same_place_are_not_pulled_together(tmp_path):
    file = tmp_path / "t.yaml"
    file.write_text(
        town(tmp_path, TOY).read_text(encoding="utf-8")
        + "  - {id: other, say: other, set: {resources.depots.ten.crews: 3}, cost: 1}\n"
        + "  - {id: whole, say: whole, set: {resources.depots.ten: {crews: 4}}, cost: 1}\n",
        encoding="utf-8",
    )
    found = levers(load(file), Playing(6, play=Toy), pairs=True, budget=100)
    pairs = {pair.pulled.levers for pair in found.pairs}
    assert ("other", "whole") not in pairs  # one sets a part of what the other sets whole
    assert ("crews", "other") in pairs  # what is added goes on top of what is set
    assert any("cannot be pulled together" in line and "resources.depots.ten.crews" in line for line in found.left_out)


def test_what_is_left_out_is_data_in_english_and_told_in_the_language_in_use(tmp_path):
    file = tmp_path / "t.yaml"
    file.write_text(
        town(tmp_path, {"crews": TOY["crews"]}).read_text(encoding="utf-8")
        + "  - {id: other, say: {en: other, zh: 另一项}, set: {resources.depots.ten.crews: 3}, cost: 1}\n"
        + "  - {id: same, say: same, set: {resources.depots.ten.crews: 2}, cost: 5}\n",
        encoding="utf-8",
    )
    told = {}
    for language in ("en", "zh"):
        with speaking(language):
            told[language] = levers(load(file), Playing(3, play=Toy), pairs=True)
    assert told["zh"].to_json() == told["en"].to_json()
    assert len(told["en"].left_out) == len(told["en"].idle) == 1
    assert told["en"].remarks == (*told["en"].idle, *told["en"].left_out)
    assert len(told["zh"].remarks) == 2
    assert all(re.search("[\u4e00-\u9fff]", line) for line in told["zh"].remarks)
    assert set(told["zh"].remarks) <= set(notes(told["zh"]))


def test_levers_whose_cost_is_not_known_are_not_bought(tmp_path):
    unknown = {**TOY, "generators": (TOY["generators"][0], None)}
    found = levers(load(town(tmp_path, unknown)), Playing(SEEDS, play=Toy), budget=1000)
    assert found.cost_unknown == ("generators",)
    assert "generators" not in [step.lever for step in found.steps]
    single = next(one for one in found.singles if one.levers == ("generators",))
    assert single.stations.clear
    assert single.per_station_h is None


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"by": "beauty"}, "--by: must be one of station_hours"),
        ({"budget": -1.0}, "--budget: must be a number from 0 on"),
        ({"budget": float("nan")}, "--budget: must be a number from 0 on"),
    ],
)
def test_questions_that_make_no_sense_are_refused(tmp_path, more, told):
    with pytest.raises(InputError, match=told):
        asked(tmp_path, **more)


def test_a_scenario_without_levers_is_refused():
    with pytest.raises(InputError, match="has no levers to try"):
        levers(load("blizzard_mini"), Playing(2, play=Toy))


def test_ranked_by_other_figures(tmp_path):
    by_cost = [one.per_station_h.value for one in asked(tmp_path, by="cost").singles if one.per_station_h]
    assert by_cost == sorted(by_cost)
    users = [one.users.mean for one in asked(tmp_path, by="user_hours").singles]
    assert users == sorted(users, reverse=True)
    kept = [one.gained.mean for one in asked(tmp_path, by="targets").singles]
    assert kept == sorted(kept, reverse=True)


# Real runs

REAL = """
  - {id: generators, say: 油机, add: {resources.depots.ten.petrol_5kw: 6, resources.depots.ten.crews: 4}, cost: 10}
  - {id: mains, say: mains, set: {grid.total_h: 10/18 h, grid.total_between_h: [6, 24]}, cost: 5}
  - {id: load, say: load, set: {sites.night_load: 0.5}, cost: 1}
"""
RUNS: dict = {}
SETS = {
    "generators": {"resources.depots.ten.petrol_5kw": 8, "resources.depots.ten.crews": 6},
    "mains": {"grid.total_h": "10/18 h", "grid.total_between_h": [6, 24]},
    "load": {"sites.night_load": 0.5},
}


def played(names, seeds):
    """Station-hours lost and targets missed of plain runs, one after the other."""
    key = (frozenset(names), seeds)
    if key not in RUNS:
        scenario = load("ten_sites", {k: v for name in sorted(names) for k, v in SETS[name].items()})
        runs = [simulate(scenario, seed) for seed in range(1, seeds + 1)]
        missed = [sum(row.met is False for row in run.scorecard_data.targets) for run in runs]
        RUNS[key] = np.array([run.kpi_values["station_outage_h"] for run in runs]), np.array(missed)
    return RUNS[key]


@pytest.mark.slow
def test_every_subset_of_levers_played_by_hand(tmp_path):
    seeds = 10
    scenario = load(town(tmp_path, {}, REAL))
    found = levers(scenario, Playing(seeds, workers=1), pairs=True, budget=100)

    def hours(*names):
        return played(names, seeds)[0]

    saved = {name: interval(hours() - hours(name)) for name in SETS}
    assert [one.levers[0] for one in found.singles] == sorted(SETS, key=lambda name: -saved[name][0])
    for one in found.singles:
        (name,) = one.levers
        assert (one.stations.mean, one.stations.low, one.stations.high) == pytest.approx(saved[name])
        assert one.gained.mean == pytest.approx((played((), seeds)[1] - played((name,), seeds)[1]).mean())
    for pair in found.pairs:
        one, other = pair.pulled.levers
        beyond = interval(hours(one) + hours(other) - hours() - hours(one, other))
        assert (pair.stations.mean, pair.stations.low, pair.stations.high) == pytest.approx(beyond)
    costs, chosen = {"generators": 10, "mains": 5, "load": 1}, []
    while left := [name for name in sorted(SETS) if name not in chosen]:
        clear = {name: interval(hours(*chosen) - hours(*chosen, name)) for name in left}
        clear = {name: mean / costs[name] for name, (mean, low, _) in clear.items() if low > 0}
        if not clear:
            break
        chosen.append(max(clear, key=clear.get))
    assert chosen  # the night's load is worth its money here
    assert [step.lever for step in found.steps] == chosen


@pytest.mark.slow
def test_a_lever_that_sets_what_stands_there_saves_exactly_nothing(tmp_path):
    same = "  - {id: same, say: same, set: {resources.depots.ten.crews: 2}, cost: 5}\n"
    scenario = load(town(tmp_path, {}, same))
    assert any("levers[0]" in str(warning) and "changes nothing" in str(warning) for warning in scenario.warnings)
    found = levers(scenario, Playing(4, workers=1, out=tmp_path / "e"), budget=10)
    one = found.singles[0]
    assert (one.stations.mean, one.stations.low, one.stations.high, one.stations.pairs) == (0, 0, 0, 4)
    assert (one.users.low, one.users.high, one.gained.low, one.gained.high) == (0, 0, 0, 0)
    assert one.per_station_h is None
    assert found.steps == ()
    assert found.idle


@pytest.mark.slow
def test_the_store_is_taken_up_again_and_workers_are_no_matter(tmp_path):
    scenario = load(town(tmp_path, {}, REAL))
    more = {"pairs": True, "budget": 100.0}
    alone = levers(scenario, Playing(3, workers=1, out=tmp_path / "one"), **more)
    again = levers(scenario, Playing(3, play=None, workers=1, out=tmp_path / "one"), **more)
    two = levers(scenario, Playing(3, workers=2, out=tmp_path / "two"), **more)
    assert alone.to_json() == again.to_json() == two.to_json()


def test_another_policy_is_the_ground_on_which_levers_are_tried(tmp_path):
    """`--policy` is the base's; a lever that is a policy still replaces it."""
    asked_for = []

    def play(scenario, variants, **more):
        asked_for.append((scenario.spec.policy, {v.name.split(" #")[0]: dict(v.overrides) for v in variants}, more))
        return Toy(scenario, variants=variants, **more)

    text = "  - {id: roving, say: roving, set: {policy: roving}}\n"
    levers(load(town(tmp_path, {}, text)), Playing(3, policy="nearest", play=play))
    (policy, variants, more), *rest = asked_for
    assert not rest
    assert policy == "nearest"
    assert variants == {"as_written": {}, "roving": {"policy": "roving"}}
    assert more["policies"] is None
