"""The report page in a real browser, from a file: nothing is fetched, nothing complains, nothing sticks out."""

import shutil

import pytest

import sim
from sim.language import LANGUAGES
from sim.page.page import run_page

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs an installed Chromium")]
A4_PX = 696
"""Width of an A4 page between its margins, at 96 dots an inch."""


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module", params=["ten_sites", "hohhot_exchange_drill"])
def run(request):
    return sim.simulate(sim.load(f"scenarios/{request.param}.yaml"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_opens_from_disk_and_fits(browser, run, tmp_path, language):
    file = tmp_path / "report.html"
    file.write_text(run_page(run, language), encoding="utf-8")
    page = browser.new_page()
    told, asked = [], []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for width, media in ((1280, "screen"), (390, "screen"), (A4_PX, "print")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media=media)
        page.goto(file.as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (media, width)
        outside = page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3,p,dd,li,.card')].filter(e => e.scrollWidth > e.clientWidth + 1"
            " && e.clientWidth > 0).map(e => e.textContent.slice(0, 60))"
        )
        assert not outside, (media, width)
    assert not told
    assert {url for url in asked if not url.startswith("data:")} == {file.as_uri()}
    titles = page.evaluate("[...document.querySelectorAll('nav a')].map(a => document.querySelector(a.hash) !== null)")
    assert titles
    assert all(titles)
    assert page.pdf(format="A4", print_background=True).startswith(b"%PDF")
