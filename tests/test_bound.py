"""The lower bound on lost station-hours: below every policy, below the best of all, and tight where it can be."""

import sys
from dataclasses import replace
from itertools import permutations, product
from math import inf

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from validation.worlds import bare_sites, drill, scenario

from sim.bound import lower_bound
from sim.bound.attendance import Attended
from sim.bound.crews import least_by_rank
from sim.bound.feeders import Lists, next_slot_h, serve_in_order
from sim.bound.generators import least_by_generators
from sim.bound.struck import Struck
from sim.policies import POLICIES, Policy
from sim.results import simulate
from sim.streams import Streams
from sim.vocabulary import Order

pytest.importorskip("pyvrp")
ROUNDING = 1e-3


def lost(told, seed, policy):
    """Station-hours lost by a policy."""
    return simulate(told, seed, policy).kpi_values["station_outage_h"]


def last_first(view):
    """A silly policy: whoever called last."""
    jobs = sorted(view.jobs, key=lambda job: (-job.opened_h, job.id))
    orders = []
    for crew in view.crews:
        able = next((job for job in jobs if view.can_serve(crew, job)), None)
        if able is not None:
            jobs.remove(able)
            orders.append(Order(crew, able))
    return orders


def nobody(_view):
    """The silliest."""
    return []


def generators_first(job):
    """Nothing but generators while any is wanted: good where refuelling may wait."""
    return (job.kind != "generate", job.deadline_h)


EVERY = (*POLICIES, last_first, nobody, Policy("generators_first", rank=generators_first))


# The parts, against brute force


def sites(**columns):
    """Struck sites by their columns; scalars are repeated."""
    count = max(len(value) for value in columns.values() if isinstance(value, list))
    usual = {"stations": 1.0, "lost_h": 0.0, "restart_h": 0.0, "service_h": 1.0, "stretch_h": 0.0, "gain": 0.0}
    usual |= {"late_h": columns.get("back_h", 0.0), "feeder": -1.0}
    given_ = {
        name: np.broadcast_to(np.array(value, dtype=float), count) for name, value in {**usual, **columns}.items()
    }
    return Struck(np.arange(count), **given_)


def best_order(told, crews, horizon_h):
    """The least station-hours over all orders and all sharings among crews, each service begun as soon as can be."""
    best = inf
    for order in permutations(range(len(told))):
        for who in product(range(crews), repeat=len(order)):
            free, served = [0.0] * crews, np.full(len(order), inf)
            for site, crew in zip(order, who, strict=True):
                free[crew] = served[site] = max(free[crew], told.lost_h[site]) + told.service_h[site]
            best = min(best, float((told.stations * told.loss_h(served, horizon_h)).sum()))
    return best


hours = st.integers(0, 12).map(lambda quarters: quarters / 4)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(hours, hours, hours, st.integers(1, 3)), min_size=1, max_size=4), st.integers(1, 2)
)  # fmt: skip
def test_ranks_are_never_above_the_best_schedule(rows, crews):
    """Every order and sharing of up to four services by one or two crews."""
    lost_h, lasts_h, service_h, stations = (list(column) for column in zip(*rows, strict=True))
    out_h = [a + b for a, b in zip(lost_h, lasts_h, strict=True)]
    told = sites(lost_h=lost_h, out_h=out_h, back_h=12.0, service_h=service_h, stations=stations)
    assert least_by_rank(told, crews, 12.0) <= best_order(told, crews, 12.0) + 1e-9


def test_ranks_are_the_best_schedule_where_services_are_alike():
    """Equal services from the beginning: nothing is relaxed that matters."""
    told = sites(out_h=[0.5, 1.0, 2.5, 0.25], back_h=[9.0, 3.0, 7.0, 8.0], stations=[1, 3, 2, 1])
    for crews in (1, 2):
        assert least_by_rank(told, crews, 12.0) == pytest.approx(best_order(told, crews, 12.0))


def test_generators_carry_what_they_can_and_no_more():
    """Three sites need ten hours each, one generator, no charging: two thirds are lost; with charging less."""
    plain = sites(out_h=[0.0] * 3, back_h=10.0, service_h=0.0)
    assert least_by_generators(plain, 1, 20.0) == pytest.approx(20.0, abs=ROUNDING)
    charging = sites(out_h=[0.0] * 3, back_h=10.0, service_h=0.0, gain=0.5)
    assert least_by_generators(charging, 1, 20.0) == pytest.approx(15.0, abs=ROUNDING)
    stretched = sites(out_h=[0.0] * 3, back_h=10.0, service_h=0.0, stretch_h=2.0)
    assert least_by_generators(stretched, 1, 20.0) == pytest.approx(14.0, abs=ROUNDING)
    assert least_by_generators(plain, 3, 20.0) == pytest.approx(0.0, abs=ROUNDING)


