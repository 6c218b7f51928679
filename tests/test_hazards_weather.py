"""Weather is the same whether it is read out for one cell or for all."""

import numpy as np
import pytest

from sim.hazards.weather import NAMES, Cells, Weather
from sim.models.drifts import Drifts
from sim.models.fields import bends


def sky(columns=3, rows=2, knots=30):
    """Any weather: every cell and hour its own."""
    luck = np.random.default_rng(5)
    return Weather(
        Cells(120.0, 43.0, columns, rows), {name: luck.random((columns * rows, knots)) * 20 for name in NAMES}
    )


@pytest.mark.parametrize("t_h", [-1.0, 0.0, 0.25, 7.0, 28.999, 29.0])
def test_one_cell_reads_as_all_do(t_h):
    """A field's value in a cell is the cell's value in the field, before, between and on the knots."""
    weather = sky()
    for name in NAMES:
        assert [weather.at(name, cell, t_h) for cell in range(6)] == pytest.approx(
            weather.everywhere(name, t_h).tolist()
        )


def test_what_batteries_feel_follows_the_air_of_their_own_cell():
    """Lagged air of each cell is the exponential filter of its own series, and of no other's."""
    weather = sky()
    keep = np.exp(-1 / 6.0)
    for cell, air in enumerate(weather.fields["temperature_c"]):
        felt = [air[0]]
        for k in range(1, len(air)):
            felt.append(felt[-1] * keep + (air[k] + air[k - 1]) / 2 * (1 - keep))
        for k in (0, 1, 10, 29):
            assert weather.lagged_temperature_c(6.0, cell, float(k)) == pytest.approx(felt[k], abs=1e-5)


def test_blown_snow_of_one_cell_is_that_of_all():
    """Drifts looked up for a single cell are those looked up for every cell."""
    drifts = Drifts(sky(), 12.0, 6.0)
    for now in (0.0, 3.7, 28.5, 40.0):
        windy_h, blown_cm = drifts.everywhere(now)
        for cell in range(6):
            one = drifts.at(slice(cell, cell + 1), now)
            assert (one.windy_h[0], one.blown_cm[0]) == (windy_h[cell], blown_cm[cell])


def test_bends_keep_a_line_within_its_tolerance():
    """Between the knots kept, straight lines are nowhere further from the series than the tolerance."""
    series = sky(knots=60).fields["depth_cm"][0]
    kept = bends(series, 3.0)
    line = np.interp(np.arange(60), kept, series[kept])
    assert np.abs(line - series).max() <= 3.0
    assert len(kept) < 60
