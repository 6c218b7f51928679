"""What the desk knows and when, and which jobs it makes of that; the truth stays in the world."""

from math import inf

import pytest
from simpy import Environment
from validation.worlds import drill, scenario, story, told

from sim.models.teams import Team
from sim.models.timer import Timer
from sim.vocabulary import Job

FLAT = {"soh": {"a": 2, "b": 200}, "dead_strings": 0}
"""Batteries that last minutes."""


ROVE = {"class": "C", "power_before": "first_disconnect", "rove": {"charge_h": 1.5}}


WIRELESS_HEARD_BY = ("s6", "hub_2")
"""Sites around s7 whose cells carry its monitor's word."""


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
    """s7's radio breaks; s6 and hub_2, eight kilometres around, still serve: its alarm comes through."""
    of = town((5, "fail", "site:s7.radio"), depot={"crews": 0})
    assert of.times("desk.alarm", "s7", "down") == pytest.approx([5 + 2 / 60], abs=1e-6)
    assert not of.times("desk.listed", "s7")


def test_a_wireless_monitor_is_silent_while_no_cell_around_it_serves():
    """s7, s6 and hub_2 lose their radios: what broke last is told by a list alone, until a neighbour serves again.

    Fails when a monitor is heard without a cell, and when it stays unheard until its own cell is back.
    """
    broken = [(4, "fail", f"site:{site}.radio") for site in WIRELESS_HEARD_BY]
    mended = (20, "mend", f"site:{WIRELESS_HEARD_BY[0]}.radio")
    of = town(*broken, (5, "fail", "site:s7.radio"), mended, depot={"crews": 0})
    assert of.times("site.down", "s7") == [5.0]
    assert of.times("desk.listed", "s7") == pytest.approx([6.5], abs=1e-6)
    assert of.times("desk.alarm", "s7") == pytest.approx([20 + 2 / 60], abs=1e-6)


def test_a_wireless_monitor_without_power_is_silent():
    """s7's battery ends before its radio breaks; the monitor lives on it and says so only when mains are back.

    Fails when a dead site sends alarms because s6 and hub_2 around it serve.
    """
    lines = [(5, "fail", "site:s7.mains"), (7, "fail", "site:s7.radio"), (30, "mend", "site:s7.mains")]
    of = town(*lines, sites=FLAT, depot={"crews": 0}, crew={"skills": ["power", "wireless", "climb"]})
    assert of.times("transmission.off", "s7")[0] < 7
    assert of.times("desk.alarm", "s7", "radio") == pytest.approx([30 + 2 / 60], abs=1e-6)


def test_a_wireless_monitor_speaks_once_it_has_power_again():
    """s7 is cut off and loses its battery; with mains back its radio's fault is told over s6, path or no path.

    Fails when a monitor's own power is looked at only when the site serves or reaches the core again.
    """
    cut = [(4, "fail", "link:l09"), (4, "fail", "link:l10")]
    lines = [(5, "fail", "site:s7.mains"), (7, "fail", "site:s7.radio"), (30, "mend", "site:s7.mains")]
    of = town(*cut, *lines, sites=FLAT, depot={"crews": 0})
    assert of.times("desk.alarm", "s7", "radio") == pytest.approx([30 + 2 / 60], abs=0.1)


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
    of = town((5, "fail", "link:l11"), crew={"skills": ["power", "transmission"]}, depot={"crews": 2})
    (job,) = opened(of, "splice")
    assert of.times("link.mended", "l11") == of.times("job.done", job.subject)


def test_a_broken_link_takes_two_crews_of_two_and_work_begins_when_both_are_there():
    """Four people for a break: splicers, and a second crew of any trade; both are done at the same moment.

    Fails when one crew of two splices alone, or begins before the other has come.
    """
    skilled = {"crews": 2, "specialists": {"transmission": 1}}
    of = town((5, "fail", "link:l11"), (4, "fail", "site:s1.mains"), depot=skilled)
    (splice,), (assist,) = opened(of, "splice"), opened(of, "assist")
    both_h = max(*of.times("job.onsite", splice.subject), *of.times("job.onsite", assist.subject))
    (works,) = [row for row in of.of("crew.works") if row.object == splice.subject]
    assert works.t_h == both_h
    (done,), (helped,) = of.times("job.done", splice.subject), of.times("job.done", assist.subject)
    assert done == helped == of.times("link.mended", "l11")[0] > both_h
    crews = {row.object for row in of.of("job.onsite") if row.subject in (splice.subject, assist.subject)}
    assert len(crews) == 2


