"""The making of the EPUB from the executed chapters."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any

from .. import files
from ..book import Book
from ..colophon import Colophon
from ..edition import Edition
from ..site import render_epub

__all__ = ["make_epub", "moment"]


def make_epub(book: Book, jobs: int | None = None) -> Path:
    """Write `_build/book.epub`, and return its path; raise PressError if it fails."""
    edition = Edition.make(book, jobs=jobs)
    app = render_epub(edition, _settings(book))
    target = book.build / "book.epub"
    files.write(target, (Path(app.outdir) / "book.epub").read_bytes())
    return target


def moment(root: Path) -> time.struct_time:
    """Return the date of the edition, which makes two runs the same.

    It is SOURCE_DATE_EPOCH, or that of the last commit; without either, it is now.
    """
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not seconds:
        asked = ["git", "-C", str(root), "show", "--no-patch", "--format=%ct", "HEAD"]
        try:
            done = subprocess.run(asked, capture_output=True, text=True, check=False)
            seconds = done.stdout.strip()
        except OSError:  # there is no git
            seconds = ""
    return time.gmtime(int(seconds or time.time()))


def _settings(book: Book) -> dict[str, Any]:
    """Return what Sphinx's builder asks to know of the book."""
    ours, title = Colophon.of(book), str(book.config.get("title") or "")
    place = book.address or f"{title}, {ours.owner}"
    return {
        "version": ours.version or ours.year,
        "epub_basename": "book",
        "epub_title": title,
        "epub_author": ours.owner,
        "epub_copyright": f"{ours.rights}. Text and figures: CC BY 4.0, code: MIT.",
        "epub_identifier": uuid.uuid5(uuid.NAMESPACE_URL, f"{place} {ours.version}").urn,
        "epub_uid": "edition",
        "epub_cover": ("_static/cover.png", "epub-cover.html"),
        "epub_tocscope": "includehidden",
        "epub_tocdepth": 3,
        "epub_show_urls": "no",
        "epub_use_index": False,
    }
