"""Answers from many runs: paired differences, how many are enough, which assumptions matter."""

from __future__ import annotations

from sim.ensemble.answers import Playing, compare, sensitivity, size
from sim.ensemble.sensitivity import Effort

__all__ = ["Effort", "Playing", "compare", "sensitivity", "size"]
