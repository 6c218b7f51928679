"""A document checked against a pydantic model: every problem in one pass, with line, path, found and allowed."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.errors import InputError, Problem, Refusal, did_you_mean, got, listed, shown
from sim.language import _, spoken
from sim.yamlfile import Document, Loc, dotted

M = TypeVar("M", bound=BaseModel)

_WHOLE: Final = object()
_TYPES: Final = {
    "number": ("float_type", "float_parsing", "decimal_type", "decimal_parsing"),
    "whole": ("int_type", "int_parsing", "int_from_float", "int_parsing_size"),
    "flag": ("bool_type", "bool_parsing"),
    "text": ("string_type",),
    "list": ("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"),
    "table": ("dict_type", "model_type", "model_attributes_type", "mapping_type", "dataclass_type"),
    "moment": ("datetime_type", "datetime_from_date_parsing"),
    "finite": ("finite_number",),
    "empty": ("none_required",),
}
_SORTS: Final = {kind: sort for sort, kinds in _TYPES.items() for kind in kinds}
_OWN: Final = ("value_error", "assertion_error")


def _wanted(kind: str, limits: Mapping[str, Any]) -> str:
    """What completes "must be …" for a kind of error of pydantic; empty where nothing does."""
    limit = {name: _brief(value) for name, value in limits.items()}
    sorts: dict[str, str] = {
        "number": _("a number"),
        "whole": _("a whole number"),
        "flag": _("true or false"),
        "text": _("text"),
        "list": _("a list"),
        "table": _("a table"),
        "moment": _("a date and time such as 2023-11-05T22:00"),
        "finite": _("finite"),
        "empty": _("empty"),
        "greater_than": _("> {gt}"),
        "greater_than_equal": _(">= {ge}"),
        "less_than": _("< {lt}"),
        "less_than_equal": _("<= {le}"),
        "multiple_of": _("a multiple of {multiple_of}"),
    }
    found = sorts.get(_SORTS.get(kind, kind), "")
    return found.format(**limit) if found else ""


def _other(kind: str, limits: Mapping[str, Any]) -> str:
    """The whole message for a kind that has another form; empty where there is none."""
    limit = {name: _brief(value) for name, value in limits.items()}
    messages: dict[str, str] = {
        "too_short": _("must have at least {min_length} items"),
        "too_long": _("must have at most {max_length} items"),
        "string_too_short": _("must have at least {min_length} characters"),
        "string_too_long": _("must have at most {max_length} characters"),
        "string_pattern_mismatch": _("must match the pattern {pattern}"),
    }
    return messages.get(kind, "").format(**limit)


@dataclass
class _Finding:
    """A pydantic error, the path as written, what the model allows there, and the unions passed."""

    error: ErrorDetails
    path: Loc
    parents: list[Any]  # annotations of what holds the last part of the path
    here: list[Any]  # annotations of the place itself
    tags: list[tuple[Loc, str | int]]  # where a part of the loc was a tag, and which


def validate(model: type[M], document: Document, data: Any = _WHOLE, at: Loc = ()) -> M:
    """The model filled with `data` (the whole document if left out), which stands at `at` in the document.

    Raises `InputError` with every problem, in the order of the file.
    """
    data = document.data if data is _WHOLE else data
    try:
        return model.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
    findings = _drop_other_branches([_locate(model, data, detail) for detail in details])
    messages: dict[Loc, list[_Told]] = {}
    for finding in findings:
        path, told = _tell(finding)
        messages.setdefault((*at, *path), []).append(told)
    problems = [
        Problem(str(document.path), document.line_of_path(path), dotted(path), _join(told))
        for path, told in messages.items()
    ]
    raise InputError(sorted(problems, key=lambda problem: problem.line or 0))


@dataclass(frozen=True)
class _Told:
    """A message, what completes its "must be …" where it is of that form, and what was found."""

    message: str
    wanted: str = ""
    found: str = ""


def _must_be(wanted: str, found: str) -> _Told:
    return _Told(_("must be {wanted}").format(wanted=wanted), wanted, found)


SCENARIO_KEYS: Final = frozenset({"start", "horizon_h", "topology"})
TOPOLOGY_KEYS: Final = frozenset({"kind", "crs"})
"""Keys by which a file is known as a scenario or as a topology."""


def format_fault(found: object, known: int) -> str:
    """What is wrong with the format number of a file; empty for the known one."""
    if type(found) is int and found == known:
        return ""
    if in_quotes(found, known):
        return _("must be {known}, a number without quotes").format(known=known) + got(shown(found))
    return _("must be {wanted}").format(wanted=known) + got(shown(found))


def in_quotes(found: object, known: int) -> bool:
    """Whether the format number of a file is the known one, written as text."""
    return isinstance(found, str) and found.strip() == str(known)


def _members(annotation: Any) -> list[Any]:
    """What a value may be, unions and `Annotated` opened, without None."""
    if hasattr(annotation, "__value__"):
        return _members(annotation.__value__)
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [member for arg in get_args(annotation) for member in _members(arg)]
    if is_model(annotation) and "root" in annotation.model_fields:
        return _members(annotation.model_fields["root"].annotation)
    return [] if annotation in (None, type(None)) else [annotation]


def is_model(annotation: Any) -> bool:
    """Whether an annotation is a model of ours."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _fields(annotation: Any) -> dict[str, Any]:
    """Annotation of each key of a model, by the name written in files."""
    if not is_model(annotation):
        return {}
    return {info.alias or name: info.annotation for name, info in annotation.model_fields.items()}


