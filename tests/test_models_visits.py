"""What crews bring, put down and pour: broken sets, empty depots, heavy sets, who starts what, and the luck of it."""

from math import inf

import pytest
from test_models_generators import SURE, town
from validation.worlds import Story, drill, scenario, story

from sim.vocabulary import Order

DEAD = {**SURE, "start_failure": 1.0, "start_failure_minus10c": 1.0, "start_failure_minus20c": 1.0}
HILL = (5, "fail", "site:s5.mains")


def jobs(told, word, kind):
    """Rows of a kind of jobs that begin with a word."""
    return [row for row in told.of(kind) if row.subject.startswith(word)]


# Broken sets


def test_broken_sets_are_put_down_at_the_depot_and_others_fetched():
    """Every first attempt fails and half of the second ones: the crew goes on until a set runs or none is left.

    Fails when broken sets keep their places on the vehicle.
    """
    town_of_five = town((5, "fail", "site:s3.mains"), generators=DEAD, depot={"petrol_5kw": 4}).scenario
    most = 0
    for seed in range(1, 13):
        told = story(town_of_five, seed)
        broken = {row.subject for row in told.of("generator.unstarted") if row.value == 2}
        most = max(most, len(broken))
        assert told.of("generator.started") or len(broken) == 5
        stored = [row.subject for row in told.of("generator.stored")]
        assert len(stored) == len(set(stored))
        assert len(stored) >= len(broken) - 2
    assert most >= 3


def test_a_crew_full_of_broken_sets_can_still_collect():
    """Both places taken by sets that broke: the crew goes by its depot and brings the good one home.

    Fails when broken sets bar it from collecting for ever.
    """
    told = town((5, "fail", "site:s3.mains"), (20, "mend", "site:s3.mains"), generators={**SURE, "failures_per_h": 0.4})
    assert jobs(told, "collect", "job.done")


# Fuel


def test_without_fuel_nobody_goes_refuelling():
    """Nothing in the cans, nothing in the depot: no journey, no refuelling that counts as done.

    Fails when zero litres poured are a job done.
    """
    told = town((5, "fail", "site:s7.mains"), depot={"fuel_l": 0}, crew={"fuel_l": 0})
    assert jobs(told, "refuel", "job.opened")
    assert not jobs(told, "refuel", "job.assigned")


def test_fuel_that_runs_out_ends_the_rounds():
    """30 l in all: what is poured is more than nothing each time, and there are no journeys once it is gone."""
    told = town((5, "fail", "site:s7.mains"), depot={"fuel_l": 10, "petrol_5kw": 1}, crew={"fuel_l": 20})
    done, fills = jobs(told, "refuel", "job.done"), told.of("generator.fuelled")
    assert 1 <= len(done) == len(fills) <= 3
    assert jobs(told, "refuel", "job.opened")[-1].t_h >= done[-1].t_h
    assert len(jobs(told, "refuel", "job.assigned")) <= len(done) + 1


def test_of_two_crews_sent_for_the_last_fuel_one_gives_its_job_back():
    """Two sets to refuel, fuel for one crew alone: nobody arrives with empty cans."""
    told = town(
        (5, "fail", "site:s3.mains"), (5, "fail", "site:s7.mains"), crews=2, depot={"fuel_l": 15, "petrol_5kw": 3},
        crew={"fuel_l": 15},
    )  # fmt: skip
    levels = [row.value for row in told.of("generator.fuelled")]
    assert levels
    assert min(levels) > 1


# What is carried up


def test_a_set_too_heavy_for_the_crew_stays_below():
    """s5 stands on a hill: two people carry 50 kg, so not the set of 80 kg; four do, or two with one of 45 kg."""
    assert not town(HILL).of("job.onsite")
    assert town(HILL, crew={"people": 4}).of("generator.started")
    light = town(HILL, depot={"petrol_3kw": 1})
    (started, *_) = light.of("generator.started")
    assert (started.subject, started.object) == ("ten-petrol_3kw-01", "s5")


def test_a_carried_set_makes_the_last_stretch_slow():
    """0.8 km to walk at 0.8 km/h with the set; fails when the load does not slow the crew."""
    told = town(HILL, depot={"petrol_3kw": 1})
    arrives_h = told.times("job.onsite")[0]
    spur_h = [row.t_h for row in told.of("crew.leg") if row.object == "spur"][0]
    assert arrives_h - spur_h == pytest.approx(0.8 / 0.8 + 0.6 / 14, abs=1e-5)


def test_more_people_or_leave_does_not_carry_a_trailer():
    """Twenty people could bear 500 kg, but nobody carries what has wheels of its own."""
    only = {"petrol_5kw": 0, "diesel_8kw": 0, "trailer_30kw": 1}
    assert not town(HILL, crew={"people": 20, "carries": 2}, roads={"carry_kg_per_person": 100}, depot=only).of(
        "job.onsite"
    )
    assert town((5, "fail", "site:s3.mains"), depot=only).of("generator.started")


