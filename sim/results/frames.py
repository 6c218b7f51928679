"""What a person asks of a run in a notebook, as pandas frames: its log, its counts over time, its rules and steps.

Every figure is that of the tables of which the KPIs are made. Times are hours since the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.inventory import Floats, Ints, Inventory
from sim.log import EventLog
from sim.metrics import CAUSES, Tables
from sim.metrics.intervals import count_over_time, pick, value_at
from sim.metrics.owed import STATUS

if TYPE_CHECKING:
    import pandas as pd

Steps = tuple[Floats, Ints]
"""Moments, and the count from each of them on."""
_OTHER: Final = "other"


def frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Columns as a frame, of the types that their values have."""
    import pandas as pd

    return pd.DataFrame(dict(columns)).infer_objects()


def rows(found: Sequence[Mapping[str, Any]], names: Sequence[str]) -> pd.DataFrame:
    """Tables of the same keys as a frame, a row each; `names` are its columns, also where there is none."""
    import pandas as pd

    return pd.DataFrame(found, columns=list(names))


def events(log: EventLog) -> pd.DataFrame:
    """The log, a row an event, numbered as `cause_row` and `Run.why` count them."""
    columns = log.columns()
    made = frame(
        {
            "t_h": columns.t_h,
            "kind": pick(columns.kinds, columns.kind),
            "subject": pick(columns.names, columns.subject),
            "object": pick(columns.names, columns.object),
            "value": columns.value,
            "cause_row": columns.cause_row,
        }
    )
    return made.rename_axis("row")


def over_time(tables: Tables) -> pd.DataFrame:
    """Counts that hold from each moment, the index `t_h`, to the next one; the first row is the start.

    `stations_out` and its share by cause at the outage's beginning, `users_out`, `sites_without_mains`,
    `jobs_waiting` (of the response, without a crew).
    """
    found = tables.site_outages
    cause = np.where(found.cause < 0, len(CAUSES), found.cause)
    counts: dict[str, Steps] = {"stations_out": count_over_time(found.spells, found.stations)}
    for code, name in enumerate((*CAUSES, _OTHER)):
        mine = cause == code
        counts[name] = count_over_time(found.spells.where(mine), found.stations[mine])
    counts["sites_without_mains"] = count_over_time(tables.mains_spells)
    counts["jobs_waiting"] = tables.waiting_jobs
    moments = np.unique(np.concatenate([np.zeros(1), *(when for when, _ in counts.values())]))
    columns = {name: value_at(when, level, moments) for name, (when, level) in counts.items()}
    users = np.array([found.users[found.spells.holds(at_h)].sum() for at_h in moments.tolist()])
    return frame({"t_h": moments, **columns, "users_out": users}).set_index("t_h")


def calls(tables: Tables) -> pd.DataFrame:
    """The plan's dispatch rules, a row a time without mains at a site whose class has one.

    `site, lost_h, due_h, powered_h, lag_h, status`: when the mains went, by when a generator was to carry the
    site, when one did, the hours between the two; NaN where there is no such moment. `status` is one of on time,
    late, never, skipped, not needed, not due.
    """
    owed = tables.owed
    return frame(
        {
            "site": pick(tables.ground.site_ids.tolist(), owed.site),
            "lost_h": owed.lost_h,
            "due_h": owed.due_h,
            "powered_h": owed.powered_h,
            "lag_h": owed.lag_h,
            "status": pick(STATUS, owed.status),
        }
    )


def steps(tables: Tables) -> pd.DataFrame:
    """Steps of procedures that have a deadline, a row a step of every run of a procedure.

    `step_run, procedure, name, name_en, by_h, done_h, lag_h, late`; `done_h` NaN where it was not done.
    """
    found = tables.procedures.deadlines
    plan = tables.ground.inventory["procedure_step"]
    ids = plan["id"].tolist()
    row = {str(step): number for number, step in enumerate(ids)}
    keys = [f"{name.rpartition('#')[0]}.{name.rpartition('.')[2]}" for name in found.step_run.tolist()]
    rows = np.array([row.get(key, -1) for key in keys], dtype=np.int64)
    return frame(
        {
            "step_run": found.step_run,
            "procedure": found.procedure,
            **{name: pick(plan[name].tolist(), rows) for name in ("name", "name_en") if name in plan},
            "by_h": found.by_h,
            "done_h": found.done_h,
            "lag_h": found.done_h - found.by_h,
            "late": found.late,
        }
    )


def things(inventory: Inventory, item: str) -> pd.DataFrame:
    """A sort of thing of the inventory, a row each, by its id."""
    return frame(inventory[item]).set_index("id")
