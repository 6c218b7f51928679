"""The only reader of scenario files: from a name or a path to a scenario that is ready to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.checking import SCENARIO_KEYS, TOPOLOGY_KEYS, format_fault, in_quotes, validate
from sim.dead_letters import empty_selections, warnings
from sim.errors import InputError, Problem, did_you_mean, input_error, listed, shown
from sim.language import _
from sim.levers import check_levers
from sim.parameters import as_texts, hint, nearest, override
from sim.plan import Assumption
from sim.recorded import series_of
from sim.references import problems_of
from sim.scenario import Scenario, ScenarioSpec
from sim.topology.tables import Topology
from sim.yamlfile import Document, Loc, dotted, read_yaml

if TYPE_CHECKING:
    from sim.intake.ledger import Ledger

FORMAT: Final = 1
_MOST_PROBLEMS: Final = 20
"""Unknown sites told of one list; the rest is counted."""


# Finding files


def shipped_scenarios() -> list[Path]:
    """Scenario files in `./scenarios`, else those that came with the program, by name."""
    return _files(Path("scenarios")) or _files(_shipped("scenarios"))


def find_file(name: str | Path, kind: str = "scenarios") -> Path:
    """The file of that path, else the shipped one of that name: `ten_sites`, `scenarios/ten_sites.yaml`.

    `kind`: scenarios or topologies. Raises `InputError`.
    """
    try:
        path = Path(name)
    except TypeError:
        raise input_error(_("must be a path or a name (got {value})").format(value=shown(name)), path="path") from None
    known = {file.stem: file for folder in (_shipped(kind), Path(kind)) for file in _files(folder)}
    bare = path.parts[:-1] in ((), (kind,)) and path.suffix in ("", ".yaml", ".yml")
    if _exists(path) and not (bare and path.stem in known and path.is_dir()):
        return path
    if bare and path.stem in known:
        return known[path.stem]
    near = nearest(path.stem, known) if bare else _sibling(path)
    raise input_error(_("does not exist") + did_you_mean(near), file=path)


def _exists(path: Path) -> bool:
    """Whether something is there, be it what it may: reading it tells what is wrong with it."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return True


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.yaml") if file.is_file())


def _shipped(kind: str) -> Path:
    """In a wheel below the package, in a checkout beside it."""
    package = Path(__file__).resolve().parent
    inside = package / "_shipped" / kind
    return inside if inside.is_dir() else package.parent / kind


def _sibling(path: Path) -> str | None:
    try:
        return nearest(path.name, (file.name for file in path.parent.iterdir()))
    except OSError:
        return None


# Loading


def load(
    path: str | Path, overrides: Mapping[str, Any] | None = None, topology: Mapping[str, Any] | None = None
) -> Scenario:
    """The scenario of a file or of a shipped name, checked, with its topology and lists.

    `overrides`: values by the scenario's own paths (`{"resources.depots.horqin.crews": 6}`), as in the file or as
    text; `topology`: the same for its topology file. Raises `InputError` with every problem; what an override brought
    about begins with `--set KEY`.
    """
    values, patch = as_texts(overrides or {}), as_texts(topology or {})
    document = read_yaml(find_file(path))
    _check_format(document)
    document, ledger = _with_ledger(document)
    changed = override(ScenarioSpec, document, values)
    try:
        found = _scenario(changed.document, values, patch)
    except InputError as error:
        problems = changed.blame(error.problems, lambda: _problems(document))
        raise InputError([_at_cell(problem, ledger) for problem in problems]) from None
    if ledger is not None:
        found = replace(found, warnings=found.warnings + ledger.warnings)
    if values or patch or not found.spec.levers:
        return found
    return replace(found, warnings=found.warnings + levers_checked(found, document))


def levers_checked(scenario: Scenario, document: Document | None = None) -> tuple[Problem, ...]:
    """Warnings of levers that can have no effect in a scenario of a file. Raises `InputError` for those in error.

    `load` asks this of a file as it stands; with overrides whoever pulls the levers does.
    """
    if scenario.path is None:
        raise input_error(_("needs a scenario that was loaded from a file"), path="levers")
    written = document or document_of(scenario.path)
    return check_levers(written, scenario, lambda changed: _like(changed, scenario))


