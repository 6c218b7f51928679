"""The house rules on imports: downward only, outside packages on their own storeys, a light front door.

`STOREYS` and `OUTSIDE` are the rules; a new room or a new dependency is one word here. All imports count,
also those inside functions and under `TYPE_CHECKING`: a storey that knows another by name depends on it.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

# From top to bottom. A room (module or folder right below sim/) may import its own storey and those after it.
STOREYS = (
    (
        "cli",
        "cli_ensemble",
        "cli_alert",
        "cli_answers",
        "cli_forms",
        "cli_help",
        "cli_levers",
        "cli_look",
        "cli_replay",
        "cli_script",
        "cli_usage",
        "cli_topology",
        "console",
        "__main__",
    ),
    ("live", "page", "replay", "forms"),
    ("report",),
    ("incident", "ensemble", "contingency", "bound"),
    ("results",),
    ("scorecard", "script"),
    ("metrics",),
    ("run",),
    ("world", "controllers", "operations", "response", "stocktaking"),
    ("models",),
    ("disaster",),
    (
        "intake",
        "loading",
        "references",
        "operations_checks",
        "dead_letters",
        "inventory_rooms",
        "levers",
        "parameters",
        "played",
        "recorded",
        "scenario",
        "schema",
    ),
    ("hazards", "policies", "plan", "procedure", "resources", "settings", "exercise"),
    ("phrases",),
    ("topology", "inventory", "selection"),
    ("vocabulary", "wordlist"),
    (
        "language",
        "units",
        "streams",
        "log",
        "errors",
        "exact",
        "yamlfile",
        "textfile",
        "checking",
        "spec",
        "folders",
        "interrupts",
        "oldconsole",
        "pagefile",
        "reasons",
        "sheetfile",
        "xmlfile",
        "textwidth",
        "sheets",
    ),
)
FLOOR = {room: floor for floor, rooms in enumerate(STOREYS) for room in rooms}
EVERYWHERE = frozenset(FLOOR)


def from_upwards(room: str) -> frozenset[str]:
    """A room's storey and all above it."""
    return frozenset(other for other in FLOOR if FLOOR[other] <= FLOOR[room])


# Which rooms may import which outside package.
OUTSIDE = {
    "distributed": frozenset({"ensemble"}),
    "duckdb": from_upwards("results"),
    "jinja2": frozenset({"page", "replay"}),
    "markupsafe": frozenset({"page", "replay"}),
    "docx": frozenset({"forms"}),
    "matplotlib": frozenset({"page", "report"}),
    "openpyxl": frozenset({"sheetfile", "forms", "intake"}),
    "python_calamine": frozenset({"sheets"}),
    "networkx": frozenset({"models", "world", "topology"}),
    "numpy": EVERYWHERE,
    "pandas": from_upwards("results"),
    "pydantic": EVERYWHERE,
    "pydantic_core": EVERYWHERE,
    "pyvrp": frozenset({"models", "ensemble", "plans", "policies"}),
    "rich": frozenset({"cli", "report", "replay"}),
    "scipy": from_upwards("models") | {"policies"},
    "simpy": frozenset({"models", "world", "controllers", "operations", "response"}),
    "typer": frozenset(room for room in STOREYS[0] if room.startswith("cli")),
    "yaml": frozenset({"yamlfile"}),
}

# What the package shows at its front door, and what a quick command must not wait for.
FACE = {"draw", "ensemble", "load", "simulate", "open_run", "what_breaks"}
HEAVY = {"matplotlib", "scipy", "duckdb", "pandas"}

ROOT = Path(__file__).resolve().parent.parent
SIM = ROOT / "sim"


@dataclass(frozen=True)
class Import:
    """One import statement's target, as far as it can be known without running it."""

    importer: str
    target: str  # a dotted name: of a module of sim, or of an outside package
    where: str

    @property
    def room(self) -> str:
        return self.importer.split(".")[1]

    def __str__(self) -> str:
        return f"{self.where}: {self.importer} imports {self.target}"


def modules_of(package: Path) -> dict[str, Path]:
    """Dotted name to file, for a package and everything below it."""
    names = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def imports_of(package: Path) -> list[Import]:
    """Every import of every module below the package."""
    modules = modules_of(package)
    return [found for name, path in modules.items() for found in _imports_in(name, path, modules)]


def _imports_in(name: str, path: Path, modules: dict[str, Path]) -> Iterator[Import]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        for target in _targets(node, package, modules):
            yield Import(name, target, f"{path.parent.name}/{path.name}:{getattr(node, 'lineno', 0)}")


