"""The snowstorm: from its spec to weather fields, feeder failures and broken aerial fibre.

Assumed: an ellipse of Gaussian weight that moves along its long axis; a smooth rise and fall of intensity;
a feeder's strength is lognormal in wet-snow water times the square root of gust (parameters of the field, §4).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.exact import normal_quantiles
from sim.hazards.specs import EARTH_KM_PER_DEG, Snowstorm
from sim.hazards.weather import CLEAR_VIEW_M, KNOT_H, Cells, Floats, Weather
from sim.streams import Streams, id_keys
from sim.topology.tables import Topology
from sim.units import quantise_array_h
from sim.vocabulary import Inject

_CALM_GUST_MPS: Final = 5.0
"""Assumed: gusts of force 3, before and after the storm."""
_GUST_TAIL_H: Final = 14.0
"""Assumed: the wind dies down over this time after the snow."""
_LAPSE_C_PER_DEG: Final = 0.7
"""Assumed: colder by this much a degree of latitude northward."""


def snow_weather(
    storm: Snowstorm, onset_h: float, topology: Topology, cells: Cells, horizon_h: float, clock_h: float
) -> Weather:
    """The storm's fields over cells × hourly knots. `clock_h`: local hour of day at the start."""
    t: Floats = np.arange(int(np.ceil(horizon_h / KNOT_H)) + 2, dtype=np.float64) * KNOT_H
    weight, delay_h = _footprint(storm, topology, cells)
    begins = onset_h + delay_h[:, None]
    x = np.clip((t[None, :] - begins) / storm.duration_h, 0.0, 1.0)
    fallen = weight[:, None] * x * x * (3 - 2 * x)
    intensity = weight[:, None] * 4 * x * (1 - x)
    rain_x = np.clip(storm.freezing_rain_first_h / storm.duration_h, 0.0, 1.0)
    rain = np.minimum(fallen, weight[:, None] * rain_x * rain_x * (3 - 2 * rain_x))
    blow = np.clip(1 - (t[None, :] - begins - storm.duration_h) / _GUST_TAIL_H, 0.0, 1.0) * np.clip(
        (t[None, :] - begins) / 3 + 0.5, 0.0, 1.0
    )
    fields = {
        "water_mm": storm.water_mm * fallen,
        "icing_mm": storm.water_mm * rain,
        "depth_cm": _depth_cm(storm, fallen - rain, float((fallen - rain).max(initial=0.0))),
        "gust_mps": _CALM_GUST_MPS + (storm.gust_mps - _CALM_GUST_MPS) * np.sqrt(weight)[:, None] * blow,
        "visibility_m": np.clip(storm.visibility_m / np.maximum(intensity, 1e-6), storm.visibility_m, CLEAR_VIEW_M),
        "temperature_c": _temperature_c(storm, onset_h, t, clock_h)[None, :]
        - _LAPSE_C_PER_DEG * (cells.lat - _centre(storm, topology)[1])[:, None],
        "snowing": intensity,
    }
    return Weather(cells, {name: np.round(field, 6) for name, field in fields.items()})


def _centre(storm: Snowstorm, topology: Topology) -> tuple[float, float]:
    row = topology.counties.id.tolist().index(storm.centre)
    return float(topology.counties.lon[row]), float(topology.counties.lat[row])


def _footprint(storm: Snowstorm, topology: Topology, cells: Cells) -> tuple[Floats, Floats]:
    """Share of the storm's water and delay of its arrival (h), for each cell."""
    lon0, lat0 = _centre(storm, topology)
    east = (cells.lon - lon0) * EARTH_KM_PER_DEG * np.cos(np.radians(lat0))
    north = (cells.lat - lat0) * EARTH_KM_PER_DEG
    bearing = np.radians(storm.bearing_deg)
    along = east * np.sin(bearing) + north * np.cos(bearing)
    across = east * np.cos(bearing) - north * np.sin(bearing)
    long_km, short_km = storm.extent_km
    weight = np.exp(-0.5 * ((along / long_km) ** 2 + (across / short_km) ** 2))
    weight = weight / weight.max()
    delay_h = (along - along.min()) / storm.travel_kmh
    return np.round(weight, 6), np.round(delay_h, 4)


def falls_h(storm: Snowstorm, onset_h: float, topology: Topology, cells: Cells) -> tuple[float, float]:
    """When snow begins at the first cell and when it ends at the last, hours since the start."""
    _weight, delay_h = _footprint(storm, topology, cells)
    return onset_h, onset_h + float(delay_h.max(initial=0.0)) + storm.duration_h


