"""Ten-kilovolt feeders (10 kV 线路) of a generated prefecture: groups of near sites."""

from __future__ import annotations

import numpy as np

from sim.streams import Streams
from sim.topology.luck import Luck, apportion
from sim.topology.nets import groups, middles
from sim.topology.places import Places
from sim.topology.sites import CITY, Draft
from sim.topology.spec import Generated
from sim.topology.tables import Bools, Feeders, Ints


def make_feeders(spec: Generated, places: Places, draft: Draft, streams: Streams) -> tuple[Feeders, Ints]:
    """Feeders, and the feeder of each site.

    A feeder is as long as the way to all its sites from its middle, at least 1 km; a real one has branches
    without a site too, so this is a lower bound.
    """
    parts = [
        (county, city, np.flatnonzero((draft.county == county) & ((draft.zone == CITY) == city)))
        for county in range(len(places.counties.id))
        for city in (True, False)
    ]
    parts = [part for part in parts if len(part[2])]
    sizes = np.array([len(rows) for _, _, rows in parts])
    counts = np.minimum(apportion(max(spec.grid.feeders, len(parts)), sizes, 1), sizes)
    shakes = Luck(streams, [f"feeder/{n}" for n in range(int(counts.sum()))]).uniform("feeder_size")
    feeder = np.empty(len(draft.key), dtype=np.int64)
    county_of: list[int] = []
    in_city: list[bool] = []
    for (county, city, rows), count in zip(parts, counts.tolist(), strict=True):
        group = groups(draft.xy[rows], np.ones(len(rows)), shakes[len(county_of) :], count)
        feeder[rows] = len(county_of) + group
        county_of += [county] * count
        in_city += [city] * count
    return _table(spec, places, draft, feeder, (np.array(county_of), np.array(in_city)), streams), feeder


def _table(
    spec: Generated, places: Places, draft: Draft, feeder: Ints, kept: tuple[Ints, Bools], streams: Streams
) -> Feeders:
    county, city = kept
    count = len(county)
    number = np.arange(count) - np.searchsorted(county, county)
    ids = [f"{places.counties.id[row]}_f{n + 1:03d}" for row, n in zip(county, number, strict=True)]
    middle = middles(draft.xy, np.ones(len(feeder)), feeder, count)
    reach = draft.xy - middle[feeder]
    far = np.sqrt(reach[:, 0] ** 2 + reach[:, 1] ** 2)
    length = 1.0 + spec.grid.winding * np.bincount(feeder, weights=far, minlength=count)
    lon, lat = places.plane.degrees(middle)
    share = np.where(city, spec.grid.underground_city, spec.grid.underground_rural)
    return Feeders(
        id=np.array(ids),
        county=county.astype(np.int64),
        lon=lon,
        lat=lat,
        length_km=np.round(length, 3),
        underground=Luck(streams, ids).below("underground", share),
    )
