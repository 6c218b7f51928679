"""Units at the door: what people write becomes plain numbers, and nothing else gets in."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from statistics import NormalDist
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from sim import exact, units
from sim.units import (
    Moment,
    MomentField,
    Spread,
    SpreadHours,
    normal_quantile,
    normal_quantiles,
    parse_hours,
    parse_moment,
    parse_share,
    parse_spread,
    quantise_array_h,
    quantise_h,
)

START = datetime(2023, 11, 4, 18, 0)
OPEN_UNIT = st.floats(0, 1, exclude_min=True, exclude_max=True)
HOURS = st.floats(0, 1e6, allow_subnormal=False)
QUANTITIES = ["Km", "Kw", "Kwh", "Litres", "Celsius", "Cm", "Mm", "Mps", "Kmh", "Watts", "AmpHours", "Metres"]
TYPES = [*QUANTITIES, "PersonCount", "Hours", "PositiveHours", "Share", "SpreadHours", "MomentField"]


def read(name: str, value: Any) -> Any:
    return TypeAdapter(getattr(units, name)).validate_python(value)


def refused(name: str, value: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        read(name, value)
    return caught.value.errors()[0]["msg"]


# Durations and shares


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("90 min", 1.5),
        ("2 h", 2),
        ("2h", 2),
        ("1 d", 24),
        ("30 s", 30 / 3600),
        ("2h30min", 2.5),
        ("1 d 6 h", 30),
        (".5 h", 0.5),
        ("1.5", 1.5),
        (3, 3),
        ("１.5 h", 1.5),
    ],
)
def test_durations_are_read_as_hours(text, hours):
    assert parse_hours(text) == hours


@given(st.integers(0, 10**6), st.sampled_from(["d", "h", "min", "s"]))
def test_a_duration_keeps_its_length(n, unit):
    seconds = {"d": 86400, "h": 3600, "min": 60, "s": 1}[unit]
    assert round(parse_hours(f"{n} {unit}") * 3600) == n * seconds
    assert parse_hours(f"{n} {unit}") == n * seconds / 3600


NO_DURATIONS = [
    "3 km",
    "12:30",
    "30 min 2 h",
    "2 h 3 h",
    "",
    "h",
    "1_000",
    "1e999",
    "nan",
    "inf",
    "2 h;",
    "2 H",
    "٣ h",
]


@pytest.mark.parametrize(
    "value",
    [*NO_DURATIONS, "1" * 500 + " h", None, [], {}, True, math.nan, math.inf, 10**400, 1e10],
    ids=lambda value: f"{type(value).__name__} {str(value)[:20]}",
)
def test_what_is_no_duration_is_refused(value):
    with pytest.raises(ValueError, match=r"must be a duration such as 1.5, \"90 min\" or \"2 h\".* \(got "):
        parse_hours(value)


def test_a_duration_message_shows_what_was_found():
    with pytest.raises(ValueError, match=r'^must be a duration such as 1.5, "90 min" or "2 h" \(got "3 km"\)$'):
        parse_hours("3 km")


def test_durations_have_a_sign():
    assert "must be >= 0" in refused("Hours", "-2 h")
    assert "must be > 0" in refused("PositiveHours", 0)
    assert read("Hours", 0) == 0
    assert read("PositiveHours", "1 s") > 0


@pytest.mark.parametrize(("value", "share"), [("95 %", 0.95), ("95%", 0.95), ("９５％", 0.95), (0.2, 0.2), (1, 1)])
def test_shares(value, share):
    assert parse_share(value) == share


@pytest.mark.parametrize("value", [95, "101 %", -0.1, "95 h", "%", True, math.nan, "nan %", None])
def test_what_is_no_share_is_refused(value):
    with pytest.raises(ValueError, match=r"must be a share from 0 to 1 such as 0.95 or \"95 %\" \(got "):
        parse_share(value)


@given(st.floats(0, 100))
def test_a_share_in_percent_round_trips(percent):
    assert parse_share(f"{percent!r} %") == percent / 100


# Quantities


@pytest.mark.parametrize(
    ("name", "text", "number"),
    [
        ("Km", "3 km", 3),
        ("Km", "3 ㎞", 3),
        ("Kw", "5.5 kW", 5.5),
        ("Kwh", "12 kwh", 12),
        ("Litres", "120 L", 120),
        ("Celsius", "-9 ℃", -9),
        ("Celsius", "-9 °C", -9),
        ("Celsius", "\N{MINUS SIGN}9 C", -9),
        ("Cm", "25cm", 25),
        ("Mm", "35 mm", 35),
        ("Mps", "17 m/s", 17),
        ("Kmh", "40 km/h", 40),
        ("Watts", "300 W", 300),
        ("AmpHours", "500 Ah", 500),
        ("Metres", "100 m", 100),
        ("PersonCount", "20 人", 20),
    ],
)
def test_a_quantity_may_carry_its_unit(name, text, number):
    assert read(name, text) == number
    assert read(name, number) == number


@pytest.mark.parametrize("name", QUANTITIES)
@pytest.mark.parametrize("value", [True, None, math.nan, -math.inf, "3 kg", "", "km", "3 3", "1,5", [], 10**400])
def test_a_quantity_refuses_other_units_and_what_is_no_number(name, value):
    assert "must be a number of " in refused(name, value)


def test_near_units_are_not_converted():
    assert 'must be a number of kW such as 35 or "35 kW" (got "500 W")' in refused("Kw", "500 W")
    assert "km/h" in refused("Kmh", "10 m/s")
    assert "mm" in refused("Mm", "3 m")


def test_only_temperatures_may_be_negative():
    for name in set(QUANTITIES) - {"Celsius"}:
        assert "must be >= 0 (got -1)" in refused(name, -1)
    assert read("Celsius", -40) == -40
    assert "must be >= -273.15" in refused("Celsius", -300)


def test_people_are_whole():
    assert read("PersonCount", "12 people") == 12
    assert isinstance(read("PersonCount", 12.0), int)
    assert "must be a whole number (got 2.5)" in refused("PersonCount", 2.5)


def test_a_quantity_takes_further_limits():
    adapter = TypeAdapter(Annotated[units.Km, Field(gt=0)])
    assert adapter.validate_python("3 km") == 3
    with pytest.raises(ValidationError, match="greater than 0"):
        adapter.validate_python("0 km")


# Spreads


@pytest.mark.parametrize(
    ("value", "spread"),
    [
        ("20/45 min", Spread(20 / 60, 45 / 60)),
        ("1.5/5 h", Spread(1.5, 5)),
        ("48/96 h", Spread(48, 96)),
        ("20 min / 2 h", Spread(20 / 60, 2)),
        ("20 min", Spread(20 / 60, 20 / 60)),
        (2, Spread(2, 2)),
        (0, Spread(0, 0)),
        ({"median_h": 1, "p90_h": 3}, Spread(1, 3)),
        ({"median_h": "30 min"}, Spread(0.5, 0.5)),
        ({"mean_h": 1.2}, Spread.exponential(1.2)),
        ({"median_h": 1, "p90_h": 3, "kind": "lognormal"}, Spread(1, 3)),
    ],
)
def test_spreads(value, spread):
    assert parse_spread(value) == spread


NO_TABLES = [
    {"median_h": 1, "p90": 2},
    {"mean_h": 1, "median_h": 1},
    {"median_h": 1, "sigma": 9},
    {"mean_h": 1, "kind": "lognormal"},
    {"median_h": 1, "p90_h": 2, "kind": "exponential"},
    {"mean_h": 1, "kind": "x"},
    {"mean_h": 1, "kind": ["x"]},
    {1: 2},
    {},
]


@pytest.mark.parametrize(
    "value",
    ["20/45", "45/20 min", "-1/2 h", "1/2000 h", "0/1 h", "1/2/3 h", "nan", True, None, [], -1, *NO_TABLES],
)
def test_what_is_no_spread_is_refused(value):
    with pytest.raises(ValueError, match=r"^must .*\(got "):
        parse_spread(value)


def test_sigma_is_another_way_to_say_p90():
    spread = parse_spread({"median_h": 2, "sigma": 0.7})
    assert spread.sigma == pytest.approx(0.7, rel=1e-12)
    assert spread.p90_h == pytest.approx(2 * math.exp(0.7 * NormalDist().inv_cdf(0.9)), rel=1e-12)


def spreads() -> st.SearchStrategy[Spread]:
    lognormal = st.builds(lambda m, f: Spread(m, m * f), st.floats(0.001, 1e4), st.floats(1, 999))
    return lognormal | st.builds(Spread.exponential, st.floats(0.001, 1e6))


@given(spreads())
def test_a_spread_survives_json(spread):
    adapter = TypeAdapter(SpreadHours)
    assert adapter.validate_json(adapter.dump_json(spread)) == spread
    assert parse_spread(adapter.dump_python(spread)) == spread


@given(spreads())
def test_median_and_p90_are_quantiles(spread):
    assert spread.quantile(0.5) == pytest.approx(spread.median_h, rel=1e-9, abs=2e-9)
    assert spread.quantile(0.9) == pytest.approx(spread.p90_h, rel=1e-9, abs=2e-9)


@given(spreads(), st.lists(OPEN_UNIT, min_size=1, max_size=20))
def test_quantiles_are_the_same_bits_one_by_one_or_together(spread, us):
    together = spread.quantiles(np.array(us))
    assert together.tolist() == [spread.quantile(u) for u in us]


def test_quantiles_against_the_c_library():
    us = np.linspace(0.001, 0.999, 997)
    lognormal = [math.exp(math.log(0.4) + Spread(0.4, 1.3).sigma * NormalDist().inv_cdf(u)) for u in us]
    np.testing.assert_allclose(Spread(0.4, 1.3).quantiles(us), lognormal, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(Spread.exponential(1.2).quantiles(us), -1.2 * np.log1p(-us), rtol=1e-10, atol=1e-9)


def test_results_lie_on_a_grain_of_a_billionth_hour():
    grains = Spread(0.4, 1.3).quantiles(np.linspace(0.01, 0.99, 99)) * 1e9
    np.testing.assert_allclose(grains, np.rint(grains), rtol=0, atol=1e-6)


def test_the_mean_is_the_mean_of_the_quantiles():
    us = (np.arange(200_000) + 0.5) / 200_000
    for spread in (Spread(0.5, 1.2), Spread.exponential(3), Spread(2, 2)):
        assert spread.quantiles(us).mean() == pytest.approx(spread.mean_h, rel=1e-3)


def test_a_fixed_spread_never_varies():
    spread = parse_spread("20 min")
    assert spread.fixed
    assert spread.sigma == 0
    assert {spread.quantile(u) for u in (1e-9, 0.3, 0.999999)} == {round(1e9 / 3) / 1e9}
    assert Spread(0, 0).quantile(0.7) == 0
    assert Spread(0, 0).mu == -math.inf
    assert not Spread(1, 2).fixed
    assert Spread(math.e, 5).mu == pytest.approx(1, rel=1e-15)


# Arithmetic that is the same on every processor


def test_exp_and_log_are_good_to_the_last_digit():
    xs = np.linspace(-40, 40, 4001)
    np.testing.assert_allclose(exact.exp_array(xs), np.exp(xs), rtol=5e-16)
    assert exact.exp_array(xs).tolist() == [exact.exp(float(x)) for x in xs]
    ys = np.concatenate([np.linspace(1e-3, 40, 4001), 10.0 ** np.arange(-300, 300)])
    np.testing.assert_allclose(exact.ln_array(ys), np.log(ys), rtol=5e-16, atol=5e-16)
    assert exact.ln_array(ys).tolist() == [exact.ln(float(y)) for y in ys]
    assert exact.exp(0.0) == 1


def test_polynomials_written_out_have_the_same_bits():
    """Fails when a coefficient is left out or two change places."""
    for x in np.linspace(-0.4, 0.4, 401).tolist():
        assert exact._exp_series(x) == exact._horner(exact._EXP, x)
        for top, bottom in (exact._MIDDLE, exact._TAIL, exact._FAR_TAIL):
            assert exact._horner8(top, x) == exact._horner(top, x)
            assert exact._horner8(bottom, x) == exact._horner(bottom, x)


@given(OPEN_UNIT)
def test_normal_quantile_agrees_with_the_standard_library(u):
    assert normal_quantile(u) == pytest.approx(NormalDist().inv_cdf(u), rel=1e-12, abs=1e-12)


def test_normal_quantile_in_every_region_one_by_one_and_together():
    edges = [0.075, 0.925, math.exp(-25), 1 - 2**-53, 5e-324, 0.5]
    us = np.concatenate([np.linspace(0.0005, 0.9995, 1999), 10.0 ** -np.arange(1, 300), edges])
    together = normal_quantiles(us)
    assert together.tolist() == [normal_quantile(float(u)) for u in us]
    np.testing.assert_allclose(together, [NormalDist().inv_cdf(u) for u in us], rtol=1e-12, atol=1e-12)
    assert normal_quantiles(us[:6].reshape(2, 3)).shape == (2, 3)


@pytest.mark.parametrize("u", [0.0, 1.0, -0.1, 1.1, math.nan])
def test_normal_quantile_refuses_what_is_no_probability(u):
    with pytest.raises(ValueError, match="between 0 and 1"):
        normal_quantile(u)
    with pytest.raises(ValueError, match="between 0 and 1"):
        normal_quantiles(np.array([0.5, u]))


# Moments


@pytest.mark.parametrize(
    ("value", "hours"),
    [
        ("2023-11-05T22:00", 28),
        ("2023-11-05 22:00", 28),
        ("2023-11-05T22:00:30", 28 + 30 / 3600),
        ("2023-11-04T12:00", -6),
        ("+24 h", 24),
        ("-2 h", -2),
        ("+5 min", quantise_h(5 / 60)),
        ("+1 d 12 h", 36),
        ("24 h", 24),
        (1.5, 1.5),
        (-2, -2),
        ("+3", 3),
        (START + timedelta(hours=3), 3),
    ],
)
def test_moments(value, hours):
    assert parse_moment(value).to_h(START) == hours


def test_a_bare_time_of_day_is_refused_with_advice():
    with pytest.raises(ValueError, match=r'full date and time such as 2023-11-05T12:30, or "\+12.5 h" \(got "12:30"\)'):
        parse_moment("12:30")


@pytest.mark.parametrize(
    "value",
    ["2023-11-05", "tomorrow", "2023-13-05T22:00", "2023-11-05T25:00", "", None, True, [], math.nan, "+3 km"],
)
def test_what_is_no_moment_is_refused(value):
    with pytest.raises(ValueError, match=r"must be a date and time .*\(got "):
        parse_moment(value)


def test_offsets_are_honoured():
    beijing = START.replace(tzinfo=timezone(timedelta(hours=8)))
    assert parse_moment("2023-11-04T18:00").to_h(beijing) == 0
    assert parse_moment("2023-11-04T10:00Z").to_h(beijing) == 0
    assert parse_moment("2023-11-04T10:00+00:00").to_h(beijing) == 0
    assert parse_moment("2023-11-04T18:00+0700").to_h(beijing) == 1
    with pytest.raises(ValueError, match="the start has none"):
        parse_moment("2023-11-04T10:00Z").to_h(START)


def test_the_night_the_clocks_change_has_25_hours():
    start = datetime(2023, 10, 28, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert parse_moment("2023-10-29T12:00").to_h(start) == 25


def test_a_moment_is_one_of_two_things():
    with pytest.raises(ValueError, match="either"):
        Moment()
    with pytest.raises(ValueError, match="either"):
        Moment(START, 1.0)


@given(st.floats(-1e6, 1e6) | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))
def test_a_moment_survives_json(value):
    adapter = TypeAdapter(MomentField)
    for moment in (parse_moment(value), parse_moment(START.replace(tzinfo=UTC))):
        assert adapter.validate_json(adapter.dump_json(moment)) == moment
        assert adapter.validate_python(moment) == moment


# The clock


@given(HOURS)
def test_quantised_times_are_whole_milliseconds(t_h):
    quantised = quantise_h(t_h)
    assert abs(quantised - t_h) <= 0.51 / 3_600_000
    assert quantised * 3_600_000 == pytest.approx(round(quantised * 3_600_000), rel=1e-15)
    assert quantise_h(quantised) == quantised


@given(st.lists(st.floats(-1e6, 1e6), max_size=20))
def test_quantising_gives_the_same_bits_one_by_one_or_together(times):
    assert quantise_array_h(np.array(times, dtype=float)).tolist() == [quantise_h(t) for t in times]


def test_never_stays_never():
    assert quantise_h(math.inf) == math.inf
    assert quantise_array_h(np.array([math.inf]))[0] == math.inf
    with pytest.raises(ValueError, match="NaN"):
        quantise_h(math.nan)


# What editors are told


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_every_type_has_a_json_schema_whose_examples_it_reads(name, mode):
    schema = TypeAdapter(getattr(units, name)).json_schema(mode=mode)
    assert {option["type"] for option in schema["anyOf"]} >= {"number", "string"}
    assert schema["description"]
    assert schema["examples"]
    for example in schema["examples"]:
        read(name, example)
