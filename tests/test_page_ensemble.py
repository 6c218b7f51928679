"""The report page of an ensemble says what its summary says, whatever the ensemble went through."""

import json
import sqlite3
from html.parser import HTMLParser

import pytest

import sim
from sim.ensemble import Variant
from sim.page.ensemble import ensemble_page

TOWN = "ten_sites"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("many") / "ten"
    sim.ensemble(sim.load(TOWN), seeds=5, policies=["class_then_deadline", "nearest"], workers=1, out=place)
    return place


class Texts(HTMLParser):
    """Texts outside scripts and styles, tags that were left open, and cells with an exact number."""

    def __init__(self, page):
        super().__init__()
        self.open, self.texts, self.cells, self.tags = [], [], [], set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        told = dict(attrs)
        if told.get("data-scope") and told.get("value"):
            self.cells.append((told.get("data-kpi"), told["data-scope"], float(told["value"])))
        if tag not in ("meta", "img", "br", "link", "hr", "path", "use", "col"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        while self.open and self.open[-1] != tag:
            self.open.pop()
        if self.open:
            self.open.pop()

    def handle_data(self, data):
        if not {"style", "svg", "script"} & set(self.open) and data.strip():
            self.texts.append(" ".join(data.split()))

    @property
    def text(self):
        return "\n".join(self.texts)


def test_numbers_are_those_of_the_summary(folder):
    summary = json.loads((folder / "summary.json").read_text())
    cells = Texts(ensemble_page(folder)).cells
    found = 0
    for kpi, scope, value in cells:
        variant, _, key = scope.partition(" ")
        if key in ("mean", "p10", "p50", "p90"):
            assert value == pytest.approx(summary["variants"][variant]["kpis"][kpi][key], rel=1e-9), (kpi, scope)
            found += 1
        elif key.startswith("met "):
            line = next(one for one in summary["variants"][variant]["lines"] if one["id"] == key.removeprefix("met "))
            assert value == line["met"]["share"]
            found += 1
    assert found > 100


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_verdict_comes_first_and_both_variants_are_there(folder, language):
    page = Texts(ensemble_page(folder, language))
    words = {"en": "The plan holds in", "zh": "预案成立"}[language]
    place = next(at for at, text in enumerate(page.texts) if words in text)
    assert place < 20
    assert "nearest" in page.text
    assert "class_then_deadline" in page.text


def test_the_same_directory_gives_the_same_bytes(folder):
    assert ensemble_page(folder, "zh") == ensemble_page(folder, "zh")


def test_it_asks_nothing_of_a_network(folder):
    page = ensemble_page(folder)
    assert "script" not in Texts(page).tags
    assert 'src="http' not in page
    assert 'href="http' not in page


def test_one_seed_and_one_variant(tmp_path):
    sim.ensemble(sim.load(TOWN), seeds=1, workers=1, out=tmp_path / "one")
    page = Texts(ensemble_page(tmp_path / "one"))
    assert "What makes a difference" not in page.text
    assert "nan" not in page.text.lower().split()


def test_failed_runs_and_runs_to_come_are_told(folder, tmp_path):
    from shutil import copytree

    place = copytree(folder, tmp_path / "broken")
    base = sqlite3.connect(place / "catalogue.sqlite")
    with base:
        base.execute(
            "UPDATE runs SET status='failed', error='RuntimeError: <b>boom</b>', kpis=NULL, simulated=NULL, met=NULL, at_h=NULL, curve=NULL WHERE variant='nearest' AND seed=2"
        )
        base.execute("DELETE FROM runs WHERE variant='nearest' AND seed=3")
    base.close()
    page = ensemble_page(place)
    told = Texts(page)
    assert "RuntimeError: <b>boom</b>" in told.text
    assert "Runs that failed are in no figure of this page." in told.text
    assert "<b>boom" not in page


def test_a_directory_of_an_older_program_has_no_scenario(folder, tmp_path):
    from shutil import copytree

    place = copytree(folder, tmp_path / "older")
    (place / "scenario.json").unlink()
    page = Texts(ensemble_page(place))
    assert TOWN in page.text
    assert "Assumptions and their ranges" not in page.text
    assert "Assumptions and their ranges" in Texts(ensemble_page(folder)).text


def test_names_of_variants_are_text(tmp_path):
    name = "a\"<script>alert(1)</script>'\u202e"
    variants = [Variant(name, {"resources.depots.ten.crews": "1"}), Variant("plain")]
    sim.ensemble(sim.load(TOWN), seeds=2, variants=variants, workers=1, out=tmp_path / "named")
    page = ensemble_page(tmp_path / "named")
    assert "<script" not in page
    assert name.replace("\u202e", "") in Texts(page).text.replace("\u202e", "")


def test_the_command_writes_the_page_of_an_ensemble(folder, drill, tmp_path):
    told = drill("report", folder, "--html", tmp_path / "page.html", "--lang", "zh")
    assert told.code == 0
    assert 'lang="zh-CN"' in (tmp_path / "page.html").read_text()
    refused = drill("report", folder, "--html", tmp_path / "other.html", "--at", "3")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert not (tmp_path / "other.html").exists()
