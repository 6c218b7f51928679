"""Paired differences, sizing and sensitivity: against mathematics, and by brute force on small cases."""

from dataclasses import replace
from math import inf, isnan, pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.ensemble.analysis import Effort, analyse
from sim.ensemble.factors import factors, settings
from sim.ensemble.paired import Cell, compare_cells, difference, mean_interval, together, untold, wilson
from sim.ensemble.screening import morris, sobol, trajectories
from sim.ensemble.sizing import contradictions, distribute, overrides, places, sizing
from sim.errors import InputError
from sim.loading import load
from sim.results import simulate

NAMES = ("roving", "nearest")


def draws(*name):
    return np.random.default_rng([ord(c) for word in name for c in word])


# Differences


def test_intervals_hold_the_true_mean_as_often_as_they_say() -> None:
    values = draws("coverage").exponential(3.0, (4000, 60))  # skewed, mean 3
    found = [mean_interval(row) for row in values]
    held = sum(low <= 3.0 <= high for _, low, high in found)
    normal = draws("normal").normal(3.0, 2.0, (4000, 8))
    held_normal = sum(low <= 3.0 <= high for _, low, high in map(mean_interval, normal))
    spread = 4 * (0.95 * 0.05 * 4000) ** 0.5
    assert abs(held_normal - 0.95 * 4000) < spread  # exact, even of eight values
    assert 0.93 * 4000 - spread < held <= 0.95 * 4000 + spread  # a skewed KPI costs a little


def test_wilson_agrees_with_its_own_definition() -> None:
    low, high = wilson(7, 20)
    for p in (low, high):  # the ends solve |share - p| = z sqrt(p (1 - p) / n)
        assert abs(7 / 20 - p) == pytest.approx(1.959963984540054 * (p * (1 - p) / 20) ** 0.5)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 9)[0] == 0.0
    assert wilson(9, 9)[1] == 1.0


def test_common_luck_cancels_in_a_paired_difference() -> None:
    luck, noise = draws("luck").normal(0, 10, 400), draws("noise").normal(0, 1, 400)
    found = difference("station_outage_h", NAMES, 100 + luck + noise, 104 + luck)
    assert found.low < -4 < found.high
    assert found.high - found.low < 0.25
    assert found.reduction == pytest.approx(201, rel=0.25)  # (2 · 10² + 1²) / 1²
    shifted = difference("station_outage_h", NAMES, luck + 5, luck + 5 - 2)
    assert shifted.reduction > 1e20 or shifted.reduction == inf


def test_sentences_use_the_direction_and_unit_of_the_kpi() -> None:
    spread = np.array([-100.0, 100.0] * 50)
    zero = np.zeros(100)
    saves = difference("station_outage_h", NAMES, zero, 1240 + spread)
    assert saves.sentence() == "*roving* saves 1,240 station-hours (95 %: 1,220–1,260)"
    assert saves.better is True
    costs = difference("station_outage_h", NAMES, 1240 + spread, zero)
    assert costs.sentence().startswith("*roving* costs 1,240 station-hours")
    assert costs.better is False
    share = difference("restored_share", NAMES, 0.9 + spread / 10000, zero + 0.8)
    assert share.sentence().startswith("*roving* has restored_share 10.0 percentage points higher than *nearest*")
    assert share.better is True
    nothing = difference("station_outage_h", NAMES, spread, zero)
    assert "no difference can be told" in nothing.sentence()
    assert nothing.better is None
    assert "no difference can be told" in difference("station_outage_h", NAMES, zero[:1], spread[:1]).sentence()
    assert difference("sites_without_mains", NAMES, zero, 5 + spread / 100).better is None


def test_pairs_with_an_undefined_figure_are_left_out() -> None:
    found = difference("station_outage_h", NAMES, np.array([1, np.nan, 3, 4]), np.array([0, 1, np.nan, 2]))
    assert (found.pairs, found.mean) == (2, 1.5)


