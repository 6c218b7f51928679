"""What the planner has: parties, crews, vehicles, generators, loaders and fuel, by depot."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from sim.errors import Refusal
from sim.language import _
from sim.procedure import Spares, Team
from sim.spec import Spec
from sim.units import Celsius, Hours, Km, Kw, Litres, PositiveHours, Share, Spread, SpreadHours

Skill = Literal["power", "transmission", "wireless", "climb", "lineman"]
Count = Annotated[int, Field(ge=0, le=100_000)]


class GeneratorKind(Spec):
    """A kind of generator. Source of sizes: parameters of the field, Assumed where no maker's sheet is public."""

    prime_kw: Kw
    fuel: Literal["petrol", "diesel"] = "petrol"
    tank_l: Litres
    idle_lph_per_kw: Annotated[float, Field(ge=0)] = 0.10
    """Willans line: litres per hour and rated kW at no load."""
    litres_per_kwh: Annotated[float, Field(ge=0)] = 0.42
    seats: Annotated[int, Field(ge=0)] = 1
    """Generator places it takes on a crew's vehicle (a trailer takes the hitch: all places)."""
    mass_kg: Annotated[float, Field(ge=0)] = 80.0
    hook_up_h: SpreadHours = Spread(median_h=20 / 60, p90_h=45 / 60)

    def fuel_lph(self, load_kw: float) -> float:
        """Litres per hour at a load. Source: Willans line, coefficients fitted to published fuel charts."""
        return self.idle_lph_per_kw * self.prime_kw + self.litres_per_kwh * load_kw


def _diesel(prime_kw: float, tank_l: float, seats: int, mass_kg: float) -> GeneratorKind:
    return GeneratorKind(
        prime_kw=prime_kw, fuel="diesel", tank_l=tank_l, idle_lph_per_kw=0.06, litres_per_kwh=0.26,
        seats=seats, mass_kg=mass_kg,
    )  # fmt: skip


GENERATOR_KINDS: Final = {
    "petrol_3kw": GeneratorKind(prime_kw=3, tank_l=15, mass_kg=45),
    "petrol_5kw": GeneratorKind(prime_kw=5, tank_l=25, mass_kg=80),
    "petrol_7kw": GeneratorKind(prime_kw=7, tank_l=28, mass_kg=110),
    "diesel_5kw": _diesel(5, 15, 1, 110),
    "diesel_8kw": _diesel(8.5, 30, 1, 170),
    "diesel_12kw": _diesel(12, 40, 1, 250),
    "trailer_30kw": _diesel(30, 120, 2, 1_200),
    "truck_50kw": _diesel(50, 250, 2, 6_000),
}
"""Kinds known by name. Source: capacities per tower-company sizing rules; tanks and masses Assumed."""


class CrewSpec(Spec):
    """What one crew (抢修队) is: people and one vehicle."""

    people: Annotated[int, Field(ge=1, le=20)] = 2
    carries: Annotated[int, Field(ge=0, le=20)] = 2
    """Generator places on the vehicle."""
    unlimited_generators: bool = False
    """A study setting: a generator that fits is always on board."""
    fuel_l: Litres = 120.0
    tyres: Literal["summer", "all_season", "snow", "chains"] = "snow"
    shift_h: PositiveHours | None = 12.0
    """Work time after which no new job is taken; None: no limit."""
    hard_stop_h: PositiveHours = 16.0
    rest_h: Hours = 8.0
    call_out_h: SpreadHours = Spread(median_h=15 / 60, p90_h=30 / 60)
    call_out_night_h: SpreadHours = Spread(median_h=30 / 60, p90_h=60 / 60)
    skills: list[Skill] = ["power"]
    work_h: SpreadHours | None = None
    """A fixed or drawn time for every visit, in place of the task times; a study setting."""


