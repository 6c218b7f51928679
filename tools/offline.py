"""Packs what a machine without a network needs: drillsim and all its packages as wheels, with a script to install them.

    python tools/offline.py --out FOLDER                          # for machines like this one
    python tools/offline.py --out FOLDER --platform win_amd64     # for 64-bit Windows
    python tools/offline.py --out FOLDER --platform win_amd64 --python 3.12 --extra cluster

Writes `drillsim-VERSION-offline-PLATFORM-pyVERSION.zip`, with the versions and digests of `requirements.lock`.
Wheels are of one Python: the archive says which, and its installer refuses any other.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
INSTALLER = ROOT / "tools" / "offline_install.py"
EXTRAS = ("office", "opt")
"""Extras that go along unasked."""
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
OLDEST = 11
"""Python 3.11 is the oldest that drillsim runs on."""
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
NOTE = """drillsim {version}, to be installed without a network / 无网络安装

Needs exactly Python {python} ({platform}); no older and no newer one will do.
必须使用 Python {python}（{platform}），更旧或更新的版本均不可用。

  Windows:  install.bat
  Linux:    sh install.sh

Then / 然后:

  drillsim\\Scripts\\drill list        (Windows)
  drillsim/bin/drill list            (Linux)
"""
BAT = """@echo off
where py >nul 2>nul
if %errorlevel%==0 (py -{python} "%~dp0install.py" %*) else (python "%~dp0install.py" %*)
"""
SHELL = '#!/bin/sh\nexec "${{PYTHON:-python3}}" "$(dirname "$0")/install.py" "$@"\n'


def environment(platform: str, python: str) -> dict[str, str]:
    """Values of the markers of requirements on the machine that is packed for; empty: as here."""
    if not platform:
        return {}
    windows = platform.startswith("win")
    system = ("win32", "Windows", "nt") if windows else ("linux", "Linux", "posix")
    names = ("sys_platform", "platform_system", "os_name")
    return dict(zip(names, system, strict=True)) | {"python_version": python, "python_full_version": f"{python}.0"}


def needed(names: Iterable[str], extras: Iterable[str], machine: dict[str, str]) -> Iterator[str]:
    """Names of all packages that drillsim with its extras stands on, drillsim left out."""
    waiting = [("drillsim", frozenset(extras))]
    seen = set(names)
    while waiting:
        name, wanted = waiting.pop()
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:  # of another system: a leaf, as far as can be told here
            continue
        for line in requires:
            one = Requirement(line)
            holds = one.marker is None or any(
                one.marker.evaluate(machine | {"extra": extra}) for extra in (wanted or {""})
            )
            key = canonicalize_name(one.name)
            if holds and key not in seen:
                seen.add(key)
                yield key
                waiting.append((key, frozenset(one.extras)))


def pins(lock: str) -> dict[str, str]:
    """Name → its lines in the lock, pin and digests."""
    blocks = re.findall(r"^[A-Za-z0-9][^\n]*(?:\n +[^\n]*)*", lock, re.MULTILINE)
    return {canonicalize_name(re.split(r"[=\[ ;]", block)[0]): block for block in blocks}


def collect(wheels: Path, extras: list[str], platform: str, python: str) -> None:
    """Build our wheel and fetch the others, each of the version and digest in the lock."""
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT)]
    subprocess.run([*PIP, *build], check=True)  # noqa: S603
    locked = pins(LOCK.read_text(encoding="utf-8"))
    names = sorted({*needed([], extras, environment(platform, python)), "pip", "setuptools"} & set(locked))
    with tempfile.TemporaryDirectory() as scratch:
        asked = Path(scratch) / "asked.txt"
        asked.write_text("\n".join(locked[name] for name in names) + "\n", encoding="utf-8")
        kind = ["--only-binary", ":all:", "--no-deps", "--require-hashes", "--requirement", str(asked)]
        machine = ["--platform", platform, "--python-version", python] if platform else []
        subprocess.run([*PIP, "download", *kind, *machine, "--dest", str(wheels)], check=True)  # noqa: S603


def pack(folder: Path, extras: list[str], platform: str, python: str) -> Path:
    """The archive; gives back its path."""
    folder.mkdir(parents=True, exist_ok=True)
    release = version("drillsim")
    called = platform or re.sub(r"\W+", "_", sys.platform)
    archive = folder / f"drillsim-{release}-offline-{called}-py{python}.zip"
    with tempfile.TemporaryDirectory() as scratch:
        wheels = Path(scratch)
        collect(wheels, extras, platform, python)
        texts = {
            "README.txt": NOTE.format(version=release, python=python, platform=called),
            "install.bat": BAT.format(python=python).replace("\n", "\r\n"),
            "install.sh": SHELL.format(),
            "extras.txt": ",".join(extras) + "\n",
            "python.txt": f"{python}\n",
            "install.py": INSTALLER.read_text(encoding="utf-8"),
        }
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
            top = archive.stem
            for name, text in texts.items():
                packed.writestr(f"{top}/{name}", text.encode("utf-8-sig" if name == "README.txt" else "utf-8"))
            for wheel in sorted(wheels.glob("*.whl")):
                packed.write(wheel, f"{top}/wheels/{wheel.name}")
    return archive


def main(arguments: list[str] | None = None) -> int:
    """Packs; see the head of this file."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("--out", type=Path, default=ROOT / "dist")
    asked.add_argument("--platform", default="", help="such as win_amd64 or manylinux_2_28_x86_64; none: as here")
    asked.add_argument("--python", default=RUNNING, help="such as 3.12, with --platform; none: as here")
    asked.add_argument("--extra", action="append", default=[], help="an extra more")
    given = asked.parse_args(arguments)
    if not re.fullmatch(r"3\.\d{1,2}", given.python) or int(given.python[2:]) < OLDEST:
        asked.error(f"--python must be 3.{OLDEST} or newer, such as 3.12 (got {given.python!r})")
    if given.python != RUNNING and not given.platform:
        asked.error(f"--python {given.python} needs --platform: without it the wheels are of this Python, {RUNNING}")
    archive = pack(given.out, [*EXTRAS, *given.extra], given.platform, given.python)
    print(f"{archive}  {archive.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
