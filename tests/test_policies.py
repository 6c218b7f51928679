"""Who goes where next: orders of the queue, and the view a deciding policy gets."""

import os
import re
import subprocess
import sys
from itertools import permutations
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from validation.worlds import scenario, story

from sim import policies
from sim.errors import InputError
from sim.language import speaking
from sim.policies import POLICIES, Policy, as_policy
from sim.policies.words import policy_does, policy_told
from sim.results import simulate
from sim.vocabulary import Job, Order

jobs = st.builds(
    Job,
    id=st.integers(0, 999).map("generate-{:04d}".format),
    kind=st.just("generate"),
    site=st.integers(0, 50),
    opened_h=st.floats(0, 72),
    deadline_h=st.floats(0, 90) | st.just(float("inf")),
    site_class=st.integers(0, 3),
    place_rank=st.integers(0, 7),
    users=st.floats(0, 3000),
)


def first(rank, *queue):
    return min(queue, key=rank)


def job(**changed):
    usual = {
        "id": "generate-0001",
        "kind": "generate",
        "site": 0,
        "opened_h": 5.0,
        "deadline_h": 9.0,
        "site_class": 2,
        "place_rank": 7,
        "users": 100.0,
    }
    return Job(**{**usual, **changed})


@given(st.lists(jobs, min_size=2, max_size=8))
def test_first_come_first_served(queue):
    """Nobody who came later goes first."""
    assert first(policies.first_come, *queue).opened_h == min(j.opened_h for j in queue)


@given(st.lists(jobs, min_size=2, max_size=8))
def test_class_then_deadline_is_the_plans_order(queue):
    """Place first, class next, deadline last."""
    chosen = first(policies.class_then_deadline, *queue)
    assert chosen.place_rank == min(j.place_rank for j in queue)
    peers = [j for j in queue if j.place_rank == chosen.place_rank]
    assert chosen.site_class == min(j.site_class for j in peers)
    assert chosen.deadline_h == min(j.deadline_h for j in peers if j.site_class == chosen.site_class)


@given(st.lists(jobs, min_size=2, max_size=8))
def test_most_users_first_within_the_plans_order(queue):
    """Place first, then whoever most people wait for."""
    chosen = first(policies.most_users, *queue)
    assert chosen.users == max(
        j.users for j in queue if j.place_rank == chosen.place_rank == min(k.place_rank for k in queue)
    )


def view(crews, queue, hours):
    return SimpleNamespace(
        now_h=1.0, crews=crews, jobs=queue, can_serve=lambda crew, job: (crew.id, job.id) in hours,
        travel_h=lambda crew, job: hours[crew.id, job.id],
    )  # fmt: skip


def test_nearest_sends_each_free_crew_to_its_nearest_job():
    """Two crews, three jobs: nobody is sent twice, nowhere twice, nor where there is no road."""
    one, two = SimpleNamespace(id="one"), SimpleNamespace(id="two")
    a, b, c = (job(id=f"generate-000{n}") for n in (1, 2, 3))
    hours = {("one", a.id): 2.0, ("one", b.id): 1.0, ("two", b.id): 0.5, ("two", c.id): float("inf")}
    orders = policies.nearest(view([one, two], [a, b, c], hours))
    assert orders == [Order(one, b)]


def test_policies_by_name_and_by_hand():
    """A name, a policy or any callable; an unknown name is refused."""
    assert as_policy("nearest") is POLICIES["nearest"]
    own = Policy("own", rank=policies.first_come)
    assert as_policy(own) is own

    def mine(_view):
        return []

    assert as_policy(mine).name == "mine"
    assert as_policy(mine).decide is mine
    with pytest.raises(InputError, match="must be one of"):
        as_policy("none such")


def test_every_policy_says_how_it_decides():
    """By a rank, a decision or a maker of decisions: one of them."""
    for policy in POLICIES.values():
        assert sum(way is not None for way in (policy.rank, policy.decide, policy.make)) == 1


def test_rolling_assignment_serves_class_a_before_any_number_of_others():
    """One crew, one late A job far away, many C jobs at the door: A."""
    crew = SimpleNamespace(id="one")
    far = job(id="generate-0009", site_class=0, deadline_h=1.5)
    near = [job(id=f"generate-000{n}", deadline_h=2.0) for n in range(5)]
    hours = {("one", far.id): 6.0, **{("one", other.id): 0.1 for other in near}}
    assert policies.rolling_assignment(view([crew], [*near, far], hours)) == [Order(crew, far)]


@given(st.lists(st.lists(st.integers(1, 40), min_size=3, max_size=3), min_size=3, max_size=3))
def test_rolling_assignment_is_the_best_of_all_pairings(quarters):
    """Three crews, three jobs that are late already: the least hours on the way in all, found by trying all six."""
    crews = [SimpleNamespace(id=name) for name in ("a", "b", "c")]
    queue = [job(id=f"generate-000{n}", deadline_h=0.5) for n in range(3)]
    hours = {(crew.id, j.id): quarters[c][n] / 4 for c, crew in enumerate(crews) for n, j in enumerate(queue)}
    orders = policies.rolling_assignment(view(crews, queue, hours))
    total = sum(hours[order.crew.id, order.job.id] for order in orders)
    best = min(sum(quarters[c][n] / 4 for c, n in enumerate(order)) for order in permutations(range(3)))
    assert len({order.job.id for order in orders}) == 3
    assert total == pytest.approx(best)


