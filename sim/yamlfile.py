"""Files people write: YAML read with line numbers, checked against a model, every problem told in one pass.

Scalars follow the core schema of YAML 1.2, so that `12:30`, `no` and dates stay text; a number with leading
zeros (`0123`) stays text too, since it is a code and its zeros matter. What could surprise is refused:
duplicate keys, merge keys, tags, numbers as keys, several documents, infinity. Aliases are copied out, within
limits, while the file is read, so nothing large is ever built from a small file.
"""

from __future__ import annotations

import math
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel

from sim.errors import InputError, Problem, input_error, shown
from sim.language import _
from sim.reasons import of_reader, of_system

Loc = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

MAX_BYTES: Final = 32_000_000
MAX_DEPTH: Final = 64
MAX_NODES: Final = 4_000_000
MAX_ALIASED_NODES: Final = 100_000  # what all aliases together may add
_MAX_NUMBER_CHARS: Final = 100

_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE: Final = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INT: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_PADDED: Final = re.compile(r"[-+]?0[0-9]+")
_OTHER_BASE: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_UNBOUNDED: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_PLAIN_TAGS: Final = ("!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a value stands: its line, counted from 1, and the marks of what is below it."""

    line: int
    below: dict[str, Mark] | list[Mark] | None = None

    def get(self, part: str | int) -> Mark | None:
        """The mark of a key or list item; none where there is no such key or item."""
        if isinstance(self.below, dict):
            return self.below.get(part) if isinstance(part, str) else None
        if isinstance(self.below, list) and isinstance(part, int) and 0 <= part < len(self.below):
            return self.below[part]
        return None


@dataclass(frozen=True)
class Document:
    """A file as read: plain data, and the line of every place in it."""

    path: Path
    data: Any
    marks: Mark = field(default_factory=lambda: Mark(1), repr=False)

    def line(self, loc: Sequence[str | int]) -> int | None:
        """Line of a place, or of its nearest parent that exists; parts that are no key there are skipped."""
        mark = self.marks
        for part in loc:
            mark = mark.get(part) or mark
        return mark.line

    def line_of_path(self, path: Loc) -> int:
        """Line of a place written without tags of unions, or of its nearest parent that exists."""
        mark = self.marks
        for part in path:
            below = mark.get(part)
            if below is None:
                break
            mark = below
        return mark.line


# Reading


def read_yaml(path: Path, max_bytes: int = MAX_BYTES) -> Document:
    """The one document of a YAML file in UTF-8; raises `InputError` with what is wrong and where."""
    path = Path(path)
    text = _decode(path, _read_bytes(path, max_bytes))
    if found := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise input_error(_("holds the control character U+{ord:04X}").format(ord=ord(found[0])), file=path, line=line)
    builder = _Builder(path, text)
    try:
        return builder.document()
    except yaml.YAMLError as error:
        raise _syntax_error(path, error) from None


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise input_error(_("is a directory, not a file"), file=path)
        if not stat.S_ISREG(status.st_mode):
            raise input_error(_("is not a regular file"), file=path)
        if status.st_size <= max_bytes:
            with path.open("rb") as stream:
                raw = stream.read(max_bytes + 1)
            if len(raw) <= max_bytes:
                return raw
    except FileNotFoundError:
        raise input_error(_("does not exist"), file=path) from None
    except OSError as error:
        raise input_error(_("cannot be read: {reason}").format(reason=of_system(error)), file=path) from None
    except ValueError:
        raise input_error(_("is no file name"), file=path) from None
    raise input_error(_("is larger than the limit of {limit:g} MB").format(limit=max_bytes / 1e6), file=path)


def _decode(path: Path, raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise input_error(_("is in UTF-16; save it as UTF-8"), file=path)
    if (at := raw.find(b"\0")) >= 0:
        raise input_error(_("is not a text file (NUL byte at position {at})").format(at=at), file=path)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        raise input_error(_("is not in UTF-8; save it as UTF-8"), file=path, line=line) from None
    raise input_error(_("is not in UTF-8, perhaps in GB18030 (GBK); save it as UTF-8"), file=path, line=line)


def _syntax_error(path: Path, error: yaml.YAMLError) -> InputError:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem is None:
        return input_error(_("is not valid YAML: {reason}").format(reason=" ".join(str(error).split())), file=path)
    reason = of_reader(error.problem)
    if error.context:
        begun = error.context_mark
        since = _(" begun on line {line}").format(line=begun.line + 1) if begun else ""
        reason += _(" ({context}{since})").format(context=of_reader(error.context), since=since)
    line = error.problem_mark.line + 1 if error.problem_mark else None
    return input_error(_("is not valid YAML: {reason}").format(reason=reason), file=path, line=line)


@dataclass(frozen=True)
class _Anchored:
    value: Any
    mark: Mark
    nodes: int


class _Builder:
    """Builds plain data and marks from the parser's events; stops as soon as a limit is passed."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._loader = _Loader(text)
        self._next = self._loader.get_event
        self._anchors: dict[str, _Anchored | None] = {}  # none while the anchored value is still open
        self._nodes = 0
        self._aliased = 0
        self._trail: list[str | int] = []
        self._problems: list[Problem] = []

    def document(self) -> Document:
        """The whole file; raises `InputError`."""
        try:
            data, mark = self._document()
        finally:
            self._loader.dispose()
        if self._problems:
            raise InputError(self._problems)
        return Document(self._path, data, mark)

    def _document(self) -> tuple[Any, Mark]:
        self._next()  # stream start
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            raise input_error(_("is empty"), file=self._path)
        first = self._next()
        data, mark = self._node(first)
        self._next()  # document end
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._error(_("must hold one document only; a second one begins here"), event)
        if data is None:
            raise input_error(_("is empty"), file=self._path)
        return data, mark

    def _node(self, event: Any) -> tuple[Any, Mark]:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self._nodes
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._error(_("is beyond the limit of {limit} values").format(limit=MAX_NODES), event)
        if event.tag is not None and event.tag not in _PLAIN_TAGS:
            self._report(_("must have no tag (got {value})").format(value=shown(event.tag)), event)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        line = event.start_mark.line + 1
        value: Any
        if isinstance(event, yaml.ScalarEvent):
            value, mark = self._scalar(event), Mark(line)
        else:
            if len(self._trail) >= MAX_DEPTH:
                raise self._error(_("is nested deeper than {limit} levels").format(limit=MAX_DEPTH), event)
            build = self._mapping if isinstance(event, yaml.MappingStartEvent) else self._sequence
            value, below = build()
            mark = Mark(line, below)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, mark, self._nodes - before)
        return value, mark

    def _sequence(self) -> tuple[list[Any], list[Mark]]:
        values: list[Any] = []
        marks: list[Mark] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            self._trail.append(len(values))
            value, mark = self._node(event)
            self._trail.pop()
            values.append(value)
            marks.append(mark)
        return values, marks

    def _mapping(self) -> tuple[dict[str, Any], dict[str, Mark]]:
        values: dict[str, Any] = {}
        marks: dict[str, Mark] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event)
            self._trail.append(key)
            first = marks.get(key)
            if first is not None:
                self._report(_("is a duplicate key, first on line {line}").format(line=first.line), event)
            value, mark = self._node(self._next())
            self._trail.pop()
            if first is None:
                values[key] = value
                marks[key] = Mark(event.start_mark.line + 1, mark.below)
        return values, marks

    def _key(self, event: Any) -> str:
        key = self._node(event)[0]
        if isinstance(key, str):
            if key == "<<" and event.style in (None, ""):
                self._report(_("merge keys (<<) are not supported; write the keys out"), event)
            return key
        if isinstance(event, yaml.ScalarEvent):
            self._report(_('keys must be text; put quotes around it: "{value}"').format(value=event.value), event)
            return str(event.value)
        self._report(_("keys must be text (got {value})").format(value=shown(key)), event)
        return "?"

    def _alias(self, event: Any) -> tuple[Any, Mark]:
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            open_yet = event.anchor in self._anchors
            said = _("alias *{name} refers to itself") if open_yet else _("alias *{name} has no anchor before it")
            raise self._error(said.format(name=event.anchor), event)
        self._aliased += anchored.nodes
        if self._aliased > MAX_ALIASED_NODES:
            raise self._error(_("aliases repeat more than {limit} values").format(limit=MAX_ALIASED_NODES), event)
        self._nodes += anchored.nodes
        value = self._copy(anchored.value, len(self._trail), event)
        return value, Mark(event.start_mark.line + 1, anchored.mark.below)

    def _copy(self, value: Any, depth: int, event: Any) -> Any:
        if not isinstance(value, dict | list):
            return value
        if depth >= MAX_DEPTH:
            raise self._error(_("is nested deeper than {limit} levels").format(limit=MAX_DEPTH), event)
        if isinstance(value, dict):
            return {key: self._copy(item, depth + 1, event) for key, item in value.items()}
        return [self._copy(item, depth + 1, event) for item in value]

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in "+-.0123456789":
            return text
        if len(text) > _MAX_NUMBER_CHARS and _FLOAT.fullmatch(text):
            self._report(_("number of {count} characters is too long").format(count=len(text)), event)
            return text
        if _INT.fullmatch(text):
            return int(text)
        if _OTHER_BASE.fullmatch(text):
            return int(text, 0)
        if _FLOAT.fullmatch(text) and not _PADDED.fullmatch(text):
            number = float(text)
            if math.isinf(number):
                self._report(_("must be finite (got {value})").format(value=text), event)
            return number
        if _UNBOUNDED.fullmatch(text):
            self._report(_("must be finite (got {value})").format(value=text), event)
        return text

    def _report(self, message: str, event: Any) -> None:
        line = event.start_mark.line + 1
        self._problems.append(Problem(str(self._path), line, dotted(self._trail), message))

    def _error(self, message: str, event: Any) -> InputError:
        self._report(message, event)
        return InputError(self._problems)


def dotted(loc: Sequence[str | int]) -> str:
    """A place as people write it: `resources.depots.horqin.crews`, `injects[3].at`."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
