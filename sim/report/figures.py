"""The pictures of a run: outage curve, crews and generators, map of the worst hour."""

from __future__ import annotations

from pathlib import Path

from sim.report import gantt, outage_curve, situation_map, style
from sim.report.series import RunLike, Story


def draw_figures(run: RunLike, folder: Path) -> list[Path]:
    """Writes `outage_curve.png`, `gantt.png` and `map.png`; the map only where sites have places.

    Reads the log, the resolved scenario and the inventory, nothing else. The same run gives the same bytes.
    """
    story = Story.of(run)
    pictures = {"outage_curve": outage_curve.draw, "gantt": gantt.draw}
    if not missing_map(run):
        pictures["map"] = situation_map.draw
    paths = []
    for name, draw in pictures.items():
        with style.drawing():
            paths.append(style.save(draw(story), folder / f"{name}.png"))
    return paths


def missing_map(run: RunLike) -> str:
    """Why a run has no map, as words for the page; empty where it has one."""
    return situation_map.missing(run.inventory)
