"""The command `ensemble`: many runs, kept as they come, completed by the same command."""

from __future__ import annotations

import sys
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from sim import console
from sim.errors import input_error
from sim.language import _, spoken
from sim.textwidth import columns

if TYPE_CHECKING:
    from sim.ensemble import Ensemble
    from sim.ensemble.fill import Progress

_FAILED = 3
_MINUTE_S, _HOUR_S = 60, 3600


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(ensemble)


def ensemble(  # noqa: PLR0917 (typer's options)
    path: Annotated[str, typer.Argument(metavar="PATH", help="A scenario file, or the name of a shipped one.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where runs are kept; what it holds is completed.")],
    seeds: Annotated[int, typer.Option("-n", min=1, max=1_000_000, metavar="N", help="Seeds 1 to N.")] = 100,
    policy: Annotated[str, typer.Option("--policy", metavar="NAME,...", help="Who goes where next.")] = "",
    variant: Annotated[
        list[Path] | None, typer.Option("--variant", metavar="FILE", help="A patch; may be repeated.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=512, metavar="K", help="Processes.  [default: one a core]")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="A Dask scheduler, such as tcp://host:8786.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a value by its path in the file; may be repeated."),
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Play runs that failed once more.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json and nothing else.")] = False,
) -> None:
    """Play many seeds, under several policies and variants; the same command completes what is missing."""
    from importlib import import_module

    from sim.loading import load
    from sim.parameters import pairs

    room = import_module("sim.ensemble")
    scenario = load(path, pairs(set_ or {}))
    for warning in scenario.warnings:
        console.err(str(warning))
    variants = [room.read_variant(file) for file in variant or ()]
    with Counter() as counter:
        found: Ensemble = room.ensemble(
            scenario, seeds, policies=policies_of(policy), variants=variants or None, workers=workers,
            scheduler=scheduler, out=out, progress=counter, retry_failed=retry_failed,
        )  # fmt: skip
    console.progress(_("drawing figures"))
    from sim.report.answer_figures import draw_ensemble

    draw_ensemble(found, scenario.spec, out / "figures")
    _tell(found, as_json=as_json)


def policies_of(text: str) -> list[str] | None:
    """Names of policies from a list with commas; None for none. Raises `InputError`."""
    from sim.parameters import hint, one_of
    from sim.references import policy_names

    names = [name.strip() for name in text.split(",") if name.strip()]
    known = policy_names()
    for name in names:
        if name not in known:
            raise input_error(
                _("must be {choices}{hint}").format(choices=one_of(known), hint=hint(name, known)), file="--policy"
            )
    if len(set(names)) < len(names):
        raise input_error(_("must differ (got {value})").format(value=text), file="--policy")
    return names or None


def check_policy(name: str | None) -> None:
    """One name or none. Raises `InputError`."""
    if name is not None and policies_of(name) != [name]:
        raise input_error(_("must be one policy (got {value})").format(value=name), file="--policy")


class Counter:
    """Runs done and time left, in one line of a terminal; silent in a pipe."""

    def __init__(self) -> None:
        self._shown = 0
        self._live = sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if self._shown:
            self._write("\n")
        if kind is KeyboardInterrupt:
            console.err(_("drill: what is done is kept; the same command plays the rest"))

    def __call__(self, now: Progress) -> None:
        """Show how far it is."""
        if self._live:
            failed = _(", {count} failed").format(count=now.failed) if now.failed else ""
            said = _("drill: {done} of {total} runs{failed}, {left} left")
            text = said.format(done=now.done, total=now.total, failed=failed, left=_duration(now.left_s))
            self._write(f"\r{text}{' ' * (self._shown - columns(text))}")
            self._shown = columns(text)

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


def _duration(seconds: float) -> str:
    if seconds < _MINUTE_S:
        return _("{count} s").format(count=f"{seconds:.0f}")
    if seconds < 2 * _HOUR_S:
        return _("{minutes} min").format(minutes=f"{seconds / _MINUTE_S:.0f}")
    return _("{hours} h").format(hours=f"{seconds / _HOUR_S:.1f}")


def _tell(found: Ensemble, *, as_json: bool) -> None:
    """The table, what failed, and where everything is."""
    from sim.policies.words import policy_told

    summary = found.summary
    failed = {name: found.failures(name) for name in found.variants}
    if as_json:
        console.out((found.folder / "summary.json").read_text(encoding="utf-8").rstrip())
    else:
        console.out(console.table(_rows(summary)))
        one, many = _("{count} seed of {scenario}. {written}"), _("{count} seeds of {scenario}. {written}")
        said, written = one if len(found.seeds) == 1 else many, console.written_to(found.folder)
        policies = dict.fromkeys(policy_told(cell.policy) for cell in found.asked.cells)
        console.out(_("Policies: {names}").format(names=_(", ").join(policies)))
        console.out(said.format(count=len(found.seeds), scenario=found.asked.scenario, written=written))
    for line in failures_of(found):
        console.err(line)
    if all(len(errors) == len(found.seeds) for errors in failed.values()):
        raise typer.Exit(_FAILED)


def failures_of(found: Ensemble) -> list[str]:
    """A line for every variant in which runs failed."""
    lines = []
    for name in found.variants:
        if errors := found.failures(name):
            seeds = ", ".join(str(seed) for seed, _why in errors[:5])
            more = _(" and {count} more").format(count=len(errors) - 5) if len(errors) > 5 else ""
            one, many = _("{count} run failed (seed {seeds})"), _("{count} runs failed (seeds {seeds})")
            told = (one if len(errors) == 1 else many).format(count=len(errors), seeds=f"{seeds}{more}")
            lines.append(f"drill: {name}: {told}: {errors[0][1]}")
    return lines


_WITHOUT_TARGETS = ("station_outage_h", "user_outage_h", "stations_out_cumulative", "site_visits")


def _rows(summary: dict[str, Any]) -> list[list[str]]:
    """A line a target and variant; the main figures where there are no targets."""
    from sim.phrases import labelled

    heads = (_("figure"), _("variant"), _("median"), "P10", "P90", _("unit"), _("target"), _("met in"))
    rows = [list(heads)]
    for variant, found in summary["variants"].items():
        targets = [line for line in found["lines"] if line["target"] is not None]
        for line in targets:
            sign = "≤" if line["comparison"] == "at_most" else "≥"
            met = line["met"]
            of = _("{share} of {count}").format(share=f"{met['share'] or 0:.0%}", count=met["of"])
            name = " ".join(part for part in (line["id"], labelled(line["kpi"])) if part)
            bound = f"{sign} {line['target']:g}"
            rows.append([name, variant, *_middle(line), _unit(line), bound, "–" if met["share"] is None else of])
        if not targets:
            rows += [
                [labelled(kpi), variant, *_middle(found["kpis"][kpi]), _unit(found["kpis"][kpi]), "", ""]
                for kpi in _WITHOUT_TARGETS
            ]
    return rows


def _unit(line: dict[str, Any]) -> str:
    from sim.phrases import unit_of

    unit = str(line["unit"])
    if spoken() == "en":
        return unit
    return _("share") if unit == "share" else unit_of(unit) or unit


def _middle(values: dict[str, Any]) -> list[str]:
    return [_short(values[name]) for name in ("p50", "p10", "p90")]


def _short(value: float | None) -> str:
    if value is None or not isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