def cell(name: str, seeds: tuple[int, ...], add: float = 0.0, of: str = "x") -> Cell:
    return Cell(name, of, seeds, lambda _: np.array(seeds) + add, lambda _: np.array(seeds) % 2 + 0.0, ("O1",))


def test_only_seeds_that_all_have_are_paired() -> None:
    found = compare_cells([cell("a", (1, 2, 3, 4)), cell("b", (4, 3, 9), 5.0, "y")], ["station_outage_h"])
    assert found.seeds == (3, 4)
    assert [(d.variant, d.against, d.pairs, d.mean) for d in found.differences] == [("b", "a", 2, 5.0)]
    assert any("differ" in note for note in found.notes)
    assert [(p.variant, p.target, p.share) for p in found.promises][0] == ("a", "O1", 0.5)
    with pytest.raises(ValueError, match="no seed in common"):
        compare_cells([cell("a", (1,)), cell("b", (2,))], [])
    with pytest.raises(ValueError, match="one of a, b"):
        compare_cells([cell("a", (1,)), cell("b", (1,))], [], "c")


def test_undefined_targets_that_count_as_held_are_told() -> None:
    columns = {"O1": np.array([1.0, 1.0, 0.0, np.nan, 1.0]), "O2": np.array([1.0, np.nan, np.nan, np.nan, 1.0])}

    def held(target: str | None) -> np.ndarray:
        return together(list(columns.values())) if target is None else columns[target]

    def made(name: str) -> Cell:
        return Cell(name, "x", (1, 2, 3, 4, 5), lambda _: np.arange(5.0), held, ("O1", "O2"))

    assert untold(list(columns.values())) == 1
    found = compare_cells([made("a"), made("b")], [])
    assert found.untold == (("a", 1, 5), ("b", 1, 5))
    assert found.notes[0].startswith("a: in 1 of 5 seeds no target is missed but one is undefined")
    doubtful = replace(sizing(lambda _: held(None), (1, 1), 0.5), untold=1)
    assert any("In up to 1 of the seeds no target is missed" in said for said in doubtful.sentences())


# Sizing


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 14), st.sampled_from([0.5, 0.9, 1.0]))
def test_halving_finds_what_trying_every_number_finds(first: int, more: int, border: int, probability: float) -> None:
    def held(number: int):
        return (np.arange(10) < (10 if number >= border else 4)).astype(float)

    found = sizing(held, (first, first + more), probability)
    every = [n for n in range(first, first + more + 1) if held(n).mean() >= probability]
    assert found.answer == (every[0] if every else None)
    assert found.below_fails == (None if found.answer in (None, first) else True)
    assert not found.contradictions


def test_a_curve_that_falls_is_told() -> None:
    shares = {0: 0, 1: 3, 2: 9, 3: 10, 4: 10, 5: 5, 6: 4, 7: 8, 8: 10}
    found = sizing(lambda n: (np.arange(10) < shares[n]).astype(float), (0, 8), 1.0)
    assert found.below_fails
    assert found.answer in (3, 8)
    assert contradictions(list(found.points)) == list(found.contradictions)
    falling = sizing(lambda n: (np.arange(10) < 9 - n).astype(float), (0, 8), 1.0)
    assert falling.answer is None
    assert falling.contradictions == ((0, 8),)
    assert any("Not monotone" in line for line in falling.sentences())
    assert any("Even 8" in line for line in falling.sentences())


def test_undefined_runs_are_left_out_and_told() -> None:
    found = sizing(lambda n: np.array([1.0, 1.0, np.nan, n - 1.0]), (1, 2), 0.9)
    assert found.answer == 2
    assert [(point.runs, point.held, point.undefined) for point in found.points] == [(3, 2, 1), (3, 3, 1)]
    assert any("undefined" in line for line in found.sentences())
    nothing = sizing(lambda _: np.full(4, np.nan), (1, 2), 0.1)
    assert nothing.answer is None
    assert nothing.sentences()


