"""The plan's dispatch rules against what was done, and outages by what ended them: figures worked out by hand."""

from math import isnan, nan

import pytest
from little_runs import data_of, figure, group, log_of

from sim.metrics import kept, kpi
from sim.plan import Plan

BEFORE = {"class": "B", "power_before": "first_disconnect"}
WITHIN = {"class": "B", "power_within_h": "6 h"}
LOST = (4.0, "mains.lost", "s2", "f1")
SHED = (8.0, "radio.off", "s2", "first_disconnect")
BACK = (20.0, "mains.back", "s2", "f1")


def started(t_h):
    return (t_h, "generator.started", "g1", "s2", 2.0)


def order(due_h, opened_h=4.1, job="generate-0001"):
    return (opened_h, "job.opened", job, "s2", due_h)


def owed(rule, *rows, horizon_h=48.0):
    return data_of(*rows, horizon_h=horizon_h, plan=Plan.model_validate({"dispatch": [rule]})).owed


def status(rule, *rows, horizon_h=48.0):
    """The one status of the one call, and its lag."""
    found = owed(rule, *rows, horizon_h=horizon_h)
    words = [
        word
        for word in ("on time", "late", "never", "skipped", "not needed", "not due")
        for _ in range(int(found.where(word).sum()))
    ]
    assert len(words) == 1
    return words[0], float(found.lag_h[0])


@pytest.mark.parametrize(
    ("rows", "expected", "lag_h"),
    [
        ([SHED, started(9.5), BACK], "late", 1.5),
        ([started(7), SHED, BACK], "on time", nan),
        ([order(7.5), started(7), BACK], "on time", -0.5),
        ([order(6.5), started(7), BACK], "on time", 0.0),
        ([order(6.5), order(9.0, 5.0, "generate-0002"), started(7), BACK], "on time", -2.0),
        ([(3.0, "generator.started", "g1", "s2", 2.0), BACK], "on time", nan),
        ([SHED, BACK], "never", nan),
        ([SHED], "never", nan),
        ([BACK], "not needed", nan),
        ([], "not due", nan),
        ([SHED, BACK, started(21)], "never", nan),
    ],
)
def test_power_before_the_first_disconnect(rows, expected, lag_h):
    assert status(BEFORE, LOST, *rows) == (expected, pytest.approx(lag_h, nan_ok=True))


@pytest.mark.parametrize(
    ("rows", "expected", "lag_h"),
    [
        ([SHED, started(9.5), BACK], "on time", -0.5),
        ([started(10), BACK], "on time", 0),
        ([started(12), BACK], "late", 2),
        ([BACK], "never", nan),
        ([], "never", nan),
        ([SHED, (9.0, "mains.back", "s2", "f1")], "not needed", nan),
    ],
)
def test_power_within_some_hours(rows, expected, lag_h):
    assert status(WITHIN, LOST, *rows) == (expected, pytest.approx(lag_h, nan_ok=True))


def test_what_is_not_due_at_the_horizon_is_undecided():
    assert status(WITHIN, LOST, horizon_h=9.0)[0] == "not due"
    assert isnan(kpi("generation_dispatch_on_time_share", data_of(LOST, horizon_h=9.0)))


LAPSED = (6.0, "job.lapsed", "generate-0001", "battery_outlasts_told_restore")


def test_what_the_desk_spared_by_the_rule_stands_apart():
    rule = {**BEFORE, "skip_if": "battery_outlasts_told_restore"}
    assert status(rule, LOST, order(8), LAPSED, SHED, BACK)[0] == "skipped"
    assert kept(owed(rule, LOST, order(8), LAPSED, SHED, BACK)).skipped_and_shed == 1
    assert kept(owed(rule, LOST, order(8), LAPSED, BACK)).skipped_and_shed == 0
    assert status(rule, LOST, order(8), (6.0, "job.lapsed", "generate-0001", "mains_back"), SHED, BACK)[0] == "never"
    assert status(rule, LOST, order(8), LAPSED, SHED, started(9), BACK) == ("late", 1)


DARK = [
    (6.0, "site.down", "s1", "power"), (7.0, "site.down", "s2", "power"), (9.0, "site.up", "s1"),
]  # fmt: skip


def test_a_rule_for_dark_townships_holds_once_the_township_is_dark():
    rule = {"class": "B", "only_if": "township_dark"}
    assert status(rule, LOST, SHED, BACK)[0] == "not needed"
    assert status(rule, LOST, *DARK, BACK)[0] == "never"
    assert status(rule, LOST, *DARK)[0] == "not due"
    assert status(rule, LOST, *DARK, started(15), BACK) == ("on time", pytest.approx(nan, nan_ok=True))
    late = {**rule, "power_within_h": "1 h"}
    assert status(late, LOST, *DARK, started(7.5), BACK) == ("late", 0.5)


