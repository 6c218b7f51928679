"""Many runs one after the other in this process, without store or workers: what answers need of an ensemble."""

import numpy as np

from sim.loading import load
from sim.results import simulate

_PLAYED: dict = {}


def pair(variant):
    """Name and overrides of a variant."""
    return variant if isinstance(variant, tuple) else (variant.name, variant.overrides)


class Serial:
    """Played runs by variant and seed."""

    def __init__(self, scenario, seeds, variants, policies) -> None:
        self.seeds = tuple(range(1, seeds + 1)) if isinstance(seeds, int) else tuple(seeds)
        self.scenario_hash = scenario.hash
        cells = [(v, p) for v in map(pair, variants or [("as_written", {})]) for p in policies or [None]]
        self.cells = {name if policy is None else policy: (values, policy) for (name, values), policy in cells}
        self.variants = tuple(self.cells)
        self._targets = [target.id for target in scenario.spec.plan.targets]
        self._runs = {name: self._play(scenario, *cell) for name, cell in self.cells.items()}

    def _play(self, scenario, values, policy):
        base = dict(scenario.overrides)
        changed = load(scenario.path, {**base, **values})
        runs = []
        for seed in self.seeds:
            key = (changed.hash, policy, seed)
            if key not in _PLAYED:
                run = simulate(changed, seed, policy)
                times = np.arange(0.0, run.horizon_h + 0.5, 0.5)
                from sim.metrics import kpi

                out = np.array([kpi("stations_out", run.tables, t) for t in times])
                _PLAYED[key] = (run.kpi_values, {r.id: (r.met, r.simulated) for r in run.scorecard_data.targets}, out)
            runs.append(_PLAYED[key])
        self.t_h = np.arange(0.0, scenario.horizon_h + 0.5, 0.5)
        return runs

    def values(self, variant, kpi):
        return np.array([run[0][kpi] for run in self._runs[variant]])

    def targets(self, _=None):
        return self._targets

    def held(self, variant, target=None):
        def one(row):
            return np.nan if row[0] is None else float(row[0])

        if target is not None:
            return np.array([one(run[1][target]) for run in self._runs[variant]])
        from sim.ensemble.paired import together

        return together([self.held(variant, name) for name in self._targets])

    def failures(self, _):
        return []

    def lines(self, _):
        return [{"section": "target", "id": name, "kpi": ""} for name in self._targets]

    def line(self, _, variant, number):
        figures = [run[1][self._targets[number]][1] for run in self._runs[variant]]
        return np.array([np.nan if figure is None else figure for figure in figures])

    def curve(self, variant):
        return self.t_h, np.array([run[2] for run in self._runs[variant]])


def serial(scenario, seeds, policies=None, variants=None, **_):
    """As `sim.ensemble.ensemble`."""
    return Serial(scenario, seeds, variants, policies)
