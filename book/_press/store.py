"""The output store: every figure, number, source excerpt and exercise of the book by name.

`_build/outputs/<name>.json` holds an `Entry`. Decks read nothing else. Pages and notebooks find
here what they call by name, and the rest of a chapter in its execution.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from diffprog.show import EXERCISE, FIGURE, NUMBER, SOURCE

from . import whole
from .book import Book, PressError
from .cache import Execution
from .naming import check_name

__all__ = ["Entry", "Store", "collect", "exercises_in", "solved", "stub"]

SHORTEST_ALT = 40  # characters; a file name or the caption again does not describe a figure

_DIRECTIVE = re.compile(
    r"^(?P<fence>:{3,}|`{3,})\{exercise\} *(?P<title>[^\n]*)\n(?P<body>.*?)^(?P=fence) *$",
    re.M | re.S,
)
_OPTION = re.compile(r"^:(\w+): *(.*)\n", re.M)
_MARK = re.compile(r"^ *### (?:BEGIN|END) SOLUTION\n?", re.M)
_SOLUTION = re.compile(r"^ *### BEGIN SOLUTION\n.*?^ *### END SOLUTION\n?", re.M | re.S)


@dataclass(frozen=True)
class Entry:
    """One output: what it is, where it comes from, and its MIME bundle."""

    name: str
    kind: str
    """figure, frames, number, source or exercise."""
    chapter: str
    """The page's docname."""
    number: str
    """Figure or exercise number, as the page shows it; empty where there is none."""
    cell: int
    """Index of the code cell, counted from zero among all cells."""
    line: int
    """First source line of that cell, counted from one."""
    data: dict[str, Any]
    caption: str = ""
    alt: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, f"{self.chapter}.md:{self.line}")
        if not any(self.data.values()):
            raise PressError(f"{self.chapter}.md:{self.line}: the output {self.name!r} is empty")


class Store:
    """The entries of one book, by name."""

    def __init__(self, book: Book) -> None:
        self.folder = book.build / "outputs"

    def __getitem__(self, name: str) -> Entry:
        """The entry called `name`; raises PressError where there is none."""
        try:
            return Entry(**json.loads(self.path(name).read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise PressError(f"nothing in the book is called {name!r}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.stem for path in self.folder.glob("*.json")))

    def path(self, name: str) -> Path:
        """Where the entry called `name` is kept."""
        return self.folder / f"{name}.json"

    def write(self, entries: Iterable[Entry], *, partial: bool = False) -> None:
        """Make these the store's entries; a file whose content stays is not touched.

        With `partial`, entries that are not given stay.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        wanted = set()
        for entry in entries:
            path = self.path(entry.name)
            whole.write(path, json.dumps(asdict(entry), ensure_ascii=False, indent=1))
            wanted.add(path)
        for path in set() if partial else set(self.folder.iterdir()) - wanted:
            path.unlink()


def collect(executions: Iterable[Execution]) -> list[Entry]:
    """All entries of the executed chapters; raises PressError for a name given twice."""
    entries: dict[str, Entry] = {}
    for execution in executions:
        for entry in (*_outputs(execution), *_exercises(execution)):
            other = entries.get(entry.name)
            if other is not None and entry.kind != "source":
                here, there = (f"{e.chapter}.md:{e.line}" for e in (entry, other))
                raise PressError(f"{here}: the name {entry.name!r} is taken by {there}")
            entries.setdefault(entry.name, entry)
    return list(entries.values())


def _outputs(execution: Execution) -> Iterator[Entry]:
    page, notebook = execution.page, execution.notebook
    count = 0
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            kind = next((mime for mime in (FIGURE, NUMBER, SOURCE) if mime in data), None)
            line = notebook.metadata.source_map[index] + 1
            where = {"chapter": page.docname, "cell": index, "line": line}
            if kind == FIGURE:
                count += 1
                number = f"{page.number}.{count}" if page.number else str(count)
                yield _figure(cell, dict(data), number, where)
            elif kind in (NUMBER, SOURCE):
                short = "number" if kind == NUMBER else "source"
                yield Entry(
                    name=data[kind]["name"], kind=short, number="", data=dict(data), **where
                )


def _figure(cell: NotebookNode, data: dict[str, Any], number: str, where: dict[str, Any]) -> Entry:
    options = cell.metadata.get("mystnb", {})
    figure, alt = options.get("figure", {}), options.get("image", {}).get("alt", "")
    place = f"{where['chapter']}.md:{where['line']}"
    name, caption, alt = figure.get("name", ""), figure.get("caption", ""), " ".join(alt.split())
    if not name or not caption:
        raise PressError(f"{place}: a figure needs mystnb.figure.name and mystnb.figure.caption")
    if len(alt) <= SHORTEST_ALT or alt in caption:
        raise PressError(
            f"{place}: {name} needs alternative text (mystnb.image.alt) that says what it shows, in"
            f" over {SHORTEST_ALT} characters that are not its caption"
        )
    kind = "frames" if "slots" in data[FIGURE] else "figure"
    return Entry(name=name, kind=kind, number=number, data=data, caption=caption, alt=alt, **where)


def exercises_in(notebook: NotebookNode) -> Iterator[tuple[dict[str, str], int]]:
    """Title, options and body of each `{exercise}` directive, with the index of its code cell."""
    for index, cell in enumerate(notebook.cells):
        name = cell.metadata.get("exercise")
        if cell.cell_type != "code" or not name:
            continue
        text = (
            "\n".join(c.source for c in notebook.cells[:index] if c.cell_type == "markdown") + "\n"
        )
        for match in _DIRECTIVE.finditer(text):
            options = dict(_OPTION.findall(match["body"]))
            if options.get("name") == name:
                body = _OPTION.sub("", match["body"]).strip()
                yield {**options, "title": match["title"], "body": body}, index


def _exercises(execution: Execution) -> Iterator[Entry]:
    page, notebook = execution.page, execution.notebook
    for options, index in exercises_in(notebook):
        cell = notebook.cells[index]
        number = options.get("number", "")
        data = {
            "title": options["title"],
            "goal": options["body"],
            "stub": stub(cell.source, f"{number}: {options['title']}"),
            "solution": solved(cell.source),
            "outputs": cell.outputs,
        }
        yield Entry(
            name=options["name"],
            kind="exercise",
            chapter=page.docname,
            number=number,
            cell=index,
            line=notebook.metadata.source_map[index] + 1,
            data={EXERCISE: data},
        )


def solved(source: str) -> str:
    """`source` as one who solves the exercise would write it: without the marks of the solution."""
    return _MARK.sub("", source)


def stub(source: str, exercise: str) -> str:
    """`source` without its solution: "your turn" stands in its place, at its indentation."""

    def turn(match: re.Match[str]) -> str:
        indent = " " * (len(match[0]) - len(match[0].lstrip()))
        return f'{indent}raise NotImplementedError("Your turn! Exercise {exercise}")\n'

    return _SOLUTION.sub(turn, source)
