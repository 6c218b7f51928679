"""Which rows of a log are hand-written injects taking effect."""

from __future__ import annotations

from typing import Final

from sim.log import Columns
from sim.scenario import ScenarioSpec

_NEAR_H: Final = 1e-6
_SAID: Final = ("warn", "ask", "note")


def fired(log: Columns, spec: ScenarioSpec) -> dict[int, int]:
    """Index of each inject of the scenario that took effect → its row `inject.fired`, in time order."""
    waiting = [at for at, inject in enumerate(spec.injects) if not inject.off]
    found: dict[int, int] = {}
    for row in log.of("inject.fired").tolist():
        at = next((at for at in waiting if _is(log, row, spec, at)), None)
        if at is not None:
            waiting.remove(at)
            found[at] = row
    return found


def _is(log: Columns, row: int, spec: ScenarioSpec, at: int) -> bool:
    """Whether a row is this inject; what fails on a condition has a cause, what was drawn or has its time has none."""
    inject = spec.injects[at]
    if log.names[log.object[row]] != inject.do:
        return False
    if log.names[log.subject[row]] != (inject.what or inject.colour or inject.to):
        return False
    if inject.at is None:
        return inject.do in _SAID or bool(log.cause_row[row] >= 0)
    return bool(abs(inject.at.to_h(spec.start) - log.t_h[row]) < _NEAR_H)
