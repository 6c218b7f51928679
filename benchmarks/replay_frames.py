"""Frames of the replay page: milliseconds from one to the next while it plays at 600× and while the slider is dragged.

    python benchmarks/replay_frames.py [--sites 5000,20000] [--page FILE.html] [--chromium /usr/bin/chromium] [--json]

Headless Chromium draws a made-up area (benchmarks/replay_area.py), or a page that is given, 1,366 × 768. At 60 Hz a
frame cannot come sooner than 16.7 ms; `work` is what the script takes of it.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import replay_area

BUILT: Final = Path(__file__).resolve().parent.parent / "sim" / "replay" / "built"
SECONDS: Final = 6
_COUNT: Final = """(seconds) => new Promise((done) => {
  const gaps = [], begin = performance.now(); let last = begin;
  const next = (now) => {
    gaps.push(now - last); last = now; window.__step?.(gaps.length);
    if (now - begin < seconds * 1000) requestAnimationFrame(next); else done(gaps.slice(5));
  };
  requestAnimationFrame(next);
})"""
_WORK: Final = """() => {
  window.__work = []; const real = window.requestAnimationFrame.bind(window); let frame = -1;
  window.requestAnimationFrame = (call) => real((now) => {
    const begin = performance.now(); call(now); const took = performance.now() - begin;
    if (now === frame) window.__work[window.__work.length - 1] += took; else window.__work.push(took);
    frame = now;
  });
}"""
_DRAG: Final = """() => {
  const plot = document.querySelector('.plot'), box = plot.getBoundingClientRect();
  window.__step = (frame) => {
    const share = 0.5 - 0.42 * Math.cos(frame / 40);
    plot.dispatchEvent(new PointerEvent('pointermove', {
      pointerId: 1, clientX: box.left + 48 + share * (box.width - 62), clientY: box.top + 60, bubbles: true }));
  };
}"""


def made_up(sites: int, first: str = "site_00000") -> str:
    """A page of a made-up area; `first` is what its first site is called."""
    data = base64.b64encode(replay_area.packed(sites, first=first)).decode()
    style, script = (BUILT / name for name in ("replay.css", "replay.js"))
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><style>{style.read_text("utf-8")}</style></head><body>'
        f'<script type="application/octet-stream" id="drill-data">{data}</script>'
        f"<script>{script.read_text('utf-8')}</script></body></html>"
    )


def told(gaps_ms: list[float], work_ms: list[float]) -> dict[str, float]:
    """Median and 95th percentile of frames and of the script's part, ms, and frames a second."""
    gaps, work = sorted(gaps_ms), sorted(work_ms) or [0.0]

    def share(values: list[float], part: float) -> float:
        return round(values[min(int(part * len(values)), len(values) - 1)], 2)

    return {
        "median_ms": share(gaps, 0.5), "p95_ms": share(gaps, 0.95), "work_median_ms": share(work, 0.5),
        "work_p95_ms": share(work, 0.95), "frames_per_s": round(1000 * len(gaps) / sum(gaps), 1),
    }  # fmt: skip


def measure(browser: Any, url: str) -> dict[str, dict[str, float]]:
    """Frames while playing and while dragging the slider."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.add_init_script(f"({_WORK})()")
    page.goto(f"{url}#t=18h")
    page.wait_for_selector("body[data-ready=true]")
    page.wait_for_timeout(1500)
    page.keyboard.press("Space")
    page.evaluate("window.__work.length = 0")
    playing = told(page.evaluate(_COUNT, SECONDS), page.evaluate("window.__work"))
    page.keyboard.press("Space")
    box = page.locator(".plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.43, box["y"] + box["height"] * 0.6)
    page.mouse.down()
    page.evaluate(_DRAG)
    page.evaluate("window.__work.length = 0")
    scrubbing = told(page.evaluate(_COUNT, SECONDS), page.evaluate("window.__work"))
    page.close()
    return {"playing_600x": playing, "scrubbing": scrubbing}


def main() -> int:
    """Prints a line for each size and way, or JSON."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", default="5000,20000")
    parser.add_argument("--page", type=Path, help="measure this replay page instead")
    parser.add_argument("--chromium", default=os.environ.get("DRILL_CHROMIUM", "/usr/bin/chromium"))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as player:
        pages = {asked.page.name: asked.page.resolve()} if asked.page else {}
        for size in [] if asked.page else [int(one) for one in asked.sites.split(",")]:
            pages[f"{size} sites"] = Path(folder) / f"{size}.html"
            pages[f"{size} sites"].write_text(made_up(size), encoding="utf-8")
        browser = player.chromium.launch(executable_path=asked.chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, file in pages.items():
            found[name] = measure(browser, file.as_uri())
        browser.close()
    if asked.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return 0
    for name, ways in found.items():
        for way, numbers in ways.items():
            said = "  ".join(f"{key} {value:g}" for key, value in numbers.items())
            sys.stdout.write(f"{name:>14} {way:<13} {said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
