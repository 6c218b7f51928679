"""A topology file on paper: `generated`, `files` of one's own, `plain` bare sites, or a `facility` by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, ValidationInfo, field_validator, model_validator

from sim.errors import Refusal, listed
from sim.language import _
from sim.spec import Spec, Title
from sim.topology.facility import Facility
from sim.topology.knobs import (
    Count,
    Equipment,
    GridKnobs,
    Positive,
    RoadKnobs,
    Settlements,
    SiteKnobs,
    Some,
    Transport,
    UserKnobs,
)
from sim.units import AmpHours, Share, Watts

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-85, le=85)]


class Extent(Spec):
    """Rough extent of a county as an ellipse of the county's area; not its outline."""

    lon: Lon = Field(description="Longitude of the middle, degrees east.")
    lat: Lat = Field(description="Latitude of the middle, degrees north.")
    elongation: Annotated[float, Field(ge=1, le=5)] = Field(default=1.0, description="Length over breadth.")
    bearing_deg: float = Field(default=0.0, description="Direction of the length, degrees clockwise from north.")


class TownshipSpec(Spec):
    """A township that is known by name."""

    name: str
    name_en: str
    lon: Lon
    lat: Lat


class CountySpec(Spec):
    """A county (区县旗) as statistics know it."""

    id: Name
    code: str = Field(default="", description="Administrative code, for reference only.")
    name: str
    name_en: str
    short: str = Field(default="", description="Short name for synthetic townships; the name where empty.")
    seat: str = Field(description="Name of the county seat.")
    seat_en: str = ""
    lon: Lon = Field(description="Longitude of the seat, degrees east.")
    lat: Lat = Field(description="Latitude of the seat, degrees north.")
    population: Some = Field(description="Residents.")
    urban_share: Share = Field(description="Residents in towns and cities.")
    area_km2: Positive
    extent: Extent | None = Field(default=None, description="A circle about the seat where missing.")
    townships: Some | list[TownshipSpec] = Field(
        default=10,
        description="How many townships, the seat included; or a list of real ones beside the seat.",
    )
    town_share: Share | None = Field(default=None, description="This county's `settlements.town_share`.")
    site_weight: Positive = Field(default=1.0, description="More or fewer sites than people and area give.")


class _TopologyFile(Spec):
    format: Literal[1]
    name: Name
    title: Title = Title()
    origin: str = Field(default="", description="Where the data come from, for reports.")


class Generated(_TopologyFile):
    """A prefecture made up from public figures: places and people are real, the network is synthetic."""

    kind: Literal["generated"]
    real: str = Field(description="What in it is real.")
    synthetic: str = Field(description="What in it is made up.")
    seed: Count = 1
    crs: Literal["WGS-84"]
    counties: Annotated[list[CountySpec], Field(min_length=1)]
    prefecture_seat: str = Field(default="", description="Id of the county with the core; the first where empty.")
    settlements: Settlements = Settlements()
    sites: SiteKnobs
    equipment: Equipment = Equipment()
    grid: GridKnobs
    transport: Transport = Transport()
    roads: RoadKnobs = RoadKnobs()
    users: UserKnobs = UserKnobs()
    facility: Facility | None = Field(default=None, description="Machine rooms at its sites.")

    @field_validator("counties")
    @classmethod
    def _different(cls, counties: list[CountySpec]) -> list[CountySpec]:
        ids = [county.id for county in counties]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise Refusal(_("must have different ids"), _("twice: {names}").format(names=listed(twice)))
        return counties

    @field_validator("prefecture_seat")
    @classmethod
    def _seat_known(cls, seat: str, info: ValidationInfo) -> str:
        _known(info, [seat] if seat else [])
        return seat

    @field_validator("roads")
    @classmethod
    def _corridors_known(cls, roads: RoadKnobs, info: ValidationInfo) -> RoadKnobs:
        _known(info, [county for way in roads.expressways for county in way])
        return roads

    @field_validator("sites")
    @classmethod
    def _enough_sites(cls, sites: SiteKnobs, info: ValidationInfo) -> SiteKnobs:
        needed = 10 * len(info.data.get("counties", []))
        if sites.total < needed:
            raise Refusal(
                _("must have a total of at least 10 a county, {needed}").format(needed=needed), str(sites.total)
            )
        return sites

    @field_validator("grid")
    @classmethod
    def _enough_feeders(cls, grid: GridKnobs, info: ValidationInfo) -> GridKnobs:
        needed = 2 * len(info.data.get("counties", []))
        most = info.data["sites"].total if "sites" in info.data else grid.feeders
        if not needed <= grid.feeders <= most:
            said = _("must have feeders from 2 a county to 1 a site, {needed} to {most}")
            raise Refusal(said.format(needed=needed, most=most), str(grid.feeders))
        return grid


