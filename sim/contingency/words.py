"""Why a loss breaks something, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sim.contingency.check import Breach, Report
from sim.contingency.elements import Element, chain
from sim.contingency.power import Event

_NAMES_SHOWN = 4
_TRIPS_TOLD = 3


def why(report: Report, breach: Breach, *, names: bool = False) -> str:
    """The reason; with `names`, the sites by name where they are few (which takes a search of the network)."""
    parts = [*_inside(report, breach.elements), *_outside(report, breach)]
    if names and breach.sites:
        sites = report.sites_of(breach)
        parts.append(f"sites: {listed(sites)}")
    return "; ".join(parts)


def what(breach: Breach) -> str:
    """What breaks: sites and services."""
    parts = [_sites(breach.sites)] if breach.sites else []
    parts += [f"service {name}" for name in breach.services]
    return ", ".join(parts)


def _sites(count: int) -> str:
    return f"{count} site{'' if count == 1 else 's'}"


def _outside(report: Report, breach: Breach) -> Iterator[str]:
    if not breach.sites:
        return
    pair = len(breach.elements) > 1
    if not pair and breach.elements[0].sort == "feeder":
        dark = int((report.net.reached[sorted(report.world.effect(breach.elements).dead)]).sum())
        if dark:
            yield f"{_sites(dark)} {_go(dark)} dark when the batteries are empty"
        others = breach.sites - dark
        if others:
            yield f"{_sites(others)} {_lose(others)} the only way to a core"
        return
    itself = not pair and breach.elements[0].sort == "site"
    others = breach.sites - itself
    if itself:
        yield "it is lost itself"
    if others:
        yield f"{_sites(others)} {_lose(others)} {_ways(breach.elements)}"


def _ways(elements: Sequence[Element]) -> str:
    if len(elements) == 1:
        return "the only way to a core"
    dark = [element.name for element in elements if element.sort == "feeder"]
    return "both ways to a core" + (f" once {' and '.join(dark)} {_is(dark)} dark" if dark else "")


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _go(count: int) -> str:
    return "goes" if count == 1 else "go"


def _lose(count: int) -> str:
    return "loses" if count == 1 else "lose"


def _inside(report: Report, elements: tuple[Element, ...]) -> Iterator[str]:
    """What happens in machine rooms on the way."""
    world = report.world
    if world.static is None or not any(element in world.losses for element in elements):
        return
    found, before = world.rooms(elements), world.before
    events = chain(found.events, before.events)
    trips = [event for event in events if event.what == "tripped"]
    for event in trips[:_TRIPS_TOLD]:
        yield f"the load moves to {event.name}, {_share(report, event)}, and it trips"
    if len(trips) > _TRIPS_TOLD:
        yield f"{listed([event.name for event in trips[_TRIPS_TOLD:]])} trip after it"
    empty = [event.name for event in events if event.what == "empty"]
    if empty:
        yield f"the batteries of {listed(empty)} run empty"
    for count, unfed in _by_supplies(report, found.unfed - before.unfed):
        lose = f"{_loses(unfed)} {'its' if len(unfed) == 1 else 'their'}"
        yield f"{listed(unfed)} {lose} {'only feed' if count == 1 else 'feeds, both' if count == 2 else 'feeds, all'}"
    for event in events:
        if event.what == "hot":
            stopped = sorted(found.down - found.unfed - before.down)
            warm = listed(_in_row(report, stopped, event.name))
            yield f"row {event.name} may get too warm, {warm} stop ({event.value:g} °C is reached)"


def _loses(names: Sequence[str]) -> str:
    return "loses" if len(names) == 1 else "lose"


def _in_row(report: Report, devices: Sequence[str], row: str) -> list[str]:
    assert report.world.static is not None  # noqa: S101 (for the type checker)
    plant = report.world.static.plant
    return [name for name in devices if plant.row_of[plant.devices[name].rack] == row]


def _share(report: Report, event: Event) -> str:
    """How far a breaker is over: in shares of its rating."""
    assert report.world.static is not None  # noqa: S101 (for the type checker)
    node = report.world.static.plant.nodes[event.name]
    rated_kw = node.rated_kw or event.limit
    return f"at {100 * event.value / rated_kw:.0f} % of its rating, over the {100 * node.trip_share:g} % it carries"


def _by_supplies(report: Report, unfed: frozenset[str]) -> Iterator[tuple[int, list[str]]]:
    """Devices without electricity, by the number of their power supplies, in the order of the file."""
    assert report.world.static is not None  # noqa: S101 (for the type checker)
    supplies = report.world.static.plant.supplies
    names = sorted((name for name in supplies if name in unfed), key=lambda name: len(supplies[name]))
    for count, members in groupby(names, key=lambda name: len(supplies[name])):
        yield count, [*members]


def listed(names: Sequence[str]) -> str:
    """Names in a line: `srv-1…srv-10` for numbers in a row, and no more than a few."""
    told: list[str] = []
    for run in _runs(names):
        told += [f"{run[0]}…{run[-1]}"] if len(run) > 2 else run
    more = len(told) - _NAMES_SHOWN
    return ", ".join(told[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _runs(names: Sequence[str]) -> list[list[str]]:
    runs: list[list[str]] = []
    for name in names:
        if runs and _next(runs[-1][-1]) == name:
            runs[-1].append(name)
        else:
            runs.append([name])
    return runs


def _next(name: str) -> str:
    stem, dash, number = name.rpartition("-")
    return f"{stem}-{int(number) + 1}" if dash and number.isdecimal() else ""
