"""What the desk knows and when, and which jobs it makes of that; the truth stays in the world."""

import pytest
from validation.worlds import drill, scenario, story, told

FLAT = {"soh": {"a": 2, "b": 200}, "dead_strings": 0}
"""Batteries that last minutes."""


ROVE = {"class": "C", "power_before": "first_disconnect", "rove": {"charge_h": 1.5}}


def town(*injects, **chapters):
    """Injects by hour over the town of ten sites, with one crew that has every skill, and alarms two minutes late."""
    lines = [{"at": f"+{at_h} h", "do": do, "what": what} for at_h, do, what in injects]
    crew = {"call_out_h": 0, "call_out_night_h": 0, "shift_h": None, **chapters.pop("crew", {})}
    depot = {"crews": 1, "petrol_5kw": 2, "diesel_8kw": 1, **chapters.pop("depot", {})}
    resources = {"crew": crew, "depots": {"ten": depot}}
    return story(drill("ten_sites", **{"injects": lines, "resources": resources, "horizon_h": 48, **chapters}))


def opened(of, kind, site=""):
    return [row for row in of.of("job.opened") if row.subject.startswith(kind) and site in ("", row.object)]


def test_an_alarm_arrives_late_and_brings_a_job():
    """Mains lost at 5 h, heard two minutes later, a job at once."""
    of = town((5, "fail", "site:s2.mains"))
    assert of.times("desk.alarm", "s2", "mains") == pytest.approx([5 + 2 / 60], abs=1e-6)
    assert opened(of, "generate", "s2")[0].t_h == of.times("desk.alarm", "s2", "mains")[0]


def test_a_silent_site_is_known_only_by_the_operators_list():
    """s5 (wired monitor) loses its path with s4: no alarm, but the list drawn up at 6 h names it half an hour later.

    Fails when the desk sees what it cannot see.
    """
    of = town((5, "fail", "link:l11"), depot={"crews": 0})
    assert of.times("site.down", "s5") == [5.0]
    assert not of.times("desk.alarm", "s5")
    assert of.times("desk.listed", "s5") == pytest.approx([6.5], abs=1e-6)


def test_a_wireless_monitor_is_heard_while_a_neighbour_serves():
    """s7's own cell is out; s6 and hub_2, eight kilometres around, still serve: its alarm comes through.

    With all of them dark it is silent.
    """
    heard = town((5, "fail", "site:s7.mains"), sites=FLAT, depot={"crews": 0})
    assert heard.times("desk.alarm", "s7", "down")
    dark = town((5, "fail", "feeder:f_west"), (4, "fail", "feeder:f_town"), sites=FLAT, depot={"crews": 0})
    silent = [row for row in dark.of("desk.listed") if row.subject == "s7"]
    assert dark.times("site.down", "s7")
    assert silent or dark.times("desk.alarm", "s7", "down")


def test_nothing_is_known_of_a_short_outage_that_no_list_saw():
    """Fails when a list tells of what was mended before it was drawn up."""
    of = town((4.2, "fail", "link:l11"), (5.8, "mend", "link:l11"), depot={"crews": 0})
    assert of.times("site.down", "s5")
    assert not of.times("desk.listed", "s5")


def test_a_generator_is_spared_where_the_battery_outlasts_the_told_restoration():
    """免发电: told a restoration within the battery's time, an order still in the queue lapses."""
    rule = {"dispatch": [{"class": "C", "skip_if": "battery_outlasts_told_restore"}]}
    lines = {"switching": 1.0, "switching_h": 5, "told": {"restore_time_after_h": 0.5, "restore_time_error": 0}}
    hazards = [{"kind": "feeder_failures", "at": "+5 h", "feeders": ["f_north"]}]
    for plan, spared in ((rule, True), ({}, False)):
        of = town(plan=plan, grid=lines, hazards=hazards, depot={"crews": 0})
        reasons = {row.object for row in of.of("job.lapsed")}
        assert ("battery_outlasts_told_restore" in reasons) == spared
    assert of.of("desk.told")[0].value == pytest.approx(10.0, abs=1e-4)


