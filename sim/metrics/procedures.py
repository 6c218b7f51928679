"""Procedures, response levels and people: how long, by when, and who worked.

A run of a procedure is named NAME#N, a run of one of its steps NAME#N.STEP; the plan of the step is the row
NAME.STEP of the inventory's procedure steps, its deadline in hours since the procedure began.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import NamedTuple

import numpy as np

from sim.inventory import Bools, Floats, Ints, Texts, number, text
from sim.log import Columns
from sim.metrics.ground import Ground
from sim.metrics.intervals import Spells, is_kind, next_after, rows_with, spells, take
from sim.vocabulary import LEVELS

_GRAIN_H = 1e-9


class Deadlines(NamedTuple):
    """Steps with a deadline, of all runs. Shape (steps,); hours since the start of the drill, NaN: not done."""

    step_run: Texts
    procedure: Texts
    by_h: Floats
    done_h: Floats
    horizon_h: float

    @property
    def on_time(self) -> Bools:
        """Done by their deadline."""
        return self.done_h <= self.by_h + _GRAIN_H

    @property
    def late(self) -> Bools:
        """Done after it, or due and not done."""
        return (self.done_h > self.by_h + _GRAIN_H) | (np.isnan(self.done_h) & (self.by_h <= self.horizon_h))

    def of(self, procedure: str) -> Deadlines:
        """Those of one procedure; all for an empty name."""
        if not procedure:
            return self
        mine = self.procedure == procedure
        return Deadlines(self.step_run[mine], self.procedure[mine], self.by_h[mine], self.done_h[mine], self.horizon_h)


def procedure_of(run: str) -> str:
    """Name of the procedure of a run, or of a run of a step."""
    return run.rpartition("#")[0] or run


@dataclass(frozen=True, eq=False)
class Procedures:
    """Runs of procedures, response levels and people of a log, read when asked for."""

    log: Columns
    ground: Ground
    horizon_h: float

    def _rows(self, *kinds: str) -> Ints:
        rows = rows_with(self.log, *kinds)
        return rows[self.log.t_h[rows] <= self.horizon_h]

    # procedures

    @cached_property
    def runs(self) -> Spells:
        """Runs from start to end; `who` is the log's code of the run."""
        rows = self._rows("procedure.started", "procedure.done")
        begins = is_kind(self.log, rows, "procedure.started")
        return spells(self.log, rows, self.log.subject[rows], begins, self.horizon_h)

    def run_of(self, procedure: str) -> Spells:
        """Runs of one procedure; all for an empty name."""
        if not procedure:
            return self.runs
        names = [procedure_of(self.log.names[who]) for who in self.runs.who.tolist()]
        return self.runs.where(np.array([name == procedure for name in names], dtype=np.bool_))

    @cached_property
    def deadlines(self) -> Deadlines:
        """Every step with a deadline, of every run; a step that was begun again is not done before it is done again."""
        table = self.ground.inventory["procedure_step"]
        columns = (text(table, "procedure").tolist(), text(table, "step").tolist())
        plans = [*zip(*columns, number(table, "by_h", np.nan).tolist(), strict=True)]
        done = self._last_done()
        found: list[tuple[str, str, float, float]] = []
        for who, start_h in zip(self.runs.who.tolist(), self.runs.start_h.tolist(), strict=True):
            run = self.log.names[who]
            for procedure, step, by_h in plans:
                if procedure == procedure_of(run) and not isnan(by_h):
                    name = f"{run}.{step}"
                    found.append((name, procedure, start_h + by_h, done.get(name, np.nan)))
        names, procedures, by, done_h = zip(*found, strict=True) if found else ((), (), (), ())
        texts = (np.array(names, dtype=object), np.array(procedures, dtype=object))
        return Deadlines(*texts, np.array(by, dtype=float), np.array(done_h, dtype=float), self.horizon_h)

    def _last_done(self) -> dict[str, float]:
        rows = self._rows("step.begun", "step.done")
        done = is_kind(self.log, rows, "step.done")
        moments = np.where(done, self.log.t_h[rows], np.nan)
        return {self.log.names[name]: t_h for name, t_h in zip(self.log.subject[rows], moments.tolist(), strict=True)}

    def rejected(self, procedure: str) -> int:
        """How often a step was refused or wrong."""
        names = [self.log.names[who] for who in self.log.subject[self._rows("step.rejected")]]
        return sum(not procedure or procedure_of(name) == procedure for name in names)

    # levels

    @cached_property
    def levels(self) -> Ints:
        """Rows by which response levels were raised."""
        return self._rows("desk.level")

    def level_lags_h(self) -> Floats:
        """From the moment a level was due to its raising, of levels that were raised."""
        log, due = self.log, self._rows("desk.level_due")
        place = next_after(log.subject[due], due, log.subject[self.levels], self.levels)
        lags = take(log.t_h[self.levels], place) - log.t_h[due]
        return lags[~np.isnan(lags)]

    def too_low(self) -> int:
        """Levels that were raised lower than the situation called for."""
        return sum(self.log.names[code].startswith("too_low") for code in self.log.object[self.levels])

    def missed(self) -> int:
        """Levels that nobody raised."""
        return len(self._rows("desk.level_missed"))

    def highest_level(self) -> float:
        """The highest level raised, I = 1 to IV = 4; NaN where none was."""
        raised = {self.log.names[code] for code in self.log.subject[self.levels].tolist()}
        return next((float(rank) for rank, level in enumerate(LEVELS, 1) if level in raised), np.nan)

    def reports(self, report_h: Mapping[str, float]) -> tuple[int, int]:
        """Reports of levels sent in time, and reports whose fate is decided; `report_h` is the limit of a level."""
        log, sent = self.log, self._rows("report.sent")
        limit_h = np.array([report_h.get(log.names[code], np.nan) for code in log.subject[self.levels]], dtype=float)
        by_h = log.t_h[self.levels] + limit_h
        place = next_after(log.subject[self.levels], self.levels, log.subject[sent], sent)
        sent_h = take(log.t_h[sent], place)
        on_time = sent_h <= by_h + _GRAIN_H
        decided = on_time | (by_h <= self.horizon_h) | ~np.isnan(sent_h)
        return int(np.count_nonzero(on_time)), int(np.count_nonzero(decided & ~np.isnan(by_h)))

    # people

    @cached_property
    def workers(self) -> Ints:
        """People (rows of their table) who worked on a step."""
        return np.unique(self.turnouts)

    @cached_property
    def turnouts(self) -> Ints:
        """Whoever was called to a step or to a string of steps, once each time."""
        who = self.ground.rows("person", self.log.names)[self.log.subject[self._rows("person.busy")]]
        return who[who >= 0]

    def among_workers(self, column: str) -> int:
        """How many teams, parties or places the people who worked are of."""
        words = text(self.ground.inventory["person"], column)[self.workers]
        return len(set(words.tolist()) - {""})
