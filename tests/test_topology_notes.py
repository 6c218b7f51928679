"""Notes of guesses are English data, and told in Chinese where they are shown."""

import ast
import shutil
from pathlib import Path

import pytest
from chinese import CHINESE, english_in

from sim.language import speaking
from sim.topology.notes import note_told

ROOT = Path(__file__).resolve().parent.parent
ROOM, TOPOLOGIES = ROOT / "sim" / "topology", ROOT / "topologies"


def written(node):
    """A text with 7 in the place of every field."""
    if isinstance(node, ast.Constant):
        return node.value
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)


def notes():
    """Every note the room makes: by `gaps.note`, by `notes.append`, or in the list of an import."""
    for file in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                about = ast.unparse(node.func)
                if about.endswith((".note", "notes.append")) and not about.startswith("self."):
                    yield "7 of 9 sites: " * about.endswith(".note") + written(node.args[-1])
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "guesses" and file.stem == "imported":
                yield from (written(pair.elts[1]) for pair in node.value.elts)


@pytest.mark.parametrize("note", sorted(set(notes())))
def test_every_note_has_its_chinese(note):
    assert note_told(note) == note
    with speaking("zh"):
        told = note_told(note)
    assert CHINESE.search(told), note
    assert not english_in(f": {told}", "GCJ km x operators node mobile"), told


def test_somebodys_own_note_stays():
    with speaking("zh"):
        assert note_told("A survey of 2021.") == "A survey of 2021."


def test_a_network_is_the_same_in_both_languages(tmp_path, drill):
    """Notes are told in Chinese where they are shown, and stay English in the data."""
    shutil.copytree(TOPOLOGIES / "ten_sites", tmp_path / "ten_sites")
    sites = tmp_path / "ten_sites" / "sites.csv"
    sites.write_text(sites.read_text(encoding="utf-8").replace(",f_north,", ",,"), encoding="utf-8")
    file = tmp_path / "ten_sites.yaml"
    shutil.copy(TOPOLOGIES / "ten_sites.yaml", file)
    english = drill("topology", "show", file, "--json", "--lang", "en").out
    assert "feeder empty, the nearest taken" in english
    assert drill("topology", "show", file, "--json", "--lang", "zh").out == english
    assert "未填 feeder，取最近的" in drill("topology", "show", file, "--lang", "zh").out
