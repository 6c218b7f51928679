"""The page of the benchmarks, written from what was measured."""

from __future__ import annotations

from typing import Any, Final

RIVALS: Final = (
    ("C++ priority queue", "0.13", "0.08", "0.07"),
    ("SimPy, lean callbacks", "1.7", "1.4", "1.5"),
    ("SimPy, one process for each hit site, a heap for crews", "4.0", "4.4", "3.8"),
    ("the same with `PriorityResource`", "10", "320", "–"),
    ("Mesa (event scheduler)", "21", "7.9", "12"),
    ("SimPy, as a newcomer writes it", "23", "> 500", "–"),
    ("Ciw", "29", "> 500", "–"),
    ("simmer (R over C++)", "31", "13", "15"),
    ("numpy, one-minute steps", "32 (and 2.4 % biased)", "16", "18"),
    ("salabim", "51", "100", "–"),
)
"""Multiples of the yardstick at 4,000, 100,000 and 1,000,000 sites: medians of 5, once, on one 2-core machine."""

_HEAD: Final = """# Benchmarks

How fast the program is and how much memory it takes, as ratios of what was measured side by side in one process run:
machines differ, ratios much less. Each is a ratio of medians of {rounds} interleaved measurements{quick},
unless the row says otherwise. Times are processor times.

    python benchmarks/run.py --json benchmarks.json --page docs/background/benchmarks.md

measures everything anew and writes this page; `--only blizzard` (or {names}) measures a part.

The **yardstick** is the reference workload *blizzard-mini* as a bare event loop, `benchmarks/yardstick.py`: plain
Python, a heap, no log, no objects, nothing but that workload. The product plays `scenarios/blizzard_mini.yaml` as it
plays any other scenario: with its event log, no code path of its own.

Measured on {machine}.

"""
_BESIDE: Final = """
## Beside other engines

Multiples of the same kind of yardstick on the same workload. The other engines were measured once, on a machine with
two cores; ratios under 1.3 between them mean nothing. They do the workload and no more; ours also writes the event log
from which everything else is computed.

| engine | 4,000 sites | 100,000 | 1,000,000 |
| --- | --- | --- | --- |
"""


def page(found: dict[str, Any]) -> str:
    """The whole page, in Markdown."""
    quick = "; quick ones at small sizes: **no measurement to go by**" if found["quick"] else ""
    names = ", ".join(f"`{name}`" for name in found["names"] if name != "blizzard")
    head = _HEAD.format(rounds=found["rounds"], quick=quick, names=names, machine=found["machine"])
    return head + table(found["rows"]) + _beside(found)


def table(rows: list[dict[str, Any]]) -> str:
    """What was measured, what was asked for, and whether it holds."""
    lines = ["| what | measured | target | wish | | |", "| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        sign = "≥" if row["above"] else "≤"
        wish = "" if row["wish"] is None else f"{sign} {row['wish']:g}"
        verdict = "met" if row["met"] else "**missed**"
        lines.append(
            f"| {row['name']} | {figure(row['measured'])} {row['unit']} | {sign} {row['target']:g} | {wish} "
            f"| {verdict} | {row['note']} |"
        )
    return "\n".join(lines) + "\n"


def figure(value: float) -> str:
    """Three digits that mean something, no exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _beside(found: dict[str, Any]) -> str:
    sizes = ("4,000", "100,000", "1,000,000")
    ratios = {row["name"]: row["measured"] for row in found["rows"] if row["unit"] == "× yardstick"}
    ours = [ratios.get(f"blizzard-mini, {size} sites") for size in sizes]
    texts = ["–" if ratio is None else f"**{figure(ratio)}**" for ratio in ours]
    lines = [("**this program, event log on**", *texts), *RIVALS]
    return _BESIDE + "".join(f"| {' | '.join(line)} |\n" for line in lines)
