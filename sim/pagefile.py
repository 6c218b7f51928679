"""A page on disk: one file, written whole or not at all, which replaces older pages of its sort only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from sim.errors import InputError, input_error
from sim.language import _
from sim.reasons import of_system

_HEAD_BYTES = 600
"""Where the mark of a page must stand."""


def check_page(file: Path, mark: str, what: str, *, force: bool = False) -> None:
    """Whether a page may be written there: nothing is, or an older one with this mark. Raises `InputError`.

    `what` names such pages, as in "exists and is no report page".
    """
    try:
        if file.is_dir():
            raise input_error(_("is a directory; name a file"), file=file)
        if file.exists() and not force and not _has_mark(file, mark):
            raise input_error(
                _("exists and is no {what}; choose another --html, or --force").format(what=what), file=file
            )
        if not file.parent.is_dir():
            raise input_error(
                _("cannot be written: there is no directory {parent}").format(parent=file.parent), file=file
            )
    except (OSError, ValueError) as error:
        raise _unwritable(file, error) from None


def _has_mark(file: Path, mark: str) -> bool:
    with file.open("rb") as stream:
        return mark.encode() in stream.read(_HEAD_BYTES)


def write_page(file: Path, text: str) -> None:
    """Write a page beside its place, then put it there. Raises `InputError` where the disk refuses."""
    write_whole(file, text.encode("utf-8"))


def write_whole(file: Path, content: bytes) -> None:
    """Write any file beside its place, then put it there. Raises `InputError` where the disk refuses."""
    place = Path(os.path.realpath(file))
    beside = place.with_name(f".{place.name[:40]}.{token_hex(4)}.part")
    try:
        beside.write_bytes(content)
        beside.replace(place)
    except (OSError, ValueError) as error:
        raise _unwritable(file, error) from None
    finally:
        with suppress(OSError, ValueError):
            beside.unlink()


def _unwritable(file: Path, error: OSError | ValueError) -> InputError:
    return input_error(_("cannot be written: {reason}").format(reason=of_system(error)), file=file)


def check_new(file: Path, *, force: bool) -> None:
    """Whether a file may be written: it is new, or `force`, and its folder is there. Raises `InputError`."""
    if file.is_dir():
        raise input_error(_("is a directory; name a file"), file=file)
    if file.exists() and not force:
        raise input_error(_("exists; choose another name, or --force"), file=file)
    if not file.parent.is_dir():
        raise input_error(_("cannot be written: there is no directory {folder}").format(folder=file.parent), file=file)
