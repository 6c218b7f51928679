"""A request to stop (Ctrl-C, SIGTERM) becomes a KeyboardInterrupt, but only where Python can bear one.

DuckDB swallows an exception raised inside its calls, and an extension module that is interrupted while it is
imported may take the interpreter with it. There the request waits until the call or the import is over.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType
from typing import Any, Final, Self

_IMPORTS: Final = "<frozen importlib"
_AGAIN_S: Final = 0.02
_SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Watch:
    """While it lasts, `signum` says which request to stop came in, 0 for none; at its end all is as before."""

    def __init__(self) -> None:
        self.signum: int = 0
        self._held = 0
        self._due = False
        self._asking = False
        self._before: dict[int, Any] = {}
        self._floor: FrameType | None = None
        self._unraisable: Any = None

    def __enter__(self) -> Self:
        self._floor = sys._getframe(1)  # noqa: SLF001 (imports below this frame are not ours)
        for number in _SIGNALS if threading.current_thread() is threading.main_thread() else ():
            if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):  # else somebody cares
                self._before[number] = signal.signal(number, self._asked)
        self._unraisable, sys.unraisablehook = sys.unraisablehook, self._swallowed
        _watches.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _watches.remove(self)
        sys.unraisablehook = self._unraisable
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._floor = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """No interruption in this block; one that was asked for meanwhile comes at its end."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self._catch_up()

    def _catch_up(self) -> None:
        if self._due and not self._held:
            self._due = False
            raise KeyboardInterrupt

    def close(self) -> None:
        """From here on requests are noted and interrupt nothing."""
        self._held += 1

    def _asked(self, signum: int, frame: FrameType | None) -> None:
        self.signum = self.signum or signum
        if self._held:
            self._due = True
        elif self._importing(frame):
            self._ask_again()
        else:
            raise KeyboardInterrupt

    def _importing(self, frame: FrameType | None) -> bool:
        while frame is not None and frame is not self._floor:
            if frame.f_code.co_filename.startswith(_IMPORTS):
                return True
            frame = frame.f_back
        return False

    def _ask_again(self) -> None:
        if not self._asking:
            self._asking = True
            _thread.start_new_thread(self._remind, ())  # takes no lock that the interrupted code might hold

    def _remind(self) -> None:
        time.sleep(_AGAIN_S)
        self._asking = False
        if self in _watches:
            _thread.interrupt_main(signal.Signals(self.signum))

    def _swallowed(self, unraisable: Any) -> None:
        """An interruption that hit a finaliser, where Python drops exceptions, is asked for again."""
        if self.signum and isinstance(unraisable.exc_value, KeyboardInterrupt):
            self._ask_again()
        else:
            self._unraisable(unraisable)


_watches: Final[list[Watch]] = []


class _Brief(Watch):
    """A watch over one block, for programs that use the package without its command."""

    def __enter__(self) -> Self:
        super().__enter__()
        self._held = 1
        return self

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        if self.signum == signal.SIGINT:
            raise KeyboardInterrupt
        if self.signum:
            signal.raise_signal(self.signum)


def held() -> Any:
    """A context in which no request to stop interrupts; one that came meanwhile takes effect at its end."""
    if threading.current_thread() is not threading.main_thread():
        return nullcontext()
    return _watches[-1].held() if _watches else _Brief()
