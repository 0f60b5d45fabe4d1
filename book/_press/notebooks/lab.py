"""`make lab`: the built notebooks in JupyterLab, in a folder where a reader's work is safe.

They are copied to `notebooks/`. A copy that has been changed there is never overwritten; one that
has not follows the book.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from ..book import Book
from . import KINDS

__all__ = ["copy", "open_lab"]

FIRST = "student/index.ipynb"


def copy(book: Book) -> tuple[Path, list[str]]:
    """Bring `notebooks/` up to date; the folder, and the files that stay as the reader left them.

    The record of what was copied is a hidden file there.
    """
    built, folder = book.build / "html" / "notebooks", book.root / "notebooks"
    folder.mkdir(exist_ok=True)
    record = folder / ".copied.json"
    copied = json.loads(record.read_text()) if record.exists() else {}
    kept = []
    for path in sorted(p for kind in KINDS for p in (built / kind).rglob("*.ipynb")):
        name = path.relative_to(built).as_posix()
        target, new = folder / name, path.read_bytes()
        if target.exists() and _digest(target.read_bytes()) not in (copied.get(name), _digest(new)):
            if _digest(new) != copied.get(name):
                kept.append(name)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(new)
        copied[name] = _digest(new)
    record.write_text(json.dumps(copied, indent=1, sort_keys=True))
    return folder, kept


def open_lab(book: Book) -> int:
    """Start JupyterLab at the first student notebook; returns when it ends."""
    folder, kept = copy(book)
    for name in kept:
        print(f"notebooks/{name} is yours and stays; delete it to get the book's new one")
    options = [f"--ServerApp.root_dir={folder}", f"--LabApp.default_url=/lab/tree/{FIRST}"]
    return subprocess.run([sys.executable, "-m", "jupyterlab", *options]).returncode


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
