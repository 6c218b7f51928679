"""Battery physics against the reference vectors of the field, by the formulas and by a simulated site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from validation.worlds import OneSite

from sim.models import battery

# Site, Ah, radio W, transmission W, then (°C, SoH, hours to the first disconnect, further hours to the second):
# parameters of the field, section 1.3; lead-acid, first disconnect at 0.25.
PLACES = {
    "4G, one operator": (500, 1300, 300),
    "5G design case": (567, 3650, 500),
    "4G+5G, one operator": (500, 4950, 500),
    "4G+5G, two operators": (1000, 9900, 500),
    "ring hub": (1000, 3000, 1500),
}
VECTORS = [
    (place, *PLACES[place], celsius, soh, first_h, second_h)
    for place, columns in {
        "4G, one operator": ((11.25, 20.0), (7.65, 13.6), (5.83, 11.1)),
        "5G design case": ((4.24, 13.6), (2.32, 8.7), (1.68, 6.9)),
        "4G+5G, one operator": ((2.48, 12.0), (1.36, 7.7), (0.98, 6.0)),
        "4G+5G, two operators": ((2.64, 24.0), (1.45, 15.4), (1.05, 12.1)),
        "ring hub": ((8.00, 8.0), (4.86, 5.4), (3.68, 4.4)),
    }.items()
    for (celsius, soh), (first_h, second_h) in zip(((25, 1.0), (0, 0.8), (-10, 0.7)), columns, strict=True)
]
IDS = [f"{row[0]}, {row[4]} °C" for row in VECTORS]
vectors = pytest.mark.parametrize(
    ("ah", "radio_w", "transmission_w", "celsius", "soh", "first_h", "second_h"),
    [row[1:] for row in VECTORS],
    ids=IDS,
)


@vectors
def test_formulas_give_the_reference_vectors(ah, radio_w, transmission_w, celsius, soh, first_h, second_h):
    """Fails for another exponent, coefficient or split of the discharge, or a coefficient chosen anew."""
    total_w = radio_w + transmission_w
    alpha = battery.temperature_coefficient(ah, total_w / battery.NOMINAL_V)
    first = 0.75 * battery.lead_acid_full_h(ah, total_w, soh, celsius, alpha)
    second = 0.25 * battery.lead_acid_full_h(ah, transmission_w, soh, celsius, alpha)
    assert first == pytest.approx(first_h, abs=0.0051)
    assert second == pytest.approx(second_h, abs=0.051)


@vectors
def test_a_site_that_loses_its_mains_goes_dark_by_the_reference_vectors(
    ah, radio_w, transmission_w, celsius, soh, first_h, second_h
):
    """Fails when the simulated plant sheds radio or transmission at another time than the formulas say."""
    site = OneSite(
        load_4g_w=radio_w,
        load_transmission_w=transmission_w,
        battery_ah=ah,
        soh=soh,
        battery_c=lambda _: celsius,
    )
    site.mains(on=False, at_h=2.0)
    site.run(100.0)
    (radio_h,), (dark_h,) = site.when("radio.off"), site.when("transmission.off")
    assert radio_h - 2.0 == pytest.approx(first_h, abs=0.0051)
    assert dark_h - radio_h == pytest.approx(second_h, abs=0.051)
    assert [row.object for row in site.log if row.kind in ("radio.off", "transmission.off")] == [
        "first_disconnect",
        "battery_empty",
    ]


def test_without_a_second_stage_radio_and_transmission_go_together():
    """Fails when a one-stage site keeps a reserve for transmission it has no switch for."""
    site = OneSite(two_stage=False)
    site.mains(on=False, at_h=0.0)
    site.run(100.0)
    expected_h = battery.lead_acid_full_h(500, 1600, 1.0, 25.0)
    assert site.when("radio.off", "transmission.off") == pytest.approx([expected_h, expected_h], abs=1e-6)


@given(st.floats(50, 20_000), st.floats(1.1, 10))
def test_lithium_is_linear_in_the_load(load_w, times):
    """Fails when Peukert's law is applied to lithium iron phosphate."""
    one = battery.lfp_full_h(300, load_w, 0.8, 25.0)
    assert battery.lfp_full_h(300, load_w * times, 0.8, 25.0) == pytest.approx(one / times, rel=1e-4, abs=1e-6)


@given(st.floats(50, 20_000), st.floats(1.1, 10))
def test_lead_acid_gives_more_at_half_the_load_than_twice_the_time(load_w, times):
    """Fails when lead-acid is linear where the rate is above the nominal one."""
    slow, fast = (battery.lead_acid_full_h(500, load, 1.0, 25.0) for load in (load_w, load_w * times))
    assert slow >= fast * times - 1e-5
    if fast < 10:
        assert slow > fast * times


def test_lithium_energy_of_a_new_battery():
    """51.2 V · 100 Ah · 0.9 carries 1 kW for 4.608 h."""
    assert battery.lfp_full_h(100, 1000, 1.0, 25.0) == pytest.approx(4.608, abs=1e-6)


