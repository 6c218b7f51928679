"""What crews did with their time: drive, stuck, work, wait, rest, ready, not called out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from sim.inventory import Floats, text
from sim.language import _
from sim.page import drawings
from sim.page.parts import Bar, Bars, Cell, Head, Part, Section, Slice, Table
from sim.page.telling import Telling
from sim.page.words import figure, number_cell
from sim.report.movements import CALLED, CREW_STATES, DRIVE, READY, REST, STUCK, WAIT, WORK, crew_states

_SHOWN: Final = (DRIVE, STUCK, WORK, WAIT, REST, READY)
"""States in the order of the page; being called out counts as ready; what is left is not called out."""


class Group(NamedTuple):
    """Crews that are told together; `hours` in the order of `states()`, shape (states,)."""

    name: str
    crews: int
    hours: Floats


def states() -> list[str]:
    """Names of what the hours are split into."""
    return [
        _("driving"), _("stuck or blocked"), _("working on site"), _("waiting on site"), _("resting"),
        _("ready, without an order"), _("not called out"),
    ]  # fmt: skip


def crew_hours(telling: Telling) -> Floats:
    """Hours of each crew by state, shape (crews, states); each crew's sum to the length of the drill."""
    story, horizon_h = telling.story, telling.horizon_h
    spans = crew_states(story)
    hours = np.clip(np.minimum(spans.end_h, horizon_h) - np.minimum(spans.start_h, horizon_h), 0, None)
    crews = story.count("crew")
    each = np.zeros((crews, len(CREW_STATES)))
    np.add.at(each, (spans.who, spans.state), hours)
    each[:, READY] += each[:, CALLED]
    shown = each[:, _SHOWN]
    rest = horizon_h - shown.sum(axis=1, keepdims=True)
    return np.concatenate([shown, np.where(np.abs(rest) < 1e-9, 0.0, rest)], axis=1)


def groups(telling: Telling) -> list[Group]:
    """Crews by party, by depot where there is but one party."""
    crews, hours = telling.run.inventory["crew"], crew_hours(telling)
    party = text(crews, "party").astype(str)
    of = party if len(set(party.tolist())) > 1 else text(crews, "depot").astype(str)
    names = list(dict.fromkeys(of.tolist()))
    return [
        Group(telling.bare(name) or _("no party"), int((of == name).sum()), hours[of == name].sum(axis=0))
        for name in names
    ]


def section(telling: Telling) -> Section | None:
    """Stacked bars and the table of hours; nothing without crews."""
    if not telling.has("crew"):
        return None
    found = groups(telling)
    total = Group(_("all"), sum(group.crews for group in found), np.sum([group.hours for group in found], axis=0))
    shown = [*found, total] if len(found) > 1 else [total]
    words = states()
    bars = Bars(words, [_bar(group, words, telling.horizon_h) for group in shown])
    heads = [
        Head(""),
        Head(_("number of crews"), number=True),
        *(Head(word, number=True) for word in words),
        Head(_("sum"), number=True),
    ]
    table = Table(
        heads,
        [_row(group, telling.horizon_h) for group in shown],
        totals=1,
        note=_("Hours, and their share of crews × length of the drill."),
    )
    busy = total.hours[: len(_SHOWN) - 2].sum()
    driving = total.hours[:2].sum()
    lead = _("The crews ({crews}) were out for {hours} in all; of that they spent {share} on the road.").format(
        crews=total.crews, hours=figure(float(busy), "h"), share=figure(float(driving / busy), "share") if busy else "–"
    )
    parts: list[Part] = [bars, table]
    if telling.card.vehicle_bands:
        parts.append(_bands(telling))
    return Section("crews", _("Time of the crews"), [*parts, *drawings.crews_hour_by_hour(telling)], lead)


def _bands(telling: Telling) -> Table:
    """Hours by sites without mains per vehicle on duty, of the whole and of each county."""
    lines = telling.card.vehicle_bands
    heads = [Head(_("county")), *(Head(_band(band), number=True) for band in lines[0]["bands"])]
    rows = [
        [
            Cell(telling.county(line["county"]) if line["county"] else _("all")),
            *(number_cell(band["hours"], "h") for band in line["bands"]),
        ]
        for line in [*lines[1:], lines[0]]
    ]
    return Table(heads, rows, _("Hours by sites without mains per vehicle on duty"), totals=1)


def _band(band: dict[str, Any]) -> str:
    above, up_to = band["above"], band["up_to"]
    if above is None:
        return _("nobody on duty")
    if up_to is None:
        return f"> {above:g}"
    return f"≤ {up_to:g}" if not above else f"{above:g}–{up_to:g}"


def _bar(group: Group, words: Sequence[str], horizon_h: float) -> Bar:
    whole = group.crews * horizon_h
    slices = [
        Slice(state, hours / whole, f"{words[state]}: {figure(hours, 'h')}, {figure(hours / whole, 'share')}")
        for state, hours in enumerate(group.hours.tolist())
        if hours > 0
    ]
    return Bar(group.name, slices, _("{count} crews").format(count=group.crews))


def _row(group: Group, horizon_h: float) -> list[Cell]:
    whole = group.crews * horizon_h
    cells = [Cell(f"{hours:,.1f}", value=hours, under=figure(hours / whole, "share")) for hours in group.hours.tolist()]
    return [
        Cell(group.name),
        Cell(f"{group.crews:,}", value=group.crews),
        *cells,
        Cell(f"{group.hours.sum():,.1f}", value=float(group.hours.sum())),
    ]
