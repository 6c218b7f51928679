"""What is live in the long run after a loss: switches go over, generators start, breakers trip, batteries end.

Everything that is asked works. Breakers trip one after the other, in the order in which they get warm, since the
first may relieve the next. What is interrupted for seconds only, and what batteries draw while they charge, is left
to a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log
from typing import NamedTuple

from sim.contingency.wiring import Crowd, Loss, Wiring

_OVER = 1 + 1e-9
_WARM_BEFORE = 0.99


class Event(NamedTuple):
    """Something that happened on the way: `what` is tripped, empty or hot; a load and a limit beside it."""

    what: str
    name: str
    value: float = 0.0
    limit: float = 0.0


class Supplied(NamedTuple):
    """What came of it, by number of node."""

    live: list[bool]
    load_kw: list[float]
    events: list[Event]


@dataclass(slots=True)
class _State:
    whole: list[bool]
    empty: set[int]
    warmth: list[float]


class Power:
    """The supply of a plant, judged as often as one likes."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        count = len(wiring.names)
        crowd = wiring.crowd(Loss())
        live = self._energised([True] * count, set())
        warmth = self._heads_for(self._carried(wiring.draws_kw(crowd, live, Loss()), live))
        self._start = _State([True] * count, set(), [min(level, _WARM_BEFORE) for level in warmth])
        whole = self._run(self._start, crowd, Loss())
        self._start.warmth = self._heads_for(whole.load_kw)
        self.headroom_kw = min(
            (limit - now for limit, now in zip(wiring.limit_kw, whole.load_kw, strict=True) if limit < inf), default=inf
        )
        """What the tightest breaker could carry more, with nothing lost."""
        self.before = tuple(whole.events)
        """What happens with nothing lost."""

    def settle(self, crowd: Crowd, loss: Loss) -> Supplied:
        """Lose something, and run to the end; what has tripped before, with nothing lost, stays as it is."""
        start = self._start
        whole = [on and name not in loss.nodes for on, name in zip(start.whole, self._wiring.names, strict=True)]
        return self._run(_State(whole, set(start.empty), [*start.warmth]), crowd, loss)

    def _run(self, state: _State, crowd: Crowd, loss: Loss) -> Supplied:
        wiring, events = self._wiring, list[Event]()
        while True:
            live = self._energised(state.whole, state.empty)
            load = self._carried(wiring.draws_kw(crowd, live, loss), live)
            first = self._first_to_trip(state.warmth, load)
            if first is not None:
                state.whole[first] = False
                events.append(Event("tripped", wiring.names[first], load[first], wiring.limit_kw[first]))
                continue
            ended = [
                n for n, kind in enumerate(wiring.kind) if kind == "ups" and live[n] and not live[wiring.feeds[n][0]]
            ]
            if not ended:
                return Supplied(live, load, events)
            state.empty.update(ended)
            events += [Event("empty", wiring.names[n]) for n in ended]
            state.warmth = self._heads_for(load)

    def _energised(self, whole: list[bool], empty: set[int]) -> list[bool]:
        """What is live while batteries that are not `empty` last."""
        wiring, running = self._wiring, set[int]()
        for _ in range(2 * len(wiring.generators) + 2):
            live = self._lit(whole, empty, running)
            able = [g for g in wiring.generators if whole[g]]
            wanted = {g for g in able if any(self._lacks(s, g, live) for s in wiring.switches)}
            chosen = {self._chosen(s, live) for s in wiring.switches}
            now = wanted | (running & chosen)
            if now == running:
                return live
            running = now
        return self._lit(whole, empty, running)

    def _lit(self, whole: list[bool], empty: set[int], running: set[int]) -> list[bool]:
        wiring = self._wiring
        live = [False] * len(whole)
        for n, feeds in enumerate(wiring.feeds):
            if not whole[n]:
                continue
            if not feeds:
                live[n] = wiring.kind[n] == "mains" or n in running
            elif wiring.kind[n] == "ups":
                live[n] = live[feeds[0]] or n not in empty
            else:
                live[n] = any(live[feed] for feed in feeds)
        return live

    def _lacks(self, switch: int, generator: int, live: list[bool]) -> bool:
        feeds = self._wiring.feeds[switch]
        return generator in feeds and not any(live[feed] for feed in feeds[: feeds.index(generator)])

    def _chosen(self, node: int, live: list[bool]) -> int:
        """The feed it takes: the first live one."""
        feeds = self._wiring.feeds[node]
        return next((feed for feed in feeds if live[feed]), feeds[0])

    def _carried(self, load: list[float], live: list[bool]) -> list[float]:
        """Loads added up towards the sources."""
        wiring = self._wiring
        for n in range(len(live) - 1, -1, -1):
            if live[n] and load[n] and wiring.feeds[n]:
                feed = self._chosen(n, live)
                if live[feed]:
                    load[feed] += load[n] / wiring.efficiency[n] if wiring.kind[n] == "ups" else load[n]
        return load

    def _heads_for(self, load: list[float]) -> list[float]:
        """Warmth that each breaker runs to; it trips at 1."""
        limits = self._wiring.limit_kw
        return [(kw / limit) ** 2 if limit < inf else 0.0 for kw, limit in zip(load, limits, strict=True)]

    def _first_to_trip(self, warmth: list[float], load: list[float]) -> int | None:
        """The breaker that is warm first; the others have grown as warm as they are by then."""
        wiring = self._wiring
        over = [n for n, kw in enumerate(load) if kw > wiring.limit_kw[n] * _OVER]
        if not over:
            return None
        ends = self._heads_for(load)
        due_h = {n: wiring.lag_h[n] * log(max((ends[n] - warmth[n]) / (ends[n] - 1), 1.0)) for n in over}
        first = min(over, key=due_h.__getitem__)
        for n, end in enumerate(ends):
            if wiring.limit_kw[n] < inf:
                warmth[n] = end - (end - warmth[n]) * exp(-due_h[first] / wiring.lag_h[n])
        return first
