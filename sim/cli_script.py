"""The command `injects`: the controllers' list, and their script as a table to be printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim import console
from sim.errors import input_error
from sim.language import _
from sim.pagefile import check_new

if TYPE_CHECKING:
    from sim.scenario import Scenario

_File = Path | None


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(injects)


def injects(  # noqa: PLR0917 (typer's options)
    path: Annotated[str, typer.Argument(metavar="PATH", help="A scenario file, or the name of a shipped one.")],
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**53, help="Another seed, another luck.")] = 1,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a value by its path in the file; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
    csv: Annotated[_File, typer.Option("--csv", metavar="FILE", help="Write the controllers' script as CSV.")] = None,
    xlsx: Annotated[_File, typer.Option("--xlsx", metavar="FILE", help="Write it as a workbook.")] = None,
    every: Annotated[bool, typer.Option("--all", help="The script with the faults that are drawn, too.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
) -> None:
    """List all injects in time order, or write the script that controllers play; nothing is simulated."""
    from sim.loading import load
    from sim.parameters import pairs

    files = [file for file in (csv, xlsx) if file is not None]
    if files and as_json:
        raise input_error(_("goes without --csv and --xlsx"), file="--json")
    if not files and (every or force):
        raise input_error(_("goes with --csv or --xlsx"), file="--all" if every else "--force")
    for file in files:
        check_new(file, force=force)
    scenario = load(path, pairs(set_ or []))
    if files:
        _write(scenario, seed, csv, xlsx, every=every)
        return
    from sim.disaster import draw_injects

    found = draw_injects(scenario, seed)
    if as_json:
        console.out(
            json.dumps([console.inject_json(inject, scenario) for inject in found], ensure_ascii=False, indent=1)
        )
    else:
        rows = [console.inject_heads(), *(console.inject_row(inject, scenario) for inject in found)]
        console.out(console.table(rows))


def _write(scenario: Scenario, seed: int, csv: _File, xlsx: _File, *, every: bool) -> None:
    from sim.pagefile import write_whole
    from sim.script.lines import drawn_count, script_lines
    from sim.script.sentences import judgeable
    from sim.script.table import names_before, script_table
    from sim.sheetfile import csv_bytes, xlsx_bytes

    lines = script_lines(scenario, seed, drawn=every)
    table = script_table(lines, names_before(scenario))
    made = [(csv, csv_bytes(table))] if csv is not None else []
    made += [(xlsx, xlsx_bytes([table]))] if xlsx is not None else []
    for file, content in made:
        write_whole(file, content)
        console.out(console.written_to(file))
    told = [_("{n} lines").format(n=len(lines))]
    if not every and (left := drawn_count(scenario, seed)):
        told.append(_("{n} faults drawn by the model left out (--all)").format(n=left))
    can = [judgeable(one.expect, scenario.spec.plan) for one in scenario.spec.injects if not one.off]
    if total := sum(count for _can, count in can):
        said = _("{n} of {total} expectations can be judged from the log, the others are the evaluator's")
        told.append(said.format(n=sum(count for count, _all in can), total=total))
    console.out("\n".join(told))