class Depot(Spec):
    """A line of the resource ledger (应急资源台账): what stands at a depot of the topology."""

    crews: Count = 0
    all_terrain: Count = 0
    """How many of the crews drive all-terrain vehicles."""
    loaders: Count = 0
    fuel_l: Litres | None = None
    """Stock for generators; None: never short."""
    party: str | None = None
    ready_h: Hours = 0.0
    """Hours after the start at which it all becomes ready."""
    specialists: dict[Skill, Count] = {}
    """Crews among them with a second skill."""
    generators: dict[str, Count] = {}

    @model_validator(mode="before")
    @classmethod
    def _generator_lines(cls, data: object) -> object:
        """`petrol_5kw: 24` on the ledger line itself is a generator count."""
        if not isinstance(data, dict):
            return data
        lines = {k: v for k, v in data.items() if k not in cls.model_fields and _looks_like_generator(k)}
        if not lines:
            return data
        rest = {k: v for k, v in data.items() if k not in lines}
        listed = rest.get("generators", {})
        if not isinstance(listed, dict):
            return rest
        rest["generators"] = {**listed, **lines}
        return rest

    @model_validator(mode="after")
    def _within(self) -> Depot:
        if self.all_terrain > self.crews:
            raise Refusal(
                _("must have all_terrain at most crews"),
                _("{count} of {most}").format(count=self.all_terrain, most=self.crews),
            )
        for skill, number in self.specialists.items():
            if number > self.crews:
                told = _("{count} of {most}").format(count=number, most=self.crews)
                raise Refusal(_("must have specialists at most crews"), f"{skill}: {told}")
        return self


def _looks_like_generator(key: object) -> bool:
    return isinstance(key, str) and key.startswith(("petrol_", "diesel_", "trailer_", "truck_", "generator_"))


class Party(Spec):
    """A contractor or branch: it serves its counties and helps others only when asked."""

    counties: list[str] = []
    """Counties it serves; none given: all."""
    helps: list[str] = []
    help_after_h: Hours = 1.0
    """From the asking to the first crew on its way."""
    crews_on_call: Share = 1.0
    """Share of its crews that can be called at once; the rest after `others_after_h` from the first call."""
    others_after_h: Hours = 6.0


class Hired(Spec):
    """Vehicles and people hired when a level says so; they report to `depot`."""

    crews: Count = 0
    loaders: Count = 0
    generators: dict[str, Count] = {}
    depot: str | None = None
    ready_h: Hours = 4.0


class MutualAid(Spec):
    """Help from another prefecture: asked at a level, comes by road after mobilising."""

    crews: Count = 0
    generators: dict[str, Count] = {}
    depot: str | None = None
    mobilise_h: Hours = 4.0
    road_km: Km = 400.0
    road_kmh: Annotated[float, Field(gt=0)] = 40.0
    from_: Annotated[str, Field(alias="from")] = ""


class Fuel(Spec):
    """Diesel in the depots before anything is done about it, and how long more of it takes to come."""

    grade_c: Celsius = -5.0
    """Limit temperature of the diesel in stock (−10# ≥ −5 °C, −20# ≥ −14 °C, −35# ≥ −29 °C)."""
    delivered_h: SpreadHours = Spread(median_h=6.0, p90_h=12.0)
    """From an order of `fill_fuel` to the tanker at a depot, each by its own luck. Assumed: a regional supplier."""


class LoaderSpec(Spec):
    """A front loader (铲车). Assumed: 3 km/h at 20–30 cm, 1 km/h in drifts above 60 cm."""

    clear_kmh: Annotated[float, Field(gt=0)] = 3.0
    drift_kmh: Annotated[float, Field(gt=0)] = 1.0
    drive_kmh: Annotated[float, Field(gt=0)] = 25.0


class Resources(Spec):
    """Everything that can be sent, by depot."""

    crew: CrewSpec = CrewSpec()
    kinds: dict[str, GeneratorKind] = {}
    """Own kinds of generator, beside the known ones."""
    depots: dict[str, Depot] = {}
    hired: Hired = Hired()
    mutual_aid: MutualAid = MutualAid()
    fuel: Fuel = Fuel()
    loader: LoaderSpec = LoaderSpec()
    teams: dict[str, Team] = {}
    """Teams that carry out procedures."""
    spares: Spares = Spares()

    def kind(self, name: str) -> GeneratorKind:
        """The kind of that name; the file's own before the known ones."""
        return self.kinds.get(name) or GENERATOR_KINDS[name]
