"""The static table of everything a log row can name: sites, stations, places, feeders, roads, crews, machines.

In the hand it is a table for each sort of item, columns by name; on disk one wide table with the sort in `item`.
It is fixed before the clock starts, so that a log and an inventory together tell the whole run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import repeat
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[Any]
"""Text columns: of fixed width or of Python strings."""
Table = Mapping[str, NDArray[np.generic]]
"""Columns by name, all of one length; every table has `id` (text)."""

ITEMS: Final[dict[str, tuple[str, ...]]] = {
    "county": ("id", "name", "name_en", "lon", "lat", "population"),
    "township": ("id", "name", "name_en", "county", "lon", "lat", "population"),
    "site": (
        "id", "name", "county", "township", "lon", "lat", "site_class", "role", "key", "command", "urban",
        "feeder", "hub", "party", "stations", "users", "fixed_generator_kw", "cabinet", "weather_cell",
        "load_kw", "battery_ah", "battery_kwh_nominal", "road_node",
    ),
    "station": ("id", "site", "operator", "users", "radios_4g", "radios_5g", "radios_other"),
    "feeder": ("id", "county", "lon", "lat", "length_km"),
    "road_node": ("id", "lon", "lat"),
    "road_edge": ("id", "u", "v", "length_km", "road_class", "weather_cell"),
    "link": ("id", "a", "b", "link_kind", "ring", "length_km"),
    "depot": ("id", "name", "name_en", "county", "lon", "lat", "party"),
    "weather_cell": ("id", "lon", "lat"),
    "crew": ("id", "depot", "party", "people", "vehicle", "vehicle_kind", "skills", "ready_h"),
    "generator": ("id", "generator_kind", "depot", "party", "prime_kw", "tank_l", "fuel"),
    "loader": ("id", "depot", "party", "ready_h"),
    "row": (
        "id", "site", "name", "name_en", "lag_h", "setpoint_c", "warn_c", "major_c", "outside_c", "racks",
    ),
    "rack": ("id", "row"),
    "power_node": ("id", "node_kind", "site", "feeds", "rated_kw", "limit_kw", "rack"),
    "device": ("id", "rack", "device_kind", "load_kw", "supplies"),
    "cooler": ("id", "row", "capacity_kw", "fed_by"),
    "room_link": ("id", "a", "b", "length_km", "duct_km"),
    "service": ("id", "name", "name_en", "users"),
    "team": ("id", "name", "name_en", "party", "place", "people"),
    "person": ("id", "team", "party", "place", "skills"),
    "procedure_step": ("id", "procedure", "step", "name", "name_en", "who", "by_h", "order"),
    "wording": ("id", "name", "name_en"),
}  # fmt: skip
"""Columns of each sort of item. References (`county`, `site`, `feeder`, …) hold the other item's id as text."""


class Inventory(dict[str, dict[str, NDArray[np.generic]]]):
    """Item sort → columns. A sort with no items has empty columns, never a missing key."""

    def __missing__(self, item: str) -> dict[str, NDArray[np.generic]]:
        return {name: np.zeros(0) if name != "id" else np.zeros(0, dtype="U1") for name in ITEMS[item]}


def rows_of(ids: Texts, names: Iterable[str], count: int = -1) -> Ints:
    """The row of each name in a column of ids, -1 where it is none of them; shape (names,)."""
    rows = dict(zip(ids.tolist(), range(len(ids)), strict=True))
    return np.fromiter(map(rows.get, names, repeat(-1)), dtype=np.int64, count=count)


def text(table: Table, column: str) -> Texts:
    """A text column; empty texts where the table has no such column."""
    size = len(table["id"])
    if column not in table or len(table[column]) != size:
        return np.full(size, "", dtype="U1")
    return np.asarray(table[column])


def number(table: Table, column: str, missing: float = 0.0) -> Floats:
    """A column of numbers as floats; `missing` where the table has no such column."""
    size = len(table["id"])
    if column not in table or len(table[column]) != size:
        return np.full(size, missing)
    return np.asarray(table[column]).astype(np.float64)


def truth(table: Table, column: str) -> Bools:
    """A column of yes and no; no where the table has no such column."""
    size = len(table["id"])
    if column not in table or len(table[column]) != size:
        return np.zeros(size, dtype=np.bool_)
    return np.asarray(table[column]).astype(np.bool_)
