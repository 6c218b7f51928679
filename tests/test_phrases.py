"""Rows, words and figures of the log are told without debris, in English and Chinese."""

import re
from functools import cache
from math import nan
from pathlib import Path
from string import Formatter
from typing import get_args

import numpy as np
import pytest

import sim
from sim.inventory import text
from sim.language import speaking, translations
from sim.log import Row
from sim.phrases import messages, names_of, thing, title_of, told, unit_of, value_told, word
from sim.plan import StateKey
from sim.procedure import AlarmWord
from sim.vocabulary import KINDS, KPIS, Cause, JobKind
from sim.wordlist import GROUPS, PHRASES, UNITS, WORDS

DATA = Path(__file__).parent / "data"
LANGUAGES = ("en", "zh")
DEBRIS = re.compile(r"\bnan\b|\binf\b|None|[{}]|[(（]\s*[)）]|  |^[\s,，:：、]|[\s,，:：、]$")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ABBREVIATIONS = {"UPS", "°C", "saifi", "saidi", "caidi"}


@cache
def played(name):
    own = DATA / f"{name}.yaml"
    return sim.simulate(sim.load(own if own.exists() else name), seed=1)


def fields(say):
    return sorted(field for _, field, _, _ in Formatter().parse(say) if field)


def test_every_kind_of_row_has_a_sentence():
    assert set(PHRASES) == set(KINDS)
    assert {phrase.group for phrase in PHRASES.values()} == set(GROUPS)


def test_a_sentence_uses_what_its_kind_has():
    for kind, phrase in PHRASES.items():
        have = {"subject"} | ({"object"} if KINDS[kind].object else set()) | ({"value"} if KINDS[kind].value else set())
        assert set(fields(phrase.say)) <= have, kind


def test_the_desk_sees_what_it_does_and_is_told_but_not_the_truth():
    seen = {kind for kind, phrase in PHRASES.items() if phrase.desk}
    assert {kind for kind in KINDS if kind.startswith(("desk.", "job.", "report."))} - seen == {
        "desk.level_due", "desk.level_missed",
    }  # fmt: skip
    assert not seen & {"battery.level", "site.down", "site.up", "site.held", "mains.lost", "feeder.failed", "link.cut"}
    assert not seen & {"inject.fired", "generator.broke", "generator.dry", "crew.stuck", "device.down", "power.failed"}


def test_every_message_has_chinese_with_the_same_fields():
    chinese = translations("zh", "words")
    for message in messages():
        assert chinese.get(message), message
        assert fields(chinese[message]) == fields(message), message
        assert CHINESE.search(chinese[message]) or message in ABBREVIATIONS, message


@pytest.mark.parametrize("words", [Cause, JobKind, StateKey, AlarmWord], ids=["causes", "jobs", "conditions", "alarms"])
def test_words_of_the_vocabulary_are_told(words):
    assert [one for one in get_args(words) if one not in WORDS] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["ten_sites", "two_banners", "hohhot_exchange_drill"])
def test_rows_are_told_without_debris(name, language):
    run = played(name)
    with speaking(language):
        called = names_of(run.inventory)
        lines = [(row, told(row, called)) for row in run.log]
    assert lines
    for row, line in lines:
        assert not DEBRIS.search(line), (row, line)
        assert language == "en" or CHINESE.search(line), (row, line)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_a_row_lacks_leaves_no_trace(kind, language):
    with speaking(language):
        for other in ("", "x1"):
            for value in (nan, 2.0):
                line = told(Row(1.0, kind, "s1", other, value, -1))
                if other or "{object}" not in re.sub(r"[(（][^()（）]*[)）]", "", PHRASES[kind].say):
                    assert not re.search(r"\bnan\b|[{}]|[(（]\s*[)）]", line), line
                assert not KINDS[kind].subject or "{subject}" not in PHRASES[kind].say or "s1" in line


