"""The type of a process: what it yields are events of the clock, what it returns is its outcome."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

from simpy.events import Event

Outcome = TypeVar("Outcome")
Steps = Generator[Event, Any, Outcome]
"""Steps of a process that ends with an `Outcome`."""
