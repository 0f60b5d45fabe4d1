"""Where the published book is: for QR codes, which need a whole address."""

from __future__ import annotations

import os
from typing import Any

import yaml

from ..book import Book, Page

__all__ = ["base", "of"]


def base(book: Book) -> str:
    """The address of the site's root, from `html_baseurl` or the variable BOOK_URL; or nothing."""
    config: dict[str, Any] = yaml.safe_load((book.root / "_config.yml").read_text("utf-8")) or {}
    sphinx = (config.get("sphinx") or {}).get("config") or {}
    return str(os.environ.get("BOOK_URL") or sphinx.get("html_baseurl") or "").rstrip("/")


def of(book: Book, page: Page, anchor: str) -> str:
    """The address of a place on a page; empty where the book has none."""
    root = base(book)
    return f"{root}/{page.docname}.html#{anchor}" if root else ""
