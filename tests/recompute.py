"""Every KPI once more, from the files of a run directory alone: plain loops, no code of `sim`.

`python tests/recompute.py DIR` prints what differs from the directory's own kpis.json. Written from the words of
docs/reference/kpis.md, to find out whether they say enough.
"""

import json
import sys
from collections import defaultdict
from math import inf, isclose, nan
from pathlib import Path
from statistics import mean as average
from statistics import median

import duckdb
from recompute_rooms import rooms, service_rows, turnouts, workers

POWER = ("power", "upstream_power")
PREPARES = ("place", "quilt", "inspect", "move")
WORK = {
    "generation": ("generate", "rove", "refuel", "collect"),
    "repair": ("repair", "splice", "scout", "assist"),
    "mains": ("lineman",),
}
ENDS = ("job.done", "job.wasted", "job.failed", "job.returned", "job.lapsed")


def read(path):
    """Rows of a Parquet file as dictionaries."""
    found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(path)])
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def mean(values):
    values = list(values)
    return average(values) if values else nan


def share(part, whole):
    return part / whole if whole else nan


class Spell:
    """A stretch of time from one row to another; open where it still lasts at the horizon."""

    def __init__(self, who, begin, start_h, horizon_h, word=""):
        self.who, self.begin, self.start_h, self.word = who, begin, start_h, word
        self.end, self.end_h, self.open = inf, horizon_h, True

    def close(self, number, t_h):
        self.end, self.end_h, self.open = number, t_h, False

    @property
    def hours(self):
        return self.end_h - self.start_h

    def holds(self, t_h):
        return self.start_h <= t_h and (self.open or t_h < self.end_h)


class Files:
    """A run directory as Python lists."""

    def __init__(self, folder):
        folder = Path(folder)
        scenario = json.loads((folder / "scenario.json").read_text(encoding="utf-8"))
        self.horizon_h, self.plan = scenario["horizon_h"], scenario["plan"]
        self.items = defaultdict(dict)
        for row in read(folder / "inventory.parquet"):
            self.items[row["item"]][row["id"]] = row
        self.rows = [row for row in read(folder / "log.parquet") if row["t_h"] <= self.horizon_h]
        self.told = {
            line["name"]: line["value"] for line in json.loads((folder / "kpis.json").read_text(encoding="utf-8"))
        }
        self.sites = self.items["site"]
        self.stations = dict.fromkeys(self.sites, 0)
        for station in self.items["station"].values():
            self.stations[station["site"]] += 1
        self.users = {site: row["users"] for site, row in self.sites.items()}
        self.outages = self.spells("site.down", "site.up")
        self.mains = self.spells("mains.lost", "mains.back")

    def of(self, *kinds):
        """(number, row) of these kinds."""
        return [(number, row) for number, row in enumerate(self.rows) if row["kind"] in kinds]

    def spells(self, begin, end):
        current, found = {}, []
        for number, row in self.of(begin, end):
            who = row["subject"]
            if who not in self.sites:
                continue
            if row["kind"] == begin and who not in current:
                current[who] = Spell(who, number, row["t_h"], self.horizon_h, row["object"])
                found.append(current[who])
            elif row["kind"] == end and who in current:
                current.pop(who).close(number, row["t_h"])
        return found

    def runs(self):
        """Generators that carried a site, from start to stop, dry or broken."""
        current, found = {}, []
        for number, row in self.of("generator.started", "generator.stopped", "generator.dry", "generator.broke"):
            site = row["object"]
            if row["kind"] == "generator.started" and site in self.sites and site not in current:
                current[site] = Spell(site, number, row["t_h"], self.horizon_h, row["subject"])
                found.append(current[site])
            elif row["kind"] != "generator.started" and site in current and current[site].word == row["subject"]:
                current.pop(site).close(number, row["t_h"])
        return found


def kpis(files):
    """All figures, those of an instant at the horizon."""
    found = {}
    for part in (
        service,
        mains,
        visits,
        people,
        timeliness,
        desk,
        preparation,
        dispatch_rules,
        weather,
        ratio,
        want,
        rooms,
    ):
        found.update(part(files))
    return found