def test_after_a_roving_stop_the_deadline_counts_from_the_leaving():
    """The battery was charged: fails when the next order is late from the beginning."""
    of = town((5, "fail", "site:s2.mains"), plan={"dispatch": [ROVE]})
    first, second = opened(of, "generate", "s2")[:2]
    assert second.t_h > first.t_h + 1.5
    assert second.value - second.t_h == pytest.approx(first.value - first.t_h, abs=1e-4)


def test_told_times_have_an_error_and_only_the_told_feeder():
    """Each told time is for a failed feeder, after the time the company needs, and seldom exact."""
    of = told("two_banners", 1, "class_then_deadline")
    failed = {row.subject: row.t_h for row in reversed(of.of("feeder.failed"))}
    errors = []
    for row in of.of("desk.told"):
        assert row.t_h >= failed[row.subject] + 3.0 - 1e-6 or row.t_h in of.times("desk.asked")
        back_h = next((t for t in of.times("feeder.restored", row.subject) if t > row.t_h), None)
        errors += [] if back_h is None else [abs(row.value - back_h)]
    assert len(errors) > 5
    assert max(errors) > 1


def test_a_class_that_is_owed_nothing_waits_for_a_dark_township():
    """s6 (class D) gets no order while its township serves; when hub_2 and s7 are out too, it does."""
    rule = {"dispatch": [{"class": "D", "only_if": "township_dark"}]}
    alone = town((5, "fail", "site:s6.mains"), plan=rule, sites=FLAT, depot={"crews": 0})
    assert not opened(alone, "generate", "s6")
    dark = town((5, "fail", "feeder:f_west"), plan=rule, sites=FLAT, depot={"crews": 0})
    assert opened(dark, "generate", "s6")


def test_a_level_is_raised_once_after_the_time_to_decide():
    """Three sites known to be out: level III half an hour later, once."""
    levels = {"levels": [{"level": "III", "when": {"sites_out": 3}, "decide_h": 0.5}]}
    of = town((5, "fail", "feeder:f_north"), plan=levels, sites=FLAT, depot={"crews": 0})
    known_h = sorted(row.t_h for row in of.of("desk.alarm", "desk.listed") if row.object in ("down", "operator_list"))
    assert of.times("desk.level", "III") == pytest.approx([known_h[2] + 0.5], abs=1e-5)


def test_a_conditional_inject_waits_for_its_condition():
    """Fired when the desk knows of that many sites out, and caused by the row that told it."""
    line = [{"when": {"sites_out": 2}, "do": "note", "to": "controllers", "message": "two"}]
    failures = [{"at": "+5 h", "do": "fail", "what": "feeder:f_north"}]
    of = town(injects=[*failures, *line], sites=FLAT, depot={"crews": 0})
    (note,) = [row for row in of.of("inject.fired") if row.object == "note"]
    assert of.rows[note.cause_row].kind in ("desk.alarm", "desk.listed")
    never = town(injects=line, depot={"crews": 0})
    assert not never.of("inject.fired")


def test_the_desk_asks_for_few_feeders_and_they_come_first():
    """A feeder that was asked for takes a slot before any that was not, of those waiting at the time."""
    of = told("two_banners", 1, "class_then_deadline")
    asked = {row.subject: row.t_h for row in of.of("desk.asked")}
    assert 1 <= len(asked)
    waiting = {}
    for row in of.rows:
        if row.kind == "feeder.failed":
            waiting[row.subject] = row.t_h
        elif row.kind == "feeder.restored" and row.object == "slot":
            if row.subject not in asked or asked[row.subject] > row.t_h:
                first = [f for f in waiting if f in asked and asked[f] < row.t_h and f not in switched(of)]
                assert not first or row.t_h - waiting[row.subject] == pytest.approx(1.0, abs=1e-6), (row, first)
        if row.kind == "feeder.restored":
            waiting.pop(row.subject, None)


