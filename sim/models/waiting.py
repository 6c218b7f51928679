"""Waiting jobs in order of rank: one heap for each need, and an agenda of the needs by their first jobs."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from sim.vocabulary import Job

Need = tuple[str, str, int]
"""Party, skill or 'generator', county."""
Entry = tuple[tuple[float, ...], int, Job]
"""Rank, number, job."""


class JobQueue:
    """Jobs by need and rank. A job ranked anew gets another entry; only its last one counts."""

    def __init__(self) -> None:
        self._heaps: dict[Need, list[Entry]] = {}
        self._agenda: list[tuple[tuple[float, ...], int, Need]] = []
        """First entries of the needs that are looked at in this round."""
        self._counts: dict[str, int] = {}
        """Waiting job → number of its entry that counts."""
        self._order = count()

    def push(self, need: Need, rank: tuple[float, ...], job: Job) -> None:
        """A job waits, or has another rank from now on."""
        number = self._counts[job.id] = next(self._order)
        heappush(self._heaps.setdefault(need, []), (rank, number, job))
        self.look_at(need)

    def drop(self, job_id: str) -> None:
        """A job waits no more."""
        self._counts.pop(job_id, None)

    def begin(self, skipped: Callable[[Need], bool]) -> None:
        """A new round: all needs are looked at but those that are skipped."""
        self._agenda = []
        for need in self._heaps:
            if not skipped(need):
                self.look_at(need)

    def look_at(self, need: Need) -> None:
        """In this round the need is looked at when its first job's turn comes."""
        heap = self._heaps[need]
        while heap and self._counts.get(heap[0][2].id) != heap[0][1]:
            heappop(heap)
        if heap:
            heappush(self._agenda, (heap[0][0], heap[0][1], need))

    def take(self, may: Callable[[Need], bool]) -> tuple[Need, Entry] | None:
        """Take out the first job of all whose need may be served; None when there is none.

        A need that may not leaves the round: what forbids it must hold until the round's end.
        """
        agenda = self._agenda
        while agenda:
            _, number, need = heappop(agenda)
            heap = self._heaps[need]
            if not heap or heap[0][1] != number:
                continue  # another entry has come before it, with its own turn
            if self._counts.get(heap[0][2].id) != number:
                self.look_at(need)
            elif may(need):
                return need, heappop(heap)
        return None

    def put_back(self, need: Need, entry: Entry) -> None:
        """A job that was taken out waits on, in its place."""
        heappush(self._heaps[need], entry)