def most_at_once(changes):
    """The highest level after all changes of an instant."""
    level = most = 0
    by_time = defaultdict(int)
    for t_h, change in changes:
        by_time[t_h] += change
    for t_h in sorted(by_time):
        level += by_time[t_h]
        most = max(most, level)
    return most


def service(files):
    end_h, stations, users = files.horizon_h, files.stations, files.users
    begun = {o.who for o in files.outages if o.word in POWER}
    out = {o.who for o in files.outages if o.holds(end_h)}
    restored = begun - out
    changes = [(o.start_h, stations[o.who]) for o in files.outages]
    changes += [(o.end_h, -stations[o.who]) for o in files.outages if not o.open]
    station_h = sum(o.hours * stations[o.who] for o in files.outages)
    user_h = sum(o.hours * users[o.who] for o in files.outages)
    all_stations, all_users = sum(stations.values()), sum(users.values())
    hit = sum(users[o.who] for o in files.outages)
    role = {site: row["role"] for site, row in files.sites.items()}
    dark = dark_hours(files)

    def outages_of(*roles):
        return sum(role[o.who] in roles for o in files.outages) if set(role.values()) & set(roles) else nan

    def size(sites):
        return sum(stations[site] for site in sites)

    return {
        "stations_out_cumulative": size(begun), "stations_out": size(out), "stations_restored": size(restored),
        "stations_out_peak": most_at_once(changes), "users_out": sum(users[site] for site in out),
        "sites_out_cumulative": len(begun), "sites_out": len(out),
        "out_of_service_rate": share(size(out), all_stations),
        "out_of_service_time_rate": share(station_h, all_stations * end_h),
        "broken_site_rate": share(len(out), len(files.sites)), "restored_share": share(size(restored), size(begun)),
        "station_outage_h": station_h, "site_outage_h": sum(o.hours for o in files.outages), "user_outage_h": user_h,
        "saifi": share(hit, all_users), "saidi": share(user_h, all_users), "caidi": share(user_h, hit),
        "availability": 1 - share(user_h, all_users) / end_h,
        "core_room_outages": outages_of("core"), "hub_outages": outages_of("hub", "aggregation", "core"),
        "township_dark_h": max(dark.values(), default=nan), "townships_dark": sum(h > 0 for h in dark.values()) if dark else nan,
    }  # fmt: skip


def dark_hours(files):
    """Township → hours in which every one of its sites with stations was out."""
    return {township: sum(later - earlier for earlier, later in times) for township, times in dark_times(files).items()}


def dark_times(files):
    """Township → stretches in which every one of its sites with stations was out."""
    members = defaultdict(set)
    for site, row in files.sites.items():
        if row["township"] and files.stations[site]:
            members[row["township"]].add(site)
    times = {}
    for township, sites in members.items():
        outages = [o for o in files.outages if o.who in sites]
        moments = sorted({t for o in outages for t in (o.start_h, o.end_h)})
        times[township] = [
            (earlier, later)
            for earlier, later in zip(moments, moments[1:], strict=False)
            if {o.who for o in outages if o.start_h <= earlier and later <= o.end_h} == sites
        ]
    return times


def mains(files):
    end_h = files.horizon_h
    lost, without = {m.who for m in files.mains}, {m.who for m in files.mains if m.holds(end_h)}
    out = {o.who for o in files.outages if o.holds(end_h)}
    begun = {o.who for o in files.outages if o.word in POWER}
    lags = []
    for outage in files.outages:
        before = [
            m for m in files.mains if m.who == outage.who and m.begin < outage.begin and outage.start_h <= m.end_h
        ]
        if before and outage.word in POWER:
            lags.append(outage.start_h - before[-1].start_h)
    return {
        "sites_without_mains_cumulative": len(lost), "sites_without_mains": len(without),
        "sites_on_backup": len(without - out), "conversion_share_cumulative": share(len(begun), len(lost)),
        "conversion_share": share(len(out), len(without)), "mains_to_out_h": mean(lags),
    }  # fmt: skip


