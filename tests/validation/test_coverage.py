"""Intervals of real runs against a mean that is known: bare sites that lose mains and that nobody helps."""

import numpy as np
import pytest
import worlds
from scipy.stats import binom

from sim.ensemble.paired import mean_interval
from sim.results import simulate

SITES, SHARE, WINDOW_H = 40, 0.4, 6.0
RESTORED_H, ENDURANCE_H = (18.0, 0.5), (3.0, 0.4)
ENSEMBLES, SEEDS = 150, 12


def expected_h() -> float:
    """Station-hours: every site is hit with a chance, at U; out from U + E until the window's end + R."""
    n = 400
    u = (np.arange(n) + 0.5) / n
    from scipy.special import ndtri

    restored = RESTORED_H[0] * np.exp(RESTORED_H[1] * ndtri(u))
    endurance = ENDURANCE_H[0] * np.exp(ENDURANCE_H[1] * ndtri(u))
    left = WINDOW_H * (1 - u[::8])
    out = restored[:, None, None] + left[None, :, None] - endurance[None, None, :]
    return SITES * SHARE * float(np.maximum(out, 0).mean())


@pytest.mark.slow
def test_intervals_of_runs_hold_the_known_mean_as_often_as_they_say() -> None:
    scenario = worlds.drill(
        worlds.bare_sites(SITES),
        horizon_h=480,
        hazards=[
            {"kind": "mains_failures", "share": SHARE, "window_h": WINDOW_H,
             "restored_h": {"median_h": RESTORED_H[0], "sigma": RESTORED_H[1]}}
        ],
        sites={"endurance_h": {"median_h": ENDURANCE_H[0], "sigma": ENDURANCE_H[1]}, "reconnect_h": 0},
    )  # fmt: skip
    lost = np.array([
        simulate(scenario, seed).kpi_values["station_outage_h"] for seed in range(1, ENSEMBLES * SEEDS + 1)
    ])  # fmt: skip
    mean, low, high = mean_interval(lost, 0.999)
    assert low < expected_h() < high, (mean, expected_h())
    intervals = [mean_interval(part) for part in lost.reshape(ENSEMBLES, SEEDS)]
    held = sum(low <= expected_h() <= high for _, low, high in intervals)
    assert binom.ppf(0.0005, ENSEMBLES, 0.94) <= held <= binom.ppf(0.9995, ENSEMBLES, 0.96)
