"""Outages and mains failures: who was out, from when to when, why, and how many lost service."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from sim.inventory import Bools, Floats, Ints, Texts, rows_of
from sim.log import Columns
from sim.metrics.ground import Ground
from sim.metrics.intervals import Spells, is_kind, pick, rows_with, spells
from sim.metrics.jobs import Names
from sim.vocabulary import POWER_CAUSES

CAUSES: Final = ("power", "upstream_power", "transport", "equipment", "cooling")
_POWER_CODES: Final = tuple(CAUSES.index(cause) for cause in POWER_CAUSES)


@dataclass(frozen=True, eq=False)
class Outages:
    """Outages of sites; a site that is out takes all its stations out, so their outages are these again.

    `cause` is the cause at the beginning, an index of CAUSES (-1: another word). A second `site.down` before
    `site.up`, with another cause, does not begin a new outage.
    """

    ground: Ground
    spells: Spells
    cause: Ints

    @cached_property
    def power(self) -> Bools:
        """Which are of cause power or upstream_power."""
        return np.isin(self.cause, _POWER_CODES)

    @cached_property
    def users(self) -> Floats:
        """Users who lost service with each."""
        return self.ground.users[self.spells.who]

    @cached_property
    def stations(self) -> Ints:
        """Stations that went out with each."""
        return self.ground.stations[self.spells.who]

    def begun_by(self, at_h: float) -> Bools:
        """Sites (mask) with an outage of cause power or upstream_power that began by the instant."""
        return self._sites(self.spells.begun(at_h) & self.power)

    def out_at(self, at_h: float) -> Bools:
        """Sites (mask) that are out at the instant, whatever the cause."""
        return self._sites(self.spells.holds(at_h))

    def _sites(self, chosen: Bools) -> Bools:
        mask = np.zeros(self.ground.sites, dtype=np.bool_)
        mask[self.spells.who[chosen]] = True
        return mask

    def columns(self) -> dict[str, Texts]:
        """The table of the run directory: one row an outage of a site, then one an outage of a station."""
        ground, found = self.ground, self.spells
        order = np.argsort(ground.station_site, kind="stable")
        order = order[ground.station_site[order] >= 0]
        first = np.cumsum(ground.stations) - ground.stations
        count = self.stations
        of = np.repeat(np.arange(len(count)), count)
        within = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
        station = order[first[found.who[of]] + within]
        station_ids = np.asarray(ground.inventory["station"]["id"], dtype=object)
        site = np.asarray(ground.site_ids, dtype=object)[found.who]
        both = np.concatenate((np.arange(len(count)), of))
        return {
            "unit": np.where(np.arange(len(both)) < len(count), "site", "station"),
            "subject": np.concatenate((site, station_ids[station])),
            "site": site[both],
            "start_h": found.start_h[both],
            "end_h": found.end_h[both],
            "duration_h": found.hours[both],
            "cause": pick(CAUSES, self.cause)[both],
            "users": np.concatenate((self.users, ground.station_users[station])),
            "open_ended": found.open[both],
        }


def outages(log: Columns, ground: Ground, names: Names, horizon_h: float) -> Outages:
    """Outages of the inventory's sites from `site.down` and `site.up`."""
    found = _site_spells(log, names, "site.down", "site.up", horizon_h)
    cause = rows_of(np.array(CAUSES), log.names, len(log.names))
    return Outages(ground, found, cause[log.object[found.begin]])


def mains_spells(log: Columns, names: Names, horizon_h: float) -> Spells:
    """Times without mains of the inventory's sites."""
    return _site_spells(log, names, "mains.lost", "mains.back", horizon_h)


def _site_spells(log: Columns, names: Names, begin: str, end: str, horizon_h: float) -> Spells:
    rows = rows_with(log, begin, end)
    return spells(log, rows, names.site[log.subject[rows]], is_kind(log, rows, begin), horizon_h)


class Townships(NamedTuple):
    """One row a township with stations: its code, its sites with stations, and when it was dark.

    Dark: every one of those sites was out. `first_h` is NaN where it never was.
    """

    code: Ints
    sites: Ints
    dark_h: Floats
    times: Ints
    first_h: Floats


class DarkSpells(NamedTuple):
    """Times in which a township (a code) had no service at all, sorted by township and start."""

    town: Ints
    start_h: Floats
    end_h: Floats


def dark_spells(found: Outages) -> DarkSpells:
    """When each township had no service at all.

    Sites without stations do not count, and sites that name no township belong to none.
    """
    ground, spell = found.ground, found.spells
    size = _town_sizes(ground)
    ours = _counts(ground)[spell.who]
    who = ground.site_township[spell.who[ours]]
    moments = np.concatenate((spell.start_h[ours], spell.end_h[ours]))
    changes = np.repeat(np.array([1, -1], dtype=np.int64), len(who))
    return DarkSpells(*_full(np.concatenate((who, who)), moments, changes, size))


def _counts(ground: Ground) -> Bools:
    return (ground.stations > 0) & (ground.site_township > 0)


def _town_sizes(ground: Ground) -> Ints:
    """Sites with stations of each township."""
    return np.bincount(ground.site_township[_counts(ground)], minlength=len(ground.townships)).astype(np.int64)


def dark_townships(ground: Ground, dark: DarkSpells) -> Townships:
    """How long each township had no service at all."""
    size = _town_sizes(ground)
    first_h = np.full(len(size), np.nan)
    first_h[dark.town[::-1]] = dark.start_h[::-1]
    has = np.flatnonzero(size > 0)
    dark_h = np.bincount(dark.town, dark.end_h - dark.start_h, minlength=len(size)).astype(np.float64)
    times = np.bincount(dark.town, minlength=len(size)).astype(np.int64)
    return Townships(has, size[has], dark_h[has], times[has], first_h[has])


def _full(things: Ints, moments: Floats, changes: Ints, full: Ints) -> tuple[Ints, Floats, Floats]:
    """Times in which a thing's count is full: (thing, start, end), sorted by thing and start."""
    order = np.lexsort((moments, things))
    things, moments, level = things[order], moments[order], np.cumsum(changes[order])
    last = np.ones(len(things), dtype=np.bool_)
    last[:-1] = (things[1:] != things[:-1]) | (moments[1:] != moments[:-1])
    things, moments, level = things[last], moments[last], level[last]
    moved = np.diff(level, prepend=0) != 0
    things, moments, level = things[moved], moments[moved], level[moved]
    at = np.flatnonzero(level == full[things])
    return things[at], moments[at], moments[np.minimum(at + 1, max(len(moments) - 1, 0))]
