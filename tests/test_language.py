"""Messages in two languages, and the tool that keeps their catalogues in step with the code."""

import importlib.util
from contextvars import copy_context
from pathlib import Path
from string import Formatter

import pytest

from sim.language import LANGUAGES, _, bilingual, chosen, said, speaking, spoken, translations

ROOT = Path(__file__).resolve().parent.parent
_spec = importlib.util.spec_from_file_location("catalogues", ROOT / "tools" / "catalogues.py")
catalogues = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(catalogues)


def test_no_catalogue_was_forgotten():
    assert catalogues.faults() == []


def fields(text):
    """Fields of a message with their conversions and formats, however often and in whatever order."""
    return {(name, made, spec) for _, name, spec, made in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("room", catalogues.ROOMS)
def test_fields_of_a_message_are_those_of_its_chinese(room):
    found = translations("zh", room)
    assert found, f"the catalogue of {room} holds no message"
    assert not {message for message, chinese in found.items() if fields(message) != fields(chinese)}


@pytest.mark.parametrize(("message", "chinese"), [("{n}", "{m}"), ("{n:.1f}", "{n}"), ("{n!r}", "{n}"), ("{n}", "无")])
def test_another_field_is_found(message, chinese):
    assert fields(message) != fields(chinese)


def test_the_tool_tells_of_missing_chinese_and_stale_files(tmp_path, monkeypatch):
    for file in catalogues.CHINESE.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(catalogues, "CHINESE", tmp_path)
    assert catalogues.faults() == []
    words = tmp_path / "words.po"
    words.write_text(words.read_text(encoding="utf-8").replace('msgstr "上游停电"', 'msgstr ""'), encoding="utf-8")
    found = catalogues.faults()
    assert "words.po: no Chinese for 'upstream power'" in found
    assert "words.mo is not up to date: python tools/catalogues.py compile" in found
    words.unlink()
    assert "words.po is not up to date: python tools/catalogues.py update" in catalogues.faults()


def test_a_message_follows_the_language_in_use():
    assert (spoken(), _("upstream power")) == ("en", "upstream power")
    with speaking("zh"):
        assert (spoken(), _("upstream power")) == ("zh", "上游停电")
        with speaking("en"):
            assert _("upstream power") == "upstream power"
        assert _("upstream power") == "上游停电"
        assert _("nobody has translated this") == "nobody has translated this"
    assert spoken() == "en"


def test_the_language_comes_back_after_an_error():
    with pytest.raises(ZeroDivisionError), speaking("zh"):
        raise ZeroDivisionError
    assert spoken() == "en"


def test_the_language_of_one_context_is_not_that_of_another():
    with speaking("zh"):
        inside = copy_context()
    assert (inside.run(spoken), spoken()) == ("zh", "en")


def test_a_name_with_two_spellings():
    assert (chosen("North", "北"), chosen("", "北"), chosen("North", "")) == ("North", "北", "North")
    with speaking("zh"):
        assert (chosen("North", "北"), chosen("", "北"), chosen("North", "")) == ("北", "北", "North")
        assert (said("rest", "休整"), bilingual("snowfall 降雪")) == ("休整", "降雪")
    assert LANGUAGES == ("en", "zh")


def test_a_message_has_one_translation_in_all_rooms():
    """The rooms' catalogues are looked up together, so two translations of one message would shadow each other."""
    found = {}
    for room in catalogues.ROOMS:
        for message, text in translations("zh", room).items():
            found.setdefault(message, set()).add(text)
    assert {message: texts for message, texts in found.items() if len(texts) > 1} == {}
