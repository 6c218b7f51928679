"""The prescribed forms: their figures are those of the run's files, what only people can judge is left to them."""

import io
import json
import re

import pytest
from docx import Document
from form_files import parts_of, sheet_rows, table_with, tables_of, texts_of
from little_rooms import drill_run
from little_runs import run_of
from openpyxl import load_workbook

import sim
from sim.forms.parts import DASHES
from sim.forms.write import MARK, Wanted, files_of
from sim.language import speaking
from sim.page.daily import NOT_MODELLED, daily_report, default_hours, line_word
from sim.page.telling import Telling
from sim.page.words import bare, figure
from sim.spec import text_told
from sim.vocabulary import KPIS

EN = ["01_drill_plan", "02_controllers_script", "03_evaluation_form", "04_summary_report", "05_daily_report"]
ZH = ["01_演练方案", "02_演练脚本", "03_评估表", "04_总结报告", "05_日报"]
BOXES = "☐\xa0P  ☐\xa0S  ☐\xa0M  ☐\xa0U"
BOTH = (1, 2, 4)
"""Of the five, those that are a spreadsheet, too."""


def names(stems, *, daily=True):
    books = [f"{stems[at]}.xlsx" for at in BOTH if daily or at != 4]
    return sorted([*(f"{stem}.docx" for stem in stems[: 5 if daily else 4]), *books, MARK])


@pytest.fixture(scope="module")
def ten():
    return sim.simulate(sim.load("ten_sites"), seed=1)


@pytest.fixture(scope="module")
def folder(ten, tmp_path_factory):
    return ten.write(tmp_path_factory.mktemp("runs") / "ten")


@pytest.fixture(scope="module")
def english(ten):
    with speaking("en"):
        return files_of(ten, Wanted())


@pytest.fixture(scope="module")
def chinese(ten):
    with speaking("zh"):
        return files_of(ten, Wanted())


def test_every_form_has_its_name_in_the_language(english, chinese):
    assert sorted(english) == names(EN)
    assert sorted(chinese) == names(ZH)
    assert not [name for name in (*english, *chinese) if set(name) & set(':*?"<>|\\/')]


def test_the_same_run_gives_the_same_bytes(ten, english):
    with speaking("en"):
        assert files_of(ten, Wanted()) == english


def test_properties_name_the_program_and_the_drill_s_own_time(english):
    for name, content in english.items():
        if name != MARK:
            core = parts_of(content)["docProps/core.xml"].decode()
            assert "<dc:creator>drillsim</dc:creator>" in core
            assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2024-01-10T12:00:00Z"}


# Figures


def test_targets_carry_the_figures_of_the_scorecard(folder, english):
    rows = json.loads((folder / "scorecard.json").read_text())["rows"]
    targets = [row for row in rows if row["section"] == "target"]
    written = table_with(english["03_evaluation_form.docx"], "objective", "core capability")
    exact = sheet_rows(english["03_evaluation_form.xlsx"])[2:]
    assert len(written) == len(exact) == len(targets) == 3
    for row, line, cells in zip(targets, written, exact, strict=True):
        assert line[0].startswith(row["id"])
        assert line[3] == figure(row["simulated"], row["unit"])
        assert line[4] == ("met" if row["met"] else "missed")
        assert f"scorecard.json, {row['kpi']}" in line[5]
        assert cells[2] == row["kpi"]
        assert (cells[4], cells[5]) == (row["target"], pytest.approx(row["simulated"], rel=1e-11))
    summary = table_with(english["04_summary_report.docx"], "target", "promise")
    assert [line[3] for line in summary] == [figure(row["simulated"], row["unit"]) for row in targets]


def test_the_appendix_lists_every_figure_of_the_run(folder, english):
    known = {line["name"]: line["value"] for line in _kpis(folder) if line["value"] is not None}
    written = {line[3]: line[1] for line in table_with(english["04_summary_report.docx"], "figure", "value", "unit")}
    assert written == {name: bare(value, KPIS[name].unit) for name, value in known.items()}


def _kpis(folder):
    found = json.loads((folder / "kpis.json").read_text())
    return found if isinstance(found, list) else found.get("kpis", found)


