"""Runs of generators at sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.inventory import Floats, Ints, Texts
from sim.log import Columns
from sim.metrics.intervals import Spells, is_kind, rows_with, spells
from sim.metrics.jobs import Names

_RUN_ENDS: Final = ("generator.stopped", "generator.dry", "generator.broke", "generator.taken")


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs of generators at sites: `spells.who` is the site row, `generator` a row of its table or -1."""

    spells: Spells
    generator: Ints
    load_kw: Floats
    ended_by: Texts


def generator_runs(log: Columns, names: Names, horizon_h: float) -> Runs:
    """From `generator.started` to the same generator's next stop, dry tank, fault or removal."""
    rows = rows_with(log, "generator.started", *_RUN_ENDS)
    started = is_kind(log, rows, "generator.started")
    runs = spells(log, rows, log.subject[rows], started, horizon_h)
    site = names.site[log.object[runs.begin]]
    runs, site = runs.where(site >= 0), site[site >= 0]
    ended_by = np.array([kind.partition(".")[2] for kind in (*log.kinds, "")], dtype=object)
    how = np.where(runs.end >= 0, log.kind[runs.end], len(log.kinds)) if len(log.kind) else runs.end
    return Runs(
        runs._replace(who=site),
        names.generator[log.subject[runs.begin]],
        log.value[runs.begin],
        ended_by[how],
    )
