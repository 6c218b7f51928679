"""Hazards on paper: what a planner writes; drawing is in the sibling files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.language import _
from sim.spec import Spec
from sim.units import Celsius, Cm, Hours, Metres, Mm, MomentField, Mps, PositiveHours, Share, SpreadHours

Positive = Annotated[float, Field(gt=0)]
_Extent = Annotated[float, Field(ge=5, le=5000)]


class Temperature(Spec):
    """Air temperature at the seat in the middle of the storm; points between are joined by straight lines."""

    before: Celsius = 4.0
    during: Celsius = -2.0
    night_after: Celsius = -9.0
    day_after: Celsius = -4.0


class Fragility(Spec):
    """A feeder fails once x = water_mm·√(gust/10) passes its strength, lognormal around theta_mm. Assumed form."""

    theta_mm: Annotated[float, Field(ge=0.1, le=10_000)] = 45.0
    beta: Annotated[float, Field(ge=0.01, le=3)] = 0.5
    underground: Share = 0.15
    """Underground feeders fail this share as often."""
    icing_factor: Annotated[float, Field(ge=1)] = 1.5
    """Water that falls as freezing rain counts this many times."""


class Snowstorm(Spec):
    """A storm in time and space: water, depth, temperature, wind and visibility by weather cell."""

    kind: Literal["snowstorm"]
    onset: MomentField
    duration_h: Annotated[PositiveHours, Field(ge=0.5, le=240)]
    centre: str
    """County whose seat lies where it is worst."""
    water_mm: Annotated[Mm, Field(le=1000)]
    depth_cm: Annotated[Cm, Field(le=1000)]
    """Deepest new snow, where it is worst."""
    extent_km: tuple[_Extent, _Extent] = (160.0, 90.0)
    """Half axes of the ellipse at whose edge 60 % of the water falls (e^-0.5)."""
    bearing_deg: Annotated[float, Field(ge=-360, le=360)] = 45.0
    """Direction of the long axis and of travel, clockwise from north."""
    travel_kmh: Annotated[float, Field(gt=1, le=300)] = 40.0
    freezing_rain_first_h: Hours = 3.0
    gust_mps: Annotated[Mps, Field(le=100)] = 15.0
    temperature_c: Temperature = Temperature()
    visibility_m: Metres = 100.0
    """Worst visibility while it snows hardest."""
    fragility: Fragility = Fragility()
    aerial_breaks_per_100km_day: Annotated[float, Field(ge=0)] = 0.5
    """Breaks of aerial fibre while the storm lasts."""
    shrink: Share = 0.15
    """Share of its depth that new snow loses by settling in a day."""


class MainsFailures(Spec):
    """Sites lose mains one by one, a feeder restores all of its own at once; a study hazard without weather."""

    kind: Literal["mains_failures"]
    share: Share
    """Chance of each site, independently."""
    window_h: PositiveHours
    """Failures are uniform over this time from the start."""
    restored_h: SpreadHours
    """Of a feeder, counted from the end of the window."""
    restored_at_most_h: PositiveHours | None = None
    from_: Annotated[MomentField | None, Field(alias="from")] = None


class FeederFailures(Spec):
    """Named or drawn feeders fail at given times: an outage without a storm."""

    kind: Literal["feeder_failures"]
    at: MomentField
    window_h: Hours = 0.0
    share: Share | None = None
    feeders: list[str] = []
    county: str | None = None

    @model_validator(mode="after")
    def _some(self) -> FeederFailures:
        if (self.share is None) == (not self.feeders):
            raise ValueError(_("must have either share or feeders"))
        return self


Hazard = Annotated[Snowstorm | MainsFailures | FeederFailures, Field(discriminator="kind")]

EARTH_KM_PER_DEG = 111.195
"""Kilometres a degree of latitude. Source: mean Earth radius 6371.0 km (IUGG)."""