def test_the_daily_report_says_what_was_true_at_the_hour(ten, english):
    hours = default_hours(ten)
    tables = [table for table in tables_of(english["05_daily_report.docx"]) if table[0][0] == "item"]
    assert len(tables) == len(hours) == 3
    with speaking("en"):
        for at, hour in enumerate(hours):
            report = daily_report(ten, hour)
            shown = {row[0]: row[1] for row in tables[at][1:]}
            exact = {row[0]: row[1] for row in sheet_rows(english["05_daily_report.xlsx"], at)[2:]}
            for line in report.lines:
                name = line_word(line.key)
                if line.value is None:
                    assert shown[name] == exact[name] == DASHES
                else:
                    assert shown[name] == bare(line.value, line.unit)
                    assert exact[name] == pytest.approx(line.value)
            assert all(shown[line_word(key)] == DASHES for key in NOT_MODELLED)


def test_hours_asked_for_are_the_hours_of_the_report(ten):
    with speaking("en"):
        found = files_of(ten, Wanted(at_h=(20.0,)))
    assert load_workbook(io.BytesIO(found["05_daily_report.xlsx"])).sheetnames == ["01-11 0800"]


def test_expectations_carry_the_verdict_of_the_log_and_boxes(ten, english):
    judged = ten.scorecard_data.expectations
    written = table_with(english["03_evaluation_form.docx"], "No.", "recipient")
    assert len(written) == len(judged) == 1
    words = {"met": "met", "late": "too late", "missed": "missed", "left": "evaluator's"}
    assert written[0][6] == words[judged[0].verdict]
    assert written[0][7] == judged[0].evidence
    assert written[0][8:] == [BOXES, ""]


# What people fill in


def test_judgement_is_left_to_people(english):
    for line in table_with(english["03_evaluation_form.docx"], "objective", "core capability"):
        assert line[6:] == [BOXES, "", ""]
    for line in table_with(english["04_summary_report.docx"], "figure that prompts it"):
        assert line[1:] == ["", "", ""]
    assert "Safety measures" in texts_of(english["01_drill_plan.docx"])


def test_the_english_set_speaks_hseep_and_the_chinese_one_says_what_it_rests_on(english, chinese):
    said = texts_of(english["03_evaluation_form.docx"])
    for word in ("P: performed without challenges", "U: unable to be performed", "core capability", "our own wording"):
        assert word in said
    assert "MSEL" in texts_of(english["02_controllers_script.docx"])
    assert "未取得该标准文本" in texts_of(chinese["03_评估表.docx"])
    assert "☐优 ☐良\n☐中 ☐差" in texts_of(chinese["03_评估表.docx"])


def test_a_drill_of_machine_rooms_has_all_but_the_daily_report():
    with speaking("en"):
        found = files_of(drill_run(), Wanted())
    assert sorted(found) == names(EN, daily=False)
    steps = table_with(found["03_evaluation_form.docx"], "step", "due", "done")
    assert steps
    assert all(row[5].startswith("☐\xa0P") for row in steps)


# The look


def test_pages_are_a4_with_repeated_heads_and_chinese_fonts(chinese):
    for name in (name for name in chinese if name.endswith(".docx")):
        document = Document(io.BytesIO(chinese[name]))
        sides = {tuple(sorted((round(s.page_width.cm, 1), round(s.page_height.cm, 1)))) for s in document.sections}
        assert sides == {(21.0, 29.7)}
        xml = parts_of(chinese[name])
        assert b"<w:tblHeader/>" in xml["word/document.xml"]
        assert 'w:eastAsia="仿宋"' in xml["word/styles.xml"].decode()
        assert '<w:altName w:val="FangSong"/>' in xml["word/fontTable.xml"].decode()
        assert "NUMPAGES" in "".join(part.decode() for at, part in xml.items() if at.startswith("word/footer"))
        assert not [at for at in xml if "vba" in at.lower() or "embeddings" in at]
        assert b'TargetMode="External"' not in b"".join(xml.values())


