"""Folders that appear whole or not at all: written beside, then renamed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from sim.errors import InputError, input_error


def check_free(folder: Path, mark: str, what: str) -> None:
    """Whether a folder may be written: it is not there, it is empty, or it holds `mark` and so is `what`.

    Raises `InputError`.
    """
    try:
        if folder.is_dir():
            if any(folder.iterdir()) and not (folder / mark).is_file():
                message = f"exists and is not {what} (it has no {mark}); choose another --out"
                raise input_error(message, file=folder)
            if Path.cwd().is_relative_to(folder.resolve()):
                raise input_error("is where you are now; choose another --out", file=folder)
        elif folder.exists() or folder.is_symlink():
            raise input_error("exists and is no directory; choose another --out", file=folder)
        above = next(parent for parent in folder.absolute().parents if parent.exists())
        if not above.is_dir():
            raise input_error(f"cannot be made: {above} is no directory", file=folder)
        if not os.access(above, os.W_OK | os.X_OK):
            raise input_error(f"cannot be made: {above} may not be written to", file=folder)
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from None


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """An empty folder to fill, which takes the place of `folder` at the end of the block if nothing fails.

    Raises `InputError` where the disk refuses, and then leaves no trace.
    """
    place = folder.absolute()
    made: list[Path] = []
    beside = _sibling(place, "part")
    try:
        made = [parent for parent in place.parents if not parent.exists()]
        place.parent.mkdir(parents=True, exist_ok=True)
        beside.mkdir()
        yield beside
        _exchange(beside, place)
        made = []
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        for parent in made:
            with suppress(OSError):
                parent.rmdir()


def _sibling(place: Path, ending: str) -> Path:
    return place.with_name(f".{place.name[:40]}.{token_hex(4)}.{ending}")


def _exchange(new: Path, folder: Path) -> None:
    """Put `new` in the place of `folder`; what stood there goes last."""
    if not folder.is_dir() or not any(folder.iterdir()):
        new.replace(folder)
        return
    old = _sibling(folder, "old")
    folder.replace(old)
    try:
        new.replace(folder)
    except BaseException:
        old.replace(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _unwritable(folder: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or error
    return input_error(f"cannot be written: {reason}".lower(), file=folder)
