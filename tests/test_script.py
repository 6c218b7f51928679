"""The controllers' script: its lines, the sentences about what is expected, and whether the log shows them."""

import csv
import io
import json
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_runs import inventory, log_of, run_of
from pydantic import ValidationError
from validation.worlds import drill, story

import sim
from sim.exercise import parse_clock, spoken_hours
from sim.language import speaking
from sim.loading import shipped_scenarios
from sim.plan import Plan
from sim.scenario import InjectSpec, ScenarioSpec
from sim.script import judged, script_lines, written_lines
from sim.script.fired import fired
from sim.script.sentences import expectations
from sim.spec import Said

RECTIFIER = {"at": "+1 h", "do": "fail", "what": "site:s3.rectifier"}


# Sentences


@pytest.mark.parametrize(
    ("text", "key", "within_h", "detail"),
    [
        ("crew sent within 20 min", "crew_sent", 1 / 3, ""),
        ("Crews dispatched within 1 h.", "crew_sent", 1, ""),
        ("20 分钟内派队", "crew_sent", 1 / 3, ""),
        ("应在２０分钟以内派出抢修队伍。", "crew_sent", 1 / 3, ""),
        ("within 30 min, crew on site", "on_site", 0.5, ""),
        ("1小时内到场", "on_site", 1, ""),
        ("level II within 30 min", "level", 0.5, "II"),
        ("response level 3 raised within 30 min", "level", 0.5, "III"),
        ("30 分钟内启动Ⅱ级响应", "level", 0.5, "II"),
        ("30分钟内启动四级应急响应", "level", 0.5, "IV"),
        ("report sent within 1 h", "report", 1, ""),
        ("一小时内上报", "report", 1, ""),
        ("reported within 10 min", "noticed", 1 / 6, ""),
        ("10 分钟内发现", "noticed", 1 / 6, ""),
        ("restored within 2 h", "restored", 2, ""),
        ("2 个小时内恢复供电", "restored", 2, ""),
        ("修复不超过 8 h", "mended", 8, ""),
        ("serves again within 2 hours", "serves", 2, ""),
        ("半小时内恢复通信", "serves", 0.5, ""),
        ("generator running within 3 h", "generator_running", 3, ""),
        ("3小时内油机发电", "generator_running", 3, ""),
        ("portable cooler within 60 min", "cooled", 1, ""),
        ("help asked for within 1 h", "aid", 1, ""),
        ("1 小时内请求支援", "aid", 1, ""),
        ("work order given within 15 min", "job_given", 0.25, ""),
    ],
)
def test_a_sentence_is_understood(text, key, within_h, detail):
    (found,) = expectations(text, Plan())
    assert found.want is not None
    assert (found.want.key, found.want.within_h, found.want.detail) == (key, pytest.approx(within_h), detail)


@pytest.mark.parametrize(
    "text",
    [
        "satellite_backpack sent within 15 min", "15 分钟内派出卫星背包", "crew sent", "crew sent within a while",
        "crew sent within 0 min", "统一口径答复", "level V within 30 min", "located within 60 min", "内", "within , x",
        "crew sent within 1e99 h",
    ],
)  # fmt: skip
def test_another_sentence_is_left_to_people(text):
    assert [one.want for one in expectations(text, Plan())] == [None]


def test_parts_are_set_apart_by_semicolons():
    found = expectations("crew sent within 20 min; 2 小时内恢复；态度良好;", Plan())
    assert [one.say for one in found] == ["crew sent within 20 min", "2 小时内恢复", "态度良好"]
    assert [one.want is None for one in found] == [False, False, True]


def test_steps_of_procedures_are_known_by_name_and_title():
    plan = sim.load("taiyuan_exchange").spec.plan
    for text in (
        "located within 60 min",
        "locate done within 60 min",
        "60 分钟内完成OTDR定位",
        "step locate within 1 h",
    ):
        (found,) = expectations(text, plan)
        assert found.want is not None, text
        assert (found.want.key, found.want.detail) == ("step", "locate")


