"""Pictures of many runs: the fan of stations out with the record, and every target's KPI with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sim.language import _, bilingual
from sim.phrases import title_of, unit_of
from sim.report import clock, style
from sim.report.series import Floats
from sim.scenario import ScenarioSpec
from sim.spec import text_told
from sim.units import Moment
from sim.vocabulary import KPIS

if TYPE_CHECKING:
    from sim.plan import Target

COLOURS: Final = (style.BLUE, style.VERMILLION, style.GREEN, style.PURPLE, style.ORANGE, style.SKY, style.INK)
DASHES: Final = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 1.5, 1.5, 1.5)), "-", (0, (6, 2)), (0, (2, 1.5)))
_MOST: Final = len(COLOURS)
_SIGN: Final = {"at_most": "≤", "at_least": "≥"}


class EnsembleLike(Protocol):
    """Many runs as pictures need them."""

    @property
    def variants(self) -> tuple[str, ...]:
        """Names of the cells."""
        ...

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of every cell."""
        ...

    def values(self, variant: str, kpi: str) -> Floats:
        """A KPI in the order of the seeds."""
        ...

    def curve(self, variant: str) -> tuple[Floats, Floats]:
        """Hours, and stations out by seed and hour."""
        ...


class Mark(NamedTuple):
    """A recorded count of stations at an hour."""

    t_h: float
    value: float
    ever: bool


def draw_runs(ensemble: EnsembleLike, spec: ScenarioSpec, folder: Path) -> list[Path]:
    """Writes `fan.png` (stations out) and `targets.png` where there is something to show; gives their paths."""
    paths = []
    with style.drawing():
        if (figure := fan(ensemble, spec)) is not None:
            paths.append(style.save(figure, folder / "fan.png"))
        if (figure := targets(ensemble, spec)) is not None:
            paths.append(style.save(figure, folder / "targets.png"))
    return paths


def heading(figure: Figure, en: str, zh: str, words: str) -> None:
    """What a picture shows, and the one sentence to take away."""
    tall = figure.get_figheight()
    figure.text(0.015, 1 - 0.2 / tall, style.both(en, zh), fontsize=16, va="top")
    figure.text(0.015, 1 - 0.55 / tall, style.plain(words, 170), fontsize=9.5, va="top", color=style.INK)


def drill(spec: ScenarioSpec) -> str:
    """A scenario's title in both languages."""
    return style.both(spec.title.en or spec.name, spec.title.zh, "  ", 70)


# Fan


def recorded(spec: ScenarioSpec) -> list[Mark]:
    """Recorded stations out, at an instant or ever until then, that are numbers."""
    found = []
    for line in spec.record.rows:
        ever = line.kpi == "stations_out_cumulative"
        if (ever or line.kpi == "stations_out") and isinstance(line.at, Moment) and not isinstance(line.value, str):
            found.append(Mark(line.at.to_h(spec.start), float(line.value), ever))
    return found


