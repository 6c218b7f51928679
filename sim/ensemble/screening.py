"""Which inputs of a function matter: Morris screening and Sobol indices on the unit cube."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.streams import Streams

Floats = NDArray[np.float64]
Evaluate = Callable[[Floats], Floats]
"""Points of the unit cube, shape (n, k), to outputs, shape (n, outputs)."""

LEVELS: Final = 4
"""Levels of Morris' grid; steps are 2/3, so that every level is used equally often. Source: Morris 1991, section 3."""


RESAMPLES: Final = 200
"""Resamples of a bootstrap interval. Assumed: enough for its first digit."""


@dataclass(frozen=True)
class Effects:
    """Of each input on each output, shape (k, outputs): mean of absolute elementary effects, of effects, their spread.

    An effect is the change of the output per whole range of the input. `sigma` beside `mu_star` tells of curvature or
    of inputs that work together. Source: Campolongo, Cariboni & Saltelli 2007, doi:10.1016/j.envsoft.2006.10.004.
    """

    mu_star: Floats
    mu: Floats
    sigma: Floats


def trajectories(inputs: int, count: int, seed: int = 1) -> Floats:
    """Walks through the grid that move one input at a time, shape (count, inputs + 1, inputs)."""
    streams, step = Streams(seed), LEVELS / 2 / (LEVELS - 1)
    walks = np.empty((count, inputs + 1, inputs))
    for walk in range(count):
        draw = streams("morris", walk)
        low = draw.integers(0, LEVELS // 2, inputs) / (LEVELS - 1)
        up = draw.integers(0, 2, inputs).astype(bool)
        walks[walk] = np.where(up, low, low + step)
        for turn, moved in enumerate(draw.permutation(inputs), start=1):
            walks[walk, turn:, moved] = low[moved] + (step if up[moved] else 0.0)
    return walks


def morris(evaluate: Evaluate, inputs: int, count: int, seed: int = 1) -> Effects:
    """Elementary effects along `count` walks; costs `count` × (`inputs` + 1) points, evaluated all at once.

    Source: Morris 1991, doi:10.1080/00401706.1991.10484804.
    """
    walks = trajectories(inputs, count, seed)
    outputs = evaluate(walks.reshape(-1, inputs)).reshape(count, inputs + 1, -1)
    moves, changes = np.diff(walks, axis=1), np.diff(outputs, axis=1)
    effects = np.empty((count, inputs, outputs.shape[2]))
    for walk in range(count):
        moved = np.abs(moves[walk]).argmax(axis=1)
        effects[walk, moved] = changes[walk] / moves[walk, np.arange(inputs), moved][:, None]
    sigma = effects.std(axis=0, ddof=1) if count > 1 else np.zeros(effects.shape[1:])
    return Effects(np.abs(effects).mean(axis=0), effects.mean(axis=0), sigma)


@dataclass(frozen=True)
class Indices:
    """Shares of each output's variance, shape (outputs, k): of an input alone, and with all it works together with.

    `low` and `high` are 95 % bootstrap intervals of the total index, which tell whether the sample was large enough;
    all are NaN for an output that does not vary.
    """

    first: Floats
    total: Floats
    low: Floats
    high: Floats


def sobol(evaluate: Evaluate, inputs: int, n: int, seed: int = 1) -> Indices:
    """Sobol indices with inputs uniform in the cube; costs `n` × (`inputs` + 2) points; `n` is a power of two.

    Source: Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018, by `scipy.stats.sobol_indices`.
    """
    from scipy.stats import qmc

    names = Streams(seed)
    sample = qmc.Sobol(2 * inputs, rng=names("sobol")).random(n)
    a, b = sample[:, :inputs], sample[:, inputs:]
    mixed = np.repeat(a[None], inputs, axis=0)
    for row in range(inputs):
        mixed[row, :, row] = b[:, row]
    outputs = evaluate(np.concatenate([a, b, mixed.reshape(-1, inputs)]))
    f_a, f_b = outputs[:n].T, outputs[n : 2 * n].T
    f_ab = outputs[2 * n :].reshape(inputs, n, -1).transpose(0, 2, 1)
    first, total = _indices(f_a, f_b, f_ab)
    draw = names("bootstrap")
    again = [draw.integers(0, n, n) for _ in range(RESAMPLES)]
    totals = np.array([_indices(f_a[:, rows], f_b[:, rows], f_ab[:, :, rows])[1] for rows in again])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of an output that does not vary
        low, high = np.nanpercentile(totals, (2.5, 97.5), axis=0)
    return Indices(first, total, low, high)


def _indices(f_a: Floats, f_b: Floats, f_ab: Floats) -> tuple[Floats, Floats]:
    """First and total indices, shape (outputs, k)."""
    from scipy.stats import sobol_indices

    def twice(part: Floats) -> Floats:
        return np.concatenate([part, part], axis=-2)

    with np.errstate(invalid="ignore", divide="ignore"):  # twice: scipy 1.17 fails on one output of one input
        found = sobol_indices(func={"f_A": twice(f_a), "f_B": twice(f_b), "f_AB": twice(f_ab)}, n=f_a.shape[1])
    varies = np.ptp(np.concatenate([f_a, f_b], axis=1), axis=1) > 0
    shape = (2 * len(f_a), len(f_ab))
    parts = (
        np.asarray(part, dtype=np.float64).reshape(shape)[: len(f_a)] for part in (found.first_order, found.total_order)
    )
    first, total = (np.where(varies[:, None], part, np.nan) for part in parts)
    return first, total
