"""Help in the language in use: commands and options have English texts in the code, Chinese ones in the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any, Final

import typer
from typer.main import get_command

from sim.language import _, spoken
from sim.textwidth import columns, wrapped

_ASIDE: Final = re.compile(r"\[([^\[\]]*)\]$")
"""What typer puts behind the help of an option: its default, its range, whether it is required."""
_TYPE: Final = re.compile(r"<(?:list\[)?([a-z][a-z ]*)\]?>", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Z]{3,}")
_WIDEST_NAME: Final = 30


def program(app: typer.Typer) -> Any:
    """The tree of commands with its help in the language in use."""
    tree = get_command(app)
    if spoken() != "en":
        for command in _commands(tree):
            _translate(command)
    return tree


def texts(app: typer.Typer) -> Iterator[str]:
    """All that help says in English, for the catalogue: helps, words for values, and typer's own words."""
    yield from ("Show this message and exit.", "Usage: ", "Options", "Arguments", "Commands", "[OPTIONS]")
    yield from ("COMMAND [ARGS]...", "required", "default: {default}", *_TYPES.values())
    for command in _commands(get_command(app)):
        yield from (cleandoc(text) for text in (command.help, command.short_help) if text)
        for one in command.params:
            yield from (text for text in (one.help, one.metavar) if text and _is_worded(text))


_TYPES: Final = {
    "int": "whole number",
    "int range": "whole number",
    "float": "number",
    "float range": "number",
    "str": "text",
    "file": "file",
    "directory": "folder",
    "path": "path",
}
"""What typer calls a type of value, and what a person does."""


def _is_worded(text: str) -> bool:
    """Whether a help or metavar is words; `N` and `en|zh` are not."""
    return bool(_WORD.search(text)) or " " in text or text.endswith(".")


def _commands(command: Any) -> Iterator[Any]:
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from _commands(below)


def _translate(command: Any) -> None:
    command.context_class = _Context
    command.help = _(cleandoc(command.help)) if command.help else None
    command.short_help = _(cleandoc(command.short_help)) if command.short_help else command.help
    if command.options_metavar:
        command.options_metavar = _(command.options_metavar)
    if getattr(command, "subcommand_metavar", ""):
        command.subcommand_metavar = _(command.subcommand_metavar)
    for one in command.params:
        one.help = _(one.help) if one.help else one.help
        one.metavar = _(one.metavar) if one.metavar else one.metavar


_Plain: Any = typer.Context.formatter_class


class _Formatter(_Plain):  # type: ignore[misc]
    """Writes help as typer does, with lines that end by width and typer's own words in the language in use."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        head = f"{_(prefix or 'Usage: ')}{prog} "
        below = "\n" + " " * columns(head)
        self.write(f"{head}{below.join(wrapped(args, max(self.width - columns(head), 20)))}\n")

    def write_heading(self, heading: str) -> None:
        self.write(" " * self.current_indent + _(heading) + _(":") + "\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        for number, paragraph in enumerate(text.split("\n\n")):
            lines = wrapped(paragraph, self.width - len(indent))
            self.write("\n" * bool(number) + "".join(f"{indent}{line}\n" for line in lines))

    def write_dl(self, rows: Any, col_max: int = _WIDEST_NAME, col_spacing: int = 2) -> None:
        named = [(_TYPE.sub(_type, first), second) for first, second in rows]
        first_width = min(max(columns(first) for first, _second in named), col_max) + col_spacing
        below = "\n" + " " * (first_width + self.current_indent)
        for first, second in named:
            gap = first_width - columns(first)
            lines = wrapped(_told(second), max(self.width - first_width - self.current_indent, 10))
            start = " " * gap if gap >= col_spacing else below
            self.write(f"{' ' * self.current_indent}{first}{start}{below.join(lines)}".rstrip() + "\n")


class _Context(typer.Context):
    formatter_class = _Formatter


def _type(found: re.Match[str]) -> str:
    named = found[1].lower()
    return f"<{_(_TYPES[named])}>" if named in _TYPES else found[0]


def _told(second: str) -> str:
    """The help of an option with what typer put behind it translated; the help itself is translated already."""
    apart = _("; ")
    return _ASIDE.sub(lambda found: f"[{apart.join(map(_aside, found[1].split('; ')))}]", _(second))


def _aside(part: str) -> str:
    key, colon, value = part.partition(": ")
    return _("default: {default}").format(default=value) if colon and key == "default" else _(part)
