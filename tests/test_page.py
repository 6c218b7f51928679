"""The report page of a run: its numbers are those of the files, its text is text, it stands alone."""

import json
import re
from math import isclose, isnan, nan

import numpy as np
import pytest
from little_runs import inventory, run_of
from pages import Page

import sim
from sim.language import LANGUAGES, speaking, translations
from sim.metrics import WHY_UNDEFINED
from sim.page import causes, costliest, crews, placements, verdict
from sim.page.page import run_page
from sim.page.telling import Telling
from sim.page.words import figure
from sim.report.reasons import reasons
from sim.results import Run
from sim.scorecard import number
from sim.vocabulary import KPIS

HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a ' quote \" and & <b>bold</b>",
    "\u202eright to left\u202c",
    "x" * 200,
)
TARGETS = {
    "targets": [
        {"id": "O1", "kpi": "station_outage_h", "at_most": 1},
        {"id": "O2", "kpi": "restored_share", "at": 20, "at_least": 0.5},
        {"id": "O3", "kpi": "temperature_peak_c", "at_most": 30},
    ]
}
RECORD = {"source": "a bulletin", "rows": [{"kpi": "stations_out_cumulative", "value": 2, "at": 20}]}


@pytest.fixture(scope="module")
def ten():
    return sim.simulate(sim.load("scenarios/ten_sites.yaml"), seed=1)


@pytest.fixture(scope="module")
def rooms():
    return sim.simulate(sim.load("scenarios/hohhot_exchange_drill.yaml"), seed=1)


@pytest.fixture(scope="module")
def pages(ten, rooms):
    """Pages as text by run and language."""
    return {
        (name, language): run_page(run, language)
        for name, run in (("ten", ten), ("rooms", rooms))
        for language in LANGUAGES
    }


def near(found, wanted):
    return isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12)


# The trainer's answer sheet


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_question_stands_with_its_note_and_what_was_so(pages, rooms, language):
    rows = Page(pages["rooms", language]).rows["questions"]
    asked = rooms.spec.questions
    assert len(rows) == len(asked) + 1
    for row, one in zip(rows[1:], asked, strict=True):
        assert row[1:3] == [getattr(one.ask, language), getattr(one.note, language)]
        assert "k03.A" in row[3], "it is broken from the first question on"
    assert [("iru_2" in row[3]) for row in rows[1:]] == [False, True, True]


def test_without_questions_there_is_no_answer_sheet(pages):
    assert "questions" not in Page(pages["ten", "en"]).sections


# What the page says


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["ten", "rooms"])
def test_every_figure_is_that_of_the_files(pages, ten, rooms, tmp_path, name, language):
    run = {"ten": ten, "rooms": rooms}[name]
    run.write(tmp_path / "run")
    page = Page(pages[name, language])
    kpis = json.loads((tmp_path / "run/kpis.json").read_text())
    told = {row["name"]: row["value"] for row in kpis if row["value"] is not None}
    for kpi, value in told.items():
        (found,) = page.of(kpi, "end")
        assert near(found, value), kpi
    assert {one.kpi for one in page.numbers if one.scope == "end"} == set(told)
    strip = [one for one in page.numbers if one.kpi and not one.scope and one.kpi in told]
    assert len(strip) >= 8
    for one in strip:
        assert near(one.value, told[one.kpi]), one
    card = json.loads((tmp_path / "run/scorecard.json").read_text())
    for row in card["rows"]:
        if row["section"] == "target":
            (found,) = page.of(row["kpi"], f"target {row['id']}")
            assert near(found, row["simulated"])
        if row["section"] == "record" and row["simulated"] is not None:
            assert any(
                near(found, row["simulated"]) for found in page.of(row["kpi"], f"record {row['at'] or ''}".strip())
            )


def test_text_of_a_number_is_its_value(pages):
    """The words beside an exact number say the same number, whatever their rounding."""
    checked, shares = 0, 0
    for one in Page(pages["ten", "en"]).numbers:
        match = re.fullmatch(r"[≤≥+ ]*(−?[\d,]+(?:\.\d+)?)( %| min| .*)?", one.text)
        if not match:
            assert not re.search(r"\d", one.text), one
            continue
        shown, unit = float(match[1].replace(",", "").replace("−", "-")), (match[2] or "").strip()
        of = KPIS[one.kpi].unit if one.kpi in KPIS else ""
        if of == "share":
            assert unit == "%", one
            shares += 1
        factors = {"%": (100,), "min": (60,)}.get(unit, (1,))
        if of == "h" and not unit:
            factors = (1, 60)  # a card has its hours or minutes beside the number
        grain = 0.51 / 10 ** len(match[1].partition(".")[2])
        assert any(abs(shown - one.value * factor) <= grain for factor in factors), one
        checked += 1
    assert checked > 80
    assert shares > 5


