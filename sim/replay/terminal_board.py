"""The figures of a moment for the live table: counts, crews and generators by state, targets so far.

All of them are those of the tables of which the KPIs are made, of the rows up to that moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from sim.errors import one_line
from sim.inventory import Ints
from sim.language import _, chosen
from sim.metrics import Tables, tables
from sim.metrics.intervals import Spells, rows_with, spells
from sim.replay.terminal_feed import clock
from sim.report.movements import CREW_STATES, GENERATOR_STATES, crew_states, generator_states
from sim.report.series import Intervals, Story
from sim.results import Run
from sim.scorecard.card import ScoreRow, shown
from sim.scorecard.rows import Source, target_rows
from sim.spec import text_told
from sim.vocabulary import KPIS

_SIGNS: Final = {"at_most": "≤", "at_least": "≥"}
_NAME_CHARS: Final = 28


class Promise(NamedTuple):
    """A target of the plan as of now: its name, the figure so far, the limit, and whether it holds (None: open)."""

    name: str
    now: str
    limit: str
    met: bool | None


@dataclass(frozen=True, eq=False)
class Board:
    """A run, ready to be asked for any moment."""

    run: Run

    @cached_property
    def story(self) -> Story:
        """The run as pictures see it."""
        return Story.of(self.run)

    @cached_property
    def _crews(self) -> Intervals:
        return crew_states(self.story)

    @cached_property
    def _generators(self) -> Intervals:
        return generator_states(self.story)

    @cached_property
    def _devices(self) -> Spells:
        """Devices of machine rooms that were down."""
        log = self.story.columns
        rows = rows_with(log, "device.down", "device.up")
        who = self.story.rows_of("device")[log.subject[rows]]
        begins = log.kind[rows] == log.kinds.index("device.down")
        return spells(log, rows, who, begins, self.run.horizon_h)

    @cached_property
    def _levels(self) -> tuple[list[float], list[str]]:
        log = self.story.columns
        rows = rows_with(log, "desk.level")
        return log.t_h[rows].tolist(), [log.names[code] for code in log.subject[rows].tolist()]

    def counts(self, t_h: float) -> list[tuple[str, str]]:
        """What is counted, and how many at a moment; only of what this drill has."""
        found: list[tuple[str, str]] = []
        data = self.run.tables
        if self.story.count("station"):
            spell = data.site_outages.spells
            now = spell.holds(t_h)
            found = [
                (_("stations out"), f"{int(data.site_outages.stations[now].sum()):,}"),
                (_("users without service"), f"{float(data.site_outages.users[now].sum()):,.0f}"),
                (_("sites without mains"), f"{int(data.mains_spells.holds(t_h).sum()):,}"),
            ]
        if self.story.count("crew"):
            found.append((_("jobs waiting"), f"{self._waiting(t_h):,}"))
        if self.story.count("device"):
            found.append((_("devices down"), str(int(self._devices.holds(t_h).sum()))))
            found.append((_("services out"), str(int(data.services.spells.holds(t_h).sum()))))
        level = self._level(t_h)
        return [*found, (_("response level"), level)] if level else found

    def _waiting(self, t_h: float) -> int:
        moments, level = self.run.tables.waiting_jobs
        place = int(np.searchsorted(moments, t_h, side="right")) - 1
        return int(level[place]) if place >= 0 else 0

    def _level(self, t_h: float) -> str:
        times, names = self._levels
        raised = [name for at_h, name in zip(times, names, strict=True) if at_h <= t_h]
        return one_line(raised[-1], _NAME_CHARS) if raised else ""

    def crews(self, t_h: float) -> list[tuple[str, int]]:
        """How many crews are in each state; those not yet called out are told of last."""
        size = self.story.count("crew")
        names = (
            _("driving"), _("stuck"), _("at work"), _("waiting on site"), _("ready"), _("resting"), _("called out"),
        )  # fmt: skip
        return _by_state(self._crews.at(t_h, size), CREW_STATES, (*names, _("not called"))) if size else []

    def generators(self, t_h: float) -> list[tuple[str, int]]:
        """How many generators are in each state; those in a depot or on a vehicle, and fixed ones at rest, last."""
        size = self.story.count("generator")
        names = (_("ready at a site"), _("running"), _("out of fuel"), _("broken"))
        return _by_state(self._generators.at(t_h, size), GENERATOR_STATES, (*names, _("elsewhere"))) if size else []

    def promises(self, t_h: float) -> list[Promise]:
        """The plan's targets as far as they can be told from what has happened until then."""
        spec = self.run.spec
        data: Tables = tables(self.story.columns, self.run.tables.ground, t_h, spec.plan)
        return [self._promise(row) for row in target_rows(Source(spec, self.run.lists, data))]

    def _promise(self, row: ScoreRow) -> Promise:
        kpi = KPIS[row.kpi]
        own = text_told(row.say)
        said = own if own and own != kpi.zh else chosen(row.kpi.replace("_", " "), kpi.zh)
        name = one_line(" ".join(part for part in (row.id, said) if part), _NAME_CHARS)
        limit = f"{_SIGNS.get(row.comparison or '', '')} {shown(row.target, row.unit)}"
        if row.simulated is None:
            due = "" if row.at_h is None else f"{clock(self.run.spec.start, row.at_h):%m-%d %H:%M}"
            return Promise(name, f"→ {due}" if due else "–", limit, None)
        return Promise(name, shown(row.simulated, row.unit), limit, row.met)


def _by_state(state: Ints, states: Sequence[str], names: Sequence[str]) -> list[tuple[str, int]]:
    """Counts by name; the last name is that of things in no state. States without any are left out."""
    counts = [int((state == code).sum()) for code in (*range(len(states)), -1)]
    return [(name, number) for name, number in zip(names, counts, strict=True) if number]
