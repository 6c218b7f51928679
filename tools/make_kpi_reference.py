"""Write the reference pages of the KPIs and of the event log from their catalogues.

python tools/make_kpi_reference.py          writes docs/reference/kpis.md and event_log.md
python tools/make_kpi_reference.py --check  exit code 1 where a page is out of date
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sim.metrics import ADDITIVE, WHY_UNDEFINED  # noqa: E402
from sim.vocabulary import KINDS, KPIS  # noqa: E402

FOLDER: Final = ROOT / "docs" / "reference"
NOTE = "<!-- Written by tools/make_kpi_reference.py; change the catalogue in sim/vocabulary.py instead. -->\n"

KPI_HEAD = """# KPIs

Every figure that a scorecard, `kpis.json` or a target of a plan can name. *Better* says which way is good,
`–` where neither is. A figure *of an instant* takes `at`; without one it is that of the end of the run. Every
figure stands by county and by party in `kpis_by.parquet` (`run.kpis_by("county")`): the parts of a *sum* add
up to the whole, other figures are those of the county's or the party's sites. Where nothing can be said, the
figure is empty (`null` in JSON), for the reason in the last column; a target on it is neither met nor missed.

How the figures count:

- A *site* is a tower with its cabinet, a *station* one operator's presence at a site. A site that is out
  takes all its stations out; their users are those of the inventory's stations.
- A row at the instant counts. An outage lasts from its beginning up to its end, the end excluded; one that
  is still open at the horizon ends there, and still holds there.
- The cause of an outage is the one it began with. `stations_out_cumulative`, `sites_out_cumulative` and
  what is divided by them (`restored_share`) or made from them (`conversion_share_cumulative`) know the
  causes `power` and `upstream_power` alone; the figures of a moment and of hours count every cause.
- Restored is what was cumulatively out and serves at the instant: cumulative = still out + restored.
- A *visit* is an arrival on site for a job of the response, refuelling, collection and wasted trips
  included. Visits that prepare (`place`, `quilt`, `inspect`, `move`) are not among them. A journey that
  never arrives is a turnout and no visit.
- A site *needs generation* each time its mains fail and a generator carries it or its radio is shed before
  the mains are back. It is powered in time when the generator runs before the first disconnect.
- Repair jobs (`repair`, `splice`, `scout`, `assist`, `lineman`) have the plan's `repair_limit_h` from their opening:
  of hubs (hub, aggregation, core), of towns, of the country. Needless jobs and jobs not yet due do not
  count.
- `generation_dispatch_*` score the plan's rules (`plan.dispatch`), once for each time that the mains fail at
  a site of a class with a rule. The planned instant is the site's first disconnect as it really was, or the
  rule's hours after the loss of mains (where the rule waits for a dark township: not before it is dark). On
  time: a generator carried the site by then, or a rule without an instant was kept before the mains came
  back. Apart stand what the desk skipped by the rule (its order lapsed because the battery was to outlast
  the told restoration, and no generator came), what was not needed (mains back before the instant, or a
  township that was never dark) and what is not yet due at the horizon. The lag is that of the generator's
  start behind the instant. Where a start forestalled the first disconnect nobody knows when that would have
  been: the deadline that the desk gave its last order stands for it, and the lag is at most 0; a generator
  that nobody ordered has no lag. `dispatch_*` are the placements before the event.
- `mtta_h` runs from the alarm that caused the job to its first crew, `mttr_h` from the desk's first word of
  an outage (alarm `down`, or an operator's list) to its end; outages that the desk never heard of are not
  in it. What ended an outage is read from the causes of its end: the return of mains, a crew's visit (a
  generator started, fuelled or repaired, a part mended, there or at a site upstream), or neither. Those that
  a crew ended are divided: `mttr_wait_h` to the leaving of that crew, `mttr_travel_h`, `mttr_road_h`,
  `mttr_work_h` from the beginning of work, `mttr_other_h` the rest; the five sum to `mttr_crew_h`.
- A township is dark while every one of its sites with stations is out. Of a group of sites: its townships,
  whole.
- Vehicles on duty are those of crews that are ready and not resting. The worst moment is one with a
  vehicle on duty.
