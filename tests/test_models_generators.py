"""Generators in drills: who starts which when, how long they run, who refuels, moves and collects them."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Environment
from validation.worlds import drill, steps, story

from sim.hazards.weather import Cells, Weather
from sim.log import EventLog
from sim.models.generators import Air, Generator, derating, start_failure
from sim.resources import GENERATOR_KINDS
from sim.settings import GeneratorSettings
from sim.streams import Streams
from sim.vocabulary import KINDS

SURE = {"start_failure": 0, "start_failure_minus10c": 0, "start_failure_minus20c": 0, "failures_per_h": 0}
AT_ONCE = {"call_out_h": 0, "call_out_night_h": 0, "shift_h": None}
SMALL_BATTERY = {"soh": {"a": 2, "b": 60}, "dead_strings": 0}


def town(*injects, crews=1, **chapters):
    """Injects by hour over the quiet town; a crew with a 5 kW and an 8.5 kW set at its depot."""
    lines = [{"at": f"+{at_h} h", "do": do, "what": what} for at_h, do, what in injects]
    crew = {**AT_ONCE, **chapters.pop("crew", {})}
    depot = {"crews": crews, "petrol_5kw": 1, "diesel_8kw": 1, **chapters.pop("depot", {})}
    plan = {"generator": {"watched_by": "nobody", **chapters.pop("rules", {})}, **chapters.pop("plan", {})}
    given_ = {"generators": SURE, "horizon_h": 60, "desk": {"alarm_h": 0}, **chapters}
    return story(
        drill("ten_sites", injects=lines, resources={"crew": crew, "depots": {"ten": depot}}, plan=plan, **given_)
    )


def test_a_fixed_generator_starts_by_itself_and_stops_when_mains_return():
    """s1 has 20 kW of its own: it carries the site one minute after the mains fail; nobody is sent."""
    told = town((5, "fail", "site:s1.mains"), (9, "mend", "site:s1.mains"))
    assert told.times("generator.started", object="s1") == pytest.approx([5 + 1 / 60], abs=1e-6)
    assert told.times("generator.stopped", object="s1") == [9.0]
    assert [word for _, word, _ in steps(told.rows, "site.source", "s1")] == ["battery", "generator", "mains"]
    assert not told.of("crew.sent", "site.down")


def test_without_its_fixed_generator_a_site_needs_a_crew():
    """Fails when a broken generator starts all the same, or nobody is told."""
    told = town((4, "fail", "site:s1.generator"), (5, "fail", "site:s1.mains"))
    assert told.times("job.opened", object="s1")
    assert [row.subject for row in told.of("generator.started")] == ["ten-diesel_8kw-01"]


def test_a_placed_generator_is_started_by_its_caretaker():
    """Placed by the plan at s2; on the loss of mains it runs after the caretaker's time, without a crew."""
    place = {"before": [{"do": "place_generators", "where": {"class": "C"}, "at_most": 3, "by": "+6 h"}]}
    kept = {"watched_by": "caretaker"}
    told = town((10, "fail", "site:s2.mains"), plan=place, rules=kept, generators={**SURE, "caretaker_h": 0.5})
    assert "s2" in {row.object for row in told.of("generator.placed")}
    assert told.times("generator.started", object="s2") == pytest.approx([10.5], abs=1e-6)
    assert [row.object for row in told.of("generator.watched")][0] == "caretaker"
    assert not [row for row in told.of("job.opened") if row.subject.startswith("generate")]


def test_a_crew_brings_a_generator_that_carries_the_site():
    """The set that fits best is taken, set down, started, and stands until the mains are back."""
    told = town((5, "fail", "site:s3.mains"), (12, "mend", "site:s3.mains"))
    (started,) = told.of("generator.started")
    need_kw = (0.75 * 3.7 + 0.25) / (0.8 * 0.95)
    assert 3 < need_kw < 5
    assert (started.subject, started.object) == ("ten-petrol_5kw-01", "s3")
    assert [row.kind for row in told.why(started)][:3] == ["generator.started", "job.onsite", "crew.sent"]
    assert told.times("generator.stopped") == [12.0]


