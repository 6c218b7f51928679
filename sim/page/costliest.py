"""The ten costliest outages, each with the chain of its causes and how it ended."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.inventory import Ints
from sim.language import _
from sim.page.causes import cause_name, outage_chain
from sim.page.parts import Chain, Chains, Section
from sim.page.telling import Telling
from sim.page.words import figure

MOST: Final = 10


def costliest(telling: Telling, most: int = MOST) -> Ints:
    """Outages of sites that cost most user-hours (station-hours where nobody lost service), the worst first."""
    found = telling.tables.site_outages
    hours = found.spells.hours
    cost, other = found.users * hours, found.stations * hours
    order = np.lexsort((np.arange(len(hours)), -other, -cost))
    return order[:most].astype(np.int64)


def section(telling: Telling) -> Section | None:
    """Outages of sites; of services where no site was out; nothing where there was no outage."""
    found = telling.tables.site_outages
    if not len(found.spells.who):
        return _of_services(telling)
    chosen = costliest(telling)
    chains = [outage_chain(telling, outage) for outage in chosen.tolist()]
    cost = found.users * found.spells.hours
    total = float(cost.sum())
    lead = ""
    if total:
        lead = _("Of {count} outages of sites, these {few} cost most user-hours: {hours}, {share} of all.").format(
            count=f"{len(cost):,}", few=len(chosen), hours=figure(float(cost[chosen].sum()), "user_h"),
            share=figure(float(cost[chosen].sum()) / total, "share"),
        )  # fmt: skip
    return Section("costliest", _("The costliest outages, and why"), [Chains(chains)], lead)


def _of_services(telling: Telling) -> Section | None:
    found = telling.tables.services
    spells = found.spells
    if not len(spells.who):
        return None
    order = np.lexsort((np.arange(len(spells.who)), -spells.hours))[:MOST]
    chains = []
    for outage in order.tolist():
        begin, end = int(spells.begin[outage]), int(spells.end[outage])
        facts = _("{cause}; {start} to {end}, {hours}").format(
            cause=cause_name(found.log.names[int(found.cause[outage])]),
            start=telling.clock(float(spells.start_h[outage])),
            end=_("the end of the drill") if spells.open[outage] else telling.clock(float(spells.end_h[outage])),
            hours=figure(float(spells.hours[outage]), "h"),
        )
        after = telling.steps(end, telling.chain(begin)) if end >= 0 else []
        chains.append(Chain(telling.name(str(found.ids[spells.who[outage]])), facts, telling.steps(begin), after))
    return Section("costliest", _("The longest outages of services, and why"), [Chains(chains)])
