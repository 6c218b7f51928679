"""Every KPI by county and by party.

Sums are divided among the parties and counties that `parts` names, so that the parts sum to the whole. Other
figures are those of a group of sites: the county's, or those that the party maintains; vehicles are then those
of the county's depots, or of the party's crews.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from sim.inventory import Texts
from sim.metrics.catalogue import kpi
from sim.metrics.duty import Ratio, ratio, worst
from sim.metrics.parts import ADDITIVE
from sim.metrics.tables import Frame, Tables
from sim.vocabulary import KPIS

Split = Literal["party", "county"]
SPLITS: Final[tuple[Split, ...]] = ("county", "party")
_RATIO: Final = "sites_without_mains_per_vehicle"


def split(name: str, data: Tables, by: Split, at_h: float | None = None) -> dict[str, float]:
    """A KPI by party or by county, NaN where it is undefined.

    Every party or county of the inventory has its line; what belongs to none stands under the empty name,
    where a sum has any. KeyError for a name that is not in the catalogue.
    """
    names = data.ground.parties if by == "party" else data.ground.counties
    if name in ADDITIVE:
        return _sums(name, data, by, at_h)
    codes = data.ground.site_party if by == "party" else data.ground.site_county
    if name == _RATIO:
        return {key: worst(ratio_of(data, by, key)) for key in names if key}
    return {key: kpi(name, data, at_h, codes == code) for code, key in enumerate(names) if key}


def _sums(name: str, data: Tables, by: Split, at_h: float | None) -> dict[str, float]:
    at_h = data.horizon_h if at_h is None or not KPIS[name].timed else at_h
    parts = ADDITIVE[name](data, at_h, None)
    names = data.ground.parties if by == "party" else data.ground.counties
    sums = np.bincount(parts.party if by == "party" else parts.county, parts.weight, minlength=len(names))
    return {key: value for key, value in zip(names, sums.tolist(), strict=True) if key or value}


def ratio_of(data: Tables, by: Split | None = None, key: str = "") -> Ratio:
    """Sites without mains per vehicle on duty; of a county or party, its sites and its vehicles."""
    ground, mains, duty = data.ground, data.mains_spells, data.duty
    if by is None:
        return ratio(mains, duty)
    owners = ground.owners("crew")
    names, sites, crews = (
        (ground.parties, ground.site_party, owners.party)
        if by == "party"
        else (ground.counties, ground.site_county, owners.county)
    )
    code = names.index(key)
    return ratio(mains.where(sites[mains.who] == code), duty.where(crews[duty.crew] == code))


def kpis_by(data: Tables, *splits: Split) -> Frame:
    """Every KPI by county and by party, or by one of them, at the horizon: `by, key, name, value, unit`."""
    rows = [
        (by, key, name, value, KPIS[name].unit)
        for by in splits or SPLITS
        for name in KPIS
        for key, value in split(name, data, by).items()
    ]
    columns: list[tuple[object, ...]] = list(zip(*rows, strict=True)) or [()] * 5
    texts: dict[str, Texts] = {
        name: np.array(column, dtype=object)
        for name, column in zip(("by", "key", "name", "value", "unit"), columns, strict=True)
    }
    return {**texts, "value": texts["value"].astype(np.float64)}
