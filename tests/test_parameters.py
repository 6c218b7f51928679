"""Places named by people, and values put there."""

import pytest
from scenario_files import Town

from sim.checking import validate
from sim.errors import InputError
from sim.parameters import find_place, nearest, override, parse_value
from sim.scenario import ScenarioSpec
from sim.yamlfile import read_yaml


@pytest.fixture
def document(tmp_path):
    return read_yaml(Town(tmp_path / "town").file)


@pytest.mark.parametrize(
    ("path", "loc"),
    [
        ("policy", ("policy",)),
        ("resources.depots.ten.crews", ("resources", "depots", "ten", "crews")),
        ("resources.depots.ten.petrol_5kw", ("resources", "depots", "ten", "generators", "petrol_5kw")),
        ("hazards[0].water_mm", ("hazards", 0, "water_mm")),
        ("hazards.0.water_mm", ("hazards", 0, "water_mm")),
        ("hazards.snowstorm.onset", ("hazards", 0, "onset")),
        ("hazards.feeder_failures.window_h", ("hazards", 1, "window_h")),
        ("hazards[0].extent_km", ("hazards", 0, "extent_km")),
        ("hazards.snowstorm.temperature_c.during", ("hazards", 0, "temperature_c", "during")),
        ("plan.before.place_generators.at_most", ("plan", "before", 0, "at_most")),
        ("plan.before.place_generators.where.class", ("plan", "before", 0, "where", "class")),
        ("plan.levels.III.when.sites_out", ("plan", "levels", 0, "when", "sites_out")),
        ("plan.dispatch.C.rove.charge_h", ("plan", "dispatch", 1, "rove", "charge_h")),
        ("plan.targets.O2.at_least", ("plan", "targets", 1, "at_least")),
        ("injects[0].for", ("injects", 0, "for")),
        ("lists.lifelines[2]", ("lists", "lifelines", 2)),
        ("plan.repair_limit_h.urban", ("plan", "repair_limit_h", "urban")),
        ("parties.contractor_a.crews_on_call", ("parties", "contractor_a", "crews_on_call")),
    ],
)
def test_a_place_is_found(document, path, loc):
    assert find_place(ScenarioSpec, document.data, path) == loc


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("polcy", "unknown key 'polcy' (did you mean 'policy'?)"),
        ("resources.depots.ten.crew", "unknown key 'crew' in resources.depots.ten (did you mean 'crews'?)"),
        ("hazards.snow.onset", "hazards has no item of this name: one of snowstorm, feeder_failures"),
        ("hazards.snowstorm.window_h", "unknown key 'window_h' in hazards[0]"),
        ("hazards[2].onset", "hazards has 2 items, counted from 0 (got 2)"),
        ("plan.targets.O9.at_most", "plan.targets has no item of this name: one of O1, site_outage_h, O2"),
        ("lists.lifeline[0]", "(got 'lifeline'; did you mean 'lifelines'?)"),
        ("parties.contractor_c.counties", "parties has no such name"),
        ("policy.name", "policy is one value, with nothing below it"),
        ("plan.repair_limit_h.city", "one of urban, rural, hub"),
        ("repair.daylight[0]", "there is no list at repair.daylight; set it as a whole"),
        ("", "must be a path such as"),
        ("plan..targets", "must be a path such as"),
        ("injects[x].at", "must be a path such as"),
        (".policy", "must be a path such as"),
    ],
)
def test_a_wrong_place_is_told(document, path, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the message is compared below)
        find_place(ScenarioSpec, document.data, path)
    assert message in str(caught.value)


def test_two_items_of_one_name_must_be_told_apart(document):
    document.data["hazards"].append({"kind": "snowstorm"})
    with pytest.raises(ValueError, match=r"2 times; write which: hazards\[0\], hazards\[2\]"):
        find_place(ScenarioSpec, document.data, "hazards.snowstorm.onset")


