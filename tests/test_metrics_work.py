"""Visits, timeliness, preparation, duty: from rows written by hand to figures worked out by hand."""

from math import inf, isnan, nan

import numpy as np
import pytest
from little_runs import data_of, figure, group, inventory, log_of

from sim.metrics import (
    dispatch,
    kpi,
    tables,
    vehicle_bands,
    vehicle_ratio,
)
from sim.plan import Plan

# ---------------------------------------------------------------- visits

JOURNEY = (
    (1.0, "job.opened", "generate-0001", "s2"),
    (2.0, "job.assigned", "generate-0001", "k1"),
    (2.5, "crew.sent", "k1", "generate-0001", 1.0),
    (3.0, "crew.stuck", "k1", "e1", 0.75),
    (4.0, "crew.blocked", "k1", "n1"),
    (4.5, "crew.leg", "k1", "e2", 30.0),
    (6.0, "job.onsite", "generate-0001", "k1"),
    (6.25, "crew.works", "k1", "generate-0001"),
    (6.5, "generator.placed", "g1", "s2", 20.0),
    (7.25, "job.done", "generate-0001", "k1"),
)


def test_a_visit_is_split_into_wait_travel_road_and_work():
    visit = {name: column[0] for name, column in data_of(*JOURNEY).visits.items()}
    assert visit["wait_h"] == 1.5
    assert visit["road_h"] == 0.75 + 0.5
    assert visit["travel_h"] == 3.5 - 1.25
    assert visit["work_h"] == 1.0
    assert (visit["dispatched_h"], visit["arrived_h"], visit["done_h"]) == (2.5, 6.0, 7.25)
    assert (visit["kind"], visit["purpose"], visit["result"]) == ("generate", "generation", "done")
    assert (visit["crew"], visit["vehicle"], visit["generator"]) == ("k1", "v1", "g1")
    assert (visit["site"], visit["county"], visit["party"]) == ("s2", "c1", "p1")


@pytest.mark.parametrize(
    ("end", "result"),
    [
        ((7, "job.done", "repair-0001", "k1"), "done"),
        ((7, "job.wasted", "repair-0001", "k1"), "wasted"),
        ((7, "job.failed", "repair-0001", "no generator"), "failed"),
        ((7, "job.lapsed", "repair-0001", "mains back"), "wasted"),
        ((7, "job.returned", "repair-0001", "shift over"), "returned"),
        ((7, "crew.free", "k1", "d1"), "under way"),
    ],
)
def test_the_result_of_a_visit(end, result):
    rows = [
        (1, "job.opened", "repair-0001", "s1"),
        (2, "crew.sent", "k1", "repair-0001"),
        (6, "job.onsite", "repair-0001", "k1"),
        end,
    ]
    frame = data_of(*rows).visits
    assert frame["result"].tolist() == [result]
    assert isnan(frame["done_h"][0]) == (result == "under way")


def test_a_job_taken_up_again_is_two_visits_with_their_own_journeys():
    rows = [
        (1, "job.opened", "repair-0001", "s1"),
        (2, "crew.sent", "k1", "repair-0001"),
        (3, "job.onsite", "repair-0001", "k1"),
        (4, "job.returned", "repair-0001", "shift over"),
        (5, "crew.sent", "k2", "repair-0001"),
        (7, "job.onsite", "repair-0001", "k2"),
        (8, "job.done", "repair-0001", "k2"),
    ]
    frame = data_of(*rows).visits
    assert frame["result"].tolist() == ["returned", "done"]
    assert frame["dispatched_h"].tolist() == [2, 5]
    assert frame["party"].tolist() == ["p1", "p2"]


def test_a_journey_that_never_arrives_is_a_turnout_and_no_visit():
    rows = [
        (1, "job.opened", "repair-0001", "s1"),
        (2, "crew.sent", "k1", "repair-0001"),
        (4, "crew.blocked", "k1", "n1"),
        (4, "job.returned", "repair-0001", "road"),
    ]
    assert figure("site_visits", *rows) == 0
    assert figure("vehicle_turnouts", *rows) == 1


