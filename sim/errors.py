"""What is wrong with an input, told to the person at the keyboard: file, line, path, found, allowed.

As in `flood.yaml:41: sites.bs-014.battery.capacity_kwh must be > 0 (got -3)`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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
        place = file if self.line is None else f"{file}:{self.line}" if file else f"line {self.line}"
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
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, int) and value.bit_length() > 1000:
        return "a very long number"
    return one_line(repr(value) if isinstance(value, int | float) else str(value), _VALUE_CHARS)
