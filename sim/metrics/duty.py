"""Vehicles on duty, and how many sites without mains each of them had to look after."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Final, NamedTuple

import numpy as np

from sim.log import Columns
from sim.metrics.ground import Floats, Ground
from sim.metrics.intervals import Spells, count_over_time, is_kind, rows_with, spells, value_at
from sim.metrics.jobs import Names

_ON: Final = ("crew.called", "crew.free", "crew.sent")


def duty_spells(log: Columns, ground: Ground, names: Names, horizon_h: float) -> Spells:
    """Times on duty of crews with a vehicle: from call, being free or being sent to `crew.rests`."""
    rows = rows_with(log, *_ON, "crew.rests")
    crew = names.crew[log.subject[rows]]
    crew = np.where(ground.crew_vehicle[crew] >= 0, crew, -1) if len(ground.crew_vehicle) else crew
    return spells(log, rows, crew, ~is_kind(log, rows, "crew.rests"), horizon_h)


class Ratio(NamedTuple):
    """Sites without mains per vehicle on duty, from each moment on; infinite where nobody is on duty."""

    moments: Floats
    sites_per_vehicle: Floats


def ratio(mains: Spells, duty: Spells) -> Ratio:
    """The steps of the ratio while any site is without mains; 0 otherwise."""
    sites_t, sites = count_over_time(mains)
    crews_t, crews = count_over_time(duty)
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
    place = np.where(
        np.isinf(of.sites_per_vehicle), len(edges) - 1, np.searchsorted(edges, of.sites_per_vehicle) - 1
    )
    return [
        Band(low, high, float(hours[place == number].sum()))
        for number, (low, high) in enumerate(zip(edges, [*edges[1:], inf], strict=True))
    ]
