"""Emergency-communications drill simulator: what fails, who goes where, what came back, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.contingency.table import what_breaks
    from sim.ensemble import ensemble
    from sim.loading import load
    from sim.report.picture import draw
    from sim.results import open_run, simulate

    __version__: str

__all__ = ["draw", "ensemble", "load", "open_run", "simulate", "what_breaks"]

_ROOMS = {
    "draw": "report.picture", "ensemble": "ensemble", "load": "loading", "open_run": "results", "simulate": "results",
    "what_breaks": "contingency.table",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """The names of the face, fetched when first asked for, so that `import sim` costs nothing."""
    if name in _ROOMS:
        from importlib import import_module

        return getattr(import_module(f"sim.{_ROOMS[name]}"), name)
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("drillsim")
        except PackageNotFoundError:
            return "unknown"
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__, "__version__"])
