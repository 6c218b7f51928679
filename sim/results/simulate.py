"""Play a scenario and hold the run in the hand."""

from __future__ import annotations

from time import perf_counter

from sim.errors import input_error, shown
from sim.language import _
from sim.results.run import Run
from sim.run import AnyPolicy, play
from sim.scenario import Scenario


def simulate(scenario: Scenario, seed: int = 1, policy: AnyPolicy | None = None) -> Run:
    """One run of a scenario. `policy`: a name or any callable of a view; None: the scenario's own.

    Raises `InputError` for what is no scenario, no seed or no policy.
    """
    if not isinstance(scenario, Scenario):
        message = _("must be a scenario, as sim.load gives it (got {value})").format(value=shown(scenario))
        raise input_error(message, path="scenario")
    began_s = perf_counter()
    played = play(scenario, seed, policy)
    wall_s = perf_counter() - began_s
    return Run.of(scenario, played.log, played.inventory, seed=int(seed), policy=played.policy, wall_s=wall_s)
