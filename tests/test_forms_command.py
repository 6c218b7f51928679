"""The command `drill report --forms`: what it writes, what it refuses, templates of one's own."""

import io
import json
import zipfile

import pytest
from docx import Document
from form_files import parts_of, texts_of
from little_rooms import drill_run
from little_runs import run_of
from openpyxl import Workbook

from sim.forms import template
from sim.forms.write import MARK


@pytest.fixture
def folder(tmp_path):
    return run_of().write(tmp_path / "run")


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if "cache" not in path.parts)


def test_writes_a_folder_of_forms_and_no_page(drill, folder, tmp_path):
    told = drill("report", folder, "--forms", tmp_path / "f", "--at", "24", "--at", "2023-11-05T06:00")
    assert told.code == 0, told.err
    assert sorted(told.out.split()[3:]) == sorted(path.name for path in (tmp_path / "f").iterdir())
    assert not (folder / "report.html").exists()
    mark = json.loads((tmp_path / "f" / MARK).read_text(encoding="utf-8"))
    assert mark["log_digest"] == json.loads((folder / "run.json").read_text())["log_digest"]
    chinese = drill("report", folder, "--forms", tmp_path / "z", "--lang", "zh")
    assert chinese.code == 0
    assert "05_日报.xlsx" in chinese.out


def test_a_page_is_written_too_where_one_is_asked_for(drill, folder, tmp_path):
    assert drill("report", folder, "--forms", tmp_path / "f", "--html", tmp_path / "p.html").code == 0
    assert (tmp_path / "p.html").is_file()
    assert (tmp_path / "f" / MARK).is_file()


def test_machine_rooms_say_that_there_is_no_daily_report(drill, tmp_path):
    run = drill_run().write(tmp_path / "rooms")
    told = drill("report", run, "--forms", tmp_path / "f")
    assert told.code == 0
    assert "No daily report: the drill has no stations to report on." in told.out


