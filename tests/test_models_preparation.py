"""The plan's preparation: fuel comes when the tanker does, crews move by road on their own shift."""

import pytest
from validation.rules_crews import of_crews
from validation.worlds import drill, scenario, story, told


def ordered(measure=None, seed=1, **resources):
    """The town, whose depot orders winter diesel by +5 h."""
    line = {"do": "fill_fuel", "grade_c": -20, "by": "+5 h", **(measure or {})}
    given = {"depots": {"ten": {"crews": 1, "fuel_l": 400}}, **resources}
    return story(drill("ten_sites", plan={"before": [line]}, resources=given), seed)


@pytest.mark.parametrize(("hours", "in_time"), [(4, True), (7, False)])
def test_fuel_is_delivered_when_the_tanker_is_there(hours, in_time):
    """The supplier's time decides whether the line is kept; fails when fuel comes by a clock of its own."""
    of = ordered(fuel={"delivered_h": hours})
    (done,) = of.of("measure.done")
    assert done.t_h == pytest.approx(hours)
    assert (done.t_h <= done.value) == in_time
    assert [row.kind for row in of.why(done)] == ["measure.done", "depot.fuelled", "measure.planned"]


def test_each_depot_and_each_run_has_its_own_delivery():
    """Three depots, three hours; fails when all are served at one."""
    of = told("two_banners", 1)
    hours = [row.t_h for row in of.of("depot.fuelled")]
    assert len(set(hours)) == 3
    assert hours != [row.t_h for row in told("two_banners", 2).of("depot.fuelled")]


def test_a_delivery_brings_the_litres_asked_for_or_what_is_missing():
    """A full depot lacks nothing; `litres` are added to what is there."""
    assert [row.value for row in ordered().of("depot.fuelled")] == [0.0]
    assert [row.value for row in ordered({"litres": "600 L"}).of("depot.fuelled")] == [600.0]


def test_what_was_burnt_before_the_tanker_came_is_filled_up():
    """Refuelling has taken some of the 400 L: so much comes, and no more; fails when the whole ledger is poured on top."""
    of = story(
        drill(
            "ten_sites",
            injects=[{"at": "+1 h", "do": "fail", "what": f"site:s{n}.mains"} for n in (2, 3, 4, 5, 6)],
            plan={"before": [{"do": "fill_fuel", "grade_c": -20, "by": "+48 h"}], "generator": {"collect": "never"}},
            resources={
                "crew": {"fuel_l": 30},
                "depots": {"ten": {"crews": 3, "petrol_5kw": 4, "fuel_l": 400}},
                "fuel": {"delivered_h": 40},
            },
        )
    )
    refuelled = [row for row in of.of("job.done") if row.subject.startswith("refuel")]
    (delivered,) = of.of("depot.fuelled")
    assert refuelled
    assert 0 < delivered.value < 400


def test_moved_crews_are_called_out_and_drive_on_their_own_shift():
    """Called, then sent, then there; fails when they leave at the start, or their shift begins only with a job."""
    of = told("two_banners", 1, "class_then_deadline")
    moves = [row for row in of.of("crew.sent") if row.object.startswith("move_crews")]
    assert moves
    for sent in moves:
        life = of_crews(of)[sent.subject]
        called = next(row for row in life if row.kind == "crew.called")
        assert called.t_h < sent.t_h
        rests = [row.t_h for row in life if row.kind == "crew.rests"]
        hard_stop_h = of.scenario.spec.resources.crew.hard_stop_h
        assert rests[0] <= called.t_h + hard_stop_h + 3


def test_crews_that_are_not_on_call_are_missing_at_the_other_depot():
    """Six in ten are on call: the plan moves all six of a depot, and what did not come is counted."""
    six = "[{do: move_crews, from: mid, to: west, crews: 6, by: +12 h}]"
    of = story(scenario("two_banners", plan__before=six))
    assert len(of.of("measure.planned")) == 6
    assert 0 < len(of.of("measure.done")) < 6
