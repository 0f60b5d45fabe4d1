"""Write code/constraints.txt: the newest version of every package that requirements.txt needs.

``make lock`` runs this script. The versions hold for every system and Python of the book; markers
say where a package is not needed.
"""

import os
import subprocess
import sys
from pathlib import Path

from press.setup.settings import uv_variables

ROOT = Path(__file__).resolve().parents[3]
COMPILE = "pip compile --universal --python-version 3.11.0 --fork-strategy fewest"
OUTPUT = "--upgrade --no-annotate --quiet --output-file code/constraints.txt -"

if __name__ == "__main__":
    lines = (ROOT / "requirements.txt").read_text().splitlines(keepends=True)
    # A folder of wheels has builds for one system: others do not have a version 2.13.0+cpu.
    variables = {"UV_FIND_LINKS": "", "UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    subprocess.run(
        [sys.executable, "-m", "uv", *COMPILE.split(), *OUTPUT.split()],
        input="".join(line for line in lines if not line.startswith("-")),  # no old lock
        env=os.environ | uv_variables([sys.executable, "-m", "pip"]) | variables,
        cwd=ROOT,
        text=True,
        check=True,
    )
