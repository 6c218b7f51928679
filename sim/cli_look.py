"""Commands for looking at what was played: the report page, the prescribed forms."""

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
    from sim.results import Run

_REPORT = "report.html"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(report)


def report(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A run directory, or one of an ensemble.")
    ] = None,
    *,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Where to.  [default: DIR/report.html]")
    ] = None,
    forms: Annotated[
        Path | None,
        typer.Option(
            "--forms",
            metavar="DIR",
            help="Write plan, script, evaluation, summary and daily report as .docx and .xlsx.",
        ),
    ] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Forms without names and coordinates.")] = False,
    templates: Annotated[
        Path | None, typer.Option("--templates", metavar="DIR", help="Your own templates of the forms.")
    ] = None,
    write_templates: Annotated[
        bool, typer.Option("--write-templates", help="Write the templates into --forms DIR, to change them.")
    ] = False,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="TIME", help="An instant of the daily report, a clock or hours; may be repeated."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace FILE even if it is no report page; forms even if filled in.")
    ] = False,
) -> None:
    """Write the report of a run or an ensemble as one HTML page, or the prescribed forms of a run."""
    if forms is None and (redact or write_templates or templates is not None):
        raise input_error(_("go with --forms DIR"), file="--redact, --templates, --write-templates")
    if forms is not None:
        _forms(forms, folder, at or (), templates, redact=redact, only_templates=write_templates, force=force)
        if html is None:
            return
    _page(_given(folder), html, at or (), force=force)


def _given(folder: Path | None) -> Path:
    if folder is None:
        raise input_error(_("must name a run directory"), file="DIR")
    return folder


def _forms(
    target: Path, folder: Path | None, at: Sequence[str], templates: Path | None,
    *, redact: bool, only_templates: bool, force: bool,
) -> None:  # fmt: skip
    """The forms of a run, or the templates alone."""
    from sim import cli_forms

    if only_templates:
        cli_forms.write_templates(target)
        return
    place = _given(folder)
    cli_forms.check_target(place, target, force=force)
    cli_forms.check_templates(templates)
    run, at_h = _opened(place, at)
    cli_forms.write_forms(run, target, at_h, templates, redact=redact)


def _page(folder: Path, html: Path | None, at: Sequence[str], *, force: bool) -> None:
    """The report page."""
    language = spoken()
    target = html or folder / _REPORT
    from sim.page.shell import MARK
    from sim.pagefile import check_page, write_page

    text = _page_of(folder, language, at)
    check_page(target, f'content="{MARK}"', _("report page"), force=force)
    write_page(target, text)
    console.out(console.written_to(target))


def _page_of(folder: Path, language: Language, at: Sequence[str]) -> str:
    """The page of what the folder holds."""
    if (folder / "ensemble.json").is_file():
        if at:
            raise input_error(_("goes with a run, not with an ensemble"), file="--at")
        from sim.page.ensemble import ensemble_page

        console.progress(_("drawing the page"))
        return ensemble_page(folder, language)
    from sim.page.page import run_page

    run, at_h = _opened(folder, at)
    console.progress(_("drawing the page"))
    return run_page(run, language, at_h)


def _opened(folder: Path, at: Sequence[str]) -> tuple[Run, list[float]]:
    """A run, and the hours of its daily report."""
    from sim.results import open_run

    console.progress(_("opening the run"))
    run = open_run(folder)
    return run, _instants(at, run.spec.start, run.horizon_h)


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
