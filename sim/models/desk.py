"""The desk (调度): what it knows, which jobs it opens from that, and what the plan says about each.

The desk never looks at the network; it acts on alarms, lists, reports of crews and what the power company says.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isnan, nan
from typing import Final

from simpy import Environment

from sim.log import EventLog
from sim.models.crews import Crew
from sim.models.dispatch import Dispatcher
from sim.models.faults import ANYBODY, Fault
from sim.models.generators import Generator
from sim.models.gensets import Gensets
from sim.models.knowledge import Knowledge, SiteFile
from sim.models.repairs import Repairs
from sim.models.timer import Timer
from sim.models.turns import Turns
from sim.plan import Plan, Rove
from sim.settings import DeskSettings
from sim.topology.tables import SITE_CLASSES, Topology
from sim.units import quantise_h
from sim.vocabulary import PREPARATION, Job, JobKind

_GRAIN_H: Final = 1e-9
_MOMENT_H: Final = 1 / 60
"""Assumed: a minute after the alarm of a return would have come, the desk thinks it did not come."""
_OWN_RANK: Final = PREPARATION | {"collect"}
"""Jobs to which the plan's order of places does not apply."""
_MOST_CREWS: Final = 2
_COLLECT_RANK: Final = 8
"""Behind everything that the plan's order names."""


