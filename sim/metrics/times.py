"""The KPIs about time: how soon alarms were heard, accepted, answered and ended, and within which limits."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.inventory import Bools, Floats, Ints
from sim.log import Columns
from sim.metrics.intervals import first_of, is_kind, last_before, next_after, rows_with, take
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


def _heard_of_outages(data: Tables) -> tuple[Ints, Ints]:
    """Rows by which the desk learned of an outage (alarm `down`, or an operator's list), and their sites."""
    log = data.log
    rows = rows_with(log, *_HEARD)
    alarm = np.array([name == "down" for name in log.names], dtype=np.bool_)
    listed = is_kind(log, rows, "desk.listed")
    site = data.names.site[log.subject[rows]]
    kept = (site >= 0) & (listed | alarm[log.object[rows]]) & (log.t_h[rows] <= data.horizon_h)
    return rows[kept], site[kept]


def time_to_first_report_h(data: Tables, _: float, group: Bools | None) -> float:
    """From the first outage to the first alarm `down` or operator's list of any site of the group."""
    found = data.site_outages.spells
    starts = found.begin[in_group(found.who, group)]
    rows, site = _heard_of_outages(data)
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
    found = data.site_outages.spells
    rows, site = _heard_of_outages(data)
    place = next_after(found.who, found.begin, site, rows)
    alarm_h = take(data.log.t_h[rows], place)
    counts = ~found.open & (alarm_h <= found.end_h) & in_group(found.who, group)
    return mean((found.end_h - alarm_h)[counts])


def visit_mean_h(data: Tables, part: str, group: Bools | None) -> float:
    """Mean of `wait_h`, `travel_h`, `road_h` or `work_h` over the visits of the response, wasted ones too.

    Work counts once it has ended, and not on wasted trips.
    """
    visits = data.all_visits
    counts = visits.response & in_group(visits.site, group)
    if part == "work_h":
        counts &= visits.result != 1
    values: Floats = getattr(visits, part)
    return mean(values[counts])


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
    mains, log = data.mains_spells, data.log
    mine = in_group(mains.who, group)
    mains = mains.where(mine)
    runs = data.runs.spells
    end = np.where(mains.end >= 0, mains.end, len(log.t_h))
    shed_rows = rows_with(log, "radio.off")
    shed = _first_within(mains.who, mains.begin, end, data.names.site[log.subject[shed_rows]], shed_rows)
    start = _first_within(mains.who, mains.begin, end, runs.who, runs.begin)
    before = last_before(mains.who, mains.begin, runs.who, runs.begin)
    running = np.zeros(len(before), dtype=np.bool_)
    if len(runs.who):
        running = (before >= 0) & ((runs.end[before] < 0) | (runs.end[before] > mains.begin))
    powered = running | (start < len(log.t_h))
    needed = powered | (shed < len(log.t_h))
    return share(powered & (running | (start < shed)), needed)


def _first_within(who: Ints, begin: Ints, end: Ints, among: Ints, rows: Ints) -> Ints:
    """The first row of the same site between two rows, a number beyond the log where there is none."""
    never = np.iinfo(np.int64).max
    place = next_after(who, begin, among, rows)
    if not len(rows):
        return np.full(len(who), never)
    return np.where((place >= 0) & (rows[place] < end), rows[place], never)


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
