"""Commands for networks: what one consists of, written as tables, made of what others send."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from sim import console
from sim.errors import input_error
from sim.language import _, spoken

if TYPE_CHECKING:
    from sim.intake.plans import Plan

topology_app = typer.Typer(help="Networks to play on.", no_args_is_help=True, rich_markup_mode=None)

_Force = Annotated[bool, typer.Option("--force", help="Replace DIR even if it holds edited files or others.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_SHOWN: Final = 40
"""Lines of each list that are shown before the question."""


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
    from sim.topology.notes import note_told

    summary = summarise(load_topology(find_file(path, "topologies")))
    told = {**summary, "origin": "\n".join(map(note_told, summary["origin"].split("\n")))}
    console.out(_text(summary) if as_json else console.facts(told))


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
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A spreadsheet (.xlsx, CSV), GeoJSON, KML, OpenCelliD, GraphML.")
    ],
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
    as_: Annotated[
        Literal["sites", "depots"] | None, typer.Option("--as", help="What the file holds.  [default: by its headings]")
    ] = None,
    network: Annotated[
        str | None, typer.Option("--topology", metavar="PATH", help="A network that FILE adds to, such as its depots.")
    ] = None,
    known: Annotated[
        str | None, typer.Option("--known", metavar="PATH", help="A network in WGS-84 to compare positions with.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Name of the topology.  [default: made of FILE's]")] = "",
    core: Annotated[
        list[str] | None, typer.Option("--core", metavar="LABEL", help="GraphML: a core node; may be repeated.")
    ] = None,
    users: Annotated[float, typer.Option("--users", min=0, max=1e9, help="GraphML: users of each node.")] = 1000.0,
    force: _Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Make a topology of a spreadsheet, points, cells or a backbone; what was cleaned and guessed is told."""
    from sim.folders import check_free, whole
    from sim.intake.door import Wishes, import_file, plan_of
    from sim.intake.mapping import mapping_yaml
    from sim.intake.remarks import remarks
    from sim.loading import find_file
    from sim.topology import TOPOLOGY
    from sim.topology.notes import note_told

    wishes = Wishes(
        mapping, convert_gcj02, name, as_ or "", None if network is None else find_file(network, "topologies"),
        None if known is None else find_file(known, "topologies"),
        tuple(core or ()), users, lambda plan: None if yes else _agree(plan, file),
    )  # fmt: skip
    if as_ == "depots" and network is None:
        raise input_error(_("is missing: name the network that has these depots"), file="--topology")
    if write_map is not None:
        plan = plan_of(file, wishes)
        _write_map(write_map, mapping_yaml(plan.mapping, file, remarks(plan).beside()))
        return
    if out is None:
        raise input_error(_("is missing: name a folder for the tables"), file="--out")
    check_free(out, TOPOLOGY, force=force)
    with whole(out) as folder:
        told = import_file(file, folder, out, wishes)
    for warning in told.warnings:
        console.err(_("warning: {text}").format(text=note_told(warning)))
    console.out(_text(told.to_json()) if as_json else "\n".join(told.lines()))


@topology_app.command("export")
def topology_export(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A topology file, or the name of a shipped one.")],
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="One workbook, a sheet a table.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="DIR", help="A folder of CSV files.")] = None,
    force: _Force = False,
) -> None:
    """Write a network as a workbook or CSV for people, with headings in their language, to be imported again."""
    from sim.folders import check_free, whole
    from sim.intake.export import exported_sort, tables_of
    from sim.loading import find_file
    from sim.pagefile import write_whole
    from sim.sheetfile import csv_bytes, xlsx_bytes
    from sim.topology import load_topology

    if (xlsx is None) == (csv is None):
        raise input_error(_("must be given, or --csv, and not both"), file="--xlsx")
    target = csv or xlsx
    topology = load_topology(find_file(path, "topologies"))
    tables = tables_of(topology, spoken())
    if csv is not None:
        check_free(csv, exported_sort(tables), force=force)
        with whole(csv) as folder:
            for table in tables:
                (folder / f"{table.title}.csv").write_bytes(csv_bytes(table))
    elif xlsx is not None:
        if xlsx.exists() and not force:
            raise input_error(_("exists; choose another name, or --force"), file=xlsx)
        write_whole(xlsx, xlsx_bytes(tables))
    if topology.facility is not None:
        console.err(_("warning: {text}").format(text=_("machine rooms are not in it; they stay in the topology file")))
    console.out(_("Written to {folder}").format(folder=target))


def _write_map(path: Path, text: str) -> None:
    from sim.pagefile import write_whole

    if path.exists():
        raise input_error(_("exists; choose another --write-map"), file=path)
    write_whole(path, text.encode("utf-8"))
    console.out(console.written_to(path))


def _somebody_is_there() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _agree(plan: Plan, file: Path) -> None:
    """Ask a person whether the guessed headings are right; refuse where nobody is there, with what was guessed."""
    from sim.intake.mapping import mapping_yaml
    from sim.intake.remarks import remarks

    said = remarks(plan)
    if not _somebody_is_there():
        console.out(mapping_yaml(plan.mapping, file, said.beside()).rstrip())
        told = _("headings were only guessed, as printed: put that into a file for --map, or say --yes")
        raise input_error(told, file=file)
    rows = [
        [heading, f"→ {table}.{ours}"]
        for table, one in plan.mapping.tables.items()
        for ours, heading in one.columns.items()
    ]
    _show(_("These headings were guessed:"), rows)
    _show(_("These columns are not used:"), [[one.told()] for one in said.unused])
    _show(_("These sheets are not read:"), [[title] for title in said.sheets])
    fills = [[f"{table}.{gap.column}", str(gap.fill), gap.told()] for table, gaps in said.gaps.items() for gap in gaps]
    _show(_("Empty cells will be filled, by a rule or with a value:"), fills)
    _show(_("These may mean something else:"), [[text] for _table, text in said.doubts])
    if not typer.confirm(_("Use them?"), default=False, err=True):
        raise input_error(_("was not imported; --write-map FILE writes the mapping to be corrected"), file=file)


def _show(head: str, rows: list[list[str]]) -> None:
    """Lines before the question, the first of very many."""
    if not rows:
        return
    console.err(head)
    console.err(console.table(rows[:_SHOWN]))
    if len(rows) > _SHOWN:
        console.err(_("and {more} more (--write-map FILE writes them all)").format(more=len(rows) - _SHOWN))
