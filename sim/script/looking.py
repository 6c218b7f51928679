"""Where in a log to look for what is expected: kinds of rows, and which of them are meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from sim.exercise import Expect
from sim.script.scene import Scene
from sim.script.sentences import Want
from sim.vocabulary import LEVELS

Fits = Callable[[int], bool]


class Look(NamedTuple):
    """Rows of these kinds from the inject on that fit; `before`: also those before it, where they still hold.

    `undone`: kinds of rows that end what a row before the inject has brought about.
    """

    kinds: tuple[str, ...]
    fits: Fits
    before: bool = False
    undone: tuple[str, ...] = ()


_OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "crew_sent": ("crew.sent",),
    "job_given": ("job.assigned",),
    "on_site": ("job.onsite", "crew.arrived", "person.moved"),
    "work_begun": ("crew.works",),
    "loader_sent": ("loader.sent",),
    "road_open": ("road.opened", "road.cleared"),
    "generator_placed": ("generator.placed",),
    "cooled": ("row.cooled",),
    "procedure_begun": ("procedure.started",),
    "procedure_done": ("procedure.done",),
}
"""What must have come of the inject, or be about its target."""
_WHOLE: Final[Mapping[str, tuple[str, ...]]] = {
    "crew_called": ("crew.called",),
    "report": ("report.sent",),
    "aid": ("desk.aid",),
}
"""What is of the whole drill: any such row after the inject."""
_GENERATOR_ENDS: Final = ("generator.stopped", "generator.dry", "generator.broke")
_MENDED: Final[Mapping[str, tuple[str, ...]]] = {
    "feeder": ("feeder.restored",),
    "link": ("link.mended", "room_link.mended"),
    "road": ("road.opened", "road.cleared"),
    "device": ("device.mended",),
    "supply": ("supply.mended",),
    "cooler": ("cooler.mended",),
}
"""What ends the failure of each sort of thing."""
_PEOPLE: Final = ("ask", "note")


def look(want: Want, scene: Scene) -> Look | None:
    """Where to look; None where the inject has nothing it could be seen at, which is for the evaluator then."""
    key = want.key
    if key in _WHOLE:
        return Look(_WHOLE[key], lambda _row: True)
    if key == "level":
        worst = LEVELS.index(want.detail)
        return Look(
            ("desk.level",),
            lambda row: scene.stage.subject(row) in LEVELS[: worst + 1],
            before=True,
        )
    if want.table is not None:
        return _table(want.table, scene)
    if not scene.sort:
        return None
    if key in _OWN:
        return Look(_OWN[key], scene.own)
    return _of_target(want, scene)


def _of_target(want: Want, scene: Scene) -> Look | None:
    stage = scene.stage
    if want.key == "generator_running":
        return Look(("generator.started",), scene.own, scene.sort == "site", _GENERATOR_ENDS)
    if want.key == "noticed":
        begun = any(scene.traced(row) for row in stage.rows("procedure.started"))
        return Look(("step.done",), scene.traced) if begun else Look(("desk.alarm", "desk.listed"), scene.own)
    if want.key == "step":
        return Look(
            ("step.done",),
            lambda row: stage.subject(row).rpartition(".")[2] == want.detail and scene.traced(row),
        )
    if want.key == "serves" or (want.key == "restored" and scene.action in _PEOPLE):
        return _serves(scene, want.within_h)
    return _mended(want.key, scene)


def _serves(scene: Scene, within_h: float) -> Look | None:
    """The site serves again; None where it is not out within that time."""
    stage = scene.stage
    if scene.sort != "site":
        return None
    mine = [row for row in stage.rows("site.down", "site.up") if stage.subject(row) == scene.name]
    before = [row for row in mine if row < scene.fired]
    down_at_once = bool(before) and stage.kind(before[-1]) == "site.down"
    due_h = float(stage.log.t_h[scene.fired]) + within_h
    goes_out = any(row > scene.fired and stage.log.t_h[row] <= due_h for row in mine)
    if not down_at_once and not goes_out:
        return None
    return Look(("site.up",), lambda row: stage.subject(row) == scene.name)


def _mended(key: str, scene: Scene) -> Look | None:
    """The end of what the inject has broken."""
    stage, name, part = scene.stage, scene.name, scene.part
    if scene.sort == "site":
        if part == "generator":
            return None
        if part in ("", "mains"):
            return Look(("mains.back",), lambda row: stage.subject(row) == name)
        return Look(("equipment.mended",), lambda row: (stage.subject(row), stage.object(row)) == (name, part))
    kinds = _MENDED.get(scene.sort, ("power.mended",))
    if key == "restored" and scene.sort == "device":
        kinds = ("device.up",)
    return Look(kinds, lambda row: stage.subject(row) == name)


def _table(table: Expect, scene: Scene) -> Look | None:
    """A kind of row, of the subject and object that are named, else of what the inject brought about."""
    stage = scene.stage
    if table.subject or table.object:
        return Look(
            (table.kind,),
            lambda row: (
                table.subject in ("", *_names(stage.subject(row))) and table.object in ("", *_names(stage.object(row)))
            ),
        )
    return Look((table.kind,), scene.own) if scene.sort else Look((table.kind,), lambda _row: True)


def _names(code: str) -> tuple[str, ...]:
    """A name of the log, and the step or procedure without the number of its run."""
    run, hashed, rest = code.partition("#")
    return (code, f"{run}{rest.lstrip('0123456789')}") if hashed else (code,)
