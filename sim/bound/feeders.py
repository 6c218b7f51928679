"""When each feeder dies for the first time, and the earliest at which it could be live again under any policy."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.disaster import Disaster
from sim.models.grid import LATE_REPAIR_H
from sim.scenario import Scenario
from sim.streams import Streams
from sim.topology.tables import ROLES
from sim.vocabulary import Inject

_HUB: Final = ROLES.index("hub")


def feeder_spells(scenario: Scenario, disaster: Disaster, seed: int) -> dict[str, tuple[float, float, float]]:
    """Feeder → first failure, earliest return, and that if never asked for; only feeders of which that is certain.

    The desk may ask for some feeders first. One that can be asked for takes the next slot at the best. For one that
    cannot, whoever was asked for only goes ahead of it, so the order without any asking serves it earliest. Where
    something else may disturb the queue (a feeder that fails twice, a line of the file that mends one, a condition),
    every feeder is given the next slot.
    """
    fails = _by_target(disaster.injects, "fail")
    by_hand = [inject for inject in disaster.injects if inject.source == "scenario"]
    mends = _by_target([*disaster.restorations, *by_hand], "mend")  # those after the horizon too: they take no slot
    slots_h = sorted(inject.t_h for inject in disaster.injects if inject.action == "slot")
    conditional = {_feeder(inject) for inject in disaster.conditional} - {""}
    plain = not conditional and not any(
        len(failed) > 1 or any(inject.source == "scenario" for inject in failed + mends.get(feeder, []))
        for feeder, failed in fails.items()
    )
    queue: dict[str, float] = {}
    spells = {}
    for feeder, failed in fails.items():
        lost_h = failed[0].t_h
        back_h = min((mend.t_h for mend in mends.get(feeder, []) if mend.t_h >= lost_h), default=inf)
        if back_h == inf and plain:
            queue[feeder] = lost_h
        back_h = back_h if plain else min(back_h, next_slot_h(lost_h, slots_h))
        spells[feeder] = (lost_h, back_h, back_h)
    if plain:
        asked = askable(scenario)
        unasked = serve_in_order(queue, slots_h, Streams(seed))
        for feeder, lost_h in queue.items():
            back_h = next_slot_h(lost_h, slots_h) if feeder in asked else unasked[feeder]
            spells[feeder] = (lost_h, min(back_h, unasked[feeder]), unasked[feeder])
    return {feeder: spell for feeder, spell in spells.items() if feeder not in conditional}


def _feeder(inject: Inject) -> str:
    sort, _, name = inject.target.partition(":")
    return name if sort in ("feeder", "drops") else ""


def _by_target(injects: Sequence[Inject], action: str) -> dict[str, list[Inject]]:
    found: dict[str, list[Inject]] = {}
    for inject in injects:
        if inject.action == action and inject.target.startswith("feeder:"):
            found.setdefault(_feeder(inject), []).append(inject)
    return found


def next_slot_h(lost_h: float, slots_h: Sequence[float]) -> float:
    """The first slot that a feeder could take; an hour after its failure where a line crew may be waiting already."""
    coming = next((slot_h for slot_h in slots_h if slot_h >= lost_h), inf)
    waiting = bool(slots_h) and slots_h[0] <= lost_h
    return min(coming, lost_h + LATE_REPAIR_H if waiting else inf)


class Lists(NamedTuple):
    """The lists of feeders that the desk asks for."""

    sent_h: NDArray[np.float64]
    """The earliest hour of each list."""
    length: int
    """How many feeders a list names at most."""
    slots_h: tuple[float, ...]
    """When a feeder asked for may be live again."""

    def back_h(self, lost_h: float) -> NDArray[np.float64]:
        """Earliest return of a feeder by the list that names it."""
        return np.array([next_slot_h(max(lost_h, float(sent_h)), self.slots_h) for sent_h in self.sent_h])


def lists_of(scenario: Scenario, disaster: Disaster) -> Lists:
    """The first list goes out when a line is reported out, so not before one fails; the next ones at even spaces."""
    requests = scenario.spec.grid.requests
    fails = [spell[0].t_h for spell in _by_target(disaster.injects, "fail").values()]
    slots_h = tuple(sorted(inject.t_h for inject in disaster.injects if inject.action == "slot"))
    first_h = min(fails, default=inf)
    if not requests.feeders or first_h >= scenario.horizon_h:
        return Lists(np.zeros(0), 0, slots_h)
    count = int((scenario.horizon_h - first_h) / requests.every_h) + 1
    return Lists(first_h + np.arange(count, dtype=np.float64) * requests.every_h, requests.feeders, slots_h)


def askable(scenario: Scenario) -> frozenset[str]:
    """Feeders the desk might ask for: those that carry a site which the order of requests names."""
    requests, topology = scenario.spec.grid.requests, scenario.topology
    if not requests.feeders:
        return frozenset()
    sites = topology.sites
    wanted = sites.role >= _HUB if {"core_room", "hub"} & set(requests.order) else sites.role < 0
    if "command" in requests.order:
        wanted = wanted | sites.command.astype(bool)
    if {"most_users", "key_site"} & set(requests.order):
        wanted = sites.feeder >= 0
    return frozenset(str(topology.feeders.id[row]) for row in sorted(set(sites.feeder[wanted].tolist())) if row >= 0)


def serve_in_order(queue: dict[str, float], slots_h: Sequence[float], streams: Streams) -> dict[str, float]:
    """Feeder → hour of its return when nobody is asked for: each slot takes the first in the drawn order of those dead.

    A slot in which nobody waits keeps a line crew for the next failure.
    """
    events = sorted([(lost_h, 0, feeder) for feeder, lost_h in queue.items()] + [(slot_h, 1, "") for slot_h in slots_h])
    rank = {feeder: (streams.uniform("repair_order", feeder), feeder) for feeder in queue}
    waiting: list[str] = []
    spare = 0
    back_h = dict.fromkeys(queue, inf)
    for t_h, is_slot, feeder in events:
        if not is_slot and spare:
            spare -= 1
            back_h[feeder] = t_h + LATE_REPAIR_H
        elif not is_slot:
            waiting.append(feeder)
        elif waiting:
            first = min(waiting, key=rank.__getitem__)
            waiting.remove(first)
            back_h[first] = t_h
        else:
            spare += 1
    return back_h
