"""JSON Schema of the scenario file, for editors and for the reference pages."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final, get_args

from pydantic import BaseModel

from sim.parameters import fields_of
from sim.scenario import ScenarioSpec

_GENERATOR_LINE: Final = "^(petrol|diesel|trailer|truck|generator)_"


def scenario_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a scenario file, with the models' remarks as descriptions."""
    schema = ScenarioSpec.model_json_schema(by_alias=True)
    tables = {"ScenarioSpec": schema, **schema["$defs"]}
    for name, model in models().items():
        for key, remark in remarks_of(model).items():
            told = tables[name]["properties"][key].get("description", "")
            tables[name]["properties"][key]["description"] = f"{remark} {told}".rstrip()
    _add_short_forms(tables)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Scenario file"}


def _add_short_forms(tables: dict[str, dict[str, Any]]) -> None:
    """What validators take beside the full form, which pydantic cannot know."""
    depots = tables["Resources"]["properties"]["depots"]
    named = {"file": {"type": "string"}, "sheet": {"type": "string"}}
    ledger: dict[str, Any] = {
        "type": "object",
        "properties": named,
        "required": ["file"],
        "additionalProperties": False,
    }
    depots["anyOf"] = [{"type": "object", "additionalProperties": depots.pop("additionalProperties")}, ledger]
    tables["Depot"]["patternProperties"] = {_GENERATOR_LINE: {"type": "integer", "minimum": 0}}
    for name, key in (("Level", "when"), ("Level", "when_any"), ("InjectSpec", "when")):
        bound = tables[name]["properties"][key]
        bound["additionalProperties"] = {"anyOf": [{"type": "number"}, bound["additionalProperties"]]}
    say = tables["Lever"]["properties"]["say"]
    say["anyOf"] = [{"$ref": say.pop("$ref")}, {"type": "string"}]
    for key in ("at_most", "at_least"):
        tables["Target"]["properties"][key]["anyOf"].append({"type": "string"})


def models() -> dict[str, type[BaseModel]]:
    """Every table of a scenario file by the name of its model, the file itself first."""
    return {model.__name__: model for model in _models(ScenarioSpec, set())}


def _models(annotation: Any, seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in seen:
            seen.add(annotation)
            yield annotation
            for inner in fields_of(annotation).values():
                yield from _models(inner, seen)
    else:
        for inner in get_args(annotation):
            yield from _models(inner, seen)


def remarks_of(model: type[BaseModel]) -> dict[str, str]:
    """The text that stands below each field in the source, by the key written in files."""
    tree = ast.parse(inspect.getsource(sys.modules[model.__module__]))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    remarks = {}
    for above, node in pairwise(classes[model.__name__].body):
        match above, node:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str() as text)):
                if field := model.model_fields.get(name):
                    remarks[field.alias or name] = inspect.cleandoc(text)
    return remarks
