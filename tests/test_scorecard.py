"""Simulated beside plan beside record."""

import json
from math import isnan

import pytest
from little_runs import STORY, data_of, run_of, spec_of
from rich.cells import cell_len

from sim.report.terminal import scorecard_text
from sim.scorecard import number, scorecard, shown
from sim.vocabulary import KPIS

CONTRACT = ["kpi", "unit", "at", "role", "simulated", "target", "comparison", "met", "recorded", "reading"]


def card_of(*rows, lists=None, **chapters):
    return scorecard(spec_of(**chapters), data_of(*(rows or STORY)), lists=lists or {}, seed=7)


def target_of(*rows, lists=None, **target):
    return card_of(*rows, lists=lists, plan={"targets": [{"id": "O1", **target}]}).targets[0]


def record_of(*rows, **line):
    found = card_of(*rows, record={"rows": [line]}).rows
    return [row for row in found if row.section == "record"]


# ---------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("bound", "met", "margin"),
    [
        ({"at_most": 2}, False, -1),
        ({"at_most": 3}, True, 0),
        ({"at_most": 5}, True, 2),
        ({"at_least": 3}, True, 0),
        ({"at_least": 4}, False, -1),
    ],
    ids=str,
)
def test_a_target_is_met_up_to_its_bound(bound, met, margin):
    row = target_of(kpi="stations_out_cumulative", at="+48 h", **bound)
    assert row.simulated == 3
    assert (row.met, row.margin, row.comparison) == (met, margin, next(iter(bound)))


def test_a_target_of_a_group_counts_the_group_alone():
    row = target_of(kpi="stations_out_cumulative", at="+48 h", of={"urban": False, "county": "c1"}, at_most=1)
    assert (row.simulated, row.met) == (1, True)
    assert row.of == "county c1, not urban"


def test_a_target_of_a_list_counts_its_sites():
    row = target_of(kpi="site_outage_h", of={"list": "chosen"}, at_most=5, lists={"chosen": frozenset({1, 2})})
    assert row.simulated == 5


def test_the_instant_of_a_target_is_a_wall_clock_or_hours_after_the_start():
    for at in ("2023-11-05T09:00", "+9 h"):
        row = target_of(kpi="stations_out", at=at, at_most=5)
        assert (row.at, row.at_h, row.simulated) == ("2023-11-05T09:00", 9, 1)


def test_a_relative_instant_counts_from_the_first_outage():
    row = target_of(kpi="restored_share", at="+4 h", since="first_outage", at_least="80 %")
    assert (row.at_h, row.simulated, row.met) == (12, 1, True)
    assert row.reading == "4 h after the first outage"


def test_a_relative_instant_counts_from_the_onset():
    storm = {
        "kind": "snowstorm",
        "onset": "+6 h",
        "duration_h": "10 h",
        "centre": "c1",
        "water_mm": 35,
        "depth_cm": 25,
    }
    plan = {"targets": [{"id": "O1", "kpi": "stations_out", "at": "+3 h", "since": "onset", "at_most": 5}]}
    row = card_of(plan=plan, hazards=[storm]).targets[0]
    assert (row.at_h, row.simulated) == (9, 1)
    assert row.reading == "3 h after the onset"


def test_a_wall_clock_stands_whatever_since_says():
    row = target_of(kpi="stations_out", at="2023-11-05T09:00", since="first_outage", at_most=5)
    assert row.at_h == 9


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"kpi": "stations_out", "at": "+49 h"}, "beyond the horizon"),
        ({"kpi": "stations_out", "at": "+1 h", "since": "onset"}, "there was no onset"),
        ({"kpi": "stations_out", "at": "+1 h", "of": {"county": "c9"}}, "no site is selected"),
        ({"kpi": "snow_depth_cm"}, "the log has no snow"),
        ({"kpi": "restored_share", "at": "+1 h"}, "no station had gone out"),
    ],
    ids=str,
)
def test_an_undefined_target_is_neither_met_nor_missed(target, reason):
    row = target_of(**target, at_most=1)
    assert row.simulated is None
    assert row.met is None
    assert row.margin is None
    assert reason in row.reading


def test_without_an_outage_nothing_counts_from_the_first():
    row = target_of((0, "run.begins", "x"), kpi="restored_share", at="+1 h", since="first_outage", at_least=0.8)
    assert row.met is None
    assert "there was no first outage" in row.reading


# ---------------------------------------------------------------- the verdict


def verdict(*targets):
    plan = {"targets": [{"id": f"O{number}", **target} for number, target in enumerate(targets, 1)]}
    card = card_of(plan=plan)
    return card.met, card.verdict()