def test_who_must_stand_by_needs_crews_and_they_need_rest():
    """Four sites for ten hours, sets enough: two crews carry two of them, and with stints of four hours fewer."""
    plain = sites(out_h=[0.0] * 4, back_h=10.0, service_h=0.0)

    def least(crews, stint_h, rest_h):
        everywhere = Attended(np.ones(4, dtype=bool), crews, stint_h, rest_h)
        return least_by_generators(plain, 9, 20.0, [everywhere])

    assert least(4, inf, 0.0) == pytest.approx(0.0, abs=ROUNDING)
    assert least(2, inf, 0.0) == pytest.approx(20.0, abs=ROUNDING)
    assert least(2, 4.0, 2.0) == pytest.approx(24.0, abs=ROUNDING)  # hours 0–4 and 6–10 of two crews
    nobody_there = Attended(np.array([True, False, False, False]), 0, inf, 0.0)
    assert least_by_generators(plain, 9, 20.0, [nobody_there]) == pytest.approx(10.0, abs=ROUNDING)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(hours, hours), min_size=1, max_size=4), st.integers(1, 2))
def test_lists_bring_back_as_much_as_the_best_choice_of_feeders(rows, length):
    """One site a feeder, no help but the lists at hours 1 and 3: all ways to fill the lists, and the cheapest."""
    lists = Lists(np.array([1.0, 3.0]), length, (1.0, 2.0, 3.5, 4.0))
    out_h, lost_h = [a + b for a, b in rows], [a for a, _ in rows]
    told = sites(
        lost_h=lost_h, out_h=out_h, back_h=0.0, late_h=9.0, service_h=inf, feeder=[float(n) for n in range(len(rows))]
    )
    best = inf
    for chosen in product((-1, 0, 1), repeat=len(rows)):
        if all(chosen.count(number) <= length for number in (0, 1)):
            back_h = [9.0 if k < 0 else lists.back_h(lost_h[site])[k] for site, k in enumerate(chosen)]
            best = min(best, sum(max(back - out, 0.0) for back, out in zip(back_h, out_h, strict=True)))
    assert least_by_generators(told, 0, 20.0, lists=lists) == pytest.approx(best, abs=ROUNDING)


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 20).map(float), min_size=1),
    st.lists(st.integers(0, 30).map(float), max_size=8).map(sorted),
    st.sampled_from("abcdef"),
    st.integers(0, 20),
)
def test_who_is_not_asked_for_is_never_earlier(queue, slots_h, asked, from_h):
    """Asking for one feeder at some hour brings no other one back earlier, and itself not before the next slot."""
    alone = serve_in_order(queue, slots_h, Streams(1))
    served = with_asking(queue, slots_h, asked, from_h)
    for feeder, back_h in served.items():
        if feeder != asked:
            assert alone[feeder] <= back_h
        assert next_slot_h(queue[feeder], slots_h) <= back_h


def with_asking(queue, slots_h, asked, from_h):
    """The power company's queue by its own rules, written again: the first asked for, else the first drawn."""
    rank = {feeder: Streams(1).uniform("repair_order", feeder) for feeder in queue}
    back_h = dict.fromkeys(queue, inf)
    spare = 0
    for t_h, kind, feeder in sorted([(t, 0, f) for f, t in queue.items()] + [(t, 1, "") for t in slots_h]):
        waiting = [f for f in queue if back_h[f] == inf and (queue[f] < t_h or (queue[f] == t_h and kind))]
        if not kind and spare:
            spare, back_h[feeder] = spare - 1, t_h + 1.0
        elif kind and waiting:
            back_h[min(waiting, key=lambda f: (not (f == asked and from_h <= t_h), rank[f]))] = t_h
        elif kind:
            spare += 1
    return back_h


# The whole, against every order of a tiny drill


def tiny(crews, **chapters):
    """Five sites without mains in the first minutes, batteries of one to two hours, journeys of an hour."""
    usual = {
        "horizon_h": 12,
        "hazards": [{"kind": "mains_failures", "share": 1, "window_h": 0.1, "restored_h": 8, "restored_at_most_h": 12}],
        "roads": {"travel_h": 1.0},
        "sites": {"endurance_h": {"median_h": 1.4, "sigma": 0.3}, "reconnect_h": 0},
        "generators": {
            "start_failure": 0,
            "start_failure_minus10c": 0,
            "start_failure_minus20c": 0,
            "failures_per_h": 0,
        },
        "desk": {"alarm_h": 0, "knows_endurance": True, "recall": False},
        "resources": {
            "crew": {
                "unlimited_generators": True,
                "work_h": 0.5,
                "shift_h": None,
                "call_out_h": 0,
                "call_out_night_h": 0,
            },
            "depots": {"plain": {"crews": crews}},
        },
        "plan": {"generator": {"watched_by": "nobody", "collect": "never", "refuel_after_h": "48 h"}},
    }
    return drill(bare_sites(5), **{**usual, **chapters})


