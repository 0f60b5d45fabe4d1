"""Previews of what links lead to: the part that stands on other pages, in a script of its own.

`book/assets/preview.js` shows in a box what a link leads to. What is on the same page, the script
copies from there, and a citation has its text with it. Words of the glossary, and the few figures,
formulas and tables of other pages, are read here from the written pages. A page loads them when the
reader turns to such a link for the first time.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.html
from sphinx.application import Sphinx

from .. import files
from .site_only import is_site

__all__ = ["DATA", "previews", "setup"]

DATA = "_static/previews.js"
SCRIPT = "_static/preview.js"
LIGHT = 12 * 1024
"""The bytes up to which the picture of a figure comes with its caption."""

_LINK = re.compile(r'<a class="reference internal" href="([^"#:]+)\.html#([^"]+)"')
_LEFT_OUT = ".//script | .//*[contains(@class, 'dp-controls') or contains(@class, 'headerlink')]"


def previews(pages: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return the HTML of what links on other pages lead to, by page and identifier.

    `pages` has the HTML of all pages by their names.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for page, text in pages.items():
        for address, name in _LINK.findall(text):
            wanted[posixpath.normpath(posixpath.join(posixpath.dirname(page), address))].add(name)
    found = {
        page: dict(_found(pages[page], wanted[page])) for page in sorted(wanted & pages.keys())
    }
    return {page: parts for page, parts in found.items() if parts}


def _found(html: str, names: set[str]) -> Iterator[tuple[str, str]]:
    """Yield what has one of these identifiers and can be shown in a box, in its order."""
    document = lxml.html.document_fromstring(html)
    for element in document.xpath("//article//*[@id]"):
        if element.get("id") in names and _can_be_shown(element):
            yield element.get("id"), "".join(map(_light, _parts(element)))


def _can_be_shown(element: Any) -> bool:
    if element.tag == "dt":
        return "glossary" in (element.getparent().get("class") or "").split()
    return element.tag in ("figure", "table") or "math" in (element.get("class") or "").split()


def _parts(element: Any) -> Iterator[Any]:
    """Yield the element, and of a word its definition, which several words may share."""
    yield element
    if element.tag == "dt":
        yield next(element.itersiblings("dd"))


def _light(element: Any) -> str:
    """Return the HTML of an element without what makes it heavy and what a box leaves out."""
    for one in element.xpath(_LEFT_OUT):
        one.drop_tree()
    for picture in element.xpath(".//svg[@role] | .//img"):
        if len(lxml.html.tostring(picture)) > LIGHT:
            picture.drop_tree()
    return str(lxml.html.tostring(element, encoding="unicode", with_tail=False))


def _write(app: Sphinx, error: Exception | None) -> None:
    """Write the data, and tell the script of pages their address."""
    if error is not None or not is_site(app):
        return
    site = Path(app.outdir)
    pages = {
        name: (site / f"{name}.html").read_text(encoding="utf-8") for name in app.env.found_docs
    }
    known = json.dumps(previews(pages), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    text = f"window.bookPreviews = {known};\n"
    files.write(site / DATA, text)
    script = (site / SCRIPT).read_text(encoding="utf-8")
    version = files.digest(text.encode())[:8]
    files.write(site / SCRIPT, script.replace("(DATA)", f"{DATA}?v={version}"))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx, after the scripts of pages are in their place."""
    app.connect("build-finished", _write)
