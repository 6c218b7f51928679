"""The power company: which feeder takes which slot, and what the desk is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Environment

from sim.models.grid import Grid
from sim.settings import Grid as GridSpec
from sim.streams import Streams

NAMES = ["a", "b", "c", "d", "e"]


class Company:
    """A `Grid` that writes down what it does."""

    def __init__(self, slots_h=(), seed=1, **spec):
        self.env, self.mended, self.told = Environment(), [], []
        told = {"restore_time_after_h": 3.0, "restore_time_error": 0.0, **spec.pop("told", {})}
        self.grid = Grid(
            GridSpec.model_validate({"told": told, **spec}), list(slots_h), Streams(seed), self.env,
            lambda feeder, how, _row: self.mended.append((self.env.now, feeder, how)),
            lambda feeder, back_h: self.told.append((self.env.now, feeder, back_h)),
        )  # fmt: skip

    def fail(self, *feeders):
        for feeder in feeders:
            self.grid.failed(feeder, -1, None)

    def slots(self, number):
        for _ in range(number):
            self.grid.slot()
        return [feeder for _, feeder, _ in self.mended]


@given(st.integers(0, 500), st.permutations(NAMES), st.lists(st.sampled_from(NAMES), unique=True))
def test_those_asked_for_come_first_in_the_order_of_asking(seed, failing, asked):
    """Then the others, in an order that does not hang on the order of their failures."""
    company, quiet = Company(seed=seed), Company(seed=seed)
    company.fail(*failing)
    quiet.fail(*NAMES)
    for feeder in asked:
        company.grid.ask(feeder)
    order, usual = company.slots(5), quiet.slots(5)
    assert order == [*asked, *(feeder for feeder in usual if feeder not in asked)]


def test_asking_for_what_has_not_failed_changes_nothing():
    """Fails when a wish for a live feeder is remembered."""
    company = Company()
    company.grid.ask("a")
    company.fail("a", "b", "c")
    plain = Company()
    plain.fail("a", "b", "c")
    assert company.slots(3) == plain.slots(3)


def test_a_feeder_restored_otherwise_leaves_its_slot_to_the_next():
    """Fails when a slot is wasted on a live feeder."""
    company = Company()
    company.fail("a", "b", "c")
    company.grid.drop("b")
    assert sorted(company.slots(3)) == ["a", "c"]


def test_a_slot_that_finds_nothing_to_do_waits_for_the_next_failure():
    """The line crew is there: the feeder that fails next is back an hour later."""
    company = Company()
    company.grid.slot()
    company.env.run(until=5)
    company.fail("a")
    company.env.run(until=20)
    assert company.mended == [(6.0, "a", "slot")]


def test_the_told_time_is_that_of_the_slot_it_would_get():
    """Without error: the second of two waiting feeders is told the second slot; one by switching its own time."""
    company = Company(slots_h=[10.0, 20.0, 30.0])
    company.fail("a", "b")
    company.grid.failed("c", -1, 7.5)
    company.env.run(until=4)
    assert sorted(back_h for _, feeder, back_h in company.told if feeder != "c") == [10.0, 20.0]
    assert [line for line in company.told if line[1] == "c"] == [(3.0, "c", 7.5)]


def test_asking_brings_a_new_answer():
    """The feeder asked for is told the first slot at once."""
    company = Company(slots_h=[10.0, 20.0])
    company.fail("a", "b")
    second = company_order(company)[1]
    company.grid.ask(second)
    assert company.told == [(0.0, second, 10.0)]


def company_order(company):
    twin = Company(slots_h=[1.0, 2.0])
    twin.fail("a", "b")
    return twin.slots(2)


@given(st.integers(0, 300))
def test_told_times_err_by_a_factor_of_what_remains(seed):
    """Never before now; the error multiplies the remaining time."""
    company = Company(slots_h=[50.0], seed=seed, told={"restore_time_error": 0.5})
    company.fail("a")
    company.env.run(until=4)
    ((at_h, _, back_h),) = company.told
    assert back_h > at_h
    exact = Company(slots_h=[50.0], seed=seed)
    exact.fail("a")
    exact.env.run(until=4)
    assert exact.told[0][2] == pytest.approx(50.0)
