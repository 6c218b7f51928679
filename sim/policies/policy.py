"""What a policy is: a name and one of three ways to decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sim.vocabulary import Decide, Rank

Make = Callable[[int], Decide]
"""From the seed of a run to a `decide` that belongs to this run alone."""


@dataclass(frozen=True)
class Policy:
    """A named way to decide: one of `rank`, `decide` and `make`; `rove` says that generators move on after charging.

    A policy that remembers something between decisions gives `make`: it is called once a run with the run's seed, and
    what it gives back may hold state, which no other run sees.
    """

    name: str
    rank: Rank | None = None
    decide: Decide | None = None
    rove: bool = False
    make: Make | None = None

    def of_run(self, seed: int) -> Policy:
        """The policy as one run of this seed uses it, with a `decide` of its own where it is made anew."""
        return self if self.make is None else replace(self, decide=self.make(seed), make=None)
