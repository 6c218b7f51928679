"""The dispatcher's short cuts beside the plain way: every job offered, every crew asked, every way found afresh."""

from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.models.dispatch import Dispatcher
from sim.models.roads import Roads
from sim.models.waiting import JobQueue
from sim.run import play
from sim.vocabulary import Job

SCENARIOS = Path(__file__).parents[1] / "scenarios"


def shipped(name):
    return sim.load(SCENARIOS / f"{name}.yaml")


def job(name):
    return Job(id=name, kind="repair", site=0, opened_h=0.0, deadline_h=inf, site_class=1, place_rank=0, users=0.0)


moves = st.lists(
    st.one_of(
        st.tuples(st.just("push"), st.integers(0, 11), st.integers(0, 3)),
        st.tuples(st.just("drop"), st.integers(0, 11), st.just(0)),
        st.tuples(st.just("round"), st.integers(0, 6), st.integers(0, 7)),
    ),
    max_size=40,
)


@given(moves)
def test_the_queue_gives_jobs_as_a_sorted_list_would(steps):
    """Three needs, jobs ranked, ranked anew and dropped between rounds; a need may be forbidden for a round."""
    queue, plain, number = JobQueue(), {}, 0
    needs = [("", str(which), 0) for which in range(3)]
    jobs = [job(str(n)) for n in range(12)]
    for what, a, b in steps:
        if what == "push":
            queue.push(needs[a % 3], (float(b),), jobs[a])
            plain[jobs[a].id] = ((float(b),), number, needs[a % 3])
            number += 1
        elif what == "drop":
            queue.drop(jobs[a].id)
            plain.pop(jobs[a].id, None)
        else:
            may = {need: bool(b >> place & 1) for place, need in enumerate(needs)}
            queue.begin(lambda _need: False)
            aside = []
            for turn in range(a):
                first = queue.take(may.__getitem__)
                left = sorted((*entry, name) for name, entry in plain.items() if may[entry[2]])
                left = [entry for entry in left if entry[3] not in {taken[1][2].id for taken in aside}]
                assert (first is None) == (not left)
                if first is None:
                    break
                assert first[1][2].id == left[0][3]
                if turn % 2:
                    aside.append(first)
                else:
                    queue.drop(first[1][2].id)
                    del plain[first[1][2].id]
                queue.look_at(first[0])
            for need, entry in aside:
                queue.put_back(need, entry)


def plain_best(desk, wanted, own_county):
    """The first of the crews that would be there soonest, every one of them asked."""
    version, now = desk._version(), desk._env.now
    tried = desk._tried[own_county].get(wanted.id, (-1, -1))
    best, best_h, seen = None, inf, []
    for crew in desk.free.values():
        if tried[0] == version and desk._free_since[crew.id] <= tried[1]:
            continue
        if (own_county and crew.depot.county != wanted.county) or not desk.can_serve(crew, wanted):
            continue
        if crew.likeness(now) in seen:
            continue
        seen.append(crew.likeness(now))
        hours = desk.estimate_h(crew, wanted)
        if hours < best_h and hours <= desk._settings.max_travel_h and hours <= crew.work_left_h(now):
            best, best_h = crew, hours
    return best


def compare_every_choice(monkeypatch):
    """Every choice of a crew is made both ways, every estimate is held against its bound; counts of what was seen."""
    short_cut, seen = Dispatcher._best_crew, {"sent": 0, "nobody": 0, "bounds": 0}

    def both(self, wanted, own_county):
        expected = None if self._driving.drawn else plain_best(self, wanted, own_county)
        found = short_cut(self, wanted, own_county)
        if not self._driving.drawn:
            assert found is expected
            seen["sent" if found else "nobody"] += 1
            for crew in self.free.values():
                ways_h = self._driving.ways_h(crew, self._env.now)
                assert self._driving.least_h(crew, wanted, ways_h) <= self.estimate_h(crew, wanted)
                seen["bounds"] += 1
        return found

    monkeypatch.setattr(Dispatcher, "_best_crew", both)
    return seen


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_choices_are_those_of_a_plain_search(monkeypatch, seed):
    seen = compare_every_choice(monkeypatch)
    play(shipped("ten_sites"), seed)
    assert seen["sent"] > 0
    assert seen["bounds"] > 0


@pytest.mark.slow
def test_choices_in_the_blizzard_are_those_of_a_plain_search(monkeypatch):
    seen = compare_every_choice(monkeypatch)
    play(shipped("tongliao_blizzard"), 2)
    assert seen["sent"] > 100
    assert seen["nobody"] > 1000


def test_kept_ways_are_those_found_afresh(monkeypatch):
    """Ways are kept while no hours on the graph differ: at every question the hours are those of a new search."""
    kept, asked = Roads._way_to, []

    def both(self, node, to_node, vehicle, now, permit):
        found = kept(self, node, to_node, vehicle, now, permit)
        former, self._passages = self._passages, {}
        afresh = kept(self, node, to_node, vehicle, now, permit)
        self._passages = former
        assert np.array_equal(found.hours, afresh.hours)
        assert np.array_equal(found.before, afresh.before)
        asked.append(now)
        return found

    monkeypatch.setattr(Roads, "_way_to", both)
    play(shipped("ten_sites"), 1)
    assert len(set(asked)) > 1
