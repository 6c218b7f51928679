"""Effects follow causes: one thing changed, the same luck, and the outcome moves as it must.

Each comparison is of paired runs (same seed, same draws). Where a single run may go the other way, the mean over a
handful of seeds is compared. "More crews never hurt" is no theorem, and is not tested.
"""

import numpy as np
import pytest
from validation.worlds import DATA, scenario, story

from sim.loading import load
from sim.results import simulate

SEEDS = range(1, 5)
_PLAYED = {}


def kpi(name, of):
    """A figure over seeds; each scenario is played once."""
    if id(of) not in _PLAYED:
        _PLAYED[id(of)] = of, [simulate(of, seed).kpi_values for seed in SEEDS]
    return np.array([figures[name] for figures in _PLAYED[id(of)][1]])


def banners(**changed):
    return scenario("two_banners", **changed)


@pytest.fixture(scope="module")
def base():
    """Station-hours of the storm as it is."""
    return kpi("station_outage_h", banners())


def test_no_snow_nobody_out():
    """A storm without water or wind brings no feeder down, and no site goes out."""
    calm = banners(hazards__snowstorm__water_mm="0", hazards__snowstorm__depth_cm="0")
    assert not kpi("sites_out_cumulative", calm).any()
    assert not kpi("sites_without_mains_cumulative", calm).any()


def test_more_snow_more_station_hours(base):
    """Half the water, fewer station-hours on every seed; twice as much, more on the mean (slots move with the peak)."""
    less, more = (kpi("station_outage_h", banners(hazards__snowstorm__water_mm=mm)) for mm in ("20", "80"))
    assert (less < base).all()
    assert base.mean() < more.mean()


def test_healthier_batteries_fewer_station_hours():
    """State of health of 0.95 against 0.4 on the mean, no dead strings: fewer station-hours."""
    new = banners(sites__soh="{a: 95, b: 5}", sites__dead_strings="0")
    old = banners(sites__soh="{a: 40, b: 60}", sites__dead_strings="0")
    assert (kpi("station_outage_h", new) < kpi("station_outage_h", old)).all()


def test_twice_the_battery_fewer_station_hours():
    """Endurance of six hours against three: every seed has fewer station-hours, and later first outages."""
    three, six = (banners(sites__endurance_h=hours) for hours in ("3/4 h", "6/8 h"))
    assert (kpi("station_outage_h", six) < kpi("station_outage_h", three)).all()
    assert kpi("mains_to_out_h", six).mean() > kpi("mains_to_out_h", three).mean() + 2


def test_half_the_crews_more_station_hours(base):
    """On the mean of a few seeds."""
    half = banners(
        resources__depots__mid__crews="3", resources__depots__west__crews="2", resources__depots__east__crews="1",
        resources__depots__mid__specialists="{}", resources__depots__west__specialists="{}",
        resources__depots__east__specialists="{}", resources__hired__crews="0", resources__mutual_aid__crews="0",
    )  # fmt: skip
    found = kpi("station_outage_h", half)
    assert found.mean() > base.mean()
    assert kpi("site_visits", half).mean() < kpi("site_visits", banners()).mean()


def test_no_crews_no_visits_and_more_hours_still(base):
    """Nobody at all: no visit, and more station-hours on every seed."""
    nobody = scenario(
        "two_banners", **{f"resources__depots__{d}": "{crews: 0}" for d in ("mid", "west", "east")}, plan__before="[]"
    )
    nobody = load(
        DATA / "two_banners.yaml", {**nobody.overrides, "resources.hired.crews": "0", "resources.mutual_aid.crews": "0"}
    )
    assert not kpi("site_visits", nobody).any()
    assert (kpi("station_outage_h", nobody) > base).all()


def test_blocked_roads_later_visits():
    """Snow four times as deep on the same failures: crews arrive later, and fewer times."""
    clear, deep = (
        banners(hazards__snowstorm__depth_cm=cm, roads__drift_share="0", horizon_h="40 h") for cm in ("4", "28")
    )
    assert kpi("mttr_travel_h", clear).mean() < kpi("mttr_travel_h", deep).mean()
    assert kpi("site_visits", clear).mean() > kpi("site_visits", deep).mean()


def test_no_ploughs_later_visits():
    """Without public clearing of deep snow fewer visits are made by the same hour."""
    ploughs = banners(hazards__snowstorm__depth_cm="30", horizon_h="48 h")
    none = banners(hazards__snowstorm__depth_cm="30", horizon_h="48 h", roads__public_ploughs="{}")
    assert kpi("site_visits", none).mean() < kpi("site_visits", ploughs).mean()


QUIET = {
    "hazards": "[]",
    "assumptions": "[]",
    "plan__before": "[]",
    "resources__depots__ten": "{crews: 0}",
    "generators__failures_per_h": "0",
}


def test_a_hub_without_its_generator_takes_its_ring_down():
    """The core room of the town and a storm that takes the town's feeder: with its generator nobody loses the path."""
    cut = "[{at: +5 h, do: fail, what: 'feeder:f_town'}, {at: +39 h, do: mend, what: 'feeder:f_town'}%s]"
    whole, broken = (
        story(scenario("ten_sites", horizon_h="40 h", injects=cut % more, **QUIET))
        for more in ("", ", {at: +4 h, do: fail, what: 'site:core.generator'}")
    )
    lost = {row.subject for row in whole.of("path.lost")}
    assert "hub_2" not in lost
    assert {"hub_2", "s6", "s7"} <= {row.subject for row in broken.of("path.lost")}
    assert {row.object for row in broken.of("site.down") if row.subject == "s6"} == {"upstream_power"}


