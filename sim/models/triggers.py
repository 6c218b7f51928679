"""Conditions on what the desk knows: response levels that are raised, injects that wait for a state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simpy import Environment
from simpy.events import Event

from sim.log import EventLog
from sim.models.timer import Timer, at_the_end
from sim.plan import Level
from sim.vocabulary import Inject

_OF_WORK = ("jobs_waiting", "crews_free")
"""Counts that change with jobs and crews, not with alarms."""
_COLOURS = ("blue", "yellow", "orange", "red")

Counts = Callable[[], Mapping[str, float]]


def holds(bounds: Mapping[str, Mapping[str, float]], counts: Mapping[str, float], *, any_of: bool = False) -> bool:
    """Whether all bounds (or any of them) hold for the counts."""
    found = [
        ("at_least" not in bound or counts[key] >= bound["at_least"])
        and ("at_most" not in bound or counts[key] <= bound["at_most"])
        for key, bound in bounds.items()
    ]
    return any(found) if any_of else bool(found) and all(found)


class Triggers:
    """Looked at after whatever changes the desk's picture, its jobs or its crews; each fires once."""

    def __init__(
        self, levels: list[Level], injects: list[Inject], counts: Counts, env: Environment, log: EventLog
    ) -> None:
        self._levels, self._injects, self._counts = list(levels), list(injects), counts
        self._env, self._log = env, log
        self._warning = -1
        self._of_work = self._watches_work()
        self._pending_row = -1
        self._pending = False
        self.raised: Callable[[Level, int], None] = lambda _level, _row: None
        self.fire: Callable[[Inject, int], None] = lambda _inject, _row: None

    def warn(self, colour: str, row: int) -> None:
        """A weather warning signal: colours only ever get worse here."""
        self._warning = max(self._warning, _COLOURS.index(colour))
        self.look(row)

    def look_later(self, row: int) -> None:
        """Jobs or crews have changed: look once, when this instant's orders are given, if anything waits for those."""
        self._pending_row = row
        if self._of_work and not self._pending:
            self._pending = True
            at_the_end(self._env, self._look_now, after=1)

    def _look_now(self, _event: Event) -> None:
        self._pending = False
        self.look(self._pending_row)

    def _watches_work(self) -> bool:
        watched = [list(inject.when or ()) for inject in self._injects]
        watched += [[*level.when, *level.when_any] for level in self._levels]
        return any(key in keys for keys in watched for key in _OF_WORK)

    def look(self, row: int) -> None:
        """Check what has not fired yet."""
        if not self._levels and not self._injects:
            return
        counts = self._counts()
        for level in [level for level in self._levels if self._triggered(level, counts)]:
            self._levels.remove(level)
            Timer(self._env, lambda level=level: self._raise(level, row)).set(self._env.now + level.decide_h)  # type: ignore[misc]
        for inject in [inject for inject in self._injects if inject.when and holds(inject.when, counts)]:
            self._injects.remove(inject)
            self.fire(inject, row)
        self._of_work = self._of_work and self._watches_work()

    def _triggered(self, level: Level, counts: Mapping[str, float]) -> bool:
        if level.warning is not None and self._warning >= _COLOURS.index(level.warning):
            return True
        every = {str(key): bound.model_dump(exclude_none=True) for key, bound in level.when.items()}
        some = {str(key): bound.model_dump(exclude_none=True) for key, bound in level.when_any.items()}
        return holds(every, counts) or (bool(some) and holds(some, counts, any_of=True))

    def _raise(self, level: Level, row: int) -> None:
        trigger = "warning" if level.warning is not None else ",".join([*level.when, *level.when_any])
        row = self._log.add(self._env.now, "desk.level", level.level, trigger, cause_row=row)
        self.raised(level, row)
