"""The replay page's panels in a real browser, from a file: feed, why, figures, trainer's mode, two runs, both languages."""

import csv
import json
import os
import re
import shutil
from pathlib import Path

import pytest

import sim
from sim.replay.page import page as replay_page

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
HOSTILE = "</script><img src=x onerror=alert(1)>\"'\u202e" + "名" * 200
QUESTION = "Which site <b>first</b>, and why?"
NOTE = "hub_2 carries two sites."
ASKED_H = 18.5
HOUR = "Number(document.querySelector('.clock span').textContent.match(/T.(\\d+)/)[1])"
SECRET = "Now hub_1 is dark: what next?"


@pytest.fixture(scope="module")
def browser():
    required = os.environ.get("DRILL_BROWSER") == "required"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        assert not required, "DRILL_BROWSER=required, but playwright is not installed"
        pytest.skip("playwright is not installed")
    if not CHROMIUM:
        assert not required, "DRILL_BROWSER=required, but no Chromium is found"
        pytest.skip("no Chromium is found (chromium, chromium-browser or google-chrome)")
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two runs of the ten sites, with a question and a site of a hostile name; their pages."""
    made = tmp_path_factory.mktemp("replay")
    shutil.copytree(ROOT / "topologies", made / "topologies")
    sites = made / "topologies" / "ten_sites" / "sites.csv"
    with sites.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row["name"] = HOSTILE if row["id"] == "s3" else row["name"]
    with sites.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (made / "scenarios").mkdir()
    text = (ROOT / "scenarios" / "ten_sites.yaml").read_text(encoding="utf-8")
    asked = {"at": f"+{ASKED_H} h", "ask": {"en": QUESTION, "zh": "先保哪个站？"}, "note": NOTE}
    file = made / "scenarios" / "ten_sites.yaml"
    file.write_text(f"{text}\nquestions:\n  - {json.dumps(asked, ensure_ascii=False)}\n", encoding="utf-8")
    first = sim.simulate(sim.load(file))
    fewer = made / "scenarios" / "one_crew.yaml"
    fewer.write_text(file.read_text(encoding="utf-8").replace("crews: 2", "crews: 1"), encoding="utf-8")
    second = sim.simulate(sim.load(fewer), policy="nearest")
    first.write(made / "a")
    (made / "one.html").write_text(replay_page([first], "en"), encoding="utf-8")
    (made / "two.html").write_text(replay_page([first, second], "en"), encoding="utf-8")
    twice = made / "scenarios" / "twice.yaml"
    other = {"at": f"+{ASKED_H} h", "ask": {"en": "And who tells the county?", "zh": "谁通知旗县？"}}
    questions = [asked, other, {"at": "+0 h", "ask": "What lies ready?"}, {"at": "+30 h", "ask": SECRET}]
    lines = "".join(f"  - {json.dumps(one, ensure_ascii=False)}\n" for one in questions)
    twice.write_text(f"{text}\nquestions:\n{lines}", encoding="utf-8")
    (made / "twice.html").write_text(replay_page([sim.simulate(sim.load(twice))], "en"), encoding="utf-8")
    rooms = sim.simulate(sim.load(ROOT / "scenarios" / "hohhot_exchange_drill.yaml"))
    rooms.write(made / "rooms")
    (made / "rooms.html").write_text(replay_page([rooms], "en"), encoding="utf-8")
    return made


@pytest.fixture
def show(browser, folder):
    """Opens a page of the folder at an address; afterwards nothing may have been wrong or fetched."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    wrong, asked, files = [], [], set()

    def opened(name, address=""):
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        file = (folder / name).as_uri()
        files.add(file)
        page.goto(file + address)
        page.wait_for_selector("body[data-ready=true]")
        return page

    yield opened
    context.close()
    assert not wrong
    assert {url for url in asked if not url.startswith(("data:", "blob:"))} <= files


def count_of(page):
    """Rows that have happened, of those let through."""
    return int(re.match(r"\d+", page.inner_text(".feed-head .count"))[0])


