"""Roads under snow: depth by hour, ploughs, drifts, closures, and the speed that is left.

Speeds: Source: FHWA Road Weather (freeway and arterial losses); the table by depth is Assumed. A road's depth is
the open snow since it was last swept, and the drift that windy hours have built on it (`drifts`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.hazards.weather import Weather
from sim.models.drifts import Blown, Drifts, Sweep
from sim.settings import RoadSettings
from sim.streams import Streams, id_keys
from sim.topology.tables import ROAD_CLASSES, Topology

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = slice | NDArray[np.int64]

FREE_KMH: Final = np.array([100.0, 75.0, 50.0, 20.0])
DEPTH_BOUNDS_CM: Final = np.array([5.0, 10.0, 20.0, 30.0])
PASSABLE_CM: Final = float(DEPTH_BOUNDS_CM[-1])
"""Deeper snow stops wheels."""
DEPTH_FACTOR: Final = np.array(
    [
        [0.85, 0.65, 0.45, 0.25, 0.0],
        [0.85, 0.65, 0.45, 0.25, 0.0],
        [0.80, 0.55, 0.35, 0.12, 0.0],
        [0.70, 0.40, 0.20, 0.05, 0.0],
    ]
)
_TYRES: Final = {"summer": 0.6, "all_season": 0.8, "snow": 1.0, "chains": 1.0}
_CHAINS_KMH: Final = 40.0
_CHAINS_DEPTH_CM: Final = 45.0
"""Assumed: deeper snow stops chains too."""
_VIEW_BOUNDS_M: Final = np.array([50.0, 200.0, 1000.0])
_DEPTHS: Final = DEPTH_BOUNDS_CM.tolist()
_VIEWS: Final = _VIEW_BOUNDS_M.tolist()
_VIEW_FACTOR: Final = np.array([0.0, 0.4, 0.7, 1.0])
_ALL_TERRAIN_ROAD_KMH: Final = 50.0
"""Assumed: a tracked or all-terrain vehicle goes no faster than this on a clear road."""
VILLAGE: Final = ROAD_CLASSES.index("village")
EXPRESSWAY: Final = ROAD_CLASSES.index("expressway")
_SKIES_KEPT: Final = 8
_NEVER_SWEPT: Final = (0.0, 0.0, 0.0)
_ALL: Final = slice(None)


def wheel_kmh(road_class: NDArray[np.int64], depth_cm: Floats, visibility_m: Floats, tyres: str) -> Floats:
    """Speed of a wheeled vehicle, km/h, elementwise; 0 where nothing moves."""
    column = np.searchsorted(DEPTH_BOUNDS_CM, depth_cm, side="left")
    if tyres == "chains":
        column = np.where(depth_cm <= _CHAINS_DEPTH_CM, np.maximum(column - 1, 0), column)
    view = _VIEW_FACTOR[np.searchsorted(_VIEW_BOUNDS_M, visibility_m, side="right")]
    speed = FREE_KMH[road_class] * DEPTH_FACTOR[road_class, column] * view * _TYRES[tyres]
    return np.asarray(np.minimum(speed, _CHAINS_KMH if tyres == "chains" else np.inf), dtype=np.float64)


def foot_kmh(depth_cm: float) -> float:
    """Walking speed through snow, km/h. Assumed."""
    return 3.0 if depth_cm <= 10 else 1.5 if depth_cm <= 40 else 0.8


class SnowRoads:
    """State of every road edge and of every site's own track. `vehicle` is a tyre word or 'all_terrain'."""

    def __init__(
        self, topology: Topology, weather: Weather, spec: RoadSettings, plough_h: tuple[float, ...], streams: Streams
    ) -> None:
        roads, sites = topology.roads, topology.sites
        self._weather, self._spec = weather, spec
        self._skies: dict[float, tuple[Floats, Blown]] = {}
        self._drifts = Drifts(weather, spec.drift_gust_mps, spec.redrift_half_life_h)
        self.km, self.road_class = roads.edge_km, roads.edge_class
        self.cell = weather.cells.of(
            (roads.node_lon[roads.edge_u] + roads.node_lon[roads.edge_v]) / 2,
            (roads.node_lat[roads.edge_u] + roads.node_lat[roads.edge_v]) / 2,
        ) if len(roads.edge_id) else np.zeros(0, dtype=np.int64)  # fmt: skip
        self._factor = self._factors(streams, id_keys(roads.edge_id))
        self._plough_h = np.asarray(plough_h)[self.road_class] if len(self.km) else np.zeros(0)
        self._ploughed = self._plough_sweeps(plough_h)
        self._cleared_h = np.full(len(self.km), -inf)
        self._cleared = Sweep(*np.zeros((3, len(self.km))))
        self._blocked: Bools = np.zeros(len(self.km), dtype=np.bool_)
        self.expressways_shut = False
        """Closed to the public; who holds a permit passes."""
        self._sites, self._streams, self._site_keys = sites, streams, topology.site_keys
        self._village_plough_h = plough_h[VILLAGE]
        self._tracks_cleared: dict[int, tuple[float, tuple[float, float, float]]] = {}
        self._track_factors: dict[int, float] = {}
        self._track_speeds: dict[tuple[int, int, bool, str], float] = {}
        self.changes = 0
        """Counts what loaders, authorities and injects changed, on edges and on the sites' tracks."""
        self.edge_changes = 0
        """Counts what they changed on edges."""

    def _factors(self, streams: Streams, keys: NDArray[np.uint64]) -> Floats:
        low, high = self._spec.drift_factor
        drifting = streams.uniforms("drift", keys) < self._spec.drift_share
        return np.where(drifting, low + (high - low) * streams.uniforms("drift_factor", keys), 1.0)

    def _plough_sweeps(self, plough_h: tuple[float, ...]) -> Sweep:
        """The state in which the public ploughs sweep each edge."""
        swept = Sweep(*np.zeros((3, len(self.km))))
        for road_class, at_h in enumerate(plough_h):
            edges = np.flatnonzero(self.road_class == road_class)
            if at_h < inf and len(edges):
                for column, values in zip(swept, self._sweep(self.cell[edges], at_h), strict=True):
                    column[edges] = values
        return swept

    def _sweep(self, cells: NDArray[np.int64], at_h: float) -> Sweep:
        open_cm, blown = self._sky(at_h)
        return Sweep(open_cm[cells], blown.windy_h[cells], blown.blown_cm[cells])

    def _sky(self, now: float) -> tuple[Floats, Blown]:
        """Open snow and blown snow in all cells; the last few moments asked for are kept."""
        known = self._skies.get(now)
        if known is None:
            if len(self._skies) >= _SKIES_KEPT:
                del self._skies[next(iter(self._skies))]
            known = self._skies[now] = (self._weather.everywhere("depth_cm", now), self._drifts.everywhere(now))
        return known

    # what changes

    def clear(self, edge: int, now: float) -> None:
        """A loader has opened this edge."""
        self._cleared_h[edge] = now
        for column, value in zip(self._cleared, self._sky_over(int(self.cell[edge]), now), strict=True):
            column[edge] = value
        self._edge_changed()

    def clear_track(self, site: int, cell: int, now: float) -> None:
        """A loader has opened the track to a site."""
        self._tracks_cleared[site] = (now, self._sky_over(cell, now))
        self.changes += 1

    def block(self, edge: int, blocked: bool) -> None:
        """Closed by authority or accident, whatever the snow; or opened again."""
        self._blocked[edge] = blocked
        self._edge_changed()

    def shut_expressways(self, shut: bool) -> None:
        """Expressways are closed to the public, or open to it again."""
        self.expressways_shut = shut
        self._edge_changed()

    def _edge_changed(self) -> None:
        self.edge_changes += 1
        self.changes += 1

    # what is

    def depths_cm(self, now: float, edges: Rows = _ALL) -> Floats:
        """Snow on these edges, shape (edges,)."""
        cell, plough_h = self.cell[edges], self._plough_h[edges]
        open_cm, blown = self._sky(now)
        ploughed = (plough_h <= now) & (plough_h > self._cleared_h[edges])
        swept = Sweep(
            *(np.where(ploughed, p[edges], c[edges]) for p, c in zip(self._ploughed, self._cleared, strict=True))
        )
        here = Blown(blown.windy_h[cell], blown.blown_cm[cell])
        return self._drifts.lying_cm(open_cm[cell], self._factor[edges], here, swept)

    def depth_cm(self, edge: int, now: float) -> float:
        """Snow on one edge: `depths_cm` in plain numbers."""
        open_cm, windy_h, blown_cm = self._sky_over(int(self.cell[edge]), now)
        ploughed = self._cleared_h[edge] < self._plough_h[edge] <= now
        swept = self._ploughed if ploughed else self._cleared
        last = (float(swept.open_cm[edge]), float(swept.windy_h[edge]), float(swept.blown_cm[edge]))
        return self._drifts.lying_one_cm(open_cm, float(self._factor[edge]), windy_h, blown_cm, last)

    def kmhs(
        self,
        vehicle: str,
        now: float,
        *,
        permit: bool = False,
        edges: Rows = _ALL,
        depth_cm: Floats | None = None,
    ) -> Floats:
        """Speed on these edges now, km/h, shape (edges,); 0 where it cannot be passed (without a permit).

        `depth_cm` is what `depths_cm` says, if that is known already.
        """
        depth = self.depths_cm(now, edges) if depth_cm is None else depth_cm
        view_m = self._weather.everywhere("visibility_m", now)[self.cell[edges]]
        speed = self._speed(self.road_class[edges], depth, view_m, vehicle)
        return np.where(self.blocked(permit, edges), 0.0, speed)

    def _speed(self, road_class: NDArray[np.int64], depth: Floats, view_m: Floats, vehicle: str) -> Floats:
        if vehicle != "all_terrain":
            return wheel_kmh(road_class, depth, view_m, vehicle)
        view = _VIEW_FACTOR[np.searchsorted(_VIEW_BOUNDS_M, view_m, side="right")]
        tracks = np.where(depth <= self._spec.all_terrain_depth_cm, self._spec.all_terrain_kmh * view, 0.0)
        wheels = np.minimum(wheel_kmh(road_class, depth, view_m, "snow"), _ALL_TERRAIN_ROAD_KMH)
        return np.asarray(np.maximum(tracks, wheels), dtype=np.float64)

    def passable(self, now: float, edges: Rows = _ALL) -> Bools:
        """Edges a loader need not open: not deeper than wheels can pass, shape (edges,)."""
        return np.asarray(self.depths_cm(now, edges) <= PASSABLE_CM, dtype=np.bool_)

    def blocked(self, permit: bool, edges: Rows = _ALL) -> Bools:
        """Edges shut by authority or accident, to those with a permit or without, shape (edges,)."""
        if permit or not self.expressways_shut:
            return self._blocked[edges]
        return np.asarray(self._blocked[edges] | (self.road_class[edges] == EXPRESSWAY), dtype=np.bool_)

    def stuck_chance(self, km: float, depth_cm: float) -> float:
        """Chance to get stuck on so many kilometres of that depth."""
        if depth_cm <= DEPTH_BOUNDS_CM[1] or depth_cm > DEPTH_BOUNDS_CM[-1]:
            return 0.0
        per_10km = self._spec.stuck_per_10km[0 if depth_cm <= DEPTH_BOUNDS_CM[2] else 1]
        return float(round(1 - (1 - per_10km) ** (km / 10), 9))

    def track(self, site: int, cell: int, vehicle: str, now: float) -> tuple[float, float]:
        """Depth (cm) and speed (km/h) on the village track to a site."""
        open_cm, blown = self._sky(now)
        bare = float(open_cm[cell])
        depth = 0.0
        if bare > 0:
            windy_h, blown_cm = float(blown.windy_h[cell]), float(blown.blown_cm[cell])
            swept = self._track_sweep(site, cell, now)
            depth = self._drifts.lying_one_cm(bare, self._track_factor(site), windy_h, blown_cm, swept)
        return depth, self._track_kmh(depth, self._weather.at("visibility_m", cell, now), vehicle)

    def _track_sweep(self, site: int, cell: int, now: float) -> tuple[float, float, float]:
        """The state in which a track was last swept, by a loader or the plough of the villages."""
        swept_h, swept = self._tracks_cleared.get(site, (-inf, _NEVER_SWEPT))
        if swept_h < self._village_plough_h <= now:
            return self._sky_over(cell, self._village_plough_h)
        return swept

    def _sky_over(self, cell: int, now: float) -> tuple[float, float, float]:
        """Open snow, windy hours and blown snow in one cell."""
        known = self._skies.get(now)
        if known is not None:
            return float(known[0][cell]), float(known[1].windy_h[cell]), float(known[1].blown_cm[cell])
        blown = self._drifts.at(slice(cell, cell + 1), now)
        return self._weather.at("depth_cm", cell, now), float(blown.windy_h[0]), float(blown.blown_cm[0])

    def _track_factor(self, site: int) -> float:
        factor = self._track_factors.get(site)
        if factor is None:
            key = int(self._site_keys[site])
            low, high = self._spec.drift_factor
            drifting = self._streams.uniform_of("track_drift", key) < self._spec.drift_share
            factor = low + (high - low) * self._streams.uniform_of("track_drift_factor", key) if drifting else 1.0
            self._track_factors[site] = factor
        return factor

    def _track_kmh(self, depth: float, view_m: float, vehicle: str) -> float:
        """Speed on a village track, from a table of the speeds by band of depth and of visibility."""
        bands = (
            bisect_left(_DEPTHS, depth),
            bisect_right(_VIEWS, view_m),
            depth <= self._spec.all_terrain_depth_cm,
            vehicle,
        )
        known = self._track_speeds.get(bands)
        if known is None:
            speeds = self._speed(np.array([VILLAGE]), np.array([depth]), np.array([view_m]), vehicle)
            known = self._track_speeds[bands] = float(speeds[0])
        return known
