"""Numbers with units at the door: people write `"90 min"`, the model sees `1.5`.

Inside, every value is a plain float in the unit of its key's suffix. The parsers raise `ValueError` with what
is allowed and what was found; the annotated types put them into pydantic models. NaN, infinity and booleans
are refused. Draws use additions, multiplications, divisions and square roots alone, which IEEE 754 rounds the
same on every processor; `exp` and `log` of the C library and of numpy do not promise that.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sim.errors import Refusal, must_be, shown
from sim.exact import LN2, LN10, exp, exp_array, ln, ln_array, normal_quantile, normal_quantiles
from sim.language import _
from sim.reasons import of_reader

FloatArray = NDArray[np.float64]

_TEXT_MAX: Final = 100
_NUMBER: Final = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_AMOUNT: Final = re.compile(rf"([+-]?{_NUMBER})\s*(\S.*)?")
_DURATION: Final = re.compile(rf"([+-]?)\s*((?:{_NUMBER}\s*(?:d|h|min|s)\s*)+|{_NUMBER})")
_PIECE: Final = re.compile(rf"({_NUMBER})\s*(d|h|min|s)")
_SPREAD: Final = re.compile(rf"({_NUMBER}\s*(?:d|h|min|s)?)\s*/\s*({_NUMBER}\s*(d|h|min|s))")
_DATE_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\s?(Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_SECONDS: Final = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
_HOURS_MAX: Final = 1e9
_MS_PER_H: Final = 3_600_000
_GRAINS_PER_H: Final = 1e9


def duration_wanted() -> str:
    """What a duration must be."""
    return _('a duration such as 1.5, "90 min" or "2 h"')


def share_wanted() -> str:
    """What a share must be."""
    return _('a share from 0 to 1 such as 0.95 or "95 %"')


def spread_wanted() -> str:
    """What a skewed duration must be."""
    return _('a duration such as "20 min", a median/P90 such as "20/45 min", or a table {mean_h: 1.2}')


def moment_wanted() -> str:
    """What a point in time must be."""
    return _("a date and time such as 2023-11-05T22:00, or hours since the start such as +24 h")


@dataclass(frozen=True)
class Door:
    """Pydantic metadata: read by `parse`, told to editors by `schema`, written to JSON by `write`."""

    parse: Callable[[object], Any]
    schema: Mapping[str, Any] = field(hash=False)
    write: Callable[[Any], Any] | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if self.write is None:
            return core_schema.no_info_before_validator_function(self.parse, handler(source))
        writer = core_schema.plain_serializer_function_ser_schema(self.write)
        return core_schema.no_info_plain_validator_function(self.parse, serialization=writer)

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.schema)


def _schema(description: str, *examples: object, **limits: float) -> dict[str, Any]:
    any_of = [{"type": "number", **limits}, {"type": "string"}]
    return {"anyOf": any_of, "description": description, "examples": list(examples)}


def _refusal(wanted: str, value: object) -> Refusal:
    return must_be(wanted, shown(value, '"'))


def _plain(value: object) -> object:
    """Text without outer blanks, full-width digits, percent signs and the like as plain ones."""
    if not isinstance(value, str) or len(value) > _TEXT_MAX:
        return value
    return unicodedata.normalize("NFKC", value).replace("\N{MINUS SIGN}", "-").strip()


def _amount(value: object, wanted: str) -> tuple[float, str]:
    """A finite number and the unit written after it, casefolded; empty where there is none."""
    found, unit = _plain(value), ""
    if isinstance(found, str) and (match := _AMOUNT.fullmatch(found)):
        found, unit = float(match[1]), (match[2] or "").casefold()
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) < math.inf:
        raise _refusal(wanted, value)
    try:
        return float(found), unit
    except OverflowError:
        raise _refusal(wanted, value) from None


# Quantities: a plain number, or one with the unit of the key


def parse_quantity(value: object, unit: str, names: tuple[str, ...], minimum: float | None = 0.0) -> float:
    """A number in `unit`, plain or with one of its names after it; other units are refused, not converted."""
    wanted = _('a number of {unit} such as 35 or "35 {unit}"').format(unit=_(unit))
    number, written = _amount(value, wanted)
    if written and written not in names:
        raise _refusal(wanted, value)
    if minimum is not None and number < minimum:
        raise _refusal(_(">= {ge}").format(ge=f"{minimum:g}"), value)
    return number


def parse_count(value: object) -> int:
    """A whole number of people, at least 0."""
    number = parse_quantity(value, "people", ("people", "person", "persons", "人"))
    if not number.is_integer():
        raise _refusal(_("a whole number"), value)
    return int(number)


def _quantity(unit: str, *names: str, minimum: float | None = 0.0) -> Door:
    known = tuple(name.casefold() for name in (unit, *names))
    limits = {} if minimum is None else {"minimum": minimum}
    schema = _schema(f"Number of {unit}, plain or with the unit.", 35, f"35 {unit}", **limits)
    return Door(partial(parse_quantity, unit=unit, names=known, minimum=minimum), schema)


Km = Annotated[float, _quantity("km")]
Metres = Annotated[float, _quantity("m")]
Cm = Annotated[float, _quantity("cm")]
Mm = Annotated[float, _quantity("mm")]
Kmh = Annotated[float, _quantity("km/h", "kmh")]
Mps = Annotated[float, _quantity("m/s", "mps")]
Watts = Annotated[float, _quantity("W")]
Kw = Annotated[float, _quantity("kW")]
Kwh = Annotated[float, _quantity("kWh")]
AmpHours = Annotated[float, _quantity("Ah")]
Litres = Annotated[float, _quantity("L")]
Celsius = Annotated[float, _quantity("°C", "C", minimum=-273.15)]
PersonCount = Annotated[int, Door(parse_count, _schema("Number of people.", 12, "12 people", minimum=0))]


# Durations and shares


def _signed_hours(value: object, wanted: str) -> float:
    found = _plain(value)
    if not isinstance(found, str):
        hours = _amount(found, wanted)[0]
    elif match := _DURATION.fullmatch(found):
        pieces = [(float(piece[1]), _SECONDS[piece[2]]) for piece in _PIECE.finditer(match[2])]
        sizes = [seconds for _, seconds in pieces]
        if sizes != sorted(set(sizes), reverse=True):
            raise _refusal(wanted, value)
        hours = sum(n * seconds / 3_600 for n, seconds in pieces) if pieces else float(match[2])
        hours = -hours if match[1] == "-" else hours
    else:
        raise _refusal(wanted, value)
    if abs(hours) > _HOURS_MAX:
        raise _refusal(_("{wanted}, at most 1e9 h").format(wanted=wanted), value)
    return hours


def parse_hours(value: object, *, positive: bool = False) -> float:
    """Hours from a number of hours or text such as `90 min`, `2 h`, `1 d`, `30 s`, `2h30min`."""
    hours = _signed_hours(value, duration_wanted())
    if hours < 0 or (positive and hours == 0):
        raise _refusal(_("> {gt}").format(gt=0) if positive else _(">= {ge}").format(ge=0), value)
    return hours


def parse_share(value: object) -> float:
    """A share in [0, 1] from a number or text such as `95 %`."""
    number, unit = _amount(value, share_wanted())
    share = number / 100 if unit == "%" else number
    if unit not in ("", "%") or not 0 <= share <= 1:
        raise _refusal(share_wanted(), value)
    return share


_HOURS_TOLD: Final = "Duration: a number of hours, or text with the unit (s, min, h, d)."
Hours = Annotated[float, Door(parse_hours, _schema(_HOURS_TOLD, 1.5, "90 min", "2 h", minimum=0))]
PositiveHours = Annotated[
    float, Door(partial(parse_hours, positive=True), _schema(_HOURS_TOLD, 1.5, "90 min", exclusiveMinimum=0))
]
Share = Annotated[float, Door(parse_share, _schema("Share: 0 to 1, or percent.", 0.95, "95 %", minimum=0, maximum=1))]


# Skewed durations

_Z90: Final = 1.2815515655446004  # standard normal quantile of 0.9, commonly printed as 1.2816
_SPREAD_KEYS: Final[dict[str, tuple[set[str], ...]]] = {
    "lognormal": ({"median_h", "p90_h"}, {"median_h", "sigma"}, {"median_h"}),
    "exponential": ({"mean_h"}, {"median_h", "p90_h"}),
}


def _twelve_digits(x: float) -> float:
    return float(f"{x:.12g}")


@dataclass(frozen=True)
class Spread:
    """A skewed duration, lognormal unless said otherwise, told by its median and 90th percentile in hours.

    Equal median and P90 mean a fixed duration. Raises `ValueError` for a P90 below the median or beyond 1000
    times it.
    """

    median_h: float
    p90_h: float
    kind: Literal["lognormal", "exponential"] = "lognormal"

    def __post_init__(self) -> None:
        if not 0 <= self.median_h <= _HOURS_MAX:
            raise Refusal(_("must have a median from 0 to 1e9 h"))
        if not self.median_h <= self.p90_h <= 1000 * self.median_h:
            raise Refusal(_("must have a P90 from the median to 1000 times the median"))
        ratio = LN10 / LN2
        if self.kind == "exponential" and not math.isclose(self.p90_h, self.median_h * ratio, rel_tol=1e-9):
            raise Refusal(_("must have, being exponential, a P90 of 3.32 times the median"))

    @classmethod
    def exponential(cls, mean_h: float) -> Spread:
        """Exponential with this mean (kept to 12 digits)."""
        mean_h = _twelve_digits(mean_h)
        return cls(mean_h * LN2, mean_h * LN10, "exponential")

    @property
    def fixed(self) -> bool:
        """True where there is nothing to draw."""
        return self.p90_h == self.median_h

    @property
    def mu(self) -> float:
        """Mean of the logarithm of hours (lognormal); minus infinity for a median of 0."""
        return ln(self.median_h) if self.median_h > 0 else -math.inf

    @cached_property
    def sigma(self) -> float:
        """Standard deviation of the logarithm of hours (lognormal): ln(P90 / median) / 1.2816."""
        return 0.0 if self.fixed else ln(self.p90_h / self.median_h) / _Z90

    @cached_property
    def mean_h(self) -> float:
        """Mean in hours; above the median, the more so the longer the tail."""
        if self.kind == "exponential":
            return _twelve_digits(self.median_h / LN2)
        return self.median_h * exp(self.sigma * self.sigma / 2)

    def quantile(self, u: float) -> float:
        """Hours not exceeded with probability u in (0, 1), to a grain of 1e-9 h."""
        z = normal_quantile(u)
        hours = self.mean_h * -ln(1.0 - u) if self.kind == "exponential" else self.median_h * exp(self.sigma * z)
        return round(hours * _GRAINS_PER_H) / _GRAINS_PER_H

    def quantiles(self, u: FloatArray) -> FloatArray:
        """`quantile` of each u, same shape, same bits."""
        z = normal_quantiles(u)
        if self.kind == "exponential":
            hours = self.mean_h * -ln_array(1.0 - np.asarray(u, dtype=np.float64))
        else:
            hours = self.median_h * exp_array(self.sigma * z)
        return np.rint(hours * _GRAINS_PER_H) / _GRAINS_PER_H


def parse_spread(value: object) -> Spread:
    """A `Spread` from hours, from text such as `20 min` or `20/45 min`, or from a table.

    The keys of the table are median_h and p90_h, median_h and sigma, median_h, or mean_h (exponential).
    """
    if isinstance(value, Spread):
        return value
    try:
        if isinstance(value, dict):
            return _spread_of_table(value)
        found = _plain(value)
        if isinstance(found, str) and (match := _SPREAD.fullmatch(found)):
            first = match[1] if match[1][-1] in "dhmins" else f"{match[1]} {match[3]}"
            return Spread(parse_hours(first), parse_hours(match[2]))
        hours = _signed_hours(value, spread_wanted())
        return Spread(hours, hours)
    except Refusal as error:
        raise error if error.found else Refusal(error.message, shown(value, '"'), error.wanted) from None


def _spread_of_table(table: dict[Any, Any]) -> Spread:
    keys = set(table) - {"kind"}
    kind = table.get("kind", "exponential" if keys == {"mean_h"} else "lognormal")
    if keys not in _SPREAD_KEYS.get(str(kind), ()):
        found = ", ".join(str(key) for key in table)
        raise Refusal(_("must have median_h and p90_h, or median_h and sigma, or mean_h"), found)
    if keys == {"mean_h"}:
        return Spread.exponential(parse_hours(table["mean_h"]))
    median_h = parse_hours(table["median_h"])
    if "sigma" in table:
        wanted = _("a number from 0 to 5")
        sigma = _amount(table["sigma"], wanted)[0]
        if not 0 <= sigma <= 5:
            raise _refusal(wanted, table["sigma"])
        return Spread(median_h, median_h * exp(sigma * _Z90))
    return Spread(median_h, parse_hours(table.get("p90_h", median_h)), kind)


def spread_json(spread: Spread) -> dict[str, float]:
    """The plain form, which `parse_spread` reads back to an equal `Spread`."""
    if spread.kind == "exponential":
        return {"mean_h": spread.mean_h}
    return {"median_h": spread.median_h, "p90_h": spread.p90_h}


_SPREAD_TABLE: Final = {
    "type": "object",
    "properties": {
        "median_h": {"type": ["number", "string"]},
        "p90_h": {"type": ["number", "string"]},
        "sigma": {"type": "number", "minimum": 0, "maximum": 5},
        "mean_h": {"type": ["number", "string"]},
        "kind": {"enum": ["lognormal", "exponential"]},
    },
    "additionalProperties": False,
}
_SPREAD_TOLD: Final = _schema(
    "Skewed duration: median/P90, one fixed value, or a table.", "20/45 min", 1.5, {"mean_h": 1.2}, minimum=0
)
_SPREAD_SCHEMA: Final = {**_SPREAD_TOLD, "anyOf": [*_SPREAD_TOLD["anyOf"], _SPREAD_TABLE]}
SpreadHours = Annotated[Spread, Door(parse_spread, _SPREAD_SCHEMA, spread_json)]


# Moments


@dataclass(frozen=True)
class Moment:
    """A point in time: a wall clock (`at`) or hours after the start (`after_h`), exactly one of them."""

    at: datetime | None = None
    after_h: float | None = None

    def __post_init__(self) -> None:
        if (self.at is None) == (self.after_h is None):
            raise ValueError(_("must have either a wall clock or hours after the start"))

    def to_h(self, start: datetime) -> float:
        """Hours since `start`, to the millisecond; a wall clock without an offset is in the zone of `start`.

        Raises `ValueError` for a wall clock with an offset where `start` has none.
        """
        if self.at is None:
            return quantise_h(self.after_h or 0.0)
        at = self.at
        if start.tzinfo is not None:  # through UTC: the same zone may change its offset in between
            at = (at if at.tzinfo else at.replace(tzinfo=start.tzinfo)).astimezone(UTC)
            start = start.astimezone(UTC)
        elif at.tzinfo is not None:
            raise Refusal(_("must be without an offset, as the start has none"), at.isoformat())
        return quantise_h((at - start).total_seconds() / 3_600)


def parse_moment(value: object) -> Moment:
    """A `Moment` from `2023-11-05T22:00` (an offset may follow), `+24 h`, or a number of hours."""
    if isinstance(value, Moment):
        return value
    if isinstance(value, datetime):
        return Moment(at=value)
    found = _plain(value)
    if not isinstance(found, str):
        return Moment(after_h=_signed_hours(found, moment_wanted()))
    if match := _DATE_TIME.fullmatch(found):
        try:
            return Moment(at=datetime.fromisoformat("".join((match[1], "T", match[2], match[3] or ""))))
        except ValueError as error:
            wanted = _("{wanted}: {reason}").format(wanted=moment_wanted(), reason=of_reader(error))
            raise _refusal(wanted, value) from None
    if match := re.fullmatch(r"(\d{1,2}):(\d\d)", found, re.ASCII):
        hours = f"{int(match[1]) + int(match[2]) / 60:.4g}"
        wanted = _('a full date and time such as 2023-11-05T{clock}, or "+{hours} h"')
        raise _refusal(wanted.format(clock=f"{found:0>5}", hours=hours), value)
    return Moment(after_h=_signed_hours(found, moment_wanted()))


def moment_json(moment: Moment) -> str | float | None:
    """The plain form, which `parse_moment` reads back to an equal `Moment`."""
    return moment.after_h if moment.at is None else moment.at.isoformat()


_MOMENT_TOLD: Final = "Point in time: a date and time, or hours since the start."
MomentField = Annotated[
    Moment, Door(parse_moment, _schema(_MOMENT_TOLD, "2023-11-05T22:00", "+24 h", "+5 min", 1.5), moment_json)
]


def quantise_h(t_h: float) -> float:
    """The time in hours, rounded to the millisecond; infinity stays, NaN raises `ValueError`."""
    try:
        return round(t_h * _MS_PER_H) / _MS_PER_H
    except OverflowError:
        return t_h


def quantise_array_h(t_h: FloatArray) -> FloatArray:
    """`quantise_h` of each time, same shape, same bits; NaN stays."""
    return np.rint(t_h * _MS_PER_H) / _MS_PER_H
