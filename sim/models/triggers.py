"""Conditions on what the desk knows: response levels that are raised, injects that wait for a state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simpy import Environment
from simpy.events import Event

from sim.log import EventLog
from sim.models.timer import Timer, at_the_end
from sim.plan import Level
from sim.streams import Streams
from sim.units import quantise_h
from sim.vocabulary import Inject

_OF_WORK = ("jobs_waiting", "crews_free")
"""Counts that change with jobs and crews, not with alarms."""
_LEVELS = ("I", "II", "III", "IV")
_COLOURS = ("blue", "yellow", "orange", "red")

Counts = Callable[[], Mapping[str, float]]


def holds(bounds: Mapping[str, Mapping[str, float]], counts: Mapping[str, float]) -> bool:
    """Whether there are bounds and all hold for the counts."""
    return bool(bounds) and all(
        ("at_least" not in bound or counts[key] >= bound["at_least"])
        and ("at_most" not in bound or counts[key] <= bound["at_most"])
        for key, bound in bounds.items()
    )


class Triggers:
    """Looked at after whatever changes the desk's picture, its jobs or its crews; each fires once."""

    def __init__(
        self,
        levels: list[Level],
        injects: list[Inject],
        counts: Counts,
        streams: Streams,
        env: Environment,
        log: EventLog,
    ) -> None:
        self._plan, self._levels, self._injects, self._counts = levels, list(levels), list(injects), counts
        self._streams, self._env, self._log = streams, env, log
        self._up: dict[str, int] = {}
        """Levels that were raised, each with its row."""
        self._reported: dict[str, int] = {}
        self.reported_by_steps: frozenset[str] = frozenset()
        """Levels whose report is a step of a procedure."""
        self._warning = -1
        self._of_work = self._watches_work()
        self._pending_row = -1
        self._pending = False
        self.raised: Callable[[Level, int], None] = lambda _level, _row: None
        self.implied: Callable[[Level, int], None] = lambda _level, _row: None
        """A level would be raised but that a higher one is up."""
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
        due = [(level, names) for level in self._levels if (names := self._triggers(level, counts))]
        for level, names in due:
            self._levels.remove(level)
            self._due(level, ",".join(names), row)
        for inject in [inject for inject in self._injects if inject.when and holds(inject.when, counts)]:
            self._injects.remove(inject)
            self.fire(inject, row)
        self._of_work = self._of_work and self._watches_work()

    def _triggers(self, level: Level, counts: Mapping[str, float]) -> list[str]:
        """Names of what now holds and is enough to raise a level; none where nothing is."""
        every = {str(key): bound.model_dump(exclude_none=True) for key, bound in level.when.items()}
        some = {str(key): bound.model_dump(exclude_none=True) for key, bound in level.when_any.items()}
        warned = level.warning is not None and self._warning >= _COLOURS.index(level.warning)
        found = ["warning"] if warned else []
        found += every if holds(every, counts) else []
        found += [key for key, bound in some.items() if holds({key: bound}, counts)]
        return list(dict.fromkeys(found))

    def _due(self, level: Level, trigger: str, row: int) -> None:
        """Its trigger, told by the names of what holds, is there: people decide, late or wrongly or not at all."""
        if self._outranked(level.level):
            self.implied(level, row)
            return
        row = self._log.add(self._env.now, "desk.level_due", level.level, trigger, cause_row=row)
        name = level.level
        wait_h = level.decide_h.quantile(self._streams.uniform("level_h", name))
        if self._draws("level_missed", name, level.missed):
            self._later(wait_h, lambda: self._miss(level, trigger, row))
        elif name != "IV" and self._draws("level_too_low", name, level.too_low):
            again_h = wait_h + level.decide_h.quantile(self._streams.uniform("level_again_h", name))
            self._later(wait_h, lambda: self._too_low(level, row))
            self._later(again_h, lambda: self._raise(level, trigger, row))
        else:
            self._later(wait_h, lambda: self._raise(level, trigger, row))

    def _draws(self, what: str, name: str, share: float) -> bool:
        return share > 0 and self._streams.uniform(what, name) < share

    def _later(self, wait_h: float, call: Callable[[], None]) -> None:
        Timer(self._env, call).set(quantise_h(self._env.now + wait_h))

    def _outranked(self, name: str) -> bool:
        """Whether a higher level is up."""
        return any(_LEVELS.index(other) < _LEVELS.index(name) for other in self._up)

    def _miss(self, level: Level, trigger: str, row: int) -> None:
        if level.level not in self._up and not self._outranked(level.level):
            self._log.add(self._env.now, "desk.level_missed", level.level, trigger, cause_row=row)

    def _too_low(self, level: Level, row: int) -> None:
        if level.level not in self._up and not self._outranked(level.level):
            lower = _LEVELS[_LEVELS.index(level.level) + 1]
            self._log.add(self._env.now, "desk.level", lower, f"too_low for {level.level}", cause_row=row)

    def raise_now(self, name: str, trigger: str, row: int) -> None:
        """A step of a procedure raises a level of the plan, whatever the desk thinks."""
        for level in self._plan:
            if level.level == name:
                self._levels = [other for other in self._levels if other is not level]
                self._raise(level, trigger, row)

    def _raise(self, level: Level, trigger: str, row: int) -> None:
        """Once each, whoever is first; below a level that is up only what it is there to do is done."""
        if level.level in self._up:
            return
        if self._outranked(level.level):
            self.implied(level, row)
            return
        row = self._up[level.level] = self._log.add(self._env.now, "desk.level", level.level, trigger, cause_row=row)
        if level.report_h is not None and level.level not in self.reported_by_steps:
            takes_h = level.report_takes_h.quantile(self._streams.uniform("report_h", level.level))
            self._later(takes_h, lambda: self.report(level.level, row))
        self.raised(level, row)

    def report(self, name: str, row: int) -> None:
        """The report of a level that is up goes to the level above, once."""
        level = next((one for one in self._plan if one.level == name), None)
        if level is not None and name in self._up and name not in self._reported:
            self._reported[name] = self._log.add(self._env.now, "report.sent", name, level.lead, cause_row=row)
