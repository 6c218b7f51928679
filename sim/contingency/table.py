"""What breaks a drill's network, as a frame for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.contingency.check import contingency
from sim.contingency.words import what, why
from sim.errors import input_error, shown
from sim.language import _
from sim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


def what_breaks(scenario: Scenario, *, pairs: bool = False) -> pd.DataFrame:
    """Single elements whose loss breaks a service or isolates another site, the worst first; or pairs of them.

    `elements, breaks, sites, users, why`. A pair is told only what neither of the two breaks alone. Nothing is
    played. The same list as that of `drill check --contingency`. Raises `InputError` for what is no scenario.
    """
    import pandas as pd

    if not isinstance(scenario, Scenario):
        message = _("must be a scenario, as sim.load gives it (got {value})").format(value=shown(scenario))
        raise input_error(message, path="scenario")
    topology = scenario.topology
    report = contingency(topology, topology.facility, 2 if pairs else 1)
    found = (report.pairs or []) if pairs else report.singles
    rows = [
        {
            "elements": " + ".join(map(str, breach.elements)),
            "breaks": what(breach),
            "sites": breach.sites,
            "users": breach.users,
            "why": why(report, breach, names=breach.sites <= 3),
        }
        for breach in found
    ]
    return pd.DataFrame(rows, columns=["elements", "breaks", "sites", "users", "why"])
