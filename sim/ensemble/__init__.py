"""Thousands of drills: seeds × variants × policies, what differs between them, how many are enough, what matters.

The room is called like the function of the face, `sim.ensemble(...)`, so the room itself may be called: once
somebody has imported it, the name `sim.ensemble` means the room.
Source: Python language reference, 3.3.2.1, customising module attribute access by its class.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from sim.ensemble.analysis import Effort
from sim.ensemble.answers import Playing, compare, sensitivity, size
from sim.ensemble.book import Ensemble, open_ensemble
from sim.ensemble.fill import ensemble
from sim.ensemble.variants import Variant, read_variant

__all__ = [
    "Effort", "Ensemble", "Playing", "Variant", "compare", "ensemble", "open_ensemble", "read_variant", "sensitivity",
    "size",
]  # fmt: skip


class _Room(ModuleType):
    """A module that is called as its main function."""

    def __call__(self, *arguments: Any, **named: Any) -> Ensemble:
        """As `sim.ensemble.ensemble`."""
        return ensemble(*arguments, **named)


sys.modules[__name__].__class__ = _Room
