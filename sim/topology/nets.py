"""Small geometry on point sets: who is near, who is a neighbour, which groups, which way is short."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import numpy as np

from sim.topology.tables import Bools, Floats, Ints


def distances_km(a: Floats, b: Floats) -> Floats:
    """Distances between two sets of plane points, shape (len(a), len(b))."""
    east, north = a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1]
    return np.sqrt(east * east + north * north)


def nearest(a: Floats, b: Floats, rows: int = 1024) -> tuple[Ints, Floats]:
    """Row of the nearest point of `b` for each of `a`, and how far it is, km."""
    found, far = np.empty(len(a), dtype=np.int64), np.empty(len(a))
    for start in range(0, len(a), rows):
        part = distances_km(a[start : start + rows], b)
        found[start : start + rows] = part.argmin(axis=1)
        far[start : start + rows] = part.min(axis=1)
    return found, far


def neighbours(points: Floats) -> tuple[Bools, Bools]:
    """Two neighbour graphs as matrices: Gabriel, and its sparser part, relative neighbourhood.

    Both are planar and connected. Source: Toussaint 1980, doi:10.1016/0031-3203(80)90066-7.
    """
    d = np.round(distances_km(points, points), 6)
    squares = d * d
    gabriel = ~np.eye(len(points), dtype=bool)
    relative = gabriel.copy()
    for k in range(len(points)):
        gabriel &= squares[k][:, None] + squares[k][None, :] >= squares - 1e-9
        relative &= np.maximum(d[k][:, None], d[k][None, :]) >= d - 1e-9
    return gabriel, relative & gabriel


def shortest_path(near: Bools, km: Floats, start: int, end: int) -> list[int]:
    """Nodes of the shortest way through a neighbour matrix; empty where there is none."""
    best, before = {start: 0.0}, {start: -1}
    queue = [(0.0, start)]
    while queue:
        far, node = heapq.heappop(queue)
        if node == end:
            break
        if far > best[node]:
            continue
        for other in np.flatnonzero(near[node]).tolist():
            length = far + float(km[node, other])
            if length < best.get(other, np.inf):
                best[other], before[other] = length, node
                heapq.heappush(queue, (length, other))
    path = [end] if end in before else []
    while path and path[-1] != start:
        path.append(before[path[-1]])
    return path[::-1]


def grow(base: Floats, points: Floats) -> list[tuple[int, int]]:
    """Links that tie each point to the growing net of `base` and points, nearest first: a spanning tree.

    A link is (row of the point, row of its parent); parents count the base first, then the points.
    """
    parent, far = nearest(points, base)
    links = []
    waiting = np.ones(len(points), dtype=bool)
    for _ in range(len(points)):
        row = int(np.where(waiting, far, np.inf).argmin())
        waiting[row] = False
        links.append((row, int(parent[row])))
        reach = distances_km(points[row : row + 1], points)[0]
        closer = waiting & (reach < far)
        far[closer], parent[closer] = reach[closer], len(base) + row
    return links


def groups(points: Floats, weights: Floats, shakes: Floats, count: int) -> Ints:
    """Compact groups of about equal weight, shape (n,), by halving across the longer side again and again.

    `shakes` are draws in (0, 1), at least `count` of them, that make the halves uneven by up to a sixth.
    Source: Berger & Bokhari 1987, doi:10.1109/TC.1987.1676942 (recursive bisection).
    """
    group = np.zeros(len(points), dtype=np.int64)
    todo = [(np.arange(len(points)), min(count, len(points)), 0)]
    while todo:
        rows, parts, first = todo.pop()
        group[rows] = first
        if parts < 2:
            continue
        spans = np.ptp(points[rows], axis=0)
        order = rows[np.argsort(points[rows, int(spans.argmax())], kind="stable")]
        low = parts // 2
        share = low / parts * (1.0 + (shakes[first + low] - 0.5) / 3)
        passed = np.cumsum(weights[order])
        cut = int(np.searchsorted(passed, round(float(passed[-1]) * share, 6)))
        cut = min(max(cut, low), len(rows) - (parts - low))
        todo += [(order[:cut], low, first), (order[cut:], parts - low, first + low)]
    return group


def middles(points: Floats, weights: Floats, group: Ints, count: int) -> Floats:
    """Weighted middle of each group, shape (count, 2)."""
    total = np.bincount(group, weights=weights, minlength=count)
    sums = [np.bincount(group, weights=weights * points[:, axis], minlength=count) for axis in (0, 1)]
    return np.column_stack([one / total for one in sums]).round(6)


def components(count: int, links: Iterable[tuple[int, int]]) -> Ints:
    """The smallest row each row is tied to, shape (count,): equal labels are connected."""
    parent = list(range(count))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for a, b in links:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return np.array([root(row) for row in range(count)], dtype=np.int64)
