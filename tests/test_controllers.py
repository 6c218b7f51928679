"""Injects that fail feeders by hand: when they come back, what the desk is told, and whose slot they leave alone."""

import numpy as np
import pytest
from validation.worlds import drill, story

from sim.disaster import draw

EXACT = {"lines_out_after_h": 0.5, "restore_time_after_h": 1.0, "restore_time_error": 0.0}
FAIL = {"at": "+2 h", "do": "fail", "what": "feeder:f_north"}


def town(*injects, hazards=(), **grid):
    return drill("ten_sites", injects=list(injects), hazards=list(hazards), horizon_h=300, grid={"told": EXACT, **grid})


def returns_h(of, feeder="f_north"):
    return of.times("feeder.restored", subject=feeder)


def test_a_feeder_failed_by_hand_comes_back_and_the_desk_is_told_when():
    """Fails when it waits for a slot that never comes, or the company promises another hour than it keeps."""
    told = story(town(FAIL))
    (back_h,) = returns_h(told)
    assert back_h > 2
    assert [row.value for row in told.of("desk.told") if row.t_h < back_h] == pytest.approx([back_h] * (back_h > 3))


def test_switching_or_a_new_conductor_in_the_shares_and_times_of_the_field():
    """45 % by switching in 1.5/5 h, the others 10/30 h after their own failure."""
    found = {"single_switching": [], "single_repair": []}
    for seed in range(1, 400):
        (mend,) = draw(town(FAIL), seed).restorations
        found[mend.source].append(mend.t_h - 2)
    switched, repaired = found["single_switching"], found["single_repair"]
    assert len(switched) / 399 == pytest.approx(0.45, abs=0.08)
    assert np.median(switched) == pytest.approx(1.5, rel=0.2)
    assert np.median(repaired) == pytest.approx(10, rel=0.2)
    assert np.percentile(repaired, 90) == pytest.approx(30, rel=0.3)


def test_a_mend_in_the_file_wins():
    """At its time, and no other; fails when a drawn return comes as well, or the mend is not what is told."""
    told = story(town(FAIL, {"at": "+20 h", "do": "mend", "what": "feeder:f_north"}))
    assert returns_h(told) == [20.0]
    assert [row.value for row in told.of("desk.told")] == [20.0]


def test_a_mend_on_a_condition_wins_too_and_nobody_promises_it():
    """The company cannot know it: fails when a time of return is invented."""
    mend = {"when": {"sites_out": 500}, "do": "mend", "what": "feeder:f_north"}
    told = story(town(FAIL, mend))
    assert not returns_h(told)
    assert not told.of("desk.told")


def test_a_feeder_failed_on_a_condition_draws_its_return_when_it_fails():
    """The second one fails once the desk knows of the first; fails when it never comes back."""
    second = {"when": {"sites_without_mains": 1}, "do": "fail", "what": "feeder:f_west"}
    told = story(town(FAIL, second))
    (failed_h,), (back_h,) = told.times("feeder.failed", subject="f_west"), returns_h(told, "f_west")
    assert back_h > failed_h > 2
    assert returns_h(story(town(FAIL, second)), "f_west") == [back_h]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_slot_of_the_storm_is_taken_by_a_feeder_failed_by_hand(seed):
    """The feeders drawn by a hazard come back when they would without the inject; fails when it takes their slot."""
    drawn = {"kind": "feeder_failures", "at": "+1 h", "feeders": ["f_west", "f_town"]}
    alone = story(town(hazards=[drawn], switching=0), seed)
    both = story(town(FAIL, hazards=[drawn], switching=0), seed)
    assert len(alone.of("feeder.restored")) == 2
    for feeder in ("f_west", "f_town"):
        assert returns_h(both, feeder) == returns_h(alone, feeder)
    assert {row.object for row in both.of("feeder.restored") if row.subject == "f_north"} == {"repair"}


def test_a_failure_that_changes_nothing_brings_nothing_back():
    """The feeder is dead already, by the storm: fails when the return drawn for the inject cuts its outage short."""
    drawn = {"kind": "feeder_failures", "at": "+1 h", "feeders": ["f_north"]}
    alone = story(town(hazards=[drawn], switching=0, single_repair_h=0.5))
    both = story(town(FAIL, hazards=[drawn], switching=0, single_repair_h=0.5))
    assert returns_h(both) == returns_h(alone)
    assert returns_h(both)[0] > 3


def test_the_horizon_does_not_change_what_the_company_promises():
    """A slot after the end of the drill is promised as it is; fails when a time is made up in its place."""
    drawn = {"kind": "feeder_failures", "at": "+1 h", "feeders": ["f_north"]}
    grid = {"told": EXACT, "switching": 0, "total_h": 60, "progress": {"a": 99, "b": 1}}
    long, short = (
        story(drill("ten_sites", hazards=[drawn], horizon_h=hours, grid=grid)).of("desk.told") for hours in (200, 10)
    )
    assert [row.value for row in short] == [row.value for row in long]
    assert short[0].value > 40
