"""A small book with a deck; and every deck of the real book, measured once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from diffprog.show import EXERCISE, FIGURE, FRAMES, NUMBER, SOURCE
from press import katex, repository
from press.book import Book
from press.chapter import read_all
from press.edition import Edition
from press.run.cache import Execution
from press.slides.deck import heads
from press.store import Entry, Store

ROOT = Path(__file__).parents[3]
DECKS = [deck.name for deck in heads(Book(ROOT))]
AXE = katex.KATEX.parents[1] / "axe-core" / "axe.min.js"
FACTS = Path(__file__).with_name("facts.js").read_text()

HEAD = """\
---
title: A deck
description: A deck for the tests.
part: part1
---
"""
NOTES = "\n:::{notes} 2\n:chapter: part1/one\n" + "**Say** " + "word " * 45 + "\n:::\n"

SVG = (
    '<svg class="dp-svg" viewBox="0 0 350 210">'
    '<text style="font-size:calc(10px*var(--fig-text))">a</text></svg>'
)

FRAMES_DATA = {"svg": SVG, "slots": [], "name": "time", "seconds": 1.0}

CODE = '''\
def add(a, b):
    """The sum.

    More of it.
    """
    total = a + b
    return total
'''


def entry(name: str, kind: str, data: dict[str, Any], number: str = "1.1.1") -> Entry:
    return Entry(name, kind, "book/part1/one", number, 0, 1, data, "Caption.", "A line.")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    """A chapter, and a store with one output of each kind; it has no address."""
    for name in ("GITHUB_REPOSITORY", "CI_PROJECT_URL"):
        monkeypatch.delenv(name, raising=False)
    files = {
        "_config.yml": "title: A book\n",
        "_toc.yml": "format: jb-book\nroot: book/index\n"
        "parts: [{numbered: 2, chapters: [{file: book/part1/one}]}]",
        "book/index.md": "# Book\n",
        "book/part1/one.md": "# One\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    head = "from diffprog.exercises.x import check\n\ndef add(a, b):\n    "
    tail = "\n\nprint(check_add(add))\nadd(1, 2)\n"
    exercise = {
        "title": "Add",
        "goal": "Two numbers. Write `add(a, b)`, which adds.\n\nMore.",
        "stub": head + 'raise NotImplementedError("Your turn! 7")' + tail,
        "solution": head + "return a + b" + tail,
        "minutes": 8.0,
    }
    source = {"code": CODE, "name": "lib.add", "path": "lib.py"}
    number = {"name": "n-steps", "text": "7 389", "value": 7389}
    entries = [
        entry("fig-line", "figure", {FIGURE: {"svg": SVG}}),
        entry("lib.add", "source", {SOURCE: source}),
        entry("n-steps", "number", {NUMBER: number}),
        entry("ex-add", "exercise", {EXERCISE: exercise}, "7"),
    ]
    Store(tmp_path / "_build/outputs", entries).write()
    return Book(tmp_path)


def edition(book: Book) -> Edition:
    """Return the edition of the book's present files, without executing anything."""
    chapters = read_all(book)
    executions = [Execution(c, c.copy(), book.root / "none.json", 0.0) for c in chapters]
    return Edition(book, executions, Store.of(book), repository.find(book))


@pytest.fixture
def frames(book: Book) -> None:
    """The store has an animation of three frames."""
    data = {**FRAMES_DATA, "texts": ["0 s", "1 s", "2 s"], "start": 1, "autoplay": True}
    ball = entry("fig-ball", "frames", {FRAMES: data})
    Store(book.root / "_build/outputs", [ball]).write(partial=True)


@pytest.fixture
def deck(book: Book) -> Callable[[str], Path]:
    """Write a deck with these slides after its title."""

    def write(text: str, head: str = HEAD) -> Path:
        path = book.root / "book/slides/deck.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{head}\n# A deck\n{NOTES}\n{text}")
        return path

    return write


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test with an argument `name` for every deck.

    One with `in_turn` is of what all decks have alike: a push tries one deck, from test to test
    another one, and once a day all are tried.
    """
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", DECKS)
    if "in_turn" in metafunc.fixturenames:
        now = DECKS[len(metafunc.function.__name__) % len(DECKS)]
        rest = [pytest.param(it, marks=pytest.mark.exhaustive) for it in DECKS if it != now]
        metafunc.parametrize("in_turn", [now, *rest])


def ready(page: Any, address: str) -> Any:
    """Open a deck, and wait until it is laid out."""
    page.goto(address)
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    page.evaluate("document.fonts.ready.then(() => 0)")
    return page


@pytest.fixture
def opened(browser: Any, build: Any) -> Iterator[Callable[..., Any]]:
    """`opened(deck)` opens a deck in a new browser profile, from a file or from `where`."""
    contexts = []

    def opened(name: str, where: str = "", query: str = "", **options: Any) -> Any:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 720}, **options))
        address = f"{where or build.html.as_uri()}/slides/{name}.html{query}"
        return ready(contexts[-1].new_page(), address)

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def facts(browser: Any, build: Any) -> Callable[..., list[dict[str, Any]]]:
    """`facts(deck, …)` opens a deck from a file, and returns the measurements of each slide.

    On a screen of the size that decks are made for, axe checks every second slide: those with even
    numbers in the light, those with odd ones in the dark, or with `others` the other way round.
    """
    known: dict[tuple[Any, ...], list[dict[str, Any]]] = {}

    def measure(name: str, screen: tuple[int, int], theme: str, others: bool) -> Any:
        width, height = screen
        axe, dark = screen == (1280, 720), theme == "dark"
        context = browser.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(f"{m.type}: {m.text}"))
        page.on("requestfailed", lambda r: complaints.append(f"failed: {r.url}"))
        inside = ("file:", "data:")
        page.on("request", lambda r: None if r.url.startswith(inside) else complaints.append(r.url))
        ready(page, f"{(build.html / 'slides' / name).as_uri()}.html?theme={theme}")
        page.evaluate(FACTS)
        if axe:
            page.evaluate(AXE.read_text())
        found = []
        for index in range(page.evaluate("Reveal.getSlides().length")):
            seen = page.evaluate("index => facts(index)", index)
            if axe and index % 2 == (dark != others):
                seen["axe"] = page.evaluate("dark => axeOnSlide(dark)", dark)
            found.append({**seen, "complaints": list(complaints)})
        context.close()
        return found

    def facts(
        name: str, *, screen=(1280, 720), theme="light", others: bool = False
    ) -> list[dict[str, Any]]:
        key = (name, screen, theme, others)
        if key not in known:
            known[key] = measure(*key)
        return known[key]

    return facts