def forced(order):
    """A policy that serves the sites in this order and waits for the next one where it has not called yet."""

    def make(_seed):
        left = list(order)

        def decide(view):
            jobs = {job.site: job for job in view.jobs}
            crews = sorted(view.crews, key=lambda crew: crew.id)
            return [Order(crew, jobs[left.pop(0)]) for crew in crews if left and left[0] in jobs]

        return decide

    return Policy("forced", make=make)


@pytest.mark.parametrize(("crews", "seed"), [(1, 1), (1, 2), (2, 1), (2, 3)])
def test_the_bound_is_near_the_best_of_all_orders_of_a_tiny_drill(crews, seed):
    """Every order of five sites, played by the product: bound ≤ optimum ≤ every policy, and the gap is small.

    Journeys and work are alike, so that only the minutes between the failures are relaxed.
    """
    told = tiny(crews)
    bound = lower_bound(told, seed).station_outage_h
    optimum = min(lost(told, seed, forced(order)) for order in permutations(range(5)))
    assert 0 < bound <= optimum
    assert bound >= 0.9 * optimum
    for policy in EVERY:
        assert optimum <= lost(told, seed, policy) + ROUNDING


def test_without_anybody_the_bound_is_what_is_lost():
    """No crew at all: every hour is certain."""
    told = tiny(1, resources={"crew": {"unlimited_generators": True}, "depots": {"plain": {"crews": 0}}})
    bound = lower_bound(told, 4)
    assert bound.station_outage_h == pytest.approx(lost(told, 4, nobody), abs=ROUNDING)
    assert bound.station_outage_h == pytest.approx(bound.undisturbed, abs=ROUNDING)


@pytest.mark.parametrize(("link", "cut_off"), [("l11", 2), ("l12", 1), ("l04", 0)])
def test_a_cut_cable_costs_its_splicing_at_least(link, cut_off):
    """On a spur two stations or one are cut off for the work and the crew's way; on a ring nobody is."""
    crews = {"crew": {"people": 4}, "depots": {"ten": {"crews": 2, "specialists": {"transmission": 2}}}}
    told = drill("ten_sites", resources=crews, injects=[{"at": "+1 h", "do": "fail", "what": f"link:{link}"}])
    bound = lower_bound(told, 1)
    assert (bound.certain > 0) == (cut_off > 0)
    visits = simulate(told, 1, "nearest").visits
    splicing_h = float(visits.work_h[visits.kind == "splice"].sum())
    assert bound.certain == pytest.approx(cut_off * splicing_h, abs=ROUNDING)
    for policy in EVERY:
        assert bound.station_outage_h <= lost(told, 1, policy) + 1e-9


def waiting_for_darkness(feeder):
    """Ten sites, one dead feeder for 29 hours, and no generator for any but A before the township is dark."""
    rules = [{"class": word, "only_if": "township_dark"} for word in "BCD"]
    times = [("fail", "+1 h"), ("mend", "+30 h")]
    return drill(
        "ten_sites", plan={"dispatch": rules}, resources={"depots": {"ten": {"crews": 2, "petrol_5kw": 3}}},
        injects=[{"at": at, "do": do, "what": f"feeder:{feeder}"} for do, at in times],
    )  # fmt: skip


def test_sites_nobody_is_sent_to_lose_all_their_hours():
    """Where part of the township serves, nothing helps, and the bound is what every policy loses."""
    told = waiting_for_darkness("f_north")
    bound = lower_bound(told, 1).station_outage_h
    for policy in EVERY:
        assert bound == pytest.approx(lost(told, 1, policy), abs=ROUNDING)


def test_a_township_that_is_dark_is_helped():
    """All of the west is out: the rule holds, a crew saves most of it, and nothing of that is taken for certain."""
    told = waiting_for_darkness("f_west")
    bound = lower_bound(told, 1)
    assert bound.certain == 0
    assert lost(told, 1, "nearest") < 0.5 * lost(told, 1, nobody)
    assert 0 < bound.station_outage_h <= lost(told, 1, "nearest")


