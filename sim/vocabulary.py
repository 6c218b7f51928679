"""The words all storeys share: event kinds, KPI catalogue, injects, jobs, what a policy sees and orders."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, nan
from typing import Any, Final, Literal, NamedTuple, Protocol

Runs = Literal["step", "line", "exponential", "mark"]
"""How a value runs to the next row of its kind and subject.

Held; straight to it; as e^(−t/lag) towards the latest `row.limit` of the subject, with the `lag_h` of the inventory;
or no value at all.
"""


class Kind(NamedTuple):
    """What a row of this kind means."""

    subject: str
    object: str
    value: str
    runs: Runs
    meaning: str


KINDS: Final[dict[str, Kind]] = {
    # the world outside
    "run.begins": Kind("scenario", "policy", "", "mark", "the clock starts"),
    "run.ends": Kind("scenario", "", "", "mark", "the horizon is reached"),
    "inject.fired": Kind(
        "target",
        "action",
        "place",
        "mark",
        "an inject, drawn or hand-written, takes effect; place in the file, from 0, where action and target mean another",
    ),
    "message.sent": Kind("from", "to", "", "mark", "words for the people of the drill (text in the scenario)"),
    "warning.issued": Kind("issuer", "colour", "", "mark", "a weather warning signal is raised"),
    "snow.depth": Kind("weather_cell", "", "depth_cm", "line", "snow on open ground"),
    "snow.water": Kind("weather_cell", "", "water_mm", "line", "water equivalent fallen so far"),
    "air.temperature": Kind("weather_cell", "", "temperature_c", "line", "air temperature"),
    "feeder.failed": Kind("feeder", "county", "", "mark", "a 10 kV feeder goes dead"),
    "feeder.restored": Kind("feeder", "how", "", "mark", "a feeder is live again (switching, slot, repair, inject)"),
    "mains.lost": Kind("site", "feeder", "", "mark", "the site has no mains"),
    "mains.back": Kind("site", "feeder", "", "mark", "the site has mains again"),
    "road.closed": Kind("road_edge", "reason", "", "mark", "traffic closed by authority or blocked by inject"),
    "road.opened": Kind("road_edge", "by", "", "mark", "a closed road is open again"),
    "road.cleared": Kind(
        "road_edge", "by", "", "mark", "snow removed from the road, or from a site's track (loader id or 'plough')"
    ),
    "permit.asked": Kind(
        "party", "what", "", "mark", "asks to pass closed expressways (a depot where there is no party)"
    ),
    "permit.granted": Kind("party", "what", "", "mark", "its crews and loaders pass closed expressways"),
    # a site
    "site.source": Kind(
        "site", "source", "load_kw", "step", "what carries the DC load now: mains, generator, battery, none"
    ),
    "battery.level": Kind("site", "", "state_of_charge", "line", "charge, share of what the battery holds today"),
    "radio.off": Kind("site", "reason", "", "mark", "first disconnect: all radio shed"),
    "radio.on": Kind("site", "", "", "mark", "radio powered again"),
    "radio.reduced": Kind("site", "reason", "", "mark", "5G shed, 4G kept"),
    "radio.full": Kind("site", "", "", "mark", "5G powered again"),
    "transmission.off": Kind("site", "reason", "", "mark", "second disconnect: transmission and monitor dark"),
    "transmission.on": Kind("site", "", "", "mark", "transmission powered again"),
    "equipment.failed": Kind("site", "part", "", "mark", "rectifier, radio, transmission, battery or generator broke"),
    "equipment.mended": Kind("site", "part", "", "mark", "repaired"),
    "link.cut": Kind("link", "reason", "", "mark", "a transport link is broken"),
    "link.mended": Kind("link", "", "", "mark", "a transport link is whole"),
    "path.lost": Kind("site", "reason", "", "mark", "no path of powered nodes to a core (upstream_power, transport)"),
    "path.back": Kind("site", "", "", "mark", "a path to a core exists again"),
    "site.down": Kind(
        "site",
        "cause",
        "",
        "mark",
        "every station of the site is out (power, upstream_power, transport, equipment)",
    ),
    "site.held": Kind("site", "cause", "", "mark", "still out, now for another cause than before"),
    "site.up": Kind("site", "", "", "mark", "the site serves again"),
    # machine rooms
    "power.off": Kind(
        "node", "reason", "", "mark", "a node of the supply is dead (source, feed, broken, battery_empty)"
    ),
    "power.on": Kind("node", "", "", "mark", "a node of the supply is live again"),
    "power.failed": Kind("node", "reason", "", "mark", "a node broke (inject; transfer, demand or start: on demand)"),
    "power.mended": Kind("node", "", "", "mark", "a node is whole again, its breaker closed"),
    "power.tripped": Kind("node", "overload", "load_share", "mark", "its breaker opened; value the load by its rating"),
    "power.switched": Kind("node", "node", "", "mark", "a transfer switch goes over to another feed"),
    "power.starting": Kind("node", "", "", "mark", "a generator is called"),
    "power.load": Kind("node", "", "load_kw", "step", "what a node carries"),
    "ups.charge": Kind("node", "", "state_of_charge", "line", "charge of a UPS battery"),
    "supply.failed": Kind("supply", "device", "", "mark", "a power supply of a device broke"),
    "supply.mended": Kind("supply", "", "", "mark", "it was replaced"),
    "device.feeds": Kind("device", "", "feeds", "step", "live power supplies of a device"),
    "device.down": Kind("device", "reason", "", "mark", "a device stops (power, heat, fault)"),
    "device.up": Kind("device", "", "", "mark", "a device runs again, having booted"),
    "device.failed": Kind("device", "", "", "mark", "a device broke"),
    "device.mended": Kind("device", "", "", "mark", "it was repaired"),
    "device.throttled": Kind("device", "", "inlet_c", "mark", "it slows down, being warm"),
    "device.unthrottled": Kind("device", "", "inlet_c", "mark", "it runs at full speed again"),
    "device.tripped": Kind("device", "heat", "inlet_c", "mark", "it switched itself off, being hot"),
    "device.cooled": Kind("device", "", "inlet_c", "mark", "cool enough to start again"),
    "cooler.failed": Kind("cooler", "row", "", "mark", "a cooler broke"),
    "cooler.mended": Kind("cooler", "", "", "mark", "it was repaired"),
    "cooler.off": Kind("cooler", "row", "", "mark", "a cooler stands still"),
    "cooler.on": Kind("cooler", "row", "", "mark", "a cooler cools again"),
    "row.limit": Kind("row", "", "limit_c", "step", "inlet temperature that a row runs to"),
    "row.temperature": Kind("row", "", "inlet_c", "exponential", "inlet temperature of a row"),
    "row.cooled": Kind("row", "", "portable_kw", "step", "portable cooling in a row"),
    "rack.hotspot": Kind("rack", "row", "warmer_c", "step", "what a rack's inlet is warmer than its row"),
    "room_link.cut": Kind("room_link", "", "", "mark", "a cable between devices is broken"),
    "room_link.mended": Kind("room_link", "", "", "mark", "it is whole again"),
    "service.down": Kind("service", "cause", "", "mark", "a service is out (power, cooling, equipment, transport)"),
    "service.up": Kind("service", "", "", "mark", "it is back"),
    "service.delay": Kind("service", "", "delay_ms", "step", "one-way delay along its quickest path"),
    "service.loss": Kind("service", "", "loss_share", "step", "share of its load that the links cannot carry"),
    # generators
    "generator.placed": Kind("generator", "site", "fuel_l", "mark", "set down at a site"),
    "generator.taken": Kind("generator", "crew", "fuel_l", "mark", "loaded on a crew's vehicle"),
    "generator.stored": Kind("generator", "depot", "fuel_l", "mark", "back in the depot"),
    "generator.started": Kind("generator", "site", "load_kw", "mark", "carries the site"),
    "generator.stopped": Kind("generator", "site", "fuel_l", "mark", "switched off (mains back or moved on)"),
    "generator.dry": Kind("generator", "site", "", "mark", "out of fuel"),
    "generator.broke": Kind("generator", "site", "", "mark", "fault or gelled fuel while running"),
    "generator.unstarted": Kind(
        "generator", "site", "attempt", "mark", "an attempt to start failed; 0: its tank is empty"
    ),
    "generator.fuelled": Kind("generator", "site", "fuel_l", "mark", "tank after filling"),
    "depot.fuelled": Kind("depot", "measure", "litres", "mark", "a tanker has delivered fuel"),
    "generator.watched": Kind("generator", "watcher", "", "mark", "who watches it: crew id, caretaker or nobody"),
    # crews, vehicles, loaders
    "crew.called": Kind("crew", "depot", "", "mark", "called out; ready after the call-out time"),
    "crew.sent": Kind("crew", "job", "expected_h", "mark", "leaves for a job; value the desk's estimate of travel"),
    "crew.leg": Kind("crew", "road_edge", "speed_kmh", "mark", "drives onto a road edge, or 'spur'/'walk' of the site"),
    "crew.stuck": Kind("crew", "road_edge", "delay_h", "mark", "stuck in snow on a road edge or a site's 'spur'"),
    "crew.blocked": Kind("crew", "road_node", "", "mark", "no passable road onward; turns to the desk"),
    "crew.arrived": Kind("crew", "place", "", "mark", "at a site or depot"),
    "crew.works": Kind("crew", "job", "", "mark", "work on site begins"),
    "crew.free": Kind("crew", "place", "", "mark", "ready for orders, at a site, a depot or a road node"),
    "crew.rests": Kind("crew", "place", "rest_h", "mark", "shift over"),
    "loader.sent": Kind("loader", "road_edge", "", "mark", "ordered to open a road"),
    "loader.clears": Kind("loader", "road_edge", "speed_kmh", "mark", "begins on an edge, or on a site's track"),
    "loader.free": Kind("loader", "road_node", "", "mark", "ready for orders, at a site, a depot or a road node"),
    # jobs
    "job.opened": Kind("job", "site", "deadline_h", "mark", "the desk wants something done"),
    "job.assigned": Kind("job", "crew", "", "mark", "given to a crew"),
    "job.onsite": Kind("job", "crew", "", "mark", "the crew is there: a visit"),
    "job.done": Kind("job", "crew", "", "mark", "work finished"),
    "job.wasted": Kind("job", "crew", "", "mark", "the trip was not needed: nothing to do on arrival"),
    "job.failed": Kind("job", "crew", "", "mark", "could not be done; object the crew or the reason"),
    "job.lapsed": Kind("job", "reason", "", "mark", "no longer needed before anybody was there"),
    "job.returned": Kind("job", "reason", "", "mark", "back in the queue (road, shift, too_heavy, fuel)"),
    # procedures and people
    "procedure.started": Kind(
        "procedure_run", "subject", "", "mark", "a procedure begins; subject NAME#N, object what set it off"
    ),
    "procedure.done": Kind("procedure_run", "", "lasted_h", "mark", "its last step is done"),
    "step.waits": Kind("step_run", "what for", "", "mark", "a step could begin but for people of a team, or a spare"),
    "step.begun": Kind(
        "step_run", "who", "try", "mark", "a step begins; subject NAME#N.STEP, value the first, second … try"
    ),
    "step.done": Kind("step_run", "who", "since_h", "mark", "a step is done; value hours since its procedure began"),
    "step.rejected": Kind("step_run", "step", "try", "mark", "refused, or wrong: back to the step named"),
    "person.busy": Kind("person", "step_run", "", "mark", "works on a step, or is held for the next ones"),
    "person.free": Kind("person", "place", "", "mark", "free again"),
    "person.moved": Kind("person", "place", "", "mark", "arrives at another place"),
    "spare.used": Kind("spare", "place", "left", "mark", "a spare is taken from the store of a place"),
    "report.sent": Kind("level", "lead", "", "mark", "the report of a level goes to the level above"),
    # before the event
    "measure.planned": Kind("measure", "target", "by_h", "mark", "a line of the plan's preparation"),
    "measure.done": Kind("measure", "target", "by_h", "mark", "prepared; late when after its value"),
    # the desk: what is known, and since when
    "desk.alarm": Kind(
        "site or thing",
        "alarm",
        "",
        "mark",
        "the desk learns of an alarm (mains, down, generator, the part that broke; of a thing in a machine room its sort)",
    ),
    "desk.cleared": Kind("site or thing", "alarm", "", "mark", "the desk learns that it is over"),
    "desk.listed": Kind("site", "operator list", "", "mark", "an operator's list tells the desk of a silent site"),
    "desk.line_out": Kind("feeder", "", "", "mark", "the power company reports a line out"),
    "desk.line_back": Kind("feeder", "", "", "mark", "the power company reports a line live again"),
    "desk.told": Kind("feeder", "", "restore_h", "mark", "the power company names an expected restoration"),
    "desk.asked": Kind("feeder", "reason", "", "mark", "the desk asks for this feeder first"),
    "desk.level": Kind("level", "trigger", "", "mark", "a response level is raised"),
    "desk.level_due": Kind("level", "trigger", "", "mark", "what a level waits for holds; from here its delay counts"),
    "desk.level_missed": Kind("level", "trigger", "", "mark", "nobody raises it"),
    "desk.aid": Kind("party", "from", "ready_h", "mark", "help asked of another party, hired or mutual aid"),
}

VISIT_WORK: Final = {
    "generate": "generation", "rove": "generation", "refuel": "generation", "collect": "generation",
    "repair": "repair", "splice": "repair", "scout": "repair", "assist": "repair",
    "lineman": "mains",
}  # fmt: skip
"""What a visit was for, by the kind of its job (mains, generation and repair are counted apart)."""

JobKind = Literal[
    "generate", "refuel", "collect", "repair", "splice", "scout", "lineman", "assist",
    "place", "quilt", "inspect", "move",
]  # fmt: skip
PREPARATION: Final = frozenset({"place", "quilt", "inspect", "move"})
"""Jobs of the plan's preparation: they are not visits of the response."""

