"""Links from the code of a page: each name of a library leads to what explains it.

A cell is coloured as it was, and its names become links. They stand outside of the tab order, since
a page has hundreds of them: the same links, each once, are in a list at the end of the page, where
a keyboard reaches them in a few steps. An editor that lies over the code covers the links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.transforms import SphinxTransform
from sphinx.writers.html5 import HTML5Translator

from .. import edition
from .cells import of_chapter
from .inventory import inventory
from .public import LIBRARY, library
from .references import Reference, Resolver
from .uses import uses

__all__ = ["address", "linked", "setup"]

TITLE = "Names in the code of this page"
PACKAGES = {LIBRARY: "Library", "torch": "PyTorch", "numpy": "NumPy"}
OTHERS = "Others"
PYTHON = {"python", "ipython3", "ipython"}
_PIECE = re.compile(r"""((?:<span></span>)?(?:<span class="[^"]*">)?)([^<]*)((?:</span>)?)""")
"""A text of one colour, with its element."""
_CHARACTER = re.compile(r"&[^;]+;|.", re.S)


class MarkNames(SphinxTransform):
    """Give each listing of a page its references, and note which names its cells use."""

    default_priority = 870  # after `exercise.Fold`, which lays stubs and solutions out

    def apply(self, **kwargs: Any) -> None:
        """Compare the listings with the cells of the chapter, by their text."""
        current = edition.current()
        found = current.execution(self.env.docname)
        if found is None or not found.chapter.code:
            return
        pages = inventory(current.book)
        known = library(current.book.code)
        of_cell = of_chapter(found.chapter, Resolver(known, pages.__contains__))
        noted = uses(self.env).setdefault(self.env.docname, [])
        for block in self.document.findall(nodes.literal_block):
            if block.get("language") not in PYTHON:
                continue
            references = of_cell.get(block.rawsource, [])
            noted += _noted(block, references)
            if module := known.modules.get(block.get("module", "")):
                own = {name: f"{module.name}.{name}" for name in module.offers}
                resolver = Resolver(known, pages.__contains__, dict(module.imported) | own)
                references = resolver.cell(block.rawsource)
            if references:
                block["references"] = references


def _noted(block: nodes.Element, references: Iterable[Reference]) -> Iterator[tuple[str, str, str]]:
    """Yield the names that are used here, with the section around."""
    section = block.parent
    while section is not None and not isinstance(section, nodes.section):
        section = section.parent
    if section is not None:
        title = section[0].astext() if isinstance(section[0], nodes.title) else ""
        for one in references:
            if not one.imports:
                yield one.name, section["ids"][0], title


def address(app: Sphinx, docname: str, name: str) -> str:
    """Return where a page finds what explains a name, or '' where there is nothing."""
    if not name.startswith(f"{LIBRARY}."):
        return inventory(edition.current().book).get(name, "")
    entry = app.env.get_domain("py").objects.get(name)  # type: ignore[attr-defined]
    if entry is None or not isinstance(app.builder, StandaloneHTMLBuilder):
        return ""
    return f"{app.builder.get_relative_uri(docname, entry.docname)}#{entry.node_id}"


def _visit(self: HTML5Translator, node: nodes.literal_block) -> None:
    """Write a listing as Sphinx does, and make links of the names in it."""
    try:
        type(self).visit_literal_block(self, node)
    except nodes.SkipNode:
        references: Sequence[Reference] = node.get("references", ())
        app, docname = self.builder.app, self.builder.current_docname
        found = [(one, address(app, docname, one.name)) for one in references]
        if any(href for _, href in found):
            self.body[-1] = linked(self.body[-1], node.rawsource, found)
        raise


def _depart(self: HTML5Translator, node: nodes.literal_block) -> None:
    type(self).depart_literal_block(self, node)


def linked(html: str, source: str, found: Iterable[tuple[Reference, str]]) -> str:
    """Return a coloured listing with links at these references, which do not overlap."""
    before, pre, rest = html.partition("<pre>")
    code, end, after = rest.rpartition("</pre>")
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    links = [
        (starts[one.line - 1] + one.begin, starts[one.line - 1] + one.end, href)
        for one, href in found
        if href
    ]
    return before + pre + _with_links(code, links) + end + after


def _with_links(code: str, links: Iterable[tuple[int, int, str]]) -> str:
    """Put links around the characters from one place up to another of a coloured text.

    A link goes around whole colours, or stands within one.
    """
    pieces, position = [], 0
    for colour, text, end in _PIECE.findall(code):
        characters = _CHARACTER.findall(text)
        pieces.append((position, position + len(characters), colour, characters, end))
        position += len(characters)
    first = {begin: number for number, (begin, *_) in enumerate(pieces)}
    last = {end: number for number, (_, end, *_) in enumerate(pieces)}
    for begin, end, href in links:
        opened, closed = f'<a href="{escape(href)}" tabindex="-1">', "</a>"
        if begin in first and end in last:
            start, stop, colour, characters, close = pieces[first[begin]]
            pieces[first[begin]] = start, stop, opened + colour, characters, close
            start, stop, colour, characters, close = pieces[last[end]]
            pieces[last[end]] = start, stop, colour, characters, close + closed
            continue
        for start, stop, _, characters, _ in pieces:
            if start <= begin and end <= stop:
                characters[begin - start] = opened + characters[begin - start]
                characters[end - start - 1] += closed
    return "".join(f"{colour}{''.join(characters)}{close}"
                   for _, _, colour, characters, close in pieces)  # fmt: skip


def _list(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Put the list of the names below the text of a page."""
    if doctree is None or "body" not in context:
        return
    names = set[str]()
    for block in doctree.findall(nodes.literal_block):
        references: Sequence[Reference] = block.get("references", ())
        names |= {one.name for one in references}
    found = {name: address(app, pagename, name) for name in names}
    groups: dict[str, list[str]] = {}
    for name in sorted(filter(found.get, names), key=_order):
        link = f'<a href="{escape(found[name])}">{escape(_short(name))}</a>'
        groups.setdefault(_package(name), []).append(link)
    if groups:
        lines = "".join(
            f"<p>{package}: {', '.join(links)}</p>" for package, links in groups.items()
        )
        context["body"] += (
            f'<details class="dp-fold dp-names"><summary>{TITLE}</summary>{lines}</details>\n'
        )


def _short(name: str) -> str:
    """Return a name as cells have it: `descent.fit`, `show.source`."""
    own = name.removeprefix(f"{LIBRARY}.")
    return own.partition(".")[2] if own != name and own.count(".") > 1 else own


def _order(name: str) -> tuple[int, str, str]:
    """Return what sorts names: the library, PyTorch, NumPy, and others; in each by letter."""
    package = _package(name)
    return [*PACKAGES.values(), OTHERS].index(package), name.casefold(), name


def _package(name: str) -> str:
    return PACKAGES.get(name.partition(".")[0], OTHERS)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("html-page-context", _list)
    app.add_transform(MarkNames)
    app.add_node(nodes.literal_block, override=True, html=(_visit, _depart))
