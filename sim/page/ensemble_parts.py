"""What an ensemble's page shows, as sections: targets, figures, record, differences, runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from math import isfinite, nan
from shlex import quote
from typing import Any, Final

from sim.ensemble import Ensemble
from sim.ensemble.answers import compare
from sim.ensemble.paired import Difference
from sim.language import _
from sim.page.parts import Cell, Fact, Facts, Folded, Head, Part, Section, Table, Tone, Words
from sim.page.words import bare, figure, kpi_name, number_cell, unit_word
from sim.scenario import ScenarioSpec
from sim.vocabulary import KPIS

SHOWN: Final = (
    "stations_out_peak", "stations_out_cumulative", "restored_share", "station_outage_h", "user_outage_h", "saidi",
    "availability", "conversion_share_cumulative", "townships_dark", "township_dark_h", "site_visits", "generator_runs",
    "wasted_trips", "mttr_h", "generation_timeliness_share", "vehicles", "people", "service_outage_h",
    "devices_down_peak", "temperature_peak_c", "procedure_h", "step_timeliness_share",
)  # fmt: skip
_SURE: Final = 0.95


@dataclass(frozen=True, eq=False)
class Many:
    """An ensemble and, where its directory holds it, its scenario as written."""

    ensemble: Ensemble
    spec: ScenarioSpec | None

    @cached_property
    def summary(self) -> dict[str, Any]:
        """As in `summary.json`."""
        return self.ensemble.summary

    @property
    def variants(self) -> Sequence[str]:
        """Names of the variants."""
        return self.ensemble.variants

    def of(self, variant: str) -> dict[str, Any]:
        """The summary of a variant."""
        found: dict[str, Any] = self.summary["variants"][variant]
        return found

    @cached_property
    def whole(self) -> dict[str, tuple[float, float, float, int]]:
        """Variant → share of seeds in which all targets held, its 95 % interval, and of how many seeds."""
        from sim.ensemble.summary import share_held

        found = {}
        for name in self.variants:
            share = share_held(self.ensemble.held(name))
            numbers = [nan if share[key] is None else float(share[key]) for key in ("share", "low", "high")]
            found[name] = (numbers[0], numbers[1], numbers[2], int(share["of"]))
        return found

    @property
    def has_targets(self) -> bool:
        """Whether the plan promises anything."""
        return any(line["section"] == "target" for line in self.of(self.variants[0])["lines"])

    def finished(self, variant: str) -> int:
        """How many runs came to their end."""
        return len(self.ensemble.seeds) - int(self.of(variant)["failed"]) - self.missing(variant)

    def missing(self, variant: str) -> int:
        """How many runs that were asked for have not been played."""
        told = sum(
            1 for name, _seed, *_rest in self.ensemble.runs.itertuples(index=False, name=None) if name == variant
        )
        return len(self.ensemble.seeds) - told


def _percent(value: float | None) -> str:
    return "–" if value is None or not isfinite(value) else figure(value, "share")


def _span(low: float | None, high: float | None, unit: str) -> str:
    if low is None or high is None:
        return "–"
    return _("{low} to {high}").format(low=figure(low, unit), high=figure(high, unit))


def verdict(many: Many) -> tuple[str, Tone]:
    """The verdict in one line: in how many seeds the plan holds, and with what."""
    if not many.has_targets:
        return _("The plan has no targets."), "unknown"
    whole = {name: share for name, share in many.whole.items() if share[3]}
    if not whole:
        return _("Whether the plan holds could not be told in any run."), "unknown"
    best = max(whole, key=lambda name: whole[name][0])
    worst = min(whole, key=lambda name: whole[name][0])
    share, low, high, of = whole[best]
    said = _("The plan holds in {share} of {count} seeds (95 %: {low} to {high})").format(
        share=_percent(share), count=of, low=_percent(low), high=_percent(high)
    )
    tone: Tone = "good" if share >= _SURE else "bad"
    if len(many.variants) == 1:
        return said + _("."), tone
    with_ = _(" with {variant}, the best").format(variant=best)
    if whole[worst][0] == share:
        return said + _(" at best, with any of the variants."), tone
    rest = _("; in {share} with {variant}, the worst.").format(share=_percent(whole[worst][0]), variant=worst)
    return said + with_ + rest, tone


def targets(many: Many) -> Section | None:
    """Each target's share of seeds, a row a variant."""
    if not many.has_targets:
        return None
    heads = (
        Head(_("target")), Head(_("variant")), Head(_("bound"), number=True), Head(_("met in"), number=True),
        Head(_("95 %"), number=True), Head(_("median"), number=True), Head(_("P10 to P90"), number=True),
        Head(_("seeds"), number=True),
    )  # fmt: skip
    rows = [
        _target_row(name, line) for line_number in _target_numbers(many) for name, line in _lines(many, line_number)
    ]
    rows += [_whole_row(name, share) for name, share in many.whole.items()]
    note = _("Seeds in which a target is undefined do not count for it. Intervals are Wilson's.")
    return Section("targets", _("Targets of the plan"), [Table(heads, rows, note=note, totals=len(many.variants))])


