"""The log and the inventory as columns: everything the page can name."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.inventory import ITEMS, rows_of
from sim.replay.columns import Columns, ms_of
from sim.report.series import Story

_NONE: Final = 255
_FIRST: Final = (
    "site", "feeder", "link", "crew", "generator", "loader", "depot", "road_edge", "service", "device", "power_node",
    "cooler", "row", "rack", "room_link", "team", "person",
)  # fmt: skip
SORTS: Final = (*_FIRST, *(item for item in ITEMS if item not in (*_FIRST, "wording")))
"""Sorts of items; a name that two tables have is the thing of the earlier one."""
_FEW: Final = 0.5
"""Texts with fewer different values than this share of the rows are coded."""


def items(story: Story, columns: Columns) -> dict[str, Any]:
    """Every table of the inventory that holds something."""
    return {sort: _table(story, sort, columns) for sort in SORTS if story.count(sort)}


def _table(story: Story, sort: str, columns: Columns) -> dict[str, Any]:
    table = story.inventory[sort]
    count = story.count(sort)
    found = {
        name: _column(name, table[name], columns)
        for name in ("id", *(name for name in ITEMS[sort] if name != "id"))
        if name in table and len(table[name]) == count
    }
    return {"n": count, "columns": found}


def _column(name: str, values: NDArray[np.generic], columns: Columns) -> Any:
    if values.dtype.kind in "iub":
        return columns.whole(values)
    if values.dtype.kind == "f":
        return columns.near(values) if name in ("lon", "lat") else columns.exact(values)
    texts = [str(text) for text in values.tolist()]
    codes = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    if name == "id" or len(codes) > _FEW * len(texts):
        return texts
    return {"names": list(codes), "code": columns.whole(np.array([codes[text] for text in texts]))}


def _quiet(story: Story) -> list[str]:
    """Ids of things that no row names, so that they can be looked at too."""
    known = dict.fromkeys(story.columns.names)
    ids = (name for sort in _FIRST if sort != "road_edge" for name in story.texts(sort, "id").tolist())
    return [name for name in dict.fromkeys(ids) if name not in known]


def log(story: Story, columns: Columns) -> dict[str, Any]:
    """The log, and what its names are: first those of its rows, then those of things that no row names."""
    told, names = story.columns, [*story.columns.names, *_quiet(story)]
    sort_of, row_of = np.full(len(names), _NONE), np.zeros(len(names), dtype=np.int64)
    for code, sort in reversed([*enumerate(SORTS)]):
        rows = rows_of(story.texts(sort, "id"), names) if story.count(sort) else np.full(len(names), -1)
        sort_of[rows >= 0], row_of[rows >= 0] = code, rows[rows >= 0]
    site_of = np.zeros(len(names), dtype=np.int64)
    opened = story.rows("job.opened")
    site_of[told.subject[opened]] = told.object[opened]
    return {
        "names": names,
        "t_ms": columns.rising(ms_of(told.t_h)),
        "kind": columns.whole(told.kind),
        "subject": columns.whole(told.subject),
        "object": columns.whole(told.object),
        "value": columns.exact(told.value),
        "cause": columns.whole(told.cause_row),
        "sort_of": columns.whole(sort_of),
        "row_of": columns.whole(row_of),
        "site_of": columns.whole(site_of),
    }
