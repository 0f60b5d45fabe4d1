"""The key to the edition for a class: for the teacher, and in a folder of its own.

`solutions.html` has each exercise with its solution, its output and the remark on it, taken from
the pages of the book. `readable.md` says what of the solutions a class can read all the same.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from .. import files
from ..book import Book
from ..chapter import Chapter
from ..leaks import Secret
from ..notebooks import built
from ..pages.joined import STYLE
from ..policy import META

__all__ = ["write_key"]

CHECKS = "diffprog.exercises."
PAGE = """\
<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
{policy}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Solutions: {title}</title>
<link rel="stylesheet" href="_static/{style}">
</head>
<body>
<main class="bd-article" style="max-width: 50rem; margin: 2rem auto; padding: 0 1rem">
<h1>Solutions</h1>
<p>To {title}: for the teacher, and not for the class. The folder <code>notebooks</code> has the
chapters as notebooks, solved and to fill in.</p>
{chapters}
</main>
</body>
</html>
"""
READABLE = """\
# What stays readable

A check compares an answer with the right result, and the class has the checks. Pages and notebooks
import them, and no server is asked. So whoever reads the library finds, for most exercises, a
formula of the right result, and for some a function that does what is asked for. This page is made
from the chapters and the library: for each exercise it names the check, what the check uses of the
library, the functions whose source the page shows below the exercise, and the lines of the solution
that the library or a page has as well. `exercises/_loop.py` has what the checks of loops share, and
`exercises/_cuts.py` what those of fitted cuts do.

"""


def write_key(book: Book, chapters: Iterable[Chapter], known: Iterable[Secret]) -> list[Path]:
    """Write `_build/class-key` from the built book; return what there is to open."""
    site, folder, some = book.build / "html", book.build / "class-key", list(chapters)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(built(book), folder / "notebooks")
    shutil.copytree(site / "_static/katex", folder / "_static/katex")
    shutil.copyfile(site / "_static" / STYLE, folder / "_static" / STYLE)
    parts = [_solutions(chapter, site) for chapter in some if chapter.exercises]
    title = escape(str(book.config["title"]))
    page = PAGE.format(title=title, policy=META, style=STYLE, chapters="\n".join(parts))
    files.write(folder / "solutions.html", page)
    said = "\n".join(_readable(some, list(known), book.code))
    files.write(folder / "readable.md", f"{READABLE}{said}\n")
    return [folder / "solutions.html", folder / "readable.md"]


def _solutions(chapter: Chapter, site: Path) -> str:
    """Return the exercises of a chapter as its page has them, with open folds."""
    text = (site / f"{chapter.page.docname}.html").read_text(encoding="utf-8")
    page = BeautifulSoup(text, "lxml")
    found = page.select(".dp-exercise, .dp-solution")
    ids = {
        str(tag["id"]) for part in found for tag in [part, *part.select("[id]")] if tag.get("id")
    }
    for part in found:
        _alone(part, ids)
    heading = escape(f"{chapter.page.number} {chapter.title}")
    return "\n".join([f"<h2>{heading}</h2>", *map(str, found)])


def _alone(part: Tag, ids: set[str]) -> None:
    """Open the fold of a solution, and remove links to what only the page has."""
    if part.name == "details":
        part["open"] = ""
    for link in part.select("a[href]"):
        address = str(link["href"])
        if "headerlink" in str(link.get("class")):
            link.decompose()
        elif "://" not in address and address.removeprefix("#") not in ids:
            link.unwrap()


def _readable(chapters: list[Chapter], known: list[Secret], code: Path) -> Iterator[str]:
    """Yield a list: for each exercise, what a class can read of it."""
    for chapter in chapters:
        module = code / f"diffprog/exercises/{chapter.page.path.stem}.py"
        for exercise in chapter.exercises:
            yield f"- **{exercise.label}** (`{exercise.name}`)"
            if exercise.cell >= 0 and module.exists():
                yield f"  - its check is in `{module.relative_to(code).as_posix()}`"
                if called := _named(_library(module, exercise.name)):
                    yield f"  - the check uses {called}"
            if shown := _named(_shown(chapter, exercise.cell)):
                yield f"  - the page shows below it {shown}"
            for secret in known:
                if secret.owner == exercise.name and secret.also_at:
                    yield f"  - its line `{secret.text.strip()}` is in {secret.also_at}, too"


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name.removeprefix('diffprog.')}`" for name in dict.fromkeys(names))


def _library(module: Path, exercise: str) -> list[str]:
    """Return what the check of an exercise, and the functions that it calls, use of the library."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    own = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    begin = f"@exercise('{exercise}'"
    todo = [node for node in own.values() if begin in ast.unparse(node)]
    used, done = set[str](), set[str]()
    while todo:
        node = todo.pop()
        done.add(node.name)
        names = {found.id for found in ast.walk(node) if isinstance(found, ast.Name)}
        todo += [own[name] for name in names & own.keys() - done]
        used |= names
    return sorted(
        place
        for name, place in _imported(tree).items()
        if name in used and not name.isupper() and not place.startswith(CHECKS)
    )


def _imported(tree: ast.AST) -> dict[str, str]:
    """Return what is imported from the library: the place of each name."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in found
        for alias in node.names
        if str(node.module).startswith("diffprog")
    }


def _shown(chapter: Chapter, cell: int) -> Iterator[str]:
    """Yield whose source the page shows after this cell, as in `show.source(descent.fit)`."""
    places: dict[str, str] = {}
    for index, source in enumerate(c.source for c in chapter.notebook.cells):
        if "show.source" not in source and "import" not in source:
            continue
        try:
            tree = ast.parse(source)
        except SyntaxError:  # text
            continue
        places |= _imported(tree)
        for node in ast.walk(tree):
            match node:
                case ast.Call(ast.Attribute(ast.Name("show"), "source"), args) if 0 <= cell < index:
                    for name, dot, rest in (ast.unparse(a).partition(".") for a in args):
                        yield f"{places.get(name, name)}{dot}{rest}"
