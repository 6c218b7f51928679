"""The scorecard's notes: rules kept, late preparations, idle crews, bands, guessed defaults, and their text."""

import re

import pytest
from little_runs import STORY, data_of, spec_of
from rich.cells import cell_len

from sim.language import speaking, translations
from sim.report.terminal import scorecard_text
from sim.scorecard import scorecard, why_told
from sim.scorecard.reasons import messages

RULES = {"dispatch": [
    {"class": "B", "power_before": "first_disconnect", "skip_if": "battery_outlasts_told_restore"},
    {"class": "A", "power_within_h": "6 h"},
]}  # fmt: skip


def card_of(*rows, **chapters):
    spec = spec_of(**chapters)
    return scorecard(spec, data_of(*(rows or STORY), plan=spec.plan), seed=7)


# ---------------------------------------------------------------- dispatch rules


def test_every_rule_of_the_plan_has_its_lines():
    rows = [row for row in card_of(plan=RULES).rows if row.kpi.startswith("generation_dispatch")]
    assert [(row.kpi.removeprefix("generation_dispatch_"), row.of, row.simulated) for row in rows] == [
        ("on_time_share", "", 0.5), ("late", "", 1), ("never", "", 0),
        ("lag_h", "", pytest.approx(-4.55)), ("lag_h", "", pytest.approx(-0.75)), ("lag_h", "", pytest.approx(3.05)),
        ("on_time_share", "class B", 0), ("late", "class B", 1), ("never", "class B", 0),
        ("lag_h", "class B", 4), ("lag_h", "class B", 4), ("lag_h", "class B", 4),
        ("on_time_share", "class A", 1), ("late", "class A", 0), ("never", "class A", 0),
        ("lag_h", "class A", -5.5), ("lag_h", "class A", -5.5), ("lag_h", "class A", -5.5),
    ]  # fmt: skip
    assert rows[6].reading == (
        "power before the first disconnect, unless the battery outlasts the told restoration; "
        "0 of 1 times without mains, 1 late, 0 never"
    )


def test_the_rules_stand_as_a_table_too():
    card = card_of(plan=RULES)
    told = [(line["class"], line["planned"], line["on_time"], line["lag_p50_h"]) for line in card.dispatch_rules]
    assert told == [(None, 2, 1, -0.75), ("B", 1, 0, 4), ("A", 1, 1, -5.5)]
    text = scorecard_text(card, 80)
    assert re.search(r"^B +0 % +0 +1 +0 +0 +0 +4 h +4 h +4 h$", text, re.MULTILINE)
    assert "A: power within 6 h" in text


def test_a_plan_without_rules_has_no_line_of_them():
    card = card_of()
    assert card.dispatch_rules == []
    assert not [row for row in card.rows if row.kpi.startswith("generation_dispatch")]


# ---------------------------------------------------------------- preparation, crews, bands


def test_late_lines_of_the_preparation_are_named():
    found = card_of((1, "measure.planned", "quilts-01", "s2", 2.0), *STORY).late_preparations
    assert [(line["target"], line["result"], line["lag_h"]) for line in found["lines"]] == [
        ("x1", "never", None),
        ("s2", "never", None),
        ("s3", "late", 1),
    ]
    assert (found["more"], found["lines"][2]["by"]) == (0, "2023-11-05T02:00")


def test_no_more_than_ten_late_lines_are_named():
    card = card_of(*[(1, "measure.planned", f"inspect-{number:02d}", "s1", 2.0) for number in range(13)])
    assert (len(card.late_preparations["lines"]), card.late_preparations["more"]) == (10, 3)
    text = scorecard_text(card, 100)
    assert "inspect-09" in text
    assert "and 3 more" in text


def test_a_preparation_in_time_has_no_late_lines():
    rows = [(1, "measure.planned", "quilts-01", "s1", 2.0), (1.5, "measure.done", "quilts-01", "s1", 2.0)]
    assert card_of(*rows).late_preparations == {"lines": [], "more": 0}


def test_crews_that_stayed_while_jobs_waited_are_hinted_at():
    told = "1 crew of 3 never left the depot while up to 1 job waited at once: 1 of a party without a job at its sites"
    assert card_of().hints == [told]
    assert card_of((1, "crew.free", "k1", "d1")).hints == []


def test_the_hint_says_why_where_the_log_tells():
    rows = [(1, "job.opened", "generate-0001", "s1"), (2, "job.opened", "generate-0002", "s2")]
    (hint,) = card_of(*rows).hints
    assert hint.startswith("3 crews of 3 never left the depot while up to 2 jobs waited at once: ")
    assert "1 never called for (second line, hired or aid)" in hint
    assert "1 of a party without a job at its sites" in hint


def test_bands_are_those_of_the_whole_and_of_each_county_that_lost_mains():
    found = card_of(plan={"vehicle_bands": [1]}).vehicle_bands
    assert [line["county"] for line in found] == [None, "c1", "c2"]
    assert [(band["above"], band["up_to"]) for band in found[0]["bands"]] == [(0, 1), (1, None), (None, None)]
    assert sum(band["hours"] for band in found[0]["bands"]) == 44
    assert card_of((0, "run.begins", "x")).vehicle_bands == []


