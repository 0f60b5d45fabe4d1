"""Search: what each section of the book says, in a script that a page loads at the first search.

The sections are read from the written pages, so that the same words are found that are seen: with
formulas as a line of text, without boxes of links, and without what is folded because the reader
should think first. Each section has the words that the glossary says are taught there. The order of
results is made in the page, by `book/assets/search/search.js` with MiniSearch.

Sphinx's own index is not written: it knows words of pages, but no sections.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lxml.html
from docutils import nodes
from sphinx.application import Sphinx

from .. import edition, files
from ..book import PressError
from ..node import PACKAGES
from .short_formula import short_formula

__all__ = ["Section", "sections", "setup"]

SCRIPTS = files.ASSETS / "search"
OPENER = "open_search.js"
"""The script of all pages, which loads the others when the reader turns to the search."""
FOLDER = Path("_static/search")
THEIRS = ("searchtools.js", "language_data.js", "sphinx_highlight.js")
"""Sphinx's scripts of its own search, and of marks in the pages that it finds."""

ASKED = "book/search.toml"
"""Of a book: other words for what it teaches, by the place that teaches it."""

BOXES = {
    "dp-launch", "dp-progress", "dp-present", "dp-take", "dp-solution", "dp-answer", "dp-frames",
    "dp-figure", "toctree-wrapper", "headerlink", "sd-card", "contents", "dp-source-path",
    "dropdown", "dp-about", "caption-number", "eqno", "section-number", "dp-names", "dp-used",
}  # fmt: skip
"""The classes of what no result shows: links, controls, and what is folded to be thought of."""
SILENT = {"script", "style", "svg", "noscript", "button", "label", "summary", "select", "iframe"}
HAS_PROSE = './/figure | .//*[contains(@class, "dp-source") or contains(@class, "math")]'
NAME = re.compile(r"[^\W\d]\w+")
FORMULA = re.compile(r"(?<!\S)\w[^\s()[\]]*[√/][^\s()[\],.;]+")
LINES = {
    "p", "li", "dt", "dd", "tr", "td", "th", "div", "figcaption", "blockquote", "legend", "aside",
    "fieldset", "section",
}  # fmt: skip
"""The elements whose text does not run on into what follows."""
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
OWN_PLACE = re.compile(r"ex-[\w.-]+")
"""The anchors inside sections that are results of their own: exercises."""
WEIGHTS = {
    "annex": 0.6,
    "library": 0.3,
    "repeated": 0.7,
    "exercise": 0.5,
    "beginning": 0.6,
    "term": 0.7,
    "": 1,
}
"""What a match counts on pages beside the chapters, in sections that all chapters have, and so on.

The search takes a section with the weight 1 for one that teaches.
"""


@dataclass
class Section:
    """A place of the book that a result leads to."""

    page: str
    id: str
    """The anchor, which is empty for the beginning of a page."""
    title: str = ""
    text: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    stressed: list[str] = field(default_factory=list)
    """What is set in italic or bold type, as words are where they are introduced."""
    named: list[str] = field(default_factory=list)
    """The names and formulas that stand in the text."""
    messages: list[str] = field(default_factory=list)
    """What Python says of mistakes."""
    taught: list[str] = field(default_factory=list)
    """The words of the glossary that are introduced here."""
    first: list[str] = field(default_factory=list)
    """The names and formulas that no chapter has before."""

    @property
    def new_code(self) -> str:
        """The lines of code with names that neither the text nor an earlier line has."""
        known, lines = set(NAME.findall(self.prose)), []
        for line in map(str.strip, self.code):
            if names := set(NAME.findall(line)) - known:
                known |= names
                lines.append(line)
        return "\n".join(lines)

    @property
    def prose(self) -> str:
        """The text that runs, on one line."""
        text = re.sub(r"\s+", " ", "".join(self.text))
        return re.sub(r" (?=[.,;:!?)](?:\s|$))|(?<=[.,;:!?]):(?= )", "", text).strip()


def sections(page: str, html: str) -> list[Section]:
    """Return the sections of a page in their order, the page's beginning first."""
    document = lxml.html.document_fromstring(html)
    articles = document.find_class("bd-article")
    found: list[Section] = []
    for article in articles[:1]:
        for element in article:
            if element.tag == "section":
                found.append(Section(page, ""))
                _read(element, found[-1], found)
    return found


def _classes(element: Any) -> set[str]:
    return set((element.get("class") or "").split())


def _read(element: Any, section: Section, found: list[Section]) -> None:
    """Add what an element contains to its section, and the sections in it to `found`."""
    section.text.append(_words(element.text))
    for child in element:
        if isinstance(child.tag, str):
            _read_child(child, section, found)
        section.text.append(_words(child.tail))


