"""A run in the hand and on disk."""

import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest
from chinese import refused
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from little_runs import STORY, inventory, log_of, run_of

from sim.errors import InputError
from sim.inventory import Inventory
from sim.log import EventLog
from sim.results import open_run
from sim.results.parquet import Parquet, read_inventory, read_log, write_inventory, write_log
from sim.vocabulary import KINDS, KPIS

FILES = [
    "inventory.parquet",
    "kpis.json",
    "kpis_by.parquet",
    "log.parquet",
    "outages.parquet",
    "preparations.parquet",
    "run.json",
    "scenario.json",
    "scorecard.json",
    "visits.parquet",
]
CHAPTERS = {
    "plan": {
        "targets": [
            {"id": "O1", "say": "核心机房不中断", "kpi": "core_room_outages", "at_most": 0},
            {"id": "O2", "kpi": "restored_share", "at": "+4 h", "since": "first_outage", "at_least": "80 %"},
            {"id": "O3", "kpi": "site_outage_h", "of": {"list": "chosen"}, "at_most": 1},
            {"id": "O4", "kpi": "snow_depth_cm", "at_most": 30},
        ],
        "before": [{"do": "place_generators", "where": {"class": "A"}, "by": "+2 h"}],
        "vehicle_bands": [1, 3],
    },
    "record": {"rows": [{"kpi": "people", "value": ">20"}, {"kpi": "site_visits", "value": 475, "at": "unstated"}]},
    "assumptions": [{"set": "grid.total_h", "range": [24, 120], "why": "judgement"}],
    "resources": {"depots": {"d1": {"crews": 2, "petrol_5kw": 3}}},
    "hazards": [
        {
            "kind": "snowstorm",
            "onset": "2023-11-05T01:00",
            "duration_h": "18 h",
            "centre": "c1",
            "water_mm": 35,
            "depth_cm": 25,
        }
    ],
    "lists": {"chosen": "somewhere/key_sites.csv"},
}


@pytest.fixture
def run():
    return run_of(*STORY, **CHAPTERS)


@pytest.fixture(scope="module")
def files():
    with Parquet() as opened:
        yield opened


@pytest.fixture
def folder(run, tmp_path):
    return run.write(tmp_path / "run")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# ---------------------------------------------------------------- in the hand


def test_frames_are_tables_of_pandas(run):
    assert run.outages["duration_h"].tolist() == run.tables.outages["duration_h"].tolist()
    assert run.visits["job"].tolist() == ["generate-0001"]
    assert run.preparations["row"].tolist() == ["line"] * 3 + ["visit"]
    assert run.kpis.set_index("name")["value"]["stations_out_cumulative"] == 3
    assert run.kpis["name"].tolist() == list(KPIS)
    assert run.scorecard["id"].tolist()[:4] == ["O1", "O2", "O3", "O4"]
    assert run.outages["open_ended"].dtype == bool


def test_why_goes_back_to_the_first_cause():
    rows = [
        (1, "feeder.failed", "f1", "c1"),
        (1, "mains.lost", "s1", "f1", float("nan"), 0),
        (5, "site.down", "s1", "power", float("nan"), 1),
    ]
    assert [row.kind for row in run_of(*rows).why(2)] == ["site.down", "mains.lost", "feeder.failed"]


# ---------------------------------------------------------------- written and opened


def test_the_directory_holds_the_files_of_the_contract(folder):
    assert names(folder) == FILES


def test_an_opened_run_is_the_run(run, folder):
    again = open_run(folder)
    assert again.log_digest == run.log_digest
    assert again.kpi_values == pytest.approx(run.kpi_values, nan_ok=True, rel=0, abs=0)
    assert again.scorecard_data == run.scorecard_data
    assert (again.scenario, again.seed, again.policy, again.overrides) == (
        "little",
        7,
        "test",
        {"policy": "test"},
    )
    assert (again.scenario_hash, again.topology_hash) == ("hash-of-scenario", "hash-of-topology")
    assert again.lists == run.lists
    for name in ("outages", "visits", "preparations"):
        assert getattr(again, name).equals(getattr(run, name)), name