MET = {"kpi": "site_visits", "at": "+48 h", "at_most": 5}
MISSED = {"kpi": "site_outage_h", "at_most": 10, "say": "断站时长"}
WORSE = {"kpi": "townships_dark", "at_most": 0}
UNKNOWN = {"kpi": "snow_depth_cm", "at_most": 30}


def test_the_verdict_names_the_worst_target():
    met, text = verdict(MET, MISSED, WORSE)
    assert met is False
    assert text == "plan NOT met: 2 of 3 targets missed; worst: O3 全阻乡镇, 1 (≤ 0)"


def test_the_worst_is_judged_as_a_share_of_its_bound():
    by_more_in_hours = {"kpi": "user_outage_h", "at_most": 1400}
    assert (
        "worst: O1 断站时长, 13 site·h (≤ 10 site·h)"
        in verdict(by_more_in_hours | {"id": "O0"}, MISSED | {"id": "O1"})[1]
    )


def test_the_verdict_says_what_is_undefined():
    assert verdict(MET, UNKNOWN) == (None, "plan not fully tested: 1 of 2 targets met; 1 undefined")
    assert verdict(UNKNOWN) == (None, "plan not fully tested: 0 of 1 targets met; 1 undefined")
    assert verdict(MET) == (True, "plan met: 1 of 1 targets")
    assert verdict() == (None, "no targets in the plan")


# ---------------------------------------------------------------- the record


def test_a_recorded_number_stands_beside_the_simulated_one():
    (row,) = record_of(kpi="stations_out_cumulative", value=6, at="2023-11-06T17:00")
    assert (row.simulated, row.recorded, row.ratio) == (3, 6, 0.5)
    assert (row.at, row.at_h, row.role) == ("2023-11-06T17:00", 41, "output")
    assert row.target is row.met is row.comparison is None


def test_an_unstated_instant_is_shown_under_every_reading():
    rows = record_of(kpi="site_visits", value=475, at="unstated", readings=["+10 h", "2023-11-05T12:00", "+48 h"])
    assert [row.simulated for row in rows] == [0, 1, 1]
    assert [row.recorded for row in rows] == [475] * 3
    assert [row.reading.rpartition("read as ")[2] for row in rows] == [
        "2023-11-05 10:00",
        "2023-11-05 12:00",
        "the end",
    ]
    assert len({row.reading for row in rows}) == 3


def test_an_unstated_instant_without_readings_is_the_end():
    (row,) = record_of(kpi="site_visits", value=475, at="unstated")
    assert row.at_h == 48
    assert row.reading == "instant unstated, read as the end"


def test_an_input_says_how_many_were_used():
    (row,) = record_of(kpi="vehicles", value=91, role="input", reading="vehicles or vehicle-turnouts")
    assert (row.role, row.simulated, row.recorded, row.at) == ("input", 2, 91, None)
    assert row.reading == "vehicles or vehicle-turnouts"


@pytest.mark.parametrize(
    ("value", "agrees"),
    [
        (">4", True),
        (">5", False),
        ("≥5", True),
        ("<= 5", True),
        ("<5", False),
        ("> 1,000", False),
        ("II", None),
    ],
)
def test_a_recorded_inequality_is_tested_and_a_word_is_not(value, agrees):
    (row,) = record_of(kpi="people", value=value)
    assert row.simulated == 5
    assert (row.recorded, row.agrees, row.ratio) == (value, agrees, None)


# ---------------------------------------------------------------- dispatch and the rest


def test_planned_dispatch_has_its_rows():
    rows = [row for row in card_of().rows if row.section == "dispatch"]
    assert [row.simulated for row in rows] == [0.5, 1, 0, pytest.approx(-0.35), 0.25, pytest.approx(0.85)]
    assert rows[0].reading == "1 of 2 placements"
    assert [row.reading[:3] for row in rows[3:]] == ["P10", "P50", "P90"]


def test_no_dispatch_rows_where_nothing_was_planned():
    assert [row for row in card_of((0, "run.begins", "x")).rows if row.section == "dispatch"] == []


# ---------------------------------------------------------------- assumptions

ASSUMED = [
    {"set": "grid.switching", "range": [0.3, 0.6], "why": "judgement", "tuned_to": "685"},
    {"set": "grid.switching", "range": ["50 %", "60 %"], "why": "judgement"},
    {"set": "hazards.snowstorm.onset", "range": ["2023-11-05T00:00", "2023-11-06T00:00"], "why": "days only"},
    {"set": "hazards.snowstorm.onset", "range": ["2023-11-05T12:00", "2023-11-06T00:00"], "why": "days only"},
    {"set": "grid.total_h", "range": [24, 96], "why": "published form"},
    {"set": "plan.targets", "why": "not public"},
    {"set": "policy", "range": ["nearest", "class_then_deadline", "roving"], "why": "a choice"},
]


