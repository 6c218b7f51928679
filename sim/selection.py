"""Which sites a `where:` table means."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from sim.errors import input_error, listed, shown
from sim.inventory import Bools, Ints, Inventory, Texts, number, rows_of, text, truth
from sim.language import _
from sim.spec import Where


def select(where: Where | None, inventory: Inventory, lists: Mapping[str, Collection[int]]) -> Bools:
    """The selected sites as a mask over the inventory's sites; all of them for no `where` or an empty one.

    All given lines must hold. A county or township may be told by its id or by either of its names.
    `downstream_at_least` counts the other sites whose `hub` is the site. A list that the scenario does not
    have is an `InputError`, and so is a `where` that means a service, a procedure or a row of racks.
    """
    sites = inventory["site"]
    mask = np.ones(len(sites["id"]), dtype=np.bool_)
    if where is None:
        return mask
    if where.singled[0]:
        raise input_error(
            _("must select sites (got the {sort} {name})").format(sort=where.singled[0], name=where.singled[1]),
            path="where",
        )
    for column in ("site_class", "role", "party", "cabinet"):
        mask &= _one_of(text(sites, column), getattr(where, column))
    for place in ("county", "township"):
        mask &= _placed(inventory, place, getattr(where, place))
    for flag in ("key", "command", "urban"):
        if (wanted := getattr(where, flag)) is not None:
            mask &= truth(sites, flag) == wanted
    if where.fixed_generator is not None:
        mask &= (number(sites, "fixed_generator_kw") > 0) == where.fixed_generator
    if where.downstream_at_least is not None:
        mask &= downstream(inventory) >= where.downstream_at_least
    return mask & _listed(len(mask), where.list_, lists)


def downstream(inventory: Inventory) -> Ints:
    """How many other sites each site is the hub of: those whose column `hub` names it. Shape (sites,)."""
    ids = inventory["site"]["id"]
    hub = rows_of(ids, text(inventory["site"], "hub").tolist())
    others = (hub >= 0) & (hub != np.arange(len(ids)))
    return np.bincount(hub[others], minlength=len(ids)).astype(np.int64)


def _one_of(column: Texts, wanted: str | list[str] | None) -> Bools:
    if wanted is None:
        return np.ones(len(column), dtype=np.bool_)
    return np.isin(column.astype(str), [wanted] if isinstance(wanted, str) else wanted)


def _placed(inventory: Inventory, place: str, wanted: str | list[str] | None) -> Bools:
    column = text(inventory["site"], place)
    if wanted is None:
        return np.ones(len(column), dtype=np.bool_)
    names = {wanted} if isinstance(wanted, str) else set(wanted)
    table = inventory[place]
    rows = zip(*(text(table, name).tolist() for name in ("id", "name", "name_en")), strict=True)
    return _one_of(column, sorted(names | {row[0] for row in rows if names & set(row[1:])}))


def _listed(sites: int, name: str | None, lists: Mapping[str, Collection[int]]) -> Bools:
    if name is None:
        return np.ones(sites, dtype=np.bool_)
    if name not in lists:
        raise input_error(
            _("list must be one of {names} (got {value})").format(names=listed(lists) or _("none"), value=shown(name)),
            path="where",
        )
    mask = np.zeros(sites, dtype=np.bool_)
    mask[np.array(sorted(lists[name]), dtype=np.int64)] = True
    return mask
