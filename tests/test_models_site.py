"""Power of a site: where the energy goes, when what is shed, and what the log says of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from validation.worlds import OneSite, lines, step_at, steps

from sim.models import battery
from sim.models.generators import Air, Generator
from sim.resources import GENERATOR_KINDS
from sim.settings import GeneratorSettings
from sim.streams import Streams

MILD = Air(lambda: 10.0, lambda _celsius: float("inf"))
LEAD_ACID_ALPHAS = (0.006, 0.008, 0.010)


def slopes(site):
    """Straight pieces of the charge that last longer than the log's millisecond: (piece, source, load in W)."""
    sources = steps(site.log, "site.source", "s")
    before = (0.0, "mains", full_w(site.power.plant))
    found = []
    for piece in lines(site.log, "battery.level", "s"):
        if piece.end_h - piece.begin_h < 1e-3:
            continue
        held = step_at(sources, piece.begin_h)
        _, source, load = held or before
        found.append((piece, source, load * 1000 if held else load))
    return found


def full_w(plant):
    return plant.load_4g_w + plant.load_5g_w + plant.load_transmission_w


def full_hours(plant, load_w):
    """What a full battery would last, for each coefficient the first segment could have chosen."""
    if plant.lead_acid:
        return [
            battery.lead_acid_full_h(plant.battery_ah, load_w, plant.soh, 25.0, alpha) for alpha in LEAD_ACID_ALPHAS
        ]
    return [battery.lfp_full_h(plant.battery_ah, load_w, plant.soh, 25.0)]


events = st.lists(
    st.tuples(
        st.floats(0.05, 12),
        st.sampled_from(
            ["mains on", "mains off", "mains off", "rectifier", "tiny", "small", "large", "no generator", "swap"]
        ),
    ),
    min_size=1,
    max_size=12,
)
plants = st.fixed_dictionaries(
    {
        "load_4g_w": st.sampled_from([900.0, 1300.0, 3900.0]),
        "load_5g_w": st.sampled_from([0.0, 3600.0]),
        "load_transmission_w": st.sampled_from([150.0, 1500.0]),
        "battery_ah": st.sampled_from([100.0, 500.0, 1000.0]),
        "lead_acid": st.booleans(),
        "soh": st.floats(0.1, 1.0),
        "s1": st.floats(0.15, 0.4),
        "two_stage": st.booleans(),
        "rectifier_w": st.sampled_from([2_000.0, 12_000.0, 30_000.0]),
        "reconnect_h": st.sampled_from([0.0, 0.05]),
    }
)


def go(site, what):
    power = site.power
    if what.startswith("mains"):
        power.set_mains(what == "mains on", -1)
    elif what == "rectifier":
        power.set_rectifier(not power.rectifier_ok, -1)
    elif what == "swap":
        power.set_battery(not power.battery_ok, -1)
    else:
        power.set_generator({"tiny": 1_500.0, "small": 8_000.0, "large": 30_000.0, "no generator": 0.0}[what], -1)


@settings(max_examples=150, deadline=None)
@given(plants, events)
def test_charge_falls_as_fast_as_what_the_supply_does_not_give(made, happens):
    """Whatever happens to a site: every piece of its charge has the slope of its source and load, within [0, 1].

    On mains or generator it falls where they give less than the load, and by what is missing.
    """
    site, now = OneSite(**made), 0.0
    swaps, given_w = [], [(0.0, site.power.available_w())]
    for after_h, what in happens:
        now += after_h
        site.run(now)
        go(site, what)
        swaps += [now] if what == "swap" else []
        given_w.append((now, site.power.available_w()))
    site.run(now + 30)
    plant = site.power.plant
    for piece, source, load_w in slopes(site):
        assert min(piece.first, piece.last) >= -1e-9
        assert max(piece.first, piece.last) <= 1 + 1e-9
        if any(piece.begin_h < at <= piece.end_h + 1e-6 for at in swaps):
            continue
        slope = (piece.last - piece.first) / (piece.end_h - piece.begin_h)
        given = 0.0 if source == "battery" else [w for t, w in given_w if t <= piece.begin_h + 1e-6][-1]
        if source != "none" and load_w > given + 1e-6:
            assert slope < 0
            hours_of = full_hours(plant, load_w - given)
            assert any(slope == pytest.approx(-1 / hours, rel=2e-3) for hours in hours_of)
        else:
            assert slope >= -1e-6, f"charge falls on {source}"
        if source == "none":
            assert slope == 0


