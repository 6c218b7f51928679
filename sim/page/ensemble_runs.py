"""Of many runs: which there are, which failed, and how to play them again."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
from typing import Final

from sim.ensemble.asked import CellAsked
from sim.ensemble.variants import AS_WRITTEN
from sim.language import _
from sim.page.many import Many, named
from sim.page.parts import Cell, Fact, Facts, Folded, Head, Part, Section, Table, Words
from sim.policies.words import policy_does, policy_told

_DIGESTS: Final = 5


def runs(many: Many) -> Section:
    """How many runs there are, which failed and why, which are still to be played."""
    heads = (
        Head(_("variant")), Head(_("policy")), Head(_("finished"), number=True), Head(_("failed"), number=True),
        Head(_("still to be played"), number=True), Head(_("changes")),
    )  # fmt: skip
    rows = []
    for cell in many.ensemble.asked.cells:
        name = cell.variant
        changes = ", ".join(f"{key}={value}" for key, value in {**cell.overrides, **cell.topology}.items())
        failed, missing = many.failed(name), many.missing(name)
        rows.append([
            named(name), Cell(policy_told(cell.policy), under=policy_does(cell.policy)),
            Cell(f"{many.finished(name):,}", value=float(many.finished(name))),
            Cell(f"{failed:,}", "bad" if failed else "", value=float(failed)),
            Cell(f"{missing:,}", "unknown" if missing else "", value=float(missing)), Cell(changes, code=bool(changes)),
        ])  # fmt: skip
    parts: list[Part] = [Table(heads, rows)]
    failures = [(name, seed, error) for name in many.variants for seed, error in many.ensemble.failures(name)]
    if failures:
        parts.append(Words(_("Runs that failed are in no figure of this page."), "bad"))
        told = [[named(name), Cell(str(seed)), Cell(error, code=True)] for name, seed, error in failures]
        parts.append(Table((Head(_("variant")), Head(_("seed")), Head(_("error"))), told))
    return Section("runs", _("Runs"), parts)


def command(many: Many) -> str:
    """The command that plays the ensemble again, seeds from 1 to its last; variants by the names that files give."""
    asked = many.ensemble.asked
    words = ["drill", "ensemble", quote(asked.scenario), "-n", str(max(asked.seeds))]
    policies = list(dict.fromkeys(cell.policy for cell in asked.cells))
    files = list(dict.fromkeys(_file(cell) for cell in asked.cells if cell.overrides or cell.topology))
    crossed = any("/" in cell.variant for cell in asked.cells)
    written = any(cell.variant == AS_WRITTEN for cell in asked.cells)
    if crossed or (not written and (not files or len(policies) == 1)):
        words += ["--policy", quote(",".join(policies))]
    for name in files:
        words += ["--variant", quote(f"{name}.yaml")]
    for key, value in asked.overrides.items():
        words += ["--set", quote(f"{key}={value}")]
    return " ".join([*words, "--out", "DIR"])


def _file(cell: CellAsked) -> str:
    return cell.variant.removesuffix(f"/{cell.policy}")


def reproduce(many: Many) -> Section:
    """Command, seeds, versions and hashes."""
    asked = many.ensemble.asked
    facts = [
        Fact(_("Command"), command(many), code=True),
        Fact(_("Seeds"), _seeds(asked.seeds)),
        Fact(_("Program"), f"drillsim {asked.version}"),
        Fact(_("Hash of the scenario"), asked.scenario_hash, code=True),
        Fact(_("Hash of the topology"), asked.topology_hash, code=True),
    ]
    parts: list[Part] = [Facts([fact for fact in facts if fact.text])]
    if (last := max(asked.seeds)) > len(set(asked.seeds)):
        said = _("The command plays seeds 1 to {last}: more than those of this page, and these among them.")
        parts.append(Words(said.format(last=f"{last:,}"), "quiet"))
    if any(cell.overrides or cell.topology for cell in asked.cells):
        parts.append(Words(_("Files of the variants hold the changes that the table of runs names."), "quiet"))
    if digests := _digests(many):
        heads = (Head(_("variant")), Head(_("seed"), number=True), Head(_("digest of the log")))
        title = _("Digests of the first {count} seeds").format(count=min(_DIGESTS, len(asked.seeds)))
        parts.append(Folded(title, [Table(heads, digests)]))
    said = _("The catalogue of the directory holds the digest of every run's log; played again, they are the same.")
    return Section("reproduce", _("How to reproduce"), parts, said)


def _digests(many: Many) -> list[list[Cell]]:
    """Rows of the finished runs of the first seeds, in the order of the variants."""
    first = set(many.ensemble.seeds[:_DIGESTS])
    runs = many.ensemble.runs
    known = {
        (name, seed): digest
        for name, seed, digest in zip(runs["variant"], runs["seed"].tolist(), runs["digest"], strict=True)
        if digest and seed in first
    }
    asked = ((name, seed) for name in many.variants for seed in many.ensemble.seeds[:_DIGESTS])
    return [[Cell(key[0]), Cell(str(key[1])), Cell(known[key], code=True)] for key in asked if key in known]


def _seeds(seeds: Sequence[int]) -> str:
    if list(seeds) == list(range(seeds[0], seeds[-1] + 1)):
        return _("{first} to {last}").format(first=seeds[0], last=seeds[-1])
    return ", ".join(map(str, seeds))
