"""The tables that every figure is made of, from the log, the inventory and the plan's limits alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.inventory import Floats, Ints, Inventory, Texts
from sim.log import Columns
from sim.metrics.duty import Duty, duty_of
from sim.metrics.generators import Runs, generator_runs
from sim.metrics.ground import Ground
from sim.metrics.intervals import Spells, pick
from sim.metrics.jobs import Jobs, Journeys, Names, jobs_of, journeys_of, names_of, waiting_jobs
from sim.metrics.outages import (
    DarkSpells,
    Outages,
    Townships,
    dark_spells,
    dark_townships,
    mains_spells,
    outages,
)
from sim.metrics.owed import Owed, orders_of, owed_of
from sim.metrics.power import Powering, powering
from sim.metrics.preparation import Lines, lines_of, planned_dispatch_columns, preparation_columns
from sim.metrics.procedures import Procedures
from sim.metrics.repairs import Repairs, heard_of_outages, repairs_of
from sim.metrics.rooms import Rooms
from sim.metrics.services import Services, services_of, with_services
from sim.metrics.visits import Visits, visit_columns, visits_of
from sim.plan import DispatchRule, Plan

Frame = dict[str, Texts]
"""Columns by name, all of one length."""


@dataclass(frozen=True, eq=False)
class Tables:
    """A log, read. Each table is made when first asked for; those with names are for people and files.

    Times are hours since the start; rows of the log beyond `horizon_h` do not count.
    """

    log: Columns
    ground: Ground
    horizon_h: float
    plan: Plan

    @cached_property
    def names(self) -> Names:
        """What the names of the log are."""
        return names_of(self.log, self.ground)

    @cached_property
    def site_outages(self) -> Outages:
        """Outages of sites, as numbers."""
        return outages(self.log, self.ground, self.names, self.horizon_h)

    @cached_property
    def mains_spells(self) -> Spells:
        """Times of sites without mains, as numbers."""
        return mains_spells(self.log, self.names, self.horizon_h)

    @cached_property
    def townships_dark(self) -> Townships:
        """Townships with no service at all, as numbers."""
        return dark_townships(self.ground, self.dark_spells)

    @cached_property
    def dark_spells(self) -> DarkSpells:
        """When townships had no service at all."""
        return dark_spells(self.site_outages)

    @cached_property
    def powering(self) -> Powering:
        """When a generator carried each site that lost its mains, beside the mains spells."""
        return powering(self.log, self.names, self.mains_spells, self.runs)

    @cached_property
    def owed(self) -> Owed:
        """The plan's dispatch rules against what was done."""
        rules: dict[str, DispatchRule] = {rule.site_class: rule for rule in self.plan.dispatch}
        orders = orders_of(self.log, self.jobs, self.mains_spells, self.powering)
        dark: dict[int, list[tuple[float, float]]] = {}
        for town, *when in zip(*(column.tolist() for column in self.dark_spells), strict=True):
            dark.setdefault(town, []).append((when[0], when[1]))
        return owed_of(rules, self.ground, self.mains_spells, self.powering, orders, dark)

    @cached_property
    def jobs(self) -> Jobs:
        """Every job that was opened."""
        return jobs_of(self.log, self.names, self.horizon_h)

    @cached_property
    def waiting_jobs(self) -> tuple[Floats, Ints]:
        """How many jobs of the response wait for a crew, as steps from each moment on."""
        return waiting_jobs(self.log, self.jobs, self.horizon_h, self.jobs.response)

    @cached_property
    def journeys(self) -> Journeys:
        """Every time a crew was sent."""
        return journeys_of(self.log, self.names, self.jobs, self.horizon_h)

    @cached_property
    def all_visits(self) -> Visits:
        """Every arrival for a job, of the preparation too, as numbers."""
        return visits_of(self.log, self.ground, self.names, self.jobs, self.journeys, self.horizon_h)

    @cached_property
    def heard(self) -> tuple[Ints, Ints]:
        """Rows by which the desk learned of an outage, and their sites."""
        return heard_of_outages(self.log, self.names, self.horizon_h)

    @cached_property
    def repairs(self) -> Repairs:
        """Outages that ended, by what ended them."""
        return repairs_of(self.log, self.site_outages.spells, self.heard, self.all_visits)

    @cached_property
    def runs(self) -> Runs:
        """Runs of generators at sites, as numbers."""
        return generator_runs(self.log, self.names, self.horizon_h)

    @cached_property
    def lines(self) -> Lines:
        """Lines of the plan's preparation, as numbers."""
        return lines_of(self.log, self.names, self.horizon_h)

    @cached_property
    def duty(self) -> Duty:
        """Vehicles coming on and going off duty."""
        return duty_of(self.log, self.ground, self.names, self.horizon_h)

    @cached_property
    def services(self) -> Services:
        """Outages of services of machine rooms, as numbers."""
        return services_of(self.log, self.ground, self.horizon_h)

    @cached_property
    def rooms(self) -> Rooms:
        """Air, devices and faults of machine rooms, as numbers."""
        return Rooms(self.log, self.ground, self.horizon_h)

    @cached_property
    def procedures(self) -> Procedures:
        """Procedures, response levels and people, as numbers."""
        return Procedures(self.log, self.ground, self.horizon_h)

    @property
    def outages(self) -> Frame:
        """`unit, subject, site, start_h, end_h, duration_h, cause, users, open_ended`."""
        return with_services(self.site_outages.columns(), self.services)

    @property
    def visits(self) -> Frame:
        """Visits of the response."""
        return visit_columns(self.log, self.ground, self.jobs, self.all_visits, self.all_visits.response)

    @property
    def preparations(self) -> Frame:
        """Lines of the plan's preparation, then the visits that carried them out."""
        visits = visit_columns(self.log, self.ground, self.jobs, self.all_visits, ~self.all_visits.response)
        return preparation_columns(self.log, self.lines, visits)

    @property
    def mains(self) -> Frame:
        """`site, lost_h, back_h, duration_h, open_ended`."""
        found = self.mains_spells
        return {
            "site": np.asarray(self.ground.site_ids, dtype=object)[found.who],
            "lost_h": found.start_h,
            "back_h": found.end_h,
            "duration_h": found.hours,
            "open_ended": found.open,
        }

    @property
    def generator_runs(self) -> Frame:
        """`generator, site, start_h, end_h, duration_h, load_kw, ended_by, open_ended`."""
        runs = self.runs.spells
        return {
            "generator": pick(self.log.names, self.log.subject[runs.begin]),
            "site": pick(self.ground.site_ids.tolist(), runs.who),
            "start_h": runs.start_h,
            "end_h": runs.end_h,
            "duration_h": runs.hours,
            "load_kw": self.runs.load_kw,
            "ended_by": self.runs.ended_by,
            "open_ended": runs.open,
        }

    @property
    def planned_dispatch(self) -> Frame:
        """`measure, site, by_h, done_h, lag_h`."""
        return planned_dispatch_columns(self.log, self.lines)

    @property
    def townships(self) -> Frame:
        """`township, sites, dark_h, times, first_h`."""
        found = self.townships_dark
        columns = {name: column for name, column in found._asdict().items() if name != "code"}
        return {"township": pick(self.ground.townships, found.code), **columns}


def tables(log: Columns, inventory: Inventory | Ground, horizon_h: float, plan: Plan | None = None) -> Tables:
    """The tables of a run. `plan` gives the limits of timeliness and the bands; without one, its defaults."""
    ground = inventory if isinstance(inventory, Ground) else Ground(inventory)
    return Tables(log, ground, horizon_h, plan or Plan())
