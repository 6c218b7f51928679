"""Makes the Chinese font of the pictures: a subset of WenQuanYi Micro Hei under a name of its own.

    apt-get install fonts-wqy-microhei
    python tools/make_font.py /usr/share/fonts/truetype/wqy/wqy-microhei.ttc

Kept are all of GB 2312, ASCII, Latin-1, Greek, punctuation and full-width forms. Hints, layout tables and
vertical metrics go: pictures need none of them. The same source gives the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FAMILY: Final = "Drillsim Hei"
TARGET: Final = Path(__file__).resolve().parent.parent / "sim" / "report" / "fonts" / "drillsim-hei.ttf"
RANGES: Final = (
    (0x0020, 0x007E), (0x00A0, 0x00FF), (0x0370, 0x03FF), (0x2000, 0x206F), (0x2190, 0x2193),
    (0x3000, 0x303F), (0xFF01, 0xFFEE),
)  # fmt: skip
_COPYRIGHT, _FAMILY, _STYLE, _UNIQUE, _FULL, _VERSION, _POSTSCRIPT, _TRADEMARK = range(8)
_DESCRIPTION, _LICENCE, _LICENCE_URL = 10, 13, 14


def wanted() -> set[int]:
    """Code points to keep."""
    kept = {code for first, last in RANGES for code in range(first, last + 1)}
    for lead in range(0xA1, 0xF8):
        for trail in range(0xA1, 0xFF):
            text = bytes((lead, trail)).decode("gb2312", errors="ignore")
            kept.update(ord(character) for character in text)
    return kept


def subset(font: TTFont) -> None:
    """Leaves the wanted glyphs and the tables that draw them."""
    options = Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=["*"], glyph_names=False)
    options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB", "vhea", "vmtx", "gasp"]
    options.recalc_timestamp = False
    worker = Subsetter(options)
    worker.populate(unicodes=wanted())
    worker.subset(font)


def rename(font: TTFont) -> None:
    """A family name of its own, so that it never hides an installed Micro Hei; notices of the source stay."""
    table = font["name"]
    names = {
        _COPYRIGHT: table.getDebugName(_COPYRIGHT),
        _FAMILY: FAMILY,
        _STYLE: "Regular",
        _UNIQUE: f"{FAMILY}; subset of WenQuanYi Micro Hei 0.2.0-beta",
        _FULL: FAMILY,
        _VERSION: "Version 0.2.0-beta; GB 2312 subset",
        _POSTSCRIPT: FAMILY.replace(" ", ""),
        _TRADEMARK: table.getDebugName(_TRADEMARK),
        _DESCRIPTION: "Subset of WenQuanYi Micro Hei: GB 2312, Latin-1, Greek, punctuation; hints removed.",
        _LICENCE: table.getDebugName(_LICENCE),
        _LICENCE_URL: table.getDebugName(_LICENCE_URL),
    }
    table.names = []
    for number, text in names.items():
        table.setName(text, number, 3, 1, 0x409)


def main(arguments: list[str]) -> int:
    """Writes the font; the argument is the source, a .ttc or .ttf file."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python tools/make_font.py PATH/TO/wqy-microhei.ttc\n")
        return 2
    font = TTFont(arguments[0], fontNumber=0, recalcTimestamp=False)
    subset(font)
    rename(font)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    font.save(TARGET)
    glyphs = font["maxp"].numGlyphs
    sys.stdout.write(f"{TARGET.name}: {glyphs} glyphs, {TARGET.stat().st_size / 1e6:.2f} MB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
