"""Every KPI: of groups, by party and county, against counting by the minute."""

import ast
import runpy
from math import isnan, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from little_runs import HORIZON_H, ROW, STORY, data_of, figure, group, inventory

from sim.errors import InputError
from sim.inventory import Inventory
from sim.metrics import (
    ADDITIVE,
    CAUSES,
    ROOM_FIGURES,
    kpi,
    kpis,
    kpis_by,
    select,
    split,
    tables,
    why_undefined,
)
from sim.metrics.catalogue import FIGURES, WHY_UNDEFINED
from sim.spec import Where
from sim.vocabulary import KINDS, KPIS

# ---------------------------------------------------------------- the catalogue


def test_every_kpi_of_the_catalogue_is_one_function():
    assert sorted([*ADDITIVE, *FIGURES, *ROOM_FIGURES]) == sorted(KPIS)
    assert set(WHY_UNDEFINED) <= set(KPIS)


def test_every_kpi_is_a_number_or_nan_on_an_empty_log():
    found = kpis(data_of())
    assert set(found) == set(KPIS)
    assert found["stations_out_cumulative"] == found["site_visits"] == 0
    assert found["availability"] == 1
    assert {name for name, value in found.items() if isnan(value)} <= set(WHY_UNDEFINED)


def test_every_kpi_stands_a_log_without_inventory():
    found = kpis(tables(data_of(*STORY).log, Inventory(), HORIZON_H))
    assert found["stations_out_cumulative"] == found["sites_without_mains_cumulative"] == 0
    assert isnan(found["availability"])


def test_an_unknown_kpi_is_a_key_error():
    with pytest.raises(KeyError, match="stations_lost"):
        figure("stations_lost")


def test_kinds_named_by_the_metrics_are_kinds_of_the_log():
    """A typing error in a kind would read as a log without such rows."""
    verbs = {kind.partition(".")[0] for kind in KINDS}
    for path in (Path(__file__).parent.parent / "sim" / "metrics").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                noun, dot, verb = node.value.partition(".")
                if dot and noun in verbs and verb.isalpha():
                    assert node.value in KINDS, path.name


# ---------------------------------------------------------------- groups and splits


def test_a_figure_of_no_site_is_not_known():
    data = data_of(*STORY)
    assert isnan(kpi("stations_out_cumulative", data, group=group()))
    assert why_undefined("stations_out_cumulative", data, None, group()) == "no site is selected"


@pytest.mark.parametrize("name", sorted(ADDITIVE))
@pytest.mark.parametrize("by", ["party", "county"])
def test_the_parts_of_a_split_sum_to_the_whole(name, by):
    more = [
        (1, "site.down", "h1", "power"),
        (2, "site.down", "x1", "equipment"),
        (5, "loader.sent", "l1", "e1"),
    ]
    data = data_of(*STORY, *more)
    parts = split(name, data, by)
    assert sum(parts.values()) == pytest.approx(kpi(name, data))
    assert {"p1", "p2"} <= set(parts) or {"c1", "c2"} <= set(parts)


def test_visits_are_split_by_who_came_outages_by_who_maintains():
    data = data_of(*STORY)
    assert split("site_visits", data, "party") == {"p1": 0, "p2": 1}
    assert split("site_visits", data, "county") == {"c1": 1, "c2": 0}
    assert split("station_outage_h", data, "party") == {"p1": 4 + 16, "p2": 3}
    assert split("vehicles", data, "county") == {"c1": 1, "c2": 1}


def test_what_is_no_sum_is_split_by_the_sites_of_a_county_or_party():
    data = data_of(*STORY)
    by_county = split("restored_share", data, "county")
    assert by_county["c1"] == kpi("restored_share", data, group=group("s1", "s2", "x1"))
    assert isnan(by_county["c2"])
    assert split("mains_to_out_h", data, "party") == {"p1": 4.0, "p2": pytest.approx(nan, nan_ok=True)}
    with pytest.raises(KeyError, match="no_such"):
        split("no_such", data, "party")


def test_vehicles_are_split_by_their_depot_and_their_party():
    data = data_of(*STORY)
    assert split("sites_without_mains_per_vehicle", data, "county") == {"c1": 2.0, "c2": 1.0}
    assert split("sites_without_mains_per_vehicle", data, "party") == {"p1": 2.0, "p2": 1.0}


def test_every_kpi_has_its_line_by_county_and_by_party():
    data = data_of(*STORY)
    frame = kpis_by(data)
    lines = dict(zip(zip(frame["by"], frame["key"], frame["name"], strict=True), frame["value"], strict=True))
    assert {name for _, _, name in lines} == set(KPIS)
    assert {(by, key) for by, key, _ in lines} == {("county", "c1"), ("county", "c2"), ("party", "p1"), ("party", "p2")}
    assert lines["party", "p2", "site_visits"] == 1
    assert set(kpis_by(data, "party")["by"]) == {"party"}


