"""A bare typer program of the size of `drill`: as many commands and options, set up the same, nothing behind it."""

from __future__ import annotations

from typing import Annotated, Final

import typer

app = typer.Typer(
    help="A program that does nothing.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
below = typer.Typer(help="Nothing, below that.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(below, name="topology")
_Name = Annotated[str, typer.Argument(help="Which one.")]
_Seed = Annotated[int, typer.Option("--seed", "-s", help="A whole number.")]
_Set = Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, as often as needed.")]
_Out = Annotated[str, typer.Option("--out", "-o", help="A folder.")]
COMMANDS: Final = (
    "list", "check", "schema", "injects", "run", "alert", "ensemble", "compare", "size", "sensitivity", "levers",
    "report", "replay",
)  # fmt: skip
BELOW: Final = ("show", "generate", "import", "export")


def _command(group: typer.Typer, name: str, says: str) -> None:
    def command(what: _Name, seed: _Seed = 1, change: _Set = None, out: _Out = "") -> None:
        typer.echo(f"{name} {what} {seed} {change} {out}")

    command.__doc__ = says
    group.command(name)(command)


for _group, _verbs in ((app, COMMANDS), (below, BELOW)):
    for _verb in _verbs:
        _command(_group, _verb, f"Would {_verb} something, and says so in a line.")

if __name__ == "__main__":
    app()
