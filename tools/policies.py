"""Policies against each other and against the lower bound, seed by seed.

`python tools/policies.py -n 200 --workers 2 --out docs/background/policies.csv --page docs/background/policies.md`

One row a seed and policy: station-hours lost, the figures of the plan's targets, the bound of the seed. Then the paired
comparison on the terminal, and with `--page` the same table between the marks of that page. `--from` takes the rows
of an earlier run, or the runs of a directory that `drill ensemble` has filled, in place of new ones.
"""

from __future__ import annotations

import argparse
import csv
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from sim import load
from sim.bound import lower_bound
from sim.ensemble import open_ensemble
from sim.loading import find_file
from sim.policies import POLICIES
from sim.results import simulate

LOST = "station_outage_h"
BEGIN, END = "<!-- table: tools/policies.py -->", "<!-- end of table -->"


def figures(job: tuple[str, int, tuple[str, ...]]) -> list[dict[str, str | float]]:
    """The rows of one seed."""
    path, seed, policies = job
    scenario = load(Path(path))
    bound = lower_bound(scenario, seed).station_outage_h
    rows: list[dict[str, str | float]] = []
    for policy in policies:
        run = simulate(scenario, seed, policy)
        row: dict[str, str | float] = {"seed": seed, "policy": policy, LOST: float(run.kpi_values[LOST])}
        row |= {f"{target.id} {target.kpi}": "" for target in scenario.spec.plan.targets}
        for target in run.scorecard_data.rows:
            if target.id:
                row[f"{target.id} {target.kpi}"] = "" if target.simulated is None else float(target.simulated)
        rows.append({**row, "bound": bound})
    return rows


def of_ensemble(folder: Path, path: str, n: int) -> list[dict[str, str | float]]:
    """The rows of the first `n` seeds that are done under all policies of a directory, and their bounds."""
    many = open_ensemble(folder)
    scenario = load(path)
    lines = {line["id"]: (row, line["kpi"]) for row, line in enumerate(many.lines(many.variants[0])) if line["id"]}
    lost = {name: many.values(name, LOST) for name in many.variants}
    rows: list[dict[str, str | float]] = []
    done = [at for at in range(len(many.seeds)) if all(np.isfinite(values[at]) for values in lost.values())]
    for at in done[:n]:
        bound = lower_bound(scenario, many.seeds[at]).station_outage_h
        for name in many.variants:
            row: dict[str, str | float] = {"seed": many.seeds[at], "policy": name, LOST: float(lost[name][at])}
            for target, (number, kpi) in lines.items():
                value = float(many.line("simulated", name, number)[at])
                row[f"{target} {kpi}"] = "" if np.isnan(value) else value
            rows.append({**row, "bound": bound})
    return rows


def paired(rows: list[dict[str, str | float]], base: str) -> list[str]:
    """The comparison as a Markdown table: means, and differences to `base` with 95 % intervals (Student, paired)."""
    names = list(dict.fromkeys(str(row["policy"]) for row in rows))
    by = {name: {int(r["seed"]): float(r[LOST]) for r in rows if r["policy"] == name} for name in names}
    seeds = sorted(by[base])
    bounds = {int(row["seed"]): float(row["bound"]) for row in rows}
    lost = {name: np.array([by[name][seed] for seed in seeds]) for name in names}
    least = np.min(np.array([lost[name] for name in names]), axis=0)
    lines = [
        f"| policy | station-hours lost, mean of {len(seeds)} seeds | against {base} (95 %) | least on seeds |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name in sorted(names, key=lambda name: float(lost[name].mean())):
        told = "" if name == base else interval(lost[name] - lost[base])
        lines.append(f"| `{name}` | {lost[name].mean():,.0f} | {told} | {int((lost[name] <= least).sum())} |")
    bound = np.array([bounds[seed] for seed in seeds])
    share = float((bound / np.maximum(least, 1e-9)).mean())
    lines.append(f"| lower bound | {bound.mean():,.0f} | | {share:.0%} of the best policy |")
    return lines


def interval(differences: np.ndarray) -> str:  # type: ignore[type-arg]
    """Mean difference with its 95 % interval."""
    mean = float(differences.mean())
    if len(differences) < 2:
        return f"{mean:+,.0f}"
    half = float(student.ppf(0.975, len(differences) - 1) * differences.std(ddof=1) / len(differences) ** 0.5)
    return f"{mean:+,.0f} ({mean - half:+,.0f} to {mean + half:+,.0f})"


def into_page(page: Path, lines: list[str]) -> None:
    """Put the table between the marks of a page."""
    text = page.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    page.write_text(f"{head}{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}{tail}", encoding="utf-8")


def main() -> None:
    """Run, write the CSV, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=10, help="seeds 1 to N")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--scenario", default="tongliao_blizzard")
    parser.add_argument("--policies", default=",".join(POLICIES), help="names, with commas")
    parser.add_argument("--base", default="class_then_deadline", help="policy to compare with")
    parser.add_argument("--out", type=Path, help="CSV to write")
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        help="CSV or directory of `drill ensemble --policy ...` to read in place of running",
    )
    parser.add_argument("--page", type=Path, help="page whose table is renewed")
    asked = parser.parse_args()
    if asked.source and asked.source.is_dir():
        rows: list[dict[str, str | float]] = of_ensemble(asked.source, asked.scenario, asked.n)
    elif asked.source:
        with asked.source.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))  # type: ignore[arg-type]
    else:
        path = str(find_file(asked.scenario, "scenarios"))
        jobs = [(path, seed, tuple(asked.policies.split(","))) for seed in range(1, asked.n + 1)]
        rows = []
        with ProcessPoolExecutor(asked.workers) as pool:
            for done, found in enumerate(pool.map(figures, jobs), 1):
                rows += found
                sys.stderr.write(f"\r{done}/{asked.n} seeds")
        sys.stderr.write("\n")
    if asked.out:
        with asked.out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    lines = paired(rows, asked.base)
    sys.stdout.write("\n".join(lines) + "\n")
    if asked.page:
        into_page(asked.page, lines)


if __name__ == "__main__":
    main()