- `waiting_*` tell what was not in want. They are means over the hours in which at least one order to power a site is
  open and given to no crew. A crew is free while it is on duty and has no job, from `job.assigned` to its next
  `crew.free`, `crew.rests` or `crew.arrived`. A portable generator is unused while it is at no site, from
  `generator.placed` or `generator.started` to `generator.taken` or `generator.stored`; hired sets and aid count from
  their coming.
- Of a group of sites: outages, visits and placements are those at its sites, people and vehicles those sent
  there. *Of* says what a target can single out by `of`: a group of sites, one `service`, one `procedure`, one
  `row` of racks, or nothing.
- Figures of services, procedures and rows are those of the worst one, where none is singled out; outages,
  trips and steps are those of all.
- A fault of a machine room is a row `power.failed`, `power.tripped`, `supply.failed`, `device.failed`,
  `cooler.failed` or `room_link.cut`, until the `mended` of the same thing; a second one meanwhile begins
  nothing. It is heard of with the next `desk.alarm` of the same subject. What was mended before anybody heard
  counts for its repair, not for its alarm.
- Temperatures run exponentially from row to row of the log, and hours over a limit are taken from that curve.
  They are those of the row's air; the peak has the hot spots of its racks in it.
- A step's deadline counts from the beginning of its procedure. A step that is begun again, because a later one
  was rejected, is done when it is done again. Steps that are neither done nor due do not count.
- Response levels count from I, the gravest. A recorded `response_level` is written as the numeral (`II`), and
  so may a bound of a target be. The lag of a level is that of levels that were raised.
- People of teams *worked* when a row `person.busy` names them, be it that they were held for later steps.

"""

LOG_HEAD = """# The event log

A row is `t_h, kind, subject, object, value, cause_row`: hours since the start, one of the kinds below, two
names of the inventory or of the log, a number, and the row that brought it about (-1: none). Rows are in
the order of time, changes only, never samples. *Runs* says what lies between two rows of a kind and
subject: `step` holds the value, `line` goes straight to the next one, `mark` is a mere moment, and
`exponential` runs as e^(−t/lag) from its value towards the latest `row.limit` of the subject, with the `lag_h`
of the inventory.

Ids of jobs tell their kind before the last dash (`generate-0001`), ids of measures what is to be done
(`place_generators-01`). A run of a procedure is `NAME#N`, a run of one of its steps `NAME#N.STEP`; the plan of the
step is the inventory's `NAME.STEP`. PDUs are nodes `RACK.A`, `RACK.B`, devices of a count `ID-1`, `ID-2`, power
supplies of a device `DEVICE.SUPPLY`.

"""


def kpi_page() -> str:
    """The page of the KPI catalogue."""
    lines = [NOTE, KPI_HEAD, "| KPI | 中文 | unit | better | of | of an instant | a sum | meaning | empty when |"]
    lines.append("\n|---|---|---|---|---|---|---|---|---|\n")
    for name, kpi in KPIS.items():
        better = {"less": "less", "more": "more", "neither": "–"}[kpi.better]
        yes = ("yes" if kpi.timed else "", "yes" if name in ADDITIVE else "")
        what = (f"`{name}`", kpi.zh, _unit(kpi.unit), better, kpi.of or "–")
        cells = (*what, *yes, kpi.meaning, WHY_UNDEFINED.get(name, ""))
        lines.append(f"| {' | '.join(cells)} |\n")
    return "".join(lines)


def _unit(unit: str) -> str:
    return {"c": "°C"}.get(unit, unit.replace("_", " "))


def log_page() -> str:
    """The page of the kinds of rows."""
    lines = [
        NOTE,
        LOG_HEAD,
        "| kind | subject | object | value | runs | meaning |\n|---|---|---|---|---|---|\n",
    ]
    for name, kind in KINDS.items():
        cells = (
            f"`{name}`",
            kind.subject,
            kind.object,
            f"`{kind.value}`" if kind.value else "",
            kind.runs,
            kind.meaning,
        )
        lines.append(f"| {' | '.join(cells)} |\n")
    return "".join(lines)


PAGES = {"kpis.md": kpi_page, "event_log.md": log_page}


def main(arguments: list[str]) -> int:
    """Write the pages, or say whether they are what would be written."""
    stale = []
    for name, make in PAGES.items():
        path, text = FOLDER / name, make()
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
    if "--check" not in arguments or not stale:
        return 0
    sys.stderr.write(f"out of date: {', '.join(stale)}; run python tools/make_kpi_reference.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