def clock_h(page):
    hours, minutes = re.match(r"T\+(\d+):(\d+)", page.inner_text(".clock span")).groups()
    return int(hours) + int(minutes) / 60


def comes_to(page, hour):
    """Waits until the clock stands at an hour; a question opens a frame before the clock is drawn."""
    at = f"T+{int(hour)}:{round(hour % 1 * 60):02}"
    page.wait_for_function("at => document.querySelector('.clock span').textContent === at", arg=at)


def rows_of(page):
    return page.locator(".feed-row").all_inner_texts()


def test_scrubs_and_the_feed_follows(show, folder):
    page = show("one.html", "#t=20h")
    early = count_of(page)
    box = page.locator(".plot").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.6)
    page.wait_for_function(
        "early => parseInt(document.querySelector('.feed-head .count').textContent) > early", arg=early
    )
    page.wait_for_function(f"() => {HOUR} >= 30")
    log = sim.open_run(folder / "a").log
    page.locator(".fold").click()
    page.locator("[data-key=readings]").click()
    page.keyboard.press("End")
    page.wait_for_function(
        "text => document.querySelector('.feed-head .count').textContent === text", arg=f"{len(log)} of {len(log)}"
    )


def test_plays_and_pauses(show):
    page = show("one.html", "#t=8h")
    page.select_option("#controls select", "3600")
    before = clock_h(page)
    page.click("#controls .play")
    page.wait_for_function(f"() => {HOUR} >= 9")
    page.click("#controls .play")
    after = clock_h(page)
    page.wait_for_timeout(400)
    assert clock_h(page) == after > before


def test_filters_and_steps_through_what_they_let_through(show):
    page = show("one.html", "#t=47h")
    everything = count_of(page)
    page.click(".fold")
    page.locator(".group", has_text="crews").click()
    crews = count_of(page)
    assert 0 < crews < everything
    page.select_option("[data-key=who]", label="ten-crew-02")
    one = count_of(page)
    assert 0 < one < crews
    assert all("ten-crew-02" in row for row in rows_of(page))
    page.fill(".feed-filters .words", "rests")
    page.wait_for_function(
        "before => parseInt(document.querySelector('.feed-head .count').textContent) < before", arg=one
    )
    rests = rows_of(page)
    assert rests
    assert all("ten-crew-02 rests" in row for row in rests)
    page.locator(".feed-list").focus()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".feed-row.chosen")
    assert "rests" in page.inner_text(".feed-row.chosen")
    page.click(".clear")
    assert count_of(page) > one


def test_a_why_chain_leads_back_to_the_first_cause(show, folder):
    page = show("one.html", "#t=21.5h&subject=hub_2")
    steps = page.locator(".ladder .cause .say").all_inner_texts()
    log = sim.open_run(folder / "a").log
    down = next(row for row in range(len(log)) if log.row(row).kind == "site.down" and log.row(row).subject == "hub_2")
    assert len(steps) == len(log.why(down)) > 2
    assert "hub_2 out of service" in steps[0]
    page.locator(".ladder .cause").last.click()
    page.wait_for_function("() => document.querySelectorAll('.ladder .cause').length === 1")
    page.wait_for_function(f"() => {HOUR} < 21")


def test_the_whole_page_changes_its_language(show):
    page = show("one.html", "#t=21.5h&subject=hub_2&lang=en")
    page.click(".language[lang=zh-CN]")
    assert page.get_attribute("html", "lang") == "zh-CN"
    text = page.evaluate("document.body.innerText")
    assert "当前指标与预案目标对照" in text
    assert "河西汇聚 断站" in text.replace("\u2068", "").replace("\u2069", "")
    words = page.evaluate(
        "[...document.querySelectorAll('button, h2, h3, th, summary, .note, .verdict, .state')].map(e => e.innerText)"
    )
    english = [
        word for word in words if re.search(r"\b(the|now|event|filter|kept|why|history|not)\b", word, re.IGNORECASE)
    ]
    assert not english
    page.keyboard.press("l")
    assert "Figures now beside the plan's targets" in page.evaluate("document.body.innerText")