def stays_of(files):
    """Every arrival on site: its job and crew, when the crew left, came and ended, and what became of it."""
    crew_now, journey, stays = {}, {}, []
    for number, row in enumerate(files.rows):
        kind, who = row["kind"], row["subject"]
        if kind == "crew.sent":
            journey[who] = {"job": row["object"], "sent_h": row["t_h"], "road_h": 0.0, "blocked": None}
        if kind.startswith("crew.") and kind not in ("crew.works", "crew.called") and who in journey:
            way = journey[who]
            if way["blocked"] is not None:
                way["road_h"] += row["t_h"] - way["blocked"]
                way["blocked"] = None
            if kind == "crew.stuck":
                way["road_h"] += row["value"]
            elif kind == "crew.blocked":
                way["blocked"] = row["t_h"]
        if kind == "crew.works" and who in crew_now:
            crew_now[who]["works_h"] = crew_now[who]["works_h"] or row["t_h"]
        elif kind == "job.onsite":
            way = journey[row["object"]]
            assert way["job"] == who
            stay = {
                "job": who, "crew": row["object"], "row": number, "arrived_h": row["t_h"], "sent_h": way["sent_h"], "end": "", "works_h": None,
                "road_h": min(way["road_h"], row["t_h"] - way["sent_h"]), "end_h": nan,
            }  # fmt: skip
            crew_now[row["object"]] = stay
            stays.append(stay)
        elif kind in ENDS:
            for stay in stays:
                if stay["job"] == who and not stay["end"]:
                    stay["end"], stay["end_h"] = kind, row["t_h"]
                    crew_now = {crew: other for crew, other in crew_now.items() if other is not stay}
    return stays


def visits(files):
    response = [stay for stay in stays_of(files) if kind_of(stay["job"]) not in PREPARES]
    count = {word: sum(kind_of(stay["job"]) in kinds for stay in response) for word, kinds in WORK.items()}
    return {
        "site_visits": len(response), "generation_visits": count["generation"], "repair_visits": count["repair"],
        "mains_visits": count["mains"], "wasted_trips": sum(stay["end"] in ("job.wasted", "job.lapsed") for stay in response),
        "generator_runs": len(files.runs()),
    }  # fmt: skip


def kind_of(job):
    return job.rpartition("-")[0]


def people(files):
    crews = files.items["crew"]
    sent = [row["subject"] for _, row in files.of("crew.sent") if row["subject"] in crews]
    with_vehicle = [crew for crew in sent if crews[crew]["vehicle"]]
    generators = files.items["generator"]
    sets = {
        row["subject"] for _, row in files.of("generator.placed", "generator.started")
        if row["object"] in files.sites and generators.get(row["subject"], {"generator_kind": "fixed"})["generator_kind"] != "fixed"
    }  # fmt: skip
    loaders = {row["subject"] for _, row in files.of("loader.sent")} & set(files.items["loader"])
    return {
        "vehicles": len({crews[crew]["vehicle"] for crew in with_vehicle}), "vehicle_turnouts": len(with_vehicle),
        "people": sum(crews[crew]["people"] for crew in set(sent)) + len(workers(files)), "person_turnouts": sum(crews[crew]["people"] for crew in sent) + turnouts(files),
        "equipment_sets": len(sets), "loaders": len(loaders),
        "all_terrain": len({crews[crew]["vehicle"] for crew in with_vehicle if crews[crew]["vehicle_kind"] == "all_terrain"}),
    }  # fmt: skip


