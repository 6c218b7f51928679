"""The KPIs that are sums: what each is the sum of, so that it can be split by party and by county.

Outages, mains failures and placements belong to the party that maintains the site; visits, journeys, people
and machines to the party that came. The county is that of the site; of people and machines it is that of
their depot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from sim.inventory import Bools, Floats, Ints, text
from sim.metrics.ground import Owners
from sim.metrics.intervals import code_at, rows_with
from sim.metrics.preparation import in_group
from sim.metrics.tables import Tables


class Parts(NamedTuple):
    """What a KPI is the sum of: weights, each with the codes of its party and county. Shape (parts,) each."""

    weight: Floats
    party: Ints
    county: Ints


Additive = Callable[[Tables, float, Bools | None], Parts]


def _by_site(data: Tables, weight: Floats | Ints | Bools, group: Bools | None) -> Parts:
    """One weight a site."""
    ground = data.ground
    mask = np.ones(ground.sites, dtype=np.bool_) if group is None else group
    return Parts(np.where(mask, weight, 0.0), ground.site_party, ground.site_county)


def _at_sites(data: Tables, site: Ints, weight: Floats, group: Bools | None) -> Parts:
    """One weight an event at a site."""
    ground = data.ground
    mine = in_group(site, group)
    site = site[mine]
    return Parts(weight[mine], code_at(ground.site_party, site), code_at(ground.site_county, site))


def restored_sites(data: Tables, at_h: float) -> Bools:
    """Sites with a begun outage of cause power or upstream_power that serve again at the instant."""
    return data.site_outages.begun_by(at_h) & ~data.site_outages.out_at(at_h)


def mains_by(data: Tables, at_h: float) -> Bools:
    """Sites that lost mains by the instant."""
    return _mask(data, data.mains_spells.who[data.mains_spells.begun(at_h)])


def mains_at(data: Tables, at_h: float) -> Bools:
    """Sites without mains at the instant."""
    return _mask(data, data.mains_spells.who[data.mains_spells.holds(at_h)])


def _mask(data: Tables, sites: Ints) -> Bools:
    mask = np.zeros(data.ground.sites, dtype=np.bool_)
    mask[sites] = True
    return mask


def _outage_hours(data: Tables, per_site: Ints | Floats, group: Bools | None) -> Parts:
    found = data.site_outages.spells
    return _at_sites(data, found.who, found.hours * per_site[found.who], group)


def _outages_of(*roles: str) -> Additive:
    def parts(data: Tables, _: float, group: Bools | None) -> Parts:
        those = np.isin(data.ground.role.astype(str), roles)
        found = data.site_outages.spells
        return _at_sites(data, found.who, those[found.who].astype(np.float64), group)

    return parts


def _visits(work: str = "", result: int | None = None) -> Additive:
    def parts(data: Tables, at_h: float, group: Bools | None) -> Parts:
        visits = data.all_visits
        mine = visits.response & (visits.arrived_h <= at_h) & in_group(visits.site, group)
        if work:
            mine &= visits.work == work
        if result is not None:
            mine &= (visits.result == result) & (visits.done_h <= at_h)
        return Parts(np.ones(np.count_nonzero(mine)), visits.party[mine], visits.county[mine])

    return parts


def _sent(data: Tables, group: Bools | None) -> Ints:
    """Crew row of each journey to a site of the group."""
    journeys = data.journeys
    if group is None:
        return journeys.crew
    return journeys.crew[in_group(np.append(data.jobs.site, -1)[journeys.job], group)]


def _owned(weight: Floats, rows: Ints, owners: Owners) -> Parts:
    return Parts(weight, owners.party[rows], owners.county[rows])


def _vehicles(kind: str = "") -> Additive:
    def parts(data: Tables, _: float, group: Bools | None) -> Parts:
        crews, ground = np.unique(_sent(data, group)), data.ground
        crews = crews[ground.crew_vehicle[crews] >= 0]
        if kind:
            crews = crews[text(ground.inventory["crew"], "vehicle_kind")[crews] == kind]
        crews = crews[np.unique(ground.crew_vehicle[crews], return_index=True)[1]]
        return _owned(np.ones(len(crews)), crews, ground.owners("crew"))

    return parts


def _people(data: Tables, _: float, group: Bools | None) -> Parts:
    crews = np.unique(_sent(data, group))
    sent = _owned(data.ground.crew_people[crews].astype(np.float64), crews, data.ground.owners("crew"))
    if group is not None:
        return sent
    workers = data.procedures.workers
    at_work = _owned(np.ones(len(workers)), workers, data.ground.owners("person"))
    return Parts(*(np.concatenate(both) for both in zip(sent, at_work, strict=True)))


def _turnouts(data: Tables, _: float, group: Bools | None) -> Parts:
    crews = _sent(data, group)
    crews = crews[data.ground.crew_vehicle[crews] >= 0]
    return _owned(np.ones(len(crews)), crews, data.ground.owners("crew"))


def _person_turnouts(data: Tables, _: float, group: Bools | None) -> Parts:
    crews = _sent(data, group)
    sent = _owned(data.ground.crew_people[crews].astype(np.float64), crews, data.ground.owners("crew"))
    if group is not None:
        return sent
    called = data.procedures.turnouts
    at_work = _owned(np.ones(len(called)), called, data.ground.owners("person"))
    return Parts(*(np.concatenate(both) for both in zip(sent, at_work, strict=True)))


def _equipment(data: Tables, _: float, group: Bools | None) -> Parts:
    log, names = data.log, data.names
    rows = rows_with(log, "generator.placed", "generator.started")
    rows = rows[log.t_h[rows] <= data.horizon_h]
    generator, site = names.generator[log.subject[rows]], names.site[log.object[rows]]
    found = np.unique(generator[(generator >= 0) & (site >= 0) & in_group(site, group)])
    kinds = text(data.ground.inventory["generator"], "generator_kind")
    found = found[kinds[found] != "fixed"]
    return _owned(np.ones(len(found)), found, data.ground.owners("generator"))


def _loaders(data: Tables, _: float, group: Bools | None) -> Parts:
    """Loaders open roads, they are not sent to sites: of a group of sites there is no figure."""
    sent = data.log.subject[rows_with(data.log, "loader.sent")]
    found = np.unique(data.names.loader[sent])
    found = found[found >= 0]
    weight = np.ones(len(found)) if group is None else np.full(len(found), np.nan)
    return _owned(weight, found, data.ground.owners("loader"))


def _runs(data: Tables, at_h: float, group: Bools | None) -> Parts:
    runs = data.runs.spells
    return _at_sites(data, runs.who, (runs.start_h <= at_h).astype(np.float64), group)


def _placements(what: str) -> Additive:
    def parts(data: Tables, _: float, group: Bools | None) -> Parts:
        lines = data.lines
        chosen: Bools = lines.placements & getattr(lines, what)
        return _at_sites(data, lines.site, chosen.astype(np.float64), group)

    return parts


def _calls(what: str) -> Additive:
    def parts(data: Tables, _: float, group: Bools | None) -> Parts:
        return _at_sites(data, data.owed.site, data.owed.where(what).astype(np.float64), group)

    return parts


ADDITIVE: Final[dict[str, Additive]] = {
    "stations_out_cumulative": lambda d, t, g: _by_site(d, d.site_outages.begun_by(t) * d.ground.stations, g),
    "stations_out": lambda d, t, g: _by_site(d, d.site_outages.out_at(t) * d.ground.stations, g),
    "stations_restored": lambda d, t, g: _by_site(d, restored_sites(d, t) * d.ground.stations, g),
    "sites_out_cumulative": lambda d, t, g: _by_site(d, d.site_outages.begun_by(t), g),
    "sites_out": lambda d, t, g: _by_site(d, d.site_outages.out_at(t), g),
    "sites_without_mains_cumulative": lambda d, t, g: _by_site(d, mains_by(d, t), g),
    "sites_without_mains": lambda d, t, g: _by_site(d, mains_at(d, t), g),
    "sites_on_backup": lambda d, t, g: _by_site(d, mains_at(d, t) & ~d.site_outages.out_at(t), g),
    "users_out": lambda d, t, g: _by_site(d, d.site_outages.out_at(t) * d.ground.users, g),
    "station_outage_h": lambda d, _, g: _outage_hours(d, d.ground.stations, g),
    "site_outage_h": lambda d, _, g: _outage_hours(d, np.ones(d.ground.sites), g),
    "user_outage_h": lambda d, _, g: _outage_hours(d, d.ground.users, g),
    "site_visits": _visits(),
    "generation_visits": _visits("generation"),
    "repair_visits": _visits("repair"),
    "mains_visits": _visits("mains"),
    "wasted_trips": _visits(result=1),
    "generator_runs": _runs,
    "core_room_outages": _outages_of("core"),
    "hub_outages": _outages_of("hub", "aggregation", "core"),
    "vehicles": _vehicles(),
    "all_terrain": _vehicles("all_terrain"),
    "vehicle_turnouts": _turnouts,
    "people": _people,
    "person_turnouts": _person_turnouts,
    "equipment_sets": _equipment,
    "loaders": _loaders,
    "generation_dispatch_late": _calls("late"),
    "generation_dispatch_never": _calls("never"),
    "generation_dispatch_skipped": _calls("skipped"),
    "generation_dispatch_not_needed": _calls("not needed"),
    "dispatch_late": _placements("late"),
    "dispatch_never": _placements("never"),
}
