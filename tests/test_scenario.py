"""Scenario files: what is read, what is refused, where files and lists are found."""

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from chinese import refused
from pydantic import ValidationError
from scenario_files import ROOT, SCENARIO, Town

import sim.loading
from sim.errors import InputError
from sim.language import speaking
from sim.loading import find_file, load, shipped_scenarios
from sim.scenario import ScenarioSpec
from sim.schema import scenario_schema


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path / "town")


def problems(town, overrides=None):
    """What `load` says, with the folder taken out of the paths."""
    found = refused(lambda: load(town.file, overrides))
    return [str(problem).replace(f"{town.folder}/", "") for problem in found]


def the_problem(town, overrides=None):
    told = problems(town, overrides)
    assert len(told) == 1, told
    return told[0]


# What is read


def test_a_scenario_comes_with_its_topology_and_lists(town):
    scenario = load(town.file)
    assert (scenario.name, scenario.horizon_h) == ("little", 48)
    assert scenario.path == town.file
    ids = scenario.topology.sites.id
    named = {name: sorted(str(ids[row]) for row in rows) for name, rows in scenario.lists.items()}
    assert named == {"lifelines": ["core", "hub_1", "s1"], "schools": ["s6"]}


def test_units_are_told_apart_at_the_door(town):
    spec = load(town.file).spec
    assert spec.start == datetime(2024, 1, 10, 12)
    assert spec.hazards[0].duration_h == 10
    assert spec.plan.targets[1].at_least == 0.8


@pytest.mark.parametrize("horizon", ["48 h", "48", "2 d", "2024-01-12T12:00"])
def test_the_horizon_is_hours_or_a_clock(town, horizon):
    town.change("horizon_h: 48 h", f"horizon_h: {horizon}")
    assert load(town.file).horizon_h == 48


def test_a_resolved_scenario_reads_back_the_same(town):
    resolved = load(town.file).resolved()
    again = ScenarioSpec.model_validate(json.loads(json.dumps(resolved)))
    assert again.model_dump(mode="json", by_alias=True) == resolved


def test_the_topology_is_found_beside_the_file_from_anywhere(town, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load("../town/little.yaml").topology.name == "ten_sites"


def test_record_and_assumptions_do_not_change_the_hash(town):
    before = load(town.file).hash
    town.change("value: 9,", "value: 10,").change("the town is made up", "nobody knows")
    assert load(town.file).hash == before


@pytest.mark.parametrize(
    ("old", "new", "file"),
    [
        ("water_mm: 40", "water_mm: 41", "little.yaml"),
        ("[core, hub_1, s1]", "[core, hub_1]", "little.yaml"),
        ("学校,s6", "学校,s7", "lists/schools.csv"),
    ],
)
def test_what_a_run_depends_on_changes_the_hash(town, old, new, file):
    before = load(town.file).hash
    town.change(old, new, file)
    assert load(town.file).hash != before


# Overrides


def test_an_override_changes_the_scenario(town):
    scenario = load(town.file, {"resources.depots.ten.crews": "6", "policy": "nearest"})
    assert scenario.spec.resources.depots["ten"].crews == 6
    assert scenario.spec.policy == "nearest"
    assert scenario.overrides == {"resources.depots.ten.crews": "6", "policy": "nearest"}


def test_an_override_changes_the_hash(town):
    assert load(town.file, {"resources.depots.ten.crews": "6"}).hash != load(town.file).hash


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("resources.depots.ten.crews", "-1", "must be >= 0 (got -1)"),
        ("resources.depots.ten.petrol_5kw", "few", "must be a whole number (got 'few')"),
        (
            "hazards.snowstorm.duration_h",
            "10 km",
            'must be a duration such as 1.5, "90 min" or "2 h" (got "10 km")',
        ),
        ("hazards.snowstorm.centre", "tne", "must be a county of the topology: one of ten"),
        ("resources.depots.tne.crews", "1", "resources.depots.tne must be a depot of the topology"),
        ("resources.depots.ten.all_terrain", "9", "resources.depots.ten must have all_terrain at most crews"),
        ("topology", "town/no.yaml", "names a file that does not exist: "),
        ("lists.schools", "[s6, s66]", "lists.schools[1] must be a site of the topology (got 's66'"),
        ("injects[0].when", "{crews_free: 0}", "injects[0] must have either at or when"),
    ],
)
def test_a_wrong_override_is_told_by_its_key(town, key, value, told):
    assert the_problem(town, {key: value}).startswith(f"--set {key}: {told}")


