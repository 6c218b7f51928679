"""One run: the same for the same seed on any machine, another for another; and the log of the tiny town as it was.

To write the golden log anew: `DRILL_REGENERATE=1 pytest tests/test_run.py -k golden`. Whoever does so writes a line
**Regression** in CHANGELOG.md and says why the town's story is another now.
"""

import os
import subprocess
import sys
from math import isnan
from pathlib import Path

import numpy as np
import pytest
from validation.worlds import drill, scenario, story

from sim.errors import InputError
from sim.run import play

GOLDEN = Path(__file__).parent / "golden" / "ten_sites_seed1.tsv"
DIGESTS = (
    "import sys; from validation.worlds import *; print(*(play(scenario(n), 3).log.digest() for n in sys.argv[1:]))"
)


def digests_elsewhere(*names, **environment):
    """Digests of runs in another process."""
    paths = os.pathsep.join(path for path in sys.path if path)
    found = subprocess.run(
        [sys.executable, "-c", DIGESTS, *names], env={**os.environ, "PYTHONPATH": paths, **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return found.stdout.split()


def digests_here(*names):
    return [play(scenario(name), 3).log.digest() for name in names]


def dispatchable():
    """CPU features that this machine has and numpy would use beyond its baseline."""
    try:
        from numpy._core._multiarray_umath import __cpu_baseline__, __cpu_dispatch__, __cpu_features__
    except ImportError:
        return ""
    return " ".join(f for f in __cpu_dispatch__ if __cpu_features__.get(f) and f not in __cpu_baseline__)


ELSEWHERE = {
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "hash seed 4711": {"PYTHONHASHSEED": "4711"},
    "numpy without CPU features": {"NPY_DISABLE_CPU_FEATURES": dispatchable()},
}


@pytest.mark.parametrize("where", ELSEWHERE)
def test_the_same_seed_gives_the_same_digest_anywhere(where):
    """Fails when a set is iterated, or a last bit of the processor gets into the clock or the log."""
    names = ("ten_sites", "two_banners", "hohhot_exchange_drill", "hub_room_cooling", "taiyuan_exchange")
    assert digests_elsewhere(*names, **ELSEWHERE[where]) == digests_here(*names)


@pytest.mark.slow
@pytest.mark.parametrize("where", ELSEWHERE)
def test_the_same_seed_gives_the_same_digest_of_the_flagship(where):
    """The same for a whole prefecture, and for the reference workload."""
    names = ("tongliao_blizzard", "blizzard_mini")
    assert digests_elsewhere(*names, **ELSEWHERE[where]) == digests_here(*names)


def test_numpy_really_runs_without_its_cpu_features():
    """Otherwise the comparison above compares nothing."""
    if not dispatchable():
        pytest.skip("numpy uses its baseline alone on this machine")
    code = "from numpy._core._multiarray_umath import __cpu_features__ as f; import os; print([n for n in os.environ['NPY_DISABLE_CPU_FEATURES'].split() if f[n]])"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **ELSEWHERE["numpy without CPU features"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"


def test_twice_in_one_process_is_the_same():
    """Fails when a run leaves something behind for the next."""
    first = play(scenario("two_banners"), 5).log.digest()
    play(scenario("ten_sites"), 2)
    assert play(scenario("two_banners"), 5).log.digest() == first


def test_another_seed_is_another_story():
    """Fails when the seed is not used."""
    assert len({play(scenario("ten_sites"), seed).log.digest() for seed in range(1, 6)}) == 5


def test_the_policy_of_the_scenario_is_the_default():
    """No policy given: that of the file; by name or by hand, that one."""
    assert play(scenario("ten_sites")).policy == scenario("ten_sites").spec.policy
    assert play(scenario("ten_sites"), 1, "nearest").policy == "nearest"
    with pytest.raises(InputError, match="must be one of"):
        play(scenario("ten_sites"), 1, "no such policy")


def test_a_quiet_drill_has_a_beginning_and_an_end():
    """Nothing happens: two rows, and an inventory of everything."""
    played = play(drill("ten_sites", horizon_h=12))
    assert [row.kind for row in played.log] == ["run.begins", "run.ends"]
    assert len(played.inventory["site"]["id"]) == 10


def test_names_of_the_log_are_in_the_inventory():
    """Sites, crews, generators, feeders, links, roads and cells that rows name can be looked up.

    Fails when a run names something the inventory does not have, for which no figure could be taken.
    """
    played = play(scenario("two_banners"), 1)
    known = {item: set(np.asarray(table["id"]).tolist()) for item, table in played.inventory.items()}
    of_kind = {
        "mains.": "site", "site.": "site", "battery.": "site", "radio.": "site", "transmission.": "site", "path.": "site",
        "crew.": "crew", "feeder.": "feeder", "link.": "link", "loader.": "loader", "snow.": "weather_cell", "generator.": "generator",
    }  # fmt: skip
    for row in played.log:
        item = next((item for begin, item in of_kind.items() if row.kind.startswith(begin)), None)
        if item is not None:
            assert row.subject in known[item], row
        if row.kind == "crew.leg" and row.object not in ("spur", "walk"):
            assert row.object in known["road_edge"], row


def lines_of(log):
    """The log as text, one row a line: time to the millisecond, values to six digits."""
    for number, row in enumerate(log):
        value = "" if isnan(row.value) else f"{row.value:.6g}"
        yield f"{number}\t{row.t_h:.6f}\t{row.kind}\t{row.subject}\t{row.object}\t{value}\t{row.cause_row}"


def test_golden_log_of_the_tiny_town():
    """The story of ten sites, seed 1, row by row as it was when somebody last looked at it."""
    found = list(lines_of(story(scenario("ten_sites"), 1).rows))
    if os.environ.get("DRILL_REGENERATE"):
        GOLDEN.write_text("\n".join(found) + "\n", encoding="utf-8")
    expected = GOLDEN.read_text(encoding="utf-8").splitlines()
    for ours, theirs in zip(found, expected, strict=False):
        assert ours == theirs, "the town's story has changed; see the head of this file"
    assert len(found) == len(expected)
