"""The pages do what they say: their commands run, their Python runs, their links lead somewhere.

Blocks of a page are played in order, in a folder of their own that holds `scenarios` and `topologies`: a block with
a title is a file to write, lines of `sh` that begin with `drill ` are run, `python` is executed. What stands in a
`text` block right after one of them (or after a comment `printed by: COMMAND`) is what it printed, with `…` for what
is left out; `pytest -m slow` compares, and `python tests/test_docs.py` rewrites what has changed: a block without `…` as a
whole, else line by line, by the printed line that is most like it. Where none is, it says so and leaves the page alone.
"""

import difflib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from scenario_files import ROOT

from sim.cli import main

DOCS = ROOT / "docs"
README = ROOT / "README.md"
CHINESE = ROOT / "README.zh.md"
PLAYED = [
    README,
    CHINESE,
    *sorted((DOCS / "tutorial").glob("*.md")),
    *sorted((DOCS / "zh").rglob("*.md")),
    *sorted((DOCS / "guides").glob("*.md")),
]
WRITTEN = [README, CHINESE, *sorted(DOCS.rglob("*.md"))]
BIG = ("tongliao", "xilingol", "blizzard_mini")
ELIDED = "…"

_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_PRINTED_BY = re.compile(r"<!-- printed by: (.+) -->\n\Z")
_LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+?)(?: *\{#([\w-]+)\})?$", re.MULTILINE)
_EXIT = re.compile(r"# exit code (\d+)")
_BOOTSTRAP = "python3 bootstrap.py "


@dataclass
class Block:
    """A fenced block; `shown` is the text block that follows it at once, None without one."""

    language: str
    title: str
    text: str
    shown: str | None = None


def blocks(page):
    text, found, end = page.read_text(encoding="utf-8"), [], 0
    for match in _BLOCK.finditer(text):
        block = Block(match[1], match[2] or "", match[3])
        if origin := _PRINTED_BY.search(text[end : match.start()]):
            found.append(Block("sh", "", origin[1], block.text))
        elif block.language == "text" and found and not text[end : match.start()].strip():
            found[-1].shown = block.text
        else:
            found.append(block)
        end = match.end()
    return found


def commands(block):
    """Command lines of a block, `python3 bootstrap.py` left off, each with the exit code it is to give."""
    if block.language != "sh" or block.title:
        return []
    lines = [line.removeprefix(_BOOTSTRAP) for line in block.text.replace("\\\n", " ").splitlines()]
    codes = [int(code[1]) if (code := _EXIT.search(line)) else 0 for line in lines]
    words = [shlex.split(line, comments=True) for line in lines]
    return [(line, code) for line, code in zip(words, codes, strict=True) if line and line[0] in {"drill", "cp", "sed"}]


def run(words, *, big):
    """Run one command line; its exit code. Runs of big scenarios and their pages only where asked for, else None."""
    if words[0] != "drill":
        return subprocess.run(words, check=False).returncode
    if not big and words[1] in {"run", "report", "replay"} and any(name in words[2] for name in BIG):
        return None
    try:
        return main(words[1:])
    except SystemExit as left:  # never, by the contract of main; told as what it would be
        return left.code


def play(page, folder, *, big=False):
    """Play a page in a folder; every block that shows output, with what it printed."""
    for name in ("scenarios", "topologies"):
        shutil.copytree(ROOT / name, folder / name)
    names, told = {"__name__": "__page__"}, []
    with chdir(folder):
        for block in blocks(page):
            out = io.StringIO()
            with redirect_stdout(out), redirect_stderr(out):
                complete = _play(block, names, big=big, place=page.name)
            if block.shown is not None and complete:
                told.append((block, out.getvalue()))
    return told


def _play(block, names, *, big, place):
    if block.title:
        file = Path(block.title)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
        return True
    if block.language == "python":
        exec(compile(block.text, place, "exec"), names)
        return True
    big = big and block.shown is not None
    codes = [(words, wanted, run(words, big=big)) for words, wanted in commands(block)]
    wrong = [(words, code) for words, wanted, code in codes if code not in {wanted, None}]
    assert not wrong, f"{place}: {wrong}"
    return bool(codes) and all(code is not None for _, _, code in codes)


def squeezed(line):
    return " ".join(line.split())


def stale(shown, printed):
    """Lines that a page shows and the program does not print; runs of blanks count as one."""
    lines = {squeezed(line) for line in printed.splitlines()}
    return [line for line in shown.splitlines() if squeezed(line) not in {*lines, "", ELIDED}]


def name(page):
    return str(page.relative_to(ROOT))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DRILLSIM_CACHE", str(tmp_path / "cache"))
    made = tmp_path / "page"
    made.mkdir()
    return made


# What the pages do


def test_there_are_pages_to_play():
    assert sum(len(commands(block)) for page in PLAYED for block in blocks(page)) > 10
    assert sum(block.language == "python" for page in PLAYED for block in blocks(page)) > 5


@pytest.mark.parametrize("page", PLAYED, ids=name)
def test_commands_and_python_of_a_page_run(page, folder, monkeypatch):
    if page.parent.name == "guides":
        monkeypatch.setattr("sim.cli._draw", lambda run, place: None)  # the other pages draw enough
    play(page, folder)


@pytest.mark.slow
@pytest.mark.parametrize("page", PLAYED, ids=name)
def test_what_a_page_shows_is_what_is_printed(page, folder):
    found = {line: printed for block, printed in play(page, folder, big=True) for line in stale(block.shown, printed)}
    near = {line: difflib.get_close_matches(line, printed.splitlines(), 1) for line, printed in found.items()}
    assert not near, "python tests/test_docs.py rewrites them"


def test_a_stale_line_is_found():
    assert stale("seed  1\n…\nsites 9\n", "seed 1\nsites 10\n") == ["sites 9"]


# What the pages say


def anchors(page):
    """Anchors of a page, as the site makes them from headings."""
    text = re.sub(_BLOCK, "", page.read_text(encoding="utf-8"))
    named = [(heading[1], heading[2]) for heading in _HEADING.finditer(text)]
    return {given or re.sub(r"[^\w]+", "-", title.lower()).strip("-") for title, given in named}


@pytest.mark.parametrize("page", WRITTEN, ids=name)
def test_links_lead_somewhere(page):
    text = re.sub(_BLOCK, "", page.read_text(encoding="utf-8"))
    for link in _LINK.findall(text):
        if re.match(r"https?:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", WRITTEN, ids=name)
def test_no_page_holds_a_mark_of_the_rewriting(page):
    assert "<<<" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", WRITTEN, ids=name)
def test_nothing_of_a_machine_of_ours_is_told(page):
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"(?:/root|/home|/tmp|/work|[A-Z]:\\)[\w/\\.-]*", text)


def test_the_readme_opens_with_a_sentence_a_picture_and_two_commands():
    parts = [part.strip() for part in README.read_text(encoding="utf-8").split("\n\n") if part.strip()]
    title, sentence, picture, first = parts[:4]
    assert re.fullmatch(r"# \w+", title)
    assert re.fullmatch(r"\w[^.!?]*\.", sentence), "one sentence"
    assert (shown := re.fullmatch(r"!\[[^\]]+\]\(([^)]+)\)", picture)), "one picture"
    assert (ROOT / shown[1]).stat().st_size > 10_000
    told = _BLOCK.fullmatch(first + "\n") or _BLOCK.match(first)
    lines = told[3].split("\n")[:-1]
    assert lines == [
        "python3 bootstrap.py drill run scenarios/tongliao_blizzard.yaml",
        "python3 bootstrap.py pytest",
    ]


# Rewriting


def renewed(shown, printed):
    """The text of a block as it would be shown today, and the lines of it that nothing printed is like."""
    lines = [line.rstrip() for line in printed.splitlines()]
    if ELIDED not in shown:
        return "\n".join(lines).strip("\n") + "\n", []
    fresh, lost, at = [], [], 0
    for line in shown.splitlines():
        near = [line]
        if stale(line, "\n".join(lines[at:])):
            near = difflib.get_close_matches(line, lines[at:], 1, 0.4) or [""]
            lost += [] if near[0] else [line]
        if near[0] in lines[at:]:
            at = lines.index(near[0], at) + 1
        fresh.append(near[0].rstrip())
    return "\n".join(fresh) + "\n", lost


def rewrite(page, played):
    """Renew the blocks of a page that were played; gives back `PAGE:LINE` of what has no counterpart today."""
    text = old = page.read_text(encoding="utf-8")
    lost = []
    for block, printed in played:
        fresh, without = renewed(block.shown, printed) if stale(block.shown, printed) else (block.shown, [])
        first = old[: old.index(block.shown)].count("\n") + 1
        places = block.shown.splitlines()
        lost += [f"{name(page)}:{first + places.index(line)}: nothing like this is printed: {line}" for line in without]
        text = text.replace(block.shown, fresh, 1)
    if not lost and text != old:
        page.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name(page)} rewritten\n")
    return lost