def test_trainers_mode_hides_the_truth_and_stops_at_the_question(show, folder):
    page = show("one.html", "#t=21.31h&subject=hub_2")  # out since 21.2925 h, the desk hears of it at 21.3259 h
    assert "out: power" in page.inner_text(".states")
    page.click(".head .trainer")
    assert "out" not in page.inner_text(".states")
    assert page.locator("tr[data-kpi=stations_out]").count() == 0
    kinds = {phrase for phrase in rows_of(page) if re.search(r"radio|battery|loses mains|serves again", phrase)}
    assert not kinds
    assert page.locator(".history .future").count() == 0
    page.evaluate("location.hash = '#t=18h&trainer=1'")
    page.wait_for_timeout(400)
    page.click("#controls .play")
    page.wait_for_selector(".question h2")
    assert page.inner_text(".question h2") == QUESTION
    comes_to(page, ASKED_H)
    assert NOTE not in page.inner_text(".question")
    page.click(".question .tell")
    assert NOTE in page.inner_text(".question")
    page.fill(".question textarea", "hub_2 first")
    page.click(".question .go")
    page.wait_for_function("() => document.querySelector('.clock span').textContent !== 'T+18:30'")
    page.click("#controls .play")
    page.keyboard.press("m")
    page.fill(".question input", 'And "now"?')
    page.keyboard.press("Enter")
    assert "(2)" in page.inner_text(".questions summary")
    with page.expect_download() as download:
        page.locator(".questions .buttons button").last.click()
    lines = Path(download.value.path()).read_text(encoding="utf-8")
    made = folder / "scenarios" / "again.yaml"
    text = (ROOT / "scenarios" / "ten_sites.yaml").read_text(encoding="utf-8")
    made.write_text(f"{text}\n{lines}", encoding="utf-8")
    assert [one.ask.en for one in sim.load(made).spec.questions] == ['And "now"?']


def test_trainers_mode_names_no_question_that_is_to_come(show):
    page = show("twice.html", "#t=12h&trainer=1")
    page.wait_for_function("() => document.querySelector('.clock span').textContent === 'T+12:00'")
    page.click(".questions summary")
    assert page.locator(".questions li.ahead").count() == 3
    assert page.locator(".questions li.ahead button").count() == 0
    assert SECRET not in page.content()
    assert QUESTION not in page.inner_text("#trainer")
    page.evaluate("location.hash = '#t=31h'")
    page.wait_for_function("text => document.querySelector('#trainer').innerText.includes(text)", arg=SECRET)


def test_questions_of_one_moment_and_of_the_beginning_are_all_asked(show):
    page = show("twice.html", "#t=0h&trainer=1")
    page.select_option("#controls select", "3600")
    page.click("#controls .play")
    page.wait_for_function("() => document.querySelector('.question h2')?.textContent === 'What lies ready?'")
    page.click(".question .go")
    page.wait_for_function("text => document.querySelector('.question h2')?.textContent === text", arg=QUESTION)
    page.click(".question .go")
    assert page.inner_text(".question h2") == "And who tells the county?"
    comes_to(page, ASKED_H)
    page.click(".question .go")
    page.wait_for_function("text => document.querySelector('.question h2')?.textContent === text", arg=SECRET)
    comes_to(page, 30)


def test_a_question_holds_the_focus_and_leaves_by_escape(show):
    page = show("one.html", f"#t={ASKED_H}h&trainer=1")
    page.wait_for_selector(".questions li.seen", state="attached")
    page.click(".questions summary")
    page.click(".questions li.seen button")
    inside = "() => document.querySelector('.question').contains(document.activeElement)"
    for key in ("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Shift+Tab", "l", "l"):
        page.keyboard.press(key)
        assert page.evaluate(inside), key
    page.click(".question .tell")
    assert page.evaluate(inside)
    stage, box = page.locator("#map").bounding_box(), page.locator(".question").bounding_box()
    assert stage["x"] + stage["width"] <= box["x"] + 1, "the box covers the map"
    page.click(".fold-question")
    assert not page.locator(".question textarea").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".question").is_visible()
    page.keyboard.press("m")
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    page.keyboard.press("l")
    assert not page.locator(".question").is_visible(), "a question came back with the language"


