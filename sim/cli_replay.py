"""The command `replay`: a page that plays a run again, or the same in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
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


def replay(  # noqa: PLR0917 (typer's options)
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="A run directory, or two side by side.")],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page that plays the run in a browser.")
    ] = None,
    lang: Annotated[str, typer.Option("--lang", metavar="en|zh", help="English or Chinese.")] = "en",
    force: Annotated[bool, typer.Option("--force", help="Replace FILE even if it is no replay page.")] = False,
    speed: Annotated[
        float | None,
        typer.Option("--speed", metavar="N", help="Terminal: N seconds of the drill in a second.  [default: 900]"),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="T", help="Terminal: begin at 07:30, 2023-11-06T07:30 or '+31 h'.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="T", help="Terminal: end there.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Terminal: only events of this kind, as site.down or site.")
    ] = None,
    subject: Annotated[
        list[str] | None, typer.Option("--subject", metavar="ID", help="Terminal: only events about this thing.")
    ] = None,
) -> None:
    """Play a run again: in a browser with --html, else in the terminal; in a pipe, its events as lines."""
    language = console.language_of(lang)
    if html is None:
        if force:
            raise input_error("must go with --html", file="--force")
        _terminal(folders, language, speed, (from_, to, kind or (), subject or ()))
        return
    given = {"--speed": speed, "--from": from_, "--to": to, "--kind": kind, "--subject": subject}
    for name in (name for name, value in given.items() if value):
        raise input_error("goes without --html", file=name)
    _page(folders, html, language, force=force)


def _terminal(
    folders: list[Path],
    language: Language,
    speed: float | None,
    asked: tuple[str | None, str | None, Sequence[str], Sequence[str]],
) -> None:
    from sim.replay.terminal import SPEED, play
    from sim.replay.terminal_feed import wanted
    from sim.results import open_run

    if len(folders) != 1:
        raise input_error("plays one run in the terminal; two side by side need --html", file="DIR")
    run = open_run(folders[0])
    play(run, wanted(run, *asked), language=language, speed=SPEED if speed is None else speed, write=console.out)


def _page(folders: list[Path], html: Path, language: Language, *, force: bool) -> None:
    from sim.pagefile import check_page, write_page
    from sim.replay.page import MARK, page
    from sim.results import open_run

    check_page(html, MARK, "replay page", force=force)
    runs = [open_run(folder) for folder in folders]
    write_page(html, page(runs, language, console.counting("figures as of moment")))
    console.out(f"Written to {html}")
