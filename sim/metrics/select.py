"""Which sites a `where:` table means: see `sim.selection`."""

from __future__ import annotations

from sim.selection import downstream, select

__all__ = ["downstream", "select"]
