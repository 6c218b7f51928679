"""Commands for looking at what was played: the report page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim import console
from sim.errors import input_error
from sim.language import _, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sim.language import Language

_REPORT = "report.html"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(report)


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A run directory, or one of an ensemble.")],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Where to.  [default: DIR/report.html]")
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="TIME", help="An instant of the daily report, a clock or hours; may be repeated."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE even if it is no report page.")] = False,
) -> None:
    """Write the report of a run or an ensemble as one HTML page."""
    language = spoken()
    target = html or folder / _REPORT
    from sim.page.shell import MARK
    from sim.pagefile import check_page, write_page

    text = _page_of(folder, language, at or ())
    check_page(target, f'content="{MARK}"', _("report page"), force=force)
    write_page(target, text)
    console.out(f"Written to {target}")


def _page_of(folder: Path, language: Language, at: Sequence[str]) -> str:
    """The page of what the folder holds."""
    if (folder / "ensemble.json").is_file():
        if at:
            raise input_error(_("goes with a run, not with an ensemble"), file="--at")
        from sim.page.ensemble import ensemble_page

        console.progress("drawing the page")
        return ensemble_page(folder, language)
    from sim.page.page import run_page
    from sim.results import open_run

    console.progress("opening the run")
    run = open_run(folder)
    at_h = _instants(at, run.spec.start, run.horizon_h)
    console.progress("drawing the page")
    return run_page(run, language, at_h)


def _instants(at: Sequence[str], start: datetime, horizon_h: float) -> list[float]:
    """Hours of the instants asked for, in order; each within the drill."""
    from sim.units import parse_moment

    found = []
    for text in at:
        try:
            at_h = parse_moment(text).to_h(start)
        except ValueError as error:
            raise input_error(str(error), file="--at") from None
        if not 0 <= at_h <= horizon_h:
            said = _("must lie within the {horizon_h:g} h of the drill (got {value})")
            raise input_error(said.format(horizon_h=horizon_h, value=text), file="--at")
        found.append(at_h)
    return sorted(set(found))
