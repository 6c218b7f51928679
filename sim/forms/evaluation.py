"""The evaluation form (评估表): every promise with its simulated evidence, and boxes for what only people can judge.

The Chinese form follows GB/T 46792-2025 as far as its headings could be guessed: its text was not at hand. The English
one uses the words of HSEEP (exercise evaluation guide, ratings P, S, M, U), defined here in our own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sim.forms.parts import (
    Blank,
    Chapter,
    Column,
    Form,
    Grid,
    Heading,
    Pairs,
    Part,
    Sheet,
    Words,
    grid_of,
    of_page,
    row,
    source_words,
    spaced,
)
from sim.forms.plan import title_lines
from sim.forms.script import expectations_grid
from sim.language import _
from sim.page import preparation, rooms
from sim.page.causes import Why
from sim.page.parts import Cell
from sim.page.telling import Telling
from sim.page.verdict import bound_words, cause_of, target_name
from sim.page.words import bare, figure, kpi_name, unit_word
from sim.report.readings import reading_words
from sim.scorecard import ScoreRow

_LOGISTICS: Final = ("generation", "dispatch", "generator", "preparation", "visits")
_COORDINATION: Final = ("procedure", "step", "level", "report", "response")


def evaluation_form(telling: Telling) -> Form:
    """The form; nothing of it is judged by the program."""
    objectives = objectives_grid(telling)
    tasks, expected = tasks_grid(telling), expectations_grid(telling)
    boxed = None if expected is None else with_boxes(expected)
    chapters = [
        Chapter(_("Exercise overview"), [*_overview(), source_words(), note()]),
        Chapter(_("Objectives and core capabilities"), _objectives(objectives)),
        Chapter(_("Critical tasks"), _tasks(telling, tasks)),
        Chapter(_("Answers to injects"), [boxed] if boxed is not None else [Words(_("The scenario has none."))]),
        Chapter(_("Observations"), _observations()),
        Chapter(_("Ratings"), [ratings()]),
        Chapter(_("Conclusion and signatures"), _conclusion()),
    ]
    sheets = [Sheet(_("Objectives"), _exact(telling))]
    if tasks is not None:
        sheets.append(Sheet(_("Critical tasks"), tasks))
    if boxed is not None:
        sheets.append(Sheet(_("Answers to injects"), boxed))
    return Form(
        "evaluation", _("03_evaluation_form"), _("Exercise evaluation guide"), title_lines(telling), chapters, sheets
    )


def note() -> Words:
    """What the headings rest on."""
    return Words(
        _(
            "Words are those of HSEEP (objective, core capability, critical task, ratings P, S, M, U); definitions are "
            "our own wording. Core capabilities are suggestions: correct them where your plan says otherwise."
        ),
        quiet=True,
    )


def rating_boxes() -> str:
    """The four ratings to tick; no line breaks between a box and its word."""
    return _("☐ P  ☐ S  ☐ M  ☐ U").replace("☐ ", "☐\N{NO-BREAK SPACE}")


def ratings() -> Grid:
    """The ratings and what each means."""
    rows = [
        row(_("P: performed without challenges"), _(
            "The tasks were completed and the objective was reached. Other activities did not suffer, nobody was put "
            "at greater risk, and plans and law were followed.")),
        row(_("S: performed with some challenges"), _(
            "The same, but somebody saw how it could have been done better or sooner.")),
        row(_("M: performed with major challenges"), _(
            "The tasks were completed and the objective was reached, but other activities suffered, people were put "
            "at greater risk, or plans or law were not followed.")),
        row(_("U: unable to be performed"), _("The tasks were not carried out so that the objective was reached.")),
    ]  # fmt: skip
    return Grid([Column(_("rating given"), width=1.5), Column(_("meaning"), width=5)], rows)


def capability(kpi: str) -> str:
    """The core capability that a figure speaks of; a suggestion."""
    if kpi.startswith(_LOGISTICS):
        return _("Logistics and supply chain management")
    if kpi.startswith(_COORDINATION):
        return _("Operational coordination")
    if kpi.startswith(("time_to_first_report", "fault_to_alarm", "mtta")):
        return _("Situational assessment")
    if kpi.startswith(("service", "user", "township", "saidi", "availability")):
        return _("Operational communications")
    return _("Infrastructure systems")


def _overview() -> list[Part]:
    terms = (_("Place of the exercise"), _("Organisation evaluated"), _("Evaluator"), _("Unit and post"), _("Date"))
    return [Pairs([(term, "") for term in terms])]


def met_word(row_: ScoreRow) -> str:
    """Whether the simulated figure keeps the bound."""
    return {True: _("met"), False: _("missed"), None: _("undefined")}[row_.met]


def evidence(telling: Telling, line: ScoreRow) -> str:
    """What the log and the files say of a target: instant, reading, what made the figure."""
    found = cause_of(telling, line) if line.met is False else None
    parts = [
        _("simulated {figure}, promised {bound}").format(
            figure=figure(line.simulated, line.unit), bound=bound_words(line)
        ),
        "" if line.at_h is None else _("as of {clock}").format(clock=telling.clock(line.at_h)),
        reading_words(line),
        "" if found is None else _told(found),
        _("scorecard.json, {kpi}").format(kpi=line.kpi),
    ]
    return _("; ").join(part for part in parts if part)


def _told(why: Why) -> str:
    """What made a figure, in a sentence; where that only announces a chain of causes, what stands at its head."""
    said = why.words.rstrip(".。")
    if said.endswith((":", "：")) and why.chains:
        chain = why.chains[0]
        said += spaced("", chain.title, *(f"({step.when} {step.text})" for step in chain.steps[-1:]))
    return said


def objectives_grid(telling: Telling) -> Grid:
    """A row a target."""
    columns = (
        Column(_("objective"), width=2.2), Column(_("core capability"), width=1.5), Column(_("target"), width=1.1),
        Column(_("simulated"), "simulated", number=True, width=1.1), Column(_("met?"), "simulated", width=0.8),
        Column(_("evidence"), "simulated", width=3.4), Column(_("rating given"), "hand", width=1.2),
        Column(_("remark"), "hand", width=1.7), Column(_("evaluator, signature"), "hand", width=1.2),
    )  # fmt: skip
    rows = [
        [
            _objective(line), Cell(capability(line.kpi)), Cell(bound_words(line)),
            Cell(figure(line.simulated, line.unit), value=line.simulated),
            Cell(met_word(line), tone="bad" if line.met is False else ""), Cell(evidence(telling, line)),
            Cell(rating_boxes()), Cell(""), Cell(""),
        ]
        for line in telling.card.targets
    ]  # fmt: skip
    return Grid(columns, rows)


def _objective(line: ScoreRow) -> Cell:
    name, figure_ = target_name(line), kpi_name(line.kpi)
    return Cell(name, under="" if name.endswith(figure_) else figure_)


def _exact(telling: Telling) -> Grid:
    """The same for a spreadsheet: bound and figure as exact numbers with their unit."""
    grid = objectives_grid(telling)
    columns = [*grid.columns]
    columns[2:4] = [
        Column(_("name in files")), Column(_("unit")), Column(_("target, exact"), number=True),
        Column(_("simulated, exact"), "simulated", number=True),
    ]  # fmt: skip
    rows = []
    for line, cells in zip(telling.card.targets, grid.rows, strict=True):
        bound = Cell(f"{'≤' if line.comparison == 'at_most' else '≥'} {bare(line.target)}", value=line.target)
        unit = unit_word(line.unit) or (_("share, 0 to 1") if line.unit == "share" else line.unit)
        exact = Cell("–", value=line.simulated)
        rows.append([*cells[:2], Cell(line.kpi), Cell(unit), bound, exact, *cells[4:]])
    return Grid(columns, rows, _("Objectives: simulated evidence and boxes for judgement"))


def _objectives(grid: Grid) -> list[Part]:
    if not grid.rows:
        return [Words(_("The plan has no targets.")), Blank(_("Objectives and what was seen (by hand):"), 6)]
    return [grid]


def tasks_grid(telling: Telling) -> Grid | None:
    """Steps of procedures against their deadlines, with boxes; None where there are none."""
    if not len(telling.tables.procedures.deadlines.by_h):
        return None
    return with_boxes(simulated(grid_of(rooms.steps_table(telling))))


def simulated(part: Grid) -> Grid:
    """A table all of which comes from the simulation."""
    return replace(part, columns=[replace(column, source="simulated") for column in part.columns])


def with_boxes(part: Grid) -> Grid:
    """A table with a column for the rating and one for a remark."""
    columns = [*part.columns]
    columns += [Column(_("rating given"), "hand", width=1.6), Column(_("remark"), "hand", width=3)]
    return replace(part, columns=columns, rows=[[*line, Cell(rating_boxes()), Cell("")] for line in part.rows])


def _tasks(telling: Telling, tasks: Grid | None) -> list[Part]:
    parts: list[Part] = [tasks] if tasks is not None else []
    for made in (rooms.levels(telling), preparation.section(telling)):
        if made is not None:
            found = of_page(made.parts)
            parts.append(Heading(made.title))
            parts += [
                with_boxes(simulated(part)) if isinstance(part, Grid) and not at else part
                for at, part in enumerate(found)
            ]
    return parts or [Words(_("The scenario has no tasks with a deadline.")), Blank(_("Tasks seen (by hand):"), 5)]


def _observations() -> list[Part]:
    labels = (_("Strengths:"), _("Areas for improvement:"), _("Observations that no figure shows:"))
    return [Blank(label, 4) for label in labels]


def _conclusion() -> list[Part]:
    terms = (_("Overall rating"), _("Lead evaluator, signature"), _("Head of the exercise, signature"), _("Date"))
    return [Blank(_("Conclusion:"), 5), Pairs([(term, "") for term in terms])]
