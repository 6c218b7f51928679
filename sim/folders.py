"""Folders that appear whole or not at all: written beside, then renamed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Final

from sim.errors import InputError, input_error
from sim.interrupts import held
from sim.language import _
from sim.reasons import of_system

RUN_MARK: Final = "run.json"
"""The file by which a run directory is known."""
_OF_THE_DESKTOP: Final = (".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Sort:
    """A sort of folder that the program writes: the file it is known by, and what in one is somebody else's work."""

    what: str
    mark: str
    foreign: Callable[[Path], str]
    """What a folder of this sort holds that would be lost for good, as words; empty for nothing."""
    option: str = "--out"
    """The option that says where it goes."""


def check_free(folder: Path, sort: Sort, *, force: bool = False) -> None:
    """Whether a folder may be written: it is not there, it is empty, or it is one of `sort` with nothing foreign.

    `force`: foreign files in it are no reason. Raises `InputError`.
    """
    try:
        place = _place(folder)
        _check_above(folder, place, sort)
        if place.is_dir():
            _check_old(folder, place, sort, force=force)
        elif place.exists() or place.is_symlink():
            message = _("exists and is no directory; choose another {option}")
            raise input_error(message.format(option=sort.option), file=folder)
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from None


def _check_old(folder: Path, place: Path, sort: Sort, *, force: bool) -> None:
    if any(place.iterdir()) and not (place / sort.mark).is_file():
        message = _("exists and is not {what} (it has no {mark}); choose another {option}").format(
            what=_(sort.what), mark=sort.mark, option=sort.option
        )
        raise input_error(message, file=folder)
    if Path.cwd().is_relative_to(place):
        raise input_error(_("is where you are now; choose another {option}").format(option=sort.option), file=folder)
    if not force and (foreign := sort.foreign(place)):
        message = _("{foreign}; choose another {option}, or --force to replace it all")
        raise input_error(message.format(foreign=foreign, option=sort.option), file=folder)


def _check_above(folder: Path, place: Path, sort: Sort) -> None:
    above = next(parent for parent in place.parents if parent.exists())
    if not above.is_dir():
        raise input_error(_("cannot be made: {above} is no directory").format(above=above), file=folder)
    if not os.access(above, os.W_OK | os.X_OK):
        raise input_error(_("cannot be made: {above} may not be written to").format(above=above), file=folder)
    run = next((parent for parent in (above, *above.parents) if (parent / RUN_MARK).is_file()), None)
    if run is not None:
        message = _("is inside the run directory {run}; choose another {option}")
        raise input_error(message.format(run=run, option=sort.option), file=folder)


def strangers(folder: Path, known: Callable[[str], bool]) -> list[str]:
    """Files in a folder, and empty folders below it, whose path in it is not known; in order."""
    found = [path for path in sorted(folder.rglob("*")) if path.name not in _OF_THE_DESKTOP]
    leaves = [path for path in found if path.is_symlink() or not path.is_dir() or not any(path.iterdir())]
    return [name for path in leaves if not known(name := path.relative_to(folder).as_posix())]


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """An empty folder to fill, which takes the place of `folder` at the end of the block if nothing fails.

    A link is followed, and stays. Raises `InputError` where the disk refuses; whatever happens leaves no trace.
    """
    made: list[Path] = []
    beside: Path | None = None
    try:
        with held():
            place = _place(folder)
            made = [parent for parent in place.parents if not parent.exists()]
            place.parent.mkdir(parents=True, exist_ok=True)
            beside = _sibling(place, "part")
            beside.mkdir()
        yield beside
        with held():
            _exchange(beside, place)
            made = []
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        with held():
            if beside is not None:
                shutil.rmtree(beside, ignore_errors=True)
            for parent in made:
                with suppress(OSError):
                    parent.rmdir()


def _place(folder: Path) -> Path:
    """Where a folder really is, or will be."""
    return Path(os.path.realpath(folder))


def _sibling(place: Path, ending: str) -> Path:
    return place.with_name(f".{place.name[:40]}.{token_hex(4)}.{ending}")


def _exchange(new: Path, folder: Path) -> None:
    """Put `new` in the place of `folder`; what stood there goes last."""
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()  # Windows moves nothing onto a folder, be it empty
    if not folder.exists():
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
    return input_error(_("cannot be written: {reason}").format(reason=of_system(error)), file=folder)
