"""The command `drill report`: where the page goes, what is refused, and that nothing half-written stays."""

import json
import os
from pathlib import Path

import pytest
from little_runs import run_of
from pages import Page


@pytest.fixture
def folder(tmp_path):
    return run_of().write(tmp_path / "run")


def test_writes_the_page_into_the_run_directory(drill, folder):
    told = drill("report", folder)
    assert (told.code, told.out) == (0, f"Written to {folder / 'report.html'}\n")
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    assert "A little storm" in page.text
    assert json.loads((folder / "run.json").read_text())["log_digest"] in page.text
    again = drill("report", folder, "--lang", "zh")
    assert again.code == 0
    assert "小风雪" in Page((folder / "report.html").read_text(encoding="utf-8")).text


def test_writes_the_page_elsewhere_and_leaves_the_run_alone(drill, folder, tmp_path):
    before = sorted(path.name for path in folder.iterdir())
    assert drill("report", folder, "--html", tmp_path / "page.html").code == 0
    assert sorted(path.name for path in folder.iterdir()) == before
    assert Page((tmp_path / "page.html").read_text(encoding="utf-8")).sections


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lang", "fr"], "--lang: must be one of en, zh (got 'fr')"),
        (["--at", "49"], "--at: must lie within the 48 h of the drill (got 49)"),
        (["--at", "-1"], "--at: must lie within the 48 h of the drill (got -1)"),
        (["--at", "2023-11-04T23:00"], "--at: must lie within the 48 h of the drill (got 2023-11-04T23:00)"),
        (["--at", "noon"], "--at: must be a date and time"),
        (["--html", "missing/page.html"], "missing/page.html: cannot be written: there is no directory missing"),
        (["--html", "."], ".: is a directory; name a file"),
        (["--html", "mine.txt"], "mine.txt: exists and is no report page; choose another --html, or --force"),
    ],
)
def test_refusals_are_one_line_and_write_nothing(drill, folder, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    Path("mine.txt").write_text("mine")
    before = sorted(str(path) for path in tmp_path.rglob("*") if "cache" not in path.parts)
    told = drill("report", folder, *arguments)
    assert told.code == 2
    assert told.err.splitlines()[-1].startswith(said)
    assert "Traceback" not in told.err
    assert sorted(str(path) for path in tmp_path.rglob("*") if "cache" not in path.parts) == before
    assert Path("mine.txt").read_text() == "mine"


def test_force_replaces_what_is_no_page(drill, folder, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    assert drill("report", folder, "--html", tmp_path / "mine.txt", "--force").code == 0
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("lost", ["run.json", "log.parquet", "scenario.json", "inventory.parquet"])
def test_a_folder_that_is_no_whole_run_is_refused(drill, folder, lost):
    (folder / lost).unlink()
    told = drill("report", folder)
    assert told.code == 2
    assert lost in told.err
    assert not (folder / "report.html").exists()


def test_a_folder_that_is_not_there_is_refused(drill, tmp_path):
    told = drill("report", tmp_path / "nowhere")
    assert (told.code, told.err.splitlines()[-1]) == (2, f"{tmp_path / 'nowhere'}: does not exist")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_target_is_refused(drill, folder, tmp_path):
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o500)
    told = drill("report", folder, "--html", shut / "page.html")
    assert told.code == 2
    assert "cannot be written" in told.err


def test_a_full_disk_leaves_the_old_page(drill, folder, monkeypatch):
    drill("report", folder)
    before = (folder / "report.html").read_bytes()
    files = sorted(path.name for path in folder.iterdir())

    def full(self, *_, **__):
        with self.open("wb") as stream:
            stream.write(b"half a page")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    told = drill("report", folder, "--lang", "zh")
    assert (told.code, told.err.splitlines()[-1]) == (
        2,
        f"{folder / 'report.html'}: 无法写入：磁盘空间已满",
    )
    assert (folder / "report.html").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == files


def test_a_page_in_the_run_directory_does_not_hinder_the_next_run(folder, drill):
    drill("report", folder)
    run_of().write(folder)
    assert not (folder / "report.html").exists()