@pytest.mark.parametrize(
    ("where", "sites"),
    [
        ({}, ["s1", "s2", "s3", "h1", "x1"]),
        ({"class": "A"}, ["s1", "x1"]),
        ({"class": ["A", "C"]}, ["s1", "s3", "x1"]),
        ({"class": "B", "role": "hub"}, ["h1"]),
        ({"county": "c2"}, ["s3", "h1"]),
        ({"county": "甲旗"}, ["s1", "s2", "x1"]),
        ({"county": ["Beta", "c1"]}, ["s1", "s2", "s3", "h1", "x1"]),
        ({"township": "West"}, ["s3", "h1"]),
        ({"party": "p1"}, ["s1", "s2"]),
        ({"cabinet": "outdoor"}, ["s1", "s2"]),
        ({"key": True}, ["s1", "h1", "x1"]),
        ({"key": False}, ["s2", "s3"]),
        ({"command": True}, ["s3"]),
        ({"urban": True}, ["s1", "x1"]),
        ({"fixed_generator": True}, ["h1", "x1"]),
        ({"downstream_at_least": 3}, ["h1"]),
        ({"downstream_at_least": 4}, []),
        ({"list": "chosen"}, ["s2", "h1"]),
        ({"county": "nowhere"}, []),
    ],
    ids=str,
)
def test_a_selection_is_a_mask_over_sites(where, sites):
    lists = {"chosen": frozenset({ROW["s2"], ROW["h1"]})}
    found = select(Where.model_validate(where), inventory(), lists)
    assert found.tolist() == group(*sites).tolist()


def test_an_unknown_list_is_told():
    with pytest.raises(InputError, match="must be one of chosen"):
        select(Where(list_="others"), inventory(), {"chosen": frozenset()})


# ---------------------------------------------------------------- against counting by the minute

MINUTES = 120
CHANGES = st.lists(
    st.tuples(
        st.integers(0, MINUTES - 1),
        st.sampled_from(["s1", "s2", "s3"]),
        st.booleans(),
        st.sampled_from(CAUSES),
    ),
    max_size=30,
).map(lambda rows: sorted(rows, key=lambda row: row[0]))


@settings(max_examples=150, deadline=None)
@given(CHANGES)
def test_outages_are_what_counting_every_minute_gives(changes):
    rows = [
        (t / 60, "site.down" if down else "site.up", site, cause if down else "") for t, site, down, cause in changes
    ]
    out = dict.fromkeys(("s1", "s2", "s3"), False)
    stations, users = {"s1": 2, "s2": 1, "s3": 3}, {"s1": 150, "s2": 40, "s3": 60}
    hours = user_hours = dark_minutes = peak = 0
    ever = set()
    for minute in range(MINUTES):
        for t, site, down, cause in changes:
            if t == minute:
                ever |= {site} if down and not out[site] and "power" in cause else set()
                out[site] = down
        lost = [site for site, is_out in out.items() if is_out]
        hours += sum(stations[site] for site in lost) / 60
        user_hours += sum(users[site] for site in lost) / 60
        dark_minutes += out["s1"] and out["s2"]
        peak = max(peak, sum(stations[site] for site in lost))
        data = data_of(*rows, horizon_h=MINUTES / 60) if minute in (0, 50, MINUTES - 1) else None
        if data is not None:
            assert kpi("stations_out", data, minute / 60) == sum(stations[site] for site in lost)
            assert kpi("stations_out_cumulative", data, minute / 60) == sum(stations[site] for site in ever)
    data = data_of(*rows, horizon_h=MINUTES / 60)
    assert kpi("station_outage_h", data) == pytest.approx(hours)
    assert kpi("user_outage_h", data) == pytest.approx(user_hours)
    assert kpi("stations_out_peak", data) == peak
    assert kpi("township_dark_h", data, group=group("s1")) == pytest.approx(dark_minutes / 60)
    frame = data.outages
    assert frame["duration_h"][frame["unit"] == "station"].sum() == pytest.approx(hours)
    assert np.all(frame["start_h"] <= frame["end_h"])


@settings(max_examples=60, deadline=None)
@given(CHANGES, st.floats(0, 2), st.floats(0, 2))
def test_what_is_cumulative_never_falls(changes, one, other):
    rows = [
        (t / 60, "site.down" if down else "site.up", site, cause if down else "") for t, site, down, cause in changes
    ]
    data = data_of(*rows, horizon_h=MINUTES / 60)
    early, late = sorted((one, other))
    assert kpi("stations_out_cumulative", data, early) <= kpi("stations_out_cumulative", data, late)
    restored = kpi("restored_share", data, late)
    assert isnan(restored) or 0 <= restored <= 1


# ---------------------------------------------------------------- the reference pages

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("page", ["kpis.md", "event_log.md"])
def test_the_reference_pages_say_what_the_catalogues_say(page):
    tool = runpy.run_path(str(ROOT / "tools" / "make_kpi_reference.py"))
    written = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert written == tool["PAGES"][page](), "run python tools/make_kpi_reference.py"


def test_the_reference_of_a_kpi_is_one_row():
    tool = runpy.run_path(str(ROOT / "tools" / "make_kpi_reference.py"))
    for page, names in (("kpis.md", KPIS), ("event_log.md", KINDS)):
        rows = [line for line in tool["PAGES"][page]().splitlines() if line.startswith("| `")]
        assert [row.split("`")[1] for row in rows] == list(names)
        assert len({row.count("|") for row in rows}) == 1
