"""Runs of the flagship for the calibration page.

`python tools/calibration.py -n 200 --out docs/background/calibration.csv`

One row a seed, the figures of the record and their companions at their moments; then the quantiles on the terminal.
`--set` changes the scenario as `drill run` does, to see what a reading or a range would give.
"""

from __future__ import annotations

import argparse
import csv
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from sim import load
from sim.metrics import kpi
from sim.results import simulate

SNAPSHOT_H = 41.0  # 6 November 17:00
AT_SNAPSHOT = (
    "stations_out_cumulative",
    "stations_out",
    "sites_out_cumulative",
    "sites_without_mains_cumulative",
    "conversion_share_cumulative",
    "site_visits",
)
AFTER_ONSET_H = (24.0, 48.0, 72.0)
WHOLE = (
    "station_outage_h",
    "generator_runs",
    "wasted_trips",
    "vehicles",
    "equipment_sets",
    "vehicle_turnouts",
)


def figures(job: tuple[str, int, dict[str, str]]) -> dict[str, float]:
    """The figures of one seed."""
    path, seed, overrides = job
    scenario = load(Path(path), overrides)
    run = simulate(scenario, seed)
    onset_h = scenario.at_h(scenario.spec.hazards[0].onset)  # type: ignore[union-attr]
    found: dict[str, float] = {"seed": seed}
    found |= {f"{name}@17:00": float(kpi(name, run.tables, at_h=SNAPSHOT_H)) for name in AT_SNAPSHOT}
    found["site_visits@48h"] = float(kpi("site_visits", run.tables, at_h=onset_h + 48))
    found["site_visits@horizon"] = float(kpi("site_visits", run.tables, at_h=run.horizon_h))
    for hours in AFTER_ONSET_H:
        found[f"restored_share@{hours:g}h"] = float(kpi("restored_share", run.tables, at_h=onset_h + hours))
    found |= {name: float(kpi(name, run.tables)) for name in WHOLE}
    radios = run.inventory["station"]
    found["radios_out_cumulative@17:00"] = _radios_out(run, radios)
    return found


def _radios_out(run: object, stations: object) -> float:
    """Distinct radios out for want of power by the snapshot: the third reading of the record."""
    outages = run.outages  # type: ignore[attr-defined]
    out = outages[
        (outages.unit == "station") & outages.cause.isin(["power", "upstream_power"]) & (outages.start_h <= SNAPSHOT_H)
    ].subject.unique()
    per = {
        str(station): float(a + b + c)
        for station, a, b, c in zip(
            stations["id"],
            stations["radios_4g"],
            stations["radios_5g"],
            stations["radios_other"],
            strict=True,  # type: ignore[index]
        )
    }
    return sum(per[station] for station in out)


def main() -> int:
    """Run the seeds and print the quantiles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=200)
    parser.add_argument("--scenario", default="scenarios/tongliao_blizzard.yaml")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    overrides = dict(item.split("=", 1) for item in given.set)
    jobs = [(given.scenario, seed, overrides) for seed in range(1, given.n + 1)]
    rows: list[dict[str, float]] = []
    with ProcessPoolExecutor(given.workers) as pool:
        for row in pool.map(figures, jobs, chunksize=2):
            rows.append(row)
            if sys.stderr.isatty():
                print(f"\r{len(rows)}/{given.n}", end="", file=sys.stderr)
    if given.out:
        with given.out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows({k: round(v, 4) for k, v in row.items()} for row in rows)
    print(f"{'figure':34} {'P10':>10} {'median':>10} {'P90':>10} {'P90/P10':>8}")
    for name in [name for name in rows[0] if name != "seed"]:
        low, middle, high = np.nanpercentile([row[name] for row in rows], [10, 50, 90])
        ratio = f"{high / low:8.2f}" if low > 0 else f"{'–':>8}"
        print(f"{name:34} {low:10.2f} {middle:10.2f} {high:10.2f} {ratio}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
