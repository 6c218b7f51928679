"""From log and inventory to outages, visits and KPIs, in plain numpy.

`tables` reads a log, `kpi` and `kpis` take figures from the tables, `split` divides them by party or county,
`select` says which sites a `where:` means. Instants: a row at the instant counts, an interval is [start,
end).
"""

from __future__ import annotations

from sim.metrics.bands import VehicleBand, all_vehicle_bands, vehicle_bands, vehicle_ratio
from sim.metrics.by import SPLITS, Split, kpis_by, split
from sim.metrics.catalogue import (
    WHY_UNDEFINED,
    defined,
    kpi,
    kpis,
    why_undefined,
)
from sim.metrics.duty import Band, Ratio
from sim.metrics.ground import Ground
from sim.metrics.outages import CAUSES
from sim.metrics.owed import Kept, kept
from sim.metrics.parts import ADDITIVE
from sim.metrics.preparation import Dispatch, dispatch
from sim.metrics.room_figures import ROOM_FIGURES, room_figures
from sim.metrics.tables import Frame, Tables, tables
from sim.metrics.visits import RESULTS
from sim.selection import select

__all__ = [
    "ADDITIVE",
    "CAUSES",
    "RESULTS",
    "ROOM_FIGURES",
    "SPLITS",
    "WHY_UNDEFINED",
    "Band",
    "Dispatch",
    "Frame",
    "Ground",
    "Kept",
    "Ratio",
    "Split",
    "Tables",
    "VehicleBand",
    "all_vehicle_bands",
    "defined",
    "dispatch",
    "kept",
    "kpi",
    "kpis",
    "kpis_by",
    "room_figures",
    "select",
    "split",
    "tables",
    "vehicle_bands",
    "vehicle_ratio",
    "why_undefined",
]
