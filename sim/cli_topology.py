"""Commands for networks: what one consists of, written as tables, made of what others send."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sim import console
from sim.errors import input_error
from sim.language import _

if TYPE_CHECKING:
    from sim.intake.spreadsheet import Plan

topology_app = typer.Typer(help="Networks to play on.", no_args_is_help=True, rich_markup_mode=None)

_Force = Annotated[bool, typer.Option("--force", help="Replace DIR even if it holds edited files or others.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_SHOWN: Final = 40
"""Headings of a guessed mapping that are shown before the question."""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(topology_app, name="topology")


@topology_app.command("show")
def topology_show(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A topology file, or the name of a shipped one.")],
    as_json: _Json = False,
) -> None:
    """Say what a network consists of."""
    from sim.loading import find_file
    from sim.topology import load_topology, summarise

    summary = summarise(load_topology(find_file(path, "topologies")))
    console.out(_text(summary) if as_json else console.facts(summary))


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


@topology_app.command("generate")
def topology_generate(
    spec: Annotated[str, typer.Argument(metavar="SPEC", help="A topology file, such as one of kind generated.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the tables.")],
    force: _Force = False,
) -> None:
    """Write a network as CSV files that may be edited and loaded again."""
    from sim.folders import check_free, whole
    from sim.loading import find_file
    from sim.topology import TOPOLOGY, load_topology, write_topology

    check_free(out, TOPOLOGY, force=force)
    topology = load_topology(find_file(spec, "topologies"))
    with whole(out) as folder:
        write_topology(topology, folder)
    console.out(console.written_to(out))


@topology_app.command("import")
def topology_import(  # noqa: PLR0917 (typer's options)
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A spreadsheet (.xlsx, CSV), or GraphML.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the tables.")] = None,
    mapping: Annotated[
        Path | None, typer.Option("--map", metavar="MAPPING", help="Which heading is which column (YAML).")
    ] = None,
    write_map: Annotated[
        Path | None, typer.Option("--write-map", metavar="FILE", help="Write the mapping, guessed or given, and leave.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Follow a guessed mapping without a question.")] = False,
    convert_gcj02: Annotated[
        bool, typer.Option("--convert-gcj02", help="Positions are GCJ-02: make them WGS-84.")
    ] = False,
    name: Annotated[str, typer.Option("--name", help="Name of the topology.  [default: made of FILE's]")] = "",
    core: Annotated[
        list[str] | None, typer.Option("--core", metavar="LABEL", help="GraphML: a core node; may be repeated.")
    ] = None,
    users: Annotated[float, typer.Option("--users", min=0, max=1e9, help="GraphML: users of each node.")] = 1000.0,
    force: _Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Make a topology of a spreadsheet or a drawn backbone; what was cleaned and guessed is told."""
    from sim.folders import check_free, whole
    from sim.intake.door import Wishes, import_file, plan_of
    from sim.intake.mapping import mapping_yaml
    from sim.topology import TOPOLOGY

    wishes = Wishes(
        mapping, convert_gcj02, name, tuple(core or ()), users, lambda plan: None if yes else _agree(plan, file)
    )
    if write_map is not None:
        _write_map(write_map, mapping_yaml(plan_of(file, wishes).mapping, file))
        return
    if out is None:
        raise input_error(_("is missing: name a folder for the tables"), file="--out")
    check_free(out, TOPOLOGY, force=force)
    with whole(out) as folder:
        told = import_file(file, folder, out, wishes)
    for warning in told.warnings:
        console.err(_("warning: {text}").format(text=warning))
    console.out(_text(told.to_json()) if as_json else "\n".join(told.lines()))


def _write_map(path: Path, text: str) -> None:
    from sim.pagefile import write_whole

    if path.exists():
        raise input_error(_("exists; choose another --write-map"), file=path)
    write_whole(path, text.encode("utf-8"))
    console.out(console.written_to(path))


def _agree(plan: Plan, file: Path) -> None:
    """Ask a person whether the guessed headings are right; refuse where nobody is there, with what was guessed."""
    from sim.intake.mapping import mapping_yaml

    text = mapping_yaml(plan.mapping, file)
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()):
        console.out(text.rstrip())
        told = _("headings were only guessed, as printed: put that into a file for --map, or say --yes")
        raise input_error(told, file=file)
    console.err(_("These headings were guessed:"))
    rows = [
        [heading, f"→ {table}.{ours}"]
        for table, one in plan.mapping.tables.items()
        for ours, heading in one.columns.items()
    ]
    console.err(console.table(rows[:_SHOWN]))
    if len(rows) > _SHOWN:
        console.err(_("and {more} more (--write-map FILE writes them all)").format(more=len(rows) - _SHOWN))
    if not typer.confirm(_("Use them?"), default=False, err=True):
        raise input_error(_("was not imported; --write-map FILE writes the mapping to be corrected"), file=file)