# ---------------------------------------------------------------- assumptions


def guesses(**chapters):
    return {line.set: line for line in card_of(**chapters).assumptions if line.origin != "scenario"}


def test_guessed_defaults_are_assumptions():
    found = guesses()
    assert found["repair.radio_h"].value == {"median_h": 2.0, "p90_h": 4.0}
    assert found["plan.repair_limit_h"].value == {"urban": 4.0, "rural": 8.0, "hub": 2.0}
    assert found["grid.first_shape"].origin == "default"
    assert "Assumed" in found["generators.fixed_tank_h"].why
    assert "generators.failures_per_h" not in found, "it has a source"
    assert "desk.alarm_h" not in found, "nobody calls it a guess"


def test_what_the_scenario_sets_or_lists_is_no_guessed_default():
    assert "repair.radio_h" not in guesses(repair={"radio_h": "1/2 h"})
    listed = guesses(assumptions=[{"set": "repair", "why": "own figures"}, {"set": "grid.progress.a", "why": "fit"}])
    assert not [place for place in listed if place.startswith("repair.")]
    assert "grid.progress" not in listed


def test_guesses_of_a_hazard_stand_at_its_place():
    storm = {"kind": "snowstorm", "onset": "+6 h", "duration_h": 9, "centre": "c1", "water_mm": 35, "depth_cm": 25}
    assert guesses(hazards=[storm])["hazards.snowstorm.fragility.beta"].value == 0.5


def test_guessed_constants_of_the_models_are_assumptions():
    found = guesses()["sim.models.crews.REFUEL_L"]
    assert (found.value, found.origin) == ("20.0", "code")
    assert found.why.startswith("Assumed: ")


@pytest.mark.parametrize(
    ("allowed", "inside"), [([40, 100], True), ([24, 90], False), ([50, 100], False), (None, None)]
)
def test_a_median_and_its_p90_must_both_lie_in_the_range(allowed, inside):
    line = {"set": "grid.total_h", "why": "judgement", **({"range": allowed} if allowed else {})}
    found = card_of(assumptions=[line]).assumptions[0]
    assert found.value == {"median_h": 48.0, "p90_h": 96.0}
    assert found.inside is inside
    text = scorecard_text(card_of(assumptions=[line]), 100)
    assert ("no range" in text) == (allowed is None)
    assert ("(outside)" in text) == (inside is False)


# ---------------------------------------------------------------- the text

LONG = "resources.crew.people"
WHY = "nobody has ever published how many people sat on each of these vehicles, so that two are taken for every one"


@pytest.mark.parametrize("width", [80, 100, 120])
def test_names_are_never_broken_and_nothing_is_cut(width):
    plan = {**RULES, "targets": [
        {"id": "O1", "kpi": "sites_without_mains_cumulative", "at": "+24 h", "of": {"county": "west_ujimqin"}, "at_most": 1},
        {"id": "O2", "kpi": "generation_dispatch_on_time_share", "at_least": "50 %", "say": "发电调度及时率"},
    ]}  # fmt: skip
    card = card_of(plan=plan, assumptions=[{"set": LONG, "why": WHY}])
    text = scorecard_text(card, width)
    names = {row.kpi for row in card.rows if row.section != "dispatch" and row.simulated is not None}
    assert all(re.search(rf"\b{name}\b", text) for name in {*names, LONG, "west_ujimqin"})
    assert WHY in " ".join(text.split())
    assert "…" not in text
    assert max(map(cell_len, text.splitlines())) <= width
    assert re.search(r"^and \d+ defaults assumed, see scorecard.json$", text, re.MULTILINE)


def test_a_piped_card_takes_the_columns_it_is_told(monkeypatch):
    from sim import console

    monkeypatch.delenv("COLUMNS", raising=False)
    assert console.width() == 100
    monkeypatch.setenv("COLUMNS", "140")
    assert console.width() == 140
    monkeypatch.setenv("COLUMNS", "wide")
    assert console.width() == 100


# ---------------------------------------------------------------- reasons in Chinese


def test_reasons_of_guesses_are_told_in_chinese_and_kept_in_english():
    card = card_of()
    guesses = [line for line in card.assumptions if line.origin != "scenario"]
    assert {line.origin for line in guesses} == {"default", "code"}
    with speaking("zh"):
        told = {line.set: why_told(line.why) for line in guesses}
        kept = [line.to_json() for line in card_of().assumptions]
    assert [place for place, why in told.items() if not re.search("[一-鿿]", why) or "ssumed" in why] == []
    assert kept == [line.to_json() for line in card.assumptions]
    assert [why_told(line.why) for line in guesses] == [line.why for line in guesses]


def test_a_reason_of_two_remarks_is_told_from_both():
    why = next(line.why for line in card_of().assumptions if line.set == "roads.drift_factor")
    with speaking("zh"):
        assert (
            why_told(why)
            == "吹雪堆积到顶时的雪深与开阔地雪深之比。雪地车速。高速公路数值来源：FHWA Road Weather；其余为假定。"
        )
        assert why_told("the town is ours") == "the town is ours"


def test_every_remark_that_says_assumed_has_chinese():
    assert [one for one in messages() if not translations("zh").get(one)] == []