def test_assumptions_stand_with_their_value_now_and_whether_it_is_in_range():
    storm = {
        "kind": "snowstorm",
        "onset": "+6 h",
        "duration_h": "10 h",
        "centre": "c1",
        "water_mm": 35,
        "depth_cm": 25,
    }
    found = card_of(assumptions=ASSUMED, hazards=[storm]).assumptions
    found = [line for line in found if line.origin == "scenario"]
    assert [line.inside for line in found] == [True, False, True, False, True, None, True]
    assert [line.value for line in found][:3] == [0.45, 0.45, 6.0]
    assert found[4].value == {"median_h": 48.0, "p90_h": 96.0}
    assert found[5].value is None
    assert found[0].tuned_to == "685"


def test_a_stated_value_stands_where_the_place_is_a_chapter():
    line = {"set": "resources.depots", "value": "by population", "why": "only totals are public"}
    assert card_of(assumptions=[line]).assumptions[0].value == "by population"


# ---------------------------------------------------------------- JSON


def test_the_json_has_the_keys_of_the_contract_and_no_nan():
    chapters = {
        "plan": {"targets": [{"id": "O1", **MET}, {"id": "O2", **UNKNOWN}]},
        "record": {"rows": [{"kpi": "people", "value": ">20"}]},
        "assumptions": ASSUMED[:1],
    }
    made = card_of(**chapters).to_json()
    assert {"scenario", "seed", "rows", "assumptions"} <= set(made)
    assert all(list(row)[: len(CONTRACT)] == CONTRACT for row in made["rows"])
    assert all(row["unit"] == KPIS[row["kpi"]].unit for row in made["rows"])
    json.dumps(made, allow_nan=False)
    unknown = next(row for row in made["rows"] if row["id"] == "O2")
    assert unknown["simulated"] is unknown["met"] is None
    assert made["rows"][0]["simulated"] == 1
    assert made["verdict"]["undefined"] == ["O2"]


def test_numbers_for_json_and_for_people():
    assert [number(value) for value in (3.0, 0.5, float("nan"), None)] == [3, 0.5, None, None]
    assert isinstance(number(3.0), int)
    told = [
        shown(0.805, "share"),
        shown(1420.0, "user_h"),
        shown(0.25, "h"),
        shown(None),
        shown(float("nan")),
        shown(0, "share"),
    ]
    assert told == ["80.5 %", "1,420 user·h", "0.25 h", "–", "–", "0 %"]
    assert isnan(float("nan"))


# ---------------------------------------------------------------- in the terminal


@pytest.fixture(scope="module")
def full_card():
    targets = [{"id": "O1", **MISSED}, {"id": "O2", **UNKNOWN, "say": "积雪不超过三十厘米"}]
    record = [{"kpi": "stations_out_cumulative", "value": 685, "at": "2023-11-06T17:00"}]
    return run_of(plan={"targets": targets}, record={"rows": record}, assumptions=ASSUMED[:1]).scorecard_data


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_terminal_text_keeps_to_its_width(full_card, width):
    text = scorecard_text(full_card, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert " ".join(text.split()).startswith("plan NOT met: 1 of 2 targets missed; 1 undefined; worst: O1 断站时长")
    assert "\x1b" not in text


def test_the_terminal_text_says_everything(full_card):
    text = scorecard_text(full_card, 120)
    for part in (
        "MISSED",
        "≤ 10 site·h",
        "13 site·h",
        "685",
        "2023-11-06 17:00",
        "grid.switching",
        "0.3 … 0.6",
        "placements",
        "A little storm",
        "seed 7",
        "–",
    ):
        assert part in text, part


def test_chinese_words_do_not_shift_the_columns(full_card):
    lines = scorecard_text(full_card, 120).splitlines()
    targets = [line for line in lines if "site·h" in line or "积雪" in line][1:3]
    heading = next(line for line in lines if "simulated" in line)
    end = cell_len(heading[: heading.index("simulated")]) + len("simulated")
    cells = [_upto(line, end) for line in targets]
    assert cells[0].endswith("13 site·h")
    assert cells[1].endswith("–")


def _upto(line, cells):
    taken = ""
    for character in line:
        if cell_len(taken + character) > cells:
            break
        taken += character
    return taken


def test_colour_is_only_there_when_asked_for(full_card):
    assert "\x1b[" in scorecard_text(full_card, 80, colour=True)
