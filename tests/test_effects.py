"""Effects follow causes: change the cause on the same seeds, and the effect changes in the right direction."""

from pathlib import Path

import numpy as np
import pytest

from sim.loading import load
from sim.results import simulate

ROOT = Path(__file__).resolve().parent.parent
TEN = ROOT / "scenarios" / "ten_sites.yaml"
TONGLIAO = ROOT / "scenarios" / "tongliao_blizzard.yaml"
SEEDS = range(1, 9)


def outage_h(path, seeds=SEEDS, **overrides):
    """Station outage hours of each seed."""
    scenario = load(path, {key.replace("__", "."): value for key, value in overrides.items()})
    return np.array([simulate(scenario, seed).kpi_values["station_outage_h"] for seed in seeds])


def test_no_snow_nobody_out():
    """Fails when anything but the storm takes sites down."""
    quiet = load(TEN, {"hazards.snowstorm.water_mm": "0", "injects": "[]"})
    for seed in SEEDS:
        run = simulate(quiet, seed)
        assert len(run.outages) == 0
        assert run.kpi_values["sites_without_mains_cumulative"] == 0


def test_stronger_lines_fail_less():
    """Fails when the fragility curve is not what brings feeders down."""
    weak = outage_h(TEN, hazards__snowstorm__fragility__theta_mm="25")
    strong = outage_h(TEN, hazards__snowstorm__fragility__theta_mm="200")
    assert (strong <= weak + 1e-9).all()
    assert strong.sum() < 0.5 * weak.sum()


def test_twice_the_endurance_fewer_station_hours():
    """Fails when outages do not hang on how long the sites hold out."""
    short = outage_h(TEN, sites__endurance_h="2 h")
    long = outage_h(TEN, sites__endurance_h="4 h")
    assert long.sum() < short.sum()


def test_colder_batteries_never_last_longer():
    """Fails when cold does not cost capacity: the first disconnect of each site on the same draws."""
    mild = load(
        TEN,
        {
            "hazards.snowstorm.temperature_c": "{before: 4, during: -2, night_after: -4}",
            "resources.depots.ten.crews": "0",
        },
    )
    cold = load(
        TEN,
        {
            "hazards.snowstorm.temperature_c": "{before: -10, during: -22, night_after: -30, day_after: -28}",
            "resources.depots.ten.crews": "0",
        },
    )
    compared = 0
    for seed in SEEDS:
        lasted = [
            {row.subject: row.t_h for row in reversed(list(simulate(s, seed).log)) if row.kind == "radio.off"}
            for s in (mild, cold)
        ]
        for site in lasted[0].keys() & lasted[1].keys():
            assert lasted[1][site] <= lasted[0][site] + 1e-9
            compared += 1
    assert compared > 10


def test_nobody_to_send_is_worse():
    """Fails when crews make no difference."""
    none, some = outage_h(TEN, resources__depots__ten__crews="0"), outage_h(TEN)
    assert none.sum() > some.sum()


def test_blocked_roads_make_visits_later():
    """Fails when crews do not drive on the roads of the graph: every road shut, opened a day after the start."""
    scenario = load(TEN)
    edges = [str(edge) for edge in scenario.topology.roads.edge_id]
    shut = (
        "["
        + ", ".join(
            f"{{at: +4 h, do: close, what: 'road:{e}'}}, {{at: +24 h, do: open, what: 'road:{e}'}}" for e in edges
        )
        + "]"
    )
    sites, home = scenario.topology.sites, int(scenario.topology.depots.road_node[0])
    away = [str(site) for site, node in zip(sites.id, sites.road_node, strict=True) if int(node) != home]

    def arrivals(injects):
        runs = (simulate(load(TEN, {"injects": injects, "plan.before": "[]"}), seed).visits for seed in SEEDS)
        return [hour for visits in runs for hour in visits[visits.site.isin(away)].arrived_h]

    early, late = arrivals("[]"), arrivals(shut)
    assert min(early) < 24 <= min(late)


def test_the_record_moves_no_simulated_figure():
    """Fails when a recorded figure gets into the result path."""
    rows = "{source: nobody, rows: [{kpi: site_visits, value: 12345, at: '+24 h'}]}"
    plain, recorded = load(TEN), load(TEN, {"record": rows})
    assert simulate(plain, 1).log_digest == simulate(recorded, 1).log_digest
    assert simulate(recorded, 1).scorecard_data.to_json()["rows"] != simulate(plain, 1).scorecard_data.to_json()["rows"]


@pytest.mark.slow
def test_half_the_crews_more_station_hours():
    """On the flagship, over paired seeds: fails when the size of the force does not matter."""
    names = ["horqin", "left_middle", "left_rear", "naiman", "kailu", "jarud", "hure", "holingol"]
    crews = {name: load(TONGLIAO).spec.resources.depots[name].crews for name in names}
    halved = {f"resources__depots__{name}__crews": str(number // 2) for name, number in crews.items()}
    bare = {f"resources__depots__{name}__specialists": "{}" for name in names}
    seeds = range(1, 5)
    assert outage_h(TONGLIAO, seeds, **halved, **bare).mean() > outage_h(TONGLIAO, seeds, **bare).mean()


@pytest.mark.slow
def test_a_hubs_generator_removed_its_ring_suffers():
    """On the flagship: fails when upstream power does not hang on the hub's own generator."""
    scenario = load(TONGLIAO)
    first = simulate(scenario, 1)
    fixed = [
        row.subject.removesuffix("-fixed")
        for row in first.log
        if row.kind == "generator.started" and row.subject.endswith("-fixed")
    ]
    sites = first.inventory["site"]
    hub_of = dict(zip(sites["id"].tolist(), sites["hub"].tolist(), strict=True))
    hubs = [site for site in fixed if sum(hub == site for hub in hub_of.values()) > 5][:3]
    assert hubs
    injects = "[" + ", ".join(f"{{at: +1 h, do: fail, what: 'site:{hub}.generator'}}" for hub in hubs) + "]"
    second = simulate(load(TONGLIAO, {"injects": injects}), 1)

    def behind(run):
        out = run.outages
        mine = out[(out.unit == "site") & out.site.map(hub_of.get).isin(hubs)]
        return mine.duration_h.sum()

    assert behind(second) > behind(first)
