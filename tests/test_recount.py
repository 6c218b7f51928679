"""Every KPI, the outages and the visits of a run directory, counted again from its files by a second reader.

DuckDB reads the files, plain Python counts: one pass over the rows of the log in their order, with the state of
every site, crew and job kept in dictionaries. It follows docs/reference/kpis.md and run_directory.md, and no code
of the product takes part in the counting.
"""

import json
from collections import defaultdict
from functools import cache
from itertools import groupby
from math import inf, isnan, nan
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple

import duckdb
import pytest

from sim.loading import load
from sim.results import simulate

POWER = ("power", "upstream_power")
PREPARATION = ("place", "quilt", "inspect", "move")
PURPOSE = {
    **dict.fromkeys(("generate", "rove", "refuel", "collect"), "generation"),
    **dict.fromkeys(("repair", "splice", "scout"), "repair"),
    "lineman": "mains",
}
ENDS = {"done": "done", "wasted": "wasted", "failed": "failed", "returned": "returned", "lapsed": "wasted"}
RUN_ENDS = ("generator.stopped", "generator.dry", "generator.broke", "generator.taken")


class Row(NamedTuple):
    number: int
    t_h: float
    kind: str
    subject: str
    object: str
    value: float
    cause_row: int


class Spell(NamedTuple):
    """From a row to a later one (None: it still lasts at the horizon)."""

    who: str
    start_h: float
    end_h: float
    first: Row
    last: Row | None

    @property
    def hours(self):
        return self.end_h - self.start_h

    def inside(self, row: Row):
        """Whether a row of the log stands between the two."""
        return row.number > self.first.number and (self.last is None or row.number < self.last.number)


class Visit(NamedTuple):
    job: str
    site: str
    crew: str
    generator: str
    dispatched_h: float
    arrived_h: float
    done_h: float
    result: str
    wait_h: float
    travel_h: float
    road_h: float
    work_h: float

    @property
    def kind(self):
        return kind_of(self.job)

    @property
    def purpose(self):
        return PURPOSE.get(self.kind, "other")


class Job(NamedTuple):
    id: str
    kind: str
    site: str
    opened: Row


def kind_of(name):
    """`place_generators-02` and `refuel-0001` tell what they are before the last dash."""
    return name.rpartition("-")[0] or name


def mean(values):
    numbers = [value for value in values if not isnan(value)]
    return fmean(numbers) if numbers else nan


def over(upper, lower):
    return upper / lower if lower else nan


def table(path):
    """A Parquet file as a list of dictionaries; null as None."""
    found = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(path)])
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


