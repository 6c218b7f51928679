"""The command `replay`: a page that plays a run again, or the same in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sim import console
from sim.errors import input_error
from sim.language import _, spoken

if TYPE_CHECKING:
    from sim.language import Language


class _Asked(NamedTuple):
    """What of a run to play in the terminal, and how fast."""

    speed: float | None
    begin: str | None
    end: str | None
    kinds: list[str]
    subjects: list[str]

    @property
    def given(self) -> list[str]:
        """The options that were given."""
        named = ("--speed", self.speed), ("--from", self.begin), ("--to", self.end)
        several = ("--kind", self.kinds), ("--subject", self.subjects)
        return [name for name, value in named if value is not None] + [name for name, value in several if value]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(replay)


def replay(  # noqa: PLR0917 (typer's options)
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="A run directory, or two side by side.")],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page that plays the run in a browser.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE even if it is no replay page.")] = False,
    speed: Annotated[
        float | None,
        typer.Option("--speed", metavar="N", help="Terminal: seconds of the drill in a second.  [default: 900]"),
    ] = None,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Terminal: begin at a clock time, or +31.5 h.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Terminal: end there.")] = None,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KIND", help="Terminal: rows such as crew or site.down.")
    ] = None,
    subjects: Annotated[
        list[str] | None, typer.Option("--subject", metavar="ID", help="Terminal: rows about a thing.")
    ] = None,
) -> None:
    """Play a run again: in a browser with --html, else in the terminal."""
    language = spoken()
    asked = _Asked(speed, begin, end, kinds or [], subjects or [])
    if html is None:
        _terminal(folders, asked, language)
        return
    if asked.given:
        raise input_error(_("is for the terminal; the page has its own controls"), file=asked.given[0])
    _page(folders, html, language, force=force)


def _page(folders: list[Path], html: Path, language: Language, *, force: bool) -> None:
    from sim.pagefile import check_page, write_page
    from sim.replay.page import MARK, page
    from sim.results import open_run

    check_page(html, MARK, _("replay page"), force=force)
    runs = [open_run(folder) for folder in folders]
    write_page(html, page(runs, language, console.counting(_("figures as of moment {done} of {total}"))))
    console.out(console.written_to(html))


def _terminal(folders: list[Path], asked: _Asked, language: Language) -> None:
    if len(folders) > 1:
        raise input_error(
            _("must be one run in the terminal; two go side by side with --html FILE"), file="drill replay"
        )
    from sim.replay.terminal import SPEED, play
    from sim.replay.terminal_feed import wanted
    from sim.results import open_run

    run = open_run(folders[0])
    which = wanted(run, asked.begin, asked.end, asked.kinds, asked.subjects)
    play(run, which, language=language, speed=SPEED if asked.speed is None else asked.speed, write=console.out)
