"""What the inventory says, as rows and numbers, so that a measure is an index and never a search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.inventory import Bools, Floats, Ints, Inventory, Texts, number, rows_of, text, truth


@dataclass(frozen=True, eq=False)
class Owners:
    """Who a crew, loader or generator belongs to: codes into `Ground.parties` and `Ground.counties`."""

    party: Ints
    county: Ints


@dataclass(frozen=True, eq=False)
class Ground:
    """An inventory, indexed. Columns of sites have the shape (sites,), of stations (stations,).

    Counties, townships and parties are codes into the lists of the same name; code 0 is "none".
    """

    inventory: Inventory

    @cached_property
    def site_ids(self) -> Texts:
        """Site ids, the order of all columns of sites."""
        return text(self.inventory["site"], "id")

    @property
    def sites(self) -> int:
        """How many sites there are."""
        return len(self.site_ids)

    @cached_property
    def station_site(self) -> Ints:
        """The site row of each station, -1 for a site that is not in the inventory."""
        return rows_of(self.site_ids, text(self.inventory["station"], "site").tolist())

    @cached_property
    def station_users(self) -> Floats:
        """Users who lose service with each station."""
        return number(self.inventory["station"], "users")

    @cached_property
    def stations(self) -> Ints:
        """Stations at each site."""
        known = self.station_site[self.station_site >= 0]
        return np.bincount(known, minlength=self.sites).astype(np.int64)

    @cached_property
    def users(self) -> Floats:
        """Users who lose service when all stations of a site are out: the sum over its stations."""
        known = self.station_site >= 0
        users = np.bincount(self.station_site[known], self.station_users[known], minlength=self.sites)
        return users.astype(np.float64)

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """Names of parties; the first is the empty name of "none"."""
        items = ("site", "depot", "crew", "loader", "generator", "team", "person")
        return _names(text(self.inventory[item], "party") for item in items)

    @cached_property
    def counties(self) -> tuple[str, ...]:
        """Ids of counties; the first is the empty id of "none"."""
        items = [text(self.inventory[item], "county") for item in ("site", "depot")]
        return _names([text(self.inventory["county"], "id"), *items])

    @cached_property
    def townships(self) -> tuple[str, ...]:
        """Ids of townships; the first is the empty id of "none"."""
        return _names([text(self.inventory["township"], "id"), text(self.inventory["site"], "township")])

    @cached_property
    def site_party(self) -> Ints:
        """Who maintains each site, a code."""
        return _codes(text(self.inventory["site"], "party"), self.parties)

    @cached_property
    def site_county(self) -> Ints:
        """County of each site, a code."""
        return _codes(text(self.inventory["site"], "county"), self.counties)

    @cached_property
    def site_township(self) -> Ints:
        """Township of each site, a code."""
        return _codes(text(self.inventory["site"], "township"), self.townships)

    @cached_property
    def role(self) -> Texts:
        """Role of each site in the transport network, text."""
        return text(self.inventory["site"], "role")

    @cached_property
    def urban(self) -> Bools:
        """Whether each site stands in a town."""
        return truth(self.inventory["site"], "urban")

    @cached_property
    def crew_people(self) -> Ints:
        """People of each crew."""
        return number(self.inventory["crew"], "people").astype(np.int64)

    @cached_property
    def crew_vehicle(self) -> Ints:
        """A number for the vehicle of each crew, the same for the same vehicle; -1 for a crew without one."""
        vehicles = text(self.inventory["crew"], "vehicle")
        _, code = np.unique(vehicles, return_inverse=True)
        return np.where(vehicles == "", -1, code.astype(np.int64))

    def owners(self, item: str) -> Owners:
        """Party of each crew, loader or generator, and the county of its depot."""
        table = self.inventory[item]
        depots = self.inventory["depot"]
        depot = rows_of(text(depots, "id"), text(table, "depot").tolist())
        home = _codes(text(depots, "county"), self.counties)
        county = np.where(depot >= 0, home[depot], 0) if len(home) else np.zeros(len(depot), dtype=np.int64)
        return Owners(_codes(text(table, "party"), self.parties), county)

    def rows(self, item: str, names: Sequence[str]) -> Ints:
        """The row in the item's table of each name of a log, -1 where it names something else."""
        return rows_of(text(self.inventory[item], "id"), names, len(names))


def _names(columns: Iterable[Texts]) -> tuple[str, ...]:
    """All names of some columns in order of first appearance, after the empty name."""
    found: Mapping[str, None] = {"": None}
    for column in columns:
        found = {**found, **dict.fromkeys(column.tolist())}
    return tuple(found)


def _codes(column: Texts, names: Sequence[str]) -> Ints:
    """The place of each text in the list of names, 0 where it is not there."""
    return np.maximum(rows_of(np.array(names, dtype=object), column.tolist(), len(column)), 0)
