"""Steps of procedures as bars: who did them, when, after what, by when; and slots so that none cover another."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, isnan
from typing import Final, NamedTuple

from sim.metrics.procedures import procedure_of
from sim.report.series import Story

_TEXT_IN: Final = 0.062
"""Width of a letter of a name, inches."""
_ENDS: Final = ("step.done", "step.rejected")
_GRAIN_H: Final = 1e-9


class Bar(NamedTuple):
    """One try of a step by one team. `waits_h` is `start_h` where it did not wait; `due_h` is infinite for none.

    `after` names the try of a step that it followed; `last` says whether it is the last try.
    """

    run: str
    step_run: str
    name_en: str
    name_zh: str
    team: str
    tries: int
    waits_h: float
    start_h: float
    end_h: float
    rejected: bool
    unfinished: bool
    due_h: float
    after: tuple[str, int]
    last: bool

    @property
    def met(self) -> bool:
        """Whether the deadline was met."""
        return not self.rejected and not self.unfinished and self.end_h <= self.due_h + _GRAIN_H


class _Try(NamedTuple):
    step_run: str
    number: int
    waits_h: float
    start_h: float
    end_h: float
    end: str
    who: str
    cause: int


def _tries(story: Story) -> Iterator[_Try]:
    """Tries of steps in the order of their end; a step that only waits ends with the drill."""
    log = story.columns
    open_: dict[str, tuple[float, float, int, str, int]] = {}
    count: dict[str, int] = {}
    for row in story.rows("step.waits", "step.begun", *_ENDS).tolist():
        kind, name, t_h = log.kinds[log.kind[row]], log.names[log.subject[row]], float(log.t_h[row])
        if t_h > story.horizon_h:
            break
        if kind == "step.waits":
            open_.setdefault(name, (t_h, inf, count.get(name, 0) + 1, "", int(log.cause_row[row])))
        elif kind == "step.begun":
            waits_h = open_[name][0] if name in open_ else t_h
            count[name] = count.get(name, 0) + 1
            open_[name] = (waits_h, t_h, count[name], log.names[log.object[row]], int(log.cause_row[row]))
        elif name in open_:
            waits_h, start_h, number, who, cause = open_.pop(name)
            yield _Try(name, number, waits_h, min(start_h, t_h), t_h, kind, who, cause)
    for name, (waits_h, start_h, number, who, cause) in open_.items():
        yield _Try(name, number, waits_h, min(start_h, story.horizon_h), story.horizon_h, "", who, cause)


def bars_of(story: Story) -> list[Bar]:
    """All tries of all steps, one bar for every team that worked on it."""
    plan, teams = _plan(story), _teams(story)
    starts = {story.columns.names[who]: t_h for who, t_h in _starts(story)}
    tries = list(_tries(story))
    lasts = {one.step_run: one.number for one in tries}
    found: list[Bar] = []
    for one in tries:
        run, _, step = one.step_run.rpartition(".") if "#" not in one.step_run else _split(one.step_run)
        name_en, name_zh, who, by_h = plan.get(f"{procedure_of(run)}.{step}", (step, "", "", inf))
        due_h = starts.get(run, 0.0) + by_h
        last = one.number == lasts[one.step_run]
        found += [
            Bar(
                run, one.step_run, name_en or step, name_zh, team, one.number, one.waits_h, one.start_h, one.end_h,
                one.end == "step.rejected", not one.end, due_h, _after(story, one, tries), last,
            )
            for team in _who(one, who, teams)
        ]  # fmt: skip
    return found


def _split(step_run: str) -> tuple[str, str, str]:
    name, _, rest = step_run.rpartition("#")
    number, _, step = rest.partition(".")
    return f"{name}#{number}", ".", step


def _plan(story: Story) -> dict[str, tuple[str, str, str, float]]:
    texts = [story.texts("procedure_step", column).tolist() for column in ("id", "name_en", "name", "who")]
    by_h = [inf if isnan(value) else value for value in story.floats("procedure_step", "by_h").tolist()]
    return {step: (en, zh, who, by) for step, en, zh, who, by in zip(*texts, by_h, strict=True)}


def _starts(story: Story) -> list[tuple[int, float]]:
    log, rows = story.columns, story.rows("procedure.started")
    return [*zip(log.subject[rows].tolist(), log.t_h[rows].tolist(), strict=True)]


def _teams(story: Story) -> dict[str, dict[str, str]]:
    """Team of every person and team by name, under "", and of those busy with each run of a step."""
    people = dict(zip(story.texts("person", "id").tolist(), story.texts("person", "team").tolist(), strict=True))
    known = {**{team: team for team in story.texts("team", "id").tolist()}, **people}
    busy: dict[str, dict[str, str]] = {"": known}
    log = story.columns
    for row in story.rows("person.busy").tolist():
        person, step_run = log.names[log.subject[row]], log.names[log.object[row]]
        if person in people:
            busy.setdefault(step_run, {})[people[person]] = ""
    return busy


def _who(one: _Try, planned: str, teams: dict[str, dict[str, str]]) -> list[str]:
    """Teams of a try: of who began it, else of those busy with it, else of the plan."""
    known = teams[""]
    named = [known[word] for word in one.who.split() if word in known]
    planned_teams = [known[word] for word in planned.split() if word in known]
    return list(dict.fromkeys(named)) or list(teams.get(one.step_run, {})) or planned_teams or [one.who or planned]


def _after(story: Story, one: _Try, tries: list[_Try]) -> tuple[str, int]:
    """The try whose end began this one: by its cause, else the latest end in the same run before it."""
    log, begins_h = story.columns, min(one.start_h, one.waits_h)
    run = one.step_run.rpartition("#")[0], one.step_run.rpartition("#")[2].partition(".")[0]
    mine = [
        other for other in tries
        if (other.step_run.rpartition("#")[0], other.step_run.rpartition("#")[2].partition(".")[0]) == run
        and other.end and other.end_h <= begins_h + _GRAIN_H and other is not one
    ]  # fmt: skip
    if one.cause >= 0 and log.kinds[log.kind[one.cause]] in _ENDS:
        name, t_h = log.names[log.subject[one.cause]], float(log.t_h[one.cause])
        mine = [other for other in mine if other.step_run == name and other.end_h == t_h] or mine
    best = max(mine, key=lambda other: other.end_h, default=None)
    return (best.step_run, best.number) if best is not None else ("", 0)


def packed(bars: list[Bar], runs: list[str], per_in: float) -> list[int]:
    """A slot for each bar, so that neither bars nor their names overlap; runs of procedures keep apart.

    `per_in` are hours an inch.
    """
    ends: list[tuple[str, float]] = []
    slots = []
    for bar in bars:
        begin_h = min(bar.start_h, bar.waits_h)
        letters = len(bar.name_en) + 2 * len(bar.name_zh) + 2 + (4 if bar.tries > 1 else 0)
        due_h = bar.due_h if bar.last and bar.due_h < inf else 0.0
        end_h = max(bar.end_h, due_h, begin_h + letters * _TEXT_IN * per_in) + 0.08 * per_in
        for slot, (run, free_h) in enumerate(ends):
            if run == bar.run and free_h <= begin_h:
                ends[slot] = (run, end_h)
                slots.append(slot)
                break
        else:
            ends.append((bar.run, end_h))
            slots.append(len(ends) - 1)
    order = sorted(range(len(ends)), key=lambda slot: (runs.index(ends[slot][0]), slot))
    rank = {slot: place for place, slot in enumerate(order)}
    return [rank[slot] for slot in slots]
