"""Why a figure is what it is: the outages that made it, counted by cause, and the chain of the one that weighs most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from sim.inventory import Bools, Ints
from sim.language import _
from sim.metrics.intervals import NEVER, rows_with
from sim.page.parts import Chain, Step
from sim.page.telling import Telling
from sim.page.words import figure
from sim.report.series import CAUSES

_DARK: Final = ("township_dark_h", "townships_dark")
_POWERED: Final = ("generation_timeliness_share",)
_AT_AN_INSTANT: Final = frozenset({"stations_out", "sites_out", "users_out", "restored_share", "broken_site_rate"})
_HUBS: Final = {"core_room_outages": ("core",), "hub_outages": ("core", "hub", "aggregation")}
_TROUBLES: Final = ("feeder.failed", "link.cut", "equipment.failed", "mains.lost", "transmission.off", "radio.off")
_ROOM_ROWS: Final = (
    "service.down", "device.down", "power.failed", "cooler.failed", "supply.failed", "device.failed", "row.limit",
)  # fmt: skip


class Why(NamedTuple):
    """What made a figure: a sentence, and the chains of causes behind it."""

    words: str
    chains: Sequence[Chain]


def cause_name(cause: str) -> str:
    """A cause of an outage as people call it."""
    names = {
        "power": _("loss of power at the site"), "upstream_power": _("loss of power at a site upstream"),
        "transport": _("broken transport"), "equipment": _("broken equipment"), "cooling": _("lost cooling"),
    }  # fmt: skip
    return names.get(cause, _("another cause"))


def why(telling: Telling, kpi: str, at_h: float | None, group: Bools | None) -> Why | None:
    """What made a figure of the catalogue, of a group of sites; None where the log does not tell."""
    if not len(telling.tables.site_outages.spells.who):
        return _of_rooms(telling)
    if kpi in _DARK:
        return _of_township(telling, group)
    if kpi in _POWERED:
        return _of_powering(telling, group)
    return _of_outages(telling, _outages_of(telling, kpi, at_h, group))


def _outages_of(telling: Telling, kpi: str, at_h: float | None, group: Bools | None) -> Ints:
    """Outages that count for a figure, the costliest first."""
    found = telling.tables.site_outages
    mine = np.ones(len(found.spells.who), dtype=np.bool_) if group is None else group[found.spells.who]
    if kpi in _HUBS:
        mine &= np.isin(telling.tables.ground.role[found.spells.who].astype(str), _HUBS[kpi])
    if kpi in _AT_AN_INSTANT and at_h is not None:
        mine &= found.spells.holds(at_h)
    chosen = np.flatnonzero(mine)
    weight = np.maximum(found.stations, 1) * found.spells.hours
    return chosen[np.lexsort((chosen, -weight[chosen]))].astype(np.int64)


def _of_outages(telling: Telling, chosen: Ints) -> Why | None:
    if not len(chosen):
        return None
    found = telling.tables.site_outages
    counts = np.bincount(found.cause[chosen] % len(CAUSES), minlength=len(CAUSES))
    order = [code for code in np.argsort(-counts, kind="stable").tolist() if counts[code]]
    listed = _(", ").join(
        _("{count} by {cause}").format(count=counts[code], cause=cause_name(CAUSES[code])) for code in order
    )
    chain = outage_chain(telling, int(chosen[0]))
    words = _(
        "Outages of sites that count here: {count} ({listed}). The one that weighs most is that of {site}."
    ).format(count=len(chosen), listed=listed, site=chain.title)
    return Why(words, [chain])


def _of_township(telling: Telling, group: Bools | None) -> Why | None:
    """The township that was dark longest, and the outage that took its last service."""
    tables = telling.tables
    dark, towns = tables.dark_spells, tables.ground.townships
    chosen = np.ones(len(dark.town), dtype=np.bool_)
    if group is not None:
        chosen = np.isin(dark.town, tables.ground.site_township[group])
    if not chosen.any():
        return None
    hours = np.bincount(dark.town[chosen], (dark.end_h - dark.start_h)[chosen])
    town = int(hours.argmax())
    first = int(np.flatnonzero(chosen & (dark.town == town))[0])
    spells = tables.site_outages.spells
    there = tables.ground.site_township[spells.who] == town
    last = np.flatnonzero(there & (spells.start_h <= dark.start_h[first]) & (spells.end_h > dark.start_h[first]))
    chain = outage_chain(telling, int(last[np.argmax(spells.begin[last])]))
    words = _("{town} had no service at all for {hours}, from {start}. Its last site in service was {site}.").format(
        town=telling.name(towns[town]),
        hours=figure(float(hours[town]), "h"),
        start=telling.clock(float(dark.start_h[first])),
        site=chain.title,
    )
    return Why(words, [chain])


def _of_powering(telling: Telling, group: Bools | None) -> Why | None:
    """Sites that shed their radio before a generator carried them."""
    tables = telling.tables
    mains, power = tables.mains_spells, tables.powering
    mine = power.needed & ~power.in_time
    if group is not None:
        mine &= group[mains.who]
    late = np.flatnonzero(mine)
    if not len(late):
        return None
    behind_h = np.where(power.powered, power.powered_h, mains.end_h)[late] - power.shed_h[late]
    worst = int(late[np.argmax(behind_h)])
    never = int(np.count_nonzero(~power.powered[late]))
    title = telling.name(str(tables.ground.site_ids[mains.who[worst]]))
    words = _(
        "Times the battery came to the first disconnect before a generator was there: {count}, "
        "of them without any generator coming: {never}. The longest wait was at {site}."
    ).format(count=len(late), never=never, site=title)
    facts = _("without mains from {start} to {end}").format(
        start=telling.clock(float(mains.start_h[worst])), end=telling.clock(float(mains.end_h[worst]))
    )
    steps = telling.steps(int(power.shed[worst]))
    after: list[Step] = []
    if power.start[worst] < NEVER:
        after = telling.steps(int(power.start[worst]), telling.chain(int(power.shed[worst])))
    return Why(words, [Chain(title, facts, steps, after)])


def _of_rooms(telling: Telling) -> Why | None:
    """The first row of the gravest sort that tells of trouble in a machine room."""
    log = telling.tables.log
    for kind in _ROOM_ROWS:
        rows = [row for row in rows_with(log, kind).tolist() if log.cause_row[row] >= 0]
        if rows:
            title = telling.name(log.names[int(log.subject[rows[0]])])
            return Why(_("The first trouble of this sort:"), [Chain(title, "", telling.steps(rows[0]))])
    return None


def outage_chain(telling: Telling, outage: int) -> Chain:
    """An outage of a site with the chain of its causes, and how it ended."""
    found = telling.tables.site_outages
    spell = found.spells
    begin, end = int(spell.begin[outage]), int(spell.end[outage])
    hours, stations = float(spell.hours[outage]), int(found.stations[outage])
    facts = _("{cause}; {start} to {end}, {hours}; stations {stations}, users {users}: {station_h}, {user_h}").format(
        cause=cause_name(CAUSES[int(found.cause[outage])]),
        start=telling.clock(float(spell.start_h[outage])),
        end=_("the end of the drill") if spell.open[outage] else telling.clock(float(spell.end_h[outage])),
        hours=figure(hours, "h"),
        stations=stations,
        users=figure(float(np.round(found.users[outage]))),
        station_h=figure(stations * hours, "station_h"),
        user_h=figure(float(found.users[outage]) * hours, "user_h"),
    )
    known = telling.chain(begin)
    after = telling.steps(end, known) if end >= 0 else []
    site = str(telling.tables.ground.site_ids[spell.who[outage]])
    return Chain(telling.name(site), facts, telling.steps(begin), after, _turned(telling, begin, end) if after else "")


def _turned(telling: Telling, begin: int, end: int) -> str:
    """What held a site out at the end of its outage, where that was not what took it out; empty otherwise."""
    log = telling.tables.log
    rows = rows_with(log, "site.held")
    held = rows[(rows > begin) & (rows < end) & (log.subject[rows] == log.subject[begin])].tolist()[-1:]
    known = {*telling.chain(begin)}
    later = [row for of in (*held, end) for row in telling.chain(of) if row not in known]
    trouble = next((row for row in later if telling.run.log.row(row).kind in _TROUBLES), -1)
    if trouble < 0 and not held:
        return ""
    cause = cause_name(telling.run.log.row(held[0]).object) if held else ""
    since = telling.clock(telling.run.log.row(held[0] if held else trouble).t_h)
    what = _(": ").join(part for part in (cause, telling.step(trouble).text if trouble >= 0 else "") if part)
    return _("By then it was held out by another trouble, since {since}: {what}").format(since=since, what=what)
