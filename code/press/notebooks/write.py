"""The notebooks of a build, from the pages as Sphinx resolved them.

They are `<site>/notebooks/student/<page>.ipynb` and `…/solved/<page>.ipynb`, for every page except
the bibliography. The edition for a class has none that is solved. Each notebook contains the
entries of the bibliography that it cites.
"""

from __future__ import annotations

from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from urllib.parse import urlsplit

import nbformat
from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx

from .. import edition
from ..colophon import Colophon
from ..edition import Edition
from ..pages.site_only import is_site
from ..run.cache import Execution
from .page_to_markdown import Writer
from .student_and_solved import Source, derive
from .text_and_code import Code, Text, pieces

__all__ = ["Pages", "setup"]


class Pages:
    """The content of each page, noted while Sphinx runs, for the notebooks."""

    def __init__(self) -> None:
        self.pieces: dict[str, list[Text | Code]] = {}
        self.cited: dict[str, list[str]] = {}
        self.entries: dict[str, str] = {}
        self.title = ""
        """The title of the book."""

    def note(self, app: Sphinx, doctree: nodes.document, docname: str) -> None:
        """Turn a page into pieces, and the bibliography into its entries."""
        if not is_site(app):
            return
        book = edition.current().book
        self.title = str(app.config.html_title)
        bibliographies = {key.docname for key in app.env.get_domain("cite").bibliographies}  # type: ignore[attr-defined]
        known = {page.docname for page in book.pages} - bibliographies
        cited = self.cited[docname] = []
        address = book.address

        def link(uri: str, text: str) -> str:
            target = urlsplit(uri)
            if target.scheme or not text.strip():
                return f"[{text}]({uri})" if text.strip() else ""
            if not target.path:
                return text  # on this page, where a notebook has anchors for headings only
            site = normpath(join("/", dirname(docname), target.path)).lstrip("/")
            there = site.removesuffix(".html")
            if there in bibliographies:
                cited.append(target.fragment)
                return text
            if there in known:
                return f"[{text}]({relpath(there, dirname(docname))}.ipynb)"
            return f"[{text}]({address}{site})" if address else text

        writer = Writer(doctree, book.root, link, _numbers(app, docname))
        if docname in bibliographies:
            for entry in doctree.findall(nodes.citation):
                text = writer.blocks(entry.children[1:])
                self.entries |= dict.fromkeys(entry["ids"], text)
            return
        self.pieces[docname] = pieces(doctree, writer)

    def write(self, of: Edition, folder: Path) -> None:
        """Write the notebooks of the pages that were noted; remove those of pages that are gone."""
        wanted = set()
        for execution in of.executions:
            name, kinds = execution.page.name, of.book.notebook_kinds
            paths = {kind: folder / kind / f"{name}.ipynb" for kind in kinds}
            wanted |= set(paths.values())
            if execution.page.docname in self.pieces:
                source = self._source(of, execution)
                for kind, path in paths.items():
                    _write(derive(source, kind), path)
        for path in set(folder.rglob("*.ipynb")) - wanted:
            path.unlink()

    def _source(self, of: Edition, execution: Execution) -> Source:
        docname = execution.page.docname
        ids = dict.fromkeys(self.cited[docname])
        return Source(
            execution.chapter,
            self.pieces[docname],
            execution.notebook,
            sorted({self.entries[i] for i in ids if i in self.entries}),
            self.title,
            f"{of.book.address}{docname}.html" if of.book.address else "",
            of.repository,
            Colophon.of(of.book).markdown,
            of.book.for_class,
        )


def _numbers(app: Sphinx, docname: str) -> dict[str, str]:
    """Map ids to their numbers on the page, such as "Figure 1.2", or "1.2" for a formula."""
    return {
        name: app.config.numfig_format.get(kind, "%s") % ".".join(map(str, number))
        for kind, numbers in app.env.toc_fignumbers.get(docname, {}).items()
        for name, number in numbers.items()
    }


def _write(notebook: NotebookNode, path: Path) -> None:
    nbformat.validate(notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook, sort_keys=True) + "\n", encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    shown = Pages()
    app.connect("doctree-resolved", shown.note)
    vars(app)["shown"] = shown
