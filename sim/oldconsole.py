"""Characters that a console's own encoding lacks, such as GBK's ✓ or a Western page's ≥, have a plainer look."""

from __future__ import annotations

import codecs
import sys
from contextlib import suppress
from typing import Final, TextIO

HANDLER: Final = "drill.plainer"
_PLAINER: Final = {
    "✓": ("√", "v"), "✗": ("×", "x"), "○": ("o",), "▮": ("■", "#"), "▶": ("→", ">"), "⚑": ("*",), "█": ("#",),
    "≥": (">=",), "≤": ("<=",), "→": ("->",), "←": ("<-",), "×": ("x",), "−": ("-",), "–": ("-",), "—": ("-",),
    "…": ("...",), "·": (".",), "²": ("2",), "°": (" deg ",), "µ": ("u",), "σ": ("s",), "│": ("|",),
    "“": ('"',), "”": ('"',), "‘": ("'",), "’": ("'",), "─": ("-",),
}  # fmt: skip
"""A character → what may stand for it, the best first."""


def be_lenient() -> None:
    """What a console cannot show is no reason to fail: it gets a plainer look, else its number."""
    codecs.register_error(HANDLER, _plainer)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            _reconfigure(stream)


def _reconfigure(stream: TextIO) -> None:
    stream.reconfigure(errors=HANDLER)  # type: ignore[attr-defined]


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wanting = error.object[error.start : error.end]
    return "".join(_look(character, error.encoding) for character in wanting), error.end


def _look(character: str, encoding: str) -> str:
    for look in _PLAINER.get(character, ()):
        with suppress(UnicodeEncodeError):
            look.encode(encoding)
            return look
    return character.encode("ascii", "backslashreplace").decode("ascii")
