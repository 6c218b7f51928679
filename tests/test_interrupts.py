"""A request to stop interrupts where Python can bear it, and nowhere else."""

import signal
import sys
import threading
import time
from contextlib import nullcontext

import pytest

from sim import interrupts
from sim.results.parquet import Parquet


def ask(request=signal.SIGINT):
    signal.raise_signal(request)


def wait():
    """Long enough for a request that was put off."""
    time.sleep(1)


def test_a_request_interrupts_at_once():
    with interrupts.Watch() as watch, pytest.raises(KeyboardInterrupt):
        ask(signal.SIGTERM)
    assert watch.signum == signal.SIGTERM


def test_handlers_are_as_before_afterwards():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)], sys.unraisablehook
    with interrupts.Watch():
        assert signal.getsignal(signal.SIGTERM) != before[0][1]
    assert before == ([signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)], sys.unraisablehook)


def test_a_watch_in_another_thread_lets_handlers_alone():
    seen = []

    def work():
        with interrupts.Watch():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]


def test_a_handler_of_somebody_else_stays():
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with interrupts.Watch() as watch:
            ask(signal.SIGTERM)
        assert watch.signum == 0
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("watched", [True, False])
def test_a_held_block_is_finished_first(watched):
    done = []

    def work():
        with interrupts.held():
            with interrupts.held():
                ask()
                done.append("inner")
            done.append("outer")
        done.append("never")

    with pytest.raises(KeyboardInterrupt), interrupts.Watch() if watched else nullcontext():
        work()
    assert done == ["inner", "outer"]


def test_an_import_is_finished_first(tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text(
        "import signal, time\nsignal.raise_signal(signal.SIGINT)\ntime.sleep(0.1)\ndone = True\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    def work():
        import slow_to_import  # noqa: F401

        wait()

    with interrupts.Watch(), pytest.raises(KeyboardInterrupt):
        work()
    assert sys.modules["slow_to_import"].done


def test_a_request_that_hits_a_finaliser_is_not_lost():
    class Dying:
        def __del__(self):
            ask()

    def work():
        Dying()
        wait()

    with interrupts.Watch(), pytest.raises(KeyboardInterrupt):
        work()


def test_a_closed_watch_only_takes_note():
    with interrupts.Watch() as watch:
        watch.close()
        ask()
        wait()
    assert watch.signum == signal.SIGINT


def test_a_call_of_the_database_is_finished_first():
    """DuckDB looks for signals itself, and would raise a RuntimeError."""
    done = []

    class Database:
        def execute(self, query):
            ask()
            done.append(query)
            return self

        def fetchnumpy(self):
            return {}

    files = Parquet()
    files._database = Database()
    with interrupts.Watch(), pytest.raises(KeyboardInterrupt):
        files.read("nowhere")
    assert len(done) == 1
