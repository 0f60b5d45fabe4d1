"""`make lab`: the built notebooks in JupyterLab, in a folder where a reader's work is safe.

The notebooks are copied to `notebooks/`. When the book has been built again, each copy is renewed
cell by cell, and what the reader wrote stays (merge.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from .. import files
from ..book import Book
from . import KINDS, built
from .merge import Known, known, merge

__all__ = ["copy", "open_lab"]

FIRST = "student/index.ipynb"
YOURS = "it is yours and stays; delete it to get the book's new one"
UNREADABLE = "it cannot be read as a notebook and stays as it is"
CONFLICT = "cell {} ({}) was changed by you and by the book: yours stays, the book's is in {}"


@dataclass(frozen=True)
class _Copied:
    """The record of a copied notebook."""

    book: str
    """The digest of the book's file."""
    cells: tuple[Known, ...] | None = None
    """Its cells; None in a record of the first edition, which held only digests."""
    still: str = ""
    earlier: _Copied | None = None
    """The earlier record, which is valid as long as the copy has the digest `still`.

    A record is written before its copy. If `make lab` is stopped in between, or if the reader puts
    the older copy back, the earlier record is the right one.
    """


def copy(book: Book) -> tuple[Path, list[str]]:
    """Bring `notebooks/` up to date; return the folder, and sentences on what was not renewed.

    The records are a hidden file in the folder. It is written before each copy, so that the next
    call can continue a call that was stopped at any moment.
    """
    source, folder = built(book), book.root / "notebooks"
    record = folder / ".copied.json"
    copied, said = _read(record), list[str]()
    for path in sorted(p for kind in KINDS for p in (source / kind).rglob("*.ipynb")):
        name, new = path.relative_to(source).as_posix(), path.read_bytes()
        target = folder / name
        there = target.read_bytes() if target.exists() else None
        was = copied.get(name)
        if was and was.earlier and there is not None and files.digest(there) == was.still:
            was = was.earlier
        now = _Copied(files.digest(new), tuple(map(known, json.loads(new)["cells"])))
        result, sentences = _renewed(was, there, new, path.relative_to(book.root))
        said += (f"notebooks/{name}: {sentence}" for sentence in sentences)
        if result is None:
            continue
        if was is None or (was.book, was.cells) != (now.book, now.cells):
            if was and there is not None and there != result:
                was = replace(was, earlier=None)
                now = replace(now, still=files.digest(there), earlier=was)
            copied[name] = now
            text = {name: asdict(entry) for name, entry in copied.items()}
            files.write(record, json.dumps(text, sort_keys=True))
        files.write(target, result)
    return folder, said


def open_lab(book: Book) -> int:
    """Open the first student notebook in JupyterLab, and return the exit code when it ends."""
    folder, said = copy(book)
    for sentence in said:
        print(sentence)
    options = [f"--ServerApp.root_dir={folder}", f"--LabApp.default_url=/lab/tree/{FIRST}"]
    if sys.platform != "win32" and os.geteuid() == 0:  # as in many containers
        options.append("--allow-root")
    return subprocess.run([sys.executable, "-m", "jupyterlab", *options]).returncode


def _renewed(
    was: _Copied | None, there: bytes | None, new: bytes, place: Path
) -> tuple[bytes | None, list[str]]:
    """Return the new content of a copy, or None if it stays, and sentences for the reader."""
    if there is None or there == new or (was and was.book == files.digest(there)):
        return new, []
    if was and was.book == files.digest(new):
        return there, []
    if was is None or was.cells is None:
        return None, [YOURS]
    mine, book = _notebook(there), json.loads(new)
    if mine is None:
        return None, [UNREADABLE]
    cells, conflicts = merge(was.cells, mine["cells"], book["cells"])
    minor = max(mine["nbformat_minor"], book["nbformat_minor"])  # cells have ids since 4.5
    text = json.dumps(
        mine | {"cells": cells, "nbformat_minor": minor},
        ensure_ascii=False, indent=1, sort_keys=True,
    )  # fmt: skip
    sentences = [
        CONFLICT.format(i + 1, known(cells[i]).source.partition("\n")[0][:60], place)
        for i in conflicts
    ]
    # Output that was cut may hold half of a surrogate pair, which is written as a JSON escape.
    return f"{text}\n".encode(errors="backslashreplace"), sentences


def _notebook(data: bytes) -> dict[str, Any] | None:
    """Return the notebook in a file, or None if the file is not one that can be renewed."""
    try:
        notebook = json.loads(data)
        for cell in notebook["cells"]:
            known(cell)
        readable = notebook["nbformat"] == 4 and isinstance(notebook["nbformat_minor"], int)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return notebook if readable else None


def _read(record: Path) -> dict[str, _Copied]:
    """Return the records by notebook; a copy without a record counts as the reader's."""
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        return {name: _entry(entry) for name, entry in content.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _entry(entry: Any) -> _Copied:
    if isinstance(entry, str):
        return _Copied(entry)
    cells = entry["cells"] and tuple(Known(*cell) for cell in entry["cells"])
    earlier = entry["earlier"] and _entry(entry["earlier"])
    return _Copied(entry["book"], cells, entry["still"], earlier)
