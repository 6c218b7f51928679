"""What was promised: preparation, response levels, dispatch rules, order of restoration, targets."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from sim.errors import Refusal, listed, shown
from sim.language import _
from sim.procedure import Procedure
from sim.spec import RISING, SINGLES, SiteClass, Spec, Text, Where
from sim.units import (
    Hours,
    Litres,
    MomentField,
    PositiveHours,
    Share,
    Spread,
    SpreadHours,
    parse_hours,
    parse_moment,
    parse_share,
)
from sim.vocabulary import KPIS, LEVELS

PlaceOrder = Literal["core_room", "hub", "command", "key_site", "township_last_station", "most_users"]
StateKey = Literal[
    "stations_out", "sites_out", "sites_without_mains", "counties_hit", "jobs_waiting", "crews_free",
    "core_rooms_out", "hubs_out", "townships_dark", "services_out", "devices_out", "devices_on_one_feed", "pdus_out",
    "coolers_out", "rows_warm", "rows_hot", "links_out",
]  # fmt: skip
"""Counts that a condition may watch. Those of outages are as the desk knows them."""


class Bound(Spec):
    """A bound on a count; a plain number in a file means `at_least`."""

    at_least: Annotated[float | None, Field(ge=0, strict=True)] = None
    at_most: Annotated[float | None, Field(ge=0, strict=True)] = None


def _bounds(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: ({"at_most": 0} if v == 0 else {"at_least": v})
            if isinstance(v, int | float) and not isinstance(v, bool)
            else v
            for key, v in value.items()
        }
    return value


class Measure(Spec):
    """One line of the plan's preparation; every site or depot it names is done by a crew, and checked."""

    do: Literal["inspect", "place_generators", "quilts", "fill_fuel", "move_crews"]
    where: Where = Where()
    by: MomentField
    at_most: Annotated[int | None, Field(ge=0)] = None
    """No more sites than this, most users first."""
    grade_c: float | None = None
    """`fill_fuel`: the diesel delivered to the depots stays liquid down to this temperature, °C."""
    litres: Litres | None = None
    """`fill_fuel`: so much for every depot; without it, what is missing to the ledger's `fuel_l`."""
    crews: Annotated[int, Field(ge=0)] = 0
    from_depot: Annotated[str | None, Field(alias="from")] = None
    to_depot: Annotated[str | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _complete(self) -> Measure:
        if self.do == "move_crews" and (self.from_depot is None or self.to_depot is None or not self.crews):
            raise ValueError(_("move_crews must have from, to and crews"))
        if self.do == "fill_fuel" and self.grade_c is None:
            raise ValueError(_("fill_fuel must have grade_c"))
        return self


class Level(Spec):
    """A response level (响应等级): raised by the desk, from what it knows, once its trigger holds."""

    level: Literal["I", "II", "III", "IV"]
    when: dict[StateKey, Bound] = {}
    """All of these must hold."""
    when_any: dict[StateKey, Bound] = {}
    """Any of these is enough."""
    warning: Literal["blue", "yellow", "orange", "red"] | None = None
    """A weather warning of this colour or worse is enough."""
    decide_h: SpreadHours = Spread(0.5, 0.5)
    """From the moment its trigger holds until somebody raises it."""
    missed: Share = 0.0
    """Chance that nobody raises it, unless a step of a procedure does."""
    too_low: Share = 0.0
    """Chance that the next lower level is raised first, and this one only after as long again."""
    lead: str = ""
    """Who leads: a party or a team."""
    report_h: Hours | None = None
    """Deadline of the report to the level above, from the raising."""
    report_takes_h: SpreadHours = Spread(20 / 60, 50 / 60)
    """Until the report is sent, where no step of a procedure sends it. Assumed."""
    do: list[Literal["call_contractors", "ask_mutual_aid", "hire"]] = []

    @model_validator(mode="after")
    def _can_be_raised(self) -> Level:
        if not (self.when or self.when_any or self.warning):
            raise ValueError(
                _("must have when, when_any or warning with something in it, such as when: {sites_out: 3}")
            )
        return self

    _numbers = field_validator("when", "when_any", mode="before")(_bounds)


class Rove(Spec):
    """Roving generation (巡回发电): the crew stays while the battery charges, then takes the generator on."""

    charge_h: PositiveHours = 2.5


class DispatchRule(Spec):
    """What sites of a class are owed when the mains fail."""

    site_class: Annotated[SiteClass, Field(alias="class")]
    power_before: Literal["first_disconnect"] | None = None
    """The order's deadline is the battery's; without this or `power_within_h` the order has none."""
    power_within_h: PositiveHours | None = None
    skip_if: Literal["battery_outlasts_told_restore"] | None = None
    """免发电: no generator where the battery is expected to last until the told restoration."""
    only_if: Literal["township_dark"] | None = None
    """An order only once no station of the township serves."""
    rove: Rove | None = None


class GeneratorRules(Spec):
    """How generators at sites are kept."""

    watched_by: Literal["crew", "caretaker", "nobody"] = "caretaker"
    """`crew`: the crew stays until the mains are back. `caretaker`: somebody of the place."""
    collect: Literal["mains_back", "never"] = "mains_back"
    refuel_after_h: PositiveHours | None = None
    """A fixed interval from start or filling to the next refuel order; without it, from the tank."""
    refuel_reserve_h: Hours = 2.0
    """A refuel order is opened this long before the tank would be empty."""


def _known_kpi(kpi: str) -> str:
    if kpi not in KPIS:
        from difflib import get_close_matches

        near = get_close_matches(kpi, KPIS, 1)
        raise ValueError(
            _("must be a KPI of the catalogue, did you mean '{near}'?").format(near=near[0])
            if near
            else _("must be a KPI of the catalogue")
        )
    return kpi


def _bound_of_kpi(value: object, info: ValidationInfo) -> object:
    """A bound in the unit of its KPI: a share, a duration, or a number that is not negative."""
    kpi = info.data.get("kpi")
    if value is None:
        return value
    if kpi not in KPIS:
        return 0.0  # the KPI is refused, and without one no bound can be judged
    unit = KPIS[kpi].unit
    if unit == "share":
        return parse_share(value)
    if unit == "h":
        return parse_hours(value)
    if unit == "level" and value in LEVELS:
        return float(LEVELS.index(str(value)) + 1)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Refusal(_("must be a number of {unit}, at least 0").format(unit=unit), repr(value))
    return float(value)


def _fits(kpi: str, of: Where) -> None:
    """What a target singles out must be what its KPI is about."""
    about, given = KPIS[kpi].of, [name for name in SINGLES if getattr(of, name) is not None]
    given += ["sites"] if of.means_sites else []
    if [name for name in given if name != about]:
        said = {
            "": _("of must select nothing, what {kpi} is a figure of"),
            "sites": _("of must select sites, what {kpi} is a figure of"),
        }.get(about, _("of must select one {sort}, what {kpi} is a figure of"))
        raise Refusal(said.format(kpi=kpi, sort=about), listed(given))


class Target(Spec):
    """A promise that can be measured."""

    id: str
    say: Text = ""
    kpi: str
    of: Where | None = None
    """The group it is promised for; without it, the whole network."""
    at: MomentField | None = None
    since: Literal["start", "onset", "first_outage"] = "start"
    """What a relative `at` counts from."""
    at_most: float | None = None
    at_least: float | None = None

    _known = field_validator("kpi")(_known_kpi)
    _bounds_fit = field_validator("at_most", "at_least", mode="before")(_bound_of_kpi)

    @model_validator(mode="after")
    def _one_bound(self) -> Target:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError(_("must have either at_most or at_least"))
        if KPIS[self.kpi].timed and self.at is None:
            raise ValueError(_("must have at: {kpi} is a figure of one moment").format(kpi=self.kpi))
        if self.of is not None:
            _fits(self.kpi, self.of)
        return self


class Plan(Spec):
    """The drill plan (预案)."""

    before: list[Measure] = []
    levels: list[Level] = []
    order: list[PlaceOrder] = [
        "core_room",
        "hub",
        "command",
        "key_site",
        "township_last_station",
        "most_users",
    ]
    """Order of restoration (抢通顺序)."""
    dispatch: list[DispatchRule] = []
    generator: GeneratorRules = GeneratorRules()
    procedures: dict[str, Procedure] = {}
    """Procedures (处置流程) by name: steps, people, deadlines."""
    targets: list[Target] = []
    vehicle_bands: Annotated[list[Annotated[float, Field(gt=0)]], RISING] = [2, 5, 10]
    """Bounds of the bands for sites without mains per available vehicle."""
    repair_limit_h: dict[Literal["urban", "rural", "hub"], PositiveHours] = {"urban": 4, "rural": 8, "hub": 2}
    """Limits of repair timeliness. Assumed: city 2-4 h, rural 4-8 h, hub 2 h."""

    @field_validator("dispatch")
    @classmethod
    def _classes_once(cls, rules: list[DispatchRule]) -> list[DispatchRule]:
        classes = [rule.site_class for rule in rules]
        if len(set(classes)) < len(classes):
            raise Refusal(_("must have one rule a class"), listed(classes))
        return rules

    @field_validator("targets")
    @classmethod
    def _ids_once(cls, targets: list[Target]) -> list[Target]:
        seen: set[str] = set()
        for target in targets:
            if target.id in seen:
                raise Refusal(_("must have each id once"), _("{name} twice").format(name=shown(target.id)))
            seen.add(target.id)
        return targets

    def rule(self, site_class: str) -> DispatchRule | None:
        """The dispatch rule of a class, None where the plan has none (then every site gets an order)."""
        return next((rule for rule in self.dispatch if rule.site_class == site_class), None)


class RecordRow(Spec):
    """One recorded figure, never read by the model."""

    kpi: str
    value: float | str
    at: MomentField | Literal["unstated"] | None = None
    readings: list[MomentField] = []
    """For an unstated instant: the moments at which the simulated figure is shown beside it."""
    reading: Text = ""
    role: Literal["output", "input"] = "output"

    _known = field_validator("kpi")(_known_kpi)


class RecordSeries(Spec):
    """A recorded figure over time, never read by the model: a CSV file of one's own daily reports (日报)."""

    kpi: str
    file: str = ""
    """The table, relative to the scenario; without it, `points`."""
    time: str = "time"
    """Column of the times: date and time, or hours since the start."""
    value: str = "value"
    """Column of the figures, in the unit of the KPI; shares may be in per cent."""
    points: list[tuple[MomentField, float]] = []
    """Times and figures; read from the file, where there is one."""

    _known = field_validator("kpi")(_known_kpi)

    @model_validator(mode="after")
    def _complete(self) -> RecordSeries:
        if not KPIS[self.kpi].timed:
            raise Refusal(_("must be of a figure of one moment, such as stations_out"), f"{self.kpi}")
        if not self.file and not self.points:
            raise ValueError(_("must have file or points"))
        return self


class Record(Spec):
    """What really happened, with its source."""

    source: Text = ""
    rows: list[RecordRow] = []
    series: list[RecordSeries] = []


class Assumption(Spec):
    """A parameter that is judgement: where it stands, its range, why, and what it was tuned to."""

    set: str
    range: list[float | str] | None = None
    value: float | str | None = None
    why: Text
    tuned_to: Text = ""

    @field_validator("range")
    @classmethod
    def _from_to(cls, given: list[float | str] | None) -> list[float | str] | None:
        if given is None or len(given) != 2:
            return given  # a choice of values
        low, high = map(_comparable, given)
        if low is not None and high is not None and low > high:
            raise Refusal(_("must go from the lower to the higher"), f"{given[0]}, {given[1]}")
        return given


def _comparable(value: float | str) -> float | None:
    """A number, share, duration or moment as a number; None for other text."""
    if not isinstance(value, str):
        return value
    for parse in (parse_share, parse_hours, lambda text: parse_moment(text).to_h(datetime(2000, 1, 1))):
        with suppress(ValueError, OverflowError):
            return parse(value)
    return None
