"""What a scorecard holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isnan
from typing import Any, Literal

from sim.language import _, speaking
from sim.scorecard.assumptions import Assumed
from sim.script import Judged
from sim.spec import text_told
from sim.vocabulary import KPIS, LEVELS

Section = Literal["target", "record", "dispatch", "kpi"]
Comparison = Literal["at_most", "at_least"]


@dataclass(frozen=True)
class ScoreRow:
    """One line: a simulated figure, and what was promised or recorded beside it.

    `at` is the wall clock of the instant, `at_h` the same in hours, both None for a figure of the whole run.
    `margin` is by how much a target was met (negative: missed), in the KPI's unit. `agrees` says whether the
    simulated figure satisfies a recorded inequality, `ratio` is simulated / recorded.
    """

    section: Section
    kpi: str
    simulated: float | None
    at: str | None = None
    at_h: float | None = None
    role: Literal["output", "input"] = "output"
    target: float | None = None
    comparison: Comparison | None = None
    met: bool | None = None
    margin: float | None = None
    recorded: float | str | None = None
    ratio: float | None = None
    agrees: bool | None = None
    reading: str = ""
    id: str = ""
    say: str = ""
    of: str = ""

    @property
    def unit(self) -> str:
        """Unit of the figures."""
        return KPIS[self.kpi].unit

    @property
    def miss(self) -> float:
        """By how much the target was missed, as a share of it (of 1, where it is 0); 0 where it was met."""
        if self.met is not False or self.margin is None:
            return 0.0
        return -self.margin / (abs(self.target) if self.target else 1.0)

    def to_json(self) -> dict[str, Any]:
        """As in `scorecard.json`; the contract's keys first."""
        return {
            "kpi": self.kpi,
            "unit": self.unit,
            "at": self.at,
            "role": self.role,
            "simulated": number(self.simulated),
            "target": number(self.target),
            "comparison": self.comparison,
            "met": self.met,
            "recorded": self.recorded if isinstance(self.recorded, str) else number(self.recorded),
            "reading": self.reading or None,
            "section": self.section,
            "id": self.id or None,
            "say": self.say or None,
            "of": self.of or None,
            "at_h": number(self.at_h),
            "margin": number(self.margin),
            "ratio": number(self.ratio),
            "agrees": self.agrees,
        }


@dataclass(frozen=True)
class Scorecard:
    """Simulated beside plan beside record, and what was assumed."""

    scenario: str
    seed: int
    policy: str
    rows: list[ScoreRow]
    assumptions: list[Assumed]
    title: dict[str, str] = field(default_factory=dict)
    dispatch_rules: list[dict[str, Any]] = field(default_factory=list)
    """The plan's rules by class, how often each was kept, and the lags."""
    late_preparations: dict[str, Any] = field(default_factory=dict)
    """`lines` of the preparation that were late or never done, and how many `more` there are."""
    vehicle_bands: list[dict[str, Any]] = field(default_factory=list)
    """Hours by band of sites without mains per vehicle on duty, of the whole and of each county."""
    hints: list[str] = field(default_factory=list)
    expectations: list[Judged] = field(default_factory=list)
    """What the controllers' script expects, and what came of it."""
    series: list[dict[str, Any]] = field(default_factory=list)
    """Recorded series beside the run: how far apart, and the two peaks."""

    @property
    def targets(self) -> list[ScoreRow]:
        """The rows of the plan's targets, in the order of the plan."""
        return [row for row in self.rows if row.section == "target"]

    @property
    def missed(self) -> list[ScoreRow]:
        """Targets that were missed, the worst first."""
        return sorted((row for row in self.targets if row.met is False), key=lambda row: -row.miss)

    @property
    def met(self) -> bool | None:
        """Whether every target was met; None where there is none, or one is undefined and none missed."""
        if self.missed:
            return False
        return True if self.targets and all(row.met for row in self.targets) else None

    def verdict(self) -> str:
        """One line: whether the plan was met, how many targets were missed, and the worst."""
        targets, missed = self.targets, self.missed
        count, unknown = len(targets), sum(row.met is None for row in targets)
        aside = _("; {count} undefined").format(count=unknown) if unknown else ""
        if not targets:
            return _("no targets in the plan")
        if not missed and not unknown:
            return _("plan met: {count} of {count} targets").format(count=count)
        if not missed:
            return (
                _("plan not fully tested: {met} of {count} targets met").format(met=count - unknown, count=count)
                + aside
            )
        said = _("plan NOT met: {missed} of {count} targets missed").format(missed=len(missed), count=count)
        return f"{said}{aside}{_('; ')}{self._worst()}"

    def _worst(self) -> str:
        worst = self.missed[0]
        named = " ".join(part for part in (worst.id, text_told(worst.say) or worst.kpi) if part)
        bound = f"{'≤' if worst.comparison == 'at_most' else '≥'} {shown(worst.target, worst.unit)}"
        simulated = shown(worst.simulated, worst.unit)
        return _("worst: {target}, {simulated} ({bound})").format(target=named, simulated=simulated, bound=bound)

    def to_json(self) -> dict[str, Any]:
        """As in `scorecard.json`, in English whatever the language in use."""
        with speaking("en"):
            text = self.verdict()
        verdict = {
            "met": self.met,
            "targets": len(self.targets),
            "missed": [row.id for row in self.missed],
            "undefined": [row.id for row in self.targets if row.met is None],
            "text": text,
        }
        return {
            "scenario": self.scenario,
            "seed": self.seed,
            "policy": self.policy,
            "verdict": verdict,
            "rows": [row.to_json() for row in self.rows],
            "dispatch_rules": self.dispatch_rules,
            "late_preparations": self.late_preparations,
            "vehicle_bands": self.vehicle_bands,
            "hints": self.hints,
            "expectations": self._expectations(),
            "series": self.series,
            "assumptions": [line.to_json() for line in self.assumptions],
        }

    def _expectations(self) -> list[dict[str, Any]]:
        """In English, as all of `scorecard.json`."""
        with speaking("en"):
            return [one.to_json() for one in self.expectations]


def number(value: float | None) -> float | int | None:
    """A number for JSON: whole ones without a point, NaN as None."""
    if value is None or isnan(value):
        return None
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(f"{value:.12g}")


def _unit(unit: str) -> str:
    """A unit as it stands behind a figure; empty for those that a figure goes without."""
    words = {
        "station_h": _("station·h"), "site_h": _("site·h"), "user_h": _("user·h"), "h_per_user": _("h/user"),
        "h": _("h"), "mm": "mm", "cm": "cm", "c": "°C", "ms": "ms",
    }  # fmt: skip
    return words.get(unit, "")


def shown(value: float | None, unit: str = "", *, with_unit: bool = True) -> str:
    """A figure for people: shares in percent, thousands apart, an en dash where there is none."""
    if value is None or isnan(value):
        return "–"
    if unit == "share":
        return f"{value * 100:.1f}".removesuffix(".0") + " %"
    if unit == "level" and value in range(1, len(LEVELS) + 1):
        return LEVELS[int(value) - 1]
    if float(value).is_integer():
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"
    return f"{text} {_unit(unit) if with_unit else ''}".rstrip()
