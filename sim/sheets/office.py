"""A workbook opened with care: nothing in it is believed, evaluated or followed.

The archive is unpacked under a limit of its own, whatever sizes it declares, and packed again with the parts that are
read; only that copy reaches the reader. Document types are refused in every part, so no entity can grow.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from sim.errors import InputError, input_error, shown
from sim.language import _
from sim.reasons import of_reader, of_system, of_xml
from sim.sheetfile import check_office

MOST_FILE_BYTES: Final = 60_000_000
MOST_UNPACKED: Final = 300_000_000
MOST_PARTS: Final = 3_000
MOST_SHEETS: Final = 200
MOST_CELLS: Final = 3_000_000
"""Cells of the rectangle from A1 to the last one with something in it, of one sheet and of all together."""
MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
"""Of a sheet. Source: ECMA-376, as Excel has them."""
_CHUNK: Final = 1 << 20
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_READ: Final = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(?:_rels/workbook\.xml\.rels|(?:workbook|sharedStrings|styles)\.xml"
    r"|worksheets/(?:_rels/)?[^/]+\.(?:xml|rels)|(?:theme|tables)/[^/]+\.xml)",
    re.IGNORECASE,
)


@dataclass
class Scanned:
    """What a sheet's own text says about its cells: row and column count from 0."""

    last_row: int = -1
    last_column: int = -1
    far: str = ""
    """The cell furthest out."""
    without_value: list[tuple[int, int]] = field(default_factory=list)
    """Formulas that nobody has worked out."""
    formulas: int = 0
    errors: list[tuple[int, int]] = field(default_factory=list)
    """Cells that hold an error such as #REF!."""
    characters: int = 0
    """Of the shared texts that its cells name, each as often as it is named."""


def bytes_of(path: Path, most: int = MOST_FILE_BYTES) -> bytes:
    """A file as it is, if it is one and not too large. Raises `InputError`."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise input_error(_("is a directory, not a file"), file=path)
        if not stat.S_ISREG(status.st_mode):
            raise input_error(_("is not a regular file"), file=path)
        with path.open("rb") as stream:
            raw = stream.read(most + 1)
    except FileNotFoundError:
        raise input_error(_("does not exist"), file=path) from None
    except OSError as error:
        told = _("cannot be read: {reason}").format(reason=of_system(error))
        raise input_error(told, file=path) from None
    except ValueError:
        raise input_error(_("is no file name"), file=path) from None
    if len(raw) > most:
        raise input_error(_("is larger than the limit of {most:g} MB").format(most=most / 1e6), file=path)
    return raw


def foreign(raw: bytes) -> str:
    """Why bytes are no .xlsx; empty where they may be one."""
    if raw.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            return _("is protected by a password; save it without one")
        return _("is an old .xls workbook; save it as .xlsx")
    if not raw.startswith(b"PK"):
        start = raw[:600].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
        if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
            return _("is a web page or XML under the name of a workbook; open it in a spreadsheet and save it as .xlsx")
        return _("is no .xlsx workbook")
    return ""


@dataclass(frozen=True)
class Workbook:
    """An opened workbook: `sheets` are the titles of those that can be seen, in order."""

    path: Path
    sheets: tuple[str, ...]
    hidden: tuple[str, ...]
    scanned: dict[str, Scanned]
    book: Any = field(repr=False)


def open_workbook(path: Path, raw: bytes) -> Workbook:
    """A workbook of these bytes. Raises `InputError` in one line where it is none or not to be trusted."""
    check_office("python_calamine", what=str(path))
    if told := foreign(raw):
        raise input_error(told, file=path)
    parts = _unpacked(path, raw)
    files = _files_of(parts, path)
    from python_calamine import CalamineError, load_workbook

    try:
        book = load_workbook(io.BytesIO(_packed(parts)))
        about = [(one.name, str(one.visible), str(one.typ)) for one in book.sheets_metadata]
    except (CalamineError, ValueError, OSError) as error:
        raise _damaged(path, error) from None
    if len(about) > MOST_SHEETS:
        told = _("must have at most {most} sheets (got {n})").format(most=MOST_SHEETS, n=len(about))
        raise input_error(told, file=path)
    grids = [(name, visible) for name, visible, kind in about if kind.endswith("WorkSheet")]
    for name, _visible in grids:
        if files.get(name, "") not in parts:
            raise input_error(_("holds no part for its sheet {sheet}").format(sheet=shown(name)), file=path)
    lengths = _lengths(path, parts)
    scanned = {name: _scan(path, name, parts[files[name]], lengths) for name, _visible in grids}
    _check_sizes(path, scanned)
    return Workbook(
        path,
        tuple(name for name, visible in grids if visible.endswith(".Visible")),
        tuple(name for name, visible in grids if not visible.endswith(".Visible")),
        scanned,
        book,
    )


def _reason(error: Exception) -> str:
    return of_xml(error) if isinstance(error, expat.ExpatError) else of_reader(error)


def _damaged(path: Path, error: Exception) -> InputError:
    said = _reason(error)
    return input_error(_("is damaged: {reason}").format(reason=" ".join(said.split())[:200]), file=path)


def _unpacked(path: Path, raw: bytes) -> dict[str, bytes]:
    """The parts that are read, by name; every one within the limits and without a document type."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise _damaged(path, error) from None
    names = {info.filename for info in infos}
    if "xl/workbook.xml" not in names:
        raise input_error(_("is no .xlsx workbook (it is another kind of archive)"), file=path)
    if len(infos) > MOST_PARTS:
        told = _("must have at most {most} parts inside (got {n})").format(most=MOST_PARTS, n=len(infos))
        raise input_error(told, file=path)
    for name, count in Counter(info.filename.casefold() for info in infos).items():
        if count > 1:
            raise input_error(
                _("holds {count} parts of one name: {part}").format(count=count, part=shown(name)), file=path
            )
    left = MOST_UNPACKED
    parts: dict[str, bytes] = {}
    for info in infos:
        if not _READ.fullmatch(info.filename):
            continue
        if info.flag_bits & 1:
            raise input_error(_("is protected by a password; save it without one"), file=path)
        parts[info.filename] = _part(path, archive, info, left)
        left -= len(parts[info.filename])
        _check_xml(path, info.filename, parts[info.filename])
    return parts


