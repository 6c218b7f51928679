"""What a part of a template does besides holding text: runs something, fetches something, or is not plain UTF-8."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from xml.parsers import expat

from sim.language import _

ACTIVE: Final = re.compile(
    r"vbaProject|/embeddings/|/activeX/|/externalLinks/|/macrosheets/|attachedTemplate", re.IGNORECASE
)
_FIELD: Final = re.compile(
    r"\b(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE)\b\s+[\"'\\\w]", re.IGNORECASE
)
_DECLARED: Final = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([^"'>]*)["']""")
_INSTRUCTIONS: Final = ("instrText", "delInstrText")
_MARK: Final = b"\xef\xbb\xbf"


def is_xml(name: str, content: bytes) -> bool:
    """Whether a part is to be looked into, whatever its ending says."""
    start = content[:200].replace(b"\0", b"").lstrip(_MARK + b"\xff\xfe \t\r\n")
    return name.casefold().endswith((".xml", ".rels")) or start.startswith(b"<")


def wrong_in(name: str, content: bytes) -> Iterator[str]:
    """What is wrong with a part of XML, as words. Raises `ValueError` where it is none."""
    declared = _DECLARED.match(content.removeprefix(_MARK))
    if b"\0" in content or not _is_utf8(content) or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")):
        yield _("must be written in UTF-8 ({part})").format(part=name)
        return
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        yield _("must not declare entities ({part})").format(part=name)
        return
    seen = _Seen()
    try:
        seen.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise ValueError(f"{name}: {expat.errors.messages[error.code]}") from None
    if seen.external:
        yield _("must not point outside itself ({part})").format(part=name)
    if seen.active or _FIELD.search(" ".join(("".join(seen.pieces), *seen.fields))):
        yield _("must not hold macros, embedded objects or links ({part})").format(part=name)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _Seen:
    """What stands in the elements of a part, with references to characters resolved."""

    def __init__(self) -> None:
        self.external = self.active = False
        self.pieces: list[str] = []
        self.fields: list[str] = []
        self._inside = 0
        self.parser: Any = expat.ParserCreate("utf-8", namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._say

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        self._inside += name in _INSTRUCTIONS
        self.active = self.active or bool(ACTIVE.search(name))
        for key, value in attributes.items():
            bare = key.rpartition("}")[2]
            self.external = self.external or (bare == "TargetMode" and value.strip().casefold() == "external")
            self.active = self.active or bool(ACTIVE.search(value))
            if bare == "instr":
                self.fields.append(value)

    def _end(self, tag: str) -> None:
        self._inside -= tag.rpartition("}")[2] in _INSTRUCTIONS

    def _say(self, text: str) -> None:
        if self._inside:
            self.pieces.append(text)
