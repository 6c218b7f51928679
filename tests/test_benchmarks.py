"""The yardstick gives what the reference workload must give, and every benchmark runs; nothing here looks at time."""

import json
import subprocess
import sys
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent.parent / "benchmarks"
sys.path.insert(0, str(HERE))

import page  # noqa: E402
import yardstick  # noqa: E402
from measure import Row, interleaved  # noqa: E402

_SEEDS = 400


def _off(values, expected):
    """How many standard errors the mean of independent values is away from what is expected."""
    return abs(fmean(values) - expected) / (stdev(values) / sqrt(len(values)))


def test_the_yardstick_gives_the_published_means_of_the_reference_workload():
    found = [yardstick.run(4000, seed) for seed in range(_SEEDS)]
    assert _off([one.outage_h for one in found], 1965.5) < 3.5
    assert _off([one.visits for one in found], 1638.4) < 3.5
    assert _off([one.outage_h / one.sites_down for one in found], 5.075) < 3.5


def _plainly(given, crews):
    """The same workload without any heap: at every instant look through everything."""
    sites = range(len(given.fails_h))
    events = [(float(given.fails_h[site]), "due", site, float(given.deadline_h[site])) for site in sites]
    queue, trips, powered, visits, idle = [], [0] * len(sites), [np.inf] * len(sites), 0, crews
    while events:
        now, what, site, deadline = events.pop(min(range(len(events)), key=lambda i: events[i][0]))
        if now >= yardstick.HORIZON_H:
            break
        if what == "due":
            queue.append((int(given.rank[site]), deadline, site))
        else:
            idle += 1
        while idle and queue:
            site = queue.pop(queue.index(min(queue)))[2]
            if given.back_h[site] <= now:
                continue
            there = now + float(given.travel_h[site, trips[site]])
            trips[site] += 1
            idle -= 1
            if there >= yardstick.HORIZON_H:
                continue
            visits += 1
            if given.back_h[site] <= there:
                events.append((there, "free", site, 0.0))
                continue
            done = there + yardstick.WORK_H
            powered[site] = min(powered[site], done)
            events.append((done, "free", site, 0.0))
            fuel = done + yardstick.REFUEL_AFTER_H
            if fuel < given.back_h[site]:
                events.append((fuel, "due", site, fuel + yardstick.RESERVE_H))
    return powered, visits


@pytest.mark.parametrize("seed", range(5))
def test_the_yardstick_is_what_looking_through_everything_gives(seed):
    given = yardstick.draws(700, seed)
    powered, visits = _plainly(given, 3)
    assert yardstick._serve(given, 3) == (powered, visits)


def test_medians_are_of_rounds_and_calls_are_interleaved():
    calls = []
    ticks = iter([0, 6, 10, 11, 20, 23, 30, 38, 40, 41, 50, 52])
    taken = interleaved(
        {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3, clock=lambda: next(ticks), loops={"a": 2}
    )
    assert calls == ["a", "a", "b", "b", "a", "a", "a", "a", "b"]
    assert taken == {"a": 3.0, "b": 2}


def test_a_row_is_met_on_the_right_side_of_its_target():
    assert Row("ratio", 12.0, "×", 12).met
    assert not Row("ratio", 12.1, "×", 12).met
    assert Row("speed-up", 1.7, "×", 1.7, above=True).met
    assert not Row("speed-up", 1.69, "×", 1.7, above=True).met


@pytest.mark.slow
@pytest.mark.parametrize("part", ["blizzard", "tongliao", "region", "startup", "workers"])
def test_every_benchmark_runs_and_writes_its_page(part, tmp_path):
    found, written = tmp_path / "found.json", tmp_path / "benchmarks.md"
    command = [sys.executable, str(HERE / "run.py"), "--quick", "--only", part, "--json", str(found)]
    done = subprocess.run([*command, "--page", str(written)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = json.loads(found.read_text("utf-8"))["rows"]
    assert rows
    assert all(row["measured"] >= 0 for row in rows if row["unit"] != "%")
    text = written.read_text("utf-8")
    assert all(row["name"] in text for row in rows)
    assert "no measurement to go by" in text
    assert "PriorityResource" in text


@pytest.mark.slow
def test_what_happens_in_a_struck_prefecture_is_the_same_in_a_quiet_region():
    from dataclasses import replace

    import region

    from sim.loading import load
    from sim.run import play

    alone = region.prepared_at_home(load("ten_sites"))
    wide = replace(alone, topology=region.region_of(alone.topology, 4))
    assert len(wide.topology.sites.id) == 4 * len(alone.topology.sites.id)
    rows = region.of_prefecture(play(alone, 1))
    assert rows == region.of_prefecture(play(wide, 1))
    assert any(row[1] == "site.down" for row in rows)


def test_the_table_says_what_is_missed():
    row = {
        "name": "x",
        "measured": 13.0,
        "unit": "×",
        "target": 12,
        "wish": None,
        "above": False,
        "note": "",
        "met": False,
    }
    assert "**missed**" in page.table([row])
    assert page.figure(1234.5) == "1,234"
    assert page.figure(6.283) == "6.28"


def test_the_bare_program_has_the_commands_of_the_real_one():
    import bare

    from sim import cli, cli_topology

    def named(app):
        return sorted(one.name or one.callback.__name__ for one in app.registered_commands)

    assert named(bare.app) == named(cli.app)
    assert named(bare.below) == named(cli_topology.topology_app)
