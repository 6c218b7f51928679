"""How the network, the desk, the roads and the power company behave: judgement with units, all of it settable."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.errors import Refusal
from sim.language import _
from sim.spec import RISING, Spec
from sim.units import Celsius, Hours, Kmh, MomentField, PositiveHours, Share, Spread, SpreadHours

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
ClockHour = Annotated[float, Field(ge=0, le=24)]


class Beta(Spec):
    """A Beta distribution."""

    a: Positive
    b: Positive


class Triangle(Spec):
    """A triangular distribution of a share."""

    low: Share
    mode: Share
    high: Share

    @model_validator(mode="after")
    def _in_order(self) -> Triangle:
        if not self.low <= self.mode <= self.high:
            raise Refusal(_("must have low <= mode <= high"), f"{self.low:g}, {self.mode:g}, {self.high:g}")
        return self


class SiteSettings(Spec):
    """Power plant of the sites. Assumed where the inventory says nothing; see the parameters' page."""

    endurance_h: SpreadHours | None = None
    """Drawn hours from mains failure to first disconnect for every site, in place of the battery model."""
    soh: Beta = Beta(a=8, b=2)
    """State of health where it was not measured."""
    dead_strings: Share = 0.05
    """Share of sites whose battery holds a tenth of what it should."""
    s1: Triangle = Triangle(low=0.15, mode=0.25, high=0.40)
    """Charge at which a lead-acid battery reaches the first disconnect."""
    s1_lfp: Triangle = Triangle(low=0.20, mode=0.30, high=0.40)
    warmer_outdoor_c: float = 8.0
    """Battery above ambient in an outdoor cabinet, K."""
    warmer_room_c: float = 12.0
    quilt_c: float = 4.0
    """What a quilt (棉被) adds, K."""
    lag_outdoor_h: Positive = 6.0
    lag_room_h: Positive = 12.0
    night_load: Share = 0.75
    """Radio load as a share of the busy load of the inventory while the drill runs."""
    reconnect_h: Hours = 3 / 60
    """From power back to radio on: voltage must rise, then stations restart."""
    equipment_failures_per_year: NotNegative = 0.0
    """Spontaneous failures of a site's radio equipment (background), per site and year."""
    rectifier_failures_per_year: NotNegative = 0.0


class GeneratorSettings(Spec):
    """How generators behave. Assumed, after demand and running failure rates of maintained sets."""

    start_failure: Share = 0.01
    start_failure_minus10c: Share = 0.08
    start_failure_minus20c: Share = 0.20
    second_attempt_h: Hours = 0.35
    """Warming up before the second attempt, which fails half as often."""
    failures_per_h: NotNegative = 6.6e-4
    """While running; Source: Marqusee & Jenket 2020, Applied Energy 268, 114918 (well maintained)."""
    poorly_maintained: Share = 0.1
    """Share of sets that were not looked after. Assumed: no inspection record is public."""
    poor_failure_factor: NotNegative = 21.8
    """They fail so many times as often while running; same source, 1.44e-2 an hour."""
    gelling_share: Share = 0.5
    """Chance to stop within two hours once the air is colder than the diesel's grade."""
    fixed_grade_c: Celsius = -29.0
    """Limit temperature of the diesel in fixed generators. Assumed: −35#."""
    altitude_m: Annotated[float, Field(ge=0, le=6000)] = 0.0
    """Height of the country: 1 % less power for each 100 m above 500 m."""
    fixed_start_h: Hours = 1 / 60
    fixed_tank_h: PositiveHours = 24.0
    """Hours of fuel in a fixed generator's tank at full load."""
    caretaker_h: SpreadHours = Spread(median_h=0.5, p90_h=1.5)
    """From mains failure to a placed generator started by the caretaker."""
    refuel_work_h: SpreadHours = Spread(median_h=10 / 60, p90_h=20 / 60)
    collect_work_h: SpreadHours = Spread(median_h=15 / 60, p90_h=30 / 60)


class RepairTimes(Spec):
    """Work on site without travel, median/P90. Assumed, after repair practice."""

    rectifier_h: SpreadHours = Spread(median_h=0.5, p90_h=1.0)
    radio_h: SpreadHours = Spread(median_h=2.0, p90_h=4.0)
    transmission_h: SpreadHours = Spread(median_h=0.75, p90_h=1.5)
    battery_h: SpreadHours = Spread(median_h=1.5, p90_h=3.0)
    mains_h: SpreadHours = Spread(median_h=2.0, p90_h=4.0)
    scout_h: SpreadHours = Spread(median_h=0.25, p90_h=0.5)
    fibre_h: SpreadHours = Spread(median_h=3.0, p90_h=6.0)
    inspect_h: SpreadHours = Spread(median_h=0.5, p90_h=1.0)
    quilt_h: SpreadHours = Spread(median_h=0.25, p90_h=0.5)
    place_h: SpreadHours = Spread(median_h=0.25, p90_h=0.5)
    climb_gust_at_most_mps: Positive = 10.8
    """No climbing in more wind (force 6)."""
    daylight: Annotated[tuple[ClockHour, ClockHour], RISING] = (6.5, 17.0)
    """Local hours between which climbing work may begin."""


