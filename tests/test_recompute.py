"""Another reading of the same files: every KPI, the outages and the visits, counted again without the product's code."""

import json
from functools import cache
from math import isnan

import pytest
from recompute import Recount, table

from sim.loading import load
from sim.results import simulate

of_runs = pytest.mark.parametrize(
    "written",
    [
        *(pytest.param(("ten_sites", seed), id=f"ten_sites-{seed}") for seed in (1, 2, 3)),
        pytest.param(("tongliao_blizzard", 1), id="tongliao_blizzard-1", marks=pytest.mark.slow),
    ],
    indirect=True,
)


@cache
def scenario(name):
    return load(name)


@pytest.fixture(scope="module")
def written(request, tmp_path_factory):
    """A written run directory, and what it should say. Each run is played once."""
    name, seed = request.param
    folder = simulate(scenario(name), seed).write(tmp_path_factory.mktemp("runs") / f"{name}-{seed}")
    return folder, Recount(folder)


def sorted_rows(rows, *keys):
    """Rows without nulls, in an order of their own: texts as they are, numbers for `approx`."""
    plain = [{name: _filled(name, value) for name, value in row.items()} for row in rows]
    return sorted(plain, key=lambda row: [row[key] for key in keys])


def _filled(name, value):
    if isinstance(value, float) and isnan(value):
        return None
    return (None if name.endswith("_h") else "") if value is None else value


def assert_same_rows(said, counted):
    assert len(said) == len(counted)
    for mine, theirs in zip(said, counted, strict=True):
        assert mine.keys() == theirs.keys()
        for name, value in mine.items():
            assert value == (pytest.approx(theirs[name], abs=1e-9) if isinstance(value, float) else theirs[name]), (
                name,
                mine,
                theirs,
            )


@of_runs
def test_every_kpi_is_what_the_files_say(written):
    folder, recount = written
    said = {line["name"]: line["value"] for line in json.loads((folder / "kpis.json").read_text(encoding="utf-8"))}
    counted = recount.kpis()
    assert counted.keys() == said.keys()
    different = {
        name: (value, counted[name])
        for name, value in said.items()
        if counted[name] != (value if value is None else pytest.approx(value, rel=1e-9, abs=1e-9))
    }
    assert not different


@of_runs
def test_the_outages_are_those_of_the_log(written):
    folder, recount = written
    keys = ("unit", "subject", "start_h", "end_h")
    assert_same_rows(sorted_rows(table(folder / "outages.parquet"), *keys), sorted_rows(recount.outages(), *keys))


@of_runs
def test_the_visits_are_those_of_the_log(written):
    folder, recount = written
    keys = ("job", "arrived_h")
    assert_same_rows(sorted_rows(table(folder / "visits.parquet"), *keys), sorted_rows(recount.visits(), *keys))
