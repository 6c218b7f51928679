"""The controllers (导调组): apply the master list to the world as its times come and its conditions hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf, nan
from typing import Final

from simpy import Environment

from sim.disaster import Disaster
from sim.hazards.outages import single_restoration
from sim.log import EventLog
from sim.models.desk import Desk
from sim.models.dispatch import Dispatcher
from sim.models.gensets import Gensets
from sim.models.grid import Grid
from sim.models.network import Network
from sim.models.requests import Requests
from sim.models.roads import Roads
from sim.models.timer import Timer
from sim.models.triggers import Triggers
from sim.played import Line, Waiting
from sim.settings import Grid as GridSpec
from sim.streams import Streams
from sim.topology.tables import Topology
from sim.units import quantise_h
from sim.vocabulary import Inject

_HOW: Final = {"switching": "switching", "single_switching": "switching", "single_repair": "repair"}
"""Source of a drawn mend → the word of the log."""
_WORDS: Final = ("ask", "note")
"""What is only said: it may name something, and does nothing to it."""
_SINGLE: Final = ("single_switching", "single_repair")


def _concerns(mend: Inject, *, by_hand: bool) -> bool:
    """A mend drawn for the failure by the weather is none for that by an inject, nor the other way round."""
    return mend.source == "scenario" or (mend.source in _SINGLE) == by_hand


@dataclass(eq=False)
class Controllers:
    """Whom an inject can touch, and the injects in time order."""

    disaster: Disaster
    topology: Topology
    spec: GridSpec
    network: Network
    gensets: Gensets
    roads: Roads
    desk: Desk
    dispatcher: Dispatcher
    triggers: Triggers
    requests: Requests
    streams: Streams
    _env: Environment
    _log: EventLog
    grid: Grid = field(init=False)
    """Set once it exists: the power company reports back here."""
    rooms: Callable[[str, str, str, int], bool] = lambda _action, _sort, _name, _row: False
    """Does it where it is for machine rooms, and says so."""
    _next: int = 0
    _dead: dict[str, tuple[bool, int]] = field(default_factory=dict)
    """Dead feeder → whether an inject of the file failed it (and not the weather), and the row of the failure."""
    _singles: dict[str, int] = field(default_factory=dict)
    """Feeder → how often it has failed on a condition."""

    def __post_init__(self) -> None:
        self._feeders = {feeder: row for row, feeder in enumerate(self.topology.feeders.id.tolist())}
        self._links = {link: row for row, link in enumerate(self.topology.links.id.tolist())}
        self._injects = self.disaster.injects
        self._mends: dict[str, list[Inject]] = {}
        for mend in [*self.disaster.restorations, *(i for i in self._injects if i.source == "scenario")]:
            if mend.action == "mend":
                self._mends.setdefault(mend.target, []).append(mend)
        self._mended_on_condition = {i.target for i in self.disaster.conditional if i.action == "mend"}
        self._waiting = Waiting(
            Line(one.place, one.action, one.target or one.to, one.t_h if one.when is None else None)
            for one in (*self._injects, *self.disaster.conditional)
            if one.place >= 0
        )
        self._timer = Timer(self._env, self._fire_due)

    def begin(self) -> None:
        """Set the clock for the next inject; only one wake-up is ever pending."""
        if self._next < len(self._injects):
            self._timer.set(self._injects[self._next].t_h)

    def _fire_due(self) -> None:
        """Fire every inject of this instant; only one wake-up is ever pending."""
        injects, now = self._injects, self._env.now + 1e-9
        while self._next < len(injects) and injects[self._next].t_h <= now:
            inject = injects[self._next]
            self._next += 1
            self.fire(inject, -1)
        self.begin()

    def fire(self, inject: Inject, row: int) -> None:
        """Apply one inject."""
        now = self._env.now
        subject = inject.target or inject.to
        place = self._place(inject, subject, caused=row >= 0)
        row = self._log.add(now, "inject.fired", subject, inject.action, place, row)
        if inject.message or inject.to:
            self._log.add(now, "message.sent", inject.sender or "controllers", inject.to, cause_row=row)
        sort, _, name = inject.target.partition(":")
        if inject.action in _WORDS or self.rooms(inject.action, sort, name, row):
            return
        if inject.action == "slot":
            self.grid.slot()
        elif inject.action == "warn":
            self.triggers.warn(
                inject.target,
                self._log.add(now, "warning.issued", inject.sender or "weather_service", inject.target, cause_row=row),
            )
        elif sort == "feeder":
            self._feeder(inject, self._feeders[name], name, row)
        elif sort == "drops":
            self.network.mend_drops(
                self._feeders[name], self._log.add(now, "feeder.restored", name, "drops", cause_row=row)
            )
        elif sort == "link":
            self._link(inject, self._links[name], row)
        elif sort == "road":
            self._road(inject, name, row)
        elif sort in ("site", "hub"):
            self._site(inject, name, row)

    def _place(self, inject: Inject, subject: str, *, caused: bool) -> float:
        """What the row has to say besides: the place in the file of an inject that would be taken for another."""
        guess = self._waiting.guess(inject.action, subject, self._env.now, caused=caused)
        told = inject.place >= 0 and inject.place != guess
        self._waiting.take(inject.action, subject, inject.place if told else guess)
        return inject.place if told else nan

    def _feeder(self, inject: Inject, feeder: int, name: str, row: int) -> None:
        now = self._env.now
        if inject.action == "mend":
            if self.network.feeder_dead(feeder) and _concerns(inject, by_hand=self._dead[name][0]):
                self.grid.drop(name)
                self.feeder_mended(name, _HOW.get(inject.source, "inject"), row)
            return
        if self.network.feeder_dead(feeder):
            return
        county = int(self.topology.feeders.county[feeder])
        row = self._log.add(now, "feeder.failed", name, str(self.topology.counties.id[county]), cause_row=row)
        self._dead[name] = (inject.source == "scenario", row)
        self.grid.failed(name, row, self._back_h(inject, name, row))
        reported_h = quantise_h(now + self.spec.told.lines_out_after_h)
        Timer(self._env, lambda: self._line_reported(feeder, name, row)).set(reported_h)
        self.network.fail_feeder(feeder, row)

    def _back_h(self, failure: Inject, name: str, row: int) -> float | None:
        """When a feeder that fails now will be back without a slot: None for a slot, inf if nobody knows."""
        by_hand = self._dead[name][0]
        sources = ("switching",) if not by_hand else ("scenario",) if failure.when else ("scenario", *_SINGLE)
        known_h = min(
            (
                mend.t_h
                for mend in self._mends.get(failure.target, [])
                if mend.source in sources and mend.t_h >= self._env.now - 1e-9
            ),
            default=inf,
        )
        if not by_hand:
            return known_h if known_h < inf else None
        if failure.when and known_h == inf and failure.target not in self._mended_on_condition:
            return self._mend_later(failure, name, row)
        return known_h

    def _mend_later(self, failure: Inject, name: str, row: int) -> float:
        """Draw the return of a feeder that has failed on a condition; when it will be."""
        number = self._singles[name] = self._singles.get(name, 0) + 1
        failure = replace(failure, t_h=self._env.now)
        mend = single_restoration(failure, f"when {number}", self.spec, self.streams)

        def restore() -> None:
            if self.network.feeder_dead(self._feeders[name]) and self._dead[name][1] == row:
                self.feeder_mended(name, _HOW[mend.source], row)

        Timer(self._env, restore).set(mend.t_h)
        return mend.t_h

    def _line_reported(self, feeder: int, name: str, row: int) -> None:
        if self.network.feeder_dead(feeder):
            row = self._log.add(self._env.now, "desk.line_out", name, cause_row=row)
            self.desk.line_out(feeder, row)
            self.requests.begin()

    def feeder_mended(self, name: str, how: str, row: int) -> None:
        """A feeder is live again, by switching, in a slot or by an inject; the desk hears of it later."""
        feeder = self._feeders[name]
        row = self._log.add(self._env.now, "feeder.restored", name, how, cause_row=row)
        self.network.mend_feeder(feeder, row)

        def report() -> None:
            if not self.network.feeder_dead(feeder):
                self._log.add(self._env.now, "desk.line_back", name, cause_row=row)
                self.desk.knowledge.line_back(feeder)

        Timer(self._env, report).set(quantise_h(self._env.now + self.spec.told.lines_out_after_h))

    def restoration_told(self, name: str, restore_h: float) -> None:
        """The power company names an expected restoration to the desk."""
        row = self._log.add(self._env.now, "desk.told", name, "", restore_h)
        self.desk.told(self._feeders[name], restore_h, row)

    def _link(self, inject: Inject, link: int, row: int) -> None:
        if inject.action == "fail":
            self.network.cut_link(link, inject.source, row)
        else:
            self.network.mend_link(link, row)

    def _road(self, inject: Inject, name: str, row: int) -> None:
        closing = inject.action in ("close", "fail")
        self.roads.snow.block(self.roads.edge_index[name], closing)
        self._log.add(self._env.now, "road.closed" if closing else "road.opened", name, inject.source, cause_row=row)
        self.dispatcher.wake()

    def _site(self, inject: Inject, name: str, row: int) -> None:
        site_id, _, part = name.partition(".")
        site = self.topology.site_index[site_id]
        if part in ("", "mains"):
            act = self.network.fail_drop if inject.action == "fail" else self.network.mend_drop
            act(site, row)
        elif part == "generator":
            self._break_generator(site, row)
        else:
            change = self.network.fail_part if inject.action == "fail" else self.network.mend_part
            change(site, part, row)

    def _break_generator(self, site: int, row: int) -> None:
        """An inject takes a site's own generator away (fixed or standing)."""
        standing = [*self.gensets.standing.get(site, [])]
        fixed = self.gensets.fixed_of(site)
        for generator in [*standing, *([fixed] if fixed is not None and fixed not in standing else [])]:
            generator.broken = True
            broke = self._log.add(
                self._env.now, "generator.broke", generator.id, self.network.site_id(site), cause_row=row
            )
            if generator.running:
                generator.halt()
                self.gensets.stopped(generator, "broke", broke)
