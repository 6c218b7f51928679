"""Repairs as the desk sees them: which faults it has people for, who looks at what nobody explains, second crews."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from simpy import Environment

from sim.models.crews import Crew
from sim.models.faults import FAULTS, Fault, who_can
from sim.models.knowledge import Knowledge, SiteFile
from sim.models.teams import Team
from sim.models.timer import Timer
from sim.vocabulary import Job, JobKind

_LINE_REPORTED_BY_H: Final = 1.0
"""Assumed: after this time without word of the line, a site's own supply is suspected."""


class Queue(Protocol):
    """Where jobs are opened (the desk)."""

    party_of: Callable[[int], str]

    def open_job(
        self, kind: JobKind, site: int, row: int, deadline_h: float = ..., part: str = ..., *, fault: Fault = ...
    ) -> Job: ...
    def lapse(self, job: Job | None, reason: str, row: int) -> None: ...


class Repairs:
    """Opens the jobs that mend things."""

    def __init__(self, desk: Queue, knowledge: Knowledge, env: Environment) -> None:
        self._desk, self._knowledge, self._env = desk, knowledge, env
        self.crews: Sequence[Crew] = ()
        self.may_serve: Callable[[Crew, str], bool] = lambda _crew, _party: True
        """Whether a crew serves a party now or could be asked to."""
        self._teams: dict[str, Team] = {}
        """Job → the team of which it is the lead's."""
        self._able: dict[tuple[Fault, str], bool] = {}

    def able(self, fault: Fault, site: int) -> bool:
        """Whether the drill has the crews for it at all: what nobody can do is not ordered."""
        party = self._desk.party_of(site)
        able = self._able.get((fault, party))
        if able is None:
            able = self._able[fault, party] = who_can(self.crews, lambda crew: self.may_serve(crew, party), fault)
        return able

    def part_broken(self, site: int, file: SiteFile, part: str, row: int) -> None:
        """A part is known to be broken."""
        fault = FAULTS.get(part)
        if fault is not None and part not in file.repairs and self.able(fault, site):
            self._desk.lapse(file.repairs.pop("scout", None), "explained", row)
            file.repairs[part] = self._desk.open_job("repair", site, row, part=part, fault=fault)

    def link_broken(self, link: int, site: int, row: int) -> None:
        """A cable is known to be broken near a site."""
        if self.able(FAULTS["link"], site):
            self._desk.open_job("splice", site, row, part=str(link), fault=FAULTS["link"])

    def unexplained(self, site: int, file: SiteFile, row: int) -> None:
        """A site is out and nobody knows why: somebody looks."""
        if not self._knowledge.upstream_down(site) and not file.repairs and not file.job_active():
            file.repairs["scout"] = self._desk.open_job("scout", site, row)

    def own_supply(self, site: int, file: SiteFile, row: int) -> None:
        """Mains gone though nobody reports the line: perhaps the site's own transformer; linemen look."""
        if not self.able(FAULTS["mains"], site):
            return

        def look() -> None:
            suspected = file.mains_lost and self._knowledge.drop_suspected(site)
            if suspected and "mains" not in file.repairs:
                file.repairs["mains"] = self._desk.open_job("lineman", site, row, fault=FAULTS["mains"])

        Timer(self._env, look).set(self._env.now + _LINE_REPORTED_BY_H)

    # two crews

    def taken(self, job: Job, crew: Crew, row: int) -> None:
        """A crew has been given a job: is it enough?"""
        fault = Fault(job.skill, job.people, job.together, job.second_skill)
        if job.crews < 2 or fault.is_enough(crew):
            return
        needed = Fault(job.second_skill, max(1, job.together - crew.people))
        helper = self._desk.open_job("assist", job.site, row, job.deadline_h, part=job.id, fault=needed)
        job.team = helper.team = self._teams[job.id] = Team(helper, self._env)

    def given_up(self, job: Job, result: str, row: int) -> None:
        """A crew's attempt at a job is over: a crew that was to help is called off or goes."""
        team = self._teams.pop(job.id, None)
        if team is None:
            return
        job.team = None
        team.end(result)
        self._desk.lapse(team.helper, "lead_gone", row)
