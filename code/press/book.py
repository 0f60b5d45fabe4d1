"""The book: its settings, the pages that `_toc.yml` lists, and their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from sphinx.errors import SphinxError

__all__ = ["DECKS", "Book", "Page", "PressError", "numbered"]

DECKS = "book/slides"
"""The folder of the decks."""


class PressError(SphinxError):
    """A fault that an author can mend; its text says where and what it is, and what to do.

    It is a SphinxError, because Sphinx wraps all errors of other classes.
    """


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
        """All pages in reading order; raises PressError if `_toc.yml` is missing or wrong."""
        entries = _read(self.root / "_toc.yml")
        try:
            pages = tuple(self._page(name, number) for name, number in numbered(entries))
        except (KeyError, TypeError, AttributeError) as error:
            raise PressError(f"_toc.yml cannot be read: {error!r}") from error
        for page in pages:
            if not page.path.exists():
                raise PressError(f"_toc.yml lists {page.docname}, but {page.path} does not exist")
        return pages

    @property
    def landing(self) -> Page:
        """The page to which the site's root redirects."""
        return self.pages[0]

    @property
    def config(self) -> dict[str, Any]:
        """The present content of `_config.yml`; raises PressError if it cannot be read."""
        found = _read(self.root / "_config.yml")
        return found if isinstance(found, dict) else {}

    @property
    def address(self) -> str:
        """The address of the published site, `html: baseurl` with a slash at its end, or ''."""
        base = str((self.config.get("html") or {}).get("baseurl") or "").rstrip("/")
        return base and f"{base}/"

    @property
    def build(self) -> Path:
        """The folder of everything generated."""
        return self.root / "_build"

    @property
    def code(self) -> Path:
        """The source root of the library."""
        return self.root / "code"

    def page(self, name: str) -> Page:
        """Return the page with that short or full name, or raise PressError naming all pages."""
        for page in self.pages:
            if name.removesuffix(".md") in (page.name, page.docname):
                return page
        known = ", ".join(page.name for page in self.pages)
        raise PressError(f"there is no chapter {name!r}; the chapters are: {known}")

    def _page(self, docname: str, number: str) -> Page:
        return Page(docname, self.root / f"{docname}.md", number)


def _read(path: Path) -> Any:
    """Return the content of a YAML file, or raise PressError."""
    try:
        return _loaded(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PressError(f"{path.name} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", error)
        line = f"line {mark.line + 1}: " if mark else ""
        raise PressError(f"{path.name} cannot be read: {line}{problem}") from error


@cache  # every step of a build asks for the settings, and none changes them
def _loaded(text: str) -> Any:
    return yaml.safe_load(text)


def numbered(toc: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield names and numbers of all files; as in Sphinx, a part continues the count."""
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