def test_a_short_horizon_is_blamed_for_what_falls_out_of_it(town):
    told = problems(town, {"horizon_h": "20 h"})
    assert len(told) == 3
    assert all(line.startswith("--set horizon_h: ") for line in told)
    assert "injects[0].at must be within the drill" in told[2]


def test_a_mistake_of_the_file_is_not_blamed_on_an_override(town):
    town.change("centre: ten", "centre: tne")
    assert the_problem(town, {"policy": "nearest"}).startswith("little.yaml:11: hazards[0].centre must be")


def test_an_override_may_mend_the_file(town):
    town.change("centre: ten", "centre: tne")
    assert load(town.file, {"hazards.snowstorm.centre": "ten"}).spec.hazards[0].centre == "ten"


# Formats


@pytest.mark.parametrize("found", ["2", "0", "1.0", "true", "one", "[1]", ""])
def test_another_format_is_refused_with_a_way_out(town, found):
    town.change("format: 1", f"format: {found}")
    assert re.fullmatch(r"little.yaml:1: format must be 1 \(got .*\); to migrate, .+", the_problem(town))


def test_a_missing_format_is_told_alone(town):
    town.change("format: 1\n", "").change("crews: 2", "crews: -2")
    assert the_problem(town) == "little.yaml:1: format is missing; a scenario file begins with `format: 1`"


@pytest.mark.parametrize("text", ["- format: 1", "hello", "12", "[]"])
def test_a_file_that_is_no_table_is_refused(town, text):
    town.file.write_text(text)
    assert the_problem(town).startswith("little.yaml:1: must be a table of keys and values (got ")


# Starts


@pytest.mark.parametrize(
    "start", ["12:30", "20240110", "1704888000", '"1704888000"', "0", "2024-13-01T00:00", "1024-01-01"]
)
def test_a_start_is_a_date_and_time(town, start):
    town.change("start: 2024-01-10T12:00", f"start: {start}")
    told = [line for line in problems(town) if " start " in line]
    assert len(told) == 1
    assert told[0].startswith("little.yaml:4: start must be a")


@pytest.mark.parametrize("horizon", ["2024-01-09T00:00", "-3 h", "0", "400 d"])
def test_the_end_comes_after_the_start_and_within_a_year(town, horizon):
    town.change("horizon_h: 48 h", f"horizon_h: {horizon}")
    assert the_problem(town).startswith("little.yaml:5: horizon_h must be after the start and within a year")


# Injects


@pytest.mark.parametrize(
    ("inject", "message"),
    [
        ({"do": "note"}, "must have either at or when"),
        ({"do": "note", "at": 1, "when": {"crews_free": 0}}, "must have either at or when"),
        ({"do": "fail", "at": 1}, "'fail' needs something to fail"),
        ({"do": "warn", "at": 1}, "must have colour"),
    ],
)
def test_an_inject_is_complete(inject, message):
    head = {"format": 1, "name": "x", "start": "2024-01-10T12:00", "horizon_h": 1, "topology": "t"}
    with pytest.raises(ValidationError, match=message):
        ScenarioSpec.model_validate({**head, "injects": [inject]})


# Lists


def test_an_unknown_site_is_told_with_the_line_of_its_list(town):
    town.change("hub_1, s1", "hbu_1, s1")
    (town.folder / "lists/schools.csv").write_text("site,name\n\ns6,a\ns77,b\n")
    site = "must be a site of the topology"
    assert problems(town) == [
        f"little.yaml:8: lists.lifelines[1] {site} (got 'hbu_1'; did you mean 'hub_1'?)",
        f"lists/schools.csv:4: site {site} (got 's77'; did you mean 's7'?)",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_read_as_spreadsheets_export_it(town, encoding):
    (town.folder / "lists/schools.csv").write_text("名称,site\r\n河西学校, s6 \r\n,,\r\n", encoding=encoding)
    scenario = load(town.file)
    assert scenario.lists["schools"] == {scenario.topology.site_index["s6"]}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"id\ns6\n", "lists/schools.csv:1: must have a column site or 站址编码 (got id)"),
        (b"", "lists/schools.csv:1: must have a column site or 站址编码 (got no headings)"),
        (b"name,site\na,\n", "lists/schools.csv:2: site is missing"),
        (b"site\n\xff\xfe\x00\x01", "lists/schools.csv: is not a text file in UTF-8 or GB18030"),
    ],
)
def test_a_list_that_is_none_is_refused(town, content, told):
    (town.folder / "lists/schools.csv").write_bytes(content)
    assert the_problem(town) == told


