"""Places in a scenario as people name them, and values put there: `--set hazards.snowstorm.water_mm=20`.

A place is written with the keys of the file. An item of a list is named by its number (`injects[0]` or
`injects.0`) or by what tells it apart: its id, kind, do, class, level or kpi (`plan.targets.O2`).
"""

from __future__ import annotations

import copy
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from sim.checking import is_model
from sim.errors import InputError, Problem, got, input_error, listed, shown
from sim.language import _
from sim.resources import Depot, _looks_like_generator
from sim.yamlfile import Document, Loc, dotted, read_yaml

_KEY: Final = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[[0-9]+\])*")
_PART: Final = re.compile(r"[^.\[\]]+")
_NAMING: Final = ("id", "kind", "do", "class", "level", "kpi")
_OWN_NAMES: Final = ("lists", "parties", "kinds")
"""Tables whose names the file makes up: a new name there can only be a typing error."""
_NULLS: Final = ("", "~", "null", "Null", "NULL")
_MISSING: Final = object()
_MANY: Final = 20_000


# Names


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name most like a word, if any is; of very many, only those that begin alike are asked."""
    names = list(known)
    if len(names) > _MANY:
        names = [name for name in names if name[:2].casefold() == word[:2].casefold()][:_MANY]
    plain = {name.casefold().replace("-", "_"): name for name in reversed(names)}
    near = get_close_matches(word.casefold().replace("-", "_"), plain, n=1)
    return plain[near[0]] if near else None


def one_of(names: Iterable[str], most: int = 12) -> str:
    """Names as a message lists them: `one of a, b, c`, at most so many."""
    known = list(names)
    if not known:
        return _("there are none")
    if len(known) > most:
        return _("one of {names} and {count} more").format(names=listed(known[:most]), count=len(known) - most)
    return _("one of {names}").format(names=listed(known))


def hint(word: object, known: Iterable[str]) -> str:
    """` (got 'x'; did you mean 'y'?)`."""
    near = nearest(word, known) if isinstance(word, str) else None
    return got(shown(word), near)


# Places


@dataclass
class _Walk:
    """Where a walk through model and data has come to."""

    loc: Loc
    kinds: list[Any]  # what the model allows here: the members of the annotation
    data: Any
    strict: bool  # names of free tables must exist

    def step(self, part: str) -> None:
        """To what is called `part` here; raises `ValueError`."""
        if isinstance(self.data, list | tuple):
            self._item(part)
        elif models := [kind for kind in self.kinds if is_model(kind)]:
            self._field(part, self._meant(models))
        elif tables := [kind for kind in self.kinds if get_origin(kind) in (dict, Mapping)]:
            self._name(part, get_args(tables[0]))
        elif any(get_origin(kind) in (list, tuple) for kind in self.kinds):
            raise ValueError(_("there is no list at {place}; set it as a whole").format(place=dotted(self.loc)))
        else:
            raise ValueError(_("{place} is one value, with nothing below it").format(place=dotted(self.loc)))

    def _move(self, part: str | int, annotations: Iterable[Any]) -> None:
        self.loc = (*self.loc, part)
        self.kinds = [member for annotation in annotations for member in _members(annotation)]
        if isinstance(part, int):
            self.data = self.data[part]
        elif isinstance(self.data, dict):
            self.data = self.data.get(part, _MISSING)

    def _item(self, part: str) -> None:
        index = int(part) if part.isascii() and part.isdigit() else self._item_called(part)
        if index >= len(self.data):
            raise ValueError(
                _("{place} has {count} items, counted from 0 (got {part})").format(
                    place=dotted(self.loc), count=len(self.data), part=part
                )
            )
        lists = [kind for kind in self.kinds if get_origin(kind) in (list, tuple)]
        self._move(index, [arg for kind in lists for arg in get_args(kind)])

    def _item_called(self, word: str) -> int:
        tables = [item if isinstance(item, dict) else {} for item in self.data]
        names = [[str(item[key]) for key in _NAMING if key in item] for item in tables]
        found = [index for index, called in enumerate(names) if word in called]
        if len(found) == 1:
            return found[0]
        place = dotted(self.loc)
        if found:
            which = listed(f"{place}[{index}]" for index in found)
            raise ValueError(
                _("{place} has {value} {count} times; write which: {which}").format(
                    place=place, value=shown(word), count=len(found), which=which
                )
            )
        known = list(dict.fromkeys(name for called in names for name in called))
        said = (
            _("{place} has no item of this name: {choices}{hint}")
            if known
            else _("{place} has no item of this name: there are none{hint}")
        )
        raise ValueError(said.format(place=place, choices=one_of(known), hint=hint(word, known)))

    def _meant(self, models: list[Any]) -> list[Any]:
        """Of the models of a union, the one whose kind the data names."""
        data = self.data if isinstance(self.data, dict) else {}
        return [m for m in models if data.get("kind", _MISSING) in _kind_of(m)] or models

    def _field(self, part: str, models: list[Any]) -> None:
        if Depot in models and _is_generator_line(part):
            self._field("generators", models)
            self._name(part, (str, int))
            return
        for model in models:
            if part in (known := fields_of(model)):
                self._move(part, [known[part]])
                return
        names = list(dict.fromkeys(name for model in models for name in fields_of(model)))
        near = nearest(part, names)
        allowed = (
            _("did you mean {near}?").format(near=shown(near))
            if near
            else _("allowed: {names}").format(names=listed(names))
        )
        place = dotted(self.loc)
        said = _("unknown key {key} in {place} ({allowed})") if place else _("unknown key {key} ({allowed})")
        raise ValueError(said.format(key=shown(part), place=place, allowed=allowed))

    def _name(self, part: str, args: tuple[Any, ...]) -> None:
        key = _members(args[0])[0]
        known = [str(name) for name in (self.data if isinstance(self.data, dict) else {})]
        if get_origin(key) is Literal:
            known = list(get_args(key))
        elif not self.strict and self.loc[-1] not in _OWN_NAMES:
            known.append(part)
        if part not in known:
            said = (
                _("{place} has no such name: {choices}{hint}")
                if known
                else _("{place} has no such name: there are none{hint}")
            )
            raise ValueError(said.format(place=dotted(self.loc), choices=one_of(known), hint=hint(part, known)))
        self._move(part, args[1:])


def find_place(model: type[BaseModel], data: Any, path: str, *, strict: bool = False) -> Loc:
    """The place of a path in the data of a model; `strict`: names in it must exist there.

    Raises `ValueError` with what is wrong and what is allowed.
    """
    if not _KEY.fullmatch(path):
        raise ValueError(_("must be a path such as resources.depots.horqin.crews or injects[0].at"))
    walk = _Walk((), [model], data, strict)
    for part in _PART.findall(path):
        walk.step(part)
    return walk.loc


def fields_of(model: Any) -> dict[str, Any]:
    """Annotation of each key of a model, by the name written in files."""
    return {info.alias or name: info.annotation for name, info in model.model_fields.items()}


def _members(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [member for arg in get_args(annotation) for member in _members(arg)]
    return [] if annotation is type(None) else [annotation]


def _kind_of(model: Any) -> tuple[Any, ...]:
    return get_args(fields_of(model).get("kind"))


# Values


@dataclass(frozen=True)
class Overrides:
    """A document with `--set` values in it, and where each of them went."""

    document: Document
    places: Mapping[str, Loc]

    def blame(self, problems: Sequence[Problem], before: Callable[[], Sequence[Problem]]) -> list[Problem]:
        """The problems, with `--set KEY` for a place where the file alone (`before`) does not have them."""
        if not self.places or not problems:
            return list(problems)
        old = {_gist(problem) for problem in before()}
        return [problem if _gist(problem) in old else self._blamed(problem) for problem in problems]

    def _blamed(self, problem: Problem) -> Problem:
        if problem.file.startswith("--set "):  # told already, of a value in another file
            return problem
        places = {key: dotted(loc) for key, loc in self.places.items()}
        keys = [key for key, place in places.items() if _related(place, problem.path)] or list(places)
        file = f"--set {', '.join(keys)}"
        if Path(problem.file) != self.document.path:
            return Problem(file, None, "", str(problem))
        path = "" if problem.path == places[keys[0]] else problem.path
        return Problem(file, None, path, problem.message)


def blamed_keys(problem: Problem) -> list[str]:
    """Keys of the `--set` that a problem is put down to; none for a problem of a file."""
    return problem.file.removeprefix("--set ").split(", ") if problem.file.startswith("--set ") else []


def _gist(problem: Problem) -> tuple[str, str]:
    return problem.path.rpartition(".")[2], problem.message


def _related(a: str, b: str) -> bool:
    return a == b or a.startswith((f"{b}.", f"{b}[")) or b.startswith((f"{a}.", f"{a}["))


def pairs(given: Iterable[str]) -> dict[str, str]:
    """Overrides from `KEY=VALUE` texts; raises `InputError`."""
    found = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise input_error(_("must be KEY=VALUE, such as policy=nearest"), file=f"--set {text}")
        found[key.strip()] = value
    return found


def as_texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Overrides as on the command line: what is no text as JSON, which is YAML. Raises `InputError`."""
    if not isinstance(values, Mapping):
        raise input_error(
            _("must be a table of paths and values (got {value})").format(value=shown(values)), path="overrides"
        )
    texts = {}
    for key, value in values.items():
        if not isinstance(key, str):
            raise input_error(_("must have paths as keys (got {value})").format(value=shown(key)), path="overrides")
        if isinstance(value, Mapping) and "." not in key:
            inner = next(iter(value), "…")
            message = _("would lose all else that stands there; name the path, such as {path}")
            raise input_error(message.format(path=f"{key}.{inner}"), path=key)
        try:
            texts[key] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError, RecursionError):
            message = _("must be text, a number, true, false, a list or a table (got a {name})").format(
                name=type(value).__name__
            )
            raise input_error(message, file=f"--set {key}") from None
    return texts