@given(st.text(max_size=60))
def test_no_text_is_an_error(text):
    """Whatever people write is a sentence or it is left to them."""
    for found in expectations(text, Plan()):
        assert found.want is None or found.want.within_h > 0


def test_both_languages_of_an_expectation_ask_the_same():
    """Fails when one language of a shipped expectation is understood otherwise than the other, or not at all."""
    for file in shipped_scenarios():
        spec = sim.load(file).spec
        for inject in spec.injects:
            if isinstance(inject.expect, Said):
                wants = [
                    [one.want for one in expectations(text, spec.plan)]
                    for text in (str(inject.expect), inject.expect.zh)
                ]
                assert wants[0] == wants[1], (file, inject.expect)


def test_every_shipped_expectation_says_what_it_is():
    """Those of the shipped drills are judged; fails when a sentence there is no longer understood."""
    for file in shipped_scenarios():
        spec = sim.load(file).spec
        unknown = [one.say for inject in spec.injects for one in expectations(inject.expect, spec.plan) if not one.want]
        if file.stem == "ten_sites_exercise":
            assert unknown == [
                "satellite_backpack sent within 15 min",
                "one agreed answer, no guess at when service is back",
            ]
        else:
            assert unknown == [], file


# Judged on logs by hand

START = "2024-01-10T12:00"


def verdicts(expect, *rows, inject=RECTIFIER, horizon_h=24, fired=True, **spec):
    """What came of an inject of hour 1: rows after it as (t_h, kind, subject, object, value, cause), row 0 the inject."""
    made = ScenarioSpec.model_validate(
        {"format": 1, "name": "x", "start": START, "horizon_h": horizon_h, "topology": "x", **spec,
         "injects": [{**inject, "expect": expect}]}
    )  # fmt: skip
    first = [(1.0, "inject.fired", inject.get("what", inject.get("colour", "")), inject["do"])] if fired else []
    return judged(made, log_of(*first, *rows).columns(), inventory())


def one(expect, *rows, **more):
    (found,) = verdicts(expect, *rows, **more)
    return found


SITE = {"at": "+1 h", "do": "fail", "what": "site:s1.rectifier"}
SENTENCES = [
    # sentence, inject, rows that lead there, the row that is expected
    ("crew sent within 30 min", SITE, [(1.0, "job.opened", "repair-1", "s1", nan, 0)], ("crew.sent", "k1", "repair-1")),
    ("30 分钟内到场", SITE, [(1.0, "job.opened", "repair-1", "s1", nan, 0)], ("job.onsite", "repair-1", "k1")),
    ("restored within 30 min", SITE, [], ("equipment.mended", "s1", "rectifier")),
    ("30 分钟内修复", SITE, [], ("equipment.mended", "s1", "rectifier")),
    ("reported within 30 min", SITE, [], ("desk.alarm", "s1", "rectifier")),
    ("generator running within 30 min", SITE, [], ("generator.started", "g1", "s1")),
    ("generator placed within 30 min", SITE, [], ("generator.placed", "g1", "s1")),
    ("serves again within 30 min", SITE, [(1.0, "site.down", "s1", "equipment")], ("site.up", "s1", "")),
    ("restored within 30 min", {**SITE, "what": "site:s1"}, [], ("mains.back", "s1", "f1")),
    ("30 分钟内恢复", {**SITE, "what": "feeder:f1"}, [], ("feeder.restored", "f1", "switching")),
    ("restored within 30 min", {**SITE, "what": "link:l1"}, [], ("link.mended", "l1", "")),
    ("replaced within 30 min", {**SITE, "what": "device:d1"}, [], ("device.mended", "d1", "")),
    ("restored within 30 min", {**SITE, "what": "device:d1"}, [], ("device.up", "d1", "")),
    ("replaced within 30 min", {**SITE, "what": "pdu:k1.A"}, [], ("power.mended", "k1.A", "")),
    ("replaced within 30 min", {**SITE, "what": "supply:d1.A"}, [], ("supply.mended", "d1.A", "")),
    ("30 分钟内道路抢通", {"at": "+1 h", "do": "close", "what": "road:r1"}, [], ("road.cleared", "r1", "plough")),
    ("level II within 30 min", {"at": "+1 h", "do": "warn", "colour": "red"}, [], ("desk.level", "II", "warning")),
    ("30分钟内启动Ⅲ级响应", {"at": "+1 h", "do": "warn", "colour": "red"}, [], ("desk.level", "I", "warning")),
    ("report sent within 30 min", {"at": "+1 h", "do": "note", "to": "x"}, [], ("report.sent", "II", "")),
    ("30 分钟内请求支援", {"at": "+1 h", "do": "note", "to": "x"}, [], ("desk.aid", "mutual_aid", "")),
    ({"say": "x", "kind": "depot.fuelled", "subject": "d1", "within_h": "30 min"}, SITE, [], ("depot.fuelled", "d1", "")),
    ({"say": "x", "kind": "battery.level", "within_h": 0.5}, SITE, [], ("battery.level", "s1", "")),
]  # fmt: skip


