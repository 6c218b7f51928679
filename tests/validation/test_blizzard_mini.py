"""The reference workload (shipped as `blizzard_mini`): against a bare event loop, and against published means."""

from functools import cache

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


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_product_does_what_a_bare_event_loop_does_with_the_same_draws(seed):
    """Fails when a crew is kept too long, an order lapses wrongly, ranks wrongly, or a refuelling is dropped."""
    ours, theirs = played(seed), serve(hits(seed), CREWS, HORIZON_H)
    assert (ours.visits, ours.down) == (theirs.visits, theirs.down)
    assert ours.outage_h == pytest.approx(theirs.outage_h, abs=1e-3)