def _target_numbers(many: Many) -> list[int]:
    lines = many.of(many.variants[0])["lines"]
    return [number for number, line in enumerate(lines) if line["section"] == "target"]


def _lines(many: Many, number: int) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name in many.variants:
        lines = many.of(name)["lines"]
        if number < len(lines):
            found.append((name, lines[number]))
    return found


def _target_row(name: str, line: dict[str, Any]) -> list[Cell]:
    unit, met = KPIS[line["kpi"]].unit, line["met"]
    sign = "≤" if line["comparison"] == "at_most" else "≥"
    label = " ".join(part for part in (line["id"] or "", kpi_name(line["kpi"])) if part)
    tone: Tone = "unknown" if met["share"] is None else "good" if met["share"] >= _SURE else "bad"
    return [
        Cell(label, under=str(line.get("of") or "")),
        Cell(name),
        Cell(f"{sign} {figure(line['target'], unit)}", value=line["target"]),
        Cell(_percent(met["share"]), tone, value=met["share"], kpi=line["kpi"], scope=f"{name} met {line['id']}"),
        Cell(_span(met["low"], met["high"], "share")),
        Cell(figure(line["p50"], unit), value=line["p50"], kpi=line["kpi"], scope=f"{name} p50 {line['id']}"),
        Cell(_span(line["p10"], line["p90"], unit)),
        Cell(f"{met['of']:,}", value=float(met["of"])),
    ]


def _whole_row(name: str, share: tuple[float, float, float, int]) -> list[Cell]:
    value, low, high, of = share
    span = _span(low, high, "share") if of else "–"
    known = value if isfinite(value) else None
    return [
        Cell(_("all targets together")), Cell(name), Cell(""), Cell(_percent(value), value=known), Cell(span), Cell(""),
        Cell(""), Cell(f"{of:,}", value=float(of)),
    ]  # fmt: skip


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
    interval = "–" if spread["low"] is None else f"{bare(spread['low'], unit)} – {bare(spread['high'], unit)}"
    cells = [number_cell(spread[key], unit, kpi, f"{name} {key}") for key in ("p10", "p50", "p90")]
    return [
        Cell(kpi_name(kpi)), Cell(unit_word(unit)), Cell(name), number_cell(spread["mean"], unit, kpi, f"{name} mean"),
        Cell(interval), *cells, Cell(f"{spread['n']:,}", value=float(spread["n"])),
    ]  # fmt: skip


def record(many: Many) -> Section | None:
    """Where each recorded number falls among the seeds, a row a variant."""
    rows = []
    for name in many.variants:
        for number, line in enumerate(many.of(name)["lines"]):
            if isinstance(line["recorded"], int | float) and not isinstance(line["recorded"], bool):
                rows.append(_record_row(many, name, number, line))
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
    known = values[[isfinite(value) for value in values.tolist()]] if len(values) else values
    share = float((known < line["recorded"]).mean()) if len(known) else nan
    inside = line["p5"] is not None and line["p5"] <= line["recorded"] <= line["p95"]
    tone: Tone = "good" if inside else "unknown"
    when = "" if line["at_h"] is None else _clock(many, line["at_h"])
    return [
        Cell(kpi_name(line["kpi"]), under=when),
        Cell(name),
        Cell(figure(line["recorded"], unit), value=float(line["recorded"])),
        Cell(figure(line["p50"], unit), value=line["p50"], kpi=line["kpi"], scope=f"{name} record {number}"),
        Cell(_span(line["p5"], line["p95"], unit), tone),
        Cell(_percent(share), value=share if isfinite(share) else None),
    ]


def _clock(many: Many, at_h: float) -> str:
    if many.spec is None:
        return f"+{at_h:g} h"
    at = many.spec.start.replace(tzinfo=None) + timedelta(hours=at_h)
    return f"{at:%Y-%m-%d %H:%M}"


