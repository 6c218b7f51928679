"""Electricity of machine rooms: what is live, what carries how much, what trips, and how long a battery lasts.

Nothing here knows the word cascade. A feed is lost, devices draw all they need from the other one, its breaker
warms as the square of the load, and trips when it is warm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Final

from simpy import Environment

from sim.log import EventLog
from sim.models.relaxing import Relaxing
from sim.models.store import Store
from sim.models.timer import Timer
from sim.streams import Streams
from sim.topology.facility import SWITCHES
from sim.topology.plant import Plant
from sim.units import quantise_h

_WARM: Final = 1.0 - 1e-4
"""A breaker that is this warm trips; times are rounded to the millisecond."""
_WARM_BEFORE: Final = 0.99
_EMPTY: Final = 1e-6
_TICK_H: Final = 1 / 3_600_000
_LOAD_GRAIN: Final = 1e9


class Supply:
    """The supply of a facility. `wake(row)` asks whoever owns it to settle everything again."""

    def __init__(
        self, plant: Plant, env: Environment, log: EventLog, streams: Streams, wake: Callable[[int], None]
    ) -> None:
        self._plant, self._env, self._log, self._streams, self._wake = plant, env, log, streams, wake
        self.live = dict.fromkeys(plant.nodes, True)
        self.load_kw = dict.fromkeys(plant.nodes, 0.0)
        self._load_row: dict[str, int] = {}
        """Row by which a node's load last changed."""
        self.off_row: dict[str, int] = {}
        """Row by which a dead node went dead."""
        self.broken: dict[str, int] = {}
        self._source_on = {name: node.kind == "mains" for name, node in plant.nodes.items() if not node.feeds}
        self._source_row: dict[str, int] = {}
        self._selected = {name: node.feeds[0] for name, node in plant.nodes.items() if node.kind in SWITCHES}
        self._demands: dict[str, int] = {}
        kinds = {name: node.kind for name, node in plant.nodes.items()}
        self._charge = {name: Store(1.0, now_h=env.now) for name, kind in kinds.items() if kind == "ups"}
        self._heat = {n: Relaxing(0.0, v.trip_lag_h, env.now) for n, v in plant.nodes.items() if v.limit_kw < inf}
        self._timers = {
            name: Timer(env, lambda name=name: self._due(name))  # type: ignore[misc]
            for name in plant.nodes
        }
        self._steps = {
            name: Timer(env, lambda name=name: self._step(name))  # type: ignore[misc]
            for name in (*self._selected, *self._charge, *self._source_on)
        }
        self._starting: dict[str, bool] = {}
        self._begun = self._warm = False
        self.energise(-1)
        self._begun = True

    # what others do to it

    def set_source(self, name: str, *, on: bool, row: int) -> None:
        """Mains fail or return."""
        self._source_on[name], self._source_row[name] = on, row

    def fail(self, name: str, row: int) -> None:
        """A node breaks."""
        self.broken.setdefault(name, row)

    def mend(self, name: str) -> None:
        """A node is whole again, its breaker closed and cold, its battery charged."""
        self.broken.pop(name, None)
        if name in self._heat:
            self._heat[name].settle(0.0, self._env.now)
        if name in self._charge:
            self._charge[name].put(1.0, self._env.now)

    # what is live

    def energise(self, row: int) -> None:
        """Work out what is live, feeders first, and log what has changed."""
        for name in self._plant.order:
            was = self.live[name]
            on, reason, cause = self._is_live(name, row)
            self.live[name] = on
            if on == was or not self._begun:
                continue
            if on:
                self.off_row.pop(name, None)
                self._log.add(self._env.now, "power.on", name, "", cause_row=row)
            else:
                self.off_row[name] = self._log.add(self._env.now, "power.off", name, reason, cause_row=cause)
        self._call_generators(row)

    def _is_live(self, name: str, row: int) -> tuple[bool, str, int]:
        node = self._plant.nodes[name]
        if name in self.broken:
            return False, "broken", self.broken[name]
        if not node.feeds:
            return self._source_on[name], "source", self._source_row.get(name, row)
        if node.kind == "sts":
            return self._static_switch(name, row)
        if node.kind == "ats":
            return self._slow_switch(name, row)
        feed = node.feeds[0]
        if node.kind == "ups" and not self.live[feed]:
            return self._on_battery(name, row)
        return self.live[feed], "feed", self.off_row.get(feed, row)

    def _static_switch(self, name: str, row: int) -> tuple[bool, str, int]:
        """Over within milliseconds, unless it fails when asked."""
        feeds, selected = self._plant.nodes[name].feeds, self._selected[name]
        best = next((feed for feed in feeds if self.live[feed]), None)
        if best is None:
            return False, "feed", self.off_row.get(selected, row)
        if best != selected:
            if not self.live[selected] and self._fails_on_demand(name):
                self.broken[name] = self._log.add(
                    self._env.now, "power.failed", name, "transfer", cause_row=self.off_row.get(selected, row)
                )
                return False, "broken", self.broken[name]
            self._select(name, best, row)
        return True, "", row

    def _slow_switch(self, name: str, row: int) -> tuple[bool, str, int]:
        """Break before make: dark until it has gone over."""
        node, selected = self._plant.nodes[name], self._selected[name]
        best = next((feed for feed in node.feeds if self.live[feed]), None)
        step = self._steps[name]
        if best is None or best == selected:
            step.cancel()
        elif step.due_h == inf:
            step.set(quantise_h(self._env.now + node.transfer_h))
        return self.live[selected], "feed", self.off_row.get(selected, row)

    def _step(self, name: str) -> None:
        """A transfer switch has gone over, a generator has had its time to start, or a battery is empty or full."""
        if self._plant.nodes[name].kind == "generator":
            self._started(name)
        if name in self._selected:
            best = next((feed for feed in self._plant.nodes[name].feeds if self.live[feed]), None)
            if best is not None:
                self._select(name, best, self.off_row.get(self._selected[name], -1))
        self._wake(-1)

    def _select(self, name: str, feed: str, row: int) -> None:
        self._selected[name] = feed
        self._log.add(self._env.now, "power.switched", name, feed, cause_row=row)

    def _on_battery(self, name: str, row: int) -> tuple[bool, str, int]:
        feed_row = self.off_row.get(self._plant.nodes[name].feeds[0], row)
        charge = self._charge[name]
        if charge.rate >= 0 and charge.level(self._env.now) > _EMPTY and self._begun and self._fails_on_demand(name):
            self.broken[name] = self._log.add(self._env.now, "power.failed", name, "demand", cause_row=feed_row)
            return False, "broken", self.broken[name]
        return charge.level(self._env.now) > _EMPTY, "battery_empty", feed_row

    def _fails_on_demand(self, name: str) -> bool:
        number = self._demands[name] = self._demands.get(name, 0) + 1
        share = self._plant.nodes[name].fails_share
        return share > 0 and self._streams.uniform("demand", name, number) < share

    # generators

    def _call_generators(self, row: int) -> None:
        """A generator is wanted while everything that a switch prefers to it is dead."""
        for name, node in self._plant.nodes.items():
            if node.kind != "generator" or name in self.broken:
                continue
            wanted = any(
                name in self._plant.nodes[switch].feeds and self._lacks(switch, name) for switch in self._selected
            )
            if wanted and not self._source_on[name] and not self._starting.get(name):
                self._starting[name] = True
                number = self._demands[name] = self._demands.get(name, 0) + 1
                wait_h = node.start_h.quantile(self._streams.uniform("room_generator_start", name, number))
                self._log.add(self._env.now, "power.starting", name, "", cause_row=row)
                self._steps[name].set(quantise_h(self._env.now + wait_h))
            elif not wanted:
                self._starting[name] = False
                if self._source_on[name] and name not in self._selected.values():
                    self._source_on[name], self._source_row[name] = False, row
                    self._wake(row)

    def _lacks(self, switch: str, generator: str) -> bool:
        feeds = self._plant.nodes[switch].feeds
        return not any(self.live[feed] for feed in feeds[: feeds.index(generator)])

    def _started(self, name: str) -> None:
        if not self._starting.get(name):
            return
        number, share = self._demands[name], self._plant.nodes[name].fails_share
        if share > 0 and self._streams.uniform("demand", name, number) < share:
            self.broken[name] = self._log.add(self._env.now, "power.failed", name, "start")
        else:
            self._source_on[name] = True
        self._starting[name] = False

    # what it carries

    def carry(self, draws_kw: Mapping[str, float], row: int) -> None:
        """Add up loads towards the sources; breakers warm, batteries drain, and each says when."""
        load = {name: draws_kw.get(name, 0.0) if self.live[name] else 0.0 for name in self._plant.nodes}
        for name in reversed(self._plant.order):
            node = self._plant.nodes[name]
            if not node.feeds or not self.live[name]:
                continue
            feed, passes_kw = self._selected.get(name, node.feeds[0]), load[name]
            if node.kind == "ups":
                passes_kw = self._through_ups(name, load[name])
            if self.live[feed]:
                load[feed] += passes_kw
        for name, found in load.items():
            self._set_load(name, round(found * _LOAD_GRAIN) / _LOAD_GRAIN, row)
        self._warm = True

    def _through_ups(self, name: str, load_kw: float) -> float:
        """What a UPS takes from its feed: its load and its charging; from the battery where the feed is dead."""
        node, charge, now = self._plant.nodes[name], self._charge[name], self._env.now
        full_kwh = (node.rated_kw or 0.0) * node.battery_h
        level, rate = charge.level(now), charge.rate
        if not self.live[node.feeds[0]]:
            charge.run(-load_kw / full_kwh, now)
            self._steps[name].set(self._soon(charge.reaches_h(0.0, now)))
            taken_kw = 0.0
        else:
            charging = level < 1.0 - _EMPTY
            charge.run(1.0 / node.recharge_h if charging else 0.0, now)
            self._steps[name].set(self._soon(charge.reaches_h(1.0, now)) if charging else inf)
            taken_kw = (load_kw + (full_kwh / node.recharge_h if charging else 0.0)) / node.efficiency
        if charge.rate != rate:
            self._log.add(now, "ups.charge", name, "", level)
        return taken_kw

    def _soon(self, t_h: float) -> float:
        """A crossing as a wake-up: to the millisecond, and never at once, so that it cannot repeat itself."""
        return quantise_h(max(t_h, self._env.now + _TICK_H))

    def _set_load(self, name: str, load_kw: float, row: int) -> None:
        heat = self._heat.get(name)
        if load_kw != self.load_kw[name]:
            self.load_kw[name] = load_kw
            self._load_row[name] = self._log.add(self._env.now, "power.load", name, "", load_kw, row)
        if heat is not None and name not in self.broken:
            limit = (load_kw / self._plant.nodes[name].limit_kw) ** 2
            if not self._warm:  # before the drill the load has long been what it is
                heat.settle(min(limit, _WARM_BEFORE), self._env.now)
            heat.run(limit, self._env.now)
            self._timers[name].set(self._soon(heat.reaches_h(1.0, self._env.now)))

    def _due(self, name: str) -> None:
        if name in self._heat and name not in self.broken and self._heat[name].level(self._env.now) >= _WARM:
            share = self.load_kw[name] / (self._plant.nodes[name].rated_kw or 1.0)
            cause = self._load_row.get(name, -1)
            self.broken[name] = self._log.add(self._env.now, "power.tripped", name, "overload", share, cause)
            self._wake(self.broken[name])
