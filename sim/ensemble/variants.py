"""Variants: patches on a scenario or its topology, and the cells of an ensemble, variants × policies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from sim.checking import format_fault, validate
from sim.errors import InputError, Problem, input_error, shown
from sim.language import _
from sim.loading import load
from sim.parameters import as_texts, blamed_keys, hint, one_of
from sim.policies import Policy
from sim.references import policy_names
from sim.scenario import Scenario
from sim.spec import Spec, Title
from sim.yamlfile import Document, read_yaml

FORMAT: Final = 1
AS_WRITTEN: Final = "as_written"
"""The name of the cell without any patch."""
AnyPolicy = str | Policy | Callable[..., Any]


class _VariantFile(Spec):
    """A file of a variant."""

    format: Literal[1]
    name: Annotated[str, Field(pattern=r"^[\w-]+$", max_length=80)]
    title: Title = Title()
    set: dict[str, Any] = {}
    topology: dict[str, Any] = {}
    policy: str | None = None


@dataclass(frozen=True)
class Variant:
    """A patch: values by the scenario's own paths, values by the topology file's paths, another policy.

    `policy` None: the scenario's own, or each of those the ensemble is asked for. `file`: where it was read.
    """

    name: str
    overrides: Mapping[str, str] = field(default_factory=dict)
    topology: Mapping[str, str] = field(default_factory=dict)
    policy: str | None = None
    file: Document | None = field(default=None, compare=False, repr=False)

    def placed(self, problem: Problem) -> Problem:
        """A problem of `--set KEY` at the line of the file where the key stands; others as they are."""
        keys = blamed_keys(problem)
        known = ((table, key) for key in keys for table in ("set", "topology") if key in self._table(table))
        loc = next(known, None)
        if self.file is None or loc is None:
            return problem
        message = " ".join(part for part in (problem.path, problem.message) if part)
        return Problem(str(self.file.path), self.file.line_of_path(loc), ".".join(loc), message)

    def _table(self, name: str) -> Mapping[str, str]:
        return self.overrides if name == "set" else self.topology


def read_variant(path: str | Path) -> Variant:
    """The variant of a file (`format: 1`, `name`, `set`, `topology`, `policy`); raises `InputError`."""
    document = read_yaml(Path(path))
    data = document.data
    if not isinstance(data, dict):
        raise input_error(
            _("must be a table of keys and values (got {value})").format(value=shown(data)), file=document.path, line=1
        )
    if "format" not in data:
        raise input_error(
            _("is missing; a variant begins with `format: {format}`").format(format=FORMAT),
            file=path,
            line=1,
            path="format",
        )
    if message := format_fault(data["format"], FORMAT):
        raise input_error(message, file=path, line=document.line_of_path(("format",)), path="format")
    spec = validate(_VariantFile, document)
    if spec.policy is not None and spec.policy not in (known := policy_names()):
        message = _("must be {choices}{hint}").format(choices=one_of(known), hint=hint(spec.policy, known))
        raise input_error(message, file=path, line=document.line_of_path(("policy",)), path="policy")
    return Variant(spec.name, as_texts(spec.set), as_texts(spec.topology), spec.policy, document)


@dataclass(frozen=True)
class Cell:
    """One variant under one policy: a scenario ready to run, and what it is called. `policy` None: the scenario's."""

    name: str
    scenario: Scenario
    policy: AnyPolicy | None
    patch: Variant

    @property
    def policy_name(self) -> str:
        """What the policy is called."""
        return called(self.policy) if self.policy is not None else self.scenario.spec.policy


def called(policy: AnyPolicy) -> str:
    """What a policy is called."""
    if isinstance(policy, str):
        return policy
    return policy.name if isinstance(policy, Policy) else getattr(policy, "__name__", "custom")


def cells(
    scenario: Scenario, policies: Sequence[AnyPolicy] | None = None, variants: Sequence[Variant] | None = None
) -> list[Cell]:
    """Every variant under every policy, checked, in the order asked. Raises `InputError`.

    A cell is called by its policy where no variant is given, by its variant where at most one policy is, else
    `VARIANT/POLICY`; without any patch `as_written`.
    """
    patches = list(variants or [Variant(AS_WRITTEN)])
    asked: list[AnyPolicy | None] = list(policies) if policies else [None]
    found: list[Cell] = []
    for patch in patches:
        patched = _patched(scenario, patch)
        for policy in asked:
            chosen = policy if policy is not None else patch.policy
            name = patch.name
            if policies and not variants:
                name = called(policies[len(found)])
            elif policies and len(policies) > 1:
                name = f"{patch.name}/{called(policy or '')}"
            found.append(Cell(name, patched, chosen, patch))
    names = [cell.name for cell in found]
    for name in names:
        if names.count(name) > 1:
            raise input_error(
                _("must differ in their names (got {value} twice)").format(value=shown(name)),
                path="variants and policies",
            )
    return found


def _patched(scenario: Scenario, patch: Variant) -> Scenario:
    if not patch.overrides and not patch.topology:
        return scenario
    if scenario.path is None:
        raise input_error(_("needs a scenario that was loaded from a file"), path=f"variant {patch.name}")
    try:
        return load(scenario.path, {**scenario.overrides, **patch.overrides}, patch.topology)
    except InputError as error:
        raise InputError(map(patch.placed, error.problems)) from None
