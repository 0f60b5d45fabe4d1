"""What the book consists of: the pages that `_toc.yml` lists, and their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Book", "Page", "PressError"]


class PressError(Exception):
    """Something an author must mend. Its text says where, what and how; no traceback is needed."""


@dataclass(frozen=True)
class Page:
    """One page of the book: its Sphinx name (`book/part1/simulator`), file and number (`1.1`)."""

    docname: str
    path: Path
    number: str

    @property
    def name(self) -> str:
        """The short name, as authors type it: `part1/simulator`."""
        return self.docname.removeprefix("book/")


@dataclass(frozen=True)
class Book:
    """A book in the folder `root`, which holds `_config.yml`, `_toc.yml`, `book/` and `code/`."""

    root: Path

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """All pages in reading order; raises PressError where `_toc.yml` is missing or wrong."""
        toc = self.root / "_toc.yml"
        try:
            entries = yaml.safe_load(toc.read_text(encoding="utf-8"))
            pages = tuple(self._page(name, number) for name, number in _numbered(entries))
        except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
            raise PressError(f"_toc.yml cannot be read: {error}") from error
        for page in pages:
            if not page.path.exists():
                raise PressError(f"_toc.yml lists {page.docname}, but {page.path} does not exist")
        return pages

    @property
    def build(self) -> Path:
        """Where everything generated goes."""
        return self.root / "_build"

    @property
    def code(self) -> Path:
        """The source root of the library."""
        return self.root / "code"

    def page(self, name: str) -> Page:
        """The page of that short or full name; raises PressError naming those there are."""
        for page in self.pages:
            if name.removesuffix(".md") in (page.name, page.docname):
                return page
        known = ", ".join(page.name for page in self.pages)
        raise PressError(f"there is no chapter {name!r}; the chapters are: {known}")

    def _page(self, docname: str, number: str) -> Page:
        return Page(docname, self.root / f"{docname}.md", number)


def _numbered(toc: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and numbers of all files, counted as Sphinx does: on through numbered parts."""
    yield toc["root"], ""
    count = 0
    for part in toc.get("parts", [toc]):
        for chapter in part.get("chapters", []):
            count += bool(part.get("numbered"))
            yield from _walk(chapter, str(count) if part.get("numbered") else "")


def _walk(entry: dict[str, Any], number: str) -> Iterator[tuple[str, str]]:
    yield entry["file"], number
    for i, section in enumerate(entry.get("sections", []), 1):
        yield from _walk(section, f"{number}.{i}" if number else "")
