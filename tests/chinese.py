"""Whether a message is Chinese through and through."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from sim.errors import InputError, Problem
from sim.language import LANGUAGES, speaking

CHINESE = re.compile("[一-鿿]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_NO_WORDS = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|[^\s（]*[/.][A-Za-z][^\s（）；，]*|--[a-z-]+")
"""What is quoted, paths of files and in files, and options."""
_PLACE = re.compile(r"^[^:]*:(?:\d+:)? (?:[\w.\[\]-]+ )?", re.ASCII)
_NAMES = "PDU UPS nan inf yes no mobile unicom telecom YAML CSV GB GBK GCJ UTF NUL MB KEY VALUE Parquet JSON XML GraphML WGS OK drill xlsx docx PATH ID"
ROOT = Path(__file__).resolve().parent.parent


@cache
def keys() -> frozenset[str]:
    """Words of keys, of their values, of policies and of commands: they stay English."""
    from sim.schema import scenario_schema
    from sim.topology import topology_schema
    from sim.vocabulary import KINDS, KPIS

    found: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in ("enum", "const", "examples", "default", "pattern"):
                    found.update(_WORD.findall(json.dumps(value)))
                elif key in ("properties", "patternProperties"):
                    found.update(word for name in value for word in _WORD.findall(name))
                    walk(list(value.values()))
                else:
                    walk(value)
        elif isinstance(node, list):
            for one in node:
                walk(one)

    from sim.references import policy_names

    walk(scenario_schema())
    walk(topology_schema())
    for names in (policy_names(), KINDS, KPIS, _NAMES.split()):
        found.update(word for name in names for word in _WORD.findall(name))
    return frozenset(found)


def english_in(message: str, named: str = "") -> list[str]:
    """English words of a message that are neither keys nor quoted, nor stand in `named` (files, names)."""
    known = keys() | set(_WORD.findall(named))
    return [word for word in _WORD.findall(_NO_WORDS.sub(" ", _PLACE.sub("", message))) if word not in known]


def is_chinese(line: str, named: str = "") -> bool:
    """A line with Chinese in it, and no English left over."""
    return bool(CHINESE.search(line)) and not english_in(line, named)


def refused(call: Callable[[], object], named: str = "", own: str = "") -> tuple[Problem, ...]:
    """The problems of a call that is refused in English; in Chinese they are the same ones, told in Chinese.

    `named`: names that may stand in a message, beside all words of the files around; `own`: a message of the caller.
    """
    found = []
    for language in LANGUAGES:
        with speaking(language), pytest.raises(InputError) as caught:
            call()
        found.append(caught.value.problems)
    english, chinese = found
    assert [(one.file, one.line, one.path) for one in english] == [(one.file, one.line, one.path) for one in chinese]
    for one, other in zip(english, chinese, strict=True):
        words = f"{one.path} {named} {' '.join(_NO_WORDS.findall(one.message))} {_words_around(one.file)}"
        assert CHINESE.search(other.message) or one.message == own, other
        assert not english_in(f": {other.message}", f"{words} {own}"), other
    return english


@cache
def _words_around(file: str) -> str:
    """All words of a file and of those in its folder and below, as far as they are text and small."""
    path, found = Path(file), ""
    with suppress(OSError, TypeError):  # too long a name, or a file that a test keeps shut
        near = [one for one in path.parent.rglob("*.*") if path.is_file() and one.is_file()]
        for one in (one for one in near if one.stat().st_size < 1_000_000):
            found += one.read_bytes().decode("utf-8", "replace")
    return found
