"""A page of the site as a chapter on paper.

What only a screen can do goes: buttons, sliders, links to notebooks. Folds are open. Names and
links become those of one page that has all chapters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from typing import Any

import lxml.html
from lxml.html import builder as E

from ..book import Page
from .long_lines import WIDTH, break_lines

__all__ = ["ChapterOnPaper", "Element", "Solution", "link_to_page", "read"]

Element = Any
"""An element of lxml, which has no types."""

GONE = {"dp-launch", "dp-take", "dp-begin", "dp-present", "dp-colophon", "dp-report", "dp-controls",
        "dp-run-bar", "dp-run-what", "dp-hidden", "headerlink"}  # fmt: skip
"""The classes of what is left out."""
PLAIN = {"n", "nn", "nx", "o", "p", "w", "pre"}
"""The classes of words of code that need no colour, and that would double the size of the PDF."""
SHORT = 16
"""Code and output of a cell with fewer lines stay on one sheet."""
NAMES = ("id", "for", "aria-labelledby", "aria-describedby")
"""The attributes whose values are names within a page."""
NARROWER = {"admonition": 4, "dp-predict": 4, "li": 3, "dd": 3}
"""How many characters less fit into a line of code inside of these."""
_URL = re.compile(r"url\(([\"']?)#([^)\"']+)\1\)")


@dataclass(frozen=True)
class Solution:
    """The solution of an exercise, which stands at the end of the book."""

    exercise: str
    """The name of the exercise, in the whole book."""
    title: str
    """The title of the exercise."""
    content: tuple[Element, ...]

    @property
    def name(self) -> str:
        """The name of the solution, in the whole book."""
        return f"{self.exercise}--solution"


@dataclass(frozen=True)
class ChapterOnPaper:
    """A page, as it stands in the book on paper."""

    page: Page
    content: Element
    """An element with all that is shown."""
    solutions: tuple[Solution, ...]

    @property
    def level(self) -> int:
        """Its level in the contents: 2 for a chapter of a part, else 1."""
        return _level(self.page)

    @property
    def name(self) -> str:
        """Its name among those of the whole book."""
        return _named(self.page)

    @property
    def heading(self) -> Element:
        """The heading with its title."""
        return self.content.find(f"h{self.level}")

    @property
    def title(self) -> str:
        """Its title, with its number."""
        return " ".join(str(self.heading.text_content()).split())

    @property
    def sections(self) -> Iterator[Element]:
        """The headings of its sections."""
        yield from self.content.iter(f"h{self.level + 1}")


def read(page: Page, html: str, known: dict[str, Page], address: str) -> ChapterOnPaper:
    """Return a page of the site, whose HTML is given, as a chapter.

    `known` has all pages of the book by their Sphinx names. `address` is that of the site, or ''.
    """
    (content,) = lxml.html.document_fromstring(html).xpath("//article/*[h1]")
    content.tag = "section"
    for frames in content.find_class("dp-frames"):
        title = content.find("h1").text_content().removesuffix("#")
        place = f"in chapter {page.number}" if page.number else f"on the page “{title}”"
        _say_that_it_moves(frames, place, f"{address}{page.docname}.html" if address else "")
    for element in list(content.iter()):
        if _is_gone(element):
            element.drop_tree()
        elif element.tag == "span" and element.get("class") in PLAIN:
            element.drop_tag()
    _say_formulas(content)
    _keep_together(content)
    solutions = tuple(_open_folds(content, page))
    for part in (content, *(each for solution in solutions for each in solution.content)):
        _rename(part, page)
        _lead_on(part, page, known, address)
        for listing in part.iter("pre"):
            break_lines(listing, WIDTH - sum(map(_narrower, listing.iterancestors())))
    for heading in list(content.iter("h1", "h2", "h3", "h4")):
        if section := heading.getparent().attrib.pop("id", ""):
            heading.set("id", section)  # a link then leads to the heading, not to a box around it
        heading.tag = f"h{int(heading.tag[1]) + _level(page) - 1}"
    content.set("id", _named(page))
    return ChapterOnPaper(page, content, solutions)


def link_to_page(name: str) -> Element:
    """Return a link that will show on which page the place of this name is."""
    return E.A("000", {"class": "dp-page", "href": f"#{name}"})


def _level(page: Page) -> int:
    return 1 + page.number.count(".")


def _named(page: Page, name: str = "") -> str:
    """Return the name that a name of a page has in the book, or the name of the page itself."""
    here = page.name.replace("/", ".")
    return f"{here}--{name}" if name else here


def _is_gone(element: Element) -> bool:
    """Return whether an element is left out, as comments are."""
    known = isinstance(element.tag, str)
    return not known or element.tag in ("script", "button") or bool(GONE & _classes(element))


def _classes(element: Element) -> set[str]:
    return set((element.get("class") or "").split())


def _narrower(box: Element) -> int:
    if "hide" in _classes(box):
        return 0
    return max(NARROWER.get(each, 0) for each in (box.tag, *_classes(box)))


def _say_that_it_moves(frames: Element, place: str, address: str) -> None:
    """Say of a figure with a slider which of its frames is shown, and where it moves.

    The place is named in words, or linked if the page has an address.
    """
    figure = frames.getparent()
    slider = frames.find_class("dp-controls")[0].find("label")
    shown = f"{slider.findtext('span')} {slider.find('input').get('aria-valuetext')}"
    site = "on the site"
    where = E.A(site, href=f"{address}#{figure.get('id')}") if address else f"{site}, {place}"
    words = E.P(f"Shown at {shown}. The figure moves ", where, ".", {"class": "dp-moves"})
    figure.find("figcaption").append(words)


def _say_formulas(content: Element) -> None:
    """Give each formula what it says in LaTeX as a label, and leave out its MathML."""
    for formula in content.find_class("katex"):
        formula.set("role", "img")
        formula.set("aria-label", formula.findtext(".//annotation"))
        formula.find_class("katex-mathml")[0].drop_tree()
        formula[0].attrib.pop("aria-hidden", None)  # else a browser takes the formula for empty


def _keep_together(content: Element) -> None:
    """Mark what should not be parted by the end of a sheet.

    A figure and its caption become plain elements, because a PDF would count them as a figure
    without a description, around the one that has it.
    """
    for cell in content.find_class("cell"):
        lines = sum(listing.text_content().count("\n") for listing in cell.iter("pre"))
        if lines < SHORT and not cell.find_class("hide"):
            cell.set("class", f"{cell.get('class')} dp-short")
    for paragraph in content.iter("p"):
        if str(paragraph.text_content()).rstrip().endswith(":"):
            paragraph.set("class", f"{paragraph.get('class') or ''} dp-leads".strip())
    for figure in list(content.iter("figure", "figcaption")):
        figure.set("class", "dp-picture" if figure.tag == "figure" else "dp-caption")
        figure.tag = "div"


def _open_folds(content: Element, page: Page) -> Iterator[Solution]:
    """Open all folds, and take the solutions of exercises out of the text."""
    for fold in list(content.iter("details")):
        summary = fold.find("summary")
        if "dp-solution" in _classes(fold):
            yield _taken_out(fold, page)
            continue
        fold.tag = "div"
        if {"hide", "dp-answer"} & _classes(fold):
            summary.drop_tree()  # the code of a figure, and the answer of a prediction, need none
        else:
            summary.tag = "p"
            summary.set("class", "dp-fold-title")


def _taken_out(fold: Element, page: Page) -> Solution:
    """Take a solution out of the text, and leave a line that says where it is."""
    exercise = next(
        box for box in fold.itersiblings(preceding=True) if "dp-exercise" in _classes(box)
    )
    summary, *content = fold
    title = exercise.find_class("admonition-title")[0].text_content()
    solution = Solution(_named(page, exercise.get("id")), title, tuple(content))
    there = E.P(
        f"{summary.text_content().strip()}: page ",
        link_to_page(solution.name),
        {"class": "dp-there"},
    )
    there.tail = fold.tail
    fold.getparent().replace(fold, there)
    return solution


def _rename(part: Element, page: Page) -> None:
    """Put the name of the page in front of all names that are defined in it."""

    def url(found: re.Match[str]) -> str:
        return f"url(#{_named(page, found[2])})"

    for element in part.iter():
        for name, value in element.attrib.items():
            if name in NAMES and value:
                element.set(name, " ".join(_named(page, each) for each in value.split()))
            elif "url(" in value:
                element.set(name, _URL.sub(url, value))


def _lead_on(part: Element, page: Page, known: dict[str, Page], address: str) -> None:
    """Let links lead to places of the book or to other addresses; end those that cannot."""
    for link in list(part.iter("a", "use")):
        to = link.get("href", "")
        if to.startswith("#"):
            if "dp-page" not in _classes(link):
                link.set("href", f"#{_named(page, to[1:])}")
        elif not re.match(r"\w+:", to):
            path, _, name = to.partition("#")
            path = normpath(join(dirname(page.docname), path))
            if other := known.get(path.removesuffix(".html")):
                link.set("href", f"#{_named(other, name)}")
            elif address:
                link.set("href", address + path + (name and f"#{name}"))
            else:
                link.drop_tag()