def _known(info: ValidationInfo, named: Sequence[str]) -> None:
    """Refuse names that are no county of the file."""
    ids = [county.id for county in info.data.get("counties", [])]
    unknown = [one for one in named if ids and one not in ids]
    if unknown:
        raise Refusal(_("must name counties of this file, {names}").format(names=listed(ids)), unknown[0])


class CsvFile(Spec):
    """A CSV file with headings or an encoding of its own."""

    file: str
    columns: dict[str, str] = Field(default={}, description="Column of ours: heading in the file.")
    encoding: Literal["utf-8", "gb18030"] = "utf-8"


Csv = str | CsvFile


class RoadFiles(Spec):
    """The two tables of a road graph."""

    nodes: Csv
    edges: Csv


class Files(_TopologyFile):
    """One's own inventory in CSV files beside this file; only `sites` must be there."""

    kind: Literal["files"]
    convert_from_gcj02: bool = False
    crs: str = Field(description="WGS-84; GCJ-02 only with convert_from_gcj02: true.")
    guesses: tuple[str, ...] = Field(
        default=(), description="What was guessed before these files were written, a line each."
    )
    sites: Csv
    counties: Csv | None = None
    townships: Csv | None = None
    feeders: Csv | None = None
    roads: RoadFiles | None = None
    stations: Csv | None = None
    links: Csv | None = None
    depots: Csv | None = None
    facility: Facility | None = Field(default=None, description="Machine rooms at its sites.")

    @field_validator("crs")
    @classmethod
    def _datum(cls, crs: str, info: ValidationInfo) -> str:
        convert = info.data.get("convert_from_gcj02", False)
        if crs == "GCJ-02" and not convert:
            said = _(
                "must be WGS-84, or have `convert_from_gcj02: true` beside it to be converted by an "
                "unofficial formula, good to a few metres"
            )
            raise Refusal(said, crs)
        if crs not in ("WGS-84", "GCJ-02"):
            raise Refusal(_("must be WGS-84 or GCJ-02; convert the coordinates first"), crs)
        if crs == "WGS-84" and convert:
            raise Refusal(_("must be GCJ-02 where convert_from_gcj02 is true"), crs)
        return crs


class ClassShares(Spec):
    """Shares of the four site classes; they add up to 1."""

    A: Share = 0.1
    B: Share = 0.2
    C: Share = 0.3
    D: Share = 0.4

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self.A + self.B + self.C + self.D
        if abs(total - 1) > 1e-6:
            raise Refusal(_("must add up to 1"), f"{total:g}")
        return self


class Plain(_TopologyFile):
    """Bare sites for queueing studies: one county, one depot, no roads, no links, one station a site."""

    kind: Literal["plain"]
    seed: Count = 1
    sites: Annotated[int, Field(ge=1, le=10_000_000)]
    sites_per_feeder: Some = Field(default=40, description="Site i is on feeder min(i // this, feeders - 1).")
    class_shares: ClassShares = ClassShares()
    users_per_station: Annotated[float, Field(ge=0)] = Field(default=340.0, description="§6.")
    load_4g_w: Watts = Field(default=1300.0, description="One operator (§1.2).")
    load_transmission_w: Watts = Field(default=250.0, description="§1.2.")
    battery_ah: AmpHours = Field(default=500.0, description="§1.3.")


class Place(Spec):
    """A place with machine rooms or people."""

    name: str = ""
    name_en: str = ""
    lon: Lon
    lat: Lat


class Rooms(_TopologyFile):
    """Machine rooms and the places they stand at, without a network around them."""

    kind: Literal["facility"]
    crs: Literal["WGS-84"] = "WGS-84"
    places: Annotated[dict[Name, Place], Field(min_length=1)]
    facility: Facility


TopologySpec = Annotated[Generated | Files | Plain | Rooms, Field(discriminator="kind")]


def topology_schema() -> dict[str, Any]:
    """JSON Schema of a topology file, all four kinds."""
    schema = TypeAdapter(TopologySpec).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Topology file", **schema}
