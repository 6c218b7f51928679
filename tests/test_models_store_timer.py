"""Levels in closed form, and wake-ups that can be called off."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Environment

from sim.models.store import Store
from sim.models.timer import Timer

amounts = st.floats(-50, 50, allow_nan=False)
rates = st.floats(-20, 20).filter(lambda rate: rate == 0 or abs(rate) > 1e-3)
changes = st.lists(st.tuples(st.floats(0, 5), st.sampled_from(["run", "put"]), amounts, rates), max_size=20)


@given(st.floats(-10, 200), st.floats(0.1, 100), changes)
def test_a_level_stays_within_its_bounds(level, capacity, story):
    """Fails when a level may go below nothing or above what the store holds."""
    store, now = Store(level, capacity), 0.0
    for after_h, what, amount, rate in story:
        now += after_h
        if what == "run":
            store.run(rate, now)
        else:
            before = store.level(now)
            fitted = store.put(amount, now)
            assert abs(fitted) <= abs(amount) + 1e-9
            assert store.level(now) == pytest.approx(before + fitted)
        for ahead_h in (0, 0.1, 1, 100):
            assert 0 <= store.level(now + ahead_h) <= capacity


@given(st.floats(0, 10), st.floats(0, 10), rates, st.floats(0, 3))
def test_a_threshold_is_reached_when_the_store_says_so(level, threshold, rate, now):
    """In the millisecond before that time it comes to the threshold; never means it moves away or rests."""
    store = Store(level, 10.0)
    store.run(rate, 0.0)
    at_h = store.reaches_h(threshold, now)
    if at_h == inf:
        away = threshold - store.level(now)
        assert rate == 0 or (away > 0) != (rate > 0)
        return
    assert at_h >= now
    side = store.level(now) - threshold
    assert (store.level(at_h) - threshold) * side <= 1e-9
    before_h = max(now, at_h - 1.001 / 3_600_000)
    assert (store.level(before_h) - threshold) * side >= -1e-9


@given(st.floats(0, 10), st.floats(0, 10), rates)
def test_a_threshold_is_reached_on_a_whole_millisecond(level, threshold, rate):
    """Times that enter the clock are quantised; fails when the crossing itself is given."""
    store = Store(level, 10.0)
    store.run(rate, 0.0)
    at_h = store.reaches_h(threshold, 0.0)
    assert at_h == inf or at_h == round(at_h * 3_600_000) / 3_600_000


def test_a_new_rate_goes_on_from_where_the_level_is():
    """Fails when a change of rate forgets what has flowed meanwhile."""
    store = Store(10.0, 20.0)
    store.run(-2.0, 0.0)
    store.run(1.0, 3.0)
    assert store.level(5.0) == pytest.approx(6.0)
    assert store.reaches_h(20.0, 5.0) == pytest.approx(19.0)


orders = st.tuples(st.integers(1, 5), st.sampled_from(["set", "cancel", "never"]), st.integers(0, 12))


@given(st.lists(orders, max_size=15))
def test_only_the_last_setting_of_a_timer_fires(story):
    """A timer set again or called off never fires for the former setting, and fires once for the last."""
    env, fired, expected = Environment(), [], []
    timer = Timer(env, lambda: fired.append(env.now))
    due, now = inf, 0
    for wait_h, what, ahead_h in story:
        now += wait_h
        if due < now:
            expected.append(due)
            due = inf
        env.run(until=now)
        if what == "cancel":
            timer.cancel()
        else:
            timer.set(now + ahead_h + 0.5 if what == "set" else inf)
        due = timer.due_h
        assert due == (now + ahead_h + 0.5 if what == "set" else inf)
    env.run(until=now + 100)
    assert fired == [*expected, *([due] if due < inf else [])]
    assert timer.due_h == inf


def test_a_timer_set_to_the_past_fires_at_once():
    """Fails when a late order is an error, or goes back in time."""
    env, fired = Environment(), []
    env.run(until=5)
    Timer(env, lambda: fired.append(env.now)).set(3.0)
    env.run(until=6)
    assert fired == [5.0]


def test_a_timer_may_be_set_again_from_its_own_call():
    """Fails when the call is taken for a stale one, or the new setting is lost."""
    env, fired = Environment(), []

    def call():
        fired.append(env.now)
        if len(fired) < 3:
            timer.set(env.now + 2)

    timer = Timer(env, call)
    timer.set(1.0)
    env.run(until=20)
    assert fired == [1.0, 3.0, 5.0]
