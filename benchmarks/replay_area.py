"""A made-up area of any size for the replay page, packed as the page wants it: sites, roads, feeders, busy crews.

No simulation stands behind it; it is there to measure frames where no drill of that size is at hand.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.replay.columns import Columns

HOURS: Final = 72
HOUR_MS: Final = 3_600_000
SITE_STATES: Final = (
    "on mains", "on battery", "on generator", "out: power", "out: upstream_power", "out: transport", "out: equipment",
    "out: cooling", "out: other",
)  # fmt: skip
KNOWN_STATES: Final = ("nothing reported", "mains alarm", "equipment alarm", "generator alarm", "out of service alarm")
CREW_STATES: Final = (
    "driving",
    "stuck in snow",
    "working",
    "waiting on site",
    "ready",
    "resting",
    "called out",
    "off duty",
)
GENERATOR_STATES: Final = ("in store", "carried", "standing by", "running", "out of fuel", "broken")
_KINDS: Final = ("site.down", "site.up")
_ROADS: Final = 1500
_CREWS: Final = 120
_Ints = NDArray[np.int64]


def packed(sites: int, seed: int = 1, first: str = "site_00000") -> bytes:
    """The bytes of the page's data for an area of that many sites: half of them fail, each a few times.

    `first` is what the first site is called.
    """
    draw, columns = np.random.default_rng(seed), Columns()
    lon, lat = _towns(draw, sites)
    changes = _changes(draw, sites)
    ids = [first, *(f"site_{site:05d}" for site in range(1, sites))]
    run = {
        "about": _about(len(changes[0])),
        "log": _log(columns, ids, changes),
        "items": _items(draw, columns, ids, lon, lat),
        "tracks": _tracks(draw, columns, sites, changes, lon, lat),
        "curve": _curve(columns, changes),
        "figures_t_ms": columns.whole(np.zeros(0, dtype=np.int64)),
        "figures": [], "bookmarks": _bookmarks(), "questions": [], "messages": [], "rooms": None, "names": {},
    }  # fmt: skip
    kinds = [{"kind": kind, "say": "{subject}: " + kind, "group": 0, "unit": "", "desk": True} for kind in _KINDS]
    head = {
        "format": 1, "lang": "en", "words": {}, "kinds": kinds, "groups": ["outages"], "sorts": ["site", "crew"],
        "site_states": SITE_STATES, "known_states": KNOWN_STATES, "crew_states": CREW_STATES,
        "generator_states": GENERATOR_STATES, "room_states": [], "runs": [run],
    }  # fmt: skip
    return columns.bytes_with(head)


def _towns(draw: np.random.Generator, sites: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places about forty towns, some close together, some far out."""
    centre = draw.integers(0, 40, sites)
    town = draw.uniform((119.5, 42.3), (123.5, 45.5), (40, 2))
    spread = np.minimum(draw.exponential(0.18, (sites, 1)), 0.5) * draw.standard_normal((sites, 2))
    place = town[centre] + spread
    return place[:, 0], place[:, 1]


