"""Pages of the library: each public name has an entry, each entry says where the name is used.

What is expected is read from the installed package and from the text of the built pages, and not by
the way in which the press finds it.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

import lxml.html
import pytest
from sphinx.util.inventory import InventoryFile

import diffprog
from press.book import Book
from press.library.inventory import inventory

from ..conftest import ROOT
from .test_glossary import ENTRIES

pytestmark = pytest.mark.site

BOOK = Book(ROOT)
LIBRARY = [page for page in BOOK.pages if page.name.startswith("library/")]
NUMBERED = {page.docname: page.number for page in BOOK.pages}
HIDDEN = re.compile(r"\._|\.exercises|\.grade|\.figures\.")
"""Modules without a page: private, for teachers, or behind `figures`."""
NOT_CODE = re.compile(
    r'(?s:"{3}.*?"{3})|"[^"\n]*"|#.*|^from .* import \([^)]*\)|^(from|import) .*', re.M
)
"""Texts, comments and imports."""
NO_PAGE = {"torch.pi", "torch.binomial", "torch.relu"}
"""What PyTorch has and its documentation has not."""


@cache
def tree(path: Path) -> Any:
    return lxml.html.document_fromstring(path.read_bytes())


@cache
def ids(path: Path) -> set[str]:
    """The anchors of a page."""
    return set(re.findall(r' id="([^"]+)"', path.read_text(encoding="utf-8")))


def public() -> Iterator[tuple[str, str]]:
    """The modules of the library, each with a name that it offers."""
    found = pkgutil.walk_packages(diffprog.__path__, "diffprog.")
    for name in sorted(info.name for info in found if not HIDDEN.search(info.name)):
        module = importlib.import_module(name)
        yield from ((name, own) for own in getattr(module, "__all__", ()))


@pytest.fixture(scope="module")
def pages(build: Any) -> dict[str, Any]:
    """The written pages of the book, by name."""
    return {page.docname: tree(build.html / f"{page.docname}.html") for page in BOOK.pages}


@pytest.fixture(scope="module")
def entries(pages: dict[str, Any]) -> dict[str, tuple[str, Any]]:
    """The entries of the library, by name, each with its page."""
    return {
        head.get("id"): (page.docname, head.getparent())
        for page in LIBRARY
        for head in pages[page.docname].xpath('//dl[contains(@class, "py")]/dt[@id]')
    }


def test_each_public_name_has_an_entry_with_words(entries):
    """What a module has from another one is named there, with a link."""
    for module, own in public():
        thing = getattr(importlib.import_module(module), own)
        origin = getattr(thing, "__module__", module)
        home = module if HIDDEN.search(origin) or not origin.startswith("diffprog") else origin
        _, entry = entries[f"{home}.{own}"]
        if inspect.isroutine(thing) or inspect.isclass(thing):
            assert entry.find("dd").text_content().split()[0], own


def test_nothing_else_has_an_entry(entries):
    """No check of an exercise, which says what is right, and nothing private."""
    known = {f"{module}.{own}" for module, own in public()}
    for name in entries:
        assert name in known or name.rpartition(".")[0] in known, name


def listings(page: Any) -> Iterator[tuple[str, str]]:
    """The code of a page that belongs to cells, with the anchor of the section around."""
    for pre in page.xpath('//div[contains(@class, "cell_input") or contains(@class, "dp-stub")]'
                          '//pre | //details[contains(@class, "dp-solution")]//pre'):  # fmt: skip
        outputs = pre.xpath('ancestor::div[contains(@class, "cell_output")]')
        if not outputs:
            around = pre.xpath("ancestor::*[self::section or self::div[h1]][1]")
            yield pre.text_content(), around[0].get("id")


def imports(docname: str) -> Iterator[tuple[str, str]]:
    """What a chapter imports from the library, also in cells whose code is not shown."""
    pattern = r"^from (diffprog[\w.]*) import (\([^)]*\)|.*)"
    for source, names in re.findall(pattern, BOOK.text(ROOT / f"{docname}.md"), re.M):
        yield source, re.sub(r"\w+ as \w+", "", names)


def use(imports: list[tuple[str, str]], module: str, own: str) -> re.Pattern[str] | None:
    """What finds a name in the code of a chapter that has these imports."""
    folder, _, short = module.rpartition(".")
    for source, words in imports:
        if source == module and re.search(rf"\b{own}\b", words):
            return re.compile(rf"(?<![\w.\"'`]){own}\b(?! *=[^=])")
        if source == folder and re.search(rf"\b{short}\b", words):
            return re.compile(rf"(?<![\w.]){short}\.{own}\b")
    return None


def test_entries_say_where_cells_use_a_name(pages, entries):
    """By a search for `descent.fit` in the code of all pages, after an import of `descent`."""
    expected: dict[str, set[str]] = {}
    names, ours = list(public()), dict[str, set[str]]()
    for docname, page in pages.items():
        given = list(imports(docname))
        # A name that the reader defines means that, until the chapter imports the library's.
        text = BOOK.text(ROOT / f"{docname}.md")
        bound = re.findall(r"^ *(?:def )?([\w, ]+)(?=\(.*\):$| = )|for ([\w, ]+) in", text, re.M)
        ours[docname] = {own for pair in bound for own in re.findall(r"\w+", " ".join(pair))}
        tried = {f"{module}.{own}": use(given, module, own) for module, own in names}
        patterns = {name: used for name, used in tried.items() if used}
        for code, anchor in listings(page) if patterns else ():
            bare = re.sub(NOT_CODE, "", code)
            for name, used in patterns.items():
                own = name.rpartition(".")[2]
                variable = rf"for [\w, ]*\b{own}\b[\w, ]* in |(def \w+\(|lambda )[\w, ]*\b{own}\b"
                if used.search(bare) and not re.search(variable, bare):
                    expected.setdefault(name, set()).add(f"{docname}.html#{anchor}")
    assert len(expected) > 60
    for name, places in expected.items():
        if name not in entries:
            continue  # what its module has from another one
        docname, entry = entries[name]
        links = entry.xpath('./dd/p[contains(@class, "dp-used")]/a/@href')
        found = {normpath(join(dirname(docname), link)) for link in links}
        unsure = {f"{page}.html" for page, own in ours.items() if name.rpartition(".")[2] in own}
        places = {place for place in places if place.partition("#")[0] not in unsure}
        found = {place for place in found if place.partition("#")[0] not in unsure}
        many = {place.partition("#")[0] for place in found if _is_short(entry, place)}
        wanted = {place for place in places if place.partition("#")[0] not in many}
        assert wanted <= found, name
        chapters = {place.partition("#")[0] for place in places}
        more = {place.partition("#")[0] for place in found} - chapters
        # A chapter that uses an object uses its class, which it may not name.
        assert not more or entry.get("class").split()[1] in ("class", "exception"), name
        assert chapters <= {place.partition("#")[0] for place in found}, name


def _is_short(entry: Any, place: str) -> bool:
    """Whether the entry names only the first of many sections, or a page without a number."""
    if not NUMBERED[place.partition(".html")[0]]:
        return True
    for link in entry.xpath('./dd/p[contains(@class, "dp-used")]/a'):
        if link.get("href").endswith(place.partition("book/")[2]):
            return bool(re.match(r", \d+ sections", link.tail or ""))
    return False


def test_links_from_code_lead_to_what_is_there(build, pages):
    """Into the book: to an element of that name; out of it: to an address of the inventory."""
    outside = set(inventory(BOOK).values())
    seen = 0
    for docname, page in pages.items():
        for link in page.xpath('//pre//a/@href | //details[contains(@class, "dp-names")]//a/@href'):
            seen += 1
            if "://" in link:
                assert link in outside
                continue
            path, _, anchor = link.partition("#")
            place = build.html / normpath(join(dirname(docname), path))
            assert anchor in ids(place)
    assert seen > 2500


def test_nearly_each_name_of_an_import_is_a_link(pages):
    """`torch.name`, `np.name`, `math.name` and `module.name` of the library, in shown cells."""
    modules = {module for module, _ in public()}
    all_names, linked = 0, 0
    missing = set()
    for docname, page in pages.items():
        here = [own for source, names in imports(docname) for own in re.findall(r"\w+", names)
                if f"{source}.{own}" in modules]  # fmt: skip
        names = re.compile(rf"(?<![\w.\"'])(?:torch|np|math|{'|'.join(here)})(?:\.\w+)+")
        for pre in page.xpath('//div[contains(@class, "cell_input")]//pre'):
            code = re.sub(r"#.*|^(from|import) .*|\"{3}.*", "", pre.text_content(), flags=re.M)
            links = [link.text_content() for link in pre.iter("a")]
            for name in names.findall(code):
                all_names += 1
                hit = any(name == link or name.startswith(f"{link}.") for link in links)
                linked += hit
                if not hit:
                    missing.add(name)
    assert all_names > 1000
    assert linked / all_names > 0.99, missing
    assert {name for name in missing if name.startswith("torch.")} <= NO_PAGE


def test_no_link_in_code_is_a_stop_of_the_keyboard(pages):
    """There are hundreds; a list at the end of the page has each of them once."""
    for docname, page in pages.items():
        links = page.xpath("//div[contains(@class, 'highlight')]//pre//a")
        assert all(link.get("tabindex") == "-1" for link in links)
        listed = page.xpath('//details[contains(@class, "dp-names")]//a/@href')
        assert set(listed) == {link.get("href") for link in links}, docname


def test_a_click_on_a_name_opens_its_entry(browser, server):
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.goto(f"{server}/book/part1/gradient.html")
    page.get_by_role("link", name="ball.position", exact=True).first.click()
    page.wait_for_url("**/book/library/simulator.html#diffprog.simulator.ball.position")
    assert page.locator("dt:target").inner_text().startswith("position(")
    page.context.close()


def test_the_index_has_all_words_names_and_figures(build):
    page = tree(build.html / "genindex.html")
    assert page.xpath("//h1")[0].text_content() == "Index"
    said = [" ".join(line.text_content().split()) for line in page.xpath("//ul/li")]
    for word in ENTRIES:
        assert any(line.startswith(f"{word}: glossary") for line in said), word
    for module, own in public():
        if not re.search(r"\.(descent|figures)$", module):  # which have some from elsewhere
            shown = re.compile(rf"{own}(\(\))? in {re.escape(module.removeprefix('diffprog.'))}")
            assert any(shown.match(line) for line in said), own
    figures = page.xpath('//section[h2[@id="figures"]]//li//a/@href')
    captions = sum(path.read_text(encoding="utf-8").count('<span class="caption-number">')
                   for path in build.html.glob("book/**/*.html"))  # fmt: skip
    assert len(figures) == captions > 60
    for link in page.xpath("//ul[contains(@class, 'dp-index')]//a/@href"):
        path, _, anchor = link.partition("#")
        assert not anchor or anchor in ids(build.html / path)


@pytest.mark.parametrize("docname", ["book/glossary", "book/library/index"])
def test_the_index_is_linked(pages, docname):
    assert "../" * docname.count("/") + "genindex.html" in pages[docname].xpath(
        "//article//a/@href"
    )


def test_other_books_can_link_to_this_one(build):
    """`objects.inv` has the name and the edition of the book, and the names of the library."""
    path = build.html / "objects.inv"
    head = path.read_bytes().split(b"\n", 3)[1:3]
    project = re.search(r'version = "([\d.]+)"', BOOK.text(ROOT / "pyproject.toml"))
    assert head[0] == f"# Project: {BOOK.config['title']}".encode()
    assert project
    assert head[1] == f"# Version: {project[1]}".encode()
    with path.open("rb") as stream:
        found: Any = InventoryFile.load(stream, "", join)
    found = getattr(found, "data", found)
    assert "diffprog.loops.descent.fit" in found["py:function"]
    assert "diffprog.loops.descent" in found["py:module"]