class Stubborn:
    """A policy that sends whoever may serve, without asking for the way."""

    def __call__(self, view):
        pairs = [(crew, job) for job in view.jobs for crew in view.crews if view.can_serve(crew, job)]
        return [Order(*pairs[0])] if pairs and view.now_h < 7 else []


def test_who_is_sent_with_too_heavy_a_set_says_why_it_comes_back():
    """A policy sends the crew up the hill all the same: back in the queue, too heavy."""
    chapters = {"injects": [{"at": "+5 h", "do": "fail", "what": HILL[2]}], "generators": SURE, "horizon_h": 12}
    crew = {"call_out_h": 0, "call_out_night_h": 0, "shift_h": None}
    made = drill("ten_sites", resources={"crew": crew, "depots": {"ten": {"crews": 1, "petrol_5kw": 1}}}, **chapters)
    told = story(made, 1, Stubborn())
    assert {row.object for row in told.of("job.returned")} == {"too_heavy"}
    assert not told.of("job.onsite")


# Who starts a set that was placed before


PLACE = {"before": [{"do": "place_generators", "where": {"class": "C"}, "at_most": 1, "by": "+6 h"}]}


def test_a_set_that_nobody_watches_waits_for_a_crew():
    """`nobody`: it does not start by itself; a crew comes, brings none, and starts it. Fails when a caretaker does."""
    first = town((20, "fail", "site:s2.mains"), plan=PLACE, depot={"diesel_8kw": 0})
    place = first.of("generator.placed")[0].object
    told = town((20, "fail", f"site:{place}.mains"), plan=PLACE, depot={"diesel_8kw": 0})
    assert [row.object for row in told.of("generator.watched")][0] == "nobody"
    (started,) = told.of("generator.started")[:1]
    assert started.object == place
    assert [row.kind for row in told.why(started)][:2] == ["generator.started", "job.onsite"]
    kept = town(
        (20, "fail", f"site:{place}.mains"), plan=PLACE, depot={"diesel_8kw": 0}, rules={"watched_by": "caretaker"}
    )
    assert not [row for row in kept.of("job.onsite") if row.t_h > 20 and row.subject.startswith("generate")][:1]


# Luck named by occurrence


def works(told: Story):
    """(Kind, site, n-th work of that kind there) → hours, of work that ends by itself."""
    site = {row.subject: row.object for row in told.of("job.opened")}
    found, count, begun = {}, {}, {}
    for row in told.rows:
        if row.kind == "crew.works":
            begun[row.object] = row.t_h
        elif row.kind in ("job.done", "job.failed") and row.subject in begun:
            what = (row.subject.partition("-")[0], site[row.subject])
            count[what] = count.get(what, 0) + 1
            if what[0] in ("scout", "collect", "inspect", "quilt", "place"):
                found[(*what, count[what])] = row.t_h - begun[row.subject]
    return found


def call_outs(told: Story):
    """(Crew, half day) → hours from the call to the departure, unless it is called off before."""
    found, called = {}, {}
    for row in told.rows:
        if row.kind == "crew.called":
            called[row.subject] = row.t_h
        elif row.kind == "crew.sent" and row.subject in called:
            since_h = called.pop(row.subject)
            night = not 7 <= since_h % 24 < 20
            found[(row.subject, int(since_h // 12), night)] = row.t_h - since_h
        elif row.kind == "crew.free":
            called.pop(row.subject, None)
    return found


@pytest.mark.parametrize("lucks", [works, call_outs])
def test_luck_does_not_depend_on_the_order_of_the_policy(lucks):
    """The same work takes as long, and the same crew as long to come, whatever was done before.

    Fails when luck is named after a count of jobs or journeys.
    """
    one, other = (lucks(story(scenario("two_banners"), 1, policy)) for policy in ("class_then_deadline", "nearest"))
    both = sorted(set(one) & set(other))
    assert len(both) > 5
    for what in both:
        assert one[what] == pytest.approx(other[what], abs=1e-6), what


def test_the_same_leg_at_the_same_hour_is_as_slippery_whoever_asks_first():
    """Delays of crews stuck at the same place and hour are the same under two policies."""
    delays = []
    for policy in ("class_then_deadline", "nearest"):
        told = story(scenario("two_banners", roads__stuck_per_10km="[1, 1]"), 1, policy)
        delays.append({(row.subject, row.object, int(row.t_h)): row.value for row in told.of("crew.stuck")})
    both = [what for what in delays[0] if what in delays[1] and what[1] != "spur"]
    assert len(both) > 3
    assert sum(delays[0][what] == delays[1][what] for what in both) >= 0.8 * len(both)
    assert max(delays[0].values(), default=inf) < inf
