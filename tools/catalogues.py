"""Keeps the Chinese catalogues in step with the messages in the code, and compiles them.

    python tools/catalogues.py update    # new messages into the .po files (translate them there), gone ones out
    python tools/catalogues.py compile   # .po → .mo, which is what the program reads
    python tools/catalogues.py check     # exit code 1 where one was forgotten, or Chinese is missing

A message is a literal inside `_()` or `marked()` in Python, TypeScript or a template, or stands in one of the lists
named in `WORDS`. It belongs to the catalogue of the first room below that its file lies in.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CHINESE = ROOT / "sim" / "languages" / "zh" / "LC_MESSAGES"
ROOMS = {
    "page": ("sim/page",),
    "replay": ("sim/replay", "web/src"),
    "report": ("sim/report",),
    "forms": ("sim/forms", "sim/script"),
    "intake": ("sim/intake", "sim/sheets"),
    "command": ("sim/cli*.py", "sim/console.py"),
    "words": ("sim/phrases.py", "sim/wordlist.py"),
    "checks": ("sim",),
}
"""Catalogue → folders or patterns of files; the first that fits takes a message."""
WORDS = {
    "sim.phrases:messages": "words",
    "sim.reasons:messages": "checks",
    "sim.topology.notes:messages": "checks",
    "sim.scorecard.reasons:messages": "checks",
    "sim.replay.pack:messages": "replay",
    "sim.cli:help_texts": "command",
    "sim.cli_usage:messages": "command",
}
"""`module:function` of word lists → the catalogue that their messages belong to."""
METHODS = {".py": "python", ".ts": "javascript"}
OPTIONS = {"parse_template_string": "true"}
"""Messages inside template literals of TypeScript are found too."""


def messages() -> Iterator[tuple[str, str, str]]:
    """Catalogue, message and file of every message, in the order of the code."""
    taken: set[Path] = set()
    for room, folders in ROOMS.items():
        for folder in folders:
            within = (ROOT / folder).rglob("*") if (ROOT / folder).is_dir() else ROOT.glob(folder)
            files = sorted(file for file in within if file.suffix in METHODS)
            for file in (file for file in files if file not in taken and "node_modules" not in file.parts):
                taken.add(file)
                for _, message, _, _ in extract_from_file(
                    METHODS[file.suffix], file, keywords={"_": None, "marked": None}, options=OPTIONS
                ):
                    yield room, message if isinstance(message, str) else message[0], file.relative_to(ROOT).as_posix()
            for file in sorted((ROOT / folder).rglob("*.html.j2")):
                if file not in taken:
                    taken.add(file)
                    yield from _in_template(room, file)
    for named, room in WORDS.items():
        module, function = named.split(":")
        for message in getattr(importlib.import_module(module), function)():
            yield room, message, module


def _in_template(room: str, file: Path) -> Iterator[tuple[str, str, str]]:
    from jinja2 import Environment

    reader = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    for _, _, message in reader.extract_translations(file.read_text(encoding="utf-8"), ("_",)):  # type: ignore[attr-defined]
        yield room, str(message), file.relative_to(ROOT).as_posix()


def renewed(room: str) -> Catalog:
    """The catalogue with all messages of today and the translations it had."""
    file = CHINESE / f"{room}.po"
    old = read_po(io.BytesIO(file.read_bytes()), locale="zh_CN") if file.exists() else Catalog(locale="zh_CN")
    new = Catalog(locale="zh_CN", project="drillsim", fuzzy=False, header_comment="# Chinese of drillsim")
    for of, message, _ in messages():
        if of == room and message:
            before = old.get(message)
            new.add(message, before.string if before is not None else "")
    return new


def written(catalogue: Catalog) -> bytes:
    """The catalogue as a .po file, without what changes from day to day."""
    out = io.BytesIO()
    write_po(out, catalogue, omit_header=False, sort_output=True, width=120)
    kept = [
        line for line in out.getvalue().decode().splitlines() if "-Date: " not in line and "Generated-By" not in line
    ]
    return ("\n".join(kept).rstrip() + "\n").encode()


def compiled(file: Path) -> bytes:
    """The .mo of a .po file."""
    catalogue = read_po(io.BytesIO(file.read_bytes()), locale="zh_CN")
    catalogue.creation_date = catalogue.revision_date = datetime(2000, 1, 1, tzinfo=UTC)  # else the hour of today
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def faults() -> list[str]:
    """What has been forgotten, a line each."""
    found = []
    for room in ROOMS:
        file = CHINESE / f"{room}.po"
        catalogue = renewed(room)
        if not len(catalogue) and not file.exists():
            continue
        if not file.exists() or written(catalogue) != file.read_bytes():
            found.append(f"{room}.po is not up to date: python tools/catalogues.py update")
        elif not file.with_suffix(".mo").exists() or compiled(file) != file.with_suffix(".mo").read_bytes():
            found.append(f"{room}.mo is not up to date: python tools/catalogues.py compile")
        found += [f"{room}.po: no Chinese for {one.id!r}" for one in catalogue if one.id and not one.string]
    return found


def main(arguments: list[str]) -> int:
    """Does one of the three; see the head of this file."""
    sys.path.insert(0, str(ROOT))
    if arguments == ["update"]:
        CHINESE.mkdir(parents=True, exist_ok=True)
        for room in ROOMS:
            catalogue = renewed(room)
            if len(catalogue):
                (CHINESE / f"{room}.po").write_bytes(written(catalogue))
    elif arguments == ["compile"]:
        for file in sorted(CHINESE.glob("*.po")):
            file.with_suffix(".mo").write_bytes(compiled(file))
    elif arguments == ["check"]:
        for line in (lines := faults()):
            print(line)
        return 1 if lines else 0
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
