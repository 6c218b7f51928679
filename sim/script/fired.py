"""Which rows of a log are hand-written injects taking effect."""

from __future__ import annotations

from math import isnan

from sim.log import Columns
from sim.played import Line, Waiting
from sim.scenario import ScenarioSpec


def fired(log: Columns, spec: ScenarioSpec) -> dict[int, int]:
    """Index of each inject of the scenario that took effect → its row `inject.fired`, in time order."""
    waiting = Waiting(
        Line(
            at,
            inject.do,
            inject.what or inject.colour or inject.to,
            None if inject.at is None else inject.at.to_h(spec.start),
        )
        for at, inject in enumerate(spec.injects)
        if not inject.off
    )
    found: dict[int, int] = {}
    for row in log.of("inject.fired").tolist():
        action, target, t_h = log.names[log.object[row]], log.names[log.subject[row]], float(log.t_h[row])
        value = float(log.value[row])
        place = int(value) if not isnan(value) else waiting.guess(action, target, t_h, caused=log.cause_row[row] >= 0)
        waiting.take(action, target, place)
        if 0 <= place < len(spec.injects):
            found.pop(place, None)
            found[place] = row
    return found
