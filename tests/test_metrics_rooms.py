"""KPIs of machine rooms and procedures: against a count of their own, and in little cases by hand."""

from math import exp, isnan, log, nan

import pytest
from little_rooms import HOURS, drill_run, living, merged, rooms_run
from pydantic import ValidationError
from recompute import Files, differences, table_differences
from recompute_rooms import rooms

from sim.errors import InputError
from sim.metrics import ROOM_FIGURES, kpi, select, why_undefined
from sim.plan import Target
from sim.results import open_run
from sim.scorecard import shown
from sim.spec import Where


@pytest.fixture(scope="module")
def drill():
    return drill_run()


def value_of(name, *rows, of="", **chapters):
    return kpi(name, rooms_run(rows, **chapters).tables, None, None, of)


# ---------------------------------------------------------------- counted twice


def test_the_recount_agrees_on_the_drill(drill, tmp_path):
    folder = drill.write(tmp_path / "run")
    assert differences(folder) == {}
    assert table_differences(folder) == set()
    counted = rooms(Files(folder))
    assert set(counted) == set(ROOM_FIGURES)
    assert [name for name, value in counted.items() if isnan(value)] == []
    again = open_run(folder)
    assert {name: again.kpi_values[name] for name in counted} == {name: drill.kpi_values[name] for name in counted}


def test_the_recount_agrees_on_rows_by_hand(tmp_path):
    run = rooms_run(BY_HAND, plan={"levels": [{"level": "III", "warning": "blue", "report_h": 1.0}]})
    folder = run.write(tmp_path / "run")
    assert differences(folder) == {}
    assert table_differences(folder) == set()


BY_HAND = (
    (0.5, "device.failed", "srv-1"), (0.5, "device.down", "srv-1", "fault"), (0.7, "desk.alarm", "srv-1", "device"),
    (1.0, "room_link.cut", "l1"), (1.5, "room_link.mended", "l1"),
    (1.0, "service.down", "exchange", "transport"), (1.5, "service.up", "exchange"),
    (2.0, "service.down", "exchange", "cooling"), (2.0, "service.down", "monitoring", "power"), (2.2, "service.up", "exchange"),
    (2.0, "row.limit", "r1", "", 40.0), (2.0, "rack.hotspot", "k1", "r1", 4.0), (3.0, "row.limit", "r1", "", 24.0),
    (2.5, "procedure.started", "swap_pdu#1", "k1.A"), (2.5, "step.begun", "swap_pdu#1.detect", "noc-1", 1.0),
    (2.5, "person.busy", "noc-1", "swap_pdu#1.detect"), (2.6, "step.done", "swap_pdu#1.detect", "noc-1", 0.1),
    (3.0, "desk.level", "III", "services_out"), (3.9, "report.sent", "III", "carrier"), (3.0, "power.tripped", "k1.A", "overload", 0.9),
    (5.5, "desk.level", "III", "services_out"),
)  # fmt: skip


# ---------------------------------------------------------------- services


def test_outages_of_services_are_rows_of_the_table():
    frame = rooms_run(BY_HAND).outages
    assert frame["unit"].tolist() == ["service"] * 3
    assert frame["subject"].tolist() == ["exchange", "exchange", "monitoring"]
    assert frame["cause"].tolist() == ["transport", "cooling", "power"]
    assert frame["users"].tolist() == [90000, 90000, 40]
    assert frame["end_h"].tolist() == [1.5, 2.2, HOURS]
    assert frame["open_ended"].tolist() == [False, False, True]


def test_the_longest_service_counts_or_the_one_that_is_named():
    assert value_of("service_outage_h", *BY_HAND) == 4.0
    assert value_of("service_outage_h", *BY_HAND, of="exchange") == pytest.approx(0.7)
    assert value_of("service_outages", *BY_HAND) == 3
    assert value_of("service_outages", *BY_HAND, of="supervision") == 0
    assert value_of("service_availability", *BY_HAND, of="exchange") == pytest.approx(1 - 0.7 / 6)
    assert isnan(value_of("service_outage_h", *BY_HAND, of="nothing"))


def test_delay_and_loss_are_the_worst_of_the_run():
    rows = [(0.0, "service.delay", "exchange", "", 0.08), (1.0, "service.delay", "exchange", "", 0.19)]
    rows += [(2.0, "service.delay", "exchange", "", 0.1), (1.0, "service.loss", "exchange", "", 0.375)]
    assert value_of("service_delay_ms", *rows) == 0.19
    assert value_of("service_loss_share", *rows) == 0.375
    assert isnan(value_of("service_delay_ms", *rows, of="monitoring"))


# ---------------------------------------------------------------- faults


