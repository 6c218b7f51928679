"""Pictures of machine rooms and procedures: drawn where there is something, at the right moment, any name, same bytes."""

import numpy as np
import pytest
from little_rooms import FACILITY, HOURS, TEAMS, drill_run, inventory_of, living, rooms_run, spec_of, story
from little_runs import inventory
from matplotlib.image import imread

from sim.report import room_states, single_line, style, swim_lanes, swim_pack, temperatures
from sim.report.figures import draw_figures
from sim.report.line_plan import sketch_of
from sim.report.room_states import Moment
from sim.report.series import Story
from sim.results import Run


@pytest.fixture(scope="module")
def drill():
    return Story.of(drill_run())


def texts_of(figure):
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_parse_math"))]


def drawn(draw, one):
    with style.drawing():
        return draw(one)


# ---------------------------------------------------------------- which pictures


def test_a_run_of_machine_rooms_has_their_pictures_alone(tmp_path):
    paths = draw_figures(drill_run(), tmp_path)
    assert [path.name for path in paths] == ["temperatures.png", "procedure.png", "single_line.png"]
    for path in paths:
        picture = imread(path)
        assert picture.shape[1] >= 1400
        assert picture[..., :3].std() > 0.05


def test_a_run_with_both_has_all(tmp_path):
    run = drill_run()
    made = inventory()
    made.update({item: run.inventory[item] for item in run.inventory})
    names = [path.stem for path in draw_figures(Run(run.spec, 7, "test", run.log, made), tmp_path)]
    assert names == ["outage_curve", "gantt", "temperatures", "procedure", "single_line"]


def test_the_same_run_gives_the_same_bytes(tmp_path):
    first = [path.read_bytes() for path in draw_figures(drill_run(), tmp_path / "a")]
    assert first == [path.read_bytes() for path in draw_figures(drill_run(), tmp_path / "b")]


def test_a_quiet_exchange_is_drawn_whole():
    log, plant = living(2.0, faults=())
    quiet = Story.of(Run(spec_of(horizon_h=2.0), 7, "test", log, inventory_of(plant)))
    assert any("no device tripped by heat" in text for text in texts_of(drawn(temperatures.draw, quiet)))
    assert any("nothing is out" in text for text in texts_of(drawn(single_line.draw, quiet)))
    assert any("No step was begun" in text for text in texts_of(drawn(swim_lanes.draw, quiet)))


def test_a_policy_is_named_only_where_somebody_is_sent():
    run, made = drill_run(), inventory()
    made.update({item: run.inventory[item] for item in run.inventory})
    rooms, both = (Story.of(Run(run.spec, 7, "nearest", run.log, plant)) for plant in (run.inventory, made))
    assert "seed 7" in texts_of(drawn(temperatures.draw, rooms))
    assert "seed 7 · nearest job first" in texts_of(drawn(temperatures.draw, both))


def test_numbers_beside_marks_keep_off_the_next_mark():
    """On eight hours, a mark is some 7 minutes wide and one with its number some 20."""
    many = [1.0] * 20
    assert temperatures.together([*many, 1.12, 1.2], 8.0) == [[*many, 1.12, 1.2]]
    assert temperatures.together([*many, 1.5], 8.0) == [many, [1.5]]
    assert temperatures.together([1.0, 1.2], 8.0) == [[1.0], [1.2]]
    assert temperatures.together([1.0, 1.1], 8.0) == [[1.0, 1.1]]
    assert temperatures.together([], 8.0) == []


def test_hostile_names_are_shown_as_text():
    run = drill_run(title={"en": "$\\alpha$ drill {", "zh": "很长的名字" * 30})
    for item in ("row", "team", "service", "procedure_step"):
        size = len(run.inventory[item]["id"])
        run.inventory[item] |= {
            "name": np.array(["很长 $x_1$" * 20] * size),
            "name_en": np.array(["\\frac{1}{2} a\nb"] * size),
        }
    for draw in (temperatures.draw, swim_lanes.draw, single_line.draw):
        texts = texts_of(drawn(draw, Story.of(run)))
        assert any("$\\alpha$ drill {" in text for text in texts)
        assert max(len(line) for text in texts for line in text.split("\n")) < 300


# ---------------------------------------------------------------- the moment


def test_the_worst_moment_has_most_services_then_most_devices_out(drill):
    t_h = room_states.worst_h(drill)
    worst = Moment(drill, t_h)
    down = sum(state in ("dead", "hot", "broken") for state in worst.devices.values())
    assert sum(map(bool, worst.services.values())) == 2
    assert down == drill.tables.rooms.devices_down().who.size or down == 9
    assert (worst.nodes["ups_b"].state, worst.nodes["board_b"].state, worst.nodes["gen"].state) == (
        "broken",
        "dead",
        "standby",
    )
    assert (worst.nodes["k1.A"].state, worst.nodes["k2.B"].state) == ("broken", "dead")
    assert (worst.coolers["c1"], worst.coolers["c3"]) == ("broken", "on")
    assert worst.devices["db-2"] == "slow"


def test_a_ups_whose_feed_is_dead_is_on_battery(drill):
    at = Moment(drill, 2.705)
    assert at.nodes["ups_a"].state == "battery"
    assert at.nodes["ats_a"].state == "dead"
    assert Moment(drill, 3.0).nodes["ats_a"].source == "gen"


def test_loads_over_the_limit_are_told(drill):
    assert Moment(drill, 0.55).nodes["k1.B"].state == "over"
    assert Moment(drill, 0.4).nodes["k1.B"].state == "live"
    assert Moment(drill, 0.55).nodes["k1.B"].load_kw == pytest.approx(6.2)