def test_refuelling_is_ordered_before_the_tank_is_dry_and_keeps_it_running():
    """Reserve 2 h: the order comes two hours before the tank would be empty, and the site never goes out."""
    told = town((5, "fail", "site:s3.mains"))
    (start_h,) = told.times("generator.started")
    orders = [row for row in told.of("job.opened") if row.subject.startswith("refuel")]
    assert len(orders) > 3
    fills = told.of("generator.fuelled")
    assert len(fills) >= 3
    assert not told.of("generator.dry", "site.down")
    longest_h = 25 / (0.1 * 5 + 0.42 * 3.025 / 0.95)
    shortest_h = 25 / (0.1 * 5 + 0.42 * 5)
    assert start_h + shortest_h - 2 <= orders[0].t_h <= start_h + longest_h - 2 + 1e-6
    assert all(row.value == pytest.approx(25) for row in fills)


def test_a_generator_nobody_refuels_runs_dry_and_the_site_goes_out():
    """No crew left to come: dry, battery, radio off — in that order and caused by each other."""
    told = town((5, "fail", "site:s7.mains"), depot={"fuel_l": 0}, crew={"fuel_l": 0}, sites=SMALL_BATTERY)
    assert told.times("generator.dry")
    dry_h = told.times("generator.dry")[0]
    (down,) = [row for row in told.of("site.down") if row.subject == "s7" and row.t_h > dry_h][:1]
    assert [row.kind for row in told.why(down)][:3] == ["site.down", "radio.off", "generator.dry"]


def test_the_desk_hears_that_a_generator_has_stopped_and_sends_again():
    """A set that breaks while it runs is an alarm, and the crew comes back with the other one."""
    told = town((5, "fail", "site:s3.mains"), generators={**SURE, "failures_per_h": 0.5})
    broke = told.of("generator.broke")
    assert broke
    alarms = [row for row in told.of("desk.alarm") if row.object == "generator"]
    assert [row.t_h for row in alarms][:1] == [broke[0].t_h]
    later = [row for row in told.of("job.opened") if row.subject.startswith("generate") and row.t_h >= broke[0].t_h]
    assert later


def test_collected_when_mains_are_back_or_left_for_ever():
    """`collect: mains_back` brings the set home on a crew; `never` leaves it standing."""
    events = ((5, "fail", "site:s3.mains"), (9, "mend", "site:s3.mains"))
    collected, left = town(*events), town(*events, rules={"collect": "never"})
    assert [row.subject for row in collected.of("job.done")] == ["generate-0001", "collect-0001"]
    assert len(collected.of("generator.taken")) > len(left.of("generator.taken"))
    assert not [row for row in left.of("job.opened") if row.subject.startswith("collect")]


def test_a_roving_crew_takes_its_generator_on_after_charging():
    """Two sites, one set: charge for the plan's time, take it along, serve the next."""
    rove = {"dispatch": [{"class": "C", "rove": {"charge_h": 1.5}}]}
    told = town((5, "fail", "site:s2.mains"), (5, "fail", "site:s4.mains"), plan=rove, depot={"diesel_8kw": 0})
    starts = told.of("generator.started")
    assert {row.subject for row in starts} == {"ten-petrol_5kw-01"}
    assert {row.object for row in starts} == {"s2", "s4"}
    for row in starts[:2]:
        stop_h = next(t for t in told.times("generator.stopped", row.subject, row.object) if t > row.t_h)
        assert stop_h - row.t_h == pytest.approx(1.5, abs=1e-6)


def test_a_watching_crew_stays_until_the_mains_are_back():
    """`watched_by: crew`: the crew is free only then, and takes the set along at once."""
    told = town((5, "fail", "site:s3.mains"), (11, "mend", "site:s3.mains"), rules={"watched_by": "crew"})
    assert told.times("crew.free")[0] == 11.0
    assert told.times("generator.taken")[-1] == 11.0


def test_a_generator_that_will_not_start_is_tried_twice_and_another_is_fetched():
    """Fails when attempts go on for ever, or a set that will not start counts as carrying the site."""
    dead = {**SURE, "start_failure": 1.0, "start_failure_minus10c": 1.0, "start_failure_minus20c": 1.0}
    told = town((5, "fail", "site:s3.mains"), generators=dead)
    by_set = {}
    for row in told.of("generator.unstarted"):
        by_set.setdefault((row.subject, row.object), []).append(row.value)
    assert all(attempts[0] == 1 for attempts in by_set.values())
    first = told.of("generator.unstarted")[:2]
    if len(first) == 2 and first[1].value == 2:
        assert first[1].t_h - first[0].t_h == pytest.approx(0.35, abs=1e-6)


