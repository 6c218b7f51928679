"""The same seed, the same log: whatever the hash seed and the processor; and one little town kept to the letter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.loading import load
from sim.results import simulate

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = Path(__file__).parent / "golden" / "ten_sites_seed1.tsv"
DIGEST = (
    "import sys; from sim.loading import load; from sim.run import play;"
    "print(play(load(sys.argv[1]), int(sys.argv[2])).log.digest())"
)


def cpu_features():
    """What numpy could do without on this processor, as it wants to be told."""
    import numpy as np

    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return ",".join(found)


def digest(scenario, seed=1, **environment):
    told = subprocess.run(
        [sys.executable, "-c", DIGEST, str(ROOT / "scenarios" / f"{scenario}.yaml"), str(seed)],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()


@pytest.mark.parametrize("scenario", ["ten_sites", pytest.param("tongliao_blizzard", marks=pytest.mark.slow)])
def test_same_digest_under_three_hash_seeds(scenario):
    """Fails when anything is iterated in the order of a set or of hashes."""
    assert len({digest(scenario, PYTHONHASHSEED=word) for word in ("0", "1", "4242")}) == 1


@pytest.mark.parametrize("scenario", ["ten_sites", pytest.param("tongliao_blizzard", marks=pytest.mark.slow)])
def test_same_digest_without_the_processors_special_features(scenario):
    """Fails when the last bit of a vectorised `exp` or `log` reaches the log."""
    assert digest(scenario) == digest(scenario, NPY_DISABLE_CPU_FEATURES=cpu_features())


def test_another_seed_is_another_log():
    """Fails when the seed is not used."""
    assert digest("ten_sites", 1) != digest("ten_sites", 2)


def text_of(log):
    lines = (f"{t:.6f}\t{kind}\t{subject}\t{obj}\t{value:.6g}\t{cause}" for t, kind, subject, obj, value, cause in log)
    return "\n".join(lines) + "\n"


def test_the_little_town_is_as_it_was():
    """The golden log. Whoever writes it anew (`DRILL_GOLDEN=write`) puts **Regression** in the changelog and says why."""
    log = text_of(simulate(load(ROOT / "scenarios" / "ten_sites.yaml"), 1).log)
    if os.environ.get("DRILL_GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(log, encoding="utf-8", newline="\n")
    assert log == GOLDEN.read_text(encoding="utf-8")
