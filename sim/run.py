"""One run: a scenario, a seed and a policy become a log and an inventory. Nothing is measured here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from sim.disaster import draw
from sim.inventory import Inventory
from sim.log import EventLog
from sim.plan import Measure
from sim.policies import Policy, as_policy
from sim.scenario import Scenario
from sim.selection import select
from sim.stocktaking import inventory_of
from sim.vocabulary import Order, View
from sim.world import World

AnyPolicy = str | Policy | Callable[[View], Sequence[Order]]


class Played(NamedTuple):
    """What a run leaves behind."""

    log: EventLog
    inventory: Inventory
    policy: str


def play(scenario: Scenario, seed: int = 1, policy: AnyPolicy | None = None) -> Played:
    """Play a drill to its horizon. `policy`: a name, or any callable that decides on a view; None: the scenario's.

    InputError for an unknown name. The same scenario, seed and policy give the same log.
    """
    chosen = as_policy(policy if policy is not None else scenario.spec.policy)
    disaster = draw(scenario, seed)
    kept: list[Inventory] = []

    def sites_of(measure: Measure) -> list[int]:
        """Rows of the sites a line of preparation means, most users first."""
        mask = select(measure.where, kept[0], scenario.lists)
        rows = np.flatnonzero(mask)
        users = scenario.topology.users_per_site[rows]
        order = np.lexsort((rows, -users))
        return [int(row) for row in rows[order][: measure.at_most]]

    world = World(scenario, disaster, chosen, seed, sites_of)
    kept.append(inventory_of(scenario, world.roster, disaster.weather.cells))
    return Played(world.run(), kept[0], chosen.name)
