"""Of many runs: what the variants differ in, seed by seed, and what that means."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from sim.ensemble.answers import compare
from sim.ensemble.paired import Difference
from sim.language import _
from sim.page.ensemble_parts import SHOWN
from sim.page.many import Many, named, span
from sim.page.parts import Cell, Folded, Head, Part, Section, Table, Words
from sim.page.words import figure, kpi_name
from sim.vocabulary import KPIS


def differences(many: Many) -> Section | None:
    """Every variant less the first, seed by seed: in sentences, the figures asked for most, and more of them folded."""
    if not many.comparable:
        return None
    first = many.variants[0]
    asked = compare([many.ensemble], against=first, broken=True).differences
    told: list[Part] = [Words(_sentence(name, first, asked)) for name in many.variants[1:]]
    more = [kpi for kpi in SHOWN if any(many.of(name)["kpis"][kpi]["n"] for name in many.variants)]
    note = _("Variants meet the same luck in every seed, so that differences vary less than the figures themselves.")
    parts: list[Part] = [_table(asked, note), *told]
    if more:
        note = _("Of many intervals at 95 %, one in twenty misses the truth by chance alone.")
        table = _table(compare([many.ensemble], more, first, broken=True).differences, note)
        parts.append(Folded(_("Differences in {count} figures").format(count=len(more)), [table]))
    return Section("differences", _("What makes a difference"), parts)


def _table(found: Sequence[Difference], note: str) -> Table:
    heads = (
        Head(_("figure")), Head(_("variant")), Head(_("mean difference"), number=True),
        Head(_("95 %"), number=True), Head(_("pairs"), number=True), Head(_("what it means")),
    )  # fmt: skip
    title = _("Each variant less {first}").format(first=found[0].against)
    return Table(heads, [_row(one) for one in found], title=title, note=note)


def _row(one: Difference) -> list[Cell]:
    return [
        Cell(kpi_name(one.kpi)),
        named(one.variant),
        Cell(
            _signed(one), value=one.mean if isfinite(one.mean) else None, kpi=one.kpi,
            scope=f"{one.variant} difference",
        ),
        Cell(_points(span(one.low, one.high, KPIS[one.kpi].unit), one)),
        Cell(f"{one.pairs:,}", value=float(one.pairs)),
        meaning(one),
    ]  # fmt: skip


def _signed(one: Difference) -> str:
    if not isfinite(one.mean):
        return "–"
    return _points(f"{'+' if one.mean > 0 else ''}{figure(one.mean, KPIS[one.kpi].unit)}", one)


def _points(text: str, one: Difference) -> str:
    """A difference of shares is one of percentage points."""
    return text.replace("%", _("points")) if KPIS[one.kpi].unit == "share" else text


def meaning(one: Difference) -> Cell:
    """What a difference says: better, worse, other, the same, or not to be told."""
    if not one.told:
        same = one.pairs > 1 and one.mean == one.low == one.high == 0
        return Cell(_("the same in all pairs") if same else _("cannot be told apart"), "quiet")
    if one.better is None:
        return Cell(_("differs, neither better nor worse"))
    return Cell(_("better") if one.better else _("worse"), "good" if one.better else "bad")


def _sentence(name: str, first: str, found: Sequence[Difference]) -> str:
    """In one sentence, where a variant is better or worse than the first and where nothing can be told."""
    mine = [one for one in found if one.variant == name]
    pairs = max(one.pairs for one in mine)
    if pairs < 2:
        return _("{variant} and {first}: too few common seeds to tell a difference ({count}).").format(
            variant=name, first=first, count=pairs
        )
    kinds = (
        (_("better in {what}"), [one for one in mine if one.better is True]),
        (_("worse in {what}"), [one for one in mine if one.better is False]),
        (_("other in {what}"), [one for one in mine if one.told and one.better is None]),
    )
    told = [said.format(what=_(", ").join(map(_named, ones))) for said, ones in kinds if ones]
    rest = _(", ").join(kpi_name(one.kpi) for one in mine if not one.told)
    told += [_("no difference can be told in {what}").format(what=rest)] if rest else []
    return _("{variant} against {first}: {what}.").format(variant=name, first=first, what=_("; ").join(told))


def _named(one: Difference) -> str:
    interval = _points(span(one.low, one.high, KPIS[one.kpi].unit), one)
    return _("{figure} by {mean} (95 %: {interval})").format(
        figure=kpi_name(one.kpi), mean=_signed(one), interval=interval
    )
