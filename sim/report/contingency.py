"""What a contingency check has found, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sim.contingency import Breach, Report
from sim.contingency.words import element_words, listed, what, why
from sim.language import _, speaking

_NAMED: Final = 50
"""Sites of a row that are named in JSON."""


def heads() -> tuple[str, ...]:
    """Heads of the table."""
    return _("rank"), _("elements"), _("breaks"), _("users"), _("why")


def rows(report: Report, breaches: Sequence[Breach], most: int) -> list[list[str]]:
    """A table, the worst first."""
    return [
        [
            str(rank),
            " + ".join(map(element_words, breach.elements)),
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
        said = _("{isolated} of {count} sites have no way to a core with nothing lost; they are left out below")
        told.append(said.format(isolated=report.isolated, count=count))
    if report.world.before.out:
        said = _("out with nothing lost, and left out below: {names}")
        told.append(said.format(names=listed(sorted(report.world.before.out))))
    if static is not None and static.power.before:
        said = _("not in order with nothing lost: {names}")
        told.append(said.format(names=listed([event.name for event in static.power.before])))
    if static is not None and static.warm:
        told.append(_("too warm with nothing lost: {names}").format(names=listed(static.warm)))
    return told


def singles_heading(report: Report) -> str:
    """How many single elements break something, or that none does."""
    count = len(report.world.outside) + len(report.world.inside)
    alone = _(" {count} sites lose only themselves.").format(count=report.alone) if report.alone else ""
    none = _("Single elements: none of {count} breaks a service or isolates another site.")
    some = _("Single elements: {broken} of {count} break a service or isolate another site.")
    return (some if report.singles else none).format(broken=len(report.singles), count=count) + alone


def pairs_heading(report: Report) -> str:
    """The same of pairs."""
    if not report.pairs:
        return _("Pairs: none breaks a service or isolates a site that neither of the two breaks alone.")
    return _("Pairs: {count} break what neither of the two breaks alone.").format(count=len(report.pairs))


def as_json(report: Report, order: int) -> dict[str, Any]:
    """Everything, the worst first, in English; of the sites of a row so many are named at most."""
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
    with speaking("en"):
        reason = why(report, breach)
    return {
        "elements": [{"sort": element.sort, "id": element.name} for element in breach.elements],
        "users": breach.users,
        "sites": breach.sites,
        "site_ids": report.sites_of(breach)[:_NAMED],
        "services": list(breach.services),
        "why": reason,
    }
