"""Visits: who came where, how long each part took, what came of it.

A *visit* is a row `job.onsite`. Its journey is the crew's last `crew.sent` before it, its end the next
`job.done`, `job.wasted`, `job.failed`, `job.returned` or `job.lapsed` of the job. Visits of the
plan's preparation are kept apart from those of the response.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.inventory import Bools, Floats, Ints, Texts, text
from sim.log import Columns
from sim.metrics.ground import Ground
from sim.metrics.intervals import code_at, first_of, last_before, next_after, pick, rows_with, take
from sim.metrics.jobs import Jobs, Journeys, Names

RESULTS: Final = ("done", "wasted", "failed", "returned", "under way")
_ENDS: Final = {"job.done": 0, "job.wasted": 1, "job.failed": 2, "job.returned": 3, "job.lapsed": 1}
_HANDLED: Final = ("generator.placed", "generator.started", "generator.fuelled", "generator.unstarted")


@dataclass(frozen=True, eq=False)
class Visits:
    """One row an arrival on site for a job. Shape (visits,) each; times in hours, NaN where there is none.

    `job`, `site`, `crew`, `generator` are rows of their tables or -1, `result` an index of RESULTS. `party`
    is that of the crew that came (of the site where the crew is unknown), `county` that of the site. `wait_h`
    runs from the opening of the job to the crew's leaving, `travel_h` is driving, `road_h` stuck or blocked,
    `work_h` the time on site from the beginning of work `begun_h` (`crew.works`, else the arrival). `row` is
    that of `job.onsite`.
    """

    job: Ints
    site: Ints
    crew: Ints
    generator: Ints
    dispatched_h: Floats
    arrived_h: Floats
    done_h: Floats
    result: Ints
    wait_h: Floats
    travel_h: Floats
    road_h: Floats
    work_h: Floats
    party: Ints
    county: Ints
    response: Bools
    work: Texts
    row: Ints
    begun_h: Floats

    def __len__(self) -> int:
        return len(self.job)


def visits_of(log: Columns, ground: Ground, names: Names, jobs: Jobs, journeys: Journeys, horizon_h: float) -> Visits:
    """Visits in order of arrival; rows of jobs that were never opened are left out."""
    job_of_name = first_of(jobs.name, len(log.names))
    rows = rows_with(log, "job.onsite")
    rows = rows[(log.t_h[rows] <= horizon_h) & (job_of_name[log.subject[rows]] >= 0)]
    job, crew = job_of_name[log.subject[rows]], names.crew[log.object[rows]]
    arrived_h, site = log.t_h[rows], jobs.site[job]
    end_row, done_h, result = _ends(log, rows, job, job_of_name, horizon_h)
    dispatched_h, road_h = _ways(log, rows, job, crew, job_of_name, journeys)
    road_h = np.minimum(road_h, arrived_h - dispatched_h)
    came = ground.owners("crew").party
    works_h = _work_begins(log, rows, end_row, crew, names)
    begun_h = np.where(np.isnan(works_h), arrived_h, works_h)
    return Visits(
        job=job, site=site, crew=crew,
        generator=_handled(log, names, (rows, end_row), site, crew),
        dispatched_h=dispatched_h, arrived_h=arrived_h, done_h=done_h, result=result,
        wait_h=dispatched_h - jobs.opened_h[job],
        travel_h=arrived_h - dispatched_h - road_h,
        road_h=road_h,
        work_h=done_h - begun_h,
        party=np.where(crew >= 0, code_at(came, crew), code_at(ground.site_party, site)),
        county=code_at(ground.site_county, site),
        response=jobs.response[job],
        work=jobs.work[job],
        row=rows, begun_h=begun_h,
    )  # fmt: skip


def _ends(log: Columns, rows: Ints, job: Ints, job_of_name: Ints, horizon_h: float) -> tuple[Ints, Floats, Ints]:
    """End row (the last row of the log while under way), end time (NaN) and result of each visit."""
    ends = rows_with(log, *_ENDS)
    ends = ends[log.t_h[ends] <= horizon_h]
    place = next_after(job, rows, job_of_name[log.subject[ends]], ends)
    result = np.full(len(log.kinds), len(RESULTS) - 1)
    for kind, code in _ENDS.items():
        if kind in log.kinds:
            result[log.kinds.index(kind)] = code
    if not len(ends):
        return (
            np.full(len(rows), len(log.t_h)),
            np.full(len(rows), np.nan),
            np.full(len(rows), len(RESULTS) - 1),
        )
    row = np.where(place >= 0, ends[place], len(log.t_h))
    return (
        row,
        take(log.t_h[ends], place),
        np.where(place >= 0, result[log.kind[ends[place]]], len(RESULTS) - 1),
    )


def _ways(
    log: Columns, rows: Ints, job: Ints, crew: Ints, job_of_name: Ints, journeys: Journeys
) -> tuple[Floats, Floats]:
    """Time of leaving and hours stuck or blocked; a crew that was there already left when it was assigned."""
    place = last_before(crew, rows, journeys.crew, journeys.row)
    if len(journeys.job):
        place = np.where((place >= 0) & (journeys.job[place] == job), place, -1)
    assigned = rows_with(log, "job.assigned")
    other = last_before(job, rows, job_of_name[log.subject[assigned]], assigned)
    dispatched_h = np.where(place >= 0, take(journeys.sent_h, place), take(log.t_h[assigned], other))
    return dispatched_h, np.nan_to_num(take(journeys.road_h, place))


def _work_begins(log: Columns, rows: Ints, end_row: Ints, crew: Ints, names: Names) -> Floats:
    works = rows_with(log, "crew.works")
    place = next_after(crew, rows, names.crew[log.subject[works]], works)
    if len(works):
        place = np.where((place >= 0) & (works[place] < end_row) & (crew >= 0), place, -1)
    return take(log.t_h[works], place)


def _handled(log: Columns, names: Names, stay: tuple[Ints, Ints], site: Ints, crew: Ints) -> Ints:
    """The first generator set down, started, filled or taken along during each visit, -1 where none was."""
    on_site, on_crew = rows_with(log, *_HANDLED), rows_with(log, "generator.taken")
    result = np.full(len(site), -1, dtype=np.int64)
    for all_rows, place_of, thing in ((on_crew, names.crew, crew), (on_site, names.site, site)):
        generator, where = names.generator[log.subject[all_rows]], place_of[log.object[all_rows]]
        known = (generator >= 0) & (where >= 0)
        rows = all_rows[known]
        place = next_after(thing, stay[0], where[known], rows)
        if len(rows):
            found = (place >= 0) & (rows[place] <= stay[1]) & (thing >= 0)
            result = np.where(found, generator[known][place], result)
    return result


def visit_columns(log: Columns, ground: Ground, jobs: Jobs, visits: Visits, chosen: Bools) -> dict[str, Texts]:
    """Some of the visits as the table of the run directory."""
    picked = {name: column[chosen] for name, column in vars(visits).items()}
    kind = jobs.kind[picked["job"]]
    crews = ground.inventory["crew"]
    return {
        "job": pick(log.names, jobs.name[picked["job"]]),
        "kind": kind,
        "purpose": picked["work"],
        "site": pick(ground.site_ids.tolist(), picked["site"]),
        "crew": pick(crews["id"].tolist(), picked["crew"]),
        "vehicle": pick(text(crews, "vehicle").tolist(), picked["crew"]),
        "generator": pick(ground.inventory["generator"]["id"].tolist(), picked["generator"]),
        **{name: picked[name] for name in ("dispatched_h", "arrived_h", "done_h")},
        "result": pick(RESULTS, picked["result"]),
        **{name: picked[name] for name in ("wait_h", "travel_h", "road_h", "work_h")},
        "party": pick(ground.parties, picked["party"]),
        "county": pick(ground.counties, picked["county"]),
    }
