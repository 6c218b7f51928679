"""The reference workload at three sizes, and its peak memory at the largest, against the yardstick."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import yardstick
from measure import ROOT, Plan, Row, answer, environment, interleaved, seeds

SIZES: Final = (4_000, 100_000)
_QUICK: Final = (400, 4_000)
_LARGEST: Final = 1_000_000
_ALONE: Final = """
import resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
stations = int(sys.argv[2])
if sys.argv[3] == "yardstick":
    import yardstick
    begins = time.process_time()
    yardstick.run(stations, 1)
else:
    from blizzard import scenario
    from sim.run import play
    given = scenario(stations, Path(sys.argv[3]))
    begins = time.process_time()
    play(given, 1)
print(time.process_time() - begins, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
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
    sizes, product_s = _QUICK if plan.quick else SIZES, {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        for stations in sizes:
            taken = _beside(stations, folder, plan.rounds)
            product_s[stations] = taken["product"]
            yield _ratio(stations, taken["product"], taken["yardstick"])
        growth = product_s[sizes[1]] / product_s[sizes[0]]
        yield Row(f"blizzard-mini, {sizes[0]:,} to {sizes[1]:,} sites", growth, "× the time", 60)
        largest = sizes[-1] if plan.quick else _LARGEST
        product, yard_s, peak_mb = _alone(largest, folder)
        if not plan.quick:
            yield _ratio(largest, product, yard_s, "; once, each in a process of its own")
        yield Row(f"blizzard-mini, {largest:,} sites: peak memory", peak_mb, "MB", 600, 350)


def _ratio(stations: int, product_s: float, yardstick_s: float, more: str = "") -> Row:
    note = f"{product_s:.3g} s against {yardstick_s:.3g} s{more}"
    return Row(f"blizzard-mini, {stations:,} sites", product_s / yardstick_s, "× yardstick", 12, 7, note=note)


def _beside(stations: int, folder: Path, rounds: int) -> dict[str, float]:
    """Median seconds of the product and the yardstick, in this process, a new seed at every call."""
    from sim.run import play

    given, mine, its = scenario(stations, folder), seeds(), seeds()
    loops = max(1, 20_000 // stations)
    tasks = {
        "yardstick": lambda: yardstick.run(stations, its()),
        "product": lambda: play(given, mine()),
    }
    return interleaved(tasks, rounds, loops={"product": loops, "yardstick": 4 * loops})


def _alone(stations: int, folder: Path) -> tuple[float, float, float]:
    """Seconds of the product and of the yardstick (before and after it, the mean), peak memory of the product in MB."""
    here = str(Path(__file__).resolve().parent)
    found = [
        [float(word) for word in answer(["-c", _ALONE, here, str(stations), what], environment()).split()]
        for what in ("yardstick", str(folder), "yardstick")
    ]
    return found[1][0], (found[0][0] + found[2][0]) / 2, found[1][1]


if __name__ == "__main__":
    for row in rows(Plan(1, quick="--full" not in sys.argv)):
        sys.stdout.write(f"{row}\n")
