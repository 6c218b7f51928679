"""Installs drillsim from the wheels beside this file; no network is asked.

python install.py [FOLDER]      # where to; without it, the folder `drillsim` where you are
"""

import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Makes an environment of its own and puts the wheels in it; gives back the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 (whoever runs this may have any)
        sys.stderr.write("install: needs Python 3.11 or newer, this is {}\n".format(sys.version.split()[0]))  # noqa: UP032
        return 2
    packed = HERE / "python.txt"
    wanted = packed.read_text(encoding="utf-8").strip() if packed.is_file() else ""
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if wanted not in ("", running):
        sys.stderr.write(f"install: this archive is for Python {wanted} exactly, this is {sys.version.split()[0]}\n")
        return 2
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "drillsim").resolve()
    if folder.exists() and any(folder.iterdir()) and not (folder / "pyvenv.cfg").is_file():
        sys.stderr.write(f"install: {folder} holds something else; name another folder\n")
        return 2
    extras = (HERE / "extras.txt").read_text(encoding="utf-8").strip()
    ours = next((HERE / "wheels").glob("drillsim-*.whl"))
    print(f"install: into {folder}")
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    python = programs / ("python.exe" if sys.platform == "win32" else "python")
    asked = ["--no-index", "--find-links", str(HERE / "wheels"), "--disable-pip-version-check", "--quiet"]
    done = subprocess.run([str(python), "-m", "pip", "install", *asked, f"{ours}[{extras}]"], check=False)  # noqa: S603
    if done.returncode:
        sys.stderr.write("install: some wheel is missing or of another kind of machine; see the lines above\n")
        return 3
    print(f"install: done; try {programs / 'drill'} list")
    return 0


if __name__ == "__main__":
    sys.exit(main())