def _like(document: Document, known: Scenario) -> Scenario:
    """As `_scenario`, of a document that differs little from that of a known one."""
    spec = validate(ScenarioSpec, document)
    same = (spec.topology, spec.lists) == (known.spec.topology, known.spec.lists)
    return _joined(document, spec, known.topology, {}) if same else _scenario(document, {})


def document_of(path: Path) -> Document:
    """A scenario file as read, with its resource ledger in its place; raises `InputError`."""
    return _with_ledger(read_yaml(path))[0]


def _with_ledger(document: Document) -> tuple[Document, Ledger | None]:
    """With the lines of the resource ledger that `resources.depots: {file: …}` names in its place."""
    resources = document.data.get("resources")
    depots = resources.get("depots") if isinstance(resources, dict) else None
    if not isinstance(depots, dict) or not isinstance(depots.get("file"), str):
        return document, None
    from sim.intake.ledger import read_ledger, with_ids

    at: Loc = ("resources", "depots")
    if unknown := next((key for key in depots if key not in ("file", "sheet")), None):
        raise _problem(document, (*at, unknown), _("unknown key (allowed beside file: sheet)"))
    sheet = depots.get("sheet")
    if sheet is not None and not isinstance(sheet, str):
        raise _problem(document, (*at, "sheet"), _("must be text (got {value})").format(value=shown(sheet)))
    ledger = read_ledger(_beside(document, (*at, "file"), depots["file"]), sheet)
    topology = document.data.get("topology")
    if isinstance(topology, str) and (file := document.path.parent / topology).is_file():
        ledger = with_ids(ledger, file)
    data = {**document.data, "resources": {**resources, "depots": dict(ledger.lines)}}
    return replace(document, data=data), ledger


def _at_cell(problem: Problem, ledger: Ledger | None) -> Problem:
    """A problem with a line of a ledger, told of its cell there."""
    if ledger is None:
        return problem
    for (depot, column), (file, line) in ledger.places.items():
        below = f"resources.depots.{depot}"
        if problem.path == below or problem.path.endswith((f"{below}.{column}", f"{below}.generators.{column}")):
            return Problem(file, line, problem.path, problem.message)
    return problem


def is_scenario(document: Document) -> bool:
    """Whether a file is meant as a scenario rather than a topology; one that could be either is read as one."""
    keys = document.data.keys() if isinstance(document.data, dict) else SCENARIO_KEYS
    return bool(SCENARIO_KEYS & keys) or not TOPOLOGY_KEYS & keys


def _check_format(document: Document) -> None:
    data = document.data
    if not isinstance(data, dict):
        raise input_error(
            _("must be a table of keys and values (got {value})").format(value=shown(data)), file=document.path, line=1
        )
    if not SCENARIO_KEYS & data.keys():
        if TOPOLOGY_KEYS & data.keys():
            what = _("is a topology, not a scenario; a scenario names it under topology")
        else:
            what = _("is neither a scenario ({names} are missing) nor a topology (no kind)").format(
                names=listed(sorted(SCENARIO_KEYS))
            )
        raise input_error(what, file=document.path, line=1)
    if "format" not in data:
        message = _("is missing; a scenario file begins with `format: {format}`").format(format=FORMAT)
        raise input_error(message, file=document.path, line=1, path="format")
    found = data["format"]
    message = format_fault(found, FORMAT)
    if not message:
        return
    if type(found) is int and found > FORMAT:
        message += _("; to migrate, install the later version it was written for, or rewrite it as format 1")
    elif not in_quotes(found, FORMAT):
        message += _("; to migrate, write `format: 1` and mend what `drill check` then finds")
    raise input_error(message, file=document.path, line=document.line_of_path(("format",)), path="format")


def _scenario(document: Document, overrides: Mapping[str, str], patch: Mapping[str, str] | None = None) -> Scenario:
    """The scenario of a document; raises `InputError` with all problems of a stage: schema, names."""
    spec = validate(ScenarioSpec, document)
    return _joined(document, spec, _topology(document, spec, patch or {}), overrides)


