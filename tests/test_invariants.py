"""What holds of every run: rules over the log, on shipped scenarios and on variations nobody has thought of."""

from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from validation import rules
from validation.rules_crews import of_crews
from validation.worlds import DATA, scenario, story, told

from sim.disaster import draw
from sim.loading import load
from sim.policies import POLICIES
from sim.vocabulary import Order

FAST = [
    *(("ten_sites", seed, policy) for seed in (1, 2, 3) for policy in POLICIES),
    *(("two_banners", seed, policy) for seed in (1, 2) for policy in POLICIES),
    ("blizzard_mini", 1, "class_then_deadline"),
]
LARGE = [("tongliao_blizzard", 1, policy) for policy in POLICIES]
SERVICE = rules.service_is_what_power_paths_and_parts_make_of_it


def check(of, every=1):
    for rule in rules.RULES:
        if rule is SERVICE:
            rule(of, every)
        else:
            rule(of)


@pytest.mark.parametrize(("name", "seed", "policy"), FAST)
def test_every_rule_holds(name, seed, policy):
    """Each rule of `validation.rules` on a small scenario; the rule's name says what broke."""
    check(told(name, seed, policy), every=20 if name == "blizzard_mini" else 1)


def test_every_rule_holds_of_the_flagship():
    """The same on the shipped prefecture, under its own policy."""
    check(told("tongliao_blizzard"), every=60)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "seed", "policy"), LARGE)
def test_every_rule_holds_of_the_flagship_under_every_policy(name, seed, policy):
    """The same under each policy."""
    check(story(scenario(name), seed, policy), every=60)


def test_nothing_is_begun_after_the_hard_stop():
    """Fails when a crew's journey is not broken off at the end of its longest shift."""
    for seed in range(1, 5):
        rules.nothing_is_begun_after_the_hard_stop(told("two_banners", seed, "first_come"))


def test_journeys_are_no_longer_than_the_desk_allows():
    """Fails when a crew leaves for a journey that has become too long while it was called out."""
    for seed in range(1, 5):
        rules.journeys_are_no_longer_than_the_desk_allows(told("two_banners", seed, "nearest"))


