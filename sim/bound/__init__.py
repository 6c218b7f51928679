"""How few station-hours any policy could lose on a given seed: a bound that is proved, not guessed."""

from sim.bound.lower_bound import Bound, lower_bound

__all__ = ["Bound", "lower_bound"]
