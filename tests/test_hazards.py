"""What goes wrong: weather fields, failures and restoration, drawn before the clock starts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from validation.worlds import bare_sites, drill, network, scenario

from sim.disaster import draw, draw_injects
from sim.hazards.outages import restoration
from sim.hazards.weather import Cells, Weather
from sim.models.fields import bends
from sim.settings import Grid
from sim.streams import Streams
from sim.vocabulary import Inject

STORM = {
    "kind": "snowstorm", "onset": "+6 h", "duration_h": 10, "centre": "mid", "water_mm": 30, "depth_cm": 20,
    "extent_km": [150, 90],
}  # fmt: skip


def storm(**changed):
    return drill("two_banners_network", hazards=[{**STORM, **changed}], horizon_h=72)


def sky(seed=1, **changed):
    return draw(storm(**changed), seed).weather


# Weather


@pytest.mark.parametrize("water_mm", [5.0, 30.0, 80.0])
def test_the_worst_cell_gets_the_storms_water_and_depth(water_mm):
    """Fails when footprint or scaling lose water: the scorecard's input rows would not be what was asked for."""
    fields = sky(water_mm=water_mm).fields
    assert fields["water_mm"].max() == pytest.approx(water_mm, rel=1e-5)
    assert fields["depth_cm"].max() == pytest.approx(20, rel=1e-3)


def test_snow_falls_in_its_hours_and_never_back_up():
    """No water before the onset, none after the end; water never falls again; snow settles between."""
    fields = sky(travel_kmh=300).fields
    water = fields["water_mm"]
    assert not water[:, :7].any()
    assert (np.diff(water, axis=1) >= -1e-9).all()
    np.testing.assert_allclose(water[:, 17], water[:, -1])
    depth = fields["depth_cm"]
    assert (np.diff(depth[:, 17:], axis=1) <= 0).all()
    assert depth[:, 17 + 24] == pytest.approx(depth[:, 17] * 0.85, rel=1e-3)


def test_it_is_worst_at_the_centre_and_weaker_away():
    """Fails when the ellipse is laid across, or centred elsewhere."""
    made = storm()
    weather = draw(made, 1).weather
    counties = made.topology.counties
    at = {
        str(county): weather.fields["water_mm"][weather.cells.of(np.array([lon]), np.array([lat]))[0], -1]
        for county, lon, lat in zip(counties.id, counties.lon, counties.lat, strict=True)
    }
    assert at["mid"] > at["west"]
    assert at["mid"] > at["east"]


def test_freezing_rain_counts_as_icing_and_not_as_snow():
    """Its water comes first and makes no depth."""
    rain = sky(freezing_rain_first_h=10.0, travel_kmh=300).fields
    assert not rain["depth_cm"].any()
    np.testing.assert_allclose(rain["icing_mm"], rain["water_mm"])
    none = sky(freezing_rain_first_h=0.0).fields
    assert not none["icing_mm"].any()


def test_temperatures_go_through_the_levels_asked_for():
    """Before, during and at night after the storm, at the seat in its middle."""
    levels = {"before": 5.0, "during": -3.0, "night_after": -14.0, "day_after": -6.0}
    made = storm(temperature_c=levels)
    weather = draw(made, 1).weather
    rows = made.topology.counties
    middle = rows.id.tolist().index("mid")
    cell = weather.cells.of(rows.lon[middle : middle + 1], rows.lat[middle : middle + 1])[0]
    shift = 0.7 * (weather.cells.lat[cell] - rows.lat[middle])

    def at(t_h):
        return weather.at("temperature_c", int(cell), t_h) + shift

    assert at(0) == pytest.approx(5.0, abs=0.01)
    assert at(12) == pytest.approx(-3.0, abs=0.01)
    assert at(29) == pytest.approx(-14.0, abs=0.01)  # five in the morning
    assert at(41) == pytest.approx(-6.0, abs=0.01)  # five in the afternoon


@given(st.floats(-5, 30), st.integers(0, 3))
@settings(deadline=None)
def test_fields_are_straight_between_knots_and_still_outside(t_h, cell):
    """`at` and `everywhere` agree with numpy's interpolation at any time."""
    field = np.array([[0.0, 3.0, 1.0, 7.0, 7.0]] * 4) * np.arange(1, 5)[:, None]
    weather = Weather(Cells(0, 0, 2, 2), {"depth_cm": field})
    expected = np.interp(t_h, np.arange(5), field[cell])
    assert weather.at("depth_cm", cell, t_h) == pytest.approx(expected)
    assert weather.everywhere("depth_cm", t_h)[cell] == pytest.approx(expected)


