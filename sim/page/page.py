"""The report page of one run: the sections in order, each left out where it has nothing to show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sim.language import Language, _, chosen, speaking
from sim.page import (
    assumptions,
    costliest,
    counties,
    crews,
    daily,
    dispatch,
    drawings,
    figures,
    preparation,
    questions,
    record,
    reproduce,
    rooms,
    script,
    verdict,
)
from sim.page.parts import Page, Section
from sim.page.shell import html_of
from sim.page.telling import Telling
from sim.policies.words import policy_does, policy_told
from sim.results import Run
from sim.spec import text_told

SECTIONS: Final[tuple[Callable[[Telling], Section | None], ...]] = (
    verdict.section,
    script.section,
    questions.section,
    record.section,
    drawings.curve,
    drawings.situation,
    counties.section,
    daily.section,
    preparation.section,
    dispatch.section,
    crews.section,
    costliest.section,
    rooms.section,
    rooms.procedures,
    rooms.levels,
    figures.section,
    assumptions.section,
    reproduce.section,
)
"""Every section, in the order of the page; None where a run has nothing of it."""


def run_page(run: Run, language: Language = "en", at_h: Sequence[float] = ()) -> str:
    """The report of a run as one HTML file; the same run gives the same text.

    `at_h`: the hours of the daily report; once a day at 08:00 and at the end without them.
    """
    with speaking(language):
        return html_of(page_of(Telling(run, tuple(at_h))))


def page_of(telling: Telling) -> Page:
    """The page as data, in the language in use."""
    spec, run = telling.run.spec, telling.run
    host = " · ".join(text_told(part) for part in (spec.drill.host, spec.drill.basis) if part)
    span = _("{start} to {end}, {hours} h").format(
        start=f"{telling.story.start:%Y-%m-%d %H:%M}", end=f"{telling.story.wall(run.horizon_h):%Y-%m-%d %H:%M}",
        hours=f"{run.horizon_h:g}",
    )  # fmt: skip
    drawn = _("scenario {name}, seed {seed}, policy {policy}").format(
        name=run.scenario, seed=run.seed, policy=policy_told(run.policy)
    )
    sections = [made for make in SECTIONS if (made := make(telling)) is not None]
    return Page(
        title=chosen(spec.title.en, spec.title.zh) or spec.name,
        lines=[line for line in (text_told(spec.description), host, span, drawn, policy_does(run.policy)) if line],
        verdict=verdict.verdict_words(telling.card),
        tone=verdict.verdict_tone(telling.card),
        sections=sections,
        cards=verdict.kpi_cards(telling),
        foot=_("A simulation, not a measurement. All times are of the place of the drill."),
    )
