"""Names that must exist somewhere else: each typing error is found where it stands."""

import pytest
from chinese import refused
from scenario_files import Town

from sim.loading import load
from sim.references import SITE_PARTS


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path / "town")


def told_of(town):
    """Problems as `LINE: path message`."""
    return [str(problem).removeprefix(f"{town.file}:") for problem in refused(lambda: load(town.file))]


def test_the_town_is_in_order(town):
    """Else every test below could succeed for another reason."""
    load(town.file)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("centre: ten", "centre: tenn", "hazards[0].centre must be a county"),
        ("feeders: [f_north]", "feeders: [f_west, f_nroth]", "hazards[1].feeders[1] must be a feeder"),
        ("feeders: [f_north]", "share: 0.5, county: tne", "hazards[1].county must be a county"),
        ("counties: [ten]", "counties: [tne]", "parties.contractor_a.counties[0] must be a county"),
        (
            "helps: [contractor_a]",
            "helps: [contractor]",
            "parties.contractor_b.helps[0] must be one of the parties",
        ),
        (
            "party: contractor_a",
            "party: contractr_a",
            "resources.depots.ten.party must be one of the",
        ),
        (
            "crews: 1, depot: ten",
            "crews: 1, depot: tne",
            "resources.hired.depot must be a depot of resources",
        ),
        ("county: ten", "county: tne", "plan.before[0].where.county must be a county"),
        ("county: ten", "county: [ten, tne]", "plan.before[0].where.county[1] must be a county"),
        ("county: ten", "township: twon", "plan.before[0].where.township must be a township"),
        ("county: ten", "role: hbu", "plan.before[0].where.role must be a role"),
        ("county: ten", "list: school", "plan.before[0].where.list must be one of the lists"),
        ("county: ten", "party: contractor_c", "plan.before[0].where.party must be one of the parties"),
        ("list: lifelines", "list: lifeline", "plan.targets[0].of.list must be one of the lists"),
        ("for: O2", "for: O3", "injects[0].for must be the id of a target: one of O1, O2 (got 'O3'"),
        ("policy: class", "policy: clas", "policy must be a policy: one of first_come"),
        (
            "set: hazards.snowstorm",
            "set: hazards.snowstrom",
            "assumptions[0].set must be a place",
        ),
        (
            "snowstorm.water_mm",
            "snowstorm.watr_mm",
            "assumptions[0].set must be a place",
        ),
    ],
)
def test_an_unknown_name_is_found(town, old, new, told):
    town.change(old, new)
    line = town.line(new)
    problems = told_of(town)
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{line}: {told}"), problems[0]


def test_depots_of_the_ledger_are_those_of_the_topology(town):
    town.change("  hired:", "    tne: {crews: 1}\n  hired:")
    (problem,) = told_of(town)
    place = f"{town.line('tne:')}: resources.depots.tne"
    assert problem == f"{place} must be a depot of the topology: one of ten (got 'tne'; did you mean 'ten'?)"


@pytest.mark.parametrize(
    "helper", ["hired: {crews: 1", "hired: {loaders: 1", "mutual_aid: {generators: {petrol_5kw: 1}"]
)
def test_who_helps_reports_to_a_depot(town, helper):
    town.change("hired: {crews: 1, depot: ten", helper)
    (problem,) = told_of(town)
    key = helper.partition(":")[0]
    assert problem.startswith(f"{town.line(helper)}: resources.{key}.depot is missing; they report to a depot")


@pytest.mark.parametrize("way", ["from", "to"])
def test_crews_move_between_depots_of_the_ledger(town, way):
    ends = {"from": "ten", "to": "ten", way: "tne"}
    line = f"- {{do: move_crews, crews: 1, from: {ends['from']}, to: {ends['to']}, by: +3 h}}"
    town.change("  levels:", f"    {line}\n  levels:")
    (problem,) = told_of(town)
    assert problem.startswith(f"{town.line(line)}: plan.before[1].{way} must be a depot of resources.depots: one of")


@pytest.mark.parametrize(
    ("new", "hint"),
    [
        ("centre: tenn", "'ten'"),
        ("centre: 十站县", None),
    ],
)
def test_the_nearest_name_is_offered(town, new, hint):
    town.change("centre: ten", new)
    said = told_of(town)[0]
    assert (f"did you mean {hint}?" in said) == (hint is not None)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("site:s33", "must be a site of the topology (got 's33'; did you mean 's3'?)"),
        ("site:s33.radio", "must be a site of the topology (got 's33'; did you mean 's3'?)"),
        ("site:s3.rectifer", "must name a part: one of mains, rectifier, radio, "),
        ("site:s3.", "must name a part: "),
        ("hub:s3", "must name a hub, aggregation or core site; write site:s3 for this one"),
        ("feeder:f_nort", "must be a feeder of the topology (got 'f_nort'; did you mean 'f_north'?)"),
        ("link:l99", "must be a link of the topology"),
        ("road:r3", "must be feeder:ID, site:ID, hub:ID, link:ID where do is fail (got 'road:r3')"),
        ("sit:s3", "must be feeder:ID, site:ID, hub:ID, link:ID where do is fail (got 'sit:s3'; did"),
        ("s3", "must be feeder:ID, site:ID, hub:ID, link:ID where do is fail (got 's3'"),
        ("'site:'", "must be feeder:ID, site:ID, hub:ID, link:ID where do is fail (got 'site:'"),
    ],
)
def test_what_fails_must_exist(town, what, told):
    town.change("what: site:s3.rectifier", f"what: {what}")
    problems = told_of(town)
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{town.line('do: fail')}: injects[0].what {told}"), problems[0]


