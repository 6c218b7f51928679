"""Machine rooms (机房) on paper: electricity, racks, devices, cooling, links between devices, services.

Small and named, so it is kept as it is written; what hangs on what is checked in `facility_checks`. A facility
stands at sites of its topology: a hub's machine room is the hub.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from sim.errors import Refusal
from sim.language import _
from sim.spec import Spec
from sim.units import Celsius, Km, Kw, PositiveHours, Share, Spread, SpreadHours, Watts

Id = Annotated[str, Field(pattern=r"^[A-Za-z][\w.-]*$", max_length=60)]
Positive = Annotated[float, Field(gt=0)]
PositiveKw = Annotated[Kw, Field(gt=0)]

NodeKind = Literal["mains", "generator", "ats", "sts", "ups", "board", "pdu"]
DeviceKind = Literal["server", "switch", "router", "storage", "other"]
SOURCES: Final = ("mains", "generator")
SWITCHES: Final = ("ats", "sts")


class Heat(Spec):
    """A row's air as one lump: C·dT/dt = P − Q − UA·(T − T_outside). Source: Khankari 2011, ASHRAE Trans. 117(1)."""

    kj_per_k: Positive = 65.0
    """Heat capacity a rack, kJ/K. Derived from published trip times; range 40–150."""
    w_per_k: Positive = 20.0
    """Conductance to the outside of the row, W/K a rack. Assumed."""
    outside_c: Celsius = 24.0
    """Temperature outside the row (the building). Assumed."""
    setpoint_c: Celsius = 24.0
    """Inlet temperature that cooling holds while it can."""
    warn_c: Celsius = 27.0
    """Alarm: end of the recommended range. Source: ASHRAE TC 9.9, GB 50174-2017."""
    major_c: Celsius = 32.0
    """Major alarm: end of the allowable range of class A1."""
    hot_spot_c: Annotated[float, Field(ge=0)] = 4.0
    """What racks near a stopped cooler are warmer than the row, K. Assumed."""
    fan_ramp_h: Annotated[SpreadHours, Field(validate_default=True)] = Spread(2 / 60, 8 / 60)
    """Until the other coolers of the row have taken over and the hot spot stands. Assumed 2–8 min."""

    @model_validator(mode="after")
    def _rising(self) -> Heat:
        if not self.setpoint_c < self.warn_c < self.major_c:
            told = f"{self.setpoint_c:g}, {self.warn_c:g}, {self.major_c:g}"
            raise Refusal(_("must have setpoint_c < warn_c < major_c"), told)
        return self


class Row(Spec):
    """A row of racks, or a whole room: one body of air."""

    site: str = Field(description="The site it stands at.")
    name: str = ""
    name_en: str = ""
    heat: Heat = Heat()


class PowerNode(Spec):
    """A node of the supply: it is live when one of what feeds it is (in order of preference)."""

    kind: NodeKind
    site: str = ""
    """`mains`: the site whose mains it is; without one, a supply of its own."""
    feeds: list[Id] = []
    """What feeds it, preferred first; one for a UPS, a board or a PDU."""
    rated_kw: PositiveKw | None = None
    trip_share: Annotated[float, Field(gt=0, le=2)] = 0.8
    """Share of the rating that its breaker carries for ever: the 80 % rule."""
    trip_lag_h: PositiveHours = 2 / 60
    """Thermal time constant of the breaker. Assumed 2 min (form: IEC 60255-149)."""
    battery_h: PositiveHours = 0.25
    """`ups`: hours at rated load. Source: at least 10 min in a data centre, else 15 (GB 51194)."""
    recharge_h: PositiveHours = 4.0
    """`ups`: empty to full. Assumed."""
    efficiency: Annotated[float, Field(gt=0.5, le=1)] = 0.95
    """`ups`: share of what goes in that comes out. Assumed."""
    start_h: SpreadHours = Spread(30 / 3600, 60 / 3600)
    """`generator`: call to load. Source: 15–60 s."""
    fails: Share | None = None
    """Failure on demand: an STS or UPS 0.2 %, a generator 1 %. Assumed."""
    transfer_h: PositiveHours = 5 / 3600
    """`ats`: break before make. Assumed 5 s; an STS takes 4–8 ms, which every power supply rides through."""

    @model_validator(mode="after")
    def _shape(self) -> PowerNode:
        if self.kind in SOURCES and self.feeds:
            raise ValueError(_("must not have feeds: a {kind} is a source").format(kind=self.kind))
        if self.kind in SWITCHES and len(self.feeds) < 2:
            raise Refusal(_("must have at least two feeds to switch between"), str(len(self.feeds)))
        if self.kind in ("ups", "board", "pdu") and len(self.feeds) != 1:
            raise Refusal(_("must have one feed"), str(len(self.feeds)))
        if self.kind == "ups" and self.rated_kw is None:
            raise ValueError(_("must have rated_kw: the battery is told in minutes at that load"))
        return self

    @property
    def fails_share(self) -> float:
        """Chance to fail on demand, by kind where not given."""
        if self.fails is not None:
            return self.fails
        return {"sts": 0.002, "ups": 0.002, "generator": 0.01}.get(self.kind, 0.0)

    @property
    def limit_kw(self) -> float:
        """Load that its breaker carries for ever; infinite where it has no rating."""
        return float("inf") if self.rated_kw is None else self.rated_kw * self.trip_share


