"""The making of the EPUB from the executed chapters."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from .. import files
from ..book import Book
from ..colophon import Colophon
from ..edition import Edition
from ..site import render_epub

__all__ = ["make_epub"]


def make_epub(book: Book, jobs: int | None = None) -> Path:
    """Write `_build/book.epub`, and return its path; raise PressError if it fails."""
    edition = Edition.make(book, jobs=jobs)
    app = render_epub(edition, _settings(book))
    target = book.build / "book.epub"
    files.write(target, (Path(app.outdir) / "book.epub").read_bytes())
    return target


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
