"""The pictures of a run as PNG in the language in use."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from sim.forms.parts import Image
from sim.language import _
from sim.page.telling import Telling
from sim.report import style
from sim.report.figures import pictures

_DPI: Final = 120


def images(telling: Telling) -> list[Image]:
    """Every picture for which the run has something to show; the same run gives the same bytes."""
    words = {
        "outage_curve": _(
            "Stations out of service by cause over time, with what was promised and what was recorded, "
            "where the scenario says so."
        ),
        "gantt": _("Crews and generators hour by hour."),
        "map": _("Sites, roads, crews and generators at the moment with most stations out."),
        "temperatures": _("Temperatures at the inlets, and what happened."),
        "procedure": _("Procedures: a lane a team, a bar a step, deadlines and alarms."),
        "single_line": _("Single-line diagram of the supply at its worst moment."),
    }
    found = []
    for name, draw in pictures(telling.run, telling.story).items():
        with style.drawing():
            out = BytesIO()
            figure = draw(telling.story)
            figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": None}, pil_kwargs={"optimize": True})
        found.append(Image(out.getvalue(), words[name]))
    return found
