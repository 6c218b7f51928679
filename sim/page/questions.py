"""The trainer's answer sheet: each marked question, what to discuss, and what was so at its moment."""

from __future__ import annotations

from math import isnan
from typing import Final

from sim.language import _, chosen
from sim.page.daily import daily_report, line_word
from sim.page.parts import Cell, Head, Section, Table
from sim.page.telling import Telling
from sim.page.words import figure
from sim.report.room_states import Moment
from sim.scenario import Question

_TRUTHS: Final = (
    "out_now", "sites_without_mains", "on_battery", "on_generator", "users_affected", "townships_cut", "cables_damaged",
    "cables_repaired", "visits", "generator_runs",
)  # fmt: skip
_GRAIN_H: Final = 1e-6


def section(telling: Telling) -> Section | None:
    """A row a question, in the order of time; nothing where the scenario marks none within the drill."""
    start, asked = telling.run.spec.start, telling.run.spec.questions
    timed = [(one.at.to_h(start), one) for one in asked]
    rows = [_row(telling, t_h, one) for t_h, one in sorted(timed, key=lambda pair: pair[0]) if _within(telling, t_h)]
    if not rows:
        return None
    heads = (Head(_("when")), Head(_("question")), Head(_("to discuss")), Head(_("what was so")), Head(_("notes")))
    note = _("For the trainer: what was so is the truth of the run, which the desk may not have known.")
    return Section("questions", _("Questions for trainees"), [Table(heads, rows, note=note)])


def _within(telling: Telling, t_h: float) -> bool:
    return -_GRAIN_H <= t_h <= telling.horizon_h + _GRAIN_H


def _row(telling: Telling, t_h: float, one: Question) -> list[Cell]:
    ask, note = (chosen(text.en, text.zh) or text.en or text.zh for text in (one.ask, one.note))
    truths = [*_network(telling, t_h), *_rooms(telling, t_h)]
    return [Cell(telling.clock(t_h), tight=True), Cell(ask), Cell(note), Cell(_("; ").join(truths)), Cell("")]


def _network(telling: Telling, t_h: float) -> list[str]:
    """Figures of the network at a moment that are not 0; stations out in any case."""
    if not telling.has("station"):
        return []
    lines = {line.key: line for line in daily_report(telling.run, min(max(t_h, 0.0), telling.horizon_h)).lines}
    found = [lines[key] for key in _TRUTHS if lines[key].value or key == "out_now"]
    return [
        f"{line_word(line.key)} {figure(line.value, line.unit)}"
        for line in found
        if line.value is not None and not isnan(line.value)
    ]


def _rooms(telling: Telling, t_h: float) -> list[str]:
    """Services and devices down at a moment, what is broken, the warmest inlet of each row of racks."""
    if not telling.has("power_node"):
        return []
    moment, rooms = Moment(telling.story, t_h), telling.tables.rooms
    down = [telling.bare(name) for name, cause in moment.services.items() if cause]
    broken = [name for name, node in moment.nodes.items() if node.state == "broken"]
    broken += [name for found in (moment.devices, moment.coolers) for name, state in found.items() if state == "broken"]
    dark = [name for name, state in moment.devices.items() if state in {"dead", "hot"}]
    parts = ((_("services down: {names}"), down), (_("broken: {names}"), broken), (_("devices down: {names}"), dark))
    told = [words.format(names=_(", ").join(names)) for words, names in parts if names]
    for row in rooms.row_ids.tolist():
        racks = rooms.racks_in.get(row, [])
        warmest_c = max((moment.inlet_c(rack, row) for rack in racks), default=float("nan"))
        if not isnan(warmest_c):
            told.append(_("warmest inlet of {row}: {c}").format(row=telling.bare(row), c=figure(warmest_c, "c")))
    return told
