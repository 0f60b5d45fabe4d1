"""All chapters on one page: title, licence, contents, chapters, and the solutions at the end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib.util import find_spec
from pathlib import Path

import lxml.html
from lxml.html import builder as E
from pygments.formatters import HtmlFormatter

from diffprog.figures import animation

from .. import files, katex
from ..book import Book
from ..colophon import CC_BY, STAMP, Colophon
from .chapter_on_paper import ChapterOnPaper, Element, link_to_page, read

__all__ = ["SOLUTIONS", "commit", "write"]

SOLUTIONS = "solutions"
"""The name of the part with the solutions."""
PREFACE = "About this book"
"""The heading of the landing page, whose own is on the title page."""
INTER = katex.KATEX.parents[1] / "inter-ui" / "web"
MATPLOTLIB = "mpl-data/fonts/ttf"
FACES = {
    ("Inter", 400, "normal"): INTER / "Inter-Regular.woff2",
    ("Inter", 400, "italic"): INTER / "Inter-Italic.woff2",
    ("Inter", 650, "normal"): INTER / "Inter-SemiBold.woff2",
    ("Inter", 650, "italic"): INTER / "Inter-SemiBoldItalic.woff2",
}


def write(book: Book, site: Path, path: Path) -> None:
    """Write the page of a built site; its styles and fonts are those of this machine."""
    known = {page.docname: page for page in book.pages}
    chapters = []
    for page in book.pages:
        html = (site / f"{page.docname}.html").read_text(encoding="utf-8")
        chapters.append(read(page, html, known, book.address))
    title = _title_page(book, site, chapters[0])
    body = E.BODY(
        *title,
        _contents(chapters),
        *(chapter.content for chapter in chapters),
        _solutions(chapters),
    )
    for number, part in enumerate(body):
        part.set("class", f"{part.get('class') or ''} part-{number}".strip())
    head = f"<title>{escape(str(book.config['title']))}</title>\n<style>\n{_style(body)}</style>"
    text = lxml.html.tostring(body, encoding="unicode")
    files.write(
        path,
        f'<!doctype html>\n<html lang="{escape(book.tongue)}" data-theme="light">\n'
        f'<head>\n<meta charset="utf-8">\n{head}\n</head>\n{text}\n</html>\n',
    )


def commit(site: Path) -> tuple[str, str]:
    """Return what a published site says of its commit, and the commit's date; else two ''."""
    found = re.search(r'= ("Commit .+? of ([\d-]+)\.");', (site / STAMP).read_text("utf-8"))
    return (json.loads(found[1]), found[2]) if found else ("", "")


def _title_page(book: Book, site: Path, landing: ChapterOnPaper) -> Iterator[Element]:
    """Yield the title page and the page on its back, and put a heading onto the landing page."""
    ours = Colophon.of(book)
    leads = landing.content.find_class("lead")
    for lead in leads:
        lead.drop_tree()
    landing.heading.text = PREFACE
    edition = f"Edition {ours.version}" if ours.version else ours.year
    yield E.SECTION(
        E.IMG(src=(files.ASSETS / "favicon.svg").as_uri(), alt=""),
        E.P(str(book.config["title"]), {"class": "dp-title"}),
        *leads,
        E.P(ours.owner, {"class": "dp-author"}),
        E.P(edition),
        {"class": "dp-title-page"},
    )
    where = [E.P("On the web: ", E.A(book.address, href=book.address))] if book.address else []
    yield E.SECTION(
        E.P(f"{ours.rights}."),
        E.P(
            "Text and figures are under the licence ",
            E.A("Creative Commons Attribution 4.0", href=CC_BY),
            f" ({CC_BY}). The code is under the MIT licence.",
        ),
        E.P(f"{ours.edition}. {commit(site)[0]}"),
        E.P(
            "All results in this book were computed by the code that it shows. The solutions of"
            " the exercises stand at its end, and each exercise names their page."
        ),
        *where,
        {"class": "dp-imprint"},
    )


def _contents(chapters: Sequence[ChapterOnPaper]) -> Element:
    """Return the table of contents."""
    lines = []
    for chapter in chapters:
        lines.append(_line(chapter.level, chapter.title, chapter.name))
        if "." in chapter.page.number:
            lines += [_line(3, h.text_content(), h.get("id")) for h in chapter.sections]
    lines.append(_line(1, "Solutions", SOLUTIONS))
    return E.SECTION(E.H1("Contents"), E.UL(*lines), {"class": "dp-contents"})


def _line(level: int, title: str, name: str) -> Element:
    number = link_to_page(name)
    return E.LI(
        E.A(" ".join(title.split()), href=f"#{name}"), E.SPAN(), number, {"class": f"level-{level}"}
    )


def _solutions(chapters: Sequence[ChapterOnPaper]) -> Element:
    """Return the part with the solutions of all exercises."""
    part = E.SECTION(E.H1("Solutions"), {"id": SOLUTIONS})
    for chapter in chapters:
        if chapter.solutions:
            part.append(E.H2(chapter.title))
        for solution in chapter.solutions:
            back = E.P("The exercise: page ", link_to_page(solution.exercise))
            back.set("class", "dp-there")
            heading = E.H3(solution.title, {"id": solution.name})
            part.append(E.DIV(heading, back, {"class": "dp-solved-title"}))
            part.extend(solution.content)
    return part


def _style(body: Element) -> str:
    """Return the style sheet, with a head line for the pages of each chapter."""
    matplotlib = find_spec("matplotlib")
    assert matplotlib is not None
    assert matplotlib.origin is not None
    ttf = Path(matplotlib.origin).parent / MATPLOTLIB
    faces = FACES | {
        ("DejaVu Sans", 400, "normal"): ttf / "DejaVuSans.ttf",
        ("DejaVu Sans Mono", 400, "normal"): ttf / "DejaVuSansMono.ttf",
        ("DejaVu Sans Mono", 700, "normal"): ttf / "DejaVuSansMono-Bold.ttf",
    }
    fonts = "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f'src: url("{path.as_uri()}"); }}'
        for (family, weight, style), path in faces.items()
    )
    formulas = (katex.KATEX / "katex.min.css").read_text(encoding="utf-8")
    formulas = formulas.replace("url(fonts/", f"url({(katex.KATEX / 'fonts').as_uri()}/")
    heads = "\n".join(
        f".part-{number} {{ page: part-{number}; }}\n"
        f"@page part-{number} {{ @top-left {{ content: {json.dumps(_head(part))}; }} }}"
        for number, part in enumerate(body)
    )
    return "\n".join((
        fonts,
        formulas,
        HtmlFormatter(style="a11y-high-contrast-light").get_style_defs(".highlight"),
        animation.asset("figures.css"),
        (files.ASSETS / "paper" / "paper.css").read_text(encoding="utf-8"),
        heads,
    ))  # fmt: skip


def _head(part: Element) -> str:
    """Return the line above the pages of a part: its title; none above those in front of it."""
    heading = next(part.iter("h1", "h2"), None)
    return "" if heading is None else " ".join(heading.text_content().split())