def timeliness(files):
    runs, shed = files.runs(), files.of("radio.off")
    needed = in_time = 0
    for spell in files.mains:
        ours = [run for run in runs if run.who == spell.who]
        running = any(run.begin < spell.begin < run.end for run in ours)
        start = min((run.begin for run in ours if spell.begin < run.begin < spell.end), default=inf)
        off = min((n for n, row in shed if row["subject"] == spell.who and spell.begin < n < spell.end), default=inf)
        needed += running or start < inf or off < inf
        in_time += running or (start < inf and start < off)
    limits, decided, closed = files.plan["repair_limit_h"], 0, 0
    done, needless = {}, set()
    for _, row in files.of("job.done"):
        done.setdefault(row["subject"], row["t_h"])
    needless = {row["subject"] for _, row in files.of("job.lapsed", "job.wasted")}
    for _, row in files.of("job.opened"):
        job, site = row["subject"], files.sites.get(row["object"])
        if kind_of(job) not in WORK["repair"] + WORK["mains"] or (job in needless and job not in done):
            continue
        hub = site["role"] in ("hub", "aggregation", "core")
        limit_h = limits.get("hub" if hub else "urban" if site["urban"] else "rural")
        due_h = row["t_h"] + limit_h
        done_h = done.get(job, inf)
        if done_h <= due_h or due_h <= files.horizon_h or done_h <= files.horizon_h:
            decided += 1
            closed += done_h - row["t_h"] <= limit_h
    return {"generation_timeliness_share": share(in_time, needed), "repair_timeliness_share": share(closed, decided)}


def desk(files):
    words = [(n, row) for n, row in files.of("desk.alarm", "desk.listed") if row["subject"] in files.sites]
    down = [(n, row) for n, row in words if row["kind"] == "desk.listed" or row["object"] == "down"]
    first = min((o.begin for o in files.outages), default=inf)
    report_h = next((row["t_h"] - files.rows[first]["t_h"] for n, row in down if n > first), nan)
    accepted, opened = {}, {row["subject"]: (n, row) for n, row in reversed(files.of("job.opened"))}
    for _, row in files.of("job.assigned"):
        accepted.setdefault(row["subject"], row["t_h"])
    waits = []
    for job, (number, row) in opened.items():
        if job not in accepted or kind_of(job) in (*PREPARES, "refuel", "collect"):
            continue
        cause = files.rows[row["cause_row"]] if row["cause_row"] >= 0 else None
        before = [w["t_h"] for n, w in words if w["subject"] == row["object"] and n < number]
        heard_h = (
            cause["t_h"]
            if cause and cause["kind"] in ("desk.alarm", "desk.listed")
            else before[-1]
            if before
            else row["t_h"]
        )
        waits.append(accepted[job] - heard_h)
    repairs = []
    for outage in files.outages:
        heard = next((row["t_h"] for n, row in down if row["subject"] == outage.who and n > outage.begin), inf)
        if not outage.open and heard <= outage.end_h:
            repairs.append((outage, heard))
    return {
        "time_to_first_report_h": report_h, "mtta_h": mean(waits), "mttr_h": mean(o.end_h - heard for o, heard in repairs),
        **repair_parts(files, repairs),
    }  # fmt: skip


def repair_parts(files, repairs):
    """Outages by what ended them, and the parts of the repair time of those that a crew ended."""
    stays = {stay["row"]: stay for stay in stays_of(files) if kind_of(stay["job"]) not in PREPARES}
    parts, by_mains = [], 0
    for outage, alarm_h in repairs:
        number = files.rows[outage.end]["cause_row"]
        while number >= 0 and number not in stays and files.rows[number]["kind"] != "mains.back":
            number = files.rows[number]["cause_row"]
        if number < 0:
            continue
        if number not in stays:
            by_mains += 1
            continue
        stay = stays[number]
        over_h = stay["end_h"] if stay["end"] else outage.end_h
        marks = (stay["sent_h"], stay["arrived_h"], stay["works_h"] or stay["arrived_h"], over_h)
        sent, came, began, over = (min(max(t, alarm_h), outage.end_h) for t in marks)
        road = min(stay["road_h"], came - sent)
        parts.append((sent - alarm_h, came - sent - road, road, over - began, began - came + outage.end_h - over))
    names = ("wait", "travel", "road", "work", "other")
    return {
        **{f"mttr_{name}_h": mean(part[place] for part in parts) for place, name in enumerate(names)},
        "mttr_crew_h": mean(sum(part) for part in parts),
        "ended_by_crew_share": share(len(parts), len(repairs)), "ended_by_mains_share": share(by_mains, len(repairs)),
    }  # fmt: skip


