"""What held when: states of things as intervals, and counts over time, rebuilt from a run's rows.

Pure numpy on a `Story`; no picture is drawn here. An interval is [start, end); one still open when the drill
ends has no end (infinity). Outages and mains are those of `sim.metrics`: no curve may contradict a KPI.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim import metrics
from sim.inventory import Inventory, number, text
from sim.log import Columns, EventLog
from sim.metrics.intervals import Spells, rows_with
from sim.scenario import ScenarioSpec
from sim.vocabulary import POWER_CAUSES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Texts = NDArray[np.str_]

CAUSES: Final = (*metrics.CAUSES, "other")
SOURCES: Final = ("mains", "generator", "battery", "none")


class RunLike(Protocol):
    """A run as pictures need it: `sim.results.Run`, a live session or a real incident."""

    @property
    def spec(self) -> ScenarioSpec:
        """The resolved scenario."""
        ...

    @property
    def log(self) -> EventLog:
        """What happened."""
        ...

    @property
    def inventory(self) -> Inventory:
        """What its rows name."""
        ...

    @property
    def seed(self) -> int:
        """Seed of the draws."""
        ...

    @property
    def policy(self) -> str:
        """Name of the policy."""
        ...


class Intervals(NamedTuple):
    """Things in states: `who` is a row of an inventory table, what `state` indexes is said by its maker."""

    who: Ints
    state: Ints
    start_h: Floats
    end_h: Floats

    def at(self, t_h: float, count: int, quiet: int = -1) -> Ints:
        """State of each of `count` things at a moment; `quiet` for those without one. Shape (count,)."""
        state = np.full(count, quiet, dtype=np.int64)
        now = (self.start_h <= t_h) & (t_h < self.end_h)
        state[self.who[now]] = self.state[now]
        return state

    def of(self, *states: int) -> Intervals:
        """Only intervals in these states."""
        return self.take(np.isin(self.state, states))

    def take(self, chosen: NDArray[np.bool_]) -> Intervals:
        """Only the chosen intervals."""
        return Intervals(self.who[chosen], self.state[chosen], self.start_h[chosen], self.end_h[chosen])


class Curve(NamedTuple):
    """A count that holds its value from each `t_h` to the next."""

    t_h: Floats
    value: Floats

    def at(self, t_h: float) -> float:
        """The count at a moment, 0 before the first change."""
        row = int(np.searchsorted(self.t_h, t_h, side="right")) - 1
        return float(self.value[row]) if row >= 0 else 0.0

    @property
    def most(self) -> tuple[float, float]:
        """When the count is highest for the first time, and how high; (0, 0) where it is always 0."""
        if not len(self.value) or self.value.max() <= 0:
            return 0.0, 0.0
        row = int(self.value.argmax())
        return float(self.t_h[row]), float(self.value[row])


@dataclass(frozen=True, eq=False)
class Story:
    """Everything a picture may read: rows as columns, the inventory, the resolved scenario."""

    columns: Columns
    inventory: Inventory
    spec: ScenarioSpec
    seed: int = 0
    policy: str = ""

    @classmethod
    def of(cls, run: RunLike) -> Story:
        """The story of a run."""
        return cls(run.log.columns(), run.inventory, run.spec, run.seed, run.policy)

    @property
    def horizon_h(self) -> float:
        """End of the drill, hours after its start."""
        return self.spec.horizon_h

    @property
    def start(self) -> datetime:
        """Wall clock at the start, in the zone of the drill."""
        return self.spec.start.replace(tzinfo=None)

    def wall(self, t_h: float) -> datetime:
        """Wall clock of a moment, to the minute."""
        return self.start + timedelta(minutes=round(t_h * 60))

    def count(self, item: str) -> int:
        """How many there are of a sort of item."""
        return len(self.inventory[item]["id"])

    def texts(self, item: str, column: str) -> Texts:
        """A text column of the inventory; empty texts where it has none."""
        return text(self.inventory[item], column).astype(np.str_)

    def floats(self, item: str, column: str) -> Floats:
        """A number column of the inventory; NaN where it has none."""
        return number(self.inventory[item], column, np.nan)

    def rows_of(self, item: str) -> Ints:
        """For each name of the log its row in an inventory table, -1 where it is no such thing."""
        index = {str(name): row for row, name in enumerate(self.inventory[item]["id"].tolist())}
        return np.array([index.get(name, -1) for name in self.columns.names], dtype=np.int64)

    def codes_of(self, words: tuple[str, ...]) -> Ints:
        """For each name of the log its place in `words`, -1 where it is none of them."""
        index = {word: code for code, word in enumerate(words)}
        return np.array([index.get(name, -1) for name in self.columns.names], dtype=np.int64)

    @cached_property
    def tables(self) -> metrics.Tables:
        """The tables every KPI is made of."""
        return metrics.tables(self.columns, self.inventory, self.horizon_h, self.spec.plan)

    @property
    def stations_per_site(self) -> Ints:
        """Stations at each site, shape (sites,)."""
        return self.tables.ground.stations

    @cached_property
    def outages(self) -> Intervals:
        """Outages of sites; states index CAUSES."""
        found = self.tables.site_outages
        cause = np.where(found.cause < 0, CAUSES.index("other"), found.cause)
        return _from_spells(found.spells, cause.astype(np.int64))

    @cached_property
    def mains_losses(self) -> Intervals:
        """Sites without mains; state 0."""
        found = self.tables.mains_spells
        return _from_spells(found, np.zeros(len(found.who), dtype=np.int64))

    def rows(self, *kinds: str) -> Ints:
        """Rows of these kinds in time order; a kind the log does not know has none."""
        return rows_with(self.columns, *kinds)

    @cached_property
    def sources(self) -> Intervals:
        """What carries each site since its first change; states index SOURCES."""
        rows = self.rows("site.source")
        state = self.codes_of(SOURCES)[self.columns.object[rows]]
        return self.intervals(self.rows_of("site")[self.columns.subject[rows]], state, self.columns.t_h[rows])

    def intervals(self, who: Ints, state: Ints, t_h: Floats) -> Intervals:
        """Intervals from changes in time order; a state or thing of -1 is none, empty ones are dropped."""
        order = np.argsort(who, kind="stable")
        who, state, t_h = who[order], state[order], t_h[order]
        end_h = np.full(len(t_h), np.inf)
        if len(t_h):
            same = who[1:] == who[:-1]
            end_h[:-1][same] = t_h[1:][same]
        return Intervals(who, state, t_h, end_h).take((who >= 0) & (state >= 0) & (end_h > t_h))


def _from_spells(found: Spells, state: Ints) -> Intervals:
    return Intervals(found.who, state, found.start_h, np.where(found.open, np.inf, found.end_h))


def count(spans: Intervals, weight: Ints | None = None) -> Curve:
    """How many things are within an interval over time, each counted `weight[who]` times."""
    each = np.ones(len(spans.who)) if weight is None else weight[spans.who].astype(np.float64)
    over = np.isfinite(spans.end_h)
    times, place = np.unique(np.concatenate([spans.start_h, spans.end_h[over]]), return_inverse=True)
    change = np.bincount(place, weights=np.concatenate([each, -each[over]]), minlength=len(times))
    return Curve(times, np.round(np.cumsum(change)).astype(np.float64))


def cumulative(spans: Intervals, weight: Ints | None = None) -> Curve:
    """How many distinct things have entered an interval so far, each counted `weight[who]` times."""
    who, place = np.unique(spans.who, return_inverse=True)
    first_h = np.full(len(who), np.inf)
    np.minimum.at(first_h, place, spans.start_h)
    each = np.ones(len(who)) if weight is None else weight[who].astype(np.float64)
    times, place = np.unique(first_h, return_inverse=True)
    return Curve(times, np.cumsum(np.bincount(place, weights=each, minlength=len(times))))


def stations_out(story: Story) -> dict[str, Curve]:
    """Stations out over time by cause."""
    weight = story.stations_per_site
    return {cause: count(story.outages.of(code), weight) for code, cause in enumerate(CAUSES)}


def stations_out_cumulative(story: Story) -> Curve:
    """Distinct stations whose outage of a power cause has begun."""
    power = [CAUSES.index(cause) for cause in POWER_CAUSES]
    return cumulative(story.outages.of(*power), story.stations_per_site)


def stacked(curves: dict[str, Curve], end_h: float) -> tuple[Floats, Floats]:
    """Common times (0 to `end_h`) and values of the curves, shapes (times,) and (curves, times)."""
    times = np.unique(np.concatenate([[0.0, end_h], *(curve.t_h for curve in curves.values())]))
    values = [
        np.concatenate([[0.0], curve.value])[np.searchsorted(curve.t_h, times, side="right")]
        for curve in curves.values()
    ]
    return times, np.array(values)


def worst_h(story: Story) -> float:
    """The moment with most stations out; without outages with most sites on battery, else without mains."""
    on_battery = story.sources.of(SOURCES.index("battery"))
    for curve in (
        count(story.outages, story.stations_per_site),
        count(on_battery),
        count(story.mains_losses),
    ):
        if curve.most[1] > 0:
            return curve.most[0]
    return 0.0