def differences(many: Many) -> Section | None:
    """Every variant less the first, seed by seed."""
    if len(many.variants) < 2:
        return None
    found = compare([many.ensemble], against=many.variants[0]).differences
    rows = [_difference_row(one) for one in found]
    heads = (
        Head(_("figure")), Head(_("variant")), Head(_("less")), Head(_("mean difference"), number=True),
        Head(_("95 %"), number=True), Head(_("pairs"), number=True), Head(_("what it means")),
    )  # fmt: skip
    note = _("Variants meet the same luck in every seed, so that differences vary less than the figures themselves.")
    return Section("differences", _("What makes a difference"), [Table(heads, rows, note=note)])


def _difference_row(one: Difference) -> list[Cell]:
    unit = KPIS[one.kpi].unit
    signed = f"{'+' if one.mean > 0 else ''}{figure(one.mean, unit)}" if isfinite(one.mean) else "–"
    interval = _span(one.low, one.high, unit) if isfinite(one.low) else "–"
    return [
        Cell(kpi_name(one.kpi)),
        Cell(one.variant),
        Cell(one.against),
        Cell(signed, value=one.mean if isfinite(one.mean) else None, kpi=one.kpi, scope=f"{one.variant} difference"),
        Cell(interval),
        Cell(f"{one.pairs:,}", value=float(one.pairs)),
        meaning(one),
    ]


def meaning(one: Difference) -> Cell:
    """What a difference says: better, worse, other, or not to be told."""
    if not one.told:
        return Cell(_("cannot be told apart"), "quiet")
    better = KPIS[one.kpi].better
    if better == "neither":
        return Cell(_("differs"))
    good = (one.mean < 0) == (better == "less")
    return Cell(_("better") if good else _("worse"), "good" if good else "bad")


def runs(many: Many) -> Section:
    """How many runs there are, which failed and why, which are still to be played."""
    heads = (
        Head(_("variant")), Head(_("policy")), Head(_("finished"), number=True), Head(_("failed"), number=True),
        Head(_("still to be played"), number=True), Head(_("changes")),
    )  # fmt: skip
    rows = []
    for cell in many.ensemble.asked.cells:
        name = cell.variant
        changes = ", ".join(f"{key}={value}" for key, value in {**cell.overrides, **cell.topology}.items())
        failed, missing = int(many.of(name)["failed"]), many.missing(name)
        rows.append([
            Cell(name), Cell(cell.policy), Cell(f"{many.finished(name):,}", value=float(many.finished(name))),
            Cell(f"{failed:,}", "bad" if failed else "", value=float(failed)),
            Cell(f"{missing:,}", "unknown" if missing else "", value=float(missing)), Cell(changes, code=bool(changes)),
        ])  # fmt: skip
    parts: list[Part] = [Table(heads, rows)]
    failures = [(name, seed, error) for name in many.variants for seed, error in many.ensemble.failures(name)]
    if failures:
        parts.append(Words(_("Runs that failed are in no figure of this page."), "bad"))
        told = [[Cell(name), Cell(str(seed)), Cell(error, code=True)] for name, seed, error in failures]
        parts.append(Table((Head(_("variant")), Head(_("seed")), Head(_("error"))), told))
    return Section("runs", _("Runs"), parts)


def command(many: Many) -> str:
    """The command that plays the ensemble again, as far as variant files are not needed."""
    asked = many.ensemble.asked
    seeds = asked.seeds
    words = ["drill", "ensemble", quote(asked.scenario)]
    if seeds == tuple(range(1, len(seeds) + 1)):
        words += ["-n", str(len(seeds))]
    policies = list(dict.fromkeys(cell.policy for cell in asked.cells))
    words += ["--policy", quote(",".join(policies))]
    for key, value in asked.overrides.items():
        words += ["--set", quote(f"{key}={value}")]
    return " ".join(words)


def reproduce(many: Many) -> Section:
    """Command, seeds, versions and hashes."""
    asked = many.ensemble.asked
    patched = any(cell.overrides or cell.topology for cell in asked.cells)
    facts = [
        Fact(_("Command"), command(many) + (" --variant …" if patched else ""), code=True),
        Fact(_("Seeds"), _seeds(asked.seeds)),
        Fact(_("Program"), f"drillsim {asked.version}"),
        Fact(_("Hash of the scenario"), asked.scenario_hash, code=True),
        Fact(_("Hash of the topology"), asked.topology_hash, code=True),
    ]
    said = _("The catalogue of the directory holds the digest of every run's log; played again, they are the same.")
    return Section("reproduce", _("How to reproduce"), [Facts([fact for fact in facts if fact.text])], said)


def _seeds(seeds: Sequence[int]) -> str:
    if list(seeds) == list(range(seeds[0], seeds[-1] + 1)):
        return _("{first} to {last}").format(first=seeds[0], last=seeds[-1])
    return ", ".join(map(str, seeds))
