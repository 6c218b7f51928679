"""The KPIs about time: how soon alarms were heard, accepted, answered and ended, and within which limits."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.inventory import Bools, Floats, Ints
from sim.log import Columns
from sim.metrics.intervals import first_of, last_before, rows_with, take
from sim.metrics.preparation import in_group
from sim.metrics.tables import Tables

_HEARD: Final = ("desk.alarm", "desk.listed")
_FOLLOW_UP: Final = ("refuel", "collect")


def mean(values: Floats) -> float:
    """Mean of the numbers among the values; NaN where there is none."""
    numbers = values[~np.isnan(values)]
    return float(numbers.mean()) if len(numbers) else float("nan")


def share(part: Bools, whole: Bools) -> float:
    """How many of the whole are in the part; NaN where the whole is empty."""
    count = np.count_nonzero(whole)
    return float(np.count_nonzero(part & whole) / count) if count else float("nan")


def time_to_first_report_h(data: Tables, _: float, group: Bools | None) -> float:
    """From the first outage to the first alarm `down` or operator's list of any site of the group."""
    found = data.site_outages.spells
    starts = found.begin[in_group(found.who, group)]
    rows, site = data.heard
    if not len(starts):
        return float("nan")
    rows = rows[in_group(site, group) & (rows > starts[0])]
    return float(data.log.t_h[rows[0]] - data.log.t_h[starts[0]]) if len(rows) else float("nan")


def mtta_h(data: Tables, _: float, group: Bools | None) -> float:
    """Over jobs of the response that were given to a crew, refuelling and collection left out.

    The alarm is the row that caused the job to be opened where that is an alarm or a list, else the last one
    of the site before, else the opening.
    """
    log, jobs = data.log, data.jobs
    assigned = rows_with(log, "job.assigned")
    first = first_of(log.subject[assigned], len(log.names))[jobs.name]
    accepted_h = take(log.t_h[assigned], first)
    counts = jobs.response & ~np.isin(jobs.kind, _FOLLOW_UP) & in_group(jobs.site, group)
    counts &= accepted_h <= data.horizon_h
    return mean((accepted_h - _alarm_h(data))[counts])


def _alarm_h(data: Tables) -> Floats:
    log, jobs = data.log, data.jobs
    rows = rows_with(log, *_HEARD)
    site = data.names.site[log.subject[rows]]
    before_h = take(log.t_h[rows], last_before(jobs.site, jobs.opened_row, site, rows))
    before_h = np.where((jobs.site >= 0) & ~np.isnan(before_h), before_h, jobs.opened_h)
    cause = log.cause_row[jobs.opened_row]
    heard = np.array([kind in _HEARD for kind in log.kinds], dtype=np.bool_)
    by_alarm = (cause >= 0) & heard[log.kind[cause]]
    return np.where(by_alarm, log.t_h[cause], before_h)


def mttr_h(data: Tables, _: float, group: Bools | None) -> float:
    """Over outages that ended and that the desk heard of while they lasted, from then to their end."""
    return mean(data.repairs.repair_h[in_group(data.repairs.site, group)])


def repair_mean_h(data: Tables, part: str, group: Bools | None) -> float:
    """Mean of a part of the repair time over the outages that a crew ended."""
    values: Floats = getattr(data.repairs, part)
    return mean(values[data.repairs.by("crew") & in_group(data.repairs.site, group)])


def ended_share(data: Tables, what: str, group: Bools | None) -> float:
    """Of the outages that ended and that the desk heard of, those that were ended so."""
    return share(data.repairs.by(what), in_group(data.repairs.site, group))


def mains_to_out_h(data: Tables, _: float, group: Bools | None) -> float:
    """Mean over outages of cause power at a site without mains: from the loss of mains to the outage."""
    found, mains = data.site_outages.spells, data.mains_spells
    place = last_before(found.who, found.begin, mains.who, mains.begin)
    if not len(mains.who):
        return float("nan")
    counts = (place >= 0) & (found.start_h <= mains.end_h[place]) & data.site_outages.power
    counts &= in_group(found.who, group)
    return mean((found.start_h - take(mains.start_h, place))[counts])


def generation_timeliness_share(data: Tables, _: float, group: Bools | None) -> float:
    """Of the times without mains that needed generation, those with a generator before the first disconnect.

    A site needed generation when a generator carried it or its radio was shed while mains were off; a site
    whose battery lasted did not. A site counts once for each time its mains failed.
    """
    mine = in_group(data.mains_spells.who, group)
    return share(data.powering.in_time, data.powering.needed & mine)


def repair_timeliness_share(data: Tables, _: float, group: Bools | None) -> float:
    """Repair and mains jobs done within the plan's limit, of those whose fate the limit has decided.

    The limit is that of hubs (hub, aggregation and core sites), of towns, or of the country, counted from the
    opening. Jobs that turned out needless (lapsed, wasted) do not count, nor open ones still within their
    limit.
    """
    log, jobs, ground, limits = data.log, data.jobs, data.ground, data.plan.repair_limit_h
    hub = np.append(np.isin(ground.role.astype(str), ("hub", "aggregation", "core")), False)[jobs.site]
    urban = np.append(ground.urban, False)[jobs.site]
    told = [limits.get("hub", np.nan), limits.get("urban", np.nan)]
    limit_h = np.select([hub, urban], told, limits.get("rural", np.nan))
    done_h = _first_h(log, jobs.name, "job.done")
    needless = ~np.isnan(_first_h(log, jobs.name, "job.lapsed", "job.wasted"))
    in_time = done_h - jobs.opened_h <= limit_h
    decided = in_time | (jobs.opened_h + limit_h <= data.horizon_h) | (done_h <= data.horizon_h)
    counts = np.isin(jobs.work, ("repair", "mains")) & ~needless & decided & ~np.isnan(limit_h)
    return share(in_time, counts & in_group(jobs.site, group))


def _first_h(log: Columns, names: Ints, *kinds: str) -> Floats:
    rows = rows_with(log, *kinds)
    return take(log.t_h[rows], first_of(log.subject[rows], len(log.names))[names])
