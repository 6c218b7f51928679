"""Text files as spreadsheets export them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sim.errors import input_error
from sim.language import _
from sim.reasons import of_system

_MOST_BYTES: Final = 32_000_000


def text_of(path: Path) -> str:
    """A table as spreadsheets export it: UTF-8 with or without a byte order mark, else GB18030."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise input_error(_("is larger than the limit of {limit:g} MB").format(limit=_MOST_BYTES / 1e6), file=path)
        raw: Any = path.read_bytes()
    except OSError as error:
        raise input_error(_("cannot be read: {reason}").format(reason=of_system(error)), file=path) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = str(raw, encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise input_error(_("is not a text file in UTF-8 or GB18030"), file=path)
