"""The three questions of a planner, asked of many runs: which is better, how many, which assumption matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.ensemble.analysis import Effort, Sensitivity, analyse
from sim.ensemble.factors import factors, settings
from sim.ensemble.fill import ensemble
from sim.ensemble.paired import Cell, Comparison, Floats, compare_cells, together, untold
from sim.ensemble.sizing import Sizing, overrides, places, sizing
from sim.ensemble.variants import Variant, called
from sim.errors import input_error
from sim.language import _
from sim.parameters import hint, one_of
from sim.scenario import Scenario
from sim.vocabulary import KPIS

KPIS_ASKED: Final = ("station_outage_h", "user_outage_h", "stations_out_peak", "site_visits")
"""Figures that are compared where nobody names others."""


@dataclass(frozen=True)
class Playing:
    """How runs are played: policy (None: the scenario's own), seeds, worker processes, the store's directory."""

    seeds: int | Sequence[int] = 100
    policy: str | None = None
    workers: int | None = None
    out: str | Path | None = None
    progress: Callable[..., None] | None = None
    play: Callable[..., Any] | None = None
    """What plays an ensemble; None: `sim.ensemble.ensemble`."""
    failures: list[str] = field(default_factory=list)
    """Variants in which runs failed, a line each, as they are met."""


def check_kpis(names: Sequence[str]) -> list[str]:
    """The names, if all are of the catalogue; raises `InputError`."""
    if isinstance(names, str):
        raise input_error(_("must be a list of names"), path="kpis")
    for name in names:
        if name not in KPIS:
            raise input_error(_("must be of the KPI catalogue{hint}").format(hint=hint(name, KPIS)), file="--kpi")
    return list(dict.fromkeys(names))


def compare(
    ensembles: Sequence[Any], kpis: Sequence[str] | None = None, against: str = "", *, broken: bool = False
) -> Comparison:
    """The variants of one or several ensembles side by side, paired by seed.

    Where two ensembles have a variant of one name, the later one's get the ensemble's number before it. `broken`:
    also variants of which all runs failed. Raises `InputError`.
    """
    asked = check_kpis(kpis or KPIS_ASKED)
    cells: list[Cell] = []
    if not isinstance(ensembles, list | tuple):
        raise input_error(_("must be a list of ensembles, such as [many]"), path="ensembles")
    for number, many in enumerate(ensembles, start=1):
        for name in many.variants:
            if not broken:
                _check_any(many, name)
            taken = any(cell.name == name for cell in cells)
            cells.append(_cell(many, name, f"{number}/{name}" if taken else name))
    try:
        return compare_cells(cells, asked, against)
    except ValueError as error:
        raise input_error(str(error), file="--against" if "variant '" in str(error) else "") from None


def _check_any(many: Any, name: str) -> None:
    """Whether any run of a variant came to its end; raises `InputError` with the first failure."""
    failures = many.failures(name)
    if failures and len(failures) == len(many.seeds):
        seed, error = failures[0]
        said = _("all {count} runs of it failed, with seed {seed}: {error}")
        raise input_error(said.format(count=len(failures), seed=seed, error=error), path=f"variant {name}")


def _cell(many: Any, name: str, shown: str) -> Cell:
    def values(kpi: str) -> Floats:
        return np.asarray(many.values(name, kpi), dtype=np.float64)

    def held(target: str | None) -> Floats:
        return np.asarray(many.held(name, target), dtype=np.float64)

    known = str(getattr(getattr(many, "asked", many), "scenario_hash", ""))
    return Cell(shown, known, tuple(many.seeds), values, held, tuple(many.targets(name)))


def size(
    scenario: Scenario,
    resource: str,
    span: tuple[int, int],
    probability: float = 0.9,
    targets: Sequence[str] = (),
    how: Playing | None = None,
) -> Sizing:
    """The smallest number of a resource, within a span, with which targets (none named: all of the plan) hold.

    `resource` is a path such as `resources.depots.horqin.crews`; with `*` the number is a total shared out over the
    places in proportion to what is there now. The same seeds are played for each number. Raises `InputError`.
    """
    how = how or Playing()
    present = places(scenario.resolved(), resource)
    wanted = _targets(scenario, targets)

    def held(number: int) -> Floats:
        cell = f"{resource}={number}{'' if how.policy is None else f', {called(how.policy)}'}"
        many = play_variants(scenario, [(cell, overrides(present, number))], how)
        columns = [many.held(cell, target)[rows_asked(many, how)] for target in wanted]
        doubtful.append(untold(columns))
        return together(columns)

    doubtful: list[int] = []
    found = sizing(held, span, probability, resource, wanted)
    return replace(found, untold=max(doubtful))


def _targets(scenario: Scenario, asked: Sequence[str]) -> list[str]:
    known = [target.id for target in scenario.spec.plan.targets]
    if not known:
        raise input_error(_("has no targets in its plan, so nothing can hold"), file=scenario.path or "")
    for name in asked:
        if name not in known:
            raise input_error(
                _("must be {choices}{hint}").format(choices=one_of(known), hint=hint(name, known)), file="--target"
            )
    return list(dict.fromkeys(asked)) or known


def sensitivity(
    scenario: Scenario,
    kpis: Sequence[str] | None = None,
    effort: Effort | None = None,
    how: Playing | None = None,
) -> Sensitivity:
    """Which assumptions with a range in the scenario's `assumptions:` move which KPI. Raises `InputError`."""
    how, effort = how or Playing(seeds=20), effort or Effort()
    asked = check_kpis(kpis or KPIS_ASKED)
    moved = factors(scenario.spec)[0]
    if not moved:
        message = _("has no assumption with a range to move (see assumptions: in the scenario)")
        raise input_error(message, file=scenario.path or "")

    def evaluate(points: Floats) -> Floats:
        variants = [_named(settings(moved, row.tolist())) for row in points]
        many = play_variants(scenario, list(dict(variants).items()), how)
        rows = rows_asked(many, how)
        return np.array([[_mean(many.values(name, kpi)[rows]) for kpi in asked] for name, _ in variants])

    return analyse(evaluate, moved, asked, effort)


def rows_asked(many: Any, how: Playing) -> list[int]:
    """Rows of the seeds that were asked for: a store may hold more."""
    wanted = range(1, how.seeds + 1) if isinstance(how.seeds, int) else how.seeds
    place = {seed: row for row, seed in enumerate(many.seeds)}
    return [place[seed] for seed in wanted]


def _mean(values: Floats) -> float:
    """The mean over the seeds; NaN where a run failed or has no such figure, as others' luck must not stand in."""
    return float(np.mean(values)) if len(values) else float("nan")


def digest_of(values: Mapping[str, str]) -> str:
    """Twelve hexadecimal digits that tell overrides apart, the same in every session."""
    text = "\n".join(f"{key}={values[key]}" for key in sorted(values))
    return blake2b(text.encode(), digest_size=6).hexdigest()


def _named(values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """A point of the design with a name that it has in every session, so that a store finds it again."""
    return (f"p{digest_of(values)}" if values else "as_written"), dict(values)


def play_variants(scenario: Scenario, variants: Sequence[tuple[str, Mapping[str, str]]], how: Playing) -> Any:
    """The ensemble of variants, each a name and its overrides; failures go to `how`. Raises `InputError`."""
    many = (how.play or ensemble)(
        scenario,
        seeds=how.seeds,
        policies=None if how.policy is None else [how.policy],
        variants=[Variant(name, dict(values)) for name, values in variants],
        workers=how.workers,
        out=how.out,
        progress=how.progress,
    )
    for cell, _run in variants:
        if errors := many.failures(cell):
            told = f"{cell}: {len(errors)} run(s) failed and are left out, the first with seed {errors[0][0]}"
            how.failures.append(f"{told}: {errors[0][1]}")
    return many
