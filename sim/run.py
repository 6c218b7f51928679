"""One run: a scenario, a seed and a policy become a log and an inventory. Nothing is measured here."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from operator import index
from typing import Any, Final, NamedTuple

import numpy as np

from sim.disaster import draw
from sim.errors import input_error, shown
from sim.inventory import Inventory
from sim.language import _
from sim.log import EventLog
from sim.plan import Measure
from sim.policies import Policy, as_policy
from sim.scenario import Scenario
from sim.selection import select
from sim.stocktaking import inventory_of
from sim.vocabulary import Order, View
from sim.world import World

AnyPolicy = str | Policy | Callable[[View], Sequence[Order]]


_LARGEST_SEED: Final = 2**53
_YOUNG: Final = 50_000
"""Objects made before the collector looks at them during a run."""


class Played(NamedTuple):
    """What a run leaves behind."""

    log: EventLog
    inventory: Inventory
    policy: str


def play(scenario: Scenario, seed: int = 1, policy: AnyPolicy | None = None) -> Played:
    """Play a drill to its horizon. `policy`: a name, or any callable that decides on a view; None: the scenario's.

    InputError for an unknown name, for a seed that is none, and where a policy gives anything but orders. The same
    scenario, seed and policy give the same log.
    """
    seed = _seed(seed)
    chosen = _policy(policy if policy is not None else scenario.spec.policy, seed)
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
    with _few_collections():
        return Played(world.run(), kept[0], chosen.name)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for cyclic rubbish seldom: a run makes next to none, and the search through a large one takes a fifth."""
    before = gc.get_threshold()
    if before[0]:
        gc.set_threshold(max(before[0], _YOUNG), max(before[1], 20), max(before[2], 20))
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _seed(seed: Any) -> int:
    try:
        number = -1 if isinstance(seed, bool) else index(seed)
    except TypeError:
        number = -1
    if not 0 <= number <= _LARGEST_SEED:
        raise input_error(
            _("must be a whole number from 0 to 2**53 (got {value})").format(value=shown(seed)), path="seed"
        )
    return number


def _policy(policy: Any, seed: int) -> Policy:
    """The policy as this run has it; what it decides is looked at, since anybody may have written it."""
    if not isinstance(policy, str | Policy) and not callable(policy):
        raise input_error(
            _("must be a name or a function of a view (got {value})").format(value=shown(policy)), path="policy"
        )
    chosen = as_policy(policy).of_run(seed)
    decide = chosen.decide
    if decide is None:
        return chosen

    def checked(view: View) -> Sequence[Order]:
        orders: Any = decide(view)
        if not isinstance(orders, list | tuple):
            message = _("{name} must give a list of orders (got {value})").format(name=chosen.name, value=shown(orders))
            raise input_error(message, path="policy")
        for order in orders:
            if not isinstance(order, Order):
                message = _("{name} must give a list of sim.vocabulary.Order (got {value} in it)").format(
                    name=chosen.name, value=shown(order)
                )
                raise input_error(message, path="policy")
        return orders

    return replace(chosen, decide=checked)
