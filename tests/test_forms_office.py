"""The forms as an office program shows them: LibreOffice turns each into a PDF that holds its key texts."""

import os
import shutil
import subprocess

import pytest
from little_rooms import drill_run

import sim
from sim.forms.write import MARK, Wanted, files_of
from sim.language import speaking

SOFFICE, PDFTOTEXT = shutil.which("soffice"), shutil.which("pdftotext")
pytestmark = pytest.mark.skipif(
    os.environ.get("DRILL_OFFICE") != "required" and not (SOFFICE and PDFTOTEXT),
    reason="soffice or pdftotext is not installed",
)
SAID = {
    "01_drill_plan.docx": ("Purpose", "Resource ledger", "Safety measures"),
    "02_controllers_script.docx": ("What the simulation showed", "crew sent within"),
    "02_controllers_script.xlsx": ("Wall clock", "crew sent within"),
    "03_evaluation_form.docx": ("core capability", "42.9 %", "U: unable to be performed"),
    "03_evaluation_form.xlsx": ("generation_timeliness_share", "missed"),
    "04_summary_report.docx": ("Main events", "The costliest lags", "figure that prompts it", "Pictures"),
    "05_daily_report.docx": ("As of 11 Jan 08:00", "satellite phones", "————"),
    "05_daily_report.xlsx": ("stations in all", "————"),
    "01_演练方案.docx": ("演练目的", "应急资源台账", "安全措施"),
    "02_演练脚本.docx": ("推演情况",),
    "02_演练脚本.xlsx": ("预期行动",),
    "03_评估表.docx": ("演练目标达成情况评估", "42.9 %", "☐优"),
    "03_评估表.xlsx": ("推演证据",),
    "04_总结报告.docx": ("主要事件", "整改建议", "附图"),
    "05_日报.docx": ("截至1月11日", "卫星电话", "————"),
    "05_日报.xlsx": ("基站总数",),
}


def pdf_texts(files, folder):
    """Name → text of the PDF that LibreOffice makes of it, blanks taken out."""
    assert SOFFICE, "soffice is not installed"
    assert PDFTOTEXT, "pdftotext is not installed"
    found = {}
    for ending in (".docx", ".xlsx"):
        place = folder / ending[1:]
        place.mkdir()
        chosen = {name: content for name, content in files.items() if name.endswith(ending)}
        for name, content in chosen.items():
            (place / name).write_bytes(content)
        home = f"-env:UserInstallation=file://{folder}/office"
        command = [
            SOFFICE,
            home,
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            place,
            *(place / name for name in chosen),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        for name in chosen:
            told = subprocess.run(
                [PDFTOTEXT, "-layout", (place / name).with_suffix(".pdf"), "-"], check=True, capture_output=True
            )
            found[name] = "".join(told.stdout.decode("utf-8").split())
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_form_opens_and_says_what_it_should(tmp_path, language):
    with speaking(language):
        files = files_of(sim.simulate(sim.load("ten_sites"), seed=1), Wanted())
    texts = pdf_texts(files, tmp_path)
    assert sorted(texts) == sorted(name for name in files if name != MARK)
    for name, text in texts.items():
        missing = [said for said in SAID[name] if "".join(said.split()) not in text]
        assert missing == [], name


def test_forms_of_machine_rooms_open(tmp_path):
    with speaking("en"):
        texts = pdf_texts(files_of(drill_run(), Wanted()), tmp_path)
    assert "Stepsagainsttheirdeadlines" in texts["03_evaluation_form.docx"]
