"""Runs: frames in the hand, the run directory on disk."""

from __future__ import annotations

from sim.results.opening import open_run
from sim.results.run import Figures, Run
from sim.results.simulate import simulate

__all__ = ["Figures", "Run", "open_run", "simulate"]
