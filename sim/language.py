"""What people read, in English or Chinese: messages are English in the code, their Chinese in gettext catalogues.

`_` marks a message and gives it in the language in use; `speaking` sets that language for what is done inside. The
catalogues lie in `sim/languages/zh/LC_MESSAGES`, one a room; `tools/catalogues.py` keeps and compiles them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter
from typing import Final, Literal, get_args

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
CATALOGUES: Final = Path(__file__).parent / "languages"

_CHINESE: Final = re.compile("[一-鿿]")
_now: ContextVar[Language] = ContextVar("language", default="en")


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """The language of all messages made inside."""
    before = _now.set(language)
    try:
        yield
    finally:
        _now.reset(before)


def spoken() -> Language:
    """The language in use."""
    return _now.get()


def of_environment(environment: Mapping[str, str]) -> Language:
    """The language a system asks for, by the variables of gettext: `LANGUAGE`, `LC_ALL`, `LC_MESSAGES`, `LANG`."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        asked = environment.get(variable, "").split(":")[0]
        if asked:
            return "zh" if asked.lower().startswith("zh") else "en"
    return "en"


def _(message: str) -> str:
    """A message in the language in use; English where it has no translation."""
    return message if _now.get() == "en" else translations(_now.get()).get(message, message)


def marked(message: str) -> str:
    """A message in English, which `_` puts into the language in use where it is shown."""
    return message


def retold(text: str, messages: Sequence[str]) -> str:
    """English text that was made from one of these messages, in the language in use; as it is where none fits.

    The first message that fits counts; what fills its field `reason` is looked up in the same way.
    """
    if spoken() == "en":
        return text
    for message in messages:
        if found := _made_from(message).fullmatch(text):
            fields = found.groupdict()
            if "reason" in fields:
                fields["reason"] = retold(fields["reason"], messages)
            return _(message).format(**fields)
    return text


@cache
def _made_from(message: str) -> re.Pattern[str]:
    """The pattern of texts that a message makes, with its fields as groups."""
    parts = Formatter().parse(message)
    return re.compile("".join(re.escape(plain) + (f"(?P<{name}>.+?)" if name else "") for plain, name, _s, _c in parts))


def bilingual(text: str) -> str:
    """A label written as English with its Chinese behind it: as it is in English, its Chinese alone in Chinese.

    Parts set apart by a middle dot are treated each for itself; of several lines the English ones are left out.
    """
    if spoken() == "en":
        return text
    lines = [line for line in text.split("\n") if _CHINESE.search(line)] or text.split("\n")
    return "\n".join(
        "".join(_chinese(part) if _CHINESE.search(part) else part for part in re.split(r"(\s·\s)", line))
        for line in lines
    )


def _chinese(part: str) -> str:
    """What stands from the first Chinese character on, with a sign before the English."""
    sign = re.match(r"[✗✓!○▮]\s", part)
    return f"{sign[0] if sign else ''}{part[_CHINESE.search(part).start() :]}"  # type: ignore[union-attr]


def said(en: str, zh: str) -> str:
    """A label in English with the Chinese behind it; in Chinese the Chinese alone."""
    return zh if spoken() == "zh" and zh else f"{en} {zh}".strip()


def chosen(en: str, zh: str) -> str:
    """A name that has two spellings in the language in use, the other one where that is empty."""
    return (zh or en) if _now.get() == "zh" else (en or zh)


def readable(en: str, zh: str) -> str:
    """The name of a thing that a reader of the language in use can read: in English none in Chinese letters.

    Empty where there is none, so that the id stands for it.
    """
    name = chosen(en, zh)
    return "" if _now.get() == "en" and _CHINESE.search(name) else name


@cache
def translations(language: Language, room: str = "*") -> dict[str, str]:
    """All messages of the compiled catalogues of a language, English → translation; `room` names one catalogue."""
    found: dict[str, str] = {}
    for file in sorted((CATALOGUES / language / "LC_MESSAGES").glob(f"{room}.mo")):
        with file.open("rb") as stream:
            catalogue = GNUTranslations(stream)._catalog  # type: ignore[attr-defined]  # noqa: SLF001 (no public listing)
        found |= {str(key): str(text) for key, text in catalogue.items() if key and isinstance(key, str)}
    return found
