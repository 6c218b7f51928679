"""What a ledger says of a site in other columns than ours: strings, kilowatt-hours, watts, ages, ways in, hubs by name.

Each rule that is not plain arithmetic is a guess and gives a line, which every scorecard then lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from math import isnan
from typing import Final

from sim.errors import shown
from sim.intake.draft import Draft
from sim.intake.mapping import LATER, NONE, Fill
from sim.language import _
from sim.sheets import cells as plain
from sim.sheets.headings import words
from sim.topology.columns import COLUMNS, GUESSED, REFUSED, Column
from sim.topology.csvfile import NONE as NOTHING

FLOAT_V: Final = 53.5
"""Of a measured direct current. Source: float charge of 24 lead-acid cells, as the reader of `load_a` takes it."""
VOLTS: Final = {"lfp": 51.2, "lead_acid": 48.0}
"""Of a string, where the sheet does not say. Source: 16 cells of 3.2 V, 24 cells of 2 V."""
FADE_PER_YEAR: Final = {"lfp": 0.02, "lead_acid": 0.035}
"""Assumed: health lost a year, so that a fleet of six years or so has the 0.8 that parameters of the field expect."""
LEAST_HEALTH: Final = 0.4
"""Assumed: a battery older than that has been replaced."""
_DESIGNED: Final = ("备电时长", "续航时长")
"""Headings that ledgers have over hours of the design as over measured ones."""
_TOLD: Final = (("sites", "operators"), ("sites", "chemistry"))
"""Columns of whose usual value another line tells."""
_SILENT: Final = {
    "key": "key empty, sites of class A taken",
    "rectifier_kw": "rectifier_kw empty, modules of 3 kW to fit and one spare",
}
"""Columns that the reader of topologies fills without a line of its own."""
GENERATOR_KW: Final = 20.0
"""Assumed: a fixed generator of which only the presence is known; the least that a key node is given."""


def derive_sites(draft: Draft, as_of: date | None) -> list[str]:
    """Fill our columns from the ledger's own; gives back the guesses, a line each. Problems are on the desk."""
    notes: list[str] = []
    _batteries(draft, notes)
    _loads(draft)
    _ages(draft, as_of, notes)
    _blanks(draft, notes)
    _access(draft, notes)
    _generators(draft, notes)
    return notes


def note(notes: list[str], count: int, total: int, items: str, what: str) -> None:
    """A guess with how often it was made, if it was."""
    if count:
        notes.append(f"{count} of {total} {items}: {what}")


def _number(draft: Draft, name: str, row: int, text: str) -> float | None:
    """A number of a column that only helps to fill others; told where it is none."""
    try:
        value = float(text)
    except ValueError:
        draft.report(row, name, _("must be a number (got {value})").format(value=shown(text)))
        return None
    if not 0 <= value < 1e9:
        draft.report(row, name, _("must be >= 0 (got {value})").format(value=text))
        return None
    return value


def _numbers(draft: Draft, name: str) -> list[float | None]:
    return [_number(draft, name, row, text) if text else None for row, text in enumerate(draft.column(name))]


def _batteries(draft: Draft, notes: list[str]) -> None:
    """Ampere-hours of all strings: the total, else one times the strings, else kilowatt-hours over the voltage."""
    if not {"battery_total_ah", "battery_strings", "battery_kwh"} & draft.cells.keys():
        _one_string(draft, draft.column("battery_ah"), notes)
        return
    strings, kwh, volts = (_numbers(draft, f"battery_{name}") for name in ("strings", "kwh", "v"))
    capacity, totals, chemistry = (draft.column(name) for name in ("battery_ah", "battery_total_ah", "chemistry"))
    if _headed(draft, "battery_ah", "总容量"):
        totals = [total or text for total, text in zip(totals, capacity, strict=True)]
    for name in ("battery_total_ah", "battery_kwh"):
        if name in draft.place:
            draft.place.setdefault("battery_ah", draft.place[name])
    found = [total or text for total, text in zip(totals, capacity, strict=True)]
    alone = [""] * len(draft)
    nominal = 0
    for row, text in enumerate(capacity):
        count, energy = strings[row], kwh[row]
        if totals[row]:
            continue
        if text and _is_number(text):
            found[row] = _of_strings(draft, row, text, count)
            alone[row] = text if count is None and _product(draft, row) is None else ""
        elif not text and count == 0:
            found[row] = "0"
        elif not text and energy is not None:
            volt = volts[row] or VOLTS.get(chemistry[row], VOLTS["lfp"])
            found[row] = _short(1000 * energy / volt)
            nominal += volts[row] is None
    draft.cells["battery_ah"] = found
    _one_string(draft, alone, notes)
    told = "battery voltage empty, 51.2 V (lead-acid 48 V) taken to turn kWh into Ah"
    note(notes, nominal, len(draft), "sites", told)


