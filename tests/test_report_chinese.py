"""Pictures drawn for Chinese readers hold no English but ids, units and names; for English ones they are as they were."""

import re
from functools import cache

import pytest
from matplotlib.text import Text
from serial_ensemble import serial

import sim
from sim.ensemble import compare
from sim.language import bilingual, said, speaking
from sim.report import (
    answer_figures,
    ensemble_figures,
    gantt,
    outage_curve,
    single_line,
    situation_map,
    style,
    swim_lanes,
    temperatures,
)
from sim.report.series import Story

PICTURES = {
    "ten_sites": (outage_curve.draw, gantt.draw, situation_map.draw),
    "hohhot_exchange_drill": (temperatures.draw, swim_lanes.draw, single_line.draw),
}
CASES = [
    pytest.param(name, draw, id=f"{name}-{draw.__module__.rpartition('.')[2]}")
    for name, draws in PICTURES.items()
    for draw in draws
]
NOT_WORDS = {"ATS", "STS", "UPS", "PDU"}


@cache
def story_of(name):
    return Story.of(sim.simulate(sim.load(name), seed=1))


def texts(figure):
    found = [one.get_text() for one in figure.findobj(Text) if one.get_visible()]
    return [text for text in found if text.strip()]


def ids(story):
    found = {str(one) for table in story.inventory.values() for one in table["id"]} | {story.policy}
    found |= set(story.columns.names) | {str(one) for one in story.inventory["team"]["party"]}
    return {part for name in found for part in re.split(r"[^A-Za-z0-9]+", name)}


@pytest.mark.parametrize(("name", "draw"), CASES)
def test_a_picture_is_chinese(name, draw):
    story = story_of(name)
    with speaking("zh"), style.drawing():
        found = texts(draw(story))
    assert any("\u4e00" <= character <= "\u9fff" for text in found for character in text)
    known = ids(story) | NOT_WORDS
    english = {word for text in found for word in re.findall(r"[A-Za-z]{4,}", text)} - known
    assert not english, sorted(english)


@pytest.mark.parametrize(("name", "draw"), CASES)
def test_a_picture_is_english_without_more_ado(name, draw):
    story = story_of(name)
    with style.drawing():
        found = texts(draw(story))
    assert sum(bool(re.search(r"[A-Za-z]{4,}", text)) for text in found) > 3


def test_labels_in_two_languages():
    assert bilingual("snowfall 降雪") == "snowfall 降雪"
    assert said("rest", "休整") == "rest 休整"
    with speaking("zh"):
        assert bilingual("snowfall 降雪") == "降雪"
        assert bilingual("recorded 实际 685 · simulated 模拟 700") == "实际 685 · 模拟 700"
        assert bilingual("No crew was called.\n无队伍出动") == "无队伍出动"
        assert bilingual("PDU") == "PDU"
        assert said("rest", "休整") == "休整"
        assert said("rest", "") == "rest"
    assert bilingual("snowfall 降雪") == "snowfall 降雪"


def test_sentences_name_things_in_chinese():
    story = story_of("hohhot_exchange_drill")
    with speaking("zh"), style.drawing():
        warm, line = texts(temperatures.draw(story)), texts(single_line.draw(story))
    assert any("七列 进风最高" in text for text in warm)
    assert not any("row_7 进风" in text for text in warm)
    assert any("台设备中" in text and "，" in text and ", " not in text for text in line)


def test_pictures_of_an_ensemble_are_chinese():
    town = sim.load("ten_sites")
    many = serial(town, 3, policies=["class_then_deadline", "nearest"])
    known = set(re.split(r"[^A-Za-z]+", " ".join(many.variants))) | NOT_WORDS
    for draw in (ensemble_figures.fan, ensemble_figures.targets):
        with speaking("zh"), style.drawing():
            found = texts(draw(many, town.spec))
        english = {word for text in found for word in re.findall(r"[A-Za-z]{4,}", text)} - known
        assert not english, sorted(english)
        with style.drawing():
            assert any(re.search(r"\b(runs|recorded|stations)\b", text) for text in texts(draw(many, town.spec)))
    with speaking("zh"), style.drawing():
        found = texts(answer_figures.differences(compare([many])))
    assert not {word for text in found for word in re.findall(r"[A-Za-z]{4,}", text)} - known
