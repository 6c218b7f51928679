"""Thousands of drills: seeds × variants × policies, what differs between them, how many are enough, what matters.

The room is called like the function of the face, `sim.ensemble(...)`, so the room itself may be called: once
somebody has imported it, the name `sim.ensemble` means the room.
Source: Python language reference, 3.3.2.1, customising module attribute access by its class.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sim.ensemble.analysis import Effort
    from sim.ensemble.answers import Playing, compare, sensitivity, size
    from sim.ensemble.book import Ensemble, open_ensemble
    from sim.ensemble.fill import ensemble
    from sim.ensemble.variants import Variant, read_variant

__all__ = [
    "Effort", "Ensemble", "Playing", "Variant", "compare", "ensemble", "open_ensemble", "read_variant", "sensitivity",
    "size",
]  # fmt: skip


_ROOMS: Final = {
    "Effort": "analysis", "Playing": "answers", "compare": "answers", "sensitivity": "answers", "size": "answers",
    "Ensemble": "book", "open_ensemble": "book", "ensemble": "fill", "Variant": "variants", "read_variant": "variants",
}  # fmt: skip
"""Where a name is from; fetched when first asked for, since a worker needs none of them."""


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"sim.ensemble.{_ROOMS[name]}"), name)


class _Room(ModuleType):
    """A module that is called as its main function."""

    def __call__(self, *arguments: Any, **named: Any) -> Ensemble:
        """As `sim.ensemble.ensemble`."""
        found: Ensemble = __getattr__("ensemble")(*arguments, **named)
        return found


sys.modules[__name__].__class__ = _Room
