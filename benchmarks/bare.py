"""A bare typer program of about the size of `drill`: as many commands and options, nothing behind them."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="A program that does nothing.", no_args_is_help=True)
_Name = Annotated[str, typer.Argument(help="Which one.")]
_Seed = Annotated[int, typer.Option("--seed", "-s", help="A whole number.")]
_Set = Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, as often as needed.")]
_Out = Annotated[str, typer.Option("--out", "-o", help="A folder.")]


def _command(name: str, says: str) -> None:
    def command(what: _Name, seed: _Seed = 1, change: _Set = None, out: _Out = "") -> None:
        typer.echo(f"{name} {what} {seed} {change} {out}")

    command.__doc__ = says
    app.command(name)(command)


for _verb in ("run", "check", "show", "report", "kpis", "compare", "list", "schema", "size", "injects", "topology"):
    _command(_verb, f"Would {_verb} something, and says so in a line.")

if __name__ == "__main__":
    app()