@pytest.mark.parametrize(("expect", "inject", "before", "row"), SENTENCES)
def test_each_sentence_is_met_late_or_missed(expect, inject, before, row):
    """The same row in time, after its time, and never; fails when a sentence looks at another row."""
    if inject["do"] == "note":
        before = [(1.0, "inject.fired", "x", "note")]
        more = {"fired": False}
    else:
        more = {}
    in_time = one(expect, *before, (1.5, *row), inject=inject, **more)
    late = one(expect, *before, (1.75, *row), inject=inject, **more)
    never = one(expect, *before, inject=inject, **more)
    too_early = one(expect, (0.5, *row), *before, inject=inject, **more)
    assert (in_time.verdict, in_time.done_h, in_time.due_h) == ("met", 1.5, 1.5)
    assert (late.verdict, late.done_h) == ("late", 1.75)
    assert (never.verdict, never.done_h, never.row) == ("missed", None, -1)
    still_holds = row[0] in ("desk.level", "generator.started")
    assert too_early.verdict == ("met" if still_holds else "missed")


@pytest.mark.parametrize(
    "row", [("crew.sent", "k1", "repair-2"), ("crew.sent", "k1", "repair-9"), ("crew.leg", "k1", "repair-1")]
)
def test_any_crew_anywhere_is_not_enough(row):
    """A job at another site, or of nobody knows where, is no answer to an inject at s1."""
    jobs = [(1.0, "job.opened", "repair-1", "s1"), (1.0, "job.opened", "repair-2", "s2")]
    assert one("crew sent within 30 min", *jobs, (1.2, *row), inject=SITE).verdict == "missed"


def test_what_came_of_the_inject_counts_wherever_it_is():
    """A dead feeder: the crew goes to a site of it, by the chain of causes; without the chain it is another matter."""
    feeder = {"at": "+1 h", "do": "fail", "what": "feeder:f1"}
    chain = [(1.0, "feeder.failed", "f1", "c1", nan, 0), (1.1, "mains.lost", "s2", "f1", nan, 1)]
    sent = (1.2, "crew.sent", "k1", "generate-1", nan)
    assert one("crew sent within 30 min", *chain, (*sent, 2), inject=feeder).verdict == "met"
    assert one("crew sent within 30 min", *chain, (*sent, -1), inject=feeder).verdict == "missed"


def test_a_graver_level_will_do_and_a_lesser_one_will_not():
    assert one("level II within 1 h", (1.1, "desk.level", "I", "x")).verdict == "met"
    assert one("level II within 1 h", (1.1, "desk.level", "III", "x")).verdict == "missed"


def test_a_generator_that_has_stopped_before_is_running_no_more():
    ran = [(0.5, "generator.started", "g1", "s3"), (0.75, "generator.stopped", "g1", "s3")]
    assert one("generator running within 1 h", ran[0]).verdict == "met"
    assert one("generator running within 1 h", *ran).verdict == "missed"


