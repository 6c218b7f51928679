"""Workers of a Dask cluster, by the address of its scheduler: for more than one machine (extra `[cluster]`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from sim.ensemble.work import Work, lost, singles
from sim.ensemble.worker import Chunk, Outcome, as_sent, play_chunk, play_sent
from sim.errors import input_error, one_line
from sim.language import _
from sim.results.run import program_version

_ANSWER_S: Final = 10
_IN_HAND: Final = 2
_TOLD: Final = 120
_ERROR_CHARS: Final = 300


def _check_address(address: str) -> None:
    """Raises `ValueError`. A client that fails for this would wait for itself for twenty seconds."""
    from distributed.comm.addressing import parse_address, parse_host_port
    from distributed.comm.registry import get_backend

    untyped: Any = get_backend
    scheme, place = parse_address(address)
    untyped(scheme)
    if scheme != "inproc":
        parse_host_port(place)


class Cluster:
    """A Dask scheduler and whatever workers it has, now or later. Results do not stay with them."""

    def __init__(self, address: str) -> None:
        """Raises `InputError` where the extra is missing, nobody answers, or workers have another version."""
        try:
            from distributed import Client as Connection
        except ImportError:
            message = _("needs the extra [cluster]: pip install 'drillsim[cluster]'")
            raise input_error(message, file="--scheduler") from None
        try:
            _check_address(address)
            connect: Any = Connection  # untyped
            self._client: Any = connect(address, timeout=_ANSWER_S, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            message = _("no scheduler answers at {address}: {reason}").format(
                address=address, reason=one_line(str(error), _TOLD)
            )
            raise input_error(message, file="--scheduler") from None
        self._networks: dict[str, Any] = {}
        self._agree()

    def _agree(self) -> None:
        ours = program_version()
        try:
            theirs = self._client.run(program_version)
        except Exception as error:  # noqa: BLE001 (whatever a worker on another machine says)
            self.close()
            message = _("workers cannot run this program: {reason}").format(reason=one_line(str(error), _TOLD))
            raise input_error(message, file="--scheduler") from None
        for worker, version in sorted(theirs.items()):
            if version != ours:
                self.close()
                raise input_error(
                    _("{worker} has version {version}, this is {ours}").format(
                        worker=worker, version=version, ours=ours
                    ),
                    file="--scheduler",
                )

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
        done = untyped.as_completed(loop=self._client.loop)
        while work and len(chunks) < _IN_HAND * self.workers:
            self._hand_out(work.take(), chunks, done)
        for future in done:
            chunk = chunks.pop(future.key)
            if future.status == "finished":
                outcomes: list[Outcome] = future.result()
                work.took(outcomes)
                yield outcomes
            elif future.status == "cancelled":
                message = _("the scheduler has gone; what is done is kept, the same command plays the rest")
                raise input_error(message, file="--scheduler")
            elif len(chunk.seeds) > 1:  # one of them took its workers along: which?
                for single in singles(chunk):
                    self._hand_out(single, chunks, done)
            else:
                error = future.exception()
                yield lost(chunk, one_line(f"{type(error).__name__}: {error}", _ERROR_CHARS))
            future.release()
            if work:
                self._hand_out(work.take(), chunks, done)

    def _hand_out(self, chunk: Chunk, chunks: dict[str, Chunk], done: Any) -> None:
        if isinstance(chunk.network, bytes):
            bare, network = replace(chunk, network=b""), self._sent(chunk.digest, chunk.network)
            future = self._client.submit(play_sent, bare, network, pure=False)
        else:
            future = self._client.submit(play_chunk, chunk, pure=False)
        chunks[future.key] = chunk
        done.add(future)

    def _sent(self, digest: str, network: bytes) -> Any:
        """A network goes through the scheduler once, and from worker to worker after that."""
        if digest not in self._networks:
            self._networks[digest] = self._client.submit(as_sent, network, key=f"network-{digest}", pure=True)
        return self._networks[digest]

    def close(self) -> None:
        """Give up what is under way and leave; the scheduler and its workers go on."""
        self._client.close(timeout=_ANSWER_S)
