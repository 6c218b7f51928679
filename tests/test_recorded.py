"""Recorded series: read from one's own daily reports, laid over the simulated curve, never read by the model."""

import json
from math import sqrt

import pytest
from little_runs import run_of

import sim
from sim.errors import InputError
from sim.loading import load
from sim.report import outage_curve, style
from sim.report.series import Story

SERIES = "    - {kpi: stations_out, file: 日报.csv, time: 时间, value: 退服}\n"
TABLE = (
    '时间,退服,备注\n2024/1/10 12:00,0,\n2024年1月10日20时,"1,200",夜\n2024-01-11T06:00,7,\n+24 h,无,没有报\n30,4,\n'
)
POINTS = [(0.0, 0.0), (8.0, 1200.0), (18.0, 7.0), (30.0, 4.0)]


@pytest.fixture
def report(town):
    """Writes the table of the daily reports; the scenario names it."""
    town.change("assumptions:\n", f"  series:\n{SERIES}assumptions:\n")

    def write(text=TABLE, encoding="utf-8"):
        (town.folder / "日报.csv").write_bytes(text.encode(encoding))
        return town.file

    return write


def points(scenario):
    (series,) = scenario.spec.record.series
    return [(moment.after_h, value) for moment, value in series.points]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_as_offices_write_it(report, encoding):
    assert points(load(report(encoding=encoding))) == POINTS


def test_the_order_of_the_rows_is_of_no_matter(report):
    head, *rows = TABLE.splitlines()
    assert points(load(report("\n".join([head, *reversed(rows)])))) == POINTS


def test_a_title_and_semicolons(report):
    rows = TABLE.replace('"1,200"', "1200").replace(",", ";")
    assert points(load(report(f"通辽市退服日报;;\n\n{rows}"))) == POINTS


def test_the_end_of_a_day_is_the_next_day(report):
    assert points(load(report("时间,退服\n2024/1/10 24:00,3\n2024年1月11日24时,4\n"))) == [(12.0, 3.0), (36.0, 4.0)]


def test_a_row_longer_than_the_headings_is_refused(report):
    """Of 1,200 without quotes only the 1 would be read."""
    with pytest.raises(InputError, match="has more cells than there are headings \\(3 for 2\\)") as refused:
        load(report("时间,退服\n2024/1/10 20:00,3\n2024/1/11 08：00,1,200\n2024/1/11 09:00,1,\n"))
    assert [one.line for one in refused.value.problems] == [3]


def test_a_workbook_of_daily_reports(report, town):
    from sheet_files import workbook

    town.change("日报.csv", "日报.xlsx")
    report()
    workbook(town.folder / "日报.xlsx", {"表": [("时间", "退服"), ("2024/1/10 20:00", 3), ("昨天", 4)]})
    with pytest.raises(InputError, match=r"日报.xlsx!表!A3: 时间 must be"):
        load(town.file)


def test_every_finding_has_its_line(report):
    rows = "时间,退服\n昨天,3\n2024/1/10 12:00,-1\n2024/1/10 13:00,许多\n2024/1/10 14:00,1\n2024/1/10 14:00,2\n2024/13/1 1:00,3\n"
    with pytest.raises(InputError) as refused:
        load(report(rows))
    assert [(one.line, one.path) for one in refused.value.problems] == [
        (2, "时间"), (3, "退服"), (4, "退服"), (6, "时间"), (7, "时间"),
    ]  # fmt: skip
    assert all(one.file.endswith("日报.csv") for one in refused.value.problems)


def test_a_long_list_of_findings_is_cut(report):
    with pytest.raises(InputError) as refused:
        load(report("时间,退服\n" + "x,1\n" * 50))
    assert len(refused.value.problems) == 21
    assert "and 30 more findings" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("时刻,退服\n1,2\n", r"日报.csv:1: must have a column '时间' \(got 时刻, 退服\)"),
        ("", r"日报.csv:1: must have a column '时间' \(got nothing\)"),
        ("时间,退服\n1,\n", "日报.csv: has no rows with a figure"),
        ("时间,退服\n\0,1\n", "日报.csv: is not a text file in UTF-8 or GB18030"),
    ],
)
def test_a_table_that_is_none(report, text, message):
    with pytest.raises(InputError, match=message):
        load(report(text))