def _one_string(draft: Draft, capacity: Sequence[str], notes: list[str]) -> None:
    """A guess for capacities that stand alone where the sheet means those of one string."""
    if not draft.exact and ("battery_strings" in draft.cells or _headed(draft, "battery_ah", "单组")):
        count = sum(text not in ("", "0") for text in capacity)
        note(notes, count, len(draft), "sites", "number of battery strings empty, one taken")


def _headed(draft: Draft, column: str, word: str) -> bool:
    """Whether a word stands in the heading of a column."""
    at = draft.place.get(column)
    return at is not None and any(word in text for text in draft.heads.spellings(at))


def _of_strings(draft: Draft, row: int, text: str, count: float | None) -> str:
    """A capacity times its strings, unless the cell was a product of them already."""
    if count is None:
        return text
    factors = _product(draft, row)
    if factors is not None:
        if count not in factors:
            told = _("must be a product of the strings, which are {count} in their own column (got {value})")
            value = " × ".join(f"{factor:g}" for factor in factors)
            draft.report(row, "battery_ah", told.format(count=f"{count:g}", value=value))
        return text
    if count == 0 and float(text) > 0:
        told = _("must be at least 1 where a capacity stands (got {value})")
        draft.report(row, "battery_strings", told.format(value=0))
    return _short(float(text) * count)


def _product(draft: Draft, row: int) -> tuple[float, float] | None:
    """Factors of a capacity that the file has as a product such as 500*2."""
    at, cells = draft.place["battery_ah"], draft.grid.rows[draft.rows[row]]
    return plain.product(plain.text_of(cells[at])) if at < len(cells) else None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _short(value: float) -> str:
    return repr(round(value, 3)).removesuffix(".0")


def _loads(draft: Draft) -> None:
    """Watts of a whole site become the current the reader takes apart; a measured current stays."""
    if "load_w" not in draft.cells:
        return
    watts, amperes = _numbers(draft, "load_w"), list(draft.column("load_a"))
    draft.place.setdefault("load_a", draft.place["load_w"])
    draft.cells["load_a"] = [
        text or ("" if watt is None else repr(round(watt / FLOAT_V, 6)))
        for text, watt in zip(amperes, watts, strict=True)
    ]


def _ages(draft: Draft, as_of: date | None, notes: list[str]) -> None:
    """State of health from the age of a battery, where it was not measured."""
    if "battery_since" not in draft.cells:
        return
    today = as_of or date.today()  # noqa: DTZ011 (a day of the office calendar)
    health, chemistry = list(draft.column("soh")), draft.column("chemistry")
    aged = 0
    for row, text in enumerate(draft.column("battery_since")):
        if not text or health[row]:
            continue
        years = (today - date.fromisoformat(text)).days / 365.25
        if years < 0:
            draft.report(row, "battery_since", _("must not be after {day} (got {value})").format(day=today, value=text))
            continue
        fade = FADE_PER_YEAR.get(chemistry[row], FADE_PER_YEAR["lfp"])
        health[row] = f"{max(LEAST_HEALTH, 1 - fade * years):.2f}"
        aged += 1
    draft.cells["soh"] = health
    told = "state of health from the battery's age on {day}: 2 % a year (lead-acid 3.5 %), 0.4 at least"
    note(notes, aged, len(draft), "sites", told.format(day=today))


def _blanks(draft: Draft, notes: list[str]) -> None:
    """What is not known of batteries, and hours that may never have been measured."""
    if draft.exact:
        return
    note(
        notes,
        draft.column("chemistry").count(""),
        len(draft),
        "sites",
        "kind of battery empty, lithium iron phosphate taken",
    )
    unknown = sum(not health for health in draft.column("soh"))
    told = "neither age nor state of health of the battery known, drawn in each run"
    note(notes, unknown, len(draft), "sites", told)
    if "autonomy_h" in draft.place:
        hours = sum(bool(text) for text in draft.column("autonomy_h"))
        if told := designed(draft.heads.texts[draft.place["autonomy_h"]]):
            note(notes, hours, len(draft), "sites", told)


def designed(heading: str) -> str:
    """What is in doubt about a heading over hours that may be those of the design; empty where nothing is."""
    if "实测" in heading or not any(plain.key(word) in plain.key(heading) for word in _DESIGNED):
        return ""
    return f"'{heading}' taken as measured hours; if it is what was designed, leave it out"


