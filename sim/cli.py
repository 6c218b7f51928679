"""The command `drill`: a function for every verb.

What a verb needs is imported by the verb, so that help and checks come quickly.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sim import (
    cli_alert,
    cli_answers,
    cli_ensemble,
    cli_help,
    cli_levers,
    cli_look,
    cli_replay,
    cli_script,
    cli_topology,
    cli_usage,
    console,
    interrupts,
    oldconsole,
)
from sim.errors import InputError, Problem, input_error, one_line
from sim.language import _, chosen, of_environment, speaking

if TYPE_CHECKING:
    from sim.results import Run
    from sim.scenario import Scenario

DONE, MISSED, BAD_INPUT, BUG, SIGNALLED, INTERRUPTED = 0, 1, 2, 3, 128, 130
"""Exit codes; a request to stop by a signal gives 128 and the signal's number, from the keyboard 130."""

app = typer.Typer(
    help="Plays emergency-communications drills: what fails, who goes where, what came back, and when.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_Path = Annotated[str, typer.Argument(metavar="PATH", help="A scenario file, or the name of a shipped one.")]
_Seed = Annotated[int, typer.Option("--seed", min=0, max=2**53, help="Another seed, another luck.")]
_Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a value by its path in the file; may be repeated."),
]

_Force = Annotated[
    bool, typer.Option("--force", help="Replace DIR even if it holds edited files, others, or another run.")
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives back its exit code. Never raises, never shows a traceback without `--debug`.

    `--debug` and `--lang` may stand anywhere: they are taken out before a command sees its words.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    system = of_environment(os.environ)
    try:
        with speaking(system):
            language, given = console.asked_language(given)
    except InputError as error:
        console.err(str(error))
        return BAD_INPUT
    with speaking(language or system):
        return _main(given)


def _main(given: list[str]) -> int:
    debug = "--debug" in given
    with interrupts.Watch() as watch:
        failed: Exception | None = None
        code: int = DONE
        try:
            oldconsole.be_lenient()
            words = [word for word in given if word != "--debug"]
            code = cli_help.program(app)(words, prog_name="drill", standalone_mode=False) or DONE
        except (console.Closed, BrokenPipeError, SystemExit):  # the last is typer's own way with a broken pipe
            console.hang_up()
        except (KeyboardInterrupt, typer.Abort):
            code = INTERRUPTED
        except Exception as error:  # noqa: BLE001 (the last one to see it)
            failed = error
        finally:
            watch.close()
        if watch.signum:  # whatever came of it on the way here
            failed, code = None, SIGNALLED + watch.signum
        if failed is not None:
            return _failed(failed, debug=debug)
        if code > SIGNALLED:
            console.err(_("drill: interrupted"))
        return code


def _failed(error: Exception, *, debug: bool) -> int:
    if isinstance(error, InputError):
        console.err(str(error))
        return BAD_INPUT
    if hasattr(error, "format_message"):  # a wrong command line, as typer sees it
        console.err(cli_usage.usage(error))
        return BAD_INPUT
    if debug:
        console.err("".join(traceback.format_exception(error)).rstrip())
    told = one_line(f"{type(error).__name__}: {error}", 300)
    aside = "" if debug else _("; --debug shows where")
    said = _("drill: a bug, please report it with the command and the scenario (see CONTRIBUTING.md): {error}{aside}")
    console.err(said.format(error=told, aside=aside))
    return BUG


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            console.out(f"drill {version('drillsim')}")
        except PackageNotFoundError:
            console.out(_("drill, not installed"))
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and leave."),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where a bug happened.")] = False,
    lang: Annotated[
        str,
        typer.Option("--lang", metavar="en|zh", help="English or Chinese, anywhere.  [default: the system's]"),
    ] = "",
) -> None:
    """Options of all commands; `--debug` and `--lang` are taken out by `main`."""


# Before a run


@app.command("list")
def list_() -> None:
    """List the scenarios in ./scenarios, else those shipped."""
    from sim.loading import shipped_scenarios
    from sim.yamlfile import read_yaml

    rows: list[list[str]] = []
    problems: list[Problem] = []
    for file in shipped_scenarios():
        try:
            data = read_yaml(file).data
        except InputError as error:
            problems += error.problems
            continue
        titles = data.get("title") if isinstance(data, dict) else None
        texts = {key: str(text) for key, text in titles.items()} if isinstance(titles, dict) else {}
        rows.append([file.stem, chosen(texts.get("en", ""), texts.get("zh", "")) or str(titles or "")])
    if rows:
        console.out(console.table(rows))
    if problems:
        raise InputError(problems)