def test_a_crew_that_is_there_already_left_when_it_was_given_the_job():
    rows = [*JOURNEY, (7.5, "job.opened", "repair-0001", "s2"), (8, "job.assigned", "repair-0001", "k1")]
    rows += [(8.5, "job.onsite", "repair-0001", "k1"), (8.75, "job.wasted", "repair-0001", "k1")]
    frame = data_of(*rows).visits
    assert frame["dispatched_h"].tolist() == [2.5, 8]
    assert frame["road_h"].tolist() == [1.25, 0]
    assert frame["wait_h"].tolist() == [1.5, 0.5]


def test_what_happens_after_a_visit_is_not_part_of_it():
    rows = [(1, "job.opened", "generate-0001", "s1"), (1, "crew.sent", "k1", "generate-0001")]
    rows += [(2, "job.onsite", "generate-0001", "k1"), (2.5, "job.wasted", "generate-0001", "k1")]
    rows += [(3, "generator.started", "g1", "s1"), (4, "crew.works", "k1", "repair-0009")]
    frame = data_of(*rows).visits
    assert frame["generator"].tolist() == [""]
    assert frame["work_h"].tolist() == [0.5]


def test_a_delay_never_lasts_longer_than_the_journey():
    rows = [(1, "job.opened", "repair-0001", "s1"), (1, "crew.sent", "k1", "repair-0001")]
    rows += [(2, "crew.stuck", "k1", "e1", 9.0), (4, "job.onsite", "repair-0001", "k1")]
    frame = data_of(*rows).visits
    assert (frame["road_h"][0], frame["travel_h"][0]) == (3, 0)


def test_a_delay_of_a_crew_without_a_journey_is_nobody_elses():
    assert data_of(*JOURNEY, (1.5, "crew.stuck", "k2", "e1", 5.0)).visits["road_h"].tolist() == [1.25]


def visits(*kinds, end="job.done"):
    for number, kind in enumerate(kinds):
        job = f"{kind}-{number:04d}"
        yield number, "job.opened", job, "s1"
        yield number + 0.1, "crew.sent", "k1", job
        yield number + 0.5, "job.onsite", job, "k1"
        yield number + 0.9, end, job, "k1"


def test_visits_are_counted_by_work():
    rows = [*visits("generate", "refuel", "rove", "collect", "repair", "splice", "scout", "lineman", "place")]
    assert figure("site_visits", *rows) == 8
    assert figure("generation_visits", *rows) == 4
    assert figure("repair_visits", *rows) == 3
    assert figure("mains_visits", *rows) == 1
    assert figure("site_visits", *rows, at_h=2.5) == 3
    assert figure("site_visits", *rows, at_h=2.4) == 2


def test_wasted_trips_are_visits_too():
    rows = [*visits("generate", "repair", end="job.wasted")]
    assert figure("site_visits", *rows) == figure("wasted_trips", *rows) == 2
    assert isnan(figure("mttr_work_h", *rows))


def test_visits_of_the_preparation_are_not_of_the_response():
    data = data_of(*visits("place", "quilt", "inspect", "move"))
    assert kpi("site_visits", data) == 0
    assert data.preparations["do"].tolist() == ["place", "quilt", "inspect", "move"]
    assert data.preparations["row"].tolist() == ["visit"] * 4


def test_people_vehicles_and_machines_are_counted_once():
    sent = [(number, "crew.sent", crew, "repair-0001") for number, crew in enumerate(["k1", "k1", "k2", "k3"])]
    rows = [
        *sent,
        (0, "job.opened", "repair-0001", "s3"),
        (5, "loader.sent", "l1", "e1"),
        (6, "loader.sent", "l1", "e2"),
        (7, "generator.placed", "g1", "s1"),
        (8, "generator.started", "g1", "s1"),
        (9, "generator.started", "f1", "h1"),
    ]
    data = data_of(*rows)
    expected = {
        "vehicles": 2,
        "all_terrain": 1,
        "vehicle_turnouts": 3,
        "people": 9,
        "person_turnouts": 11,
        "loaders": 1,
        "equipment_sets": 1,
        "generator_runs": 2,
    }
    assert {name: kpi(name, data) for name in expected} == expected
    assert kpi("vehicles", data, group=group("s3")) == 2
    assert kpi("vehicles", data, group=group("s1")) == 0
    assert isnan(kpi("loaders", data, group=group("s1")))