def dispatch_rules(files):
    """The plan's rules by class against the first powering of each time without mains."""
    rules = {rule["class"]: rule for rule in files.plan["dispatch"]}
    runs, shed, dark = files.runs(), files.of("radio.off"), dark_times(files)
    place = {row["subject"]: row["object"] for _, row in files.of("job.opened")}
    orders = [(n, row) for n, row in files.of("job.opened") if kind_of(row["subject"]) in ("generate", "rove")]
    spared = [
        (n, place[row["subject"]]) for n, row in files.of("job.lapsed")
        if row["object"] == "battery_outlasts_told_restore" and row["subject"] in place
    ]  # fmt: skip
    count, lags = defaultdict(int), []
    for spell in files.mains:
        rule = rules.get(files.sites[spell.who]["site_class"])
        if rule is None:
            continue
        since_h = called_h(files, rule, spell, dark)
        if since_h is None:
            count["not_needed"] += 1
            continue
        ours = [run for run in runs if run.who == spell.who]
        start = min((run.begin for run in ours if spell.begin < run.begin < spell.end), default=inf)
        if any(run.begin < spell.begin < run.end for run in ours):
            start = spell.begin
        off = min((n for n, row in shed if row["subject"] == spell.who and spell.begin < n < spell.end), default=inf)
        due_h, in_time = due_of(files, rule, (spell, since_h), start, off)
        if start < inf:
            count["on_time" if in_time else "late"] += 1
            told = [row["value"] for n, row in orders if row["object"] == spell.who and spell.begin < n < start]
            lags += lag_of(rule, files.rows[start]["t_h"], due_h, told)
        elif any(who == spell.who and spell.begin < n < spell.end for n, who in spared):
            count["skipped"] += 1
        else:
            count[unserved(spell, due_h)] += 1
    return {
        "generation_dispatch_on_time_share": share(count["on_time"], count["on_time"] + count["late"] + count["never"]),
        **{f"generation_dispatch_{word}": count[word] for word in ("late", "never", "skipped", "not_needed")},
        "generation_dispatch_lag_h": median(lags) if lags else nan,
    }  # fmt: skip


def called_h(files, rule, spell, dark):
    """Since when the rule held; None where its condition never did."""
    if rule["only_if"] != "township_dark":
        return spell.start_h
    stretches = dark.get(files.sites[spell.who]["township"], ())
    hours = [h for h in stretches if h[0] < spell.end_h and h[1] > spell.start_h]
    return max(spell.start_h, hours[0][0]) if hours else None


def lag_of(rule, powered_h, due_h, told):
    """The lag, if there is one: against the instant, else (forestalled) against the last order's deadline."""
    if due_h is not None and due_h < inf:
        return [powered_h - due_h]
    if rule["power_within_h"] is None and rule["power_before"] and told and told[-1] is not None:
        return [] if told[-1] != told[-1] else [min(powered_h - told[-1], 0.0)]
    return []


def unserved(spell, due_h):
    """What became of a time without mains in which no generator ran."""
    if due_h is None:
        return "not_due" if spell.open else "never"
    if due_h < spell.end_h or (spell.open and due_h <= spell.end_h):
        return "never"
    return "not_due" if spell.open else "not_needed"


def due_of(files, rule, spell_and_since, start, off):
    """The planned instant (None: the rule has none; infinite: it never came) and whether power was there by then."""
    spell, since_h = spell_and_since
    powered_h = files.rows[start]["t_h"] if start < inf else inf
    if rule["power_within_h"] is not None:
        due_h = max(spell.start_h + rule["power_within_h"], since_h)
        return due_h, powered_h <= due_h
    if rule["power_before"] is None:
        return None, powered_h < inf
    if start < off or off == inf:
        return inf, powered_h < inf
    due_h = max(files.rows[off]["t_h"], since_h)
    return due_h, powered_h <= due_h


