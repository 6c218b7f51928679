"""The official daily report: at the end the figures of the files, at any hour those of the log up to then."""

import numpy as np
import pytest
from little_runs import STORY, inventory, run_of
from pages import Page

import sim
from sim.metrics import kpi
from sim.page.daily import daily_report, instants_h
from sim.page.page import run_page
from sim.page.telling import Telling
from sim.results import Run

CABLES = (
    (6.0, "link.cut", "l1", "snow"),
    (7.0, "link.cut", "l2", "snow"),
    (9.0, "link.mended", "l1"),
    (10.5, "link.cut", "l1", "snow"),
    (30.0, "link.mended", "l1"),
)


def lines(run, at_h):
    return {line.words: line.value for line in daily_report(run, at_h)}


def with_cables():
    made = inventory()
    made["link"] = {
        "id": np.array(["l1", "l2", "l3"]),
        "a": np.array(["s1", "s2", "s3"]),
        "b": np.array(["h1"] * 3),
        "length_km": np.array([10.0, 4.5, 7.0]),
    }
    run = run_of(*STORY, *CABLES)
    return Run(run.spec, 7, "test", run.log, made)


@pytest.mark.parametrize("name", ["ten_sites", "hohhot_exchange_drill"])
def test_at_the_end_every_figure_is_that_of_the_run(name):
    run = sim.simulate(sim.load(f"scenarios/{name}.yaml"))
    found = [line for line in daily_report(run, run.horizon_h) if line.kpi]
    assert found
    for line in found:
        assert line.value == run.kpi_values[line.kpi], line
    for hour in (run.horizon_h / 3, run.horizon_h / 2):
        for line in daily_report(run, hour):
            if line.kpi.startswith(("stations", "sites", "users_out", "generator_runs", "site_visits")):
                assert line.value == kpi(line.kpi, run.tables, hour), line


def test_little_run_by_hand():
    """s2 (1 station, 40 users) is out 8-12 h for want of power, s3 (3 stations, 60 users) 10-11 h, s1 (2, 150) from 40 h on."""
    run = run_of()
    wanted = {
        7.0: (0, 0, 0, 0, 0),
        8.0: (1, 0, 1, 40, 0),
        10.5: (1, 0, 4, 100, 1),
        11.0: (1, 0, 1, 40, 0),
        12.0: (1, 1, 0, 0, 0),
        47.0: (3, 1, 2, 150, 0),
    }
    for hour, figures in wanted.items():
        found = lines(run, hour)
        names = ("stations out cumulative", "stations restored", "stations out", "users out", "townships cut off now")
        assert tuple(found[name] for name in names) == figures, hour
        assert found["stations in all"] == 6
    assert lines(run, 0.6)["people"] == 0  # k1 leaves at 0.7 h
    assert lines(run, 1.0)["people"] == 2
    assert lines(run, 9.5)["people"] == 5
    assert lines(run, 1.0)["equipment sets"] == 0  # g1 is set down at 1.2 h
    assert lines(run, 2.0)["equipment sets"] == 1


def test_cables_are_counted_once_and_repaired_while_they_are_whole():
    run = with_cables()
    names = ("cables damaged", "length of the cables damaged", "cables repaired", "length of the cables repaired")
    wanted = {
        5.0: (0, 0, 0, 0),
        8.0: (2, 14.5, 0, 0),
        9.0: (2, 14.5, 1, 10),
        11.0: (2, 14.5, 0, 0),
        40.0: (2, 14.5, 1, 10),
    }
    for hour, figures in wanted.items():
        assert tuple(lines(run, hour)[name] for name in names) == figures, hour


def test_without_being_asked_it_is_eight_o_clock_and_the_end():
    assert instants_h(Telling(run_of())) == [8.0, 32.0, 48.0]
    assert instants_h(Telling(run_of(start="2023-11-05T08:00:00"))) == [24.0, 48.0]
    assert instants_h(Telling(run_of(start="2023-11-05T20:30:00"))) == [11.5, 35.5, 48.0]
    assert instants_h(Telling(run_of(horizon_h=6))) == [6.0]
    month = instants_h(Telling(run_of(horizon_h=720)))
    assert len(month) <= 8
    assert month[-1] == 720
    assert len({hour % 24 for hour in month[:-1]}) == 1


def test_the_page_shows_the_hours_asked_for(drill, tmp_path):
    folder = run_of().write(tmp_path / "run")
    told = drill("report", folder, "--at", "+11 h", "--at", "2023-11-05T08:30", "--at", "11 h")
    assert told.code == 0
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    assert page.rows["daily"][0] == ["", "5 Nov 08:30", "5 Nov 11:00", "unit"]
    assert page.of("stations_out", "daily 8.5 h") == [1.0]
    assert page.of("stations_out", "daily 11 h") == [1.0]
    usual = Page(run_page(run_of()))
    assert usual.rows["daily"][0] == ["", "5 Nov 08:00", "6 Nov 08:00", "7 Nov 00:00", "unit"]
