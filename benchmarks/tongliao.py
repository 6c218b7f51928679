"""The full model: one run of the Tongliao blizzard, and the loading of its network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import yardstick
from measure import ROOT, Plan, Row, interleaved, seeds


def rows(plan: Plan) -> Iterator[Row]:
    """The run as a multiple of the yardstick at 4,000 sites; the loading as a share of the run."""
    from sim.loading import load
    from sim.run import play
    from sim.topology import load_topology

    name = "ten_sites" if plan.quick else "tongliao_blizzard"
    town = "ten_sites" if plan.quick else "tongliao"
    given, mine, its = load(ROOT / "scenarios" / f"{name}.yaml"), seeds(), seeds()
    file = ROOT / "topologies" / f"{town}.yaml"
    with TemporaryDirectory() as folder:
        load_topology(file, cache=Path(folder))
        taken = interleaved(
            {
                "run": lambda: play(given, mine()),
                "yardstick": lambda: yardstick.run(4000, its()),
                "cold": lambda: load_topology(file, cache=None),
                "cached": lambda: load_topology(file, cache=Path(folder)),
            },
            plan.rounds,
            loops={"yardstick": 20},
        )
    run_s = taken["run"]
    note = f"{run_s:.3g} s against {taken['yardstick']:.3g} s"
    yield Row(f"{name}, one run, loaded", run_s / taken["yardstick"], "× yardstick at 4,000", 250, 100, note=note)
    for way, says in (("cold", "made anew"), ("cached", "from the cache")):
        note = f"{taken[way]:.3g} s"
        yield Row(f"{town}: loading the network, {says}", taken[way] / run_s, "× the run", 1, note=note)
