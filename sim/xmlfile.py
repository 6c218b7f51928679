"""XML that people hand in: read with line numbers, and only where it is harmless.

Document types and entities are refused: with them a small file grows without end or makes the reader open others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from sim.errors import input_error
from sim.language import _
from sim.reasons import of_reader, of_system

MOST_BYTES: Final = 20_000_000
MOST_ELEMENTS: Final = 400_000
MOST_DEPTH: Final = 200
_ENCODINGS: Final = ("utf-8", "us-ascii", "ascii", "iso-8859-1")


@dataclass(slots=True)
class Element:
    """An element: its name without namespace, the namespace, its text, its attributes, its line, and what is inside."""

    name: str
    space: str
    line: int
    attributes: dict[str, str]
    inside: list[Element] = field(default_factory=list)
    text: str = ""
    """The text right in it, without blanks at the ends."""

    def all(self, name: str) -> list[Element]:
        """Elements of a name right in it."""
        return [one for one in self.inside if one.name == name]

    def first(self, name: str) -> Element | None:
        """The first element of a name right in it."""
        return next((one for one in self.inside if one.name == name), None)

    def word(self, name: str) -> str:
        """The text of the first element of a name right in it; empty where there is none."""
        found = self.first(name)
        return "" if found is None else found.text

    def walk(self) -> Iterator[Element]:
        """Itself and everything below it, in the order of the file."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting += reversed(one.inside)


def harmless_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of an XML file in a known encoding, without a document type. Raises `InputError` in one line."""
    try:
        if not path.is_file():
            raise input_error(_("does not exist") if not path.exists() else _("must be a file"), file=path)
        if path.stat().st_size > most:
            size = f"{path.stat().st_size / 1e6:.1f}"
            message = _("must have at most {most} MB (got {size})").format(most=f"{most / 1e6:g}", size=size)
            raise input_error(message, file=path)
        text = path.read_bytes()
    except (OSError, ValueError) as error:
        raise input_error(_("cannot be read: {reason}").format(reason=of_system(error)), file=path) from None
    _check_harmless(path, text)
    return text


def _check_harmless(path: Path, text: bytes) -> None:
    declared = re.search(rb"""^[^>]*?<\?xml[^>]*?encoding\s*=\s*["']([^"'>]*)["']""", text[:400])
    encoding = declared.group(1).decode("ascii", "replace").casefold() if declared else "utf-8"
    if encoding not in _ENCODINGS or b"\0" in text or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        known = ", ".join(_ENCODINGS)
        raise input_error(_("must be written in one of {encodings}").format(encodings=known), file=path)
    for word in (b"<!DOCTYPE", b"<!ENTITY"):
        if word in text.upper():
            message = _("must not have {word}: such files are not read").format(word=word.decode())
            raise input_error(message, file=path)


def read_xml(path: Path) -> Element:
    """The root of an XML file. Raises `InputError` in one line where it is none, too large, or not to be trusted."""
    builder = _Builder(path)
    try:
        builder.parser.Parse(harmless_bytes(path), True)
    except expat.ExpatError as error:
        reason = of_reader(expat.errors.messages[error.code])
        raise input_error(_("must be XML: {reason}").format(reason=reason), file=path, line=error.lineno) from None
    return builder.root


class _Builder:
    def __init__(self, path: Path) -> None:
        self.path, self.count = path, 0
        self.root: Element
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self.parser: Any = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._say

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MOST_ELEMENTS or len(self._open) >= MOST_DEPTH:
            message = _("must have at most {count} elements, {depth} deep").format(
                count=MOST_ELEMENTS, depth=MOST_DEPTH
            )
            raise input_error(message, file=self.path, line=self.parser.CurrentLineNumber)
        space, _sign, name = tag.rpartition("}")
        bare = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        element = Element(name, space, self.parser.CurrentLineNumber, bare)
        if self._open:
            self._open[-1].inside.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._texts.append([])

    def _end(self, _tag: str) -> None:
        self._open.pop().text = "".join(self._texts.pop()).strip()

    def _say(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)
