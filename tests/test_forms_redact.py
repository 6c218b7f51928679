"""Forms without names: nothing that names a place, a party or a person is left in any part of any file."""

import json
import math
import re
from dataclasses import replace

import pytest
from form_files import texts_of
from little_rooms import drill_run
from test_forms import EN

import sim
from sim.forms.aliases import Aliases
from sim.forms.redact import redacted
from sim.forms.unsaid import is_role
from sim.forms.write import MARK, Wanted, files_of
from sim.inventory import text
from sim.language import speaking, translations
from sim.spec import Title

FREE = ("甘旗卡", "Zebra Telecom", "ZT-5")
"""Names that stand in free texts alone."""


@pytest.fixture(scope="module")
def ten():
    """Ten sites, with names in every free text of the scenario."""
    return sim.simulate(
        sim.load(
            "ten_sites",
            {
                "title.en": "Storm over Zebra Telecom", "title.zh": "甘旗卡演练", "drill.host": "Zebra Telecom",
                "drill.basis": "甘旗卡预案", "description": "Sites of Zebra Telecom, ZT-5 among them",
                "record.source": "Zebra Telecom", "injects.0.message": "河西学校 and s3 are silent, says 十站镇",
                "plan.targets.0.say": "十站县 without a gap", "assumptions.0.why": "no record of hub_2 is public",
            },
        ),
        seed=1,
    )  # fmt: skip


def written(run, language):
    with speaking(language):
        found = files_of(run, Wanted(redact=True))
    return {name: content.decode() if name == MARK else texts_of(content) for name, content in found.items()}


def known_names(run):
    """Ids and names of everything in the inventory; letters that the forms use as words of their own left out."""
    found = set()
    for item, table in run.inventory.items():
        if item not in ("procedure_step", "weather_cell", "wording"):
            for column in ("id", "name", "name_en"):
                found |= {str(value) for value in text(table, column).tolist()}
    for item, column in (("station", "operator"), ("site", "party"), ("person", "party"), ("crew", "vehicle")):
        found |= {str(value) for value in text(run.inventory[item], column).tolist()}
    for name, title in run.spec.names.items():
        found |= set() if is_role(name) else {name, title.en, title.zh}
    words = {word for message in translations("zh") for word in re.findall(r"[0-9A-Za-z_]+", message)}
    said = "\n".join(translations("zh").values())
    return {name for name in found if name and name not in words and (name.isascii() or name not in said)}


def found_in(name, said):
    if name.isascii():
        return re.search(rf"(?<![0-9A-Za-z_]){re.escape(name)}(?![0-9A-Za-z_])", said) is not None
    return name in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_name_is_left_anywhere(ten, language):
    files = written(ten, language)
    names = known_names(ten)
    assert {"s3", "hub_2", "河西学校", "十站镇", "f_north", "ten-crew-01"} <= names
    left = {(file, name) for file, said in files.items() for name in (*names, *FREE) if found_in(name, said)}
    assert left == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_people_numbers_and_places_of_free_texts_are_gone(ten, language):
    """Senders, recipients and ways of telling are columns of the forms; a name in any case of letters is a name."""
    inject = {
        "at": "+2 h", "do": "note", "from": "王建国", "to": "Li Lei", "via": "13800138000",
        "message": "call LI LEI on +86 139-1234-5678, 0475-8231234; 王建国在122.2658,43.6174；43°39′10″N; see HUB_2, Site 122.26581",
        "expect": "李强 asks 13700137000", "for": "O1",
    }  # fmt: skip
    run = sim.simulate(sim.load("ten_sites", {"injects.0": json.dumps(inject, ensure_ascii=False)}), seed=1)
    secret = (
        "王建国", "Li Lei", "LI LEI", "13800138000", "139-1234-5678", "8231234", "122.2658", "43.6174", "43°39", "HUB_2",
        "13700137000",
    )  # fmt: skip
    files = written(run, language)
    assert {(file, one) for file, said in files.items() for one in secret if one.casefold() in said.casefold()} == set()
    script = next(said for file, said in files.items() if file.startswith("02_") and file.endswith(".docx"))
    person = {"en": "Person", "zh": "人员"}[language]
    assert re.search(rf"{person} ?\d{{3}}", script)


def test_posts_and_figures_stay():
    from sim.forms.unsaid import blanked, is_role

    told = "2 crews by 2023-11-05T22:00, T+04:00, 0.25 to 0.41, 36.5 h, 1,150 sites, 12379"
    assert blanked(told) == told
    assert blanked("110 kV, 3.141 km") == "110 kV, 3.141 km"
    assert is_role("导调组")
    assert not is_role("王建国")


def test_without_the_option_the_names_are_there(ten):
    with speaking("en"):
        said = texts_of(files_of(ten, Wanted())["02_controllers_script.docx"])
    assert "河西学校 and s3 are silent" in said


def test_machine_rooms_lose_their_names_too():
    run = drill_run()
    files = written(run, "en")
    left = {(file, name) for file, said in files.items() for name in known_names(run) if found_in(name, said)}
    assert left == set()


def test_coordinates_and_the_map_are_left_out(ten):
    with speaking("en"):
        plain, bare = files_of(ten, Wanted()), files_of(ten, Wanted(redact=True))
    numbers = {f"{value:.3f}" for value in ten.inventory["site"]["lon"].tolist()}
    assert not [name for name in bare if name != MARK and any(one in texts_of(bare[name]) for one in numbers)]
    assert "Sites, roads, crews" in texts_of(plain["04_summary_report.docx"])
    assert "Sites, roads, crews" not in texts_of(bare["04_summary_report.docx"])


def test_the_same_thing_has_the_same_alias_in_every_form(ten):
    files = written(ten, "en")
    alias = re.search(r"failure of site (Site \d{3}) rectifier", files[f"{EN[1]}.docx"])
    assert alias
    assert alias[1] in files[f"{EN[0]}.docx"]
    assert alias[1] in files[f"{EN[3]}.docx"]
    assert f"and {alias[1]} are silent" in files[f"{EN[1]}.docx"]


@pytest.mark.parametrize("make", [drill_run, None], ids=["rooms", "network"])
def test_figures_and_digest_stay(ten, make):
    run = make() if make else ten
    with speaking("en"):
        bare = redacted(run)
    for name, value in run.kpi_values.items():
        assert bare.kpi_values[name] == value or (math.isnan(value) and math.isnan(bare.kpi_values[name]))
    before, after = ([row.to_json() for row in one.scorecard_data.rows] for one in (run, bare))
    for key in ("kpi", "simulated", "target", "met", "margin", "at_h", "id"):
        assert [row[key] for row in before] == [row[key] for row in after]
    assert bare.log_digest == run.log_digest


def test_the_mark_of_the_folder_says_so_and_names_nothing(ten):
    with speaking("en"):
        mark = json.loads(files_of(ten, Wanted(redact=True))[MARK])
    assert (mark["redacted"], mark["scenario"]) == (True, "SCENARIO")


def test_what_the_scenario_calls_a_thing_goes_with_its_id_and_a_post_keeps_its_word(ten):
    names = {"ten-crew-01": Title(en="Wolf crew", zh="狼队"), "监控值班": Title(en="Duty desk")}
    run = replace(ten, spec=ten.spec.model_copy(update={"names": names}))
    told = Aliases.of(run.inventory, run.spec).told("Wolf crew, 狼队")
    assert "Wolf" not in told
    assert "狼队" not in told
    assert list(redacted(run).spec.names) == ["监控值班"]
