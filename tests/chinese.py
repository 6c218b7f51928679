"""Whether a message is Chinese through and through."""

import json
import re
from functools import cache
from pathlib import Path

CHINESE = re.compile("[一-鿿]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_NO_WORDS = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|[^\s（]*[/.][A-Za-z][^\s（）；，]*|--[a-z-]+")
"""What is quoted, paths of files and in files, and options."""
_PLACE = re.compile(r"^[^:]*:(?:\d+:)? (?:[\w.\[\]-]+ )?", re.ASCII)
_NAMES = "nan inf YAML CSV GB GBK GCJ UTF NUL MB KEY VALUE Parquet JSON XML GraphML WGS OK drill xlsx docx PATH ID"
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
