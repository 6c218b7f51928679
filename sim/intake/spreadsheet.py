"""A spreadsheet becomes a topology: tables found, made plain, checked all at once, written as one's own."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from sim.errors import input_error, shown
from sim.intake.datum import Spots, Verdict, judge
from sim.intake.draft import Draft
from sim.intake.fills import drafts_of, filled
from sim.intake.ledger import is_resource, ledger_of, resources_yaml, row_each
from sim.intake.plans import TABLES, Plan
from sim.intake.remarks import doubtful, unread, unused
from sim.intake.told import Tally, Told
from sim.language import _
from sim.sheetfile import Table, csv_bytes
from sim.topology.csvfile import Desk, Sheet
from sim.topology.files import About, read_sheets
from sim.topology.write import write_topology

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


def import_spreadsheet(plan: Plan, folder: Path, out: Path, name: str = "", known: Spots | None = None) -> Told:
    """Write the topology of a planned file into a folder. Raises `InputError` with every problem of every table."""
    desk, tally, mapping = Desk(folder), Tally(), plan.mapping
    drafts = drafts_of(plan, desk, tally)
    if "sites" not in drafts:
        raise input_error(_("has no table of sites; a network needs one"), file=plan.paper.path)
    notes = [*plan.notes, *doubtful(plan, drafts), *filled(drafts, mapping)]
    if not mapping.said_crs and not plan.about:
        notes.insert(0, "the coordinates' system is not said, WGS-84 taken")
    verdict = Verdict([], [])
    if not mapping.convert and not plan.about:
        verdict = judge(drafts.values(), known)
    about = _described(plan, [*notes, *verdict.warnings], name)
    more = _beside(plan, drafts)
    sheets: dict[str, Sheet] = {table: draft.sheet() for table, draft in drafts.items() if table in TABLES}
    topology = replace(read_sheets(about, sheets, desk), facility=plan.facility)
    write_topology(topology, folder, more=more)
    return Told(
        file=str(plan.paper.path),
        out=str(out),
        rows={one.table: len(drafts[one.table]) for one in plan.found if one.grid.path.is_relative_to(plan.paper.path)},
        cleaned=tally.lines(),
        guesses=tuple(topology.origin.split("\n")[1:]),
        unused=unused(plan),
        unread=unread(plan),
        checked=verdict.checked,
        warnings=[*plan.warnings, *verdict.warnings],
        written=sorted(more),
    )


def _beside(plan: Plan, drafts: dict[str, Draft]) -> dict[str, bytes]:
    """Files for scenarios: what stands in the depots, and the list of key sites. Problems are on the desk."""
    found = {}
    depots = drafts.get("depots")
    if depots is not None and any(is_resource(name) or name == "item" for name in depots.cells):
        found["resources.yaml"] = resources_yaml(ledger_of(depots), plan.paper.path.name).encode()
        row_each(depots)
    if (keys := drafts.get("key_sites")) is not None:
        heads = ("site", "operator", "grade", "reason")
        rows = list(zip(*(keys.column(name) for name in heads), strict=True))
        known = set(drafts["sites"].column("id"))
        for row, site in enumerate(keys.column("site")):
            if site not in known:
                told = _("must be a site of the list (got {value})") if site else _("is missing")
                keys.report(row, "site", told.format(value=shown(site)))
        found["key_sites.csv"] = csv_bytes(Table("key_sites", heads, rows))
    return found


def _described(plan: Plan, notes: list[str], name: str) -> About:
    told = plan.about
    origin = told.get("origin", [""])[0] or f"Imported from {plan.paper.path.name}."
    made = name or told.get("name", [""])[0] or slug(plan.paper.path.stem)
    if not _NAME.fullmatch(made):
        wanted = _("must be of small letters, digits and _, a letter first, at most 40 (got {value})")
        raise input_error(wanted.format(value=shown(made)), file="--name")
    return About(made, origin, (*told.get("guess", ()), *notes), convert=plan.mapping.convert)


def slug(text: str) -> str:
    """A name for a topology made of a file's; `own_network` where nothing of it can stand in one."""
    found = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:30].strip("_")
    return found if found[:1].isalpha() else "own_network"
