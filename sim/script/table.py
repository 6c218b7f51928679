"""The controllers' script as a table to be printed: what is played, and blank boxes for what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sim.inventory import Inventory
from sim.inventory_rooms import add_names, add_rooms, add_teams
from sim.language import _
from sim.phrases import names_of, thing, word
from sim.scenario import Scenario
from sim.script.lines import ScriptLine
from sim.sheetfile import Cell, Table
from sim.spec import text_told
from sim.topology.tables import columns

_CONTROLLERS: Final = "controllers"
_WIDTHS: Final = (6, 14, 12, 18, 14, 14, 10, 36, 30, 30, 10, 14, 12, 20)


def names_before(scenario: Scenario) -> Callable[[str], str]:
    """From an id of the network to its name, before there is a run."""
    topology = scenario.topology
    known = Inventory(
        county=columns(topology.counties), township=columns(topology.townships), site=columns(topology.sites)
    )
    add_rooms(known, topology.plant)
    add_teams(known, scenario.spec)
    add_names(known, scenario.spec)
    return names_of(known)


def via_told(via: str) -> str:
    """A way of telling in the language in use; as it is written where it is none of the usual words."""
    ways = {
        "alarm": _("alarm"), "phone": _("phone"), "radio": _("two-way radio"), "email": _("e-mail"), "fax": _("fax"),
        "sms": _("text message"), "person": _("in person"), "report": _("report"),
    }  # fmt: skip
    return ways.get(via.strip().lower(), via)


def when_told(line: ScriptLine) -> str:
    """The drill clock of a line, or its condition."""
    if line.t_h is not None:
        return line.drill_clock
    return _("when {condition}").format(condition=line.condition)


def what_told(line: ScriptLine, name: Callable[[str], str] = str) -> str:
    """What an inject does to the network or to whom it is said: `failure of site s3 rectifier`."""
    aim = thing(line.target, name) if line.target else line.to
    said = f"{word(line.action)} {aim}".strip()
    return _("{inject} (optional)").format(inject=said) if line.optional else said


def script_table(lines: Sequence[ScriptLine], name: Callable[[str], str] = str) -> Table:
    """The script with headings in the language in use; the exercise's own minutes where its speed is said."""
    timed = any(line.exercise_min is not None for line in lines)
    heads = [
        _("No."), _("Drill clock"), _("Exercise minute"), _("Wall clock"), _("From"), _("To"), _("Via"),
        _("Message"), _("Inject"), _("Expected action"), _("Objective"), _("Done at"), _("By"), _("Remark"),
    ]  # fmt: skip
    rows = [_row(line, name) for line in lines]
    kept = [at for at in range(len(heads)) if timed or at != 2]
    return Table(
        _("Controllers' script"),
        [heads[at] for at in kept],
        [[row[at] for at in kept] for row in rows],
        [_WIDTHS[at] for at in kept],
    )


def _row(line: ScriptLine, name: Callable[[str], str]) -> list[Cell]:
    minute = None if line.exercise_min is None else round(line.exercise_min, 1)
    clock = "" if line.clock is None else f"{line.clock:%Y-%m-%d %H:%M}"
    return [
        line.number or None, when_told(line), minute, clock, name(line.sender) or word(_CONTROLLERS), name(line.to),
        via_told(line.via), text_told(line.message), what_told(line, name), text_told(line.expect),
        line.objective, "", "", "",
    ]  # fmt: skip
