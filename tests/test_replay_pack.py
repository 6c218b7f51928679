"""What the replay page is given says what log, figures and scorecard say."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from replay_reader import Packed

import sim
from sim.replay.columns import Columns, ms_of
from sim.replay.pack import packed
from sim.report import movements, positions, series
from sim.report.series import Story
from sim.report.situation_map import site_states
from sim.scorecard import number

NAMES = ("ten_sites", "hohhot_exchange_drill", "blizzard_mini")


@cache
def played(name):
    return sim.simulate(sim.load(name), seed=1)


@cache
def packed_of(name):
    return Packed(packed([played(name)], "en"))


@pytest.fixture(params=NAMES)
def both(request):
    return played(request.param), packed_of(request.param)


def run_of(pack):
    return pack.head["runs"][0]


def replayed(changes, t_ms, count):
    state = np.zeros(count, dtype=np.int64)
    for at, who, before, after in zip(
        *(changes[name].tolist() for name in ("t_ms", "who", "before", "after")), strict=True
    ):
        if at > t_ms:
            break
        assert state[who] == before
        state[who] = after
    return state


# The container


@given(
    arrays(np.int64, st.integers(0, 40), elements=st.integers(-(2**40), 2**40)),
    arrays(np.float64, st.integers(0, 40), elements=st.floats(allow_nan=True, width=64)),
)
def test_numbers_come_back_as_they_were(whole, exact):
    columns = Columns()
    head = {"whole": columns.whole(whole), "rising": columns.rising(whole), "exact": columns.exact(exact)}
    pack = Packed(columns.bytes_with(head))
    np.testing.assert_array_equal(pack.column(pack.head["whole"]).astype(np.float64), whole.astype(np.float64))
    np.testing.assert_array_equal(pack.column(pack.head["rising"]), whole)
    np.testing.assert_array_equal(pack.column(pack.head["exact"]).astype(np.float64), exact)


def test_small_numbers_take_few_bytes():
    columns = Columns()
    assert columns.whole(np.arange(200))["as"] == "u8"
    assert columns.whole(np.array([-1, 5]))["as"] == "i32"
    assert columns.exact(np.array([0.5, np.nan]))["as"] == "f32"


# The log


def test_the_log_is_all_there(both):
    run, pack = both
    log, told = run.log.columns(), run_of(pack)["log"]
    np.testing.assert_array_equal(pack.column(told["t_ms"]), ms_of(log.t_h))
    for name, column in (
        ("kind", log.kind),
        ("subject", log.subject),
        ("object", log.object),
        ("cause", log.cause_row),
    ):
        np.testing.assert_array_equal(pack.column(told[name]), column)
    np.testing.assert_array_equal(pack.column(told["value"]).astype(np.float64), log.value)
    assert told["names"][: len(log.names)] == list(log.names)
    assert [kind["kind"] for kind in pack.head["kinds"]] == list(log.kinds)


def test_names_are_found_in_the_tables(both):
    run, pack = both
    told, items = run_of(pack)["log"], run_of(pack)["items"]
    found = 0
    for name, sort, row in zip(told["names"], pack.column(told["sort_of"]), pack.column(told["row_of"]), strict=True):
        if sort != 255:
            assert items[pack.head["sorts"][sort]]["columns"]["id"][row] == name
            found += 1
    assert found
    ids = {str(one) for item, table in run.inventory.items() if item != "wording" for one in table["id"]}
    assert found == sum(name in ids for name in told["names"])


# What was true


def test_sites_are_in_the_states_of_the_map(both):
    run, pack = both
    story = Story.of(run)
    count = story.count("site")
    changes = pack.columns(run_of(pack)["tracks"]["sites"])
    moments = np.append(np.random.default_rng(5).uniform(0, run.horizon_h, 25), run.horizon_h)
    for t_h in np.round(moments, 6).tolist():
        np.testing.assert_array_equal(replayed(changes, round(t_h * 3.6e6), count), site_states(story, t_h))


@pytest.mark.parametrize("track", ["sites", "known", "feeders", "links", "roads"])
def test_changes_can_be_played_backwards(both, track):
    _, pack = both
    changes = pack.columns(run_of(pack)["tracks"][track])
    assert (np.diff(changes["t_ms"]) >= 0).all()
    assert (changes["before"] != changes["after"]).all()
    state = dict(zip(changes["who"].tolist(), changes["after"].tolist(), strict=True))
    state |= dict(zip(changes["who"].tolist()[::-1], changes["before"].tolist()[::-1], strict=True))
    assert set(state.values()) <= {0}


def test_the_curve_is_that_of_the_report(both):
    run, pack = both
    story, curve = Story.of(run), run_of(pack)["curve"]
    t_ms = pack.column(curve["t_ms"])
    for cause, column in zip(curve["causes"], curve["out"], strict=True):
        expected = series.stations_out(story)[cause]
        told = pack.column(column)
        np.testing.assert_array_equal(told, [expected.at(t / 3.6e6 + 1e-9) for t in t_ms.tolist()])
    peak = sum(pack.column(column).astype(int) for column in curve["out"]).max(initial=0)
    if story.count("station"):
        assert peak == run.kpi_values["stations_out_peak"]


def test_the_desk_never_knows_of_a_site_before_it_is_told(both):
    run, pack = both
    log = run.log.columns()
    told = {"desk.alarm", "desk.cleared", "desk.listed"}
    rows = {
        (ms, log.names[s])
        for ms, s, k in zip(ms_of(log.t_h).tolist(), log.subject.tolist(), log.kind.tolist(), strict=True)
        if log.kinds[k] in told
    }
    changes = pack.columns(run_of(pack)["tracks"]["known"])
    ids = run.inventory["site"]["id"].tolist()
    for t_ms, who in zip(changes["t_ms"].tolist(), changes["who"].tolist(), strict=True):
        assert (t_ms, ids[who]) in rows


def at_moment(moves, t_ms, count, fields):
    found = np.full((count, len(fields)), np.nan)
    for who in range(count):
        mine = np.flatnonzero(moves["who"] == who)
        if len(mine):
            for place, field in enumerate(fields):
                found[who, place] = np.interp(t_ms, moves["t_ms"][mine], moves[field][mine])
    return found


@pytest.mark.parametrize("name", ["ten_sites", "blizzard_mini"])
def test_crews_are_where_the_rows_put_them(name):
    run, pack = played(name), packed_of(name)
    story = Story.of(run)
    moves = pack.columns(run_of(pack)["tracks"]["crews"])
    count = story.count("crew")
    assert (np.diff(moves["who"].astype(int)) >= 0).all()
    for t_h in np.random.default_rng(3).uniform(0, run.horizon_h, 20).tolist():
        lon, lat = positions.crew_places(story, t_h)
        found = at_moment(moves, t_h * 3.6e6, count, ("lon", "lat"))
        np.testing.assert_allclose(found[:, 0], lon, atol=2e-4)
        np.testing.assert_allclose(found[:, 1], lat, atol=2e-4)


@pytest.mark.parametrize("name", ["ten_sites", "blizzard_mini"])
def test_crews_do_what_the_chart_says(name):
    run, pack = played(name), packed_of(name)
    story = Story.of(run)
    states, moves = movements.crew_states(story), pack.columns(run_of(pack)["tracks"]["crews"])
    quiet = len(movements.CREW_STATES)
    for t_h in np.round(np.random.default_rng(4).uniform(0, run.horizon_h, 20), 5).tolist():
        expected = states.at(t_h, story.count("crew"), quiet)
        for who in range(story.count("crew")):
            mine = np.flatnonzero((moves["who"] == who) & (moves["t_ms"] <= t_h * 3.6e6))
            assert (moves["state"][mine[-1]] if len(mine) else quiet) == expected[who]


# Figures


def test_figures_end_as_in_the_scorecard_and_the_indicators(both):
    run, pack = both
    figures = run_of(pack)["figures"]
    targets = [one for one in figures if one["comparison"]]
    keys = {"id": "id", "kpi": "kpi", "final": "simulated", "bound": "target", "met": "met", "comparison": "comparison"}
    card = [row.to_json() for row in run.scorecard_data.targets]
    assert [[one[key] for key in keys] for one in targets] == [[row[key] for key in keys.values()] for row in card]
    others = [one for one in figures if not one["comparison"]]
    assert len(others) >= 6
    for one in others:
        expected = run.kpi_values[one["kpi"]]
        assert one["final"] == number(expected)
    for one in figures:
        last = float(pack.column(one["values"])[-1])
        assert (None if np.isnan(last) else pytest.approx(last)) == one["final"]


def test_figures_as_of_a_moment_are_those_of_a_drill_that_ended_there():
    run, pack = played("ten_sites"), packed_of("ten_sites")
    t_ms = pack.column(run_of(pack)["figures_t_ms"])
    at = len(t_ms) // 2
    shorter = sim.metrics.tables(run.log.columns(), run.inventory, float(t_ms[at]) / 3.6e6, run.spec.plan)
    for one in run_of(pack)["figures"]:
        if not one["comparison"]:
            np.testing.assert_allclose(pack.column(one["values"])[at], sim.metrics.kpi(one["kpi"], shorter), rtol=1e-6)


# Bookmarks, questions, rooms


def test_bookmarks_are_in_order_and_within_the_drill(both):
    run, pack = both
    marks = run_of(pack)["bookmarks"]
    times = [mark["t_ms"] for mark in marks]
    assert times == sorted(times)
    assert all(0 <= t <= run.horizon_h * 3.6e6 for t in times)
    log = run.log.columns()
    for mark in marks:
        if mark["row"] >= 0:
            assert mark["t_ms"] == ms_of(log.t_h[mark["row"] : mark["row"] + 1])[0]
        assert mark["say"]["en"]
        assert mark["say"]["zh"]


def test_questions_of_the_scenario_are_marked(tmp_path):
    run = played("ten_sites")
    spec = type(run.spec).model_validate(
        run.spec.model_dump(mode="json", by_alias=True)
        | {
            "questions": [
                {"at": "+3 h", "ask": "Which first?", "note": {"zh": "先重保"}},
                {"at": "+1 h", "ask": {"zh": "何时"}},
            ]
        }
    )
    pack = Packed(packed([replace(run, spec=spec)], "zh"))
    told = run_of(pack)["questions"]
    assert [one["t_ms"] for one in told] == [3_600_000, 10_800_000]
    assert told[1]["ask"] == {"en": "Which first?", "zh": "Which first?"}
    assert told[1]["note"] == {"en": "先重保", "zh": "先重保"}
    assert sum(mark["sort"] == "question" for mark in run_of(pack)["bookmarks"]) == 2


def test_messages_are_those_of_the_injects():
    run, pack = played("hohhot_exchange_drill"), packed_of("hohhot_exchange_drill")
    told = run_of(pack)["messages"]
    assert told
    words = {(str(inject.message), inject.message.zh) for inject in run.spec.injects if inject.message}
    assert {(one["message"]["en"], one["message"]["zh"]) for one in told} == words
    assert {one["expect"]["zh"] for one in told} == {"10 分钟内发现并报告"}
    assert run_of(pack)["names"]["导调组"] == {"en": "Controllers", "zh": "导调组"}
    for one in told:
        assert run.log.row(one["row"]).kind in ("inject.fired", "message.sent")


def test_boxes_of_the_rooms_are_in_the_states_of_the_diagram():
    from sim.report.room_states import Moment

    run, pack = played("hohhot_exchange_drill"), packed_of("hohhot_exchange_drill")
    rooms, story = run_of(pack)["rooms"], Story.of(run)
    boxes, words = rooms["diagram"]["boxes"], pack.head["room_states"]
    changes = pack.columns(rooms["boxes"])
    expected = {
        "live": "live",
        "standby": "standing by",
        "battery": "on its battery",
        "over": "overloaded",
        "dead": "dead",
        "broken": "broken",
    }
    seen = set()
    for t_h in np.linspace(0, run.horizon_h, 17).tolist():
        state = replayed(changes, round(t_h * 3.6e6), len(boxes))
        nodes = Moment(story, t_h).nodes
        for at, box in enumerate(boxes):
            if box["item"] == "power_node":
                assert words[state[at]] == expected[nodes[box["name"]].state], (box["name"], t_h)
                seen.add(words[state[at]])
    assert len(seen) > 1
    names = {box["name"] for box in boxes}
    assert all(wire["from"] in names and wire["to"] in names for wire in rooms["diagram"]["wires"])
    ids = {name for item in ("power_node", "rack", "device", "cooler") for name in run.inventory[item]["id"].tolist()}
    assert names == ids


def test_boxes_of_the_diagram_do_not_cover_each_other():
    boxes = [
        box for box in run_of(packed_of("hohhot_exchange_drill"))["rooms"]["diagram"]["boxes"] if box["item"] != "rack"
    ]
    for at, a in enumerate(boxes):
        for b in boxes[:at]:
            apart = (
                a["x"] + a["w"] <= b["x"]
                or b["x"] + b["w"] <= a["x"]
                or a["y"] + a["h"] <= b["y"]
                or b["y"] + b["h"] <= a["y"]
            )
            assert apart, (a["name"], b["name"])


# The whole


def test_the_same_run_gives_the_same_bytes():
    run = played("ten_sites")
    assert packed([run], "en") == packed([sim.simulate(sim.load("ten_sites"), seed=1)], "en")


def test_words_have_chinese_for_every_sentence_of_the_log(both):
    _, pack = both
    for kind in pack.head["kinds"]:
        assert pack.head["words"][kind["say"]]
    json.dumps(pack.head)


def test_wires_beside_nodes_stand_apart_and_cross_no_node():
    diagram = run_of(packed_of("hohhot_exchange_drill"))["rooms"]["diagram"]
    boxes = {box["name"]: box for box in diagram["boxes"]}
    nodes = [box for box in boxes.values() if box["item"] == "power_node"]
    ways = {}
    for wire in diagram["wires"]:
        for (x, y), (x2, y2) in zip(wire["points"], wire["points"][1:], strict=False):
            if x != x2:
                continue
            if abs(y2 - y) > 100:
                ways.setdefault(wire["from"], set()).add(x)
            for box in nodes:
                inside = box["x"] < x < box["x"] + box["w"]
                past = min(y, y2) < box["y"] and max(y, y2) > box["y"] + box["h"]
                assert not (inside and past), (wire["from"], wire["to"], box["name"])
    # The ways of the two that share a column of nodes can be told from one another.
    assert all(abs(one - other) >= 5 for one in ways["ats_b"] for other in ways["ups_b"])
