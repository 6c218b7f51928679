"""The wall clock under a picture: ticks at round hours, the date once a day, night as a dark strip."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from sim.language import bilingual, chosen
from sim.report.series import Story
from sim.report.style import FAINT

_STEPS_MIN: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 20160, 43200, 86400)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ROUND: Final = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12)
NIGHT: Final = "#3b4252"


def ticks(start: datetime, horizon_h: float, most: int = 12) -> list[tuple[float, str, bool]]:
    """Hours after the start, label, and whether a day begins there; at most about `most` of them.

    The first tick of a day carries its date on a second line; so does the first of all.
    """
    step_min = next((step for step in _STEPS_MIN if horizon_h * 60 / step <= most), _STEPS_MIN[-1])
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + timedelta(minutes=step_min * int((start - midnight).total_seconds() // 60 // step_min))
    if step_min > 1440:
        at = midnight
    found, last_day = list[tuple[float, str, bool]](), None
    while (t_h := (at - start).total_seconds() / 3600) <= horizon_h + 1e-9:
        if t_h >= -1e-9:
            day = at.date()
            hour = f"{at:%H:%M}\n" if step_min < 1440 else ""
            label = f"{hour}{_day(at)}" if day != last_day else hour.strip()
            found.append((t_h, label, (at.hour, at.minute) == (0, 0)))
            last_day = day
        at += timedelta(minutes=step_min)
    return found


def nights(start: datetime, horizon_h: float, daylight: tuple[float, float]) -> list[tuple[float, float]]:
    """Dark spans within the drill, hours after the start; `daylight` are the local hours of dawn and dusk."""
    dawn, dusk = daylight
    if dusk <= dawn:
        return []
    into_day = start.hour + start.minute / 60 + start.second / 3600
    spans = []
    for day in range(-1, int(horizon_h / 24) + 2):
        begin, end = 24 * day + dusk - into_day, 24 * (day + 1) + dawn - into_day
        if end > 0 and begin < horizon_h:
            spans.append((max(begin, 0.0), min(end, horizon_h)))
    return spans


def draw_clock(axes: Axes, story: Story, *, labels: bool = True, most: int = 12) -> None:
    """Sets limits, ticks and date lines of a time axis in hours after the start."""
    marks = ticks(story.start, story.horizon_h, most)
    axes.set_xlim(0, story.horizon_h)
    axes.set_xticks([t_h for t_h, _, _ in marks], [label if labels else "" for _, label, _ in marks])
    for t_h, _, day in marks:
        if day and t_h > 0:
            axes.axvline(t_h, color=FAINT, linewidth=0.6, alpha=0.6, zorder=0.5)
    axes.tick_params(axis="x", length=3, labelsize=8.5)


def draw_nights(axes: Axes, story: Story, height_points: float = 7.0) -> None:
    """A strip along the top of the axes, dark at night, light by day."""
    box = axes.get_position()
    figure = axes.get_figure(root=True)
    assert figure is not None  # noqa: S101 (axes in hand are on a figure)
    tall = height_points / 72 / figure.get_figheight()
    strip = figure.add_axes((box.x0, box.y1 + tall * 0.15, box.width, tall))
    strip.set_xlim(0, story.horizon_h)
    strip.set_ylim(0, 1)
    strip.axis("off")
    strip.axvspan(0, story.horizon_h, color="#eef0f3", linewidth=0)
    for begin, end in nights(story.start, story.horizon_h, story.spec.repair.daylight):
        strip.axvspan(begin, end, color=NIGHT, linewidth=0)
        if end - begin > story.horizon_h * 0.05:
            middle = (begin + end) / 2
            strip.text(middle, 0.45, bilingual("night 夜"), color="white", fontsize=6, ha="center", va="center")
    strip.set_zorder(axes.get_zorder() + 1)


def _day(at: datetime) -> str:
    return chosen(f"{at.day} {_MONTHS[at.month - 1]}", f"{at.month}月{at.day}日")


def when(story: Story, t_h: float) -> str:
    """A moment as people say it: `6 Nov 17:00`."""
    at = story.wall(t_h)
    return f"{_day(at)} {at:%H:%M}"


def round_up(value: float) -> float:
    """A round upper end of an axis, a little above the value; 1 for nothing at all."""
    if value <= 0:
        return 1.0
    size = float(10 ** np.floor(np.log10(value)))
    return next(size * step for step in _ROUND if size * step >= value * 1.04)