def test_trainers_mode_shows_no_fault_to_come(show):
    page = show("rooms.html", "#t=0.5h&trainer=1")
    page.wait_for_function("() => document.querySelector('.clock span').textContent === 'T+0:30'")
    lanes = page.inner_text(".lanes")
    assert "PDU fault" in lanes
    assert "Cooling fault" not in page.inner_text("#rooms")
    early = page.locator(".lanes svg[role=group] > rect").count()
    page.click("[data-key=fold]")
    kinds = page.locator("[data-key=kind] option").all_inner_texts()
    page.evaluate("location.hash = '#t=9h'")
    page.wait_for_function("() => document.querySelector('.lanes').innerText.includes('Cooling fault')")
    assert page.locator(".lanes svg[role=group] > rect").count() > early
    assert page.locator("[data-key=kind] option").all_inner_texts() == kinds
    assert not any("(" in kind and kind.rstrip(")").split("(")[-1].isdigit() for kind in kinds)


def test_a_job_to_come_is_not_told_after_going_back(show, folder):
    log = sim.open_run(folder / "a").log
    opened = next(row for row in log if row.kind == "job.opened" and row.t_h > 20)
    page = show("one.html", f"#t=40h&subject={opened.subject}&trainer=1")
    assert opened.subject in page.inner_text("#detail")
    page.keyboard.press("Home")
    page.wait_for_function("id => !document.querySelector('#detail').innerText.includes(id)", arg=opened.subject)


def test_a_copied_link_keeps_the_mode_and_the_language(show):
    page = show("one.html", "#t=22.5h&subject=hub_2&trainer=1&lang=zh")
    page.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }")
    page.click(".detail-head .copy")
    page.wait_for_function("() => 'copied' in window")
    copied = page.evaluate("() => window.copied").partition("#")[2]
    assert set(copied.split("&")) == {"t=22.5h", "subject=hub_2", "lang=zh", "trainer=1"}


def test_the_hottest_inlet_is_that_of_the_figure(show, folder):
    kpis = json.loads((folder / "rooms" / "kpis.json").read_text(encoding="utf-8"))
    peak = next(row["value"] for row in kpis if row["name"] == "temperature_peak_c")
    tables = sim.open_run(folder / "rooms").tables
    air = tables.rooms.warmest("row_7")
    at_h = float(air.start_h[air.level_c.argmax()]) + 1e-5
    page = show("rooms.html", f"#t={at_h}h")
    page.wait_for_function("c => document.querySelector('#timeline').innerText.includes(`${c} °C`)", arg=f"{peak:.1f}")
    assert f"{peak:.1f} °C" in page.inner_text(".temperatures")


@pytest.mark.parametrize("name", ["one.html", "two.html"])
def test_choosing_leaves_the_whole_area_where_it_is(show, name):
    page = show(name, "#t=8h")
    ground = "() => document.querySelector('.pane canvas').toDataURL()"
    page.wait_for_function(
        f"() => {{ const now = ({ground})(), same = now === window.last; window.last = now; return same; }}"
    )
    before = page.evaluate(ground)
    for site in ("core", "hub_1", "hub_2", "s1", "s2", "s4", "s5", "s6", "s7"):
        page.evaluate("id => { location.hash = `#t=8h&subject=${id}`; }", site)
        page.wait_for_function("id => document.querySelector('.detail-head h2')?.innerText.includes(id)", arg=site)
        page.wait_for_timeout(60)
        assert page.evaluate(ground) == before, site


