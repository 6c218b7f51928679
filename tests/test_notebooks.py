"""The notebooks run in a fresh kernel without errors or warnings, hold no outputs, and use what is public alone."""

import ast
import json
import subprocess
import sys

import pytest
from scenario_files import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
QUICK = {"01_first_drill"}
"""Played in the default suite; the others take longer."""
MAY_IMPORT = {"matplotlib", "numpy", "pandas", "sim"} | sys.stdlib_module_names
ROOMS = {"sim", "sim.ensemble", "sim.policies", "sim.vocabulary"}
"""Rooms of the package that the guides show to their readers."""
SECONDS = 300

by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells_of(path, kind):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == kind]


def code_of(path):
    return ["".join(cell["source"]) for cell in cells_of(path, "code")]


def test_there_are_four():
    names = [path.stem for path in NOTEBOOKS]
    assert names == ["01_first_drill", "02_post_mortem_tongliao", "03_compare_policies", "04_facility_faults"]


def slow(path):
    return () if path.stem in QUICK else (pytest.mark.slow,)


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem, marks=slow(path)) for path in NOTEBOOKS])
def test_a_notebook_runs(path, monkeypatch, tmp_path):
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("DRILLSIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=where).execute()
    outputs = [(cell.id, one) for cell in notebook.cells if cell.cell_type == "code" for one in cell.outputs]
    wrong = [(cell, one) for cell, one in outputs if one.output_type == "error" or one.get("name") == "stderr"]
    assert not wrong, wrong
    assert sum("image/png" in one.get("data", {}) for _, one in outputs) >= 2
    printed = "".join(one.text for _, one in outputs if one.get("name") == "stdout")
    assert "nan" not in printed.split()


@by_name
def test_a_notebook_holds_no_outputs(path):
    for cell in cells_of(path, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
        assert cell["metadata"] == {}


@by_name
def test_a_notebook_opens_with_any_python(path):
    about = json.loads(path.read_text(encoding="utf-8"))
    assert (about["nbformat"], about["nbformat_minor"]) == (4, 5)
    assert about["metadata"]["kernelspec"]["name"] == "python3"
    assert "".join(cells_of(path, "markdown")[0]["source"]).startswith("# ")


def private_names(code):
    """Names that begin with an underscore, in reading or importing, but for the bare underscore."""
    found = []
    for node in ast.walk(ast.parse(code)):
        names = [node.attr] if isinstance(node, ast.Attribute) else []
        if isinstance(node, ast.ImportFrom):
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
            names = [getattr(one, "value", "") for one in node.args[1:2]]
        found += [name for name in names if str(name).startswith("_")]
    return found


def imported(code):
    """Modules that a piece of code imports."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


@by_name
def test_a_notebook_uses_what_is_public(path):
    for code in code_of(path):
        assert private_names(code) == []
        for module in imported(code):
            assert module.split(".")[0] in MAY_IMPORT
            assert module in ROOMS or module.split(".")[0] != "sim"


@pytest.mark.parametrize(
    "code", ["run._frame", "from sim._x import y", "from sim.log import _z", "getattr(run, '_about')"]
)
def test_a_private_name_is_found(code):
    assert len(private_names(code)) == 1


def test_names_of_rooms_are_public():
    import importlib

    for path in NOTEBOOKS:
        for code in code_of(path):
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.ImportFrom) and node.module in ROOMS:
                    room = importlib.import_module(node.module)
                    assert all(hasattr(room, alias.name) for alias in node.names)


@pytest.mark.parametrize("rule", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_is_content(rule):
    pytest.importorskip("ruff")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *rule, "notebooks"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_guide_names_every_notebook():
    guide = (ROOT / "docs" / "guides" / "notebooks.md").read_text(encoding="utf-8")
    assert all(path.name in guide for path in NOTEBOOKS)