def test_an_opened_run_written_again_gives_the_same_files(folder, tmp_path):
    other = open_run(folder).write(tmp_path / "other")
    for name in FILES:
        if name.endswith(".json"):
            assert _told(other / name) == _told(folder / name), name


def _told(file):
    """What a file of JSON says, but for the digests of tables that hold the same in other bytes."""
    found = json.loads(file.read_text(encoding="utf-8"))
    if file.name == "run.json":
        found["digests"] = sorted(found["digests"])
    return found


def test_a_run_opens_anywhere_without_its_topology(folder, tmp_path, monkeypatch):
    moved = shutil.move(folder, tmp_path / "moved")
    monkeypatch.chdir(tmp_path)
    assert open_run("moved").log_digest == open_run(moved).log_digest


def test_run_json_tells_what_was_run(run, folder):
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert about.pop("files") == FILES
    digests = about.pop("digests")
    assert set(digests) == {name for name in FILES if "/" not in name} - {"run.json"}
    assert digests["kpis.json"] == hashlib.sha256((folder / "kpis.json").read_bytes()).hexdigest()
    assert about == {
        "scenario": "little",
        "scenario_hash": "hash-of-scenario",
        "topology_hash": "hash-of-topology",
        "seed": 7,
        "policy": "test",
        "overrides": {"policy": "test"},
        "version": "0.0",
        "start": "2023-11-05T00:00:00",
        "horizon_h": 48.0,
        "log_digest": run.log_digest,
        "rows": len(STORY),
        "wall_s": 1.5,
    }


def test_kpis_json_has_every_kpi_and_null_for_nan(folder):
    lines = json.loads((folder / "kpis.json").read_text(encoding="utf-8"))
    assert [line["name"] for line in lines] == list(KPIS)
    values = {line["name"]: line["value"] for line in lines}
    assert values["snow_depth_cm"] is None
    assert values["snow_water_mm"] == 35
    assert all(line["unit"] == KPIS[line["name"]].unit for line in lines)


def test_json_keeps_chinese_readable_and_knows_no_nan(folder):
    for name in FILES:
        if name.endswith(".json"):
            text = (folder / name).read_text(encoding="utf-8")
            json.loads(text, parse_constant=pytest.fail)
    assert "核心机房不中断" in (folder / "scorecard.json").read_text(encoding="utf-8")


def test_others_read_the_parquet_files(folder):
    query = f"SELECT kind, count(*) FROM '{folder}/log.parquet' WHERE value IS NULL GROUP BY kind"
    assert dict(duckdb.sql(query).fetchall())["site.down"] == 3
    query = f"SELECT item, count(*) FROM '{folder}/inventory.parquet' GROUP BY item"
    assert dict(duckdb.sql(query).fetchall()) == {
        "county": 2,
        "township": 2,
        "site": 5,
        "station": 6,
        "depot": 2,
        "crew": 3,
        "generator": 3,
        "loader": 1,
    }
    query = f"SELECT sum(duration_h) FROM '{folder}/outages.parquet' WHERE unit = 'station'"
    assert duckdb.sql(query).fetchall() == [(23.0,)]
    query = f"SELECT count(*) FROM '{folder}/preparations.parquet' WHERE done_h IS NULL"
    assert duckdb.sql(query).fetchall() == [(1,)]


def test_an_empty_run_is_written_and_opened(tmp_path):
    run = run_of((0, "run.begins", "little", "test"))
    again = open_run(run.write(tmp_path / "run"))
    assert len(again.log) == 1
    assert again.outages.empty
    assert again.scorecard_data == run.scorecard_data


# ---------------------------------------------------------------- whole or not at all


class BrokenError(Exception):
    pass


def test_figures_are_drawn_into_the_directory(run, tmp_path):
    def draw(given, place):
        (place / "figures").mkdir()
        (place / "figures" / "curve.png").write_bytes(given.scenario.encode())

    folder = run.write(tmp_path / "run", draw)
    assert (folder / "figures" / "curve.png").read_bytes() == b"little"


