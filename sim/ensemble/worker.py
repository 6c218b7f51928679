"""What a worker does: it plays some seeds of a cell and hands back figures, never the runs themselves.

It needs neither pandas nor duckdb nor matplotlib, so that it starts quickly and stays small.
"""

from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import nan
from time import perf_counter
from traceback import extract_tb
from typing import Any, Final, NamedTuple

import numpy as np

from sim.errors import one_line
from sim.language import speaking
from sim.metrics import Tables, kpis, tables
from sim.metrics.intervals import count_over_time, value_at
from sim.run import play
from sim.scenario import Scenario
from sim.scorecard import Scorecard, ScoreRow, scorecard
from sim.topology.tables import Topology
from sim.vocabulary import KPIS

CURVE_POINTS: Final = 193
"""Instants of the curve of stations out, the ends included: every half hour of a drill of four days."""
_ERROR_CHARS: Final = 500
_KEPT: Final = 2
_topologies: Final[dict[str, Topology]] = {}
_alone: Final = threading.Lock()


class Drill(NamedTuple):
    """A scenario without its topology, and the policy it is played under."""

    scenario: Scenario
    policy: Any


@dataclass(frozen=True)
class Chunk:
    """Some seeds of a cell, to be played one after the other by whoever takes it.

    `network` and `drill` may be the things themselves, or pickled; a network also the name of a file that holds it.
    `digest` tells one network from another.
    """

    cell: str
    seeds: tuple[int, ...]
    digest: str
    network: Topology | bytes | str = field(repr=False)
    drill: Drill | bytes = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """What is kept of a run: KPIs in the order of the catalogue at the horizon, then the scorecard's lines.

    `simulated`, `met` (1, 0, NaN) and `at_h` (their instants) go with the lines of the cell;
    `curve` is stations out at CURVE_POINTS instants.
    `error` is empty for a run that came to its end.
    """

    cell: str
    seed: int
    digest: str = ""
    error: str = ""
    wall_s: float = 0.0
    kpis: bytes = b""
    simulated: bytes = b""
    met: bytes = b""
    at_h: bytes = b""
    curve: bytes = b""
    lines: str = ""
    """What the lines are, as JSON; the same in all runs of a cell."""


def play_chunk(chunk: Chunk) -> list[Outcome]:
    """An outcome for every seed, failed ones too. One chunk at a time in a process, however many threads it has."""
    with _alone, speaking("en"):  # what is kept of failed runs is data
        return _played(chunk)


def play_sent(chunk: Chunk, network: bytes) -> list[Outcome]:
    """The same where the network came on its own way."""
    return play_chunk(replace(chunk, network=network))


def as_sent(network: bytes) -> bytes:
    """A pickled network as a task of its own, so that a cluster can make it again when a worker is gone."""
    return network


def _played(chunk: Chunk) -> list[Outcome]:
    began_s = perf_counter()
    try:
        bare, policy = chunk.drill if isinstance(chunk.drill, Drill) else pickle.loads(chunk.drill)  # noqa: S301
        scenario = replace(bare, topology=_topology(chunk))
    except Exception as error:  # noqa: BLE001 (a row, whatever it is)
        return [Outcome(chunk.cell, seed, error=_told(error)) for seed in chunk.seeds]
    found = []
    for seed in chunk.seeds:
        outcome = outcome_of(chunk.cell, scenario, seed, policy)
        ended_s = perf_counter()
        found.append(replace(outcome, wall_s=ended_s - began_s))
        began_s = ended_s
    return found


def _topology(chunk: Chunk) -> Topology:
    """The network, kept for the next chunk."""
    if isinstance(chunk.network, Topology):
        return chunk.network
    if chunk.digest not in _topologies:
        while len(_topologies) >= _KEPT:
            del _topologies[next(iter(_topologies))]
        if isinstance(chunk.network, bytes):
            _topologies[chunk.digest] = pickle.loads(chunk.network)  # noqa: S301
        else:
            with open(chunk.network, "rb") as file:  # noqa: PTH123 (a name that was sent)
                _topologies[chunk.digest] = pickle.load(file)  # noqa: S301
    return _topologies[chunk.digest]


def outcome_of(cell: str, scenario: Scenario, seed: int, policy: Any = None) -> Outcome:
    """Play one run and take its figures; an error becomes part of the outcome."""
    try:
        played = play(scenario, seed, policy)
        spec = scenario.spec
        data = tables(played.log.columns(), played.inventory, spec.horizon_h, spec.plan)
        values = kpis(data)
        card = scorecard(spec, data, lists=scenario.lists, seed=seed, policy=played.policy)
        lines = judged(card)
        return Outcome(
            cell, seed, played.log.digest(),
            kpis=_bytes(values),
            simulated=np.array([nan if row.simulated is None else row.simulated for row in lines]).tobytes(),
            met=np.array([nan if row.met is None else float(row.met) for row in lines]).tobytes(),
            at_h=np.array([nan if row.at_h is None else row.at_h for row in lines]).tobytes(),
            curve=curve_of(data).astype(np.int32).tobytes(),
            lines=json.dumps([_line(row) for row in lines], ensure_ascii=False),
        )  # fmt: skip
    except Exception as error:  # noqa: BLE001 (the ensemble goes on and says so)
        return Outcome(cell, seed, error=_told(error))


def judged(card: Scorecard) -> list[ScoreRow]:
    """The scorecard's lines that hold a target or a record; the same ones in every run of a cell."""
    return [row for row in card.rows if row.section in ("target", "record")]


def _line(row: ScoreRow) -> dict[str, Any]:
    """What a line is, without what a run made of it; its instant may hang on the run, too."""
    kept = ("id", "kpi", "unit", "of", "role", "target", "comparison", "recorded", "section", "say")
    return {key: value for key, value in row.to_json().items() if key in kept}


def curve_of(data: Tables) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Stations out at CURVE_POINTS instants from start to horizon."""
    moments, levels = count_over_time(data.site_outages.spells, data.site_outages.stations)
    return value_at(moments, levels, np.linspace(0.0, data.horizon_h, CURVE_POINTS))


def _bytes(values: Mapping[str, float]) -> bytes:
    return np.array([values[name] for name in KPIS], dtype=np.float64).tobytes()


def _told(error: BaseException) -> str:
    """An error in one line, with the last place it came from in this package or the policy."""
    frames = extract_tb(error.__traceback__)
    where = f" ({frames[-1].name}, line {frames[-1].lineno})" if frames else ""
    return one_line(f"{type(error).__name__}: {error}{where}", _ERROR_CHARS)
