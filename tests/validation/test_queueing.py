"""Crews and their queue against the formulas of queueing theory, as scenarios of the product (tests/data/studies).

`many_servers` is M/M/c: sites lose mains at uniform times (given their number, a Poisson stream), one visit each,
and the only duration of a visit is a journey of exponential length. `repair_shop` is M/M/c//N: twelve generators
break down after exponential times of running and are replaced by a crew, the journey again being the service.

Runs are compared with the formula by the 99 % interval of Student's t over seeds; it must also be narrow, lest
anything agree.
"""

from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest
from validation.formulas import assert_agrees, erlang_c, machine_repair, mean_wait_h

from sim.loading import load
from sim.results import simulate

STUDIES = Path(__file__).parents[1] / "data" / "studies"
SITES, CREWS, JOBS_PER_H, WINDOW_H = 20_000, 5, 2.0, 1000.0
WARM_UP_H = 50.0


# ---------------------------------------------------------------- the formulas


def test_the_formulas_give_what_the_textbooks_print():
    """One server: waiting has probability ρ, the wait is ρ/(1-ρ) services; Erlang C of 5 servers at 4 Erlang: 0.5541.

    A shop of one machine and one repairer is down for MTTR/(MTBF+MTTR) of the time.
    """
    assert erlang_c(1, 0.7) == pytest.approx(0.7)
    assert mean_wait_h(1, 0.5, 2.0) == pytest.approx(2.0)
    assert erlang_c(5, 4.0) == pytest.approx(0.5541, abs=5e-5)
    assert machine_repair(1, 1, 9.0, 1.0).tolist() == pytest.approx([0.9, 0.1])


# ---------------------------------------------------------------- the runs


@cache
def queue(service_h, seed, window_h=WINDOW_H):
    """Opened, sent and arrived (hours) of every job of M/M/c with five crews and two jobs an hour, and the visits."""
    overrides = {
        "roads.travel_h": f"{{mean_h: {service_h}}}",
        "hazards.mains_failures.share": str(JOBS_PER_H * window_h / SITES),
        "hazards.mains_failures.window_h": str(window_h),
        "horizon_h": str(window_h + 200),
    }
    scenario = load(STUDIES / "many_servers.yaml", overrides)
    run = simulate(scenario, seed)
    visits = run.tables.visits
    opened_h = visits["dispatched_h"] - visits["wait_h"]
    order = np.argsort(opened_h, kind="stable")
    columns = (opened_h, visits["dispatched_h"], visits["arrived_h"])
    assert run.kpi_values["site_visits"] == run.kpi_values["sites_without_mains_cumulative"], "one visit a site"
    return (*(np.asarray(column, dtype=float)[order] for column in columns), visits)


def settled(service_h, seed, window_h=WINDOW_H):
    """Wait and service of the jobs that were opened after the queue had settled."""
    opened_h, sent_h, arrived_h, _ = queue(service_h, seed, window_h)
    later = opened_h >= WARM_UP_H
    return (sent_h - opened_h)[later], (arrived_h - sent_h)[later]


@pytest.mark.parametrize("service_h", [1.25, 2.0])
def test_every_crew_takes_the_next_job_the_moment_it_is_free(service_h):
    """The recursion of Kiefer and Wolfowitz, fed with the run's own arrivals and services, gives every departure."""
    opened_h, sent_h, arrived_h, _ = queue(service_h, 1)
    free_h = [0.0] * CREWS
    for opened, sent, arrived in zip(opened_h, sent_h, arrived_h, strict=True):
        first = min(free_h)
        assert sent == pytest.approx(max(opened, first), abs=1e-5)
        free_h[free_h.index(first)] = arrived


def test_the_draws_are_those_of_m_m_c():
    """Arrivals uniform over the window and services exponential, by Kolmogorov and Smirnov."""
    opened_h, sent_h, arrived_h, _ = queue(2.0, 1)
    assert kstest(opened_h / WINDOW_H, "uniform").pvalue > 0.01
    assert kstest((arrived_h - sent_h) / 2.0, "expon").pvalue > 0.01
    assert abs(len(opened_h) - JOBS_PER_H * WINDOW_H) < 3 * sqrt(JOBS_PER_H * WINDOW_H)


def test_a_few_runs_wait_as_erlang_says():
    """At half load: the quick form of the next test, enough to tell five crews from four or six."""
    runs = [settled(1.25, seed, 300.0) for seed in range(1, 11)]
    assert_agrees([np.mean(wait_h > 1e-5) for wait_h, _ in runs], erlang_c(5, 2.5), within=0.45)


