"""Operator stations (租户) of a generated network: one operator's radios and users at a site."""

from __future__ import annotations

import numpy as np

from sim.streams import Streams
from sim.topology.equipment import Power
from sim.topology.luck import Luck
from sim.topology.places import Places
from sim.topology.sites import RURAL, Draft
from sim.topology.spec import Generated
from sim.topology.tables import OPERATORS, Bools, Floats, Ints, Stations, Texts


def make_stations(
    spec: Generated, places: Places, draft: Draft, power: Power, site_ids: Texts, streams: Streams
) -> Stations:
    """One row for each operator on each site, by site.

    A 5G radio that unicom and telecom share is counted once, at telecom's station where there is one.
    """
    site, operator = np.nonzero(draft.operators)
    ids = [f"{site_ids[i]}_{OPERATORS[n]}" for i, n in zip(site, operator, strict=True)]
    luck = Luck(streams, [f"{draft.key[i]}/{OPERATORS[n]}" for i, n in zip(site, operator, strict=True)])
    urban = draft.zone[site] != RURAL
    host = (operator != 1) | ~draft.operators[site, 2]
    radio_5g = power.has_5g[site, np.minimum(operator, 1)] & host
    return Stations(
        id=np.array(ids),
        site=site.astype(np.int64),
        operator=operator.astype(np.int64),
        users=_users(spec, places, draft.county[site], urban, luck),
        radios_4g=1 + luck.below("4g_layer", np.where(urban, 0.5, 0.15)).astype(np.int64),
        radios_5g=radio_5g.astype(np.int64),
        radios_other=_others(luck),
    )


def _others(luck: Luck) -> Ints:
    """Older and narrow-band radios: none, one or two. Assumed: about 2.7 radios a station in all."""
    return luck.pick("other_radios", (0.3, 0.5, 0.2))


def _users(spec: Generated, places: Places, county: Ints, urban: Bools, luck: Luck) -> Floats:
    """Users who lose service with a station: its part of the county without those a neighbour takes.

    Urban people are shared out among urban stations, rural ones among rural stations of their county.
    """
    knobs, count = spec.users, len(places.counties.id)
    people = {True: places.city_people + places.town_people, False: places.rural_people}
    weight = luck.between("users", 1 - knobs.scatter, 1 + knobs.scatter)
    users = np.zeros(len(county))
    for side, overlap in ((True, knobs.overlap_urban), (False, knobs.overlap_rural)):
        rows = urban == side
        total = np.bincount(county[rows], weights=weight[rows], minlength=count)
        share = people[side] * knobs.subscribers_per_person * (1 - overlap) / np.maximum(total, 1e-9)
        users[rows] = share[county[rows]] * weight[rows]
    return np.round(users, 1)