def test_a_number_with_which_nothing_can_be_told_is_not_enough() -> None:
    columns = {1: np.full(3, np.nan), 2: np.full(3, np.nan), 3: np.ones(3)}
    found = sizing(columns.__getitem__, (1, 3), 0.9)
    assert (found.answer, found.below_fails) == (3, True)
    assert "Checked: with 2 they can be told in no run" in found.sentences()
    none = sizing(columns.__getitem__, (1, 2), 0.9)
    assert none.sentences()[0].endswith("they can be told in no run")


@given(st.integers(0, 500), st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_parts_sum_up_and_stay_within_one_of_their_quota(total: int, present: list[int]) -> None:
    parts = distribute(total, present)
    whole = sum(present) or len(present)
    quotas = [total * (p if sum(present) else 1) / whole for p in present]
    assert sum(parts) == total
    assert all(abs(part - quota) < 1 for part, quota in zip(parts, quotas, strict=True))


def test_what_is_there_stays_when_the_total_stays() -> None:
    resolved = load("tongliao_blizzard").resolved()
    crews = places(resolved, "resources.depots.*.crews")
    assert overrides(crews, sum(crews.values())) == {place: str(n) for place, n in crews.items()}
    assert places(resolved, "resources.depots.hure.petrol_5kw") == {"resources.depots.hure.petrol_5kw": 8}
    assert sum(places(resolved, "resources.depots.*.loaders").values()) == 9
    for wrong in ("resources.depots.nowhere.crews", "resources.depots.*.tanks", "name", "resources.crew.fuel_l.x"):
        with pytest.raises(InputError, match="--resource"):
            places(resolved, wrong)


@pytest.mark.parametrize(("span", "probability"), [((-1, 3), 0.9), ((3, 2), 0.9), ((1, 2), 0.0), ((1, 2), 1.1)])
def test_spans_that_make_no_sense_are_refused(span: tuple[int, int], probability: float) -> None:
    with pytest.raises(InputError):
        sizing(lambda _: np.ones(3), span, probability)


@pytest.mark.slow
def test_crews_of_ten_sites_are_found_again_by_brute_force() -> None:
    def held(number: int):
        scenario = load("ten_sites", {"resources.depots.ten.crews": number, "resources.depots.ten.petrol_5kw": 6})
        rows = [
            next(r for r in simulate(scenario, seed).scorecard_data.targets if r.id == "O3") for seed in range(1, 21)
        ]
        return np.array([np.nan if row.met is None else float(row.met) for row in rows])

    curve = {number: held(number) for number in range(7)}
    shares = {number: np.nanmean(column) for number, column in curve.items()}
    assert shares[0] < shares[6]  # crews matter here
    for probability in (0.3, 0.5, 0.7, 0.9):
        found = sizing(lambda number: curve[number], (0, 6), probability, "crews", ("O3",))
        enough = [number for number in curve if shares[number] >= probability]
        if found.answer is None:
            assert 6 not in enough
            continue
        assert found.answer in enough
        assert found.answer == 0 or found.answer - 1 not in enough
        if all(later >= now for now, later in zip(list(shares.values()), list(shares.values())[1:], strict=False)):
            assert found.answer == enough[0]


# Sensitivity


def ishigami(x):
    a, b, c = (2 * x.T - 1) * pi
    return (np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))[:, None]


def test_sobol_indices_of_the_ishigami_function() -> None:
    """Source: Ishigami & Homma 1990; analytic variances as in Saltelli et al. 2008, Global Sensitivity Analysis."""
    one, two, both = 0.5 * (1 + 0.1 * pi**4 / 5) ** 2, 7**2 / 8, 0.1**2 * pi**8 * (1 / 18 - 1 / 50)
    variance = one + two + both
    found = sobol(ishigami, 3, 4096)
    assert found.first[0] == pytest.approx([one / variance, two / variance, 0.0], abs=0.02)
    assert found.total[0] == pytest.approx([(one + both) / variance, two / variance, both / variance], abs=0.02)
    assert (found.low[0] <= found.total[0]).all()
    assert (found.total[0] <= found.high[0]).all()
    again = sobol(ishigami, 3, 4096)
    assert (again.total == found.total).all()
    assert (again.low == found.low).all()