def _read_child(child: Any, section: Section, found: list[Section]) -> None:
    classes = _classes(child)
    if child.tag in SILENT or classes & BOXES:
        return
    if child.tag in HEADINGS and not section.title:
        section.title = _line(child)
    elif "katex-display" in classes or "katex" in classes:
        formula = short_formula(next(child.iter("math")))
        section.named += FORMULA.findall(formula)
        section.text.append(f" {formula} " if "katex-display" in classes else formula)
    elif child.tag == "section":
        found.append(Section(section.page, child.get("id") or ""))
        _read(child, found[-1], found)
    elif child.tag == "dl" and "glossary" in classes:
        _read_glossary(child, section, found)
    elif child.tag == "dl" and "py" in classes:
        _read_entry(child, section, found)
    elif "admonition" in classes and OWN_PLACE.fullmatch(child.get("id") or ""):
        title = child[0]
        found.append(Section(section.page, child.get("id"), title=_line(title)))
        child.remove(title)
        _read(child, found[-1], found)
    elif "cell_output" in classes and "dp-source" not in classes and not child.xpath(HAS_PROSE):
        return  # what a cell prints
    elif child.tag == "pre" or "highlight" in classes:
        section.code += child.text_content().split("\n")
    else:
        _read_words(child, section, found)


def _read_words(child: Any, section: Section, found: list[Section]) -> None:
    if child.tag in ("em", "strong"):
        section.stressed.append(_line(child))
    if "dp-message" in _classes(child) and section.id:
        section.messages.append(_line(child))
    if child.tag == "code":
        section.named += NAME.findall(child.text_content())
    apart = " " if child.tag in LINES else ""
    section.text.append(apart)
    _read(child, section, found)
    heads = child.tag == "dt" or "admonition-title" in _classes(child)
    section.text.append(": " if heads else apart)


def _read_glossary(terms: Any, section: Section, found: list[Section]) -> None:
    """Make each word of a glossary a section of its own."""
    for child in terms:
        if child.tag == "dt":
            found.append(Section(section.page, child.get("id") or "", title=_line(child)))
        elif child.tag == "dd":
            _read(child, found[-1], found)


def _read_entry(entry: Any, section: Section, found: list[Section]) -> None:
    """Make an entry of the library a section of its own, with the first paragraph about it."""
    head, body = entry[0], entry[-1]
    name = "".join(part.text_content() for part in head.find_class("sig-name"))
    found.append(Section(section.page, head.get("id") or "", title=_words(name)))
    for child in body:
        if child.tag == "p" and not found[-1].text:
            _read(child, found[-1], found)
        elif child.tag == "dl" and "py" in _classes(child):
            _read_entry(child, section, found)


def _line(element: Any) -> str:
    """Return the text of a heading or a few words, with formulas as text."""
    inside = Section("", "", title=" ")
    _read(element, inside, [])
    return inside.prose


def _words(text: str | None) -> str:
    return (text or "").replace("\u00ad", "").replace("\u2060", "").replace("\u200b", "")


def _teach(html: str, glossary: str, found: dict[str, list[Section]], often: set[str]) -> None:
    """Write down the words of a glossary where the links in their entries say they are taught."""
    document = lxml.html.document_fromstring(html)
    for entry in document.xpath('//dl[contains(@class, "glossary")]/dd'):
        term = next(dt for dt in entry.itersiblings("dt", preceding=True))
        for link in entry.xpath('.//a[contains(@class, "internal")]/@href'):
            address = posixpath.join(posixpath.dirname(glossary), link.partition("#")[0])
            page = posixpath.normpath(address).removesuffix(".html")
            if page != glossary and page in found and "#" not in link:
                _where_taught(_line(term), _lessons(found[page], often)).taught.append(_line(term))


def _ask(found: dict[str, list[Section]]) -> None:
    """Write down what readers may ask for in other words, as the book's file says."""
    book = edition.current().book
    if not (book.root / ASKED).is_file():
        return
    try:
        asked = tomllib.loads(book.text(book.root / ASKED))
    except tomllib.TOMLDecodeError as error:
        raise PressError(f"{ASKED} cannot be read: {error}") from error
    for place, words in asked.items():
        name, _, anchor = place.partition("#")
        among = found.get(f"book/{name}")
        if among is None and edition.current().alone:
            continue
        there = [one for one in among or () if one.id == anchor]
        if not there:
            raise PressError(f"{ASKED}: no page has the section {place}")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise PressError(f"{ASKED}: {place} has a list of words in quotes")
        for one in among or ():
            one.taught = [word for word in one.taught if word not in words]
        there[0].taught.extend(words)


def _lessons(found: list[Section], often: set[str]) -> list[Section]:
    """Return the sections that teach: no exercises, and none that all chapters have."""
    lessons = (one for one in found if not OWN_PLACE.fullmatch(one.id))
    return [one for one in lessons if one.title not in often] or found


def _mention(found: Sequence[Section]) -> None:
    """Write down which sections, in reading order, have names and formulas first."""
    known: set[str] = set()
    for one in found:
        one.first = [name for name in dict.fromkeys(one.named) if name not in known]
        known.update(one.first)