class Recount:
    """A run directory, counted anew. `kpis()`, `outages()` and `visits()` are what its files should say."""

    def __init__(self, folder):
        folder = Path(folder)
        self.horizon_h = json.loads((folder / "run.json").read_text(encoding="utf-8"))["horizon_h"]
        plan = json.loads((folder / "scenario.json").read_text(encoding="utf-8"))["plan"]
        self.limit_h = {place: float(hours) for place, hours in plan["repair_limit_h"].items()}
        self.items = defaultdict(dict)
        for item in table(folder / "inventory.parquet"):
            self.items[item["item"]][item["id"]] = item
        self.sites = self.items["site"]
        self.stations = defaultdict(list)
        for station in self.items["station"].values():
            self.stations[station["site"]].append(station)
        self.rows = [
            Row(number, line["t_h"], line["kind"], line["subject"], line["object"] or "",
                nan if line["value"] is None else line["value"], line["cause_row"])
            for number, line in enumerate(table(folder / "log.parquet"))
            if line["t_h"] <= self.horizon_h
        ]  # fmt: skip
        self.of_kind = defaultdict(list)
        for row in self.rows:
            self.of_kind[row.kind].append(row)
        self.all_rows = {row.number: row for row in self.rows}
        self.outage = self.spells(["site.down"], ["site.up"], self.sites)
        self.mains = self.spells(["mains.lost"], ["mains.back"], self.sites)
        self.runs = [
            run._replace(who=run.first.object)
            for run in self.spells(["generator.started"], RUN_ENDS)
            if run.first.object in self.sites
        ]
        self.jobs = {}
        for row in self.of_kind["job.opened"]:
            self.jobs.setdefault(row.subject, Job(row.subject, kind_of(row.subject), row.object, row))
        self.ends = {ending: self._first_h(f"job.{ending}") for ending in ("assigned", "done", "wasted", "lapsed")}
        self.all_visits = self._visits()
        self.response = [visit for visit in self.all_visits if visit.kind not in PREPARATION]
        self.lines = self._lines()

    # the tables

    def spells(self, begins, ends, among=None):
        """From the first row of one sort to the next of the other, for each subject; in order of beginning."""
        open_at, found = {}, []
        for row in self.rows:
            if row.kind in begins:
                if among is None or row.subject in among:
                    open_at.setdefault(row.subject, row)
            elif row.kind in ends and row.subject in open_at:
                first = open_at.pop(row.subject)
                found.append(Spell(row.subject, first.t_h, row.t_h, first, row))
        found += [Spell(who, first.t_h, self.horizon_h, first, None) for who, first in open_at.items()]
        return sorted(found, key=lambda spell: spell.first.number)

    def _first_h(self, kind):
        found = {}
        for row in self.of_kind[kind]:
            found.setdefault(row.subject, row.t_h)
        return found

    def outages(self):
        """The rows of outages.parquet: sites, then their stations."""
        both = []
        for unit in ("site", "station"):
            for spell in self.outage:
                stations = self.stations[spell.who]
                things = [(spell.who, self.users(spell.who))]
                if unit == "station":
                    things = [(station["id"], station["users"]) for station in stations]
                both += [
                    {
                        "unit": unit, "subject": name, "site": spell.who, "start_h": spell.start_h,
                        "end_h": spell.end_h, "duration_h": spell.hours, "cause": spell.first.object,
                        "users": users, "open_ended": spell.last is None,
                    }
                    for name, users in things
                ]  # fmt: skip
        return both

    def visits(self):
        """The rows of visits.parquet."""
        return [
            {
                **visit._asdict(),
                "kind": visit.kind,
                "purpose": visit.purpose,
                "vehicle": self.items["crew"].get(visit.crew, {}).get("vehicle") or "",
                "party": self.items["crew"].get(visit.crew, {}).get("party") or "",
                "county": self.sites[visit.site]["county"] or "",
            }
            for visit in self.response
        ]

    def _visits(self):
        """One pass over the log: where each crew is bound for, since when, and what holds it up."""
        sent, given, held, blocked, here, found = {}, {}, defaultdict(float), {}, {}, []
        for row in self.rows:
            group, _, what = row.kind.partition(".")
            if group == "crew" and what in ("sent", "leg", "stuck", "blocked", "arrived", "free", "rests"):
                _moves(row, sent, held, blocked)
            elif row.kind == "job.assigned":
                given[row.subject] = row
            elif row.kind == "job.onsite" and row.subject in self.jobs:
                here[row.subject] = len(found)
                found.append(self._arrival(row, sent, given, held))
            elif row.kind == "crew.works" and row.object in here:
                visit = found[here[row.object]]
                if isnan(visit.work_h):
                    found[here[row.object]] = visit._replace(work_h=row.t_h)
            elif group == "generator":
                self._touches(row, here, found)
            elif group == "job" and what in ENDS and row.subject in here:
                place = here.pop(row.subject)
                begun_h = found[place].arrived_h if isnan(found[place].work_h) else found[place].work_h
                found[place] = found[place]._replace(done_h=row.t_h, result=ENDS[what], work_h=row.t_h - begun_h)
        for place in here.values():
            found[place] = found[place]._replace(work_h=nan)
        return found

    def _arrival(self, row, sent, given, held):
        job, crew = self.jobs[row.subject], row.object
        journey = sent.get(crew)
        on_its_way = journey is not None and journey.object == job.id
        left_h = journey.t_h if on_its_way else given[job.id].t_h
        road_h = min(held[crew], row.t_h - left_h) if on_its_way else 0.0
        return Visit(
            job.id, job.site, crew, "", left_h, row.t_h, nan, "under way",
            left_h - job.opened.t_h, row.t_h - left_h - road_h, road_h, nan,
        )  # fmt: skip

    def _touches(self, row, here, found):
        """The first generator set down, started, filled or taken along by the crew on site."""
        what = row.kind.partition(".")[2]
        if row.subject not in self.items["generator"] or what not in (
            "placed", "started", "unstarted", "fuelled", "taken",
        ):  # fmt: skip
            return
        for place in here.values():
            visit = found[place]
            if not visit.generator and row.object == (visit.crew if what == "taken" else visit.site):
                found[place] = visit._replace(generator=row.subject)

    def _lines(self):
        """(measure, target) → when it was to be done, and when it was."""
        found = {}
        for row in self.of_kind["measure.planned"]:
            found.setdefault((row.subject, row.object), [row.value, nan])
        for row in self.of_kind["measure.done"]:
            line = found.get((row.subject, row.object))
            if line is not None and isnan(line[1]):
                line[1] = row.t_h
        return found

    # small words

    def users(self, site):
        return sum(station["users"] for station in self.stations[site])

    def count(self, sites, what="sites"):
        """How many sites, stations or users a set of sites has."""
        if what == "sites":
            return len(sites)
        return sum(len(self.stations[site]) if what == "stations" else self.users(site) for site in sites)

    def at_end(self, spells):
        """Whose spell holds at the horizon."""
        return {spell.who for spell in spells if spell.last is None}

    # the figures

    def kpis(self):
        """Every figure, None where it is empty."""
        figures = {
            **self._counts(), **self._hours(), **self._of_visits(), **self._times(), **self._machines(),
            **self._of_preparation(), **self._townships(), **self._snow(),
            "sites_without_mains_per_vehicle": self._worst_ratio(),
            "stations_out_peak": self._peak(),
        }  # fmt: skip
        return {name: None if isnan(value) else value for name, value in figures.items()}

    def _counts(self):
        ever = {spell.who for spell in self.outage if spell.first.object in POWER}
        out, lost = self.at_end(self.outage), {spell.who for spell in self.mains}
        dark = self.at_end(self.mains)
        back = ever - out
        count = self.count
        roles = [self.sites[spell.who]["role"] for spell in self.outage]
        there = {site["role"] for site in self.sites.values()}
        hubs = {"hub", "aggregation", "core"}
        return {
            "stations_out_cumulative": count(ever, "stations"),
            "stations_out": count(out, "stations"),
            "stations_restored": count(back, "stations"),
            "users_out": count(out, "users"),
            "sites_out_cumulative": len(ever),
            "sites_out": len(out),
            "sites_without_mains_cumulative": len(lost),
            "sites_without_mains": len(dark),
            "sites_on_backup": len(dark - out),
            "conversion_share_cumulative": over(len(ever), len(lost)),
            "conversion_share": over(len(out), len(dark)),
            "out_of_service_rate": over(count(out, "stations"), count(self.sites, "stations")),
            "broken_site_rate": over(len(out), len(self.sites)),
            "restored_share": over(count(back, "stations"), count(ever, "stations")),
            "core_room_outages": roles.count("core") if "core" in there else nan,
            "hub_outages": sum(role in hubs for role in roles) if there & hubs else nan,
        }

    def _hours(self):
        hours = {
            what: sum(spell.hours * self.count([spell.who], what) for spell in self.outage)
            for what in ("sites", "stations", "users")
        }
        users = self.count(self.sites, "users")
        interrupted = sum(self.users(spell.who) for spell in self.outage)
        saifi, saidi = over(interrupted, users), over(hours["users"], users)
        return {
            "site_outage_h": hours["sites"],
            "station_outage_h": hours["stations"],
            "user_outage_h": hours["users"],
            "out_of_service_time_rate": over(hours["stations"], self.count(self.sites, "stations") * self.horizon_h),
            "saifi": saifi,
            "saidi": saidi,
            "caidi": over(saidi, saifi),
            "availability": 1 - saidi / self.horizon_h,
        }

    def _of_visits(self):
        purposes = [visit.purpose for visit in self.response]
        return {
            "site_visits": len(self.response),
            "generation_visits": purposes.count("generation"),
            "repair_visits": purposes.count("repair"),
            "mains_visits": purposes.count("mains"),
            "wasted_trips": sum(visit.result == "wasted" for visit in self.response),
            "mttr_wait_h": mean(visit.wait_h for visit in self.response),
            "mttr_travel_h": mean(visit.travel_h for visit in self.response),
            "mttr_road_h": mean(visit.road_h for visit in self.response),
            # nobody works on a wasted trip
            "mttr_work_h": mean(visit.work_h for visit in self.response if visit.result != "wasted"),
        }

    def _times(self):
        return {
            "mains_to_out_h": self._mains_to_out_h(),
            "generation_timeliness_share": self._generation_in_time(),
            "repair_timeliness_share": self._repairs_in_time(),
            "time_to_first_report_h": self._first_report_h(),
            "mtta_h": self._mtta_h(),
            "mttr_h": self._mttr_h(),
        }

    def _mains_to_out_h(self):
        lost_h, found = {}, []
        outages = {spell.first.number for spell in self.outage if spell.first.object in POWER}
        for row in self.rows:
            if row.kind == "mains.lost":
                lost_h.setdefault(row.subject, row.t_h)
            elif row.kind == "mains.back":
                lost_h.pop(row.subject, None)
            elif row.number in outages and row.subject in lost_h:
                found.append(row.t_h - lost_h[row.subject])
        return mean(found)

    def _generation_in_time(self):
        """Of each time without mains: what came first, a running generator or the radio's end."""
        runs, shed = defaultdict(list), defaultdict(list)
        for run in self.runs:
            runs[run.who].append(run)
        for row in self.of_kind["radio.off"]:
            shed[row.subject].append(row)
        needed = in_time = 0
        for dark in self.mains:
            already = any(run.inside(dark.first) for run in runs[dark.who])
            carried = [-1] if already else [run.first.number for run in runs[dark.who] if dark.inside(run.first)]
            went = [row.number for row in shed[dark.who] if dark.inside(row)]
            needed += bool(carried or went)
            in_time += bool(carried) and min(carried) < min(went, default=inf)
        return over(in_time, needed)

    def _repairs_in_time(self):
        due = in_time = 0
        for job in self.jobs.values():
            needless = job.id in self.ends["wasted"] or job.id in self.ends["lapsed"]
            if PURPOSE.get(job.kind) not in ("repair", "mains") or needless:
                continue
            site = self.sites[job.site]
            place = "hub" if site["role"] in ("hub", "aggregation", "core") else "urban" if site["urban"] else "rural"
            limit_h, done_h = self.limit_h[place], self.ends["done"].get(job.id)
            if done_h is None and job.opened.t_h + limit_h > self.horizon_h:
                continue
            due += 1
            in_time += done_h is not None and done_h - job.opened.t_h <= limit_h
        return over(in_time, due)

    def _words(self):
        """Rows by which the desk learns that a site is out."""
        alarms = [row for row in self.of_kind["desk.alarm"] if row.object == "down"]
        return sorted(alarms + self.of_kind["desk.listed"])

    def _first_report_h(self):
        if not self.outage:
            return nan
        first = self.outage[0].first
        return next((row.t_h - first.t_h for row in self._words() if row.number > first.number), nan)

    def _mtta_h(self):
        """Refuelling and collecting answer no alarm. Where no alarm caused the job, the site's last one did."""
        heard, hours = {}, []
        cause_is_word = {
            row.number for row in self.rows if row.kind in ("desk.alarm", "desk.listed")
        }  # fmt: skip
        for row in self.rows:
            if row.number in cause_is_word:
                heard[row.subject] = row.t_h
            job = self.jobs.get(row.subject) if row.kind == "job.opened" else None
            if job is None or job.opened is not row or job.kind in (*PREPARATION, "refuel", "collect"):
                continue
            alarm_h = heard.get(job.site, row.t_h)
            if row.cause_row in cause_is_word:
                alarm_h = self.all_rows[row.cause_row].t_h
            hours.append(self.ends["assigned"].get(job.id, nan) - alarm_h)
        return mean(hours)

    def _mttr_h(self):
        words = defaultdict(list)
        for row in self._words():
            words[row.subject].append(row)
        hours = []
        for spell in self.outage:
            heard = [row.t_h for row in words[spell.who] if row.number > spell.first.number]
            if spell.last is not None and heard and heard[0] <= spell.end_h:
                hours.append(spell.end_h - heard[0])
        return mean(hours)

    def _machines(self):
        crews = self.items["crew"]
        sent = [crews[row.subject] for row in self.of_kind["crew.sent"] if row.subject in crews]
        driven = [crew for crew in sent if crew["vehicle"]]
        each = {crew["id"]: crew for crew in sent}
        at_sites = {
            row.subject
            for kind in ("generator.placed", "generator.started")
            for row in self.of_kind[kind]
            if row.object in self.sites
        }
        movable = {name for name, item in self.items["generator"].items() if item["generator_kind"] != "fixed"}
        loaders = {row.subject for row in self.of_kind["loader.sent"]}
        return {
            "vehicles": len({crew["vehicle"] for crew in driven}),
            "vehicle_turnouts": len(driven),
            "people": sum(crew["people"] for crew in each.values()),
            "person_turnouts": sum(crew["people"] for crew in sent),
            "all_terrain": len({crew["vehicle"] for crew in driven if crew["vehicle_kind"] == "all_terrain"}),
            "equipment_sets": len(at_sites & movable),
            "loaders": len(loaders & self.items["loader"].keys()),
            "generator_runs": len(self.runs),
        }

    def _of_preparation(self):
        def tally(lines):
            late = sum(done_h > by_h for by_h, done_h in lines)
            on_time = sum(done_h <= by_h for by_h, done_h in lines)
            return on_time, late, sum(isnan(done_h) and by_h <= self.horizon_h for by_h, done_h in lines)

        placed = [line for (name, _), line in self.lines.items() if kind_of(name) in ("place_generators", "place")]
        on_time, late, never = tally(placed)
        everything = tally(self.lines.values())
        lags_h = [done_h - by_h for by_h, done_h in placed if not isnan(done_h)]
        return {
            "dispatch_on_time_share": over(on_time, on_time + late + never),
            "dispatch_late": late,
            "dispatch_never": never,
            "dispatch_lag_h": median(lags_h) if lags_h else nan,
            "preparation_done_share": over(everything[0], sum(everything)),
        }

    def _townships(self):
        """Hours in which every site with stations of a township was out."""
        full, changes = defaultdict(int), defaultdict(list)
        for name, site in self.sites.items():
            if site["township"] and self.stations[name]:
                full[site["township"]] += 1
        for spell in self.outage:
            township = self.sites[spell.who]["township"]
            if township and self.stations[spell.who]:
                changes[township] += [(spell.start_h, 1), (spell.end_h, -1)]
        dark_h = {township: _full_h(changes[township], sites) for township, sites in full.items()}
        return {
            "township_dark_h": max((sum(hours) for hours in dark_h.values()), default=nan),
            "townships_dark": sum(bool(hours) for hours in dark_h.values()) if dark_h else nan,
        }

    def _snow(self):
        most = {
            kind: max((row.value for row in self.of_kind[kind]), default=nan) for kind in ("snow.water", "snow.depth")
        }
        return {"snow_water_mm": most["snow.water"], "snow_depth_cm": most["snow.depth"]}

    def _peak(self):
        changes = []
        for spell in self.outage:
            stations = len(self.stations[spell.who])
            changes += [(spell.start_h, stations)] + [(spell.end_h, -stations)] * (spell.last is not None)
        return max((level for _, level in _levels(changes)), default=0)

    def _worst_ratio(self):
        """A crew with a vehicle is on duty once it is ready (or first heard of) and while it does not rest."""
        sites = [(spell.start_h, 1, 0) for spell in self.mains]
        sites += [(spell.end_h, -1, 0) for spell in self.mains if spell.last is not None]
        ready_h = {name: _hours(crew["ready_h"]) for name, crew in self.items["crew"].items() if crew["vehicle"]}
        rests = {}
        for row in self.rows:
            if row.subject not in ready_h:
                continue
            if row.kind in ("crew.called", "crew.free", "crew.sent"):
                ready_h[row.subject] = min(ready_h[row.subject], row.t_h)
            if row.kind == "crew.rests":
                rests[row.subject] = row.t_h
                sites.append((row.t_h, 0, -1))
            elif row.kind == "crew.free" and row.subject in rests:
                del rests[row.subject]
                sites.append((row.t_h, 0, 1))
        sites += [(max(hour, 0.0), 0, 1) for hour in ready_h.values() if hour <= self.horizon_h]
        dark = vehicles = 0
        worst = nan
        for _, changes in groupby(sorted(sites), key=lambda change: change[0]):
            for _, site, vehicle in changes:
                dark, vehicles = dark + site, vehicles + vehicle
            if dark and vehicles and not worst >= dark / vehicles:
                worst = dark / vehicles
        return worst