def test_a_missing_list_is_told_where_it_is_named(town):
    town.change("lists/schools.csv", "lists/school.csv")
    told = the_problem(town)
    assert told.startswith("little.yaml:9: lists.schools names a file that does not exist: ")
    assert told.endswith("did you mean 'schools.csv'?")


def test_of_very_many_unknown_sites_the_first_are_told(town):
    lines = "".join(f"x{n}\n" for n in range(1000))
    (town.folder / "lists/schools.csv").write_text(f"site\n{lines}")
    told = problems(town)
    assert len(told) == 21
    assert "and 980 more" in told[-1]


# Topologies


def test_a_missing_topology_is_told_where_it_is_named(town):
    town.change("town/ten_sites.yaml", "town/ten_site.yaml")
    told = the_problem(town)
    assert told.startswith("little.yaml:6: topology names a file that does not exist: ")
    assert told.endswith(("did you mean 'ten_sites'?", "did you mean 'ten_sites.yaml'?"))


def test_a_wrong_topology_is_told_in_its_own_file(town):
    town.change("122.001,43.501,yes,A", "122.001,43.501,yes,Z", "town/ten_sites/sites.csv")
    assert the_problem(town).startswith("town/ten_sites/sites.csv:2: ")


# Finding scenarios


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """The program as installed from a wheel, in an empty folder."""
    package = tmp_path / "site-packages" / "sim"
    shipped = package / "_shipped"
    (shipped / "scenarios").mkdir(parents=True)
    (shipped / "topologies").mkdir()
    (shipped / "scenarios" / "little.yaml").write_text(SCENARIO.replace("schools:", "# schools:"))
    Town(tmp_path / "made")
    (tmp_path / "made" / "town").rename(shipped / "scenarios" / "town")
    monkeypatch.setattr(sim.loading, "__file__", str(package / "loading.py"))
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    return tmp_path


@pytest.mark.parametrize("name", ["little", "little.yaml", "scenarios/little", "scenarios/little.yaml"])
def test_a_shipped_scenario_is_found_by_name_from_an_empty_folder(wheel, name):
    assert load(name).name == "little"
    assert [file.name for file in shipped_scenarios()] == ["little.yaml"]


def test_own_scenarios_come_before_the_shipped(wheel):
    own = Path("scenarios")
    own.mkdir()
    (own / "mine.yaml").write_text("format: 1\n")
    (own / "little.yaml").write_text("format: 1\n")
    assert shipped_scenarios() == [own / "little.yaml", own / "mine.yaml"]
    assert find_file("little") == own / "little.yaml"


def test_a_file_of_the_name_comes_before_all(wheel):
    Path("little.yaml").write_text("format: 1\n")
    assert find_file("little.yaml") == Path("little.yaml")


def test_a_folder_of_the_name_does_not_hide_the_scenario(wheel):
    Path("little").mkdir()
    assert load("little").name == "little"


@pytest.mark.parametrize("name", ["litle", "elsewhere/little.yaml", "scenarios/litle.yaml", "little.csv"])
def test_an_unknown_scenario_is_refused(wheel, name):
    with pytest.raises(InputError, match="does not exist"):
        load(name)


def test_in_a_checkout_scenarios_lie_beside_the_package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "ten_sites" in {file.stem for file in shipped_scenarios()}
    assert load("ten_sites").name == "ten_sites"


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_shipped_scenario_is_in_order(file):
    assert load(file).name == file.stem


def test_the_first_scenario_fits_on_a_screen():
    text = find_file("ten_sites").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60


# Schema


def test_the_schema_tells_keys_units_and_remarks():
    schema = scenario_schema()
    storm = schema["$defs"]["Snowstorm"]["properties"]
    told = "Deepest new snow, where it is worst. Number of cm, plain or with the unit."
    assert storm["depth_cm"]["description"] == told
    assert "from" in schema["$defs"]["Measure"]["properties"]
    assert schema["required"] == ["format", "name", "start", "horizon_h", "topology"]
    assert schema["additionalProperties"] is False


