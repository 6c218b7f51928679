"""Machine rooms: temperatures, supply, procedures with their deadlines, response levels."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.inventory import text
from sim.language import _, chosen
from sim.metrics import kpi
from sim.metrics.procedures import procedure_of
from sim.page import drawings
from sim.page.parts import Cell, Chain, Chains, Head, Part, Section, Table, Tone, Words
from sim.page.telling import Telling
from sim.page.words import figure, number_cell

_MOST_FAULTS: Final = 10


def section(telling: Telling) -> Section | None:
    """Rows of racks, the supply and what it carries; nothing without machine rooms."""
    if not telling.has("row") and not telling.has("power_node"):
        return None
    parts: list[Part] = [*drawings.rooms(telling)]
    if telling.has("row"):
        parts.append(_rows(telling))
    if telling.has("service"):
        parts.append(_services(telling))
    if len(telling.tables.rooms.faults.who):
        parts += _faults(telling)
    return Section("rooms", _("Machine rooms"), parts)


def _faults(telling: Telling) -> list[Part]:
    """Faults with the chain of their causes, and what led to their repair."""
    found, log = telling.tables.rooms.faults, telling.tables.log
    shown = min(len(found.who), _MOST_FAULTS)
    chains = []
    for fault in range(shown):
        begin, end = int(found.begin[fault]), int(found.end[fault])
        facts = _("{start} to {end}, {hours}").format(
            start=telling.clock(float(found.start_h[fault])),
            end=_("the end of the drill") if found.open[fault] else telling.clock(float(found.end_h[fault])),
            hours=figure(float(found.hours[fault]), "h"),
        )
        after = telling.steps(end, telling.chain(begin)) if end >= 0 else []
        chains.append(Chain(telling.name(log.names[int(log.subject[begin])]), facts, telling.steps(begin), after))
    said = _("Faults, and how each was mended: {shown} of {count}").format(shown=shown, count=len(found.who))
    return [Words(said), Chains(chains)]


def _rows(telling: Telling) -> Table:
    tables = telling.tables
    names = ("temperature_peak_c", "hours_over_warn_h", "hours_over_major_h", "devices_down_peak")
    heads = (
        Head(_("row of racks")), Head(_("highest inlet temperature"), number=True),
        Head(_("over the alarm limit"), number=True), Head(_("over the major limit"), number=True),
        Head(_("most devices down"), number=True),
    )  # fmt: skip
    units = ("c", "h", "h", "devices")
    rows = []
    for row in tables.rooms.row_ids.tolist():
        values = [kpi(name, tables, of=row) for name in names]
        cells = [
            Cell(figure(value, unit), value=value, kpi=name, scope=f"row {row}")
            for name, unit, value in zip(names, units, values, strict=True)
        ]
        rows.append([Cell(telling.bare(row), under=row), *cells])
    return Table(heads, rows, _("Air in the rows of racks"))


def _services(telling: Telling) -> Table:
    tables = telling.tables
    names = ("service_outage_h", "service_availability", "service_delay_ms")
    units = ("h", "share", "ms")
    heads = (
        Head(_("service")),
        *(Head(word, number=True) for word in (_("hours out"), _("availability"), _("highest delay"))),
    )
    rows = []
    for key in text(telling.run.inventory["service"], "id").tolist():
        values = [kpi(name, tables, of=str(key)) for name in names]
        cells = [
            Cell(figure(value, unit), kpi=name, scope=f"service {key}", value=None if np.isnan(value) else value)
            for name, unit, value in zip(names, units, values, strict=True)
        ]
        rows.append([Cell(telling.bare(str(key)), under=str(key)), *cells])
    return Table(heads, rows, _("Services"))


def procedures(telling: Telling) -> Section | None:
    """Procedures and their steps against their deadlines, the swim lanes; nothing where none was begun."""
    found = telling.tables.procedures
    if not len(found.runs.who):
        return None
    parts: list[Part] = [*drawings.lanes(telling), _runs(telling)]
    if len(found.deadlines.by_h):
        parts.append(steps_table(telling))
    return Section("procedures", _("Procedures and their deadlines"), parts)


def _runs(telling: Telling) -> Table:
    found, log = telling.tables.procedures, telling.tables.log
    heads = (
        Head(_("procedure")), Head(_("set off by")), Head(_("begun")), Head(_("done")), Head(_("lasted"), number=True),
        Head(_("steps late"), number=True),
    )  # fmt: skip
    rows = []
    for row, who in enumerate(found.runs.who.tolist()):
        run = log.names[who]
        mine = np.array([name.startswith(f"{run}.") for name in found.deadlines.step_run.tolist()], dtype=np.bool_)
        late = int(np.count_nonzero(found.deadlines.late & mine)) if len(mine) else 0
        open_ = bool(found.runs.open[row])
        rows.append(
            [
                Cell(run),
                Cell(telling.name(log.names[int(log.object[found.runs.begin[row]])])),
                Cell(telling.clock(float(found.runs.start_h[row])), tight=True),
                Cell(_("not done") if open_ else telling.clock(float(found.runs.end_h[row])), "bad" if open_ else ""),
                Cell(figure(float(found.runs.hours[row]), "h"), value=float(found.runs.hours[row])),
                number_cell(late, "steps"),
            ]
        )
    return Table(heads, rows, _("Runs of procedures"))


def steps_table(telling: Telling) -> Table:
    """Steps that have a deadline, when each was done."""
    found = telling.tables.procedures.deadlines
    table = telling.run.inventory["procedure_step"]
    columns = (text(table, name).tolist() for name in ("procedure", "step", "name_en", "name"))
    names = {f"{procedure}.{step}": (str(en), str(zh)) for procedure, step, en, zh in zip(*columns, strict=True)}
    heads = (Head(_("step")), Head(_("due")), Head(_("done")), Head(_("deviation"), number=True), Head(""))
    rows = []
    for row, name in enumerate(found.step_run.tolist()):
        run, _dot, step = str(name).partition(".")
        en, zh = names.get(f"{procedure_of(run)}.{step}", ("", ""))
        done_h, by_h = float(found.done_h[row]), float(found.by_h[row])
        lag_h = done_h - by_h
        known = not np.isnan(lag_h)
        tone: Tone = "bad" if found.late[row] else "good" if found.on_time[row] else ""
        word = _("late") if found.late[row] else _("in time") if found.on_time[row] else _("not yet due")
        rows.append(
            [
                Cell(chosen(en, zh) or step, under=str(name)),
                Cell(telling.clock(by_h), tight=True),
                Cell(telling.clock(done_h), tight=True),
                Cell(f"{'+' if known and lag_h > 0 else ''}{figure(lag_h, 'h')}", value=lag_h if known else None),
                Cell(word, tone),
            ]
        )
    return Table(heads, rows, _("Steps against their deadlines"))


def levels(telling: Telling) -> Section | None:
    """Response levels: when each was raised; nothing where none was due."""
    found, log = telling.tables.procedures, telling.tables.log
    raised, due = found.levels, telling.story.rows("desk.level_due")
    missed = telling.story.rows("desk.level_missed")
    if not len(raised) and not len(missed):
        return None
    heads = (Head(_("level")), Head(_("due since")), Head(_("raised")), Head(_("after being due"), number=True))
    rows = []
    for row in raised.tolist():
        earlier = [one for one in due.tolist() if log.subject[one] == log.subject[row] and one < row]
        due_h = float(log.t_h[earlier[-1]]) if earlier else float("nan")
        raised_h = float(log.t_h[row])
        after = raised_h - due_h
        rows.append(
            [
                Cell(log.names[int(log.subject[row])]),
                Cell(telling.clock(due_h), tight=True),
                Cell(telling.clock(raised_h), tight=True),
                Cell(figure(after, "h"), value=None if np.isnan(after) else after),
            ]
        )
    rows += [
        [Cell(log.names[int(log.subject[row])]), Cell("–"), Cell(_("nobody raised it"), "bad"), Cell("–")]
        for row in missed.tolist()
    ]
    return Section("levels", _("Response levels"), [Table(heads, rows)])