def test_walks_move_one_input_at_a_time_on_the_grid() -> None:
    walks = trajectories(5, 30)
    steps = np.diff(walks, axis=1)
    assert ((np.abs(steps) > 1e-9).sum(axis=2) == 1).all()
    assert np.abs(steps).max(axis=2) == pytest.approx(2 / 3)
    assert (np.abs(steps).max(axis=1) > 0.5).all()  # each input once
    assert set(np.round(walks.ravel() * 3, 9)) == {0.0, 1.0, 2.0, 3.0}


def test_effects_of_a_linear_function_are_its_slopes() -> None:
    slopes = np.array([[3.0, -1.0], [-2.0, 0.0], [0.0, 5.0]])
    found = morris(lambda x: x @ slopes + 7, 3, 6)
    assert found.mu == pytest.approx(slopes)
    assert found.mu_star == pytest.approx(np.abs(slopes))
    assert found.sigma == pytest.approx(np.zeros((3, 2)), abs=1e-12)


def test_spread_of_effects_tells_of_inputs_that_work_together() -> None:
    found = morris(lambda x: (x[:, 0] * x[:, 1] + x[:, 2])[:, None], 3, 40)
    assert (found.sigma[:2, 0] > 0.2).all()
    assert found.sigma[2, 0] == pytest.approx(0, abs=1e-12)


def test_the_whole_analysis_on_a_function_that_is_known() -> None:
    moved, _ = factors(load("tongliao_blizzard").spec)
    some, written = moved[1:5], np.array([0.2, 0.5, 0.5, 0.4])

    def evaluate(x):
        x = np.where(np.isnan(x), written, x)
        return np.column_stack([10 * x[:, 0] + 3 * x[:, 2], 0 * x[:, 1], np.full(len(x), np.nan)])

    kpis = ("station_outage_h", "site_visits", "restored_share")
    found = analyse(evaluate, some, kpis, Effort(trajectories=4, base=64))
    assert found.kpis == ("station_outage_h", "site_visits")
    assert any("restored_share" in note for note in found.notes)
    assert found.base == pytest.approx([3.5, 0])
    swing = next(s for s in found.swings if s.factor == some[0].place and s.kpi == kpis[0])
    assert (swing.low, swing.high) == pytest.approx((1.5, 11.5))
    assert found.matter == (some[0].place, some[2].place)
    assert found.indices.first[0] == pytest.approx([100 / 109, 9 / 109], abs=0.05)
    assert isnan(found.indices.total[1, 0]) or found.indices.total[1, 0] == 0
    assert found.sentences()[1] == "site_visits: no assumption moves it"
    found.to_json()


def test_both_ends_of_every_assumption_of_the_blizzard_are_a_scenario() -> None:
    plain = load("tongliao_blizzard")
    moved, left = factors(plain.spec)
    assert "topology" in left
    assert "resources.mutual_aid.crews" in left  # a range of nothing
    assert len(moved) >= 30
    for x in (0.0, 1.0):
        assert load("tongliao_blizzard", settings(moved, [x] * len(moved))).hash != plain.hash
    total = next(one for one in moved if one.place == "grid.total_h")
    assert total.value(1.0) == {"median_h": 120.0, "p90_h": 152.0}  # the shape stays
    onset = next(one for one in moved if one.place == "hazards.snowstorm.onset")
    assert [onset.text(x) for x in (0.0, 0.5, 1.0)] == [
        "2023-11-05T00:00:00", "2023-11-05T12:00:00", "2023-11-06T00:00:00",
    ]  # fmt: skip
    people = next(one for one in moved if one.place == "resources.crew.people")
    assert [people.text(x) for x in (0.0, 0.5, 1.0)] == ["1", "2", "3"]


@pytest.mark.parametrize("effort", [{"trajectories": 1}, {"base": 3}, {"base": 1}, {"base": -2}])
def test_efforts_that_make_no_sense_are_refused(effort: dict[str, int]) -> None:
    with pytest.raises(InputError):
        Effort(**effort)