@settings(max_examples=100, deadline=None)
@given(plants, events)
def test_no_supply_gives_more_than_it_has(made, happens):
    """What is drawn, charging current included, is never more than mains or generator give through the rectifier.

    Fails when charging ignores the headroom, or its losses are left out of what is drawn.
    """
    site, now = OneSite(**made), 0.0
    for after_h, what in happens:
        now += after_h
        site.run(now)
        go(site, what)
        power = site.power
        if power.supplied:
            given_w = min(power.load_w, power.available_w())
            assert given_w + power.charge_w <= power.available_w() + 1e-6
            stored_w = power.battery.rate * made["battery_ah"] * made["soh"] * (48.0 if made["lead_acid"] else 51.2)
            assert power.charge_w * 0.9 == pytest.approx(max(stored_w, 0.0), abs=1e-6)
            assert power.drawn_w() == pytest.approx((given_w + power.charge_w) / 0.95)
            assert power.load_w <= power.available_w() + 1e-6 or power.battery.rate < 0


def test_losing_mains_and_getting_them_back_tells_the_whole_story():
    """Order and causes of the rows of one outage; fails when a row is missing, double or out of place."""
    site = OneSite(reconnect_h=0.05, s1=0.3)
    site.mains(on=False, at_h=1.0)
    site.run(60.0)
    site.mains(on=True, at_h=60.0)
    site.run(61.0)
    kinds = [(row.kind, row.object) for row in site.log if row.kind != "battery.level"]
    assert kinds == [
        ("site.source", "battery"),
        ("radio.off", "first_disconnect"),
        ("site.source", "battery"),
        ("transmission.off", "battery_empty"),
        ("site.source", "none"),
        ("transmission.on", ""),
        ("site.source", "mains"),
        ("radio.on", ""),
        ("site.source", "mains"),
    ]
    assert site.when("radio.on") == pytest.approx([60.05], abs=1e-6)
    at_shedding = next(
        row.value for row in site.log if row.kind == "battery.level" and row.t_h == site.when("radio.off")[0]
    )
    assert at_shedding == pytest.approx(0.3, abs=1e-9)


def test_too_small_a_generator_sheds_5g_and_keeps_4g():
    """0.8·5·0.95 = 3.8 kW carries 1.3 + 0.3 kW, not 3.6 kW more; a larger one, or mains, brings 5G back."""
    site = OneSite(load_5g_w=3600.0)
    site.mains(on=False, at_h=1.0)
    site.generator(5_000.0, at_h=2.0)
    assert [row.object for row in site.log if row.kind == "radio.reduced"] == ["generator_too_small"]
    assert site.power.radio
    assert site.power.load_w == 1600.0
    site.generator(12_000.0, at_h=3.0)
    assert site.power.load_w == 5200.0
    assert site.when("radio.full") == [3.0]
    site.generator(5_000.0, at_h=4.0)
    site.mains(on=True, at_h=5.0)
    assert site.power.load_w == 5200.0
    assert site.when("radio.full") == [3.0, 5.0]
    assert not site.when("radio.off")


