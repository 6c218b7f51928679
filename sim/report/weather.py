"""Snow as a run tells it: when it fell, how much by a moment, how deep it lies on each road."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.report.series import Floats, Story

_TRACE_MM_PER_H: Final = 0.05


def lines(story: Story, kind: str) -> dict[int, tuple[Floats, Floats]]:
    """Hours and values of a weather kind, by row of the weather cell; between them it runs straight."""
    columns = story.columns
    rows = story.rows(kind)
    cells = story.rows_of("weather_cell")[columns.subject[rows]]
    order = np.argsort(cells, kind="stable")
    rows, cells = rows[order], cells[order]
    edges = np.flatnonzero(np.diff(cells, prepend=-2, append=-2))
    parts = [(int(cells[a]), rows[a:b]) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]
    return {cell: (columns.t_h[part], columns.value[part]) for cell, part in parts if cell >= 0}


def at_cells(story: Story, kind: str, t_h: float) -> Floats:
    """A weather value at each cell at a moment; NaN without rows. Shape (cells,)."""
    value = np.full(story.count("weather_cell"), np.nan)
    for cell, (times, values) in lines(story, kind).items():
        value[cell] = np.interp(t_h, times, values)
    return value


def snowfall_h(story: Story) -> tuple[float, float] | None:
    """From the first to the last hour in which snow fell anywhere; None without snowfall.

    Rows are thinned, so a dry stretch may seem to carry a trace: below `_TRACE_MM_PER_H` it counts as dry.
    """
    begins, ends = [], []
    for t_h, water_mm in lines(story, "snow.water").values():
        rises = np.flatnonzero(np.diff(water_mm) > _TRACE_MM_PER_H * np.diff(t_h))
        if len(rises):
            begins.append(float(t_h[rises[0]]))
            ends.append(float(t_h[rises[-1] + 1]))
    return (min(begins), max(ends)) if begins else None


def road_depth_cm(story: Story, t_h: float) -> Floats:
    """Snow on each road edge at a moment: what lies in the open, less what lay there when it was cleared.

    Drifts are drawn inside a run and are not told here. NaN where the run has no snow. Shape (edges,).
    """
    depth = lines(story, "snow.depth")
    cells = {name: row for row, name in enumerate(story.texts("weather_cell", "id").tolist())}
    of_edge = [cells.get(name, -1) for name in story.texts("road_edge", "weather_cell").tolist()]
    now = {cell: float(np.interp(t_h, *line)) for cell, line in depth.items()}
    depth_cm = np.array([now.get(cell, np.nan) for cell in of_edge], dtype=np.float64)
    columns = story.columns
    rows = story.rows("road.cleared")
    edges = story.rows_of("road_edge")[columns.subject[rows]]
    for edge, when in zip(edges.tolist(), columns.t_h[rows].tolist(), strict=True):
        if edge >= 0 and when <= t_h and of_edge[edge] in depth:
            then = float(np.interp(when, *depth[of_edge[edge]]))
            depth_cm[edge] = max(0.0, now[of_edge[edge]] - then)
    return depth_cm


def closed_edges(story: Story, t_h: float) -> set[int]:
    """Rows of road edges closed to traffic at a moment."""
    columns, closed = story.columns, set[int]()
    rows = story.rows("road.closed", "road.opened")
    edges = story.rows_of("road_edge")[columns.subject[rows]]
    closing = set(story.rows("road.closed").tolist())
    for row, edge, when in zip(rows.tolist(), edges.tolist(), columns.t_h[rows].tolist(), strict=True):
        if when > t_h:
            break
        if row in closing:
            closed.add(edge)
        else:
            closed.discard(edge)
    return closed - {-1}
