"""Whether what was expected of the trainees came in time, as far as the log of a run can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Final, Literal, NamedTuple

from sim.inventory import Inventory
from sim.language import _
from sim.log import Columns
from sim.phrases import names_of, told
from sim.scenario import ScenarioSpec
from sim.script.fired import fired
from sim.script.lines import ScriptLine, numbered
from sim.script.looking import Look, look
from sim.script.scene import Scene, Stage
from sim.script.sentences import Want, expectations

Verdict = Literal["met", "late", "missed", "left", "not_played", "not_due"]
"""In time; after its time; not at all; for the evaluator; the inject never came; its time is after the end."""
JUDGED: Final = (
    "number", "target", "to", "objective", "expect", "verdict", "fired_h", "within_h", "due_h", "done_h", "row",
    "evidence",
)  # fmt: skip
"""What is told of each expectation, in tables and files."""
_GRAIN_H: Final = 1e-6


@dataclass(frozen=True)
class Judged:
    """A part of what a line expects, and what came of it; hours since the start, None where there are none.

    `row` is the row of the log that did it, -1 where none did.
    """

    line: ScriptLine
    say: str
    verdict: Verdict
    fired_h: float | None
    within_h: float | None
    due_h: float | None
    done_h: float | None
    row: int
    words: Callable[[], str] = field(compare=False, repr=False)

    @property
    def evidence(self) -> str:
        """What bears it out: a sentence in the language in use."""
        return self.words()

    def to_json(self) -> dict[str, Any]:
        """As in `scorecard.json`."""
        line = self.line
        row = self.row if self.row >= 0 else None
        told = (
            line.number, line.target or None, line.to or None, line.objective or None, self.say, self.verdict,
            self.fired_h, self.within_h, self.due_h, self.done_h, row, self.evidence,
        )  # fmt: skip
        return dict(zip(JUDGED, told, strict=True))


class _Found(NamedTuple):
    """A verdict with its reason, and the row and hour that bear it out."""

    verdict: Verdict
    words: Callable[[], str]
    due_h: float | None = None
    done_h: float | None = None
    row: int = -1


def judged(spec: ScenarioSpec, log: Columns, inventory: Inventory) -> list[Judged]:
    """Every expectation of the script in the order of its lines; those that no log can judge are `left`."""
    stage = Stage(log, inventory)
    rows = fired(log, spec)
    found: list[Judged] = []
    for line, at in numbered(spec):
        row = rows.get(at, -1)
        fired_h = float(log.t_h[row]) if row >= 0 else None
        for say, want in expectations(spec.injects[at].expect, spec.plan):
            one = _one(want, Scene(stage, row, line.action, line.target) if row >= 0 else None, spec)
            within_h = None if want is None else want.within_h
            found.append(Judged(line, say, one.verdict, fired_h, within_h, *one[2:], one.words))
    return found


def _one(want: Want | None, scene: Scene | None, spec: ScenarioSpec) -> _Found:
    if scene is None:
        return _Found("not_played", lambda: _("the inject was not played"))
    if want is None:
        return _Found("left", lambda: _("not a sentence that the log can judge"))
    where = look(want, scene)
    if where is None:
        return _Found("left", lambda: _("the inject names nothing at which the log could show it"))
    fired_h = float(scene.stage.log.t_h[scene.fired])
    due_h = fired_h + want.within_h
    row = _first(where, scene)
    if row >= 0:
        done_h = float(scene.stage.log.t_h[row])
        verdict: Verdict = "met" if done_h <= due_h + _GRAIN_H else "late"
        return _Found(verdict, partial(_words, scene, spec, row, due_h), due_h, done_h, row)
    if due_h > spec.horizon_h + _GRAIN_H:
        return _Found("not_due", lambda: _("the drill ends before it is due"), due_h)
    return _Found("missed", lambda: _("not seen until the end of the drill"), due_h)


def _first(where: Look, scene: Scene) -> int:
    """The row that shows it: one before the inject that still holds, else the first one after it; -1 for none."""
    stage = scene.stage
    rows = stage.rows(*where.kinds)
    if where.before:
        earlier = [row for row in rows if row < scene.fired and where.fits(row)]
        still = [row for row in earlier if not _ended(row, where, scene)]
        if still:
            return still[0]
    return next((row for row in rows if row > scene.fired and where.fits(row)), -1)


def _ended(row: int, where: Look, scene: Scene) -> bool:
    """Whether what a row brought about was over when the inject came."""
    stage = scene.stage
    if not where.undone:
        return False
    who = stage.subject(row)
    return any(row < end < scene.fired and stage.subject(end) == who for end in stage.rows(*where.undone))


def _words(scene: Scene, spec: ScenarioSpec, row: int, due_h: float) -> str:
    """What the log says, when, and how long after the inject."""
    stage = scene.stage
    t_h, fired_h = float(stage.log.t_h[row]), float(stage.log.t_h[scene.fired])
    clock = f"{spec.start.replace(tzinfo=None) + timedelta(minutes=round(t_h * 60)):%m-%d %H:%M}"
    what = told(stage.row(row), names_of(stage.inventory))
    after = round((t_h - fired_h) * 60)
    if row < scene.fired:
        return _("{clock} {what}, already before the inject").format(clock=clock, what=what)
    if t_h <= due_h + _GRAIN_H:
        return _("{clock} {what}, {after} min after the inject").format(clock=clock, what=what, after=after)
    late = max(1, round((t_h - due_h) * 60))
    return _("{clock} {what}, {after} min after the inject, {late} min late").format(
        clock=clock, what=what, after=after, late=late
    )
