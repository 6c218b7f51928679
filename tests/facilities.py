"""Small random machine rooms for tests: two feeds, batteries, switches, tight breakers, tight cooling."""

import random

from sim.topology.facility import Facility


def random_facility(seed: int, sites: tuple[str, ...] = ()) -> Facility:
    """A facility whose slow things are slow and whose fast things are fast, so that it has one end."""
    luck = random.Random(seed)
    power = {
        "m1": {"kind": "mains", "site": sites[0] if sites else ""},
        "m2": {"kind": "mains", "site": sites[-1] if sites else ""},
        "g1": {"kind": "generator", "rated_kw": luck.choice([None, 6, 20])},
        "ats": {"kind": "ats", "feeds": ["m1", "g1"]},
        "ba": {"kind": "board", "feeds": ["ats"], "rated_kw": luck.choice([None, 8, 14])},
        "bb": {"kind": "board", "feeds": [luck.choice(["m2", "m1", "ats"])]},
        "ua": {"kind": "ups", "feeds": ["ba"], "rated_kw": luck.uniform(4, 12)},
        "ub": {"kind": "ups", "feeds": ["bb"], "rated_kw": luck.uniform(4, 12)},
        "sts": {"kind": "sts", "feeds": luck.sample(["ua", "ub", "bb"], 2)},
    }
    for node in power.values():
        node["fails"], node["start_h"], node["transfer_h"] = 0, "0.0001 h", 1e-4
        node["battery_h"], node["recharge_h"] = 0.03, 5000
    rows = luck.randint(1, 2)
    w_per_k = luck.choice([80, 200])
    heat = {"kj_per_k": 7.5 * w_per_k, "w_per_k": w_per_k, "hot_spot_c": luck.choice([0, 3, 6])}
    racks, devices, coolers = {}, {}, {}
    for n in range(luck.randint(2, 4)):
        row = f"r{luck.randint(1, rows)}"
        feeds = {"A": luck.choice(["ua", "ba", "sts"]), "B": luck.choice(["ub", "bb", "ua"])}
        racks[f"k{n}"] = {"row": row, "feeds": feeds, "pdu_kw": luck.uniform(2, 8)}
        for m in range(luck.randint(1, 3)):
            devices[f"d{n}{m}"] = {
                "rack": f"k{n}",
                "kind": luck.choice(["server", "server", "switch"]),
                "load_w": luck.randint(200, 2600),
                "supplies": luck.choice([["A"], ["B"], ["A", "B"], ["A", "B"], ["A", "sts"]]),
                "count": luck.choice([1, 1, 2]),
            }
    for n in range(1, rows + 1):
        for m in range(luck.randint(1, 2)):
            coolers[f"c{n}{m}"] = {
                "row": f"r{n}",
                "capacity_kw": luck.uniform(1, 9),
                "fed_by": luck.choice(["ba", "bb", "ua", "sts"]),
                "near": luck.sample(sorted(racks), 1),
                "draws_kw": luck.uniform(0.1, 1),
            }
    names = [f"{d}-{i}" if v["count"] > 1 else d for d, v in devices.items() for i in range(1, v["count"] + 1)]
    links = {f"l{n}": dict(zip("ab", luck.sample(names, 2), strict=True)) for n in range(len(names)) if len(names) > 1}
    some = lambda: luck.sample(names, min(len(names), luck.randint(1, 3)))  # noqa: E731
    services = {
        "all": {"needs": {"all_of": some()}, "users": 100},
        "any": {"needs": {"any_of": some()}, "users": 200, "carries": list(sites[:1])},
        "path": {"needs": {"path": luck.sample(names, 2)} if len(names) > 1 else names[0], "users": 50},
        "two": {"needs": {"at_least": 1, "of": ["all", "path", *some()[:1]]}, "users": 10},
    }
    services["all"]["carries"] = list(sites[1:])
    return Facility.model_validate(
        {
            "rows": {f"r{n}": {"site": sites[0] if sites else "s", "heat": heat} for n in range(1, rows + 1)},
            "power": power,
            "racks": racks,
            "devices": devices,
            "coolers": coolers,
            "links": links,
            "services": services,
            "temperatures": {
                "server_throttle_c": {"low": 36.5, "mode": 36.5, "high": 36.5},
                "server_trip_c": {"low": 42, "mode": 42, "high": 42},
                "switch_trip_c": {"low": 60, "mode": 60, "high": 60},
            },
        }
    )