def test_rolling_assignment_prefers_who_can_still_be_in_time():
    """Of two C jobs one is lost for hours anyway, the other only if nobody goes now."""
    crew = SimpleNamespace(id="one")
    late, soon = job(id="generate-0001", deadline_h=-9.0), job(id="generate-0002", deadline_h=3.0)
    hours = {("one", late.id): 5.0, ("one", soon.id): 1.0}
    assert policies.rolling_assignment(view([crew], [late, soon], hours)) == [Order(crew, soon)]


# State of a run


def test_a_made_policy_begins_anew_in_each_run():
    """What a policy remembers is gone in the next run: the same seed gives the same digest."""
    made = []

    def make(seed):
        made.append(seed)
        seen = []

        def decide(view):
            seen.append(view.now_h)
            return policies.nearest(view) if len(seen) % 2 else []

        return decide

    own = Policy("every_other", make=make)
    first, second = (simulate(scenario("ten_sites"), 3, own) for _ in range(2))
    assert made == [3, 3]
    assert first.log_digest == second.log_digest


def test_planned_gives_the_same_run_again_and_in_another_process():
    """Tours are searched by count of steps and by the run's seed, and kept for one run only."""
    pytest.importorskip("pyvrp")
    code = "import sim; print(sim.simulate(sim.load('ten_sites'), 1, 'planned').log_digest)"
    told = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        ).stdout.strip()
        for hash_seed in ("1", "2")
    ]  # fmt: skip
    here = [simulate(scenario("ten_sites"), 1, "planned").log_digest for _ in range(2)]
    assert len({*told, *here}) == 1


def test_planned_sends_a_crew_to_the_next_job_of_its_tour():
    """Two crews far apart, each with two jobs at its door: each keeps to its own, and the tour goes on by itself."""
    pytest.importorskip("pyvrp")
    west, east = (crew_at(name) for name in ("west", "east"))
    at = {"w1": 0.0, "w2": 0.2, "e1": 9.0, "e2": 9.2}
    queue = [job(id=name, deadline_h=40.0) for name in at]
    start = {"west": 0.0, "east": 9.0}
    seen = view([west, east], queue, {(c, name): abs(start[c] - x) + 0.1 for c in start for name, x in at.items()})
    seen.onward_h = lambda _crew, first, then: abs(at[first.id] - at[then.id])
    seen.has_road_to = lambda _crew, _job: True
    decide = policies.planned(1)
    first = decide(seen)
    orders = {order.crew.id: order.job.id[0] for order in first}
    assert orders == {"west": "w", "east": "e"}
    rest = {order.crew.id: order.job.id[0] for order in decide(still_open(seen, orders_of=first))}
    assert rest == {"west": "w", "east": "e"}


def test_planned_without_its_extra_is_one_line(monkeypatch):
    """Who has not installed PyVRP is told which extra to install."""
    monkeypatch.setitem(sys.modules, "pyvrp", None)
    with pytest.raises(InputError, match=r"drillsim\[opt\]"):
        simulate(scenario("ten_sites"), 1, "planned")


def still_open(seen, orders_of):
    """The same view once these orders are carried out."""
    gone = {order.job.id for order in orders_of}
    return SimpleNamespace(**{**vars(seen), "jobs": [job for job in seen.jobs if job.id not in gone]})


def crew_at(name):
    return SimpleNamespace(id=name, shift_left_h=10.0)


# In a drill


def test_policies_differ_in_what_they_do_first():
    """On the same storm the first jobs served are in the order the policy promises.

    Fails when the dispatcher ignores the policy.
    """
    told = {name: story(scenario("two_banners"), 1, name) for name in POLICIES}
    orders = {name: tuple(row.subject for row in of.of("job.assigned")) for name, of in told.items()}
    assert len({orders[name] for name in ("first_come", "class_then_deadline", "nearest", "most_users")}) == 4
    assert {row.object for row in told["nearest"].of("run.begins")} == {"nearest"}


def test_the_view_shows_what_the_desk_knows_and_no_more():
    """Free crews and waiting jobs; estimates finite where a road is open; nothing of sites the desk has not heard of."""
    seen, hours = [], []

    def look(view):
        hours.append(view.now_h)
        for waiting in view.jobs:
            assert waiting.status == "open"
            assert waiting.opened_h <= view.now_h
        for crew in view.crews:
            assert crew.people == 2
            assert "power" in crew.skills
            assert crew.shift_left_h > 0
        seen.append((len(view.crews), len(view.jobs)))
        return policies.nearest(view)

    told = story(scenario("two_banners"), 1, look)
    assert hours == sorted(hours)
    assert {round(row.t_h, 4) for row in told.of("job.assigned")} <= {round(hour, 4) for hour in hours}
    assert max(crews for crews, _ in seen) > 1
    assert max(waiting for _, waiting in seen) > 3
    assert told.of("job.done")


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_has_a_name_and_a_line_in_both_languages(name):
    english = policy_told(name), policy_does(name)
    assert english[0].startswith(f"{name} (")
    assert english[1].endswith(".")
    with speaking("zh"):
        assert re.fullmatch(rf"{name}（[一-鿿]+）", policy_told(name))
        assert re.search("[一-鿿]", policy_does(name))
    assert (policy_told("mine"), policy_does("mine")) == ("mine", "")