# Never above any policy


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_bound_is_below_every_policy_of_the_first_drill(seed):
    """Ten sites: storm, roads, a broken rectifier, a fixed generator, a set placed beforehand."""
    told = scenario("ten_sites")
    bound = lower_bound(told, seed).station_outage_h
    for policy in EVERY:
        assert bound <= lost(told, seed, policy) + 1e-9


@pytest.mark.slow
def test_the_bound_is_below_every_policy_over_two_hundred_seeds():
    """Ten sites, and a blizzard over two hundred sites for five crews, by all policies and silly ones."""
    small = drill(bare_sites(200), **small_blizzard())
    for told, least in ((scenario("ten_sites"), 20), (small, 150)):
        positive = 0
        for seed in range(1, 201):
            bound = lower_bound(told, seed).station_outage_h
            positive += bound > 0
            assert bound <= min(lost(told, seed, policy) for policy in EVERY) + 1e-9, seed
        assert positive >= least


def small_blizzard(**chapters):
    """Blizzard-mini with fewer sites and crews."""
    spec = scenario("blizzard_mini").spec
    given_ = spec.model_dump(
        mode="json", by_alias=True, exclude={"name", "topology", "record", "assumptions", "policy"}
    )
    given_["resources"]["depots"]["plain"]["crews"] = 5
    return {**given_, **chapters}


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(1, 10_000),
    crews=st.integers(0, 2),
    sets=st.integers(0, 3),
    onset=st.sampled_from(["2024-01-10T14:00", "2024-01-10T20:00"]),
    theta_mm=st.sampled_from(["10", "25"]),
    rules=st.sampled_from(["kept", "rove", "dark"]),
    more=st.tuples(st.booleans(), st.booleans()),
)
def test_the_bound_is_below_every_policy_whatever_the_scenario(seed, crews, sets, onset, theta_mm, rules, more):
    """Ten sites with few or many crews and sets, weak lines, roving, sites nobody is sent to, requests to the grid."""
    lineman, asks = more
    changed = {
        "hazards.snowstorm.onset": onset,
        "hazards.snowstorm.fragility.theta_mm": theta_mm,
        "resources.depots.ten.crews": str(crews),
        "resources.depots.ten.petrol_5kw": str(sets),
        "grid.requests.feeders": "2" if asks else "0",
    }
    if lineman:
        changed["resources.crew.skills"] = "[power, lineman, transmission]"
    if rules != "kept":
        rule = "rove: {charge_h: 2}" if rules == "rove" else "only_if: township_dark"
        changed["plan.dispatch"] = f"[{{class: C, power_within_h: 12 h, {rule}}}]"
    told = scenario("ten_sites", **{key.replace(".", "__"): text for key, text in changed.items()})
    bound = lower_bound(told, seed).station_outage_h
    for policy in EVERY:
        assert bound <= lost(told, seed, policy) + 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_bound_is_below_every_policy_of_the_flagship(seed):
    """Tongliao, and it says something there."""
    told = scenario("tongliao_blizzard")
    bound = lower_bound(told, seed)
    assert bound.station_outage_h > 0
    for policy in (*POLICIES, nobody, Policy("generators_first", rank=generators_first)):
        assert bound.station_outage_h <= lost(told, seed, policy)


def test_the_bound_leaves_runs_alone_and_repeats():
    """The same seed, the same bound; a run before and after has the same digest."""
    told = scenario("ten_sites")
    before = simulate(told, 1).log_digest
    assert lower_bound(told, 1) == lower_bound(replace(told), 1)
    assert simulate(told, 1).log_digest == before


# On the command line


def test_the_command_says_how_far_the_run_is_from_the_bound(drill, tmp_path):
    """One line below the scorecard, only when asked; the run directory is the same."""
    asked = drill("run", "ten_sites", "--bound", "--out", tmp_path / "asked")
    plain = drill("run", "ten_sites", "--out", tmp_path / "plain")
    told = [
        line for line in asked.out.splitlines() if line.startswith("no policy could lose fewer than 0.5 station-hours")
    ]
    assert len(told) == 1
    assert "no policy" not in plain.out
    read = [(tmp_path / name / "scorecard.json").read_text() for name in ("asked", "plain")]
    assert read[0] == read[1]


def test_planned_without_its_extra_ends_with_code_two(drill, tmp_path, monkeypatch):
    """One line, no traceback, and nothing is written."""
    monkeypatch.setitem(sys.modules, "pyvrp", None)
    result = drill("run", "ten_sites", "--policy", "planned", "--out", tmp_path / "run")
    assert result.code == 2
    assert result.err.strip().count("\n") == 0
    assert "drillsim[opt]" in result.err
    assert not (tmp_path / "run").exists()
