"""A network with nothing in it, to be filled table by table."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

import numpy as np

from sim.topology.tables import TABLES, Topology

_DTYPES: Final = {"Texts": "U1", "Ints": "i8", "Floats": "f8", "Bools": "?"}


def empty(name: str, origin: str, **tables: Any) -> Topology:
    """A topology with the given tables; those left out have no rows. `digest` is left empty."""
    rows = {table: tables.get(table, no_rows(table)) for table in TABLES}
    return Topology(name=name, origin=origin, digest="", **rows)


def no_rows(table: str) -> Any:
    """A table (by its name in `TABLES`) without rows."""
    kinds = {column.name: str(column.type) for column in fields(TABLES[table])}
    return TABLES[table](**{name: np.zeros(0, dtype=_DTYPES[kind]) for name, kind in kinds.items()})
