"""The daily report against a recount from the rows of the log, and against itself."""

from functools import cache

import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.page.daily import NOT_MODELLED, daily_by_county, daily_report, default_hours
from sim.report.series import Story


@cache
def played(name, **overrides):
    return sim.simulate(sim.load(name, dict(overrides)), seed=1)


@pytest.fixture(params=["ten_sites", "blizzard_mini"])
def run(request):
    return played(request.param)


def outages(run, at_h):
    """Stations out at an hour, distinct stations out by then for want of power, and those of them in service, by replaying rows."""
    weight = dict(zip(*(run.inventory["site"][c].tolist() for c in ("id", "stations")), strict=True))
    down, ever = {}, {}
    for row in run.log:
        if row.t_h > at_h:
            break
        if row.kind == "site.down":
            down[row.subject] = row.object
            if row.object in ("power", "upstream_power"):
                ever[row.subject] = True
        elif row.kind == "site.up":
            down.pop(row.subject, None)
    return (
        sum(weight[site] for site in down),
        sum(weight[site] for site in ever),
        sum(weight[site] for site in ever if site not in down),
    )


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 1.0])
def test_stations_are_those_of_the_rows_until_then(run, share):
    at_h = run.horizon_h * share
    report = daily_report(run, at_h)
    assert (report["out_now"], report["cumulative_out"], report["restored"]) == outages(run, at_h)


def test_cumulative_is_restored_and_still_out(run):
    for at_h in np.linspace(0, run.horizon_h, 9).tolist():
        report = daily_report(run, at_h)
        assert report["cumulative_out"] == report["restored"] + report["still_out"]
        assert report["cumulative_out"] <= report["total"]


def test_what_is_counted_so_far_never_falls(run):
    growing = (
        "cumulative_out",
        "cables_damaged",
        "cables_damaged_km",
        "townships_cut_cumulative",
        "people",
        "vehicles",
        "visits",
        "generator_runs",
    )
    reports = [daily_report(run, at_h) for at_h in np.linspace(0, run.horizon_h, 9).tolist()]
    for key in growing:
        values = [report[key] for report in reports]
        assert values == sorted(values), key
    assert reports[-1]["visits"] > reports[0]["visits"]


def test_the_last_report_is_that_of_the_indicators(run):
    report = daily_report(run, run.horizon_h)
    named = [line for line in report.lines if line.kpi]
    assert len(named) > 8
    for line in named:
        np.testing.assert_equal(line.value, run.kpi_values[line.kpi], err_msg=line.key)


def test_kept_up_sites_have_lost_their_mains_and_serve(run):
    at_h = run.horizon_h / 2
    report = daily_report(run, at_h)
    assert report["on_battery"] + report["on_generator"] <= Story.of(run).count("site")
    source, out = {}, set()
    for row in run.log:
        if row.t_h > at_h:
            break
        if row.kind == "site.source":
            source[row.subject] = row.object
        elif row.kind == "site.down":
            out.add(row.subject)
        elif row.kind == "site.up":
            out.discard(row.subject)
    for key, word in (("on_battery", "battery"), ("on_generator", "generator")):
        assert report[key] == sum(carried == word and site not in out for site, carried in source.items())


def test_cables_are_links_that_were_cut():
    run, hour = played("tongliao_blizzard"), 44.0
    cut, whole = set(), set()
    for row in run.log:
        if row.t_h > hour:
            break
        if row.kind == "link.cut":
            cut.add(row.subject)
            whole.discard(row.subject)
        elif row.kind == "link.mended":
            whole.add(row.subject)
    report = daily_report(run, hour)
    assert (report["cables_damaged"], report["cables_repaired"]) == (len(cut), len(whole))
    assert whole
    assert cut > whole
    km = dict(zip(*(run.inventory["link"][c].tolist() for c in ("id", "length_km")), strict=True))
    assert report["cables_damaged_km"] == pytest.approx(sum(km[link] for link in cut))


def test_counties_add_up(run):
    by_county = daily_by_county(run, run.horizon_h)
    report = daily_report(run, run.horizon_h)
    assert sum(np.nan_to_num(of["stations_out_cumulative"]) for of in by_county.values()) == report["cumulative_out"]
    assert sum(np.nan_to_num(of["stations_out"]) for of in by_county.values()) == report["out_now"]


def test_what_is_not_modelled_has_no_number(run):
    report = daily_report(run, 1.0)
    assert [report[key] for key in NOT_MODELLED] == [None] * len(NOT_MODELLED)


@pytest.mark.parametrize("at_h", [-0.5, 1e6])
def test_an_hour_outside_the_drill_is_refused(at_h):
    with pytest.raises(InputError, match="must lie within"):
        daily_report(played("ten_sites"), at_h)


def test_hours_are_the_cut_offs_within_the_drill_and_the_end(run):
    hours = default_hours(run)
    assert hours[-1] == run.horizon_h
    clocks = [(run.spec.start.hour + run.spec.start.minute / 60 + at_h) % 24 for at_h in hours[:-1]]
    assert clocks == [8.0] * len(clocks)
    assert all(0 < at_h < run.horizon_h for at_h in hours[:-1])


def test_a_long_drill_has_no_more_columns_than_a_page_holds():
    from little_runs import run_of

    month = default_hours(run_of(horizon_h=720))
    assert len(month) <= 8
    assert month[-1] == 720
    assert {hour % 24 for hour in month[:-1]} == {8}


def test_a_township_that_came_back_at_the_very_hour_is_not_cut_off():
    from little_runs import run_of

    assert [daily_report(run_of(), hour)["townships_cut"] for hour in (9.9, 10.0, 10.9, 11.0)] == [0, 1, 1, 0]
