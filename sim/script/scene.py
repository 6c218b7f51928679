"""What an inject is aimed at, and which rows of the log come of it or are about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from sim.inventory import Inventory
from sim.log import Columns, Row

_SITES: Final = ("site", "hub")


@dataclass
class Stage:
    """A log with what is looked up in it again and again."""

    log: Columns
    inventory: Inventory

    @cached_property
    def job_sites(self) -> dict[str, str]:
        """Site of each job."""
        rows = self.log.of("job.opened").tolist()
        return {self.subject(row): self.object(row) for row in rows}

    @cached_property
    def sites(self) -> frozenset[str]:
        """Ids of all sites."""
        return frozenset(map(str, self.inventory["site"]["id"].tolist()))

    def subject(self, row: int) -> str:
        """Subject of a row."""
        return str(self.log.names[self.log.subject[row]])

    def object(self, row: int) -> str:
        """Object of a row."""
        return str(self.log.names[self.log.object[row]])

    def kind(self, row: int) -> str:
        """Kind of a row."""
        return str(self.log.kinds[self.log.kind[row]])

    def row(self, row: int) -> Row:
        """A row as it is told."""
        log = self.log
        return Row(
            float(log.t_h[row]), self.kind(row), self.subject(row), self.object(row), float(log.value[row]),
            int(log.cause_row[row]),
        )  # fmt: skip

    def rows(self, *kinds: str) -> list[int]:
        """Rows of these kinds in time order."""
        found: list[int] = self.log.of(*kinds).tolist()
        return found


@dataclass
class Scene:
    """One inject as it took effect in row `fired`: the sort and name of its target, and the part of a site."""

    stage: Stage
    fired: int
    action: str
    target: str
    _comes_of: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sort, colon, name = self.target.partition(":")
        self.sort, self.name, self.part = (sort, name, "") if colon else ("", "", "")
        if self.sort in _SITES:
            self.sort = "site"
            if name not in self.stage.sites:
                self.name, _, self.part = name.rpartition(".")
        self._comes_of[self.fired] = True

    def traced(self, row: int) -> bool:
        """Whether a row came of the inject, by the chain of causes."""
        known, causes, chain = self._comes_of, self.stage.log.cause_row, []
        while row not in known and row > self.fired:
            chain.append(row)
            row = int(causes[row])
        found = known.get(row, False)
        known.update(dict.fromkeys(chain, found))
        return found

    def about(self, row: int) -> bool:
        """Whether a row is about the inject's own target, itself or by its job."""
        if not self.name:
            return False
        jobs = self.stage.job_sites
        ends = (self.stage.subject(row), self.stage.object(row))
        return self.name in ends or (self.sort == "site" and self.name in map(jobs.get, ends))

    def own(self, row: int) -> bool:
        """Whether a row came of the inject or is about its target."""
        return self.about(row) or self.traced(row)
