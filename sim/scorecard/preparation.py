"""What the preparation left undone, and crews that never left their depot while jobs waited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from sim.inventory import Ints, text
from sim.inventory import number as numbers
from sim.metrics import Tables
from sim.metrics.intervals import rows_with
from sim.scorecard.card import number
from sim.scorecard.rows import Source, clock

MOST: Final = 10
"""No more lines of the preparation than these are named."""
_CALLED: Final = ("crew.called", "crew.free")


def late_preparations(source: Source) -> dict[str, Any]:
    """The lines of the preparation that were never done or late, the worst first; `more` are not named."""
    data = source.data
    lines = data.lines
    wrong = np.flatnonzero(lines.never | lines.late)
    behind_h = np.where(lines.never, data.horizon_h - lines.by_h, lines.lag_h)[wrong]
    order = wrong[np.lexsort((-behind_h, ~lines.never[wrong]))].tolist()
    names = data.log.names
    told = [
        {
            "measure": names[int(lines.measure[row])],
            "target": names[int(lines.target[row])],
            "result": "never" if lines.never[row] else "late",
            "by": clock(source.spec, float(lines.by_h[row])),
            "by_h": number(float(lines.by_h[row])),
            "done_h": number(float(lines.done_h[row])),
            "lag_h": number(float(lines.lag_h[row])),
        }
        for row in order[:MOST]
    ]
    return {"lines": told, "more": max(len(order) - MOST, 0)}


def hints(source: Source) -> list[str]:
    """What a planner should look into, a sentence each."""
    told = _idle_crews(source.data)
    return [told] if told else []


def _idle_crews(data: Tables) -> str:
    """Crews never sent anywhere, the most jobs that waited at once, and why as far as the log tells."""
    crews = data.ground.inventory["crew"]
    sent = np.zeros(len(crews["id"]), dtype=np.bool_)
    sent[data.journeys.crew] = True
    idle = np.flatnonzero(~sent)
    waiting = int(data.waiting_jobs[1].max(initial=0))
    if not len(idle) or not waiting:
        return ""
    reasons = Counter(_reasons(data, idle))
    told = ", ".join(f"{count} {why}" for why, count in reasons.most_common())
    those = "1 crew" if len(idle) == 1 else f"{len(idle)} crews"
    jobs = "1 job" if waiting == 1 else f"{waiting} jobs"
    return f"{those} of {len(sent)} never left the depot while up to {jobs} waited at once: {told}"


def _reasons(data: Tables, crews: Ints) -> Iterator[str]:
    """Why each of these crews stayed, as far as the log and the inventory tell."""
    table, ground, names = data.ground.inventory["crew"], data.ground, data.names
    called = set(names.crew[data.log.subject[rows_with(data.log, *_CALLED)]].tolist())
    ready_h, depots = numbers(table, "ready_h", np.inf), text(table, "depot")
    jobs = data.jobs.site[data.jobs.response & (data.jobs.site >= 0)]
    asked = set(ground.site_party[jobs].tolist())
    party = ground.owners("crew").party
    stocked = set(text(ground.inventory["generator"], "depot").tolist())
    for crew in crews.tolist():
        if crew not in called and not ready_h[crew] <= data.horizon_h:
            yield "never called for (second line, hired or aid)"
        elif party[crew] and int(party[crew]) not in asked:
            yield "of a party without a job at its sites"
        elif depots[crew] not in stocked:
            yield f"at a depot without generators ({depots[crew]})"
        else:
            yield "ready and not sent (the log does not say why)"
