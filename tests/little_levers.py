"""Levers over a small town, and a toy in place of the simulation whose answers are known."""

import numpy as np

from sim.loading import find_file

TOY = {"crews": (6, 10), "generators": (8, 4), "loaders": (2, 3), "fuel_l": (500, 0)}
"""Lever → the number it comes to, and its cost."""
_KEYS = {"crews": "crews", "generators": "petrol_5kw", "loaders": "loaders", "fuel_l": "fuel_l"}
_BEFORE = {"crews": 2, "generators": 2, "loaders": 1, "fuel_l": 400}


def town(folder, toy, more=""):
    """The file of ten sites with levers of the toy, and others as text."""
    file = find_file("ten_sites")
    text = file.read_text(encoding="utf-8").replace("../topologies", str(file.parent.parent.resolve() / "topologies"))
    before, _, after = text.partition("\nlevers:")
    rest = after[after.index("\nassumptions:") :] if after else ""
    lines = []
    for name, (to, cost) in toy.items():
        written = "" if cost is None else f", cost: {cost}"
        add = f"{{resources.depots.ten.{_KEYS[name]}: {to - _BEFORE[name]}}}"
        lines.append(f"  - {{id: {name}, say: {{en: {name}, zh: 措施}}, add: {add}{written}}}\n")
    made = folder / "town.yaml"
    made.write_text(f"{before}{rest}\nlevers:\n{''.join(lines)}{more}", encoding="utf-8")
    return made


def hours_of(pulled, seed):
    """Station-hours lost with levers pulled: luck of the seed, a share saved by each, more by two that need each other."""
    luck = np.random.default_rng([17, seed])
    base, shares = 100 + 40 * luck.random(), luck.normal((0.05, 0.2, 0.03, 0.0), (0.01, 0.02, 0.02, 0.05))
    saved = sum(share for name, share in zip(_BEFORE, shares, strict=True) if name in pulled)
    if {"crews", "generators"} <= set(pulled):
        saved += 0.1 + 0.02 * luck.random()
    return base * (1 - saved)


IDLE = {"waiting_crews_free": 1.5, "waiting_crews_resting": 2.0, "waiting_sets_unused": 30.0}
"""What stands idle in every other run of the toy; in the others nothing waited."""


class Toy:
    """As `sim.ensemble.ensemble`, without a simulation."""

    def __init__(self, scenario, seeds, variants, **_) -> None:
        self.seeds = tuple(range(1, seeds + 1)) if isinstance(seeds, int) else tuple(seeds)
        self.variants = tuple(variant.name for variant in variants)
        self._pulled = {variant.name: self._levers(variant.overrides) for variant in variants}

    @staticmethod
    def _levers(overrides):
        known = {f"resources.depots.ten.{key}": name for name, key in _KEYS.items()}
        return {known[path]: value for path, value in overrides.items() if path in known}

    def values(self, variant, kpi):
        if kpi in IDLE:
            return np.array([IDLE[kpi] if seed % 2 else np.nan for seed in self.seeds])
        weight = {"station_outage_h": 1.0, "user_outage_h": 300.0}[kpi]
        return np.array([weight * hours_of(self._pulled[variant], seed) for seed in self.seeds])

    def targets(self, _=None):
        return ["O1", "O2"]

    def held(self, variant, target=None):
        limit = {"O1": 90, "O2": 70}[target]
        return (self.values(variant, "station_outage_h") <= limit).astype(float)

    def failures(self, _):
        return []
