"""A page on disk: written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from sim.errors import InputError, input_error
from sim.page.shell import MARK

_HEAD_CHARS = 600
"""Where the mark of a page must stand."""


def check_target(file: Path, *, force: bool = False) -> None:
    """Whether a page may be written there: nothing is, or an older page. Raises `InputError`."""
    try:
        if file.is_dir():
            raise input_error("is a directory; name a file", file=file)
        if file.exists() and not force and not _is_page(file):
            raise input_error("exists and is no report page; choose another --html, or --force", file=file)
        if not file.parent.is_dir():
            raise input_error(f"cannot be written: there is no directory {file.parent}", file=file)
    except OSError as error:
        raise _unwritable(file, error) from None


def _is_page(file: Path) -> bool:
    with file.open("rb") as stream:
        return f'content="{MARK}"'.encode() in stream.read(_HEAD_CHARS)


def write_page(file: Path, text: str) -> None:
    """Write a page beside its place, then put it there. Raises `InputError` where the disk refuses."""
    place = Path(os.path.realpath(file))
    beside = place.with_name(f".{place.name[:40]}.{token_hex(4)}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(place)
    except OSError as error:
        raise _unwritable(file, error) from None
    finally:
        with suppress(OSError):
            beside.unlink()


def _unwritable(file: Path, error: OSError) -> InputError:
    return input_error(f"cannot be written: {error.strerror or error}".lower(), file=file)
