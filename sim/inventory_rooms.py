"""Machine rooms, teams and procedures in the inventory. Lists are texts separated by blanks."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inventory import Inventory
from sim.scenario import ScenarioSpec
from sim.topology.plant import Plant


def _table(rows: Sequence[dict[str, Any]]) -> dict[str, NDArray[np.generic]]:
    """Rows as columns: numbers as floats, texts as texts."""
    return {name: np.asarray([row[name] for row in rows]) for name in rows[0]} if rows else {}


def _add(inventory: Inventory, item: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        inventory[item] = _table(rows)


def add_rooms(inventory: Inventory, plant: Plant | None) -> None:
    """Rows, racks, supply, devices, coolers, cables and services."""
    if plant is None:
        return
    _add(inventory, "row", [
        {"id": name, "site": row.site, "name": row.name, "name_en": row.name_en, "lag_h": plant.lag_h(name),
         "setpoint_c": row.heat.setpoint_c, "warn_c": row.heat.warn_c, "major_c": row.heat.major_c,
         "outside_c": row.heat.outside_c, "racks": float(len(plant.racks_in[name]))}
        for name, row in plant.rows.items()
    ])  # fmt: skip
    _add(inventory, "rack", [{"id": name, "row": row} for name, row in plant.row_of.items()])
    _add(inventory, "power_node", [
        {"id": name, "node_kind": node.kind, "site": node.site, "feeds": " ".join(node.feeds),
         "rated_kw": nan if node.rated_kw is None else node.rated_kw,
         "limit_kw": nan if node.rated_kw is None else node.limit_kw, "rack": plant.rack_of_pdu.get(name, "")}
        for name, node in plant.nodes.items()
    ])  # fmt: skip
    _add(inventory, "device", [
        {"id": name, "rack": device.rack, "device_kind": device.kind, "load_kw": device.load_w / 1000,
         "supplies": " ".join(plant.supplies[name])}
        for name, device in plant.devices.items()
    ])  # fmt: skip
    _add(inventory, "cooler", [
        {"id": name, "row": cooler.row, "capacity_kw": cooler.capacity_kw, "fed_by": cooler.fed_by}
        for name, cooler in plant.coolers.items()
    ])  # fmt: skip
    _add(inventory, "room_link", [
        {"id": name, "a": link.a, "b": link.b, "length_km": link.length_km, "duct_km": link.duct_km}
        for name, link in plant.links.items()
    ])  # fmt: skip
    _add(inventory, "service", [
        {"id": name, "name": service.name, "name_en": service.name_en, "users": service.users}
        for name, service in plant.services.items()
    ])  # fmt: skip


def add_teams(inventory: Inventory, spec: ScenarioSpec) -> None:
    """Teams, their people, and the steps of procedures."""
    teams = spec.resources.teams
    _add(inventory, "team", [
        {"id": name, "name": team.title.zh, "name_en": team.title.en, "party": team.party, "place": team.place,
         "people": float(team.people)}
        for name, team in teams.items()
    ])  # fmt: skip
    _add(inventory, "person", [
        {"id": f"{name}-{number:02d}", "team": name, "party": team.party, "place": team.place,
         "skills": " ".join(team.skills)}
        for name, team in teams.items()
        for number in range(1, team.people + 1)
    ])  # fmt: skip
    _add(inventory, "procedure_step", [
        {"id": f"{name}.{step_name}", "procedure": name, "step": step_name, "name": step.title.zh,
         "name_en": step.title.en, "who": procedure.roles[step.who].team if step.who in procedure.roles else step.who,
         "by_h": nan if step.by_h is None else step.by_h, "order": float(order)}
        for name, procedure in spec.plan.procedures.items()
        for order, (step_name, step) in enumerate(procedure.steps.items())
    ])  # fmt: skip


def add_names(inventory: Inventory, spec: ScenarioSpec) -> None:
    """What the scenario calls its ids and words, last of all, so that it counts before other names."""
    _add(inventory, "wording", [
        {"id": name, "name": title.zh or name, "name_en": title.en or name} for name, title in spec.names.items()
    ])  # fmt: skip
