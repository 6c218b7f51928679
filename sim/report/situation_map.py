"""The prefecture at its worst hour: roads by snow, sites by what carries them, crews where they are."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.inventory import Inventory, number
from sim.language import _
from sim.report import clock, map_key, map_names, map_water, movements, positions, series, style, weather
from sim.report.map_key import DEPTH_LOOK, ROAD_WIDTH, SITE_LOOK
from sim.report.map_names import Plane
from sim.report.movements import DRIVE, STUCK, WAIT, WORK
from sim.report.series import SOURCES, Floats, Ints, Story

_LONG_SIDE_IN: Final = 9.4
_MARGIN_IN, _HEAD_IN = 0.2, 0.95
MAINS, BATTERY, GENERATOR, FIRST_CAUSE = 0, 1, 2, 3


def missing(inventory: Inventory) -> str:
    """Why there is no map; empty where there is one."""
    lon, lat = (number(inventory["site"], name, np.nan) for name in ("lon", "lat"))
    placed = np.isfinite(lon) & np.isfinite(lat)
    if not placed.any():
        return "no site has a position"
    if placed.sum() > 1 and np.ptp(lon[placed]) < 1e-6 and np.ptp(lat[placed]) < 1e-6:
        return "all sites have the same position"
    return ""


def site_states(story: Story, t_h: float) -> Ints:
    """What carries each site at a moment: mains, battery, generator, or FIRST_CAUSE + cause of its outage."""
    sites = story.count("site")
    source = story.sources.at(t_h, sites, SOURCES.index("mains"))
    state = np.full(sites, MAINS)
    state[source == SOURCES.index("battery")] = BATTERY
    state[source == SOURCES.index("generator")] = GENERATOR
    cause = story.outages.at(t_h, sites)
    return np.where(cause >= 0, FIRST_CAUSE + cause, state)


def draw(story: Story) -> Figure:
    """The picture; `missing` must be empty."""
    t_h = series.worst_h(story)
    plane, box = _frame(story)
    wide, tall = box[1] - box[0], box[3] - box[2]
    per_km = _LONG_SIDE_IN / max(wide, tall)
    width_in, height_in = wide * per_km, max(tall * per_km, 6.6)
    full = (width_in + map_key.WIDTH_IN + 3 * _MARGIN_IN, height_in + _HEAD_IN + _MARGIN_IN)
    figure = style.new_figure(*full)
    axes = figure.add_axes(
        (_MARGIN_IN / full[0], _MARGIN_IN / full[1], width_in / full[0], height_in / full[1]),
        facecolor="#fbfbf9",
    )
    middle, half = (box[2] + box[3]) / 2, height_in / per_km / 2
    axes.set(xlim=box[:2], ylim=(middle - half, middle + half), xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, color=style.GRID)
    water = map_water.contours(axes, story, plane, t_h)
    roads = _roads(axes, story, plane, t_h)
    state = site_states(story, t_h)
    crowd = _sites(axes, story, plane, state)
    crews, away = _crews(axes, story, plane, t_h)
    crowd = np.concatenate([crowd, away])
    written = map_water.label(axes, water, crowd, map_names.places(story, plane))
    map_names.draw_names(axes, story, plane, (crowd, written), crews.home)
    key = map_key.Key(figure, (width_in + 2 * _MARGIN_IN, _MARGIN_IN, map_key.WIDTH_IN, height_in))
    key.sites(story, state)
    key.crews(crews)
    key.roads(roads, snowed=water is not None)
    key.curve(story, t_h)
    key.scale(per_km)
    _title(figure, story, t_h, state)
    return figure


def _frame(story: Story) -> tuple[Plane, tuple[float, float, float, float]]:
    """Projection and the box of everything drawn, km, with a margin."""
    parts = [(story.floats(i, "lon"), story.floats(i, "lat")) for i in ("site", "road_node", "depot")]
    lon, lat = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    known = np.isfinite(lon) & np.isfinite(lat)
    plane = Plane(float((lon[known].min() + lon[known].max()) / 2), float((lat[known].min() + lat[known].max()) / 2))
    x, y = plane.xy(lon[known], lat[known])
    margin = max(0.035 * max(float(np.ptp(x)), float(np.ptp(y))), 0.5)
    half = max(float(np.abs(x).max()) + margin, (float(np.abs(y).max()) + margin) * 0.6)
    return plane, (-half, half, float(y.min()) - margin, float(y.max()) + margin)


def _roads(axes: Axes, story: Story, plane: Plane, t_h: float) -> set[str]:
    """Road edges by depth and class; returns what the key must explain."""
    node = {name: row for row, name in enumerate(story.texts("road_node", "id").tolist())}
    u = np.array([node.get(n, -1) for n in story.texts("road_edge", "u").tolist()], dtype=np.int64)
    v = np.array([node.get(n, -1) for n in story.texts("road_edge", "v").tolist()], dtype=np.int64)
    if not len(u):
        return set()
    x, y = plane.xy(story.floats("road_node", "lon"), story.floats("road_node", "lat"))
    segments = np.stack([np.column_stack([x[u], y[u]]), np.column_stack([x[v], y[v]])], axis=1)
    depth_cm = weather.road_depth_cm(story, t_h)
    shade = map_key.depth_class(depth_cm)
    kind = story.texts("road_edge", "road_class")
    shown = set[str](np.unique(kind).tolist())
    for name, width in reversed(ROAD_WIDTH.items()):
        for level, (_depth, colour, _words) in enumerate(DEPTH_LOOK):
            chosen = (kind == name) & (shade == level)
            axes.add_collection(
                LineCollection(
                    segments[chosen].tolist(),
                    colors=colour,
                    linewidths=width,
                    capstyle="round",
                    zorder=2 + width / 10,
                )
            )
    closed = sorted(weather.closed_edges(story, t_h))
    if closed:
        shown.add("closed")
        axes.add_collection(
            LineCollection(
                segments[closed].tolist(), colors="white", linewidths=1.2, linestyles=(0, (2, 2)), zorder=2.5
            )
        )
    return shown | {f"depth {level}" for level in np.unique(shade).tolist() if np.isfinite(depth_cm).any()}


def _sites(axes: Axes, story: Story, plane: Plane, state: Ints) -> Floats:
    """Sites by state, quiet ones faint; returns the pixels of those that stand out."""
    x, y = plane.xy(story.floats("site", "lon"), story.floats("site", "lat"))
    few = float(np.clip(np.sqrt(600 / max(len(x), 1)), 1.0, 2.6))
    hub = story.texts("site", "role") != "access"
    for level, look in enumerate(SITE_LOOK):
        for important in (False, True):
            chosen = (state == level) & (hub == important)
            grow = few * ((1.5 if important else 1.0) if level != MAINS else few)
            axes.scatter(
                x[chosen], y[chosen], s=(look.size * grow) ** 2, marker=look.marker, c=look.colour,
                edgecolors=look.edge, linewidths=look.edge_width, zorder=3 + level / 10,
            )  # fmt: skip
    struck = state != MAINS
    pixels: Floats = axes.transData.transform(np.column_stack([x[struck], y[struck]]))
    return pixels


def _crews(axes: Axes, story: Story, plane: Plane, t_h: float) -> tuple[map_key.Crews, Floats]:
    """Crews on the road and on site as marks; returns their counts, and the pixels of the marks."""
    doing = movements.crew_states(story).at(t_h, story.count("crew"))
    x, y = plane.xy(*positions.crew_places(story, t_h))
    placed, at_home = np.isfinite(x) & np.isfinite(y), _at_home(story, plane, x, y)
    driving, stuck, on_site = doing == DRIVE, doing == STUCK, np.isin(doing, (WORK, WAIT))
    away = driving | stuck | on_site | ~at_home
    idle = away & ~driving & ~stuck & ~on_site
    groups = {"driving": driving, "stuck": stuck, "on site": on_site, "free or resting away": idle}
    for name, chosen in groups.items():
        _mark(axes, name, x[chosen & placed], y[chosen & placed])
    loaders = plane.xy(*positions.loader_places(story, t_h))
    _mark(axes, "loaders out", *loaders)
    home: dict[str, int] = dict.fromkeys(story.texts("depot", "id").tolist(), 0)
    for depot in story.texts("crew", "depot")[~away].tolist():
        home[depot] = home.get(depot, 0) + 1
    shown = away & placed
    pixels: Floats = axes.transData.transform(np.column_stack([x[shown], y[shown]]))
    counts = {name: int(chosen.sum()) for name, chosen in groups.items()}
    return map_key.Crews({**counts, "loaders out": len(loaders[0])}, home), pixels


def _mark(axes: Axes, name: str, x: Floats, y: Floats) -> None:
    marker, size, face = map_key.CREW_LOOK[name]
    look: Any = {"marker": marker, "c": face, "edgecolors": style.INK, "linewidths": 0.9}
    axes.scatter(x, y, s=size**2, zorder=5, **look)


def _at_home(story: Story, plane: Plane, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Which crews are at their own depot, or nobody knows where."""
    east, north = plane.xy(story.floats("depot", "lon"), story.floats("depot", "lat"))
    row = {depot: place for place, depot in enumerate(story.texts("depot", "id").tolist())}
    own = np.array([row.get(depot, -1) for depot in story.texts("crew", "depot").tolist()], dtype=np.int64)
    far_km = np.hypot(x - np.append(east, np.nan)[own], y - np.append(north, np.nan)[own])
    return np.asarray(~(far_km > 0.05), dtype=np.bool_)


def _title(figure: Figure, story: Story, t_h: float, state: Ints) -> None:
    out = state >= FIRST_CAUSE
    stations = int(story.stations_per_site[out].sum())
    if out.any():
        words = _("most stations out: {stations} stations at {sites} sites, {when}").format(
            stations=stations, sites=int(out.sum()), when=clock.when(story, t_h)
        )
    else:
        words = _("no station was out of service; shown is {when}").format(when=clock.when(story, t_h))
    style.title(figure, story, "The worst hour", "最严重时刻态势图", words)