def test_a_failure_in_a_figure_leaves_nothing(run, tmp_path):
    def draw(given, place):
        assert (place / "log.parquet").is_file()
        raise BrokenError

    with pytest.raises(BrokenError):
        run.write(tmp_path / "below" / "run", draw)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_older_run_as_it_was(run, folder, tmp_path):
    before = {name: (folder / name).read_bytes() for name in names(folder)}

    def draw(given, place):
        raise BrokenError

    with pytest.raises(BrokenError):
        run.write(folder, draw)
    assert {name: (folder / name).read_bytes() for name in names(folder)} == before
    assert names(tmp_path) == ["run"]


def test_an_older_run_is_exchanged_whole(run, folder, tmp_path):
    (folder / "notes.txt").write_text("of the user's own")
    newer = run_of((0, "run.begins", "little", "test"))
    with pytest.raises(InputError, match=r"holds notes.txt, which no run wrote"):
        newer.write(folder)
    assert "notes.txt" in names(folder)
    newer.write(folder, force=True)
    assert names(folder) == FILES
    assert sorted(json.loads((folder / "run.json").read_text(encoding="utf-8"))["files"]) == FILES
    assert len(open_run(folder).log) == 1
    assert names(tmp_path) == ["run"]


def test_something_else_is_never_overwritten(run, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(InputError, match="is not a run directory"):
        run.write(tmp_path / "thesis")
    assert names(tmp_path / "thesis") == ["chapter.txt"]


# ---------------------------------------------------------------- damaged


def damage_json(folder, name, **changes):
    data = json.loads((folder / name).read_text(encoding="utf-8"))
    (folder / name).write_text(json.dumps({**data, **changes}), encoding="utf-8")


DAMAGE = {
    "no such directory": shutil.rmtree,
    "no run.json": lambda f: (f / "run.json").unlink(),
    "run.json is no JSON": lambda f: (f / "run.json").write_text('{"scenario": '),
    "run.json is a list": lambda f: (f / "run.json").write_text("[]"),
    "run.json is binary": lambda f: (f / "run.json").write_bytes(b"\xff\xfe\x00"),
    "no seed": lambda f: damage_json(f, "run.json", seed=None),
    "another digest": lambda f: damage_json(f, "run.json", log_digest="0" * 64),
    "another length": lambda f: damage_json(f, "run.json", rows=3),
    "no scenario": lambda f: (f / "scenario.json").unlink(),
    "a scenario of another kind": lambda f: damage_json(f, "scenario.json", horizon_h=-1),
    "a list of unknown sites": lambda f: damage_json(f, "scenario.json", lists={"chosen": ["s99"]}),
    "a list that is a file": lambda f: damage_json(f, "scenario.json", lists={"chosen": "s99"}),
    "no log": lambda f: (f / "log.parquet").unlink(),
    "a log that is no Parquet": lambda f: (f / "log.parquet").write_bytes(b"PAR1 and so on"),
    "a truncated log": lambda f: (f / "log.parquet").write_bytes((f / "log.parquet").read_bytes()[:-40]),
    "a log with other columns": lambda f: shutil.copy(f / "outages.parquet", f / "log.parquet"),
    "no inventory": lambda f: (f / "inventory.parquet").unlink(),
    "an inventory of other columns": lambda f: shutil.copy(f / "log.parquet", f / "inventory.parquet"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_directory_is_told_in_one_line(folder, name):
    DAMAGE[name](folder)
    (problem,) = refused(lambda: open_run(folder), named="hash digests rows log json parquet")
    assert str(problem).startswith(str(folder))
    assert len(str(problem).splitlines()) == 1
    assert "Error" not in str(problem)


def test_a_foreign_directory_is_told(tmp_path):
    with pytest.raises(InputError, match=r"is no run directory \(it has no run.json\)"):
        open_run(tmp_path)


def test_a_full_disk_is_told_in_one_line(tmp_path):
    """The tables are written by DuckDB, whose refusals are not Python's."""
    import signal
    import subprocess
    import sys

    def small() -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    command = [sys.executable, "-m", "sim", "run", "ten_sites", "--out", str(tmp_path / "r"), "--lang", "en"]
    process = subprocess.run(command, capture_output=True, text=True, preexec_fn=small, timeout=300, check=False)
    assert process.returncode == 2, process.stderr
    last = process.stderr.strip().splitlines()[-1]
    assert last == f"{tmp_path / 'r'}: cannot be written: file too large"
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- columns to Parquet and back

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
ROWS = st.lists(
    st.tuples(
        st.floats(0, 1e4),
        st.sampled_from(sorted(KINDS)),
        TEXTS,
        TEXTS,
        st.floats(allow_infinity=False),
        st.integers(-1, 5),
    ),
    max_size=20,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_a_log_comes_back_with_the_same_digest(files, tmp_path, rows):
    log = EventLog(list(KINDS))
    for row in rows:
        log.add(*row)
    write_log(files, tmp_path / "log.parquet", log.columns())
    again = EventLog.from_columns(read_log(files, tmp_path / "log.parquet"))
    assert again.digest() == log.digest()
    assert len(again) == len(rows)


def test_a_long_table_keeps_its_order(files, tmp_path):
    count = 400_000
    frame = {"number": np.arange(count), "name": np.array([f"n{i % 7}" for i in range(count)], dtype=object)}
    files.write(tmp_path / "long.parquet", frame)
    again = files.read(tmp_path / "long.parquet")
    assert np.array_equal(again["number"], frame["number"])
    assert np.array_equal(again["name"], frame["name"])


def test_a_long_inventory_keeps_the_order_of_its_sites(files, tmp_path):
    count = 300_000
    made = inventory()
    ids = np.array([f"s{i}" for i in np.random.default_rng(1).permutation(count)])
    made["site"] = {"id": ids, "users": np.arange(count) / 7, "stations": np.arange(count)}
    made["station"] = {"id": ids[::-1], "site": ids}
    write_inventory(files, tmp_path / "i.parquet", made)
    again = read_inventory(files, tmp_path / "i.parquet")
    assert np.array_equal(again["site"]["id"], ids)
    assert np.array_equal(again["station"]["id"], ids[::-1])
    assert np.array_equal(again["site"]["users"], made["site"]["users"])


def test_an_inventory_comes_back_as_it_was(files, tmp_path):
    made = inventory()
    made["site"]["users"] = np.array([1.5, np.nan, 3.0, 4.0, 5.0])
    write_inventory(files, tmp_path / "i.parquet", made)
    again = read_inventory(files, tmp_path / "i.parquet")
    for item, table in made.items():
        assert set(table) <= set(again[item]), item
        for name, column in table.items():
            np.testing.assert_array_equal(again[item][name], column, err_msg=f"{item}.{name}")
            assert again[item][name].dtype.kind == column.dtype.kind.replace("U", "O"), f"{item}.{name}"
    assert "operator" not in again["site"]


def test_an_empty_inventory_is_no_trouble(files, tmp_path):
    write_inventory(files, tmp_path / "i.parquet", Inventory())
    assert read_inventory(files, tmp_path / "i.parquet") == {}


def test_a_path_with_a_quote_is_a_path(tmp_path):
    odd = tmp_path / "it's a 'run'"
    odd.mkdir()
    assert open_run(run_of().write(odd / "通辽")).scenario == "little"
    assert len(log_of(*STORY)) == len(STORY)


def test_the_reference_names_every_file_and_column(folder):
    page = (Path(__file__).parent.parent / "docs" / "reference" / "run_directory.md").read_text(encoding="utf-8")
    for name in FILES:
        assert f"## {name}" in page
        if name.endswith(".parquet"):
            chapter = page.partition(f"## {name}")[2].partition("\n## ")[0]
            for column in duckdb.sql(f"SELECT * FROM '{folder}/{name}'").columns:
                assert f"`{column}`" in chapter, f"{name}: {column}"
    row = json.loads((folder / "scorecard.json").read_text(encoding="utf-8"))["rows"][0]
    for key in [*row, *json.loads((folder / "run.json").read_text(encoding="utf-8"))]:
        assert f"`{key}`" in page, key