def test_verdict_comes_first_and_says_met_or_missed():
    page = Page(run_page(run_of(plan=TARGETS)))
    assert page.text.index("Plan not met: 1 of 3 targets missed. 1 could not be told. Worst: O1") < page.text.index(
        "Targets of the plan"
    )
    words = [row[-1] for row in page.rows["targets"][1:]]
    assert [word[-6:].strip() for word in words[:1]] == ["missed"]
    assert "undefined: no such row of racks" in page.text
    met = Page(run_page(run_of(plan={"targets": [{"id": "O1", "kpi": "station_outage_h", "at_most": 1000}]})))
    assert "Plan met: 1 of 1 targets met." in met.text
    assert "The plan has no targets." in Page(run_page(run_of())).text


def test_why_the_worst_target_was_missed_is_read_from_the_log(ten):
    """O3 of the ten sites is generation timeliness: the site whose radio waited longest for a generator, by hand."""
    rows = list(ten.log)
    waits = {}
    for place, row in enumerate(rows):
        if row.kind != "radio.off":
            continue
        lost_h = max(one.t_h for one in rows[:place] if (one.kind, one.subject) == ("mains.lost", row.subject))
        back_h = next((one.t_h for one in rows[place:] if (one.kind, one.subject) == ("mains.back", row.subject)), 48.0)
        starts = [
            one.t_h
            for one in rows
            if (one.kind, one.object) == ("generator.started", row.subject) and lost_h <= one.t_h <= back_h
        ]
        if not starts or min(starts) > row.t_h:
            waits[place] = min(starts, default=back_h) - row.t_h
    worst = max(waits, key=waits.get)
    telling = Telling(ten)
    words, (chain,) = verdict.section(telling).parts[1].text, verdict.section(telling).parts[2].chains
    never = sum(
        not any(one.kind == "generator.started" and one.object == rows[place].subject for one in rows)
        for place in waits
    )
    assert words.startswith("Why O3 Generation in time was missed: ")
    assert f"before a generator was there: {len(waits)}, " in words
    assert f"of them without any generator coming: {never}." in words
    assert rows[worst].subject in chain.title
    assert [step.when for step in chain.steps] == [telling.clock(row.t_h) for row in reversed(ten.log.why(worst))]


def test_why_counts_the_outages_behind_a_target():
    page = Page(run_page(run_of(plan={"targets": [{"id": "O1", "kpi": "user_outage_h", "at_most": 1}]})))
    assert (
        "count here: 3 (1 by loss of power at the site, 1 by loss of power at a site upstream, 1 by broken transport)"
        in page.text
    )
    of_c2 = {"id": "O1", "kpi": "user_outage_h", "at_most": 1, "of": {"county": "c2"}}
    page = Page(run_page(run_of(plan={"targets": [of_c2]})))
    assert "count here: 1 (1 by broken transport)" in page.text
    dark = Page(run_page(run_of(plan={"targets": [{"id": "O1", "kpi": "township_dark_h", "at_most": 0.5}]})))
    assert "West (t2) had no service at all for 1 h, from 5 Nov 10:00" in dark.text


# County, crews, generators


@pytest.mark.parametrize("run", ["little", "ten"])
def test_counties_sum_to_the_whole(ten, run):
    played = ten if run == "ten" else run_of()
    page = Page(run_page(played))
    for kpi in (
        "stations_out_cumulative",
        "stations_restored",
        "stations_out",
        "station_outage_h",
        "user_outage_h",
        "users_out",
    ):
        parts = [one.value for one in page.numbers if one.kpi == kpi and one.scope.startswith("county ")]
        assert parts
        assert isclose(sum(parts), played.kpi_values[kpi], abs_tol=1e-9), kpi
    stations = [int(row[1].replace(",", "")) for row in page.rows["counties"][1:]]
    assert sum(stations[:-1]) == stations[-1] == len(played.inventory["station"]["id"])


