"""A picture in the hand: what `sim.draw` gives, shown by a notebook as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from sim.ensemble import Ensemble
from sim.ensemble.asked import SCENARIO
from sim.ensemble.paired import Comparison
from sim.errors import input_error, listed, shown
from sim.language import _
from sim.report import answer_figures, ensemble_figures, style
from sim.report.figures import pictures
from sim.report.series import Story
from sim.results.opening import read_spec
from sim.scenario import Scenario

_SHOWN_PX: Final = 920
"""How wide a notebook shows a picture at most; the picture itself is finer."""

Makers = dict[str, Callable[[], Figure | None]]


@dataclass(frozen=True)
class Picture:
    """A PNG with its name; a notebook shows it, `save` writes it."""

    name: str
    png: bytes
    width_px: int

    def save(self, path: str | Path) -> Path:
        """Write the PNG; the same picture has the same bytes. Raises `InputError` for another ending."""
        path = Path(path)
        if path.suffix != ".png":
            raise input_error(_("must end in .png"), file=path)
        path.write_bytes(self.png)
        return path

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """As IPython asks for it."""
        return self.png, {"width": min(self.width_px, _SHOWN_PX)}


def draw(what: Any, name: str = "", scenario: Scenario | None = None) -> Picture:
    """A picture of a run, of an ensemble or of what `sim.ensemble.compare` found.

    `name`, the first that there is if left out. Of a run: outage_curve, gantt, map, temperatures, procedure,
    single_line, as far as the run has something to show. Of an ensemble: fan, targets; `scenario` need not be given,
    and must be the one that was played. Of a comparison: differences. Raises `InputError` for a name that is none of
    them.
    """
    makers = _makers(what, scenario)
    chosen = name or next(iter(makers), "")
    if chosen not in makers:
        known = listed(makers) or _("none, for there is nothing to show")
        raise input_error(_("must be one of {names} (got {value})").format(names=known, value=shown(name)), path="name")
    with style.drawing():
        figure = makers[chosen]()
        if figure is None:
            raise input_error(_("has nothing to show"), path=chosen)
        stream = BytesIO()
        figure.savefig(stream, format="png", dpi=style.DPI, metadata={"Software": None})
    return Picture(chosen, stream.getvalue(), round(figure.get_figwidth() * style.DPI))


def _makers(what: Any, scenario: Scenario | None) -> Makers:
    if isinstance(what, Comparison):
        return {"differences": partial(answer_figures.differences, what)}
    if isinstance(what, Ensemble):
        if scenario is not None and scenario.hash != what.asked.scenario_hash:
            message = _("must be the one that was played (got {value})").format(value=shown(scenario.name))
            raise input_error(message, path="scenario")
        spec = read_spec(what.folder / SCENARIO) if scenario is None else scenario.spec
        return {
            "fan": partial(ensemble_figures.fan, what, spec),
            "targets": partial(ensemble_figures.targets, what, spec),
        }
    if not all(hasattr(what, part) for part in ("spec", "log", "inventory")):
        raise input_error(
            _("must be a run, an ensemble or a comparison (got {value})").format(value=shown(what)), path="what"
        )
    story = Story.of(what)
    return {key: partial(maker, story) for key, maker in pictures(what, story).items()}
