"""Machine rooms: electricity, air, devices, services, against arithmetic and numerical integration."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from living_rooms import Living, one_rack

from sim.models.relaxing import Relaxing

# ---------------------------------------------------------------- a level that relaxes


@given(st.floats(-50, 150), st.floats(-50, 150), st.floats(0.01, 10), st.floats(0, 5))
def test_a_level_relaxes_as_a_fine_integration_says(level, limit, lag_h, after_h):
    relaxing = Relaxing(level, lag_h)
    relaxing.run(limit, 0.0)
    steps = 4000
    found = level
    for _ in range(steps):  # midpoint rule
        middle = found + (limit - found) / lag_h * after_h / steps / 2
        found += (limit - middle) / lag_h * after_h / steps
    assert relaxing.level(after_h) == pytest.approx(found, abs=1e-3)


@given(st.floats(-50, 150), st.floats(-50, 150), st.floats(0.01, 10), st.floats(0.01, 0.99))
def test_a_crossing_is_where_the_level_is_the_threshold(level, limit, lag_h, share):
    relaxing = Relaxing(level, lag_h)
    relaxing.run(limit, 0.0)
    threshold = level + share * (limit - level)
    if abs(limit - level) < 1e-3:
        return
    at_h = relaxing.reaches_h(threshold, 0.0)
    assert relaxing.level(at_h) == pytest.approx(threshold, abs=abs(limit - level) / lag_h / 3.6e6 + 1e-8)
    assert relaxing.reaches_h(level - (limit - level) * 0.1, 0.0) == float("inf"), "behind it"
    assert relaxing.reaches_h(limit + (limit - level), 0.0) == float("inf"), "beyond the limit"


# ---------------------------------------------------------------- electricity


@pytest.mark.parametrize(("share", "survives"), [(0.39, True), (0.40, True), (0.41, False)])
def test_a_rack_above_forty_percent_on_each_feed_falls_with_one_of_them(share, survives):
    """No rule says so: the survivor's breaker warms as the square of its load over 80 % of its rating."""
    rooms = Living(one_rack(kw=2 * share * 7.4, cooler_kw=30))
    rooms.fail(0.1, "pdu:k.A")
    rooms.to(5)
    assert bool(rooms.when("power.tripped", "k.B")) is not survives
    assert bool(rooms.when("service.down", "all", "power")) is not survives
    if not survives:
        before, after = (share / 0.8) ** 2, (2 * share / 0.8) ** 2
        lag_h = 2 / 60
        expected_h = 0.1 + lag_h * np.log((after - before) / (after - 1))
        assert rooms.when("power.tripped") == [pytest.approx(expected_h, abs=1e-5)]


def test_a_ups_lasts_in_proportion_to_its_load():
    """15 min at the rated 20 kW; at 2 kW shared by two, ten hours were it alone: 20 kW · 0.25 h / 1 kW = 5 h each."""
    rooms = Living(one_rack(kw=2.0, cooler_kw=30))
    rooms.fail(0.0, "mains:mains_b")
    rooms.to(4.99)
    assert not rooms.when("power.off", "ups_b")
    rooms.to(5.01)
    assert rooms.when("power.off", "ups_b", "battery_empty") == [pytest.approx(5.0, abs=1e-4)]
    assert not rooms.when("device.down"), "the other feed carries all"


def test_a_ups_takes_over_the_load_of_a_lost_feed_and_so_lasts_half_as_long():
    rooms = Living(one_rack(kw=2.0, coolers=0, heat={"w_per_k": 500}))
    rooms.fail(0.0, "pdu:k.A")
    rooms.fail(0.0, "mains:mains_b")
    rooms.to(3)
    assert rooms.when("power.off", "ups_b", "battery_empty") == [pytest.approx(2.5, abs=1e-4)]


def engine(**changed):
    facility = one_rack(kw=2.0, cooler_kw=30)
    facility["power"] |= {
        "engine": {"kind": "generator", "rated_kw": 100, "start_h": "36 s", "fails": 0, **changed},
        "ats": {"kind": "ats", "feeds": ["mains_a", "engine"], "transfer_h": "18 s"},
        "ups_a": {**facility["power"]["ups_a"], "feeds": ["ats"]},
        "sts": {"kind": "sts", "feeds": ["ups_a", "mains_b"], "fails": 0},
    }
    for cooler in facility["coolers"].values():
        cooler["fed_by"] = "mains_b"
    return facility