variations = st.fixed_dictionaries(
    {
        "resources.depots.ten.crews": st.sampled_from(["0", "1", "2", "5"]),
        "resources.depots.ten.petrol_5kw": st.sampled_from(["0", "1", "4"]),
        "resources.depots.ten.loaders": st.sampled_from(["0", "2"]),
        "resources.depots.ten.fuel_l": st.sampled_from(["10", "400"]),
        "resources.crew.tyres": st.sampled_from(["summer", "snow", "chains"]),
        "resources.crew.carries": st.sampled_from(["1", "2", "3"]),
        "resources.crew.rest_h": st.sampled_from(["0.5", "8"]),
        "resources.crew.shift_h": st.sampled_from(["4", "12"]),
        "resources.crew.skills": st.sampled_from(
            [
                "[power]",
                "[power, transmission, wireless]",
                "[power, lineman]",
                "[power, climb, transmission, wireless, lineman]",
            ]
        ),
        "plan.generator.watched_by": st.sampled_from(["crew", "caretaker", "nobody"]),
        "plan.generator.collect": st.sampled_from(["mains_back", "never"]),
        "grid.switching": st.sampled_from(["0", "1"]),
        "hazards.snowstorm.water_mm": st.sampled_from(["15", "40", "70"]),
        "hazards.snowstorm.depth_cm": st.sampled_from(["5", "25", "45"]),
        "hazards.snowstorm.aerial_breaks_per_100km_day": st.sampled_from(["0.5", "300"]),
        "generators.failures_per_h": st.sampled_from(["0", "0.3"]),
        "generators.start_failure": st.sampled_from(["0", "0.6"]),
        "generators.start_failure_minus10c": st.just("0.7"),
        "generators.start_failure_minus20c": st.just("0.8"),
        "desk.recall": st.sampled_from(["true", "false"]),
        "sites.soh": st.sampled_from(["{a: 2, b: 3}", "{a: 8, b: 2}"]),
        "roads.public_ploughs.county": st.sampled_from(["+14 h", "+30 h"]),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(variations, st.integers(1, 10**6), st.sampled_from(sorted(POLICIES)))
def test_every_rule_holds_of_variations_of_the_town(changed, seed, policy):
    """More or fewer crews, generators that fail, deep snow, no fuel, broken fibre: the rules hold all the same."""
    check(story(load("ten_sites", changed), seed, policy))


# No policy disturbs the disaster


def nobody_goes(_view):
    return []


def somebody_goes(view):
    """Any free crew to any job it can serve: a policy without sense."""
    luck, orders, taken = Random(round(view.now_h * 1000)), [], set()
    for crew in view.crews:
        jobs = [
            job
            for job in view.jobs
            if job.id not in taken and view.can_serve(crew, job) and view.has_road_to(crew, job)
        ]
        if jobs:
            job = luck.choice(jobs)
            taken.add(job.id)
            orders.append(Order(crew, job))
    return orders


ALL = [*POLICIES, nobody_goes, somebody_goes]


def fate(of):
    """What the disaster did, as far as no decision of anybody had a part in it."""
    timed = {(inject.action, inject.target or inject.to) for inject in draw(of.scenario, 1).injects}
    kinds = ("feeder.failed", "link.cut", "snow.depth", "snow.water", "air.temperature", "warning.issued")
    fired = [row for row in of.of("inject.fired") if (row.object, row.subject) in timed]
    return [(row.t_h, row.kind, row.subject, row.object) for row in [*fired, *of.of(*kinds)]]


@pytest.mark.parametrize("name", ["ten_sites", "two_banners"])
def test_no_policy_disturbs_the_disaster(name):
    """Injects, failures and weather are the same rows under every policy, sensible or not."""
    fates = [fate(story(scenario(name), 1, policy)) for policy in ALL]
    assert len(fates[0]) > 20
    assert all(other == fates[0] for other in fates)


@pytest.mark.parametrize("name", ["ten_sites", "two_banners"])
def test_as_many_feeders_come_back_at_the_same_times_under_every_policy(name):
    """The desk may say which feeder takes a slot, never when the slots come."""
    restored = [Counter(story(scenario(name), 1, policy).times("feeder.restored", object="slot")) for policy in ALL]
    assert restored[0]
    assert all(other == restored[0] for other in restored)


@pytest.mark.parametrize("policy", [somebody_goes, nobody_goes])
def test_the_rules_hold_under_a_policy_without_sense(policy):
    """A callable handed in breaks nothing but the outcome."""
    check(story(scenario("two_banners"), 2, policy))
    check(story(scenario("ten_sites"), 2, policy))


def test_a_policy_that_breaks_the_rules_is_told_so():
    """Fails when an order for a busy crew or a job that is gone is carried out or swallowed."""

    def twice(view):
        return [Order(view.crews[0], view.jobs[0])] * 2 if view.crews and view.jobs else []

    with pytest.raises(ValueError, match="not free or the job not waiting"):
        story(scenario("ten_sites"), 1, twice)


# The end of the clock


@pytest.mark.parametrize(("name", "longer"), [("ten_sites", "96 h"), ("two_banners", "120 h")])
@pytest.mark.parametrize("policy", ["class_then_deadline", "nearest"])
def test_a_longer_drill_begins_in_the_same_way_and_strands_nobody(name, longer, policy):
    """The rows before the horizon are the same in a longer drill, in which everybody on the way then gets free.

    Fails when the horizon leaks into the run, or when a crew whose job was called off never reports again.
    """
    short = told(name, 1, policy)
    file = DATA / f"{name}.yaml"
    long = story(load(file if file.exists() else name, {"horizon_h": longer}), 1, policy)
    ends_h = short.scenario.horizon_h
    weather = ("snow.depth", "snow.water", "air.temperature", "run.ends")

    def rows(of):
        return [row[:4] for row in of.rows if row.t_h < ends_h and row.kind not in weather]

    assert rows(short) == rows(long)
    under_way = {row.subject for row in short.of("crew.sent")}
    for crew, life in of_crews(long).items():
        last = [row.kind for row in life if row.kind in ("crew.sent", "crew.free", "crew.rests")][-1]
        if crew in under_way:
            sent_h = [row.t_h for row in life if row.kind == "crew.sent" and row.t_h < ends_h][-1]
            after = [row for row in life if row.kind == "crew.free" and row.t_h > sent_h]
            assert after or last == "crew.rests", (crew, life[-3:])
