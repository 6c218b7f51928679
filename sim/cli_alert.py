"""The command `alert`: a weather alert becomes lines of a scenario, or a variant of one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim import console
from sim.errors import input_error, one_line
from sim.language import _, spoken

if TYPE_CHECKING:
    from sim.intake.alert import Filled
    from sim.intake.cap import Alert, Info
    from sim.scenario import Scenario
    from sim.topology import Topology

_SORT = "from an alert"
"""The mark in the first line of a file that this command wrote."""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(alert)


def alert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An alert in CAP 1.2 (XML).")],
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="PATH", help="Make a variant of this scenario's storm.")
    ] = "",
    topology: Annotated[
        str, typer.Option("--topology", metavar="PATH", help="Put the area over the counties of this network.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to.  [default: the terminal]")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE even if it is of another kind.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Fill a hazard's window, area and colour from a weather alert, and say what it leaves open."""
    from sim.intake.alert import fill
    from sim.intake.cap import read_alert

    if scenario and topology:
        raise input_error(_("goes without --topology: the scenario names its own"), file="--scenario")
    found = read_alert(file)
    info = found.info(spoken())
    drill, network = _over(scenario, topology)
    filled = fill(found, info, network, (drill.spec.start, drill.spec.horizon_h) if drill else None)
    if as_json:
        console.out(json.dumps(_json(found, info, filled), ensure_ascii=False, indent=1))
        return
    text = _head(found, info, filled) + (_lines(filled) if drill is None else _variant(found, filled, drill))
    if out is None:
        console.out(text.rstrip())
        return
    from sim.pagefile import check_page, write_page

    check_page(out, _SORT, _("file from an alert"), force=force)
    write_page(out, text)
    console.out(console.written_to(out))


def _over(scenario: str, topology: str) -> tuple[Scenario | None, Topology | None]:
    from sim.loading import find_file, load

    if scenario:
        drill = load(scenario)
        if not any(hazard.kind == "snowstorm" for hazard in drill.spec.hazards):
            raise input_error(_("has no snowstorm whose window and area an alert could change"), file=scenario)
        return drill, drill.topology
    if topology:
        from sim.topology import load_topology

        return None, load_topology(find_file(topology, "topologies"))
    return None, None


def _head(alert: Alert, info: Info, filled: Filled) -> str:
    """Where the lines come from, what was assumed and what is open, as comments."""
    sent = alert.sent.isoformat(timespec="minutes")
    lines = [f"{_SORT}: {alert.identifier}, {info.sender or alert.sender}, {sent}", info.headline or info.event]
    lines += [_("assumed: {note}").format(note=note) for note in filled.notes]
    lines += [_("not filled: {what}").format(what=what) for what in filled.missing]
    return "".join(f"# {one_line(line, 300)}\n" for line in lines)


def _lines(filled: Filled) -> str:
    parts = []
    if filled.hazard:
        parts.append(f"hazards:\n  - {_table(filled.hazard)}\n")
    if filled.inject:
        parts.append(f"injects:\n  - {_table(filled.inject)}\n")
    return "".join(parts)


def _variant(alert: Alert, filled: Filled, drill: Scenario) -> str:
    """A patch of the scenario's storm that `drill ensemble --variant` plays."""
    if not filled.hazard:
        raise input_error(_("fills no hazard, so it makes no variant"), file=alert.path)
    name = re.sub(r"\W+", "_", alert.identifier).strip("_")[:60] or "alert"
    keys = {f"hazards.snowstorm.{key}": value for key, value in filled.hazard.items() if key != "kind"}
    values = "".join(f"  {key}: {_value(value)}\n" for key, value in keys.items())
    aside = f"# {_table(filled.inject)}\n" if filled.inject else ""
    told = _("the warning is a line of injects: in the scenario, no part of a variant")
    note = f"# {told}:\n{aside}" if aside else ""
    return f"{note}# drill ensemble {drill.name} --variant …\nformat: 1\nname: {name}\nset:\n{values}"


def _table(values: dict[str, Any]) -> str:
    return f"{{{', '.join(f'{key}: {_value(value)}' for key, value in values.items())}}}"


def _value(value: Any) -> str:
    """A value as YAML; JSON is YAML, and plain words need no quotes."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w-]*|\d{4}-\d\d-\d\dT\d\d:\d\d|[\d.]+ h", value, re.ASCII):
        return value
    return json.dumps(value, ensure_ascii=False)


def _json(alert: Alert, info: Info, filled: Filled) -> dict[str, Any]:
    return {
        "identifier": alert.identifier, "sender": alert.sender, "sent": alert.sent.isoformat(), "status": alert.status,
        "type": alert.kind, "language": info.language, "event": info.event, "colour": info.colour,
        "hazard": filled.hazard or None, "inject": filled.inject, "assumed": filled.notes, "not_filled": filled.missing,
    }  # fmt: skip