Cause = Literal["power", "upstream_power", "transport", "equipment", "cooling"]
LEVELS: Final = ("I", "II", "III", "IV")
"""Response levels, the gravest first."""
POWER_CAUSES: Final = ("power", "upstream_power")


@dataclass(slots=True)
class Inject:
    """One line of the controllers' list, drawn or hand-written."""

    t_h: float
    action: str
    target: str
    value: float = nan
    source: str = "scenario"
    when: Mapping[str, Mapping[str, float]] | None = None
    message: str = ""
    sender: str = ""
    to: str = ""
    via: str = ""
    expect: str = ""
    objective: str = ""
    optional: bool = False
    place: int = -1
    """Where it stands among the injects of the file, from 0; -1 for a drawn one."""


class Team(Protocol):
    """Two crews at one job, as a visit sees them."""

    def gather(self, job: Job, left_h: float) -> Generator[Any, Any, bool]:
        """Steps of waiting for the other crew, no longer than the shift leaves; whether both are there."""
        ...

    def help_out(self, left_h: float) -> Generator[Any, Any, str]:
        """Steps of the helper's time on the spot; the result of its visit, 'alone' where the lead never came."""
        ...


@dataclass(slots=True, eq=False)
class Job:
    """Something the desk wants done at a site. `deadline_h` is the desk's estimate, inf where none."""

    id: str
    kind: JobKind
    site: int
    opened_h: float
    deadline_h: float = inf
    site_class: int = 2
    place_rank: int = 9
    """Where the site stands in the plan's order of restoration (0 first)."""
    users: float = 0.0
    need_kw: float = 0.0
    """Generator power that carries the whole site, kW; 0 where none is needed."""
    place_users: float = 0.0
    """Users, negative, where the plan's order has come down to `most_users`; else 0."""
    skill: str = "power"
    """Trade asked for; '' any."""
    people: int = 1
    """Fewest people of a crew that may take it."""
    crews: int = 1
    """Two where a job may need a second crew: one that is too few for it, or lacks the second trade, is joined."""
    together: int = 1
    """People on the spot in all before work begins."""
    second_skill: str = ""
    """Trade of the second crew; '' any."""
    team: Team | None = None
    """While two crews are at it: the two of them."""
    party: str = ""
    county: int = 0
    cause_row: int = -1
    told_restore_h: float = nan
    """When the power company expects mains back here, as told; NaN while nothing was said."""
    part: str = ""
    status: str = "open"
    crew: str = ""
    begun: bool = False
    """The crew is at the site."""
    after_road_version: int = -1
    """Not to be tried again before roads change: nobody could get there under this version."""


