"""Bare sites for queueing studies: a million of them load in seconds and share what is the same."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.streams import Streams, id_keys
from sim.topology.empty import empty
from sim.topology.spec import Plain
from sim.topology.tables import (
    Bools,
    Counties,
    Depots,
    Feeders,
    Floats,
    Ints,
    Sites,
    Stations,
    Texts,
    Topology,
)

_LON: Final = 122.0
_LAT: Final = 43.6
_RECTIFIER_KW: Final = 9.0


def plain(spec: Plain) -> Topology:
    """The sites of a spec, all at one point; `digest` is left empty."""
    count, feeders = spec.sites, max(1, spec.sites // spec.sites_per_feeder)
    ids, last = numbered("s", count), feeders - 1
    site_class = _classes(spec, ids)
    none, first, zero, unknown = _whole(-1, count), _whole(0, count), _real(0.0, count), _real(np.nan, count)
    sites = Sites(
        id=ids, name=ids, county=first, township=none, lon=_real(_LON, count), lat=_real(_LAT, count),
        urban=_flag(False, count), site_class=site_class, role=first, key=site_class == 0,
        command=_flag(False, count), feeder=np.minimum(np.arange(count) // spec.sites_per_feeder, last),
        hub=none, road_node=none, spur_km=zero, walk_km=zero, cabinet=first,
        load_4g_w=_real(spec.load_4g_w, count), load_5g_w=zero,
        load_transmission_w=_real(spec.load_transmission_w, count), battery_ah=_real(spec.battery_ah, count),
        chemistry=first, soh=unknown, autonomy_h=unknown, two_stage=_flag(True, count),
        rectifier_kw=_real(_RECTIFIER_KW, count), fixed_generator_kw=zero, monitor=first,
    )  # fmt: skip
    one = _whole(1, count)
    stations = Stations(
        id=numbered("t", count), site=np.arange(count), operator=first,
        users=_real(spec.users_per_station, count), radios_4g=one, radios_5g=first, radios_other=first,
    )  # fmt: skip
    people = np.array([round(count * spec.users_per_station)])
    lon, lat = np.array([_LON]), np.array([_LAT])
    return empty(
        name=spec.name,
        origin=" ".join(spec.origin.split()) or f"{count} bare sites on {feeders} feeders.",
        counties=Counties(np.array(["plain"]), np.array(["平地"]), np.array(["Plain"]), lon, lat, people),
        feeders=Feeders(
            id=numbered("f", feeders), county=_whole(0, feeders), lon=_real(_LON, feeders),
            lat=_real(_LAT, feeders), length_km=_real(10.0, feeders), underground=_flag(False, feeders),
        ),
        sites=sites,
        stations=stations,
        depots=Depots(
            np.array(["plain"]), np.array(["基地"]), np.array(["Depot"]), np.array([0]), lon, lat,
            np.array([-1]),
        ),
    )  # fmt: skip


def numbered(letter: str, count: int) -> Texts:
    """Ids of one width such as `s0001`, `s0002`, …, with at least 4 digits, shape (count,)."""
    digits = max(4, len(str(count)))
    codes = np.empty((count, digits + 1), dtype=np.uint32)
    codes[:, 0] = ord(letter)
    number = np.arange(1, count + 1, dtype=np.uint32)
    for place in range(digits, 0, -1):
        codes[:, place] = number % 10 + ord("0")
        number //= 10
    return codes.view(f"U{digits + 1}")[:, 0]


def _classes(spec: Plain, ids: Texts) -> Ints:
    shares = spec.class_shares
    limits = np.cumsum([shares.A, shares.B, shares.C])
    drawn = Streams(spec.seed).uniforms("site_class", id_keys(ids))
    return np.searchsorted(limits, drawn, side="right").astype(np.int64)


# Columns of one value share it: they take no room and cannot be written to.


def _real(value: float, count: int) -> Floats:
    return np.broadcast_to(np.float64(value), count)


def _whole(value: int, count: int) -> Ints:
    return np.broadcast_to(np.int64(value), count)


def _flag(value: bool, count: int) -> Bools:  # noqa: FBT001
    return np.broadcast_to(np.bool_(value), count)