def test_crews_that_share_a_vehicle_are_one_vehicle():
    shared = inventory()
    shared["crew"]["vehicle"] = np.array(["v1", "v1", ""])
    sent = [(number, "crew.sent", crew, "repair-0001") for number, crew in enumerate(["k1", "k2"])]
    data = tables(log_of(*sent).columns(), shared, 48.0)
    assert (kpi("vehicles", data), kpi("people", data)) == (1, 5)


def test_a_generator_run_ends_with_what_ends_it():
    rows = [
        (1, "generator.started", "g1", "s1", 3.0),
        (4, "generator.dry", "g1", "s1"),
        (5, "generator.started", "g1", "s1", 3.0),
    ]
    frame = data_of(*rows).generator_runs
    assert frame["duration_h"].tolist() == [3, 43]
    assert frame["ended_by"].tolist() == ["dry", ""]
    assert frame["open_ended"].tolist() == [False, True]


# ---------------------------------------------------------------- timeliness


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ([], nan),
        ([(5, "mains.back", "s1")], nan),
        ([(3, "generator.started", "g1", "s1")], 1),
        ([(3, "generator.started", "g1", "s1"), (4, "radio.off", "s1")], 1),
        ([(3, "radio.off", "s1"), (4, "generator.started", "g1", "s1")], 0),
        ([(3, "radio.off", "s1")], 0),
        ([(5, "mains.back", "s1"), (6, "radio.off", "s1")], nan),
        ([(0.5, "generator.started", "g1", "s1"), (4, "radio.off", "s1")], 1),
        (
            [
                (0.5, "generator.started", "g1", "s1"),
                (0.8, "generator.stopped", "g1", "s1"),
                (4, "radio.off", "s1"),
            ],
            0,
        ),
    ],
    ids=[
        "battery lasts",
        "mains back first",
        "powered",
        "powered, then dry",
        "late",
        "never",
        "off for another reason",
        "running already",
        "ran before only",
    ],
)
def test_generation_is_timely_before_the_first_disconnect(rows, share):
    found = figure("generation_timeliness_share", (1, "mains.lost", "s1"), *rows)
    assert found == pytest.approx(share, nan_ok=True)


def repair(site, opened_h, closed_h=None, end="job.done", kind="repair"):
    job = f"{kind}-{site}{opened_h}"
    yield opened_h, "job.opened", job, site
    if closed_h is not None:
        yield closed_h, end, job, "k1"


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ([*repair("s1", 1, 4.9)], 1),
        ([*repair("s1", 1, 5.1)], 0),
        ([*repair("s2", 1, 8.9)], 1),
        ([*repair("h1", 1, 3.5)], 0),
        ([*repair("s1", 47)], nan),
        ([*repair("s1", 40)], 0),
        ([*repair("s1", 1, 2, "job.wasted")], nan),
        ([*repair("s1", 1, 2, "job.failed")], 0),
        ([*repair("s1", 1, 2, kind="refuel")], nan),
        ([*repair("s1", 1, 2, kind="lineman"), *repair("s2", 1, 20)], 0.5),
    ],
    ids=[
        "town",
        "town late",
        "country",
        "hub late",
        "not yet due",
        "open and due",
        "needless",
        "failed",
        "no repair",
        "two",
    ],
)
def test_repairs_are_timely_within_the_limit_of_their_place(rows, share):
    assert figure("repair_timeliness_share", *rows) == pytest.approx(share, nan_ok=True)


def test_the_limits_of_repair_are_the_plans():
    plan = Plan(repair_limit_h={"urban": 1, "rural": 1, "hub": 1})
    assert figure("repair_timeliness_share", *repair("s1", 1, 4.9), plan=plan) == 0


