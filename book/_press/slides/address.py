"""Where an exercise is launched, or at least read: for QR codes, which need a whole address."""

from __future__ import annotations

import os
from typing import Any

import yaml

from .. import repository
from ..book import Book, Page

__all__ = ["base", "known", "of"]


def base(book: Book) -> str:
    """The address of the site's root, from `html_baseurl` or the variable BOOK_URL; or nothing."""
    config: dict[str, Any] = yaml.safe_load((book.root / "_config.yml").read_text("utf-8")) or {}
    sphinx = (config.get("sphinx") or {}).get("config") or {}
    return str(os.environ.get("BOOK_URL") or sphinx.get("html_baseurl") or "").rstrip("/")


def known(book: Book) -> bool:
    """Whether there is anything to lead to."""
    return bool(repository.find(book.root) or base(book))


def of(book: Book, page: Page, anchor: str) -> str:
    """The address that launches the page's notebook for students; where no repository is known,
    that of a place on the published page; empty where the book has none either.
    """
    if ours := repository.find(book.root):
        return ours.binder(f"student/{page.name}.ipynb")
    root = base(book)
    return f"{root}/{page.docname}.html#{anchor}" if root else ""
