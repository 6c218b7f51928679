"""Text in the columns of a terminal: how wide it is and where a line may end. Chinese characters take two columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_NEVER_FIRST: Final = "，。；：、！？）》〉」』】”’…％"
_NEVER_LAST: Final = "（《〈「『【“‘"
_PIECE: Final = re.compile(rf"\s+|[{_NEVER_LAST}]*(?:[^\s⺀-鿿　-〿＀-￯“”‘’]+|[^\s])[{_NEVER_FIRST}]*")
"""Blanks, a word of Latin letters, or one Chinese character; with it the marks that must stay with it."""


def columns(text: str) -> int:
    """How many columns a line of text takes."""
    from unicodedata import combining, east_asian_width

    if text.isascii():
        return len(text)
    return sum(0 if combining(one) else 1 + (east_asian_width(one) in "WF") for one in text)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of a paragraph of at most `width` columns, unless a single word is longer; blanks count as one."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and columns(line) + columns(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str) -> Iterator[str]:
    for found in _PIECE.finditer(text.strip()):
        yield " " if found[0].isspace() else found[0]
