"""What commands print: lines, tables, the controllers' list, and quietness where nobody listens any more."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from math import isnan
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, Final, Literal

from sim.errors import InputError, input_error, listed, one_line, shown
from sim.language import _
from sim.reasons import of_system
from sim.textwidth import columns

if TYPE_CHECKING:
    from sim.language import Language
    from sim.scenario import Scenario
    from sim.topology import Topology
    from sim.vocabulary import Inject

_CELL_CHARS: Final = 200
_NARROWEST: Final = 40


class Closed(Exception):  # noqa: N818 (nothing is wrong)
    """Whoever read our output has gone, as in `drill injects PATH | head`."""


def out(text: str) -> None:
    """Text to stdout; raises `Closed`, and `InputError` where it cannot be written."""
    if sys.stdout is None:  # closed from the start
        return
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise Closed from None  # typer has its own way with broken pipes
    except OSError as error:
        hang_up()
        raise input_error(_("cannot be written: {reason}").format(reason=of_system(error)), file="stdout") from None


def err(text: str) -> None:
    """Text to stderr, if anybody is there."""
    with suppress(OSError, AttributeError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def progress(text: str) -> None:
    """What is going on, for a person at a terminal only."""
    if sys.stderr is not None and sys.stderr.isatty():
        err(f"drill: {text}")


def counting(said: str) -> Callable[[int, int], None]:
    """Tells how far something is in one line of a terminal; silent in a pipe. `said` has {done} and {total}."""

    def tell(done: int, total: int) -> None:
        if sys.stderr is not None and sys.stderr.isatty():
            end = "\n" if done == total else ""
            sys.stderr.write(f"\rdrill: {said.format(done=done, total=total)}{end}")
            sys.stderr.flush()

    return tell


def asked_language(words: Sequence[str]) -> tuple[Language | None, list[str]]:
    """The language that the last `--lang` of a command line names, and the words without it. Raises `InputError`."""
    from sim.language import LANGUAGES

    language: Language | None = None
    left: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            left += [word, *rest]
        elif word == "--lang" or word.startswith("--lang="):
            asked = next(rest, "") if word == "--lang" else word.removeprefix("--lang=")
            language = next((known for known in LANGUAGES if known == asked), None)
            if language is None:
                names = listed(LANGUAGES)
                raise input_error(
                    _("must be one of {names} (got {value})").format(names=names, value=shown(asked)), file="--lang"
                )
        else:
            left.append(word)
    return language, left


def written_to(place: Path) -> str:
    """Where something went."""
    return _("Written to {place}").format(place=place)


def width() -> int:
    """Columns to fill: those of the terminal, at most 120; in a pipe those of COLUMNS, else 100."""
    if sys.stdout is not None and sys.stdout.isatty():
        return min(get_terminal_size().columns, 120)
    told = os.environ.get("COLUMNS", "")
    return max(int(told), _NARROWEST) if told.isascii() and told.isdigit() else 100


def colour() -> bool:
    """Whether a terminal that wants colours is listening (https://no-color.org)."""
    return sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def hang_up() -> None:
    """Send what is left in the buffers nowhere, so that the interpreter's own last flush is quiet too."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def table(rows: Sequence[Sequence[str]]) -> str:
    """Columns of text side by side; Chinese characters take two places."""
    cells = [[one_line(cell, _CELL_CHARS) for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*cells, strict=True)]
    pads = [[" " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)] for row in cells]
    lines = (map(str.__add__, row, pad) for row, pad in zip(cells, pads, strict=True))
    return "\n".join("  ".join(line).rstrip() for line in lines)


def size(topology: Topology) -> str:
    """How big a network is, in a line."""
    said = _("{sites} sites, {stations} stations, {feeders} feeders")
    sites, stations, feeders = len(topology.sites.id), len(topology.stations.id), len(topology.feeders.id)
    return said.format(sites=sites, stations=stations, feeders=feeders)


def facts(values: Mapping[str, Any]) -> str:
    """Names and values, a line each; a list of tables as a table below."""
    lines = []
    from sim.phrases import fact

    for name, value in values.items():
        head = _("{what}: {words}").format(what=fact(name), words="")
        if isinstance(value, dict):
            listed = _(", ").join(f"{fact(key)} {inner}" for key, inner in value.items())
            lines.append(head + listed)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            rows = [[fact(key) for key in value[0]], *([str(cell) for cell in row.values()] for row in value)]
            lines.append(f"{head.rstrip()}\n{table(rows)}")
        else:
            lines.append(f"{head}{value}")
    return "\n".join(lines)


def run_name(scenario: Scenario, seed: int | str, policy: str | None) -> str:
    """Folder of a run nobody named: `NAME-SEED` or `NAME-WORD`, with the policy and a digest of the overrides."""
    from hashlib import sha256

    parts = [scenario.name, str(seed), *([policy] if policy else [])]
    if scenario.overrides:
        text = "\n".join(sorted(f"{key}={value}" for key, value in scenario.overrides.items()))
        parts.append(sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:6])
    return "-".join(parts)


# Which failures break it


def contingencies(path: str, order: Literal[1, 2], most: int, *, as_json: bool) -> None:
    """Print the single elements and pairs whose loss breaks something in a topology, or in that of a scenario."""
    from sim.contingency import contingency
    from sim.report import contingency as told

    topology = _topology_of(path)
    report = contingency(topology, topology.facility, order, progress)
    if as_json:
        out(json.dumps(told.as_json(report, order), ensure_ascii=False, indent=1))
        return
    lines = told.before(report)
    parts = [(told.singles_heading(report), report.singles)]
    parts += [] if report.pairs is None else [(told.pairs_heading(report), report.pairs)]
    for heading, breaches in parts:
        lines.append(heading)
        if breaches and most:
            lines.append(table([told.heads(), *told.rows(report, breaches, most)]))
        if len(breaches) > most:
            lines.append(_("and {count} more (--most, --json)").format(count=len(breaches) - most))
    out("\n".join(lines))


def _topology_of(path: str) -> Topology:
    from sim.loading import find_file, is_scenario, load
    from sim.topology import load_topology
    from sim.yamlfile import read_yaml

    kind = "scenarios" if Path(path).parent.name == "scenarios" else "topologies"
    try:
        file = find_file(path, kind)
    except InputError:
        with suppress(InputError):
            return load(path).topology
        raise
    return load(file).topology if is_scenario(read_yaml(file)) else load_topology(file)


# The controllers' list


def inject_heads() -> tuple[str, ...]:
    """Heads of the list; `t_h` are hours since the start."""
    return _("clock"), "t_h", _("action"), _("aimed at"), _("value or message"), _("origin")


def inject_row(inject: Inject, scenario: Scenario) -> list[str]:
    """A line of the list; instead of a clock, a conditional inject has its condition."""
    from sim.spec import text_told

    value = "" if isnan(inject.value) else f"{inject.value:g}"
    people = (
        (_("to {who}"), inject.to), (_("via {what}"), inject.via), (_("expect: {what}"), text_told(inject.expect)),
        (_("for {objective}"), inject.objective),
    )  # fmt: skip
    aside = _(", ").join(say.format(who=text, what=text, objective=text) for say, text in people if text)
    what = "  ".join(part for part in (value, text_told(inject.message), f"({aside})" if aside else "") if part)
    if inject.when:
        words = {"at_least": ">=", "at_most": "<="}
        bounds = [f"{key} {words[word]} {n:g}" for key, b in inject.when.items() for word, n in b.items()]
        return [
            _("when {bounds}").format(bounds=_(" and ").join(bounds)),
            "-",
            inject.action,
            inject.target,
            what,
            inject.source,
        ]
    return [_clock(inject, scenario), f"{inject.t_h:.3f}", inject.action, inject.target, what, inject.source]


def inject_json(inject: Inject, scenario: Scenario) -> dict[str, Any]:
    """The same as JSON values; clock and t_h are null for a conditional inject."""
    timed = {} if inject.when else {"clock": _clock(inject, scenario), "t_h": inject.t_h}
    value = None if isnan(inject.value) else inject.value
    told = asdict(inject)
    del told["place"]
    return {"clock": None, **told, "t_h": None, "value": value, **timed}


def _clock(inject: Inject, scenario: Scenario) -> str:
    return f"{scenario.spec.start + timedelta(hours=inject.t_h):%Y-%m-%dT%H:%M:%S}"
