"""The register of guesses: settings and constants whose remark says `Assumed`, read from where they stand.

A remark is the docstring of a class, or the string below a name. So whoever writes a guess as house rule asks has
entered it here already.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

from pydantic import BaseModel

WORD: Final = "Assumed"
_CODE: Final = ("sim.models", "sim.hazards", "sim.world", "sim.resources")
"""Where constants of the models stand; what a topology's generator guesses is the topology's own."""
_LONGEST: Final = 60
"""Characters of a value; a longer one is a table, which is left out."""


class Setting(NamedTuple):
    """A setting of the resolved scenario that stands at a guessed default."""

    path: str
    value: Any
    why: str


class Constant(NamedTuple):
    """A guessed constant of the code: `module.NAME`, its value as written, and the remark."""

    place: str
    value: str
    why: str


# Settings


def guessed_settings(model: BaseModel, data: Mapping[str, Any], path: str = "") -> Iterator[Setting]:
    """Settings at their guessed defaults, in the order of the models; `data` is the model as plain data."""
    own = _remarks(type(model).__module__).get(type(model).__name__, {})
    for name, info in type(model).model_fields.items():
        key = info.alias or name
        place, value, plain = f"{path}.{key}" if path else key, getattr(model, name), data[key]
        if isinstance(value, list):
            for item, raw in zip(value, plain, strict=True):
                if isinstance(item, BaseModel) and hasattr(item, "kind"):
                    yield from guessed_settings(item, raw, f"{place}.{item.kind}")
            continue
        if isinstance(value, BaseModel) and _has_remarks(type(value)):
            yield from guessed_settings(value, plain, place)
        elif value is not None and _guessed(own, name) and value == info.get_default(call_default_factory=True):
            yield Setting(place, plain, _why(own, name))


def _has_remarks(kind: type[BaseModel]) -> bool:
    """Whether the model, or one within it, has a remark that says so."""
    remarks = _remarks(kind.__module__).get(kind.__name__, {})
    if any(WORD in remark for remark in remarks.values()):
        return True
    inner = (info.annotation for info in kind.model_fields.values())
    return any(_has_remarks(part) for part in inner if isinstance(part, type) and issubclass(part, BaseModel))


def _why(own: Mapping[str, str], name: str) -> str:
    """The remarks that say why, as one text."""
    return " ".join(_remarks_on(own, name))


def _remarks_on(own: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The setting's remark, and that of its class where the setting's own does not say it is a guess."""
    remark = own.get(name, "")
    return tuple(_one_line(part) for part in ((remark,) if WORD in remark else (remark, own[""])) if part)


def setting_reasons(kind: type[BaseModel]) -> dict[str, tuple[str, ...]]:
    """Every reason that a guessed setting of the model or of one within it can have → the remarks it is made of."""
    found: dict[str, tuple[str, ...]] = {}
    waiting, seen = [kind], {kind}
    for model in waiting:
        own = _remarks(model.__module__).get(model.__name__, {})
        found |= {_why(own, name): _remarks_on(own, name) for name in model.model_fields if _guessed(own, name)}
        for info in model.model_fields.values():
            inner = [part for part in dict.fromkeys(_models_in(info.annotation)) if part not in seen]
            waiting += inner
            seen |= set(inner)
    return found


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a type names, such as those of a list or a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _guessed(own: Mapping[str, str], name: str) -> bool:
    """The setting's own remark says so, or that of its class does and its own names no source."""
    remark = own.get(name, "")
    return WORD in remark or (WORD in own.get("", "") and "Source:" not in remark)


# Constants


@lru_cache(maxsize=1)
def guessed_constants() -> tuple[Constant, ...]:
    """Constants and functions of the models whose remark says so, by module."""
    found = []
    for module, file in _files():
        text = file.read_text(encoding="utf-8")
        if WORD in text:
            found += [Constant(f"{module}.{name}", value, why) for name, value, why in _constants(ast.parse(text))]
    return tuple(found)


def _files() -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for name in _CODE:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            continue
        folders = spec.submodule_search_locations or ()
        files = [(f"{name}.{file.stem}", file) for folder in folders for file in sorted(Path(folder).glob("*.py"))]
        found += files or [(name, Path(spec.origin))]
    return found


def _constants(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    for node, remark in _told(tree.body):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if WORD in remark and node.value is not None:
            value = ast.unparse(node.value)
            yield ast.unparse(target), value if len(value) <= _LONGEST else "", _one_line(remark)
    for part in tree.body:
        if isinstance(part, ast.FunctionDef) and WORD in (remark := ast.get_docstring(part) or ""):
            yield f"{part.name}()", "", _one_line(remark)


# Remarks


@lru_cache(maxsize=64)
def _remarks(module: str) -> dict[str, dict[str, str]]:
    """Class → name → remark, the class's own under the empty name."""
    spec = find_spec(module)
    if spec is None or spec.origin is None or not module.startswith("sim."):
        return {}
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            below = [(part, told) for part, told in _told(node.body) if isinstance(part, ast.AnnAssign)]
            fields = {ast.unparse(part.target): told for part, told in below}
            found[node.name] = {"": ast.get_docstring(node) or "", **fields}
    return found


def _told(body: list[ast.stmt]) -> Iterator[tuple[ast.Assign | ast.AnnAssign, str]]:
    """Assignments that have a string below them, and the string."""
    for node, below in pairwise(body):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(below, ast.Expr):
            continue
        if isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
            yield node, below.value.value


def _one_line(text: str) -> str:
    return " ".join(text.split())
