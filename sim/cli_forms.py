"""What `drill report --forms` does: the planner's prescribed forms of a run, and the templates they are made on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim import console
from sim.errors import input_error
from sim.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.results import Run


def check_templates(templates: Path | None) -> None:
    """Whether the user's folder of templates is one. Raises `InputError`."""
    if templates is not None:
        from sim.forms.template import check_folder

        check_folder(templates)


def write_forms(run: Run, target: Path, at_h: Sequence[float], templates: Path | None, *, redact: bool) -> None:
    """Make every form and write the folder. Raises `InputError`."""
    from sim.forms.write import Wanted, write_forms

    console.progress(_("filling the forms"))
    names = write_forms(run, target, Wanted(tuple(at_h), templates, redact))
    _tell(target, names)
    if not any(name.startswith(_("05_daily_report")) for name in names):
        console.out(_("No daily report: the drill has no stations to report on."))


def check_target(run_folder: Path, target: Path, *, force: bool) -> None:
    """Whether forms may be written there: not for an ensemble, not over somebody's work. Raises `InputError`."""
    from sim.forms.write import check_target

    if (run_folder / "ensemble.json").is_file():
        raise input_error(_("go with a run, not with an ensemble"), file="--forms")
    check_target(target, force=force)


def write_templates(target: Path) -> None:
    """Write the shipped templates out. Raises `InputError`."""
    from sim.forms.write import write_templates

    _tell(target, write_templates(target))


def _tell(target: Path, names: Sequence[str]) -> None:
    console.out(_("Written to {folder}:").format(folder=target))
    for name in names:
        console.out(f"  {name}")
