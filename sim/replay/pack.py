"""Everything the replay page is given, as one block of bytes; its shape is that of `web/src/format.ts`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sim.language import LANGUAGES, Language, speaking, translations
from sim.phrases import GROUPS, PHRASES, policy_name
from sim.replay import bookmarks, curves, figures, items, moves, rooms, tracks
from sim.replay.columns import Columns
from sim.report.series import Story
from sim.results import Run
from sim.vocabulary import KINDS
from sim.wordlist import ONE, UNITS, WORDS

_UNIT_OF_VALUE: Final = {
    "_h": "h", "_kw": "kW", "_l": "L", "_cm": "cm", "_mm": "mm", "_c": "°C", "_kmh": "km/h", "_ms": "ms",
    "_share": "share",
}  # fmt: skip
Progress = Callable[[int, int], None]


def messages() -> Iterator[str]:
    """States as the page shows them, for the catalogue."""
    states = (
        *tracks.SITE_STATES, *tracks.KNOWN_STATES, *moves.CREW_STATES, *moves.GENERATOR_STATES, *rooms.ROOM_STATES,
    )  # fmt: skip
    said = {*WORDS.values(), *GROUPS} - {"running"}  # of a generator there, of devices too here
    yield from (state for state in dict.fromkeys(states) if state not in said)


def packed(runs: Sequence[Run], language: Language, progress: Progress | None = None) -> bytes:
    """One run, or two to be seen side by side, deflated. `progress` hears of moments done of all."""
    columns = Columns()
    head: dict[str, Any] = {
        "format": 1,
        "lang": language,
        "words": {**translations("zh", "words"), **translations("zh", "replay")},
        "word": WORDS,
        "units": UNITS,
        "one": ONE,
        "kinds": [_kind(kind) for kind in KINDS],
        "groups": list(GROUPS),
        "sorts": list(items.SORTS),
        "site_states": list(tracks.SITE_STATES),
        "known_states": list(tracks.KNOWN_STATES),
        "crew_states": list(moves.CREW_STATES),
        "generator_states": list(moves.GENERATOR_STATES),
        "room_states": list(rooms.ROOM_STATES),
        "runs": [_run(run, columns, progress) for run in runs],
    }
    return columns.bytes_with(head)


def _kind(kind: str) -> dict[str, Any]:
    phrase, value = PHRASES[kind], KINDS[kind].value
    unit = next((unit for end, unit in _UNIT_OF_VALUE.items() if value.endswith(end)), "")
    unit = {"state_of_charge": "share", "litres": "L"}.get(value, unit)
    return {"kind": kind, "say": phrase.say, "group": GROUPS.index(phrase.group), "unit": unit, "desk": phrase.desk}


def _run(run: Run, columns: Columns, progress: Progress | None) -> dict[str, Any]:
    story = Story.of(run)
    return {
        "about": {
            "scenario": run.scenario,
            "title": {
                "en": run.spec.title.en or run.scenario,
                "zh": run.spec.title.zh or run.spec.title.en or run.scenario,
            },
            "seed": run.seed,
            "policy": run.policy,
            "policy_name": _policy(run.policy),
            "version": run.version,
            "start": story.start.isoformat(timespec="seconds"),
            "horizon_ms": round(run.horizon_h * 3_600_000),
            "log_digest": run.log_digest,
            "rows": len(run.log),
        },
        "log": items.log(story, columns),
        "items": items.items(story, columns),
        "names": {name: {"en": title.en or name, "zh": title.zh or name} for name, title in run.spec.names.items()},
        "tracks": {**tracks.packed(story, columns), **moves.packed(story, columns)},
        "curve": curves.packed(story, columns),
        **figures.packed(story, run.lists, columns, progress),
        "bookmarks": bookmarks.bookmarks(story),
        "questions": bookmarks.questions(story),
        "messages": bookmarks.messages(story),
        "rooms": rooms.packed(story, columns),
    }


def _policy(policy: str) -> dict[str, str]:
    """Names of a policy by language."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with speaking(language):
            found[language] = policy_name(policy)
    return found
