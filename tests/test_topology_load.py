"""Topology files: which kinds there are, what is refused, and that a cached copy is never a stale one."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from chinese import refused

from sim.topology import cache as cache_module
from sim.topology import load_topology, summarise, topology_schema
from sim.topology.knobs import Equipment, GridKnobs, RoadKnobs, Settlements, SiteKnobs, Transport, UserKnobs

TOPOLOGIES = Path(__file__).parent.parent / "topologies"
SHIPPED = sorted(path.name for path in TOPOLOGIES.glob("*.yaml"))


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A copy of a generated topology's file."""
    return Path(shutil.copy(TOPOLOGIES / "xilingol.yaml", tmp_path / "spec.yaml"))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def swap(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def problem(path: Path) -> str:
    (found,) = refused(lambda: load_topology(path, cache=None))
    return str(found).replace(f"{path.parent}/", "")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_topology_loads_and_has_figures(name):
    figures = summarise(load_topology(TOPOLOGIES / name, cache=None))
    assert figures["sites"] >= (1 if figures["machine_rooms"] else 10)
    assert sum(row["sites"] for row in figures["counties"]) == figures["sites"]
    assert sum(row["stations"] for row in figures["counties"]) == figures["stations"]
    assert sum(figures["classes"].values()) == sum(figures["roles"].values()) == figures["sites"]
    json.dumps(figures)  # plain numbers and text only


def test_the_shipped_topologies_are_those_of_the_reference_page():
    assert SHIPPED == [
        "hohhot_exchange.yaml", "plain_4000.yaml", "taiyuan_exchange.yaml", "ten_sites.yaml", "ten_sites_rooms.yaml",
        "tongliao.yaml", "xilingol.yaml",
    ]  # fmt: skip


# What is refused


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("format: 1", "format: 2", "format must be 1 (got 2); the file is for a newer version"),
        ("format: 1", "format: one", "format must be 1 (got 'one'); see docs/reference/topology_files.md"),
        ("format: 1", "format: true", "format must be 1 (got true)"),
        ("format: 1\n", "", "format is missing; a topology file begins with `format: 1`"),
        ("kind: generated", "kind: drawn", "kind must be one of generated, files, plain, facility (got 'drawn')"),
        ("kind: generated\n", "", "kind is missing"),
        ("crs: WGS-84", "crs: GCJ-02", "crs must be one of WGS-84 (got 'GCJ-02')"),
        ("total: 1500", "total: 12", "sites must have a total of at least 10 a county, 120"),
        ("feeders: 270", "feeders: 2", "grid must have feeders from 2 a county to 1 a site, 24 to 1500"),
        ("feeders: 270", "feeder: 270", "grid.feeder unknown key (did you mean 'feeders'?)"),
        (
            "prefecture_seat: xilinhot",
            "prefecture_seat: hohhot",
            "prefecture_seat must name counties of this file",
        ),
        ("[[xilinhot, plain_blue]]", "[[xilinhot, nowhere]]", "roads must name counties of this file"),
        ("urban_share: 0.980", "urban_share: 9.8", "counties[0].urban_share must be a share from 0 to 1"),
        ("{id: xilinhot", "{id: erenhot", "counties must have different ids (got twice: erenhot)"),
        (
            "rural_area_weight: 0.6",
            "tenants_rural: [1, 1, 1]",
            "sites tenants_rural must add up to 1 (got 3)",
        ),
    ],
)
def test_a_wrong_description_is_told(spec, old, new, told):
    swap(spec, old, new)
    lines = [str(one).split(": ", 1) for one in refused(lambda: load_topology(spec, cache=None))]
    assert any(message.startswith(told) for _, message in lines), lines
    assert all(place.removeprefix(f"{spec}:").isdigit() for place, _ in lines)


def test_a_missing_file_is_an_input_error(tmp_path):
    assert problem(tmp_path / "none.yaml") == "none.yaml: does not exist"


def test_a_list_is_no_topology(tmp_path):
    (tmp_path / "t.yaml").write_text("- 1\n", encoding="utf-8")
    assert problem(tmp_path / "t.yaml") == "t.yaml:1: must be a table of keys (got a list of 1)"


def test_the_schema_tells_all_three_kinds_with_units_and_sources():
    schema = topology_schema()
    kinds = {name: schema["$defs"][name]["properties"]["kind"]["const"] for name in ("Generated", "Files", "Plain")}
    assert set(kinds.values()) == {"generated", "files", "plain"}
    for name in ("SiteKnobs", "Equipment", "GridKnobs", "Transport", "RoadKnobs", "UserKnobs", "Settlements"):
        for knob, described in schema["$defs"][name]["properties"].items():
            assert "description" in described, f"{name}.{knob}"


