"""The commands `compare`, `size` and `sensitivity`: answers from many runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim import console
from sim.cli_ensemble import Counter, check_policy, failures_of
from sim.errors import InputError, input_error
from sim.language import _, chosen
from sim.reasons import of_system

if TYPE_CHECKING:
    from sim.ensemble.answers import Playing
    from sim.ensemble.paired import Comparison

_Path = Annotated[str, typer.Argument(metavar="PATH", help="A scenario file, or the name of a shipped one.")]
_Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where runs and answer go; what it holds is kept.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Kpi = Annotated[str, typer.Option("--kpi", metavar="NAME,...", help="Names of the KPI catalogue.")]
_Workers = Annotated[int | None, typer.Option("--workers", min=1, max=512, metavar="K", help="Worker processes.")]
_Seeds = Annotated[int, typer.Option("-n", min=1, max=1_000_000, metavar="N", help="Seeds 1 to N.")]
_Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a value by its path in the file; may be repeated."),
]
_Policy = Annotated[str | None, typer.Option("--policy", metavar="NAME", help="Who goes where next.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (compare, size, sensitivity):
        app.command()(command)


def _tell_failures(how: Playing) -> None:
    for line in dict.fromkeys(how.failures):
        console.err(f"drill: {line}")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _write(folder: Path, name: str, value: Any) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise input_error(_("cannot be written: {reason}").format(reason=of_system(error)), file=folder) from None
    from sim.ensemble.asked import write_text

    write_text(folder / name, json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def compare(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Ensemble directories.")],
    kpi: _Kpi = "",
    against: Annotated[str, typer.Option("--against", metavar="NAME", help="The variant to hold others against.")] = "",
    as_json: _Json = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write compare.json and a figure.")] = None,
) -> None:
    """Compare variants side by side, paired by seed, with 95 % intervals."""
    from sim.ensemble.answers import check_kpis
    from sim.ensemble.answers import compare as answer

    asked = check_kpis(_names(kpi)) or None
    room = import_module("sim.ensemble")
    try:
        ensembles = [room.open_ensemble(folder) for folder in folders]
        found = answer(ensembles, asked, against)
    except InputError as error:
        if len(error.problems) == 1 and not error.problems[0].file:
            raise input_error(error.problems[0].message, file=", ".join(map(str, folders))) from None
        raise
    if not any(one.pairs for one in found.differences):
        told = ", ".join(map(str, folders))
        raise input_error(_("holds no seed that is done under two variants; finish `drill ensemble` first"), file=told)
    for many in ensembles:
        for line in failures_of(many):
            console.err(line)
    if out is not None:
        from sim.report.answer_figures import save_answers

        _write(out, "compare.json", found.to_json())
        save_answers(found, out / "figures")
    console.out(json.dumps(found.to_json(), ensure_ascii=False, indent=1) if as_json else compared_text(found))


def compared_text(found: Comparison) -> str:
    """Table, sentences, targets and notes of a comparison."""
    from sim.ensemble.paired import amount
    from sim.phrases import labelled

    heads = (
        _("kpi"), _("variant"), _("mean"), found.against, _("difference"), *_sure(), _("pairs"),
        _("variance /"),
    )  # fmt: skip
    rows = [list(heads)]
    for one in found.differences:
        figures = [amount(value, one.kpi) for value in (*one.means, one.mean, one.low, one.high)]
        rows.append([labelled(one.kpi), one.variant, *figures, str(one.pairs), _or_dash(one.reduction, ".3g")])
    held = [
        [
            _("target"),
            _("variant"),
            _("held in"),
            _("95 % from"),
            _("95 % to"),
            _("runs played"),
        ]
    ]
    for kept in found.promises:
        shares = [_or_dash(share, ".1%") for share in (kept.share, kept.low, kept.high)]
        held.append([kept.target or _("all targets"), kept.variant, *shares, str(kept.runs)])
    said = _("Against {variant}, {count} common seeds").format(variant=found.against, count=len(found.seeds))
    parts = [said, console.table(rows)]
    parts += ["\n".join(found.sentences())]
    parts += [console.table(held)] if len(held) > 1 else []
    parts += ["\n".join(_notes(found.notes))] if found.notes else []
    return "\n\n".join(parts)


def _notes(notes: Sequence[str]) -> list[str]:
    return [_("Note: {note}").format(note=note) for note in notes]


def _sure() -> tuple[str, str]:
    """Heads of the two ends of a 95 % interval."""
    return _("95 % from"), _("95 % to")


def _or_dash(value: float, form: str) -> str:
    return "–" if isnan(value) else format(value, form)


def size(  # noqa: PLR0917 (typer's options)
    path: _Path,
    resource: Annotated[str, typer.Option("--resource", metavar="PLACE", help="Such as resources.depots.*.crews.")],
    first: Annotated[int, typer.Option("--from", metavar="A", help="The first number.")],
    last: Annotated[int, typer.Option("--to", metavar="B", help="The last number.")],
    out: _Out,
    probability: Annotated[float, typer.Option("--probability", help="How often the targets must hold.")] = 0.9,
    target: Annotated[str, typer.Option("--target", metavar="ID,...", help="Targets.  [default: all]")] = "",
    seeds: _Seeds = 100,
    policy: _Policy = None,
    set_: _Set = None,
    workers: _Workers = None,
    as_json: _Json = False,
) -> None:
    """Find the smallest number of a resource with which the targets hold often enough."""
    from sim.ensemble.answers import Playing
    from sim.ensemble.answers import size as answer
    from sim.loading import load
    from sim.parameters import pairs

    scenario = load(path, pairs(set_ or []))
    check_policy(policy)
    with Counter() as counter:
        how = Playing(seeds, policy, workers, out, counter)
        found = answer(scenario, resource, (first, last), probability, _names(target), how)
    _tell_failures(how)
    from sim.report.answer_figures import save_answers

    _write(out, "sizing.json", found.to_json())
    save_answers(found, out / "figures", chosen(scenario.spec.title.en, scenario.spec.title.zh) or scenario.name)
    if as_json:
        console.out(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
        return
    rows = [
        [
            _("number tried"),
            _("held in"),
            _("95 % from"),
            _("95 % to"),
            _("runs played"),
            _("undefined"),
        ]
    ]
    for point in found.points:
        shares = [_or_dash(share, ".1%") for share in (point.share, point.low, point.high)]
        rows.append([str(point.number), *shares, str(point.runs), str(point.undefined)])
    console.out("\n".join([console.table(rows), "", *found.sentences(), console.written_to(out)]))


def sensitivity(  # noqa: PLR0917 (typer's options)
    path: _Path,
    out: _Out,
    seeds: _Seeds = 20,
    kpi: _Kpi = "",
    trajectories: Annotated[int, typer.Option("--trajectories", metavar="R", help="Walks of the screening.")] = 10,
    base: Annotated[int, typer.Option("--sobol", metavar="N", help="Base sample of the indices; 0: none.")] = 32,
    policy: _Policy = None,
    set_: _Set = None,
    workers: _Workers = None,
    as_json: _Json = False,
) -> None:
    """Find which assumptions of a scenario move which KPI."""
    from sim.ensemble.analysis import Effort
    from sim.ensemble.answers import Playing
    from sim.ensemble.answers import sensitivity as answer
    from sim.loading import load
    from sim.parameters import pairs

    scenario = load(path, pairs(set_ or []))
    effort = Effort(trajectories, base)
    check_policy(policy)
    with Counter() as counter:
        how = Playing(seeds, policy, workers, out, counter)
        found = answer(scenario, _names(kpi), effort, how)
    _tell_failures(how)
    from sim.report.answer_figures import save_answers

    _write(out, "sensitivity.json", found.to_json())
    save_answers(found, out / "figures", chosen(scenario.spec.title.en, scenario.spec.title.zh) or scenario.name)
    if as_json:
        console.out(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
        return
    console.out("\n".join([*found.sentences(), *_notes(found.notes), console.written_to(out)]))