def test_share_restored_is_counted_by_hand():
    """s2 alone is out for want of power from 8 to 12 h, s1 from 40 h on: 24 h after the first outage all is back."""
    page = Page(run_page(run_of()))
    assert page.of("restored_share", "32 h") == [1.0]
    assert page.of("restored_share", "county c1 32 h") == [1.0]
    _head, *rows = page.rows["counties"]
    assert [row[0] for row in rows] == ["Alpha", "Beta", "all"]
    assert "–" in rows[1]  # nothing of Beta was out for want of power


@pytest.mark.parametrize("run", ["little", "ten"])
def test_time_of_every_crew_sums_to_the_length_of_the_drill(ten, run):
    played = ten if run == "ten" else run_of()
    telling = Telling(played)
    hours = crews.crew_hours(telling)
    assert hours.shape == (len(played.inventory["crew"]["id"]), len(crews.states()))
    assert (hours >= 0).all()
    assert np.allclose(hours.sum(axis=1), played.horizon_h)
    groups = crews.groups(telling)
    assert sum(group.crews for group in groups) == len(hours)
    assert isclose(sum(group.hours.sum() for group in groups), len(hours) * played.horizon_h)
    bars = [
        dict(attributes)["style"]
        for tag, attributes in Page(run_page(played)).tags
        if tag == "i" and "style" in attributes
    ]
    widths = [float(re.search(r"width:([\d.]+)%", style)[1]) for style in bars]
    assert isclose(sum(widths) % 100, 0, abs_tol=0.02) or isclose(sum(widths) % 100, 100, abs_tol=0.02)


def test_little_crews_by_hand():
    """k1 is sent at 0.7 and on site at 1.0; k2 is sent at 9.5, on site 11.5, done 12.5: then it waits there."""
    hours = dict(zip(["k1", "k2", "k3"], crews.crew_hours(Telling(run_of())).tolist(), strict=True))
    driving, _stuck, _work, waiting, _rest, _ready, away = range(7)
    assert isclose(hours["k2"][away], 9.5)
    assert isclose(hours["k2"][driving] + hours["k2"][waiting], 48 - 9.5)
    assert hours["k3"][away] == 48


def test_placements_are_those_of_the_log(ten):
    """Planned and actual place, time and deviation, read again from the bare rows of the log."""
    for run in (ten, run_of()):
        rows = list(run.log)
        planned = {
            (row.subject, row.object): row
            for row in rows
            if row.kind == "measure.planned" and row.subject.startswith("place")
        }
        done = {}
        for row in rows:
            if row.kind == "measure.done":
                done.setdefault((row.subject, row.object), row.t_h)
        found = placements.placements(Telling(run))
        assert [(line.measure, line.site) for line in found] == list(planned)
        for line in found:
            row = planned[line.measure, line.site]
            assert line.by_h == row.value
            assert line.done_h == done.get((line.measure, line.site))
            assert isclose(line.lag_h, done[line.measure, line.site] - row.value)
            assert line.status == ("late" if line.lag_h > 0 else "on time")
            put = [one for one in rows if one.kind == "generator.placed" and one.object == line.site]
            if line.generator:
                assert line.generator == put[0].subject
                assert line.placed_h == put[0].t_h
                assert line.moves == sum(
                    one.kind == "generator.placed" and one.subject == line.generator and one.object != line.site
                    for one in rows
                )
    lines = placements.placements(Telling(run_of()))
    assert [(line.site, line.generator, line.crew, line.lag_h) for line in lines] == [
        ("s1", "g1", "k1", -0.5),
        ("s3", "", "", 1.0),
    ]


def test_a_call_tells_the_generator_that_carried_the_site(ten):
    rows = list(ten.log)
    calls = placements.calls(Telling(ten))
    assert len(calls) == len(ten.tables.owed.site)
    for call in calls:
        assert any(row.kind == "mains.lost" and (row.subject, row.t_h) == (call.site, call.lost_h) for row in rows)
        started = [
            row
            for row in rows
            if row.kind == "generator.started" and row.object == call.site and row.t_h >= call.lost_h
        ]
        back_h = next(
            (
                row.t_h
                for row in rows
                if row.kind == "mains.back" and row.subject == call.site and row.t_h > call.lost_h
            ),
            np.inf,
        )
        mine = [row for row in started if row.t_h <= back_h]
        if mine:
            assert (call.generator, call.powered_h) == (mine[0].subject, mine[0].t_h)
        elif call.generator:  # it ran already
            assert call.powered_h == call.lost_h
        else:
            assert isnan(call.powered_h)
    counts = {status: sum(call.status == status for call in calls) for status in ("on time", "late", "never")}
    total = ten.scorecard_data.dispatch_rules[0]
    assert counts == {"on time": total["on_time"], "late": total["late"], "never": total["never"]}


