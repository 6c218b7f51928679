"""A network as CSV files that people read, edit and load again: the same bytes for the same network."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sim.folders import Sort, strangers
from sim.language import _, marked
from sim.sheetfile import harmless
from sim.topology.columns import COLUMNS, Column
from sim.topology.csvfile import NONE
from sim.topology.tables import Topology

_FILES: Final = {name: f"{'road_' if name in ('nodes', 'edges') else ''}{name}.csv" for name in COLUMNS}
_YAML: Final = "topology.yaml"
_YAML_WORDS: Final = ("true", "false", "null")
_AS_WRITTEN: Final = "as_written.json"
"""SHA-256 of each file as it was written, by which an edited one is known."""


def write_topology(
    topology: Topology, folder: Path, yaml_name: str = _YAML, more: Mapping[str, bytes] | None = None
) -> Path:
    """Write a network as CSV tables and a topology file of kind `files` beside them; returns that file.

    Loading it gives an equal network with the same digest. Existing files of these names are replaced. Their
    digests stand in `as_written.json`. `more`: files that belong to it, by name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {file: _csv_bytes(topology, name) for name, file in _FILES.items()}
    files[yaml_name] = _yaml(topology).encode()
    files |= more or {}
    digests = {file: sha256(content).hexdigest() for file, content in files.items()}
    files[_AS_WRITTEN] = (json.dumps(digests, indent=1) + "\n").encode()
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return folder / yaml_name


def _foreign(folder: Path) -> str:
    """Files that were edited since they were written or never were, as words."""
    try:
        digests = json.loads((folder / _AS_WRITTEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        digests = None
    if not isinstance(digests, dict):
        return _("may have been edited (it has no {mark} to tell)").format(mark=_AS_WRITTEN)
    if found := strangers(folder, {*digests, _AS_WRITTEN}.__contains__):
        said = (
            _("holds {name} and {more} more, which was not written with the network")
            if found[1:]
            else _("holds {name}, which was not written with the network")
        )
        return said.format(name=found[0], more=len(found) - 1)
    edited = [name for name, digest in digests.items() if _digest(folder / name) not in {digest, ""}]
    return _("holds {name}, which was edited since it was written").format(name=edited[0]) if edited else ""


def _digest(path: Path) -> str:
    """Of a file's content; empty where there is none."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


TOPOLOGY: Final = Sort(marked("a topology"), _YAML, _foreign)


def _yaml(topology: Topology) -> str:
    origin, *guesses = topology.origin.split("\n")
    lines = [
        "format: 1",
        "kind: files",
        f"name: {_quoted(topology.name) if topology.name in _YAML_WORDS else topology.name}",
        f"origin: {_quoted(origin)}",
        "crs: WGS-84",
    ]
    lines += [f"guesses: [{', '.join(map(_quoted, guesses))}]"] if guesses else []
    lines += [f"{name}: {file}" for name, file in _FILES.items() if name not in ("nodes", "edges")]
    lines.append(f"roads: {{nodes: {_FILES['nodes']}, edges: {_FILES['edges']}}}")
    if topology.facility is not None:
        rooms = topology.facility.model_dump(mode="json", exclude_defaults=True)
        lines += [f"facility: {json.dumps(rooms, ensure_ascii=False)}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _csv_bytes(topology: Topology, name: str) -> bytes:
    table = topology.roads if name in ("nodes", "edges") else getattr(topology, name)
    columns = [column for column in COLUMNS[name] if column.field]
    cells = [_cells(topology, getattr(table, column.field), column) for column in columns]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([harmless(cell) for cell in row] for row in zip(*cells, strict=True))
    return text.getvalue().encode("utf-8-sig")


def _cells(topology: Topology, values: Any, column: Column) -> list[str]:
    if column.kind == "real":
        return [_real(value) for value in values.tolist()]
    if column.kind == "flag":
        return ["yes" if value else "no" for value in values.tolist()]
    if column.kind == "word":
        return [column.words[code] for code in values.tolist()]
    if column.kind == "ref":
        ids = topology.roads.node_id if column.table == "nodes" else getattr(topology, column.table).id
        names = ids.tolist()
        return [names[row] if row >= 0 else NONE for row in values.tolist()]
    return [str(value) for value in values.tolist()]


def _real(value: float) -> str:
    """Shortest text that reads as the same number; empty for NaN."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)
