"""Fill a directory with what is asked for, whoever plays it, and hand back the ensemble."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from operator import index
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, Final
from weakref import finalize

import numpy as np

from sim.ensemble.asked import ENSEMBLE, SCENARIO, Asked, read_asked, write_asked, write_text
from sim.ensemble.book import Ensemble
from sim.ensemble.pool import Here, Pool
from sim.ensemble.store import Store, locked
from sim.ensemble.variants import AnyPolicy, Cell, Variant, cells
from sim.ensemble.work import Task, Work, Workers
from sim.ensemble.worker import Chunk, Drill
from sim.errors import input_error, shown
from sim.folders import check_free, whole
from sim.language import _
from sim.policies import Policy, as_policy
from sim.scenario import Scenario
from sim.topology.tables import Topology

_MOST_WORKERS: Final = 512
_LARGEST_SEED: Final = 2**53


@dataclass(frozen=True)
class Progress:
    """How far it is: runs done of all, those of them that failed just now, and the seconds that are left."""

    done: int
    total: int
    failed: int
    left_s: float


Told = Callable[[Progress], None]


def ensemble(  # noqa: PLR0913 (the face: every argument by name)
    scenario: Scenario,
    seeds: int | Sequence[int] = 100,
    *,
    policies: Sequence[AnyPolicy] | None = None,
    variants: Sequence[Variant] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    out: str | Path | None = None,
    progress: Told | None = None,
    retry_failed: bool = False,
) -> Ensemble:
    """Play seeds × variants × policies and hand back the figures.

    `seeds`: how many (1, 2, …), or which. `workers`: processes on this machine, one for each core if left out; 1 plays
    in this process. `scheduler`: the address of a Dask scheduler instead. `out`: the directory, completed if it holds
    runs of the same scenario and extended by what is new; a passing one if left out. Every variant meets the same
    luck, since luck hangs on the seed alone. A run that fails is kept as failed, and played again only if
    `retry_failed`. Raises `InputError`, before anything is played or written.
    """
    if not isinstance(scenario, Scenario):
        message = _("must be a scenario, as sim.load gives it (got {value})").format(value=shown(scenario))
        raise input_error(message, path="scenario")
    wanted = _seeds(seeds)
    for what, given in (("policies", policies), ("variants", variants)):
        if given is not None and not isinstance(given, list | tuple):
            raise input_error(_("must be a list (got {value})").format(value=shown(given)), path=what)
    asked_cells = cells(scenario, policies, variants)
    _check_policies(asked_cells, local=scheduler is None, workers=workers)
    asked = Asked.of(scenario, wanted, asked_cells)
    folder = Path(mkdtemp(prefix="drill-ensemble-") if out is None else out)
    if out is not None:
        check_free(folder, ENSEMBLE)
    try:
        with _workers(workers, scheduler, asked_cells) as crew:
            _begin(folder, asked, scenario)
            with locked(folder), closing(Store(folder)) as store:
                _fill(store, crew, (asked_cells, wanted), progress, retry_failed=retry_failed)
                found = Ensemble(folder)
                found.write()
    except BaseException:
        if out is None:
            rmtree(folder, ignore_errors=True)
        raise
    if out is None:
        finalize(found, rmtree, folder, ignore_errors=True)
    return found


def _begin(folder: Path, asked: Asked, scenario: Scenario) -> None:
    """What is asked for joins what was asked for before; a new directory appears with its mark in it."""
    if read_asked(folder) is None:
        with whole(folder) as place:
            write_text(place / SCENARIO, json.dumps(scenario.resolved(), ensure_ascii=False, indent=1) + "\n")
            write_asked(place, asked)
    with locked(folder):
        before = read_asked(folder)
        union = asked if before is None else before.joined(asked, folder)
        if union != before:
            write_asked(folder, union)


def _seeds(seeds: Any) -> tuple[int, ...]:
    try:
        wanted: Any = range(1, index(seeds) + 1) if not isinstance(seeds, bool) else ()
    except TypeError:
        wanted = [_whole(seed) for seed in seeds] if isinstance(seeds, list | tuple | range | np.ndarray) else ()
    if not wanted or not all(0 <= seed <= _LARGEST_SEED for seed in wanted):
        message = _("must be a number above 0, or a list of whole numbers from 0 to 2**53 (got {value})")
        raise input_error(message.format(value=shown(seeds)), path="seeds")
    return tuple(sorted(set(wanted)))


def _whole(seed: Any) -> int:
    """A seed as a plain number; -1 for what is none."""
    try:
        return -1 if isinstance(seed, bool) else index(seed)
    except TypeError:
        return -1


def _check_policies(asked: Sequence[Cell], *, local: bool, workers: int | None) -> None:
    for cell in asked:
        policy = cell.policy
        if isinstance(policy, str):
            as_policy(policy)
        elif policy is not None:
            if not isinstance(policy, Policy) and not callable(policy):
                raise input_error(
                    _("must be names or functions of a view (got {value})").format(value=shown(policy)), path="policies"
                )
            _check_travels(policy, cell, needed=not local or workers != 1)


def _check_travels(policy: AnyPolicy, cell: Cell, *, needed: bool) -> None:
    try:
        pickle.dumps(policy)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        if needed:
            message = _("cannot be sent to another process ({reason}); define it in a module, or use workers=1").format(
                reason=error
            )
            raise input_error(message, path=f"policy {cell.policy_name}") from None


@contextmanager
def _workers(workers: int | None, scheduler: str | None, asked: Sequence[Cell]) -> Iterator[Workers]:
    count = cores() if workers is None else workers
    if type(count) is not int or not 1 <= count <= _MOST_WORKERS:
        raise input_error(
            _("must be a number from 1 to {limit} (got {value})").format(limit=_MOST_WORKERS, value=shown(workers)),
            path="workers",
        )
    crew: Workers
    if scheduler is not None:
        from sim.ensemble.cluster import Cluster

        crew = Cluster(scheduler)
    elif count == 1:
        crew = Here()
    else:
        crew = Pool(count, main=_of_main(asked))
    try:
        if isinstance(crew, Pool):
            crew.check()
        yield crew
    finally:
        crew.close()


def _of_main(asked: Sequence[Cell]) -> bool:
    """Whether a policy, or what it is made of, is defined in the script or notebook itself."""
    own = [cell.policy for cell in asked if cell.policy is not None and not isinstance(cell.policy, str)]
    return any(b"__main__" in pickle.dumps(policy) for policy in own)


def cores() -> int:
    """Cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _fill(
    store: Store, crew: Workers, asked: tuple[Sequence[Cell], Sequence[int]], told: Told | None, *, retry_failed: bool
) -> None:
    """Play what is missing and keep it, a chunk at a time."""
    from time import monotonic

    asked_cells, seeds = asked
    missing = [
        (cell, tuple(seed for seed in seeds if seed not in present))
        for cell in asked_cells
        for present in (store.present(cell.name, failed=not retry_failed),)
    ]
    total = len(asked_cells) * len(seeds)
    done = first = total - sum(len(left) for _, left in missing)
    if done == total:
        return
    with TemporaryDirectory(prefix="drill-ensemble-") as spool:
        work = Work(_tasks(missing, _sender(crew, Path(spool))), crew.workers, store.wall_s())
        began_s, failed = monotonic(), 0
        for outcomes in crew.play(work):
            store.keep(outcomes)
            done += len(outcomes)
            failed += sum(bool(outcome.error) for outcome in outcomes)
            if told is not None:
                told(Progress(done, total, failed, (monotonic() - began_s) / (done - first) * (total - done)))


def _sender(crew: Workers, spool: Path) -> Callable[[Topology], Topology | bytes | str] | None:
    """How a network gets to a worker: not at all, in a file, or with every chunk where files are not shared."""
    if isinstance(crew, Here):
        return None

    def in_file(topology: Topology) -> str:
        file = spool / f"{topology.digest}.pickle"
        file.write_bytes(pickle.dumps(topology))
        return str(file)

    return in_file if isinstance(crew, Pool) else pickle.dumps


def _tasks(
    missing: Sequence[tuple[Cell, tuple[int, ...]]], send: Callable[[Topology], Topology | bytes | str] | None
) -> Iterator[Task]:
    """A task for every cell with something missing; a network is packed once."""
    networks: dict[str, Topology | bytes | str] = {}
    for cell, seeds in missing:
        if not seeds:
            continue
        topology = cell.scenario.topology
        if topology.digest not in networks:
            networks[topology.digest] = topology if send is None else send(topology)
        drill = Drill(replace(cell.scenario, topology=None), cell.policy)  # type: ignore[arg-type]
        packed = drill if send is None else pickle.dumps(drill)
        yield Task(Chunk(cell.name, (), topology.digest, networks[topology.digest], packed), seeds)
