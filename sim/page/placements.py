"""Planned against actual dispatch of generators, as rows: placements of the preparation, calls under the rules.

Who came with what is read from the visits of the preparation and from the runs of generators; planned instants,
actual ones and what became of each are those of `sim.metrics`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.inventory import Floats, Ints, text
from sim.metrics.intervals import NEVER, last_before, rows_with
from sim.metrics.owed import STATUS
from sim.page.telling import Telling


class Placement(NamedTuple):
    """A planned placement: the site and the time of the plan, and which generator was set down there, when, by whom.

    `lag_h` is the deviation in hours (negative: early), `moves` how often that generator was set down at other
    sites later. Times NaN and names empty where nothing came.
    """

    measure: str
    site: str
    by_h: float
    generator: str
    crew: str
    placed_h: float
    done_h: float
    lag_h: float
    status: str
    moves: int


class Call(NamedTuple):
    """A time without mains at a site whose class has a rule: when a generator was due, which one came, and when."""

    site: str
    site_class: str
    lost_h: float
    due_h: float
    generator: str
    powered_h: float
    lag_h: float
    status: str


class Moves(NamedTuple):
    """What the generators of a sort did: how many there are and were out, placements, runs and hours of running."""

    kind: str
    planned: bool
    owned: int
    used: int
    placements: int
    sites: int
    runs: int
    hours: float


def placements(telling: Telling) -> list[Placement]:
    """Every planned placement, in the order of the plan."""
    tables = telling.tables
    lines, names = tables.lines, tables.log.names
    ids = text(telling.run.inventory["generator"], "id").tolist()
    put_generator, put_site, put_h = _put_down(telling)
    brought = _brought(telling)
    status = np.select([lines.on_time, lines.late, lines.never], ["on time", "late", "never"], "not due")
    found = []
    for line in np.flatnonzero(lines.placements).tolist():
        site = int(lines.site[line])
        generator, crew = brought.get(site, (-1, ""))
        there = (put_generator == generator) & (put_site == site)
        placed_h = float(put_h[there].min()) if generator >= 0 and there.any() else float("nan")
        moves = int(np.count_nonzero((put_generator == generator) & (put_site != site) & (put_h > placed_h)))
        found.append(
            Placement(
                names[int(lines.measure[line])],
                names[int(lines.target[line])],
                float(lines.by_h[line]),
                str(ids[generator]) if generator >= 0 else "",
                crew,
                placed_h,
                float(lines.done_h[line]),
                float(lines.lag_h[line]),
                str(status[line]),
                moves,
            )
        )
    return found


def _put_down(telling: Telling) -> tuple[Ints, Ints, Floats]:
    """Every time a generator was set down at a site: its row, the site's, the time."""
    log, names = telling.tables.log, telling.tables.names
    rows = rows_with(log, "generator.placed")
    rows = rows[log.t_h[rows] <= telling.horizon_h]
    return names.generator[log.subject[rows]], names.site[log.object[rows]], log.t_h[rows]


def _brought(telling: Telling) -> dict[int, tuple[int, str]]:
    """Site → the generator and the crew of the visit that set one down there in preparation."""
    tables = telling.tables
    visits, crews = tables.all_visits, text(telling.run.inventory["crew"], "id").tolist()
    kinds = tables.jobs.kind[visits.job]
    chosen = np.flatnonzero((kinds == "place") & (visits.generator >= 0))
    return {
        int(visits.site[row]): (
            int(visits.generator[row]),
            str(crews[visits.crew[row]]) if visits.crew[row] >= 0 else "",
        )
        for row in chosen.tolist()
    }


def calls(telling: Telling) -> list[Call]:
    """Every time without mains under a rule of the plan, in order of the loss of mains."""
    tables = telling.tables
    owed, mains, power = tables.owed, tables.mains_spells, tables.powering
    sites = tables.ground.site_ids
    classes = text(telling.run.inventory["site"], "site_class")
    spell = {key: row for row, key in enumerate(zip(mains.who.tolist(), mains.start_h.tolist(), strict=True))}
    carried = _carriers(telling)
    found = []
    for row, site in enumerate(owed.site.tolist()):
        of = spell[site, float(owed.lost_h[row])]
        powered = bool(power.powered[of])
        found.append(
            Call(
                str(sites[site]), str(classes[site]), float(owed.lost_h[row]), float(owed.due_h[row]),
                carried[of] if powered else "", float(owed.powered_h[row]), float(owed.lag_h[row]),
                STATUS[int(owed.status[row])],
            )
        )  # fmt: skip
    return found


def _carriers(telling: Telling) -> list[str]:
    """The generator that first carried the site in each time without mains; empty for none."""
    tables = telling.tables
    mains, power, runs, log = tables.mains_spells, tables.powering, tables.runs.spells, tables.log
    before = last_before(mains.who, mains.begin, runs.who, runs.begin)
    start = np.where(power.running & (before >= 0), np.append(runs.begin, -1)[before], power.start)
    return [log.names[int(log.subject[row])] if 0 <= row < NEVER else "" for row in start.tolist()]


def moves(telling: Telling) -> list[Moves]:
    """What generators did by sort, those with a planned place apart; fixed ones are never moved and only run."""
    inventory, tables = telling.run.inventory, telling.tables
    table = inventory["generator"]
    kinds, ids = text(table, "generator_kind").astype(str), text(table, "id").tolist()
    planned = np.isin(np.array(ids, dtype=object), [line.generator for line in placements(telling) if line.generator])
    put_generator, put_site, _when = _put_down(telling)
    runs = tables.runs
    found = []
    for is_planned in (True, False):
        for kind in dict.fromkeys(kinds.tolist()):
            mine = np.flatnonzero((kinds == kind) & (planned == is_planned))
            put, ran = np.isin(put_generator, mine), np.isin(runs.generator, mine)
            used = len(np.unique(np.concatenate([put_generator[put], runs.generator[ran]])))
            if len(mine):
                sites = np.concatenate([put_site[put], runs.spells.who[ran]])
                found.append(
                    Moves(
                        kind, is_planned, len(mine), used, int(put.sum()), len(np.unique(sites[sites >= 0])),
                        int(ran.sum()), float(runs.spells.hours[ran].sum()),
                    )
                )  # fmt: skip
    return found