def test_a_body_feels_the_cold_late():
    """After a step of 10 K a body with a lag of 6 h has felt 63 % of it six hours later."""
    air = np.where(np.arange(60) < 10, 0.0, -10.0)[None, :]
    weather = Weather(Cells(0, 0, 1, 1), {"temperature_c": air})
    assert weather.lagged_temperature_c(6.0, 0, 9.0) == 0
    assert weather.lagged_temperature_c(6.0, 0, 15.5) == pytest.approx(-10 * (1 - np.exp(-1)), abs=0.1)
    assert weather.lagged_temperature_c(6.0, 0, 59.0) == pytest.approx(-10, abs=0.05)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=60), st.floats(0.01, 5))
def test_the_logged_curve_is_within_its_tolerance(values, tolerance):
    """Straight lines between the kept knots are nowhere farther from the field than promised."""
    series = np.array(values)
    kept = bends(series, tolerance)
    line = np.interp(np.arange(len(series)), kept, series[kept])
    assert np.abs(line - series).max() <= tolerance + 1e-9
    assert {0, len(series) - 1} <= set(kept)


# Failures


def failed(changed=None, seeds=range(40), sort="feeder"):
    """Share of feeders that fail, over seeds."""
    made = storm(**(changed or {}))
    counts = [sum(i.action == "fail" and i.target.startswith(sort) for i in draw(made, s).injects) for s in seeds]
    return np.mean(counts) / len(made.topology.feeders.id)


def test_as_many_feeders_fail_as_the_fragility_says():
    """Over many draws the share that fails is Φ((ln x − ln θ)/β) of each feeder's own stress.

    Fails for another form of stress or strength.
    """
    made = storm(travel_kmh=300)
    hazard, feeders = made.spec.hazards[0], made.topology.feeders
    weather = draw(made, 1).weather
    cells = weather.cells.of(feeders.lon, feeders.lat)
    fields = weather.fields
    water = fields["water_mm"] + 0.5 * fields["icing_mm"]
    gust = np.maximum.accumulate(fields["gust_mps"], axis=1)
    x = (water * np.sqrt(gust / 10))[cells].max(axis=1)
    fragile = hazard.fragility
    chance = stats.norm.cdf(np.log(np.maximum(x, 1e-9) / fragile.theta_mm) / fragile.beta)
    chance = np.where(feeders.underground, chance * fragile.underground, chance)
    seeds = range(150)
    found = failed({"travel_kmh": 300}, seeds)
    spread = np.sqrt((chance * (1 - chance)).sum() / len(seeds)) / len(feeders.id)
    assert found == pytest.approx(chance.mean(), abs=4 * spread)
    assert 0.1 < found < 0.9


def test_more_water_brings_more_feeders_down_and_the_same_ones_earlier():
    """On one seed every feeder that fails in the weaker storm fails in the stronger one, not later."""
    weak, strong = (
        {
            i.target: i.t_h
            for i in draw(storm(water_mm=mm), 3).injects
            if i.target.startswith("feeder") and i.action == "fail"
        }
        for mm in (20, 40)
    )
    assert len(weak) < len(strong)
    assert all(strong[target] <= at_h + 1e-6 for target, at_h in weak.items())


def test_no_snow_no_failures():
    """Fails when something breaks in fair weather."""
    assert not draw(storm(water_mm=0, depth_cm=0), 1).injects
    assert not draw(drill("two_banners_network"), 1).injects


def test_feeders_fail_while_the_storm_lasts():
    """Within the hours in which stress grows, none before the onset."""
    made = storm()
    times_h = [i.t_h for s in range(20) for i in draw(made, s).injects if i.action == "fail"]
    assert min(times_h) >= 6
    assert max(times_h) <= 6 + 10 + 14


def test_aerial_fibre_breaks_with_its_length_and_the_storms_rate():
    """Twice the rate, about twice the breaks; none at rate 0; buried links never."""
    made = storm(aerial_breaks_per_100km_day=2)
    links = made.topology.links
    aerial = {f"link:{name}" for name, up in zip(links.id, links.aerial, strict=True) if up}
    once, twice, never = (
        [
            i.target
            for s in range(150)
            for i in draw(storm(aerial_breaks_per_100km_day=rate), s).injects
            if i.target[:4] == "link"
        ]
        for rate in (2, 4, 0)
    )
    assert set(once) <= aerial
    assert len(twice) / len(once) == pytest.approx(2, rel=0.2)
    assert not never


# Restoration


def lines(count, at_h=10.0):
    return [Inject(at_h + number / count, "fail", f"feeder:f{number:03d}", source="test") for number in range(count)]


def test_switching_and_slots_together_are_as_many_as_failures():
    """About 45 % by switching, each after its own failure; a slot for each of the others."""
    found = restoration(lines(400), Grid(), Streams(1))
    switched = [i for i in found if i.source == "switching"]
    slots = [i for i in found if i.action == "slot"]
    assert len(switched) + len(slots) == 400
    assert len(switched) / 400 == pytest.approx(0.45, abs=0.08)
    fails_h = {i.target: i.t_h for i in lines(400)}
    assert all(i.t_h > fails_h[i.target] for i in switched)
    assert len({i.target for i in switched}) == len(switched)
    assert np.median([i.t_h - fails_h[i.target] for i in switched]) == pytest.approx(1.5, rel=0.25)


