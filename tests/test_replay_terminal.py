"""The replay in the terminal: lines in a pipe, what keys do, a real terminal that is left as it was."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from datetime import datetime

import numpy as np
import pytest
from little_rooms import drill_run
from little_runs import STORY, inventory, log_of, run_of
from rich.console import Console
from scenario_files import ROOT

from sim.errors import InputError
from sim.language import speaking
from sim.metrics import kpi
from sim.replay.terminal import marks_of, play
from sim.replay.terminal_board import Board
from sim.replay.terminal_feed import TOLD, Wanted, blocks, moment_h, rows_of, teller, wanted
from sim.replay.terminal_keys import parsed
from sim.replay.terminal_player import SPEEDS, Player
from sim.replay.terminal_screen import Scene, Screen
from sim.results import Run

START = datetime(2023, 11, 5)
HOSTILE = "s1\x1b[2J\x1b]0;owned\x07\r\n\u202eevil\x9b31m"


def lines_of(run, which=None):
    out = []
    play(run, which, write=out.append)
    return "\n".join(out).splitlines()


# Lines


def test_in_a_pipe_every_row_is_a_line():
    run = run_of()
    lines, tell = lines_of(run), teller(run, ids=True)
    assert len(lines) == len(run.log) == len(STORY)
    for number, told in enumerate(lines):
        row = run.log.row(number)
        clock, kind, said = told[:19], told[21:].split()[0], told[21:].split(None, 1)[1]
        assert datetime.fromisoformat(clock) == run.clock(row.t_h)
        assert kind == row.kind
        assert said == tell(row)
    assert not any("\x1b" in told for told in lines)


def test_lines_speak_the_language_asked_for():
    run, out = run_of(), []
    play(run, language="zh", write=out.append)
    with speaking("zh"):
        tell = teller(run, ids=True)
        said = [told.split(None, 3)[3] for told in "\n".join(out).splitlines()]
        assert said == [tell(row) for row in run.log]
    assert "\n".join(out).splitlines() != lines_of(run)


@pytest.mark.parametrize(
    ("asked", "keep"),
    [
        ({"begin": "+8 h", "end": "+9 h"}, lambda row: 8 <= row.t_h <= 9),
        ({"begin": "2023-11-05T10:00"}, lambda row: row.t_h >= 10),
        ({"begin": "08:30", "end": "12:00"}, lambda row: 8.5 <= row.t_h <= 12),
        ({"kinds": ["site.down", "site.up"]}, lambda row: row.kind in {"site.down", "site.up"}),
        ({"kinds": ["job"]}, lambda row: row.kind.startswith("job.")),
        ({"subjects": ["s2"]}, lambda row: "s2" in (row.subject, row.object)),
        (
            {"subjects": ["s2"], "kinds": ["mains"], "end": "5"},
            lambda row: row == (4.0, "mains.lost", "s2", "f1", row.value, -1),
        ),
    ],
    ids=["span", "from", "clocks", "kinds", "group", "subject", "all"],
)
def test_filters_keep_what_they_say(asked, keep):
    run = run_of()
    chosen = [run.log.row(number) for number in rows_of(run.log.columns(), wanted(run, **asked))]
    assert [row[:4] for row in chosen] == [row[:4] for row in run.log if keep(row)]
    assert 0 < len(chosen) < len(run.log)
    assert len(lines_of(run, wanted(run, **asked))) == len(chosen)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"begin": "yesterday"}, r"--from: must be .*"),
        ({"begin": "+9 h", "end": "+8 h"}, r"--to: must not be before --from"),
        ({"kinds": ["site.dwon"]}, r"--kind: must be a kind of the event log, .*site\.down.*"),
        ({"subjects": ["nobody"]}, r"--subject: is in no row of this log.*"),
        ({"subjects": ["nonsense"]}, r"--subject: is in no row of this log \(got 'nonsense'\)"),
        ({"begin": "+99 h"}, r"--from: must lie within the .* h of the drill \(got \+99 h\)"),
    ],
)
def test_filters_that_are_none(asked, message):
    with pytest.raises(InputError) as caught:
        wanted(run_of(), **asked)
    assert re.fullmatch(message, str(caught.value))


@pytest.mark.parametrize("speed", [0.0, -1.0, 1e9, float("nan")])
def test_a_speed_that_is_none(speed):
    with pytest.raises(InputError, match=r"^--speed: must be above 0"):
        play(run_of(), speed=speed)


def test_a_clock_time_is_the_next_one():
    start = datetime(2023, 11, 5, 20)
    assert moment_h("07:30", start, "") == 11.5
    assert moment_h("07:30", start, "", 11.5) == 11.5
    assert moment_h("07:30", start, "", 12.0) == 35.5
    assert moment_h("20:00", start, "") == 0.0
    assert moment_h("T+0.7", start, "") == moment_h("+0.7 h", start, "") == 0.7
    with pytest.raises(InputError):
        moment_h("27:30", start, "x")


def hostile_run():
    made = inventory()
    made["site"]["id"] = np.array([HOSTILE, *made["site"]["id"][1:].tolist()])
    made["station"]["site"] = np.where(made["station"]["site"] == "s1", HOSTILE, made["station"]["site"])
    log = log_of(
        (1.0, "mains.lost", HOSTILE, "f1"), (2.0, "site.down", HOSTILE, "power\x1b[31m"), (2.5, "desk.level", HOSTILE)
    )
    spec = run_of(
        plan={"targets": [{"id": "O1", "say": "say \x1b[5mblink", "kpi": "site_outage_h", "at_most": 0}]}
    ).spec
    return Run(spec.model_copy(update={"title": spec.title.model_copy(update={"en": HOSTILE})}), 1, "p", log, made)


def unseen(text):
    return [character for character in text if not character.isprintable() and character != "\n"]


def test_hostile_names_reach_no_terminal():
    run = hostile_run()
    assert unseen("\n".join(lines_of(run))) == []
    assert len(lines_of(run)) == 3
    assert unseen(drawn(run, 3.0, width=160)) == []


# The screen


def drawn(run, t_h, width=120, height=40, **player):
    screen = Screen(run, Board(run))
    screen.judge(t_h)
    log = run.log.columns()
    rows = rows_of(log, Wanted())
    screen.marks = marks_of(run)
    state = Player(run.spec.start, 0.0, run.horizon_h, [], **player)
    state.go(t_h)
    screen.scene = Scene(state, rows[log.t_h[rows] <= t_h])
    console = Console(width=width, height=height, color_system=None, highlight=False, markup=False, emoji=False)
    with console.capture() as caught:
        console.print(screen.drawn(console), height=height)
    return caught.get()


def test_the_screen_shows_figures_feed_and_keys():
    run = run_of(plan={"targets": [{"id": "O1", "kpi": "site_outage_h", "at_most": 3}]})
    shown = drawn(run, 10.5)
    assert "2023-11-05 10:30:00" in shown
    assert re.search(r"stations out +4 ", shown)
    assert re.search(r"✓ O1 .* 3 .*≤ 3 ", shown)
    last = max(number for number, row in enumerate(run.log) if row.t_h <= 10.5)
    assert teller(run)(run.log.row(last)) in shown
    assert re.search(r"⚑ 11-05 10:00  most stations out", shown)
    assert "space pause" in shown
    assert teller(run)(run.log.row(len(run.log) - 1)) not in shown


@pytest.mark.parametrize("width", [50, 80, 95, 96, 200])
@pytest.mark.parametrize("make", [run_of, drill_run])
def test_the_screen_fits(width, make):
    for language in ("en", "zh"):
        with speaking(language):
            shown = drawn(make(), 1.0, width=width, height=24).splitlines()
        assert len(shown) <= 24


@pytest.mark.parametrize("t_h", [0.0, 4.0, 9.99, 10.5, 12.0, 41.0])
def test_counts_are_the_kpis_of_that_moment(t_h):
    run = run_of()
    counts = dict(Board(run).counts(t_h))
    assert counts["stations out"] == f"{kpi('stations_out', run.tables, t_h):.0f}"
    assert counts["sites without mains"] == f"{kpi('sites_without_mains', run.tables, t_h):.0f}"
    assert counts["users without service"] == f"{kpi('users_out', run.tables, t_h):.0f}"


def test_crews_and_generators_are_all_accounted_for():
    run = run_of()
    for t_h in (0.0, 0.8, 1.2, 10.0, 47.0):
        assert sum(number for _, number in Board(run).crews(t_h)) == 3
        assert sum(number for _, number in Board(run).generators(t_h)) == 3
    assert dict(Board(run).generators(13.0))["running"] == 2


def test_targets_at_the_end_are_those_of_the_scorecard():
    targets = [
        {"id": "O1", "kpi": "site_outage_h", "at_most": 3},
        {"id": "O2", "kpi": "stations_out", "at": "+41 h", "at_most": 0},
    ]
    run = run_of(plan={"targets": targets})
    card = {row.id: row.met for row in run.scorecard_data.rows if row.section == "target"}
    assert [one.met for one in Board(run).promises(run.horizon_h)] == list(card.values())
    before = Board(run).promises(5.0)
    assert [one.met for one in before] == [True, None]
    assert before[1].now == "→ 11-06 17:00"


# Keys


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("q", ["q"]),
        (" +", ["space", "+"]),
        ("\x1b[C\x1bOD", ["right", "left"]),
        ("\x1b", ["escape"]),
        ("\x1b[15~n", ["n"]),
        ("\x1b[200~", []),
        ("\x00\x01", []),
        ("1\r\x7f", ["1", "enter", "backspace"]),
    ],
)
def test_keys_are_told_apart(typed, keys):
    assert parsed(typed) == keys


def player(**state):
    return Player(START, 0.0, 48.0, [1.0, 5.0, 9.0], **state)


def press(state, *keys):
    for key in keys:
        state.press(key)
    return state


def test_time_passes_at_its_speed_and_stops_at_the_end():
    state = player(speed=3600.0)
    state.advance(2.0)
    assert state.t_h == 2.0
    press(state, "space").advance(5.0)
    assert state.t_h == 2.0
    press(state, "space").advance(100.0)
    assert (state.t_h, state.playing, state.over) == (48.0, False, True)
    assert press(state, "space").t_h == 0.0


def test_jumps():
    assert press(player(), "right", "right", "left").t_h == 1.0
    assert press(player(), "left").t_h == 0.0
    assert press(player(), "n", "n").t_h == 5.0
    assert press(player(), "n", "n", "n", "n").t_h == 48.0
    assert press(player(), "n", "n", "p").t_h == 1.0
    assert press(player(), "p").t_h == 0.0
    assert press(player(), "g", *"13:30", "enter").t_h == 13.5
    assert press(player(), "right", "g", *"00:30", "enter").t_h == 24.5
    assert press(player(), "g", *"+7", "space", "h", "enter").t_h == 7.0
    assert press(player(), "g", *"99", "escape").t_h == 0.0


def test_nonsense_is_answered_and_forgotten():
    state = press(player(), "g", *"soon", "backspace", "enter")
    assert "must be" in state.complaint
    assert press(state, "?").complaint == ""
    assert state.helping
    assert not state.left
    assert press(state, "q").left


def test_speeds_go_up_and_down():
    state = player(speed=900.0)
    assert press(state, "+").speed == 1800.0
    assert press(state, "-", "-").speed == 600.0
    assert press(state, *["+"] * 20).speed == SPEEDS[-1]
    assert press(state, *["down"] * 20).speed == SPEEDS[0]


def test_bookmarks_are_in_order_and_within():
    marks = [mark.t_h for mark in marks_of(run_of())]
    assert marks[0] == 8.0
    assert 12.0 in marks
    assert marks == sorted(marks)


# A real terminal


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, folder, speed, *, keyboard=True):
        self.ours, self.theirs = pty.openpty()
        self.before = termios.tcgetattr(self.theirs)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sim", "replay", str(folder), "--speed", str(speed)],
            stdin=self.theirs if keyboard else subprocess.DEVNULL,
            stdout=self.theirs,
            stderr=self.theirs,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"},
            start_new_session=True,
        )
        self.seen = ""

    def until(self, pattern, seconds=30.0):
        """Read until the screen has said this."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.seen):
            assert time.monotonic() < end, f"no {pattern!r} in {self.seen[-3000:]!r}"
            self._read(0.2)
        return self.seen

    def _read(self, wait_s):
        ready, _, _ = select.select([self.ours], [], [], wait_s)
        if ready:
            self.seen += os.read(self.ours, 65536).decode("utf-8", "replace")

    def press(self, keys, pattern):
        self.seen = ""
        os.write(self.ours, keys.encode())
        return self.until(pattern)

    def end(self, seconds=20.0):
        """The exit code, once it has ended."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end
            self._read(0.1)
        self._read(0.1)
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def folder(tmp_path):
    return run_of().write(tmp_path / "run")


@pytest.fixture
def terminal(folder):
    made = []

    def make(speed=60.0, **options):
        made.append(Terminal(folder, speed, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_person_plays_pauses_jumps_and_quits(terminal):
    shown = terminal()
    assert "\x1b[?1049h" in shown.until("playing")
    shown.press(" ", "paused")
    shown.press("g", "jump to")
    shown.press("08:15\r", "2023-11-05 08:15:00")
    shown.press("\x1b[C", "2023-11-05 09:15:00")
    shown.press("n", "2023-11-05 10:00:00")
    shown.press("p", "2023-11-05 08:00:00")
    shown.press("+", "×120")
    shown.press("?", "n/p bookmark")
    assert termios.tcgetattr(shown.theirs) != shown.before
    os.write(shown.ours, b"q")
    assert shown.end() == 0
    assert "\x1b[?1049l" in shown.seen
    assert "\x1b[?25h" in shown.seen
    assert termios.tcgetattr(shown.theirs) == shown.before


def test_ctrl_c_leaves_the_terminal_as_it_was(terminal):
    shown = terminal()
    shown.until("playing")
    os.killpg(shown.process.pid, signal.SIGINT)
    assert shown.end() == 130
    assert "\x1b[?1049l" in shown.seen
    assert termios.tcgetattr(shown.theirs) == shown.before
    assert "Traceback" not in shown.seen


def test_without_a_keyboard_it_plays_to_the_end(terminal):
    shown = terminal(speed=100_000, keyboard=False)
    shown.until("no keyboard")
    assert shown.end() == 0
    assert "2023-11-07 00:00:00" in shown.seen


def test_the_screen_tells_what_happened_and_no_levels():
    assert {"site.down", "job.onsite", "desk.alarm", "device.down"} <= set(TOLD)
    assert not {"battery.level", "row.temperature", "power.load", "crew.leg"} & set(TOLD)


def test_blocks_are_the_lines():
    run = run_of()
    assert "\n".join(blocks(run, Wanted())).splitlines() == lines_of(run)


# The command


def test_the_command_prints_every_row(folder, drill):
    told = drill("replay", folder)
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines() == lines_of(run_of())
    some = drill(
        "replay", folder, "--from", "+8 h", "--to", "12:00", "--kind", "site", "--subject", "s2", "--lang", "zh"
    )
    assert [row.split()[2] for row in some.out.splitlines()] == ["site.down", "site.up"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--kind", "site.dwon"], "--kind: must be a kind"),
        (["--subject", "x"], "--subject: is in no row"),
        (["--from", "soon"], "--from: must be"),
        (["--speed", "0"], "--speed: must be above 0"),
        (["--lang", "fr"], "--lang: must be one of"),
        (["--html", "x.html", "--kind", "site"], "--kind: is for the terminal"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_the_command_refuses(folder, drill, options, message, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    told = drill("replay", folder, *options)
    assert told.code == 2
    assert told.out == ""
    assert told.err.startswith(message)
    assert len(told.err.splitlines()) == 1


def test_two_runs_need_a_page(folder, drill):
    told = drill("replay", folder, folder)
    assert told.code == 2
    assert "--html" in told.err


def test_a_closed_pipe_is_quiet(folder):
    command = f"{sys.executable} -m sim replay {folder} | head -n 2"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == ""
    assert done.returncode == 0