ROWS = (
    LOST, SHED, started(9.5), BACK, (20.0, "generator.stopped", "g1", "s2", 9.0), (21.0, "mains.lost", "s2", "f1"), (23.0, "radio.off", "s2", "first_disconnect"),
    (30.0, "mains.back", "s2", "f1"), (4.0, "mains.lost", "s1", "f1"), (5.0, "generator.started", "g2", "s1", 2.0),
    (4.5, "job.opened", "generate-0009", "s1", 7.0), (4.0, "mains.lost", "s3", "f2"),
)  # fmt: skip
RULES = Plan.model_validate({"dispatch": [BEFORE, {**BEFORE, "class": "A"}]})


def test_the_figures_count_each_time_without_mains_at_a_site_of_a_class_with_a_rule():
    found = {
        what: figure(f"generation_dispatch_{what}", *ROWS, plan=RULES)
        for what in ("on_time_share", "late", "never", "skipped", "not_needed", "lag_h")
    }
    assert found == {
        "on_time_share": pytest.approx(1 / 3), "late": 1, "never": 1, "skipped": 0, "not_needed": 0,
        "lag_h": pytest.approx((1.5 - 2) / 2),
    }  # fmt: skip
    assert figure("generation_dispatch_on_time_share", *ROWS, plan=RULES, sites=["s1"]) == 1


# ---------------------------------------------------------------- what ended an outage

REPAIR = (
    (1.0, "site.down", "s2", "power"),
    (2.0, "desk.alarm", "s2", "down"),
    (2.5, "job.opened", "generate-0001", "s2"),
    (3.0, "job.assigned", "generate-0001", "k1"),
    (4.0, "crew.sent", "k1", "generate-0001", 1.0),
    (5.0, "crew.stuck", "k1", "e1", 0.75),
    (7.0, "job.onsite", "generate-0001", "k1"),
    (7.5, "crew.works", "k1", "generate-0001"),
    (8.5, "generator.started", "g1", "s2", 2.0, 6),
    (8.5, "job.done", "generate-0001", "k1"),
    (9.0, "site.up", "s2", "", nan, 8),
)
PARTS = ("wait", "travel", "road", "work", "other")


def parts(*rows, sites=None):
    return tuple(figure(f"mttr_{part}_h", *rows, sites=sites) for part in PARTS)


def test_the_repair_time_of_an_outage_that_a_crew_ended_is_the_sum_of_its_parts():
    assert parts(*REPAIR) == (2.0, 2.25, 0.75, 1.0, 1.0)
    assert figure("mttr_crew_h", *REPAIR) == figure("mttr_h", *REPAIR) == 7.0
    assert figure("ended_by_crew_share", *REPAIR) == 1


def test_an_alarm_on_the_way_leaves_out_what_was_before_it():
    late = [row for row in REPAIR if row[1] != "desk.alarm"]
    log = log_of(*late, (6.0, "desk.alarm", "s2", "down"))
    assert len(log) == len(REPAIR)
    moved = (*REPAIR[:1], *REPAIR[2:6], (6.0, "desk.alarm", "s2", "down"), *REPAIR[6:])
    assert sum(parts(*moved)) == figure("mttr_crew_h", *moved) == 3.0
    assert parts(*moved)[0] == 0


def test_a_visit_still_under_way_has_worked_up_to_the_end_of_the_outage():
    rows = [row for row in REPAIR if row[1] != "job.done"]
    rows[-1] = (9.0, "site.up", "s2", "", nan, 8)
    assert parts(*rows) == (2.0, 2.25, 0.75, 1.5, 0.5)


MAINS = (
    (11.0, "site.down", "s3", "power"),
    (12.0, "desk.listed", "s3", "operator_list"),
    (14.0, "mains.back", "s3", "f2"),
    (15.0, "site.up", "s3", "", nan, 13),
)


def test_an_outage_that_the_return_of_mains_ended_has_no_parts():
    assert figure("mttr_h", *REPAIR, *MAINS) == 5.0
    assert figure("mttr_crew_h", *REPAIR, *MAINS) == 7.0
    assert figure("ended_by_mains_share", *REPAIR, *MAINS) == figure("ended_by_crew_share", *REPAIR, *MAINS) == 0.5
    assert isnan(figure("mttr_wait_h", *REPAIR, *MAINS, sites=["s3"]))


def test_a_generator_that_nobody_came_for_is_neither():
    alone = [row if row[1] != "generator.started" else (*row[:5], -1) for row in REPAIR]
    data = data_of(*alone)
    assert kpi("ended_by_crew_share", data) == kpi("ended_by_mains_share", data) == 0
    assert kpi("mttr_h", data, group=group("s2")) == 7.0
