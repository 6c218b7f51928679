"""Worker processes on this machine: a broken pool is built again and what was unfinished is handed out again."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import Any, Final

from sim.ensemble.work import Work, lost, singles
from sim.ensemble.worker import Chunk, Outcome, play_chunk
from sim.errors import input_error
from sim.language import _

_IN_HAND: Final = 2
"""Chunks a worker has in hand: one being played, one waiting."""
_TRIES: Final = 2
_KILLED: Final = "the process that played it was killed, twice (out of memory?)"


class Here:
    """Plays in this process, one run after the other."""

    workers = 1

    def play(self, work: Work) -> Iterator[list[Outcome]]:
        """Outcomes, a run at a time: what is interrupted loses one run."""
        while work:
            for chunk in singles(work.take()):
                outcomes = play_chunk(chunk)
                work.took(outcomes)
                yield outcomes

    def close(self) -> None:
        """Nothing to stop."""


class Pool:
    """Processes made afresh (spawned), which load what they play and nothing of the program around it."""

    def __init__(self, workers: int, *, main: bool = False) -> None:
        """`main`: workers need the caller's main module, since a policy is defined there."""
        self.workers, self._main = workers, main
        self._executor: ProcessPoolExecutor | None = None

    def check(self) -> None:
        """Raises `InputError` where workers need the main module and cannot load it, or where this is such a worker."""
        from multiprocessing import current_process

        loading = getattr(current_process(), "_inheriting", False)  # a worker that plays the script of its parent
        if not self._main and not loading:
            return
        loads = not loading and bool(getattr(sys.modules["__main__"], "__file__", None))
        if loads:
            try:
                self._made().submit(_loaded).result()
            except (BrokenProcessPool, RuntimeError):
                loads = False
        if not loads:
            message = _(
                "is defined where workers cannot load it: define it in a module, use workers=1, or put what the script "
                'does under `if __name__ == "__main__":`'
            )
            raise input_error(message, path="policy")

    def play(self, work: Work) -> Iterator[list[Outcome]]:
        """Outcomes, a chunk at a time. A run that kills its process twice, while alone, has failed."""
        alone: deque[tuple[Chunk, int]] = deque()
        flying: dict[Future[list[Outcome]], Chunk] = {}
        while work or flying or alone:
            broken = not alone and not self._fly(work, flying)
            if alone and not flying:
                chunk, tries = alone.popleft()
                outcomes = self._play_alone(chunk)
                if outcomes is None and tries < _TRIES:
                    alone.append((chunk, tries + 1))
                else:
                    yield lost(chunk, _KILLED) if outcomes is None else outcomes
                continue
            for future in wait(flying, return_when=FIRST_COMPLETED).done if flying else ():
                chunk = flying.pop(future)
                outcomes = _result(future)
                if outcomes is None:
                    broken = True
                    alone.extend((single, 1) for single in singles(chunk))
                else:
                    work.took(outcomes)
                    yield outcomes
            if broken:
                self.close()

    def _fly(self, work: Work, flying: dict[Future[list[Outcome]], Chunk]) -> bool:
        """Keep every worker busy; False where the pool has broken meanwhile."""
        while work and len(flying) < _IN_HAND * self.workers:
            chunk = work.take()
            try:
                flying[self._submit(chunk)] = chunk
            except BrokenProcessPool:
                flying[_broken()] = chunk
                return False
        return True

    def _play_alone(self, chunk: Chunk) -> list[Outcome] | None:
        """A run that was under way when a process died, with nobody else in the pool: now it is known who did it."""
        try:
            outcomes = _result(self._submit(chunk))
        except BrokenProcessPool:
            outcomes = None
        if outcomes is None:
            self.close()
        return outcomes

    def _submit(self, chunk: Chunk) -> Future[list[Outcome]]:
        with _without_main(self._main):
            return self._made().submit(play_chunk, chunk)

    def _made(self) -> ProcessPoolExecutor:
        from multiprocessing import get_context

        if self._executor is None:
            self._executor = ProcessPoolExecutor(self.workers, get_context("spawn"), _begin)
        return self._executor

    def close(self) -> None:
        """Stop at once."""
        if self._executor is None:
            return
        executor, self._executor = self._executor, None
        processes = list((getattr(executor, "_processes", None) or {}).values())
        executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            with suppress(OSError, AttributeError, ValueError):
                process.kill()
        executor.shutdown(wait=True)


def _broken() -> Future[list[Outcome]]:
    future: Future[list[Outcome]] = Future()
    future.set_exception(BrokenProcessPool())
    return future


def _result(future: Future[list[Outcome]]) -> list[Outcome] | None:
    """What a worker gave; None where it died."""
    try:
        return future.result()
    except (BrokenProcessPool, CancelledError):
        return None


def _loaded() -> None:
    """Nothing: a worker that gets here has loaded the main module."""


def _begin() -> None:
    """In a new worker: Ctrl-C is the parent's business, and a worker does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _without_main(needed: bool) -> Iterator[None]:  # noqa: FBT001 (a context of its own line)
    """Spawned workers import the main module of the program; where nothing of it is needed they need not.

    So a notebook or a script without `if __name__ == "__main__":` works too, and workers start quicker.
    """
    main: Any = sys.modules["__main__"]
    hidden = {} if needed else {name: main.__dict__[name] for name in ("__spec__", "__file__") if name in main.__dict__}
    try:
        for name in hidden:
            setattr(main, name, None)
        if "__file__" in hidden:
            del main.__file__
        yield
    finally:
        for name, value in hidden.items():
            setattr(main, name, value)