def test_moves_count_every_placement_and_run(ten):
    found = placements.moves(Telling(ten))
    kinds = [row.kind for row in ten.log]
    assert sum(line.owned for line in found) == len(ten.inventory["generator"]["id"])
    assert sum(line.placements for line in found) == kinds.count("generator.placed")
    assert sum(line.runs for line in found) == ten.kpi_values["generator_runs"]
    assert isclose(sum(line.hours for line in found), float(ten.tables.generator_runs["duration_h"].sum()))
    assert sum(line.owned for line in found if line.planned) == 1


def test_costliest_outages_come_in_order_with_their_chains(ten):
    telling = Telling(ten)
    outages = ten.outages[ten.outages.unit == "site"].copy()
    outages["cost"] = outages.users * outages.duration_h
    outages = outages.sort_values("cost", ascending=False)
    (part,) = costliest.section(telling).parts
    assert [chain.title for chain in part.chains] == [telling.name(site) for site in outages.subject]
    for chain, outage in zip(part.chains, outages.itertuples(), strict=True):
        row = next(
            place
            for place, one in enumerate(ten.log)
            if (one.kind, one.subject, one.t_h) == ("site.down", outage.subject, outage.start_h)
        )
        why = ten.log.why(row)
        assert [step.when for step in chain.steps] == [telling.clock(one.t_h) for one in reversed(why)]
        assert len(why) > 2
        assert figure(outage.cost, "user_h") in chain.facts
        assert chain.after[-1].when == telling.clock(outage.end_h)
    text = Page(run_page(ten)).text
    assert f"Of {len(outages)} outages of sites" in text
    assert all(chain.title in text for chain in part.chains)


def test_no_more_than_ten_outages_are_told():
    rows = [
        row
        for hour in range(1, 30)
        for row in ((hour, "site.down", "s2", "power"), (hour + 0.01 * hour, "site.up", "s2"))
    ]
    telling = Telling(run_of(*rows))
    chosen = costliest.costliest(telling)
    assert len(chosen) == 10
    assert telling.tables.site_outages.spells.start_h[chosen].tolist() == list(range(29, 19, -1))


# What the page is


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["ten", "rooms"])
def test_the_page_stands_alone_and_is_whole(pages, name, language):
    text = pages[name, language]
    page = Page(text)
    assert text.startswith("<!doctype html>")
    assert dict(page.tags)["html"]["lang"] == {"en": "en", "zh": "zh-CN"}[language]
    assert page.addresses
    assert all(address.startswith(("#", "data:image/png;base64,")) for address in page.addresses)
    assert not re.search(r"url\(\s*[\"']?(?!#)", text)
    assert "@import" not in text
    assert not [tag for tag, _ in page.tags if tag in {"script", "link", "iframe", "object", "base"}]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [address[1:] for address in page.addresses if address.startswith("#")]
    assert set(page.sections) <= set(links) <= set(ids)


def test_sections_appear_for_what_exists_and_only_then(pages):
    both = ["targets", "figures", "assumptions", "reproduce"]
    ten_only = ["curve", "map", "counties", "preparation", "dispatch", "crews", "costliest", "levels"]
    found = Page(pages["ten", "en"]).sections
    assert set(found) >= {*both, *ten_only}
    assert not {"rooms", "procedures", "record"} & set(found)
    found = Page(pages["rooms", "en"]).sections
    assert set(found) >= {*both, "rooms", "procedures", "levels", "record"}
    assert not {"curve", "map", "counties", "preparation", "dispatch", "crews", "costliest"} & set(found)
    quiet = Page(run_page(run_of((0.0, "run.begins", "little", "test")))).sections
    assert not {"targets", "record", "counties", "costliest", "preparation", "levels"} & set(quiet)
    assert {"curve", "dispatch", "crews"} <= set(quiet)


def test_the_same_run_gives_the_same_bytes(ten, pages):
    assert run_page(ten, "zh") == pages["ten", "zh"]


