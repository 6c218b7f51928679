"""The comparison of policies: rows by seed, paired differences, and the table of the page."""

import importlib.util

import pytest
from scenario_files import ROOT


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("policies_tool", ROOT / "tools" / "policies.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(**lost):
    return [
        {"seed": seed, "policy": name, "station_outage_h": value, "bound": 5.0}
        for name, values in lost.items()
        for seed, value in enumerate(values, 1)
    ]


def test_differences_are_paired_by_seed(tool):
    """Two policies an hour apart on very different seeds: the interval is about the hour, not about the seeds."""
    lines = tool.paired(rows(base=[10.0, 100.0, 1000.0], better=[8.0, 99.0, 1000.0]), "base")
    assert lines[2].startswith("| `better` | 369 | -1 (-3 to +1) | 3 |")
    assert lines[3] == "| `base` | 370 |  | 1 |"
    assert lines[4].startswith("| lower bound | 5 |")


def test_the_rows_of_a_seed_hold_the_bound_and_the_plans_targets(tool):
    """Ten sites, two policies."""
    found = tool.figures((str(ROOT / "scenarios" / "ten_sites.yaml"), 1, ("nearest", "first_come")))
    assert [row["policy"] for row in found] == ["nearest", "first_come"]
    assert all(0 < row["bound"] <= row["station_outage_h"] for row in found)
    assert found[0]["O2 restored_share"] == 1.0


def test_the_table_of_a_page_is_renewed_and_nothing_else(tool, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{tool.BEGIN}\nold\n{tool.END}\nafter\n")
    tool.into_page(page, ["new"])
    assert page.read_text() == f"before\n{tool.BEGIN}\n\nnew\n\n{tool.END}\nafter\n"
