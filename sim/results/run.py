"""A run in the hand: its log, and everything that is read from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from operator import index
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import input_error, listed, shown
from sim.inventory import ITEMS, Inventory
from sim.language import _, speaking
from sim.log import EventLog, Row
from sim.metrics import SPLITS, Split, Tables, kpis, kpis_by, tables
from sim.phrases import names_of, told
from sim.results import frames
from sim.results.folder import Contents, write_run
from sim.scenario import Scenario, ScenarioSpec
from sim.scorecard import Scorecard, scorecard
from sim.script import JUDGED
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


@dataclass(frozen=True, eq=False, repr=False)
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

    def __repr__(self) -> str:
        return (
            f"<Run of {self.scenario}, seed {self.seed}, {self.policy}, {self.horizon_h:g} h, {len(self.log)} events>"
        )

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
    def kpi_values(self) -> Mapping[str, float]:
        """Every KPI of the catalogue, those of an instant at the horizon; NaN where undefined. Cannot be changed."""
        return MappingProxyType(kpis(self.tables))

    @cached_property
    def scorecard_data(self) -> Scorecard:
        """Simulated beside plan beside record; its own words are English whatever the language in use."""
        with speaking("en"):
            return scorecard(self.spec, self.tables, lists=self.lists, seed=self.seed, policy=self.policy)

    @property
    def script(self) -> pd.DataFrame:
        """What the controllers' script expects and what came of it, a row an expectation: `number, expect, verdict, …`.

        `evidence` is in the language in use; the lines themselves are `scorecard_data.expectations`.
        """
        return frames.rows([one.to_json() for one in self.scorecard_data.expectations], JUDGED)

    @property
    def outages(self) -> pd.DataFrame:
        """One row an outage of a site or station."""
        return frames.frame(self.tables.outages)

    @property
    def visits(self) -> pd.DataFrame:
        """One row a visit of the response to a site."""
        return frames.frame(self.tables.visits)

    @property
    def preparations(self) -> pd.DataFrame:
        """Lines of the plan's preparation, and the visits that carried them out."""
        return frames.frame(self.tables.preparations)

    @property
    def kpis(self) -> pd.DataFrame:
        """`name, value, unit, better, at_h, meaning` of every KPI."""
        return frames.frame({name: np.array(column, dtype=object) for name, column in self._kpi_columns().items()})

    def kpis_by(self, by: Split) -> pd.DataFrame:
        """Every KPI by `county` or by `party`: `key, name, value, unit`; those of an instant at the horizon.

        Raises `InputError` for another word.
        """
        if by not in SPLITS:
            raise input_error(
                _("must be one of {names} (got {value})").format(names=listed(SPLITS), value=shown(by)), path="by"
            )
        found = frames.frame(kpis_by(self.tables, by))
        return found.drop(columns="by")

    @property
    def scorecard(self) -> pd.DataFrame:
        """The scorecard's rows, columns as in `scorecard.json`."""
        import pandas as pd

        return pd.DataFrame([row.to_json() for row in self.scorecard_data.rows])

    @property
    def events(self) -> pd.DataFrame:
        """The log: `t_h, kind, subject, object, value, cause_row`, numbered as `cause_row` and `why` count them."""
        return frames.events(self.log)

    @property
    def over_time(self) -> pd.DataFrame:
        """Counts from each `t_h` (the index) to the next: stations out, by cause too, users, mains, waiting jobs."""
        return frames.over_time(self.tables)

    @property
    def calls(self) -> pd.DataFrame:
        """`site, lost_h, due_h, powered_h, lag_h, status` of times without mains that a dispatch rule is about."""
        return frames.calls(self.tables)

    @property
    def generator_runs(self) -> pd.DataFrame:
        """`generator, site, start_h, end_h, duration_h, load_kw, ended_by, open_ended` of runs at sites."""
        return frames.frame(self.tables.generator_runs)

    @property
    def steps(self) -> pd.DataFrame:
        """Steps of procedures that have a deadline: `step_run, …, by_h, done_h, lag_h, late`."""
        return frames.steps(self.tables)

    def things(self, item: str) -> pd.DataFrame:
        """The inventory's sites, crews, links, …, a row each by id. Raises `InputError` for another sort."""
        if item not in ITEMS:
            raise input_error(
                _("must be one of {names} (got {value})").format(names=listed(ITEMS), value=shown(item)), path="item"
            )
        return frames.things(self.inventory, item)

    def clock(self, t_h: float) -> datetime:
        """Wall clock of the drill's place at a moment, to the minute. Raises `InputError` for NaN."""
        if not isfinite(t_h):
            raise input_error(_("must be a moment: NaN stands where something never happened"), path="t_h")
        return self.spec.start.replace(tzinfo=None) + timedelta(minutes=round(t_h * 60))

    def why(self, row: int) -> list[Row]:
        """The chain of causes of a row of the log, the row itself first.

        `row` is its number, the index of `events`. Raises `InputError` where the log has no such row.
        """
        try:
            number = index(row)
        except TypeError:
            number = -1
        if not 0 <= number < len(self.log):
            said = _("must be the number of a row, 0 to {last} (got {value})")
            message = said.format(last=len(self.log) - 1, value=shown(row))
            raise input_error(message, path="row")
        return self.log.why(number)

    def explain(self, row: int) -> list[str]:
        """The same in words with the clock of each, in the language in use (`sim.language.speaking`)."""
        name = names_of(self.inventory)
        return [f"{self.clock(one.t_h):%m-%d %H:%M}  {told(one, name)}" for one in self.why(row)]

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