class Desk:
    """Opens, closes and hands on jobs."""

    def __init__(
        self, topology: Topology, plan: Plan, settings: DeskSettings, knowledge: Knowledge, dispatcher: Dispatcher,
        gensets: Gensets, env: Environment, log: EventLog,
    ) -> None:  # fmt: skip
        self._plan, self._settings = plan, settings
        self._rules = [plan.rule(word) for word in SITE_CLASSES]
        """What the plan says about the sites of each class."""
        self.knowledge, self._dispatcher, self._gensets = knowledge, dispatcher, gensets
        self._env, self._log = env, log
        self._count: dict[str, int] = {}
        self.party_of: Callable[[int], str] = lambda _site: ""
        self.need_kw: Callable[[int], float] = lambda _site: 0.0
        self.autonomy_h: Callable[[int], float] = lambda _site: inf
        self.generator_alarm: Callable[[int, int], None] = lambda _site, _row: None
        self.repairs = Repairs(self, knowledge, env)
        self.turns = Turns(env, log)
        self.rove_all = False
        self.after_job: Callable[[Job, str, int], None] = lambda _job, _result, _row: None
        self.changed: Callable[[int], None] = lambda _row: None
        gensets.listener = self
        dispatcher.taken, dispatcher.rest, self.turns.release = self.repairs.taken, self.turns.rest, dispatcher.release
        knowledge.last_station_changed = self._ranked_anew

    # jobs

    def open_job(
        self,
        kind: JobKind,
        site: int,
        row: int,
        deadline_h: float = inf,
        part: str = "",
        rank: int | None = None,
        fault: Fault = ANYBODY,
    ) -> Job:
        """Put something to be done in the queue."""
        number = self._count[kind] = self._count.get(kind, 0) + 1
        file, now = self.knowledge.file(site), self._env.now
        if file.party is None:
            file.party, file.need_kw = self.party_of(site), self.need_kw(site)
        job = Job(
            id=f"{kind}-{number:04d}",
            kind=kind,
            site=site,
            opened_h=now,
            deadline_h=deadline_h,
            site_class=file.site_class,
            place_rank=_COLLECT_RANK if rank is None else rank,
            users=file.users,
            need_kw=file.need_kw,
            skill=fault.skill,
            people=fault.people,
            crews=_MOST_CREWS if fault.may_take_two else 1,
            together=fault.together,
            second_skill=fault.second_skill,
            party=file.party,
            county=file.county,
            told_restore_h=self.knowledge.told_h(site),
            part=part,
        )
        if rank is None:
            job.place_rank, job.place_users = self._place(job)
        value = deadline_h if deadline_h < inf else nan
        job.cause_row = self._log.add(now, "job.opened", job.id, file.id, value, row)
        self._dispatcher.add(job)
        return job

    def _place(self, job: Job) -> tuple[int, float]:
        """Rank by the plan's order, and users where they count; not where generators rove: there sites take turns."""
        rank, users = self.knowledge.place(job.site)
        return rank, users if self.rove_h(job) is None else 0.0

    def _ranked_anew(self, township: int) -> None:
        """A township has come down to its last serving site, or up from it: its waiting jobs move in the queue."""
        for job in list(self._dispatcher.waiting.values()):
            if self.knowledge.township_of(job.site) != township or job.kind in _OWN_RANK:
                continue
            place = self._place(job)
            if place != (job.place_rank, job.place_users):
                job.place_rank, job.place_users = place
                self._dispatcher.ranked_anew(job)

    def lapse(self, job: Job | None, reason: str, row: int) -> None:
        """Nothing needs doing any more: the job leaves the queue, or its crew is called off by telephone."""
        if job is None or job.status not in ("open", "assigned"):
            return
        if job.status == "assigned" and not (self._settings.recall and not job.begun):
            return
        job.status = "lapsed"
        self._dispatcher.drop(job)
        row = self._log.add(self._env.now, "job.lapsed", job.id, reason, cause_row=row)
        self.repairs.given_up(job, "wasted", row)

    # what the desk hears

    def hears(self, site: int, alarm: str, row: int) -> None:
        """An alarm has arrived."""
        now, file = self._env.now, self.knowledge.file(site)
        row = self._log.add(now, "desk.alarm", file.id, alarm, nan, row)
        if alarm == "mains":
            self.knowledge.mains(site, lost=True, now=now)
            self._consider(site, file, row)
        elif alarm == "down":
            self._known_down(site, file, row)
        elif alarm == "generator":
            self._consider(site, file, row)
        else:
            self.repairs.part_broken(site, file, alarm, row)
        self.changed(row)

    def hears_clear(self, site: int, alarm: str, row: int) -> None:
        """An alarm is over."""
        file = self.knowledge.file(site)
        row = self._log.add(self._env.now, "desk.cleared", file.id, alarm, nan, row)
        if alarm == "mains":
            self.knowledge.mains(site, lost=False, now=self._env.now)
            if file.again is not None:
                file.again.cancel()
            if file.job is not None and file.job.kind != "collect":
                self.lapse(file.job, "mains_back", row)
            self.lapse(file.repairs.pop("mains", None), "mains_back", row)
            self._collect_idle(site, file, row)
        elif alarm == "down":
            self.knowledge.down(site, down=False)
            self.lapse(file.repairs.pop("scout", None), "serves_again", row)
        else:
            self.lapse(file.repairs.pop(alarm, None), "mended", row)
        self.changed(row)

    def reads_list(self, site: int, row: int) -> None:
        """An operator's list names a silent site."""
        file = self.knowledge.file(site)
        row = self._log.add(self._env.now, "desk.listed", file.id, "operator_list", nan, row)
        self._known_down(site, file, row)
        self.changed(row)

    def hears_link(self, link: int, row: int) -> None:
        """Loss of light on a link: splicing, if there is anybody who can."""
        site = self.knowledge.end_of_link(link)
        row = self._log.add(self._env.now, "desk.alarm", self.knowledge.file(site).id, "link", cause_row=row)
        self.repairs.link_broken(link, site, row)

    def told(self, feeder: int, restore_h: float, row: int) -> None:
        """The power company names an expected restoration: some orders may be spared (免发电)."""
        self.knowledge.told(feeder, restore_h)
        for site in self.knowledge.without_mains_on(feeder):
            file = self.knowledge.file(site)
            job = file.job
            if job is not None and job.status == "open" and job.kind == "generate":
                job.told_restore_h = restore_h
                if self._spared(site, file, row):
                    self.lapse(job, "battery_outlasts_told_restore", row)
            elif file.again is not None and file.again.due_h < inf:
                self._consider(site, file, row)

    def line_out(self, feeder: int, row: int) -> None:
        """The power company reports a feeder out: silent sites on it are presumed without mains."""
        for site in self.knowledge.report_line(feeder):
            self._consider_presumed(site, self.knowledge.file(site), row)

    # what it makes of that

    def _known_down(self, site: int, file: SiteFile, row: int) -> None:
        self.knowledge.down(site, down=True)
        for other in self.knowledge.newly_dark_sites(site):
            self._consider(other, self.knowledge.file(other), row)
        if file.mains_lost:
            self._consider(site, file, row)
        else:
            self._consider_presumed(site, file, row)

    def _consider_presumed(self, site: int, file: SiteFile, row: int) -> None:
        """A site is out and has not said why: its feeder, its hub, or nobody knows."""
        if not file.down or file.mains_lost:
            return
        if self.knowledge.line_out(site):
            self.knowledge.mains(site, lost=True, now=self._env.now)
            self._consider(site, file, row)
        else:
            self.repairs.unexplained(site, file, row)

    def scouted(self, site: int, row: int) -> None:
        """A crew on the spot says what is the matter."""
        file = self.knowledge.file(site)
        file.repairs.pop("scout", None)
        if not self.knowledge.mains_truth(site):
            self.knowledge.mains(site, lost=True, now=self._env.now)
            self._consider(site, file, row)
        for part in self.knowledge.faults_truth(site):
            self.repairs.part_broken(site, file, part, row)

    def _lasts_until_h(self, site: int, file: SiteFile) -> float:
        return file.lost_h + self.autonomy_h(site)

    def _spared(self, site: int, file: SiteFile, row: int) -> bool:
        """免发电: whether the battery is expected to last until the told restoration.

        It holds while nothing disproves it: an outage ends it, and so does the told time, when it has passed and the
        return of mains would have been heard.
        """
        rule, told_h = self._rules[file.site_class], self.knowledge.told_h(site)
        if rule is None or rule.skip_if is None or isnan(told_h) or file.down:
            return False
        heard_h = quantise_h(told_h + self._settings.alarm_h + _MOMENT_H)
        if heard_h <= self._env.now + _GRAIN_H or told_h > self._lasts_until_h(site, file):
            return False
        if file.again is not None:
            file.again.cancel()
        file.again = Timer(self._env, lambda: self._consider(site, file, row))
        file.again.set(heard_h)
        return True

    def _consider(self, site: int, file: SiteFile, row: int) -> None:
        """Does this site, without mains, need a crew with a generator or with fuel?"""
        if not file.mains_lost or file.job_active() or site in self._gensets.running:
            return
        standing = [g for g in self._gensets.standing.get(site, []) if not g.broken]
        if standing:
            if not self._gensets.usable(site):
                file.job = self.open_job("refuel", site, row, self._env.now)
                return
            if standing[0].fixed or standing[0].watcher == "caretaker":
                return
        self.repairs.own_supply(site, file, row)
        rule = self._rules[file.site_class]
        deadline_h = self._lasts_until_h(site, file)
        if rule is not None:
            if rule.only_if == "township_dark" and not self.knowledge.township_dark(site):
                return
            if self._spared(site, file, row):
                return
            if rule.power_within_h is not None:
                deadline_h = file.lost_h + rule.power_within_h
            elif rule.power_before is None:
                deadline_h = inf
        file.job = self.open_job("generate", site, row, deadline_h)

    def rove_h(self, job: Job) -> float | None:
        """How long a crew stays before it takes the generator on; None where it is left."""
        if job.kind != "generate":
            return None
        rule = self._rules[job.site_class]
        if rule is not None and rule.rove is not None:
            return rule.rove.charge_h
        if self.rove_all and job.site_class >= SITE_CLASSES.index("C"):
            return Rove().charge_h
        return None

    def _collect_idle(self, site: int, file: SiteFile, row: int) -> None:
        """Mains are back: a carried generator that stands there is wanted elsewhere."""
        if self._plan.generator.collect == "never" or file.job_active():
            return
        if any(not g.fixed for g in self._gensets.standing.get(site, [])):
            file.job = self.open_job("collect", site, row, rank=_COLLECT_RANK)

    # what crews and generators report

    def finished(self, job: Job, crew: Crew, result: str, row: int) -> None:
        """A visit is over."""
        job.status = result
        row = self._log.add(self._env.now, f"job.{result}", job.id, crew.id, nan, row)
        file = self.knowledge.file(job.site)
        if file.job is job:
            file.job = None
        if file.repairs:
            file.repairs = {part: repair for part, repair in file.repairs.items() if repair is not job}
        if file.mains_lost and job.kind in ("generate", "refuel", "collect") and job.site not in self._gensets.running:
            if not self.knowledge.mains_truth(job.site):
                file.lost_h = self._env.now if result == "done" else file.lost_h
                self._consider(job.site, file, row)
        elif not file.mains_lost and job.kind in ("generate", "refuel"):
            self._collect_idle(job.site, file, row)
        self.repairs.given_up(job, result, row)
        self.after_job(job, result, row)

    def returned(self, job: Job, crew: Crew, reason: str, row: int) -> None:
        """The crew could not get there: the job waits for another road."""
        row = self._log.add(self._env.now, "job.returned", job.id, reason, cause_row=row)
        file = self.knowledge.file(job.site)
        if job.kind in ("generate", "refuel") and not file.mains_lost:
            job.status = "open"
            self.lapse(job, "mains_back", row)
            return
        self.repairs.given_up(job, "failed", row)
        if reason == "shift":
            self._dispatcher.add(job)
        else:
            self._dispatcher.return_job(job)

    def crew_free(self, crew: Crew, row: int) -> None:
        """The crew asks for orders."""
        self.turns.free(crew, row)

    def generator_runs(self, site: int, generator: Generator, row: int) -> None:
        """A generator carries the site: an order for one that nobody has begun is not needed."""
        job = self.knowledge.file(site).job
        if job is not None and job.kind in ("generate", "collect"):
            self.lapse(job, "generator_runs", row)

    def generator_failed(self, site: int, generator: Generator, row: int) -> None:
        """Dry, broken or would not start: an alarm, if the site can still be heard."""
        file = self.knowledge.file(site)
        if file.job is not None and file.job.status in ("lapsed", "done", "failed", "wasted"):
            file.job = None
        self.generator_alarm(site, row)

    def generator_idle(self, site: int, generator: Generator, row: int) -> None:
        """Mains are back; the desk collects when it hears so (`hears_clear`)."""

    def refuel_due(self, site: int, generator: Generator, within_h: float, row: int) -> None:
        """The desk's own calendar says that a generator needs fuel soon."""
        file = self.knowledge.file(site)
        if file.mains_lost and not file.job_active():
            file.job = self.open_job("refuel", site, row, self._env.now + within_h)