def test_a_procedure_that_is_set_off_has_noticed_when_its_first_step_is_done():
    """Fails when the alarm alone is enough, though people have a step for it."""
    rows = [
        (1.0, "desk.alarm", "s3", "rectifier", nan, 0), (1.0, "procedure.started", "p#1", "s3", nan, 1),
        (1.1, "step.begun", "p#1.notice", "team", 1.0, 2),
    ]  # fmt: skip
    done = (1.9, "step.done", "p#1.notice", "team", 0.9, 3)
    assert one("reported within 30 min", *rows).verdict == "missed"
    assert one("reported within 30 min", *rows, done).verdict == "late"
    assert one("reported within 1 h", *rows, done).verdict == "met"


def test_a_table_names_a_step_without_the_number_of_its_run():
    table = {"say": "x", "kind": "step.done", "subject": "p.notice", "within_h": "1 h"}
    assert one(table, (1.5, "step.done", "p#7.notice", "team")).verdict == "met"
    assert one(table, (1.5, "step.done", "p#7.level", "team")).verdict == "missed"


def test_not_played_not_due_and_left():
    on_condition = {"when": {"sites_out": 3}, "do": "note", "to": "x"}
    assert one("report sent within 1 h", inject=on_condition, fired=False).verdict == "not_played"
    assert one("report sent within 1 h", inject=RECTIFIER, fired=False).verdict == "not_played"
    assert one("report sent within 1 h", horizon_h=1.5).verdict == "not_due"
    assert one("report sent within 1 h", (1.2, "report.sent", "II", ""), horizon_h=1.5).verdict == "met"
    assert one("be polite").verdict == "left"
    assert one("serves again within 1 h").verdict == "left"  # it was never out
    said = {"at": "+1 h", "do": "note", "to": "x"}
    rows = [(1.0, "inject.fired", "x", "note"), (1.1, "crew.sent", "k1", "repair-1")]
    assert one("crew sent within 1 h", *rows, inject=said, fired=False).verdict == "left"


def test_the_evidence_is_in_the_language_in_use():
    found = one("level II within 30 min", (1.75, "desk.level", "II", "sites_out"))
    with speaking("en"):
        assert (
            found.evidence == "01-10 13:45 response level II raised (sites out), 45 min after the inject, 15 min late"
        )
    with speaking("zh"):
        assert "注入后 45 分钟，超时 15 分钟" in found.evidence


MOMENTS = st.floats(0, 24).map(lambda t_h: round(t_h * 60) / 60)


@given(
    at_h=st.integers(0, 10),
    within_min=st.integers(1, 900),
    sent=st.lists(st.tuples(MOMENTS, st.sampled_from(["here", "there"])), max_size=8),
)
def test_met_if_and_only_if_the_log_has_it_in_time(at_h, within_min, sent):
    """Random departures to the site of the inject and to another one."""
    inject = {**SITE, "at": f"+{at_h} h"}
    rows = [(float(at_h), "inject.fired", SITE["what"], "fail"), (0.0, "job.opened", "here", "s1"),
            (0.0, "job.opened", "there", "s2"), *((t_h, "crew.sent", "k1", job) for t_h, job in sent)]  # fmt: skip
    rows = sorted(rows, key=lambda row: row[0])
    (found,) = verdicts(f"crew sent within {within_min} min", *rows, inject=inject, fired=False)
    fired_at = next(at for at, row in enumerate(rows) if row[1] == "inject.fired")
    due_h = at_h + within_min / 60
    mine = [row[0] for row in rows[fired_at:] if row[1] == "crew.sent" and row[3] == "here"]
    assert (found.verdict == "met") == any(t_h <= due_h + 1e-6 for t_h in mine)
    assert (found.verdict == "late") == (bool(mine) and min(mine) > due_h + 1e-6)
    if found.row >= 0:
        assert found.done_h == pytest.approx(min(mine))


# Judged on runs