@pytest.mark.parametrize(
    ("celsius", "factor"),
    [(25, 1), (0, 0.9), (-10, 0.8), (-20, 0.65), (12.5, 0.95), (-15, 0.725), (40, 1), (-40, 0.65)],
)
def test_lithium_in_the_cold(celsius, factor):
    """Fails for another table, or for steps in place of straight lines between its points."""
    assert battery.lfp_factor(celsius) == pytest.approx(factor)


@pytest.mark.parametrize("alpha", [0.006, 0.008, 0.010])
def test_lead_acid_in_the_cold_is_the_lower_of_two_rules(alpha):
    """Linear down to −10 °C, then no more than the line to 0.45 at −18 °C."""
    assert battery.lead_acid_factor(alpha, 25) == 1
    assert battery.lead_acid_factor(alpha, -10) == pytest.approx(1 - 35 * alpha)
    assert battery.lead_acid_factor(alpha, -18) == pytest.approx(min(0.45, 1 - 43 * alpha))


@given(st.floats(-40, 24.9), st.floats(0.1, 15), st.floats(0.2, 1.0), st.floats(200, 15_000), st.booleans())
def test_colder_is_never_longer(celsius, warmer_by, soh, load_w, lead_acid):
    """Fails when a rule for the cold jumps up somewhere."""
    full_h = battery.lead_acid_full_h if lead_acid else battery.lfp_full_h
    warmer = min(celsius + warmer_by, 25.0)
    assert full_h(500, load_w, soh, celsius) <= full_h(500, load_w, soh, warmer)


@pytest.mark.parametrize(("rate_h", "alpha"), [(20, 0.006), (10, 0.006), (9.99, 0.008), (1, 0.008), (0.99, 0.010)])
def test_temperature_coefficient_by_rate(rate_h, alpha):
    """Fails when a bound of the table is on the wrong side."""
    assert battery.temperature_coefficient(500, 500 / rate_h) == alpha


def test_no_load_lasts_for_ever():
    """Fails when a site without load divides by nothing."""
    assert battery.lead_acid_full_h(500, 0, 1, 25) == battery.lfp_full_h(500, 0, 1, 25) == float("inf")


@pytest.mark.parametrize(
    ("lead_acid", "soh", "least_h", "most_h"),
    [(True, 0.8, 8, 12), (True, 1.0, 8, 12), (False, 0.8, 3, 5), (False, 1.0, 3, 5)],
)
def test_recharging_takes_as_long_as_the_field_says(lead_acid, soh, least_h, most_h):
    """From the first disconnect to full on strong mains: lead-acid 8–12 h with its taper, lithium 3–5 h."""
    site = OneSite(lead_acid=lead_acid, soh=soh, s1=0.25 if lead_acid else 0.30)
    site.mains(on=False, at_h=0.0)
    site.run(100.0)
    off_h = site.when("radio.off")[0]
    again = OneSite(lead_acid=lead_acid, soh=soh, s1=0.25 if lead_acid else 0.30)
    again.mains(on=False, at_h=0.0)
    again.mains(on=True, at_h=off_h + 0.001)
    again.run(off_h + 50)
    levels = [(row.t_h, row.value) for row in again.log if row.kind == "battery.level"]
    assert levels[-1][1] == pytest.approx(1.0)
    assert least_h <= levels[-1][0] - off_h <= most_h


def test_lead_acid_tapers_for_four_hours():
    """Fails when the last tenth is charged at full current."""
    site = OneSite()
    site.mains(on=False, at_h=0.0)
    site.mains(on=True, at_h=5.0)
    site.run(60.0)
    levels = [(row.t_h, row.value) for row in site.log if row.kind == "battery.level"]
    (from_h, from_level), (full_h, full_level) = levels[-2:]
    assert (from_level, full_level) == (pytest.approx(0.9), pytest.approx(1.0))
    assert full_h - from_h == pytest.approx(4.0)


def test_lithium_takes_no_charge_below_freezing():
    """Fails when a cold lithium battery is charged."""
    assert battery.recharge_per_h(lead_acid=False, capacity_ah=100, soh=1, headroom_w=1e5, battery_c=-0.1) == 0
    assert battery.recharge_per_h(lead_acid=False, capacity_ah=100, soh=1, headroom_w=1e5, battery_c=0.1) > 0
    assert battery.recharge_per_h(lead_acid=True, capacity_ah=100, soh=1, headroom_w=1e5, battery_c=-10) > 0


def test_recharging_is_limited_by_what_the_supply_has_left():
    """Fails when the headroom is ignored: 480 W on 48 V is 10 A, of which 0.9 arrive."""
    assert battery.recharge_per_h(
        lead_acid=True, capacity_ah=500, soh=1.0, headroom_w=480, battery_c=20
    ) == pytest.approx(0.9 * 10 / 500)
    assert battery.recharge_per_h(lead_acid=True, capacity_ah=500, soh=1.0, headroom_w=-5, battery_c=20) == 0