def test_a_fault_is_repaired_heard_or_lasts_to_the_horizon():
    broke, heard, mended = (
        (1.0, "cooler.failed", "c1", "r1"),
        (1.4, "desk.alarm", "c1", "cooler"),
        (3.0, "cooler.mended", "c1"),
    )
    assert value_of("fault_to_repair_h", broke, heard, mended) == 2.0
    assert value_of("fault_to_alarm_h", broke, heard, mended) == pytest.approx(0.4)
    assert value_of("fault_to_repair_h", broke) == value_of("fault_to_alarm_h", broke) == HOURS - 1
    assert isnan(value_of("fault_to_alarm_h", broke, mended))
    assert isnan(value_of("fault_to_repair_h"))


def test_an_alarm_belongs_to_the_fault_that_lasts_when_it_is_heard():
    first = [(1.0, "cooler.failed", "c1", "r1"), (2.0, "cooler.mended", "c1")]
    second = [(3.0, "cooler.failed", "c1", "r1"), (3.1, "desk.alarm", "c1", "cooler")]
    assert value_of("fault_to_alarm_h", *first, *second) == pytest.approx(0.1)


def test_a_second_word_of_the_same_fault_begins_nothing():
    rows = [
        (1.0, "power.tripped", "k1.A", "overload", 0.9),
        (2.0, "power.failed", "k1.A", "inject"),
        (4.0, "power.mended", "k1.A"),
    ]
    assert value_of("fault_to_repair_h", *rows) == 3.0


def test_trips_and_devices_of_one_row():
    rows = [(1.0, "power.tripped", "k1.A", "overload", 0.9), (1.0, "power.tripped", "board_a", "overload", 1.0)]
    rows += [(1.0, "device.down", name, "power") for name in ("srv-1", "srv-2", "edge-1")]
    rows += [
        (2.0, "device.up", "srv-1"),
        (2.0, "device.down", "srv-3", "heat"),
        (2.0, "device.tripped", "srv-3", "heat", 42.0),
    ]
    assert value_of("pdu_trips", *rows) == value_of("pdu_trips", *rows, of="r1") == 1
    assert value_of("pdu_trips", *rows, of="r2") == 0
    assert value_of("devices_down_peak", *rows) == 3
    assert value_of("devices_down_peak", *rows, of="r2") == 1
    assert (value_of("devices_tripped", *rows), value_of("devices_tripped", *rows, of="r2")) == (1, 0)


# ---------------------------------------------------------------- temperatures


def test_hours_over_a_limit_are_those_of_the_exponential():
    lag_h = 65 / 20 / 3.6
    rows = [(1.0, "row.limit", "r1", "", 44.0), (3.0, "row.limit", "r1", "", 24.0)]
    top = 44 - 20 * exp(-2 / lag_h)
    up, down = lag_h * log(20 / (44 - 32)), lag_h * log((top - 24) / 8)
    assert value_of("hours_over_major_h", *rows) == pytest.approx(2 - up + down, abs=1e-9)
    assert value_of("temperature_peak_c", *rows) == pytest.approx(top)
    assert value_of("hours_over_major_h", *rows, of="r2") == 0
    assert value_of("temperature_peak_c", *rows, of="r2") == 24


def test_a_hot_spot_counts_while_it_stands():
    lag_h = 65 / 20 / 3.6
    rows = [
        (1.0, "row.limit", "r1", "", 44.0),
        (1.5, "rack.hotspot", "k1", "r1", 6.0),
        (2.0, "rack.hotspot", "k1", "r1", 0.0),
    ]
    spot = 44 - 20 * exp(-1 / lag_h) + 6
    assert value_of("temperature_peak_c", *rows, horizon_h=2.1) == pytest.approx(spot)
    assert value_of("temperature_peak_c", *rows, horizon_h=20) == pytest.approx(44, abs=1e-3)


def test_hours_over_a_limit_are_those_of_the_warmest_rack():
    """What stands in the column of the peak and what in that of the hours is the same inlet."""
    lag_h = 65 / 20 / 3.6
    rows = [
        (1.0, "row.limit", "r1", "", 30.0),
        (2.0, "rack.hotspot", "k1", "r1", 6.0),
        (2.5, "rack.hotspot", "k2", "r1", 3.0),
        (3.0, "rack.hotspot", "k1", "r1", 0.0),
        (4.0, "row.limit", "r1", "", 24.0),
        (4.0, "rack.hotspot", "k2", "r1", 0.0),
    ]
    assert value_of("temperature_peak_c", *rows) == pytest.approx(30 - 6 * exp(-2 / lag_h) + 6)
    assert value_of("hours_over_major_h", *rows) == pytest.approx(2.0), "k1 for an hour, then k2 for an hour"


def test_the_pieces_meet_what_the_model_says(drill):
    """Every temperature in the log is where the piece before it ends."""
    rows = [row for row in drill.log if row.kind == "row.temperature" and row.t_h > 0]
    for row in rows:
        air = drill.tables.rooms.air[row.subject]
        assert float(air.before(air.start_h[air.start_h == row.t_h])[0]) == pytest.approx(row.value, abs=2e-3)
    assert len(rows) > 10


# ---------------------------------------------------------------- procedures and people


def steps(*rows):
    return [(0.5, "procedure.started", "swap_pdu#1", "k1.A"), *rows]


