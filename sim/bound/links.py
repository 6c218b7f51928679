"""Hours that cut cables cost for certain, and which sites are never out whatever happens."""

from __future__ import annotations

import numpy as np

from sim.bound.struck import SLACK_H
from sim.disaster import Disaster
from sim.models.transport import Transport
from sim.scenario import Scenario
from sim.streams import Streams
from sim.topology.tables import Topology
from sim.vocabulary import Inject


def cut_off_h(scenario: Scenario, disaster: Disaster, seed: int) -> dict[int, float]:
    """Site → hours without a way to a core if every other site were powered and each cable spliced as it breaks.

    A cable is cut at its hour and not whole before the splicing of its first repair could be done. Fewer whole cables
    and fewer live sites never give anybody a way, so a run has each of these hours too.
    """
    topology = scenario.topology
    transport = Transport(topology)
    if not transport.known:
        return {}
    horizon_h = scenario.horizon_h
    events = []
    for link, (cut_h, mended_h) in _cuts(scenario, disaster, seed).items():
        if cut_h + SLACK_H < min(mended_h, horizon_h):
            events += [(cut_h, link, False), (min(mended_h, horizon_h), link, True)]
    hours: dict[int, float] = {}
    since: dict[int, float] = {}
    for t_h, link, whole in sorted(events):
        for site in transport.set_link(link, whole):
            if transport.reachable[site]:
                hours[site] = hours.get(site, 0.0) + max(t_h - since.pop(site) - SLACK_H, 0.0)
            else:
                since[site] = t_h
    return hours


def _cuts(scenario: Scenario, disaster: Disaster, seed: int) -> dict[int, tuple[float, float]]:
    """Link → its first cut and the earliest at which it can be whole; none that a condition names."""
    topology, streams = scenario.topology, Streams(seed)
    rows = {str(link): row for row, link in enumerate(topology.links.id)}
    on_condition = {inject.target for inject in disaster.conditional}
    spread = scenario.spec.resources.crew.work_h or scenario.spec.repair.fibre_h
    found: dict[int, tuple[float, float]] = {}
    for inject in disaster.injects:
        row = rows.get(_link(inject), -1)
        if row < 0 or inject.target in on_condition:
            continue
        if inject.action == "fail" and row not in found:
            end = str(topology.sites.id[topology.links.a[row]])  # as `Knowledge.end_of_link`: where crews are sent
            u = streams.uniform("work_h", "splice", str(row), end, 1)
            work_h = spread.median_h if spread.fixed else spread.quantile(u)
            found[row] = (inject.t_h, inject.t_h + work_h)
        elif inject.action == "mend" and row in found:
            found[row] = (found[row][0], min(found[row][1], inject.t_h))
    return found


def _link(inject: Inject) -> str:
    sort, _, name = inject.target.partition(":")
    return name if sort == "link" else ""


def never_out(scenario: Scenario, disaster: Disaster) -> frozenset[int]:
    """Sites that keep power and a way to a core though everything struck stays dead and every cut cable cut."""
    topology = scenario.topology
    if topology.facility is not None:  # machine rooms may fail their sites in ways not looked at here
        return frozenset()
    transport = Transport(topology)
    struck = _touched(topology, [*disaster.injects, *disaster.conditional])
    if not transport.known:
        return frozenset(range(len(topology.sites.id))) - struck
    links = {str(link): row for row, link in enumerate(topology.links.id)}
    for inject in [*disaster.injects, *disaster.conditional]:
        if _link(inject) in links:
            transport.set_link(links[_link(inject)], whole=False)
    for site in sorted(struck):
        transport.set_node(site, alive=False)
    return frozenset(np.flatnonzero(np.frombuffer(bytes(transport.reachable), dtype=np.uint8)).tolist()) - struck


def _touched(topology: Topology, injects: list[Inject]) -> frozenset[int]:
    """Sites that an inject names, themselves or by their feeder."""
    feeders = {str(feeder): row for row, feeder in enumerate(topology.feeders.id)}
    rows: set[int] = set()
    found: set[int] = set()
    for inject in injects:
        sort, _, name = inject.target.partition(":")
        if sort in ("feeder", "drops"):
            rows.add(feeders.get(name, -1))
        elif sort in ("site", "hub"):
            found.add(topology.site_index.get(name.partition(".")[0], -1))
    found |= set(np.flatnonzero(np.isin(topology.sites.feeder, sorted(rows - {-1}))).tolist())
    return frozenset(found - {-1})


def without_orders(scenario: Scenario, safe: frozenset[int]) -> frozenset[int]:
    """Sites for which the desk never orders a generator: their rule waits for a dark township, and theirs never is.

    A township is known to be dark while all its sites are known to be out, and one that is never out is never known so.
    """
    sites = scenario.topology.sites
    waits = [
        number
        for number, word in enumerate(("A", "B", "C", "D"))
        if (rule := scenario.spec.plan.rule(word)) is not None and rule.only_if == "township_dark"
    ]
    townships = {int(sites.township[site]) for site in sorted(safe)} | {-1}
    chosen = np.isin(sites.site_class, waits) & np.isin(sites.township, sorted(townships))
    return frozenset(np.flatnonzero(chosen).tolist())