def test_a_bookmark_about_nothing_lets_the_choice_go(show):
    page = show("one.html", "#t=18h&subject=hub_2")
    page.wait_for_selector(".detail-head")
    page.keyboard.press("]")
    page.wait_for_function(f"() => document.querySelector('.clock span').textContent === 'T+{int(ASKED_H)}:30'")
    assert page.locator(".detail-head").count() == 0


def test_everything_by_keys(show):
    page = show("one.html", "#t=20h")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.closest('#header,#stage,#time,#figures,#detail,#feed')?.id"))
    assert {"header", "stage", "time", "detail", "feed"} <= reached
    page.locator(".feed-list").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector(".feed-row.chosen")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.type("hub_2")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "hub_2" in page.inner_text(".detail-head h2")
    page.evaluate("document.activeElement.blur()")
    before = page.inner_text(".clock span")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => document.querySelector('.clock span').textContent > before", arg=before)
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_selector(".detail-head", state="detached")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_hostile_name_is_text(show, lang):
    page = show("one.html", f"#t=21.1h&subject=s3&lang={lang}")
    page.click(".more summary")
    assert HOSTILE in page.text_content("#detail")
    assert page.locator("img").count() == 0
    if lang == "zh":
        assert HOSTILE in page.text_content(".detail-head h2")
        assert page.locator(".feed-row .name", has_text="onerror").count() > 0
    outside = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not outside


def test_figures_are_those_of_the_scorecard(show, folder):
    page = show("one.html", "#t=0h")
    page.keyboard.press("End")
    page.wait_for_function("() => document.querySelector('.figures .sampled').textContent.startsWith('Final figures')")
    card = json.loads((folder / "a" / "scorecard.json").read_text(encoding="utf-8"))
    kpis = {row["name"]: row["value"] for row in json.loads((folder / "a" / "kpis.json").read_text(encoding="utf-8"))}
    targets = {row["id"]: row for row in card["rows"] if row["section"] == "target"}
    shown = page.evaluate(
        "[...document.querySelectorAll('.kpis tbody tr')].map(row => ({...row.dataset, look: row.className,"
        " value: row.querySelector('td.now').dataset.value, text: row.querySelector('.of-now').textContent}))"
    )
    assert {one["id"] for one in shown if one["id"]} == set(targets)
    for one in shown:
        expected = targets[one["id"]]["simulated"] if one["id"] else kpis[one["kpi"]]
        if expected is None:
            assert one["value"] == "", one
        else:
            assert float(one["value"]) == pytest.approx(expected), one
        if one["id"] and targets[one["id"]]["met"] is not None:
            assert ("met" if targets[one["id"]]["met"] else "missed") in one["look"].split()
        if expected is not None:
            number = float(re.match(r"[\u2212\d.]+", one["text"].replace(",", ""))[0].replace("\u2212", "-"))
            assert number == pytest.approx(expected * (100 if "%" in one["text"] else 1), abs=0.5, rel=0.01)


def test_outage_counts_agree_with_the_curve_at_any_moment(show):
    page = show("one.html")
    for t_h in (9, 20.4, 21.3, 22.2, 24.9):
        page.evaluate("t => { location.hash = `#t=${t}h`; }", t_h)
        page.wait_for_function("t => Math.abs(Number(location.hash.match(/t=([0-9.]+)/)[1]) - t) < 1e-6", arg=t_h)
        page.wait_for_function(
            """t => {
              const told = parseInt(document.querySelector("tr[data-kpi=stations_out][data-id=''] .of-now").textContent);
              const line = document.querySelector("#timeline").innerText.replaceAll(/\\s+/g, " ");
              return line.includes(`Stations out ${told}`);
            }""",
            timeout=5000,
        )


def test_a_message_is_read_where_it_was_sent(show):
    page = show("rooms.html", "#t=2h")
    page.fill(".feed-filters .words", "message 监测组")
    page.locator(".feed-row", has_text="PDU alarm, rack 3, feed A").first.click()
    assert "PDU alarm, rack 3, feed A" in page.inner_text("dl.message")
    assert "reported within 10 min" in page.inner_text("dl.message")
    page.click(".head .trainer")
    assert "PDU alarm, rack 3, feed A" in page.inner_text("dl.message")
    assert "reported within 10 min" not in page.evaluate("document.body.innerText")