def _moves(row, sent, held, blocked):
    """Held up: stuck for as long as the row says, blocked until the crew moves again."""
    crew = row.subject
    held[crew] += row.t_h - blocked.pop(crew, row.t_h)
    if row.kind == "crew.sent":
        sent[crew], held[crew] = row, 0.0
    elif row.kind == "crew.stuck":
        held[crew] += row.value
    elif row.kind == "crew.blocked":
        blocked[crew] = row.t_h


def _hours(value):
    return inf if value is None else value


def _levels(changes):
    """The level from each moment on, all changes of the moment taken together."""
    level = 0
    for moment, here in groupby(sorted(changes), key=lambda change: change[0]):
        level += sum(change for _, change in here)
        yield moment, level


def _full_h(changes, full):
    """Lengths of the times in which the level is full."""
    since_h, found = nan, []
    for moment, level in _levels(changes):
        if level == full and isnan(since_h):
            since_h = moment
        elif level != full and not isnan(since_h):
            found.append(moment - since_h)
            since_h = nan
    return found


# ---------------------------------------------------------------- the comparison

of_runs = pytest.mark.parametrize(
    "written",
    [
        *(pytest.param(("ten_sites", seed), id=f"ten_sites-{seed}") for seed in (1, 2, 3)),
        pytest.param(("tongliao_blizzard", 1), id="tongliao_blizzard-1", marks=pytest.mark.slow),
    ],
    indirect=True,
)


