"""Moments to jump to, words for people, and the trainer's marked questions."""

from __future__ import annotations

from typing import Any, Final

from sim.language import LANGUAGES, _, speaking
from sim.log import Row
from sim.phrases import names_of, told
from sim.replay.columns import ms_of
from sim.report import series
from sim.report.series import Story
from sim.scenario import InjectSpec

_SORTS: Final = {
    "desk.level": "level",
    "warning.issued": "warning",
    "message.sent": "message",
    "procedure.started": "procedure",
    "procedure.done": "procedure",
}
_TOLD_H: Final = 1e-6


def _both(message: str) -> dict[str, str]:
    with speaking("zh"):
        return {"en": message, "zh": _(message)}


def _ms(t_h: float) -> int:
    return round(t_h * 3_600_000)


def _said(story: Story, row: int) -> dict[str, str]:
    log = story.columns
    one = Row(
        float(log.t_h[row]), log.kinds[log.kind[row]], log.names[log.subject[row]], log.names[log.object[row]],
        float(log.value[row]), int(log.cause_row[row]),
    )  # fmt: skip
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with speaking(language):
            found[language] = told(one, names_of(story.inventory))
    return found


def bookmarks(story: Story) -> list[dict[str, Any]]:
    """Bookmarks in the order of time: injects by hand, messages, levels, warnings, procedures, outages, questions."""
    log = story.columns
    found = [_mark(story, row, _SORTS[log.kinds[log.kind[row]]]) for row in story.rows(*_SORTS).tolist()]
    found += [_mark(story, row, "inject") for row, spec in written(story) if not (spec.message or spec.to)]
    outages = story.outages
    if len(outages.who):
        ends = [end for end in outages.end_h.tolist() if end <= story.horizon_h]
        found.append(_moment(float(outages.start_h.min()), "first_outage", _both(_("first outage"))))
        if ends:
            found.append(_moment(max(ends), "last_outage", _both(_("end of the last outage that ended"))))
        found.append(_moment(series.worst_h(story), "peak", _both(_("most stations out"))))
    found += [_moment(one["t_ms"] / 3_600_000, "question", one["ask"]) for one in questions(story)]
    order = sorted(range(len(found)), key=lambda at: (found[at]["t_ms"], at))
    return [found[at] for at in order]


def _mark(story: Story, row: int, sort: str) -> dict[str, Any]:
    t_ms = int(ms_of(story.columns.t_h[row : row + 1])[0])
    return {"t_ms": t_ms, "row": row, "sort": sort, "say": _said(story, row)}


def _moment(t_h: float, sort: str, say: dict[str, str]) -> dict[str, Any]:
    return {"t_ms": _ms(t_h), "row": -1, "sort": sort, "say": say}


def written(story: Story) -> list[tuple[int, InjectSpec]]:
    """Rows by which injects of the scenario file took effect, with what the file says of each, in time order."""
    log, spec = story.columns, story.spec
    waiting = [inject for inject in spec.injects if not inject.off]
    found: list[tuple[int, InjectSpec]] = []
    for row in story.rows("inject.fired").tolist():
        subject, action = log.names[log.subject[row]], log.names[log.object[row]]
        for inject in waiting:
            target = (inject.colour or "") if inject.do == "warn" else inject.what
            on_time = inject.at is None or abs(inject.at.to_h(spec.start) - log.t_h[row]) < _TOLD_H
            if inject.do == action and (target or inject.to) == subject and on_time:
                found.append((row, inject))
                waiting.remove(inject)
                break
    return found


def messages(story: Story) -> list[dict[str, Any]]:
    """Words for people, for the row of the inject and for the row of its message."""
    log = story.columns
    sent = {int(log.cause_row[row]): row for row in story.rows("message.sent").tolist()}
    found = []
    for row, inject in written(story):
        words = {
            "message": inject.message, "from": inject.from_, "to": inject.to, "via": inject.via,
            "expect": inject.expect, "objective": inject.for_,
        }  # fmt: skip
        found += [{"row": at, **words} for at in (row, sent.get(row, -1)) if at >= 0 and any(words.values())]
    return found


def questions(story: Story) -> list[dict[str, Any]]:
    """The marked questions of the scenario, in the order of time."""
    start = story.spec.start
    found = [
        {
            "t_ms": _ms(one.at.to_h(start)),
            "ask": {"en": one.ask.en or one.ask.zh, "zh": one.ask.zh or one.ask.en},
            "note": {"en": one.note.en or one.note.zh, "zh": one.note.zh or one.note.en},
        }
        for one in story.spec.questions
    ]
    return sorted(found, key=lambda one: int(str(one["t_ms"])))
