"""Front loaders (铲车): they open what the public ploughs leave, in the order of the jobs that wait behind it."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isinf
from typing import Final

import numpy as np
from simpy import Environment

from sim.log import EventLog
from sim.models.roads import Roads
from sim.models.snowroads import PASSABLE_CM
from sim.models.steps import Steps
from sim.resources import LoaderSpec
from sim.units import quantise_h
from sim.vocabulary import Job

_DRIFT_CM: Final = 60.0
"""Assumed: deeper snow is a drift, cleared at `drift_kmh` (parameters of the field, §3)."""
_JOBS_LOOKED_AT: Final = 30
"""Assumed: loaders are ordered for no job further down the list."""
_PAUSE_H: Final = 0.5
"""Assumed: a loader that found nothing to open asks again after this time."""


class Loader:
    """One loader, at a road node."""

    __slots__ = ("depot", "id", "node", "party", "ready_h")

    def __init__(self, name: str, depot: str, node: int, party: str, ready_h: float) -> None:
        self.id, self.depot, self.node, self.party, self.ready_h = name, depot, node, party, ready_h


class Loaders:
    """All loaders; each works on the way to the first job of its party that no wheeled crew can reach."""

    def __init__(
        self, roads: Roads, spec: LoaderSpec, site_id: Callable[[int], str], env: Environment, log: EventLog
    ) -> None:
        self._roads, self._spec, self._site_id, self._env, self._log = roads, spec, site_id, env, log
        self._idle: list[Loader] = []
        self._aims: dict[str, int] = {}
        self._looked: tuple[tuple[int, int], int] | None = None
        self.blocked_jobs: Callable[[], list[Job]] = list
        self.base_of: Callable[[Job], int] = lambda _job: 0
        """Road node from which crews come to a job."""
        self.may_serve: Callable[[Loader, Job], bool] = lambda _loader, _job: True
        """Its own party's jobs, others' after help was asked."""
        self.permitted: Callable[[Loader], bool] = lambda _loader: False
        """Whether a loader passes what is closed to the public."""
        self.opened: Callable[[], None] = lambda: None

    def add(self, loader: Loader) -> None:
        """A loader becomes ready."""
        self._idle.append(loader)
        self.wake()

    def look_again(self) -> None:
        """Something besides the roads has changed: who may serve whom."""
        self._looked = None

    def wake(self) -> None:
        """Look for roads to open: jobs wait that nobody can reach. Once for each state of the roads."""
        state = (self._roads.version(self._env.now), len(self._idle))
        if not self._idle or state == self._looked:
            return
        self._looked = state
        for job in self._wanted():
            if not self._idle:
                return
            loader = self._nearest(job)
            if loader is None:
                continue
            self._idle.remove(loader)
            self._aims[loader.id] = job.site
            self._env.process(self._open_way(loader, job))

    def _nearest(self, job: Job) -> Loader | None:
        """The idle loader that may serve a job and would be there first."""
        best, best_h = None, (inf, "")
        hours: dict[bool, list[float]] = {}
        target, spec = self._roads.site_node[job.site], self._spec
        for loader in self._idle:
            if not self.may_serve(loader, job):
                continue
            permit = self.permitted(loader)
            if permit not in hours:
                hours[permit] = self._roads.opening_hours(
                    target, spec.drive_kmh, spec.clear_kmh, self._env.now, permit=permit
                )
            key = (hours[permit][loader.node], loader.id)
            if not isinf(key[0]) and key < best_h:
                best, best_h = loader, key
        return best

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
        way = roads.opening_way(base, target, spec.drive_kmh, spec.clear_kmh, now, permit=self.permitted(loader))
        passable = roads.snow.passable(now, np.array([edge for edge, _ in way], dtype=np.int64))
        begin = base
        for place, (_, node) in enumerate(way):
            if not passable[place]:
                return self._way(loader, begin) + way[place:]
            begin = node
        return self._way(loader, target)

    def _way(self, loader: Loader, target: int) -> list[tuple[int, int]]:
        if loader.node == target:
            return []
        spec, now, permit = self._spec, self._env.now, self.permitted(loader)
        return self._roads.opening_way(loader.node, target, spec.drive_kmh, spec.clear_kmh, now, permit=permit)

    def _open_way(self, loader: Loader, job: Job) -> Steps[None]:
        """Drive to the job's site, clearing what lies in the way; then be free there."""
        began_h = self._env.now
        for edge, node in self._legs(loader, job):
            now = self._env.now
            row = self._log.add(now, "loader.sent", loader.id, self._roads.edge_ids[edge], cause_row=job.cause_row)
            if self._roads.snow.depth_cm(edge, now) <= PASSABLE_CM:
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
        depth_cm = self._roads.snow.depth_cm(edge, now)
        speed = spec.clear_kmh if depth_cm <= _DRIFT_CM else spec.drift_kmh
        row = self._log.add(now, "loader.clears", loader.id, self._roads.edge_ids[edge], speed, row)
        yield self._env.timeout(quantise_h(self._roads.edge_km[edge] / speed))
        self._roads.snow.clear(edge, self._env.now)
        self._log.add(self._env.now, "road.cleared", self._roads.edge_ids[edge], loader.id, cause_row=row)
        self.opened()

    def _clear_track(self, loader: Loader, job: Job) -> Steps[None]:
        roads, spur_km = self._roads, self._roads.spur_km(job.site)
        if spur_km <= 0 or not roads.track_closed(job.site, self._env.now):
            return
        site = self._site_id(job.site)
        row = self._log.add(self._env.now, "loader.clears", loader.id, site, self._spec.clear_kmh, job.cause_row)
        yield self._env.timeout(quantise_h(spur_km / self._spec.clear_kmh))
        roads.clear_track(job.site, self._env.now)
        self._log.add(self._env.now, "road.cleared", site, loader.id, cause_row=row)
        yield self._env.timeout(quantise_h(spur_km / self._spec.drive_kmh))
        self.opened()
