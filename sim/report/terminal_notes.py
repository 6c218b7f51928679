"""What stands below the tables in the terminal: late preparations, hints, assumptions. Nothing is cut short."""

from __future__ import annotations

import re
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from sim.language import _
from sim.phrases import word
from sim.report.reasons import hint_words
from sim.report.terminal_tables import comma, table_of
from sim.scorecard import Assumed, Scorecard, shown, why_told
from sim.spec import text_told

_CLOCK: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d)?(?:[+-]\d\d:\d\d|Z)?")


def late_preparations(card: Scorecard) -> RenderableType | None:
    """Lines of the preparation that were late or never done, as far as the card names them."""
    lines, more = card.late_preparations.get("lines"), card.late_preparations.get("more", 0)
    if not lines:
        return None
    short: dict[str, Any] = {"no_wrap": True}
    table = table_of(
        (_("measure"), short), (_("target"), {"overflow": "fold"}), (_("by"), short), (_("done"), {"justify": "right"})
    )
    for line in lines:
        late = _("{lag} late").format(lag=shown(line["lag_h"], "h"))
        done = _("never") if line["result"] == "never" else late
        table.add_row(word(line["measure"]), line["target"], _plain(line["by"]), done)
    return Group(table, Text(_("and {count} more").format(count=more))) if more else table


def hints(card: Scorecard) -> RenderableType | None:
    """What a planner should look into."""
    return Group(*(Text(hint_words(hint)) for hint in card.hints)) if card.hints else None


def assumptions(card: Scorecard) -> RenderableType | None:
    """The scenario's own assumptions, and how many guessed defaults there are besides."""
    own = [line for line in card.assumptions if line.origin == "scenario"]
    others = len(card.assumptions) - len(own)
    parts: list[RenderableType] = [part for line in own for part in _assumption(line)]
    if others:
        counted = _("1 default") if others == 1 else _("{count} defaults").format(count=others)
        said = _("and {defaults} assumed, see scorecard.json") if own else _("{defaults} assumed, see scorecard.json")
        parts.append(Text(said.format(defaults=counted), "dim"))
    return Group(*parts) if parts else None


def _assumption(line: Assumed) -> list[RenderableType]:
    """Place, value and range on one line, the reason below it."""
    outside = line.inside is False
    head = Text(line.set, "bold")
    if line.value is not None:
        head.append(f" = {_plain(line.value)}", "not bold")
    head.append(comma("", _range(line.range)), "not bold")
    if outside:
        head.append(_(" (outside)"), "bold red")
    tuned = _("tuned to {what}").format(what=text_told(line.tuned_to)) if line.tuned_to else ""
    why = _("; ").join(part for part in (why_told(line.why), tuned) if part)
    return [head, Padding(Text(why), (0, 0, 0, 4))]


def _plain(value: Any) -> str:
    if isinstance(value, dict) and set(value) == {"median_h", "p90_h"}:
        return f"{value['median_h']:g}/{value['p90_h']:g} h"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, float):
        return f"{value:g}"
    return _CLOCK.sub(r"\1 \2", value) if isinstance(value, str) else str(value)


def _range(allowed: list[float | str] | None) -> str:
    if not allowed:
        return _("no range")
    told = " … ".join(map(_plain, allowed)) if len(allowed) == 2 else ", ".join(map(_plain, allowed))
    return _("range {values}").format(values=told)
