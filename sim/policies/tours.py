"""A plan computed ahead: tours of several jobs for each free crew, by PyVRP, followed until they break."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isinf
from typing import Any, Final

from sim.errors import input_error
from sim.language import _
from sim.policies.rolling import match
from sim.vocabulary import CrewView, Decide, Job, Order, View

ITERATIONS: Final = 300
"""Of the search, a plan: stopped by count and never by the clock, so that it repeats."""
EVERY_H: Final = 0.5
"""Assumed: a desk does not plan anew more often, however much comes in."""
_CREWS: Final = 8
_JOBS: Final = 24
"""Assumed: so many of each in one plan; the next plan takes the others."""
_WORK_S: Final = 1800
"""Assumed: time planned for a job on site, s."""
_PRIZE_S: Final = (3_000_000, 300_000, 30_000, 7_200)
"""Seconds on the road that a job of class A, B, C or D in time is worth. Assumed: ten of a class do not outweigh one of
the next, and for a D site nobody drives more than two hours."""
_LATE: Final = 2
"""A job that can no longer be in time is worth so many times less: it is for those in time to come first."""
_SETS: Final = 2
"""Assumed: a tour brings at most so many generators (a pickup carries two)."""
_FAR_S: Final = 10_000_000


def planned(seed: int) -> Decide:
    """A `decide` for one run that plans tours and follows them. InputError where the extra `[opt]` is not installed."""
    try:
        import pyvrp
    except ImportError:
        message = _("planned needs PyVRP: install the extra with `pip install 'drillsim[opt]'`")
        raise input_error(message, path="policy") from None
    return Tours(seed, pyvrp)


class Tours:
    """The tours of one run: crew → ids of the jobs it has still to go to, in order."""

    def __init__(self, seed: int, pyvrp: Any) -> None:
        self._seed, self._pyvrp = seed, pyvrp
        self._tours: dict[str, list[str]] = {}
        self._planned_h = -inf

    def __call__(self, view: View) -> Sequence[Order]:
        """Crews with a tour go to its next job; for the others there is a new plan, or the best match of the moment."""
        orders = self._follow(view)
        if self._left(view, orders)[0] and view.now_h >= self._planned_h + EVERY_H:
            crews, jobs = self._left(view, orders)
            if len(jobs) > 1:
                self._planned_h = view.now_h
                self._plan(view, crews, jobs)
                orders += self._follow(view, {order.crew.id for order in orders})
        crews, jobs = self._left(view, orders)
        for site_class in sorted({job.site_class for job in jobs}):
            sent = {order.crew.id for order in orders}
            free = [crew for crew in crews if crew.id not in sent]
            if free:
                orders += match(view, free, [job for job in jobs if job.site_class == site_class])
        return orders

    def _follow(self, view: View, sent: set[str] | None = None) -> list[Order]:
        """The next job of each free crew's tour; a tour whose next job cannot be reached is given up."""
        waiting = {job.id: job for job in view.jobs}
        orders = []
        for crew in sorted(view.crews, key=lambda crew: crew.id):
            if crew.id in (sent or ()):
                continue
            tour = [job_id for job_id in self._tours.pop(crew.id, ()) if job_id in waiting]
            if not tour:
                continue
            job = waiting[tour[0]]
            if view.can_serve(crew, job) and view.has_road_to(crew, job):
                orders.append(Order(crew, job))
                self._tours[crew.id] = tour[1:]
        return orders

    def _left(self, view: View, orders: Sequence[Order]) -> tuple[list[CrewView], list[Job]]:
        """Free crews without an order, and jobs that are in nobody's tour, most urgent first."""
        sent = {order.crew.id for order in orders}
        taken = {order.job.id for order in orders} | {job_id for tour in self._tours.values() for job_id in tour}
        crews = sorted((crew for crew in view.crews if crew.id not in sent), key=lambda crew: crew.id)
        jobs = [job for job in view.jobs if job.id not in taken]
        return crews, sorted(jobs, key=lambda job: (job.site_class, job.deadline_h, job.opened_h, job.id))

    def _plan(self, view: View, crews: Sequence[CrewView], jobs: Sequence[Job]) -> None:
        """Tours of some crews over the most urgent jobs that they can serve."""
        crews = crews[:_CREWS]
        able = [job for job in jobs if any(view.can_serve(crew, job) for crew in crews)][:_JOBS]
        ways = {(crew.id, job.id): _seconds(view, crew, job) for crew in crews for job in able}
        able = [job for job in able if any(ways[crew.id, job.id] < _FAR_S for crew in crews)]
        if not able:
            return
        model = _model(self._pyvrp, view, crews, able, ways)
        stop = self._pyvrp.stop.MaxIterations(ITERATIONS)
        found = model.solve(stop, self._seed % 2**32, collect_stats=False, display=False, missing_value=_FAR_S)
        if not found.is_feasible():
            return
        for route in found.best.routes():
            tour = [able[stop.idx].id for stop in route if stop.is_client()]
            self._tours[crews[route.vehicle_type()].id] = tour


def _seconds(view: View, crew: CrewView, job: Job) -> int:
    if not view.can_serve(crew, job):
        return _FAR_S
    hours = view.travel_h(crew, job)
    return _FAR_S if isinf(hours) else int(hours * 3600)


def _model(
    pyvrp: Any, view: View, crews: Sequence[CrewView], jobs: Sequence[Job], ways: dict[tuple[str, str], int]
) -> Any:
    """The routing problem: a profile of ways for each crew, tours open at the end, each job a prize with a deadline."""
    model = pyvrp.Model()
    home = model.add_location(0, 0)
    places = [model.add_location(0, 0) for _ in jobs]
    end = model.add_depot(home)
    for place, job in zip(places, jobs, strict=True):
        left_s = int((job.deadline_h - view.now_h) * 3600) if not isinf(job.deadline_h) else _FAR_S
        in_time = min(ways[crew.id, job.id] for crew in crews) <= left_s
        prize = _PRIZE_S[job.site_class] if in_time else _PRIZE_S[job.site_class] // _LATE
        model.add_client(
            place, delivery=[int(job.kind == "generate")], service_duration=_WORK_S,
            tw_late=left_s if in_time else _FAR_S, prize=prize, required=False,
        )  # fmt: skip
    onward = [[_onward(view, crews[0], a, b) for b in jobs] for a in jobs]
    for crew in crews:
        start = model.add_location(0, 0)
        profile = model.add_profile()
        mine = [n for n, job in enumerate(jobs) if ways[crew.id, job.id] < _FAR_S]
        for n in mine:
            model.add_edge(start, places[n], 0, ways[crew.id, jobs[n].id], profile)
            model.add_edge(places[n], home, 0, 0, profile)
            for m in mine:
                if m != n and onward[n][m] < _FAR_S:
                    model.add_edge(places[n], places[m], 0, onward[n][m], profile)
        shift_s = _FAR_S if isinf(crew.shift_left_h) else max(int(crew.shift_left_h * 3600), 0)
        model.add_vehicle_type(
            1, [_SETS], model.add_depot(start), end, unit_distance_cost=0, unit_duration_cost=1,
            shift_duration=shift_s, profile=profile,
        )  # fmt: skip
    return model


def _onward(view: View, crew: CrewView, first: Job, then: Job) -> int:
    hours = view.onward_h(crew, first, then)
    return _FAR_S if isinf(hours) else int(hours * 3600)
