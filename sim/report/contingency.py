"""What a contingency check has found, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sim.contingency import Breach, Report
from sim.contingency.words import listed, what, why

_NAMED: Final = 50
"""Sites of a row that are named in JSON."""
HEADS = ("rank", "elements", "breaks", "users", "why")


def rows(report: Report, breaches: Sequence[Breach], most: int) -> list[list[str]]:
    """A table, the worst first."""
    return [
        [
            str(rank),
            " + ".join(map(str, breach.elements)),
            what(breach),
            f"{breach.users:,.0f}",
            why(report, breach, names=breach.sites <= 3),
        ]
        for rank, breach in enumerate(breaches[:most], 1)
    ]


def before(report: Report) -> list[str]:
    """What is broken with nothing lost, a line each."""
    static, told = report.world.static, []
    if report.isolated:
        count = len(report.world.topology.sites.id)
        told.append(
            f"{report.isolated} of {count} sites have no way to a core with nothing lost; they are left out below"
        )
    if report.world.before.out:
        told.append(f"out with nothing lost, and left out below: {listed(sorted(report.world.before.out))}")
    if static is not None and static.power.before:
        told.append(f"not in order with nothing lost: {listed([event.name for event in static.power.before])}")
    if static is not None and static.warm:
        told.append(f"too warm with nothing lost: {listed(static.warm)}")
    return told


def singles_heading(report: Report) -> str:
    """How many single elements break something, or that none does."""
    count = len(report.world.outside) + len(report.world.inside)
    alone = f" {report.alone} sites lose only themselves." if report.alone else ""
    if not report.singles:
        return f"Single elements: none of {count} breaks a service or isolates another site.{alone}"
    return f"Single elements: {len(report.singles)} of {count} break a service or isolate another site.{alone}"


def pairs_heading(report: Report) -> str:
    """The same of pairs."""
    if not report.pairs:
        return "Pairs: none breaks a service or isolates a site that neither of the two breaks alone."
    return f"Pairs: {len(report.pairs)} break what neither of the two breaks alone."


def as_json(report: Report, order: int) -> dict[str, Any]:
    """Everything, the worst first; of the sites of a row so many are named at most."""
    world = report.world
    return {
        "topology": world.topology.name,
        "order": order,
        "elements": len(world.outside) + len(world.inside),
        "isolated_before": report.isolated,
        "services_out_before": sorted(world.before.out),
        "sites_that_lose_only_themselves": report.alone,
        "singles": [_json(report, breach) for breach in report.singles],
        "pairs": None if report.pairs is None else [_json(report, breach) for breach in report.pairs],
    }


def _json(report: Report, breach: Breach) -> dict[str, Any]:
    return {
        "elements": [{"sort": element.sort, "id": element.name} for element in breach.elements],
        "users": breach.users,
        "sites": breach.sites,
        "site_ids": report.sites_of(breach)[:_NAMED],
        "services": list(breach.services),
        "why": why(report, breach),
    }
