"""The leaner loop of the clock: the same happens in the same order as in SimPy's own."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Environment

from sim.models.clock import Clock
from sim.models.timer import Timer, at_the_end

moments = st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, inf])
waits = st.lists(st.sampled_from([0.0, 0.5, 1.0]), max_size=4)
stories = st.tuples(
    st.lists(st.tuples(moments, moments), max_size=5), st.lists(waits, max_size=4), st.lists(moments, max_size=3)
)


def told(env, story, end_h):
    """What happens in an environment: timers set twice, processes that wait, calls at the end of instants."""
    timers, processes, ends = story
    heard = []

    def steps(name, hours):
        for wait_h in hours:
            heard.append((env.now, f"step {name}"))
            at_the_end(env, lambda _event: heard.append((env.now, f"end of step {name}")))
            yield env.timeout(wait_h)
        heard.append((env.now, f"done {name}"))

    def begin(number):
        heard.append((env.now, f"timer {number}"))
        env.process(steps(f"of timer {number}", [0.5, 0.0]))

    for number, (first_h, second_h) in enumerate(timers):
        timer = Timer(env, lambda number=number: begin(number))
        timer.set(first_h)
        timer.set(second_h)
    for number, hours in enumerate(processes):
        env.process(steps(number, hours))
    for number, at_h in enumerate(ends):
        timer = Timer(env, lambda number=number: at_the_end(env, lambda _event: heard.append((env.now, number)), 1))
        timer.set(at_h)
    env.run(until=end_h)
    return heard, env.now


@given(stories, st.sampled_from([1.0, 1.25, 4.0]))
def test_the_same_happens_in_the_same_order_as_in_simpy(story, end_h):
    """Fails when the clock's loop orders anything otherwise, or leaves out more than what lies beyond the end."""
    assert told(Clock(ends_h=end_h), story, end_h) == told(Clock(), story, end_h) == told(Environment(), story, end_h)


def test_a_process_may_wait_for_one_of_two_events():
    """Fails when SimPy's own conditions do not work on the clock, or the later event disturbs."""
    env, heard = Clock(ends_h=5.0), []
    bell = env.event()

    def waits():
        yield bell | env.timeout(3.0)
        heard.append(env.now)
        yield env.timeout(0.5)
        heard.append(env.now)

    env.process(waits())
    Timer(env, bell.succeed).set(1.0)
    env.run(until=5.0)
    assert heard == [1.0, 1.5]
    assert env.now == 5.0


def test_what_goes_wrong_in_a_process_is_not_swallowed():
    """Fails when a mistake in a model would end its process in silence."""
    env = Clock(ends_h=5.0)

    def goes_wrong():
        yield env.timeout(1.0)
        raise ArithmeticError("no such number")

    env.process(goes_wrong())
    with pytest.raises(ArithmeticError):
        env.run(until=5.0)


def test_an_event_that_fails_is_thrown_into_the_process_that_waits():
    """Fails when a process goes on as if the event had happened; what nobody waits for ends the run."""
    env, heard = Clock(), []
    event = env.event()

    def waits():
        try:
            yield event
        except ArithmeticError:
            heard.append("caught")

    env.process(waits())
    Timer(env, lambda: event.fail(ArithmeticError())).set(1.0)
    env.run(until=2.0)
    assert heard == ["caught"]
    env.event().fail(ArithmeticError())
    with pytest.raises(ArithmeticError):
        env.run(until=3.0)


def test_time_does_not_run_backwards():
    """Fails when a negative delay is accepted."""
    with pytest.raises(ValueError, match="-1"):
        Clock().timeout(-1.0)
