"""A wrong command line, as typer sees it, told in the language in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sim.language import retold

_MESSAGES: Final = (
    "Missing argument {name}.",
    "Missing option {name}.",
    "Missing parameter: {name}",
    "Missing command.",
    "No such option: {name} (Possible options: {names})",
    "No such option: {name} Did you mean {names}?",
    "No such option: {name}",
    "No such command {name}. Did you mean {names}?",
    "No such command {name}.",
    "Got unexpected extra argument(s) ({names})",
    "Got unexpected extra argument ({names})",
    "Got unexpected extra arguments ({names})",
    "Option {name} requires an argument.",
    "Option {name} requires {count} arguments.",
    "Option {name} does not take a value.",
    "Invalid value for {name}: {reason}",
    "Invalid value: {reason}",
    "Value error, {reason}",
    "Value {value} is not a valid {sort}.",
    "{value} is not one of {names}.",
    "{value} is not a valid integer.",
    "{value} is not a valid float.",
    "{value} is not in the range {range}.",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid integer, got a number with a fractional part",
    "Input should be a valid number, unable to parse string as a number",
    "Input should be a finite number",
    "Input should be greater than or equal to {limit}",
    "Input should be greater than {limit}",
    "Input should be less than or equal to {limit}",
    "Input should be less than {limit}",
)
"""What typer and click say, with pydantic's reasons; a reason within a message is looked up for itself."""


def messages() -> Iterator[str]:
    """All of them, for the catalogue."""
    yield from _MESSAGES


def usage(error: Any) -> str:
    """The message of a usage error of typer, or the help it shows where nothing was asked."""
    message = str(error.format_message())
    if "\n" in message:
        return message
    path = getattr(getattr(error, "ctx", None), "command_path", "drill")
    return f"{path}: {retold(message, _MESSAGES)}"
