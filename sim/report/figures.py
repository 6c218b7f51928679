"""The pictures of a run: outages, crews and map; temperatures, procedures and supply of machine rooms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from sim.report import gantt, outage_curve, single_line, situation_map, style, swim_lanes, temperatures
from sim.report.series import RunLike, Story


def draw_figures(run: RunLike, folder: Path) -> list[Path]:
    """Writes the pictures for which the run has something to show.

    `outage_curve.png` and `map.png` where there are stations (the map only where sites have places), `gantt.png`
    where there are crews; `temperatures.png` where there are rows of racks, `single_line.png` where there is a
    supply, `procedure.png` where a procedure was begun. Reads the log, the resolved scenario and the inventory,
    nothing else. The same run gives the same bytes.
    """
    story = Story.of(run)
    paths = []
    for name, draw in pictures(run, story).items():
        with style.drawing():
            paths.append(style.save(draw(story), folder / f"{name}.png"))
    return paths


def pictures(run: RunLike, story: Story) -> dict[str, Callable[[Story], Figure]]:
    """Name and maker of the pictures for which the run has something to show."""
    stations = story.count("station") > 0
    known: dict[str, tuple[Callable[[Story], Figure], bool]] = {
        "outage_curve": (outage_curve.draw, stations),
        "gantt": (gantt.draw, story.count("crew") > 0),
        "map": (situation_map.draw, stations and not missing_map(run)),
        "temperatures": (temperatures.draw, story.count("row") > 0),
        "procedure": (swim_lanes.draw, len(story.rows("procedure.started")) > 0),
        "single_line": (single_line.draw, story.count("power_node") > 0),
    }
    return {name: draw for name, (draw, wanted) in known.items() if wanted}


def missing_map(run: RunLike) -> str:
    """Why a run has no map, as words for the page; empty where it has one."""
    return situation_map.missing(run.inventory)
