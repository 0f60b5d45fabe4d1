"""The colophon below each page, and the directive `edition`: what the page on the edition lists.

`{edition} versions` is a table of what computed the book, `citation` says how it is cited,
`software` lists what of others a site contains, with its licence, and `errata` what was wrong in
earlier editions, from `book/errata.yml`.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from importlib.metadata import metadata, version
from pathlib import Path
from posixpath import dirname, relpath
from typing import Any

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .. import edition, files
from ..book import Book, PressError
from ..colophon import EDITION, STAMP, UNSTAMPED, Colophon
from ..node import PACKAGES
from .site_only import is_site
from .table import table

__all__ = ["SHIPPED", "setup"]

COMPUTES = ("torch", "numpy", "scipy", "matplotlib", "myst-nb", "sphinx", "jupyter-book")
SHIPPED = {
    "npm": {
        "katex": "formulas, and their fonts",
        "minisearch": "the order of what the search finds",
        "reveal.js": "slides",
        "inter-ui": "the font of slides",
        "pyodide": "Python in the page",
    },
    "pip": {
        "sphinx": "parts of the style and of the scripts",
        "pydata-sphinx-theme": "layout",
        "sphinx-book-theme": "layout",
        "sphinx-design": "cards and grids",
        "sphinx-copybutton": "the button that copies code",
        "myst-nb": "the style of cells",
    },
}
"""The packages whose files a site contains, and what they do there."""
WITHIN = (
    ("CPython", "the standard library of Python in the page", "PSF-2.0"),
    ("Font Awesome Free", "icons", "CC-BY-4.0 AND OFL-1.1 AND MIT"),
    ("Bootstrap", "layout", "MIT"),
    ("clipboard.js", "the button that copies code", "MIT"),
    ("DejaVu Sans Mono", "the font of code on slides", "Bitstream-Vera"),
)
"""What these packages contain of others."""
ERRATA = "book/errata.yml"
KEYS = {"date", "page", "was", "is"}
"""What each entry of the errata says; `edition` may be there too: the one that has the mistake."""


class EditionDirective(SphinxDirective):
    """`{edition} versions`, `citation`, `software` or `errata`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the list, and note the file that it is made from."""
        made: dict[str, Callable[[Book], list[nodes.Node]]] = {
            "versions": _versions, "citation": _citation, "software": _software, "errata": _errata,
        }  # fmt: skip
        for name in ("CITATION.cff", ERRATA, "requirements.txt", "pyproject.toml"):
            self.env.note_dependency(name)
        choice = directives.choice(self.arguments[0], tuple(made))
        return made[choice](edition.current().book)


def _versions(book: Book) -> list[nodes.Node]:
    rows = [(name, version(name).partition("+")[0]) for name in COMPUTES]
    python = ".".join(platform.python_version_tuple()[:2])
    return [table(("Package", "Version"), [("Python", python), *rows])]


def _citation(book: Book) -> list[nodes.Node]:
    path = book.root / "CITATION.cff"
    cited = yaml.safe_load(book.text(path))
    authors = " and ".join(f"{{{author['name']}}}" for author in cited["authors"])
    ours = Colophon.of(book)
    if str(cited["version"]) != ours.version:
        message = f"{path.name}: version {cited['version']} is not that of pyproject.toml"
        raise PressError(f"{message}, {ours.version}")
    fields = {
        "title": f"{{{cited['title']}}}",
        "author": authors,
        "edition": str(cited["version"]),
        "year": ours.year,
        "url": book.address,
    }
    lines = [f"  {name:7} = {{{value}}}," for name, value in fields.items() if value]
    text = "\n".join(["@book{diffprog,", *lines, "}"])
    return [nodes.literal_block(text, text, language="bibtex")]


def _software(book: Book) -> list[nodes.Node]:
    rows = []
    for name, what in SHIPPED["npm"].items():
        package = json.loads((PACKAGES / name / "package.json").read_text(encoding="utf-8"))
        rows.append((f"{name} {package['version']}", what, str(package["license"])))
    rows += [(f"{n} {version(n)}", what, _licence(n)) for n, what in SHIPPED["pip"].items()]
    return [table(("Software", "What it does here", "Licence"), [*rows, *WITHIN])]


def _licence(package: str) -> str:
    """Return the licence that an installed package states."""
    about = metadata(package)
    if "License-Expression" in about:
        return about["License-Expression"]
    classified = [c for c in about.get_all("Classifier") or () if c.startswith("License ::")]
    return ", ".join(c.rpartition(":: ")[2].removesuffix(" License") for c in classified)


def _errata(book: Book) -> list[nodes.Node]:
    path = book.root / ERRATA
    entries = yaml.safe_load(book.text(path)) if path.exists() else None
    if not entries:
        return [nodes.paragraph("", "No mistake is known in this edition.")]
    for entry in entries:
        if not isinstance(entry, dict) or not entry.keys() >= KEYS:
            needed = ", ".join(sorted(KEYS))
            raise PressError(f"{ERRATA}: each entry has {needed}; this one has not: {entry}")
    newest = sorted(entries, key=lambda entry: str(entry["date"]), reverse=True)
    rows = [[str(e[key]) for key in ("date", "page", "was", "is")] for e in newest]
    return [table(("Found on", "Page", "It said", "It should say"), rows)]


def _below(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Put the colophon below the text of a page."""
    if "body" not in context or not is_site(app):
        return
    current, here = edition.current(), dirname(pagename)
    book, ours = current.book, Colophon.of(current.book)
    known = any(page.docname == EDITION for page in book.pages)
    about = relpath(f"{EDITION}.html", here or ".") if known else ""
    report = ours.report(current.repository, pagename, "Report a mistake on this page")
    text = ours.html(about, report)
    stamp = relpath(STAMP, here or ".")
    context["body"] += f'\n<p class="dp-colophon" data-stamp="{stamp}">{text}</p>'


def _write_stamp(app: Sphinx, error: Exception | None) -> None:
    if error is None and is_site(app):
        files.write(Path(app.outdir) / STAMP, UNSTAMPED)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx, and register the directive."""
    app.add_directive("edition", EditionDirective)
    app.connect("html-page-context", _below)
    app.connect("build-finished", _write_stamp)