def test_strict_wants_names_that_are_there(document):
    free = find_place(ScenarioSpec, document.data, "resources.depots.elsewhere.crews")
    assert free == ("resources", "depots", "elsewhere", "crews")
    with pytest.raises(ValueError, match=r"resources\.depots has no such name: one of ten"):
        find_place(ScenarioSpec, document.data, "resources.depots.elsewhere.crews", strict=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6", 6),
        ("0.5", 0.5),
        ("nearest", "nearest"),
        ("95 %", "95 %"),
        ("2023-11-05T22:00", "2023-11-05T22:00"),
        ("12:30", "12:30"),
        ("no", "no"),
        ("true", True),
        ("[a, b]", ["a", "b"]),
        ("{sites_out: 3}", {"sites_out": 3}),
        ('"6"', "6"),
        ("暴雪", "暴雪"),
        ("", None),
        ("null", None),
    ],
)
def test_values_are_yaml(text, value):
    found = parse_value("key", text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["[a", "{a: 1, a: 2}", "!!python/name:os.system x", ".nan", "&a [*a]"])
def test_a_wrong_value_names_its_key(text):
    with pytest.raises(InputError) as caught:
        parse_value("plan.order", text)
    assert str(caught.value).startswith("--set plan.order: ")


def set_in(document, **values):
    changed = override(ScenarioSpec, document, {key.replace("__", "."): text for key, text in values.items()})
    return validate(ScenarioSpec, changed.document)


def test_values_are_put_in_place(document):
    spec = set_in(
        document,
        policy="nearest",
        hazards__snowstorm__water_mm="12",
        grid__told__restore_time_error="30 %",
        plan__dispatch__C__rove__charge_h="90 min",
    )
    assert spec.policy == "nearest"
    assert spec.hazards[0].water_mm == 12
    assert spec.hazards[0].depth_cm == 25
    assert spec.grid.told.restore_time_error == 0.3
    assert spec.plan.dispatch[1].rove.charge_h == 1.5


def test_the_document_itself_is_left_alone(document):
    before = repr(document.data)
    set_in(document, resources__depots__ten__petrol_5kw="7", policy="nearest")
    assert repr(document.data) == before


@pytest.mark.parametrize("path", ["resources.depots.ten.petrol_5kw", "resources.depots.ten.generators.petrol_5kw"])
def test_a_generator_line_is_changed_however_it_is_named(document, path):
    spec = validate(ScenarioSpec, override(ScenarioSpec, document, {path: "7"}).document)
    assert spec.resources.depots["ten"].generators == {"petrol_5kw": 7, "diesel_8kw": 1}


def test_setting_all_generators_leaves_none_of_the_old(document):
    spec = set_in(document, resources__depots__ten__generators="{petrol_3kw: 1}")
    assert spec.resources.depots["ten"].generators == {"petrol_3kw": 1}


def test_a_plain_number_is_no_table(document):
    with pytest.raises(InputError, match=r"plan.levels\[0\].when.sites_out is 3 here, not a table"):
        set_in(document, plan__levels__III__when__sites_out__at_most="4")


def test_all_wrong_keys_are_told(document):
    with pytest.raises(InputError) as caught:
        override(ScenarioSpec, document, {"polcy": "a", "grid.swtching": "1", "policy": "[a"})
    assert [problem.file for problem in caught.value.problems] == [
        "--set polcy",
        "--set grid.swtching",
        "--set policy",
    ]


@pytest.mark.parametrize(
    ("word", "known", "found"),
    [
        ("horqn", ["horqin", "kailu"], "horqin"),
        ("Left-Rear", ["left_rear"], "left_rear"),
        ("xyz", ["horqin"], None),
        ("horqn", [*(f"s{n:05}" for n in range(30_000)), "horqin"], "horqin"),
    ],
)
def test_the_nearest_name(word, known, found):
    assert nearest(word, known) == found