def test_no_file(report, town):
    with pytest.raises(InputError, match=r"record.series\[0\].file names a file that does not exist"):
        load(town.file)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kpi: stations_out, file", "kpi: vehicles, file", "must be of a figure of one moment"),
        ("kpi: stations_out, file", "kpi: station_out, file", "did you mean"),
        ("file: 日报.csv, ", "", "must have file or points"),
    ],
)
def test_a_bad_series(report, town, old, new, message):
    report()
    with pytest.raises(InputError, match=message):
        load(town.change(old, new).file)


def test_shares_may_be_in_per_cent(report, town):
    file = report("时间,退服\n1,12.5 %\n2,0.5\n")
    town.change("kpi: stations_out, file", "kpi: conversion_share, file")
    assert points(load(file)) == [(1.0, 0.125), (2.0, 0.5)]


def test_the_model_never_reads_it(report, town):
    """The same hash and log with and without; fails when a record gets into the run."""
    without = load(town.change(f"  series:\n{SERIES}", "").file)
    town.change("assumptions:\n", f"  series:\n{SERIES}assumptions:\n")
    with_it = load(report())
    assert with_it.hash == without.hash
    assert sim.simulate(with_it).log_digest == sim.simulate(without).log_digest


def test_a_run_directory_stands_alone(report, town, tmp_path):
    run = sim.simulate(load(report()))
    run.write(tmp_path / "run")
    (town.folder / "日报.csv").unlink()
    again = sim.open_run(tmp_path / "run")
    assert points(again_as_scenario(again)) == POINTS
    assert again.scorecard_data.series == run.scorecard_data.series


def again_as_scenario(run):
    from types import SimpleNamespace

    return SimpleNamespace(spec=run.spec)


# On the scorecard


def card(*recorded):
    """s1 (2 stations) is out from hour 2 to 6, s3 (3 stations) from 4 to 8."""
    rows = [(2.0, "site.down", "s1", "power"), (4.0, "site.down", "s3", "power"),
            (6.0, "site.up", "s1"), (8.0, "site.up", "s3")]  # fmt: skip
    series = [{"kpi": "stations_out", "points": list(recorded)}]
    return run_of(*rows, record={"series": series}).scorecard_data


def test_the_peaks_and_the_root_mean_square():
    """Simulated 0, 2, 5, 3 at hours 1, 3, 5, 7."""
    made = card((1, 0), (3, 6), (5, 4), (7, 3))
    (line,) = made.series
    assert line["rmse"] == pytest.approx(sqrt((0 + 16 + 1 + 0) / 4))
    assert (line["peak_recorded"], line["peak_recorded_h"]) == (6, 3)
    assert (line["peak_simulated"], line["peak_simulated_h"]) == (5, 5)
    peak, rmse = (row for row in made.rows if row.section == "record")
    assert (peak.recorded, peak.simulated, peak.at_h) == (6, 5, 3)
    assert peak.reading.endswith("simulated 2.0 h later")
    assert (rmse.recorded, rmse.simulated) == (None, pytest.approx(line["rmse"]))


def test_the_same_curve_is_no_distance_away():
    (line,) = card((1, 0), (3, 2), (5, 5), (7, 3)).series
    assert line["rmse"] == 0


def test_points_outside_the_drill_do_not_count():
    (line,) = card((-2, 50), (3, 2), (500, 50)).series
    assert (line["points"], line["peak_recorded"]) == (1, 2)
    made = card((500, 50))
    (row,) = (row for row in made.rows if row.section == "record")
    assert "no point of the series lies within the drill" in row.reading
    json.dumps(made.to_json())


def test_the_curve_has_it_in_its_legend():
    story = Story.of(sim.simulate(sim.load("ten_sites_exercise")))
    without = Story.of(sim.simulate(sim.load("ten_sites")))
    with style.drawing():
        told, plain = (outage_curve.draw(one) for one in (story, without))
    labels = [[text.get_text() for legend in figure.legends for text in legend.get_texts()] for figure in (told, plain)]
    assert any("recorded series" in label for label in labels[0])
    assert not any("recorded series" in label for label in labels[1])
    (line,) = [line for line in told.axes[0].lines if line.get_color() == outage_curve.RECORD]
    assert list(line.get_ydata()) == [value for _, value in story.spec.record.series[0].points]
