"""Front loaders (铲车): they open what the public ploughs leave, in the order of the jobs that wait behind it."""

from __future__ import annotations

from collections.abc import Callable
from math import isinf

from simpy import Environment

from sim.log import EventLog
from sim.models.roads import Roads
from sim.models.steps import Steps
from sim.resources import LoaderSpec
from sim.units import quantise_h
from sim.vocabulary import Job

_DRIFT_CM = 60.0
_JOBS_LOOKED_AT = 30
_PAUSE_H = 0.5
"""A loader that found nothing to open asks again after this time."""


class Loader:
    """One loader, at a road node."""

    __slots__ = ("depot", "id", "node", "party", "ready_h")

    def __init__(self, name: str, depot: str, node: int, party: str, ready_h: float) -> None:
        self.id, self.depot, self.node, self.party, self.ready_h = name, depot, node, party, ready_h


class Loaders:
    """All loaders; each works on the way to the first job that no wheeled crew can reach."""

    def __init__(self, roads: Roads, spec: LoaderSpec, env: Environment, log: EventLog) -> None:
        self._roads, self._spec, self._env, self._log = roads, spec, env, log
        self._idle: list[Loader] = []
        self._aims: dict[str, int] = {}
        self._looked: tuple[tuple[int, int], int] | None = None
        self.blocked_jobs: Callable[[], list[Job]] = list
        self.base_of: Callable[[Job], int] = lambda _job: 0
        """Road node from which crews come to a job."""
        self.opened: Callable[[], None] = lambda: None

    def add(self, loader: Loader) -> None:
        """A loader becomes ready."""
        self._idle.append(loader)
        self.wake()

    def wake(self) -> None:
        """Look for roads to open: jobs wait that nobody can reach. Once for each state of the roads."""
        state = (self._roads.version(self._env.now), len(self._idle))
        if not self._idle or state == self._looked:
            return
        self._looked = state
        for job in self._wanted():
            if not self._idle:
                return
            hours = self._roads.opening_hours(
                self._roads.site_node[job.site], self._spec.drive_kmh, self._spec.clear_kmh, self._env.now
            )
            loader = min(self._idle, key=lambda machine: (hours[machine.node], machine.id))
            if isinf(hours[loader.node]):
                continue
            self._idle.remove(loader)
            self._aims[loader.id] = job.site
            self._env.process(self._open_way(loader, job))

    def _wanted(self) -> list[Job]:
        """Jobs behind closed roads to which no loader is on its way yet, in the desk's order."""
        aims, found = list(self._aims.values()), []
        seen: dict[int, None] = {}
        for job in self.blocked_jobs()[:_JOBS_LOOKED_AT]:
            if job.site in aims or job.site in seen:
                continue
            seen[job.site] = None
            found.append(job)
        return found

    def _legs(self, loader: Loader, job: Job) -> list[tuple[int, int]]:
        """To the first closed edge on the crews' way to the job, and along that way to the job's site."""
        roads, spec, now = self._roads, self._spec, self._env.now
        target = roads.site_node[job.site]
        base = self.base_of(job)
        way = roads.opening_way(base, target, spec.drive_kmh, spec.clear_kmh, now)
        passable = roads.snow.passable(now)
        begin = base
        for place, (edge, node) in enumerate(way):
            if not passable[edge]:
                return self._way(loader.node, begin) + way[place:]
            begin = node
        return self._way(loader.node, target)

    def _way(self, node: int, target: int) -> list[tuple[int, int]]:
        if node == target:
            return []
        return self._roads.opening_way(node, target, self._spec.drive_kmh, self._spec.clear_kmh, self._env.now)

    def _open_way(self, loader: Loader, job: Job) -> Steps[None]:
        """Drive to the job's site, clearing what lies in the way; then be free there."""
        began_h = self._env.now
        for edge, node in self._legs(loader, job):
            now = self._env.now
            row = self._log.add(now, "loader.sent", loader.id, self._roads.edge_ids[edge], cause_row=job.cause_row)
            if self._roads.snow.passable(now)[edge]:
                yield self._env.timeout(quantise_h(self._roads.edge_km[edge] / self._spec.drive_kmh))
            else:
                yield from self._clear(loader, edge, row)
            loader.node = node
        yield from self._clear_track(loader, job)
        if self._env.now <= began_h:
            yield self._env.timeout(_PAUSE_H)
        self._log.add(self._env.now, "loader.free", loader.id, self._roads.node_ids[loader.node])
        del self._aims[loader.id]
        self._idle.append(loader)
        self.wake()

    def _clear(self, loader: Loader, edge: int, row: int) -> Steps[None]:
        now, spec = self._env.now, self._spec
        depth_cm = float(self._roads.snow.depths_cm(now)[edge])
        speed = spec.clear_kmh if depth_cm <= _DRIFT_CM else spec.drift_kmh
        row = self._log.add(now, "loader.clears", loader.id, self._roads.edge_ids[edge], speed, row)
        yield self._env.timeout(quantise_h(self._roads.edge_km[edge] / speed))
        self._roads.snow.clear(edge, self._env.now)
        self._log.add(self._env.now, "road.cleared", self._roads.edge_ids[edge], loader.id, cause_row=row)
        self.opened()

    def _clear_track(self, loader: Loader, job: Job) -> Steps[None]:
        spur_km = self._roads.spur_km(job.site)
        if spur_km <= 0 or not self._roads.track_closed(job.site, self._env.now):
            return
        row = self._log.add(self._env.now, "loader.clears", loader.id, "spur", self._spec.clear_kmh, job.cause_row)
        yield self._env.timeout(quantise_h(spur_km / self._spec.clear_kmh))
        self._roads.snow.clear_track(job.site, self._env.now)
        self._log.add(self._env.now, "road.cleared", "spur", loader.id, cause_row=row)
        yield self._env.timeout(quantise_h(spur_km / self._spec.drive_kmh))
        self.opened()
