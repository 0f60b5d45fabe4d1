"""Python with the page's engine, in node, for tests to ask."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from filelock import FileLock

from press.node import PACKAGES, node

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "code/engine"
PYODIDE = PACKAGES / "pyodide"
INSIDE = Path(__file__).with_name("inside")
FOLDERS = (ENGINE / "python", ROOT / "code", INSIDE)
"""What Python imports from: the names of PyTorch, the library, parts of the tests."""


def write_loops() -> None:
    """Write the engine's loops, if they are not there or older than what they are made from."""
    with FileLock(ROOT / "_build" / "loops.lock"):
        made, sources = ENGINE / "kernels.js", ENGINE.glob("*.mjs")
        if not made.exists() or made.stat().st_mtime < max(p.stat().st_mtime for p in sources):
            subprocess.run([node(), ENGINE / "kernels.mjs", made], check=True)


class InEngine:
    """A process in which Python code runs on the engine, in one namespace."""

    def __init__(self, *folders: Path) -> None:
        write_loops()
        command = [node(), ENGINE / "node.mjs", PYODIDE, *FOLDERS, *folders]
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None
    ) -> None:
        self.process.communicate()  # closes its input, after which it ends

    def run(self, code: str) -> str:
        """Return what the code prints; raise AssertionError with the traceback if it fails."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"code": code}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the process has ended"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return str(answer["out"])

    def value(self, expression: str) -> Any:
        """Return the value of an expression that JSON can write."""
        out = self.run(f"import json\nprint('\\n' + json.dumps({expression}))")
        return json.loads(out.splitlines()[-1])


@pytest.fixture(scope="session")
def engine() -> Iterator[InEngine]:
    with InEngine() as process:
        yield process