def preparation(files):
    lines = {}
    for _, row in files.of("measure.planned"):
        lines.setdefault((row["subject"], row["object"]), [row["value"], nan])
    for _, row in files.of("measure.done"):
        line = lines.get((row["subject"], row["object"]))
        if line and line[1] != line[1]:
            line[1] = row["t_h"]

    def counts(chosen):
        on_time = sum(done <= by for by, done in chosen)
        late = sum(done > by for by, done in chosen)
        never = sum(done != done and by <= files.horizon_h for by, done in chosen)
        return on_time, late, never

    placed = [
        line for (name, _), line in lines.items() if (name.rpartition("-")[0] or name) in ("place_generators", "place")
    ]
    on_time, late, never = counts(placed)
    lags = [done - by for by, done in placed if done == done]
    all_counts = counts(lines.values())
    return {
        "dispatch_on_time_share": share(on_time, on_time + late + never), "dispatch_late": late, "dispatch_never": never,
        "dispatch_lag_h": median(lags) if lags else nan,
        "preparation_done_share": share(all_counts[0], sum(all_counts)),
    }  # fmt: skip


def weather(files):
    return {
        name: max((row["value"] for _, row in files.of(kind)), default=nan)
        for name, kind in (("snow_water_mm", "snow.water"), ("snow_depth_cm", "snow.depth"))
    }


def ratio(files):
    """Worst moment of sites without mains per vehicle on duty."""
    changes = defaultdict(lambda: [0, 0])
    for spell in files.mains:
        changes[spell.start_h][0] += 1
        if not spell.open:
            changes[spell.end_h][0] -= 1
    first = {}
    for _, row in files.of("crew.called", "crew.free", "crew.sent"):
        first.setdefault(row["subject"], row["t_h"])
    on_duty = set()
    for crew, row in files.items["crew"].items():
        ready_h = inf if row["ready_h"] is None else row["ready_h"]
        begins_h = min(ready_h, first.get(crew, inf))
        if row["vehicle"] and begins_h <= files.horizon_h:
            on_duty.add(crew)
            changes[max(begins_h, 0.0)][1] += 1
    for _, row in files.of("crew.rests"):
        if row["subject"] in on_duty:
            changes[row["t_h"]][1] -= 1
            if row["t_h"] + row["value"] <= files.horizon_h:
                changes[row["t_h"] + row["value"]][1] += 1
    sites = vehicles = 0
    worst = nan
    for t_h in sorted(changes):
        sites, vehicles = sites + changes[t_h][0], vehicles + changes[t_h][1]
        if sites and vehicles and not worst >= sites / vehicles:
            worst = sites / vehicles
    return {"sites_without_mains_per_vehicle": worst}