def test_four_people_splice_alone():
    """A crew of four asks for nobody else."""
    of = town((5, "fail", "link:l11"), crew={"skills": ["power", "transmission"], "people": 4})
    assert of.times("link.mended", "l11")
    assert not opened(of, "assist")


def test_one_crew_of_two_is_not_sent_to_a_break_it_cannot_mend():
    """No second crew in the drill: nobody comes."""
    of = town((5, "fail", "link:l11"), crew={"skills": ["power", "transmission"]})
    assert not opened(of, "splice")


@pytest.mark.parametrize(
    ("specialists", "crews"),
    [({"wireless": 1}, None), ({"climb": 1}, None), ({"wireless": 1, "climb": 1}, 2), ({"wireless": 2, "climb": 2}, 1)],
)
def test_a_radio_needs_somebody_who_climbs(specialists, crews):
    """Two crews, one for each trade, or one that has both; without climbers nobody is sent."""
    of = town((5, "fail", "site:s2.radio"), depot={"crews": 2, "specialists": specialists})
    visitors = {row.object for row in of.of("job.onsite") if row.subject.startswith(("repair", "assist"))}
    assert len(visitors) == (crews or 0)
    assert bool(of.times("equipment.mended", "s2", "radio")) == (crews is not None)


def test_a_crew_whose_second_never_comes_is_not_stranded():
    """The other crew watches a generator all day: the splicers give the job back after four hours and serve s2.

    Fails when a crew waits for ever, or when an order for a second crew outlives the attempt it was for.
    """
    lines = [(4, "fail", "site:s3.mains"), (5, "fail", "link:l11"), (6, "fail", "site:s2.mains")]
    depot = {"crews": 2, "specialists": {"transmission": 1}}
    of = town(*lines, depot=depot, plan={"generator": {"watched_by": "crew"}})
    splice, assist = opened(of, "splice")[0].subject, opened(of, "assist")[0].subject
    left_h = of.times("job.onsite", splice)[0] + 4
    assert of.times("job.returned", splice, "alone")[0] == pytest.approx(left_h, abs=1e-6)
    assert of.times("job.lapsed", assist, "lead_gone") == of.times("job.returned", splice)[:1]
    (order,) = opened(of, "generate", "s2")
    assert of.times("job.assigned", order.subject) == of.times("job.returned", splice)[:1]
    assert not of.times("crew.works", "ten-crew-02", splice)


def test_a_second_crew_goes_when_the_first_gives_up():
    """Told by hand: the helper waits, the first crew's attempt ends, the helper is free at that moment."""
    env = Environment()
    lead, helper = (Job(name, "splice", 0, 0.0) for name in ("splice-1", "assist-1"))
    team = Team(helper, env)
    ends = []

    def wait(steps):
        result = yield from steps
        ends.append((env.now, result))

    env.process(wait(team.help_out(inf)))
    Timer(env, lambda: team.end("failed")).set(1.5)
    env.run()
    assert ends == [(1.5, "failed")]
    late = Team(helper, env)
    env.process(wait(late.help_out(inf)))
    env.process(wait(late.gather(lead, 1.0)))
    began_h = env.now
    Timer(env, lambda: late.end("done")).set(began_h + 0.5)
    env.run()
    assert ends[1:] == [(began_h, True), (began_h + 0.5, "done")]


def test_a_spared_site_that_goes_down_gets_its_order_after_all():
    """The battery dies before the told restoration: fails when what was told still counts."""
    rule = {"dispatch": [{"class": "C", "skip_if": "battery_outlasts_told_restore"}]}
    lines = {"switching": 1.0, "switching_h": 4, "told": {"restore_time_after_h": 0.5, "restore_time_error": 0}}
    hazards = [{"kind": "feeder_failures", "at": "+5 h", "feeders": ["f_north"]}]
    of = town(plan=rule, grid=lines, hazards=hazards, sites={"endurance_h": 2}, depot={"crews": 0})
    lapsed = {row.subject for row in of.of("job.lapsed") if row.object == "battery_outlasts_told_restore"}
    spared = {row.object for row in of.of("job.opened") if row.subject in lapsed}
    assert spared
    for site in spared:
        known_h = min(of.times("desk.alarm", site, "down") + of.times("desk.listed", site))
        assert [row.t_h for row in opened(of, "generate", site)][1:] == [known_h]


