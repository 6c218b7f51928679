"""Weather alerts: what they fill in a drill, what they leave open, and alerts that are none."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.intake.alert import fill
from sim.intake.cap import read_alert
from sim.loading import load

ALERT = Path(__file__).parent / "data" / "alerts" / "tongliao_red.xml"
TEXT = ALERT.read_text(encoding="utf-8")


@pytest.fixture
def altered(tmp_path):
    """The alert with words replaced, in a file of its own."""

    def write(*swaps):
        text = TEXT
        for old, new in swaps:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "警报 1.xml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def filled(file, language="zh"):
    drill = load("tongliao_blizzard")
    alert = read_alert(file)
    return fill(alert, alert.info(language), drill.topology, (drill.spec.start, drill.spec.horizon_h))


def test_window_area_and_colour_are_filled():
    found = filled(ALERT)
    assert found.hazard["onset"] == "2023-11-06T08:00"
    assert found.hazard["duration_h"] == "12 h"
    assert found.hazard["centre"] == "left_rear"
    assert found.inject["colour"] == "red"
    assert found.inject["at"] == "2023-11-06T07:30"
    assert [line.split(":")[0] for line in found.missing] == [
        "water_mm", "depth_cm", "gust_mps, temperature_c, visibility_m, fragility",
    ]  # fmt: skip


def test_the_ellipse_has_the_moments_of_the_area(altered):
    """A rectangle of sides a, b has half axes a/√3, b/√3; a circle its own radius."""
    found = filled(ALERT)
    east_km, north_km = 1.6 * 111.195 * 0.7325, 111.195  # cos 42.9° = 0.7325
    assert found.hazard["extent_km"] == pytest.approx([east_km / 3**0.5, north_km / 3**0.5], abs=1.5)
    assert found.hazard["bearing_deg"] in (90, 89, 91)
    wide = filled(altered(("121.6 ", "121.0 "), ("121.6<", "121.0<")))
    assert wide.hazard["extent_km"][0] > found.hazard["extent_km"][0]
    assert filled(ALERT, "en").hazard["extent_km"] == [60, 60]


@pytest.mark.parametrize(
    ("swap", "key", "value"),
    [
        (("08:00:00+08:00</onset>", "10:00:00+08:00</onset>"), "onset", "2023-11-06T10:00"),
        (("20:00:00+08:00</expires>", "23:00:00+08:00</expires>"), "duration_h", "15 h"),
        (
            ("42.4,121.6 42.4,123.2 43.4,123.2 43.4,121.6 42.4,121.6", "45,119 45,120 46,120 46,119 45,119"),
            "centre",
            "holingol",
        ),
    ],
)
def test_another_alert_fills_something_else(altered, swap, key, value):
    assert filled(altered(swap)).hazard[key] == value


@pytest.mark.parametrize(
    ("swaps", "colour"),
    [
        ([("<value>红色</value>", "<value>橙色</value>")], "orange"),
        ([("<parameter><valueName>颜色</valueName><value>红色</value></parameter>", "")], "red"),
        ([("<parameter><valueName>颜色</valueName><value>红色</value></parameter>", ""), ("暴雪红色预警信号", "消息，请穿红色外套")], "red"),
        ([("<parameter><valueName>颜色</valueName><value>红色</value></parameter>", ""), ("暴雪红色预警信号", "暴雪黄色预警信号")], "yellow"),
    ],
)  # fmt: skip
def test_the_colour_is_of_the_warning(altered, swaps, colour):
    assert filled(altered(*swaps)).inject["colour"] == colour


def test_a_colour_read_from_the_severity_is_said_to_be():
    alert = read_alert(ALERT)
    notes = fill(alert, alert.info("en")).notes
    assert not [note for note in notes if "severity" in note]
    assert alert.info("en").colour == "red"


def test_a_county_is_found_by_name_where_no_area_is_drawn(altered):
    polygon = TEXT[TEXT.index("      <polygon>") : TEXT.index("</polygon>") + 10]
    found = filled(altered((polygon, "")))
    assert found.hazard["centre"] == "left_rear"
    assert "extent_km" not in found.hazard
    assert any(line.startswith("extent_km") for line in found.missing)


def test_without_a_network_the_area_stays_open():
    alert = read_alert(ALERT)
    found = fill(alert, alert.info("zh"))
    assert "centre" not in found.hazard
    assert any("--topology" in line for line in found.missing)


def test_an_alert_of_other_weather_fills_no_hazard(altered):
    found = filled(altered(("<event>暴雪</event>", "<event>大风</event>"), ("暴雪红色", "大风红色")))
    assert (found.hazard, found.inject["colour"]) == ({}, "red")
    assert found.missing[0].startswith("hazard")


def test_an_alert_that_ends_one_warns_nobody(altered):
    found = filled(altered(("<event>暴雪</event>", "<event>暴雪</event><responseType>AllClear</responseType>")))
    assert found.inject is None


@pytest.mark.parametrize(
    ("swaps", "line", "told"),
    [
        ([("  <scope>Public</scope>\n", "")], 3, "alert.scope is missing"),
        ([("<status>Exercise", "<status>Perhaps")], 7, "alert.status must be one of Actual"),
        ([("2023-11-06T08:00:00+08:00</onset>", "tomorrow</onset>")], 18, "info.0.onset must be a time"),
        ([("42.4,121.6 42.4,123.2 43.4,123.2 43.4,121.6 42.4,121.6", "42.4,121.6 42.4")], 25, "info.0.area.0.polygon must be"),
        ([("42.95,122.36 60", "95,122.36 60")], 41, "info.1.area.0.circle must be"),
        ([("cap:1.2", "cap:9")], 3, "alert must be an alert of CAP"),
        ([("<msgType>Alert", "<msgType>Update")], 3, "alert.references is missing"),
        ([("<areaDesc>科尔沁左翼后旗</areaDesc>", "")], 23, "info.0.area.0.areaDesc is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(altered, drill, swaps, line, told):
    file = altered(*swaps)
    answer = drill("alert", file)
    assert (answer.code, answer.out) == (2, "")
    assert f"{file}:{line}: {told}" in answer.err


def test_all_problems_are_told_in_one_pass(altered, drill):
    file = altered(
        ("  <scope>Public</scope>\n", ""), ("<category>Met</category>", ""), ("<severity>Extreme", "<severity>Big")
    )
    lines = drill("alert", file).err.splitlines()
    assert len(lines) == 5  # scope; category and severity of each language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not xml",
        '<!DOCTYPE a [<!ENTITY b "c">]><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">&b;</alert>',
        "<alert>" * 300 + "</alert>" * 300,
        '<?xml version="1.0" encoding="utf-7"?><alert/>',
        "<a>\0</a>",
    ],
    ids=["empty", "text", "entity", "deep", "encoding", "nul"],
)
def test_what_is_no_alert_is_refused_in_one_line(tmp_path, drill, text):
    file = tmp_path / "a.xml"
    file.write_text(text, encoding="utf-8")
    told = drill("alert", file)
    assert (told.code, told.out, len(told.err.splitlines())) == (2, "", 1)


@given(st.text(max_size=60))
def test_any_text_in_a_place_of_the_alert_is_told_or_taken(tmp_path_factory, text):
    from xml.sax.saxutils import escape

    file = tmp_path_factory.mktemp("alerts") / "a.xml"
    body = TEXT.replace("42.95,122.36 60", escape(text)).replace(
        "2023-11-06T08:00:00+08:00</onset>", f"{escape(text)}</onset>"
    )
    file.write_text(body, encoding="utf-8", errors="surrogatepass")
    with suppress(InputError):
        read_alert(file)


# The command


def test_lines_for_a_scenario_are_checked_by_the_scenario(drill, tmp_path):
    root = Path(__file__).resolve().parent.parent
    lines = drill("alert", ALERT, "--topology", "tongliao", "--lang", "zh").out
    scenario = tmp_path / "mine.yaml"
    flow = lines.replace("bearing_deg: 90}", "bearing_deg: 90, water_mm: 15, depth_cm: 20}")
    scenario.write_text(
        f"format: 1\nname: mine\nstart: 2023-11-06T06:00\nhorizon_h: 24 h\ntopology: {root}/topologies/tongliao.yaml\n{flow}",
        encoding="utf-8",
    )
    told = drill("check", scenario)
    assert told.code == 0, told.err


def test_a_variant_changes_the_storm(drill, tmp_path):
    variant = tmp_path / "红警.yaml"
    told = drill("alert", ALERT, "--scenario", "tongliao_blizzard", "--out", variant)
    assert told.code == 0, told.err
    from sim.ensemble.variants import cells, read_variant

    patched = cells(load("tongliao_blizzard"), variants=[read_variant(variant)])[0].scenario
    assert patched.spec.hazards[0].duration_h == 12.5
    assert patched.hash != load("tongliao_blizzard").hash


@pytest.mark.parametrize(("scenario", "outside"), [("tongliao_blizzard", False), ("ten_sites", True)])
def test_a_storm_outside_the_drill_is_noted(drill, altered, scenario, outside):
    """The alert is of November 2023, the made-up town's drill of January 2024."""
    told = drill("alert", ALERT, "--scenario", scenario)
    assert told.code == 0, told.err
    note = "# assumed: the storm does not fall within the drill, 2024-01-10T12:00 to +48 h: move the drill's start, or the onset"
    assert (note in told.out.splitlines()) is outside
    assert ("does not fall within" in told.out) is outside
    endless = altered(("<expires>2023-11-06T20:00:00+08:00</expires>", ""))
    assert ("does not fall within" in drill("alert", endless, "--scenario", scenario).out) is outside


def test_the_answer_as_json(drill):
    found = json.loads(drill("alert", ALERT, "--topology", "tongliao", "--json").out)
    assert (found["colour"], found["hazard"]["centre"], found["status"]) == ("red", "left_rear", "Exercise")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--scenario", "tongliao_blizzard", "--topology", "tongliao"], "goes without --topology"),
        (["--scenario", "hub_room_cooling"], "has no snowstorm"),
        (["--out", "nowhere/a.yaml"], "there is no directory"),
    ],
)
def test_wrong_options_are_one_line(drill, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    answer = drill("alert", ALERT, *words)
    assert (answer.code, len(answer.err.splitlines())) == (2, 1)
    assert told in answer.err
    assert list(tmp_path.iterdir()) == [] or [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_a_file_of_another_kind_is_not_replaced(drill, tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("format: 1\n", encoding="utf-8")
    assert drill("alert", ALERT, "--out", mine).code == 2
    assert mine.read_text(encoding="utf-8") == "format: 1\n"
