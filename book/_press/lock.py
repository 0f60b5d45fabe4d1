"""Writes code/constraints.txt: every version that a fresh install of requirements.txt brings.

``make lock``. What this machine does not install is kept by hand at the end of the file, and a
test compares it with what the installed packages ask for on other systems.
"""

import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "code/constraints.txt"
HEADER = """\
# Every package under requirements.txt at an exact version, so that the book is built tomorrow as
# today. Written by `make lock`, but for the last section.

"""
BY_HAND = "\n# kept by hand: what other systems, and torch's build for graphics cards, need\n"


def main() -> None:
    """Installs requirements.txt without the lock into a new environment, and notes the versions."""
    direct = (ROOT / "requirements.txt").read_text().splitlines()
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder, "requirements.txt")
        requirements.write_text("\n".join(line for line in direct if not line.startswith("-")))
        venv.create(Path(folder, "venv"), with_pip=True)
        python = Path(folder, "venv", Path(sys.executable).relative_to(sys.prefix))
        pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "-r", str(requirements)], check=True)
        frozen = subprocess.check_output([*pip, "freeze", "--all", "--exclude", "pip"], text=True)
    _, _, by_hand = LOCK.read_text().partition(BY_HAND)
    LOCK.write_text(HEADER + without_builds(frozen) + BY_HAND + by_hand)


def without_builds(frozen: str) -> str:
    """``torch==2.13.0+cpu`` names one build of a version; the lock holds for all of them."""
    return re.sub(r"\+\S+$", "", frozen, flags=re.MULTILINE)


if __name__ == "__main__":
    main()