def want(files):
    """Means of idle crews, resting crews and unused sets over the hours in which an order to power a site waits."""
    crews = {name for name, row in files.items["crew"].items() if row["vehicle"]}
    sets = {name for name, row in files.items["generator"].items() if row["generator_kind"] != "fixed"}
    ready = {
        name: inf if files.items["crew"][name]["ready_h"] is None else files.items["crew"][name]["ready_h"]
        for name in crews
    }
    for _, row in files.of("crew.called", "crew.free", "crew.sent"):
        if row["subject"] in crews:
            ready[row["subject"]] = min(ready[row["subject"]], row["t_h"])
    comes = {}
    for _, row in files.of("desk.aid"):
        comes.setdefault(row["subject"], row["value"])
    there = {
        name: comes.get(name.split("-")[0], inf) if name.split("-")[0] in ("hired", "aid") else 0.0 for name in sets
    }
    rests = [(row["subject"], row["t_h"], row["t_h"] + row["value"]) for _, row in files.of("crew.rests")]
    kinds = ("job.opened", "job.returned", "job.assigned", "job.lapsed", "job.done", "job.wasted", "job.failed", "crew.free",
             "crew.rests", "crew.arrived", "generator.placed", "generator.started", "generator.taken", "generator.stored")  # fmt: skip
    waiting, busy, at_site = set(), set(), set()
    rows = [(row["t_h"], row) for _, row in files.of(*kinds)]
    moments = sorted(
        {t for t, _ in rows}
        | set(ready.values())
        | set(there.values())
        | {t for _, a, b in rests for t in (a, b)}
        | {files.horizon_h}
    )
    hours = free = resting = unused = 0.0
    place = 0
    for now, after in zip(moments, moments[1:], strict=False):
        if after > files.horizon_h:
            break
        while place < len(rows) and rows[place][0] <= now:
            kind, subject, object_ = (rows[place][1][name] for name in ("kind", "subject", "object"))
            place += 1
            if kind.startswith("job.") and kind_of(subject) in ("generate", "rove"):
                (waiting.add if kind in ("job.opened", "job.returned") else waiting.discard)(subject)
            if kind == "job.assigned":
                busy.add(object_)
            elif kind.startswith("crew."):
                busy.discard(subject)
            elif kind.startswith("generator."):
                (at_site.add if kind in ("generator.placed", "generator.started") else at_site.discard)(subject)
        if waiting:
            asleep = [who for who, a, b in rests if a <= now < b]
            hours += after - now
            duty = sum(ready[crew] <= now for crew in crews) - sum(who in crews for who in asleep)
            free += (after - now) * (duty - len(busy & crews))
            resting += (after - now) * len(asleep)
            unused += (after - now) * (sum(there[name] <= now for name in sets) - len(at_site & sets))
    return {
        "waiting_crews_free": share(free, hours),
        "waiting_crews_resting": share(resting, hours),
        "waiting_sets_unused": share(unused, hours),
    }


def differences(folder):
    """KPI → (in kpis.json, recomputed), of those that differ or stand on one side only."""
    files = Files(folder)
    ours, found = kpis(files), {}
    for name in sorted({*ours, *files.told}):
        told, mine = files.told.get(name, "missing"), ours.get(name, "missing")
        if told is None and mine != mine:
            continue
        if told in (None, "missing") or mine == "missing" or not isclose(told, mine, rel_tol=1e-9, abs_tol=1e-9):
            found[name] = (told, mine)
    return found


def table_differences(folder):
    """Rows of outages.parquet and visits.parquet that the log does not give, and rows that it gives besides."""
    folder = Path(folder)
    files = Files(folder)
    members = defaultdict(list)
    for name, station in files.items["station"].items():
        members[station["site"]].append(name)
    out = set()
    for o in files.outages:
        for unit, names in (("site", [o.who]), ("station", members[o.who])):
            out |= {(unit, name, o.who, round(o.start_h, 6), round(o.end_h, 6), o.word, o.open) for name in names}
    told = {
        (r["unit"], r["subject"], r["site"], round(r["start_h"], 6), round(r["end_h"], 6), r["cause"], r["open_ended"])
        for r in read(folder / "outages.parquet")
        if r["unit"] != "service"
    }
    came = {
        (stay["job"], stay["crew"], round(stay["sent_h"], 6), round(stay["arrived_h"], 6), stay["end"].removeprefix("job."))
        for stay in stays_of(files) if kind_of(stay["job"]) not in PREPARES
    }  # fmt: skip
    written = {
        (r["job"], r["crew"], round(r["dispatched_h"], 6), round(r["arrived_h"], 6), "" if r["result"] == "under way" else r["result"])
        for r in read(folder / "visits.parquet")
    }  # fmt: skip
    services = {
        (r["subject"], round(r["start_h"], 6), round(r["end_h"], 6), r["cause"], r["open_ended"])
        for r in read(folder / "outages.parquet") if r["unit"] == "service"
    }  # fmt: skip
    return (out ^ told) | (came ^ written) | (services ^ service_rows(files))


if __name__ == "__main__":
    print(differences(sys.argv[1]) or "all the same", table_differences(sys.argv[1]) or "")  # noqa: T201 (a tool from the command line)
