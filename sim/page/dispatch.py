"""Planned against actual dispatch of generators."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import inf, isnan
from typing import Any, Final

from sim.language import _
from sim.page.parts import Cell, Folded, Head, Part, Section, Table, Tone
from sim.page.placements import Call, Moves, Placement, calls, moves, placements
from sim.page.telling import Telling
from sim.page.words import figure, number_cell, rule_words

_TONES: Final[dict[str, Tone]] = {"on time": "good", "late": "bad", "never": "bad"}
_KIND: Final = re.compile(r"(petrol|diesel|trailer)_(\d+)kw")
_SHOWN: Final = 12
"""Calls that are shown at once, the worst first."""
_LEFT: Final = ("on time", "late", "never", "skipped", "not needed", "not due")


def section(telling: Telling) -> Section | None:
    """Placements one by one, the rules by class, the worst calls, what the generators did; nothing without any."""
    if not telling.has("generator"):
        return None
    planned, called = placements(telling), calls(telling)
    parts: list[Part] = []
    if planned:
        parts.append(_placed(telling, planned))
    if telling.card.dispatch_rules:
        parts += _ruled(telling, called)
    parts.append(_moved(moves(telling)))
    return Section("dispatch", _("Generators: planned against actual dispatch"), parts, _lead(telling, planned))


def _lead(telling: Telling, planned: Sequence[Placement]) -> str:
    if not planned:
        return ""
    late = sum(line.status == "late" for line in planned)
    never = sum(line.status == "never" for line in planned)
    values = telling.run.kpi_values
    return _(
        "Placements of generators planned: {count}; {share} in time, {late} late, {never} never; "
        "median deviation {lag}."
    ).format(
        count=len(planned), share=figure(values["dispatch_on_time_share"], "share"), late=late, never=never,
        lag=figure(values["dispatch_lag_h"], "h"),
    )  # fmt: skip


def kind_word(kind: str) -> str:
    """A sort of generator; one that is named otherwise than those shipped, as it is."""
    if kind == "fixed":
        return _("fixed generators")
    found = _KIND.fullmatch(kind)
    if found is None:
        return kind
    sort = {"petrol": _("petrol"), "diesel": _("diesel"), "trailer": _("trailer")}[found[1]]
    return _("{sort}, {power} kW").format(sort=sort, power=found[2])


def status_word(status: str) -> str:
    """What became of a placement or a call."""
    words = {
        "on time": _("in time"), "late": _("late"), "never": _("never"), "not due": _("not yet due"),
        "skipped": _("skipped by the rule"), "not needed": _("not needed"),
    }  # fmt: skip
    return words[status]


def _lag(lag_h: float) -> Cell:
    known = not isnan(lag_h)
    return Cell(f"{'+' if known and lag_h > 0 else ''}{figure(lag_h, 'h')}", value=lag_h if known else None)


def _placed(telling: Telling, planned: Sequence[Placement]) -> Table:
    heads = (
        Head(_("planned place")), Head(_("planned time")), Head(_("generator")), Head(_("actual place")),
        Head(_("actual time")), Head(_("deviation"), number=True), Head(""), Head(_("moved on"), number=True),
    )  # fmt: skip
    rows = [
        [
            Cell(telling.bare(line.site), under=line.site),
            Cell(telling.clock(line.by_h), tight=True),
            Cell(line.generator or "–", under=line.crew),
            Cell(telling.bare(line.site) if line.generator else "–"),
            Cell(telling.clock(line.done_h), tight=True),
            _lag(line.lag_h),
            Cell(status_word(line.status), _TONES.get(line.status, "")),
            Cell(str(line.moves) if line.generator else "–"),
        ]
        for line in planned
    ]
    note = _(
        "Actual time: when the placement was done. Moved on: how often the same generator was set down elsewhere later."
    )
    return Table(heads, rows, _("Placements of the preparation"), note)


def _ruled(telling: Telling, called: Sequence[Call]) -> list[Part]:
    parts: list[Part] = [_rules(telling)]
    late = sorted((call for call in called if call.status == "late"), key=_latest_first)
    if late:
        title = _("Generators that came late, the latest {few} of {count}").format(
            few=min(_SHOWN, len(late)), count=len(late)
        )
        parts.append(_called(telling, late[:_SHOWN], title))
    due = [call for call in called if call.status in {"on time", "late", "never"}]
    if due:
        title = _("All {count} times without mains that were due").format(count=len(due))
        parts.append(Folded(title, [_called(telling, due, "")]))
    return parts


def _latest_first(call: Call) -> tuple[float, float, str]:
    """Order of calls: the longest lag first, those without a known one last."""
    return (inf if isnan(call.lag_h) else -call.lag_h, call.lost_h, call.site)


def _rules(telling: Telling) -> Table:
    rules: dict[str, str] = {rule.site_class: rule_words(rule) for rule in telling.run.spec.plan.dispatch}
    heads = (
        Head(_("class")), Head(_("rule")), Head(_("kept"), number=True),
        *(Head(status_word(status), number=True) for status in _LEFT),
        Head(_("deviation, median"), number=True, under=_("P10 to P90")),
    )  # fmt: skip
    rows = [_rule_row(line, rules) for line in [*telling.card.dispatch_rules[1:], telling.card.dispatch_rules[0]]]
    note = _("One call is one time without mains at a site whose class has a rule; kept: in time of those due.")
    return Table(heads, rows, _("Dispatch rules of the plan, by class of site"), note, totals=1)


def _rule_row(line: dict[str, Any], rules: dict[str, str]) -> list[Cell]:
    site_class = line["class"] or ""
    share = line["on_time"] / line["planned"] if line["planned"] else None
    counts = [line[status.replace(" ", "_")] for status in _LEFT]
    lag = Cell("–")
    if line["lag_p50_h"] is not None:
        spread = _("{low} to {high}").format(low=figure(line["lag_p10_h"]), high=figure(line["lag_p90_h"], "h"))
        lag = Cell(figure(line["lag_p50_h"], "h"), value=line["lag_p50_h"], under=spread)
    return [
        Cell(site_class or _("all")),
        Cell(rules.get(site_class, "")),
        number_cell(share, "share"),
        *(number_cell(count, "times") for count in counts),
        lag,
    ]


def _called(telling: Telling, called: Sequence[Call], title: str) -> Table:
    heads = (
        Head(_("site")), Head(_("class")), Head(_("mains lost")), Head(_("generator due")), Head(_("generator")),
        Head(_("carried the site")), Head(_("deviation"), number=True), Head(""),
    )  # fmt: skip
    rows = [
        [
            Cell(telling.bare(call.site), under=call.site),
            Cell(call.site_class),
            Cell(telling.clock(call.lost_h), tight=True),
            Cell(telling.clock(call.due_h), tight=True),
            Cell(call.generator or "–"),
            Cell(telling.clock(call.powered_h), tight=True),
            _lag(call.lag_h),
            Cell(status_word(call.status), _TONES.get(call.status, "")),
        ]
        for call in called
    ]
    return Table(heads, rows, title)


def _moved(found: Sequence[Moves]) -> Table:
    heads = (
        Head(_("sort of generator")), Head(_("owned"), number=True), Head(_("at a site at some time"), number=True),
        Head(_("placements"), number=True), Head(_("sites"), number=True), Head(_("runs"), number=True),
        Head(_("hours of running"), number=True),
    )  # fmt: skip
    rows = []
    for line in found:
        place = _("with a planned place") if line.planned else _("without a planned place")
        counts = (line.owned, line.used, line.placements, line.sites, line.runs)
        rows.append(
            [
                Cell(kind_word(line.kind), under=place),
                *(number_cell(count) for count in counts),
                number_cell(line.hours, "h"),
            ]
        )
    return Table(heads, rows, _("What the generators did in all"))