def _targets(node: ast.AST, package: str, modules: dict[str, Path]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*above, base] if base else above)
        # `from sim import log` names a module, `from sim.log import EventLog` a thing in one
        return [full if (full := f"{base}.{alias.name}") in modules else base for alias in node.names]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
            return [node.args[0].value]
    return []


def upward(imports: list[Import]) -> list[str]:
    """Imports of a higher storey; the face (`sim` itself) stands above all.

    Rooms without a storey are another test's business, here and in `outside`.
    """
    wrong = []
    for found in imports:
        if found.importer == "sim" or found.target.split(".")[0] != "sim":
            continue
        room = found.target.split(".")[1] if "." in found.target else None
        if room is None or (room in FLOOR and found.room in FLOOR and FLOOR[room] < FLOOR[found.room]):
            wrong.append(str(found))
    return wrong


def outside(imports: list[Import]) -> list[str]:
    """Outside packages that no rule names, or on a storey where the rule does not want them."""
    wrong = []
    for found in imports:
        package = found.target.split(".")[0]
        if package == "sim" or package in sys.stdlib_module_names:
            continue
        if package not in OUTSIDE:
            wrong.append(f"{found}, which OUTSIDE does not name")
        elif found.importer == "sim" or (found.room in FLOOR and found.room not in OUTSIDE[package]):
            wrong.append(f"{found}, allowed only in {', '.join(sorted(OUTSIDE[package]))}")
    return wrong


def cycle(imports: list[Import], modules: dict[str, Path]) -> list[str]:
    """The modules of one import cycle, first and last the same; empty where there is none.

    To import `sim.a.b` from outside `sim.a` is to run `sim/a/__init__.py` too. The face is left out: it
    imports nothing until asked.
    """
    graph: dict[str, set[str]] = {name: set() for name in modules if name != "sim"}
    for found in imports:
        parts = found.target.split(".")
        for size in range(2, len(parts) + 1):
            name = ".".join(parts[:size])
            inside = size < len(parts) and f"{found.importer}.".startswith(f"{name}.")
            if found.importer in graph and name in graph and not inside:
                graph[found.importer].add(name)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


# ---------------------------------------------------------------- the house as it stands


@pytest.fixture(scope="module")
def imports() -> list[Import]:
    return imports_of(SIM)


def test_the_scan_sees_the_house(imports):
    """Everything below would hold of an empty list too."""
    assert {"sim", "sim.cli", "sim.scenario", "sim.log"} <= modules_of(SIM).keys()
    assert any(found.target == "simpy" for found in imports)
    assert any(found.target.startswith("sim.") for found in imports)


def test_every_room_has_a_storey():
    rooms = {name.split(".")[1] for name in modules_of(SIM) if name != "sim"}
    homeless = sorted(rooms - FLOOR.keys())
    assert not homeless, f"not in STOREYS: {', '.join(homeless)}"


def test_imports_go_downward_only(imports):
    wrong = upward(imports)
    assert not wrong, "\n".join(wrong)


def test_outside_packages_keep_to_their_storeys(imports):
    wrong = outside(imports)
    assert not wrong, "\n".join(wrong)


def test_no_import_cycle(imports):
    ring = cycle(imports, modules_of(SIM))
    assert not ring, " → ".join(ring)


# ---------------------------------------------------------------- the front door


def modules_loaded_by(code: str, *argv: str) -> set[str]:
    """The modules that a piece of code adds to a bare interpreter; fails when the code does."""
    frame = (
        "import json, sys\nbefore = set(sys.modules)\n"
        + code
        + "\nprint('\\n' + json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", frame, *argv],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def modules_loaded_by_drill(*argv: str) -> set[str]:
    """The same for a command, which must end with exit code 0."""
    code = """
from sim.cli import main
try:
    code = main()
except SystemExit as stop:
    code = stop.code
if code not in (None, 0):
    raise SystemExit(f"drill ended with {code!r}")
"""
    return modules_loaded_by(code, *argv)


def test_import_sim_loads_the_standard_library_alone():
    loaded = {name.split(".")[0] for name in modules_loaded_by("import sim")} - sys.stdlib_module_names
    assert sorted(loaded) == ["sim"]


def test_import_sim_loads_no_room():
    rooms = {name.split(".")[1] for name in modules_loaded_by("import sim") if name.startswith("sim.")}
    assert sorted(rooms) == []


@pytest.mark.parametrize("argv", [["--help"], ["check", "scenarios/ten_sites.yaml"]], ids=" ".join)
def test_quick_commands_load_nothing_heavy(argv):
    loaded = modules_loaded_by_drill(*argv)
    assert "sim.cli" in loaded
    assert sorted(HEAVY & loaded) == []


