"""Why a loss breaks something, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sim.contingency.check import Breach, Report
from sim.contingency.elements import Element, chain
from sim.contingency.power import Event
from sim.language import _, spoken
from sim.phrases import word

_NAMES_SHOWN = 4
_TRIPS_TOLD = 3


def why(report: Report, breach: Breach, *, names: bool = False) -> str:
    """The reason; with `names`, the sites by name where they are few (which takes a search of the network)."""
    parts = [*_inside(report, breach.elements), *_outside(report, breach)]
    if names and breach.sites:
        sites = report.sites_of(breach)
        parts.append(_("sites: {names}").format(names=listed(sites)))
    return _("; ").join(parts)


def element_words(element: Element) -> str:
    """An element in words: its sort and its name."""
    return f"{word(element.sort.replace(' ', '_'))} {element.name}" if spoken() != "en" else str(element)


def what(breach: Breach) -> str:
    """What breaks: sites and services."""
    parts = [_sites(breach.sites)] if breach.sites else []
    parts += [_("service {name}").format(name=name) for name in breach.services]
    return _(", ").join(parts)


def _sites(count: int) -> str:
    return (_("{count} site") if count == 1 else _("{count} sites")).format(count=count)


def _outside(report: Report, breach: Breach) -> Iterator[str]:
    if not breach.sites:
        return
    pair = len(breach.elements) > 1
    if not pair and breach.elements[0].sort == "feeder":
        dark = int((report.net.reached[sorted(report.world.effect(breach.elements).dead)]).sum())
        if dark:
            one, many = (
                _("{sites} goes dark when the batteries are empty"),
                _("{sites} go dark when the batteries are empty"),
            )
            yield (one if dark == 1 else many).format(sites=_sites(dark))
        others = breach.sites - dark
        if others:
            yield _lose(others, _("the only way to a core"))
        return
    itself = not pair and breach.elements[0].sort == "site"
    others = breach.sites - itself
    if itself:
        yield _("it is lost itself")
    if others:
        yield _lose(others, _ways(breach.elements))


def _ways(elements: Sequence[Element]) -> str:
    if len(elements) == 1:
        return _("the only way to a core")
    dark = [element.name for element in elements if element.sort == "feeder"]
    if not dark:
        return _("both ways to a core")
    said = (
        _("both ways to a core once {names} is dark")
        if len(dark) == 1
        else _("both ways to a core once {names} are dark")
    )
    return said.format(names=_(" and ").join(dark))


def _lose(count: int, ways: str) -> str:
    said = _("{sites} loses {ways}") if count == 1 else _("{sites} lose {ways}")
    return said.format(sites=_sites(count), ways=ways)


def _inside(report: Report, elements: tuple[Element, ...]) -> Iterator[str]:
    """What happens in machine rooms on the way."""
    world = report.world
    if world.static is None or not any(element in world.losses for element in elements):
        return
    found, before = world.rooms(elements), world.before
    events = chain(found.events, before.events)
    trips = [event for event in events if event.what == "tripped"]
    for event in trips[:_TRIPS_TOLD]:
        said = _("the load moves to {name}, {share}, and it trips")
        yield said.format(name=event.name, share=_share(report, event))
    if len(trips) > _TRIPS_TOLD:
        yield _("{names} trip after it").format(names=listed([event.name for event in trips[_TRIPS_TOLD:]]))
    empty = [event.name for event in events if event.what == "empty"]
    if empty:
        yield _("the batteries of {names} run empty").format(names=listed(empty))
    for count, unfed in _by_supplies(report, found.unfed - before.unfed):
        yield _unfed(count, one=len(unfed) == 1).format(names=listed(unfed))
    for event in events:
        if event.what == "hot":
            stopped = sorted(found.down - found.unfed - before.down)
            warm = listed(_in_row(report, stopped, event.name))
            said = _("row {name} may get too warm, {devices} stop ({degrees} °C is reached)")
            yield said.format(name=event.name, devices=warm, degrees=f"{event.value:g}")


def _unfed(supplies: int, *, one: bool) -> str:
    """What devices without electricity have lost, by the number of their power supplies."""
    if supplies == 1:
        return _("{names} loses its only feed") if one else _("{names} lose their only feed")
    if supplies == 2:
        return _("{names} loses its feeds, both") if one else _("{names} lose their feeds, both")
    return _("{names} loses its feeds, all") if one else _("{names} lose their feeds, all")


def _in_row(report: Report, devices: Sequence[str], row: str) -> list[str]:
    assert report.world.static is not None  # noqa: S101 (for the type checker)
    plant = report.world.static.plant
    return [name for name in devices if plant.row_of[plant.devices[name].rack] == row]


def _share(report: Report, event: Event) -> str:
    """How far a breaker is over: in shares of its rating."""
    assert report.world.static is not None  # noqa: S101 (for the type checker)
    node = report.world.static.plant.nodes[event.name]
    rated_kw = node.rated_kw or event.limit
    said = _("at {share} % of its rating, over the {limit} % it carries")
    return said.format(share=f"{100 * event.value / rated_kw:.0f}", limit=f"{100 * node.trip_share:g}")


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
    return _(", ").join(told[:_NAMES_SHOWN]) + (_(" and {count} more").format(count=more) if more > 0 else "")


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
