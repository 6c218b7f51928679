"""The replay page's map, time line, controls and links in a real browser, opened from disk; an area made up for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path(os.environ.get("DRILL_CHROMIUM", "/usr/bin/chromium"))
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here")]

ROOT = Path(__file__).resolve().parent.parent
SITES = 2000
HOSTILE = "</script><img src=x onerror=alert(1)>\"'\u202e" + "x" * 200
PIXELS = """() => [...document.querySelectorAll('.pane canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0, inked = 0;
  for (let at = 0; at < data.length; at++) { sum = (sum * 31 + data[at]) | 0; inked += at % 4 === 3 && data[at] ? 1 : 0; }
  return [sum, inked];
})"""
RING = """() => {
  const canvas = document.querySelectorAll('.pane canvas')[2];
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let x = 0, y = 0, count = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] !== 139 || data[at + 1] || data[at + 2] !== 139) continue;
    x += (at / 4) % canvas.width; y += Math.floor(at / 4 / canvas.width); count++;
  }
  return [x / count, y / count, count];
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import replay_frames
    finally:
        sys.path.pop(0)
    file = tmp_path_factory.mktemp("replay") / "page.html"
    file.write_text(replay_frames.made_up(SITES, HOSTILE), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as player:
        found = player.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    made, wrong = browser.new_page(viewport={"width": 1366, "height": 768}), []
    made.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on("request", lambda request: wrong.append(request.url) if not request.url.startswith("file:") else None)
    made.on("dialog", lambda dialog: wrong.append(dialog.message))
    open_at(made, f"{address}#t=20h")
    yield made
    made.close()
    assert wrong == []


def open_at(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("body[data-ready=true]")
    page.wait_for_timeout(600)


def clock(page: Any) -> str:
    return page.inner_text(".clock span")


def test_all_layers_are_drawn(page: Any) -> None:
    ground, sites, movers, _ = page.evaluate(PIXELS)
    assert ground[1] > 5_000
    assert sites[1] > SITES
    assert movers[1] > 1_000


@pytest.mark.parametrize(
    "keys", [["Shift+ArrowRight", "ArrowRight", "ArrowRight"], ["ArrowLeft", "Shift+ArrowLeft"], ["Space"]]
)
def test_drawing_what_changed_gives_what_drawing_all_gives(page: Any, keys: list[str]) -> None:
    before = page.evaluate(PIXELS)
    for key in keys * 2:
        page.keyboard.press(key)
        page.wait_for_timeout(400)
    page.wait_for_timeout(500)
    now = page.evaluate(PIXELS)
    assert now[1] != before[1]
    page.keyboard.press("0")
    page.wait_for_timeout(600)
    assert page.evaluate(PIXELS)[:3] == now[:3]


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("11-06 17:00", "T+19:00"), ("2023-11-06 17:00", "T+19:00"), ("T+35", "T+35:00"), ("35:30", "T+35:30"), ("t+0:05", "T+0:05"),
        ("1.5h", "T+1:30"), ("17:00", "T+43:00"), ("2023-11-20 17:00", "T+20:00"), ("T+73", "T+20:00"), ("soon", "T+20:00"), ("+35", "T+35:00"),
        ("11-06 25:00", "T+20:00"), ("T+35:75", "T+20:00"),
    ],
)  # fmt: skip
def test_going_to_a_moment(page: Any, typed: str, there: str) -> None:
    page.keyboard.press("g")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)
    assert clock(page) == there
    assert (page.get_attribute("#jump", "aria-invalid") == "true") == (there == "T+20:00")


def test_playing_runs_at_the_speed_chosen_and_stops_at_the_end(page: Any) -> None:
    page.select_option(".speed", "3600")
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    page.wait_for_timeout(2000)
    page.keyboard.press("Space")
    hours = int(clock(page)[2:].split(":")[0])
    assert 21 <= hours <= 23
    page.keyboard.press("End")
    page.wait_for_timeout(400)
    assert clock(page) == "T+72:00"
    page.keyboard.press("Home")
    page.wait_for_timeout(400)
    assert clock(page) == "T+0:00"


def test_bookmarks_by_keys(page: Any) -> None:
    page.keyboard.press("]")
    page.wait_for_timeout(400)
    assert clock(page) == "T+25:00"
    page.keyboard.press("[")
    page.keyboard.press("[")
    page.wait_for_timeout(400)
    assert clock(page) == "T+1:00"


def test_dragging_the_slider(page: Any) -> None:
    box = page.locator(".plot").bounding_box()
    middle = box["x"] + 48 + (box["width"] - 62) / 2
    page.mouse.move(box["x"] + 100, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(middle, box["y"] + 60, steps=4)
    page.mouse.up()
    page.wait_for_timeout(400)
    assert clock(page).startswith(("T+35:", "T+36:"))


def test_links_are_followed_and_kept(page: Any, address: str) -> None:
    open_at(page, f"{address}#t=35.25h&subject=site_00007")
    assert clock(page) == "T+35:15"
    page.evaluate("location.hash = 't=40.5h&subject=site_00009'")
    page.wait_for_timeout(900)
    assert clock(page) == "T+40:30"
    assert page.url.endswith("#t=40.5h&subject=site_00009")
    page.evaluate("location.hash = 't=-3&subject=nobody&row=99999999&run=7'")
    page.wait_for_timeout(700)
    assert clock(page) == "T+40:30"
    page.keyboard.press("Escape")
    page.wait_for_timeout(900)
    assert page.url.endswith("#t=40.5h")


def test_a_hostile_name_is_text(page: Any, address: str) -> None:
    from urllib.parse import quote

    open_at(page, f"{address}#t=20h&subject={quote(HOSTILE)}")
    for _ in range(14):
        page.keyboard.press("+")
    page.wait_for_timeout(500)
    x, y, count = page.evaluate(RING)
    assert count > 20
    pane = page.locator(".pane").bounding_box()
    page.mouse.move(pane["x"] + x, pane["y"] + y)
    page.wait_for_timeout(300)
    assert page.inner_text("#map .tip bdi").startswith('</script><img src=x onerror=alert(1)>"')
    assert page.locator("img").count() == 0
    page.mouse.down()
    page.mouse.up()
    page.wait_for_timeout(900)
    assert "subject=%3C%2Fscript%3E" in page.url


def test_trainers_mode_hides_the_truth(page: Any) -> None:
    assert "out: power" in page.inner_text(".legend")
    page.keyboard.press("t")
    page.wait_for_timeout(300)
    legend = page.inner_text(".legend")
    assert "out: power" not in legend
    assert "feeders off" not in legend
    assert "out of service alarm" in legend
    page.keyboard.press("t")
    page.wait_for_timeout(300)
    assert "out: power" in page.inner_text(".legend")


def test_help_by_key_gives_the_focus_back(page: Any) -> None:
    page.locator(".plot").focus()
    page.keyboard.press("?")
    assert page.locator("dialog[open] kbd").count() > 20
    page.keyboard.press("Escape")
    page.wait_for_timeout(400)
    assert page.locator("dialog").count() == 0
    assert page.evaluate("document.activeElement.className") == "plot"


def test_damaged_data_are_told(browser: Any, address: str, tmp_path: Path) -> None:
    from urllib.request import url2pathname

    whole = Path(url2pathname(address.removeprefix("file://"))).read_text(encoding="utf-8")
    file = tmp_path / "damaged.html"
    file.write_text(whole.replace('id="drill-data">', 'id="drill-data">AAAA', 1), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("[role=alert]")
    assert "cannot be read" in page.inner_text("[role=alert]")
    page.close()
