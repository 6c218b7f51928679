"""Office machines: a GBK console, paths with Chinese and spaces, the rules of Windows, no network."""

import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path, PureWindowsPath

import pytest

import sim.oldconsole
from sim.oldconsole import HANDLER

ROOT = Path(__file__).resolve().parent.parent
_spec = importlib.util.spec_from_file_location("offline", ROOT / "tools" / "offline.py")
offline = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(offline)

FOLDER = "推演 结果"
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
WITHOUT = """
import sys, os
class Missing:
    names = {"fcntl", "termios", "tty", "pty", "pwd", "grp", "resource"}
    def find_spec(self, name, path=None, target=None):
        if name in self.names:
            raise ImportError(name)
gone = [sys.modules.pop(name, None) for name in Missing.names]
sys.meta_path.insert(0, Missing())
def refused(*_, **__):
    raise OSError("not on this system")
for name in ("fork", "forkpty", "symlink", "link", "mkfifo", "chown", "getuid", "geteuid", "killpg", "setsid"):
    if hasattr(os, name):
        delattr(os, name)
"""
"""What makes a system without fork, links and the rest of POSIX of this one."""


def command(*words, encoding="utf-8", before="", cwd=None, lang="en"):
    """A command in a process of its own; its output decoded."""
    code = f"{before}\nimport sys\nfrom sim.cli import main\nif __name__ == '__main__':\n    sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "--lang", lang, *map(str, words)],
        capture_output=True,
        cwd=cwd,
        env={**_environment(), "PYTHONIOENCODING": encoding},
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding)


def _environment():
    import os

    return {key: value for key, value in os.environ.items() if key != "PYTHONUTF8"} | {"PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["check", "tongliao_blizzard"],
        ["check", "--contingency", "1", "hohhot_exchange"],
        ["topology", "show", "ten_sites"],
        ["injects", "ten_sites"],
        ["--help"],
        ["check", "没有这样的文件.yaml"],
    ],
    ids=" ".join,
)
def test_a_gbk_console_shows_every_character(words, lang):
    code, out, err = command(*words, encoding="gbk", lang=lang)
    assert code == (2 if "没有" in words[-1] else 0), err
    assert re.findall(r"\\[ux][0-9a-f]{2,}", out + err) == []


def test_a_run_and_its_pages_on_a_gbk_console_in_a_folder_with_chinese_and_spaces(tmp_path):
    run = tmp_path / FOLDER / "十站 一"
    code, out, err = command("run", "ten_sites", "--out", run, encoding="gbk", lang="zh")
    assert (code, re.findall(r"\\[ux][0-9a-f]{2,}", out + err)) == (0, [])
    assert command("report", run, encoding="gbk", lang="zh")[0] == 0
    assert command("replay", run, "--html", run.parent / "回放 页.html", encoding="gbk", lang="zh")[0] == 0
    assert command("topology", "generate", "ten_sites", "--out", run.parent / "网络 表", encoding="gbk")[0] == 0
    assert command("check", run.parent / "网络 表" / "topology.yaml", encoding="gbk")[0] == 0
    assert faults_of_names(tmp_path / FOLDER) == []


def test_an_ensemble_in_such_a_folder_leaves_only_names_that_windows_allows(tmp_path):
    patch = tmp_path / "多 两 队.yaml"
    patch.write_text("format: 1\nname: 多两队\nset:\n  resources.depots.ten.crews: 3\n", encoding="utf-8")
    many = tmp_path / FOLDER / "多次 推演"
    code, _, err = command("ensemble", "ten_sites", "-n", 3, "--variant", patch, "--out", many, encoding="gbk")
    assert code == 0, err
    assert faults_of_names(tmp_path / FOLDER) == []


def faults_of_names(folder):
    """Names below a folder that Windows refuses or changes."""
    return [path.name for path in folder.rglob("*") if not allowed(path.name)]


def allowed(name):
    """Source: Microsoft, Naming Files, Paths, and Namespaces."""
    bad = re.search(r'[<>:"/\\|?*\x00-\x1f]', name) or name[-1] in ". " or len(name) > 120
    return not bad and name.split(".")[0].casefold() not in RESERVED


@pytest.mark.parametrize("name", ["a:b", "con", "NUL.txt", "x.", "y ", "a?b", "a" * 200])
def test_the_rule_for_names_refuses_what_windows_does(name):
    assert not allowed(name)


def test_names_in_the_project_are_allowed_on_windows():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("no git here")
    files = listed.stdout.decode().split("\0")[:-1]
    assert [name for name in files if not all(allowed(part) for part in PureWindowsPath(name).parts)] == []
    folded = [name.casefold() for name in files]
    assert len(set(folded)) == len(folded), "two names differ by case only"


