"""The KPIs of machine rooms and procedures once more, from the rows alone: plain loops, no code of `sim`.

`files` is what `recompute.Files` reads: `rows`, `items`, `horizon_h`, `plan`.
"""

from collections import defaultdict
from math import exp, nan
from statistics import fmean

BREAKS = ("power.failed", "power.tripped", "supply.failed", "device.failed", "cooler.failed", "room_link.cut")
LEVELS = ["I", "II", "III", "IV"]
GRAIN = 1e-9


def rooms(files):
    """All figures of machine rooms and procedures."""
    return {
        **services(files),
        **faults(files),
        **devices(files),
        **temperatures(files),
        **procedures(files),
        **levels(files),
        **people(files),
    }


def of(files, *kinds):
    return [row for row in files.rows if row["kind"] in kinds]


def between(files, begin, end, known):
    """(subject, object, start, end, still open) of what lies between two kinds of rows."""
    current, found = {}, []
    for row in of(files, begin, end):
        who = row["subject"]
        if who not in known:
            continue
        if row["kind"] == begin and who not in current:
            current[who] = row
        elif row["kind"] == end and who in current:
            first = current.pop(who)
            found.append((who, first["object"], first["t_h"], row["t_h"], False))
    return found + [(who, row["object"], row["t_h"], files.horizon_h, True) for who, row in current.items()]


def service_rows(files):
    """What outages.parquet must hold of services."""
    found = between(files, "service.down", "service.up", files.items["service"])
    return {(who, round(start, 6), round(end, 6), cause, still) for who, cause, start, end, still in found}


def services(files):
    known = files.items["service"]
    out_h = dict.fromkeys(known, 0.0)
    found = between(files, "service.down", "service.up", known)
    for who, _, start, end, _ in found:
        out_h[who] += end - start
    worst = max(out_h.values(), default=nan)

    def highest(kind):
        values = [row["value"] for row in of(files, kind) if row["subject"] in known and row["value"] is not None]
        return max(values, default=nan)

    return {
        "service_outage_h": worst,
        "service_outages": len(found) if known else nan,
        "service_availability": 1 - worst / files.horizon_h,
        "service_delay_ms": highest("service.delay"),
        "service_loss_share": highest("service.loss"),
    }


def faults(files):
    repair, alarm = [], []
    sorts = {kind.partition(".")[0] for kind in BREAKS}
    for sort in sorts:
        broken = {}
        for number, row in enumerate(files.rows):
            who = row["subject"]
            if row["kind"] in BREAKS and row["kind"].startswith(f"{sort}."):
                broken.setdefault(who, (number, row["t_h"]))
            elif row["kind"] == f"{sort}.mended" and who in broken:
                first, since = broken.pop(who)
                repair.append(row["t_h"] - since)
                alarm += heard(files, who, first, number)[:1]
        for who, (first, since) in broken.items():
            repair.append(files.horizon_h - since)
            alarm += heard(files, who, first, len(files.rows))[:1] or [files.horizon_h - since]
    return {"fault_to_repair_h": max(repair, default=nan), "fault_to_alarm_h": max(alarm, default=nan)}


def heard(files, who, first, last):
    since = files.rows[first]["t_h"]
    rows = files.rows[first + 1 : last]
    return [row["t_h"] - since for row in rows if row["kind"] == "desk.alarm" and row["subject"] == who]


def devices(files):
    known, nodes = files.items["device"], files.items["power_node"]
    changes = defaultdict(int)
    for _, _, start, end, still in between(files, "device.down", "device.up", known):
        changes[start] += 1
        if not still:
            changes[end] -= 1
    now = most = 0
    for t_h in sorted(changes):
        now += changes[t_h]
        most = max(most, now)
    tripped = [row for row in of(files, "device.tripped") if row["subject"] in known]
    pdus = [
        row for row in of(files, "power.tripped") if nodes.get(row["subject"], {"node_kind": ""})["node_kind"] == "pdu"
    ]
    return {
        "devices_down_peak": most if known else nan,
        "devices_tripped": len(tripped) if known else nan,
        "pdu_trips": len(pdus) if nodes else nan,
    }


def temperatures(files):
    """Row by row, from one row of the log to the next; crossings are searched for by halving."""
    peaks, warm, hot = [], [], []
    for name, row in files.items["row"].items():
        spots = dict.fromkeys((rack for rack, line in files.items["rack"].items() if line["row"] == name), 0.0)
        level = limit = peak = row["setpoint_c"]
        now, over = 0.0, {"warn_c": 0.0, "major_c": 0.0}
        ends = {"t_h": files.horizon_h, "kind": "end", "subject": "", "value": nan}
        for change in [*files.rows, ends]:
            ahead = change["t_h"] - now
            spot = max(spots.values(), default=0.0)
            for key in over:
                over[key] += hours_over(level + spot, limit + spot, row["lag_h"], ahead, row[key])
            level, now = later(level, limit, row["lag_h"], ahead), change["t_h"]
            peak = max(peak, level + max(spots.values(), default=0.0))
            if change["subject"] == name and change["kind"] == "row.limit":
                limit = change["value"]
            elif change["subject"] == name and change["kind"] == "row.temperature":
                level = change["value"]
            elif change["kind"] == "rack.hotspot" and change["subject"] in spots:
                spots[change["subject"]] = change["value"]
            if now < files.horizon_h:
                peak = max(peak, level + max(spots.values(), default=0.0))
        peaks.append(peak)
        warm.append(over["warn_c"])
        hot.append(over["major_c"])
    return {
        "temperature_peak_c": max(peaks, default=nan),
        "hours_over_warn_h": max(warm, default=nan),
        "hours_over_major_h": max(hot, default=nan),
    }


