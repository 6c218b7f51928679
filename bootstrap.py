#!/usr/bin/env python3
"""Run a command in the project's own environment, and set that environment up first if need be.

Needs Python 3.11 or newer and its standard library, nothing else. The environment lies in `.venv` beside this
file and holds what `requirements.lock` names, and the project itself as an editable install.
"""

import sys

# Above everything that an older Python cannot run; the rest of the file only has to be readable to it.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.stderr.write("bootstrap: needs Python 3.11 or newer, this is %s\n" % sys.version.split()[0])  # noqa: UP031
    sys.exit(3)

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK_FILE = ROOT / "requirements.lock"
STAMP = VENV / ".bootstrap"

FAILED = 3
NOT_FOUND = 127
INTERRUPTED = 130

USAGE = """usage: python3 bootstrap.py COMMAND [ARGUMENT...]

Runs COMMAND in the project's own environment (.venv), setting it up first if need be:
  python3 bootstrap.py drill list
  python3 bootstrap.py drill run scenarios/tongliao_blizzard.yaml
  python3 bootstrap.py pytest
"""


def say(text: str) -> None:
    """One line to the person waiting; stdout belongs to the command."""
    print("bootstrap: " + text, file=sys.stderr, flush=True)


def fail(text: str, code: int = FAILED) -> NoReturn:
    """One line, and out."""
    say(text)
    raise SystemExit(code)


def digest(file: Path, *more: object) -> str:
    """Changes when the file's contents or any of the rest does."""
    return hashlib.sha256(file.read_bytes() + repr(more).encode()).hexdigest()


def set_up() -> None:
    """Bring the environment up to date.

    The stamp goes first and comes back last: a set-up cut short anywhere leaves none, and the next one starts
    from nothing. Scripts and the editable install hold absolute paths, so a moved or copied folder counts as
    changed.
    """
    lock = digest(LOCK_FILE, str(ROOT), *sys.version_info[:2])
    project = digest(ROOT / "pyproject.toml")
    if stamped() == [lock, project]:
        return
    with one_at_a_time():
        found = stamped()  # again: somebody may have done it while we waited
        if found == [lock, project]:
            return
        STAMP.unlink(missing_ok=True)
        if found[:1] == [lock]:
            say("pyproject.toml has changed, installing the project again ...")
        else:
            install_locked()
        install_project()
        STAMP.write_text(f"{lock}\n{project}\n")


def stamped() -> list[str]:
    """What the environment was last finished for: lock, project; nothing if it never was."""
    return STAMP.read_text().split() if PYTHON.exists() and STAMP.is_file() else []


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold off a second set-up of the same folder; the system lets go of the lock even if we are killed."""
    with (ROOT / ".venv.lock").open("w") as file:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # gives up, with an OSError, after ten seconds
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install_locked() -> None:
    """A fresh environment with exactly what the lock names; whatever was there before is cleared away."""
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        fail("this Python lacks venv or ensurepip; on Debian or Ubuntu: sudo apt install python3-venv")
    say("setting up .venv from requirements.lock, some minutes the first time ...")
    # The interpreter behind a virtual environment, so that `.venv` never stands on itself.
    base = getattr(sys, "_base_executable", None) or sys.executable
    quietly([base, "-I", "-m", "venv", "--clear", str(VENV)])
    pip_install("--require-hashes", "--requirement", str(LOCK_FILE))


def install_project() -> None:
    """The project itself, editable; its build backend is in the lock, so nothing is fetched for it."""
    pip_install("--no-deps", "--no-build-isolation", "--editable", str(ROOT))


def pip_install(*arguments: str) -> None:
    """Pip under the user's own configuration, shielded from stray modules only."""
    options = ["--no-input", "--no-user", "--disable-pip-version-check"]
    quietly([str(PYTHON), "-I", "-m", "pip", "install", *options, *arguments])


def quietly(command: list[str]) -> None:
    """A step of the set-up, heard only if it fails."""
    result = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if result.returncode:
        sys.stderr.write(result.stdout)
        fail("set-up failed, see above; the same command starts it over")


def run(command: list[str]) -> int:
    """The command inside the environment, in the caller's folder; gives back its exit code."""
    env = dict(os.environ, VIRTUAL_ENV=str(VENV))
    env["PATH"] = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    env.pop("PYTHONHOME", None)
    program = shutil.which(command[0], path=env["PATH"])
    if program is None:
        fail(f"no such command: {command[0]}", NOT_FOUND)
    if os.name != "nt":  # there it would hand the prompt back before the command is done
        os.execve(program, [program, *command[1:]], env)
    return subprocess.run([program, *command[1:]], env=env, check=False).returncode


def main(command: list[str]) -> int:
    """Set up, then run."""
    if not command:
        sys.stderr.write(USAGE)
        return 2
    try:
        set_up()
        return run(command)
    except KeyboardInterrupt:
        fail("interrupted", INTERRUPTED)
    except OSError as error:
        fail(str(error))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