@pytest.mark.parametrize("cause", ["generator", "rectifier"])
@pytest.mark.parametrize(("s1", "two_stage"), [(0.25, True), (0.4, True), (0.25, False)])
def test_what_a_supply_too_small_for_4g_does_not_give_comes_from_the_battery(cause, s1, two_stage):
    """3.8 kW for 3.9 + 0.5 kW: 600 W from the battery to the disconnect, then the radio is off and it charges.

    Fails when such a supply carries the site for ever, or sheds everything, or the radio comes back on it.
    """
    small = {"rectifier_w": 3800.0} if cause == "rectifier" else {}
    site = OneSite(load_4g_w=3900.0, load_transmission_w=500.0, s1=s1, two_stage=two_stage, **small)
    site.mains(on=False, at_h=1.0)
    begun_h = 1.5
    if cause == "generator":
        site.generator(5_000.0, at_h=begun_h)
    else:
        site.mains(on=True, at_h=begun_h)
    level = site.power.battery.level(begun_h)
    assert site.power.radio
    assert site.power.drawn_w() == pytest.approx(3800 / 0.95)
    lasts_h = (level - (s1 if two_stage else 0.0)) * battery.lead_acid_full_h(500.0, 600.0, 1.0, 25.0, 0.008)
    site.run(begun_h + lasts_h - 0.01)
    assert not site.when("radio.off")
    site.run(begun_h + lasts_h + 0.01)
    assert [row.object for row in site.log if row.kind == "radio.off"] == [f"{cause}_too_small"]
    site.run(200.0)
    assert not site.when("radio.on", "transmission.off")
    assert site.power.load_w == 500.0
    assert site.power.battery.level(200.0) == pytest.approx(1.0)
    site.power.set_rectifier(ok=True, row=-1)
    assert not site.power.radio
    site.generator(12_000.0, at_h=201.0)
    assert site.power.radio == (cause == "generator")


def test_a_supply_too_small_for_transmission_loses_all_once_the_battery_is_empty():
    """0.76 kW for 1.5 kW of transmission: both disconnects fall, in turn; a larger set brings everything back."""
    site = OneSite(load_4g_w=900.0, load_transmission_w=1500.0)
    site.mains(on=False, at_h=0.0)
    site.generator(1_000.0, at_h=1.0)
    site.run(100.0)
    (radio_h,), (dark_h,) = site.when("radio.off"), site.when("transmission.off")
    assert radio_h < dark_h
    assert site.power.source == "none"
    assert site.power.drawn_w() == 0.0
    site.generator(5_000.0, at_h=100.0)
    assert site.power.radio
    assert site.power.transmission


def test_first_disconnect_sheds_radio_while_transmission_stays():
    """Fails when transmission goes with the radio, or radio with 5G alone."""
    site = OneSite(load_5g_w=3600.0)
    site.mains(on=False, at_h=0.0)
    site.run(site.power.battery.reaches_h(0.25, 0.0) + 0.01)
    assert not site.power.radio
    assert site.power.transmission
    assert site.power.load_w == 300.0


def test_a_generator_that_comes_in_time_prevents_the_outage_and_charges():
    """Fails when the disconnect's timer is not called off."""
    site = OneSite()
    site.mains(on=False, at_h=0.0)
    site.generator(8_000.0, at_h=10.0)
    site.run(60.0)
    assert not site.when("radio.off")
    assert site.power.battery.level(60.0) == pytest.approx(1.0)


def test_without_rectifier_neither_mains_nor_generator_reach_the_load():
    """Fails when a broken rectifier leaves the site on mains."""
    site = OneSite()
    site.power.set_rectifier(ok=False, row=-1)
    site.generator(8_000.0, at_h=1.0)
    assert site.power.source == "battery"
    site.run(40.0)
    assert site.when("radio.off")
    site.power.set_rectifier(ok=True, row=-1)
    assert site.power.source == "mains"


def test_a_broken_battery_stays_empty_until_it_is_replaced():
    """Fails when mains charge a battery that is broken (the site would ride out the next failure)."""
    site = OneSite()
    site.run(1.0)
    site.power.set_battery(ok=False, row=-1)
    site.run(30.0)
    assert site.power.battery.level(30.0) == 0.0
    site.mains(on=False, at_h=30.0)
    assert site.power.source == "none"
    site.mains(on=True, at_h=31.0)
    site.power.set_battery(ok=True, row=-1)
    site.run(60.0)
    assert site.power.battery.level(60.0) == pytest.approx(1.0)


def test_a_cold_lithium_battery_is_charged_once_it_has_thawed():
    """No charge below 0 °C, and charge from the hour it is warmer; fails when it waits for the next event."""
    site = OneSite(lead_acid=False, battery_c=lambda t_h: -5.0 + 0.5 * t_h)
    site.mains(on=False, at_h=0.0)
    site.mains(on=True, at_h=2.0)
    low = site.power.battery.level(2.0)
    site.run(9.9)
    assert site.power.battery.level(9.9) == low
    site.run(30.0)
    assert site.power.battery.level(30.0) == pytest.approx(1.0)


