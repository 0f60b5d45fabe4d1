"""`make class-edition`: the book without solutions, and the key to it, from the same executions.

`_build/class-edition` has what a class gets: the site in `html`, the same in `book.zip`, and
`notebooks`, a folder with the notebooks and the library that they import. `_build/class-key` is for
the teacher.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from .. import manifest
from ..book import Book, PressError
from ..build import build_book
from ..chapter import Chapter, read_all
from ..leaks import Secret, open_text, search, secrets
from ..notebooks.branch import assemble
from ..pages import publish
from ..run_here.folder import pack
from ..withheld import without_solutions
from .class_key import write_key

__all__ = ["make_class_edition", "published", "secrets_of"]

MOST_NAMED = 10  # of what should be secret


def make_class_edition(book: Book, jobs: int | None = None) -> list[Path]:
    """Build the book if it is not current, then both folders; return what there is to open.

    Raises PressError, and leaves nothing to publish, if a file for the class has a line of a
    solution, or words of a remark on one.
    """
    _build(book, jobs)
    ours = replace(book, for_class=True)
    with manifest.lock(ours.build):
        _build(ours, jobs)
        notebooks = ours.build / "notebooks"
        shutil.rmtree(notebooks, ignore_errors=True)
        pack(ours)
        assemble(ours, notebooks)
        chapters = read_all(book)
        known = secrets_of(chapters, book.code)
        found = search(published(ours), (secret for secret in known if not secret.also_at))
        if found:
            for path in published(ours):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            named = "\n".join(map(str, found[:MOST_NAMED]))
            raise PressError(
                f"the edition for a class was removed, because it tells solutions:\n{named}"
            )
    return [ours.build / "html/index.html", *write_key(book, chapters, known)]


def published(ours: Book) -> list[Path]:
    """Return what a class gets of its edition."""
    return [ours.build / name for name in ("html", "book.zip", "notebooks")]


def secrets_of(chapters: list[Chapter], code: Path) -> list[Secret]:
    """Return what these chapters and nothing else tell; where others do, the place is named."""
    return secrets(chapters, open_text(map(without_solutions, chapters), code))


def _build(book: Book, jobs: int | None) -> None:
    publish.restore(book)
    if not manifest.is_current(book):
        build_book(book, jobs)
