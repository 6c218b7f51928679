"""Pairs that cut off sites which neither alone cuts off: exact, without trying every pair.

A site whose way to a core passes blocks and the cut vertices between them loses it to a pair only inside one of those
blocks, since a cut vertex breaks it alone. So pairs of single sites and links are looked for block by block; groups
of sites that go together (a feeder, a machine room) are taken out one by one with a search of what is left, and two
groups are looked at only where both touch a block.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.contingency.net import Block, Cuts, Net, Search, Sums, blocks_of, cuts_of, hanging, search
from sim.topology.tables import Bools

Part = tuple[str, int]
"""`("site", row)` or `("link", row)`."""


class Hit(NamedTuple):
    """Two parts, or two groups, and what both together cut off."""

    one: Part
    other: Part
    sites: int
    users: float


class Pairs:
    """Looks for pairs in a network."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.blocks, self.block_of = blocks_of(net.whole, net.near)
        self.cuts: Cuts = cuts_of(net.whole, net.links)
        self.sums = Sums(net.whole, net.reached, net.users)

    # two single parts

    def of_parts(self) -> Iterator[Hit]:
        """Every pair of sites and links that cuts off others."""
        for block in self.blocks:
            if len(block.links) > 1:
                yield from self._in_block(block)

    def _in_block(self, block: Block) -> Iterator[Hit]:
        whole, links = self.net.whole, self.net.links
        vertices = [block.head, *block.members]
        number = {vertex: n for n, vertex in enumerate(vertices)}
        near: list[list[tuple[int, int]]] = [[] for _ in vertices]
        for vertex, n in number.items():
            near[n] = [(number[other], link) for other, link in self.net.near[vertex] if other in number]
        weights = [(0, 0.0), *(self.sums.over(hanging(whole, vertex)) for vertex in block.members)]
        taken: list[Part] = [("site", n) for n in range(1, len(vertices))]
        taken += [("link", link) for link in block.links if link < links]
        rank = {part: at for at, part in enumerate(taken)}
        for part in taken:
            sort, which = part
            found = search(near, 0, (which,) if sort == "site" else (), which if sort == "link" else -1)
            for other, sites, users in _cut_off(found, weights, links):
                if rank[other] > rank[part]:
                    yield Hit(_named(part, vertices), _named(other, vertices), sites, users)

    # a group and a single part

    def with_group(self, dead: frozenset[int]) -> list[tuple[Part, int, float]]:
        """Single sites and links that cut off more once a group is dead: what, sites and users beyond their own."""
        net = self.net
        found = search(net.near, net.root, dead)
        alive = net.survivors(found)
        now, here = Sums(found, alive, net.users), cuts_of(found, net.links)
        before = Sums(net.whole, alive, net.users)
        told: list[tuple[Part, int, float]] = []
        for site, spans in here.sites.items():
            told += _beyond(("site", site), now.over(spans), before.over(self.cuts.sites.get(site, [])))
        for link, span in here.links.items():
            own = self.cuts.links.get(link)
            told += _beyond(("link", link), now.over([span]), before.over([own] if own else []))
        return told

    # two groups

    def of_groups(self, one: frozenset[int], other: frozenset[int], left: tuple[Bools, Bools]) -> tuple[int, float]:
        """Sites and users that two dead groups cut off together; `left` is who reaches a core without each."""
        both = left[0] & left[1]
        lost = np.zeros(self.net.sites, dtype=bool)
        for number in sorted(self.touched(one) & self.touched(other)):
            block = self.blocks[number]
            seen = self._reached_in(block, one | other)
            for vertex in block.members:
                if vertex not in seen and both[vertex]:
                    for start, end in hanging(self.net.whole, vertex):
                        lost[self.net.whole.order[start:end]] = True
        lost &= both
        return int(lost.sum()), float(self.net.users[lost].sum())

    def touched(self, dead: frozenset[int]) -> set[int]:
        """Blocks in which a group has members other than their heads."""
        return {self.block_of[vertex] for vertex in dead if vertex in self.block_of}

    def _reached_in(self, block: Block, dead: frozenset[int]) -> set[int]:
        inside = {block.head, *block.members}
        seen, stack = {block.head}, [block.head]
        while stack:
            for other, _ in self.net.near[stack.pop()]:
                if other in inside and other not in seen and other not in dead:
                    seen.add(other)
                    stack.append(other)
        return seen


def _beyond(part: Part, now: tuple[int, float], before: tuple[int, float]) -> list[tuple[Part, int, float]]:
    sites = now[0] - before[0]
    return [(part, sites, max(0.0, now[1] - before[1]))] if sites > 0 else []


def _cut_off(found: Search, weights: list[tuple[int, float]], links: int) -> Iterator[tuple[Part, int, float]]:
    """Single parts of a block that cut off others, once another part is gone."""
    count, users = [w[0] for w in weights], [w[1] for w in weights]
    below: dict[int, tuple[int, float]] = {}
    for vertex in reversed(found.order[1:]):
        above = found.parent[vertex]
        if above and found.low[vertex] >= found.position[above]:
            had = below.get(above, (0, 0.0))
            below[above] = (had[0] + count[vertex], had[1] + users[vertex])
        if found.low[vertex] > found.position[above] and found.through[vertex] < links:
            yield ("link", found.through[vertex]), count[vertex], users[vertex]
        count[above] += count[vertex]
        users[above] += users[vertex]
    for vertex, (sites, people) in below.items():
        yield ("site", vertex), sites, people


def _named(part: Part, vertices: list[int]) -> Part:
    return ("site", vertices[part[1]]) if part[0] == "site" else part
