"""The replay page as a file, the command that writes it, and what of a run it must not let out or leave out."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from little_runs import run_of
from replay_reader import Packed, of_page

from sim.errors import InputError
from sim.loading import load
from sim.replay import bookmarks, tracks
from sim.replay import page as written
from sim.replay.moves import GENERATOR_STATES
from sim.replay.pack import packed
from sim.report import weather
from sim.report.series import Story

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;\u202e" + "x" * 200
ROOT = Path(__file__).resolve().parent.parent


class Parts(HTMLParser):
    """Elements of a page with their attributes and texts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts = [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        tag = self.elements[-1][0] if self.elements else ""
        self.texts[tag] = self.texts.get(tag, "") + data


@pytest.fixture
def folder(tmp_path):
    return run_of((1.0, "mains.lost", "s1", "fd1"), (3.0, "site.down", "s1", "power")).write(tmp_path / "run")


def with_names(run, name):
    """The run with this name for everything that has one."""
    inventory = type(run.inventory)(run.inventory)
    for item in ("site", "county", "township", "depot"):
        table = dict(inventory[item])
        table |= {column: np.array([name] * len(table["id"])) for column in ("name", "name_en") if column in table}
        inventory[item] = table
    title = run.spec.title.model_copy(update={"en": name, "zh": name})
    return replace(run, inventory=inventory, spec=run.spec.model_copy(update={"title": title}))


# The file


def test_a_page_holds_data_script_and_style_and_calls_for_nothing_else():
    text = written.page([run_of()], "en")
    parts = Parts(text)
    tags = [tag for tag, _ in parts.elements]
    assert tags.count("script") == 2
    assert not {"link", "img", "iframe", "object", "base"} & set(tags)
    assert not any({"src", "href"} & set(attributes) for _, attributes in parts.elements)
    assert ("html", {"lang": "en"}) in parts.elements
    policy = next(a["content"] for t, a in parts.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(script) == 1
    assert f"'sha256-{b64encode(sha256(script[0].encode()).digest()).decode()}'" in policy
    assert of_page(text).head["runs"][0]["about"]["log_digest"] == run_of().log_digest


def test_a_page_speaks_chinese():
    text = written.page([run_of()], "zh")
    assert '<html lang="zh-CN">' in text
    assert "需要启用 JavaScript" in text
    assert of_page(text).head["lang"] == "zh"


def test_hostile_names_stay_in_the_data():
    run = with_names(run_of(), HOSTILE)
    text = written.page([run], "en")
    parts = Parts(text)
    assert [tag for tag, _ in parts.elements].count("script") == 2
    assert not any(tag == "img" for tag, _ in parts.elements)
    assert text.count("</script") == 2
    assert parts.texts["title"].strip() == HOSTILE
    told = of_page(text).head["runs"][0]
    assert told["about"]["title"]["en"] == HOSTILE
    assert HOSTILE in (told["items"]["site"]["columns"]["name"].get("names") or [])


def test_the_same_run_gives_the_same_page():
    assert written.page([run_of()], "en") == written.page([run_of()], "en")


def test_two_runs_share_one_clock():
    one = run_of()
    pack = of_page(written.page([one, replace(one, seed=2, policy="nearest")], "en"))
    assert [run["about"]["seed"] for run in pack.head["runs"]] == [one.seed, 2]
    shorter = replace(one, spec=one.spec.model_copy(update={"horizon_h": 12.0}))
    with pytest.raises(InputError, match="begin and end at the same time"):
        written.page([one, shorter], "en")
    with pytest.raises(InputError, match="one run, or two"):
        written.page([one, one, one], "en")


# The command


def test_writes_a_page_of_one_run_and_of_two(drill, folder, tmp_path):
    file = tmp_path / "one.html"
    told = drill("replay", folder, "--html", file)
    assert (told.code, told.out, told.err) == (0, f"Written to {file}\n", "")
    assert len(of_page(file.read_text(encoding="utf-8")).head["runs"]) == 1
    assert drill("replay", folder, folder, "--html", file, "--lang", "zh").code == 0
    pack = of_page(file.read_text(encoding="utf-8"))
    assert (len(pack.head["runs"]), pack.head["lang"]) == (2, "zh")


def test_plays_in_the_terminal_without_a_page(drill, folder):
    told = drill("replay", folder, "--kind", "site")
    assert told.code == 0
    assert [line.split()[2] for line in told.out.splitlines()] == ["site.down"]
    assert "断站" in drill("replay", folder, "--kind", "site.down", "--lang", "zh").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--html", "a.html", "--lang", "fr"], "--lang: must be one of en, zh (got 'fr')"),
        (["--html", "missing/a.html"], "missing/a.html: cannot be written: there is no directory missing"),
        (["--html", "mine.txt"], "mine.txt: exists and is no replay page; choose another --html, or --force"),
        (["--html", "a.html", "--speed", "60"], "--speed: is for the terminal"),
        (["--speed", "0"], "--speed: must be above 0"),
        (["--kind", "sites"], "--kind: must be a kind of the event log"),
        (["run"], "drill replay: must be one run in the terminal"),
        (["nowhere", "--html", "a.html"], "nowhere: "),
        (["run", "run", "--html", "a.html"], "drill replay: must be one run, or two to be seen side by side"),
    ],
)
def test_refusals_are_one_line_and_write_nothing(drill, folder, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    Path("mine.txt").write_text("mine")
    told = drill("replay", "run", *arguments)
    assert told.code == 2
    assert told.err.splitlines()[-1].startswith(said)
    assert "Traceback" not in told.err
    assert sorted(path.name for path in tmp_path.iterdir() if "cache" not in path.name) == ["mine.txt", "run"]
    assert Path("mine.txt").read_text() == "mine"


def test_an_older_page_is_replaced_and_other_files_by_force(drill, folder, tmp_path):
    file = tmp_path / "page.html"
    file.write_text("mine")
    assert drill("replay", folder, "--html", file, "--force").code == 0
    assert drill("replay", folder, "--html", file).code == 0
    assert of_page(file.read_text(encoding="utf-8")).head["format"] == 1
    assert not [name for name in tmp_path.iterdir() if name.suffix == ".part"]


# Marked questions


@pytest.mark.parametrize("at", ["2024-01-20T00:00", "-1 h", "+49 h"])
def test_a_question_outside_the_drill_is_told_with_its_line(tmp_path, at):
    text = (ROOT / "scenarios" / "ten_sites.yaml").read_text(encoding="utf-8")
    text = text.replace("../topologies", str(ROOT / "topologies"))
    file = tmp_path / "asked.yaml"
    file.write_text(f"{text}\nquestions:\n  - {{at: {at}, ask: Which first?}}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        load(file)
    problem = error.value.problems[0]
    assert problem.path == "questions[0].at"
    assert problem.line == len(text.splitlines()) + 3


def test_questions_change_neither_hash_nor_run(tmp_path):
    text = (ROOT / "scenarios" / "ten_sites.yaml").read_text(encoding="utf-8")
    text = text.replace("../topologies", str(ROOT / "topologies"))
    plain, asked = tmp_path / "plain.yaml", tmp_path / "asked.yaml"
    plain.write_text(text, encoding="utf-8")
    asked.write_text(f"{text}\nquestions:\n  - {{at: +3 h, ask: Which first?}}\n", encoding="utf-8")
    assert load(plain).hash == load(asked).hash
    assert load(asked).spec.questions[0].ask.en == "Which first?"


def test_shipped_questions_are_asked_in_both_languages_and_have_notes():
    found = [one for name in ("tongliao_blizzard", "hohhot_exchange_drill") for one in load(name).spec.questions]
    assert len(found) >= 6
    assert all(one.ask.en and one.ask.zh and one.note.en and one.note.zh for one in found)


# Bookmarks


def test_bookmarks_of_outages_lead_to_their_rows():
    rows = [
        (2.0, "site.down", "s1", "power"),
        (3.0, "site.down", "s2", "power"),
        (5.0, "site.up", "s1"),
        (6.0, "site.up", "s2"),
        (7.0, "site.down", "s3", "power"),
    ]
    run = run_of(*rows)
    marks = {mark["sort"]: mark for mark in bookmarks.bookmarks(Story.of(run))}
    first, last, peak = marks["first_outage"], marks["last_outage"], marks["peak"]
    assert [run.log.row(one["row"])[:3] for one in (first, last)] == [
        (2.0, "site.down", "s1"),
        (6.0, "site.up", "s2"),
    ]
    assert first["say"]["en"].startswith("first outage: ")
    assert last["say"]["zh"].startswith("最后恢复：")
    assert (peak["t_ms"], peak["row"]) == (3 * 3_600_000, -1)


def test_written_faults_are_bookmarks_and_so_are_their_messages():
    run = load_and_play("hohhot_exchange_drill")
    marks = bookmarks.bookmarks(Story.of(run))
    faults = [mark for mark in marks if mark["sort"] == "inject"]
    assert len(faults) == sum(inject.do == "fail" and not inject.off for inject in run.spec.injects)
    told = [mark["say"] for mark in marks if mark["sort"] == "message"]
    words = [inject.message for inject in run.spec.injects if inject.message and not inject.off]
    assert told
    for text in words:
        assert any(text[:40] in one["en"] for one in told)
        assert any(text.zh in one["zh"] for one in told)


# Tracks of hand-written logs


def replayed(changes, t_h, count):
    return changes.at(round(t_h * 3_600_000), count)


def test_what_the_desk_knows_is_the_gravest_alarm_that_is_not_over():
    story = Story.of(
        run_of(
            (1.0, "desk.alarm", "s1", "mains"),
            (2.0, "desk.alarm", "s1", "down"),
            (2.0, "desk.alarm", "s2", "link"),
            (3.0, "desk.cleared", "s1", "down"),
            (4.0, "desk.cleared", "s1", "mains"),
            (5.0, "desk.listed", "s3", "operator_list"),
            (6.0, "desk.cleared", "s3", "down"),
        )
    )
    found = tracks.known(story)
    words = [tracks.KNOWN_STATES[replayed(found, t_h, 5)[0]] for t_h in (0.5, 1.0, 2.5, 3.5, 4.5)]
    assert words == ["nothing reported", "mains alarm", "out of service alarm", "mains alarm", "nothing reported"]
    third = [tracks.KNOWN_STATES[replayed(found, t_h, 5)[2]] for t_h in (4.9, 5.0, 6.0)]
    assert third == ["nothing reported", "on an operator's list of sites out", "nothing reported"]
    assert replayed(found, 2.5, 5)[1] == 0
    curve = tracks.known_out(story)
    assert [curve.at(t_h) for t_h in (1.5, 2.5, 3.5, 5.5, 6.5)] == [0, 2, 0, 3, 0]


def test_feeders_are_dead_until_they_are_live_and_not_until_their_drops_are_mended():
    run = run_of(
        (1.0, "feeder.failed", "fd1", "c1"),
        (2.0, "feeder.restored", "fd1", "drops"),
        (3.0, "feeder.restored", "fd1", "slot"),
    )
    inventory = type(run.inventory)(run.inventory)
    inventory["feeder"] = {"id": np.array(["fd0", "fd1"])}
    found = tracks.feeders(Story.of(replace(run, inventory=inventory)))
    assert [replayed(found, t_h, 2).tolist() for t_h in (0.5, 1.0, 2.5, 3.0)] == [[0, 0], [0, 1], [0, 1], [0, 0]]


def test_snow_and_closed_roads_are_those_of_the_map():
    run = load_and_play("ten_sites")
    pack, story = Packed(packed([run], "en")), Story.of(run)
    told = pack.head["runs"][0]["tracks"]
    edges, cm = story.count("road_edge"), pack.column(told["snow"]["cm"])
    for step in range(0, told["snow"]["steps"], 5):
        t_h = step * told["snow"]["every_ms"] / 3_600_000
        expected = np.rint(np.nan_to_num(weather.road_depth_cm(story, t_h)))
        np.testing.assert_array_equal(cm[step * edges : (step + 1) * edges], expected)
    assert cm.max() > 10
    roads = tracks.roads(story)
    for t_h in np.linspace(0, run.horizon_h, 15).tolist():
        assert set(np.flatnonzero(replayed(roads, t_h, edges)).tolist()) == weather.closed_edges(story, t_h)


def load_and_play(name):
    import sim

    return sim.simulate(sim.load(name), seed=1)


def test_generators_are_where_they_were_last_put_or_on_their_crew():
    run = load_and_play("ten_sites")
    pack, story, log = Packed(packed([run], "en")), Story.of(run), run.log.columns()
    moves = pack.columns(pack.head["runs"][0]["tracks"]["generators"])
    ids, crews = story.texts("generator", "id").tolist(), story.texts("crew", "id").tolist()
    sites = {name: row for row, name in enumerate(story.texts("site", "id").tolist())}
    checked = 0
    for row in story.rows("generator.taken", "generator.placed", "generator.started").tolist():
        kind, who = log.kinds[log.kind[row]], ids.index(log.names[log.subject[row]])
        t_ms, other = round(log.t_h[row] * 3_600_000), log.names[log.object[row]]
        later = np.flatnonzero((moves["who"] == who) & (moves["t_ms"] == t_ms))
        assert len(later), (kind, t_ms)
        at = later[-1]
        state, carrier = GENERATOR_STATES[moves["state"][at]], moves["carrier"][at]
        if kind == "generator.taken" and state == "carried":
            assert crews[carrier] == other
            checked += 1
        elif kind != "generator.taken":
            assert carrier == -1
            assert state == ("running" if kind == "generator.started" else state)
            assert moves["lon"][at] == pytest.approx(story.floats("site", "lon")[sites[other]], abs=1e-4)
            checked += 1
    assert checked >= 5


# The single-line diagram


def crosses(a, b, box):
    """Whether a level or upright stretch runs through a box, its edge not counted."""
    left, right = sorted((a[0], b[0]))
    top, low = sorted((a[1], b[1]))
    return (
        left < box["x"] + box["w"] - 1 and right > box["x"] + 1 and top < box["y"] + box["h"] - 1 and low > box["y"] + 1
    )


@pytest.mark.parametrize("across", [10, 3])
@pytest.mark.parametrize("name", ["hohhot_exchange_drill", "taiyuan_exchange"])
def test_wires_end_at_their_boxes_and_run_through_no_other(name, across, monkeypatch):
    monkeypatch.setattr("sim.replay.room_boxes.MOST_ACROSS", across)
    diagram = Packed(packed([load_and_play(name)], "en")).head["runs"][0]["rooms"]["diagram"]
    boxes = {box["name"]: box for box in diagram["boxes"]}
    assert diagram["wires"]
    for wire in diagram["wires"]:
        points = wire["points"]
        for point, end in ((points[0], boxes[wire["from"]]), (points[-1], boxes[wire["to"]])):
            assert end["x"] <= point[0] <= end["x"] + end["w"]
            assert end["y"] <= point[1] <= end["y"] + end["h"]
        mine = {wire["from"], wire["to"]}
        racks = [box["name"] for box in boxes.values() if box["item"] == "rack" and inside(boxes[wire["to"]], box)]
        for a, b in pairwise(points):
            assert a[0] == pytest.approx(b[0]) or a[1] == pytest.approx(b[1])
            through = [box["name"] for box in boxes.values() if crosses(a, b, box)]
            assert set(through) <= {*mine, *racks}, (wire, through)
    assert all(
        0 <= x <= diagram["width"] and 0 <= y <= diagram["height"] for w in diagram["wires"] for x, y in w["points"]
    )


def inside(box, rack):
    return rack["x"] <= box["x"] <= rack["x"] + rack["w"] and rack["y"] <= box["y"] <= rack["y"] + rack["h"]
