"""The air of machine rooms as exact pieces, and what broke in them, when it was heard of and when mended."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from sim.inventory import Bools, Floats, Ints, Texts, number, rows_of, text
from sim.log import Columns
from sim.metrics.ground import Ground
from sim.metrics.intervals import Spells, is_kind, next_after, rows_with, spells, take

_BREAKS: Final = {
    "power.failed": "power", "power.tripped": "power", "supply.failed": "supply", "device.failed": "device",
    "cooler.failed": "cooler", "room_link.cut": "room_link",
}  # fmt: skip
_MENDS: Final = {f"{sort}.mended": sort for sort in dict.fromkeys(_BREAKS.values())}
_SORTS: Final = tuple(dict.fromkeys(_BREAKS.values()))


class Air(NamedTuple):
    """Inlet temperature of one row: from `start_h` to `end_h` it runs from `level_c` to `limit_c` as e^(−t/lag)."""

    start_h: Floats
    end_h: Floats
    level_c: Floats
    limit_c: Floats
    lag_h: float

    def at(self, t_h: Floats) -> Floats:
        """Temperature at some moments of the run, °C."""
        piece = np.clip(np.searchsorted(self.start_h, t_h, side="right") - 1, 0, None)
        return self._in(piece, t_h)

    def before(self, t_h: Floats) -> Floats:
        """Temperature just before some moments, °C; only a row that is told anew jumps there."""
        piece = np.clip(np.searchsorted(self.start_h, t_h, side="left") - 1, 0, None)
        return self._in(piece, t_h)

    def _in(self, piece: Ints, t_h: Floats) -> Floats:
        gone = np.exp(-(t_h - self.start_h[piece]) / self.lag_h)
        return self.limit_c[piece] + (self.level_c[piece] - self.limit_c[piece]) * gone

    def hours_over(self, threshold_c: float) -> float:
        """Hours for which it was above a threshold, by the closed form of each piece."""
        first, last = self.level_c, self.before(self.end_h)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = (first - self.limit_c) / (threshold_c - self.limit_c)
            cross_h = np.clip(self.start_h + self.lag_h * np.log(ratio), self.start_h, self.end_h)
        above, stays = first > threshold_c, last > threshold_c
        begin = np.where(above, self.start_h, cross_h)
        end = np.where(stays, self.end_h, cross_h)
        return float(np.where(above | stays, end - begin, 0.0).sum())


class Step(NamedTuple):
    """A value that holds from each moment on; 0 before the first."""

    t_h: Floats
    value: Floats

    def at(self, t_h: Floats) -> Floats:
        """The value at some moments."""
        place = np.searchsorted(self.t_h, t_h, side="right") - 1
        return np.append(self.value, 0.0)[place]


@dataclass(frozen=True, eq=False)
class Rooms:
    """Rows, racks, devices and faults of a log, read when asked for."""

    log: Columns
    ground: Ground
    horizon_h: float

    @cached_property
    def row_ids(self) -> Texts:
        """Ids of the rows of racks."""
        return text(self.ground.inventory["row"], "id")

    def _changes(self, kind: str, *more: str) -> dict[int, list[int]]:
        """Rows of the log within the horizon by the name they are about."""
        found: dict[int, list[int]] = {}
        rows = rows_with(self.log, kind, *more)
        for row in rows[self.log.t_h[rows] <= self.horizon_h].tolist():
            found.setdefault(int(self.log.subject[row]), []).append(row)
        return found

    @cached_property
    def air(self) -> dict[str, Air]:
        """The air of each row of racks."""
        table = self.ground.inventory["row"]
        lags, setpoints = number(table, "lag_h", 1.0).tolist(), number(table, "setpoint_c", 24.0).tolist()
        code = {name: at for at, name in enumerate(self.log.names)}
        changes = self._changes("row.limit", "row.temperature")
        return {
            name: self._pieces(changes.get(code.get(name, -1), []), lag_h, setpoint_c)
            for name, lag_h, setpoint_c in zip(self.row_ids.tolist(), lags, setpoints, strict=True)
        }

    def _pieces(self, rows: list[int], lag_h: float, setpoint_c: float) -> Air:
        """A row is at its set point until it is told; a new limit begins at the level reached."""
        since_h, level, limit = [0.0], [setpoint_c], [setpoint_c]
        limits = is_kind(self.log, np.array(rows, dtype=np.int64), "row.limit").tolist()
        for row, is_limit in zip(rows, limits, strict=True):
            t_h, value = float(self.log.t_h[row]), float(self.log.value[row])
            here = limit[-1] + (level[-1] - limit[-1]) * float(np.exp(-(t_h - since_h[-1]) / lag_h))
            if t_h > since_h[-1]:
                since_h.append(t_h)
                level.append(here)
                limit.append(limit[-1])
            if is_limit:
                limit[-1] = value
            else:
                level[-1] = value
        ends = [*since_h[1:], self.horizon_h]
        return Air(np.array(since_h), np.array(ends), np.array(level), np.array(limit), lag_h)

    @cached_property
    def racks_in(self) -> dict[str, list[str]]:
        """Racks of each row."""
        racks = self.ground.inventory["rack"]
        found: dict[str, list[str]] = {str(row): [] for row in self.row_ids}
        for rack, row in zip(text(racks, "id").tolist(), text(racks, "row").tolist(), strict=True):
            found.setdefault(row, []).append(rack)
        return found

    @cached_property
    def hot_spots(self) -> dict[str, Step]:
        """What the inlet of a rack is warmer than its row, of racks that ever had a hot spot."""
        log = self.log
        return {
            log.names[name]: Step(log.t_h[rows], log.value[rows])
            for name, rows in self._changes("rack.hotspot").items()
        }

    def warmest(self, row: str) -> Air:
        """The inlet of the warmest rack of a row, hot spots included, in the pieces between which none changes."""
        air = self.air[row]
        spots = [self.hot_spots[rack] for rack in self.racks_in.get(row, []) if rack in self.hot_spots]
        if not spots:
            return air
        cuts = np.unique(np.concatenate([air.start_h, *(spot.t_h for spot in spots)]))
        warmer = np.max([np.zeros(len(cuts)), *(spot.at(cuts) for spot in spots)], axis=0)
        piece = np.clip(np.searchsorted(air.start_h, cuts, side="right") - 1, 0, None)
        ends = np.append(cuts[1:], self.horizon_h)
        return Air(cuts, ends, air.at(cuts) + warmer, air.limit_c[piece] + warmer, air.lag_h)

    def peak_c(self, row: str) -> float:
        """The highest inlet temperature of a row, hot spots included."""
        air = self.warmest(row)
        return float(max(air.level_c.max(), air.before(air.end_h).max()))

    # devices and nodes

    def rows_about(self, item: str, kinds: tuple[str, ...], row: str = "") -> tuple[Ints, Ints]:
        """Rows of the log about items that stand in racks, of one row or of all, and the items' rows."""
        table = self.ground.inventory[item]
        which = rows_of(text(table, "id"), self.log.names, len(self.log.names))
        rows = rows_with(self.log, *kinds)
        who = which[self.log.subject[rows]]
        kept = (who >= 0) & (self.log.t_h[rows] <= self.horizon_h)
        if row:
            inside = np.append(np.isin(text(table, "rack").astype(str), self.racks_in.get(row, [])), False)
            kept &= inside[who]
        return rows[kept], who[kept]

    def devices_down(self, row: str = "") -> Spells:
        """Times at which devices were down."""
        rows, who = self.rows_about("device", ("device.down", "device.up"), row)
        return spells(self.log, rows, who, is_kind(self.log, rows, "device.down"), self.horizon_h)

    # faults

    @cached_property
    def faults(self) -> Spells:
        """What broke or tripped, until it was mended; `who` numbers the broken thing."""
        log = self.log
        rows = rows_with(log, *_BREAKS, *_MENDS)
        words = {**_BREAKS, **_MENDS}
        sort = np.array([_SORTS.index(words[kind]) if kind in words else -1 for kind in log.kinds])[log.kind[rows]]
        broke = np.array([kind in _BREAKS for kind in log.kinds], dtype=np.bool_)[log.kind[rows]]
        who = log.subject[rows] * np.int64(len(_SORTS)) + sort
        return spells(log, rows, who, broke, self.horizon_h)

    def to_alarm_h(self) -> Floats:
        """From each fault to the desk's alarm of it; while unheard to the horizon, NaN where it was mended unheard."""
        log, found = self.log, self.faults
        alarms = rows_with(log, "desk.alarm")
        alarms = alarms[log.t_h[alarms] <= self.horizon_h]
        place = next_after(log.subject[found.begin], found.begin, log.subject[alarms], alarms)
        end = np.where(found.open, len(log.t_h), found.end)
        heard: Bools = place >= 0
        if len(alarms):
            heard &= alarms[place] < end
        heard_h = np.where(heard, take(log.t_h[alarms], place), np.where(found.open, self.horizon_h, np.nan))
        return heard_h - found.start_h
