"""The summary report (总结报告): what happened, against plan and record, why; what to do about it is left to people."""

from __future__ import annotations

from math import isnan
from typing import Final

from sim.forms.parts import Blank, Chapter, Column, Form, Grid, Heading, Pairs, Part, Words, of_page, row
from sim.forms.pictures import images
from sim.forms.plan import title_lines
from sim.language import _, spoken
from sim.page import assumptions, costliest, counties, preparation, record, reproduce, rooms, verdict
from sim.page.parts import Cell, Section
from sim.page.telling import Telling
from sim.page.verdict import bound_words, cause_of, kpi_cards, target_name, verdict_words
from sim.page.words import figure, kpi_name, number_cell, unit_word
from sim.replay.bookmarks import bookmarks
from sim.report.reasons import hint_words
from sim.script import Verdict
from sim.script.words import verdict_word
from sim.spec import text_told
from sim.vocabulary import KPIS

_MOST_EVENTS: Final = 80
_MOST_CHAINS: Final = 5
_LAGS: Final = (
    "mtta_h", "mttr_h", "mttr_wait_h", "mttr_travel_h", "mttr_road_h", "mttr_work_h", "mttr_other_h",
    "time_to_first_report_h", "dispatch_lag_h", "generation_dispatch_lag_h", "level_lag_h", "fault_to_alarm_h",
    "fault_to_repair_h",
)  # fmt: skip

_SHARES: Final = ("preparation_done_share", "generation_dispatch_on_time_share", "step_timeliness_share")
"""Shares that ask for an improvement below one; counts that ask for one above none."""
_COUNTS: Final = ("levels_missed", "levels_too_low", "wasted_trips", "dispatch_never")


def summary_form(telling: Telling) -> Form:
    """The report; every sentence in it is a figure, nothing is judged."""
    pictures = images(telling)
    made = [
        Chapter(_("Overview"), _overview(telling)),
        Chapter(_("What happened"), [_events(telling)]),
        Chapter(_("Results against the targets"), _against(verdict.section(telling))),
        Chapter(_("Against the record"), _against(record.section(telling))),
        Chapter(_("Restoration and response in figures"), _figures(telling)),
        Chapter(_("Strengths and problems that the figures show"), _found(telling)),
        Chapter(_("Why"), _why(telling)),
        Chapter(_("Improvement"), [_suggestions(telling)]),
        Chapter(_("Assumptions"), _assumptions(telling)),
        *([Chapter(_("Pictures"), pictures)] if pictures else []),
        Chapter(_("Appendix"), _appendix(telling)),
    ]
    return Form("summary", _("04_summary_report"), _("Summary report"), title_lines(telling), made)


def _overview(telling: Telling) -> list[Part]:
    spec = telling.run.spec
    cards = [
        (card.label, " ".join(part for part in (card.figure.text, card.unit) if part)) for card in kpi_cards(telling)
    ]
    parts: list[Part] = [Words(text_told(spec.description))] if spec.description else []
    simulated = _("All figures come from a simulation of the drill, not from observation.")
    return [*parts, Words(verdict_words(telling.card)), Words(simulated, quiet=True), Pairs(cards)]


def _events(telling: Telling) -> Grid:
    """The main events, those that a replay has bookmarks of; questions to trainees are none."""
    found = [one for one in bookmarks(telling.story) if one["sort"] != "question"]
    rows = [row(telling.clock(one["t_ms"] / 3_600_000), one["say"][spoken()]) for one in found[:_MOST_EVENTS]]
    more = len(found) - len(rows)
    note = _("and {count} more").format(count=more) if more > 0 else ""
    return Grid([Column(_("when"), width=1), Column(_("what"), width=5)], rows, _("Main events"), note)


def _against(section: Section | None) -> list[Part]:
    """The table of a section of the report page, with what is said above it."""
    if section is None:
        return [Words(_("The scenario has none."))]
    lead: list[Part] = [Words(section.lead)] if section.lead else []
    return [*lead, *of_page(section.parts[:1])]


def _figures(telling: Telling) -> list[Part]:
    parts: list[Part] = []
    for made in (
        counties.section(telling), preparation.section(telling), rooms.section(telling), rooms.procedures(telling),
        rooms.levels(telling),
    ):  # fmt: skip
        if made is not None:
            parts.append(Heading(made.title))
            parts += [Words(made.lead)] if made.lead else []
            parts += of_page(made.parts)
    return parts or [Words(_("The scenario has none."))]