def test_an_engine_starts_when_the_mains_are_gone_and_stops_when_they_are_back():
    rooms = Living(engine())
    rooms.fail(1.0, "mains:mains_a")
    rooms.to(2)
    assert rooms.when("power.on", "engine") == [pytest.approx(1.01)]
    assert rooms.when("power.switched", "ats", "engine") == [pytest.approx(1.015)]
    rooms.mend(3.0, "mains:mains_a")
    rooms.to(4)
    assert rooms.when("power.switched", "ats", "mains_a") == [pytest.approx(3.005)]
    assert rooms.when("power.off", "engine") == [pytest.approx(3.005)]
    assert not rooms.when("device.down")


def test_a_static_switch_is_quick_enough_for_a_single_supply_and_a_slow_one_is_not():
    facility = engine()
    facility["devices"] = {
        "quick": {"rack": "k", "load_w": 100, "supplies": ["sts"], "boot_h": "6 min"},
        "slow": {"rack": "k", "load_w": 100, "supplies": ["ats"], "boot_h": "6 min"},
    }
    facility["services"] = {}
    rooms = Living(facility)
    rooms.fail(1.0, "mains:mains_a")
    rooms.fail(1.0, "ups:ups_a")
    rooms.to(2)
    assert rooms.when("device.down") == [1.0]
    assert rooms.when("device.down", "slow", "power") == [1.0]
    assert rooms.when("device.up", "slow") == [pytest.approx(1.015 + 0.1)]


def test_a_static_switch_that_always_fails_on_demand_takes_its_load_with_it():
    facility = engine()
    facility["power"]["sts"]["fails"] = 1.0
    facility["devices"] = {"one": {"rack": "k", "load_w": 100, "supplies": ["sts"]}}
    facility["services"] = {}
    rooms = Living(facility)
    rooms.fail(1.0, "ups:ups_a")
    assert rooms.when("power.failed", "sts", "transfer") == [1.0]
    assert rooms.when("device.down", "one", "power") == [1.0]


