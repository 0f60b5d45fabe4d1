"""`make lab`: the built notebooks in JupyterLab, in a folder where a reader's work is safe.

They are copied to `notebooks/`. A copy that has been changed there is never overwritten; one that
has not follows the book.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from .. import files
from ..book import Book
from . import KINDS, built

__all__ = ["copy", "open_lab"]

FIRST = "student/index.ipynb"


def copy(book: Book) -> tuple[Path, list[str]]:
    """Bring `notebooks/` up to date; the folder, and the files that stay as the reader left them.

    The record of what was copied is a hidden file there, written anew after each file: whenever
    this is stopped, the next time goes on from there.
    """
    source, folder = built(book), book.root / "notebooks"
    record = folder / ".copied.json"
    copied, kept = _read(record), []
    for path in sorted(p for kind in KINDS for p in (source / kind).rglob("*.ipynb")):
        name = path.relative_to(source).as_posix()
        target, digest = folder / name, files.digest(path.read_bytes())
        if target.exists():
            there = files.digest(target.read_bytes())
            if there not in (copied.get(name), digest):
                if digest != copied.get(name):
                    kept.append(name)
                continue
        files.write(target, path.read_bytes())
        copied[name] = digest
        files.write(record, json.dumps(copied, indent=1, sort_keys=True))
    return folder, kept


def open_lab(book: Book) -> int:
    """Start JupyterLab at the first student notebook; returns when it ends."""
    folder, kept = copy(book)
    for name in kept:
        print(f"notebooks/{name} is yours and stays; delete it to get the book's new one")
    options = [f"--ServerApp.root_dir={folder}", f"--LabApp.default_url=/lab/tree/{FIRST}"]
    return subprocess.run([sys.executable, "-m", "jupyterlab", *options]).returncode


def _read(record: Path) -> dict[str, str]:
    """What was copied; nothing where that cannot be read, and all that is there is the reader's."""
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