def _access(draft: Draft, notes: list[str]) -> None:
    """Kilometres on foot from words such as 难."""
    if "access" not in draft.cells:
        return
    known, walk = words("walk_km"), list(draft.column("walk_km"))
    guessed = 0
    for row, text in enumerate(draft.column("access")):
        if not text or walk[row]:
            continue
        km = known.get(plain.key(text)) or plain.number(text, "km", set())
        if not _is_number(km):
            allowed = "易, 一般, 较难, 难, 极难"
            told = _("must be one of {allowed}, or a distance (got {value})")
            draft.report(row, "access", told.format(allowed=allowed, value=shown(text)))
            continue
        walk[row] = km
        guessed += plain.key(text) in known
    draft.place.setdefault("walk_km", draft.place["access"])
    draft.cells["walk_km"] = walk
    rule = "walk_km by how hard the site is to reach: 易 and 一般 0, 较难 0.5, 难 1, 极难 2 km"
    note(notes, guessed, len(draft), "sites", rule)


def _generators(draft: Draft, notes: list[str]) -> None:
    """How many fixed generators have no size of their own."""
    if "fixed_generator_kw" not in draft.cells:
        return
    at, known = draft.place["fixed_generator_kw"], words("fixed_generator_kw")
    there = sum(
        known.get(plain.key(plain.text_of(draft.grid.rows[row][at]))) == f"{GENERATOR_KW:g}"
        for row in draft.rows
        if at < len(draft.grid.rows[row])
    )
    note(notes, there, len(draft), "sites", "fixed generator of unknown size, 20 kW taken")


# Between rows and tables


def fill_missing(draft: Draft, missing: dict[str, Fill]) -> list[str]:
    """Fill empty cells by the mapping's rules, except those that the reader of topologies guesses itself."""
    notes: list[str] = []
    by_default = {column.name: usual(column) for column in COLUMNS.get(draft.table, ())}
    for column, fill in missing.items():
        if fill in LATER or plain.text_of(fill) == by_default.get(column):
            continue
        value = NOTHING if fill == NONE else plain.text_of(fill)
        made = plain.day(value, set()) if column == "battery_since" else None
        texts = draft.column(column)
        draft.cells[column] = [text or (made.isoformat() if made else value) for text in texts]
        told = f"{column} empty, {value} taken"
        note(notes, texts.count(""), len(draft), draft.table, told)
    return notes


def usual(column: Column) -> str | None:
    """What stands in an empty cell of a column by default, as a text; None where that is nothing or a guess."""
    default = column.default
    if default is REFUSED or default is GUESSED or default == "" or (isinstance(default, float) and isnan(default)):
        return None
    return plain.text_of(default)


def defaults(draft: Draft) -> list[str]:
    """Usual values in empty cells of a table, a line for each number of cells; what else is told of is left out."""
    fills: dict[int, list[str]] = {}
    for column in COLUMNS.get(draft.table, ()):
        value, empty = usual(column), draft.column(column.name).count("")
        if value is not None and empty and (draft.table, column.name) not in _TOLD:
            fills.setdefault(empty, []).append(f"{column.name} {value}")
    notes: list[str] = []
    for empty, values in fills.items():
        note(notes, empty, len(draft), draft.table, f"taken where empty: {', '.join(values)}")
    if draft.table == "sites":
        for name, told in _SILENT.items():
            note(notes, draft.column(name).count(""), len(draft), "sites", told)
    return notes


def roles_by_hubs(draft: Draft) -> list[str]:
    """A site that others name as their hub is one, where nothing else says so."""
    named = {hub for hub in draft.column("hub") if hub not in ("", NOTHING)}
    roles = list(draft.column("role"))
    rows = [row for row, one in enumerate(draft.column("id")) if one in named and not roles[row]]
    for row in rows:
        roles[row] = "hub"
    if rows:
        draft.cells["role"] = roles
    notes: list[str] = []
    note(notes, len(rows), len(draft), "sites", "role empty, hub taken: other sites name it as theirs")
    return notes


def ids_by_names(draft: Draft, column: str, ids: Sequence[str], names: Sequence[str]) -> None:
    """Where a cell holds the name of one thing only, put its id."""
    if column not in draft.cells:
        return
    known, once = set(ids), {name: one for name, one in zip(names, ids, strict=True) if name}
    often = Counter(names)
    twice = {name for name in once if often[name] > 1}
    found = 0
    for row, text in enumerate(draft.cells[column]):
        if text and text not in known and text not in twice and text in once:
            draft.cells[column][row] = once[text]
            found += 1
    draft.tally.add(draft.table, column, "name", found)


def townships_apart(draft: Draft) -> list[str]:
    """Townships of one name in several counties get the county before their name, so that they stay apart."""
    townships, counties = draft.column("township"), draft.column("county")
    homes: dict[str, set[str]] = {}
    for township, county in zip(townships, counties, strict=True):
        if township not in ("", NOTHING):
            homes.setdefault(township, set()).add(county)
    shared = {name for name, found in homes.items() if len(found) > 1}
    if not shared:
        return []
    draft.cells["township"] = [
        f"{county}·{name}" if name in shared else name for name, county in zip(townships, counties, strict=True)
    ]
    return [f"{len(shared)} township names in several counties, told apart by county"]
