"""Outages of services of machine rooms, and the delay and loss along their paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.inventory import Floats, Ints, Texts, number, rows_of, text
from sim.log import Columns
from sim.metrics.ground import Ground
from sim.metrics.intervals import Spells, is_kind, pick, rows_with, spells


@dataclass(frozen=True, eq=False)
class Services:
    """Outages of the inventory's services; `spells.who` is a row of its table, `cause` a code of log names."""

    log: Columns
    ids: Texts
    users: Floats
    row_of_name: Ints
    spells: Spells
    cause: Ints
    horizon_h: float

    def outage_h(self) -> Floats:
        """Hours for which each service was out. Shape (services,)."""
        return np.bincount(self.spells.who, self.spells.hours, minlength=len(self.ids)).astype(np.float64)

    def highest(self, kind: str) -> Floats:
        """The highest value of a kind of row for each service, NaN where it has none. Shape (services,)."""
        log = self.log
        rows = rows_with(log, kind)
        who = self.row_of_name[log.subject[rows]]
        kept = (who >= 0) & (log.t_h[rows] <= self.horizon_h) & ~np.isnan(log.value[rows])
        found = np.full(len(self.ids), -np.inf)
        np.maximum.at(found, who[kept], log.value[rows[kept]])
        return np.where(np.isinf(found), np.nan, found)

    def columns(self) -> dict[str, Texts]:
        """Rows for the table of outages; a service stands at no site."""
        found, count = self.spells, len(self.spells.who)
        return {
            "unit": np.full(count, "service", dtype=object),
            "subject": pick(self.ids.tolist(), found.who),
            "site": np.full(count, "", dtype=object),
            "start_h": found.start_h,
            "end_h": found.end_h,
            "duration_h": found.hours,
            "cause": pick(self.log.names, self.cause),
            "users": self.users[found.who] if count else np.zeros(0),
            "open_ended": found.open,
        }


def services_of(log: Columns, ground: Ground, horizon_h: float) -> Services:
    """Outages of services from `service.down` and `service.up`."""
    table = ground.inventory["service"]
    ids = text(table, "id")
    row_of_name = rows_of(ids, log.names, len(log.names))
    rows = rows_with(log, "service.down", "service.up")
    found = spells(log, rows, row_of_name[log.subject[rows]], is_kind(log, rows, "service.down"), horizon_h)
    return Services(log, ids, number(table, "users"), row_of_name, found, log.object[found.begin], horizon_h)


def with_services(outages: dict[str, Texts], services: Services) -> dict[str, Texts]:
    """The table of outages with those of services behind those of sites and stations."""
    if not len(services.spells.who):
        return outages
    more = services.columns()
    return {name: np.concatenate((column, more[name])) for name, column in outages.items()}
