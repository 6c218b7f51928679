"""Levers on paper: tables, sentences, picture and page, in both languages."""

import csv
import io
import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from little_levers import TOY, Toy, town
from pages import Page

from sim.ensemble import ensemble
from sim.ensemble.answers import Playing
from sim.ensemble.gains import Columns, Gain, gain, pulled
from sim.ensemble.levers import levers
from sim.errors import InputError
from sim.language import speaking
from sim.loading import load
from sim.page.ensemble import ensemble_page
from sim.report.lever_figures import save_levers
from sim.report.lever_words import book, number, sentence, sentences, span, tables, told
from sim.sheetfile import csv_bytes, xlsx_bytes
from sim.spec import Title

ODD = "  - {id: odd, say: \"=cmd|'/c calc'!A1\", set: {policy: nearest}, cost: 1}\n"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    file = town(tmp_path_factory.mktemp("levers"), TOY, ODD)
    return levers(load(file), Playing(12, play=Toy), pairs=True, budget=30)


@pytest.mark.parametrize(("language", "words"), [
    ("en", "1.50 crews free, 2 resting, 30 generators unused"), ("zh", "空闲队伍 1.50 支，休整队伍 2 支，闲置油机 30 台"),
])  # fmt: skip
def test_what_stood_idle_as_written_is_told(found, language, words):
    with speaking(language):
        assert [words in one for one in sentences(found)].count(True) == 1
        quiet = replace(found, want=dict.fromkeys(found.want, float("nan")))
        assert not any(words[-6:] in one for one in sentences(quiet))


def against(saved):
    """A lever that saves so many station-hours, run by run."""
    base = np.full(len(saved), 100.0)
    ours = base - np.array(saved, dtype=float)
    held = {"O1": np.ones(len(saved))}
    says = (Title(en="More crews", zh="加队伍"),)
    return pulled(
        ("crews",), says, 50.0, Columns("x", ours, ours, held, {}), Columns("as_written", base, base, held, {})
    )


@pytest.mark.parametrize(
    ("saved", "en", "zh"),
    [
        ([4, 5, 6], "More crews: saves 5 station-hours (95 %: 2.52 to 7.48); a station-hour saved costs 10",
         "加队伍：挽回 5 站·小时"),
        ([-4, -5, -6], "More crews: loses 5 station-hours (95 %: 2.52 to 7.48)", "加队伍：多损失 5 站·小时"),
        ([-9, 1, 9], "More crews: no difference in station-hours can be told", "退服时长看不出差别"),
        ([0, 0, 0], "More crews: changes nothing in any of 3 runs", "毫无变化"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_can_be_told(saved, en, zh):
    one = against(saved)
    assert sentence(one).startswith(en)
    assert ("costs" in sentence(one)) == (min(saved) > 0)  # never a price for what is not clearly saved
    with speaking("zh"):
        assert zh in sentence(one)
        assert "station" not in sentence(one)


def test_what_is_printed_is_in_the_language_in_use(found):
    def table(rows):
        return "\n".join(" | ".join(row) for row in rows)

    english = told(found, table)
    assert "Levers are decisions" in english
    assert "drill sensitivity" in english  # kept apart from the assumptions
    with speaking("zh"):
        chinese = told(found, table)
    for word in ("lever", "saved", "cost", "seed", "together"):
        assert word in english
        assert word not in chinese.replace("levers.yaml", "")


def test_the_budget_says_what_buying_one_by_one_does_not_see(found):
    text = " ".join(sentences(found))
    assert "buy in this order" in text
    assert found.steps
    assert found.steps[-1].spent <= 30


def test_tables_hold_the_figures_and_run_nothing(found):
    ranking, pairs, budget = tables(found)
    rows = list(csv.reader(io.StringIO(csv_bytes(ranking).decode("utf-8-sig"))))
    assert len(rows) == 1 + len(found.singles)
    for row, one in zip(rows[1:], found.singles, strict=True):
        cells = dict(zip(rows[0], row, strict=True))
        assert float(cells["station-hours saved"]) == pytest.approx(one.stations.mean)
        assert float(cells["station-hours saved, 95 % from"]) == pytest.approx(one.stations.low)
        assert cells["cost of a station-hour"] == "" or one.stations.low > 0
        assert not cells["lever"].startswith("=")
    assert len(pairs.rows) == len(found.pairs)
    assert len(budget.rows) == len(found.steps)
    openpyxl = pytest.importorskip("openpyxl")
    made = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(book(found))))
    exact = ["levers, exact", "two by two, exact", "budget, exact"]
    assert made.sheetnames == ["levers", "targets", "two by two", "budget", *exact]
    assert all(cell.data_type != "f" for sheet in made for row in sheet.iter_rows() for cell in row)
    first = [row[3] for row in made["levers"].iter_rows(min_row=2, values_only=True)]
    assert first == [span(one.stations, one.stations.mean) for one in found.singles]


def test_rounding_is_no_gain_and_zero_has_no_sign(found):
    noise = gain(np.array([1e-12, -3e-12, 0.0, 2e-11]))
    assert noise.nothing
    assert not gain(np.array([0.0, 0.0, 1e-3, 0.0])).nothing
    assert [number(value) for value in (-0.0, -0.0004, -0.36, 0.0)] == ["0", "0.00", "−0.36", "0"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_picture_draws_every_character(found, tmp_path, language):
    with speaking(language), warnings.catch_warnings():
        warnings.simplefilter("error")
        file = save_levers(found, tmp_path, "通辽暴雪")
    assert file.name == "levers.png"
    assert file.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_the_ensemble_shows_the_levers(found, tmp_path, language):
    folder = tmp_path / "e"
    ensemble(load("ten_sites"), 1, workers=1, out=folder).close()
    assert "levers" not in Page(ensemble_page(folder, language)).sections
    (folder / "levers.json").write_text(json.dumps(found.to_json()), encoding="utf-8")
    page = Page(ensemble_page(folder, language))
    heads, *rows = page.rows["levers"]
    assert heads[0] == ("lever" if language == "en" else "措施")
    assert len(rows) == len(found.singles)
    assert "crews" in str(rows) if language == "en" else "措施" in str(rows)
    for wrong in ("{", '{"levers": 3}', '{"levers": [{}], "seeds": 2}'):
        (folder / "levers.json").write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError, match=r"levers\.json"):
            ensemble_page(folder, language)


def _bought_neither(found, saved, low):
    """The ranking with a pair that a budget could have bought whole, and nothing bought."""
    pair = found.pairs[0]
    one = replace(pair.pulled, stations=Gain(12, saved, low, saved + 1), cost=20.0)
    return replace(found, pairs=(replace(pair, pulled=one, stations=Gain(12, 0.0, -1.0, 1.0)),), steps=(), budget=30.0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_pair_that_the_budget_passed_by_is_told_by_its_own_saving_alone(found, language):
    words = {"en": "one lever at a time and bought neither", "zh": "预算按单项逐步花费，两项均未购入"}[language]
    with speaking(language):
        clear = [line for line in sentences(_bought_neither(found, 4.0, 2.0)) if words in line]
        unsure = [line for line in sentences(_bought_neither(found, 4.0, -2.0)) if words in line]
    assert len(clear) == 1
    assert not unsure
    assert " 4 " in clear[0]
    assert not [word for word in ("合用才", "does not see") if word in clear[0]]