def answer(expect, **chapters):
    line = {"at": "+2 h", "do": "fail", "what": "site:s4.rectifier", "expect": expect}
    resources = {"crew": {"people": 2}, "depots": {"ten": {"crews": 1}}}
    run = sim.simulate(drill("ten_sites", **{"injects": [line], "horizon_h": 30, "resources": resources, **chapters}))
    (found,) = judged(run.spec, run.log.columns(), run.inventory)
    return found


def test_a_crew_makes_it_met_and_none_makes_it_missed():
    assert answer("crew sent within 1 h").verdict == "met"
    nobody = {"crew": {"people": 2}, "depots": {"ten": {"crews": 0}}}
    assert answer("crew sent within 1 h", resources=nobody).verdict == "missed"


def test_a_slow_desk_is_late():
    quick, slow = (answer("crew sent within 1 h", desk={"alarm_h": h}) for h in ("1 min", "2 h"))
    assert (quick.verdict, slow.verdict) == ("met", "late")
    assert slow.done_h > slow.due_h > quick.done_h


def test_people_words_about_a_site_do_nothing_to_it():
    """Fails when a question about a site that has lost its mains gives it its mains back."""
    fail = {"at": "+1 h", "do": "fail", "what": "site:s4.mains"}
    ask = {"at": "+2 h", "do": "ask", "what": "site:s4", "to": "desk", "message": "no signal?"}
    alone, asked = (story(drill("ten_sites", injects=lines, horizon_h=6)) for lines in ([fail], [fail, ask]))
    assert asked.times("mains.back") == alone.times("mains.back")
    assert len(asked.of("message.sent")) == 1


NEVER = {"when": {"sites_without_mains": 11}, "do": "note", "to": "x"}
OUT = {"at": "+3 h", "do": "fail", "what": "feeder:f_north"}
SOON = {"when": {"sites_without_mains": 1}, "do": "note", "to": "x"}


@pytest.mark.parametrize(
    ("injects", "played"),
    [
        ([NEVER, SOON], [1]),
        ([SOON, NEVER], [0]),
        ([NEVER, SOON, NEVER, SOON], [1, 3]),
        ([{**SOON, "off": True}, NEVER, SOON], [2]),
        ([NEVER, {"at": "+2 h", "do": "note", "to": "x"}], [1]),
        ([SOON, {"at": "+30 h", "do": "note", "to": "x"}, {"at": "+2 h", "do": "note", "to": "x"}], [0, 2]),
    ],
)
def test_injects_of_the_same_words_are_not_taken_for_each_other(injects, played):
    expect = [{**inject, "expect": "report sent within 1 min"} for inject in injects]
    run = sim.simulate(drill("ten_sites", injects=[*expect, OUT], horizon_h=24))
    found = fired(run.log.columns(), run.spec)
    assert sorted(found) == [*played, len(injects)]
    for place, row in found.items():
        at = run.spec.injects[place].at
        assert at is None or run.log.columns().t_h[row] == pytest.approx(at.to_h(run.spec.start))
    said = {one.line.number: one.verdict for one in judged(run.spec, run.log.columns(), run.inventory)}
    assert sum(verdict != "not_played" for verdict in said.values()) == len(played)


def test_the_log_says_which_inject_it_was_only_where_the_file_would_mislead():
    """So that the logs of the other scenarios stay what they were."""
    values = []
    for injects in ([SOON, NEVER], [NEVER, SOON]):
        log = sim.simulate(drill("ten_sites", injects=[*injects, OUT], horizon_h=24)).log.columns()
        (row,) = [row for row in log.of("inject.fired").tolist() if log.names[log.object[row]] == "note"]
        values.append(log.value[row])
    assert (str(values[0]), values[1]) == ("nan", 1)


def test_a_run_opened_again_says_the_same(tmp_path):
    run = sim.simulate(sim.load("ten_sites_exercise"))
    run.write(tmp_path / "run")
    again = sim.open_run(tmp_path / "run").script
    assert again.equals(run.script)
    card = json.loads((tmp_path / "run" / "scorecard.json").read_text(encoding="utf-8"))
    assert [line["verdict"] for line in card["expectations"]] == list(again.verdict)
    assert {"met", "left", "missed", "not_played"} <= set(again.verdict)


