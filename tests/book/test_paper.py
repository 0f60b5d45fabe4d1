"""The book as one PDF, and a chapter printed from the site: whole, light and in order."""

import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from press.book import Page
from press.colophon import Colophon

from ..conftest import ROOT
from .glyphs import Glyphs

pytestmark = [pytest.mark.site, pytest.mark.slow]

CONTENT = 158
"""The width of the text on a sheet, in mm: A4 less the margins of paper.css."""
TOO_WIDE = """() => [...document.querySelectorAll("body > section *")].filter(element =>
    element.getBoundingClientRect().right > innerWidth + 1 && !element.closest("svg")
    || element.matches("pre, table, .math") && element.scrollWidth > element.clientWidth + 1
).map(element => `${element.tagName} ${element.className}: ${element.textContent.trim()}`)"""
HIDDEN = """() => [
    ...document.querySelectorAll("article details:not(.dp-names) > :not(summary)")
].filter(part =>
    part.textContent.trim() && !part.checkVisibility({ contentVisibilityAuto: true })
).map(part => part.textContent)"""
HEAD = re.compile(r"\A\n(?:.*\n)?\d+\n")
"""The line above the text of a page, with the number that stands below."""


def squeezed(text: str) -> str:
    """The characters of a text, without blanks and the marks of broken lines.

    In Inter, the apostrophe has the glyph of a letter, whose character a PDF then names.
    """
    return re.sub(r"[\s↪\u200b]", "", text).replace("ʼ", "’")


@dataclass(frozen=True)
class Paper:
    """The PDF of the book."""

    path: Path

    @cached_property
    def reader(self) -> PdfReader:
        return PdfReader(self.path, strict=True)

    @cached_property
    def texts(self) -> list[str]:
        glyphs = Glyphs()
        return [glyphs.text(page) for page in self.reader.pages]

    @cached_property
    def sheets(self) -> list[str]:
        """The characters of each page."""
        return [squeezed(text) for text in self.texts]

    def between(self, first: int, last: int) -> str:
        """The characters of these pages, counted from one, without their heads and numbers."""
        return squeezed(
            "".join(HEAD.sub("", text, count=1) for text in self.texts[first - 1 : last])
        )

    @cached_property
    def places(self) -> dict[str, int]:
        """The page of each place to which a link leads, counted from one."""
        reader = self.reader
        return {
            name.removeprefix("/"): (reader.get_destination_page_number(place) or 0) + 1
            for name, place in reader.named_destinations.items()
        }

    @property
    def solutions(self) -> int:
        """The page on which the solutions begin."""
        return self.places["solutions"]


@pytest.fixture(scope="module")
def paper(build) -> Paper:
    """The PDF, as `make pdf` prints it; nothing is built again."""
    command = [sys.executable, "-m", "press", "pdf"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.stderr, run.returncode) == ("", 0)
    assert run.stdout.splitlines()[-1] == "_build/book.pdf"  # it may have waited for another build
    return Paper(build.book.build / "book.pdf")


@pytest.fixture(scope="module")
def articles(build) -> dict[Page, Any]:
    """The text of each page of the site."""
    return {
        page: lxml.html.parse(build.html / f"{page.docname}.html").getroot().find(".//article")
        for page in build.book.pages
    }


def lines(element) -> set[str]:
    """All lines of code and of outputs in an element."""
    return {
        squeezed(line) for pre in element.iter("pre") for line in pre.text_content().splitlines()
    }


def words(element) -> str:
    return " ".join(element.text_content().removesuffix("#").split())


def test_each_line_of_code_is_on_paper(paper, articles):
    everything = paper.between(3, len(paper.sheets))
    for page, article in articles.items():
        missing = {line for line in lines(article) if line not in everything}
        assert missing == set(), page.name


def test_solutions_stand_at_the_end(paper, articles):
    """What only solutions have is before the last part nowhere, and all of it is there.

    Of a paragraph, the first line is looked for: the end of a sheet may part the others.
    """
    before = paper.between(1, paper.solutions - 1)
    after = paper.between(paper.solutions, len(paper.sheets))
    folds = [fold for a in articles.values() for fold in a.find_class("dp-solution")]
    assert len(folds) == sum(len(a.find_class("dp-exercise")) for a in articles.values())
    secret = set().union(*map(lines, folds))
    for paragraph in (p for fold in folds for p in fold.iter("p") if not p.find_class("katex")):
        secret.add(squeezed(words(paragraph))[:60])
    public = squeezed("".join(a.text_content() for a in articles.values()))
    only = {line for line in secret if len(line) > 20 and public.count(line) == 1}
    assert len(only) > 150
    assert {line for line in only if line in before} == set()
    assert {line for line in only if line not in after} == set()


def test_an_exercise_and_its_solution_lead_to_each_other(paper, articles):
    for page, article in articles.items():
        for fold in article.find_class("dp-solution"):
            above = fold.itersiblings(preceding=True)
            box = next(each for each in above if "dp-exercise" in each.get("class", ""))
            name = f"{page.name.replace('/', '.')}--{box.get('id')}"
            exercise, solution = paper.places[name], paper.places[f"{name}--solution"]
            assert exercise < paper.solutions <= solution
            assert f"page{solution}" in paper.sheets[exercise - 1] + paper.sheets[exercise]
            assert f"page{exercise}" in paper.sheets[solution - 1]


