"""The knobs of a generated network, by chapter. Each has a default, sourced or assumed.

Sources in short: "§n" is the project's parameter page, whose figures go back to standards, bulletins and
measurements named there; "Assumed" is judgement.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.errors import Refusal
from sim.language import _
from sim.spec import Spec
from sim.units import AmpHours, Km, Kw, Share, Watts

Count = Annotated[int, Field(ge=0)]
Some = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]


def _range(low: float, high: float, name: str) -> None:
    if low > high:
        raise Refusal(_("{name} must be [low, high]").format(name=name), f"[{low:g}, {high:g}]")


class Settlements(Spec):
    """Where people live: county seats, town centres of townships, villages."""

    town_share: Share = Field(
        default=0.30, description="Urban people who live in town centres outside the county seat. Assumed."
    )
    city_density_per_km2: Positive = Field(
        default=4500.0, description="People per km² of a county seat; sets its radius. Assumed."
    )
    town_radius_km: Km = Field(default=0.9, description="Radius of a town centre. Assumed.")
    village_spacing_km: Positive = Field(
        default=10.0, description="About one village road node per square of this side. Assumed."
    )


class SiteKnobs(Spec):
    """How many sites, where they stand and who is on them."""

    total: Some = Field(description="Tower sites (站址) in all.")
    urban_share: Share = Field(
        default=0.40, description="Sites in county seats and town centres; fits 1.68 tenants a site (§12)."
    )
    rural_area_weight: Share = Field(
        default=0.35,
        description="Rural sites are shared out between counties by people; this part by area. Assumed.",
    )
    roadside_share: Share = Field(
        default=0.25, description="Rural sites that cover a road rather than a village. Assumed."
    )
    village_radius_km: Km = Field(default=5.0, description="Rural sites lie within this of a village. Assumed.")
    tenants_urban: tuple[Share, Share, Share] = Field(
        default=(0.25, 0.40, 0.35), description="Urban sites with one, two, three operators: mean 2.1 (§12)."
    )
    tenants_rural: tuple[Share, Share, Share] = Field(
        default=(0.66, 0.28, 0.06), description="Rural sites with one, two, three operators: mean 1.4 (§12)."
    )
    operator_weights: tuple[Positive, Positive, Positive] = Field(
        default=(2.0, 1.0, 1.0),
        description="Pull of mobile, unicom, telecom on a site's next tenancy. Assumed.",
    )
    class_a_share: Share = Field(
        default=0.03, description="Sites of class A: core, aggregation, command, key. Assumed, 2-4 %."
    )
    class_b_share: Share = Field(
        default=0.12, description="Sites of class B: ring hubs, OLT, town seats. Assumed, about 12 %."
    )
    class_d_urban: Share = Field(default=0.35, description="Urban infill and roof sites, class D. Assumed.")
    class_d_rural: Share = Field(default=0.03, description="Rural sites of class D. Assumed.")
    walk_share: Share = Field(default=0.08, description="Rural sites with a last stretch on foot. Assumed.")
    walk_km: tuple[Km, Km] = Field(default=(0.2, 1.5), description="Length of that stretch. Assumed.")

    @model_validator(mode="after")
    def _shares(self) -> Self:
        for name in ("tenants_urban", "tenants_rural"):
            total = sum(getattr(self, name))
            if abs(total - 1) > 1e-6:
                raise Refusal(_("{name} must add up to 1").format(name=name), f"{total:g}")
        _range(*self.walk_km, "walk_km")
        return self


class Equipment(Spec):
    """Loads, batteries, rectifiers and generators of a site. Loads are busy-hour watts on the DC side."""

    load_4g_w: tuple[Watts, Watts] = Field(
        default=(900.0, 1700.0), description="One operator's 4G and older radio; mean 1,300 W (§1.2)."
    )
    load_5g_urban_w: tuple[Watts, Watts] = Field(
        default=(3200.0, 4100.0), description="5G 64T64R, three sectors; mean 3,650 W (§1.2)."
    )
    load_5g_rural_w: tuple[Watts, Watts] = Field(
        default=(1500.0, 2800.0), description="5G 32T32R; mean 2,150 W (§1.2)."
    )
    load_5g_8t8r_w: tuple[Watts, Watts] = Field(default=(800.0, 1500.0), description="5G 8T8R; mean 1,150 W (§1.2).")
    rural_8t8r_share: Share = Field(default=0.5, description="Rural 5G radios that are 8T8R. Assumed.")
    share_5g_urban: Share = Field(default=0.85, description="Urban sites of an operator group with 5G. Assumed.")
    share_5g_rural: Share = Field(default=0.35, description="Rural sites of an operator group with 5G. Assumed.")
    load_transmission_w: tuple[Watts, Watts] = Field(
        default=(150.0, 350.0),
        description="Transmission and monitoring at an access site; mean 250 W (§1.2).",
    )
    load_transmission_hub_w: tuple[Watts, Watts] = Field(
        default=(800.0, 2200.0), description="The same at a ring hub with OLT; mean 1,500 W (§1.2)."
    )
    load_aggregation_w: Watts = Field(default=6000.0, description="Aggregation node. Assumed.")
    load_core_w: Watts = Field(default=40000.0, description="Core room. Assumed.")
    battery_ah: tuple[AmpHours, AmpHours, AmpHours] = Field(
        default=(500.0, 800.0, 1000.0),
        description="Nominal battery for one, two, three operators, bought before 5G. Assumed, after §1.3.",
    )
    battery_scatter: Share = Field(default=0.4, description="Batteries differ from nominal by up to this. Assumed.")
    battery_limits_ah: tuple[AmpHours, AmpHours] = Field(
        default=(300.0, 1000.0), description="Smallest and largest at class B and C access sites. Assumed."
    )
    battery_class_d: Share = Field(default=0.4, description="Class D batteries, part of nominal. Assumed.")
    battery_hub_ah: AmpHours = Field(default=1000.0, description="At least this at a ring hub (§1.3).")
    battery_aggregation_ah: AmpHours = Field(default=2000.0, description="At an aggregation node. Assumed.")
    battery_core_h: Positive = Field(default=8.0, description="Core rooms: hours at full load (§1.3, class A).")
    lfp_share: Share = Field(default=0.60, description="Second-life lithium iron phosphate batteries (§1.3).")
    lfp_size: Positive = Field(default=0.8, description="LFP ampere-hours, part of lead-acid's. Assumed.")
    two_stage_share: Share = Field(default=0.80, description="Working two-stage disconnect (§1.1).")
    room_urban: Share = Field(default=0.25, description="Urban sites in a room, not a cabinet. Assumed.")
    room_rural: Share = Field(default=0.45, description="Rural sites in a room, not a cabinet. Assumed.")
    wireless_monitor_share: Share = Field(
        default=0.60,
        description="Monitoring units that report by mobile network, not by the site's link. Assumed.",
    )
    generator_core_kw: Kw = Field(default=100.0, description="Fixed generator of a core room. Assumed.")
    generator_aggregation_kw: Kw = Field(default=30.0, description="Of an aggregation node. Assumed.")
    generator_key_kw: Kw = Field(default=20.0, description="Of a key site or hub that has one (§2, at least 20).")
    generator_class_a_share: Share = Field(default=0.6, description="Other class A sites with one. Assumed.")
    generator_hub_share: Share = Field(default=0.15, description="Ring hubs with one. Assumed.")


class GridKnobs(Spec):
    """Ten-kilovolt feeders (10 kV 线路)."""

    feeders: Some = Field(description="Feeders that supply sites.")
    underground_city: Share = Field(default=0.60, description="Cable feeders in county seats. Assumed.")
    underground_rural: Share = Field(default=0.02, description="Cable feeders elsewhere. Assumed.")
    winding: Positive = Field(default=1.3, description="Line length over crow distance. Assumed.")


class Transport(Spec):
    """Rings and chains of the transport network (传输网), §5."""

    core_rooms: Annotated[int, Field(ge=2, le=4)] = Field(default=2, description="Core rooms in the seat.")
    stations_per_hub: Annotated[int, Field(ge=10, le=200)] = Field(
        default=40, description="Stations behind a ring hub, 20-80 (§5)."
    )
    hubs_per_aggregation: Some = Field(default=12, description="Ring hubs for each aggregation node. Assumed.")
    access_ring_nodes: Annotated[int, Field(ge=3, le=16)] = Field(
        default=8, description="Nodes of an access ring, hub included, 4-12 (§5)."
    )
    aggregation_ring_nodes: Annotated[int, Field(ge=4, le=12)] = Field(
        default=5, description="Nodes of an aggregation ring, 4-8 (§5)."
    )
    dual_homing_share: Share = Field(
        default=0.80, description="Aggregation rings that end in two different aggregation nodes (§5)."
    )
    spur_rural: Share = Field(default=0.30, description="Rural sites on a chain without protection (§5).")
    spur_urban: Share = Field(default=0.10, description="Urban sites on a chain without protection (§5).")
    chain_sites: Annotated[int, Field(ge=1, le=6)] = Field(
        default=4, description="Typical sites in series on a chain, at most 6 (§5)."
    )
    aerial_rural: Share = Field(default=0.75, description="Rural access links on poles. Assumed.")
    aerial_urban: Share = Field(default=0.15, description="Urban access links on poles. Assumed.")
    aerial_aggregation: Share = Field(default=0.35, description="Aggregation links on poles. Assumed.")
    aerial_core: Share = Field(default=0.05, description="Core links on poles. Assumed.")
    cable_winding: tuple[Positive, Positive] = Field(
        default=(1.2, 1.4), description="Cable length over crow distance. Assumed."
    )


class RoadKnobs(Spec):
    """The road graph: seats by national road, townships by county road, villages by village road."""

    piece_km: Positive = Field(default=7.0, description="Long roads are cut into pieces of about this. Assumed.")
    winding_expressway: Positive = Field(default=1.05, description="Road length over crow distance. Assumed.")
    winding_national: Positive = Field(default=1.10, description="The same; roads also bend at nodes. Assumed.")
    winding_county: Positive = Field(default=1.20, description="The same. Assumed.")
    winding_village: Positive = Field(default=1.30, description="The same. Assumed.")
    bow: Share = Field(default=0.08, description="A long road bows out by up to this part of its length. Assumed.")
    village_loops: Share = Field(default=0.25, description="Villages with a second way out. Assumed.")
    expressways: tuple[tuple[str, ...], ...] = Field(
        default=(),
        description="Corridors as lists of county ids, beside the national road between the seats.",
    )


class UserKnobs(Spec):
    """People behind a station."""

    subscribers_per_person: Positive = Field(
        default=1.0, description="Users over residents; 1 gives about 340 a station before overlap (§6)."
    )
    overlap_urban: Share = Field(
        default=0.65, description="Users an urban neighbour takes over when a station falls silent (§6)."
    )
    overlap_rural: Share = Field(default=0.20, description="The same for rural stations (§6).")
    scatter: Share = Field(default=0.5, description="Stations differ from the mean by up to this. Assumed.")
