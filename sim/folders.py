"""Folders that appear whole or not at all: written beside, then renamed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import InputError, input_error


def check_free(folder: Path, mark: str, what: str) -> None:
    """Whether a folder may be written: it is not there, it is empty, or it holds `mark` and so is `what`.

    Raises `InputError`.
    """
    try:
        if folder.is_dir():
            if any(folder.iterdir()) and not (folder / mark).is_file():
                raise input_error(
                    f"exists and is not {what} (it has no {mark}); choose another --out", file=folder
                )
        elif folder.exists() or folder.is_symlink():
            raise input_error("exists and is no directory; choose another --out", file=folder)
        above = next(parent for parent in folder.absolute().parents if parent.exists())
        if not above.is_dir():
            raise input_error(f"cannot be made: {above} is no directory", file=folder)
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from None


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """An empty folder to fill, which takes the place of `folder` at the end of the block if nothing fails.

    Raises `InputError` where the disk refuses, and then leaves no trace.
    """
    folder = folder.absolute()
    made: list[Path] = []
    beside: Path | None = None
    try:
        made = [parent for parent in folder.parents if not parent.exists()]
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}.", suffix=".part", dir=folder.parent))
        beside.chmod(0o755)
        yield beside
        _exchange(beside, folder)
        made = []
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
        for parent in made:
            _remove_empty(parent)


def _exchange(new: Path, folder: Path) -> None:
    """Put `new` in the place of `folder`; what stood there goes last."""
    if not folder.is_dir() or not any(folder.iterdir()):
        new.replace(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}.", suffix=".old", dir=folder.parent))
    folder.replace(old)
    try:
        new.replace(folder)
    except BaseException:
        old.replace(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


def _unwritable(folder: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or error
    return input_error(f"cannot be written: {reason}".lower(), file=folder)
