"""Draws for all sites at once are those made one at a time, bit for bit."""

from __future__ import annotations

import pytest

from sim.models.lots import Lots
from sim.streams import Streams, id_keys
from sim.units import Spread


@pytest.mark.parametrize("spread", [Spread(1.2, 2.4), Spread.exponential(3.0), Spread(2.0, 2.0)])
def test_the_same_alone_and_in_a_row(spread: Spread) -> None:
    keys, streams = id_keys([f"S{number:04d}" for number in range(500)]), Streams(7)
    lots = Lots(spread, keys, streams)
    alone = [spread.quantile(streams.uniform_of("travel_h 1", int(key))) for key in keys]
    first = [lots.hours("travel_h 1", site) for site in range(500)]
    assert first == alone
    assert [lots.hours("travel_h 1", site) for site in reversed(range(500))] == alone[::-1]
    assert lots.hours("travel_h 2", 3) == spread.quantile(streams.uniform_of("travel_h 2", int(keys[3])))