def test_diesel_of_the_wrong_grade_gels_within_two_hours():
    """Below the grade's limit every diesel set stops within two hours; with winter diesel none does."""
    frost = [
        {
            "kind": "snowstorm", "onset": "+2 h", "duration_h": 2, "centre": "ten", "water_mm": 1, "depth_cm": 0,
            "temperature_c": {"before": -15, "during": -15, "night_after": -15, "day_after": -15},
            "aerial_breaks_per_100km_day": 0, "extent_km": [1000, 1000], "gust_mps": 3, "visibility_m": 5000,
        }
    ]  # fmt: skip
    cold = {"hazards": frost, "generators": {**SURE, "gelling_share": 1.0}, "depot": {"petrol_5kw": 0}}
    summer = town((20, "fail", "site:s3.mains"), **cold)
    (started_h, *_), broke = summer.times("generator.started"), summer.times("generator.broke")
    assert broke
    assert broke[0] - started_h <= 2.0
    winter = {"before": [{"do": "fill_fuel", "grade_c": -29, "by": "+12 h"}]}
    assert not town((20, "fail", "site:s3.mains"), plan=winter, **cold).of("generator.broke")


@given(st.floats(-40, 30), st.floats(0.1, 20))
def test_starting_fails_more_often_in_the_cold(celsius, warmer_by):
    """Chances of the field at 0, −10 and −20 °C, never less in the cold; half at the second attempt."""
    spec = GeneratorSettings()
    cold, warm = start_failure(spec, celsius, 1), start_failure(spec, celsius + warmer_by, 1)
    assert cold >= warm
    assert start_failure(spec, celsius, 2) == cold / 2


@pytest.mark.parametrize(
    ("celsius", "chance"), [(5, 0.01), (0, 0.01), (-10, 0.08), (-20, 0.20), (-30, 0.20), (-5, 0.045)]
)
def test_chances_to_fail_at_starting(celsius, chance):
    """Fails for another table or a step between its points."""
    assert start_failure(GeneratorSettings(), celsius, 1) == pytest.approx(chance)


def test_a_failed_trip_of_nothing_to_do_is_wasted():
    """Mains back while the crew drives and nobody calls it off: a visit, and a wasted one."""
    events = ((5, "fail", "site:s4.mains"), (5.2, "mend", "site:s4.mains"))
    told = town(*events, desk={"alarm_h": 0, "recall": False})
    assert told.times("job.wasted")
    assert not told.of("generator.placed")
    called_off = town(*events)
    assert not called_off.of("job.onsite")
    assert called_off.times("job.lapsed") == [5.2]
    assert called_off.of("crew.free")


class Bench:
    """One set on a bench, in the air of a weather cell."""

    def __init__(self, kind="diesel_8kw", air_c=(10.0,), seed=1, name="g", **settings):
        self.env, self.log, self.stops = Environment(), EventLog(tuple(KINDS)), []
        self.set = Generator(
            name, kind, GENERATOR_KINDS[kind], "d", "", self.env, self.log, Streams(seed),
            GeneratorSettings(**{**SURE, **settings}), lambda _g, why, _row: self.stops.append((self.env.now, why)),
        )  # fmt: skip
        weather = Weather(Cells(0.0, 0.0, 1, 1), {"temperature_c": np.array([air_c, air_c])})
        self.air = Air(
            lambda: weather.at("temperature_c", 0, self.env.now),
            lambda level: weather.turns_h("temperature_c", 0, level, self.env.now),
        )

    def run(self, until_h, load_w=2000.0):
        if not self.set.running:
            self.set.run("s", load_w, self.air, -1)
        self.env.run(until=until_h)


def test_one_set_in_ten_was_poorly_maintained_and_fails_so_much_more_often():
    """1.44e-2 an hour against 6.6e-4: fails when every set has one and the same rate, or another at each start."""
    rates = [Bench(name=f"g{n}", failures_per_h=6.6e-4).set.failures_per_h for n in range(2000)]
    poor = [rate for rate in rates if rate > 1e-3]
    assert len(poor) / 2000 == pytest.approx(0.1, abs=0.02)
    assert poor[0] == pytest.approx(1.44e-2, rel=0.01)
    assert {rate for rate in rates if rate < 1e-3} == {6.6e-4}


