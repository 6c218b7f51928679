"""All forms of a run, made and written as one folder that appears whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from sim.errors import input_error
from sim.folders import Sort, check_free, strangers, whole
from sim.forms import template
from sim.forms.daily import daily_form
from sim.forms.evaluation import evaluation_form
from sim.forms.parts import Form
from sim.forms.plan import plan_form, title_lines
from sim.forms.redact import redacted
from sim.forms.script import script_form
from sim.forms.sheets import xlsx_bytes
from sim.forms.summary import summary_form
from sim.forms.word import docx_bytes
from sim.language import _, marked, spoken
from sim.page.telling import Telling
from sim.results import Run
from sim.sheetfile import check_office

MARK: Final = "forms.json"
_SORT: Final = "drillsim forms"


@dataclass(frozen=True)
class Wanted:
    """What is asked for: hours of the daily report (none: every cut-off), the user's templates, names or none."""

    at_h: Sequence[float] = ()
    templates: Path | None = None
    redact: bool = False


def forms(telling: Telling, at_h: Sequence[float] = ()) -> list[Form]:
    """Every form that the run has something for, in the order of their numbers."""
    made = [plan_form(telling), script_form(telling), evaluation_form(telling), summary_form(telling)]
    daily = daily_form(telling, at_h)
    return sorted([*made, *([daily] if daily is not None else [])], key=lambda form: form.name)


def files_of(run: Run, wanted: Wanted) -> dict[str, bytes]:
    """Name → bytes of every file, the mark last; the same run gives the same bytes. Raises `InputError`."""
    if wanted.redact:
        run = redacted(run)
    telling = Telling(run, tuple(wanted.at_h))
    at = run.spec.start.replace(tzinfo=None)
    drill = title_lines(telling)[0]
    found = dict(file for form in forms(telling, wanted.at_h) for file in _files(form, wanted.templates, drill, at))
    return {**found, MARK: _mark(run, wanted, found)}


def _files(form: Form, folder: Path | None, drill: str, at: datetime) -> Iterator[tuple[str, bytes]]:
    yield f"{form.name}.docx", docx_bytes(form, template.content(f"{form.template}.docx", folder), drill, at)
    if form.sheets:
        yield f"{form.name}.xlsx", xlsx_bytes(form, template.content(f"{form.template}.xlsx", folder), at)


def _mark(run: Run, wanted: Wanted, found: dict[str, bytes]) -> bytes:
    about = {
        "sort": _SORT,
        "scenario": run.scenario,
        "seed": run.seed,
        "log_digest": run.log_digest,
        "version": run.version,
        "language": spoken(),
        "redacted": wanted.redact,
        "files": {name: sha256(content).hexdigest() for name, content in found.items()},
    }
    return (json.dumps(about, ensure_ascii=False, indent=2) + "\n").encode()


def check_target(folder: Path, *, force: bool = False) -> None:
    """Whether the folder may be written. Raises `InputError`."""
    check_office("docx", "openpyxl", what="--forms")
    check_free(folder, _FORMS, force=force)


def _foreign(folder: Path) -> str:
    """Files that the program did not write, or that somebody filled in since."""
    try:
        known = json.loads((folder / MARK).read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError):
        known = {}
    names = known if isinstance(known, dict) else {}
    others = strangers(folder, lambda name: name == MARK or name in names)
    changed = [
        name
        for name, digest in names.items()
        if (folder / name).is_file() and sha256((folder / name).read_bytes()).hexdigest() != digest
    ]
    found = [*others, *changed]
    if not found:
        return ""
    return _("holds files that were added or filled in since: {files}").format(files=", ".join(found[:3]))


_FORMS: Final = Sort(marked("a folder of forms"), MARK, _foreign, "--forms")


def write_forms(run: Run, folder: Path, wanted: Wanted) -> list[str]:
    """Write every form into the folder; gives back the names of the files. Raises `InputError`."""
    found = files_of(run, wanted)
    with whole(folder) as place:
        for name, content in found.items():
            (place / name).write_bytes(content)
    return list(found)


def write_templates(folder: Path) -> list[str]:
    """Write the shipped templates into an empty or new folder. Raises `InputError`."""
    if folder.is_dir() and any(folder.iterdir()):
        raise input_error(_("is not empty, and templates there may have been changed"), file=folder)
    check_free(folder, _FORMS)
    with whole(folder) as place:
        for name in template.names():
            (place / name).write_bytes((template.SHIPPED / name).read_bytes())
    return template.names()
