"""The only reader of topology files: YAML in, a checked network out, from the cache where nothing changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from sim.checking import SCENARIO_KEYS, format_fault, in_quotes, validate
from sim.errors import InputError, input_error, listed, shown
from sim.language import _
from sim.topology.cache import cache_folder, recall, remember
from sim.topology.digest import sealed
from sim.topology.tables import Topology
from sim.yamlfile import Document, read_yaml

if TYPE_CHECKING:  # what makes a network is imported when one is made: a copy from the cache needs none of it
    from sim.topology.spec import Files, Generated, Plain, Rooms

FORMAT: Final = 1


def _kinds() -> dict[str, type[Generated | Files | Plain | Rooms]]:
    from sim.topology.spec import Files, Generated, Plain, Rooms

    return {"generated": Generated, "files": Files, "plain": Plain, "facility": Rooms}


def load_topology(path: Path | str, cache: Path | Literal["default"] | None = "default") -> Topology:
    """The network a topology file describes; raises `InputError` with every problem found.

    `cache` is the folder of binary copies: the user's own if left out, none at all if None. A copy is used
    only if the file, its CSV files and this package's source are what they were.
    """
    path = Path(path)
    folder = cache_folder() if cache == "default" else cache
    spec = _bytes(path) if folder is not None else None
    if folder is None or spec is None:
        return _made(path)[0]
    found = recall(folder, path, spec)
    if found is None:
        found, files = _made(path)
        if files is not None and _bytes(path) == spec:
            remember(folder, spec, files, found)
    return found


def check_topology(path: Path | str) -> tuple[str, ...]:
    """What had to be assumed to load a topology file, a line each; raises `InputError` with every problem."""
    return assumptions(_made(Path(path))[0])


def assumptions(topology: Topology) -> tuple[str, ...]:
    """Gaps of an inventory that were filled by guesses, such as `12 of 40 sites: feeder empty, …`."""
    return tuple(topology.origin.split("\n")[1:])


def read_spec(path: Path | str) -> tuple[Generated | Files | Plain | Rooms, Document]:
    """The checked description in a topology file, and the file as read; raises `InputError`."""
    document = read_yaml(Path(path))
    return _described(document), document


def make_topology(document: Document) -> Topology:
    """The network of a topology file as read, or as read and changed; no copy of it is kept. Raises `InputError`."""
    return _network(_described(document), document)[0]


def _described(document: Document) -> Generated | Files | Plain | Rooms:
    data = document.data
    if not isinstance(data, dict):
        raise input_error(
            _("must be a table of keys (got {value})").format(value=shown(data)), file=document.path, line=1
        )
    if SCENARIO_KEYS & data.keys() and "kind" not in data:
        raise input_error(_("is a scenario, not a topology; it names one under topology"), file=document.path, line=1)
    _check_format(document, data.get("format"))
    kind, kinds = data.get("kind"), _kinds()
    if not isinstance(kind, str) or kind not in kinds:
        found = (
            _("must be one of {names} (got {value})").format(names=listed(kinds), value=shown(kind))
            if "kind" in data
            else _("is missing")
        )
        raise input_error(found, file=document.path, line=document.line(("kind",)), path="kind")
    return validate(kinds[kind], document)


def _check_format(document: Document, found: object) -> None:
    message = format_fault(found, FORMAT)
    if not message:
        return
    if found is None:
        message = _("is missing; a topology file begins with `format: {format}`").format(format=FORMAT)
    elif isinstance(found, int) and found > FORMAT:
        message += _("; the file is for a newer version of the program: upgrade it")
    elif not in_quotes(found, FORMAT):
        message += _("; see docs/reference/topology_files.md on how to migrate")
    raise input_error(message, file=document.path, line=document.line(("format",)), path="format")


def _made(path: Path) -> tuple[Topology, dict[str, str] | None]:
    """The network, and the hashes of its CSV files; None where a copy is not worth keeping."""
    return _network(*read_spec(path))


def _network(spec: Generated | Files | Plain | Rooms, document: Document) -> tuple[Topology, dict[str, str] | None]:
    from sim.topology.files import read_files
    from sim.topology.generate import generate
    from sim.topology.places_only import places_only
    from sim.topology.plain import plain
    from sim.topology.spec import Files, Generated, Rooms

    if isinstance(spec, Files):
        topology, hashes = read_files(spec, document)
        return _sealed(topology, spec, document), hashes
    if isinstance(spec, Generated):
        return _sealed(generate(spec), spec, document), {}
    if isinstance(spec, Rooms):
        return _sealed(places_only(spec), spec, document), None
    return sealed(plain(spec)), None


def _sealed(topology: Topology, spec: Files | Generated | Rooms, document: Document) -> Topology:
    """With its machine rooms, if they name nothing that is not there."""
    if spec.facility is None:
        return sealed(topology)
    from sim.topology.facility_checks import facility_problems

    problems = facility_problems(spec.facility, document, topology.site_index, ("facility",))
    if problems:
        raise InputError(problems)
    return sealed(replace(topology, facility=spec.facility))


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None
