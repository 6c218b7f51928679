"""Machine rooms at a moment, and over time: what was live, what it carried, what ran, what was broken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, NamedTuple

import numpy as np

from sim.metrics.rooms import Rooms
from sim.report import series
from sim.report.series import Curve, Floats, Intervals, Story

NodeState = Literal["live", "standby", "battery", "over", "dead", "broken"]
DeviceState = Literal["up", "slow", "dead", "hot", "broken"]
CoolerState = Literal["on", "off", "broken"]

_BREAKS: Final = {"node": ("power.failed", "power.tripped"), "device": ("device.failed",), "cooler": ("cooler.failed",)}
_GRAIN: Final = 1e-6


class Node(NamedTuple):
    """A node of the supply at a moment. `source` is the feed it draws from now, empty for a source."""

    name: str
    kind: str
    state: NodeState
    load_kw: float
    limit_kw: float
    feeds: tuple[str, ...]
    source: str
    rack: str


@dataclass(frozen=True, eq=False)
class Moment:
    """Machine rooms of a story at one moment."""

    story: Story
    t_h: float

    def _last(self, *kinds: str) -> dict[str, tuple[str, str, float]]:
        """Subject → kind, object and value of its last row of these kinds so far."""
        log = self.story.columns
        rows = self.story.rows(*kinds)
        rows = rows[log.t_h[rows] <= self.t_h + _GRAIN]
        return {
            log.names[s]: (log.kinds[k], log.names[o], v)
            for s, k, o, v in zip(
                log.subject[rows].tolist(), log.kind[rows].tolist(), log.object[rows].tolist(),
                log.value[rows].tolist(), strict=True,
            )
        }  # fmt: skip

    def _holding(self, begins: Iterable[str], end: str) -> set[str]:
        """Things of which the last of these rows is a beginning."""
        begins = tuple(begins)
        return {name for name, (kind, _, _) in self._last(*begins, end).items() if kind in begins}

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Every node, feeders before what they feed where the inventory has them so."""
        names, kinds, limits, racks, feeds = self._node_table()
        switched, loads = self._last("power.switched"), self._last("power.load")
        broken, live = self._holding(_BREAKS["node"], "power.mended"), self._live(names, kinds, feeds)
        found = {}
        for name in names:
            load_kw = loads.get(name, ("", "", 0.0))[2] if live[name] else 0.0
            source = switched[name][1] if name in switched else (feeds[name] or ("",))[0]
            state: NodeState = "live"
            if name in broken:
                state = "broken"
            elif not live[name]:
                state = "standby" if kinds[name] == "generator" else "dead"
            elif kinds[name] == "ups" and not live.get(source, True):
                state = "battery"
            elif load_kw > limits[name] + _GRAIN:
                state = "over"
            found[name] = Node(name, kinds[name], state, load_kw, limits[name], feeds[name], source, racks[name])
        return found

    def _node_table(
        self,
    ) -> tuple[list[str], dict[str, str], dict[str, float], dict[str, str], dict[str, tuple[str, ...]]]:
        story = self.story
        names = story.texts("power_node", "id").tolist()
        columns = [story.texts("power_node", column).tolist() for column in ("node_kind", "rack", "feeds")]
        limits = dict(
            zip(names, np.nan_to_num(story.floats("power_node", "limit_kw"), nan=np.inf).tolist(), strict=True)
        )
        kinds, racks, feeds = (dict(zip(names, column, strict=True)) for column in columns)
        return names, kinds, limits, racks, {name: tuple(text.split()) for name, text in feeds.items()}

    def _live(self, names: list[str], kinds: dict[str, str], feeds: dict[str, tuple[str, ...]]) -> dict[str, bool]:
        """From the last row of each; before any row a node is live when what feeds it is, generators not."""
        told = {name: kind == "power.on" for name, (kind, _, _) in self._last("power.on", "power.off").items()}
        began = {name: kinds[name] == "mains" for name in names if not feeds[name]}
        for _ in names:
            ready = [
                name for name in names if name not in began and all(f in began or f not in kinds for f in feeds[name])
            ]
            if not ready:
                break
            began |= {name: any(began.get(feed, False) for feed in feeds[name]) for name in ready}
        return {name: told.get(name, began.get(name, True)) for name in names}

    @cached_property
    def devices(self) -> dict[str, DeviceState]:
        """State of every device."""
        down = {
            name: word
            for name, (kind, word, _) in self._last("device.down", "device.up").items()
            if kind == "device.down"
        }
        broken = self._holding(_BREAKS["device"], "device.mended")
        hot = self._holding(("device.tripped",), "device.cooled")
        slow = self._holding(("device.throttled",), "device.unthrottled")
        found: dict[str, DeviceState] = {}
        for name in self.story.texts("device", "id").tolist():
            if name in broken:
                found[name] = "broken"
            elif name in down:
                found[name] = "hot" if name in hot or down[name] == "heat" else "dead"
            else:
                found[name] = "slow" if name in slow else "up"
        return found

    @cached_property
    def coolers(self) -> dict[str, CoolerState]:
        """State of every cooler."""
        off, broken = self._holding(("cooler.off",), "cooler.on"), self._holding(_BREAKS["cooler"], "cooler.mended")
        return {
            name: "broken" if name in broken else "off" if name in off else "on"
            for name in self.story.texts("cooler", "id").tolist()
        }

    @cached_property
    def services(self) -> dict[str, str]:
        """Cause of the outage of every service, empty while it is up."""
        told = self._last("service.down", "service.up")
        return {
            name: told[name][1] if name in told and told[name][0] == "service.down" else ""
            for name in self.story.texts("service", "id").tolist()
        }

    def inlet_c(self, rack: str, row: str) -> float:
        """Inlet temperature of a rack, hot spot included; NaN for an unknown row."""
        rooms = self.story.tables.rooms
        if row not in rooms.air:
            return float("nan")
        now = np.array([self.t_h])
        spot = rooms.hot_spots.get(rack)
        return float(rooms.air[row].at(now)[0] + (spot.at(now)[0] if spot is not None else 0.0))


