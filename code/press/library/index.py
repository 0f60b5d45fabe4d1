"""The general index: words of the glossary, names of the library and of others, and all figures.

Sphinx collects the words and the names of the library. Each word also leads to the chapter that the
glossary says teaches it, each name of another package to the sections whose cells use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import lookup

from docutils import nodes
from sphinx.addnodes import glossary, pending_xref
from sphinx.application import Sphinx
from sphinx.config import Config

from .. import edition
from ..colophon import Colophon
from .public import LIBRARY
from .uses import uses

__all__ = ["setup"]

PAGE = "genindex"
_SENTENCE = re.compile(r".+?[.?!](?=\s|$)", re.S)
_GREEK = re.compile(r"\\([a-z]+)(?![a-z])")


@dataclass(frozen=True)
class Line:
    """A line of the index: what it is about, and links, each with its words."""

    name: str
    where: str
    """The module of a name of the library, or ''."""
    links: tuple[tuple[str, str], ...]
    address: str = ""
    """Where the name itself leads, or ''."""


def _lines(app: Sphinx, entries: Any, taught: dict[str, list[str]]) -> Iterator[Line]:
    """Yield the lines of a letter, from what Sphinx has collected."""
    objects: dict[str, Any] = app.env.get_domain("py").objects  # type: ignore[attr-defined]
    for name, (links, below, _) in entries:
        shown = []
        for address in [one for _, one in links] + [one for _, found in below for _, one in found]:
            entry = address.partition("#")[2]
            if entry in objects:
                module, _, own = entry.removeprefix(f"{LIBRARY}.").rpartition(".")
                brackets = "()" * (objects[entry].objtype in ("function", "method"))
                yield Line(f"{own}{brackets}", module, (), address)
            else:
                shown.append(("glossary", address))
        if shown:
            shown += [(_number(page), f"{page}.html") for page in taught.get(name, ())]
            yield Line(name, "", tuple(shown))


def _taught(app: Sphinx) -> dict[str, list[str]]:
    """Return the chapters to which the entries of the glossary lead, by word."""
    env = app.env
    pages = {
        page for _, _, kind, page, _, _ in env.get_domain("std").get_objects() if kind == "term"
    }
    found: dict[str, list[str]] = {}
    for page in sorted(pages):
        for listed in env.get_doctree(page).findall(glossary):
            for item in listed.findall(nodes.definition_list_item):
                links = [link["reftarget"] for link in item.findall(pending_xref)
                         if link["reftype"] == "myst"]  # fmt: skip
                chapters = [link for link in links if _number(link)]
                for term in item.findall(nodes.term):
                    found[term.astext()] = list(dict.fromkeys(chapters))
    return found


def _number(page: str) -> str:
    found = edition.current().execution(page)
    return found.page.number if found else ""


def _others(app: Sphinx) -> Iterator[Line]:
    """Yield the names of other packages, with the first section of each chapter that uses them."""
    places: dict[str, dict[str, str]] = {}
    for execution in edition.current().executions:
        page = execution.page
        for name, anchor, _ in uses(app.env).get(page.docname, ()):
            if not name.startswith(f"{LIBRARY}.") and page.number:
                address = f"{page.docname}.html#{anchor}"
                places.setdefault(name, {}).setdefault(page.number, address)
    for name in sorted(places, key=lambda name: (name.casefold(), name)):
        yield Line(name, "", tuple(places[name].items()))


def _figures(app: Sphinx) -> Iterator[Line]:
    """Yield the figures in reading order, each with the first sentence of its caption."""
    env = app.env
    labels: dict[str, tuple[str, str, str]] = env.get_domain("std").labels  # type: ignore[attr-defined]
    captions = {(page, anchor): caption for page, anchor, caption in labels.values()}
    for execution in edition.current().executions:
        page = execution.page.docname
        numbers = env.toc_fignumbers.get(page, {}).get("figure", {})
        for anchor, number in sorted(numbers.items(), key=lambda item: item[1]):
            caption = _GREEK.sub(_letter, " ".join(captions.get((page, anchor), "").split()))
            first = _SENTENCE.match(caption)
            shown = ".".join(map(str, number))
            address = f"{page}.html#{anchor}"
            yield Line((first[0] if first else caption).rstrip(".:"), "", ((shown, address),))


def _letter(command: re.Match[str]) -> str:
    """Return the Greek letter of a formula as a character."""
    try:
        return lookup(f"GREEK SMALL LETTER {command[1].replace('lambda', 'lamda')}")
    except KeyError:
        return command[0]


def _page_context(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if pagename == PAGE:
        taught = _taught(app)
        collected = context["genindexentries"]
        context["letters"] = [(key, list(_lines(app, found, taught))) for key, found in collected]
        context["others"] = list(_others(app))
        context["figures"] = list(_figures(app))
        context["title"] = "Index"


def _configure(app: Sphinx, config: Config) -> None:
    """State the edition in `objects.inv`, from which other books link to this one."""
    config["version"] = config["release"] = Colophon.of(edition.current().book).version
    config["html_domain_indices"] = False  # the pages of the library list the modules


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("config-inited", _configure)
    app.connect("html-page-context", _page_context)