def _part(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> bytes:
    """A part unpacked, not more than `left` bytes of it."""
    pieces: list[bytes] = []
    if info.file_size > left:
        raise _too_large(path)
    try:
        with archive.open(info) as stream:
            while piece := stream.read(_CHUNK):
                left -= len(piece)
                if left < 0:
                    break
                pieces.append(piece)
    except Exception as error:  # noqa: BLE001 (a hostile archive meets zipfile and zlib with any error there is)
        raise _damaged(path, error) from None
    if left < 0:
        raise _too_large(path)
    return b"".join(pieces)


def _too_large(path: Path) -> InputError:
    return input_error(_("unpacks to more than {most:g} MB").format(most=MOST_UNPACKED / 1e6), file=path)


class _Doctype(Exception):  # noqa: N818 (a way out of the parser)
    pass


def _parser() -> Any:
    def refuse(*_given: object) -> None:
        raise _Doctype

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _check_xml(path: Path, part: str, text: bytes) -> None:
    try:
        _parser().Parse(text, True)
    except _Doctype:
        told = _("holds a document type in {part}: such files are not read").format(part=part)
        raise input_error(told, file=path) from None
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _damaged(path, ValueError(f"{part}: {_reason(error)}")) from None


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def _files_of(parts: dict[str, bytes], path: Path) -> dict[str, str]:
    """Title of each sheet → the part that holds it; a sheet of which this is not plain is refused."""
    targets: dict[str, str] = {}
    found: dict[str, str] = {}

    def relation(name: str, given: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            one, target = given.get("Id", ""), given.get("Target", "")
            if one in targets:
                raise _NotCanonical(_("holds two relations of one name: {name}").format(name=shown(one)))
            plain = target.lstrip("/")
            targets[one] = plain if target.startswith("/") or plain.startswith("xl/") else f"xl/{plain}"

    def sheet(name: str, given: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            keys = [value for key, value in given.items() if key.rpartition(":")[2] == "id"]
            title = given.get("name", "")
            if title.casefold() in map(str.casefold, found):
                raise _NotCanonical(_("holds two sheets of one name: {name}").format(name=shown(title)))
            found[title] = targets.get(keys[0], "") if len(keys) == 1 else ""

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = _parser()
        parser.StartElementHandler = handler
        try:
            parser.Parse(parts.get(part, b"<none/>"), True)
        except _NotCanonical as error:
            raise input_error(str(error), file=path) from None
        except (expat.ExpatError, ValueError) as error:
            raise _damaged(path, error) from None
    by_small = {name.casefold(): name for name in parts}
    return {title: by_small.get(part.casefold(), part) for title, part in found.items()}


class _NotCanonical(Exception):  # noqa: N818 (a way out of the parser)
    """Something that two readers could take for different things, in words."""


class _Scanner:
    """Follows the cells of a sheet's XML."""

    def __init__(self, lengths: list[int]) -> None:
        self.found = Scanned()
        self._lengths = lengths
        self._row, self._column = -1, -1
        self._formula = self._filled = self._shared = self._there = False
        self._cells = 0
        self._text = self._inside = ""

    def start(self, name: str, given: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "row":
            self._row = _row_number(given["r"]) if "r" in given else self._row + 1
            self._column = -1
        elif kind == "c":
            self._cells += 1
            if self._cells > MOST_CELLS:
                raise _TooMany
            self._column = self._column_of(given["r"]) if "r" in given else self._column + 1
            self._formula = False
            self._shared, self._text = given.get("t") == "s", ""
            self._filled = given.get("t") == "str"  # a formula whose value is an empty text
            if given.get("t") == "e":
                self.found.errors.append((self._row, self._column))
        elif kind == "f":
            self._formula = True
            self.found.formulas += 1
        self._there = kind != "c" and (self._there or kind in ("v", "is", "f"))
        self._inside = kind

    def _column_of(self, told: str) -> int:
        """The column of a cell by its address, which must be of the row it stands in."""
        place = cell_place(told)
        if place is None or place[0] != self._row or place[1] >= MOST_COLUMNS:
            raise _NotCanonical(
                _("must have cells and rows with addresses such as F214 (got {value})").format(value=shown(told))
            )
        return place[1]

    def text(self, text: str) -> None:
        if self._inside in ("v", "t") and text.strip():
            self._filled = True
            self._text += text if self._shared else ""

    def _shared_text(self) -> int:
        """Which shared text the cell names."""
        if not _INDEX.fullmatch(self._text) or int(self._text) >= len(self._lengths):
            told = _("{cell} names a shared text that is not there (got {value})")
            raise _NotCanonical(told.format(cell=address(self._row, self._column), value=shown(self._text)))
        return int(self._text)

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] != "c" or not self._there:
            return
        found = self.found
        if self._shared and self._text:
            found.characters += self._lengths[self._shared_text()]
        if self._row > found.last_row or self._column > found.last_column:
            found.far = address(self._row, self._column)
        found.last_row, found.last_column = max(found.last_row, self._row), max(found.last_column, self._column)
        if self._formula and not self._filled:
            found.without_value.append((self._row, self._column))


def _row_number(told: str) -> int:
    """A row from 0, of a number in a file."""
    if not _ROW.fullmatch(told) or int(told) > MOST_ROWS:
        raise _NotCanonical(
            _("must have cells and rows with addresses such as F214 (got {value})").format(value=shown(told))
        )
    return int(told) - 1


class _TooMany(Exception):  # noqa: N818 (a way out of the parser)
    pass


def _lengths(path: Path, parts: dict[str, bytes]) -> list[int]:
    """Characters of each shared text."""
    found: list[int] = []

    def start(name: str, _given: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            found.append(0)

    def text(more: str) -> None:
        if found:
            found[-1] += len(more)

    parser = _parser()
    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    part = next((part for name, part in parts.items() if name.casefold() == "xl/sharedstrings.xml"), b"")
    try:
        if part:
            parser.Parse(part, True)
    except (expat.ExpatError, ValueError) as error:
        raise _damaged(path, error) from None
    return found


def _scan(path: Path, title: str, text: bytes, lengths: list[int]) -> Scanned:
    scanner, parser = _Scanner(lengths), _parser()
    parser.StartElementHandler, parser.EndElementHandler = scanner.start, scanner.end
    parser.CharacterDataHandler = scanner.text
    try:
        parser.Parse(text, True)
    except _TooMany:
        raise _too_many(path, title, "") from None
    except _NotCanonical as error:
        raise input_error(str(error), file=f"{path}!{title}") from None
    except (expat.ExpatError, ValueError) as error:
        raise _damaged(path, error) from None
    return scanner.found


def _too_many(path: Path, title: str, far: str) -> InputError:
    told = _("must have at most {most} cells in its sheets").format(most=MOST_CELLS)
    if far:
        told += _("; delete what stands far out, in {cell}").format(cell=far)
    return input_error(told, file=f"{path}!{title}")


def _check_sizes(path: Path, scanned: dict[str, Scanned]) -> None:
    total = characters = 0
    for title, found in scanned.items():
        characters += found.characters
        if characters > MOST_UNPACKED:
            told = _("must hold at most {most:g} million characters in its cells").format(most=MOST_UNPACKED / 1e6)
            raise input_error(told, file=f"{path}!{title}")
        total += (found.last_row + 1) * (found.last_column + 1)
        if total > MOST_CELLS:
            raise _too_many(path, title, found.far)


_ROW: Final = re.compile(r"[1-9]\d{0,6}", re.ASCII)
_INDEX: Final = re.compile(r"\d{1,9}", re.ASCII)
_ADDRESS: Final = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)


def cell_place(address_: str) -> tuple[int, int] | None:
    """Row and column of an address such as `F214`, from 0; None where it is none."""
    found = _ADDRESS.fullmatch(address_)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def address(row: int, column: int) -> str:
    """The address of a cell, row and column from 0: `F214`."""
    letters, left = "", column + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(65 + digit) + letters
    return f"{letters}{row + 1}"
