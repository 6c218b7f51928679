"""The built replay page that ships is that of the sources beside it; checked without Node."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WEB, BUILT = ROOT / "web", ROOT / "sim" / "replay" / "built"
MOST_BYTES = 250_000


def digest_of_sources() -> str:
    """As in web/build.mjs: names, sizes and contents of what goes in, in the order of the names."""
    files = [file.relative_to(WEB).as_posix() for file in (WEB / "src").rglob("*") if file.is_file()]
    found = hashlib.sha256()
    for name in sorted([*files, "package-lock.json", "build.mjs"]):
        content = (WEB / name).read_bytes()
        found.update(f"{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


@pytest.mark.parametrize("name", ["replay.js", "replay.css"])
def test_built_files_are_those_of_the_sources(name: str) -> None:
    built = (BUILT / name).read_text(encoding="utf-8")
    stamp = re.match(r"/\*! drillsim sources ([0-9a-f]{64}) \*/", built)
    assert stamp, f"{name} has no stamp: run `npm run build` in web/"
    assert stamp[1] == digest_of_sources(), "sources have changed since: run `npm run build` in web/"


def test_page_asks_nothing_of_the_network() -> None:
    script, style = ((BUILT / name).read_text(encoding="utf-8") for name in ("replay.js", "replay.css"))
    script = script.replace("http://www.w3.org/2000/svg", "")  # the name of a language, not an address
    for asking in ("https://", "http://", "fetch(", "XMLHttpRequest", "WebSocket", "import(", "sendBeacon"):
        assert asking not in script, asking
    assert not re.search(r"url\((?!\s*['\"]?data:)|@import", style)


def test_script_can_stand_inside_a_page() -> None:
    script, style = ((BUILT / name).read_text(encoding="utf-8") for name in ("replay.js", "replay.css"))
    assert "</script" not in script.lower()
    assert "<!--" not in script
    assert "</style" not in style.lower()
    assert len(script) + len(style) < MOST_BYTES


def test_modules_stay_small() -> None:
    for file in (WEB / "src").glob("*.ts"):
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 330, file.name
