"""What is wrong with an input, told to the person at the keyboard: file, line, path, found, allowed.

As in `flood.yaml:41: sites.bs-014.battery.capacity_kwh must be > 0 (got -3)`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sim.language import _, chosen, spoken

_VALUE_CHARS: Final = 80
_PART_CHARS: Final = 200
_MESSAGE_CHARS: Final = 600
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # controls, bidi marks, line breaks


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input; `line` counts from 1, `path` is dotted, empty where there is none."""

    file: str
    line: int | None
    path: str
    message: str

    def __str__(self) -> str:
        """`FILE:LINE: path message` with the parts that exist, always one line."""
        file = one_line(self.file, _PART_CHARS)
        line = _("line {line}").format(line=self.line)
        place = file if self.line is None else f"{file}:{self.line}" if file else line
        said = f"{one_line(self.path, _PART_CHARS)} {one_line(self.message, _MESSAGE_CHARS)}".strip()
        return f"{place}: {said}" if place else said


class InputError(Exception):
    """The input is wrong; `problems` says all that was found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Final = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def input_error(message: str, *, file: str | Path = "", line: int | None = None, path: str = "") -> InputError:
    """An `InputError` with one problem, to be raised."""
    return InputError([Problem(str(file), line, path, message)])


class Refusal(ValueError):  # noqa: N818 (a value refused, not an error of the program)
    """A value that a model does not take: what it must be, and what was found, both in the language in use.

    `wanted` completes "must be …" where the message is of that form, so that what several models want becomes one
    message.
    """

    def __init__(self, message: str, found: str = "", wanted: str = "") -> None:
        self.message: Final = message
        self.found: Final = found
        self.wanted: Final = wanted
        super().__init__(message, found)

    def __str__(self) -> str:
        return f"{self.message}{got(self.found) if self.found else ''}"


def must_be(wanted: str, found: str = "") -> Refusal:
    """The refusal that says: must be `wanted`."""
    return Refusal(_("must be {wanted}").format(wanted=wanted), found, wanted)


def got(found: str, near: str | None = None) -> str:
    """What was found, to be put behind a message: ` (got 'x'; did you mean 'y'?)`; `found` is shown as it is."""
    if near is None:
        return _(" (got {value})").format(value=found)
    return _(" (got {value}; did you mean {near}?)").format(value=found, near=shown(near))


def did_you_mean(near: str | None) -> str:
    """A hint at what was probably meant, behind a message: `; did you mean 'y'?`; empty where nothing is near."""
    return _("; did you mean {near}?").format(near=shown(near)) if near else ""


def listed(names: Iterable[object]) -> str:
    """Names one after another: `a, b, c`."""
    return (", " if spoken() == "en" else "、").join(map(str, names))


def one_line(text: str, chars: int = _PART_CHARS) -> str:
    """The text on one line: unseen characters escaped, the middle left out beyond `chars` characters."""
    if len(text) > chars:
        tail = chars // 3
        text = f"{text[: chars - tail - 1]}…{text[-tail:]}"
    return text if text.isascii() and text.isprintable() else "".join(map(_seen, text))


def _seen(character: str) -> str:
    if unicodedata.category(character) not in _UNSEEN:
        return character
    return character.encode("unicode_escape").decode("ascii")


def shown(value: object, quote: str = "'") -> str:
    """A value as a message shows it: `'abc'`, `-3`, `true`, `nothing`, `a list of 4`, `a table`."""
    if isinstance(value, str):
        return f"{quote}{one_line(value, _VALUE_CHARS)}{quote}"
    if value is None:
        return chosen("nothing", "空")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return _("a list of {count}").format(count=len(value))
    if isinstance(value, dict):
        return _("a table")
    if isinstance(value, int) and value.bit_length() > 1000:
        return _("a very long number")
    return one_line(repr(value) if isinstance(value, int | float) else str(value), _VALUE_CHARS)
