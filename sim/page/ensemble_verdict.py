"""Of many runs: how surely the plan holds, and each of its targets."""

from __future__ import annotations

from math import isfinite
from typing import Any, Final

from sim.language import _, spoken
from sim.page.many import Many, named, percent, span
from sim.page.parts import Cell, Head, Section, Table, Tone
from sim.page.words import figure, kpi_name, where_words
from sim.plan import Target
from sim.vocabulary import KPIS

SURE: Final = 0.95
"""Assumed: a plan that holds in this share of the seeds is told as one that holds; the levels of intervals."""


def verdict(many: Many) -> tuple[str, Tone]:
    """The verdict in one line: how often the plan holds, by the best variant and the worst; its hardest target."""
    if not many.played:
        return _("No run has been played."), "unknown"
    if not any(many.finished(name) for name in many.variants):
        return _("All runs failed."), "bad"
    if not many.has_targets:
        return _("The plan has no targets."), "unknown"
    whole = {name: share for name, share in many.whole.items() if share[3]}
    if not whole:
        return _("Whether the plan holds could not be told in any run."), "unknown"
    best = max(whole, key=lambda name: whole[name][0])
    worst = min(whole, key=lambda name: whole[name][0])
    share, low, high, of = whole[best]
    message = (
        _("The plan holds in {share} of the {count} seeds that can tell (95 %: {low} to {high})")
        if many.untold(best)
        else _("The plan holds in {share} of {count} seeds (95 %: {low} to {high})")
    )
    said = message.format(share=percent(share), count=of, low=percent(low), high=percent(high))
    if len(whole) == 1:
        said += _(".") if len(many.variants) == 1 else _(" with {variant}.").format(variant=best)
    elif whole[worst] == whole[best]:
        said += _(", the same with every variant.")
    elif whole[worst][0] == share:
        said += _(" with {variant}; the same share with every variant.").format(variant=best)
    else:
        said += _(" with {variant}, the best").format(variant=best)
        said += _("; in {share} with {variant}, the worst.").format(share=percent(whole[worst][0]), variant=worst)
    tone: Tone = "bad" if share < SURE else "unknown" if many.untold(best) else "good"
    return said + _untold(many, best) + _hardest(many, best), tone


def _untold(many: Many, variant: str) -> str:
    """The seeds in which the plan was not fully tested, told where there are some."""
    count = many.untold(variant)
    if not count:
        return ""
    told = _("Not fully tested in {count} more: no target was missed there, but one is undefined.").format(count=count)
    return told if spoken() == "zh" else f" {told}"


def _hardest(many: Many, variant: str) -> str:
    """The target that holds in the fewest seeds, told where any is missed."""
    lines = [line for number in many.numbered("target") for name, line in many.lines(number) if name == variant]
    known = [line for line in lines if line["met"]["share"] is not None]
    if len(known) < 2 or (line := min(known, key=lambda line: line["met"]["share"]))["met"]["share"] == 1:
        return ""
    told = _("Hardest: {target}, met in {share} of the {count} seeds that can tell.").format(
        target=_label(line), share=percent(line["met"]["share"]), count=line["met"]["of"]
    )
    return told if spoken() == "zh" else f" {told}"


def state(many: Many) -> str:
    """How many runs there are, and what is missing."""
    done, failed, missing = (
        sum(of(name) for name in many.variants) for of in (many.finished, many.failed, many.missing)
    )
    told = [_("{count} runs finished").format(count=f"{done:,}")]
    told += [_("{count} failed and are in no figure").format(count=f"{failed:,}")] if failed else []
    told += [_("{count} still to be played").format(count=f"{missing:,}")] if missing else []
    return _(", ").join(told)


def targets(many: Many) -> Section | None:
    """Each target's share of seeds, a row a variant."""
    if not many.has_targets:
        return None
    heads = (
        Head(_("target")), Head(_("variant")), Head(_("bound"), number=True), Head(_("met in"), number=True),
        Head(_("95 %"), number=True), Head(_("median"), number=True), Head(_("P10 to P90"), number=True),
        Head(_("seeds"), number=True),
    )  # fmt: skip
    rows = [_target_row(many, name, line) for number in many.numbered("target") for name, line in many.lines(number)]
    rows += [_whole_row(name, share, many.untold(name)) for name, share in many.whole.items()]
    note = _(
        "Seeds in which a target is undefined do not count for it. All targets together hold in a seed where every one "
        "is met; a seed in which none is missed and one is undefined cannot tell. Intervals are Wilson's."
    )
    return Section("targets", _("Targets of the plan"), [Table(heads, rows, note=note, totals=len(many.variants))])


def _target_row(many: Many, name: str, line: dict[str, Any]) -> list[Cell]:
    unit, met = KPIS[line["kpi"]].unit, line["met"]
    sign = "≤" if line["comparison"] == "at_most" else "≥"
    tone: Tone = "unknown" if met["share"] is None else "good" if met["share"] >= SURE else "bad"
    return [
        Cell(_label(line), under=_(", ").join(part for part in (_group(many, line), _instant(many, line)) if part)),
        named(name),
        Cell(f"{sign} {figure(line['target'], unit)}", value=line["target"]),
        Cell(percent(met["share"]), tone, value=met["share"], kpi=line["kpi"], scope=f"{name} met {line['id']}"),
        Cell(span(met["low"], met["high"], "share")),
        Cell(figure(line["p50"], unit), value=line["p50"], kpi=line["kpi"], scope=f"{name} p50 {line['id']}"),
        Cell(span(line["p10"], line["p90"], unit)),
        Cell(f"{met['of']:,}", value=float(met["of"])),
    ]


def _label(line: dict[str, Any]) -> str:
    return " ".join(part for part in (line["id"] or "", kpi_name(line["kpi"])) if part)


def _promise(many: Many, line: dict[str, Any]) -> Target | None:
    """The target of a line as the plan has it; None where the scenario is not at hand."""
    targets = many.spec.plan.targets if many.spec is not None else []
    found = [target for target in targets if (target.id or target.kpi) == (line["id"] or line["kpi"])]
    return found[0] if len(found) == 1 else None


def _group(many: Many, line: dict[str, Any]) -> str:
    """Whom a target is for, in words; else as the catalogue has it."""
    said, promise = str(line.get("of") or ""), _promise(many, line)
    return where_words(promise.of) if said and promise is not None and promise.of is not None else said


def _instant(many: Many, line: dict[str, Any]) -> str:
    """Of a timed figure, when."""
    if not KPIS[line["kpi"]].timed:
        return ""
    if line["at_h"] is not None:
        return many.clock(line["at_h"])
    promise = _promise(many, line)
    after_h = promise.at.after_h if promise is not None and promise.at is not None else None
    if promise is None or after_h is None or promise.since == "start":
        return _("an instant of each run's own")
    since = {"onset": _("{hours} h after the onset"), "first_outage": _("{hours} h after the first outage")}
    return since[promise.since].format(hours=f"{after_h:g}")


def _whole_row(name: str, share: tuple[float, float, float, int], untold: int) -> list[Cell]:
    value, low, high, of = share
    known = value if isfinite(value) else None
    cells = [Cell(percent(value), value=known, scope=f"{name} met"), Cell(span(low, high, "share") if of else "–")]
    label, aside = _("all targets together"), _("{count} cannot tell").format(count=untold) if untold else ""
    seeds = Cell(f"{of:,}", value=float(of), under=aside)
    return [Cell(label), named(name), Cell(""), *cells, Cell(""), Cell(""), seeds]
