"""The last step of every form: the same run gives the same bytes, and the properties name nobody."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from sim.sheetfile import plain

AUTHOR: Final = "drillsim"
_CORE: Final = "docProps/core.xml"
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
_PROPERTIES: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title><dc:creator>{author}'
    "</dc:creator><cp:lastModifiedBy>{author}</cp:lastModifiedBy>"
    '<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">{at}</dcterms:modified></cp:coreProperties>'
)


def sealed(content: bytes, title: str, at: datetime) -> bytes:
    """An office file with fixed times in it: of its parts, and `at` as when it was made; the author is the program."""
    core = _PROPERTIES.format(title=escape(plain(title)), author=AUTHOR, at=f"{at:%Y-%m-%dT%H:%M:%S}Z").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, _ZIP_TIME)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o644 << 16
            new.writestr(part, core if name == _CORE else old.read(name))
    return out.getvalue()
