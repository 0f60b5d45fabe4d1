"""Each construct of MyST and its extensions, built once: page, notebook and slide."""

import base64
import gc
import html
import re
import weakref
from itertools import count
from pathlib import Path

import nbformat
import pytest
from docutils.parsers.rst import directives, roles
from jupyter_book.config import get_final_config
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from press.book import Book, PressError
from press.edition import Edition, handed_over
from press.slides.deck import read

from .constructs import PASSES, PNG, REFUSED, REFUSED_SLIDES, SLIDES
from .small import Small

pytestmark = pytest.mark.slow

BIBLIOGRAPHY = "@article{key, author={Doe, Jane}, title={A paper}, year={2000}, journal={J}}\n"
HEAD = "---\ndescription: A page.\n---\n\n# Title\n\n"
FIRST = HEAD.count("\n")
"""Lines above the source of a construct."""
DECK = "---\ntitle: A deck\ndescription: A deck.\n---\n\n# A deck\n\n"
NOTES = f"\n\n:::{{notes}} 1\n:chapter: one\n\n**Say** {'word ' * 40}\n:::\n"

OTHER_LANGUAGES = {"c", "cpp", "js", "py", "rst"}
"""Domains whose directives make the same nodes as `{py:function}`, and their roles references."""
ELSEWHERE = {
    *(
        "bibliography",
        "code-cell",
        "edition",
        "exercise",
        "glue",
        "library",
        "library-used-in",
        "message",
        "notation",
        "predict",
        "remark",
    ),  # in the real book, and its tests
    *(
        f"auto{kind}"
        for kind in (
            "attribute",
            "class",
            "data",
            "decorator",
            "exception",
            "function",
            "method",
            "module",
            "property",
        )
    ),  # what {library} is made of
    *("restructuredtext-test-directive", "sub-ref"),  # of docutils' tests; of a switched-off syntax
    *("keyword", "pep-reference", "rfc-reference"),  # of Python's manual; as {pep} and {rfc}
}


NOTEBOOK_ONLY = re.compile(r"<[^>]+>|\]\(\S+\)|\$+.*?\$+|```\w*|Details|## Cited here.*", re.S)
"""Markup, addresses, formulas, the title of an untitled fold, and the notebook's bibliography."""

FAMILIES = re.compile(r"(bdg)-[\w-]+|((?:foot)?cite|glue|eval):\w*")
"""Names that differ only by a colour or a form from a name that is tried."""


def family(name: str) -> str:
    found = FAMILIES.fullmatch(name)
    return (found[1] or found[2]) if found else name


def slug(name: str) -> str:
    return "c-" + re.sub(r"\W+", "-", name).lower()