@pytest.mark.parametrize(("air_c", "factor"), [(5.0, 1.0), (0.0, 1.0), (-0.1, 1.1), (-20.0, 1.1)])
def test_a_set_burns_a_tenth_more_in_the_frost(air_c, factor):
    """Litres of three hours at 2 kW."""
    bench = Bench(air_c=(air_c, air_c))
    bench.run(3.0)
    burnt_l = 30 - bench.set.tank.level(3.0)
    assert burnt_l == pytest.approx(3 * factor * (0.06 * 8.5 + 0.26 * 2))


def test_frost_that_comes_while_it_runs_empties_the_tank_sooner():
    """4 °C at the start, 0 °C after two hours: a tenth more from then on, and the caller hears of it."""
    heard, bench = [], Bench(kind="petrol_5kw", air_c=(4.0, 2.0, 0.0, -2.0, -4.0, -4.0))
    bench.set.rate_changed = lambda: heard.append(bench.env.now)
    bench.run(20.0)
    rate = 0.1 * 5 + 0.42 * 2
    ((dry_h, why),) = bench.stops
    assert why == "dry"
    assert dry_h == pytest.approx(2 + (25 - 2 * rate) / (1.1 * rate), abs=1e-4)
    assert heard == pytest.approx([2.0], abs=1e-5)


@pytest.mark.parametrize("kind", ["diesel_8kw", "petrol_5kw"])
def test_diesel_gels_when_the_air_falls_below_its_grade_while_it_runs(kind):
    """It starts at 5 °C and is too cold for −10# after three hours; fails when that is looked at only at the start."""
    bench = Bench(kind=kind, air_c=(5.0, 5.0, 0.0, -5.0, -10.0, -10.0), gelling_share=1.0)
    bench.set.grade_c = -5.0
    bench.run(5.0)
    if kind == "petrol_5kw":
        assert not bench.stops
        return
    ((broke_h, why),) = bench.stops
    assert why == "broke"
    assert 3.0 < broke_h <= 5.0


def test_a_tank_is_as_good_as_the_poorest_diesel_in_it():
    """Winter diesel on half a tank of summer diesel does not help until less than a tenth of that is left."""
    bench = Bench()
    bench.set.grade_c = -5.0
    for litres, grade_c in ((15, -5.0), (15, -5.0), (15, -5.0), (20, -20.0)):
        bench.set.tank.put(-litres, 0.0)
        bench.set.fill(litres, -20.0)
        assert bench.set.grade_c == grade_c
    bench.set.tank.put(-1.0, 0.0)
    bench.set.fill(1.0, 4.0)
    assert bench.set.grade_c == -20.0


@pytest.mark.parametrize(("altitude_m", "share"), [(0, 1.0), (500, 1.0), (1500, 0.9), (4500, 0.6), (20_000, 0.1)])
def test_a_set_gives_less_in_the_heights(altitude_m, share):
    """1 % for each 100 m above 500 m."""
    assert derating(altitude_m) == pytest.approx(share)


def test_in_the_heights_a_larger_set_is_taken():
    """3.99 kW are asked for on the plain, where 5 kW do; at 3000 m 5 kW give 3.75 kW, and the crew takes 8.5 kW."""
    fail = (5, "fail", "site:s3.mains")
    low, high = town(fail), town(fail, generators={**SURE, "altitude_m": 3000})
    assert [row.subject for row in low.of("generator.started")] == ["ten-petrol_5kw-01"]
    assert [row.subject for row in high.of("generator.started")] == ["ten-diesel_8kw-01"]


@given(
    st.lists(st.floats(-20, 20).map(lambda c: round(c, 6)), min_size=1, max_size=12),
    st.floats(0, 12),
    st.floats(-20, 20),
)
def test_the_air_turns_when_it_has_passed_a_level(air_c, from_h, level):
    """Then, and not before, it is on the other side; fails when a crossing is missed or found again and again."""
    weather = Weather(Cells(0.0, 0.0, 1, 1), {"temperature_c": np.array([air_c])})
    below = weather.at("temperature_c", 0, from_h) < level
    turns_h = weather.turns_h("temperature_c", 0, level, from_h)
    assert turns_h > from_h
    for share in (0.1, 0.5, 0.9):
        t_h = from_h + share * (min(turns_h, 40.0) - from_h)
        if t_h < turns_h - 1e-6:
            assert (weather.at("temperature_c", 0, t_h) < level) == below
    if turns_h < inf:
        assert (weather.at("temperature_c", 0, turns_h) < level) != below or min(abs(a - level) for a in air_c) < 1e-5
