"""Places on the globe: distances, a plane to think in, and the shift between WGS-84 and GCJ-02.

Whatever decides or is stored is rounded first (plane coordinates to 1e-6 km, degrees to 5 decimals, lengths
to 1 m), because sines and cosines differ between processors in their last bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.topology.tables import Floats

KM_PER_DEGREE: Final = 111.19508
"""Length of a degree of latitude on the sphere of mean radius. Source: IUGG, R1 = 6371.0088 km."""

_RADIUS_KM: Final = 6371.0088


def great_circle_km(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Great-circle distances (haversine), km to 1 m; an ellipsoid would differ by up to 0.5 %."""
    a, b = np.radians(lat_a), np.radians(lat_b)
    half = np.sin((b - a) / 2) ** 2
    half = half + np.cos(a) * np.cos(b) * np.sin(np.radians(np.asarray(lon_b) - lon_a) / 2) ** 2
    return np.round(np.asarray(2 * _RADIUS_KM * np.arcsin(np.sqrt(half))), 3)


@dataclass(frozen=True)
class Plane:
    """Sinusoidal projection about a centre: areas are true, distances within about 3 % over a prefecture."""

    lon: float
    lat: float

    def xy(self, lon: Floats, lat: Floats) -> Floats:
        """Kilometres east and north of the centre, shape (n, 2)."""
        east = (np.asarray(lon) - self.lon) * np.cos(np.radians(lat)) * KM_PER_DEGREE
        north = (np.asarray(lat) - self.lat) * KM_PER_DEGREE
        return np.column_stack([east, north]).round(6)

    def degrees(self, xy: Floats) -> tuple[Floats, Floats]:
        """Longitude and latitude to 5 decimals (about 1 m), shape (n,) each."""
        lat = xy[:, 1] / KM_PER_DEGREE + self.lat
        lon = xy[:, 0] / (KM_PER_DEGREE * np.cos(np.radians(lat))) + self.lon
        return np.round(lon, 5), np.round(lat, 5)


@dataclass(frozen=True)
class Ellipse:
    """The rough extent of a county: no outline, only where it lies, how large and how long it is."""

    x_km: float
    y_km: float
    area_km2: float
    elongation: float
    bearing_deg: float

    def points(self, u: Floats, v: Floats) -> Floats:
        """Points of the ellipse from draws u, v in (0, 1), evenly over its area, shape (n, 2) km."""
        long_km, short_km = self._axes()
        radius, angle = np.sqrt(u), 2 * math.pi * v
        along, across = long_km * radius * np.cos(angle), short_km * radius * np.sin(angle)
        sine, cosine = self._turn()
        east = self.x_km + along * sine + across * cosine
        north = self.y_km + along * cosine - across * sine
        return np.column_stack([east, north]).round(6)

    def depth(self, xy: Floats) -> Floats:
        """0 at the centre, 1 on the edge, more outside; shape (n,)."""
        long_km, short_km = self._axes()
        sine, cosine = self._turn()
        east, north = xy[:, 0] - self.x_km, xy[:, 1] - self.y_km
        along, across = east * sine + north * cosine, east * cosine - north * sine
        depth: Floats = np.sqrt((along / long_km) ** 2 + (across / short_km) ** 2).round(6)
        return depth

    def _axes(self) -> tuple[float, float]:
        long_km = math.sqrt(self.area_km2 * self.elongation / math.pi)
        return long_km, long_km / self.elongation

    def _turn(self) -> tuple[float, float]:
        return math.sin(math.radians(self.bearing_deg)), math.cos(math.radians(self.bearing_deg))


def wgs84_from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS-84 degrees of GCJ-02 degrees, shape (n,) each, to 5 decimals.

    GCJ-02 has no published inverse; three fixed-point steps on the forward formula known from public
    reverse engineering leave an error below 1 m against that formula. The formula itself is not official:
    expect a few metres against surveyed points. Outside the rough box of China nothing is shifted.
    """
    true_lon, true_lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    for _ in range(3):
        shifted_lon, shifted_lat = gcj02_from_wgs84(true_lon, true_lat)
        true_lon, true_lat = true_lon + (lon - shifted_lon), true_lat + (lat - shifted_lat)
    return np.round(true_lon, 5), np.round(true_lat, 5)


def gcj02_from_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """GCJ-02 degrees of WGS-84 degrees (unofficial forward formula, offsets of 100-700 m)."""
    x, y = np.asarray(lon) - 105.0, np.asarray(lat) - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north = north + (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    north = north + (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east = east + (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    east = east + (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    # Krasovsky 1940 ellipsoid: semi-major axis in metres and squared eccentricity
    axis_m, eccentricity2 = 6378245.0, 0.00669342162296594323
    magic = 1.0 - eccentricity2 * np.sin(np.radians(lat)) ** 2
    metres_north = axis_m * (1.0 - eccentricity2) / (magic * np.sqrt(magic))
    metres_east = axis_m / np.sqrt(magic) * np.cos(np.radians(lat))
    inside = (np.asarray(lon) > 72.004) & (np.asarray(lon) < 137.8347)
    inside = inside & (np.asarray(lat) > 0.8293) & (np.asarray(lat) < 55.8271)
    return (
        lon + np.where(inside, np.degrees(east / metres_east), 0.0),
        lat + np.where(inside, np.degrees(north / metres_north), 0.0),
    )