def test_the_face_shows_only_the_intended_names():
    import sim

    assert set(sim.__all__) == FACE
    assert {name for name in FACE if not callable(getattr(sim, name))} == set()
    with pytest.raises(AttributeError, match="no_such_name"):
        sim.no_such_name  # noqa: B018


def test_the_face_defines_no_other_public_name():
    defined = set()
    for statement in ast.parse((SIM / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.add(statement.name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
            defined |= {name.id for name in names if isinstance(name.ctx, ast.Store)}
    assert {name for name in defined if not name.startswith("_")} <= FACE


# ---------------------------------------------------------------- the rules, on houses built to break them


@pytest.fixture
def build(tmp_path):
    """Write a small package `sim` from file names and their text."""

    def write(files: dict[str, str]) -> Path:
        for name, text in {"__init__.py": "", **files}.items():
            path = tmp_path / "sim" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "sim"

    return write


@pytest.mark.parametrize(
    "statement",
    [
        "import sim.scenario",
        "from sim.scenario import Scenario",
        "from sim import scenario",
        "from .scenario import Scenario",
        "from . import scenario",
        "from sim import load",
        "import sim",
        "def later():\n    from sim.scenario import Scenario",
        "if TYPE_CHECKING:\n    from sim.scenario import Scenario",
        "importlib.import_module('sim.scenario')",
    ],
)
def test_an_upward_import_is_found(build, statement):
    package = build({"scenario.py": "", "policies.py": statement})
    assert len(upward(imports_of(package))) == 1


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("hazards/snow.py", "from ..scenario import Scenario"),
        ("hazards/__init__.py", "from ..scenario import Scenario"),
        ("hazards/deep/snow.py", "from ...scenario import Scenario"),
    ],
)
def test_an_upward_import_is_found_from_a_folder(build, name, statement):
    package = build({"scenario.py": "", name: statement})
    assert len(upward(imports_of(package))) == 1


def test_sideways_and_downward_imports_are_fine(build):
    package = build(
        {
            "plan.py": "from sim.policies import POLICIES\nfrom sim import log",
            "policies.py": "import sim.vocabulary",
            "vocabulary.py": "",
            "log.py": "",
            "hazards/__init__.py": "from .snow import Snow",
            "hazards/snow.py": "from . import wind",
            "hazards/wind.py": "",
        }
    )
    assert upward(imports_of(package)) == []
    assert cycle(imports_of(package), modules_of(package)) == []


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("metrics.py", "import pandas as pd"),
        ("scorecard.py", "import duckdb"),
        ("results.py", "from matplotlib import pyplot"),
        ("scenario.py", "import yaml"),
        ("topology/roads.py", "from scipy.sparse import csgraph"),
        ("hazards/snow.py", "def draw():\n    import simpy"),
        ("results.py", "from rich.table import Table"),
        ("report/page.py", "import typer"),
        ("plan.py", "import networkx"),
        ("units.py", "import never_heard_of"),
        ("__init__.py", "import numpy"),
    ],
)
def test_a_misplaced_outside_package_is_found(build, name, statement):
    package = build({name: statement})
    assert len(outside(imports_of(package))) == 1


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("cli.py", "import typer, rich.console"),
        ("report/page.py", "import matplotlib.pyplot, duckdb, pandas, rich"),
        ("ensemble/pool.py", "import duckdb, scipy.stats, numpy"),
        ("models/roads.py", "import networkx, simpy, scipy.sparse"),
        ("yamlfile.py", "import yaml, re, pathlib"),
    ],
)
def test_an_outside_package_in_its_place_is_fine(build, name, statement):
    package = build({name: statement})
    assert outside(imports_of(package)) == []


@pytest.mark.parametrize(
    "files",
    [
        {"plan.py": "import sim.policies", "policies.py": "import sim.plan"},
        {"plan.py": "import sim.policies", "policies.py": "def f():\n    import sim.plan"},
        {
            "models/a.py": "from .b import B",
            "models/b.py": "from sim.models import c",
            "models/c.py": "from sim.models.a import A",
        },
        {"models/__init__.py": "from .a import A", "models/a.py": "from sim.models import A"},
        {
            "hazards/__init__.py": "import sim.plan",
            "hazards/snow.py": "",
            "plan.py": "from sim.hazards.snow import Snow",
        },
    ],
    ids=[
        "two modules",
        "in a function",
        "three in a folder",
        "a folder's front door",
        "a folder's side door",
    ],
)
def test_a_cycle_is_found(build, files):
    package = build(files)
    assert cycle(imports_of(package), modules_of(package)) != []
