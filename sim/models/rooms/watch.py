"""Who watches machine rooms: alarms reach the desk through a service that may itself be out, else by a round."""

from __future__ import annotations

from collections.abc import Callable

from simpy import Environment

from sim.log import EventLog
from sim.models.rooms.rooms import Rooms
from sim.models.rooms.services import Outage
from sim.models.timer import Timer
from sim.units import quantise_h

ALARM_COUNTS = {
    "services_out": ("service",),
    "devices_out": ("device",),
    "devices_on_one_feed": ("feed", "psu"),
    "pdus_out": ("pdu",),
    "coolers_out": ("cooler", "cooler_power"),
    "rows_warm": ("warm",),
    "rows_hot": ("hot",),
    "links_out": ("link",),
}
"""Counts for conditions: alarms the desk has heard and that have not ended, by their word."""


class Watch:
    """Carries alarms of machine rooms to the desk. `heard(subject, alarm, row)` is called for each that arrives."""

    def __init__(self, rooms: Rooms, alarm_h: float, env: Environment, log: EventLog) -> None:
        self._rooms, self._alarm_h, self._env, self._log = rooms, alarm_h, env, log
        self._facility = rooms.plant.facility
        self.active: dict[tuple[str, str], int] = {}
        """Alarms the desk knows of and that are not over, as far as it knows."""
        self._waiting: dict[tuple[str, str], int] = {}
        self.heard: Callable[[str, str, int], None] = lambda _subject, _alarm, _row: None
        self.alarmed: Callable[[str, str, int], None] = lambda _subject, _alarm, _row: None
        """Told of an alarm that has arrived, before the levels are looked at."""
        self.over: Callable[[str, str, int], None] = lambda _subject, _alarm, _row: None
        self.service: Callable[[str, Outage | None, int], None] = lambda _service, _outage, _row: None
        self._round = Timer(env, self._walk)
        rooms.listener = self

    def counts(self) -> dict[str, float]:
        """Alarms by sort, as the desk knows them."""
        words = [alarm for _, alarm in self.active]
        return {key: float(sum(words.count(word) for word in of)) for key, of in ALARM_COUNTS.items()}

    def _audible(self) -> bool:
        by = self._facility.alarms_by
        return by is None or by not in self._rooms.out

    def raised(self, subject: str, alarm: str, row: int) -> None:
        """An alarm begins."""
        self._waiting[subject, alarm] = row
        if self._audible():
            Timer(self._env, lambda: self._arrives(subject, alarm)).set(quantise_h(self._env.now + self._alarm_h))
            return
        if self._round.due_h == float("inf"):
            every_h = self._facility.round_h
            self._round.set(quantise_h((int(self._env.now / every_h) + 1) * every_h))

    def ended(self, subject: str, alarm: str, row: int) -> None:
        """It is over."""
        if self._waiting.pop((subject, alarm), None) is None and (subject, alarm) in self.active:
            del self.active[subject, alarm]
            self.over(subject, alarm, self._log.add(self._env.now, "desk.cleared", subject, alarm, cause_row=row))

    def service_changed(self, service: str, outage: Outage | None, row: int) -> None:
        """A service went out or came back; what was silent meanwhile is heard now."""
        self.service(service, outage, row)
        if outage is None and service == self._facility.alarms_by:
            self._walk()

    def _walk(self) -> None:
        for subject, alarm in [*self._waiting]:
            self._arrives(subject, alarm)

    def _arrives(self, subject: str, alarm: str) -> None:
        row = self._waiting.pop((subject, alarm), None)
        if row is None:
            return
        row = self._log.add(self._env.now, "desk.alarm", subject, alarm, cause_row=row)
        self.active[subject, alarm] = row
        self.alarmed(subject, alarm, row)
        self.heard(subject, alarm, row)
