"""The base of every input model: frozen, no unknown keys, so that a typing error is found at the door."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sim.errors import Refusal, listed, must_be, shown
from sim.language import LANGUAGES, _, spoken
from sim.units import Door

SiteClass = Literal["A", "B", "C", "D"]
N = TypeVar("N", list[float], tuple[float, float])


def _rising(values: N) -> N:
    """Values from the smallest to the largest; equal ones may stand side by side."""
    if any(later < earlier for earlier, later in pairwise(values)):
        raise Refusal(_("must rise from the first to the last"), listed(f"{value:g}" for value in values))
    return values


RISING: Final = AfterValidator(_rising)
"""For a list or a pair of numbers that goes from the smaller to the larger."""
SINGLES: Final = ("service", "procedure", "row")
"""Lines of a selection that mean one thing that is no site."""


class Spec(BaseModel):
    """Frozen pydantic model that forbids unknown keys and refuses NaN and infinity."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Title(Spec):
    """A title in both languages of the field."""

    en: str = ""
    zh: str = ""


class Said(str):
    """A text in both languages: the English itself, as data have it, with the Chinese beside it."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str) -> Self:
        """From both; where one is empty the other stands for it."""
        made = super().__new__(cls, en or zh)
        made.zh = zh or en
        return made

    def __reduce__(self) -> tuple[type[Said], tuple[str, str]]:
        """For copies and pickles."""
        return Said, (str(self), self.zh)


def text_told(text: str) -> str:
    """A text of a scenario in the language in use; a plain text is taken for both."""
    return text.zh if isinstance(text, Said) and spoken() == "zh" else str(text)


def joined(mark: str, texts: Iterable[str]) -> str:
    """Texts with a mark between them, empty ones left out; in both languages where one of them is."""
    parts = [text for text in texts if text]
    plain = mark.join(map(str, parts))
    if not any(isinstance(part, Said) for part in parts):
        return plain
    return Said(plain, mark.join(part.zh if isinstance(part, Said) else part for part in parts))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and value and set(value) <= set(LANGUAGES):
        parts = [value.get(language, "") for language in LANGUAGES]
        if all(isinstance(part, str) for part in parts) and any(parts):
            return Said(*parts)
    if isinstance(value, int | float):
        raise must_be(_("text; put it in quotes"), shown(value))
    raise must_be(_("text, or a table of en and zh with text in it"), shown(value))


_EITHER: Final = {"type": "string"}
Text = Annotated[
    str,
    Door(
        _text,
        {
            "anyOf": [
                _EITHER,
                {"type": "object", "properties": {"en": _EITHER, "zh": _EITHER}, "additionalProperties": False},
            ]
        },
        lambda text: {"en": str(text), "zh": text.zh} if isinstance(text, Said) else text,
    ),
]
"""A text for people: plain, or a table of `en` and `zh`."""


class Where(Spec):
    """A selection of sites by properties; all given lines must hold. Never a list of hundreds of ids."""

    site_class: Annotated[SiteClass | list[SiteClass] | None, Field(alias="class")] = None
    county: str | list[str] | None = None
    township: str | list[str] | None = None
    role: str | list[str] | None = None
    list_: Annotated[str | None, Field(alias="list")] = None
    party: str | None = None
    cabinet: Literal["outdoor", "room"] | None = None
    key: bool | None = None
    command: bool | None = None
    urban: bool | None = None
    fixed_generator: bool | None = None
    downstream_at_least: Annotated[int | None, Field(ge=0)] = None
    """Sites whose loss would cut at least this many others off."""
    service: str | None = None
    """One service of the machine rooms; targets of KPIs of services alone."""
    procedure: str | None = None
    """One procedure; targets of KPIs of procedures alone."""
    row: str | None = None
    """One row of racks; targets of KPIs of rows alone."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    @property
    def singled(self) -> tuple[str, str]:
        """The sort and name of the one service, procedure or row it means; empty for a selection of sites."""
        given = ((sort, getattr(self, sort)) for sort in SINGLES)
        return next(((sort, name) for sort, name in given if name is not None), ("", ""))

    @property
    def means_sites(self) -> bool:
        """Whether any of its lines selects sites."""
        return any(name not in SINGLES for name in self.model_dump(exclude_none=True))
