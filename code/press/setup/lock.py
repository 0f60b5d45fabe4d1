"""Writes code/constraints.txt: every version that a fresh install of requirements.txt brings.

``make lock``. What this machine does not install is kept by hand at the end of the file, and a
test compares it with what the installed packages ask for on other systems.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOCK = ROOT / "code/constraints.txt"
OLDEST = "3.11.0"  # a release that refuses this Python is no release for us
HEADER = """\
# Every package under requirements.txt at an exact version, so that the book is built tomorrow as
# today. Written by `make lock`, but for the last section.

"""
BY_HAND = "\n# kept by hand: what other systems, and torch's build for graphics cards, need\n"


def main() -> None:
    """Lets pip resolve requirements.txt without the lock, and notes the versions."""
    direct = (ROOT / "requirements.txt").read_text().splitlines()
    with tempfile.TemporaryDirectory() as folder:
        requirements, report = Path(folder, "requirements.txt"), Path(folder, "report.json")
        requirements.write_text("\n".join(line for line in direct if not line.startswith("-")))
        command = f"-m pip install --dry-run --ignore-installed --python-version {OLDEST}"
        command += " --disable-pip-version-check --only-binary :all: --target"
        options = [*command.split(), folder, "--report", str(report), "-r", str(requirements)]
        subprocess.run([sys.executable, *options], check=True)
        pins = versions(json.loads(report.read_text()))
    _, _, by_hand = LOCK.read_text().partition(BY_HAND)
    LOCK.write_text(HEADER + "\n".join(pins) + "\n" + BY_HAND + by_hand)


def versions(report: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    """The pins of a report of pip; ``2.13.0+cpu`` is a build of 2.13.0, and a pin is for all."""
    packages = [package["metadata"] for package in report["install"]]
    pins = [f"{it['name']}=={it['version'].partition('+')[0]}" for it in packages]
    return sorted(pins, key=str.lower)


if __name__ == "__main__":
    main()
