"""Where other packages explain their names: `book/inventory.txt`, which a command renews.

The file holds the names that cells use, below the address of the documentation that explains them.
No build asks the network. `python -m press inventory` reads the inventories (`objects.inv`) that
these documentations publish, or copies of them in files, and writes the file anew.
"""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from urllib.request import urlopen

from sphinx.util.inventory import InventoryFile

from .. import files
from ..book import Book, PressError
from ..chapter import read_all
from .cells import of_cells
from .public import library
from .references import Resolver

__all__ = ["FILE", "Inventory", "inventory", "renew"]

FILE = "book/inventory.txt"
HEAD = """\
# Names of other packages in the code of the book, and the pages that explain them: below the
# address of a documentation, a name and its page there. `python -m press inventory` renews them.
"""


class Inventory(dict[str, str]):
    """The address of the page that explains each name."""

    bases: dict[str, str]
    """For each name, the address of the documentation that it belongs to."""


@cache
def _parsed(text: str, where: str) -> Inventory:
    found, bases, base = Inventory(), dict[str, str](), ""
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if len(words) == 1 and words[0].startswith("https://"):
            base = words[0]
        elif len(words) == 2 and base and words[0] not in found:
            found[words[0]], bases[words[0]] = base + words[1], base
        else:
            raise PressError(f"{where}:{number}: want an address, or a new name and its page")
    found.bases = bases
    return found


def inventory(book: Book) -> Inventory:
    """Return the inventory of a book, which is empty if it has no such file."""
    path = book.root / FILE
    return _parsed(book.text(path) if path.is_file() else "", FILE)


def renew(book: Book, sources: Sequence[str] = ()) -> list[str]:
    """Write the file anew; return what no inventory has any more, which stays as it is.

    `sources` are files or addresses of inventories, in the order in which the file lists the
    documentations; without them the command asks each documentation for its own.
    """
    old = inventory(book)
    bases = list(dict.fromkeys(old.bases.values()))
    sources = sources or [f"{base}objects.inv" for base in bases]
    if len(sources) != len(bases):
        raise PressError(f"{FILE} lists {len(bases)} documentations: name an inventory for each")
    pages = {name: (base, page) for base, source in zip(bases, sources, strict=True)
             for name, page in _published(source).items()}  # fmt: skip
    kept = {name: (old.bases[name], page.removeprefix(old.bases[name]))
            for name, page in old.items() if name not in pages}  # fmt: skip
    used = _used(book, kept | pages)
    files.write(book.root / FILE, _text(bases, {name: (kept | pages)[name] for name in used}))
    return sorted(used & kept.keys())


def _used(book: Book, pages: Mapping[str, object]) -> set[str]:
    """Return the names of other packages that cells use and that have a page."""
    found = set[str]()
    for chapter in read_all(book):
        resolver = Resolver(library(book.code), pages.__contains__)
        for _, references in of_cells(chapter, resolver):
            found |= {one.name for one in references if one.name in pages}
    return found


def _text(bases: Iterable[str], pages: Mapping[str, tuple[str, str]]) -> str:
    parts = [HEAD]
    for base in bases:
        lines = [f"{name} {page}" for name, (of, page) in sorted(pages.items()) if of == base]
        parts.append("\n".join([base, *lines, ""]))
    return "\n".join(parts)


def _published(source: str) -> dict[str, str]:
    """Return the page of each name of Python in an inventory, relative to its documentation."""
    try:
        if source.startswith("https://"):
            with urlopen(source, timeout=60) as answer:
                data = answer.read()
        else:
            data = Path(source).read_bytes()
        loaded = InventoryFile.load(io.BytesIO(data), "", posixpath.join)
    except (OSError, ValueError) as error:
        raise PressError(f"{source} cannot be read: {error}") from error
    found: dict[str, str] = {}
    for kind, names in getattr(loaded, "data", loaded).items():
        if kind.startswith("py:"):
            for name, item in names.items():
                found.setdefault(name, _short(name, item[2]))
    return found


def _short(name: str, page: str) -> str:
    """Return the page without the anchor, if it explains nothing but this name."""
    path, _, anchor = page.partition("#")
    return path if anchor == name and posixpath.basename(path) == f"{name}.html" else page