def test_a_block_without_gaps_is_renewed_as_a_whole():
    assert renewed("seed 1\nsites 9\n", "seed 1\nsites 10\nroads 3\n") == ("seed 1\nsites 10\nroads 3\n", [])


def test_a_block_with_gaps_is_renewed_line_by_line():
    shown, printed = "verdict: 3 met\n…\nsites out 9\n", "verdict: 2 met\nroads 7\nsites out 10\n"
    assert renewed(shown, printed) == ("verdict: 2 met\n…\nsites out 10\n", [])


def test_a_line_without_counterpart_is_told_and_the_page_left_alone(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n```sh\ndrill list\n```\n\n```text\na b c\n…\ngenerator broke\n```\n", encoding="utf-8")
    before = page.read_text(encoding="utf-8")
    lost = rewrite(page, [(blocks(page)[0], "a b d\n1234567\n")])
    assert lost == ["page.md:10: nothing like this is printed: generator broke"]
    assert page.read_text(encoding="utf-8") == before


def rewrite_all(pages):
    lost = []
    for page in pages:
        with tempfile.TemporaryDirectory() as scratch:
            os.environ["DRILLSIM_CACHE"] = f"{scratch}/cache"
            folder = Path(scratch) / "page"
            folder.mkdir()
            lost += rewrite(page, play(page, folder, big=True))
    return "\n".join(lost)


if __name__ == "__main__":
    sys.exit(rewrite_all([page for page in PLAYED if not sys.argv[1:] or name(page) in sys.argv[1:]]))