def test_the_pdf_says_what_it_is(paper, build):
    ours, root = Colophon.of(build.book), paper.reader.root_object
    about = paper.reader.metadata
    assert (about.title, about.author) == (build.book.config["title"], ours.owner)
    assert about["/CreationDate"] == f"D:{ours.year}0101000000Z"
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    first, back = paper.sheets[:2]
    assert squeezed(build.book.config["title"]) in first
    for line in (ours.rights, ours.edition, "Creative Commons Attribution 4.0"):
        assert squeezed(line) in back


def test_headings_figures_and_tables_are_tagged(paper, articles):
    kinds: dict[str, int] = {}
    texts = set()
    waiting = [paper.reader.root_object["/StructTreeRoot"]["/K"]]
    while waiting:
        element = waiting.pop()
        element = element.get_object() if isinstance(element, IndirectObject) else element
        if isinstance(element, list):
            waiting += element
        elif isinstance(element, dict) and "/S" in element:
            kinds[element["/S"]] = kinds.get(element["/S"], 0) + 1
            if element["/S"] == "/Figure":
                texts.add(element["/Alt"])  # each has one
            waiting.append(element.get("/K", []))
    figures = {svg.get("aria-label") for a in articles.values() for svg in a.find_class("dp-svg")}
    assert figures <= texts
    assert kinds["/Table"] == sum(len(list(a.iter("table"))) for a in articles.values())
    assert min(kinds[f"/H{level}"] for level in (1, 2, 3)) > 5
    assert {"/P", "/L", "/LI", "/Link", "/Code", "/TH"} <= kinds.keys()


def test_bookmarks_are_parts_chapters_and_sections(paper, articles):
    def titles(outline) -> list:
        return [titles(e) if isinstance(e, list) else squeezed(e.title) for e in outline]

    def flat(outline) -> set[str]:
        return set().union(*(flat(e) if isinstance(e, list) else {e} for e in outline))

    found = titles(paper.reader.outline)
    others = list(articles.items())[1:]
    assert {squeezed(words(h)) for _, a in others for h in a.iter("h1", "h2")} <= flat(found)
    chapters = [(squeezed(words(a.find(".//h1"))), page.number) for page, a in others]
    parts = [title for title, number in chapters if "." not in number]
    assert [title for title in found if isinstance(title, str)] == [
        "Contents", "Aboutthisbook", *parts, "Solutions"
    ]  # fmt: skip
    below = found[found.index("1.Fittingparameters") + 1]
    first = [title for title, number in chapters if number.startswith("1.")]
    assert [title for title in below if isinstance(title, str)] == first


def test_contents_and_feet_have_the_numbers_of_pages(paper, articles):
    for page, article in list(articles.items())[1:]:
        at = paper.places[page.name.replace("/", ".")]
        title = squeezed(words(article.find(".//h1")))
        assert any(f"{title}{at}" in sheet for sheet in paper.sheets[2:8]), title
        assert paper.sheets[at - 1].startswith(f"{title}{at}"), "the head and the foot of the page"


def test_figures_have_the_numbers_of_the_site(paper, articles):
    everything = paper.between(3, len(paper.sheets))
    for article in articles.values():
        for caption in article.iter("figcaption"):
            if not caption.find_class("katex"):
                assert squeezed(caption.text_content()).removesuffix("#") in everything
    frames = sum(len(a.find_class("dp-frames")) for a in articles.values())
    assert everything.count("Thefiguremoves") == frames > 10


def test_each_link_leads_to_a_place_of_the_book_or_to_an_address(paper):
    inside = 0
    for page in paper.reader.pages:
        for annotation in page.get("/Annots", []):
            link = annotation.get_object()
            if "/Dest" in link:
                assert link["/Dest"].removeprefix("/") in paper.places
                inside += 1
            else:
                assert re.match("https://", link["/A"]["/URI"])
    assert inside > 1000


def test_all_fits_on_the_sheet(paper, browser):
    """In a window of the width that the text has on paper."""
    page = browser.new_page(viewport={"width": round(CONTENT / 25.4 * 96), "height": 900})
    page.emulate_media(media="print")
    page.goto((paper.path.parent / "paper" / "book.html").as_uri())
    assert page.evaluate(TOO_WIDE) == []
    page.close()


@pytest.mark.exhaustive
def test_the_same_edition_gives_the_same_file(paper):
    first = paper.path.read_bytes()
    subprocess.run([sys.executable, "-m", "press", "pdf"], cwd=ROOT, check=True)
    assert paper.path.read_bytes() == first


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_chapter_prints_whole_and_light_from_the_dark(browser, server, tmp_path, script):
    context = browser.new_context(
        color_scheme="dark", java_script_enabled=script, viewport={"width": 718, "height": 1000}
    )
    page = context.new_page()
    page.goto(f"{server}/book/part1/gradient.html")
    article = lxml.html.document_fromstring(page.content()).find(".//article")
    path = tmp_path / "chapter.pdf"
    page.pdf(path=path, format="A4", print_background=True)
    reader, glyphs = PdfReader(path), Glyphs()
    text = squeezed("".join(glyphs.text(sheet) for sheet in reader.pages))
    assert {line for line in lines(article) if line not in text} == set()
    for gone in ("Binder", "Showthecode", "Searchthisbook", "Reportamistake", "Skiptomain"):
        assert gone not in text
    assert text.startswith(squeezed(words(article.find(".//h1"))))
    content: Any = reader.pages[0].get_contents()
    fills = re.findall(rb"([\d.]+ [\d.]+ [\d.]+) rg", content.get_data())
    assert fills[0] == b"1 1 1", "the ground is white"
    page.emulate_media(media="print")
    page.wait_for_timeout(500)  # until the browser has taken it in
    assert page.evaluate(HIDDEN) == []
    context.close()