def _joined(document: Document, spec: ScenarioSpec, topology: Topology, overrides: Mapping[str, str]) -> Scenario:
    problems = problems_of(spec, topology, document)
    lists: dict[str, frozenset[int]] = {}
    for name, given in spec.lists.items():
        try:
            lists[name] = _list(document, ("lists", name), given, topology)
        except InputError as error:
            problems += error.problems
    series = []
    for at, one in enumerate(spec.record.series):
        try:
            series.append(series_of(one, spec, _series_file(document, at, one.file)))
        except InputError as error:
            problems += error.problems
    problems = problems or empty_selections(spec, topology, lists, document)
    if problems:
        raise InputError(problems)
    if series:
        spec = spec.model_copy(update={"record": spec.record.model_copy(update={"series": series})})
    spec = _with_guesses(spec, topology)
    return Scenario(spec, topology, document.path, dict(overrides), lists, warnings(spec, topology, document))


def _with_guesses(spec: ScenarioSpec, topology: Topology) -> ScenarioSpec:
    """With what had to be guessed of the network among the assumptions, so that every scorecard lists it."""
    from sim.topology.load import assumptions

    guessed = [Assumption(set="topology", why=guess) for guess in assumptions(topology)]
    return spec.model_copy(update={"assumptions": [*spec.assumptions, *guessed]}) if guessed else spec


def _problems(document: Document) -> Sequence[Problem]:
    try:
        _scenario(document, {})
    except InputError as error:
        return error.problems
    return ()


def _topology(document: Document, spec: ScenarioSpec, patch: Mapping[str, str]) -> Topology:
    from sim.topology.load import load_topology, make_topology, read_spec

    file = _beside(document, ("topology",), spec.topology)
    if not patch:
        return load_topology(file)
    described, written = read_spec(file)
    changed = override(type(described), written, patch)
    try:
        return make_topology(changed.document)
    except InputError as error:
        raise InputError(changed.blame(error.problems, list)) from None


def _beside(document: Document, loc: Loc, name: str) -> Path:
    """A file named in the document, relative to it; raises `InputError` where there is none."""
    path = document.path.parent / name
    if _exists(path):
        return path
    near = _sibling(path)
    message = _("names a file that does not exist: {path}").format(path=path) + did_you_mean(near)
    raise _problem(document, loc, message)


def _problem(document: Document, loc: Loc, message: str) -> InputError:
    return input_error(message, file=document.path, line=document.line_of_path(loc), path=dotted(loc))


def _series_file(document: Document, at: int, file: str) -> Path | None:
    return _beside(document, ("record", "series", at, "file"), file) if file else None


# Lists of sites


def _list(document: Document, loc: Loc, given: str | list[str], topology: Topology) -> frozenset[int]:
    """Rows of the site table; raises `InputError` with the unknown sites."""
    if isinstance(given, str):
        name, _sign, sheet = given.partition("!")
        path = _beside(document, loc, name)
        named = [(site, file, line, "site") for site, file, line in _sheet_sites(path, sheet)]
    else:
        lines = [(*loc, index) for index in range(len(given))]
        named = [
            (site, str(document.path), document.line_of_path(at), dotted(at))
            for site, at in zip(given, lines, strict=True)
        ]
    rows = topology.site_index
    unknown = [place for place in named if place[0] not in rows]
    problems = [
        Problem(file, line, path, _("must be a site of the topology{hint}").format(hint=hint(site, rows)))
        for site, file, line, path in unknown[:_MOST_PROBLEMS]
    ]
    if len(unknown) > _MOST_PROBLEMS:
        more = _("and {count} more sites that the topology does not have").format(count=len(unknown) - _MOST_PROBLEMS)
        problems.append(Problem(unknown[0][1], None, dotted(loc), more))
    if problems:
        raise InputError(problems)
    return frozenset(rows[place[0]] for place in named)


def _sheet_sites(path: Path, sheet: str) -> list[tuple[str, str, int | None]]:
    """Site, file and line (of a workbook the cell instead) of every row of a list; raises `InputError`."""
    from sim.intake.lists import listed

    return listed(path, sheet)
