"""What the system and the readers of YAML, CSV, XML, JSON and archives say of their own accord, in the language in use.

They speak English; what they say often has its Chinese in our catalogues, and the rest stays as it is.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from typing import Final

from sim.language import _, retold

_SYSTEM: Final = {
    errno.EPERM: "operation not permitted",
    errno.ENOENT: "no such file or directory",
    errno.EIO: "input/output error",
    errno.EACCES: "permission denied",
    errno.EBUSY: "device or resource busy",
    errno.EEXIST: "file exists",
    errno.ENOTDIR: "not a directory",
    errno.EISDIR: "is a directory",
    errno.EINVAL: "invalid argument",
    errno.EMFILE: "too many open files",
    errno.EFBIG: "file too large",
    errno.ENOSPC: "no space left on device",
    errno.EROFS: "read-only file system",
    errno.ENAMETOOLONG: "file name too long",
    errno.ENOTEMPTY: "directory not empty",
    errno.ELOOP: "too many levels of symbolic links",
}
_YAML: Final = (
    "block sequence entries are not allowed in this context",
    "control characters are not allowed",
    "could not find expected ':'",
    "could not find expected directive name",
    "did not find URI escaped octet",
    "did not find expected '!'",
    "did not find expected ',' or ']'",
    "did not find expected ',' or '}}'",
    "did not find expected '-' indicator",
    "did not find expected <document start>",
    "did not find expected alphabetic or numeric character",
    "did not find expected comment or line break",
    "did not find expected digit or '.' character",
    "did not find expected hexdecimal number",
    "did not find expected key",
    "did not find expected node content",
    "did not find expected tag URI",
    "did not find expected version number",
    "did not find expected whitespace",
    "did not find expected whitespace or line break",
    "did not find the expected '>'",
    "found a tab character that violates indentation",
    "found a tab character where an indentation space is expected",
    "found an indentation indicator equal to 0",
    "found character that cannot start any token",
    "found duplicate %TAG directive",
    "found duplicate %YAML directive",
    "found extremely long version number",
    "found incompatible YAML document",
    "found invalid Unicode character escape code",
    "found undefined tag handle",
    "found unexpected ':'",
    "found unexpected document indicator",
    "found unexpected end of stream",
    "found unexpected non-alphabetical character",
    "found unknown directive name",
    "found unknown escape character",
    "mapping keys are not allowed in this context",
    "mapping values are not allowed in this context",
    "mapping values are not allowed here",
    "expected ',' or ']', but got {value}",
    "expected ',' or '}}', but got {value}",
    "expected <block end>, but found {value}",
    "expected the node content, but found {value}",
    "found character {value} that cannot start any token",
    "while parsing a %TAG directive",
    "while parsing a block collection",
    "while parsing a block mapping",
    "while parsing a block node",
    "while parsing a flow mapping",
    "while parsing a flow node",
    "while parsing a flow sequence",
    "while parsing a node",
    "while parsing a quoted scalar",
    "while parsing a tag",
    "while scanning a %TAG directive",
    "while scanning a %YAML directive",
    "while scanning a block scalar",
    "while scanning a directive",
    "while scanning a plain scalar",
    "while scanning a quoted scalar",
    "while scanning a simple key",
    "while scanning a tag",
    "while scanning an alias",
    "while scanning an anchor",
    "while scanning for the next token",
)
_CSV: Final = (
    "unexpected end of data",
    "line contains NUL",
    "',' expected after '\"'",
    "field larger than field limit (131072)",
    "new-line character seen in unquoted field - do you need to open the file with newline=''?",
)
_XML: Final = (
    "syntax error",
    "no element found",
    "not well-formed (invalid token)",
    "unclosed token",
    "partial character",
    "mismatched tag",
    "duplicate attribute",
    "junk after document element",
    "undefined entity",
    "reference to invalid character number",
    "XML or text declaration not at start of entity",
    "unknown encoding",
    "unclosed CDATA section",
    "unbound prefix",
)
_DATES: Final = (
    "month must be in 1..12",
    "day is out of range for month",
    "hour must be in 0..23",
    "minute must be in 0..59",
    "second must be in 0..59",
)
_SQLITE: Final = (
    "database is locked",
    "database or disk is full",
    "database disk image is malformed",
    "disk i/o error",
    "file is not a database",
    "attempt to write a readonly database",
    "unable to open database file",
)
_ZIP: Final = (
    "File is not a zip file",
    "File is not a zip file: {reason}",
    "Truncated file header",
    "Bad magic number for file header",
    "Bad magic number for central directory",
    "Truncated central directory",
    "Bad CRC-32 for file '{name}'",
    "Bad offset for central directory",
    "Overlapped entries: '{name}' (possible zip bomb)",
    "That compression method is not supported",
    "Error -3 while decompressing data: {reason}",
    "invalid block type",
    "invalid distance too far back",
    "File name in directory '{name}' and header {value} differ.",
)
_JSON: Final = (
    "Expecting value",
    "Expecting ',' delimiter",
    "Expecting ':' delimiter",
    "Expecting property name enclosed in double quotes",
    "Extra data",
    "Illegal trailing comma before end of array",
    "Illegal trailing comma before end of object",
    "Invalid control character at",
    "Invalid \\escape",
    "Invalid \\uXXXX escape",
    "Unterminated string starting at",
    "Unexpected UTF-8 BOM (decode using utf-8-sig)",
)
_OFFICE: Final = (
    "Cell string index not found in shared strings table",
    "Zip error: {reason}",
    "invalid Zip archive: {reason}",
)
_OTHERS: Final = ("embedded null byte", "embedded null character in path")
_READERS: Final = (*_YAML, *_CSV, *_XML, *_DATES, *_SQLITE, *_ZIP, *_JSON, *_OFFICE)
_XML_PLACE: Final = re.compile(r"(.*): line (\d+), column (\d+)")


def messages() -> Iterator[str]:
    """All of them, for the catalogue."""
    yield from (*_SYSTEM.values(), *_READERS, *_OTHERS)


def of_system(error: Exception) -> str:
    """Why the system refused."""
    number, said = getattr(error, "errno", None), getattr(error, "strerror", None)
    return _(_SYSTEM.get(number or 0) or str(said or error).lower())


def of_reader(error: object) -> str:
    """Why a reader of files, or of dates, refused."""
    return retold(str(error), _READERS)


def of_xml(error: Exception) -> str:
    """Why text is no XML, with the place."""
    said = _XML_PLACE.fullmatch(str(error))
    if said is None:
        return _(str(error))
    return _("{reason}: line {line}, column {column}").format(reason=_(said[1]), line=said[2], column=said[3])
