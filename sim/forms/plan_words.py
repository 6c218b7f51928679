"""Lines of a scenario in words, as a plan tells them: hazards, triggers, measures, resources."""

from __future__ import annotations

from sim.hazards.specs import FeederFailures, Hazard, MainsFailures
from sim.language import _
from sim.page.dispatch import kind_word
from sim.page.preparation import measure_word
from sim.page.telling import Telling
from sim.page.words import figure, where_words
from sim.phrases import thing, word
from sim.plan import Bound, Level, Measure
from sim.resources import Depot
from sim.scenario import InjectSpec
from sim.spec import text_told
from sim.units import Spread


def hazard_words(telling: Telling, hazard: Hazard) -> str:
    """What goes wrong, in a sentence or two."""
    start = telling.run.spec.start
    if isinstance(hazard, MainsFailures):
        return _("Each site loses mains with a chance of {share} within the first {window}.").format(
            share=figure(hazard.share, "share"), window=figure(hazard.window_h, "h")
        )
    if isinstance(hazard, FeederFailures):
        what = _(", ").join(map(telling.name, hazard.feeders)) or figure(hazard.share, "share")
        where = f" ({telling.county(hazard.county)})" if hazard.county else ""
        return _("Feeders fail from {clock}: {what}{where}.").format(
            clock=telling.clock(hazard.at.to_h(start)), what=what, where=where
        )
    air = hazard.temperature_c
    return _(
        "Snowstorm from {clock} for {hours}, worst at {centre}: {water} of water, {depth} of new snow, the first "
        "{rain} as freezing rain, gusts to {gust} m/s, visibility down to {sight} m. Air {before} before, "
        "{during} during, {night} the night after."
    ).format(
        clock=telling.clock(hazard.onset.to_h(start)), hours=figure(hazard.duration_h, "h"),
        centre=telling.county(hazard.centre), water=figure(hazard.water_mm, "mm"),
        depth=figure(hazard.depth_cm, "cm"), rain=figure(hazard.freezing_rain_first_h, "h"),
        gust=f"{hazard.gust_mps:g}", sight=f"{hazard.visibility_m:g}", before=figure(air.before, "c"),
        during=figure(air.during, "c"), night=figure(air.night_after, "c"),
    )  # fmt: skip


def trigger_words(level: Level) -> str:
    """When a level is raised."""
    parts = [_bound_words(key, bound) for key, bound in level.when.items()]
    found = [_(" and ").join(parts)] if parts else []
    found += [_bound_words(key, bound) for key, bound in level.when_any.items()]
    if level.warning is not None:
        found.append(_("{colour} weather warning or worse").format(colour=word(level.warning)))
    return _("; or ").join(found)


def _bound_words(key: str, bound: Bound) -> str:
    ends = [f"{sign} {limit:g}" for sign, limit in (("≥", bound.at_least), ("≤", bound.at_most)) if limit is not None]
    return f"{word(key)} {' '.join(ends)}"


def condition_words(inject: InjectSpec) -> str:
    """The condition of an inject without a time."""
    said = _(" and ").join(_bound_words(key, bound) for key, bound in inject.when.items())
    return _("once {condition}").format(condition=said)


def inject_words(telling: Telling, inject: InjectSpec) -> str:
    """What an inject does, and what is said with it."""
    target = word(inject.colour) if inject.colour else inject.what
    told = thing(target, telling.bare) if target else ""
    act = " ".join(part for part in (word(inject.do), told) if part) if target else ""
    return _(": ").join(part for part in (act, text_told(inject.message)) if part)


def act_word(act: str) -> str:
    """What raising a level sets in motion."""
    words = {
        "call_contractors": _("call all contractors"), "ask_mutual_aid": _("ask for mutual aid"),
        "hire": _("hire vehicles and people"),
    }  # fmt: skip
    return words[act]


def place_word(place: str) -> str:
    """A kind of place in the order of restoration."""
    words = {
        "core_room": _("core rooms"), "hub": _("hubs"), "command": _("command sites"), "key_site": _("key sites"),
        "township_last_station": _("the last station of a township"), "most_users": _("most users"),
    }  # fmt: skip
    return words[place]


def watch_word(watcher: str) -> str:
    """Who stays at a generator."""
    return {"crew": _("the crew stays"), "caretaker": _("somebody of the place"), "nobody": _("nobody")}[watcher]


def measure_words(telling: Telling, measure: Measure) -> tuple[str, str]:
    """What a line of the preparation does, and where."""
    do = measure_word(measure.do)
    if measure.do == "move_crews":
        where = _("{crews} crews from {start} to {end}").format(
            crews=measure.crews, start=telling.bare(measure.from_depot or ""), end=telling.bare(measure.to_depot or "")
        )
        return do, where
    where = _("all depots") if measure.do == "fill_fuel" else where_words(measure.where) or _("all sites")
    if measure.grade_c is not None:
        where += _(", liquid down to {grade}").format(grade=figure(measure.grade_c, "c"))
    if measure.at_most is not None:
        where += _(", at most {count}").format(count=measure.at_most)
    return do, where


def generators_words(depot: Depot) -> str:
    """The generators of a ledger line."""
    return _("; ").join(f"{kind_word(kind)} × {count}" for kind, count in depot.generators.items() if count)


def spread_words(spread: Spread) -> str:
    """A drawn duration: median and 90th percentile."""
    if spread.median_h == spread.p90_h:
        return figure(spread.median_h, "h")
    return _("{median} (nine in ten within {p90})").format(
        median=figure(spread.median_h, "h"), p90=figure(spread.p90_h, "h")
    )
