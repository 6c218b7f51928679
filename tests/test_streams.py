"""Random numbers by name: the same for the same name, independent of order and company, and uniform."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.streams import Streams, id_keys

ids = st.lists(st.text(alphabet="abcdefgh_0123456789站", min_size=1, max_size=12), min_size=1, max_size=30, unique=True)


@given(st.integers(0, 2**40), ids, st.randoms())
def test_a_draw_does_not_depend_on_who_else_is_there(seed, names, luck):
    """Alone, in company, in another order: each id gets the same number; and one by one the same as all at once."""
    keys = dict(zip(names, id_keys(names).tolist(), strict=True))
    streams = Streams(seed)
    together = dict(zip(names, streams.uniforms("x", id_keys(names)).tolist(), strict=True))
    shuffled = list(names)
    luck.shuffle(shuffled)
    assert dict(zip(shuffled, streams.uniforms("x", id_keys(shuffled)).tolist(), strict=True)) == together
    for name in names:
        assert streams.uniforms("x", id_keys([name])).tolist() == [together[name]]
        assert streams.uniform_of("x", keys[name]) == together[name]
        assert Streams(seed).uniform_of("x", keys[name]) == together[name]


@given(ids, st.integers(1, 40))
def test_a_key_depends_on_the_text_and_not_on_the_width_of_the_column(names, width):
    """Fails when padding gets into the hash: a longer id beside it would change everybody's luck."""
    wide = np.array(names, dtype=f"U{width + 12}")
    assert id_keys(wide).tolist() == id_keys(names).tolist()


@given(st.integers(0, 2**40), st.text(max_size=8), st.text(max_size=8))
def test_another_seed_or_name_gives_another_number(seed, one, two):
    """Fails when seeds are handed out by position, or two names share a stream."""
    assert Streams(seed).uniform(one) == Streams(seed).uniform(one)
    assert Streams(seed).uniform(one) != Streams(seed + 1).uniform(one)
    if one != two:
        assert Streams(seed).uniform(one) != Streams(seed).uniform(two)
        assert Streams(seed).uniform(one, two) != Streams(seed).uniform(two, one)


def test_names_are_not_glued_together():
    """("ab", "c") and ("a", "bc") are two occurrences."""
    assert Streams(1).uniform("ab", "c") != Streams(1).uniform("a", "bc")
    assert Streams(1)("ab", "c").random() != Streams(1)("a", "bc").random()


@pytest.mark.parametrize("draw", ["uniforms", "uniform", "generator"])
def test_draws_are_uniform(draw):
    """Kolmogorov–Smirnov over 20,000 names that differ in one digit, and never 0 or 1."""
    streams, count = Streams(11), 20_000
    if draw == "uniforms":
        found = streams.uniforms("x", id_keys([f"s{i:05d}" for i in range(count)]))
    elif draw == "uniform":
        found = np.array([streams.uniform("x", i) for i in range(count)])
    else:
        found = np.array([streams("x", i).random() for i in range(2_000)])
    assert found.min() > 0
    assert found.max() < 1
    assert stats.kstest(found, "uniform").pvalue > 0.001


def test_streams_of_different_names_and_seeds_are_uncorrelated():
    """Fails when a name or the seed shifts a sequence instead of making another one."""
    keys = id_keys([f"s{i:05d}" for i in range(20_000)])
    base = Streams(1).uniforms("a", keys)
    for other in (Streams(1).uniforms("b", keys), Streams(2).uniforms("a", keys), np.roll(base, 1)):
        assert abs(np.corrcoef(base, other)[0, 1]) < 0.03


def test_keys_do_not_collide():
    """As many keys as ids, of ids that differ in a digit."""
    assert len(np.unique(id_keys([f"s{i:07d}" for i in range(300_000)]))) == 300_000


def test_other_hash_seeds_give_the_same_draws():
    """Fails when Python's own salted hash gets in."""
    code = "from sim.streams import *; print(Streams(5).uniform('a', 1), Streams(5)('b').random(), id_keys(['x站']))"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": salt, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for salt in ("0", "1", "77")
    }
    assert len(runs) == 1
