"""What levers gain, seed by seed, what that costs, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any, Final

import numpy as np

from sim.ensemble.paired import Floats, Promise, finite, mean_interval, promise
from sim.spec import Title

FORMAT: Final = 1
WANT: Final = ("waiting_crews_free", "waiting_crews_resting", "waiting_sets_unused")
NOISE: Final = 1e-6
"""Hours of a difference of sums of hours that is none: a few milliseconds, below the grain of the clock."""


@dataclass(frozen=True)
class Columns:
    """Figures of one variant by seed: hours lost, and whether each target held (1, 0, NaN where undefined)."""

    variant: str
    stations: Floats
    users: Floats
    held: Mapping[str, Floats]
    want: Mapping[str, Floats]
    """What stood idle while orders waited, by KPI."""

    @property
    def kept(self) -> Floats:
        """How many targets each run missed not; NaN where the run failed. An undefined target breaks no promise."""
        rows = np.array([column != 0.0 for column in self.held.values()], dtype=np.float64)
        return np.where(np.isfinite(self.stations), rows.sum(axis=0) if len(rows) else 0.0, nan)

    def means(self) -> dict[str, float]:
        """Mean station-hours and user-hours lost and targets kept, over the runs that came to their end."""
        done = np.isfinite(self.stations)
        columns = {"station_hours": self.stations, "user_hours": self.users, "targets": self.kept}
        return {name: float(column[done].mean()) if done.any() else nan for name, column in columns.items()}

    def idle(self) -> dict[str, float]:
        """Means of `want`, over the runs in which an order waited; NaN where none did."""
        known = {name: column[np.isfinite(column)] for name, column in self.want.items()}
        return {name: float(column.mean()) if len(column) else nan for name, column in known.items()}


@dataclass(frozen=True)
class Gain:
    """The mean of a difference over pairs of runs with its 95 % interval (Student's t), more being better."""

    pairs: int
    mean: float
    low: float
    high: float

    @property
    def told(self) -> bool:
        """Whether a difference can be told: the interval does not hold 0."""
        return isfinite(self.low) and not self.low <= 0.0 <= self.high

    @property
    def clear(self) -> bool:
        """Whether it is clearly a gain."""
        return self.told and self.low > 0.0

    @property
    def nothing(self) -> bool:
        """Whether it is 0 in every pair."""
        return self.pairs > 1 and self.mean == self.low == self.high == 0.0


@dataclass(frozen=True)
class PerHour:
    """Cost of an hour saved, and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Held:
    """A target without and with the levers, and the share of runs gained, paired."""

    before: Promise
    after: Promise
    gained: Gain


@dataclass(frozen=True)
class Pulled:
    """Levers pulled together, against a base on the same seeds. `cost` is None where that of one is not known."""

    levers: tuple[str, ...]
    says: tuple[Title, ...]
    variant: str
    cost: float | None
    stations: Gain
    users: Gain
    gained: Gain
    """Targets kept more than without, of a run."""
    targets: tuple[Held, ...]

    @property
    def per_station_h(self) -> PerHour | None:
        """Cost of a station-hour saved."""
        return per_hour(self.cost, self.stations)

    @property
    def per_user_h(self) -> PerHour | None:
        """Cost of a user-hour saved."""
        return per_hour(self.cost, self.users)


@dataclass(frozen=True)
class Pair:
    """Two levers together, and what they save beyond the sum of what each saves alone."""

    pulled: Pulled
    stations: Gain
    users: Gain


@dataclass(frozen=True)
class Candidate:
    """A lever that could have been bought next, and what it saves on top of those bought."""

    lever: str
    on_top: Pulled


@dataclass(frozen=True)
class Step:
    """A lever bought: what it saves on top of those before, and what all of them save."""

    lever: str
    say: Title
    cost: float
    spent: float
    on_top: Pulled
    total: Pulled
    tried: tuple[Candidate, ...]


@dataclass(frozen=True)
class Ranking:
    """The levers of a scenario, best first, and what else was asked."""

    scenario: str
    seeds: int
    by: str
    targets: tuple[str, ...]
    base: Mapping[str, float]
    want: Mapping[str, float]
    """What stood idle while orders to power a site waited, as written: means of the KPIs of `WANT`."""
    singles: tuple[Pulled, ...]
    pairs: tuple[Pair, ...] | None = None
    budget: float | None = None
    steps: tuple[Step, ...] | None = None
    cost_unknown: tuple[str, ...] = ()
    """Levers that no budget can buy, as their cost is not written."""
    left_out: tuple[str, ...] = ()
    """Levers that cannot be pulled together, and why."""
    idle: tuple[str, ...] = ()
    """Warnings of levers that can have no effect. These and those left out are data: in English."""
    remarks: tuple[str, ...] = ()
    """The same in the language in use, for people."""

    def to_json(self) -> dict[str, Any]:
        """As in `levers.json`; what is undefined is null."""
        return {
            "format": FORMAT,
            "scenario": self.scenario,
            "seeds": self.seeds,
            "by": self.by,
            "targets": list(self.targets),
            "base": {name: finite(value) for name, value in self.base.items()},
            "want": {name: finite(value) for name, value in self.want.items()},
            "levers": [_pulled_json(one) for one in self.singles],
            "pairs": None if self.pairs is None else [_pair_json(pair) for pair in self.pairs],
            "budget": self.budget,
            "steps": None if self.steps is None else [_step_json(step) for step in self.steps],
            "cost_unknown": list(self.cost_unknown),
            "left_out": list(self.left_out),
            "warnings": list(self.idle),
        }


# From columns to gains


def gain(values: Floats) -> Gain:
    """The mean of differences seed by seed; those that are undefined are left out.

    What differs by less than `NOISE` is rounding of sums in another order, and is none.
    """
    known = values[np.isfinite(values)]
    known = np.where(np.abs(known) < NOISE, 0.0, known)
    return Gain(len(known), *mean_interval(known))


def per_hour(cost: float | None, saved: Gain) -> PerHour | None:
    """Cost over hours saved; None where the cost is not known or the saving is not clearly above 0.

    The cost is a known number, so the ends of the interval are those of the saving, turned round: what Fieller's
    interval comes to with a numerator that does not vary. Source: Fieller 1954, doi:10.1111/j.2517-6161.1954.tb00159.x.
    """
    if cost is None or not saved.clear:
        return None
    return PerHour(cost / saved.mean, cost / saved.high, cost / saved.low)


def pulled(
    levers: tuple[str, ...], says: tuple[Title, ...], cost: float | None, ours: Columns, base: Columns
) -> Pulled:
    """What levers gain over a base, seed by seed."""
    targets = tuple(
        Held(promise("", name, base.held[name]), promise("", name, ours.held[name]),
             gain(ours.held[name] - base.held[name]))
        for name in base.held
    )  # fmt: skip
    return Pulled(
        levers, says, ours.variant, cost, gain(base.stations - ours.stations), gain(base.users - ours.users),
        gain(ours.kept - base.kept), targets,
    )  # fmt: skip


def interaction(both: Columns, one: Columns, other: Columns, base: Columns) -> tuple[Gain, Gain]:
    """Station-hours and user-hours that two levers save together beyond the sum of each alone, seed by seed."""
    return (
        gain(one.stations + other.stations - base.stations - both.stations),
        gain(one.users + other.users - base.users - both.users),
    )


# JSON


def _gain_json(one: Gain) -> dict[str, Any]:
    return {"mean": finite(one.mean), "low": finite(one.low), "high": finite(one.high), "pairs": one.pairs}


def _ratio_json(one: PerHour | None) -> dict[str, Any] | None:
    return None if one is None else {"value": finite(one.value), "low": finite(one.low), "high": finite(one.high)}


def _promise_json(one: Promise) -> dict[str, Any]:
    return {"share": finite(one.share), "low": finite(one.low), "high": finite(one.high), "runs": one.runs}


def _pulled_json(one: Pulled) -> dict[str, Any]:
    return {
        "levers": list(one.levers),
        "say": [say.model_dump() for say in one.says],
        "variant": one.variant,
        "cost": one.cost,
        "station_hours_saved": _gain_json(one.stations),
        "user_hours_saved": _gain_json(one.users),
        "targets_gained": _gain_json(one.gained),
        "cost_per_station_hour": _ratio_json(one.per_station_h),
        "cost_per_user_hour": _ratio_json(one.per_user_h),
        "targets": {
            held.before.target: {
                "before": _promise_json(held.before), "after": _promise_json(held.after),
                "gained": _gain_json(held.gained),
            }
            for held in one.targets
        },
    }  # fmt: skip


def _pair_json(pair: Pair) -> dict[str, Any]:
    found = {"station_hours": _gain_json(pair.stations), "user_hours": _gain_json(pair.users)}
    return _pulled_json(pair.pulled) | {"interaction": found}


def _step_json(step: Step) -> dict[str, Any]:
    tried: Sequence[Candidate] = step.tried
    return {
        "lever": step.lever,
        "cost": step.cost,
        "spent": step.spent,
        "on_top": _pulled_json(step.on_top),
        "total": _pulled_json(step.total),
        "tried": [{"lever": one.lever, **_tried_json(one.on_top)} for one in tried],
    }


def _tried_json(one: Pulled) -> dict[str, Any]:
    return {
        "cost": one.cost,
        "station_hours_saved": _gain_json(one.stations),
        "cost_per_station_hour": _ratio_json(one.per_station_h),
    }
