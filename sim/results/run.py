"""A run in the hand: its log, and everything that is read from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.inventory import Inventory
from sim.log import EventLog, Row
from sim.metrics import Split, Tables, kpis, kpis_by, tables
from sim.results.folder import Contents, write_run
from sim.scenario import Scenario, ScenarioSpec
from sim.scorecard import Scorecard, scorecard
from sim.vocabulary import KPIS

if TYPE_CHECKING:
    import pandas as pd

Figures = Callable[["Run", Path], None]
"""Draws pictures of a run into a folder, which becomes the run directory."""


def program_version() -> str:
    """The version of the installed program."""
    try:
        return version("drillsim")
    except PackageNotFoundError:
        return "unknown"


@dataclass(frozen=True, eq=False)
class Run:
    """One run, simulated just now or opened again: the resolved scenario, the log, the inventory.

    `lists` are the scenario's named lists as rows of the inventory's sites. Frames are pandas, made when
    asked for; times are hours since the start.
    """

    spec: ScenarioSpec
    seed: int
    policy: str
    log: EventLog
    inventory: Inventory
    lists: Mapping[str, frozenset[int]] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    scenario_hash: str = ""
    topology_hash: str = ""
    version: str = ""
    wall_s: float = 0.0

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        log: EventLog,
        inventory: Inventory,
        *,
        seed: int = 1,
        policy: str = "",
        wall_s: float = 0.0,
    ) -> Run:
        """The run of a scenario that has just been simulated."""
        return cls(
            scenario.spec,
            seed,
            policy or scenario.spec.policy,
            log,
            inventory,
            scenario.lists,
            scenario.overrides,
            scenario.hash,
            scenario.topology.digest,
            program_version(),
            wall_s,
        )

    @property
    def scenario(self) -> str:
        """The scenario's name."""
        return self.spec.name

    @property
    def horizon_h(self) -> float:
        """Length of the drill, hours."""
        return self.spec.horizon_h

    @cached_property
    def log_digest(self) -> str:
        """SHA-256 of the canonical log."""
        return self.log.digest()

    @cached_property
    def tables(self) -> Tables:
        """The log as tables of plain columns, from which the figures are taken."""
        return tables(self.log.columns(), self.inventory, self.spec.horizon_h, self.spec.plan)

    @cached_property
    def kpi_values(self) -> dict[str, float]:
        """Every KPI of the catalogue, those of an instant at the horizon; NaN where undefined."""
        return kpis(self.tables)

    @cached_property
    def scorecard_data(self) -> Scorecard:
        """Simulated beside plan beside record."""
        return scorecard(self.spec, self.tables, lists=self.lists, seed=self.seed, policy=self.policy)

    @property
    def outages(self) -> pd.DataFrame:
        """One row an outage of a site or station."""
        return _frame(self.tables.outages)

    @property
    def visits(self) -> pd.DataFrame:
        """One row a visit of the response to a site."""
        return _frame(self.tables.visits)

    @property
    def preparations(self) -> pd.DataFrame:
        """Lines of the plan's preparation, and the visits that carried them out."""
        return _frame(self.tables.preparations)

    @property
    def kpis(self) -> pd.DataFrame:
        """`name, value, unit, better, at_h, meaning` of every KPI."""
        return _frame({name: np.array(column, dtype=object) for name, column in self._kpi_columns().items()})

    def kpis_by(self, by: Split) -> pd.DataFrame:
        """Every KPI by `county` or by `party`: `key, name, value, unit`; those of an instant at the horizon."""
        found = _frame(kpis_by(self.tables, by))
        return found.drop(columns="by")

    @property
    def scorecard(self) -> pd.DataFrame:
        """The scorecard's rows, columns as in `scorecard.json`."""
        import pandas as pd

        return pd.DataFrame([row.to_json() for row in self.scorecard_data.rows])

    def why(self, row: int) -> list[Row]:
        """The chain of causes of a row of the log, the row itself first."""
        return self.log.why(row)

    def write(self, folder: str | Path, figures: Figures | None = None, *, force: bool = False) -> Path:
        """Write the run directory, whole or not at all; `figures` draws into it. Raises `InputError`.

        An older run there is replaced, with files that it did not write only if `force` says so.
        """
        contents = Contents(
            self._about(), self._resolved(), self.inventory, self.tables, self.kpi_values, self.scorecard_data
        )
        draw = None if figures is None else partial(figures, self)
        return write_run(Path(folder), contents, draw, force=force)

    def _about(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario,
            "scenario_hash": self.scenario_hash,
            "topology_hash": self.topology_hash,
            "seed": self.seed,
            "policy": self.policy,
            "overrides": dict(self.overrides),
            "version": self.version,
            "start": self.spec.start.isoformat(),
            "horizon_h": self.horizon_h,
            "log_digest": self.log_digest,
            "rows": len(self.log),
            "wall_s": round(self.wall_s, 3),
        }

    def _resolved(self) -> dict[str, Any]:
        """The scenario as resolved, its lists as ids, so that nothing beside the directory is needed."""
        ids = self.inventory["site"]["id"]
        lists = {name: [str(ids[row]) for row in sorted(rows)] for name, rows in self.lists.items()}
        return {**self.spec.model_dump(mode="json", by_alias=True), "lists": lists}

    def _kpi_columns(self) -> dict[str, list[Any]]:
        return {
            "name": list(KPIS),
            "value": [self.kpi_values[name] for name in KPIS],
            "unit": [KPIS[name].unit for name in KPIS],
            "better": [KPIS[name].better for name in KPIS],
            "at_h": [self.horizon_h if KPIS[name].timed else None for name in KPIS],
            "meaning": [KPIS[name].meaning for name in KPIS],
        }


def _frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(dict(columns)).infer_objects()
