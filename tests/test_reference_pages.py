"""The reference pages say what the program does: tables, anchors, commands, options, exit codes."""

import re
import sys

import pytest
import typer.main
from scenario_files import ROOT

from sim import cli
from sim.schema import models

sys.path.insert(0, str(ROOT / "tools"))
import make_reference

PAGES = ROOT / "docs" / "reference"
SCENARIO_FILES = (PAGES / "scenario_files.md").read_text(encoding="utf-8")
COMMANDS = (PAGES / "commands.md").read_text(encoding="utf-8")


def test_the_tables_are_up_to_date():
    assert make_reference.page_with_tables(SCENARIO_FILES) == SCENARIO_FILES, "run python tools/make_reference.py"


def test_an_old_table_is_found():
    old = SCENARIO_FILES.replace("| `duration_h` |", "| `length_h` |")
    assert old != SCENARIO_FILES
    assert make_reference.page_with_tables(old) == SCENARIO_FILES


def test_every_table_of_the_file_is_there_once():
    tables = make_reference.tables_in(SCENARIO_FILES)
    assert sorted(tables) == sorted([*models(), "POLICIES", "GENERATOR_KINDS"])


def test_every_key_is_there():
    for model in models().values():
        for name, info in model.model_fields.items():
            assert f"| `{info.alias or name}` |" in SCENARIO_FILES, (model, name)


@pytest.mark.parametrize("page", [SCENARIO_FILES, COMMANDS], ids=["scenario_files", "commands"])
def test_links_within_a_page_lead_somewhere(page):
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    anchors = {
        found[1] if (found := re.search(r"\{#(\w+)\}", heading)) else re.sub(r"\W+", "-", heading.lower()).strip("-")
        for heading in headings
    }
    links = set(re.findall(r"\]\(#([\w-]+)\)", page))
    assert links
    assert links - anchors == set()


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ({"type": "number", "exclusiveMinimum": 0}, "number > 0"),
        ({"type": "integer", "minimum": 1, "maximum": 20}, "whole number ≥ 1, ≤ 20"),
        ({"enum": ["a", "b"]}, "`a`, `b`"),
        ({"type": "array", "items": {"type": "string"}}, "list of text"),
        ({"$ref": "#/$defs/Snowstorm"}, "[Snowstorm](#snowstorm)"),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, "true or false"),
    ],
)
def test_kinds_in_words(field, told):
    assert make_reference.kind(field) == told


@pytest.mark.parametrize(
    ("median_h", "p90_h", "told"),
    [
        (20 / 60, 45 / 60, "20/45 min"),
        (2, 2, "2 h"),
        (1.5, 5, "1.5/5 h"),
        (3 / 60, 3 / 60, "3 min"),
        (0, 0, "0 h"),
    ],
)
def test_durations_as_people_write_them(median_h, p90_h, told):
    assert make_reference.spread(median_h, p90_h) == told


# Commands


def commands(group, path="drill"):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


ALL = dict(commands(typer.main.get_command(cli.app)))


def test_the_commands_are_those_of_the_page():
    told = {match.strip() for match in re.findall(r"^\| \[`(drill [a-z ]+)", COMMANDS, re.MULTILINE)}
    assert told == ALL.keys()


@pytest.mark.parametrize("name", ALL)
def test_every_option_is_on_the_page(name):
    chapter = next(part for part in COMMANDS.split("\n## ") if part.startswith(" ".join(name.split()[:2])))
    options = {option for parameter in ALL[name].params for option in parameter.opts if option.startswith("--")}
    missing = {option for option in options - {"--help"} if option not in chapter}
    assert missing == set()


def test_every_exit_code_is_on_the_page():
    for code in (cli.DONE, cli.MISSED, cli.BAD_INPUT, cli.BUG, cli.INTERRUPTED):
        assert f"\n| {code} | " in COMMANDS
