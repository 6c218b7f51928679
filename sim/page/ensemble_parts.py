"""Of many runs: the figures with their spread, and where what was recorded falls among them."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any, Final

import numpy as np

from sim.language import _
from sim.page.many import Many, named, percent, span
from sim.page.parts import Cell, Folded, Head, Part, Section, Table, Tone
from sim.page.words import bare, figure, kpi_name, number_cell, unit_word
from sim.vocabulary import KPIS

SHOWN: Final = (
    "stations_out_peak", "stations_out_cumulative", "restored_share", "station_outage_h", "user_outage_h", "saidi",
    "availability", "conversion_share_cumulative", "townships_dark", "township_dark_h", "site_visits", "generator_runs",
    "wasted_trips", "mttr_h", "generation_timeliness_share", "vehicles", "people", "service_outage_h",
    "devices_down_peak", "temperature_peak_c", "procedure_h", "step_timeliness_share",
)  # fmt: skip


def figures(many: Many) -> Section:
    """Mean with its interval, and the spread over the seeds, of the figures everybody asks for; all folded below."""
    defined = [kpi for kpi in KPIS if any(many.of(name)["kpis"][kpi]["n"] for name in many.variants)]
    strip = [kpi for kpi in SHOWN if kpi in defined]
    parts: list[Part] = [_figure_table(many, strip)]
    title = _("{count} figures").format(count=len(defined))
    parts.append(Folded(title, [_figure_table(many, defined)]))
    return Section("figures", _("Figures over the seeds"), parts)


def _figure_table(many: Many, names: Sequence[str]) -> Table:
    heads = (
        Head(_("figure")), Head(_("unit")), Head(_("variant")), Head(_("mean"), number=True),
        Head(_("95 % of the mean"), number=True), Head("P10", number=True), Head("P50", number=True),
        Head("P90", number=True), Head(_("seeds"), number=True),
    )  # fmt: skip
    rows = [_figure_row(kpi, name, many.of(name)["kpis"][kpi]) for kpi in names for name in many.variants]
    return Table(heads, rows)


def _figure_row(kpi: str, name: str, spread: dict[str, Any]) -> list[Cell]:
    unit = spread["unit"]
    interval = Cell("–") if spread["low"] is None else _interval(kpi, unit, spread["low"], spread["high"])
    cells = [number_cell(spread[key], unit, kpi, f"{name} {key}") for key in ("p10", "p50", "p90")]
    return [
        Cell(kpi_name(kpi)), Cell(unit_word(unit)), named(name), number_cell(spread["mean"], unit, kpi, f"{name} mean"),
        interval, *cells, Cell(f"{spread['n']:,}", value=float(spread["n"])),
    ]  # fmt: skip


def _bounds(kpi: str) -> tuple[float, float]:
    """What a figure cannot be less or more than; lags and temperatures may lie below 0."""
    unit = KPIS[kpi].unit
    if unit == "c" or kpi.endswith("_lag_h"):
        return -inf, inf
    return 0.0, 1.0 if unit == "share" and kpi != "conversion_share" else inf


def _interval(kpi: str, unit: str, low: float, high: float) -> Cell:
    """The interval of a mean, cut at what the figure can be: Student's t knows no bounds."""
    least, most = _bounds(kpi)
    cut = low < least or high > most
    text = f"{bare(max(low, least), unit)} – {bare(min(high, most), unit)}"
    return Cell(text, under=_("cut at what is possible") if cut else "")


def record(many: Many) -> Section | None:
    """Where each recorded number falls among the seeds, a row a variant."""
    rows = [
        _record_row(many, name, number, line)
        for section in ("target", "record")
        for number in many.numbered(section)
        for name, line in many.lines(number)
        if isinstance(line["recorded"], int | float) and not isinstance(line["recorded"], bool)
    ]
    if not rows:
        return None
    heads = (
        Head(_("figure")), Head(_("variant")), Head(_("recorded"), number=True), Head(_("median"), number=True),
        Head(_("P5 to P95"), number=True), Head(_("seeds below the record"), number=True),
    )  # fmt: skip
    note = _("A record inside P5 to P95 is one that the model would not be surprised by; it proves nothing.")
    return Section("record", _("Record among the seeds"), [Table(heads, rows, note=note)])


def _record_row(many: Many, name: str, number: int, line: dict[str, Any]) -> list[Cell]:
    unit = KPIS[line["kpi"]].unit
    values = many.ensemble.line("simulated", name, number)
    known = values[np.isfinite(values)]
    below, same = (
        float(mask.mean()) if len(known) else None for mask in (known < line["recorded"], known == line["recorded"])
    )
    inside = line["p5"] is not None and line["p5"] <= line["recorded"] <= line["p95"]
    tone: Tone = "good" if inside else "unknown"
    when = "" if line["at_h"] is None else many.clock(line["at_h"])
    return [
        Cell(kpi_name(line["kpi"]), under=when),
        named(name),
        Cell(figure(line["recorded"], unit), value=float(line["recorded"])),
        Cell(figure(line["p50"], unit), value=line["p50"], kpi=line["kpi"], scope=f"{name} record {number}"),
        Cell(span(line["p5"], line["p95"], unit), tone),
        Cell(percent(below), value=below, under=_("equal in {share}").format(share=percent(same)) if same else ""),
    ]