def test_the_schema_takes_what_the_loader_takes():
    """Short forms that validators unfold."""
    tables = scenario_schema()["$defs"]
    (line,) = tables["Depot"]["patternProperties"]
    assert re.match(line, "petrol_5kw")
    assert {"type": "number"} in tables["Level"]["properties"]["when"]["additionalProperties"]["anyOf"]
    assert {"type": "string"} in tables["Target"]["properties"]["at_least"]["anyOf"]


def test_texts_for_people_may_be_in_both_languages(tmp_path):
    from pickle import dumps, loads

    from sim.spec import Said, text_told

    both = "{en: made up, zh: 虚构}"
    file = tmp_path / "s.yaml"

    def loaded(text):
        file.write_text(
            f"format: 1\nname: s\nstart: 2024-03-01T08:00\nhorizon_h: 2 h\ntopology: {ROOT}/topologies/ten_sites.yaml\n"
            f"description: {text}\ndrill: {{host: {text}, basis: {text}}}\nrecord: {{source: {text}}}\n"
            f"plan: {{targets: [{{id: t, say: {text}, kpi: station_outage_h, at_most: 1}}]}}\n"
            f"injects: [{{at: +1 h, do: note, message: {text}}}]\nassumptions: [{{set: topology, why: {text}}}]\n",
            encoding="utf-8",
        )
        return load(file)

    def texts(spec):
        return (
            spec.description, spec.drill.host, spec.drill.basis, spec.record.source, spec.plan.targets[0].say,
            spec.injects[0].message, spec.assumptions[0].why,
        )  # fmt: skip

    plain, given = loaded("made up"), loaded(both)
    for text in texts(given.spec):
        assert isinstance(text, Said)
        with speaking("zh"):
            assert (text_told(text), text_told(loads(dumps(text))), text_told("made up")) == ("虚构", "虚构", "made up")
        assert text_told(text) == "made up"
    assert texts(plain.spec) == texts(given.spec), "as data they are English"
    assert plain.resolved()["description"] == "made up"
    assert given.resolved()["description"] == {"en": "made up", "zh": "虚构"}
    assert type(given.spec).model_validate(given.resolved()) == given.spec
    only = loaded("{zh: 虚构}").spec.description
    assert (str(only), text_told(only)) == ("虚构", "虚构")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("3", "description must be text; put it in quotes (got 3)"),
        ("{}", "description must be text, or a table of en and zh with text in it (got a table)"),
        ("{en: '', zh: ''}", "description must be text, or a table of en and zh with text in it (got"),
        ("{en: a, de: b}", "description must be text, or a table of en and zh with text in it (got"),
        ("{en: 3, zh: 四}", "description must be text, or a table of en and zh with text in it (got"),
        ("[a]", "description must be text, or a table of en and zh with text in it (got"),
    ],
)
def test_a_text_that_is_none_is_refused(tmp_path, text, told):
    file = tmp_path / "s.yaml"
    file.write_text(
        f"format: 1\nname: s\nstart: 2024-03-01T08:00\nhorizon_h: 2 h\ntopology: {ROOT}/topologies/ten_sites.yaml\n"
        f"description: {text}\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        load(file)
    assert [str(problem) for problem in caught.value.problems][0].startswith(f"{file}:6: {told}")


def test_texts_for_people_are_no_part_of_the_hash(town):
    """Fails when a translation moves the hash, or when words that reach the log no longer do."""
    spec = load(town.file)
    told = {"title": {"en": "another", "zh": "另一个"}, "names": {"x": {"zh": "某"}}, "description": "words"}
    again = replace(spec, spec=ScenarioSpec.model_validate(spec.resolved() | told))
    assert again.spec.title.zh == "另一个"
    assert again.hash == spec.hash
    note = {"injects": [{"at": "+1 h", "do": "note", "to": "desk", "message": "m", "expect": "crew sent within 1 h"}]}

    def hashed(**change):
        data = spec.resolved() | {"injects": [note["injects"][0] | change]}
        return replace(spec, spec=ScenarioSpec.model_validate(data)).hash

    assert hashed(message="n", expect="level II within 1 h") == hashed()
    assert hashed(to="others") != hashed()
    assert hashed(message="") != hashed()
