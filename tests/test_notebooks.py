"""The notebooks run in a fresh kernel without errors or warnings, hold no outputs, and use what is public alone.

What they say is held to the run: no figure is written into their text, and sentences are read against their tables.
"""

import ast
import importlib
import json
import re
import subprocess
import sys

import pytest
from scenario_files import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
QUICK = {"01_first_drill"}
"""Played in the default suite; the others take longer."""
MAY_IMPORT = {"matplotlib", "numpy", "pandas", "sim"} | sys.stdlib_module_names
ROOMS = {"sim", "sim.ensemble", "sim.ensemble.answers", "sim.ensemble.levers", "sim.policies", "sim.vocabulary"}
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
    told = [(cell, text_of(one)) for cell, one in outputs]
    assert not [(cell, text) for cell, text in told if undefined(text)]
    SENTENCES[path.stem](" ".join("\n".join(text for _, text in told).split()))


def text_of(output):
    """What an output says: printed text, or a table as text."""
    return output.text if output.output_type == "stream" else output.get("data", {}).get("text/plain", "")


def undefined(text):
    """Whether a figure in it is none."""
    return re.search(r"(?<![\w])[-+−]?(nan|NaN|NaT|inf|None|<NA>)(?![\w])", text) is not None


@pytest.mark.parametrize(
    "text", ["saved nan h", "nan, 3", "(nan to nan)", "a  NaN\nb  1", "+nan %", "−inf", "NaT", "None"]
)
def test_an_undefined_figure_is_found(text):
    assert undefined(text)


@pytest.mark.parametrize("text", ["Nanning", "finance", "information", "nobody came: none", "naiman_f028"])
def test_a_word_is_no_undefined_figure(text):
    assert not undefined(text)


def found(pattern, text):
    """The numbers of a sentence that must be there."""
    match = re.search(pattern, text)
    assert match, f"{pattern} is not in {text}"
    return [float(one.replace(",", "").replace("−", "-")) for one in match.groups()]


NUMBER = r"([+−-]?[\d,]+(?:\.\d+)?)"


def first_drill(text):
    """Of the first notebook: sites, crews and generators; the longest drive; what other means change."""
    assert found(f"{NUMBER} sites, {NUMBER} crews, {NUMBER} portable generators and {NUMBER} fixed", text) == [
        10,
        2,
        3,
        2,
    ]
    hours, km, kmh = found(rf"took {NUMBER} h for {NUMBER} km of road \w+: in the snow it made {NUMBER} km/h", text)
    assert abs(hours - km / kmh) < 0.06
    (as_written,) = found(rf"as written 原案 {NUMBER} ", text)
    (one,) = found(rf"one crew 少一队 {NUMBER} ", text)
    (more,) = found(rf"one crew 少一队: {NUMBER} station-hours more", text)
    assert abs(more - (one - as_written)) < 0.06


def post_mortem(text):
    """Of the post-mortem: crews at rest, cables, calls, levers and the last lines agree with what stands above them."""
    crews = found(f"{NUMBER} crews with their vehicles", text)
    resting, of, jobs = found(rf"{NUMBER} of {NUMBER} crews rest while {NUMBER} jobs wait", text)
    assert [of] == crews
    assert resting <= of
    assert jobs > of
    slept, of, riding = found(rf"{NUMBER} of {NUMBER} crews slept with {NUMBER} sets on their vehicles", text)
    assert (slept, of) == (resting, *crews)
    assert [riding] == found(rf"{NUMBER} of them with a crew at rest", text)
    late, never = found(rf"late {NUMBER} .*?never {NUMBER} ", text[text.index("job given to a crew") :])
    assert found(rf"{NUMBER} calls for a generator were answered late or never", text) == [late + never]
    cables, given, done = found(rf"{NUMBER} cables to splice, {NUMBER} given to a crew, {NUMBER} done", text)
    assert cables >= given >= done
    assert round(sum(found(rf"Crews ended {NUMBER}% of the outages, mains that came back {NUMBER}%", text))) in (
        99,
        100,
        101,
    )
    clear = re.search(r"clearly so in \d+ storms: (.+?)\.(?: |$)", text)[1]
    for lever in ("Twice the crews and petrol generators", "Some carriers off at night", "Lines back 12 h sooner"):
        says = re.search(rf"{lever}: (helps|harms|cannot be told from nothing)(.*?pairs\))", text)
        low, high = found(rf"95 %: {NUMBER} to {NUMBER},", says[2])
        assert (says[1] == "helps") == (low > 0) == (lever.lower() in clear)
        assert (says[1] == "harms") == (high < 0)


def policies(text):
    """Of the comparison: what is said to be better follows from its interval."""
    says = re.findall(
        rf"(\w+) loses {NUMBER} % \(95 %: {NUMBER} to {NUMBER} %, \d+ pairs\)[^;]*?against (\w+); (.+?)\. ", text
    )
    assert len(says) == 3
    for variant, *numbers, against, verdict in says:
        mean, low, high = (float(one.replace("−", "-")) for one in numbers)
        assert low <= mean <= high
        better = variant if high < 0 else against if low > 0 else "which"
        assert verdict.startswith(better), (variant, numbers, verdict)


def machine_room(text):
    """Of the machine room: the target that is held least is the one named."""
    held = {one: float(share) for one, share in re.findall(r"(O\d) .*?: held in (\d+)% of 100 drills", text)}
    assert len(held) == 5
    name, share = re.search(r"(O\d) is held least: \w+ in the run above, missed in (\d+)%", text).groups()
    assert held[name] == min(held.values()) == 100 - float(share)


SENTENCES = {
    "01_first_drill": first_drill,
    "02_post_mortem_tongliao": post_mortem,
    "03_compare_policies": policies,
    "04_facility_faults": machine_room,
}
"""What is held to what in the outputs of each."""


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


def defined_elsewhere(room, name):
    """Whether a room only imports a name for its own use."""
    declared = getattr(room, "__all__", None)
    if declared is not None:
        return name not in declared
    return getattr(getattr(room, name, None), "__module__", room.__name__) != room.__name__


def names_taken():
    """Rooms and the names that notebooks take from them: imported, or as `sim.name`."""
    for path in NOTEBOOKS:
        for code in code_of(path):
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.ImportFrom) and node.module in ROOMS:
                    yield from ((node.module, alias.name) for alias in node.names)
                elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "sim":
                    yield "sim", node.attr


def test_names_of_rooms_are_public():
    taken = set(names_taken())
    assert len(taken) > 8
    assert {one for one in taken if not hasattr(importlib.import_module(one[0]), one[1])} == set()
    assert {one for one in taken if defined_elsewhere(importlib.import_module(one[0]), one[1])} == set()


def test_a_name_that_a_room_only_uses_is_found():
    assert defined_elsewhere(importlib.import_module("sim.ensemble.levers"), "input_error")


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