def test_the_reference_page_tells_every_knob_with_its_default():
    page = (TOPOLOGIES.parent / "docs" / "reference" / "topology_files.md").read_text(encoding="utf-8")
    for chapter in (SiteKnobs, Equipment, GridKnobs, Transport, RoadKnobs, UserKnobs, Settlements):
        for name, knob in chapter.model_fields.items():
            default = f"{knob.default:g}" if isinstance(knob.default, float) else ".*"
            assert re.search(rf"\| `{name}` \| {default} \| {re.escape(str(knob.description))} \|", page), name


# The cache


def test_a_second_load_makes_nothing_and_is_quick(spec, store, monkeypatch):
    first = load_topology(spec, cache=store)
    monkeypatch.setattr("sim.topology.generate.generate", None)  # would fail if it were called
    begun = time.perf_counter()
    again = load_topology(spec, cache=store)
    assert time.perf_counter() - begun < 0.5
    assert again.digest == first.digest
    assert (again.name, again.origin) == (first.name, first.origin)
    with pytest.raises(ValueError, match="read-only"):
        again.sites.lon[0] = 0.0


def test_a_changed_description_gives_another_network(spec, store):
    first = load_topology(spec, cache=store)
    swap(spec, "seed: 1", "seed: 2")
    second = load_topology(spec, cache=store)
    assert second.digest != first.digest
    assert second.digest == load_topology(spec, cache=None).digest


def test_a_changed_table_gives_another_network(tmp_path, store):
    shutil.copytree(TOPOLOGIES / "ten_sites", tmp_path / "ten_sites")
    path = Path(shutil.copy(TOPOLOGIES / "ten_sites.yaml", tmp_path))
    load_topology(path, cache=store)
    sites = tmp_path / "ten_sites" / "sites.csv"
    stamp = sites.stat()
    swap(sites, "8000,3000", "8000,3100")
    os.utime(sites, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # neither size nor time tells
    assert load_topology(path, cache=store).sites.battery_ah[0] == 3100.0


def test_a_changed_program_makes_the_network_anew(spec, store, monkeypatch):
    load_topology(spec, cache=store)
    monkeypatch.setattr(cache_module, "program_hash", lambda: "another program")
    monkeypatch.setattr("sim.topology.generate.generate", None)
    with pytest.raises(TypeError):
        load_topology(spec, cache=store)


def test_the_program_hash_covers_the_source_of_the_generator():
    names = {path.name for path in cache_module.program_files()}
    assert {"roads.py", "knobs.py", "tables.py", "streams.py", "units.py", "yamlfile.py"} <= names


@pytest.mark.parametrize("spoil", ["cut", "empty", "noise"])
def test_a_spoilt_copy_is_ignored_and_replaced(spec, store, spoil):
    right = load_topology(spec, cache=store).digest
    (copy,) = store.glob("*.npz")
    raw = copy.read_bytes()
    copy.write_bytes({"cut": raw[: len(raw) // 2], "empty": b"", "noise": b"\x00" * 1000}[spoil])
    assert load_topology(spec, cache=store).digest == right
    assert copy.read_bytes() != b""
    assert len(copy.read_bytes()) == len(raw)


def test_a_copy_with_other_contents_is_ignored(spec, store):
    right = load_topology(spec, cache=store).digest
    (copy,) = store.glob("*.npz")
    with np.load(copy) as stored:
        arrays = dict(stored)
    arrays["sites.battery_ah"] = arrays["sites.battery_ah"] + 100.0
    with copy.open("wb") as stream:
        np.savez(stream, **arrays)
    assert load_topology(spec, cache=store).digest == right


def test_a_cache_that_cannot_be_written_does_no_harm(spec, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert load_topology(spec, cache=tmp_path / "file").digest == load_topology(spec, cache=None).digest


def test_nothing_is_left_beside_the_copy(spec, store):
    load_topology(spec, cache=store)
    assert [path.suffix for path in store.iterdir()] == [".npz"]


def test_old_copies_are_dropped(spec, store, monkeypatch):
    monkeypatch.setattr(cache_module, "_KEPT", 2)
    for seed in (2, 3, 4):
        swap(spec, f"seed: {seed - 1}", f"seed: {seed}")
        load_topology(spec, cache=store)
    assert len(list(store.glob("*.npz"))) == 2


def test_the_cache_is_where_the_user_wants_it(spec, tmp_path, monkeypatch):
    monkeypatch.setenv("DRILLSIM_CACHE", str(tmp_path / "mine"))
    load_topology(spec)
    assert len(list((tmp_path / "mine").glob("*.npz"))) == 1
    monkeypatch.delenv("DRILLSIM_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr(cache_module.sys, "platform", "linux")
    assert cache_module.cache_folder() == tmp_path / "xdg" / "drillsim"


def test_a_user_without_a_home_has_no_cache(spec, monkeypatch):
    def homeless() -> Path:
        raise RuntimeError("no home")

    for name in ("DRILLSIM_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert cache_module.cache_folder() is None
    assert load_topology(spec).name == "xilingol"