def _found(telling: Telling) -> list[Part]:
    """Facts only: targets and expectations kept and missed, preparation, hints of the scorecard."""
    good = [
        _("{target}: {simulated}, promised {bound}").format(
            target=target_name(line), simulated=figure(line.simulated, line.unit), bound=bound_words(line)
        )
        for line in telling.card.targets
        if line.met
    ]
    good += _expected(telling, "met")
    return [
        Heading(_("Kept")), *_listed(good), Heading(_("Not kept, or late")), *_listed(prompts(telling)),
        Blank(_("Strengths and problems that people saw (by hand):"), 4),
    ]  # fmt: skip


def _listed(lines: list[str]) -> list[Part]:
    return [Words(f"• {line}") for line in lines] or [Words("–")]


def prompts(telling: Telling) -> list[str]:
    """Figures that ask for an improvement, each as a sentence."""
    values = telling.run.kpi_values
    found = [
        _("{target}: {simulated}, promised {bound}").format(
            target=target_name(line), simulated=figure(line.simulated, line.unit), bound=bound_words(line)
        )
        for line in telling.card.missed
    ]
    less = [name for name in _SHARES if values[name] < 1]
    some = [name for name in _COUNTS if values[name] > 0]
    found += [f"{kpi_name(name)}: {figure(values[name], KPIS[name].unit)}" for name in (*less, *some)]
    return [*found, *_expected(telling, "late", "missed"), *map(hint_words, telling.card.hints)]


def _expected(telling: Telling, *verdicts: Verdict) -> list[str]:
    """The expectations of these verdicts, when they were due and what the log shows."""
    return [
        _("No. {number}, {action}: {verdict}, due {due}; {evidence}").format(
            number=one.line.number, action=text_told(one.say), verdict=verdict_word(one.verdict),
            due=telling.clock(one.due_h), evidence=one.evidence,
        )
        for one in telling.card.expectations
        if one.verdict in verdicts
    ]  # fmt: skip


def _why(telling: Telling) -> list[Part]:
    parts: list[Part] = []
    for line in telling.card.missed:
        why = cause_of(telling, line)
        if why is not None:
            said = _("Why {target} was missed: {why}").format(target=target_name(line), why=why.words)
            parts.append(Words(said))
    values = telling.run.kpi_values
    lags = [
        [Cell(kpi_name(name)), Cell(figure(values[name], "h"), value=values[name])]
        for name in _LAGS
        if values[name] > 0
    ]
    if lags:
        columns = [Column(_("lag"), width=3), Column(_("simulated"), "simulated", number=True, width=2)]
        parts.append(Grid(columns, lags, _("The costliest lags")))
    made = costliest.section(telling)
    if made is not None:
        parts.append(Heading(made.title))
        parts += [Words(made.lead)] if made.lead else []
        parts += of_page(made.parts)[:_MOST_CHAINS]
    return parts or [Words(_("Nothing was out of service."))]


def _suggestions(telling: Telling) -> Grid:
    columns = (
        Column(_("figure that prompts it"), "simulated", width=3), Column(_("suggestion"), "hand", width=3),
        Column(_("responsible"), "hand", width=1.3), Column(_("until"), "hand", width=1.1),
    )  # fmt: skip
    rows = [row(said, "", "", "") for said in prompts(telling)]
    return Grid(columns, [*rows, row("", "", "", "")], note=_("Suggestions are for people; the program makes none."))


def _assumptions(telling: Telling) -> list[Part]:
    made = assumptions.section(telling)
    found = [] if made is None else of_page(made.parts)
    others = sum(line.origin != "scenario" for line in telling.card.assumptions)
    said = _("{count} guessed defaults and constants that the scenario leaves as they are: see scorecard.json").format(
        count=others
    )
    return [*found, Words(said, quiet=True)]


def _appendix(telling: Telling) -> list[Part]:
    columns = (
        Column(_("figure"), width=2.6), Column(_("value"), "simulated", number=True, width=1.4),
        Column(_("unit"), width=1.2), Column(_("name in files"), width=2.8),
    )  # fmt: skip
    rows = [
        [Cell(kpi_name(name)), number_cell(value, KPIS[name].unit), Cell(unit_word(KPIS[name].unit)), Cell(name)]
        for name, value in telling.run.kpi_values.items()
        if not isnan(value)
    ]
    note = _("Figures of an instant are those at the end of the drill.")
    facts = Pairs([(fact.term, fact.text) for fact in reproduce.facts(telling)])
    return [Grid(columns, rows, _("All figures"), note), Heading(_("How to reproduce")), facts]
