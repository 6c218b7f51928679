"""Who is core, aggregation, ring hub, command post or key site, and the four classes of sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.streams import Streams
from sim.topology.luck import Luck
from sim.topology.nets import distances_km, groups, middles
from sim.topology.places import Places
from sim.topology.sites import CITY, RURAL, Draft
from sim.topology.spec import Generated
from sim.topology.tables import Bools, Floats, Ints

ACCESS, HUB, AGGREGATION, CORE = range(4)
_TOWN_PULL_KM = 5.0  # a hub stands in a town when one is about this near to the middle of its sites


@dataclass(frozen=True)
class Roles:
    """Role and hub of each site (the hub's row; itself for all but access sites), classes, marks."""

    role: Ints
    hub: Ints
    site_class: Ints
    key: Bools
    command: Bools


def give_roles(spec: Generated, places: Places, draft: Draft, streams: Streams) -> Roles:
    """Roles, hubs and classes of the sites."""
    role = np.zeros(len(draft.key), dtype=np.int64)
    seats = places.township_xy[places.seat_row]
    role[_spread_in_city(draft, places.centre, seats, role, spec.transport.core_rooms)] = CORE
    stations = np.bincount(draft.county, weights=draft.tenants, minlength=len(seats))
    hubs = np.maximum(np.round(stations / spec.transport.stations_per_hub), 1).astype(np.int64)
    nodes = np.maximum(np.round(hubs / spec.transport.hubs_per_aggregation), 2).astype(np.int64)
    for county in range(len(seats)):
        role[_spread_in_city(draft, county, seats, role, int(nodes[county]))] = AGGREGATION
    hub = np.arange(len(draft.key))
    for county in range(len(seats)):
        names = [f"{places.counties.id[county]}/hub/{n}" for n in range(int(hubs[county]))]
        rows = np.flatnonzero((draft.county == county) & (role == ACCESS))
        _hubs_of(draft, rows, Luck(streams, names).uniform("hub_size"), (role, hub))
    command = _command(places, draft, role, seats)
    site_class = _classes(spec, places, draft, (role, command), streams)
    return Roles(role, hub, site_class, site_class == 0, command)


def _spread_in_city(draft: Draft, county: int, seats: Floats, role: Ints, count: int) -> Ints:
    """Free sites of a county seat: the one nearest the middle, then each as far as can be from the others."""
    rows = np.flatnonzero((draft.county == county) & (role == ACCESS))
    middle = distances_km(draft.xy[rows], seats[county : county + 1])[:, 0]
    inner = max(int((draft.zone[rows] == CITY).sum()) * 3 // 4, 2 * count)
    rows = rows[np.argsort(middle, kind="stable")[:inner]]
    chosen = [int(rows[0])]
    far = distances_km(draft.xy[rows], draft.xy[chosen])[:, 0]
    far[0] = -1.0
    while len(chosen) < min(count, len(rows)):
        row = int(far.argmax())
        chosen.append(int(rows[row]))
        far = np.minimum(far, distances_km(draft.xy[rows], draft.xy[chosen[-1:]])[:, 0])
        far[row] = -1.0
    return np.array(chosen)


def _hubs_of(draft: Draft, rows: Ints, shakes: Floats, into: tuple[Ints, Ints]) -> None:
    """Hubs among the access sites of a county, in towns where possible, and the hub of every other site."""
    count, (role, hub) = len(shakes), into
    weights = draft.tenants[rows].astype(np.float64)
    group = groups(draft.xy[rows], weights, shakes, count)
    middle = middles(draft.xy[rows], weights, group, count)
    score = distances_km(draft.xy[rows], middle) + np.where(draft.zone[rows] == RURAL, _TOWN_PULL_KM, 0.0)[:, None]
    score = np.where(group[:, None] == np.arange(count)[None, :], score, np.inf)
    chosen = rows[score.argmin(axis=0)]
    role[chosen] = HUB
    hub[rows] = chosen[group]
    hub[chosen] = chosen


def _command(places: Places, draft: Draft, role: Ints, seats: Floats) -> Bools:
    """The site nearest each county government, and a second one in the prefecture seat for the prefecture."""
    command = np.zeros(len(role), dtype=bool)
    for county in [*range(len(seats)), places.centre]:
        rows = np.flatnonzero((draft.county == county) & (draft.zone == CITY) & (role == ACCESS) & ~command)
        if len(rows):
            command[rows[distances_km(draft.xy[rows], seats[county : county + 1])[:, 0].argmin()]] = True
    return command


def _classes(spec: Generated, places: Places, draft: Draft, marks: tuple[Ints, Bools], streams: Streams) -> Ints:
    """A: core, aggregation, command and key sites; B: hubs, town seats, OLT sites; D: infill; C: the rest."""
    role, command = marks
    luck = Luck(streams, draft.key)
    a = (role >= AGGREGATION) | command
    a |= _fill(~a & (role == ACCESS), luck.uniform("key_site"), spec.sites.class_a_share * len(role) - a.sum())
    b = ~a & ((role == HUB) | _town_seats(places, draft, role))
    infill = luck.below("infill", np.where(draft.zone == RURAL, spec.sites.class_d_rural, spec.sites.class_d_urban))
    b |= _fill(~(a | b | infill), luck.uniform("olt_site"), spec.sites.class_b_share * len(role) - b.sum())
    return np.select([a, b, infill], [0, 1, 3], default=2).astype(np.int64)


def _fill(free: Bools, draw: Floats, count: float) -> Bools:
    """The `count` free sites with the lowest draws."""
    chosen = np.zeros(len(free), dtype=bool)
    order = np.argsort(np.where(free, draw, 2.0), kind="stable")
    chosen[order[: max(min(round(float(count)), int(free.sum())), 0)]] = True
    return chosen


def _town_seats(places: Places, draft: Draft, role: Ints) -> Bools:
    """The site nearest the middle of each township."""
    chosen = np.zeros(len(role), dtype=bool)
    for row in range(len(places.townships.id)):
        own = np.flatnonzero(draft.township == row)
        if len(own):
            far = distances_km(draft.xy[own], places.township_xy[row : row + 1])[:, 0]
            chosen[own[far.argmin()]] = True
    return chosen
