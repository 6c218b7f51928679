"""Levers of a scenario: what each would put where, whether that makes a scenario, and which cannot be pulled together.

All `set` of the levers that are pulled go first, then every `add` to what stands there by then, so that their order is
no matter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sim.checking import validate
from sim.errors import InputError, Problem, shown
from sim.language import _
from sim.parameters import as_texts, blamed_keys, find_place, override
from sim.scenario import Lever, Scenario, ScenarioSpec
from sim.yamlfile import Document, Loc, dotted

NOT_OURS: Final = (
    "format", "name", "title", "description", "drill", "start", "horizon_h", "lists", "hazards", "injects", "questions",
    "record", "assumptions", "levers", "plan.targets", "grid.told", "roads.public_ploughs",
    "sites.equipment_failures_per_year", "sites.rectifier_failures_per_year",
)  # fmt: skip
"""Places that are no decision of a planner who asks for means: what goes wrong, what is promised, what is only told.

When others plough, and how well the power company knows its own repairs, is theirs; how fast it repairs can be asked
for, as with a second gang."""
_DIGITS: Final = 12


def values_of(document: Document, overrides: Mapping[str, str], levers: Sequence[Lever]) -> dict[str, str]:
    """What to put where for levers pulled together, over the document with its overrides, as `--set` takes it.

    Raises `InputError` beginning with `--set KEY`.
    """
    sets = as_texts({key: value for lever in levers for key, value in lever.set.items()})
    changed = override(ScenarioSpec, document, {**overrides, **sets})
    try:
        spec = validate(ScenarioSpec, changed.document)
    except InputError as error:
        raise InputError(changed.blame(error.problems, list)) from None
    return sets | _sums(spec.model_dump(mode="json", by_alias=True), levers)


def _sums(resolved: Mapping[str, Any], levers: Sequence[Lever]) -> dict[str, str]:
    """What every `add` comes to; those of several levers at one place are summed up."""
    found: dict[Loc, tuple[str, float]] = {}
    problems: list[Problem] = []
    for key, more in ((key, more) for lever in levers for key, more in lever.add.items()):
        try:
            loc = find_place(ScenarioSpec, resolved, key)
            before = found[loc] if loc in found else (key, _number(resolved, key, loc))
        except ValueError as error:
            problems.append(Problem(f"--set {key}", None, "", str(error)))
            continue
        found[loc] = (before[0], before[1] + more)
    if problems:
        raise InputError(problems)
    return {key: json.dumps(_tidy(total)) for key, total in found.values()}


def _number(resolved: Mapping[str, Any], key: str, loc: Loc) -> float:
    """The number at a place; 0 for a name that a table of counts does not have yet. Raises `ValueError`."""
    above: Any = resolved
    for part in loc[:-1]:
        above = _below(above, part)
    if isinstance(above, dict) and loc[-1] not in above and all(_is_number(value) for value in above.values()):
        return 0
    value = _below(above, loc[-1])
    if value is None:
        find_place(ScenarioSpec, resolved, key, strict=True)
    if not _is_number(value):
        raise ValueError(_("has no number to add to (got {found}); use set").format(found=shown(value)))
    return float(value)


def _below(data: Any, part: str | int) -> Any:
    if isinstance(data, list) and isinstance(part, int):
        return data[part]
    return data.get(part) if isinstance(data, dict) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _tidy(total: float) -> float | int:
    return int(total) if total.is_integer() else float(f"{total:.{_DIGITS}g}")


# In each other's way


def clash(resolved: Mapping[str, Any], one: Lever, other: Lever) -> str | None:
    """A place that both levers set, one of them perhaps as part of a greater one; None where there is none."""
    ours, theirs = (_set_places(resolved, lever) for lever in (one, other))
    met = (
        max(a, b, key=len)
        for a in ours
        for b in theirs
        if a[: len(b)] == b or b[: len(a)] == a
    )  # fmt: skip
    place = next(met, None)
    return None if place is None else dotted(place)


def _set_places(resolved: Mapping[str, Any], lever: Lever) -> list[Loc]:
    return [find_place(ScenarioSpec, resolved, key) for key in lever.set]


# Checks


def check_levers(document: Document, scenario: Scenario, build: Callable[[Document], Scenario]) -> tuple[Problem, ...]:
    """Whether every lever alone makes a scenario of the one it is written in; gives back warnings of idle ones.

    `build` makes and checks a scenario of a document. Raises `InputError` with every problem, at the lever's line.
    """
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for index, lever in enumerate(scenario.spec.levers):
        if taken := list(_not_ours(document, index, lever)):
            problems += taken
            continue
        try:
            values = values_of(document, scenario.overrides, [lever])
            changed = override(ScenarioSpec, document, {**scenario.overrides, **values})
            try:
                pulled = build(changed.document)
            except InputError as error:
                raise InputError(changed.blame(error.problems, list)) from None
        except InputError as error:
            problems += [_placed(document, index, lever, problem) for problem in error.problems]
            continue
        loc: Loc = ("levers", index)
        warnings += [_at(document, loc, message) for message in _idle(scenario, pulled)]
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))
    return tuple(warnings)


def _not_ours(document: Document, index: int, lever: Lever) -> Iterator[Problem]:
    """Keys that are no decision of a planner."""
    for table, keys in (("set", lever.set), ("add", lever.add)):
        for key in keys:
            taken = next((place for place in NOT_OURS if _within(key, place) or _within(place, key)), None)
            if taken is not None:
                message = _("must be something to ask for: {place} is what goes wrong, is promised or is only told")
                yield _at(document, ("levers", index, table, key), message.format(place=taken))


def _within(key: str, place: str) -> bool:
    """Whether a place is another one, or a part of it."""
    return key == place or key.startswith((f"{place}.", f"{place}["))


def _idle(scenario: Scenario, pulled: Scenario) -> Iterator[str]:
    """Why a lever cannot have an effect."""
    if pulled.hash == scenario.hash and pulled.topology.digest == scenario.topology.digest:
        yield _("warning: changes nothing: what it sets stands there already")
    before = {problem.message for problem in scenario.warnings}
    for problem in pulled.warnings:
        if problem.message not in before:
            yield _("warning: with it, {place}: {message}").format(
                place=problem.path, message=problem.message.removeprefix("warning: ")
            )


def _placed(document: Document, index: int, lever: Lever, problem: Problem) -> Problem:
    """A problem of `--set KEY` at the line of the lever's own key, others at that of the lever."""
    tables = {"set": lever.set, "add": lever.add}
    known = ((table, key) for key in blamed_keys(problem) for table, keys in tables.items() if key in keys)
    if (place := next(known, None)) is not None:
        told = " ".join(part for part in (problem.path, problem.message) if part)
        return _at(document, ("levers", index, *place), told)
    return _at(document, ("levers", index), str(replace(problem, file="", line=None)))


def _at(document: Document, loc: Loc, message: str) -> Problem:
    return Problem(str(document.path), document.line_of_path(loc), dotted(loc), message)