def switched(of):
    return {row.subject for row in of.of("feeder.restored") if row.object == "switching"}


def test_a_site_alone_without_mains_is_looked_at_by_linemen():
    """Its line is not reported, its neighbours have mains: the service drop is suspected, found and mended."""
    of = town((5, "fail", "site:s2.mains"), crew={"skills": ["power", "lineman"]}, depot={"crews": 2})
    (job,) = opened(of, "lineman", "s2")
    assert job.t_h == pytest.approx(6 + 2 / 60, abs=1e-5)
    (done_h,) = of.times("job.done", job.subject)
    assert of.times("mains.back", "s2") == [done_h]


def test_an_unexplained_outage_is_scouted_and_then_repaired():
    """s5's transmission fails, and its wired monitor with it: the list names it, a crew looks, a repair follows."""
    of = town((5, "fail", "site:s5.transmission"), crew={"skills": ["power", "transmission"]})
    (scout,), (repair,) = opened(of, "scout", "s5"), opened(of, "repair", "s5")
    assert scout.t_h == of.times("desk.listed", "s5")[0]
    assert repair.t_h == of.times("job.done", scout.subject)[0]
    assert of.times("equipment.mended", "s5", "transmission")
    assert of.times("site.up", "s5")


def test_a_fault_that_is_told_is_not_scouted():
    """s4's transmission fails, but its wireless monitor says so: a repair alone.

    Fails when the desk sends somebody to look for what it has been told.
    """
    of = town((5, "fail", "site:s4.transmission"), crew={"skills": ["power", "transmission"]})
    assert opened(of, "repair", "s4")
    scouts = {row.subject for row in opened(of, "scout", "s4")}
    assert not [row for row in of.of("job.assigned") if row.subject in scouts]


def test_a_broken_link_is_spliced():
    """Loss of light, a splice, the link whole again."""
    of = town((5, "fail", "link:l11"), crew={"skills": ["power", "transmission"]})
    (job,) = opened(of, "splice")
    assert of.times("link.mended", "l11") == of.times("job.done", job.subject)


def test_what_nobody_can_do_is_not_ordered():
    """Without splicers no splice, without linemen no lineman: fails when jobs pile up that nobody could ever serve."""
    of = town((5, "fail", "link:l05"), (5, "fail", "site:s2.radio"))
    assert not opened(of, "splice")
    assert not opened(of, "repair")


def test_hired_crews_come_when_they_are_called():
    """Crews and sets from elsewhere are sent only after the level that asks for them and their time to get ready."""
    of = told("two_banners", 1, "class_then_deadline")
    ready = {row.subject: row.value for row in of.of("desk.aid")}
    spec = scenario("two_banners").spec.resources
    assert {"hired", "aid"} <= set(ready)
    for row in of.of("crew.called"):
        word = row.subject.partition("-crew-")[0]
        if word in ("hired", "aid"):
            assert row.t_h >= ready[word] - 1e-6
    levels = {row.subject: row.t_h for row in of.of("desk.level")}
    assert ready["hired"] == pytest.approx(levels["III"] + spec.hired.ready_h, abs=1e-5)
    assert ready["aid"] == pytest.approx(levels["II"] + spec.mutual_aid.mobilise_h + 200 / 40, abs=1e-5)


def test_preparation_is_carried_out_by_crews_and_checked():
    """Each line of the plan is planned at the start and done when the crew has done it, with the job as its cause."""
    of = told("two_banners", 1, "class_then_deadline")
    planned = {(row.subject, row.object) for row in of.of("measure.planned")}
    done = {(row.subject, row.object) for row in of.of("measure.done")}
    assert len(planned) > 8
    assert done <= planned
    for row in of.of("measure.done"):
        if not row.subject.startswith(("fill_fuel", "move_crews")):
            assert [r.kind for r in of.why(row)][1] == "job.done"
