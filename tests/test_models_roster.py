"""Who is called when: hired hands and help from outside come once, however many levels ask for them."""

import pytest
from validation.rules_crews import of_crews
from validation.worlds import scenario, story

TWICE = (
    "[{level: III, when: {sites_out: 3}, decide_h: 15 min, do: [hire, ask_mutual_aid]}, "
    "{level: II, when: {stations_out: 30}, decide_h: 30 min, do: [hire, ask_mutual_aid]}]"
)


@pytest.fixture(scope="module")
def asked_twice():
    """Two levels ask for the same hired hands, the same aid and the same help between parties."""
    return story(scenario("two_banners", plan__levels=TWICE))


def test_what_is_asked_for_twice_comes_once(asked_twice):
    """Fails when the second level calls hired loaders, aid or helpers again (it did, and the run broke)."""
    assert len(asked_twice.of("desk.level")) == 2
    aid = [(row.subject, row.object) for row in asked_twice.of("desk.aid")]
    assert len(aid) == 3
    assert len(set(aid)) == 3


def test_hired_crews_are_not_released_from_their_work_by_a_second_call():
    """Without hired loaders the second call did not break the run: it set crews free that were at work."""
    for seed in (1, 2, 3):
        of = story(scenario("two_banners", plan__levels=TWICE, resources__hired__loaders="0"), seed)
        hired = {name: life for name, life in of_crews(of).items() if name.startswith(("hired", "aid"))}
        assert hired
        for name, life in hired.items():
            steps = [row.kind for row in life if row.kind in ("crew.sent", "crew.free")]
            sent = [pair for pair in zip(steps, steps[1:], strict=False) if pair == ("crew.sent", "crew.sent")]
            assert not sent, (name, steps)