class CrewView(Protocol):
    """A free crew, as the desk sees it."""

    @property
    def id(self) -> str: ...
    @property
    def party(self) -> str: ...
    @property
    def skills(self) -> frozenset[str]: ...
    @property
    def people(self) -> int: ...
    @property
    def carried_kw(self) -> Sequence[float]: ...
    @property
    def fuel_l(self) -> float: ...
    @property
    def shift_left_h(self) -> float: ...


class View(Protocol):
    """What the desk knows now. Estimates only: the truth stays in the world."""

    @property
    def now_h(self) -> float: ...
    @property
    def jobs(self) -> Sequence[Job]: ...
    @property
    def crews(self) -> Sequence[CrewView]: ...
    def travel_h(self, crew: CrewView, job: Job) -> float:
        """Estimated hours to the job's site by the roads as they are known; inf where none is open."""
        ...

    def onward_h(self, crew: CrewView, first: Job, then: Job) -> float:
        """Estimated hours from one job's site to another's by the roads as they are known now; inf where none is open."""
        ...

    def can_serve(self, crew: CrewView, job: Job) -> bool:
        """Party, skill, people, generator and shift allow it."""
        ...

    def has_road_to(self, crew: CrewView, job: Job) -> bool:
        """A way that this crew's vehicle (or the crew on foot) can take exists."""
        ...


