"""The reference workload (shipped as `blizzard_mini`): against a bare event loop, and against published means."""

from functools import cache

import numpy as np
import pytest
from validation.plain_queue import Hit, Outcome, serve

from sim.disaster import draw
from sim.loading import load
from sim.results import simulate
from sim.streams import Streams

CREWS, HORIZON_H = 91, 72.0


@cache
def scenario():
    return load("blizzard_mini")


def hits(seed):
    """The sites that lose mains, with the luck the product has drawn for each."""
    drill, streams = scenario(), Streams(seed)
    sites, feeders = drill.topology.sites, drill.topology.feeders
    travel, endurance = drill.spec.roads.travel_h, drill.spec.sites.endurance_h
    fails_h, back_h = {}, {}
    for inject in draw(drill, seed).injects:
        sort, _, name = inject.target.partition(":")
        if inject.action == "fail":
            fails_h[drill.topology.site_index[name.removesuffix(".mains")]] = inject.t_h
        else:
            assert (sort, inject.action) == ("drops", "mend")
            back_h[feeders.id.tolist().index(name)] = inject.t_h
    keys = [int(key) for key in drill.topology.site_keys]
    return [
        Hit(
            at_h,
            at_h + endurance.quantile(streams.uniform_of("endurance_h", keys[site])),
            back_h.get(int(sites.feeder[site]), HORIZON_H),
            (int(sites.site_class[site]),),
            lambda n, key=keys[site]: travel.quantile(streams.uniform_of(f"travel_h {n}", key)),
        )
        for site, at_h in fails_h.items()
    ]


def played(seed):
    run = simulate(scenario(), seed)
    figures = run.kpi_values
    down = len(set(run.tables.site_outages.spells.who.tolist()))
    assert figures["station_outage_h"] == figures["site_outage_h"], "one station a site"
    return Outcome(figures["station_outage_h"], down, int(figures["site_visits"]))


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_product_does_what_a_bare_event_loop_does_with_the_same_draws(seed):
    """Fails when a crew is kept too long, an order lapses wrongly, ranks wrongly, or a refuelling is dropped."""
    ours, theirs = played(seed), serve(hits(seed), CREWS, HORIZON_H)
    assert (ours.visits, ours.down) == (theirs.visits, theirs.down)
    assert ours.outage_h == pytest.approx(theirs.outage_h, abs=1e-3)


PUBLISHED = {"outage_h": (1962.7, 1968.4), "visits": (1637.7, 1639.1), "mean_outage_h": (5.07, 5.08)}
"""Means of two other engines over 15,000 seeds each."""


@pytest.mark.slow
def test_means_over_many_seeds_are_the_published_ones():
    """300 seeds: outage hours, visits and mean outage within three standard errors of both published means."""
    runs = [played(seed) for seed in range(1, 301)]
    found = {
        "outage_h": [run.outage_h for run in runs],
        "visits": [run.visits for run in runs],
        "mean_outage_h": [run.outage_h / run.down for run in runs],
    }
    for name, values in found.items():
        mean, error = np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))
        for theirs in PUBLISHED[name]:
            assert mean == pytest.approx(theirs, abs=3 * error + 0.005), f"{name}: {mean:.2f} ± {error:.2f}"


def test_the_bare_loop_alone_gives_the_published_means():
    """Thirty seeds of the bare loop with the product's draws, three standard errors: the draws are what they should be."""
    runs = [serve(hits(seed), CREWS, HORIZON_H) for seed in range(101, 131)]
    for name, values in (("outage_h", [run.outage_h for run in runs]), ("visits", [run.visits for run in runs])):
        error = np.std(values, ddof=1) / np.sqrt(len(values))
        for theirs in PUBLISHED[name]:
            assert np.mean(values) == pytest.approx(theirs, abs=3 * error), (
                f"{name}: {np.mean(values):.1f} ± {error:.1f}"
            )
