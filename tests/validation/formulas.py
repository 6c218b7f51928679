"""Queueing formulas, and the comparison of means over seeds with them."""

from math import factorial, sqrt

import numpy as np
from scipy.stats import t


def erlang_c(servers, load):
    """Probability that an arrival of M/M/c waits; `load` in Erlang, arrivals per mean service. Source: Erlang 1917."""
    blocked = load**servers / factorial(servers) * servers / (servers - load)
    return blocked / (sum(load**n / factorial(n) for n in range(servers)) + blocked)


def mean_wait_h(servers, load, service_h):
    """Of all arrivals of M/M/c, those that do not wait too."""
    return erlang_c(servers, load) * service_h / (servers - load)


def machine_repair(machines, servers, up_h, service_h):
    """Probabilities of 0, 1, … machines down, in M/M/c//N. Source: Palm 1947."""
    weights = [1.0]
    for down in range(1, machines + 1):
        weights.append(weights[-1] * (machines - down + 1) / up_h * service_h / min(down, servers))
    return np.array(weights) / sum(weights)


def repairs_per_h(machines, servers, up_h, service_h):
    """Repairs an hour of M/M/c//N: machines that run, each failing at its rate."""
    down = float(machine_repair(machines, servers, up_h, service_h) @ np.arange(machines + 1))
    return (machines - down) / up_h


def assert_agrees(found, expected, *, within):
    """The 99 % interval of the mean of independent values covers the expected one and is at most so wide (a share)."""
    values = np.array(found)
    half = t.ppf(0.995, len(values) - 1) * values.std(ddof=1) / sqrt(len(values))
    assert half <= within * expected, f"an interval of ±{half:g} about {values.mean():g} tells too little"
    assert abs(values.mean() - expected) <= half, f"{values.mean():g} ± {half:g}, expected {expected:g}"
