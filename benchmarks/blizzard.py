"""The reference workload at three sizes, and its peak memory at the largest, against the yardstick."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import yardstick
from measure import ROOT, Plan, Row, answer, environment, interleaved, seeds

SIZES: Final = (4_000, 100_000, 1_000_000)
_QUICK: Final = (400, 4_000)
_MEMORY: Final = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from blizzard import scenario
from sim.run import play
play(scenario(int(sys.argv[2]), Path(sys.argv[3])), 1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def scenario(stations: int, folder: Path) -> Any:
    """blizzard_mini with so many sites and the crews that go with them; its topology is written to `folder`."""
    from sim.loading import load

    text = (ROOT / "topologies" / "plain_4000.yaml").read_text("utf-8")
    sized = text.replace("sites: 4000", f"sites: {stations}")
    if str(stations) not in sized:
        raise ValueError("plain_4000.yaml has no line `sites: 4000` any more")
    path = folder / f"plain_{stations}.yaml"
    path.write_text(sized, "utf-8")
    patch = {"topology": str(path), "resources.depots.plain.crews": str(yardstick.crews_of(stations))}
    return load(ROOT / "scenarios" / "blizzard_mini.yaml", patch)


def rows(plan: Plan) -> Iterator[Row]:
    """Ratios to the yardstick, growth, memory."""
    from sim.run import play

    sizes, product_s = _QUICK if plan.quick else SIZES, {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        for stations in sizes:
            given, mine, its = scenario(stations, folder), seeds(), seeds()
            loops = max(1, 20_000 // stations)
            taken = interleaved(
                {
                    "product": lambda given=given, mine=mine: play(given, mine()),  # type: ignore[misc]
                    "yardstick": lambda stations=stations, its=its: yardstick.run(stations, its()),  # type: ignore[misc]
                },
                plan.rounds,
                loops={"product": loops, "yardstick": 4 * loops},
            )
            product_s[stations] = taken["product"]
            note = f"{taken['product']:.3g} s against {taken['yardstick']:.3g} s"
            ratio = taken["product"] / taken["yardstick"]
            yield Row(f"blizzard-mini, {stations:,} sites", ratio, "× yardstick", 12, 7, note=note)
        growth = product_s[sizes[1]] / product_s[sizes[0]]
        yield Row(f"blizzard-mini, {sizes[0]:,} to {sizes[1]:,} sites", growth, "× the time", 60)
        here = str(Path(__file__).resolve().parent)
        peak_mb = float(answer(["-c", _MEMORY, here, str(sizes[-1]), name], environment()))
        yield Row(f"blizzard-mini, {sizes[-1]:,} sites: peak memory", peak_mb, "MB", 600, 350)


if __name__ == "__main__":
    for row in rows(Plan(1, quick="--full" not in sys.argv)):
        sys.stdout.write(f"{row}\n")