def _inside(annotation: Any, part: str | int) -> list[Any]:
    if is_model(annotation):
        return _members(_fields(annotation).get(str(part)))
    args = [arg for arg in get_args(annotation) if arg is not Ellipsis]
    if not args:
        return []
    if isinstance(part, int) and get_origin(annotation) is tuple and part < len(args):
        return _members(args[part])
    return _members(args[-1])


def _tags(annotation: Any) -> Iterator[str | int]:
    """The names by which an error may call this member of a union."""
    if is_model(annotation):
        yield annotation.__name__
        for field_annotation in _fields(annotation).values():
            if get_origin(field_annotation) is Literal:
                yield from get_args(field_annotation)


def _locate(model: type[BaseModel], data: Any, error: ErrorDetails) -> _Finding:
    """Walk the loc through model and data together, telling keys from tags of unions."""
    found = _Finding(error, (), [], _members(model), [])
    loc = error["loc"]
    for index, part in enumerate(loc):
        tagged = [member for member in found.here if part in _tags(member)] if len(found.here) > 1 else []
        is_key = _holds(data, part) or (error["type"] == "missing" and index == len(loc) - 1)
        if tagged or not is_key:
            found.tags.append((loc[:index], part))
            found.here = tagged or found.here
            continue
        found.parents = found.here
        found.here = [inner for member in found.here for inner in _inside(member, part)]
        found.path = (*found.path, part)
        data = data[part] if _holds(data, part) else None
    return found


def _holds(data: Any, part: str | int) -> bool:
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data)


def _drop_other_branches(findings: list[_Finding]) -> list[_Finding]:
    """Of a union, only the branch that was meant: the one of the right shape with the fewest errors.

    Where no branch has the right shape, all stay, to be told in one message.
    """
    nth = 0
    while any(len(finding.tags) > nth for finding in findings):
        unions: dict[Loc, dict[str | int, list[_Finding]]] = {}
        for finding in findings:
            if len(finding.tags) > nth:
                place, tag = finding.tags[nth]
                unions.setdefault(place, {}).setdefault(tag, []).append(finding)
        dropped: set[int] = set()
        for place, branches in unions.items():
            inner = [
                branch
                for branch in branches.values()
                if any(len(finding.error["loc"]) > len(place) + 1 for finding in branch)
            ]
            if inner:
                meant = min(inner, key=len)
                dropped |= {id(f) for branch in branches.values() if branch is not meant for f in branch}
        findings = [finding for finding in findings if id(finding) not in dropped]
        nth += 1
    return findings


