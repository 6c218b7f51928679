"""One cell made plain: full-width signs, stray spaces, words for nothing, units behind numbers, dates in any dress.

What is changed is named, so that it can be counted; what cannot be understood stays as it is, for the reader of the
table to refuse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from sim.sheets.grid import Raw

LONGEST: Final = 32_767
"""Characters of a cell; no spreadsheet holds more."""
_LARGEST_EXACT: Final = 1e15
_NOTHING: Final = frozenset({
    "无", "/", "\\", "—", "——", "―", "–", "--", "---", "n/a", "na", "null", "none", "nan", "#n/a", ".", "。", "、", "?",
    "空", "暂无", "未知", "不详", "待补", "待补充", "未填", "不明",
})  # fmt: skip
"""Words for an empty cell; `-` alone is another matter where a column names something."""
_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_UNSEEN: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_NUMBER: Final = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_WITH_UNIT: Final = re.compile(rf"({_NUMBER})\s*([^\d\s.+-][^\d]*)", re.ASCII)
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(?:[,，']\d{3})+(?:\.\d+)?(?![\d,])", re.ASCII)
_PRODUCT: Final = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:ah|安时)?\s*[x×*]\s*(\d+(?:\.\d+)?)\s*(?:ah|安时|组)?", re.IGNORECASE
)
_DEGREES: Final = re.compile(
    r"""(\d{1,3})[°度]\s*(?:(\d{1,2}(?:\.\d+)?)['′分]\s*)?(?:(\d{1,2}(?:\.\d+)?)(?:"|″|''|秒)\s*)?"""
)
_PIECES: Final = ("组", "台", "套", "辆", "人", "户", "个", "座", "站", "支", "队", "名", "块", "部")

UNITS: Final[dict[str, Mapping[str, float]]] = {
    "ah": {"ah": 1, "安时": 1, "a.h": 1, "a·h": 1},
    "kwh": {"kwh": 1, "度": 1, "千瓦时": 1, "kw·h": 1, "wh": 0.001},
    "w": {"w": 1, "瓦": 1, "kw": 1000, "千瓦": 1000},
    "kw": {"kw": 1, "千瓦": 1, "w": 0.001, "瓦": 0.001, "kva": 0.8},
    "a": {"a": 1, "安": 1, "安培": 1},
    "v": {"v": 1, "伏": 1},
    "h": {"h": 1, "小时": 1, "hr": 1, "hrs": 1, "时": 1, "个小时": 1, "min": 1 / 60, "分钟": 1 / 60, "分": 1 / 60},
    "km": {"km": 1, "公里": 1, "千米": 1, "m": 0.001, "米": 0.001},
    "l": {"l": 1, "升": 1, "公升": 1},
    "count": {"万": 1e4, "万人": 1e4, "万户": 1e4, **dict.fromkeys(_PIECES, 1.0)},
    "share": {"%": 0.01, "％": 0.01},
}
"""Units that may stand behind a number, by the dimension of a column → what one of them is in the column's own."""


def text_of(value: Raw) -> str:
    """A raw cell as text: whole numbers without a point, dates as 2019-06-01, yes and no."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _LARGEST_EXACT else repr(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, timedelta):
        return repr(value.total_seconds() / 3600)
    return str(value)


def rounded(value: Raw) -> bool:
    """Whether a number has more digits than a spreadsheet keeps, so that a code typed as one is lost."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _LARGEST_EXACT


def tidy(text: str, done: set[str]) -> str:
    """A text without spaces around it or unseen signs; adds `spaces` to `done` where it had any."""
    kept = " ".join(text.translate(_UNSEEN).replace("\u3000", " ").split())
    if kept != text:
        done.add("spaces")
    return kept


def narrow(text: str, done: set[str]) -> str:
    """A text with full-width letters, digits and signs made plain; adds `full-width`."""
    kept = text.translate(_WIDE)
    if kept != text:
        done.add("full-width")
    return kept.strip()


def nothing(text: str, done: set[str]) -> bool:
    """Whether a text is a word for nothing; adds `nothing`."""
    if text.casefold() in _NOTHING or text == "-":
        done.add("nothing")
        return True
    return False


def number(text: str, dimension: str, done: set[str], heading_unit: str = "") -> str:
    """A number without thousands separators and unit, in the column's own unit; the text itself where it is none.

    `heading_unit`: that of the heading, for numbers that have none of their own.
    """
    units = UNITS.get(dimension, {})
    if _THOUSANDS.match(text):
        text = re.sub(r"(?<=\d)[,，'](?=\d{3})", "", text)
        done.add("thousands")
    if dimension == "degrees":
        return _degrees(text, done)
    if dimension == "ah" and (found := _PRODUCT.fullmatch(text)):
        done.add("product")
        return _short(float(found[1]) * float(found[2]))
    if found := _WITH_UNIT.fullmatch(text):
        factor = units.get(found[2].strip().casefold())
        if factor is None:
            return text
        done.add("unit")
        return found[1] if factor == 1 else _short(float(found[1]) * factor)
    factor = units.get(heading_unit.casefold(), 1.0)
    return text if factor == 1 or not re.fullmatch(_NUMBER, text, re.ASCII) else _short(float(text) * factor)


def product(text: str) -> tuple[float, float] | None:
    """Factors of a text such as 500Ah*2组; None where it is none."""
    found = _PRODUCT.fullmatch(narrow(tidy(text, set()), set()))
    return (float(found[1]), float(found[2])) if found else None


def _short(value: float) -> str:
    value = round(value, 9)
    return str(int(value)) if value.is_integer() and abs(value) < _LARGEST_EXACT else repr(value)


def _degrees(text: str, done: set[str]) -> str:
    """121.5, 121.5°E, 东经121°30′00″ → 121.5."""
    kept = re.sub(r"^(?:东经|北纬|[EN])\s*|\s*(?:[EN]|°[EN]?)$", "", text, flags=re.IGNORECASE)
    if found := _DEGREES.fullmatch(kept.strip()):
        done.add("degrees")
        whole, minutes, seconds = (float(part or 0) for part in found.groups())
        return _short(whole + minutes / 60 + seconds / 3600)
    if kept != text:
        done.add("degrees")
    return kept


_DATE_FORMS: Final = (
    re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?(?:[ T].*)?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})?"),
    re.compile(r"(\d{4})年?()()"),
)
_EPOCH: Final = date(1899, 12, 30)
_SERIAL: Final = re.compile(r"[2-6]\d{4}(?:\.\d+)?")


def day(text: str, done: set[str]) -> date | None:
    """The day a text means: 2019-06-01, 2019年6月, 201906, 2019, a spreadsheet's 43617; None where it means none."""
    if _SERIAL.fullmatch(text):
        done.add("date")
        return _EPOCH + timedelta(days=int(float(text)))
    for form in _DATE_FORMS:
        if found := form.fullmatch(text):
            year, month, of_month = (int(part or 1) for part in found.groups())
            try:
                meant = date(year, month, of_month)
            except ValueError:
                continue
            if not 1950 <= year <= 2100:
                continue
            if meant.isoformat() != text:
                done.add("date")
            return meant
    return None


def key(text: str) -> str:
    """A heading or word as it is compared: no spaces, no width, no case, one sort of brackets."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_UNSEEN)
    plain = plain.replace("[", "(").replace("]", ")").replace("【", "(").replace("】", ")")
    return re.sub(r"[\s*_:：\"'“”]+", "", plain)
