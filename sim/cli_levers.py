"""The command `levers`: what to ask the boss for, tried on the same storms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim import console
from sim.cli_ensemble import Counter, check_policy
from sim.errors import input_error
from sim.language import _, chosen
from sim.pagefile import check_new

if TYPE_CHECKING:
    from sim.ensemble.gains import Ranking


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(levers)


def levers(  # noqa: PLR0917 (typer's options)
    path: Annotated[str, typer.Argument(metavar="PATH", help="A scenario file, or the name of a shipped one.")],
    seeds: Annotated[int, typer.Option("-n", min=1, max=1_000_000, metavar="N", help="Seeds 1 to N.")] = 20,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Where runs and answer go; what it holds is kept.  [default: runs/NAME-levers, and more if changed]",
        ),
    ] = None,
    pairs: Annotated[bool, typer.Option("--pairs", help="Try all pairs of levers as well.")] = False,
    budget: Annotated[
        float | None, typer.Option("--budget", metavar="B", help="What to buy for so much, one after the other.")
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help="Rank by station_hours, user_hours, targets or cost.")
    ] = "station_hours",
    policy: Annotated[str | None, typer.Option("--policy", metavar="NAME", help="Who goes where next.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a value by its path in the file; may be repeated."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=512, metavar="K", help="Worker processes.")
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the ranked list as CSV.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="Write all lists as .xlsx.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print levers.json.")] = False,
) -> None:
    """Try each lever of a scenario on the same seeds and rank what it gains and costs."""
    from sim.ensemble.answers import Playing
    from sim.ensemble.levers import levers as answer
    from sim.loading import load
    from sim.parameters import pairs as pairs_of

    files = [file for file in (csv, xlsx) if file is not None]
    if force and not files:
        raise input_error(_("goes with --csv or --xlsx"), file="--force")
    for file in files:
        _check_sheet(file, force=force)
    scenario = load(path, pairs_of(set_ or []))
    check_policy(policy)
    folder = out or Path("runs") / console.run_name(scenario, "levers", policy)
    with Counter() as counter:
        how = Playing(seeds, policy, workers, folder, counter)
        found = answer(scenario, how, pairs=pairs, budget=budget, by=by)
    for line in dict.fromkeys(how.failures):
        console.err(f"drill: {line}")
    _write(found, folder, csv, xlsx)
    from sim.report.lever_figures import save_levers
    from sim.report.lever_words import told

    title = scenario.spec.title
    save_levers(found, folder / "figures", chosen(title.en, title.zh) or scenario.name)
    if as_json:
        console.out(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
        return
    written = "\n".join(map(console.written_to, (folder, *files)))
    console.out(f"{told(found, console.table)}\n\n{written}")


def _check_sheet(file: Path, *, force: bool) -> None:
    """Whether a sheet may be written there. Raises `InputError`."""
    check_new(file, force=force)
    if file.suffix.lower() == ".xlsx":
        from sim.sheetfile import check_office

        check_office("openpyxl", what=str(file))


def _write(found: Ranking, folder: Path, csv: Path | None, xlsx: Path | None) -> None:
    """`levers.json` and the sheets that were asked for."""
    from sim.ensemble.asked import write_text
    from sim.pagefile import write_whole
    from sim.report.lever_words import book, tables
    from sim.sheetfile import csv_bytes, xlsx_bytes

    write_text(
        folder / "levers.json", json.dumps(found.to_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    )
    if csv is not None:
        write_whole(csv, csv_bytes(tables(found)[0]))
    if xlsx is not None:
        write_whole(xlsx, xlsx_bytes(book(found)))