def test_loads_before_and_after_agree_with_the_curve(drill):
    curve = room_states.load_curves(drill)["k1.B"]
    assert curve.at(0.55) == pytest.approx(6.2)
    assert curve.at(0.6) == 0


def test_temperatures_are_sampled_at_every_turn(drill):
    t_h, level = room_states.sampled(drill, "r1", "k1")
    assert level.max() == pytest.approx(drill.tables.rooms.peak_c("r1"), abs=0.02)
    assert np.all(np.diff(t_h) > 0)


# ---------------------------------------------------------------- lanes


def test_steps_stand_in_the_lane_of_their_team(drill):
    bars = swim_pack.bars_of(drill)
    assert {bar.team for bar in bars} == {team[0] for team in TEAMS}
    swap = next(bar for bar in bars if bar.step_run == "swap_pdu#1.swap")
    assert (swap.waits_h, swap.start_h) == pytest.approx((2.15, 2.55))
    refused = [bar for bar in bars if bar.rejected]
    assert [(bar.step_run, bar.tries) for bar in refused] == [("swap_pdu#1.authorise", 1), ("swap_pdu#2.authorise", 1)]
    again = next(bar for bar in bars if bar.step_run == "swap_pdu#1.order" and bar.tries == 2)
    assert again.after == ("swap_pdu#1.authorise", 1)


def test_deadlines_on_the_picture_are_those_of_the_kpi(drill):
    last = [bar for bar in swim_pack.bars_of(drill) if bar.last and np.isfinite(bar.due_h)]
    assert sum(bar.met for bar in last) == int(drill.tables.procedures.deadlines.on_time.sum())


def test_bars_of_one_slot_do_not_overlap(drill):
    bars = [bar for bar in swim_pack.bars_of(drill) if bar.team == "noc"]
    bars.sort(key=lambda bar: bar.start_h)
    slots = swim_pack.packed(bars, ["swap_pdu#1", "swap_pdu#2"], 0.4)
    for slot in set(slots):
        mine = [bar for bar, at in zip(bars, slots, strict=True) if at == slot]
        assert len({bar.run for bar in mine}) == 1
        assert all(one.end_h <= other.start_h for one, other in zip(mine, mine[1:], strict=False))


def test_a_step_that_never_ends_ends_with_the_drill():
    rows = [(0.5, "procedure.started", "swap_pdu#1", "k1.A"), (0.6, "step.begun", "swap_pdu#1.detect", "noc", 1.0)]
    rows += [(0.7, "step.waits", "swap_pdu#1.swap", "maintenance")]
    one = Story.of(rooms_run(rows))
    bars = {bar.step_run: bar for bar in swim_pack.bars_of(one)}
    assert bars["swap_pdu#1.detect"].unfinished
    assert bars["swap_pdu#1.swap"].start_h == HOURS
    assert drawn(swim_lanes.draw, one)


def test_two_runs_have_two_colours(drill):
    assert {"swap_pdu#1", "swap_pdu#2"} <= set(texts_of(drawn(swim_lanes.draw, drill)))


# ---------------------------------------------------------------- many racks


def many_racks(count):
    racks = {f"x{n}": {"row": "r2", "feeds": {"A": "board_a", "B": "board_b"}} for n in range(count)}
    devices = {f"y{n}": {"rack": f"x{n}", "load_w": 50, "count": 3} for n in range(count)}
    facility = {**FACILITY, "racks": {**FACILITY["racks"], **racks}, "devices": {**FACILITY["devices"], **devices}}
    log, plant = living(1.5, facility)
    return Story.of(Run(spec_of(horizon_h=1.5), 7, "test", log, inventory_of(plant)))


def test_more_than_a_dozen_racks_are_drawn_together():
    few, many = many_racks(6), many_racks(40)
    assert not sketch_of(few, Moment(few, 0.0)).grouped
    plan = sketch_of(many, Moment(many, 0.0))
    assert plan.grouped
    assert [bay.title for bay in plan.bays if not bay.cooler] == ["r1 ×3", "r2 ×42", "k6"]
    assert sum(len(bay.devices) for bay in plan.bays) == many.count("device")
    assert any("together" in text for text in texts_of(drawn(single_line.draw, many)))


def test_every_node_above_the_racks_has_its_place(drill):
    plan = sketch_of(drill, Moment(drill, 0.0))
    assert [len(layer) for layer in plan.layers] == [3, 2, 2, 2, 1]
    assert plan.layers[0] == ["mains_a", "gen", "mains_b"]


def test_the_story_by_hand_is_in_order():
    times = [row[0] for row in sorted(story("swap_pdu#1", 0.0), key=lambda row: row[0])]
    assert times == sorted(times)


def test_a_device_fed_past_the_pdus_is_joined_to_its_node():
    facility = {
        "rows": {"r": {"site": "hub"}},
        "power": {"m": {"kind": "mains"}},
        "racks": {"k": {"row": "r", "feeds": {}}},
        "devices": {"d": {"rack": "k", "load_w": 100, "supplies": ["m"], "count": 2}},
        "services": {"s": {"needs": "d-1"}},
    }
    log, plant = living(1.0, facility, ((0.2, "fail", "mains", "m"),))
    one = Story.of(Run(spec_of(horizon_h=1.0), 7, "test", log, inventory_of(plant)))
    for t_h, state in ((0.1, "live"), (0.3, "dead")):
        (bay,) = sketch_of(one, Moment(one, t_h)).bays
        assert [(box.feed, box.state) for box in bay.boxes] == [("m", state)]
    assert drawn(single_line.draw, one)
