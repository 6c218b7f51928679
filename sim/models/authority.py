"""The road authority: public ploughs by their timetable, expressways closed and reopened, permits to pass them."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from simpy import Environment

from sim.log import EventLog
from sim.models.roads import Roads
from sim.models.snowroads import EXPRESSWAY
from sim.models.timer import Timer
from sim.streams import Streams
from sim.units import Spread, quantise_h


class RoadAuthority:
    """What the public side does to the roads. `changed` and `holders` are set before the clock starts.

    Whoever has crews or loaders ready asks for a permit when the expressways are closed, or when the first of them
    becomes ready while they are. Ploughs need none. A permit holds for as long as the expressways stay closed.
    """

    def __init__(
        self, roads: Roads, plough_h: tuple[float, ...], closed_h: tuple[float, float], permit_h: Spread,
        streams: Streams, env: Environment, log: EventLog,
    ) -> None:  # fmt: skip
        self._roads, self._plough_h, self._closed_h, self._permit_h = roads, plough_h, closed_h, permit_h
        self._streams, self._env, self._log = streams, env, log
        self._asked: dict[str, None] = {}
        self._held: dict[str, None] = {}
        self._row = -1
        self.changed: Callable[[], None] = lambda: None
        """Called when a road has become passable to somebody, or closed."""
        self.holders: Callable[[], list[str]] = list
        """Who has crews or loaders ready: parties, and depots of those without one."""

    def begin(self, horizon_h: float) -> None:
        """Set the clock for what happens before the horizon."""
        for road_class, at_h in enumerate(self._plough_h):
            if at_h <= horizon_h:
                Timer(self._env, lambda road_class=road_class: self._plough(road_class)).set(at_h)  # type: ignore[misc]
        if self._closed_h[0] <= horizon_h:
            Timer(self._env, self._close).set(self._closed_h[0])
            if self._closed_h[1] < inf:
                Timer(self._env, self._reopen).set(self._closed_h[1])

    def _edges(self, road_class: int) -> list[str]:
        return [
            self._roads.edge_ids[edge] for edge in (self._roads.snow.road_class == road_class).nonzero()[0].tolist()
        ]

    def _plough(self, road_class: int) -> None:
        for edge in self._edges(road_class):
            self._log.add(self._env.now, "road.cleared", edge, "plough")
        self._roads.snow.changes += 1
        self.changed()

    def _close(self) -> None:
        for edge in self._edges(EXPRESSWAY):
            self._row = self._log.add(self._env.now, "road.closed", edge, "authority")
        self._roads.snow.shut_expressways(shut=True)
        for holder in self.holders():
            self.ask(holder)
        self.changed()

    def _reopen(self) -> None:
        for edge in self._edges(EXPRESSWAY):
            self._log.add(self._env.now, "road.opened", edge, "authority")
        self._roads.snow.shut_expressways(shut=False)
        self._asked.clear()
        self._held.clear()
        self.changed()

    # permits

    def ask(self, holder: str) -> None:
        """Somebody whose crews are ready asks for a permit, once, if there is anything to be permitted."""
        if not self._roads.snow.expressways_shut or not self._edges(EXPRESSWAY) or holder in self._asked:
            return
        self._asked[holder] = None
        now = self._env.now
        row = self._log.add(now, "permit.asked", holder, "expressways", cause_row=self._row)
        hours = self._permit_h.quantile(self._streams.uniform("permit", holder))
        Timer(self._env, lambda: self._grant(holder, row)).set(quantise_h(now + hours))

    def _grant(self, holder: str, row: int) -> None:
        if holder not in self._asked:
            return  # reopened to everybody before
        self._held[holder] = None
        self._log.add(self._env.now, "permit.granted", holder, "expressways", cause_row=row)
        self._roads.snow.changes += 1
        self.changed()

    def holds(self, holder: str) -> bool:
        """Whether its vehicles may pass closed expressways."""
        return holder in self._held
