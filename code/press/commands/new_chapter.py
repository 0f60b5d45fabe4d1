"""Begin a chapter: `make new-chapter NAME=part4/tape`.

The templates are a complete chapter called `part4/tape`; a new chapter has its own name instead.
If the part does not exist yet, it is begun too, with its first page and its deck.
"""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Sequence
from os.path import relpath
from pathlib import Path

import yaml

from .. import files
from ..book import DECKS, Book, Page, PressError, numbered
from ..slides import deck

__all__ = ["begin"]

TEMPLATES = Path(__file__).with_name("templates")
FORM = re.compile(r"([a-z]+[0-9]*)/([a-z]+(?:_[a-z]+)*)")
LONGEST = 40  # characters
NO_PARTS = {"assets", "slides"}
"""Folders of the book that hold no chapters."""
NO_CHAPTERS = {"index", *keyword.kwlist, *sys.stdlib_module_names}


def begin(book: Book, name: str) -> list[Path]:
    """Write the files of a new chapter, list it in `_toc.yml`, and return the files.

    Raises PressError, and writes nothing, if the name is taken or not valid.
    """
    part, chapter = _checked(name)
    page = book.root / f"book/{part}/{chapter}.md"
    new = {
        page: "chapter.md",
        book.code / f"diffprog/exercises/{chapter}.py": "check.py.txt",
        book.root / f"tests/library/exercises/test_check_{chapter}.py": "test.py.txt",
    }
    index, slides = page.with_name("index.md"), _deck(book, part)
    if not index.exists():
        new[index] = "part.md"
    if slides is None:
        new[book.root / DECKS / f"{part}.md"] = "deck.md"
    for path in new:
        if path.exists():
            where = path.relative_to(book.root)
            raise PressError(f"{where} exists already: choose another name")
    text = {path: _text(template, part, chapter) for path, template in new.items()}
    slides = slides or list(new)[-1]
    text.setdefault(slides, book.text(slides) if slides.exists() else "")
    text[slides] += _text("slides.md", part, chapter)
    before, text[book.root / "_toc.yml"] = _listed(book, part, chapter)
    text[page] = text[page].replace("(before.md)", f"({relpath(before.path, page.parent)})")
    for path, content in text.items():
        files.write(path, content)
    return list(text)


def _checked(name: str) -> tuple[str, str]:
    """Return the part and the chapter of a name, or raise PressError if it is not valid."""
    match = FORM.fullmatch(name)
    if match is None or len(name) > LONGEST:
        raise PressError(
            f"{name!r} cannot be a chapter: give a part and a name, as in part4/tape, in small"
            f" letters, words of the name joined by _, at most {LONGEST} characters in all"
        )
    part, chapter = match.groups()
    if part in NO_PARTS or chapter in NO_CHAPTERS:
        taken = part if part in NO_PARTS else chapter
        raise PressError(f"{taken!r} has another meaning, here or in Python: choose another name")
    return part, chapter


def _deck(book: Book, part: str) -> Path | None:
    """Return the deck that shows this part."""
    return next((d.path for d in deck.heads(book) if d.part == part), None)


def _text(template: str, part: str, chapter: str) -> str:
    """Return a template with another name in it; names of outputs have `-` instead of `_`."""
    dashed, title = chapter.replace("_", "-"), chapter.replace("_", " ").capitalize()
    words = {
        "part4": part, "fig-tape": f"fig-{dashed}", "ex-tape": f"ex-{dashed}",
        "tape-top": f"{dashed}-top", "tape": chapter, "Tape": title,
    }  # fmt: skip
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    return re.sub("|".join(words), lambda match: words[match[0]], text)


def _listed(book: Book, part: str, chapter: str) -> tuple[Page, str]:
    """Return the page before the new one, and the text of `_toc.yml` with the new one added.

    A chapter is added at the end of its part, and a part after the last numbered part.
    """
    text = book.text(book.root / "_toc.yml")
    lines, old = text.splitlines(), [page.docname for page in book.pages]
    counted = [page for page in book.pages if page.number]
    mine = [page for page in counted if page.docname.startswith(f"book/{part}/")]
    new = [f"book/{part}/{chapter}"] if mine else [f"book/{part}/index", f"book/{part}/{chapter}"]
    if counted:
        *_, last = mine or counted
        top, _ = _line(lines, next(p for p in reversed(mine or counted) if "." not in p.number))
        _, at = _line(lines, last)
        added = [] if mine else [f"{top}- file: {new[0]}"]
        added += [f"{top}  sections:"] * (not mine or last.number.count(".") == 0)
        added += [f"{top}    - file: {new[-1]}"]
        result = "\n".join([*lines[: at + 1], *added, *lines[at + 1 :]]) + "\n"
        place = old.index(last.docname) + 1
        if _names(result) == [*old[:place], *new, *old[place:]]:
            return last, result
    listed = ", ".join(new)
    raise PressError(f"the form of _toc.yml is not known here: list {listed} in it by hand")


def _line(lines: Sequence[str], page: Page) -> tuple[str, int]:
    """Return the indentation of the line that lists a page, and its index."""
    pattern = re.compile(rf"( *)- *file: *['\"]?{re.escape(page.docname)}(?:\.md)?['\"]? *(?:#.*)?")
    found = ((match[1], i) for i, line in enumerate(lines) if (match := pattern.fullmatch(line)))
    return next(found, ("", len(lines)))


def _names(toc: str) -> list[str]:
    """Return the pages that the text of a `_toc.yml` lists, or none if it cannot be read."""
    try:
        return [name for name, _ in numbered(yaml.safe_load(toc))]
    except (yaml.YAMLError, PressError):
        return []
