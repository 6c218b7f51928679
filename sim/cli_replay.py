"""The command `replay`: a page that plays a run again, or the same in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim import console
from sim.errors import input_error

if TYPE_CHECKING:
    from sim.language import Language


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(replay)


def replay(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="A run directory, or two side by side.")],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page that plays the run in a browser.")
    ] = None,
    lang: Annotated[str, typer.Option("--lang", metavar="en|zh", help="English or Chinese.")] = "en",
    force: Annotated[bool, typer.Option("--force", help="Replace FILE even if it is no replay page.")] = False,
) -> None:
    """Play a run again: in a browser with --html, else in the terminal."""
    language = console.language_of(lang)
    if html is None:
        raise input_error("must be given: the file to write", file="--html")
    _page(folders, html, language, force=force)


def _page(folders: list[Path], html: Path, language: Language, *, force: bool) -> None:
    from sim.pagefile import check_page, write_page
    from sim.replay.page import MARK, page
    from sim.results import open_run

    check_page(html, MARK, "replay page", force=force)
    runs = [open_run(folder) for folder in folders]
    write_page(html, page(runs, language, console.counting("figures as of moment")))
    console.out(f"Written to {html}")