@app.command()
def check(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Scenarios and topologies.")],
    contingency: Annotated[
        int | None,
        typer.Option("--contingency", min=1, max=2, help="List the failures that break a topology: 1, or 2."),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=0, metavar="N", help="Rows of a contingency table.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print all contingencies as JSON.")] = False,
) -> None:
    """Check scenarios and topologies; every problem is one line, FILE:LINE: path message."""
    problems: list[Problem] = []
    if contingency is None and as_json:
        raise input_error(_("must go with --contingency"), file="--json")
    for path in paths:
        try:
            if contingency is None:
                console.out(_checked(path))
            else:
                console.contingencies(path, 1 if contingency == 1 else 2, most, as_json=as_json)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def _checked(path: str) -> str:
    from sim.loading import find_file, is_scenario, load
    from sim.yamlfile import read_yaml

    file = find_file(path, "topologies" if Path(path).parent.name == "topologies" else "scenarios")
    if is_scenario(read_yaml(file)):
        scenario = load(file)
        _warn(scenario)
        said = _("OK {path}: scenario {name}, {hours} h, {size}")
        hours = f"{scenario.horizon_h:g}"
        return said.format(path=path, name=scenario.name, hours=hours, size=console.size(scenario.topology))
    from sim.topology import assumptions, load_topology

    topology = load_topology(file)
    guesses = len(assumptions(topology))
    told = _(" ({count} guesses, see drill topology show)").format(count=guesses) if guesses else ""
    said = _("OK {path}: topology {name}, {size}")
    return said.format(path=path, name=topology.name, size=console.size(topology)) + told


def _warn(scenario: Scenario) -> None:
    for warning in scenario.warnings:
        console.err(str(warning))


@app.command()
def schema(of: Annotated[Literal["scenario", "topology"], typer.Argument()] = "scenario") -> None:
    """Print the JSON Schema of scenario or topology files."""
    if of == "scenario":
        from sim.schema import scenario_schema as made
    else:
        from sim.topology import topology_schema as made
    console.out(_json(made()))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _load(path: str, values: list[str] | None) -> Scenario:
    from sim.loading import load
    from sim.parameters import pairs

    return load(path, pairs(values or []))


cli_script.register(app)

# Runs


@app.command()
def run(  # noqa: PLR0917 (typer's options)
    path: _Path,
    seed: _Seed = 1,
    policy: Annotated[str | None, typer.Option("--policy", metavar="NAME", help="Who goes where next.")] = None,
    set_: _Set = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Run directory.  [default: runs/NAME-SEED, and more if changed]"),
    ] = None,
    force: _Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print scorecard.json and nothing else.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 if a target was missed.")] = False,
    bound: Annotated[bool, typer.Option("--bound", help="Say how few station-hours any policy could lose.")] = False,
) -> None:
    """Play a scenario once, write its run directory and print the scorecard."""
    if bound and as_json:
        raise input_error(_("goes without --json"), file="--bound")
    scenario = _load(path, set_)
    _check_policy(policy)
    _warn(scenario)
    from sim.folders import check_free
    from sim.results import simulate
    from sim.results.folder import RUN, check_same

    folder = out or Path("runs") / console.run_name(scenario, seed, policy)
    check_free(folder, RUN, force=force)
    if not force:
        check_same(folder, {"scenario": scenario.name, "seed": seed, "policy": policy or scenario.spec.policy})
    said = _("playing {name}, {hours} h, seed {seed}")
    console.progress(said.format(name=scenario.name, hours=f"{scenario.horizon_h:g}", seed=seed))
    played = simulate(scenario, seed=seed, policy=policy)
    console.progress(_("writing figures and tables"))
    played.write(folder, _draw, force=force)
    card = played.scorecard_data
    if as_json:
        console.out((folder / "scorecard.json").read_text(encoding="utf-8").rstrip())
    else:
        from sim.report.terminal import scorecard_text

        told = f"\n{_bound(scenario, played)}" if bound else ""
        text = scorecard_text(card, console.width(), colour=console.colour())
        console.out(f"{text}{told}\n{console.written_to(folder)}")
    if strict and card.missed:
        raise typer.Exit(MISSED)


def _bound(scenario: Scenario, played: Run) -> str:
    from sim.bound import lower_bound

    console.progress(_("bounding what any policy could lose"))
    return lower_bound(scenario, played.seed).sentence(float(played.kpi_values["station_outage_h"]))


def _check_policy(name: str | None) -> None:
    from sim.parameters import hint, one_of
    from sim.references import policy_names

    known = policy_names()
    if name is not None and name not in known:
        raise input_error(
            _("must be {choices}{hint}").format(choices=one_of(known), hint=hint(name, known)), file="--policy"
        )


def _draw(played: Run, folder: Path) -> None:
    from sim.report.figures import draw_figures

    draw_figures(played, folder / "figures")


cli_topology.register(app)

# From papers of others

cli_alert.register(app)

# Many runs

cli_ensemble.register(app)
cli_answers.register(app)
cli_levers.register(app)

# Looking at what was played

cli_look.register(app)
cli_replay.register(app)


def help_texts() -> Iterator[str]:
    """All that the help of the commands says, for the catalogue."""
    return cli_help.texts(app)
