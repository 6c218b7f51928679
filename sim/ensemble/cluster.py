"""Workers of a Dask cluster, by the address of its scheduler: for more than one machine (extra `[cluster]`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sim.ensemble.work import Work, lost
from sim.ensemble.worker import Chunk, Outcome, play_chunk
from sim.errors import input_error, one_line
from sim.results.run import program_version

_ANSWER_S: Final = 10
_IN_HAND: Final = 2
_TOLD: Final = 120


class Cluster:
    """A Dask scheduler and whatever workers it has, now or later. Results do not stay with them."""

    def __init__(self, address: str) -> None:
        """Raises `InputError` where the extra is missing, nobody answers, or workers have another version."""
        try:
            from distributed import Client as Connection
        except ImportError:
            message = "needs the extra [cluster]: pip install 'drillsim[cluster]'"
            raise input_error(message, file="--scheduler") from None
        try:
            connect: Any = Connection  # untyped
            self._client: Any = connect(address, timeout=_ANSWER_S, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            message = f"no scheduler answers at {address}: {one_line(str(error), _TOLD)}"
            raise input_error(message, file="--scheduler") from None
        self._agree()

    def _agree(self) -> None:
        ours = program_version()
        try:
            theirs = self._client.run(program_version)
        except Exception as error:  # noqa: BLE001 (whatever a worker on another machine says)
            self.close()
            message = f"workers cannot run this program: {one_line(str(error), _TOLD)}"
            raise input_error(message, file="--scheduler") from None
        for worker, version in sorted(theirs.items()):
            if version != ours:
                self.close()
                raise input_error(f"{worker} has version {version}, this is {ours}", file="--scheduler")

    @property
    def workers(self) -> int:
        """Threads of all workers, at least 1."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def play(self, work: Work) -> Iterator[list[Outcome]]:
        """Outcomes, a chunk at a time. A chunk whose workers die again and again has failed."""
        import distributed

        chunks: dict[str, Chunk] = {}
        untyped: Any = distributed
        done = untyped.as_completed(with_results=False)
        while work and len(chunks) < _IN_HAND * self.workers:
            self._hand_out(work, chunks, done)
        for future in done:
            chunk = chunks.pop(future.key)
            if future.status == "finished":
                outcomes: list[Outcome] = future.result()
                work.took(outcomes)
            else:
                error = future.exception()
                outcomes = lost(chunk, one_line(f"{type(error).__name__}: {error}", 300))
            future.release()
            yield outcomes
            if work:
                self._hand_out(work, chunks, done)

    def _hand_out(self, work: Work, chunks: dict[str, Chunk], done: Any) -> None:
        chunk = work.take()
        future = self._client.submit(play_chunk, chunk, pure=False)
        chunks[future.key] = chunk
        done.add(future)

    def close(self) -> None:
        """Give up what is under way and leave; the scheduler and its workers go on."""
        self._client.close(timeout=_ANSWER_S)