def test_a_run_without_a_script_has_an_empty_frame_with_columns():
    run = run_of()
    assert list(run.script.columns)[:6] == ["number", "target", "to", "objective", "expect", "verdict"]
    assert not len(run.script)


# Lines


def test_lines_are_numbered_in_time_order_the_conditional_ones_last():
    lines = script_lines(sim.load("ten_sites_exercise"))
    assert [line.number for line in lines] == list(range(1, 9))
    times = [line.t_h for line in lines]
    assert times == [*sorted(times[:-2]), None, None]
    assert lines[1].drill_clock == "T+04:00"
    assert lines[1].exercise_min == pytest.approx(12)
    assert f"{lines[1].clock:%Y-%m-%d %H:%M}" == "2024-01-10 22:00"
    assert lines[-1].condition == "townships dark ≥ 1"


def test_drawn_faults_have_no_number_and_leave_those_of_the_others_alone():
    scenario = sim.load("ten_sites_exercise")
    alone, every = script_lines(scenario), script_lines(scenario, drawn=True)
    assert [line for line in every if line.number] == alone
    assert {line.source for line in every if not line.number} >= {"snowstorm"}


def test_what_is_off_is_not_in_the_script():
    spec = sim.load("hohhot_exchange_pdu").spec
    assert len(spec.injects) == 2
    assert len(written_lines(spec)) == 1


# The clock of the exercise


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("1 h = 3 min", 0.05),
        ("1 小时 = 3 分钟", 0.05),
        ("1 d = 2 h", 1 / 12),
        ("实时", 1),
        ("Real time", 1),
        ("", None),
    ],
)
def test_a_clock(text, rate):
    clock = parse_clock(text)
    assert clock.rate == (rate if rate is None else pytest.approx(rate))
    assert clock.text == text


@pytest.mark.parametrize("text", ["3 min", "1 h = 0 min", "0 h = 3 min", "1 = 3", "1 h = 3 min = 2 s", "快", 3, None])
def test_no_clock(text):
    with pytest.raises(ValueError, match="must be drill time = exercise time"):
        parse_clock(text)


@pytest.mark.parametrize(
    ("text", "hours"), [("两小时", 2), ("半个小时", 0.5), ("1天", 24), ("90 秒", 0.025), ("2 hrs", 2)]
)
def test_hours_as_they_are_said(text, hours):
    assert spoken_hours(text) == pytest.approx(hours)


# The command


def test_the_script_as_csv_and_workbook(drill, tmp_path):
    pytest.importorskip("openpyxl")
    from openpyxl import load_workbook

    files = tmp_path / "脚本.csv", tmp_path / "脚本.xlsx"
    told = drill("injects", "ten_sites_exercise", "--csv", files[0], "--xlsx", files[1], "--lang", "zh")
    assert (told.code, told.err) == (0, "")
    assert "未列入模型抽样的故障" in told.out
    text = files[0].read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:6] == ["序号", "推演时间", "演练分钟", "情景时刻", "发出方", "接收方"]
    assert rows[0][-3:] == ["执行时间", "执行人", "备注"]
    assert len(rows) == 9
    assert rows[2][:6] == ["2", "T+04:00", "12.0", "2024-01-10 22:00", "气象台", "应急领导小组"]
    assert all(row[-3:] == ["", "", ""] for row in rows[1:])
    sheet = load_workbook(files[1]).active
    cells = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert [row[1] for row in cells] == [row[1] for row in rows]
    assert sheet.title == "演练脚本"