def _depth_cm(storm: Snowstorm, snow: Floats, most: float) -> Floats:
    """Depth with settling, scaled so that the deepest is `depth_cm`; none of a storm that falls before or after."""
    if most <= 0 or not (np.diff(snow, axis=1) > 0).any():
        return np.zeros_like(snow)
    keep = round((1 - storm.shrink) ** (KNOT_H / 24), 12)
    depth = np.zeros_like(snow)
    for k in range(1, snow.shape[1]):
        depth[:, k] = depth[:, k - 1] * keep + snow[:, k] - snow[:, k - 1]
    return np.asarray(depth * (storm.depth_cm / depth.max()), dtype=np.float64)


def _temperature_c(storm: Snowstorm, onset_h: float, t: Floats, clock_h: float) -> Floats:
    """Air temperature at the centre at each knot, shape (knots,)."""
    levels = storm.temperature_c
    hour = (clock_h + t) % 24
    night = 0.5 * (1 + np.cos((hour - 5) / 24 * 2 * np.pi))
    after = levels.day_after + (levels.night_after - levels.day_after) * night
    ends = onset_h + storm.duration_h
    falling = np.interp(t, [onset_h - 6, onset_h + 2, ends], [levels.before, levels.during, levels.during])
    return np.where(
        t < ends,
        falling,
        np.where(t < ends + 3, levels.during + (after - levels.during) * (t - ends) / 3, after),
    )


def stress_mm(storm: Snowstorm, weather: Weather) -> Floats:
    """What a feeder must bear, x = water·√(gust/10), never falling; shape (cells, knots)."""
    water = weather.fields["water_mm"] + (storm.fragility.icing_factor - 1) * weather.fields["icing_mm"]
    gust = np.maximum.accumulate(weather.fields["gust_mps"], axis=1)
    return np.maximum.accumulate(np.round(water * np.sqrt(gust / 10), 6), axis=1)


def feeder_failures(storm: Snowstorm, weather: Weather, topology: Topology, streams: Streams) -> list[Inject]:
    """Which feeders the storm brings down, and when."""
    feeders = topology.feeders
    if not len(feeders.id):
        return []
    x = stress_mm(storm, weather)[weather.cells.of(feeders.lon, feeders.lat)]
    u = streams.uniforms("feeder_strength", topology.feeder_keys)
    u = np.where(feeders.underground, u / max(storm.fragility.underground, 1e-9), u)
    weak = np.flatnonzero(u < 1)
    strength = np.full(len(u), np.inf)
    z = normal_quantiles(np.clip(u[weak], 1e-12, 1 - 1e-12))
    strength[weak] = np.round(storm.fragility.theta_mm * np.exp(storm.fragility.beta * z), 6)
    return [
        Inject(_crossing_h(x[row], strength[row]), "fail", f"feeder:{feeders.id[row]}", source=storm.kind)
        for row in np.flatnonzero(x[:, -1] >= strength).tolist()
    ]


def _crossing_h(series: Floats, level: float) -> float:
    """First time a series of hourly knots reaches a level."""
    k = int(np.searchsorted(series, level))
    if k == 0:
        return 0.0
    low, high = float(series[k - 1]), float(series[k])
    return round((k - 1 + (level - low) / (high - low)) * KNOT_H * 3_600_000) / 3_600_000


def fibre_breaks(storm: Snowstorm, weather: Weather, topology: Topology, streams: Streams) -> list[Inject]:
    """Breaks of aerial fibre: a Poisson process on length and snow, the first break of each link."""
    links = topology.links
    aerial = np.flatnonzero(links.aerial & (links.length_km > 0))
    if not len(aerial) or not storm.aerial_breaks_per_100km_day:
        return []
    sites = topology.sites
    lon = (sites.lon[links.a[aerial]] + sites.lon[links.b[aerial]]) / 2
    lat = (sites.lat[links.a[aerial]] + sites.lat[links.b[aerial]]) / 2
    cell = weather.cells.of(lon, lat)
    snowing = weather.fields["snowing"] > 0
    weight = weather.fields["water_mm"][cell, -1] / max(storm.water_mm, 1e-9)
    per_h = storm.aerial_breaks_per_100km_day / 24 * links.length_km[aerial] / 100 * weight
    u = streams.uniforms("aerial_fibre", id_keys(links.id[aerial]))
    needed_h = -np.log1p(-u) / np.maximum(per_h, 1e-15)
    begins_h = np.argmax(snowing, axis=1)[cell] * KNOT_H
    lasts_h = snowing.sum(axis=1)[cell] * KNOT_H
    times_h = quantise_array_h(begins_h + needed_h)
    broken = np.flatnonzero(needed_h < lasts_h)
    return [
        Inject(float(times_h[i]), "fail", f"link:{links.id[aerial[i]]}", source=storm.kind) for i in broken.tolist()
    ]