def rooms_of(story: Story) -> Rooms:
    """The air and the faults of a story."""
    return story.tables.rooms


def spans(story: Story, item: str, begin: str, end: str) -> Intervals:
    """Times between two kinds of rows of the items of a table; a beginning while one holds is passed over."""
    rows = story.rows(begin, end)
    log = story.columns
    which = story.rows_of(item)[log.subject[rows]]
    state = np.where(log.kind[rows] == log.kinds.index(begin), 0, -1) if begin in log.kinds else np.full(len(rows), -1)
    return story.intervals(which, state.astype(np.int64), log.t_h[rows])


def worst_h(story: Story) -> float:
    """The first moment with most services out, of those with most devices down, of those with most dead nodes."""
    out = series.count(spans(story, "service", "service.down", "service.up"))
    down = series.count(spans(story, "device", "device.down", "device.up"))
    dead = series.count(spans(story, "power_node", "power.off", "power.on"))
    moments = np.unique(np.concatenate([[0.0], out.t_h, down.t_h, dead.t_h])).tolist()
    moments = [t_h for t_h in moments if t_h <= story.horizon_h]
    return float(max(moments, key=lambda t_h: (out.at(t_h), down.at(t_h), dead.at(t_h), -t_h)))


def load_curves(story: Story) -> dict[str, Curve]:
    """Load of every node that has one, kW."""
    log, rows = story.columns, story.rows("power.load")
    found = {}
    for code in dict.fromkeys(log.subject[rows].tolist()):
        mine = rows[log.subject[rows] == code]
        found[log.names[code]] = Curve(log.t_h[mine], log.value[mine])
    return found


def sampled(story: Story, row: str, rack: str = "", points: int = 900) -> tuple[Floats, Floats]:
    """Moments and exact inlet temperatures, close enough to look smooth; both sides of every jump are there."""
    rooms = story.tables.rooms
    air, spot = rooms.air[row], rooms.hot_spots.get(rack) if rack else None
    cuts = air.start_h if spot is None else np.concatenate((air.start_h, spot.t_h))
    fine = np.linspace(0.0, story.horizon_h, points)
    t_h = np.unique(np.concatenate((fine, cuts, np.maximum(cuts - _GRAIN, 0.0))))
    level = air.at(t_h)
    return t_h, level if spot is None else level + spot.at(t_h)


def warmest(story: Story, row: str, points: int = 900) -> tuple[Floats, Floats, Floats]:
    """Moments, exact inlet temperatures of a row, and those of its warmest rack, hot spots included."""
    rooms = story.tables.rooms
    hottest = rooms.warmest(row)
    fine, cuts = np.linspace(0.0, story.horizon_h, points), hottest.start_h
    t_h = np.unique(np.concatenate((fine, cuts, np.maximum(cuts - _GRAIN, 0.0))))
    return t_h, rooms.air[row].at(t_h), hottest.at(t_h)