@pytest.mark.slow
@pytest.mark.parametrize(("service_h", "within"), [(1.25, 0.15), (2.0, 0.15)])
def test_crews_wait_as_erlang_says(service_h, within):
    """Utilisations of 50 % and 80 %: the probability of waiting, and the mean wait of all jobs."""
    load_erlang = JOBS_PER_H * service_h
    runs = [settled(service_h, seed) for seed in range(1, 41)]
    chance, wait_h = erlang_c(CREWS, load_erlang), mean_wait_h(CREWS, load_erlang, service_h)
    assert_agrees([np.mean(wait_h > 1e-5) for wait_h, _ in runs], chance, within=within)
    assert_agrees([wait_h.mean() for wait_h, _ in runs], wait_h, within=within)
    assert_agrees([service.mean() for _, service in runs], service_h, within=0.02)


def level_over(begins_h, ends_h, from_h, to_h):
    """Mean over time of how many of the intervals hold, from a walk along their ends."""
    moments = np.concatenate(([from_h], begins_h, ends_h, [to_h]))
    steps = np.concatenate(([0], np.ones(len(begins_h)), -np.ones(len(ends_h)), [0]))
    order = np.argsort(moments, kind="stable")
    moments, level = np.clip(moments[order], from_h, to_h), np.cumsum(steps[order])
    return float((level[:-1] * np.diff(moments)).sum() / (to_h - from_h))


@pytest.mark.parametrize("service_h", [1.25, 2.0])
def test_littles_law(service_h):
    """L = λW: jobs waiting, from a walk along the log, against arrivals an hour times the mean wait of the visits."""
    opened_h, sent_h, arrived_h, visits = queue(service_h, 1)
    span_h = arrived_h.max()
    per_h = len(opened_h) / span_h
    waiting, driving = level_over(opened_h, sent_h, 0, span_h), level_over(sent_h, arrived_h, 0, span_h)
    assert waiting == pytest.approx(per_h * np.mean(visits["wait_h"]), rel=1e-9)
    assert driving == pytest.approx(per_h * np.mean(visits["travel_h"]), rel=1e-9)
    assert driving == pytest.approx(JOBS_PER_H * service_h, rel=0.1), "the offered load, in Erlang"


# ---------------------------------------------------------------- the repair shop

SHOP = {"machines": 12, "up_h": 4.0, "service_h": 1.0}
SETTLED_H = 20.0


@cache
def shop(crews, seed, horizon_h):
    """Mean of generators down, share of breakdowns that wait, breakdowns an hour; after the shop has settled."""
    overrides = {"resources.depots.plain.crews": str(crews), "horizon_h": str(horizon_h)}
    run = simulate(load(STUDIES / "repair_shop.yaml", overrides), seed)
    visits, runs = run.tables.visits, run.tables.generator_runs
    up = level_over(runs["start_h"], runs["end_h"], SETTLED_H, run.horizon_h)
    opened_h = visits["dispatched_h"] - visits["wait_h"]
    later = opened_h >= SETTLED_H
    per_h = later.sum() / (run.horizon_h - SETTLED_H)
    return SHOP["machines"] - up, np.mean(visits["wait_h"][later] > 1e-5), per_h


def assert_shop_agrees(crews, seeds, within, horizon_h=1000):
    chance = machine_repair(**SHOP, servers=crews)
    down = np.arange(len(chance))
    rate = (SHOP["machines"] - down) / SHOP["up_h"]
    per_h = float((chance * rate).sum())
    runs = [shop(crews, seed, horizon_h) for seed in seeds]
    assert_agrees([run[0] for run in runs], float((chance * down).sum()), within=within)
    # a machine that breaks sees the shop as it is for one machine fewer
    others = machine_repair(SHOP["machines"] - 1, crews, SHOP["up_h"], SHOP["service_h"])
    assert_agrees([run[1] for run in runs], float(others[crews:].sum()), within=within)
    assert_agrees([run[2] for run in runs], per_h, within=within)


def test_a_few_runs_of_the_repair_shop():
    """Three crews for twelve machines, quickly."""
    assert_shop_agrees(3, (1, 2, 3, 4), within=0.25, horizon_h=300)


@pytest.mark.slow
@pytest.mark.parametrize("crews", [2, 3, 5])
def test_the_repair_shop_is_the_finite_source_queue(crews):
    """Machines down, breakdowns that wait and breakdowns an hour, with too few crews, enough, and plenty."""
    assert_shop_agrees(crews, range(1, 13), within=0.15)
