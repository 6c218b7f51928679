"""Pictures inside the page: SVG with its text as text, PNG where an SVG would be large."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Final

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.language import _
from sim.page.parts import Picture, Section
from sim.page.telling import Telling
from sim.report import gantt, outage_curve, single_line, situation_map, style, swim_lanes, temperatures
from sim.report.series import Story

LARGEST_SVG: Final = 350_000
"""Characters; a larger drawing becomes a PNG."""
_DPI: Final = 110
_MANY_SITES: Final = 500
_MANY_CREWS: Final = 40
_NO_METADATA: Final = {"Creator": None, "Date": None, "Format": None, "Type": None}
_HEAD: Final = re.compile(r"^.*?(?=<svg )", re.DOTALL)
_TAG: Final = re.compile(r"<[^>]+>")
_ID: Final = re.compile(r"""(\sid="|href="#|url\(#)""")
_NOT_OURS: Final = re.compile(r"<metadata>.*?</metadata>|<style type=\"text/css\">.*?</style>|<!--.*?-->", re.DOTALL)


def picture(
    name: str, draw: Callable[[Story], Figure], telling: Telling, words: str, *, large: bool = False
) -> Picture:
    """A drawing as a part of the page; `large` says beforehand that SVG would be."""
    with style.drawing():
        return _of_figure(name, draw(telling.story), words, large=large)


def drawn(name: str, draw: Callable[[], Figure | None], words: str) -> list[Picture]:
    """A drawing that needs no run; none where it has nothing to show."""
    with style.drawing():
        figure = draw()
        return [] if figure is None else [_of_figure(name, figure, words)]


def _of_figure(name: str, figure: Figure, words: str, *, large: bool = False) -> Picture:
    svg = "" if large else _svg(figure, name)
    return Picture(words, svg=svg) if svg and len(svg) <= LARGEST_SVG else Picture(words, png=_png(figure))


def _svg(figure: Figure, name: str) -> str:
    """The drawing as one `svg` element as wide as its place; `name` keeps its ids apart from other drawings'."""
    out = StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata=_NO_METADATA)
    text = _NOT_OURS.sub("", _HEAD.sub("", out.getvalue()))
    for side in ("width", "height"):
        text = re.sub(rf'^(<svg [^>]*?)\s{side}="[^"]*"', r"\1", text, count=1)
    return _TAG.sub(lambda tag: _ID.sub(rf"\1{name}-", tag[0]), text).strip()


def _png(figure: Figure) -> str:
    out = BytesIO()
    figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": None}, pil_kwargs={"optimize": True})
    return b64encode(out.getvalue()).decode()


def curve(telling: Telling) -> Section | None:
    """Stations out over time by cause."""
    if not telling.has("station"):
        return None
    words = _(
        "Stations out of service by cause over time, with what was promised and recorded; below, sites without mains."
    )
    return Section("curve", _("Outages over time, by cause"), [picture("curve", outage_curve.draw, telling, words)])


def situation(telling: Telling) -> Section | None:
    """The map at the worst moment, where sites have places."""
    if not telling.has("station") or situation_map.missing(telling.run.inventory):
        return None
    words = _("Sites, roads, crews and generators at the moment with most stations out.")
    large = telling.story.count("site") > _MANY_SITES
    return Section(
        "map", _("Map at the worst moment"), [picture("map", situation_map.draw, telling, words, large=large)]
    )


def crews_hour_by_hour(telling: Telling) -> list[Picture]:
    """Crews and generators as bars over time, where there are crews."""
    words = _("Crews and generators hour by hour.")
    large = telling.story.count("crew") > _MANY_CREWS
    return [picture("gantt", gantt.draw, telling, words, large=large)] if telling.has("crew") else []


def rooms(telling: Telling) -> list[Picture]:
    """Temperatures and supply of machine rooms, as far as there are any."""
    found = []
    if telling.has("row"):
        found.append(picture("air", temperatures.draw, telling, _("Temperatures at the inlets, and what happened.")))
    if telling.has("power_node"):
        words = _("Single-line diagram of the supply at its worst moment.")
        found.append(picture("line", single_line.draw, telling, words))
    return found


def lanes(telling: Telling) -> list[Picture]:
    """Procedures by team, where any was begun."""
    words = _("Procedures: a lane a team, a bar a step, deadlines and alarms.")
    begun = len(telling.story.rows("procedure.started")) > 0
    return [picture("lanes", swim_lanes.draw, telling, words)] if begun else []