@cache
def scenario(name):
    return load(name)


@pytest.fixture(scope="module")
def written(request, tmp_path_factory):
    """A written run directory, and what it should say. Each run is played once."""
    name, seed = request.param
    folder = simulate(scenario(name), seed).write(tmp_path_factory.mktemp("runs") / f"{name}-{seed}")
    return folder, Recount(folder)


def sorted_rows(rows, *keys):
    """Rows without nulls, in an order of their own: texts as they are, numbers for `approx`."""
    plain = [{name: _filled(name, value) for name, value in row.items()} for row in rows]
    return sorted(plain, key=lambda row: [row[key] for key in keys])


def _filled(name, value):
    if isinstance(value, float) and isnan(value):
        return None
    return (None if name.endswith("_h") else "") if value is None else value


def assert_same_rows(said, counted):
    assert len(said) == len(counted)
    for mine, theirs in zip(said, counted, strict=True):
        assert mine.keys() == theirs.keys()
        for name, value in mine.items():
            assert value == (pytest.approx(theirs[name], abs=1e-9) if isinstance(value, float) else theirs[name]), (
                name,
                mine,
                theirs,
            )


@of_runs
def test_every_kpi_is_what_the_files_say(written):
    folder, recount = written
    said = {line["name"]: line["value"] for line in json.loads((folder / "kpis.json").read_text(encoding="utf-8"))}
    counted = recount.kpis()
    assert counted.keys() == said.keys()
    different = {
        name: (value, counted[name])
        for name, value in said.items()
        if counted[name] != (value if value is None else pytest.approx(value, rel=1e-9, abs=1e-9))
    }
    assert not different


@of_runs
def test_the_outages_are_those_of_the_log(written):
    folder, recount = written
    keys = ("unit", "subject", "start_h", "end_h")
    assert_same_rows(sorted_rows(table(folder / "outages.parquet"), *keys), sorted_rows(recount.outages(), *keys))


@of_runs
def test_the_visits_are_those_of_the_log(written):
    folder, recount = written
    keys = ("job", "arrived_h")
    assert_same_rows(sorted_rows(table(folder / "visits.parquet"), *keys), sorted_rows(recount.visits(), *keys))