def test_values_have_their_units():
    assert value_told("crew.sent", 5.31) == "5.31 h"
    assert value_told("crew.stuck", 0.25) == "15 min"
    assert value_told("battery.level", 0.42) == "42%"
    assert value_told("site.source", 1.5) == "1.5 kW"
    assert value_told("site.source", 1500.0) == "1,500 kW"
    assert value_told("generator.started", 0.0) == ""
    assert (value_told("job.opened", 1050.0), value_told("job.opened", 0.5)) == ("1050 h", "0.5 h")
    assert value_told("generator.fuelled", 25.0) == "25 L"
    assert value_told("snow.depth", nan) == ""


def test_compound_ids_are_told_in_parts():
    names = {"s3": "North Hill", "pdu_fault.notice": "Notice", "k03.A": "Left strip"}
    called = lambda code: names.get(code, code)  # noqa: E731
    assert thing("site:s3.rectifier", called) == "site North Hill rectifier"
    assert thing("pdu:k03.A", called) == "power distribution unit Left strip"
    assert thing("pdu_fault#2.notice", called) == "Notice (pdu fault #2)"
    assert thing("pdu_fault#2.unknown", called) == "pdu_fault#2.unknown"
    assert thing("a:b.c", called) == "a:b.c"
    with speaking("zh"):
        assert told(Row(0.0, "inject.fired", "feeder:f1", "fail", nan, -1)) == "导调注入：故障 馈线 f1"
        assert told(Row(0.0, "measure.planned", "quilts-3", "s3", 18.0, -1), called) == (
            "计划：North Hill 的 蓄电池保温（T+18 h 前）"
        )


def test_words():
    assert word("stations_out,counties_hit") == "stations out, counties hit"
    assert word("too_low for II") == "too low for level II"
    assert word("no_such_word") == "no_such_word"
    with speaking("zh"):
        assert word("stations_out,counties_hit") == "退服基站数、受影响旗县数"
        assert word("too_low for II") == "级别偏低，应为 II 级"
        assert word("upstream_power") == "上游停电"
        assert word("no_such_word") == "no_such_word"


def test_names_are_those_of_the_language():
    inventory = played("ten_sites").inventory
    called_of = names_of(inventory)
    rows = [
        row
        for item in ("depot", "site")
        for row in zip(*(text(inventory[item], column).tolist() for column in ("id", "name", "name_en")), strict=True)
    ]
    assert any(zh and en and zh != en for _, zh, en in rows)
    for one, zh, en in rows:
        assert called_of(one) == (en or (zh if zh.isascii() else "") or one)
        with speaking("zh"):
            assert called_of(one) == (zh or en or one)
    assert called_of("nobody knows") == "nobody knows"


def test_a_depot_is_not_called_by_the_county_whose_id_it_has():
    depot = {"id": np.array(["c1"]), "name": np.array(["库一"]), "name_en": np.array(["Depot One"])}
    county = {"id": np.array(["c1"]), "name": np.array(["甲旗"]), "name_en": np.array(["Alpha"])}
    assert names_of({"county": county, "depot": depot})("c1") == "Depot One"
    assert names_of({"depot": depot, "county": county})("c1") == "Depot One"


def test_titles_and_units_of_kpis():
    assert title_of("stations_out_cumulative") == "stations out, cumulative"
    assert title_of("saidi") == "SAIDI"
    assert unit_of("station_h") == "station-hours"
    assert (unit_of("share"), unit_of("level")) == ("", "")
    assert {kpi.unit for kpi in KPIS.values()} - set(UNITS) <= {"share", "level", "km", "mm", "cm", "ms"}
    for kpi in KPIS:
        assert "_" not in title_of(kpi)
        with speaking("zh"):
            assert CHINESE.search(title_of(kpi)) or kpi in ABBREVIATIONS
            assert not re.search(r"[a-z]{3}", unit_of(KPIS[kpi].unit))