def fan(ensemble: EnsembleLike, spec: ScenarioSpec) -> Figure | None:
    """Stations out over time, P10 to P90 and median, a panel a variant; None where no run has a curve."""
    curves = {name: ensemble.curve(name) for name in ensemble.variants[:_MOST]}
    curves = {name: (t_h, rows) for name, (t_h, rows) in curves.items() if rows.size and np.isfinite(rows).any()}
    if not curves:
        return None
    columns = 1 if len(curves) == 1 else 2
    lines = -(-len(curves) // columns)
    figure = style.new_figure(12, 1.3 + (4.6 if lines == 1 else 3.0 * lines))
    grid = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    tall = figure.get_figheight()
    figure.subplots_adjust(left=0.065, right=0.975, top=1 - 1.05 / tall, bottom=0.5 / tall, hspace=0.26, wspace=0.11)
    marks = recorded(spec)
    tops = [float(np.nanpercentile(rows, 90, axis=0).max()) for _, rows in curves.values()]
    high = clock.round_up(max([*tops, *(mark.value for mark in marks)]))
    for axes, (number, (name, (t_h, rows))) in zip(grid.flat, enumerate(curves.items()), strict=False):
        _fan_panel(axes, spec, COLOURS[number], t_h, rows)
        _fan_marks(axes, spec, marks)
        axes.set_ylim(0, high)
        axes.set_title(style.plain(name, 40), loc="left", fontsize=10)
    for axes in grid.flat[len(curves) :]:
        axes.set_visible(False)
    for axes in grid.flat[max(len(curves) - columns, 0) : len(curves)]:
        axes.tick_params(axis="x", labelbottom=True)
    for row in grid:
        row[0].set_ylabel(bilingual("stations out 退服基站数"))
    grid.flat[0].legend(loc="upper right", fontsize=8.5)
    words = _("{drill}   ·   {seeds} seeds a variant").format(drill=drill(spec), seeds=len(ensemble.seeds))
    heading(figure, "Stations out of service, many runs", "退服基站数 · 多次推演", words)
    return figure


def _fan_panel(axes: Axes, spec: ScenarioSpec, colour: str, t_h: Floats, rows: Floats) -> None:
    low, middle, high = np.nanpercentile(rows, (10, 50, 90), axis=0)
    axes.fill_between(t_h, low, high, color=colour, alpha=0.25, linewidth=0, step="post", label="P10–P90", zorder=2)
    axes.step(t_h, middle, where="post", color=colour, linewidth=1.7, label=bilingual("median 中位数"), zorder=3)
    axes.set_xlim(0, spec.horizon_h)
    ticks = clock.ticks(spec.start, spec.horizon_h, 9)
    axes.set_xticks([at for at, _, _ in ticks], [label for _, label, _ in ticks])
    axes.tick_params(axis="x", length=3, labelsize=8)
    axes.grid(axis="y", color=style.GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    style.whole_numbers(axes)


def _fan_marks(axes: Axes, spec: ScenarioSpec, marks: Sequence[Mark]) -> None:
    for mark in marks:
        face = style.PAPER if mark.ever else style.INK
        axes.plot(mark.t_h, mark.value, "o", ms=7, mfc=face, mec=style.INK, mew=1.5, zorder=6, clip_on=False)
        said = bilingual("recorded, ever out 实际累计") if mark.ever else bilingual("recorded 实际")
        left = mark.t_h < 0.35 * spec.horizon_h
        axes.annotate(
            f"{said} {mark.value:,.6g}", (mark.t_h, mark.value), xytext=(9 if left else -9, 0), fontsize=8.5,
            textcoords="offset points", va="center", ha="left" if left else "right", zorder=6,
        )  # fmt: skip


# Targets


def targets(ensemble: EnsembleLike, spec: ScenarioSpec) -> Figure | None:
    """For each target the share of runs that stay below a figure, with the line of the target; None without targets."""
    wanted = [(target, _columns(ensemble, target)) for target in spec.plan.targets]
    shown = [(target, columns) for target, columns in wanted if any(len(values) for values in columns.values())]
    if not shown:
        return None
    across = min(3, len(shown))
    lines = -(-len(shown) // across)
    figure = style.new_figure(4.1 * across if across > 1 else 7.5, 1.5 + 2.9 * lines)
    grid = figure.subplots(lines, across, squeeze=False)
    tall = figure.get_figheight()
    figure.subplots_adjust(left=0.75 / figure.get_figwidth(), right=0.975, top=1 - 1.3 / tall, bottom=0.8 / tall,
                           hspace=0.62, wspace=0.22)  # fmt: skip
    for axes, (target, columns) in zip(grid.flat, shown, strict=False):
        _target_panel(axes, target, columns, spec)
    for axes in grid.flat[len(shown) :]:
        axes.set_visible(False)
    for row in grid:
        row[0].set_ylabel(bilingual("runs at or below 累计比例"), fontsize=8.5)
    names, handles = list(ensemble.variants[:_MOST]), grid.flat[0].get_lines()
    if len(names) > 1:
        figure.legend(handles[: len(names)], [style.plain(name, 30) for name in names], loc="lower center",
                      ncols=min(len(names), 5), fontsize=8.5)  # fmt: skip
    words = _("{drill}   ·   {seeds} seeds a variant").format(drill=drill(spec), seeds=len(ensemble.seeds))
    heading(figure, "Targets, many runs", "目标达成分布", words)
    return figure


def _columns(ensemble: EnsembleLike, target: Target) -> dict[str, Floats]:
    measured: Any = partial(_of_lines, ensemble) if hasattr(ensemble, "lines") else None
    found: dict[str, Floats] = {}
    for name in ensemble.variants[:_MOST]:
        plain = target.of is None and target.at is None
        values = measured(name, target.id) if measured else ensemble.values(name, target.kpi) if plain else np.empty(0)
        found[name] = np.sort(values[np.isfinite(values)])
    return found


def _of_lines(ensemble: Any, variant: str, target: str) -> Floats:
    """Simulated figures of a target, by its line of the scorecard."""
    for number, line in enumerate(ensemble.lines(variant)):
        if line["section"] == "target" and target in (line["id"], line["kpi"]):
            found: Floats = ensemble.line("simulated", variant, number)
            return found
    return np.empty(0)


def _target_panel(axes: Axes, target: Target, columns: Mapping[str, Floats], spec: ScenarioSpec) -> None:
    kpi = KPIS[target.kpi]
    bound = target.at_most if target.at_most is not None else target.at_least
    comparison = "at_most" if target.at_most is not None else "at_least"
    every = np.concatenate([*columns.values(), [bound or 0.0]])
    low, high = float(every.min()), float(every.max())
    room = 0.06 * (high - low) or 0.5
    left, right = low - room, high + room
    if low >= 0 and left < 0:  # nothing lies below zero, or above the whole: the axis ends just beyond
        left = -0.02 * (right - low)
    if kpi.unit == "share":
        right = min(right, 1.02)
    for number, values in enumerate(columns.values()):
        x, y = np.concatenate([[left], values, [right]]), np.arange(len(values) + 1) / max(len(values), 1)
        axes.step(x, [*y, 1.0] if len(values) else np.full(2, np.nan), where="post", color=COLOURS[number],
                  linestyle=DASHES[number], linewidth=1.6, zorder=3)  # fmt: skip
    if bound is not None:
        good = (left, bound) if comparison == "at_most" else (bound, right)
        axes.axvspan(*good, color=style.GREEN, alpha=0.10, linewidth=0, zorder=0)
        axes.axvline(bound, color=style.INK, linewidth=1.2, zorder=4)
    for line in spec.record.rows:
        if line.kpi == target.kpi and not isinstance(line.value, str) and target.of is None:
            axes.axvline(float(line.value), color=style.INK, linewidth=1.0, linestyle=":", zorder=4)
    axes.set_xlim(left, right)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    if kpi.unit == "share":
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.grid(color=style.GRID, linewidth=0.5)
    axes.set_axisbelow(True)
    said = f"{bound:.4g}" if kpi.unit != "share" or bound is None else f"{bound:.4%}".replace(".0000", "")
    figure, unit = title_of(target.kpi), unit_of(kpi.unit)
    axes.set_title(f"{style.plain(target.id, 12)} {style.plain(text_told(target.say) or kpi.zh, 22)}\n"
                   f"{figure} {_SIGN[comparison]} {said}", loc="left", fontsize=9)  # fmt: skip
    axes.set_xlabel("" if kpi.unit == "share" else unit, fontsize=8, labelpad=1)