def small_book(folder: Path, sources: dict[str, str], slides: dict[str, str]) -> Small:
    """Write a book with a page for each source, beside chapter one and a bibliography."""
    small = Small(folder)
    small.create()
    names = ["one", *map(slug, sources), "sources"]
    chapters = "".join(f"      - file: book/{name}\n" for name in names)
    (folder / "_toc.yml").write_text(
        f"format: jb-book\nroot: book/index\nparts:\n  - numbered: 2\n    chapters:\n{chapters}"
    )
    deck = "".join(f"## {name}\n\n{source}{NOTES}\n" for name, source in slides.items())
    (folder / "book/slides/deck.md").write_text(f"{DECK}{NOTES}\n{deck}")
    (folder / "book/ball.png").write_bytes(base64.b64decode(PNG))
    (folder / "book/line.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (folder / "book/shown.py").write_text("shown = 1\n")
    (folder / "book/included.txt").write_text("Included *words*.\n")
    (folder / "book/references.bib").write_text(BIBLIOGRAPHY)
    (folder / "book/sources.md").write_text(f"{HEAD}```{{bibliography}}\n```\n")
    for name, source in sources.items():
        (folder / f"book/{slug(name)}.md").write_text(f"{HEAD}{source}\n")
    return small


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A book of all constructs that pass."""
    pages, slides = ({name: row[0] for name, row in table.items()} for table in (PASSES, SLIDES))
    small = small_book(tmp_path_factory.mktemp("passing"), pages, slides)
    small.good_build()
    return small


@pytest.fixture(scope="module")
def edition(passing: Small) -> Edition:
    """The same book, whose chapter is in the cache."""
    return Edition.make(Book(passing.root))


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The messages on a book of all constructs that are refused."""
    pages = {name: row[0] for name, row in REFUSED.items()}
    result = small_book(tmp_path_factory.mktemp("refused"), pages, {}).build()
    assert result.code == 1
    return result.errors


@pytest.mark.parametrize("name", PASSES)
def test_it_arrives_in_the_notebook_and_on_the_page(passing, name):
    chapter = dict(zip(PASSES, count(2)))[name]
    notebook = nbformat.read(passing.root / f"_build/html/notebooks/student/{slug(name)}.ipynb", 4)
    nbformat.validate(notebook)
    first, *others = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    written = "\n<cell>\n".join(others)
    assert "Title\n" in first
    assert written == PASSES[name][1].replace("{n}", str(chapter)).removeprefix("<cell>\n")

    page = passing.page(slug(name)).partition("<article")[2].partition("</article>")[0]
    shown = html.unescape(re.sub(r"<[^>]+>", "", page))
    words = re.findall(r"[A-Za-z]{2,}", NOTEBOOK_ONLY.sub(" ", html.unescape(written)))
    assert [word for word in words if word not in shown] == []
    assert "SECRET" not in shown + written


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_line(complaints, name):
    _, line, message = REFUSED[name]
    place = f"book/{slug(name)}.md:{'' if line is None else line + FIRST}: "
    assert any(message in said for said in complaints.splitlines() if place in said), complaints


@pytest.mark.parametrize("name", SLIDES)
def test_it_arrives_on_the_slide(passing, name):
    slide = passing.deck().partition(f">{name}</h2>")[2].partition("</section>")[0]
    assert SLIDES[name][1] in slide
    assert "SECRET" not in slide


@pytest.mark.parametrize("name", REFUSED_SLIDES)
def test_a_slide_refuses_it_with_its_line(edition, name):
    source, message = REFUSED_SLIDES[name]
    path = edition.book.root / "book/slides/refused.md"
    path.write_text(f"{DECK}{NOTES}\n## Refused\n\n{source}\n")
    try:
        with pytest.raises(PressError, match=r"book/slides/refused\.md:\d+: ") as refused:
            read(edition, path)
    finally:
        path.unlink()
    assert message in str(refused.value)


@pytest.mark.filterwarnings("ignore")
def test_no_directive_or_role_is_forgotten(passing, edition, monkeypatch):
    # sphinx-external-toc asks all objects for their class, and those that other tests have left
    # may hold a proxy of an object that is gone, which cannot answer.
    everything = gc.get_objects
    alive = lambda: [x for x in everything() if type(x) not in weakref.ProxyTypes]  # noqa: E731
    monkeypatch.setattr(gc, "get_objects", alive)
    config, _ = get_final_config(
        user_yaml=passing.root / "_config.yml",
        sourcedir=passing.root,
        cli_config={"latex_individualpages": False, "press_executed": True},
    )
    folder = passing.root / "_build/registry"
    with handed_over(edition), patch_docutils(), docutils_namespace():
        app = Sphinx(passing.root, None, folder, folder, "html", config, status=None, warning=None)
        known = {*directives._directives, *directives._directive_registry, *roles._roles}  # type: ignore[attr-defined]
        known |= {
            name
            for name, role in roles._role_registry.items()  # type: ignore[attr-defined]
            if role is not roles.unimplemented_role
        }
        for domain in app.env.domains.values():
            if domain.name not in OTHER_LANGUAGES:
                prefix = "" if domain.name == "std" else f"{domain.name}:"
                known |= {f"{prefix}{name}" for name in (*domain.directives, *domain.roles)}
    sources = [row[0] for table in (PASSES, REFUSED) for row in table.values()]
    tried = {family(name) for name in re.findall(r"\{([\w:-]+)\}", "\n".join(sources))}
    forgotten = {name for name in known if name[:1] != "_" and family(name) not in tried}
    assert sorted(forgotten - ELSEWHERE) == []
