"""Templates of the forms: those shipped, or same-named ones of the user's, opened only after a look inside."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sim.errors import InputError, Problem, input_error, one_line
from sim.forms.suspect import ACTIVE, is_xml, wrong_in
from sim.language import _
from sim.reasons import of_reader, of_system

SHIPPED: Final = Path(__file__).parent / "templates"
LARGEST: Final = 20_000_000
"""Bytes of a template, and of what is in it once unpacked."""
_PARTS: Final = 2_000
_MAIN: Final = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
_OFFICE: Final = (
    ".docx", ".docm", ".dotx", ".dotm", ".doc", ".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".odt", ".ods",
    ".wps", ".et",
)  # fmt: skip
"""Endings of files that somebody may have meant for a template."""


def names() -> list[str]:
    """Names of all templates."""
    return sorted(path.name for path in SHIPPED.iterdir() if path.suffix in _MAIN)


def content(name: str, folder: Path | None) -> bytes:
    """A template's bytes: the user's where the folder has one of the name, else the shipped one.

    Raises `InputError` for one that is broken, too large, or that runs or fetches something.
    """
    own = None if folder is None else folder / name
    if own is None or not own.is_file():
        return (SHIPPED / name).read_bytes()
    try:
        if own.stat().st_size > LARGEST:
            raise input_error(_("is larger than {bytes} bytes").format(bytes=f"{LARGEST:,}"), file=own)
        found = own.read_bytes()
        with zipfile.ZipFile(own) as package:
            if wrong := next(_wrong(package, own.suffix), ""):
                raise input_error(wrong, file=own)
        _open(name, found)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _unreadable(own, error) from None
    return found


def check_folder(folder: Path) -> None:
    """Whether a folder of templates is one, and each of them can be used. Raises `InputError` with all problems."""
    if not folder.is_dir():
        raise input_error(_("is no directory of templates"), file=folder)
    if not any((folder / name).is_file() for name in names()):
        raise input_error(
            _("holds none of the templates {names}; --write-templates writes them").format(names=", ".join(names())),
            file=folder,
        )
    strange = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in _OFFICE and file.name not in names()]
    problems = [
        Problem(str(file), None, "", _("is no template: must be one of {names}").format(names=", ".join(names())))
        for file in strange
        if not file.name.startswith((".", "~$"))
    ]
    for name in names():
        try:
            content(name, folder)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def _wrong(package: zipfile.ZipFile, suffix: str) -> Iterator[str]:
    """What is wrong with a template, as words."""
    parts = package.infolist()
    if len(parts) > _PARTS or sum(part.file_size for part in parts) > LARGEST:
        yield _("unpacks to more than {bytes} bytes").format(bytes=f"{LARGEST:,}")
        return
    if _MAIN[suffix] not in package.namelist():
        yield _("is no {suffix} file: it has no {part}").format(suffix=suffix, part=_MAIN[suffix])
    for part in parts:
        if ACTIVE.search(part.filename):
            yield _("must not hold macros, embedded objects or links ({part})").format(part=part.filename)
        text = package.read(part)
        if is_xml(part.filename, text):
            yield from wrong_in(part.filename, text)


def _open(name: str, found: bytes) -> None:
    """Whether the office package reads it."""
    import io

    try:
        if name.endswith(".docx"):
            from docx import Document

            document = Document(io.BytesIO(found))
            document.add_paragraph(str(document.sections[-1].page_width))
        else:
            from openpyxl import load_workbook

            book = load_workbook(io.BytesIO(found))
            book.copy_worksheet(book.worksheets[0])
    except (SystemExit, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 (whatever the package stumbles over is in the file)
        raise ValueError(str(error)) from None


def _unreadable(file: Path, error: Exception) -> Exception:
    reason = of_system(error) if isinstance(error, OSError) else of_reader(str(error) or type(error).__name__)
    return input_error(_("cannot be read as a template: {why}").format(why=one_line(reason, 120)), file=file)
