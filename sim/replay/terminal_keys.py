"""Keys read without waiting for Enter, and the terminal as it was afterwards."""

from __future__ import annotations

import os
import select
import sys
import time
from contextlib import AbstractContextManager
from typing import Any, Final, Self

NAMES: Final = {
    "\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left",
    "\x1bOA": "up", "\x1bOB": "down", "\x1bOC": "right", "\x1bOD": "left",
    "\r": "enter", "\n": "enter", "\x7f": "backspace", "\b": "backspace", " ": "space", "\x1b": "escape",
}  # fmt: skip
_WINDOWS: Final = {"H": "up", "P": "down", "M": "right", "K": "left"}
_BYTES: Final = 256


def parsed(typed: str) -> list[str]:
    """The keys in what a terminal sent; unknown sequences are dropped."""
    keys = []
    while typed:
        if typed[0] == "\x1b" and len(typed) > 1 and typed[1] in "[O":
            end = 2
            while end < len(typed) and not ("@" <= typed[end] <= "~"):
                end += 1
            keys.append(NAMES.get(typed[: end + 1], ""))
            typed = typed[end + 1 :]
        else:
            keys.append(NAMES.get(typed[0], typed[0] if typed[0].isprintable() else ""))
            typed = typed[1:]
    return [key for key in keys if key]


class Keyboard(AbstractContextManager["Keyboard"]):
    """Keys as they are pressed, where stdin is a terminal; else `there` is False and none ever come."""

    def __init__(self) -> None:
        self.there = sys.stdin is not None and sys.stdin.isatty()
        self._before: Any = None

    def __enter__(self) -> Self:
        if self.there and os.name != "nt":
            self._cbreak()
        return self

    def _cbreak(self) -> None:
        """No echo and no waiting for Enter; Ctrl-C interrupts as ever, Ctrl-Z does nothing."""
        import termios

        self._before = termios.tcgetattr(sys.stdin.fileno())
        mode = termios.tcgetattr(sys.stdin.fileno())
        mode[3] &= ~(termios.ECHO | termios.ICANON)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        mode[6][termios.VSUSP] = b"\0"
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, mode)

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            import termios

            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._before)
            self._before = None

    def read(self, wait_s: float) -> list[str]:
        """Keys pressed within so many seconds; at once when there are some."""
        if not self.there:
            time.sleep(wait_s)
            return []
        return self._read_windows(wait_s) if os.name == "nt" else self._read(wait_s)

    def _read(self, wait_s: float) -> list[str]:
        ready, _, _ = select.select([sys.stdin], [], [], wait_s)
        if not ready:
            return []
        typed = os.read(sys.stdin.fileno(), _BYTES)
        if not typed:  # the terminal has gone
            self.there = False
        return parsed(typed.decode("utf-8", "ignore"))

    def _read_windows(self, wait_s: float) -> list[str]:
        import msvcrt

        console: Any = msvcrt
        until_s = time.monotonic() + wait_s
        while not console.kbhit() and time.monotonic() < until_s:
            time.sleep(0.01)
        keys: list[str] = []
        while console.kbhit():
            one = console.getwch()
            if one == "\x03":
                raise KeyboardInterrupt
            keys += [_WINDOWS.get(console.getwch(), "")] if one in "\x00\xe0" else parsed(one)
        return [key for key in keys if key]
