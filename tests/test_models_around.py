"""The nearest points, found in a strip of latitude, are those found among all."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.hazards.specs import EARTH_KM_PER_DEG
from sim.models.around import Around


def plainly(lon, lat, point, within_km, most):
    """The same by looking at every point."""
    north = (lat - lat[point]) * EARTH_KM_PER_DEG
    east = (lon - lon[point]) * EARTH_KM_PER_DEG * np.cos(np.radians(lat[point]))
    distance = np.round(np.hypot(north, east), 6)
    near = [row for row in range(len(lon)) if row != point and distance[row] <= within_km]
    return sorted(near, key=lambda row: (distance[row], row))[:most]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=40), st.integers(0, 4))
def test_nearest_are_those_of_a_look_at_all(places, most):
    """On a grid, where many are equally near, some in one place and some just within the distance."""
    lon, lat = (np.array([place[side] for place in places]) * 0.01 for side in (0, 1))
    within_km = 3 * 0.01 * EARTH_KM_PER_DEG
    around = Around(lon, lat + 43, within_km, most)
    for point in range(len(places)):
        assert around.nearest(point) == plainly(lon, lat + 43, point, within_km, most)