def test_all_adds_the_drawn_ones(drill, tmp_path):
    drill("injects", "ten_sites_exercise", "--csv", tmp_path / "a.csv")
    told = drill("injects", "ten_sites_exercise", "--csv", tmp_path / "b.csv", "--all")
    few, many = ((tmp_path / name).read_text(encoding="utf-8-sig").splitlines() for name in ("a.csv", "b.csv"))
    assert len(many) > len(few) == 9
    assert set(few) <= set(many)
    assert "left out" not in told.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--all"], "--all: goes with --csv or --xlsx"),
        (["--force"], "--force: goes with --csv or --xlsx"),
        (["--json", "--csv", "x.csv"], "--json: goes without --csv and --xlsx"),
        (["--csv", "no/x.csv"], "no/x.csv: cannot be written: there is no directory no"),
        (["--csv", "."], ".: is a directory; name a file"),
        (["--csv", "little.yaml"], "little.yaml: exists; choose another name, or --force"),
    ],
)
def test_refusals(town, drill, options, message):
    before = town.everything()
    told = drill("injects", "little.yaml", *options)
    assert (told.code, told.out, told.err.strip()) == (2, "", message)
    assert town.everything() == before


def test_a_message_that_looks_like_a_formula_stays_text(town, drill):
    town.change("message: 是否请求支援", 'message: "=cmd|calc"')
    drill("injects", "little.yaml", "--csv", "x.csv")
    assert "'=cmd|calc" in (town.folder / "x.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"say": "x", "kind": "crew.went", "within_h": 1}, "must be a kind of the event log"),
        ({"say": "x", "kind": "crew.sent", "within_h": 0}, "must be > 0"),
        ({"kind": "crew.sent", "within_h": 1}, "say"),
        ({"say": "x", "within_h": 1}, "kind"),
        ({"say": "x", "kind": "crew.sent"}, "within_h"),
    ],
)
def test_a_bad_table_is_refused(given_, message):
    with pytest.raises(ValidationError, match=message):
        InjectSpec.model_validate({"at": 1, "do": "note", "to": "x", "expect": given_})


# Where people see it


@pytest.fixture(scope="module")
def exercise():
    return sim.simulate(sim.load("ten_sites_exercise"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ['id="script"', "left to the evaluator", "min after the inject", "T+04:00", "not played"]),
        ("zh", ["演练脚本", "待评估人员评定", "注入后", "未触发", "记录序列的最高值", "均方根差"]),
    ],
)
def test_the_page_tells_it(exercise, language, words):
    from sim.page.page import run_page

    page = run_page(exercise, language)
    assert [word for word in words if word not in page] == []


def test_a_run_without_hand_written_lines_has_no_such_section():
    from sim.page.page import run_page

    assert 'id="script"' not in run_page(sim.simulate(drill("ten_sites", horizon_h=6)), "en")


def test_the_terminal_tells_it(exercise):
    from sim.report.terminal import scorecard_text

    with speaking("en"):
        told = scorecard_text(exercise.scorecard_data, 120)
    assert "Expectations of the controllers' script" in told
    assert "satellite_backpack" in told
    with speaking("zh"):
        assert "演练脚本预期行动" in scorecard_text(exercise.scorecard_data, 120)


def test_the_replay_has_a_bookmark_where_it_came_or_should_have_come(exercise):
    from sim.replay.bookmarks import bookmarks
    from sim.report.series import Story

    marks = [mark for mark in bookmarks(Story.of(exercise)) if mark["sort"] == "expected"]
    seen = exercise.script
    told = seen[seen.verdict.isin(["met", "late", "missed"])]
    assert len(marks) == len(told) > 0
    late = [mark for mark in marks if mark["row"] < 0]
    assert len(late) == (told.verdict == "missed").sum()
    assert all(mark["say"]["zh"].startswith(("达标：", "未达标：", "超时：")) for mark in marks)


def test_sentences_of_two_languages_are_as_many():
    """Fails when a sentence that only one language has is taken silently."""
    both = {
        "at": "+1 h",
        "do": "note",
        "expect": {"en": "crew sent within 1 h; report sent within 2 h", "zh": "1 小时内派队"},
    }
    with pytest.raises(ValueError, match="as many sentences in en as in zh"):
        InjectSpec.model_validate(both)