class Told(Spec):
    """What the power company lets the desk know, and when."""

    lines_out_after_h: Hours = 40 / 60
    restore_time_after_h: Hours = 3.0
    restore_time_error: Share = 0.5
    """Standard deviation of the told remaining time, as a share of it (lognormal)."""


class Requests(Spec):
    """请供电公司优先复电: feeders the desk may ask for first."""

    feeders: Annotated[int, Field(ge=0)] = 0
    every_h: PositiveHours = 6.0
    order: list[Literal["core_room", "hub", "command", "key_site", "most_users"]] = [
        "core_room",
        "hub",
        "command",
    ]


class Grid(Spec):
    """Restoration of feeders: switching, then slots of one event-level process.

    Source of the form: Ahmad & Dobson, Typical models of the distribution system restoration process, arXiv
    2603.16841; the numbers are Assumed.
    """

    switching: Share = 0.45
    switching_h: SpreadHours = Spread(median_h=1.5, p90_h=5.0)
    single_repair_h: SpreadHours = Spread(median_h=10.0, p90_h=30.0)
    """A feeder that an inject fails and does not mend, where switching is no help: broken conductor or pole in snow."""
    first_shape: Annotated[int, Field(ge=1, le=100)] = 2
    first_scale_h: Positive = 1.5
    """First slot: Gamma(shape, scale), the sum of `first_shape` exponential times, hours after the hour in which most
    feeders failed."""
    total_h: SpreadHours = Spread(median_h=48.0, p90_h=96.0)
    total_between_h: tuple[Positive, Positive] = (24.0, 120.0)
    progress: Beta = Beta(a=0.9, b=1.3)

    @model_validator(mode="after")
    def _in_order(self) -> Grid:
        low_h, high_h = self.total_between_h
        if low_h > high_h:
            raise Refusal(_("must have total_between_h from the shorter to the longer"), f"{low_h:g}, {high_h:g}")
        return self

    told: Told = Told()
    requests: Requests = Requests()


class Clearing(Spec):
    """Public snow clearing: a timetable by road class. None: never."""

    expressway: MomentField | None = None
    national: MomentField | None = None
    county: MomentField | None = None
    village: MomentField | None = None


class Expressways(Spec):
    """Closed to the public in the storm; crews and loaders of a party that has a permit pass. Permits: Assumed."""

    closed: MomentField | None = None
    reopened: MomentField | None = None
    """Open to everybody again; None: not before the end."""
    permit_h: SpreadHours = Spread(median_h=40 / 60, p90_h=60 / 60)
    """From a party's asking, when the expressways are closed (or its first crew is ready), to its permit."""


class RoadSettings(Spec):
    """Speeds on snow. Source of the freeway figures: FHWA Road Weather; the others Assumed."""

    travel_h: SpreadHours | None = None
    """Drawn travel time for every journey, in place of the road graph: a study setting."""
    public_ploughs: Clearing = Clearing()
    expressways: Expressways = Expressways()
    drift_share: Share = 0.3
    """Share of road edges and tracks on which wind piles the snow up."""
    drift_factor: Annotated[tuple[Positive, Positive], RISING] = (1.5, 3.0)
    """Depth of a full drift over that of the open snow."""
    drift_gust_mps: Positive = 10.0
    """Drifts grow in the hours with such gusts, and stay afterwards."""
    redrift_half_life_h: PositiveHours = 6.0
    """Windy hours in which half of a drift builds up, on a fresh road and on a swept one."""
    stuck_per_10km: Annotated[tuple[Share, Share], RISING] = (0.02, 0.10)
    """Chance to get stuck at 10–20 cm and at 20–30 cm."""
    stuck_h: SpreadHours = Spread(median_h=40 / 60, p90_h=120 / 60)
    all_terrain_kmh: Kmh = 15.0
    all_terrain_depth_cm: Positive = 60.0
    carry_kg_per_person: Positive = 25.0
    """On foot: 4 people a 100 kg. What weighs more than the crew can carry goes only where wheels go."""


class DeskSettings(Spec):
    """What the desk hears, and how late."""

    alarm_h: Hours = 2 / 60
    operator_list_every_h: PositiveHours = 2.0
    """Operators' lists of stations out: the only word of a silent site."""
    operator_list_after_h: Hours = 0.5
    wireless_hears_km: Positive = 8.0
    """A wireless monitor is heard while a powered site within this distance serves."""
    max_travel_h: PositiveHours = 12.0
    """No order for a journey expected to take longer."""
    recall: bool = True
    """A crew on its way is called off when its job is no longer needed; it turns to the desk at the next junction."""
    own_county_first: bool = True
    """A crew takes jobs of its own depot's county before others of its party (分片包干)."""
    knows_endurance: bool = False
    """The desk knows each site's drawn endurance; a study setting."""
    assumed_soh: Share = 0.8
    """State of health by which the desk computes battery deadlines."""
