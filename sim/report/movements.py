"""What crews and generators did, hour by hour, as intervals from their rows."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.report.series import Floats, Intervals, Ints, Story

CREW_STATES: Final = ("drive", "stuck", "work", "wait", "ready", "rest", "called")
DRIVE, STUCK, WORK, WAIT, READY, REST, CALLED = range(7)
GENERATOR_STATES: Final = ("standing", "running", "dry", "broken")
STANDING, RUNNING, DRY, BROKEN = range(4)

_AFTER_CREW_ROW: Final = {
    "crew.called": CALLED, "crew.sent": DRIVE, "crew.leg": DRIVE, "crew.stuck": STUCK, "crew.blocked": STUCK,
    "crew.arrived": WAIT, "crew.works": WORK, "crew.free": READY, "crew.rests": REST,
}  # fmt: skip
_AFTER_JOB_ROW: Final = {"job.done": WAIT, "job.wasted": WAIT, "job.failed": WAIT}
_AFTER_GENERATOR_ROW: Final = {
    "generator.placed": STANDING, "generator.started": RUNNING, "generator.stopped": STANDING,
    "generator.dry": DRY, "generator.broke": BROKEN, "generator.taken": -1, "generator.stored": -1,
}  # fmt: skip


def crew_states(story: Story) -> Intervals:
    """What each crew does; states index CREW_STATES, `who` the crews of the inventory.

    A crew that got stuck drives on after its delay; one that rests is ready after its rest; when its work is
    done it waits (for mains, with the generator) until it is free.
    """
    columns, crews = story.columns, story.rows_of("crew")
    rows = story.rows(*_AFTER_CREW_ROW, *_AFTER_JOB_ROW)
    state = _after(story, {**_AFTER_CREW_ROW, **_AFTER_JOB_ROW})[columns.kind[rows]]
    of_job = np.isin(columns.kind[rows], [code for code, kind in enumerate(columns.kinds) if kind in _AFTER_JOB_ROW])
    who = crews[np.where(of_job, columns.object[rows], columns.subject[rows])]
    known = who >= 0
    who, state, t_h, lasts_h = who[known], state[known], columns.t_h[rows][known], columns.value[rows][known]
    return story.intervals(*_let_end(who, state, t_h, lasts_h))


def _let_end(who: Ints, state: Ints, t_h: Floats, lasts_h: Floats) -> tuple[Ints, Ints, Floats]:
    """Adds the changes no row tells: out of the snow after the delay, ready after the rest."""
    ends = (np.isin(state, (STUCK, REST))) & np.isfinite(lasts_h)
    end_h = t_h[ends] + lasts_h[ends]
    order = np.lexsort((t_h, who))
    next_h = np.full(len(t_h), np.inf)
    same = who[order][1:] == who[order][:-1]
    next_h[order[:-1][same]] = t_h[order[1:][same]]
    before = end_h < next_h[ends]
    then = np.where(state[ends] == STUCK, DRIVE, READY)[before]
    who, state = np.concatenate([who, who[ends][before]]), np.concatenate([state, then])
    t_h = np.concatenate([t_h, end_h[before]])
    order = np.argsort(t_h, kind="stable")
    return who[order], state[order], t_h[order]


def generator_states(story: Story) -> Intervals:
    """What each generator does at a site; states index GENERATOR_STATES, none in a depot or on a vehicle.

    A fixed generator (it has no depot) always stands at its site: that is none, too.
    """
    columns = story.columns
    rows = story.rows(*_AFTER_GENERATOR_ROW)
    state = _after(story, _AFTER_GENERATOR_ROW)[columns.kind[rows]]
    who = story.rows_of("generator")[columns.subject[rows]]
    fixed = np.append(story.texts("generator", "depot") == "", [False])[who]
    return story.intervals(who, np.where(fixed & (state == STANDING), -1, state), columns.t_h[rows])


def _after(story: Story, states: dict[str, int]) -> Ints:
    """State after a row, by the code of its kind."""
    return np.array([states.get(kind, -1) for kind in story.columns.kinds], dtype=np.int64)