LOADS = st.lists(st.integers(50, 900), min_size=1, max_size=6)
TROUBLE = st.lists(
    st.tuples(st.sampled_from(["fail", "mend"]), st.sampled_from(
        ["pdu:k.A", "pdu:k.B", "mains:mains_a", "mains:mains_b", "ups:ups_a", "cooler:c1", "device:d0", "supply:d0.A"])),
    max_size=8,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(LOADS, TROUBLE)
def test_energy_in_is_energy_out(loads_w, trouble):
    """At every moment what sources give is what devices and coolers draw, UPS losses and charging apart."""
    facility = one_rack(cooler_kw=5)
    facility["devices"] = {f"d{n}": {"rack": "k", "load_w": w} for n, w in enumerate(loads_w)}
    facility["services"] = {}
    for name in ("ups_a", "ups_b"):
        facility["power"][name] |= {"efficiency": 1.0, "battery_h": 100}
    rooms = Living(facility)
    now = 0.0
    for act, target in trouble:
        getattr(rooms, act)(now, target)
        now += 0.05
        supply, devices = rooms.rooms.supply, rooms.rooms.devices
        drawn = sum(devices.load_kw(name) for name in devices.units)
        ups = {n: supply._charge[n] for n in ("ups_a", "ups_b")}
        given_kw = sum(supply.load_kw[n] for n in ("mains_a", "mains_b"))
        stored = sum(c.rate * 20 * 100 for n, c in ups.items() if supply.live[n])
        coolers = 0.0
        assert given_kw == pytest.approx(drawn + coolers + stored, abs=1e-6)
        nodes = supply.load_kw
        assert nodes["k.A"] + nodes["k.B"] == pytest.approx(drawn, abs=1e-6)
        if not any(supply.live[n] for n in ("k.A", "k.B")):
            assert drawn == 0


# ---------------------------------------------------------------- air


@pytest.mark.parametrize(
    ("kw", "to_32_min", "to_40_min"), [(2, 4.3, 8.7), (5, 1.7, 3.5), (10, 0.9, 1.7)]
)  # fmt: skip
def test_time_to_32_and_40_degrees_without_cooling(kw, to_32_min, to_40_min):
    """The table of §8 is for a rack that gives no heat away; with almost none the model agrees."""
    facility = one_rack(
        kw=kw, pdu_kw=40, coolers=1, cooler_kw=20, heat={"w_per_k": 0.5, "hot_spot_c": 0, "fan_ramp_h": "2 h"}
    )
    facility["temperatures"] = {}
    rooms = Living(facility)
    row = rooms.rooms.air["row"]
    rooms.fail(1.0, "cooler:c1")
    for minutes, degrees in ((to_32_min, 32), (to_40_min, 40)):
        at_h = row._level.reaches_h(degrees, 1.0)
        assert (at_h - 1.0) * 60 == pytest.approx(minutes, abs=0.06)


@settings(max_examples=25, deadline=None)
@given(st.floats(1, 12), st.floats(0, 6), st.floats(1, 5), st.floats(5, 200), st.floats(15, 30))
def test_a_row_warms_as_a_fine_integration_says(kw, cooler_kw, minutes, w_per_k, outside_c):
    """C·dT/dt = P − Q − UA·(T − T_outside), Q whatever is needed to hold the set point, up to the capacity."""
    heat = {"w_per_k": w_per_k, "outside_c": outside_c, "hot_spot_c": 0}
    facility = one_rack(kw=kw, pdu_kw=100, coolers=1, cooler_kw=cooler_kw + 0.01, heat=heat)
    facility["temperatures"] = {
        name: {"low": 900, "mode": 900, "high": 900} for name in ("server_throttle_c", "server_trip_c")
    }
    rooms = Living(facility)
    rooms.to(minutes / 60)
    found, dt = 24.0, 0.05
    for _ in range(round(minutes * 60 / dt)):
        hold = kw - w_per_k / 1000 * (24.0 - outside_c)
        wanted = hold if abs(found - 24.0) < 1e-9 else (1e9 if found > 24 else 0.0)
        q = min(max(wanted, 0.0), cooler_kw + 0.01)
        new = found + (kw - q - w_per_k / 1000 * (found - outside_c)) / 65 * dt
        found = 24.0 if (found - 24.0) * (new - 24.0) < 0 else new
    assert rooms.rooms.air["row"].temperature_c() == pytest.approx(found, abs=0.02)


def test_one_cooler_of_two_goes_and_the_other_takes_over_when_its_fans_have_ramped_up():
    rooms = Living(one_rack(kw=6.0, pdu_kw=20, cooler_kw=10, heat={"fan_ramp_h": "3 min"}))
    rooms.fail(1.0, "cooler:c1")
    rooms.to(1.049)
    row = rooms.rooms.air["row"]
    assert row.temperature_c() == pytest.approx(24 + 3 / 65 * 176, abs=0.3), "half of the heat stays in the air"
    assert not rooms.when("rack.hotspot")
    rooms.to(1.5)
    assert row.temperature_c() == pytest.approx(24.0)
    assert row.inlet_c("k") == pytest.approx(28.0), "the rack near it stays warmer"
    rooms.mend(2.0, "cooler:c1")
    rooms.to(2.5)
    assert row.inlet_c("k") == pytest.approx(24.0)


def test_devices_throttle_trip_and_start_again_when_it_is_cool():
    rooms = Living(one_rack(kw=6.0, devices=1, pdu_kw=20, coolers=1, heat={"hot_spot_c": 0}))
    rooms.fail(1.0, "cooler:c1")
    rooms.to(2.0)
    (slow,), (off,) = rooms.when("device.throttled"), rooms.when("device.tripped", "srv")
    assert 1.0 < slow < off
    assert rooms.when("service.down", "all", "cooling") == [off]
    rooms.mend(2.0, "cooler:c1")
    rooms.to(4.0)
    (cool,) = rooms.when("device.cooled")
    assert 2.0 < cool < rooms.when("device.up", "srv")[0] <= rooms.when("service.up", "all")[0]
    assert rooms.when("cooler.on", "c1")[0] < cool


def test_a_throttled_device_gives_less_heat():
    """Full: 24 + 6/0.02 K; throttled: 0.7 of it."""
    rooms = Living(one_rack(kw=6.0, devices=1, pdu_kw=20, coolers=1, heat={"hot_spot_c": 0}))
    rooms.fail(1.0, "cooler:c1")
    rooms.to(1.4)
    limits = [r.value for r in rooms.log if r.kind == "row.limit"]
    assert limits[1:3] == [pytest.approx(24 + 6 / 0.02), pytest.approx(24 + 4.2 / 0.02)]


def test_a_cooler_that_was_mended_is_not_said_to_want_power_while_it_starts():
    """Broken, mended, on: one alarm. Without power it gives the other, until it cools again."""
    rooms = Living(one_rack(kw=6.0, pdu_kw=20), alarm_h=1 / 3600)
    rooms.fail(1.0, "cooler:c1")
    rooms.mend(2.0, "cooler:c1")
    rooms.to(3)
    assert rooms.when("cooler.on", "c1")[0] > 2.0
    assert [(row.object, row.kind) for row in rooms.log if row.subject == "c1" and row.kind.startswith("desk.")] == [
        ("cooler", "desk.alarm"),
        ("cooler", "desk.cleared"),
    ]
    rooms.fail(4.0, "mains:mains_a")
    rooms.mend(5.0, "mains:mains_a")
    rooms.to(6)
    assert len(rooms.when("desk.alarm", "c1", "cooler_power")) == 1
    assert rooms.when("desk.cleared", "c1", "cooler_power") == rooms.when("cooler.on", "c1")[1:]


# ---------------------------------------------------------------- services


def exchange(**changed):
    """Two switches between two ends over lines of different length."""
    facility = one_rack(devices=1)
    facility["devices"] = {
        n: {"rack": "k", "load_w": 100, "latency_ms": 0.02} for n in ("west", "north", "south", "east")
    }
    facility["links"] = {
        "wn": {"a": "west", "b": "north", "length_km": 50, "capacity_gbps": 100},
        "ne": {"a": "north", "b": "east", "length_km": 50, "capacity_gbps": 40},
        "ws": {"a": "west", "b": "south", "length_km": 90, "capacity_gbps": 100},
        "se": {"a": "south", "b": "east", "length_km": 90, "capacity_gbps": 40},
    }
    facility["services"] = {"transit": {"needs": {"path": ["west", "east"]}, "demand_gbps": 60, **changed}}
    return facility


def test_delay_follows_the_fibre_and_loss_what_it_cannot_carry():
    rooms = Living(exchange())
    told = {r.kind: r.value for r in rooms.log}
    assert told["service.delay"] == pytest.approx(100 * 0.0049 + 3 * 0.02)
    assert told["service.loss"] == 0
    rooms.fail(1.0, "link:ne")
    told = {r.kind: r.value for r in rooms.log}
    assert told["service.delay"] == pytest.approx(180 * 0.0049 + 3 * 0.02)
    assert told["service.loss"] == pytest.approx(1 - 40 / 60, abs=1e-6)
    rooms.fail(2.0, "device:south")
    assert rooms.when("service.down", "transit", "equipment") == [2.0]
    rooms.mend(3.0, "link:ne")
    assert rooms.when("service.up") == [3.0]


def test_the_cause_of_a_service_is_what_brought_it_down():
    rooms = Living(exchange())
    rooms.fail(1.0, "device:south")
    rooms.fail(2.0, "link:ne")
    assert rooms.when("service.down", "transit", "transport") == [2.0]
    rows = list(rooms.log)
    (down,) = [r for r in rows if r.kind == "service.down"]
    assert rows[down.cause_row].kind == "room_link.cut"


def test_alarms_wait_for_a_round_while_the_service_that_carries_them_is_out():
    facility = exchange()
    facility |= {"alarms_by": "transit", "round_h": "2 h"}
    rooms = Living(facility)
    rooms.fail(0.5, "device:south")
    rooms.fail(1.0, "link:ne")
    rooms.fail(1.5, "cooler:c1")
    rooms.to(3)
    assert rooms.when("desk.alarm", "south") == [0.5]
    assert rooms.when("desk.alarm", "c1") == [2.0]
    assert rooms.watch.counts()["coolers_out"] == 1