def test_a_run_opened_again_gives_the_same_page(ten, pages, tmp_path):
    ten.write(tmp_path / "run")
    assert run_page(sim.open_run(tmp_path / "run")) == pages["ten", "en"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_are_text(hostile, language):
    made = inventory()
    for item in ("county", "depot"):
        made[item] |= {"name": np.array([hostile] * 2), "name_en": np.array([hostile] * 2)}
    made["site"] |= {"name": np.array([hostile] * 5), "party": np.array([hostile] * 5)}
    made["crew"] |= {"party": np.array([hostile, "p2", "p2"])}
    given = run_of(
        title={"en": hostile, "zh": hostile},
        plan={"targets": [{"id": "O1", "say": hostile, "kpi": "station_outage_h", "at_most": 1}]},
        record={"source": hostile, "rows": [{"kpi": "people", "value": hostile, "reading": hostile}]},
        assumptions=[{"set": "horizon_h", "why": hostile, "tuned_to": hostile}],
        drill={"host": hostile},
    )
    text = run_page(
        Run(given.spec, 7, hostile, given.log, made, version=hostile, overrides={"policy": hostile}), language
    )
    page = Page(text)
    assert "<script" not in text
    assert "onerror=alert(1)>" not in text
    assert not [attributes for _, attributes in page.tags if "onerror" in attributes]
    assert page.text.count(" ".join(hostile.split())) >= 8


# Language


def test_both_languages_say_everything(pages):
    """Every message of the page has Chinese; no English sentence of the page stands in the Chinese one."""
    with speaking("zh"):
        untranslated = [reason for reason, words in reasons().items() if words == reason]
    assert not untranslated
    assert set(WHY_UNDEFINED.values()) <= set(reasons())
    known = translations("zh", "page")
    assert len(known) > 200
    for name in ("ten", "rooms"):
        said = re.sub(r'<section id="assumptions".*?</section>', "", pages[name, "zh"], flags=re.DOTALL)
        text = Page(said).text  # why a constant was guessed stands in the code, in English
        left = [
            message
            for message in known
            if len(message) > 12 and "{" not in message and re.search(rf"(?<!\w){re.escape(message)}(?!\w)", text)
        ]
        assert not left


def test_placeholders_are_the_same_in_both_languages():
    for message, words in translations("zh", "page").items():
        assert sorted(re.findall(r"{(\w+)}", message)) == sorted(re.findall(r"{(\w+)}", words)), message


def test_the_command_plays_the_run_again(ten, drill, tmp_path):
    changed = sim.simulate(sim.load("scenarios/ten_sites.yaml", {"desk.alarm_h": "0.1"}), seed=3, policy="nearest")
    page = Page(run_page(changed))
    text = next(words for words in page.words if words.startswith("drill run"))
    assert text == "drill run ten_sites --seed 3 --policy nearest --set desk.alarm_h=0.1"
    again = drill(*text.split()[1:], "--out", tmp_path / "again")
    assert again.code == 0
    assert sim.open_run(tmp_path / "again").log_digest == changed.log_digest
    assert changed.log_digest in page.text


def test_numbers_of_json_and_page_share_one_rounding(ten):
    """The scorecard's twelve digits do not move a figure by more than a billionth."""
    assert near(number(ten.kpi_values["user_outage_h"]), ten.kpi_values["user_outage_h"])


def test_what_held_a_site_out_at_the_end_is_told():
    """Taken out by a cut cable, held by its lost mains, back with them."""
    log = [
        (1.0, "link.cut", "l1", "snowstorm", -1),
        (1.0, "site.down", "s1", "transport", 0),
        (2.0, "feeder.failed", "f1", "c1", -1),
        (3.0, "link.mended", "l1", "", -1),
        (3.0, "site.held", "s1", "power", 2),
        (5.0, "feeder.restored", "f1", "repair", -1),
        (5.0, "site.up", "s1", "", 5),
    ]

    def ended(rows):
        return causes.outage_chain(
            Telling(run_of(*[(t_h, kind, of, to, nan, by) for t_h, kind, of, to, by in rows])), 0
        )

    chain = ended(log)
    assert chain.turned.startswith("By then it was held out by another trouble, since ")
    assert "loss of power at the site: feeder f1 goes dead" in chain.turned
    alone = [(1.0, *log[0][1:]), log[1], (3.0, "link.mended", "l1", "", 0), (3.0, "site.up", "s1", "", 2)]
    assert ended(alone).turned == ""
