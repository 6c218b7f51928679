"""Who goes where next: orders of the queue, and the view a deciding policy gets."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from validation.worlds import scenario, story

from sim import policies
from sim.errors import InputError
from sim.policies import POLICIES, Policy, as_policy
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
    """Either a rank or a decision, never both or none."""
    for policy in POLICIES.values():
        assert (policy.rank is None) != (policy.decide is None)


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