def later(level, limit, lag_h, ahead_h):
    return limit + (level - limit) * exp(-ahead_h / lag_h)


def hours_over(level, limit, lag_h, ahead_h, threshold):
    """Of the hours ahead, those above a threshold; it is passed at most once."""
    first, last = level > threshold, later(level, limit, lag_h, ahead_h) > threshold
    if first == last:
        return ahead_h if first else 0.0
    low, high = 0.0, ahead_h
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if (later(level, limit, lag_h, middle) > threshold) == first else (low, middle)
    return low if first else ahead_h - low


def procedures(files):
    begun = {}
    ended = {}
    for row in of(files, "procedure.started", "procedure.done"):
        (begun if row["kind"] == "procedure.started" else ended).setdefault(row["subject"], row["t_h"])
    lasted = [ended.get(run, files.horizon_h) - t_h for run, t_h in begun.items()]
    done = {}
    for row in of(files, "step.begun", "step.done"):
        done[row["subject"]] = row["t_h"] if row["kind"] == "step.done" else None
    in_time = late = 0
    for run, t_h in begun.items():
        for step in files.items["procedure_step"].values():
            if step["procedure"] != run.split("#")[0] or step["by_h"] is None:
                continue
            at = done.get(f"{run}.{step['step']}")
            due = t_h + step["by_h"]
            if at is not None and at <= due + GRAIN:
                in_time += 1
            elif at is not None or due <= files.horizon_h:
                late += 1
    return {
        "procedure_h": max(lasted, default=nan),
        "step_timeliness_share": in_time / (in_time + late) if in_time + late else nan,
        "steps_late": late if begun else nan,
        "steps_rejected": len(of(files, "step.rejected")) if begun else nan,
    }


def levels(files):
    raised = of(files, "desk.level")
    lags = []
    for number, row in enumerate(files.rows):
        if row["kind"] == "desk.level_due":
            later = [
                r["t_h"] for r in files.rows[number:] if (r["kind"], r["subject"]) == ("desk.level", row["subject"])
            ]
            lags += [later[0] - row["t_h"]] if later else []
    limits = {line["level"]: line["report_h"] for line in files.plan["levels"] if line["report_h"] is not None}
    reports = []
    for number, row in enumerate(files.rows):
        if row["kind"] != "desk.level" or row["subject"] not in limits:
            continue
        due = row["t_h"] + limits[row["subject"]]
        sent = [r["t_h"] for r in files.rows[number:] if (r["kind"], r["subject"]) == ("report.sent", row["subject"])]
        if sent or due <= files.horizon_h:
            reports.append(bool(sent) and sent[0] <= due + GRAIN)
    return {
        "response_level": min((LEVELS.index(row["subject"]) + 1 for row in raised), default=nan),
        "level_lag_h": max(lags, default=nan),
        "levels_missed": len(of(files, "desk.level_missed")),
        "levels_too_low": sum(row["object"].startswith("too_low") for row in raised),
        "report_timeliness_share": fmean(reports) if reports else nan,
    }


def workers(files):
    """People of teams who worked on a step."""
    return {row["subject"] for row in of(files, "person.busy")} & set(files.items["person"])


def cables(files):
    """Kilometres of cable, and routers of the place with fewest."""
    links, devices = files.items["room_link"].values(), files.items["device"].values()
    places = [
        files.items["row"][files.items["rack"][d["rack"]]["row"]]["site"]
        for d in devices
        if d["device_kind"] == "router"
    ]
    return {
        "fibre_km": sum(link["length_km"] for link in links) or nan,
        "duct_km": sum(link.get("duct_km") or 0.0 for link in links) or nan,
        "routers_per_place": min((places.count(place) for place in places), default=nan),
    }


def turnouts(files):
    """Calls of people of teams to a step, or to the steps of a role."""
    return sum(row["subject"] in files.items["person"] for row in of(files, "person.busy"))


def people(files):
    known = files.items["person"]
    found = {name: {known[who][name] for who in workers(files)} - {""} for name in ("team", "party", "place")}
    return {
        "teams": len(found["team"]) if known else nan,
        "parties_engaged": len(found["party"]) if known else nan,
        "places": len(found["place"]) if known else nan,
        **cables(files),
    }