@pytest.mark.parametrize(("endurance_h", "two_stage"), [(3.0, True), (1.25, False), (0.0, True)])
def test_a_measured_endurance_beats_the_computed_one(endurance_h, two_stage):
    """Radio goes when the measurement says, whatever the battery's label."""
    site = OneSite(endurance_h=endurance_h, endurance_feels_cold=False, two_stage=two_stage)
    site.mains(on=False, at_h=1.0)
    site.run(50.0)
    assert site.when("radio.off") == pytest.approx([1.0 + endurance_h], abs=1e-5)


def set_down(site, kind="petrol_5kw", fuel_l=None):
    """A generator that reports to the site when it stops."""
    made = Generator(
        "g", kind, GENERATOR_KINDS[kind], "d", "", site.env, site.log, Streams(1),
        GeneratorSettings(failures_per_h=0), lambda _g, _reason, row: site.power.set_generator(0.0, row),
    )  # fmt: skip
    made.place = "s"
    if fuel_l is not None:
        made.tank.put(fuel_l - made.tank.capacity, site.env.now)
    site.power._changed = lambda power, _row: made.feed(power.drawn_w()) if made.running else None
    return made


def carry(site, generator, at_h):
    site.run(at_h)
    row = generator.run("s", site.power.load_w, MILD, -1)
    site.power.set_generator(generator.kind.prime_kw * 1000, row)


def test_a_dry_generator_leaves_the_site_to_its_battery_and_then_to_nothing():
    """Generator dry → battery → radio off → transmission off, each caused by the one before."""
    site = OneSite(battery_ah=100.0)
    site.mains(on=False, at_h=0.0)
    generator = set_down(site, fuel_l=4.0)
    carry(site, generator, 0.5)
    site.run(40.0)
    sources = [word for _, word, _ in steps(site.log, "site.source", "s")]
    assert sources == ["battery", "generator", "battery", "battery", "none"]
    (dry_h,) = site.when("generator.dry")
    assert site.when("radio.off")[0] > dry_h
    dark = next(number for number, row in enumerate(site.log) if row.kind == "transmission.off")
    assert [row.kind for row in site.log.why(dark)] == [
        "transmission.off",
        "generator.dry",
        "generator.started",
    ]


@pytest.mark.parametrize("lead_acid", [True, False])
@pytest.mark.parametrize(("kind", "a", "b"), [("petrol_5kw", 0.10, 0.42), ("diesel_8kw", 0.06, 0.26)])
def test_fuel_burnt_is_the_willans_line_over_what_is_drawn(kind, a, b, lead_acid):
    """Fuel from start to dry equals ∫ a·P_rated + b·P of load and charging, both read from the log.

    Fails when the charging current, its losses or the rectifier's are left out.
    """
    site = OneSite(lead_acid=lead_acid, battery_ah=300.0)
    site.mains(on=False, at_h=0.0)
    generator = set_down(site, kind)
    carry(site, generator, 3.0)
    site.run(60.0)
    (begun_h,), (dry_h,) = site.when("generator.started"), site.when("generator.dry")
    volts, prime_kw = (48.0 if lead_acid else 51.2), GENERATOR_KINDS[kind].prime_kw
    burnt_l = 0.0
    knots = sorted({begun_h, dry_h, *(row.t_h for row in site.log if begun_h < row.t_h < dry_h)})
    levels, sources = lines(site.log, "battery.level", "s"), steps(site.log, "site.source", "s")
    for begin_h, end_h in zip(knots, knots[1:], strict=False):
        load_kw = step_at(sources, begin_h)[2]
        slope = next((p.last - p.first) / (p.end_h - p.begin_h) for p in levels if p.begin_h <= begin_h < p.end_h)
        charge_kw = slope * 300.0 * volts / 0.9 / 1000
        burnt_l += (end_h - begin_h) * (a * prime_kw + b * (load_kw + charge_kw) / 0.95)
    assert burnt_l == pytest.approx(GENERATOR_KINDS[kind].tank_l, rel=1e-4)
