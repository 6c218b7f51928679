"""What an ensemble was asked for: `ensemble.json`, and whether a directory is one of the same drill."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, Final, Self

from sim.ensemble.variants import Cell
from sim.errors import InputError, input_error, shown
from sim.folders import Sort
from sim.language import _, marked
from sim.reasons import of_system
from sim.results.run import program_version
from sim.scenario import Scenario

MARK: Final = "ensemble.json"
SCENARIO: Final = "scenario.json"
"""The scenario as resolved, without what variants change in it."""
ENSEMBLE: Final = Sort(marked("an ensemble directory"), MARK, lambda _folder: "")
"""Completed, never replaced: nothing in it can get lost."""


@dataclass(frozen=True)
class CellAsked:
    """A cell as it stands in the file: its patch, and hashes that tell whether another one has its name."""

    variant: str
    policy: str
    overrides: Mapping[str, str]
    topology: Mapping[str, str]
    scenario_hash: str
    topology_hash: str

    @classmethod
    def of(cls, cell: Cell) -> Self:
        """A cell, written down."""
        scenario, patch = cell.scenario, cell.patch
        return cls(
            cell.name, cell.policy_name, dict(patch.overrides), dict(patch.topology),
            scenario.hash, scenario.topology.digest,
        )  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """The scenario, the seeds and the cells, all that were ever asked for in this directory."""

    scenario: str
    scenario_hash: str
    topology_hash: str
    overrides: Mapping[str, str]
    version: str
    horizon_h: float
    seeds: tuple[int, ...]
    cells: tuple[CellAsked, ...]

    @classmethod
    def of(cls, scenario: Scenario, seeds: Sequence[int], cells: Sequence[Cell]) -> Self:
        """What is asked for now."""
        return cls(
            scenario.name, scenario.hash, scenario.topology.digest, dict(scenario.overrides), program_version(),
            scenario.horizon_h, tuple(sorted(set(seeds))), tuple(CellAsked.of(cell) for cell in cells),
        )  # fmt: skip

    def joined(self, more: Asked, folder: Path) -> Asked:
        """This and more of the same scenario; raises `InputError` for another one."""
        for name in ("scenario", "version", "topology_hash", "scenario_hash"):
            here, there = getattr(self, name), getattr(more, name)
            if here != there:
                said, before, now = self._what_changed(name, more)
                word = {"version": _("version"), "topology_hash": _("topology")}.get(name, _("scenario"))
                raise input_error(said.format(word=word, before=before, now=now), file=folder)
        known = {cell.variant: cell for cell in self.cells}
        for cell in more.cells:
            if known.get(cell.variant, cell) != cell:
                message = _("holds another variant called {value}; choose another name or another --out").format(
                    value=shown(cell.variant)
                )
                raise input_error(message, file=folder)
        fresh = tuple(cell for cell in more.cells if cell.variant not in known)
        seeds = tuple(sorted({*self.seeds, *more.seeds}))
        return Asked(
            self.scenario, self.scenario_hash, self.topology_hash, self.overrides, self.version, self.horizon_h,
            seeds, (*self.cells, *fresh),
        )  # fmt: skip

    def _what_changed(self, name: str, more: Asked) -> tuple[str, str, str]:
        """The message, and what was there and is now."""
        if not name.endswith("_hash"):
            said = _("was begun with another {word} ({before}, now {now}); choose another --out")
            return said, shown(getattr(self, name)), shown(getattr(more, name))
        before, now = (
            ", ".join(f"{key}={value}" for key, value in one.overrides.items()) or _("no --set") for one in (self, more)
        )
        if before != now:
            said = _("was begun with another {word} of the same name ({before}, now {now}); choose another --out")
        else:
            said = _(
                "was begun with another {word} of the same name (its files have changed since); choose another --out"
            )
        return said, before, now

    def to_json(self) -> dict[str, Any]:
        """As in the file; seeds in a row as first and last."""
        seeds: Any = list(self.seeds)
        if seeds and seeds == list(range(seeds[0], seeds[-1] + 1)):
            seeds = {"first": seeds[0], "last": seeds[-1]}
        return {**vars(self), "seeds": seeds, "cells": [dict(vars(cell)) for cell in self.cells]}


def read_asked(folder: Path) -> Asked | None:
    """What a directory holds; None where it is none yet. Raises `InputError` for a damaged file."""
    path = folder / MARK
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise input_error(_("cannot be read: {reason}").format(reason=of_system(error)), file=path) from None
    try:
        seeds = data["seeds"]
        if isinstance(seeds, dict):
            seeds = range(seeds["first"], seeds["last"] + 1)
        cells = tuple(CellAsked(**cell) for cell in data["cells"])
        if not cells or not all(type(seed) is int for seed in seeds):
            raise input_error(_("is not what `drill ensemble` writes: cells or seeds"), file=path)
        return Asked(**{**data, "seeds": tuple(seeds), "cells": cells, "horizon_h": float(data["horizon_h"])})
    except InputError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise input_error(_("is not what `drill ensemble` writes: {reason}").format(reason=error), file=path) from None


def write_text(path: Path, text: str) -> None:
    """Beside, then renamed: whoever reads the file reads the old one or the new one whole. Raises `InputError`."""
    beside = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        try:
            beside.write_text(text, encoding="utf-8")
            os.replace(beside, path)  # noqa: PTH105
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise input_error(_("cannot be written: {reason}").format(reason=of_system(error)), file=path) from None


def write_asked(folder: Path, asked: Asked) -> None:
    """Write `ensemble.json`."""
    write_text(folder / MARK, json.dumps(asked.to_json(), ensure_ascii=False, indent=1) + "\n")
