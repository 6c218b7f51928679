"""What was in want: crews and generators that stood idle while orders to power a site waited for a crew."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.inventory import Floats, Ints, text
from sim.metrics.intervals import Spells, count_over_time, first_of, is_kind, rows_with, spells, steps, take, value_at
from sim.metrics.jobs import waiting_jobs
from sim.metrics.owed import ORDERS
from sim.metrics.tables import Tables

_FREE: Final = ("crew.free", "crew.rests", "crew.arrived")
_AT_SITE: Final = ("generator.placed", "generator.started")
_AWAY: Final = ("generator.taken", "generator.stored")
_SPARE: Final = ("hired", "aid")
"""Words of `desk.aid`, and how the ids of what comes then begin."""


def crews_free(data: Tables) -> float:
    """Crews on duty without a job, mean over the hours of waiting; NaN where no order waited."""
    duty_t, duty = steps(data.duty.moment_h, data.duty.change)
    busy_t, busy = count_over_time(_busy(data))
    waits = _waiting(data)
    return mean_while(waits, (duty_t, duty), data.horizon_h) - mean_while(waits, (busy_t, busy), data.horizon_h)


def crews_resting(data: Tables) -> float:
    """Crews resting after their shift, mean over the hours of waiting; NaN where no order waited."""
    rows = rows_with(data.log, "crew.rests")
    rows = rows[data.log.t_h[rows] <= data.horizon_h]
    begins_h, one = data.log.t_h[rows], np.ones(len(rows), dtype=np.int64)
    resting = steps(np.concatenate((begins_h, begins_h + data.log.value[rows])), np.concatenate((one, -one)))
    return mean_while(_waiting(data), resting, data.horizon_h)


def sets_unused(data: Tables) -> float:
    """Portable generators in a depot or on a vehicle, mean over the hours of waiting; NaN where no order waited.

    Sets that are hired or come as aid count from their coming.
    """
    waits, horizon_h = _waiting(data), data.horizon_h
    return mean_while(waits, _sets(data), horizon_h) - mean_while(waits, count_over_time(_at_sites(data)), horizon_h)


def mean_while(waits: tuple[Floats, Ints], counted: tuple[Floats, Ints], horizon_h: float) -> float:
    """The mean of a count over the time in which another is above 0; NaN where it never is."""
    moments = np.unique(np.concatenate((waits[0], counted[0], [horizon_h])))
    moments = moments[moments <= horizon_h]
    hours = np.where(value_at(*waits, moments[:-1]) > 0, np.diff(moments), 0.0)
    total = float(hours.sum())
    return float((hours * value_at(*counted, moments[:-1])).sum() / total) if total > 0 else float("nan")


def _waiting(data: Tables) -> tuple[Floats, Ints]:
    """How many orders to power a site wait for a crew, as steps."""
    return waiting_jobs(data.log, data.jobs, data.horizon_h, np.isin(data.jobs.kind, ORDERS))


def _busy(data: Tables) -> Spells:
    """Crews with a vehicle, from the order for a job to being free, at rest or where they were moved to."""
    log, names = data.log, data.names
    rows = rows_with(log, "job.assigned", *_FREE)
    assigned = is_kind(log, rows, "job.assigned")
    crew = names.crew[np.where(assigned, log.object[rows], log.subject[rows])]
    ours = np.isin(crew, data.duty.crew)
    return spells(log, rows[ours], crew[ours], assigned[ours], data.horizon_h)


def _portable(data: Tables) -> Ints:
    return np.flatnonzero(text(data.ground.inventory["generator"], "generator_kind") != "fixed")


def _at_sites(data: Tables) -> Spells:
    """Portable generators at a site, from their being set down to their being taken along."""
    log = data.log
    rows = rows_with(log, *_AT_SITE, *_AWAY)
    generator = data.names.generator[log.subject[rows]]
    ours = np.isin(generator, _portable(data))
    rows, generator = rows[ours], generator[ours]
    begins = is_kind(log, rows, _AT_SITE[0]) | is_kind(log, rows, _AT_SITE[1])
    return spells(log, rows, generator, begins, data.horizon_h)


def _sets(data: Tables) -> tuple[Floats, Ints]:
    """Portable generators that are to be had, as steps: those of the depots, then hired ones and aid."""
    ids = text(data.ground.inventory["generator"], "id")[_portable(data)].tolist()
    came = rows_with(data.log, "desk.aid")
    first = take(data.log.value[came], first_of(data.log.subject[came], len(data.log.names)))
    comes_h = {word: first[data.log.names.index(word)] if word in data.log.names else np.inf for word in _SPARE}
    moments = np.array([comes_h.get(name.partition("-")[0], 0.0) for name in ids], dtype=np.float64)
    moments = moments[moments <= data.horizon_h]
    return steps(moments, np.ones(len(moments), dtype=np.int64))