def test_first_report_alarm_to_acceptance_and_alarm_to_end():
    rows = [
        (1, "desk.alarm", "s1", "mains"),
        (3, "site.down", "s1", "power"),
        (3, "site.down", "s2", "power"),
        (3.5, "desk.alarm", "s1", "low_battery"),
        (5, "desk.listed", "s2", "mobile"),
        (6, "desk.alarm", "s1", "down"),
        (9, "site.up", "s1"),
        (9, "site.up", "s2"),
    ]
    assert figure("time_to_first_report_h", *rows) == 2
    assert figure("time_to_first_report_h", *rows, sites=["s1"]) == 3
    assert figure("mttr_h", *rows) == (3 + 4) / 2
    job = [(1.5, "job.opened", "generate-0001", "s1"), (2.5, "job.assigned", "generate-0001", "k1")]
    assert figure("mtta_h", *rows, *job) == 1.5


def test_acceptance_counts_from_the_alarm_that_caused_the_job():
    rows = [
        (1, "desk.alarm", "s1", "mains"),
        (2, "desk.alarm", "s1", "down"),
        (3, "job.opened", "generate-0001", "s1", nan, 0),
        (5, "job.assigned", "generate-0001", "k1"),
    ]
    assert figure("mtta_h", *rows) == 4


def test_following_up_is_not_answering_an_alarm():
    rows = [(1, "desk.alarm", "s1", "mains"), (30, "job.opened", "refuel-0001", "s1")]
    assert isnan(figure("mtta_h", *rows, (31, "job.assigned", "refuel-0001", "k1")))


def test_a_report_before_the_first_outage_is_not_of_it():
    rows = [(1, "desk.alarm", "s1", "down"), (3, "site.down", "s1", "power"), (4, "desk.alarm", "s1", "down")]
    assert figure("time_to_first_report_h", *rows) == 1


def test_an_outage_that_lasts_has_no_time_to_its_end():
    assert isnan(figure("mttr_h", (3, "site.down", "s1", "power"), (4, "desk.alarm", "s1", "down")))


def test_an_outage_that_the_desk_never_heard_of_is_not_in_the_mean():
    rows = [(3, "site.down", "s1", "power"), (4, "site.up", "s1"), (4.5, "desk.alarm", "s1", "down")]
    assert isnan(figure("mttr_h", *rows))


# ---------------------------------------------------------------- preparation and dispatch

PLANNED = [(0, "measure.planned", "place_generators-01", site, 4.0) for site in ("s1", "s2", "s3", "h1")]
PLACED = [(t, "measure.done", "place_generators-01", site, 4.0) for t, site in ((1, "s1"), (4, "s2"), (6, "s3"))]


def test_planned_placements_are_on_time_late_or_never():
    data = data_of(*PLANNED, *PLACED)
    found = dispatch(data.lines)
    assert found[:4] == (4, 2, 1, 1)
    assert found[4:] == pytest.approx(np.quantile([-3, 0, 2], [0.1, 0.5, 0.9]))
    names = ("dispatch_on_time_share", "dispatch_late", "dispatch_never", "dispatch_lag_h")
    assert [kpi(name, data) for name in names] == [0.5, 1, 1, 0]
    assert kpi("dispatch_on_time_share", data, group=group("s3", "h1")) == 0
    assert data.planned_dispatch["lag_h"].tolist()[:3] == [-3, 0, 2]


def test_a_placement_not_yet_due_is_undecided():
    data = data_of((0, "measure.planned", "place_generators-01", "s1", 60.0))
    assert dispatch(data.lines).planned == 0
    assert isnan(kpi("dispatch_on_time_share", data))
    assert data.preparations["result"].tolist() == ["not due"]


def test_all_lines_of_the_preparation_count_as_preparation():
    rows = [
        *PLANNED,
        *PLACED,
        (0, "measure.planned", "fill_fuel-02", "d1", 4.0),
        (2, "measure.done", "fill_fuel-02", "d1", 4.0),
    ]
    assert figure("preparation_done_share", *rows) == pytest.approx(3 / 5)
    assert figure("dispatch_on_time_share", *rows) == 0.5


# ---------------------------------------------------------------- vehicles on duty