def test_a_spared_site_gets_its_order_when_the_told_time_has_passed():
    """The line is back at 13 h as told, but s2's own drop has broken since: its order comes when nothing was heard.

    Fails when what was told is never thought of again, and when the others' return is not waited for.
    """
    rule = {"dispatch": [{"class": "C", "skip_if": "battery_outlasts_told_restore"}]}
    lines = {"switching": 1.0, "switching_h": 8, "told": {"restore_time_after_h": 0.5, "restore_time_error": 0}}
    hazards = [{"kind": "feeder_failures", "at": "+5 h", "feeders": ["f_north"]}]
    broken, sites = (6, "fail", "site:s2.mains"), {"endurance_h": 30}
    of = town(broken, plan=rule, grid=lines, hazards=hazards, sites=sites, depot={"crews": 0})
    spared = {row.subject for row in of.of("job.lapsed") if row.object == "battery_outlasts_told_restore"}
    assert {row.object for row in of.of("job.opened") if row.subject in spared} >= {"s2", "s4"}
    late = [(row.object, row.t_h) for row in opened(of, "generate") if row.t_h > 6]
    assert late == [("s2", pytest.approx(13 + 3 / 60, abs=1e-5))]


def test_crews_that_were_called_off_are_on_the_road():
    """A crew recalled on its way is free at a junction, not at its depot: fails when rows take it home by magic."""
    of = town((5, "fail", "site:s4.mains"), (5.15, "mend", "site:s4.mains"))
    (free,) = [row for row in of.of("crew.free") if row.cause_row >= 0][:1]
    nodes = {str(node) for node in of.scenario.topology.roads.node_id}
    assert free.object in nodes


def test_a_condition_on_waiting_jobs_is_looked_at_when_jobs_change():
    """No crew: jobs wait from the first alarm on; two crews free again are seen when they are free, not at an alarm."""
    note = {"when": {"crews_free": {"at_most": 0}}, "do": "note", "to": "controllers", "message": "all are out"}
    of = town(injects=[{"at": "+5 h", "do": "fail", "what": "site:s2.mains"}, note])
    (fired,) = [row for row in of.of("inject.fired") if row.object == "note"]
    assert fired.t_h == of.times("job.assigned")[0]
    assert of.rows[fired.cause_row].kind == "job.assigned"


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


def test_the_last_station_of_a_township_moves_up_in_the_queue():
    """s6 (class D) waits behind s2 (class C), until hub_2 and s7 fall silent and it is the last of its township.

    Fails when a job's place in the plan's order is fixed once for all.
    """
    waiting = [(4, "fail", "site:s3.mains"), (4.05, "fail", "site:s2.mains"), (4.05, "fail", "site:s6.mains")]
    silent = [(4.1, "fail", "site:hub_2.radio"), (4.1, "fail", "site:s7.radio")]
    for more, first in (([], "s2"), (silent, "s6")):
        of = town(*waiting, *more, plan={"order": ["township_last_station"]})
        site_of = {row.subject: row.object for row in of.of("job.opened")}
        assert [site_of[row.subject] for row in of.of("job.assigned")][:2] == ["s3", first]


def test_most_users_in_the_plans_order_decides_between_equals():
    """Two class C sites with one deadline: whoever the plan calls first. Fails when the word does nothing."""
    rule = {"dispatch": [{"class": "C", "power_within_h": 24}]}
    lines = [(4, "fail", "site:s4.mains"), (4.1, "fail", "site:s2.mains"), (4.1, "fail", "site:s3.mains")]
    first = {}
    for word in ("core_room", "most_users"):
        of = town(*lines, plan={**rule, "order": [word]})
        site_of = {row.subject: row.object for row in of.of("job.opened")}
        first[word] = [site_of[row.subject] for row in of.of("job.assigned")][1]
    assert first == {"core_room": "s2", "most_users": "s3"}
