"""Sites without mains per vehicle on duty, in the plan's bands, for the whole and for each county."""

from __future__ import annotations

from typing import NamedTuple

from sim.metrics.by import ratio_of
from sim.metrics.duty import Band, Ratio, bands
from sim.metrics.tables import Tables


class VehicleBand(NamedTuple):
    """The bands of a county; of the whole where `county` is empty."""

    county: str
    bands: list[Band]


def vehicle_ratio(data: Tables, county: str | None = None) -> Ratio:
    """Sites without mains per vehicle on duty; of one county, its sites and the vehicles of its depots."""
    return ratio_of(data) if county is None else ratio_of(data, "county", county)


def vehicle_bands(data: Tables, county: str | None = None) -> list[Band]:
    """Hours by band of sites without mains per vehicle on duty, by the plan's bands."""
    return bands(vehicle_ratio(data, county), data.plan.vehicle_bands, data.horizon_h)


def all_vehicle_bands(data: Tables) -> list[VehicleBand]:
    """The whole, then each county in which a site lost its mains."""
    ground = data.ground
    hit = set(ground.site_county[data.mains_spells.who].tolist())
    counties = [name for code, name in enumerate(ground.counties) if name and code in hit]
    return [VehicleBand("", vehicle_bands(data)), *(VehicleBand(name, vehicle_bands(data, name)) for name in counties)]
