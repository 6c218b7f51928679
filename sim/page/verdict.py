"""The verdict: plan met or missed, every target, and what made the worst one what it is."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Final

from sim.language import _, spoken
from sim.metrics import select
from sim.page import causes
from sim.page.parts import Card, Cell, Chains, Head, Part, Section, Table, Tone, Words
from sim.page.telling import Telling
from sim.page.words import bare, figure, kpi_name, unit_word, where_words
from sim.report.readings import reading_words
from sim.scorecard import Scorecard, ScoreRow
from sim.spec import text_told
from sim.vocabulary import KPIS

_TONES: Final[dict[bool | None, Tone]] = {True: "good", False: "bad", None: "unknown"}
_STRIP: Final = (
    "stations_out_peak", "stations_out_cumulative", "restored_share", "station_outage_h", "user_outage_h",
    "availability", "sites_without_mains_cumulative", "townships_dark", "site_visits", "generator_runs",
    "vehicles", "people",
)  # fmt: skip
_ROOM_STRIP: Final = (
    "service_outage_h", "fault_to_alarm_h", "fault_to_repair_h", "temperature_peak_c", "devices_down_peak",
    "procedure_h", "step_timeliness_share", "response_level", "people", "person_turnouts",
)  # fmt: skip


_AT_THE_END: Final = ("restored_share",)
"""Figures of one instant; a card has that of the last one, a target may have that of another."""


def verdict_words(card: Scorecard) -> str:
    """The verdict in one line."""
    targets, missed = card.targets, card.missed
    unknown = sum(row.met is None for row in targets)
    if not targets:
        return _("The plan has no targets.")
    aside = _(" {count} could not be told.").format(count=unknown) if unknown else ""
    if missed:
        said = _("Plan not met: {missed} of {count} targets missed.").format(missed=len(missed), count=len(targets))
        worst = missed[0]
        named = _("Worst: {target}, {simulated} where {bound} was promised.").format(
            target=target_name(worst), simulated=figure(worst.simulated, worst.unit), bound=bound_words(worst)
        )
        return f"{said}{aside}{'' if spoken() == 'zh' else ' '}{named}"
    if unknown:
        known = len(targets) - unknown
        return _("Plan not fully tested: {met} of {count} targets met.").format(met=known, count=len(targets)) + aside
    return _("Plan met: {count} of {count} targets met.").format(count=len(targets))


def verdict_tone(card: Scorecard) -> Tone:
    """Met, missed, or neither."""
    return _TONES[card.met]


def target_name(row: ScoreRow) -> str:
    """A target as people call it: its id and the plan's words for it."""
    return " ".join(part for part in (row.id, _words(row)) if part)


def _words(row: ScoreRow) -> str:
    """The plan's own words; the figure's name where it has none, or none in letters that the reader reads."""
    said = text_told(row.say)
    known = spoken() == "zh" or said.isascii()
    return said if said and known and said != KPIS[row.kpi].zh else kpi_name(row.kpi)


def bound_words(row: ScoreRow) -> str:
    """`≤ 2 h`."""
    return f"{'≤' if row.comparison == 'at_most' else '≥'} {figure(row.target, row.unit)}"


def kpi_cards(telling: Telling) -> list[Card]:
    """The figures that should be seen at once, of those that are defined."""
    values = telling.run.kpi_values
    names = _STRIP if telling.has("station") else _ROOM_STRIP
    defined = [name for name in names if not isnan(values[name])]
    return [_card(name, values[name]) for name in defined]


def _card(name: str, value: float) -> Card:
    unit = KPIS[name].unit
    text, _space, word = (
        figure(value, unit).partition(" ") if unit == "h" else (bare(value, unit), "", unit_word(unit, value))
    )
    when = _("at the end of the drill") if name in _AT_THE_END else ""
    return Card(kpi_name(name), Cell(text, value=value, kpi=name), " ".join(part for part in (word, when) if part))


def section(telling: Telling) -> Section | None:
    """Targets as a table, then why each missed one was missed, the worst first and with the chain of causes."""
    card = telling.card
    if not card.targets:
        return None
    parts: list[Part] = [_table(telling, card.targets)]
    for place, row in enumerate(card.missed):
        why = _why(telling, row)
        parts += why if not place else why[:1]
    return Section("targets", _("Targets of the plan"), parts)


def _table(telling: Telling, rows: Sequence[ScoreRow]) -> Table:
    heads = (
        Head(_("target")), Head(_("promise")), Head(_("bound"), number=True), Head(_("simulated"), number=True),
        Head(_("margin"), number=True), Head(_("verdict")),
    )  # fmt: skip
    return Table(heads, [_row(telling, row) for row in rows])


def _row(telling: Telling, row: ScoreRow) -> list[Cell]:
    targets = {target.id: target for target in telling.run.spec.plan.targets}
    where = where_words(targets[row.id].of)
    when = "" if row.at_h is None else _("at {clock}").format(clock=telling.clock(row.at_h))
    said = text_told(row.say)
    other = said if _words(row) == kpi_name(row.kpi) != said else kpi_name(row.kpi)
    under = [other if other != _words(row) else "", where, when, reading_words(row)]
    word = {True: _("met"), False: _("missed"), None: _("undefined")}[row.met]
    margin = "–" if row.margin is None else f"{'+' if row.margin > 0 else ''}{figure(row.margin, row.unit)}"
    return [
        Cell(row.id),
        Cell(_words(row), under=" · ".join(part for part in under if part)),
        Cell(bound_words(row), value=row.target),
        Cell(figure(row.simulated, row.unit), value=row.simulated, kpi=row.kpi, scope=f"target {row.id}"),
        Cell(margin, value=row.margin),
        Cell(word, tone=_TONES[row.met]),
    ]


def _why(telling: Telling, row: ScoreRow) -> list[Part]:
    """What made the worst target's figure, as far as the causes tell."""
    found = cause_of(telling, row)
    if found is None:
        return []
    told = _("Why {target} was missed: {why}").format(target=target_name(row), why=found.words)
    return [Words(told, tone="bad"), Chains(found.chains, numbered=False)]


def cause_of(telling: Telling, row: ScoreRow) -> causes.Why | None:
    """What made the figure of a target, of the sites it is promised for; None where the log does not tell."""
    target = next(target for target in telling.run.spec.plan.targets if target.id == row.id)
    mask = None
    if target.of is not None and KPIS[row.kpi].of == "sites":
        mask = select(target.of, telling.run.inventory, telling.run.lists)
    return causes.why(telling, row.kpi, row.at_h, mask)
