"""Procedures: order, people, spares, refusals; by the critical path where durations are fixed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from simpy import Environment

from sim.log import EventLog
from sim.models.people import People
from sim.models.procedures import Procedures
from sim.procedure import Procedure, Spares, Team
from sim.streams import Streams
from sim.vocabulary import KINDS


class Office:
    """Teams and procedures with a clock and a log of their own."""

    def __init__(self, procedures, teams=None, spares=None, seed=1):
        self.env, self.log = Environment(), EventLog(tuple(KINDS))
        teams = teams or {"team": {"people": 9, "place": "here"}}
        self.people = People({n: Team.model_validate(t) for n, t in teams.items()}, self.env, self.log)
        specs = {n: Procedure.model_validate(p) for n, p in procedures.items()}
        self.procedures = Procedures(
            specs, self.people, Spares.model_validate(spares or {}), Streams(seed), self.env, self.log
        )
        self.acts = []
        self.procedures.act = lambda act, target, row: self.acts.append((self.env.now, act.do, act.what, target))

    def alarm(self, at_h, subject, alarm="pdu"):
        self.to(at_h)
        self.procedures.alarm(subject, alarm, -1)

    def to(self, t_h):
        if t_h > self.env.now:
            self.env.run(until=t_h)

    def when(self, kind, subject=""):
        return [round(r.t_h, 6) for r in self.log if r.kind == kind and subject in ("", r.subject)]


def steps(**takes):
    return {name: {"who": "team", "takes_h": hours} for name, hours in takes.items()}


def procedure(steps, **more):
    return {"repair": {"on_alarm": ["pdu"], "steps": steps, **more}}


def test_steps_follow_each_other_as_written():
    office = Office(procedure(steps(detect=0.1, order=0.2, swap=0.5)))
    office.alarm(1.0, "k1.A")
    office.to(5)
    assert office.when("step.done") == [1.1, 1.3, 1.8]
    assert office.when("procedure.done", "repair#1") == [1.8]


@st.composite
def networks(draw):
    """Steps a, b, c … each after some of those before it."""
    count = draw(st.integers(1, 7))
    names = "abcdefg"[:count]
    return {
        name: (draw(st.integers(1, 20)) / 20, draw(st.lists(st.sampled_from(names[:n]), unique=True)) if n else [])
        for n, name in enumerate(names)
    }


@settings(deadline=None)
@given(networks())
def test_with_people_enough_a_procedure_takes_its_critical_path(network):
    written = {n: {"who": "team", "takes_h": hours, "after": after} for n, (hours, after) in network.items()}
    office = Office(procedure(written))
    office.alarm(0.0, "x")
    office.to(50)
    ends = {}
    for name, (hours, after) in network.items():
        ends[name] = hours + max((ends[one] for one in after), default=0.0)
        assert office.when("step.done", f"repair#1.{name}") == [pytest.approx(ends[name], abs=1e-5)]
    assert office.when("procedure.done") == [pytest.approx(max(ends.values()), abs=1e-5)]


PAIR = {"fixers": {"team": "onsite", "people": 2, "skill": "power"}}
ONSITE = {"onsite": {"people": 3, "place": "centre", "skills": ["power"]}}
TRIP = {
    "go": {"who": "fixers", "takes_h": 0.5, "to": "room"},
    "swap": {"who": "fixers", "takes_h": 1.0, "at": "room", "uses": {"pdu": 1},
             "does": [{"do": "mend", "what": "{target}"}]},
}  # fmt: skip
STOCK = {"stores": {"room": {"pdu": 2}, "centre": {"pdu": 1}}, "fetch_h": "1 h"}


def test_two_faults_at_once_wait_for_the_same_pair_who_need_not_travel_twice():
    office = Office(procedure(TRIP, roles=PAIR), ONSITE, STOCK)
    office.alarm(0.0, "k1.A")
    office.alarm(0.1, "k2.A")
    office.to(5)
    assert office.acts == [(1.5, "mend", "{target}", "pdu:k1.A"), (2.5, "mend", "{target}", "pdu:k2.A")]
    assert office.when("step.waits", "repair#2.go") == [0.1]
    assert office.when("step.begun", "repair#2.go") == [1.5]
    assert office.when("step.begun", "repair#2.swap") == [1.5], "they are there already"


def test_no_person_is_on_two_steps():
    office = Office(procedure(TRIP, roles=PAIR), {"onsite": {**ONSITE["onsite"], "people": 5}}, STOCK)
    for number in range(3):
        office.alarm(0.1 * number, f"k{number}.A")
    office.to(20)
    busy = {}
    for row in office.log:
        if row.kind == "person.busy":
            assert busy.get(row.subject) is None
            busy[row.subject] = row.object
        elif row.kind == "person.free":
            busy[row.subject] = None
    assert not any(busy.values())


def test_a_spare_that_is_not_there_is_fetched_and_one_that_is_nowhere_is_waited_for():
    office = Office(procedure(TRIP, roles=PAIR), {"onsite": {**ONSITE["onsite"], "people": 8}}, STOCK)
    for number in range(4):
        office.alarm(0.0, f"k{number}.A")
    office.to(9)
    assert [t for t, *_ in office.acts] == [1.5, 1.5, 2.5], "two at hand, one an hour away, none for the last"
    assert office.when("procedure.done", "repair#4") == []
    assert office.when("step.waits", "repair#4.swap") == [0.5]


def test_a_refused_step_goes_back_and_is_done_again():
    written = steps(order=0.2, travel=0.3, sign=0.1, swap=0.5)
    written["sign"] |= {"refused": 1.0, "back_to": "order"}
    office = Office(procedure(written))
    office.alarm(0.0, "x")
    office.to(9)
    rejected = office.when("step.rejected", "repair#1.sign")
    assert rejected == [0.6, 1.2, 1.8, 2.4], "until the fifth try"
    assert office.when("step.begun", "repair#1.order") == [0.0, 0.6, 1.2, 1.8, 2.4]
    assert office.when("procedure.done") == [3.5]


def test_a_refusal_is_a_draw_named_after_its_run():
    written = steps(sign=0.1)
    written["sign"]["refused"] = 0.5
    tries = []
    for seed in range(200):
        office = Office(procedure(written), seed=seed)
        office.alarm(0.0, "x")
        office.to(2)
        tries.append(len(office.when("step.begun")))
    assert 1.75 < sum(tries) / len(tries) < 2.15, "1 / (1 - 0.5), cut at five"


def test_one_team_more_changes_no_duration():
    written = {n: {"who": "team", "takes_h": "20/45 min"} for n in ("one", "two")}
    few = Office(procedure(written))
    many = Office(procedure(written), {"other": {"people": 3, "place": "x"}, "team": {"people": 2, "place": "x"}})
    for office in (few, many):
        office.alarm(0.0, "x")
        office.to(9)
    assert few.when("step.done") == many.when("step.done")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"a": {"who": "t", "takes_h": 1, "after": ["b"]}, "b": {"who": "t", "takes_h": 1}}, "circle: a → b → a|circle: b → a → b"),
        ({"a": {"who": "t", "takes_h": 1, "after": ["z"]}}, "must name steps"),
        ({"a": {"who": "t", "takes_h": 1, "back_to": "b"}, "b": {"who": "t", "takes_h": 1}}, "must go back to a step before"),
    ],
)  # fmt: skip
def test_a_procedure_that_cannot_be_done_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        Procedure.model_validate({"on_alarm": ["pdu"], "steps": written})