def _changes(draw: np.random.Generator, sites: int) -> tuple[_Ints, _Ints, _Ints, _Ints]:
    """Mains off, battery empty, then mains again for half of the sites, three times: t_ms, who, before, after."""
    who = np.repeat(draw.permutation(sites)[: sites // 2], 3)
    begin = np.sort(draw.uniform(4, 60, (sites // 2, 3)), axis=1).ravel()
    battery, out = draw.uniform(0.5, 4, len(who)), draw.uniform(0.5, 6, len(who))
    cause = draw.choice([3, 3, 3, 4, 5, 6], len(who))
    t_h = np.concatenate([begin, begin + battery, begin + battery + out])
    after = np.concatenate([np.full(len(who), 1), cause, draw.choice([0, 2], len(who))])
    order = np.argsort(t_h, kind="stable")
    t_ms, who, after = (t_h[order] * HOUR_MS).astype(np.int64), np.tile(who, 3)[order], after[order]
    state, before = np.zeros(sites, dtype=np.int64), np.zeros(len(who), dtype=np.int64)
    for row, (site, now) in enumerate(zip(who.tolist(), after.tolist(), strict=True)):
        before[row], state[site] = state[site], now
    return t_ms, who, before, after


def _about(rows: int) -> dict[str, Any]:
    return {
        "scenario": "made_up", "title": {"en": "Made-up area", "zh": "虚构地区"},
        "seed": 1, "policy": "none", "policy_name": {"en": "none", "zh": "无"}, "version": "0",
        "start": "2023-11-05T22:00:00", "horizon_ms": HOURS * HOUR_MS, "log_digest": "0" * 64, "rows": rows,
    }  # fmt: skip


def _log(columns: Columns, ids: list[str], changes: tuple[_Ints, ...]) -> dict[str, Any]:
    t_ms, who, _, after = changes
    zero, codes = np.zeros(len(t_ms), dtype=np.int64), np.arange(len(ids) + 1)
    return {
        "names": ["", *ids], "t_ms": columns.rising(t_ms), "kind": columns.whole((after <= 2).astype(np.int64)),
        "subject": columns.whole(who + 1), "object": columns.whole(zero), "value": columns.exact(zero.astype(float)),
        "cause": columns.whole(zero - 1), "sort_of": columns.whole(np.where(codes > 0, 0, 255)),
        "row_of": columns.whole(np.maximum(codes - 1, 0)), "site_of": columns.whole(codes * 0),
    }  # fmt: skip


def _items(
    draw: np.random.Generator, columns: Columns, ids: list[str], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> dict[str, Any]:
    sites, feeders, nodes = len(ids), len(ids) // 6, draw.permutation(len(ids))[:_ROADS]
    feeder = np.lexsort((lat, np.floor(lon / 0.1)))
    of = np.empty(sites, dtype=np.int64)
    of[feeder] = np.arange(sites) * feeders // sites
    near = nodes[np.lexsort((lat[nodes], np.floor(lon[nodes] / 0.15)))]
    names = [f"feeder_{one}" for one in range(feeders)]
    first = np.searchsorted(of[feeder], np.arange(feeders))
    role = {"names": ["access", "hub"], "code": columns.whole((np.arange(sites) % 25 == 0).astype(np.int64))}
    return {
        "site": {"n": sites, "columns": {
            "id": ids, "lon": columns.near(lon), "lat": columns.near(lat), "role": role,
            "feeder": {"names": names, "code": columns.whole(of)}}},
        "feeder": {"n": feeders, "columns": {
            "id": names, "lon": columns.near(lon[feeder[first]]), "lat": columns.near(lat[feeder[first]])}},
        "road_node": {"n": _ROADS, "columns": {
            "id": [f"n{one}" for one in range(_ROADS)], "lon": columns.near(lon[near]),
            "lat": columns.near(lat[near])}},
        "road_edge": {"n": _ROADS - 1, "columns": {
            "id": [f"e{one}" for one in range(_ROADS - 1)], "u": [f"n{one}" for one in range(_ROADS - 1)],
            "v": [f"n{one + 1}" for one in range(_ROADS - 1)], "road_class": ["county"] * (_ROADS - 1)}},
        "link": {"n": sites, "columns": {
            "id": [f"l{one}" for one in range(sites)],
            "a": [ids[one] for one in feeder],
            "b": [ids[one] for one in np.roll(feeder, 1)],
            "link_kind": ["ring"] * sites}},
        "crew": {"n": _CREWS, "columns": {"id": [f"crew_{one}" for one in range(_CREWS)]}},
    }  # fmt: skip


def _tracks(
    draw: np.random.Generator, columns: Columns, sites: int, changes: tuple[_Ints, ...], lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> dict[str, Any]:  # fmt: skip
    t_ms, who, before, after = changes
    whole = {"t_ms": columns.rising(t_ms), "who": columns.whole(who)}
    known = [np.array([0, 1, 1, 4, 4, 4, 4])[one] for one in (before, after)]
    none = np.zeros(0, dtype=np.int64)
    never = {name: columns.whole(none) for name in ("t_ms", "who", "before", "after")}
    still = {name: columns.whole(none) for name in ("t_ms", "who", "lon", "lat", "state")}
    failed = np.sort(draw.permutation(sites // 6)[: sites // 12])
    fails = np.sort(draw.uniform(4, 30, len(failed)) * HOUR_MS).astype(np.int64)
    points = 200
    at, crew = draw.integers(0, sites, _CREWS * points), np.repeat(np.arange(_CREWS), points)
    when = np.sort(draw.uniform(0, HOURS * HOUR_MS, (_CREWS, points)), axis=1).ravel()
    return {
        "sites": whole | {"before": columns.whole(before), "after": columns.whole(after)},
        "known": whole | {"before": columns.whole(known[0]), "after": columns.whole(known[1])},
        "feeders": {"t_ms": columns.rising(fails), "who": columns.whole(failed),
                    "before": columns.whole(failed * 0), "after": columns.whole(failed * 0 + 1)},
        "links": never, "roads": never,
        "snow": {"every_ms": HOUR_MS, "steps": HOURS + 1, "cm": columns.whole(
            np.repeat(np.arange(HOURS + 1) // 2, _ROADS - 1))},
        "crews": {"t_ms": columns.rising(when.astype(np.int64)), "who": columns.whole(crew),
                  "lon": columns.near(lon[at]), "lat": columns.near(lat[at]),
                  "state": columns.whole(draw.integers(0, 5, len(at)))},
        "loaders": still, "generators": still | {"carrier": columns.whole(none)},
    }  # fmt: skip


def _curve(columns: Columns, changes: tuple[_Ints, ...]) -> dict[str, Any]:
    t_ms, _, before, after = changes
    out = [np.cumsum((after == state).astype(int) - (before == state).astype(int)) for state in range(3, 9)]
    total = columns.whole(np.sum(out, axis=0))
    return {
        "t_ms": columns.rising(t_ms), "causes": [state.removeprefix("out: ") for state in SITE_STATES[3:]],
        "out": [columns.whole(one) for one in out], "ever": total, "known": total, "without_mains": total,
    }  # fmt: skip


def _bookmarks() -> list[dict[str, Any]]:
    sorts = ("first_outage", "inject", "level", "peak", "last_outage")
    return [
        {
            "t_ms": at * 12 * HOUR_MS + HOUR_MS,
            "row": -1,
            "sort": sort,
            "say": {"en": sort.replace("_", " "), "zh": sort},
        }
        for at, sort in enumerate(sorts)
    ]
