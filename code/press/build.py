"""The build: read the chapters, run those that changed, write the site and its products."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from . import manifest
from .book import LOCALE, Book, PressError
from .edition import Edition
from .pages import launch_buttons, translate
from .pages.missing import missing
from .pages.publish import publish
from .products import write_products
from .run.progress import Progress, table
from .site import render, render_alone, write_messages
from .slides.slide import Deck
from .slides.write import write_decks

__all__ = ["build_book", "build_chapter", "build_decks", "extract_messages"]


def build_book(book: Book, jobs: int | None = None) -> None:
    """Build the whole book, running `jobs` chapters at a time; raise PressError if it fails."""
    touched, made_from = manifest.touched(book), manifest.sources(book)
    progress = Progress(sys.stdout)
    progress.say("Executing what changed")
    edition = Edition.make(book, jobs=jobs, progress=progress)
    plan = manifest.plan(book, made_from)
    progress.say(f"Reading all pages again: {plan.why}" if plan.why else "Writing pages")
    begun = time.perf_counter()
    app = render(replace(edition, edited=plan.edited), plan.site)
    write_products(edition, app)
    root = urlsplit(book.address).path or "/"
    if lines := missing(Path(app.outdir), root):
        raise PressError("\n".join(lines))
    publish(book, Path(app.outdir))
    progress.say(table(edition.executions, time.perf_counter() - begun))
    if book.language:
        progress.say(f"\n{translate.progress(app)}")
    line = launch_buttons.notice(edition.repository)
    if line and not book.for_class:
        progress.say(f"\n{line}")
    manifest.finished(book, made_from if manifest.touched(book) == touched else {})


def build_chapter(book: Book, name: str) -> Path:
    """Build one chapter alone, to see it while it is being written, and return its page.

    Raises PressError if the build fails or Sphinx warns, as `build_book` does.
    """
    edition = Edition.make(book, only=name, progress=Progress(sys.stdout))
    app = render_alone(edition)
    write_products(edition, app)
    return Path(app.outdir) / f"{book.page(name).docname}.html"


def build_decks(book: Book, jobs: int | None = None) -> list[Deck]:
    """Build the decks alone, into the existing site."""
    edition = Edition.make(book, jobs=jobs, progress=Progress(sys.stdout))
    return write_decks(edition, book.build / "html")


def extract_messages(book: Book, language: str, jobs: int | None = None) -> list[Path]:
    """Write the messages of the book for translators, and bring those of a language up to date.

    Returns the folders. Without a language, there are the .pot files alone.
    """
    folder = write_messages(Edition.make(book, jobs=jobs, progress=Progress(sys.stdout)))
    if not language:
        return [folder]
    from sphinx_intl.basic import update

    update(str(book.root / LOCALE), str(folder), [language])
    return [folder, book.root / LOCALE / language]