class Order(NamedTuple):
    """One decision: this crew to this job. `until_h`: stay on site until then and take the generator along."""

    crew: CrewView
    job: Job
    until_h: float | None = None


Decide = Callable[[View], Sequence[Order]]
Rank = Callable[[Job], tuple[float, ...]]


@dataclass(frozen=True)
class Kpi:
    """An entry of the KPI catalogue."""

    unit: str
    better: Literal["less", "more", "neither"]
    meaning: str
    zh: str = ""
    timed: bool = field(default=False)
    """Whether the figure is one of an instant (`at`), else of the whole run."""
    of: Literal["sites", "service", "procedure", "row", ""] = "sites"
    """What a target can single out by `of`: a group of sites, one service, one procedure, one row of racks, nothing."""


KPIS: Final[dict[str, Kpi]] = {
    "stations_out_cumulative": Kpi("stations", "less", "distinct stations with an outage of cause power or upstream_power that began by then", "累计退服", True),
    "stations_out": Kpi("stations", "less", "stations out at that moment", "当前退服", True),
    "stations_restored": Kpi("stations", "more", "stations that were out and serve again", "已恢复", True),
    "stations_out_peak": Kpi("stations", "less", "most stations out at one moment", "退服峰值"),
    "users_out": Kpi("users", "less", "users without service at that moment", "受影响用户", True),
    "sites_out_cumulative": Kpi("sites", "less", "distinct sites out by then, cause power or upstream_power", "累计断站", True),
    "sites_out": Kpi("sites", "less", "sites out at that moment (no tenant in service)", "断站", True),
    "sites_without_mains_cumulative": Kpi("sites", "neither", "distinct sites that lost mains by then", "累计停电站址", True),
    "sites_without_mains": Kpi("sites", "neither", "sites without mains at that moment", "停电站址", True),
    "sites_on_backup": Kpi("sites", "more", "sites without mains that serve, on battery or generator, at that moment", "备电支撑站址", True),
    "conversion_share_cumulative": Kpi("share", "less", "distinct sites out by then / distinct sites that lost mains by then", "断电转退服率", True),
    "conversion_share": Kpi("share", "less", "sites out / sites without mains at that moment", "断电退服比", True),
    "mains_to_out_h": Kpi("h", "more", "mean hours from the loss of mains to the outage, of outages of cause power or upstream_power at a site without mains", "断电到退服时长"),
    "out_of_service_rate": Kpi("share", "less", "stations out / stations, at that moment", "退服率", True),
    "out_of_service_time_rate": Kpi("share", "less", "sum of outage hours / (stations x horizon)", "退服时长率"),
    "broken_site_rate": Kpi("share", "less", "sites with no tenant in service / sites", "断站率", True),
    "restored_share": Kpi("share", "more", "restored stations / stations cumulatively out", "恢复率", True),
    "station_outage_h": Kpi("station_h", "less", "sum of station outage hours", "退服时长"),
    "site_outage_h": Kpi("site_h", "less", "sum of site outage hours", "断站时长"),
    "user_outage_h": Kpi("user_h", "less", "sum over outages of users losing service x hours", "用户小时"),
    "saifi": Kpi("outages_per_user", "less", "users interrupted / users", ""),
    "saidi": Kpi("h_per_user", "less", "user outage hours / users", ""),
    "caidi": Kpi("h", "less", "SAIDI / SAIFI", ""),
    "availability": Kpi("share", "more", "1 - SAIDI / horizon", "可用率"),
    "site_visits": Kpi("visits", "neither", "arrivals on site of the response, refuelling and wasted trips included", "抢修站次", True),
    "generation_visits": Kpi("visits", "neither", "visits for generation, refuelling and collection", "发电站次", True),
    "repair_visits": Kpi("visits", "neither", "visits for repair, splicing and scouting", "故障抢修站次", True),
    "mains_visits": Kpi("visits", "neither", "visits of linemen to the site's own supply", "外电抢修站次", True),
    "generator_runs": Kpi("runs", "neither", "starts of a generator that carried a site", "发电台次", True),
    "wasted_trips": Kpi("visits", "less", "visits with nothing left to do on arrival", "空跑站次", True),
    "generation_timeliness_share": Kpi("share", "more", "sites powered before the first disconnect / sites needing generation", "发电及时率"),
    "repair_timeliness_share": Kpi("share", "more", "jobs closed within their limit / jobs", "抢修及时率"),
    "core_room_outages": Kpi("outages", "less", "outages of core rooms", "核心机房中断"),
    "hub_outages": Kpi("outages", "less", "outages of hubs, aggregation and core rooms", "汇聚节点中断"),
    "township_dark_h": Kpi("h", "less", "hours a township had no service at all: longest of the townships", "乡镇全阻时长"),
    "townships_dark": Kpi("townships", "less", "townships that had no service at all at some time", "全阻乡镇"),
    "time_to_first_report_h": Kpi("h", "less", "first outage to the desk's first knowledge of it", "首报时长"),
    "mtta_h": Kpi("h", "less", "mean hours from alarm to acceptance (a crew is named)", "平均受理时长"),
    "mttr_h": Kpi("h", "less", "mean hours from alarm to the end of the outage", "平均修复时长"),
    "mttr_wait_h": Kpi("h", "less", "of an outage that a crew ended: alarm to the leaving of that crew, mean", "等待"),
    "mttr_travel_h": Kpi("h", "less", "of an outage that a crew ended: that crew driving, mean", "在途"),
    "mttr_road_h": Kpi("h", "less", "of an outage that a crew ended: that crew stuck or blocked, mean", "受阻"),
    "mttr_work_h": Kpi("h", "less", "of an outage that a crew ended: that crew at work on site, mean", "作业"),
    "mttr_other_h": Kpi("h", "less", "of an outage that a crew ended: the rest (on site before work can begin, restart), mean", "其他"),
    "mttr_crew_h": Kpi("h", "less", "of an outage that a crew ended: alarm to its end, mean (the sum of the five parts)", "抢修修复时长"),
    "ended_by_crew_share": Kpi("share", "neither", "outages ended by a crew's visit / outages that ended, of those the desk heard of", "抢修恢复占比"),
    "ended_by_mains_share": Kpi("share", "neither", "outages ended by the return of mains / outages that ended, of those the desk heard of", "来电恢复占比"),
    "vehicles": Kpi("vehicles", "neither", "distinct vehicles sent out at least once", "车辆"),
    "vehicle_turnouts": Kpi("turnouts", "neither", "journeys begun by vehicles (one a job)", "车次"),
    "people": Kpi("people", "neither", "distinct people sent out at least once, and people of teams who worked on a step", "人员"),
    "person_turnouts": Kpi("turnouts", "neither", "people times journeys, and people of teams times steps or strings of steps they were called to", "人次"),
    "equipment_sets": Kpi("sets", "neither", "distinct generators that ran or stood ready at a site", "抢修设备"),
    "loaders": Kpi("loaders", "neither", "distinct front loaders sent out", "铲车"),
    "all_terrain": Kpi("vehicles", "neither", "distinct all-terrain vehicles sent out", "全地形车"),
    "sites_without_mains_per_vehicle": Kpi("sites", "less", "sites without mains / vehicles on duty, worst moment", "停电站车比"),
    "waiting_crews_free": Kpi("crews", "neither", "crews on duty without a job, mean over the hours in which an order to power a site waits for a crew", "待派时空闲队伍", of=""),
    "waiting_crews_resting": Kpi("crews", "neither", "crews resting after their shift, mean over the same hours", "待派时休整队伍", of=""),
    "waiting_sets_unused": Kpi("sets", "neither", "portable generators in a depot or on a vehicle, mean over the same hours", "待派时闲置油机", of=""),
    "dispatch_on_time_share": Kpi("share", "more", "planned placements of generators done by their time / planned", "计划调度及时率"),
    "dispatch_late": Kpi("generators", "less", "planned placements done late", "迟到油机"),
    "dispatch_never": Kpi("generators", "less", "planned placements never done", "未到油机"),
    "dispatch_lag_h": Kpi("h", "less", "median lag behind the planned time, of those done", "调度偏差"),
    "generation_dispatch_on_time_share": Kpi("share", "more", "times without mains powered by the instant of the plan's dispatch rule / those due", "发电调度及时率"),
    "generation_dispatch_late": Kpi("times", "less", "times without mains powered after the instant of the plan's dispatch rule", "发电调度迟到"),
    "generation_dispatch_never": Kpi("times", "less", "times without mains never powered though the plan's dispatch rule was due", "发电调度未到"),
    "generation_dispatch_skipped": Kpi("times", "neither", "times without mains spared by the rule: the battery was to outlast the told restoration", "免发电"),
    "generation_dispatch_not_needed": Kpi("times", "neither", "times without mains over before the rule was due, or whose condition never held", "无需发电"),
    "generation_dispatch_lag_h": Kpi("h", "less", "median lag behind the instant of the plan's dispatch rule, of those powered", "发电调度偏差"),
    "preparation_done_share": Kpi("share", "more", "lines of the plan's preparation done in time / lines", "准备完成率"),
    "snow_water_mm": Kpi("mm", "neither", "most water equivalent fallen anywhere", "最大降水量"),
    "snow_depth_cm": Kpi("cm", "neither", "deepest snow anywhere", "最大积雪深度"),
    "service_outage_h": Kpi("h", "less", "hours a service was out: longest of the services", "业务中断时长", of="service"),
    "service_outages": Kpi("outages", "less", "outages of services", "业务中断次数", of="service"),
    "service_availability": Kpi("share", "more", "1 - hours out / horizon, of the worst service", "业务可用率", of="service"),
    "service_delay_ms": Kpi("ms", "less", "highest one-way delay of a service along its quickest path", "业务时延", of="service"),
    "service_loss_share": Kpi("share", "less", "highest share of a service's load that was lost", "业务丢包率", of="service"),
    "fault_to_alarm_h": Kpi("h", "less", "longest time from a fault in a machine room to the desk's alarm of it; unheard and unmended: to the horizon", "故障发现时长", of=""),
    "fault_to_repair_h": Kpi("h", "less", "longest time from a fault or trip in a machine room to its repair; unmended: to the horizon", "故障修复时长", of=""),
    "devices_down_peak": Kpi("devices", "less", "most devices down at one moment", "设备停机峰值", of="row"),
    "devices_tripped": Kpi("trips", "less", "times a device switched itself off, being hot", "设备过热宕机", of="row"),
    "pdu_trips": Kpi("trips", "less", "times a PDU of a rack tripped", "PDU跳闸", of="row"),
    "temperature_peak_c": Kpi("c", "less", "highest inlet temperature, hot spots included", "最高进风温度", of="row"),
    "hours_over_warn_h": Kpi("h", "less", "hours the warmest inlet of a row, hot spots included, was over its alarm limit: longest of the rows", "超告警温度时长", of="row"),
    "hours_over_major_h": Kpi("h", "less", "hours the warmest inlet of a row, hot spots included, was over its major alarm limit: longest of the rows", "超严重告警温度时长", of="row"),
    "procedure_h": Kpi("h", "less", "longest run of a procedure from start to end; unfinished: to the horizon", "处置流程时长", of="procedure"),
    "step_timeliness_share": Kpi("share", "more", "steps of procedures done by their deadline / steps with one", "步骤及时率", of="procedure"),
    "steps_late": Kpi("steps", "less", "steps of procedures not done by their deadline", "超时步骤", of="procedure"),
    "steps_rejected": Kpi("steps", "less", "times a step was refused or wrong", "驳回次数", of="procedure"),
    "response_level": Kpi("level", "neither", "highest response level raised, I the gravest", "响应等级", of=""),
    "level_lag_h": Kpi("h", "less", "longest time from a level being due to its raising", "响应启动滞后", of=""),
    "levels_missed": Kpi("levels", "less", "levels that were due and that nobody raised", "未启动响应", of=""),
    "levels_too_low": Kpi("levels", "less", "levels raised lower than the situation called for", "响应偏低", of=""),
    "report_timeliness_share": Kpi("share", "more", "reports of levels sent within the plan's time / reports due", "上报及时率", of=""),
    "teams": Kpi("teams", "neither", "teams of people who worked on a step", "参与队伍", of=""),
    "parties_engaged": Kpi("parties", "neither", "parties of people who worked on a step", "参与单位", of=""),
    "places": Kpi("places", "neither", "home places of people who worked on a step", "参与地点", of=""),
    "fibre_km": Kpi("km", "neither", "cable between devices of machine rooms", "光缆长度", of=""),
    "duct_km": Kpi("km", "neither", "of it in repaired duct", "修复管道", of=""),
    "routers_per_place": Kpi("routers", "more", "fewest routers of any place that has one", "每枢纽路由器", of=""),
}  # fmt: skip
"""The KPI catalogue: name → unit, direction, meaning. Names fixed by the contract are never renamed."""

GROUP_KEYS: Final = (
    "site_class",
    "county",
    "township",
    "role",
    "key",
    "command",
    "fixed_generator",
    "cabinet",
    "operator",
    "party",
    "urban",
    "hub",
    "downstream",
)
"""What a `where:` table may select by."""
