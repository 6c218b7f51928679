"""A run as a page tells it: wall clock, names of things, rows of the log as sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import Final

from sim.inventory import text
from sim.language import _, chosen, readable
from sim.metrics import Tables
from sim.page.parts import Step
from sim.phrases import thing, told, word
from sim.report.series import Story
from sim.results import Run
from sim.scorecard import Scorecard
from sim.script.fired import fired

_NAMED: Final = ("county", "township", "site", "depot", "row", "service", "team")
_STEP: Final = re.compile(r"(\w+)#(\d+)(?:\.(\w+))?", re.ASCII)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, eq=False)
class Telling:
    """A run, and what every section asks of it. `at_h` are the hours of the daily report."""

    run: Run
    at_h: Sequence[float] = ()

    @cached_property
    def story(self) -> Story:
        """What the pictures read."""
        return Story.of(self.run)

    @property
    def tables(self) -> Tables:
        """What the figures are taken from."""
        return self.run.tables

    @property
    def card(self) -> Scorecard:
        """The scorecard."""
        return self.run.scorecard_data

    @property
    def horizon_h(self) -> float:
        """End of the drill, hours."""
        return self.run.horizon_h

    def has(self, item: str) -> bool:
        """Whether the inventory has such things."""
        return len(self.run.inventory[item]["id"]) > 0

    def clock(self, t_h: float | None) -> str:
        """Wall clock of a moment in the zone of the drill, to the minute: `6 Nov 17:00`; an en dash for none."""
        if t_h is None or isnan(t_h):
            return "–"
        at = self.story.wall(t_h)
        return chosen(f"{at.day} {_MONTHS[at.month - 1]} {at:%H:%M}", f"{at.month}月{at.day}日 {at:%H:%M}")

    @cached_property
    def _names(self) -> dict[str, tuple[str, str]]:
        """Id → name in English and in Chinese, of things that have one."""
        found: dict[str, tuple[str, str]] = {}
        for item in _NAMED:
            table = self.run.inventory[item]
            columns = (text(table, "id"), text(table, "name_en"), text(table, "name"))
            for key, en, zh in zip(*(column.tolist() for column in columns), strict=True):
                found.setdefault(str(key), (str(en), str(zh)))
        return found

    @cached_property
    def _links(self) -> dict[str, tuple[str, str]]:
        table = self.run.inventory["link"]
        columns = (text(table, "id"), text(table, "a"), text(table, "b"))
        return {str(key): (str(a), str(b)) for key, a, b in zip(*(one.tolist() for one in columns), strict=True)}

    def bare(self, key: str) -> str:
        """The name of a thing alone; its id where it has none."""
        return readable(*self._names.get(key, ("", ""))) or key

    def name(self, key: str) -> str:
        """A thing as a sentence names it: its name and its id, the ends of a link."""
        if begun := _STEP.fullmatch(key):
            return self._of_procedure(key, *begun.groups())
        item, _colon, rest = key.partition(":")
        if rest and " " not in item:
            return self.name(rest)
        if key in self._links:
            a, b = self._links[key]
            return f"{key} ({a} – {b})"
        known = self.bare(key)
        return key if known == key else f"{known} ({key})"

    def _of_procedure(self, key: str, procedure: str, number: str, step: str | None) -> str:
        """A try of a procedure, or a step of it: `Notice (PDU fault #1)`."""
        plan = self.run.spec.plan.procedures.get(procedure)
        words = chosen(plan.title.en, plan.title.zh) if plan is not None else ""
        title = f"{words or word(procedure).replace('_', ' ')} #{number}"
        if step is None:
            return title
        said = self._steps.get(f"{procedure}.{step}", "")
        return f"{said} ({title})" if said else key

    @cached_property
    def _steps(self) -> dict[str, str]:
        """Step of a procedure → its name."""
        table = self.run.inventory["procedure_step"]
        columns = (text(table, "id"), text(table, "name_en"), text(table, "name"))
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return {str(key): chosen(str(en), str(zh)) for key, en, zh in rows}

    def step(self, number: int) -> Step:
        """A row of the log as a sentence with its clock; a fault that was drawn is no inject of the controllers."""
        row = self.run.log.row(number)
        said = told(row, self.name)
        if self._drawn(number) and row.object == "fail":
            what = thing(row.subject, self.name)
            sort, _colon, rest = row.subject.partition(":")
            by_itself = sort == "site" and not rest.endswith(".mains")
            said = (_("equipment fault: {what}") if by_itself else _("fault by the disaster: {what}")).format(what=what)
        return Step(self.clock(row.t_h), said)

    @cached_property
    def _by_hand(self) -> frozenset[int]:
        """Rows of the injects that are written in the scenario."""
        return frozenset(fired(self.run.log.columns(), self.run.spec).values())

    def _drawn(self, number: int) -> bool:
        """Whether a row is an inject that the simulation drew: a fault by the weather, a return of mains."""
        return self.run.log.row(number).kind == "inject.fired" and number not in self._by_hand

    def chain(self, number: int) -> list[int]:
        """Row numbers from the first cause to the row."""
        found = [number]
        while (cause := self.run.log.row(found[-1]).cause_row) >= 0:
            found.append(cause)
        return found[::-1]

    def steps(self, number: int, but: Sequence[int] = ()) -> list[Step]:
        """The chain of causes of a row, told; rows in `but` are known already.

        A drawn return is left out before the row that says what came back and how.
        """
        rows = [row for row in self.chain(number) if row not in but]
        last = rows[-1:]
        return [
            self.step(row)
            for row in rows
            if row in last or not self._drawn(row) or self.run.log.row(row).object == "fail"
        ]

    def county(self, key: str) -> str:
        """Name of a county; a dash for none."""
        return self.bare(key) if key else _("no county")
