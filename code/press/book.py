"""The book: its settings, the pages that `_toc.yml` lists, and their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from sphinx.errors import SphinxError
from sphinx_external_toc.api import FileItem, GlobItem, SiteMap
from sphinx_external_toc.parsing import MalformedError, parse_toc_data

from .names import folded, wrong_path

__all__ = ["DECKS", "LOCALE", "Book", "Page", "PressError", "numbered"]

DECKS = "book/slides"
"""The folder of the decks."""
LOCALE = "book/locale"
"""The folder of the translations."""


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
    for_class: bool = False
    """Whether this is the edition without solutions, for a class whose exercises are graded."""
    language: str = ""
    """The language that it is translated into, such as `de`; empty for English."""

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """All pages in reading order; raises PressError where `_toc.yml` is missing or wrong."""
        listed = numbered(self._settings("_toc.yml"))
        pages = tuple(Page(name, self.root / f"{name}.md", number) for name, number in listed)
        if wrong := "\n".join(_complaints(pages)):
            raise PressError(wrong)
        return pages

    @property
    def landing(self) -> Page:
        """The page to which the site's root redirects."""
        return self.pages[0]

    @property
    def config(self) -> dict[str, Any]:
        """What `_config.yml` says now; raises PressError where it cannot be read."""
        found = self._settings("_config.yml")
        if not isinstance(found, dict):
            raise PressError("_config.yml holds no settings, such as `title: A book`")
        for name in ("repository", "html", "parse", "sphinx"):
            if not isinstance(found.get(name) or {}, dict):
                raise PressError(f"_config.yml: below `{name}:` stand settings, a line each")
        return found

    @property
    def address(self) -> str:
        """The address of the published site, `html: baseurl` with a slash at its end, or ''.

        It is that of the site with solutions, to which the edition for a class has no links.
        """
        if self.for_class:
            return ""
        base = str((self.config.get("html") or {}).get("baseurl") or "").rstrip("/")
        if base and not re.match("https?://.", base):
            message = "is no address, such as https://example.org/book"
            raise PressError(f"_config.yml: `html: baseurl: {base}` {message}")
        return base and f"{base}/"

    @property
    def tongue(self) -> str:
        """The language of its pages: that of the translation, or else of the settings."""
        settings = (self.config.get("sphinx") or {}).get("config") or {}
        return self.language or str(settings.get("language") or "en")

    @property
    def build(self) -> Path:
        """The folder of everything generated; the edition for a class has one of its own.

        So has each translation.
        """
        if self.language:
            return self.root / "_build" / "translated" / self.language
        return self.root / "_build" / "class-edition" if self.for_class else self.root / "_build"

    @property
    def locale(self) -> Path:
        """The folder of the translations that Sphinx reads."""
        return self.build / "locale"

    @property
    def executed(self) -> Path:
        """The folder of the executed chapters, from which both editions are made."""
        return self.root / "_build" / "executed"

    @property
    def notebook_kinds(self) -> tuple[str, ...]:
        """The kinds of notebooks that the site has."""
        return ("student",) if self.for_class else ("student", "solved")

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

    def text(self, path: Path) -> str:
        """Return the text of a file that an author writes; raise PressError where it is none."""
        where = path.relative_to(self.root).as_posix()
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise PressError(f"{where}: is not UTF-8 ({error.reason}): save it as UTF-8") from error
        except OSError as error:
            raise PressError(f"{where} cannot be read: {error.strerror}") from error

    def _settings(self, name: str) -> Any:
        """Return what a file of settings holds."""
        try:
            return _loaded(self.text(self.root / name))
        except yaml.YAMLError as error:
            mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", error)
            line = f"line {mark.line + 1}: " if mark else ""
            raise PressError(f"{name} cannot be read: {line}{problem}") from error


def _complaints(pages: Iterable[Page]) -> Iterator[str]:
    """Yield what is wrong with the pages that `_toc.yml` lists, a line each."""
    known: dict[str, Page] = {}
    for page in pages:
        other = known.setdefault(folded(page.docname), page)
        if wrong := wrong_path(page.docname):
            yield f"_toc.yml: {wrong}"
        elif page.name == page.docname or page.docname.startswith(f"{DECKS}/"):
            yield f"_toc.yml: {page.docname} is no page: they are in book/, but not in {DECKS}/"
        elif other is not page:
            yield (
                f"_toc.yml lists {other.docname} and {page.docname}: each page stands once in the"
                " book, and letters of either case are the same in the names of files"
            )
        elif not page.path.exists():
            yield f"_toc.yml lists {page.docname}, but {page.path} does not exist"


@cache  # every step of a build asks for the settings, and none changes them
def _loaded(text: str) -> Any:
    return yaml.safe_load(text)


def numbered(toc: Any) -> Iterator[tuple[str, str]]:
    """Yield names and numbers of all files, counted as Sphinx does: on through numbered parts.

    Raises PressError where `toc` is no list of files that Jupyter Book takes.
    """
    try:
        site = parse_toc_data(toc)
    except (MalformedError, AttributeError, TypeError, ValueError) as error:
        raise PressError(f"_toc.yml cannot be read: {error}") from error
    yield from _walk(site, site.root.docname, "", 0, count(1))


def _walk(
    site: SiteMap, name: str, number: str, depth: int, counter: Iterator[int]
) -> Iterator[tuple[str, str]]:
    """Yield a file and those below it, of which `depth` levels are numbered."""
    yield name.removesuffix(".md"), number
    inner = count(1)
    for tree in site[name].subtrees:
        levels = depth or (tree.numbered is True and 999) or int(tree.numbered)
        for item in tree.items:
            if isinstance(item, GlobItem):
                message = "list each page by `file:`, since their order is that of the numbers"
                raise PressError(f"_toc.yml: `glob: {item}`: {message}")
            if isinstance(item, FileItem):  # the others are links to elsewhere
                place = next(inner if number else counter) if levels else ""
                here = f"{number}.{place}" if number and levels else str(place)
                yield from _walk(site, item, here, max(levels - 1, 0), counter)
