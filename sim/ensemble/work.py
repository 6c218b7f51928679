"""What is to be played, in chunks: long enough that handing them out costs little, short enough to lose little."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Final, Protocol

from sim.ensemble.worker import Chunk, Outcome

_CHUNK_S: Final = 1.0
"""Seconds a chunk should last; handing one out costs some milliseconds."""
_LONGEST: Final = 200
_SHARES: Final = 4
"""Chunks that every worker should still get, so that none waits for another at the end."""


@dataclass(frozen=True)
class Task:
    """Seeds of a cell that are still to be played; `chunk` without seeds of its own."""

    chunk: Chunk
    seeds: Sequence[int]


class Work:
    """Hands out chunks, sized by how long runs have taken so far."""

    def __init__(self, tasks: Iterable[Task], workers: int, known_s: float = float("nan")) -> None:
        """`known_s`: seconds a run took before, NaN if nobody knows."""
        self._tasks: deque[tuple[Chunk, deque[int]]] = deque((task.chunk, deque(task.seeds)) for task in tasks)
        self._left = sum(len(seeds) for _, seeds in self._tasks)
        self._workers = workers
        self._runs, self._spent_s = (1, known_s) if not isnan(known_s) else (0, 0.0)

    def __bool__(self) -> bool:
        return self._left > 0

    def took(self, outcomes: Iterable[Outcome]) -> None:
        """Runs that are done tell how long the next ones will take."""
        for outcome in outcomes:
            self._runs += 1
            self._spent_s += outcome.wall_s

    def size(self) -> int:
        """Runs in the next chunk."""
        if not self._runs:
            return 1
        fitting = int(_CHUNK_S * self._runs / max(self._spent_s, 1e-9))
        return max(1, min(fitting, self._left // (_SHARES * self._workers), _LONGEST))

    def take(self) -> Chunk:
        """The next chunk; there must be one."""
        chunk, seeds = self._tasks[0]
        count = min(self.size(), len(seeds))
        taken = tuple(seeds.popleft() for _ in range(count))
        self._left -= count
        if not seeds:
            self._tasks.popleft()
        return replace(chunk, seeds=taken)


class Workers(Protocol):
    """Somebody who plays chunks, in whatever order; `workers` of them at a time."""

    @property
    def workers(self) -> int: ...  # noqa: D102

    def play(self, work: Work) -> Iterator[list[Outcome]]:
        """Outcomes of everything in `work`, a chunk at a time, every run once."""
        ...

    def close(self) -> None:
        """Stop at once; what is under way is given up."""
        ...


def singles(chunk: Chunk) -> list[Chunk]:
    """A chunk a run."""
    return [replace(chunk, seeds=(seed,)) for seed in chunk.seeds]


def lost(chunk: Chunk, why: str) -> list[Outcome]:
    """Runs that took their worker with them."""
    return [Outcome(chunk.cell, seed, error=why) for seed in chunk.seeds]