def test_recorded_figures_move_nothing():
    """What really happened is never read by the model: another record, the same log."""
    file = DATA / "two_banners.yaml"
    other = load(file, {"record": "{source: invented, rows: [{kpi: stations_out, value: 999, at: +20 h}]}"})
    titled = load(file, {"title": "{en: another}", "assumptions": "[{set: grid.total_h, why: because}]"})
    expected = simulate(banners(), 3).log_digest
    assert simulate(other, 3).log_digest == expected
    assert simulate(titled, 3).log_digest == expected


def test_targets_move_nothing():
    """Promises are measured, not kept by the model."""
    other = load(DATA / "two_banners.yaml", {"plan.targets": "[]"})
    assert simulate(other, 3).log_digest == simulate(banners(), 3).log_digest


def test_colder_is_not_longer():
    """The same failures at −20 °C: no site's battery lasts longer after the loss of mains than at +5 °C."""
    warm, cold = (
        banners(
            hazards__snowstorm__temperature_c=f"{{before: {c}, during: {c}, night_after: {c}, day_after: {c}}}",
            **NOBODY,
        )
        for c in ("5", "-20")
    )
    for seed in (1, 2):
        lasted_warm, lasted_cold = lasted(story(warm, seed)), lasted(story(cold, seed))
        common = sorted(lasted_warm.keys() & lasted_cold.keys())
        assert len(common) > 50
        assert all(lasted_cold[key] <= lasted_warm[key] + 1e-6 for key in common)
        assert sum(lasted_cold[key] < lasted_warm[key] - 0.1 for key in common) > len(common) / 2
        assert len(lasted_cold) >= len(lasted_warm)


NOBODY = {
    "resources__depots__mid": "{crews: 0}", "resources__depots__west": "{crews: 0}", "resources__depots__east": "{crews: 0}",
    "resources__hired__crews": "0", "resources__mutual_aid__crews": "0", "plan__before": "[]",
}  # fmt: skip


def lasted(told):
    """(site, hour of the loss) → hours from the loss of mains to the first disconnect on it."""
    lost, found = {}, {}
    for row in told.rows:
        if row.kind == "mains.lost":
            lost[row.subject] = row.t_h
        elif row.kind == "mains.back":
            lost.pop(row.subject, None)
        elif row.kind == "radio.off" and row.subject in lost:
            found[row.subject, lost[row.subject]] = row.t_h - lost[row.subject]
    return found


def test_earlier_restoration_fewer_station_hours(base):
    """A power company twice as quick: fewer station-hours on every seed."""
    quick = banners(grid__total_h="15/24 h", grid__total_between_h="[8, 30]", grid__switching="0.9")
    assert (kpi("station_outage_h", quick) < base).all()


def test_failing_generators_more_station_hours():
    """Sets that break every two hours against sets that never break."""
    never = banners(
        generators__failures_per_h="0",
        generators__start_failure="0",
        generators__start_failure_minus10c="0",
        generators__start_failure_minus20c="0",
    )
    often = banners(generators__failures_per_h="0.5")
    assert kpi("station_outage_h", often).mean() > kpi("station_outage_h", never).mean()


@pytest.mark.slow
def test_effects_on_the_flagship():
    """On the prefecture: less water and better batteries, fewer station-hours; no crews, more."""
    base = simulate(scenario("tongliao_blizzard"), 1).kpi_values["station_outage_h"]
    less = scenario("tongliao_blizzard", hazards__snowstorm__water_mm="25 mm")
    better = scenario("tongliao_blizzard", sites__soh="{a: 95, b: 5}", sites__dead_strings="0")
    assert simulate(less, 1).kpi_values["station_outage_h"] < base
    assert simulate(better, 1).kpi_values["station_outage_h"] < base


@pytest.mark.slow
def test_half_the_crews_on_the_flagship():
    """Half of every depot's crews: more station-hours on the mean of paired seeds."""
    depots = scenario("tongliao_blizzard").spec.resources.depots
    bare = {f"resources__depots__{name}__specialists": "{}" for name in depots}
    halved = {f"resources__depots__{name}__crews": str(depot.crews // 2) for name, depot in depots.items()}
    few, all_of_them = scenario("tongliao_blizzard", **bare, **halved), scenario("tongliao_blizzard", **bare)
    assert kpi("station_outage_h", few).mean() > kpi("station_outage_h", all_of_them).mean()


@pytest.mark.slow
def test_hubs_without_their_generators_take_their_sites_down_on_the_flagship():
    """Three hubs whose own generators carried them: without those, more hours at the sites behind them."""
    first = simulate(scenario("tongliao_blizzard"), 1)
    carried = {row.subject.removesuffix("-fixed") for row in first.log if row.kind == "generator.started"}
    sites = first.inventory["site"]
    hub_of = dict(zip(sites["id"].tolist(), sites["hub"].tolist(), strict=True))
    hubs = sorted(hub for hub in carried if list(hub_of.values()).count(hub) > 5)[:3]
    assert hubs
    lines = ", ".join(f"{{at: +1 h, do: fail, what: 'site:{hub}.generator'}}" for hub in hubs)
    second = simulate(scenario("tongliao_blizzard", injects=f"[{lines}]"), 1)

    def behind(run):
        out = run.outages
        return out[(out.unit == "site") & out.site.map(hub_of.get).isin(hubs)].duration_h.sum()

    assert behind(second) > behind(first)