def test_slots_lie_between_the_first_restoration_and_the_total():
    """Within the bounds of the total, first slot about Gamma(2, 1.5 h) after the peak, progress Beta(0.9, 1.3)."""
    firsts, shares = [], []
    for seed in range(300):
        slots = sorted(i.t_h for i in restoration(lines(60), Grid(switching=0, total_h=48.0), Streams(seed)))
        assert slots[-1] <= 10 + 48 + 1e-6
        firsts.append(slots[0] - 10)
        shares += [(t - 10) / 48 for t in slots]
    assert np.percentile(firsts, 10) > 0.6, "too many at once: that is no Gamma of shape 2"
    assert 1.5 < np.median(firsts) < 5
    assert np.mean(shares) == pytest.approx(0.9 / 2.2, abs=0.05)


@given(st.integers(0, 1000))
@settings(deadline=None, max_examples=30)
def test_the_total_is_kept_within_its_bounds(seed):
    """Fails when a long tail of the total is not cut."""
    grid = Grid(switching=0, total_between_h=(24.0, 60.0))
    assert max(i.t_h for i in restoration(lines(40), grid, Streams(seed))) <= 10 + 60 + 1e-6


# Studies


def test_mains_failures_hit_their_share_within_the_window():
    """About 17 % of the sites, uniform over the window, each feeder back once, after the window, by the latest hour."""
    hazard = {
        "kind": "mains_failures",
        "share": 0.17,
        "window_h": 6,
        "restored_h": {"median_h": 18, "sigma": 0.5},
        "restored_at_most_h": 40,
    }
    made = drill(bare_sites(4000), hazards=[hazard], horizon_h=72)
    injects = draw(made, 1).injects
    fails_h = np.array([i.t_h for i in injects if i.action == "fail"])
    assert len(fails_h) / 4000 == pytest.approx(0.17, abs=0.02)
    assert stats.kstest(fails_h / 6, "uniform").pvalue > 0.001
    back = [i for i in injects if i.action == "mend"]
    assert len({i.target for i in back}) == len(back) == 100
    back_h = np.array([i.t_h for i in back])
    assert back_h.min() > 6
    assert back_h.max() == 40
    assert np.median(back_h) == pytest.approx(24, rel=0.15)


def test_listed_feeders_fail_when_told():
    """Fails when a list is drawn, or a share taken of the wrong county."""
    made = network("ten_sites")
    listed = drill(
        made, hazards=[{"kind": "feeder_failures", "at": "+5 h", "window_h": 2, "feeders": ["f_north", "f_west"]}]
    )
    fails = {i.target: i.t_h for i in draw(listed, 1).injects if i.action == "fail"}
    assert set(fails) == {"feeder:f_north", "feeder:f_west"}
    assert all(5 <= at_h <= 7 for at_h in fails.values())
    shared = drill(
        "two_banners_network", hazards=[{"kind": "feeder_failures", "at": "+5 h", "share": 1.0, "county": "east"}]
    )
    feeders = shared.topology.feeders
    east = shared.topology.counties.id.tolist().index("east")
    expected = {f"feeder:{name}" for name, county in zip(feeders.id, feeders.county, strict=True) if county == east}
    assert {i.target for i in draw(shared, 1).injects if i.action == "fail"} == expected


# The master list


def test_the_list_is_in_time_order_and_the_same_for_the_same_seed():
    """Fails when drawing hangs on anything but scenario and seed."""
    one, two = (draw_injects(scenario("two_banners"), 7) for _ in range(2))
    assert one == two
    timed = [i.t_h for i in one if i.when is None]
    assert timed == sorted(timed)
    assert draw_injects(scenario("two_banners"), 8) != one


def test_written_injects_stand_among_the_drawn_ones():
    """A hand-written line keeps its time, words and addressee; one with a condition waits at the end."""
    listed = draw_injects(scenario("two_banners"), 1)
    (warning,) = [i for i in listed if i.action == "warn"]
    assert (warning.t_h, warning.target, warning.to, warning.message) == (12.0, "orange", "desk", "orange")
    assert listed[-1].when == {"sites_out": {"at_least": 8}}


def test_one_feeder_more_does_not_change_the_luck_of_the_others():
    """The strength of a feeder hangs on its id alone: the town's feeders fail the same whether listed with others."""
    made = network("two_banners_network")
    keys = made.feeder_keys
    u = Streams(5).uniforms("feeder_strength", keys)
    assert u[3] == Streams(5).uniforms("feeder_strength", keys[3:4])[0]
