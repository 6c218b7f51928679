"""The KPI of availability against MTBF / (MTBF + MTTR), in a study of fifty sites (tests/data/studies).

The test draws the breakdowns: a Poisson stream for each site, written as injects by hand. A part that is broken
already cannot break again, and an exponential time has no memory, so the time in working order is exponential
however long the repair took. The repair is a crew's journey of exponential length; what it does to the queue of
too few crews is `machine_repair` of the queueing tests.
"""

from functools import cache
from math import exp, expm1

import numpy as np
import pytest
import yaml
from validation.formulas import assert_agrees, machine_repair
from validation.test_queueing import STUDIES

from sim.loading import load
from sim.results import simulate

SITES, HORIZON_H, MTTR_H = 50, 800.0, 5.0


def breakdowns(part, mtbf_h, seed, sites=SITES):
    """Injects: `fail` of a part of every site, at the times of a Poisson stream."""
    luck = np.random.default_rng([seed, 2024])
    times = [(luck.uniform(0, HORIZON_H, luck.poisson(HORIZON_H / mtbf_h)), site) for site in range(1, sites + 1)]
    return [
        {"at": f"+{moment:.6f} h", "do": "fail", "what": f"site:s{site:04d}.{part}"}
        for moments, site in times
        for moment in sorted(moments.tolist())
    ]


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """The KPIs of a run with breakdowns of a part."""
    folder = tmp_path_factory.mktemp("studies")

    @cache
    def play(part, mtbf_h, seed, sites=SITES, **changes):
        study = yaml.safe_load((STUDIES / "breakdowns.yaml").read_text(encoding="utf-8"))
        study["topology"] = str(STUDIES / study["topology"])
        study["injects"] = breakdowns(part, mtbf_h, seed, sites)
        file = folder / "breakdowns.yaml"
        file.write_text(yaml.safe_dump(study), encoding="utf-8")
        paths = {"crews": "resources.depots.plain.crews", "endurance_h": "sites.endurance_h"}
        overrides = {paths[name]: str(value) for name, value in changes.items()}
        return simulate(load(file, overrides), seed).kpi_values

    return play


quickly_and_slowly = pytest.mark.parametrize(
    ("seeds", "within"),
    [pytest.param(range(1, 5), 0.5, id="quick"), pytest.param(range(1, 25), 0.12, id="slow", marks=pytest.mark.slow)],
)


@quickly_and_slowly
@pytest.mark.parametrize("mtbf_h", [95.0, pytest.param(45.0, marks=pytest.mark.slow)])
def test_availability_is_mtbf_over_mtbf_and_mttr(figures, mtbf_h, seeds, within):
    """Radio equipment, crews in plenty: 95 % and 90 %; the repair takes what the journey takes."""
    runs = [figures("radio", mtbf_h, seed) for seed in seeds]
    unavailability = MTTR_H / (mtbf_h + MTTR_H)
    assert_agrees([1 - run["availability"] for run in runs], unavailability, within=within)
    assert_agrees([run["mttr_h"] for run in runs], MTTR_H, within=within)
    assert_agrees([run["saifi"] for run in runs], HORIZON_H / (mtbf_h + MTTR_H), within=within)
    for run in runs:
        assert run["out_of_service_time_rate"] == pytest.approx(1 - run["availability"]), "all users alike"
        assert run["mttr_wait_h"] == 0


@quickly_and_slowly
def test_a_battery_takes_the_short_repairs_away(figures, seeds, within):
    """A rectifier fails, the battery lasts 3 h: what is left of an exponential repair is another, of a share e^(-3/5).

    So the outage is as long as ever, and only exp(-3/5) of the failures bring one.
    """
    mtbf_h, lasts_h = 195.0, 3.0
    runs = [figures("rectifier", mtbf_h, seed, endurance_h=lasts_h) for seed in seeds]
    expected = MTTR_H * exp(-lasts_h / MTTR_H) / (mtbf_h + MTTR_H)
    assert_agrees([1 - run["availability"] for run in runs], expected, within=within)


@quickly_and_slowly
@pytest.mark.parametrize("crews", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_with_few_crews_a_site_waits_for_its_repair(figures, crews, seeds, within):
    """Twelve sites break down, the others never: availability of the finite-source queue M/M/c//N."""
    sites, mtbf_h = 12, 45.0
    runs = [figures("radio", mtbf_h, seed, sites=sites, crews=crews) for seed in seeds]
    down = machine_repair(sites, crews, mtbf_h, MTTR_H) @ np.arange(sites + 1)
    assert_agrees([(1 - run["availability"]) * SITES for run in runs], down, within=within)


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["equipment_failures_per_year", "rectifier_failures_per_year"])
def test_background_failures_at_the_rates_of_a_drill(setting):
    """A few failures a year at 20 000 sites, over four days that begin with everything in order.

    The chain of two states leaves order at the rate λ and returns at μ; after t hours it is down with chance
    λ/(λ+μ)·(1 - e^(-(λ+μ)t)), here averaged over the run.
    """
    per_year, horizon_h = 4.0, 96.0
    overrides = {
        f"sites.{setting}": str(per_year),
        "topology": "bare_sites.yaml",
        "horizon_h": str(horizon_h),
        "resources.depots.plain.crews": "300",
    }
    scenario = load(STUDIES / "breakdowns.yaml", overrides)
    runs = [simulate(scenario, seed).kpi_values for seed in range(1, 13)]
    fails, mends = per_year / 8766, 1 / MTTR_H
    both = fails + mends
    expected = fails / both * (1 + expm1(-both * horizon_h) / (both * horizon_h))
    assert_agrees([1 - run["availability"] for run in runs], expected, within=0.06)
