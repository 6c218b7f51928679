"""Frames that a notebook asks a run for: they say what the log and the KPIs say."""

from datetime import datetime

import numpy as np
import pytest
from little_rooms import drill_run
from little_runs import STORY, run_of

from sim.errors import InputError
from sim.language import speaking
from sim.metrics import kpi
from sim.phrases import names_of, told

DISPATCH = {"dispatch": [{"class": "B", "power_within_h": 2}]}


def test_events_are_the_rows_of_the_log():
    run = run_of()
    events = run.events
    assert len(events) == len(run.log) == len(STORY)
    for number in (0, 17, len(STORY) - 1):
        row, shown = run.log.row(number), events.loc[number]
        assert (shown.t_h, shown.kind, shown.subject, shown.object) == row[:4]
        assert shown.cause_row == row.cause_row


@pytest.mark.parametrize("at_h", [0.0, 8.0, 10.5, 11.0, 39.9, 40.0, 48.0])
def test_counts_over_time_are_the_kpis_of_every_instant(at_h):
    run = run_of()
    now = run.over_time.loc[:at_h].iloc[-1]
    for name in ("stations_out", "users_out", "sites_without_mains"):
        assert now[name] == kpi(name, run.tables, at_h)
    causes = [name for name in ("power", "upstream_power", "transport", "other") if name in now]
    assert now[causes].sum() == now.stations_out


def test_counts_begin_at_the_start_even_if_nothing_happens():
    counts = run_of((0.0, "run.begins", "little", "test")).over_time
    assert counts.index.tolist() == [0.0]
    assert (counts.iloc[0] == 0).all()


def test_jobs_wait_from_their_opening_to_a_crew():
    waiting = run_of().over_time.jobs_waiting
    assert waiting.loc[:8.59].iloc[-1] == 0
    assert waiting.loc[:8.7].iloc[-1] == 1
    assert waiting.loc[:9.0].iloc[-1] == 0


def test_calls_are_those_of_the_dispatch_rules():
    run = run_of(plan=DISPATCH)
    calls = run.calls
    assert calls[["site", "lost_h", "due_h", "powered_h", "lag_h", "status"]].values.tolist() == [
        ["s2", 4.0, 6.0, 12.0, 6.0, "late"]
    ]
    assert (calls.status == "late").sum() == kpi("generation_dispatch_late", run.tables)


def test_steps_are_those_with_a_deadline():
    run = drill_run()
    steps = run.steps
    assert len(steps) > 0
    assert steps.late.sum() == kpi("steps_late", run.tables)
    assert (steps.lag_h.dropna() == (steps.done_h - steps.by_h).dropna()).all()
    assert set(steps.procedure) <= {one.rpartition("#")[0] for one in steps.step_run}
    assert run_of().steps.empty


def test_runs_of_generators_and_things_of_the_inventory():
    run = run_of()
    assert run.generator_runs.generator.tolist() == ["g1", "g2"]
    assert run.things("site").loc["s3", "users"] == 60.0
    assert run.things("rack").empty
    with pytest.raises(InputError, match=r"item must be one of county, .* \(got 'sites'\)"):
        run.things("sites")


def test_the_clock_is_that_of_the_place():
    assert run_of().clock(25.5) == datetime(2023, 11, 6, 1, 30)


def test_a_chain_is_explained_in_words():
    chain = ((1.0, "mains.lost", "s1", "f1"), (2.0, "site.down", "s1", "power", np.nan, 0))
    run = run_of(*chain)
    name = names_of(run.inventory)
    assert run.explain(1) == [f"11-05 0{row.t_h:.0f}:00  {told(row, name)}" for row in run.why(1)]
    with speaking("zh"):
        assert run.explain(1) == [f"11-05 0{row.t_h:.0f}:00  {told(row, name)}" for row in run.why(1)]


@pytest.mark.parametrize("row", [2, -1, "s1", None, 0.5])
def test_a_row_that_the_log_has_not_is_told(row):
    run = run_of((1.0, "mains.lost", "s1", "f1"), (2.0, "site.down", "s1", "power", np.nan, 0))
    with pytest.raises(InputError, match="row must be the number of a row, 0 to 1"):
        run.explain(row)


def test_a_moment_that_never_was_has_no_clock():
    with pytest.raises(InputError, match="t_h must be a moment"):
        run_of().clock(np.nan)


@pytest.mark.parametrize("by", ["County", "depot", None])
def test_figures_are_split_by_county_or_party_alone(by):
    with pytest.raises(InputError, match="by must be one of county, party"):
        run_of().kpis_by(by)


def test_figures_of_a_run_cannot_be_changed():
    with pytest.raises(TypeError):
        run_of().kpi_values["site_visits"] = 0


def test_causes_that_did_not_occur_have_their_column_of_noughts():
    run = run_of((1.0, "mains.lost", "s1", "f1"), (2.0, "site.down", "s1", "power", np.nan, 0))
    assert (run.over_time["transport"] == 0).all()
