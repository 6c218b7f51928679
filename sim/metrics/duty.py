"""Vehicles on duty, and how many sites without mains each of them had to look after."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Final, NamedTuple

import numpy as np

from sim.inventory import Bools, Floats, Ints, number
from sim.log import Columns
from sim.metrics.ground import Ground
from sim.metrics.intervals import Spells, count_over_time, first_of, rows_with, steps, take, value_at
from sim.metrics.jobs import Names

_BEGINS: Final = ("crew.called", "crew.free", "crew.sent")


class Duty(NamedTuple):
    """Vehicles coming on duty (+1) and going off it (-1); `crew` is a row of its table. Shape (changes,)."""

    crew: Ints
    moment_h: Floats
    change: Ints

    def where(self, mask: Bools) -> Duty:
        """Some of the changes."""
        return Duty(self.crew[mask], self.moment_h[mask], self.change[mask])


def duty_of(log: Columns, ground: Ground, names: Names, horizon_h: float) -> Duty:
    """Duty of crews with a vehicle.

    A crew is on duty from the hour at which it is ready, or its first `crew.called`, `crew.free` or
    `crew.sent` where that is earlier or it was not to be had before (second line, hired, aid). It is off duty
    for the hours that `crew.rests` names.
    """
    rows = rows_with(log, *_BEGINS)
    rows = rows[names.crew[log.subject[rows]] >= 0]
    first = first_of(names.crew[log.subject[rows]], len(ground.crew_vehicle))
    ready_h = number(ground.inventory["crew"], "ready_h", np.inf)
    begins_h = np.fmin(ready_h, take(log.t_h[rows], first))
    vehicle = ground.crew_vehicle >= 0
    crews = np.flatnonzero(vehicle & (begins_h <= horizon_h))
    rests = rows_with(log, "crew.rests")
    resting = names.crew[log.subject[rests]]
    known = np.isin(resting, crews)
    rests, resting = rests[known], resting[known]
    again_h = log.t_h[rests] + log.value[rests]
    one = np.ones(len(rests), dtype=np.int64)
    found = Duty(
        np.concatenate((crews, resting, resting)),
        np.concatenate((np.maximum(begins_h[crews], 0.0), log.t_h[rests], again_h)),
        np.concatenate((np.ones(len(crews), dtype=np.int64), -one, one)),
    )
    return found.where(found.moment_h <= horizon_h)


class Ratio(NamedTuple):
    """Sites without mains per vehicle on duty, from each moment on; infinite where nobody is on duty."""

    moments: Floats
    sites_per_vehicle: Floats


def ratio(mains: Spells, duty: Duty) -> Ratio:
    """The steps of the ratio while any site is without mains; 0 otherwise."""
    sites_t, sites = count_over_time(mains)
    crews_t, crews = steps(duty.moment_h, duty.change)
    moments = np.unique(np.concatenate((sites_t, crews_t)))
    without, vehicles = value_at(sites_t, sites, moments), value_at(crews_t, crews, moments)
    per = np.full(len(moments), np.inf)
    np.divide(without, vehicles, out=per, where=vehicles > 0)
    return Ratio(moments, np.where(without == 0, 0.0, per))


def worst(of: Ratio) -> float:
    """The highest ratio at a moment with a vehicle on duty; NaN where no site lost mains or nobody was."""
    usable = of.sites_per_vehicle[np.isfinite(of.sites_per_vehicle) & (of.sites_per_vehicle > 0)]
    return float(usable.max()) if len(usable) else float("nan")


class Band(NamedTuple):
    """Hours in which the ratio lay above `above`, at most at `up_to`; `above` infinite: nobody on duty."""

    above: float
    up_to: float
    hours: float


def bands(of: Ratio, bounds: Sequence[float], horizon_h: float) -> list[Band]:
    """Hours by band while any site was without mains; the last band is the time with nobody on duty."""
    hours = np.diff(np.append(of.moments, max(horizon_h, *of.moments[-1:])))
    edges = [0.0, *sorted(bounds), inf]
    place = np.where(np.isinf(of.sites_per_vehicle), len(edges) - 1, np.searchsorted(edges, of.sites_per_vehicle) - 1)
    return [
        Band(low, high, float(hours[place == number].sum()))
        for number, (low, high) in enumerate(zip(edges, [*edges[1:], inf], strict=True))
    ]
