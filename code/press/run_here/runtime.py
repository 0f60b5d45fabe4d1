"""The runtime of the page: Python, the engine, the library and the checks, as files to load.

`_build/run/<digest>` keeps it, and the site has it in `_static/run/<digest>`. The digest is of all
that it is made from, so an address never changes its content, and browsers may keep it for ever.

If the author names wheels of PyTorch, the runtime has them in place of the engine, with all of the
standard library, because it is unknown what they import.

Hosts do not compress every kind of file. What is large is therefore compressed here (`.gz`), and
the worker decompresses it. So the same number of bytes is loaded from every host.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from .. import files
from ..book import PressError
from ..node import PACKAGES, node
from . import standard_library, wheels

__all__ = ["Runtime", "make"]

HERE = Path(__file__).parent
CODE = HERE.parents[1]
ENGINE = CODE / "engine"
KERNELS = "kernels.js"
"""The loops of the engine, which it writes itself: see `kernels.mjs`."""
KEPT = CODE.parent / "_build" / "run"
"""Every book that this press builds has the same runtime, which is therefore kept once."""
PRESS = [CODE / "press" / name for name in ("__init__.py", "names_in_code.py")]
PRESS += [HERE / "__init__.py"]
"""What the kernel of a page needs of the press, besides itself."""
ASSETS = files.ASSETS / "run"
SERVICE_WORKER = ASSETS / "sw.js"
"""It stands beside the runtimes, at an address that stays, since it serves all of them."""
PYODIDE = PACKAGES / "pyodide"
UNCHANGED = ("pyodide.mjs", "pyodide.asm.mjs")
ABSENT = ("diffprog/figures/", "diffprog/grade/")
"""The folders of the library that the page does without: they need Matplotlib, or processes. Of
figures it has the `__init__`, since a package of its own draws them."""
REPLACED = {"torch", "numpy"}
"""The engine's own packages, which wheels of PyTorch replace."""
LICENCES = """\
The files in the folder beside this one run Python in your browser.

pyodide.mjs, pyodide.asm.mjs and pyodide.asm.wasm.gz are Pyodide 314.0.7 (https://pyodide.org),
under the Mozilla Public License 2.0 (https://www.mozilla.org/MPL/2.0/), unchanged but for the
compression. Their source is at https://github.com/pyodide/pyodide/tree/314.0.7. They contain
CPython 3.14.2, and standard_library.zip.gz is a part of its standard library, compiled. CPython is
under the Python Software Foundation License (https://docs.python.org/3.14/license.html).

{wheels}All other files are parts of this book.
"""
OF_WHEELS = """\
The files that end in .whl.gz are Python packages of others. Each contains its own licence.
"""


class Runtime:
    """A runtime in the folder of its digest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def name(self) -> str:
        """The digest."""
        return self.folder.name

    @property
    def sizes(self) -> dict[str, int]:
        """The bytes of each file that the worker loads by itself, and shows the progress of."""
        return {path.name: path.stat().st_size for path in sorted(self.folder.glob("*.gz"))}

    def copy(self, static: Path) -> None:
        """Copy the files to `run/<digest>` in a folder of the site."""
        shutil.copytree(self.folder, static / "run" / self.name, dirs_exist_ok=True)
        shutil.copyfile(SERVICE_WORKER, static / "run" / SERVICE_WORKER.name)
        licences = LICENCES.format(wheels=OF_WHEELS if wheels.named() else "")
        files.write(static / "run" / "LICENCES.txt", licences)


def make() -> Runtime:
    """Return the runtime; make it if none of these sources is kept."""
    kept = KEPT.with_name("run_wheels") if wheels.named() else KEPT
    kept.mkdir(parents=True, exist_ok=True)
    with FileLock(kept / ".lock"):
        runtime = Runtime(kept / _digest())
        if not runtime.folder.exists():
            for other in kept.glob("*/"):
                shutil.rmtree(other)
            _write(kept / "new")
            os.replace(kept / "new", runtime.folder)
    return runtime


def _library() -> Iterator[tuple[str, Path]]:
    """Yield place and path of the Python files of the page besides the standard library."""
    engine, named = ENGINE / "python", wheels.named()
    replaced = REPLACED.union(*(wheel.packages for wheel in named)) if named else set()
    for path in _python(engine):
        place = path.relative_to(engine).as_posix()
        if place.partition("/")[0] not in replaced:
            yield place, path
    for path in (*PRESS, *_python(HERE / "in_page"), *_python(CODE / "diffprog")):
        place = path.relative_to(CODE).as_posix()
        if not place.startswith(ABSENT) or place == "diffprog/figures/__init__.py":
            yield place, path


def _python(root: Path) -> list[Path]:
    return [path for path in files.files(root) if path.suffix == ".py"]


def _scripts() -> Iterator[tuple[str, Path]]:
    """Yield place and path of the scripts of worker and page, and of the engine if it is used."""
    yield from ((path.name, path) for path in files.files(ASSETS) if path != SERVICE_WORKER)
    if wheels.named():
        return
    written = (path for path in sorted(ENGINE.glob("*.js")) if path.name != KERNELS)
    yield from ((f"engine/{path.name}", path) for path in written)


def _digest() -> str:
    total = hashlib.sha256(f"{standard_library.MODULES}{LICENCES}".encode())
    for place, path in (*_library(), *_scripts(), ("", Path(__file__)),
                        ("", HERE / "compile.mjs"), ("", PYODIDE / "package.json"),
                        *(("", path) for path in sorted(ENGINE.glob("*.mjs")))):  # fmt: skip
        total.update(f"{place}\0".encode() + path.read_bytes() + b"\0")
    for wheel in wheels.named():
        total.update(f"{wheel.project} {wheel.sha256}\0".encode())
    return total.hexdigest()[:12]


def _write(to: Path) -> None:
    for name in UNCHANGED:
        files.write(to / name, (PYODIDE / name).read_bytes())
    for place, path in _scripts():
        files.write(to / place, path.read_bytes())
    named = wheels.named()
    if not named:
        _node(ENGINE / "kernels.mjs", to / "engine" / KERNELS)
    for wheel in named:
        _compress(wheel.path, to, f"{wheel.project}.whl")
    names = json.dumps([f"{wheel.project}.whl" for wheel in named])
    files.write(to / "wheels.mjs", f"export default {names};\n")
    _compress(PYODIDE / "pyodide.asm.wasm", to)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = PYODIDE / "python_stdlib.zip"
        for place, source in standard_library.sources(archive, all_of_it=bool(named)):
            files.write(folder / "standard_library" / place, source)
        for place, path in _library():
            files.write(folder / "book" / place, path.read_bytes())
        _node(HERE / "compile.mjs", PYODIDE, folder)
        for kind in ("standard_library", "book"):
            _compress(folder / f"{kind}.zip", to)


def _node(script: Path, *arguments: Path) -> None:
    """Run a script; raise PressError if it fails."""
    command = [node(), script, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if run.returncode:
        raise PressError(f"the page's runtime: {script.name} failed: {run.stderr[-2000:]}")


def _compress(path: Path, to: Path, name: str = "") -> None:
    files.write(to / f"{name or path.name}.gz", gzip.compress(path.read_bytes(), 9, mtime=0))
