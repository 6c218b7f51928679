"""Moments to jump to, words for people, and the trainer's marked questions."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.language import LANGUAGES, _, speaking
from sim.log import Row
from sim.phrases import names_of, told
from sim.replay.columns import ms_of
from sim.report import series
from sim.report.series import Story
from sim.scenario import InjectSpec
from sim.script import judged
from sim.script.fired import fired
from sim.script.words import verdict_word
from sim.spec import text_told

_SORTS: Final = {
    "desk.level": "level",
    "warning.issued": "warning",
    "message.sent": "message",
    "procedure.started": "procedure",
    "procedure.done": "procedure",
}
_SAID: Final = ("ask", "note", "warn")
"""Injects that are a message, or a warning, and nothing else."""
_MOST_CHARS: Final = 80
"""Of a message beside its bookmark."""
_COLON: Final = {"en": ": ", "zh": "\N{FULLWIDTH COLON}"}


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
    words = {one["row"]: one["message"] for one in messages(story)}
    found = [
        _mark(story, row, _SORTS[log.kinds[log.kind[row]]], words.get(row)) for row in story.rows(*_SORTS).tolist()
    ]
    found += [_mark(story, row, "inject") for row, spec in written(story) if spec.do not in _SAID or not _spoken(spec)]
    found += _verdicts(story)
    found += _outages(story)
    found += [{"t_ms": one["t_ms"], "row": -1, "sort": "question", "say": one["ask"]} for one in questions(story)]
    order = sorted(range(len(found)), key=lambda at: (found[at]["t_ms"], at))
    return [found[at] for at in order]


def _verdicts(story: Story) -> list[dict[str, Any]]:
    """What the script expected, where the log shows that it came, or at the time by which it should have come."""
    found = []
    for one in judged(story.spec, story.columns, story.inventory):
        at_h = one.done_h if one.done_h is not None else one.due_h if one.verdict == "missed" else None
        if at_h is None or one.fired_h is None:
            continue
        say: dict[str, str] = {}
        for language in LANGUAGES:
            with speaking(language):
                number = _("No. {number}").format(number=one.line.number)
                say[language] = _COLON[language].join((verdict_word(one.verdict), number, text_told(one.say)))
        found.append({"t_ms": _ms(max(at_h, one.fired_h)), "row": one.row, "sort": "expected", "say": say})
    return found


def _spoken(spec: InjectSpec) -> bool:
    return bool(spec.message or spec.to) or spec.do == "warn"


def _outages(story: Story) -> list[dict[str, Any]]:
    """The first outage of a station, or else of a service of a machine room, the last end of one, the peak."""
    spells = story.tables.site_outages.spells if len(story.outages.who) else story.tables.services.spells
    if not len(spells.who):
        return []
    first, ended = int(spells.start_h.argmin()), np.flatnonzero(~spells.open)
    found = [_moment(story, float(spells.start_h[first]), "first_outage", int(spells.begin[first]))]
    if len(ended):
        last = int(ended[spells.end_h[ended].argmax()])
        found.append(_moment(story, float(spells.end_h[last]), "last_outage", int(spells.end[last])))
    if len(story.outages.who):
        found.append(_moment(story, series.worst_h(story), "peak"))
    return found


def _mark(story: Story, row: int, sort: str, words: dict[str, str] | None = None) -> dict[str, Any]:
    """A row by its sentence, and the words for people that it brought."""
    t_ms = int(ms_of(story.columns.t_h[row : row + 1])[0])
    say = _said(story, row)
    for language, text in (words or {}).items():
        if text:
            brief = text if len(text) <= _MOST_CHARS else f"{text[: _MOST_CHARS - 1]}…"
            say[language] += f"{_COLON[language]}{brief}"
    return {"t_ms": t_ms, "row": row, "sort": sort, "say": say}


def _moment(story: Story, t_h: float, sort: str, row: int = -1) -> dict[str, Any]:
    """A moment by its own words, and by those of its row where there is one."""
    say: dict[str, str] = {}
    for language in LANGUAGES:
        with speaking(language):
            words = {
                "first_outage": _("first outage"),
                "last_outage": _("last recovery"),
                "peak": _("most stations out"),
            }
        say[language] = f"{words[sort]}{_COLON[language]}{_said(story, row)[language]}" if row >= 0 else words[sort]
    return {"t_ms": _ms(t_h), "row": row, "sort": sort, "say": say}


def written(story: Story) -> list[tuple[int, InjectSpec]]:
    """Rows by which injects of the scenario file took effect, with what the file says of each, in time order."""
    found = fired(story.columns, story.spec)
    return [(row, story.spec.injects[at]) for at, row in found.items()]


def messages(story: Story) -> list[dict[str, Any]]:
    """Words for people, for the row of the inject and for the row of its message."""
    log = story.columns
    sent = {int(log.cause_row[row]): row for row in story.rows("message.sent").tolist()}
    found = []
    for row, inject in written(story):
        texts = (inject.message, inject.from_, inject.to, inject.via, inject.expected, inject.for_)
        words = {
            "message": _both(inject.message), "from": inject.from_, "to": inject.to, "via": inject.via,
            "expect": _both(inject.expected), "objective": inject.for_,
        }  # fmt: skip
        found += [{"row": at, **words} for at in (row, sent.get(row, -1)) if at >= 0 and any(texts)]
    return found


def _both(text: str) -> dict[str, str]:
    """A text of the scenario by language."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with speaking(language):
            found[language] = text_told(text)
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
