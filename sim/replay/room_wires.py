"""Wires of the page's single-line diagram: from each feed down to a busbar of its own, and on to all it feeds."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.replay.room_boxes import GAP, LANE, LAYER, Box, H
from sim.report.series import Story

Point = tuple[float, float]
_STEP = 4.0
"""Between wires that run side by side."""


class Feed(NamedTuple):
    """That `source` feeds `to`; `at` counts the feeds of `to`."""

    source: str
    to: str
    at: int


def feeds_of(story: Story) -> list[Feed]:
    """All feeds by wires: of nodes, of coolers, and of devices that hang on a node outside their rack."""
    pairs = [
        (name, feeds)
        for item, column in (("power_node", "feeds"), ("cooler", "fed_by"))
        for name, feeds in zip(story.texts(item, "id").tolist(), story.texts(item, column).tolist(), strict=True)
    ]
    racks = dict(zip(story.texts("power_node", "id").tolist(), story.texts("power_node", "rack").tolist(), strict=True))
    devices = zip(story.texts("device", "id").tolist(), story.texts("device", "supplies").tolist(), strict=True)
    pairs += [
        (name, " ".join(feed for feed in dict.fromkeys(supplies.split()) if racks.get(feed) == ""))
        for name, supplies in devices
    ]
    return [Feed(feed, name, at) for name, feeds in pairs for at, feed in enumerate(feeds.split())]


def busbars(feeds: list[Feed], lines: dict[str, int], count: int) -> list[list[str]]:
    """For each line of racks the nodes above that feed something in it, a busbar each."""
    found: list[dict[str, None]] = [{} for _ in range(count)]
    for feed in feeds:
        if lines.get(feed.to, -1) >= 0 and lines.get(feed.source, 0) < 0:
            found[lines[feed.to]][feed.source] = None
    return [list(line) for line in found]


class Wires:
    """Ways of wires between boxes that stand."""

    def __init__(self, boxes: list[Box], bars: list[list[str]]) -> None:
        self.where = {box.name: box for box in boxes}
        self._above = [box for box in boxes if box.line < 0]
        self._bars = bars
        self._tops = [min(box.y for box in boxes if box.line == line) for line in range(len(bars))]
        self._turn: dict[str, int] = {}
        """Of what stands in a rack: how many of its sort stand above it there."""
        seen: dict[tuple[float, int, str], int] = {}
        for box in boxes:
            key = (box.x, box.line, box.item)
            self._turn[box.name] = seen[key] = seen.get(key, -1) + 1
        self._left = min((box.x for box in boxes), default=0.0)

    def of(self, feeds: list[Feed]) -> list[dict[str, Any]]:
        """The wires as the page is given them."""
        return [
            {"from": feed.source, "to": feed.to, "points": self._way(feed)}
            for feed in feeds
            if feed.source in self.where and feed.to in self.where
        ]

    def _way(self, feed: Feed) -> list[Point]:
        source, to = self.where[feed.source], self.where[feed.to]
        if to.line < 0:
            return self._between_nodes(source, to, feed.at)
        if source.line >= 0:  # in the same part of the diagram: from side to side
            return [(source.x + source.w, source.y + source.h / 2), (to.x, to.y + to.h / 2)]
        bar_y = self._tops[to.line] - 6 - LANE * (self._bars[to.line].index(source.name) + 0.5)
        return [*self._down(source, to.line, bar_y), *self._drop(to, feed.at, bar_y)]

    def _between_nodes(self, source: Box, to: Box, at: int) -> list[Point]:
        in_x, across = to.x + to.w * (0.35 + 0.3 * at), to.y - 10 - 7 * at
        if source.x == to.x and not at:
            in_x = source.x + source.w / 2
        way = self._past(source, to.y, 0)
        return [*way, (way[-1][0], across), (in_x, across), (in_x, to.y)]

    def _past(self, source: Box, low: float, number: int) -> list[Point]:
        """Out of the foot of a node and down: beside the nodes that stand between it and `low`, by the nearest way."""
        x, foot = source.x + source.w / 2, source.y + source.h
        between = [box for box in self._above if source.y < box.y < low - 1]
        aside = 4 + 2.5 * (number % 5)
        ways = [x, *(box.x - aside for box in between), *(box.x + box.w + aside for box in between)]
        free = [way for way in ways if not any(box.x < way < box.x + box.w for box in between)]
        best = min(free, key=lambda way: (abs(way - x), -way))
        if best == x:
            return [(x, foot)]
        return [(x, foot), (x, foot + 4 + aside / 2), (best, foot + 4 + aside / 2)]

    def _down(self, source: Box, line: int, bar_y: float) -> list[Point]:
        """To a busbar; past lines of racks along the left edge."""
        number = self._bars[line].index(source.name)
        way = self._past(source, self._tops[0], number)
        x = way[-1][0]
        if line > 0:
            turn = self._tops[0] - 6 - LANE * (len(self._bars[0]) + number + 1)
            x = self._left - GAP + _STEP * number
            way += [(way[-1][0], turn), (x, turn)]
        return [*way, (x, bar_y)]

    def _drop(self, to: Box, at: int, bar_y: float) -> list[Point]:
        """From a busbar into the top of a cooler or, beside its rack, into the side of what is in it."""
        if to.item == "cooler" and to.y == self._tops[to.line]:
            x = to.x + to.w * (0.4 + 0.2 * at)
            return [(x, bar_y), (x, to.y)]
        rack = 5.0 if to.item != "cooler" else 0.0
        at += self._turn[to.name] if to.item == "power_node" else 0
        if at % 2 == 0:
            x = to.x - rack - 3 - _STEP * (at // 2)
            return [(x, bar_y), (x, to.y + to.h / 2), (to.x, to.y + to.h / 2)]
        x = to.x + to.w + rack + 3 + _STEP * (at // 2)
        return [(x, bar_y), (x, to.y + to.h / 2), (to.x + to.w, to.y + to.h / 2)]


def room_above(bars: list[list[str]]) -> list[int]:
    """Busbars to leave room for above each line of racks; the first line has the ways to the others above it, too."""
    counts = [len(bar) for bar in bars]
    return [counts[0] + sum(counts[1:]) + 1, *counts[1:]] if counts else []


def below(boxes: list[Box]) -> float:
    """Where the lower part may begin."""
    return max((box.y + box.h for box in boxes), default=0.0) + (LAYER - H) / 2