def override(model: type[BaseModel], document: Document, values: Mapping[str, str]) -> Overrides:
    """The document with values put at their paths; raises `InputError` beginning with `--set KEY`."""
    if not values or not isinstance(document.data, dict):
        return Overrides(document, {})
    data = copy.deepcopy(document.data)
    _gather_generators(data)
    places: dict[str, Loc] = {}
    problems: list[Problem] = []
    for key, text in values.items():
        try:
            places[key] = find_place(model, data, key)
            _put(data, places[key], parse_value(key, text))
        except ValueError as error:
            problems.append(Problem(f"--set {key}", None, "", str(error)))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return Overrides(replace(document, data=data), places)


def parse_value(key: str, text: str) -> Any:
    """The YAML value of a text from the command line; raises `InputError` beginning with `--set KEY`."""
    if text.strip() in _NULLS:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "value.yaml"
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        try:
            return read_yaml(file).data
        except InputError as error:
            raise InputError([replace(p, file=f"--set {key}", line=None) for p in error.problems]) from None


def _put(data: Any, loc: Loc, value: Any) -> None:
    for depth, part in enumerate(loc[:-1], start=1):
        if isinstance(data, dict) and data.get(str(part)) is None:
            data[str(part)] = {}
        data = data[part]
        if not isinstance(data, dict | list):
            message = _("{place} is {value} here, not a table; set it as a whole").format(
                place=dotted(loc[:depth]), value=shown(data)
            )
            raise ValueError(message)  # noqa: TRY004 (about the file, not the program)
    data[loc[-1]] = value


def _is_generator_line(key: str) -> bool:
    return _looks_like_generator(key) and key not in Depot.model_fields


def _gather_generators(data: dict[str, Any]) -> None:
    """Generators written on the ledger line itself go where a path finds them."""
    resources = data.get("resources")
    depots = resources.get("depots") if isinstance(resources, dict) else None
    for depot in depots.values() if isinstance(depots, dict) else ():
        lines = [key for key in depot if _is_generator_line(key)] if isinstance(depot, dict) else []
        if lines and isinstance(depot.get("generators", {}), dict):
            depot["generators"] = {**depot.get("generators", {}), **{key: depot.pop(key) for key in lines}}