@pytest.mark.parametrize(
    "what",
    [
        "site:s3",
        "hub:hub_1.rectifier",
        "feeder:f_town",
        "link:l05",
        *(f"site:s3.{part}" for part in SITE_PARTS),
    ],
)
def test_what_can_fail(town, what):
    town.change("what: site:s3.rectifier", f"what: {what}")
    assert load(town.file).spec.injects[0].what == what


@pytest.mark.parametrize("what", ["road:r99", "site:s3", "feeder:f_town"])
def test_only_roads_are_closed(town, what):
    town.change("what: road:r3", f"what: {what}")
    assert told_of(town)[0].startswith(f"{town.line('do: close')}: injects[1].what must be ")


def test_a_site_may_have_dots_in_its_name(town):
    sites = town.folder / "town/ten_sites/sites.csv"
    for table in ("sites", "stations", "links"):
        path = sites.with_name(f"{table}.csv")
        path.write_text(path.read_text(encoding="utf-8").replace("s3,", "s.3,"), encoding="utf-8")
    town.change("site:s3.rectifier", "site:s.3.rectifier")
    assert load(town.file).spec.injects[0].what == "site:s.3.rectifier"
    town.change("site:s.3.rectifier", "site:s.3")
    assert load(town.file).spec.injects[0].what == "site:s.3"


# Times


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("at: 2024-01-11T09:00", "at: 2025-01-11T09:00", "injects[0].at"),
        ("at: 2024-01-11T09:00", "at: 2024-01-10T11:59", "injects[0].at"),
        ("at: +20 h", "at: +48.1 h", "injects[1].at"),
        ("by: 2024-01-10T18:00", "by: 2024-01-09T18:00", "plan.before[0].by"),
        ("by: 2024-01-10T18:00", "by: 2024-02-10T18:00", "plan.before[0].by"),
        ("at: +24 h", "at: +50 h", "plan.targets[1].at"),
        ("onset: 2024-01-10T20:00", "onset: 2025-01-10T20:00", "hazards[0].onset"),
        ("at: +30 h", "at: +49 h", "hazards[1].at"),
    ],
)
def test_times_are_within_the_drill(town, old, new, path):
    town.change(old, new)
    problems = told_of(town)
    assert len(problems) == 1
    assert problems[0].startswith(f"{town.line(new)}: {path} must be "), problems[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("at: +20 h", "at: +48 h"),
        ("at: +20 h", "at: 0"),
        ("by: 2024-01-10T18:00", "by: 2024-01-10T12:00"),
        ("onset: 2024-01-10T20:00", "onset: 2024-01-10T08:00"),
    ],
)
def test_the_ends_of_the_drill_belong_to_it(town, old, new):
    town.change(old, new)
    load(town.file)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("at: 2024-01-11T09:00", "at: 2024-01-11T09:00+08:00", "injects[0].at"),
        ("at: 2024-01-11T06:00", "at: 2024-01-11T06:00Z", "record.rows[0].at"),
        ("onset: 2024-01-10T20:00", "onset: 2024-01-10T20:00+08:00", "hazards[0].onset"),
    ],
)
def test_a_clock_with_an_offset_needs_a_start_with_one(town, old, new, path):
    town.change(old, new)
    problems = told_of(town)
    assert len(problems) == 1
    assert problems[0].startswith(f"{town.line(new)}: {path} must be without an offset"), problems[0]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"])
@pytest.mark.parametrize("old", ["at: 2024-01-11T09:00", "horizon_h: 48 h"])
def test_the_ends_of_the_calendar_are_no_bug(town, old, moment):
    town.change("start: 2024-01-10T12:00", "start: 2024-01-10T12:00+08:00")
    new = f"{old.partition(':')[0]}: {moment}"
    town.change(old, new)
    (problem,) = told_of(town)
    assert problem.startswith(f"{town.line(new)}: ")


def test_clocks_may_leave_out_the_offset_of_the_start(town):
    town.change("start: 2024-01-10T12:00", "start: 2024-01-10T12:00+08:00")
    load(town.file)


# What is left alone


def test_the_record_is_never_checked_against_the_model(town):
    town.change("value: 9, at: 2024-01-11T06:00", "value: 99999, at: 2030-01-01T00:00")
    load(town.file)


def test_a_condition_needs_no_time(town):
    assert load(town.file).spec.injects[2].at is None


# All at once


def test_every_problem_is_told_in_one_pass_and_in_order(town):
    town.change("centre: ten", "centre: tne").change("for: O2", "for: O7").change("list: lifelines", "list: life")
    town.change("学校,s6", "学校,s66", "lists/schools.csv")
    problems = told_of(town)
    assert len(problems) == 4
    lines = [int(problem.partition(":")[0]) for problem in problems[:3]]
    assert lines == sorted(lines) == [town.line("centre"), town.line("list: life}"), town.line("for: O7")]
    assert problems[3].startswith(f"{town.folder}/lists/schools.csv:2: ")