def test_pictures_are_drawn_in_the_language(english, chinese):
    count = [
        sum(name.startswith("word/media/") for name in parts_of(content))
        for content in (english["04_summary_report.docx"], chinese["04_总结报告.docx"])
    ]
    assert count == [3, 3]


HOSTILE = ["=cmd|' /C calc'!A0", "</w:t><w:p>&amp;", "\x00\x0b\x1b\ufffe", "x" * 1_000_000]


@pytest.mark.filterwarnings("ignore:no font here can draw")
@pytest.mark.parametrize("text", HOSTILE, ids=["formula", "markup", "control", "megabyte"])
def test_texts_of_a_scenario_break_nothing(text):
    inject = {"at": "+1 h", "do": "note", "to": text, "message": text, "expect": text}
    target = {"id": "O1", "say": text, "kpi": "stations_out_peak", "at_most": 1}
    run = run_of(
        title={"en": text, "zh": text}, description=text, drill={"host": text, "basis": text}, injects=[inject],
        plan={"targets": [target]}, record={"source": text, "rows": []},
    )  # fmt: skip
    with speaking("en"):
        found = files_of(run, Wanted())
    assert max(map(len, found.values())) < 3_000_000
    for name, content in found.items():
        if name.endswith(".docx"):
            Document(io.BytesIO(content))
        elif name.endswith(".xlsx"):
            cells = [cell for sheet in load_workbook(io.BytesIO(content)) for row in sheet for cell in row]
            assert not [cell for cell in cells if cell.data_type == "f"]
            assert all(len(str(cell.value or "")) <= 32_767 for cell in cells)


# What was expected, and what was known before


@pytest.fixture(scope="module")
def exercise():
    late = {"injects.1.expect": "level III within 10 min; report sent within 90 min"}
    return sim.simulate(sim.load("ten_sites_exercise", late), seed=1)


@pytest.mark.parametrize(("language", "name"), [("en", "04_summary_report.docx"), ("zh", "04_总结报告.docx")])
def test_what_was_expected_and_came_late_or_never_asks_for_an_improvement(exercise, language, name):
    with speaking(language):
        content = files_of(exercise, Wanted())[name]
        bad = [one for one in exercise.scorecard_data.expectations if one.verdict in ("late", "missed")]
        evidence = [(text_told(one.say), one.evidence) for one in bad]
    assert {one.verdict for one in bad} == {"late", "missed"}
    head = "figure that prompts it" if language == "en" else "依据数据"
    asked = [line[0] for line in table_with(content, head)]
    paragraphs = [one.text for one in Document(io.BytesIO(content)).paragraphs]
    for say, words in evidence:
        assert [line for line in asked if say in line and words in line], say
        assert [line for line in paragraphs if line.startswith("• ") and say in line and words in line], say


def test_the_plan_says_nothing_that_only_the_simulation_knows(exercise, english, chinese):
    at = {line[0]: line[4] for line in table_with(english["01_drill_plan.docx"], "target", "promise")}
    assert at["O2"] == "24 h after the first outage"
    assert "首次断站后 24 小时" in texts_of(chinese["01_演练方案.docx"])
    assert "情景时间" in texts_of(chinese["01_演练方案.docx"])
    with speaking("en"):
        plan = files_of(exercise, Wanted())["01_drill_plan.docx"]
    clocks = [line[0] for line in table_with(plan, "drill clock")]
    assert len(clocks) > 8
    assert all(re.fullmatch(r"T[+−]\d\d+:\d\d|–", clock) for clock in clocks)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_faults_that_the_weather_drew_are_no_injects_of_the_controllers(ten, language):
    with speaking(language):
        telling = Telling(ten)
        spells = telling.tables.site_outages.spells
        rows = [row for row in (*spells.begin.tolist(), *spells.end.tolist()) if row >= 0]
        told = [step.text for row in rows for step in telling.steps(row)]
    storm, inject = {"en": ("fault by the disaster", "inject:"), "zh": ("灾害致故障", "导调注入")}[language]
    assert [text for text in told if text.startswith(storm)]
    assert not [text for text in told if text.startswith(inject)]