DUTY = [
    (0, "crew.called", "k1", "d1"),
    (2, "crew.called", "k2", "d2"),
    (6, "crew.rests", "k1", "d1", 2.0),
    (6, "crew.rests", "k2", "d2", 8.0),
    (0, "crew.called", "k3", "d2"),
]
DARK = [
    (1, "mains.lost", "s1", "f1"),
    (1, "mains.lost", "s2", "f1"),
    (3, "mains.lost", "s3", "f2"),
    (9, "mains.back", "s1", "f1"),
    (9, "mains.back", "s2", "f1"),
    (10, "mains.back", "s3", "f2"),
]


def test_sites_without_mains_per_vehicle_on_duty():
    data = data_of(*DUTY, *DARK)
    steps = dict(zip(*(column.tolist() for column in vehicle_ratio(data)), strict=True))
    assert steps == {0: 0, 1: 2, 2: 1, 3: 1.5, 6: inf, 8: 3, 9: 1, 10: 0, 14: 0}
    assert kpi("sites_without_mains_per_vehicle", data) == 3


def test_a_vehicle_is_on_duty_when_ready_even_if_nobody_called_it():
    data = data_of((1, "mains.lost", "s1", "f1"), (1, "mains.lost", "s2", "f1"))
    assert kpi("sites_without_mains_per_vehicle", data) == 2


def test_bands_hold_the_hours_of_the_ratio():
    plan = Plan(vehicle_bands=[1, 2.5])
    found = vehicle_bands(data_of(*DUTY, *DARK, plan=plan))
    assert [band.hours for band in found] == [1 + 1, 1 + 3, 1, 2]
    assert [(band.above, band.up_to) for band in found] == [(0, 1), (1, 2.5), (2.5, inf), (inf, inf)]


def test_bands_of_a_county_take_its_sites_and_its_vehicles():
    data = data_of(*DUTY, *DARK)
    steps = dict(zip(*(column.tolist() for column in vehicle_ratio(data, "c2")), strict=True))
    assert steps[3] == 1
    assert steps[6] == inf


# ---------------------------------------------------------------- what was in want

WAITS = [
    (2.0, "job.opened", "generate-0001", "s1"),
    (4.0, "job.assigned", "generate-0001", "k1"),
    (6.0, "job.opened", "generate-0002", "s2"),
    (8.0, "job.lapsed", "generate-0002", "mains_back"),
]
IDLE = ("waiting_crews_free", "waiting_crews_resting", "waiting_sets_unused")


def idle(*rows):
    data = data_of(*sorted(rows, key=lambda row: row[0]))
    return [kpi(name, data) for name in IDLE]


def test_what_stands_idle_counts_only_while_an_order_to_power_a_site_waits():
    # waits from 2 to 4 (k1 free) and from 6 to 8 (k1 at work); k2 comes when called, k3 has no vehicle
    assert idle(*WAITS) == [0.5, 0, 2]
    assert idle(*WAITS, (3.0, "crew.called", "k2", "d2")) == [0.5 + 3 / 4, 0, 2]
    repairs = [(t_h, kind, name.replace("generate", "repair"), thing) for t_h, kind, name, thing in WAITS]
    assert all(isnan(value) for value in idle(*repairs))


def test_a_crew_that_rests_is_neither_free_nor_at_work():
    assert idle(*WAITS, (5.0, "crew.rests", "k1", "d1", 2.0)) == [2 / 4 + 1 / 4, 1 / 4, 2]


def test_a_generator_at_a_site_is_not_unused_though_it_stands_still():
    placed = [(1.0, "generator.placed", "g1", "s3", 20.0), (7.0, "generator.taken", "g1", "k1", 20.0)]
    assert idle(*WAITS, *placed)[2] == (2 * 1 + 1 * 1 + 1 * 2) / 4
    assert idle(*WAITS, (0.0, "generator.placed", "f1", "s3", 20.0))[2] == 2


def test_of_a_group_of_sites_nothing_is_said_of_what_stands_idle():
    assert all(isnan(kpi(name, data_of(*WAITS), group=group("s1"))) for name in IDLE)
