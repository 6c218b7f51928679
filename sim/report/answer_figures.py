"""Pictures of answers: paired differences, the sizing curve, the tornado of assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from sim.ensemble.analysis import Sensitivity
from sim.ensemble.answers import compare
from sim.ensemble.paired import Comparison, Difference
from sim.ensemble.sizing import Sizing
from sim.language import _, bilingual
from sim.phrases import unit_of
from sim.report import style
from sim.report.ensemble_figures import draw_runs, heading
from sim.scenario import ScenarioSpec
from sim.vocabulary import KPIS

_BARS: Final = 12


def _colour(found: Difference) -> str:
    return {True: style.GREEN, False: style.VERMILLION, None: style.FAINT if not found.told else style.BLUE}[
        found.better
    ]


def differences(compared: Comparison) -> Figure:
    """A dot and its 95 % interval for every variant, a panel a KPI; hollow where no difference can be told."""
    kpis = list(dict.fromkeys(found.kpi for found in compared.differences))
    others = [name for name in compared.variants if name != compared.against]
    figure = style.new_figure(10, 1.1 + len(kpis) * (0.75 + 0.3 * len(others)))
    grid = figure.subplots(len(kpis), 1, squeeze=False)[:, 0]
    tall = figure.get_figheight()
    wide = 0.05 + 0.0075 * min(max(map(len, others)), 30)
    figure.subplots_adjust(
        left=wide, right=0.97, top=1 - 1.1 / tall, bottom=0.35 / tall, hspace=1.1 / (0.75 + 0.3 * len(others))
    )
    for axes, kpi in zip(grid, kpis, strict=True):
        _difference_panel(axes, [found for found in compared.differences if found.kpi == kpi], len(others))
    words = _(
        "mean and 95 % interval over {seeds} seeds, against {against}; "
        "green is better, red is worse, hollow cannot be told"
    ).format(seeds=len(compared.seeds), against=compared.against)
    heading(figure, "Paired differences", "配对差异", words)
    return figure


def _difference_panel(axes: Axes, found: Sequence[Difference], rows: int) -> None:
    axes.axvline(0, color=style.INK, linewidth=0.9)
    for row, one in enumerate(found):
        colour = _colour(one)
        scale = 100 if KPIS[one.kpi].unit == "share" else 1
        axes.plot([one.low * scale, one.high * scale], [row, row], color=colour, linewidth=2.2, solid_capstyle="butt")
        face = colour if one.told else style.PAPER
        axes.plot(one.mean * scale, row, "o", ms=7, mfc=face, mec=colour, mew=1.6, zorder=3)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_yticks(range(len(found)), [style.plain(one.variant, 30) for one in found])
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.10g}".replace("-", "−")))
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.margins(x=0.08)
    kpi = KPIS[found[0].kpi]
    unit = _("percentage points") if kpi.unit == "share" else _unit(kpi.unit)
    wanted = {"less": _("less is better"), "more": _("more is better"), "neither": _("neither is better")}[kpi.better]
    axes.set_title(f"{style.both(found[0].kpi, kpi.zh)}, {unit} ({wanted})", loc="left", fontsize=9, pad=3)


def sizing_curve(found: Sizing, title: str = "") -> Figure:
    """How often the targets hold by number, with Wilson's interval, the level asked for, and the answer."""
    figure = style.new_figure(9, 5)
    axes = figure.subplots()
    figure.subplots_adjust(left=0.085, right=0.885, top=0.79, bottom=0.115)
    x = np.array([point.number for point in found.points])
    y = np.array([point.share for point in found.points])
    low, high = np.array([[point.low, point.high] for point in found.points]).T
    axes.errorbar(x, y, yerr=[np.maximum(y - low, 0), np.maximum(high - y, 0)], color=style.BLUE, linewidth=1.2,
                  marker="o", ms=5, capsize=3, elinewidth=1.2, zorder=3, clip_on=False)  # fmt: skip
    axes.axhline(found.probability, color=style.INK, linewidth=1, linestyle=(0, (5, 2)), zorder=2)
    axes.annotate(
        bilingual(f"asked for\n要求 {found.probability:.0%}"), (1, found.probability), xytext=(6, 0), va="center",
        xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=9, annotation_clip=False,
    )  # fmt: skip
    if found.answer is not None:
        share = float(y[list(x).index(found.answer)])
        axes.plot(found.answer, share, "o", ms=13, mfc="none", mec=style.GREEN, mew=2.2, zorder=4, clip_on=False)
        axes.axvline(found.answer, color=style.GREEN, linewidth=1, zorder=1)
        axes.annotate(bilingual(f"enough 够用: {found.answer}"), (found.answer, 0.02), xytext=(6, 0), fontsize=10,
                      va="bottom",
                      textcoords="offset points", color=style.GREEN)  # fmt: skip
    for fewer, more in found.contradictions:
        axes.axvspan(fewer, more, color=style.VERMILLION, alpha=0.12, linewidth=0, zorder=0)
    axes.set_ylim(0, 1.03)
    axes.xaxis.set_major_locator(MaxNLocator(12, integer=True))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel(f"{style.plain(found.resource, 70)} 数量")
    axes.set_ylabel(bilingual("targets hold in so many runs 达标概率"))
    axes.grid(axis="y", color=style.GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    aside = _("; red: more hold less often") if found.contradictions else ""
    words = _("{targets}, {seeds} seeds a number, 95 % intervals").format(
        targets=", ".join(found.targets), seeds=found.points[0].runs
    )
    words += aside
    heading(figure, "How many are enough", "需要多少", f"{style.plain(title, 60)}   ·   {words}" if title else words)
    return figure


def tornado(found: Sensitivity, kpi: str, title: str = "") -> Figure:
    """What a KPI does when each assumption goes from low to high, the strongest above, others as written."""
    base = float(found.base[found.kpis.index(kpi)])
    bars = [swing for swing in found.swings if swing.kpi == kpi]
    moving = [one for one in bars if one.low != base or one.high != base]
    bars = sorted(moving, key=lambda one: -max(abs(one.low - base), abs(one.high - base)))[:_BARS]
    figure = style.new_figure(11, 1.75 + 0.36 * max(len(bars), 2))
    axes = figure.subplots()
    tall = figure.get_figheight()
    figure.subplots_adjust(left=0.33, right=0.97, top=1 - 1.0 / tall, bottom=0.55 / tall)
    for row, one in enumerate(bars):
        for value, colour, at in ((one.low, style.SKY, one.low_value), (one.high, style.ORANGE, one.high_value)):
            axes.barh(row, value - base, left=base, height=0.62, color=colour, zorder=2)
            if value != base:
                right = value > base
                axes.annotate(_short(at), (value, row), xytext=(3 if right else -3, 0), va="center", fontsize=7.5,
                              textcoords="offset points", ha="left" if right else "right")  # fmt: skip
    axes.axvline(base, color=style.INK, linewidth=1, zorder=3)
    axes.set_yticks(range(len(bars)), [style.plain(one.factor, 46) for one in bars])
    axes.set_ylim(max(len(bars), 1) - 0.4, -0.6)
    axes.margins(x=0.12)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    line = _("line: as written")
    axes.set_xlabel(f"{style.both(kpi, KPIS[kpi].zh)}, {_unit(KPIS[kpi].unit)}; {line}, {base:,.5g}")
    words = _("mean over the same seeds; blue: assumption low, orange: high, others as written")
    left = len(moving) - len(bars)
    words += _("; {count} weaker ones not drawn").format(count=left) if left else ""
    heading(
        figure,
        "Which assumptions matter",
        "敏感性龙卷风图",
        f"{style.plain(title, 45)}   ·   {words}" if title else words,
    )
    return figure


def _unit(unit: str) -> str:
    return unit_of(unit) or unit


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return f"{next(iter(value.values())):.4g}"
    return value[5:16].replace("T", " ") if isinstance(value, str) and "T" in value else str(value)[:14]


def save_answers(answer: Comparison | Sizing | Sensitivity, folder: Path, title: str = "") -> list[Path]:
    """Writes the pictures of an answer: `differences.png`, `sizing.png`, or `tornado_KPI.png` for every KPI."""
    with style.drawing():
        if isinstance(answer, Comparison):
            return [style.save(differences(answer), folder / "differences.png")]
        if isinstance(answer, Sizing):
            return [style.save(sizing_curve(answer, title), folder / "sizing.png")]
        return [style.save(tornado(answer, kpi, title), folder / f"tornado_{kpi}.png") for kpi in answer.kpis]


def draw_ensemble(ensemble: Any, spec: ScenarioSpec, folder: Path) -> list[Path]:
    """Writes an ensemble's pictures into a folder: fan, targets, and differences where it has several variants."""
    paths = draw_runs(ensemble, spec, folder)
    if len(ensemble.variants) > 1:
        paths += save_answers(compare([ensemble], broken=True), folder)
    return paths