def done(step, t_h):
    return (t_h, "step.done", f"swap_pdu#1.{step}", "noc-1", t_h - 0.5)


def test_deadlines_count_from_the_beginning_of_the_procedure():
    rows = steps(done("detect", 0.7), done("triage", 1.1))
    assert value_of("step_timeliness_share", *rows, horizon_h=1.2) == 0.5
    assert value_of("steps_late", *rows, horizon_h=1.2) == 1
    assert value_of("steps_late", *rows) == 5
    assert value_of("procedure_h", *rows) == HOURS - 0.5
    assert isnan(value_of("steps_late", *rows, of="another"))


def test_a_step_that_is_begun_again_is_done_when_it_is_done_again():
    again = [
        (0.8, "step.rejected", "swap_pdu#1.triage", "detect", 1.0),
        (0.9, "step.begun", "swap_pdu#1.detect", "noc-1", 2.0),
    ]
    assert value_of("step_timeliness_share", *steps(done("detect", 0.6)), horizon_h=0.95) == 1
    assert value_of("step_timeliness_share", *steps(done("detect", 0.6), *again), horizon_h=0.95) == 0
    assert value_of("steps_rejected", *steps(*again)) == 1


def test_levels_lag_are_missed_and_are_too_low(drill):
    found = drill.kpi_values
    assert found["level_lag_h"] == pytest.approx(0.8)
    assert (found["levels_missed"], found["levels_too_low"], found["response_level"]) == (1, 1, 2)
    assert found["report_timeliness_share"] == 0.5


def test_people_of_teams_count_with_those_of_crews(drill):
    assert drill.kpi_values["people"] == 6
    assert (drill.kpi_values["teams"], drill.kpi_values["parties_engaged"], drill.kpi_values["places"]) == (4, 3, 2)
    held = value_of("people", (1.0, "person.busy", "noc-1", "x#1.a"), (2.0, "person.busy", "noc-1", "x#1.b"))
    assert held == 1


# ---------------------------------------------------------------- targets and records


def card_of(**chapters):
    return drill_run(**chapters).scorecard_data


def test_a_target_may_be_about_one_service_procedure_or_row():
    targets = [
        {"id": "S", "kpi": "service_outage_h", "of": {"service": "exchange"}, "at_most": 0},
        {"id": "P", "kpi": "procedure_h", "of": {"procedure": "swap_pdu"}, "at_most": "1 h"},
        {"id": "T", "kpi": "temperature_peak_c", "of": {"row": "r2"}, "at_most": 27},
    ]
    card = card_of(plan={"targets": targets})
    assert [(row.met, row.of) for row in card.targets] == [
        (True, "service exchange"),
        (False, "procedure swap_pdu"),
        (True, "row r2"),
    ]


@pytest.mark.parametrize(
    ("kpi_name", "of", "told"),
    [
        ("service_outage_h", {"row": "r1"}, "of must select one service"),
        ("service_outage_h", {"class": "A"}, "of must select one service"),
        ("site_outage_h", {"service": "exchange"}, "of must select sites"),
        ("response_level", {"procedure": "swap"}, "of must select nothing"),
        ("procedure_h", {"procedure": "swap", "county": "c1"}, "of must select one procedure"),
    ],
)
def test_a_target_about_what_its_kpi_does_not_know_is_refused(kpi_name, of, told):
    with pytest.raises(ValidationError, match=told):
        Target.model_validate({"id": "X", "kpi": kpi_name, "of": of, "at_most": 1})


def test_a_selection_of_sites_knows_no_services(drill):
    with pytest.raises(InputError, match="must select sites"):
        select(Where(service="exchange"), drill.inventory, {})


def test_levels_are_compared_as_roman_numerals():
    rows = [{"kpi": "response_level", "value": level} for level in ("II", "III")]
    card = card_of(record={"rows": rows}, plan={"targets": [{"id": "L", "kpi": "response_level", "at_most": "II"}]})
    assert [row.agrees for row in card.rows if row.section == "record"] == [True, False]
    assert card.targets[0].met
    assert shown(2.0, "level") == "II"
    assert card.targets[0].to_json()["simulated"] == 2


def test_the_scorecard_shows_what_can_be_said_of_rooms(drill):
    shown_rows = [row.kpi for row in drill.scorecard_data.rows if row.section == "kpi"]
    assert set(ROOM_FIGURES) <= set(shown_rows)


def test_every_undefined_figure_says_why():
    run = rooms_run([(0.0, "run.begins", "x", "")])
    for name in ROOM_FIGURES:
        if isnan(run.kpi_values[name]):
            assert why_undefined(name, run.tables, None, None) != "undefined"


def test_the_merging_of_logs_keeps_causes():
    log_, _ = living(1.0)
    both = merged(log_, [(0.5, "run.begins", "x"), (0.9, "desk.level", "IV", "", nan, 0)])
    for row in both:
        assert row.cause_row < 0 or both.row(row.cause_row).t_h <= row.t_h
