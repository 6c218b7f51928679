"""exp, log and the normal quantile with the same bits on every processor.

They use additions, multiplications, divisions and square roots alone, which IEEE 754 rounds the same
everywhere; `exp` and `log` of the C library and of numpy do not promise that.
"""

from __future__ import annotations

import math
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_Number = TypeVar("_Number", float, FloatArray)

LN2: Final = 0.6931471805599453
_LN2_HIGH: Final = 0.693359375  # ln 2 in two pieces, so that the reduced argument of exp loses no bits
_LN2_LOW: Final = -2.121944400546905827679e-4
LN10: Final = 2.302585092994046


def _horner(coefficients: tuple[float, ...], x: _Number) -> _Number:
    total = x * 0.0 + coefficients[0]
    for coefficient in coefficients[1:]:
        total = total * x + coefficient
    return total


def _horner8(coefficients: tuple[float, ...], x: _Number) -> _Number:
    """`_horner` of eight coefficients written out: the same bits in half the time."""
    a, b, c, d, e, f, g, h = coefficients
    return ((((((a * x + b) * x + c) * x + d) * x + e) * x + f) * x + g) * x + h


_ATANH: Final = tuple(1 / (2 * k + 1) for k in range(18, -1, -1))
_EXP: Final = tuple(1 / math.factorial(k) for k in range(15, -1, -1))


def _exp_series(x: float) -> float:
    """`_horner(_EXP, x)` of one number written out."""
    a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p = _EXP  # noqa: E741
    high = (((((((a * x + b) * x + c) * x + d) * x + e) * x + f) * x + g) * x + h) * x + i
    return ((((((high * x + j) * x + k) * x + l) * x + m) * x + n) * x + o) * x + p


def _log(mantissa: _Number, exponent: _Number) -> _Number:
    """Logarithm of mantissa * 2**exponent, mantissa in [0.5, 1), by the series of 2 atanh((m-1)/(m+1))."""
    s = (mantissa - 1.0) / (mantissa + 1.0)
    return 2.0 * s * _horner(_ATANH, s * s) + exponent * LN2


def ln(x: float) -> float:
    """Natural logarithm of a positive number."""
    mantissa, exponent = math.frexp(x)
    return _log(mantissa, float(exponent))


def ln_array(x: FloatArray) -> FloatArray:
    """`ln` of each element, same bits."""
    mantissa, exponent = np.frexp(x)
    return _log(mantissa, exponent.astype(np.float64))


def exp(x: float) -> float:
    """Exponential."""
    n = round(x / LN2)
    return math.ldexp(_exp_series((x - n * _LN2_HIGH) - n * _LN2_LOW), n)


def exp_array(x: FloatArray) -> FloatArray:
    """`exp` of each element, same bits."""
    n = np.rint(x / LN2)
    return np.ldexp(_horner(_EXP, (x - n * _LN2_HIGH) - n * _LN2_LOW), n.astype(np.int32))


# Source: Wichura 1988, Algorithm AS 241 (PPND16), Applied Statistics 37(3) 477-484, doi:10.2307/2347330.
# Each pair is numerator and denominator, highest power first: the middle, the tails, the far tails.
_MIDDLE: Final = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_TAIL: Final = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR_TAIL: Final = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
)  # fmt: skip


def _ratio(pair: tuple[tuple[float, ...], tuple[float, ...]], r: _Number) -> _Number:
    return _horner8(pair[0], r) / _horner8(pair[1], r)


def normal_quantile(u: float) -> float:
    """Standard normal quantile of u in (0, 1), good to about 1e-15, the same bits as `normal_quantiles`."""
    if not 0 < u < 1:
        raise ValueError(f"must be between 0 and 1, both excluded (got {u!r})")
    q = u - 0.5
    if abs(q) <= 0.425:
        return q * _ratio(_MIDDLE, 0.180625 - q * q)
    r = math.sqrt(-ln(u if q < 0 else 1.0 - u))
    x = _ratio(_TAIL, r - 1.6) if r <= 5.0 else _ratio(_FAR_TAIL, r - 5.0)
    return -x if q < 0 else x


def normal_quantiles(u: FloatArray) -> FloatArray:
    """`normal_quantile` of each u, same shape."""
    u = np.asarray(u, dtype=np.float64)
    if not np.all((u > 0) & (u < 1)):
        raise ValueError("must be between 0 and 1, both excluded")
    q = u - 0.5
    x = q * _ratio(_MIDDLE, np.maximum(0.180625 - q * q, 0.0))
    outer = np.abs(q) > 0.425
    r = np.sqrt(-ln_array(np.where(q < 0, u, 1.0 - u)[outer]))
    tail, far_tail = _ratio(_TAIL, np.minimum(r, 5.0) - 1.6), _ratio(_FAR_TAIL, np.maximum(r, 5.0) - 5.0)
    tails = np.where(r <= 5.0, tail, far_tail)
    x[outer] = np.where(q[outer] < 0, -tails, tails)
    return x