def test_a_run_without_fork_links_and_posix_modules_is_the_same(tmp_path):
    digests = []
    for before, folder in (("", tmp_path / "with"), (WITHOUT, tmp_path / "without")):
        code, _, err = command("run", "ten_sites", "--out", folder, before=before)
        assert code == 0, err
        digests.append(json.loads((folder / "run.json").read_text(encoding="utf-8"))["log_digest"])
    assert digests[0] == digests[1]


def test_workers_and_pages_without_fork_links_and_posix_modules(tmp_path):
    many = tmp_path / "many"
    words = ["ensemble", "ten_sites", "-n", 4, "--workers", 2, "--out", many]
    code, _, err = command(*words, before=WITHOUT)
    assert code == 0, err
    assert command("report", many, before=WITHOUT)[0] == 0
    summary = json.loads((many / "summary.json").read_text(encoding="utf-8"))
    assert summary["seeds"] == 4


def test_text_files_are_opened_in_utf8_whatever_the_system_prefers(tmp_path):
    """Python warns of every file opened in the encoding of the system."""
    before = "import warnings\nwarnings.filterwarnings('error', category=EncodingWarning, module=r'sim\\.')"
    code = f"{before}\nfrom sim.cli import main\nraise SystemExit(main())"
    for words in (["run", "ten_sites", "--out", tmp_path / "run"], ["report", tmp_path / "run"], ["list"]):
        done = subprocess.run(
            [sys.executable, "-X", "warn_default_encoding", "-c", code, *map(str, words)],
            capture_output=True,
            env=_environment(),
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()


# Characters that a console lacks


@pytest.mark.parametrize(
    ("text", "encoding", "seen"),
    [
        ("✓ 36 ≥ 35 − 1", "gbk", "√ 36 ≥ 35 - 1"),
        ("✗ ≤ 2 °C …", "ascii", "x <= 2  deg C ..."),
        ("通辽", "ascii", "\\u901a\\u8fbd"),
        ("通辽", "gbk", "通辽"),
    ],
)
def test_what_a_console_lacks_has_a_plainer_look(text, encoding, seen):
    sim.oldconsole.be_lenient()
    assert text.encode(encoding, errors=HANDLER).decode(encoding) == seen


# The archive of wheels


def test_packages_of_the_archive_are_those_drillsim_stands_on():
    linux = set(offline.needed([], ["office"], offline.environment("manylinux_2_28_x86_64", "3.11")))
    windows = set(offline.needed([], ["office"], offline.environment("win_amd64", "3.11")))
    assert {"simpy", "numpy", "python-calamine", "openpyxl", "python-docx", "lxml", "typer"} <= linux
    assert not {"pytest", "mypy", "distributed", "mkdocs-material"} & linux
    assert {"colorama"} <= windows - linux
    assert "distributed" in set(offline.needed([], ["cluster"], {}))


def test_every_package_of_the_archive_is_pinned_with_its_digest():
    locked = offline.pins(offline.LOCK.read_text(encoding="utf-8"))
    for machine in ({}, offline.environment("win_amd64", "3.13")):
        for name in offline.needed([], offline.EXTRAS, machine):
            assert name in locked, name
            assert "--hash=sha256:" in locked[name], name


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--python", "3.99"], "--python 3.99 needs --platform"),
        (["--python", "3.9", "--platform", "win_amd64"], "--python must be 3.11 or newer"),
        (["--python", "three"], "--python must be 3.11 or newer"),
    ],
)
def test_an_archive_of_another_python_than_it_says_is_not_packed(words, told, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(offline, "collect", lambda *_: None)
    with pytest.raises(SystemExit) as caught:
        offline.main(["--out", str(tmp_path), *words])
    assert caught.value.code == 2
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_archive_says_its_python_and_its_installer_refuses_another(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(offline, "collect", lambda *given: asked.append(given[1:]))
    assert offline.main(["--out", str(tmp_path), "--platform", "win_amd64", "--python", "3.99"]) == 0
    assert [given[1:] for given in asked] == [("win_amd64", "3.99")]
    (archive,) = tmp_path.iterdir()
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    top = tmp_path / archive.stem
    note = (top / "README.txt").read_text(encoding="utf-8-sig")
    assert "Needs exactly Python 3.99" in note
    assert "必须使用 Python 3.99" in note
    assert "py -3.99" in (top / "install.bat").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, top / "install.py", tmp_path / "new"], capture_output=True, text=True, check=False
    )
    running = sys.version.split()[0]
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"install: this archive is for Python 3.99 exactly, this is {running}\n"
    assert not (tmp_path / "new").exists()


def test_the_installer_refuses_a_folder_with_something_in_it(tmp_path):
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "offline_install.py", tmp_path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "holds something else" in done.stderr) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