class Rack(Spec):
    """A cabinet in a row. Its PDUs are nodes `RACK.A`, `RACK.B` …, one for each feed named here."""

    row: Id
    feeds: dict[Annotated[str, Field(pattern=r"^[A-Z]$")], Id]
    pdu_kw: PositiveKw = 7.4
    """Rating of each PDU (32 A at 230 V)."""
    pdu_trip_share: Annotated[float, Field(gt=0, le=2)] = 0.8
    pdu_trip_lag_h: PositiveHours = 2 / 60


class Device(Spec):
    """A device with one or two power supplies; it runs while any of them is live and it is not too hot."""

    rack: Id
    kind: DeviceKind = "server"
    load_w: Watts
    supplies: Annotated[list[str], Field(min_length=1, max_length=4)] = ["A", "B"]
    """PDUs of its rack by letter, or nodes of the supply by id (an STS, for one)."""
    count: Annotated[int, Field(ge=1, le=500)] = 1
    """More than one become `ID-1`, `ID-2`, …"""
    latency_ms: Annotated[float, Field(ge=0)] = 0.0
    """What a packet takes through it."""
    boot_h: SpreadHours = Spread(5 / 60, 12 / 60)
    """Power back to service. Assumed."""


class Cooler(Spec):
    """A cooling unit (列间空调). It holds the set point while its row's heat is within what all can carry."""

    row: Id
    capacity_kw: Kw
    fed_by: Id
    near: list[Id] = []
    """Racks that get a hot spot when it stops."""
    draws_kw: Kw = 0.0
    """Electricity it takes."""
    restart_h: SpreadHours = Spread(1 / 60, 3 / 60)
    """Power back to cooling. Assumed."""


class FacilityLink(Spec):
    """A cable between two devices."""

    a: Id
    b: Id
    length_km: Km = 0.0
    duct_km: Km = 0.0
    """How much of it lies in repaired duct; for the record only."""
    capacity_gbps: Positive | None = None


class Service(Spec):
    """What users get, as a function of devices, links and other services."""

    name: str = ""
    name_en: str = ""
    users: Annotated[float, Field(ge=0)] = 0.0
    needs: Any = Field(description="An id; or all_of, any_of, {at_least, of}, {path: [device, device]}.")
    carries: list[str] = []
    """Sites whose transmission it is: while it is out, they pass nothing on."""
    demand_gbps: Positive | None = None
    """Offered load along its paths; what the links cannot carry is lost."""


class Band(Spec):
    """A triangular distribution of a temperature, °C."""

    low: Celsius
    mode: Celsius
    high: Celsius

    @model_validator(mode="after")
    def _ordered(self) -> Band:
        if not self.low <= self.mode <= self.high:
            raise Refusal(_("must have low <= mode <= high"), f"{self.low:g}, {self.mode:g}, {self.high:g}")
        return self


class Temperatures(Spec):
    """Inlet temperatures at which devices give in. Assumed, after makers' manuals."""

    server_throttle_c: Band = Band(low=35, mode=36.5, high=38)
    server_trip_c: Band = Band(low=40, mode=42, high=47)
    switch_trip_c: Band = Band(low=55, mode=60, high=65)
    throttled_load: Share = 0.7
    """Load of a throttled device as a share of its own. Assumed."""
    restart_below_c: Celsius = 30.0
    """A tripped device starts again below this. Assumed."""


class Facility(Spec):
    """All machine rooms of a topology."""

    rows: dict[Id, Row] = {}
    power: dict[Id, PowerNode] = {}
    racks: dict[Id, Rack] = {}
    devices: dict[Id, Device] = {}
    coolers: dict[Id, Cooler] = {}
    links: dict[Id, FacilityLink] = {}
    services: dict[Id, Service] = {}
    temperatures: Temperatures = Temperatures()
    alarms_by: Id | None = None
    """The service by which alarms reach the desk; while it is out, a round finds what is wrong."""
    round_h: PositiveHours = 2.0
    """Hours between rounds on foot. Assumed."""
