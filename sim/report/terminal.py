"""A scorecard in the terminal: the verdict first, then the plan, the record, the dispatch, the figures."""

from __future__ import annotations

from functools import reduce
from io import StringIO
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.text import Text

from sim.language import _, chosen
from sim.policies.words import policy_told
from sim.report.terminal_notes import assumptions, hints, late_preparations
from sim.report.terminal_script import expectations
from sim.report.terminal_tables import NARROW, comma, dispatch, figures, record, rules, targets, vehicle_bands
from sim.scorecard import Scorecard

_WIDE: Final = 100


def scorecard_text(card: Scorecard, width: int = 80, *, colour: bool = False) -> str:
    """The scorecard as lines of text, at most `width` columns wide (Chinese characters take two)."""
    out = StringIO()
    console = Console(
        file=out,
        width=width,
        color_system="standard" if colour else None,
        force_terminal=colour,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    console.print(_everything(card, width))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _everything(card: Scorecard, width: int) -> Group:
    style = {True: "bold green", False: "bold red", None: "bold yellow"}[card.met]
    parts: list[RenderableType] = [Text(card.verdict(), style), Text(_head(card), "dim")]
    chapters = (
        (_("Targets"), targets(card, wide=width >= _WIDE, narrow=width < NARROW)),
        (_("Expectations of the controllers' script"), expectations(card)),
        (_("Record"), record(card, narrow=width < NARROW)),
        (_("Planned dispatch"), dispatch(card)),
        (_("Dispatch rules: times without mains, by class of site"), rules(card)),
        (_("Late in the preparation"), late_preparations(card)),
        (_("Hours by sites without mains per vehicle on duty"), vehicle_bands(card) if width >= _WIDE else None),
        (_("Figures at the end of the run"), figures(card, width)),
        (_("To look into"), hints(card)),
        (_("Assumptions"), assumptions(card)),
    )
    for title, made in chapters:
        if made is not None:
            parts += [Text(), Text(title, "bold"), made]
    return Group(*parts)


def _head(card: Scorecard) -> str:
    title = chosen(card.title.get("en", ""), card.title.get("zh", ""))
    seed, policy = _("seed {seed}").format(seed=card.seed), _("policy {policy}").format(policy=policy_told(card.policy))
    return reduce(comma, (part for part in (card.scenario, title, seed, policy) if part))
