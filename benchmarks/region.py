"""A region of many sites of which one prefecture is struck, against the prefecture alone.

The region is the prefecture and nineteen more like it, far enough that the storm does not reach them, joined by trunk
roads. What happens in the prefecture must be the same in both, row by row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, Final

import numpy as np
from measure import ROOT, Plan, Row, interleaved

_REFERENCES: Final = {
    "townships": {"county": "counties"},
    "feeders": {"county": "counties"},
    "sites": {
        "county": "counties", "township": "townships", "feeder": "feeders", "hub": "sites", "road_node": "roads",
    },
    "stations": {"site": "sites"},
    "links": {"a": "sites", "b": "sites"},
    "roads": {"edge_u": "roads", "edge_v": "roads"},
}  # fmt: skip
"""Columns that hold the row of another table; -1 is none."""
_ROWS: Final = {"roads": "node_id"}
_FAR_DEG: Final = 12.0
"""The nearest of the others lies so much further east: beyond the storm's reach."""
_WIDE_DEG: Final = 4.5
_HIGH_DEG: Final = 4.0
_ABREAST: Final = 5
"""The others lie side by side in rows of so many, as a large province has them."""


def region_of(topology: Any, prefectures: int) -> Any:
    """The network and copies of it to the east and north, ids with a prefix; depots are the first one's only."""
    parts = [topology] + [_copy(topology, number) for number in range(1, prefectures)]
    tables = {name: _stacked(parts, name) for name in ("counties", *_REFERENCES)}
    region = replace(topology, **tables, name=f"{topology.name}_region", digest="")
    return replace(region, roads=_trunk_roads(region.roads, len(topology.roads.node_id), prefectures))


def _copy(topology: Any, number: int) -> Any:
    north, east = divmod(number - 1, _ABREAST)
    tables: dict[str, Any] = {}
    for name in ("counties", *_REFERENCES):
        table = getattr(topology, name)
        changed = {}
        for field in fields(table):
            column = getattr(table, field.name)
            if field.name in ("id", "node_id", "edge_id") or (field.name == "ring" and len(column)):
                changed[field.name] = _prefixed(column, f"n{number:02d}_")
            elif field.name.endswith("lon"):
                changed[field.name] = column + _FAR_DEG + _WIDE_DEG * east
            elif field.name.endswith("lat"):
                changed[field.name] = column + _HIGH_DEG * north
        tables[name] = replace(table, **changed)
    return replace(topology, **tables)


def _prefixed(ids: Any, prefix: str) -> Any:
    return np.where(ids == "", "", np.char.add(prefix, ids))


def _stacked(parts: list[Any], name: str) -> Any:
    first = getattr(parts[0], name)
    columns = {}
    for field in fields(first):
        values = [getattr(getattr(part, name), field.name) for part in parts]
        target = _REFERENCES.get(name, {}).get(field.name)
        if target is not None:
            rows = len(getattr(getattr(parts[0], target), _ROWS.get(target, "id")))
            values = [np.where(rowed >= 0, rowed + number * rows, rowed) for number, rowed in enumerate(values)]
        columns[field.name] = np.concatenate(values)
    return replace(first, **columns)


def _trunk_roads(roads: Any, nodes: int, prefectures: int) -> Any:
    """The roads with one more edge from each prefecture to the next."""
    count = prefectures - 1
    if not len(roads.edge_id) or not count:
        return roads
    more = np.arange(count) * nodes
    return replace(
        roads,
        edge_id=np.concatenate([roads.edge_id, np.array([f"trunk_{number}" for number in range(count)])]),
        edge_u=np.concatenate([roads.edge_u, more]),
        edge_v=np.concatenate([roads.edge_v, more + nodes]),
        edge_km=np.concatenate([roads.edge_km, np.full(count, 800.0)]),
        edge_class=np.concatenate([roads.edge_class, np.ones(count, dtype=np.int64)]),
    )


def prepared_at_home(scenario: Any) -> Any:
    """The scenario with what is done beforehand kept to its own counties: elsewhere nobody prepares."""
    home, plan = scenario.topology.counties.id.tolist(), scenario.spec.plan
    before = [
        line.model_copy(update={"where": line.where.model_copy(update={"county": home})})
        if line.do in ("inspect", "place_generators", "quilts")
        else line
        for line in plan.before
    ]
    changed = scenario.spec.model_copy(update={"plan": plan.model_copy(update={"before": before})})
    return replace(scenario, spec=changed)


def of_prefecture(played: Any) -> list[tuple[Any, ...]]:
    """The rows of a log that are neither weather nor about another prefecture, times to the millisecond."""
    found = []
    for row in played.log:
        names = (row.subject, row.object)
        if any(_elsewhere(name) for name in names):
            continue
        found.append((round(row.t_h, 7), row.kind, *names, str(row.value)))
    return found


def _elsewhere(name: str) -> bool:
    """Whether a name is of a copy, of a trunk road, or of a weather cell (the region has more of those)."""
    return re.match(r"n\d\d_|trunk_|W\d+-\d+$", name) is not None


def rows(plan: Plan) -> Iterator[Row]:
    """The cost of the region as a multiple of the prefecture's."""
    from sim.loading import load
    from sim.run import play

    name = "ten_sites" if plan.quick else "tongliao_blizzard"
    alone = prepared_at_home(load(ROOT / "scenarios" / f"{name}.yaml"))
    region = replace(alone, topology=region_of(alone.topology, 3 if plan.quick else 20))
    same = of_prefecture(play(alone, 1)) == of_prefecture(play(region, 1))
    taken = interleaved({"alone": lambda: play(alone, 1), "region": lambda: play(region, 1)}, plan.rounds)
    sites = len(region.topology.sites.id)
    note = f"{taken['region']:.3g} s against {taken['alone']:.3g} s; the same happens there: {'yes' if same else 'NO'}"
    name = f"region, {sites:,} sites, one prefecture struck"
    yield Row(name, taken["region"] / taken["alone"], "× alone", 1.3, note=note)