def _join(told: list[_Told]) -> str:
    """The messages about one place as one: `must be a number or one of a, b (got 'x')`."""
    first, *rest = dict.fromkeys((one.message, one.wanted or one.message) for one in told)
    said = _(" or ").join([first[0], *(wanted for _message, wanted in rest)])
    found = next((one.found for one in told if one.found), "")
    return f"{said}{got(found) if found else ''}"


def _tell(finding: _Finding) -> tuple[Loc, _Told]:
    """Path and message."""
    error, path = finding.error, finding.path
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == "missing":
        return path, _Told(_("is missing"))
    if kind == "extra_forbidden":
        return path, _Told(_unknown_key(finding))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _tell_tag(finding)
    if kind in ("literal_error", "enum"):
        return path, _one_of(_choices(str(context["expected"])), value)
    if kind in _OWN:
        return path, _own(context["error"], value)
    if kind == "string_type" and isinstance(value, int | float):
        wanted = _("text; put it in quotes")
        return path, _must_be(wanted, shown(value))
    if wanted := _wanted(kind, context):
        return path, _must_be(wanted, shown(value))
    default = re.sub("^Input should", "must", error["msg"])
    said = _other(kind, context) or _("is not valid: {reason}").format(reason=default)
    if spoken() == "en":
        said = _other(kind, context) or default[:1].lower() + default[1:]
    return path, _Told(said, "", shown(value))


def _own(error: Exception, value: object) -> _Told:
    """A refusal of our own models."""
    shows = not isinstance(value, dict | list | BaseModel)
    if isinstance(error, Refusal) and error.found:
        return _Told(error.message, error.wanted, error.found)
    return _Told(str(error), getattr(error, "wanted", ""), shown(value) if shows else "")


def _brief(limit: object) -> str:
    return f"{limit:g}" if isinstance(limit, float) else str(limit)


def _tell_tag(finding: _Finding) -> tuple[Loc, _Told]:
    context, value = finding.error.get("ctx", {}), finding.error["input"]
    if not isinstance(value, dict):
        return finding.path, _must_be(_("a table"), shown(value))
    key = str(context["discriminator"]).strip("'")
    path = (*finding.path, key) if key.isidentifier() else finding.path
    if finding.error["type"] == "union_tag_invalid":
        return path, _one_of(_choices(str(context["expected_tags"])), context["tag"])
    choices = [str(choice) for member in finding.here for choice in get_args(_fields(member).get(key))]
    return path, _Told(_("is missing; one of {names}").format(names=listed(choices)) if choices else _("is missing"))


def _choices(expected: str) -> list[str]:
    return re.findall(r"'((?:[^'\\]|\\.)*)'", expected) or re.split(", | or ", expected)


def _one_of(choices: list[str], value: Any) -> _Told:
    """What is allowed, and a hint at what was probably meant."""
    near = _nearest(value, choices) if isinstance(value, str) else None
    return _must_be(_("one of {names}").format(names=listed(choices)), shown(value) + did_you_mean(near))


def _unknown_key(finding: _Finding) -> str:
    allowed = list(dict.fromkeys(key for member in finding.parents for key in _fields(member)))
    near = _nearest(str(finding.path[-1]), allowed) if finding.path else None
    if near:
        return _("unknown key (did you mean {near}?)").format(near=shown(near))
    return _("unknown key (allowed: {names})").format(names=listed(allowed)) if allowed else _("unknown key")


def _nearest(word: str, known: list[str]) -> str | None:
    by_plain_name = {name.casefold().replace("-", "_"): name for name in reversed(known)}
    near = difflib.get_close_matches(word.casefold().replace("-", "_"), by_plain_name, n=1)
    return by_plain_name[near[0]] if near else None