def _where_taught(term: str, among: list[Section]) -> Section:
    """Return the section of a page that introduces a term: in its title, stressed, or first."""
    stems = (re.escape(part[: max(4, len(part) - 2)]) for part in term.split())
    word = re.compile(r"(?<!\w)" + r"\w*[\s-]+".join(stems), re.I)
    ways: Sequence[Callable[[Section], list[str]]] = (
        lambda one: [one.title],
        lambda one: one.stressed,
        lambda one: [one.prose] if one.id else [],
        lambda one: [one.new_code],
    )
    for parts in ways:
        for one in among:
            if any(word.search(part) for part in parts(one)):
                return one
    return among[0]


def _index(app: Sphinx) -> dict[str, Any]:
    """Return what the search knows of the book."""
    env, site = app.env, Path(app.outdir)
    terms = env.get_domain("std").get_objects()
    glossaries = {docname for _, _, kind, docname, _, _ in terms if kind == "term"}
    htmls = {
        name: (site / f"{name}.html").read_text(encoding="utf-8") for name in sorted(env.found_docs)
    }
    found = {name: sections(name, html) for name, html in htmls.items()}
    order = [name for name in _in_reading_order(app) if found.get(name)]
    chapters = [name for name in order if len(_number(app, name)) > 1]
    count = Counter(one.title for name in order for one in found[name])
    often = {title for title, times in count.items() if times > 2}
    for name in sorted(glossaries):
        _teach(htmls[name], name, found, often)
    _ask(found)
    for name in found.keys() - set(chapters):  # the page on what goes wrong
        for one in found[name]:
            one.taught += one.messages
    objects = env.get_domain("py").get_objects()
    entries = {docname for _, _, _, docname, _, _ in objects}
    _mention([one for name in chapters for one in _lessons(found[name], often) if one.id])
    pages, places = [], []
    for number, name in enumerate(order):
        pages.append([name, ".".join(map(str, _number(app, name))), found[name][0].title])
        for one in found[name]:
            weight = 1 if name in chapters else WEIGHTS["library" if name in entries else "annex"]
            weight *= WEIGHTS[_kind(one, often)]
            said = [one.title, one.prose, one.new_code, one.taught, one.first]
            places.append([number, one.id, round(weight, 2), *said])
    return {"pages": pages, "places": places}


def _kind(one: Section, often: set[str]) -> str:
    if one.title in often:
        return "repeated"
    if OWN_PLACE.fullmatch(one.id):
        return "exercise"
    return "beginning" if not one.id else "term" if one.id.startswith("term-") else ""


def _number(app: Sphinx, name: str) -> tuple[int, ...]:
    """Return the number of a page, such as (1, 3), or () where it has none."""
    return tuple(app.env.toc_secnumbers.get(name, {}).get("", ()))


def _in_reading_order(app: Sphinx) -> Iterator[str]:
    """Yield the names of all pages as the contents list them."""

    def below(name: str) -> Iterator[str]:
        yield name
        for other in app.env.toctree_includes.get(name, ()):
            yield from below(other)

    listed = list(dict.fromkeys(below(app.config.root_doc)))
    yield from listed
    yield from sorted(app.env.found_docs - set(listed))


def _write(app: Sphinx, error: Exception | None) -> None:
    """Write the scripts of the search into the site, and take Sphinx's own out."""
    if error is not None or app.builder.format != "html":
        return
    static, folder = Path(app.outdir) / "_static", Path(app.outdir) / FOLDER
    for name in THEIRS:
        (static / name).unlink(missing_ok=True)
    shutil.copyfile(SCRIPTS / OPENER, static / OPENER)
    ours = (SCRIPTS / "search.js").read_text(encoding="utf-8")
    files.write(folder / "search.js", f"{_minisearch()}\n{ours}")
    known = json.dumps(_index(app), ensure_ascii=False, separators=(",", ":"))
    files.write(folder / "book.js", f"window.bookSections = {known};\n")


def _minisearch() -> str:
    """Return MiniSearch as a script for browsers, with its licence instead of its comments."""
    package = PACKAGES / "minisearch"
    script = (package / "dist/umd/index.js").read_text(encoding="utf-8")
    script = re.sub(r"^\s*/\*(?:.|\n)*?\*/\n|^\s*//.*\n?|^\s+", "", script, flags=re.M)
    licence = (package / "LICENSE.txt").read_text(encoding="utf-8").strip()
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    return f"/*! MiniSearch {version}\n\n{licence}\n*/\n{script}"


def _begin(app: Sphinx) -> None:
    if app.builder.format == "html":
        app.builder.search = False  # type: ignore[attr-defined]
        app.add_js_file(OPENER, loading_method="defer")


def _search_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Write the page of the search, which links what helps where there is no script."""
    terms = app.env.get_domain("std").get_objects()
    glossary = min((name for _, _, kind, name, _, _ in terms if kind == "term"), default=None)
    yield "search", {"glossary": glossary}, "search.html"


def _page_context(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Leave out the script that marks the words of a search in a page."""
    # In place, since `add_js_file`, called for later handlers, adds to this very list.
    context["script_files"][:] = [
        script for script in context["script_files"] if THEIRS[-1] not in str(script)
    ]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("builder-inited", _begin)
    app.connect("html-collect-pages", _search_page)
    app.connect("html-page-context", _page_context)
    app.connect("build-finished", _write)
