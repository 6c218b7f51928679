"""Fills the tables of the reference page from the models: `python tools/make_reference.py [--check]`.

In the page, a table stands between `<!-- table: Name -->` and `<!-- end -->`. Name is a model of the scenario
file, or one of POLICIES, GENERATOR_KINDS. With `--check` nothing is written; exit code 1
says that the page is not what the models say.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sim.policies import POLICIES  # noqa: E402
from sim.resources import GENERATOR_KINDS  # noqa: E402
from sim.schema import models, remarks_of, scenario_schema  # noqa: E402

PAGE: Final = ROOT / "docs" / "reference" / "scenario_files.md"
_BLOCK: Final = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_UNITS: Final = {
    "h": "h", "min": "min", "kw": "kW", "kwh": "kWh", "l": "L", "lph": "L/h", "km": "km", "kmh": "km/h",
    "cm": "cm", "mm": "mm", "m": "m", "c": "°C", "w": "W", "mps": "m/s", "kg": "kg", "deg": "°",
    "share": "share", "person": "a person",
}  # fmt: skip
_DOORS: Final = {
    "Skewed duration:": "median/P90",
    "Duration:": "duration",
    "Point in time:": "point in time",
    "Share:": "share",
    "Number of ": "number",
}
"""What the units' own descriptions begin with, and the word for it."""


def page_with_tables(text: str) -> str:
    """The page with every table as the models have it now."""
    return _BLOCK.sub(lambda block: f"{block[1]}\n{_table(block[2])}\n\n{block[3]}", text)


def tables_in(text: str) -> list[str]:
    """Names of the tables that a page has, in its order."""
    return [block[2] for block in _BLOCK.finditer(text)]


def _table(name: str) -> str:
    special = {"POLICIES": _policies, "GENERATOR_KINDS": _generators}
    return special[name]() if name in special else _model(name)


def _rows(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# Models


def _model(name: str) -> str:
    schema = _schema()
    table = schema if name == "ScenarioSpec" else schema["$defs"][name]
    remarks, required = remarks_of(models()[name]), table.get("required", [])
    rows = []
    for key, field in table["properties"].items():
        usual = "**required**" if key in required else default(key, field)
        meaning = remarks.get(key) or _about(field, schema["$defs"])
        rows.append([f"`{key}`", kind(field), unit(key, field), usual, meaning])
    return _rows(["key", "value", "unit", "default", "meaning"], rows)


@cache
def _schema() -> dict[str, Any]:
    return scenario_schema()


def _about(field: dict[str, Any], known: dict[str, Any]) -> str:
    """First sentence about the table a field holds, where the field itself has no remark."""
    name = _target(field)
    about = known[name].get("description", "") if name else ""
    return re.split(r"(?<=\.)\s", about)[0]


def _target(field: dict[str, Any]) -> str:
    """Name of the table that a field is, or is in truth but for being left out."""
    inner = [part for part in field.get("anyOf", [field]) if part.get("type") != "null"]
    return inner[0]["$ref"].rpartition("/")[2] if len(inner) == 1 and "$ref" in inner[0] else ""


def kind(field: dict[str, Any]) -> str:
    """What a value may be, in words."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{choice}`" for choice in field["enum"])
    if "examples" in field:
        word = next(word for told, word in _DOORS.items() if told in field["description"])
        return f"{word}{_limits(field['anyOf'][0])}"
    if choices := field.get("anyOf") or field.get("oneOf"):
        return " or ".join(kind(choice) for choice in choices if choice.get("type") != "null")
    return _plain(field)


def _plain(field: dict[str, Any]) -> str:
    sort = field.get("type", "")
    if sort == "array" and "prefixItems" in field:
        kinds = dict.fromkeys(map(kind, field["prefixItems"]))
        return f"list of {len(field['prefixItems'])}: {', '.join(kinds)}"
    if sort == "array":
        return f"list of {kind(field['items'])}"
    if sort == "object":
        if field["additionalProperties"] is False:
            return f"table of {', '.join(f'`{name}`' for name in field['properties'])}"
        names = field.get("propertyNames", {}).get("enum")
        label = f"{', '.join(f'`{name}`' for name in names)}" if names else "name"
        below = field["additionalProperties"]
        return f"table: {label} → {'any value' if below is True else kind(below)}"
    words = {"number": "number", "integer": "whole number", "string": "text", "boolean": "true or false"}
    return f"{words[sort]}{_limits(field)}"


def _limits(field: dict[str, Any]) -> str:
    words = {"exclusiveMinimum": "> ", "minimum": "≥ ", "maximum": "≤ ", "exclusiveMaximum": "< "}
    limits = [f"{sign}{field[word]:g}" for word, sign in words.items() if word in field]
    return f" {', '.join(limits)}" if limits else ""


def unit(key: str, field: dict[str, Any]) -> str:
    """The unit that the key's last word promises; only numbers have one."""
    told = json.dumps(field)
    return _UNITS.get(key.rpartition("_")[2], "") if "number" in told and "_" in key else ""


def default(key: str, field: dict[str, Any]) -> str:
    """The default as a planner would write it."""
    found = field.get("default")
    if _target(field) and isinstance(found, dict):
        return "its defaults"
    if found is None or found in ({}, [], ""):
        return "–"
    if isinstance(found, dict) and {"median_h", "p90_h"} <= found.keys():
        return f"`{spread(found['median_h'], found['p90_h'])}`"
    if isinstance(found, float) and key.endswith("_h") and "Duration" in json.dumps(field):
        return f"`{spread(found, found)}`"
    if isinstance(found, float):
        return f"`{found:g}`"
    if isinstance(found, list):
        return f"`[{', '.join(f'{one:g}' if isinstance(one, float) else str(one) for one in found)}]`"
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False).replace('"', "")
    return f"`{text}`"


def spread(median_h: float, p90_h: float) -> str:
    """Hours as people write them: `20/45 min`, `2 h`."""
    scale, word = (60, "min") if 0 < median_h < 1 and float(f"{median_h * 60:.6g}").is_integer() else (1, "h")
    first, last = f"{median_h * scale:.6g}", f"{p90_h * scale:.6g}"
    return f"{first} {word}" if first == last else f"{first}/{last} {word}"


# Catalogues


def _policies() -> str:
    def told(name: str) -> str:
        policy = POLICIES[name]
        rule = " ".join(((policy.rank or policy.decide or policy.make).__doc__ or "").split())
        return f"{rule} Generators move on once the battery is charged." if policy.rove else rule

    return _rows(["policy", "who goes where next"], ([f"`{name}`", told(name)] for name in POLICIES))


def _generators() -> str:
    rows = (
        [f"`{name}`", f"{k.prime_kw:g}", k.fuel, f"{k.tank_l:g}", f"{k.seats}", f"{k.mass_kg:g}"]
        for name, k in GENERATOR_KINDS.items()
    )
    return _rows(["kind", "prime_kw", "fuel", "tank_l", "seats", "mass_kg"], rows)


def main(arguments: Sequence[str]) -> int:
    """Write the page, or only say whether it is up to date."""
    text = PAGE.read_text(encoding="utf-8")
    made = page_with_tables(text)
    if "--check" in arguments:
        if made != text:
            print(
                f"{PAGE.relative_to(ROOT)} is not up to date; run python tools/make_reference.py",
                file=sys.stderr,
            )
        return int(made != text)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
