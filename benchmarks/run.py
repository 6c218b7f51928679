"""Measures speed and size side by side and says which targets are met.

    python benchmarks/run.py [--only NAME] [--quick] [--json FILE] [--page FILE]

NAME: blizzard, tongliao, region, startup, workers; as often as needed. `--quick` sees that everything runs: small
sizes, one round, figures of no use. `--page` writes the page of the documentation from what was measured (or, with
`--from FILE`, from an earlier `--json`).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, Final

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

from measure import Plan  # noqa: E402
from page import figure, page  # noqa: E402

NAMES: Final = ("blizzard", "tongliao", "region", "startup", "workers")


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 whatever was met: a machine's day is no fault of the program's."""
    asked = _asked(arguments)
    if asked.from_:
        found = json.loads(asked.from_.read_text("utf-8"))
    else:
        found = measured(asked.only or NAMES, Plan(1 if asked.quick else asked.rounds, asked.quick), asked.json)
    if asked.page:
        asked.page.write_text(page(found), "utf-8")
    return 0


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure speed and size; print what is met.")
    parser.add_argument("--only", action="append", choices=NAMES, help="one part of it; may be repeated")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: does it run at all")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved measurements of each (5)")
    parser.add_argument("--json", type=Path, help="write what was measured")
    parser.add_argument("--from", dest="from_", type=Path, help="an earlier --json instead of measuring")
    parser.add_argument("--page", type=Path, help="write the page of the documentation")
    return parser.parse_args(arguments)


def measured(names: tuple[str, ...] | list[str], plan: Plan, kept: Path | None = None) -> dict[str, Any]:
    """Every row of the parts asked for, printed and kept in a file as it comes."""
    rows: list[dict[str, Any]] = []
    machine = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    found = {"machine": machine, "rounds": plan.rounds, "quick": plan.quick, "names": list(NAMES), "rows": rows}
    for name in names:
        for row in import_module(name).rows(plan):
            rows.append({**asdict(row), "met": row.met})
            sign = "at least" if row.above else "at most"
            told = f"{figure(row.measured)} {row.unit} ({sign} {row.target:g}): {'met' if row.met else 'MISSED'}"
            sys.stdout.write(f"{row.name}: {told}  {row.note}\n")
            sys.stdout.flush()
            if kept:
                kept.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return found


if __name__ == "__main__":
    sys.exit(main())