def test_an_ensemble_is_refused(drill, tmp_path):
    (tmp_path / "many").mkdir()
    (tmp_path / "many" / "ensemble.json").write_text("{}")
    told = drill("report", tmp_path / "many", "--forms", tmp_path / "f")
    assert (told.code, told.err) == (2, "--forms: go with a run, not with an ensemble\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--redact"], "--redact, --templates, --write-templates: go with --forms DIR"),
        (
            ["--forms", "mine"],
            "mine: exists and is not a folder of forms (it has no forms.json); choose another --forms",
        ),
        (["--forms", "note.txt"], "note.txt: exists and is no directory"),
        (["--forms", "f", "--templates", "missing"], "missing: is no directory of templates"),
        (["--forms", "f", "--templates", "mine"], "mine: holds none of the templates"),
        (["--forms", "f", "--at", "noon"], "--at: must be a date and time"),
    ],
)
def test_refusals_are_one_line_and_write_nothing(drill, folder, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.docx").write_text("mine")
    (tmp_path / "note.txt").write_text("mine")
    before = files_in(tmp_path)
    told = drill("report", folder, *arguments)
    assert told.code == 2
    assert told.err.splitlines()[-1].startswith(said)
    assert "Traceback" not in told.err
    assert files_in(tmp_path) == before


def test_a_form_that_was_filled_in_is_not_written_over(drill, folder, tmp_path):
    assert drill("report", folder, "--forms", tmp_path / "f").code == 0
    filled = tmp_path / "f" / "03_evaluation_form.docx"
    document = Document(str(filled))
    document.add_paragraph("Rated M, see the tape.")
    document.save(str(filled))
    told = drill("report", folder, "--forms", tmp_path / "f")
    assert told.code == 2
    assert "filled in since: 03_evaluation_form.docx" in told.err
    assert "Rated M" in texts_of(filled.read_bytes())
    assert drill("report", folder, "--forms", tmp_path / "f", "--force").code == 0
    assert "Rated M" not in texts_of(filled.read_bytes())


def test_where_the_office_packages_are_missing_it_says_so(drill, folder, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.sheetfile.find_spec", lambda name: None if name == "docx" else name)
    told = drill("report", folder, "--forms", tmp_path / "f")
    assert (told.code, told.err) == (2, "--forms: needs docx: install drillsim with the extra [office]\n")


# Templates


def test_templates_are_written_changed_and_used(drill, folder, tmp_path):
    told = drill("report", "--forms", tmp_path / "t", "--write-templates")
    assert told.code == 0
    again = drill("report", "--forms", tmp_path / "t", "--write-templates")
    assert (again.code, again.err) == (
        2,
        f"{tmp_path / 't'}: is not empty, and templates there may have been changed\n",
    )
    own = tmp_path / "t" / "plan.docx"
    assert sorted(path.name for path in (tmp_path / "t").iterdir()) == template.names()
    document = Document(str(own))
    document.add_paragraph("North branch, for internal use", document.styles["Form Note"])
    document.styles["Heading 1"].font.size = 254_000
    document.save(str(own))
    assert drill("report", folder, "--forms", tmp_path / "f", "--templates", tmp_path / "t").code == 0
    made = Document(str(tmp_path / "f" / "01_drill_plan.docx"))
    assert made.paragraphs[0].text == "North branch, for internal use"
    assert made.styles["Heading 1"].font.size == 254_000
    assert "Drill plan" in texts_of((tmp_path / "f" / "01_drill_plan.docx").read_bytes())


def test_a_template_without_our_styles_gives_the_default_ones(drill, folder, tmp_path):
    (tmp_path / "t").mkdir()
    Document().save(str(tmp_path / "t" / "summary.docx"))
    book = Workbook()
    book.active["A1"] = "North branch"
    book.save(str(tmp_path / "t" / "daily.xlsx"))
    assert drill("report", folder, "--forms", tmp_path / "f", "--templates", tmp_path / "t").code == 0
    assert "Summary report" in texts_of((tmp_path / "f" / "04_summary_report.docx").read_bytes())
    assert "North branch" in texts_of((tmp_path / "f" / "05_daily_report.xlsx").read_bytes())


def changed(parts):
    """A shipped template with other parts in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in {**parts_of((template.SHIPPED / "plan.docx").read_bytes()), **parts}.items():
            package.writestr(name, content)
    return out.getvalue()


DOCUMENT = parts_of((template.SHIPPED / "plan.docx").read_bytes())["word/document.xml"]
LINK = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Type="t" Target="http://x.example/t.dotm" TargetMode="External"/></Relationships>'
)
BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
FIELD = b'<w:p><w:r><w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc"</w:instrText></w:r></w:p></w:body>'
HOSTILE = {
    "no archive": (b"not a zip", "cannot be read as a template: File is not a zip file"),
    "empty": (b"", "cannot be read as a template: File is not a zip file"),
    "macros": (changed({"word/vbaProject.bin": b"x"}), "must not hold macros"),
    "embedded": (changed({"word/embeddings/o.bin": b"x"}), "must not hold macros"),
    "link": (changed({"word/_rels/settings.xml.rels": LINK}), "must not point outside itself"),
    "entities": (changed({"word/document.xml": BOMB}), "must not declare entities"),
    "field": (changed({"word/document.xml": DOCUMENT.replace(b"</w:body>", FIELD)}), "must not hold macros"),
    "zip bomb": (changed({"word/media/a.bin": b"\0" * 30_000_000}), "unpacks to more than 20,000,000 bytes"),
    "link in UTF-16": (
        changed({"word/_rels/settings.xml.rels": LINK.decode().replace("?>", " encoding='UTF-16'?>").encode("utf-16")}),
        "must be written in UTF-8",
    ),
    "link in UTF-16 without a mark": (
        changed({"word/_rels/settings.xml.rels": LINK.decode().encode("utf-16-le")}),
        "must be written in UTF-8",
    ),
    "link in another encoding": (
        changed({"word/_rels/settings.xml.rels": LINK.replace(b"?>", b" encoding='cp037'?>")}),
        "must be written in UTF-8",
    ),
    "link spelt by numbers": (
        changed({"word/_rels/settings.xml.rels": LINK.replace(b'"External"', b'"&#69;xternal"')}),
        "must not point outside itself",
    ),
    "link under another ending": (changed({"word/_rels/settings.xml.RELS": LINK}), "must not point outside itself"),
    "field spelt by numbers": (
        changed({"word/document.xml": DOCUMENT.replace(b"</w:body>", FIELD.replace(b"DDE", b"&#68;DE"))}),
        "must not hold macros",
    ),
    "broken xml": (changed({"word/document.xml": b"<a"}), "cannot be read as a template"),
    "no document": (changed({"word/document.xml": b"<a/>"}), "cannot be read as a template"),
}


@pytest.mark.parametrize(("content", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_template_is_one_line(drill, folder, tmp_path, content, said):
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "plan.docx").write_bytes(content)
    before = files_in(tmp_path)
    told = drill("report", folder, "--forms", tmp_path / "f", "--templates", tmp_path / "t")
    assert told.code == 2
    assert told.err.splitlines()[-1].startswith(f"{tmp_path / 't' / 'plan.docx'}: {said}")
    assert "Traceback" not in told.err
    assert files_in(tmp_path) == before


def test_a_template_under_another_name_is_named(drill, folder, tmp_path):
    mine = tmp_path / "t"
    mine.mkdir()
    for name in ("plan.docx", "Plann.docx", "sheet.XLSM", "~$plan.docx"):
        (mine / name).write_bytes((template.SHIPPED / "plan.docx").read_bytes())
    (mine / "notes.txt").write_text("kept", encoding="utf-8")
    told = drill("report", folder, "--forms", tmp_path / "f", "--templates", mine)
    assert told.code == 2
    assert [line.split(": ")[:2] for line in told.err.splitlines()] == [
        [str(mine / name), "is no template"] for name in ("Plann.docx", "sheet.XLSM")
    ]
    assert not (tmp_path / "f").exists()


def test_shipped_templates_are_those_of_the_tool():
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    spec = spec_from_file_location("form_templates", Path(__file__).parent.parent / "tools" / "form_templates.py")
    tool = module_from_spec(spec)
    spec.loader.exec_module(tool)
    for name, landscape in tool.LANDSCAPE.items():
        made = parts_of(tool.document(landscape=landscape))
        assert made == parts_of((template.SHIPPED / f"{name}.docx").read_bytes())