def test_a_link_opens_at_its_moment_and_subject(show):
    page = show("one.html", "#t=22.5h&subject=ten-crew-02")
    comes_to(page, 22.5)
    assert "ten-crew-02" in page.inner_text(".detail-head h2")
    assert "driving" in page.inner_text(".states")


def test_two_runs_share_a_clock(show):
    page = show("two.html", "#t=23h")
    assert page.locator(".run-name").count() == 2
    curves = page.inner_text("#timeline")
    assert "A" in curves
    assert "B" in curves
    heads = page.locator(".kpis").first.locator("th").all_inner_texts()
    assert ["A now", "B now", "B − A"] == heads[1:4]
    table = page.locator(".counties tbody tr").first.locator("td").all_inner_texts()
    a, b = int(table[1]), int(table[2])
    assert a != b
    assert re.sub(r"[^\d\u2212]", "", table[3]).replace("\u2212", "-") == str(b - a)
    mine = count_of(page)
    page.click("[data-key=only]")
    assert 0 < count_of(page) < mine
    page.click("[data-key=run-1]")
    assert page.locator(".run[aria-pressed=true]").inner_text() == "B"


def test_machine_rooms_show_what_is_live(show):
    page = show("rooms.html", "#t=1.2h")
    assert page.locator(".diagram .box").count() > 20
    assert page.get_attribute(".diagram .box:has(text:text-is('k03.A'))", "aria-label") == "k03.A: broken"
    assert page.locator(".wire.live").count() > page.locator(".wire.dead").count() > 0
    page.locator(".diagram .box", has_text="k03.A").last.click()
    assert "k03.A" in page.inner_text(".detail-head h2")
    assert page.locator(".services .service").count() == 4
    assert page.locator(".lanes .step").count() >= 28
    page.click(".head .trainer")
    assert page.locator(".services").count() == 0
    assert page.locator(".temperature").count() == 0
    assert page.get_attribute(".diagram .box:has(text:text-is('k03.A'))", "aria-label") == "k03.A: alarm"


def test_a_chosen_box_shows_the_way_that_feeds_it(show):
    page = show("rooms.html", "#t=1h")
    assert not page.locator("path.wire.way").count()
    page.click('g[aria-label^="iru_2"]')
    # ats_b feeds it, mains_b and engine_b feed that.
    assert page.locator("path.wire.way").count() == 3
    page.keyboard.press("Escape")
    assert not page.locator("path.wire.way").count()


def test_procedures_go_by_their_titles(show):
    page = show("rooms.html", "#t=3h")
    assert "Cooling fault #1" in page.inner_text(".lanes")
    page.keyboard.press("l")
    assert "列间空调故障处置 #1" in page.inner_text(".lanes")
    assert "cooling fault" not in page.inner_text("#feed").lower()


def test_figures_fold_away_and_leave_the_room_to_the_feed(show):
    page = show("one.html", "#t=20h")
    high = page.locator("#feed").bounding_box()["height"]
    fold = page.locator(".fold-panel")
    assert fold.get_attribute("aria-expanded") == "true"
    fold.click()
    assert fold.get_attribute("aria-expanded") == "false"
    assert page.locator("#figures").bounding_box()["height"] < 40
    assert page.locator("#feed").bounding_box()["height"] > high + 100


def test_enter_that_ends_the_spelling_of_a_chinese_word_saves_no_question(show):
    page = show("one.html", "#t=5h")
    page.keyboard.press("t")
    page.keyboard.press("m")
    page.fill(".question input", "先")
    field = page.locator(".question input")
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    assert field.is_visible()
    field.press("Enter")
    assert not field.is_visible()
    assert page.locator(".questions li").count() == 2
