"""The output store: every figure, number, source excerpt and exercise of the book by name.

`_build/outputs/<name>.json` holds an `Entry`. Decks read only the store. Pages and notebooks take
from it the outputs that they name, and all else from the chapter's execution.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from . import files, output_kinds
from .book import Book, PressError
from .output_kinds import Kind
from .run.cache import Execution

__all__ = ["Entry", "Store", "check_name", "collect"]

LONGEST_NAME = 100  # characters; file systems allow 255 bytes, and suffixes are added
SHORTEST_ALT = 40  # characters; a file name or the caption again does not describe a figure

_NAME = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True)
class Entry:
    """One output: what it is, where it comes from, and its MIME bundle."""

    name: str
    kind: str
    """The name of its kind, as in `output_kinds.BY_NAME`."""
    chapter: str
    """The page's docname."""
    number: str
    """Figure or exercise number, as the page shows it, or '' if there is none."""
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

    @property
    def content(self) -> Any:
        """Its content in the MIME type of its kind."""
        return self.data[output_kinds.BY_NAME[self.kind].mime]


class Store:
    """The entries of one book, by name; those that are not given are read from `folder`."""

    def __init__(self, folder: Path, entries: Iterable[Entry] = ()) -> None:
        self.folder = folder
        self._entries = {entry.name: entry for entry in entries}

    @classmethod
    def of(cls, book: Book, executions: Iterable[Execution] = ()) -> Store:
        """Return the store of a book, with the outputs of these chapters."""
        return cls(book.build / "outputs", collect(executions))

    def __getitem__(self, name: str) -> Entry:
        """Return the entry called `name`; raise PressError if there is none."""
        if name not in self._entries:
            try:
                content = json.loads(self.path(name).read_text(encoding="utf-8"))
            except FileNotFoundError:
                raise PressError(f"nothing in the book is called {name!r}") from None
            self._entries[name] = Entry(**content)
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        on_disk = {path.stem for path in self.folder.glob("*.json")}
        return iter(sorted(self._entries.keys() | on_disk))

    def path(self, name: str) -> Path:
        """Return the file of the entry called `name`."""
        return self.folder / f"{name}.json"

    def write(self, *, partial: bool = False) -> None:
        """Write the entries; do not touch a file whose content stays the same.

        Files of other entries are deleted, unless the store is `partial`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        wanted = set()
        for name, entry in self._entries.items():
            # Sorted, since a kernel and the cache give the keys of an output in different orders.
            text = json.dumps(asdict(entry), ensure_ascii=False, indent=1, sort_keys=True)
            files.write(self.path(name), text)
            wanted.add(self.path(name))
        for path in set() if partial else set(self.folder.iterdir()) - wanted:
            path.unlink()


def check_name(name: str, place: str) -> None:
    """Raise PressError, with the place, if a name is not valid for files and addresses."""
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise PressError(
            f"{place}: {name[:LONGEST_NAME]!r} cannot be a name: begin with a letter or digit, and"
            f" go on with letters, digits, -, _ and full stops, at most {LONGEST_NAME} in all"
        )


def collect(executions: Iterable[Execution]) -> list[Entry]:
    """Return all entries of the executed chapters; raise PressError for a name given twice."""
    entries: dict[str, Entry] = {}
    for execution in executions:
        for entry in (*_outputs(execution), *_exercises(execution), *_cells(execution)):
            other = entries.get(entry.name)
            if other is not None and entry.kind != output_kinds.SOURCE.name:
                here, there = (f"{e.chapter}.md:{e.line}" for e in (entry, other))
                raise PressError(f"{here}: the name {entry.name!r} is taken by {there}: rename one")
            entries.setdefault(entry.name, entry)
    return list(entries.values())


def _outputs(execution: Execution) -> Iterator[Entry]:
    page, notebook = execution.page, execution.notebook
    count = 0
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            kind = output_kinds.of_output(data)
            line = notebook.metadata.source_map[index] + 1
            where = {"chapter": page.docname, "cell": index, "line": line}
            if kind and kind.is_figure:
                count += 1
                number = f"{page.number}.{count}" if page.number else str(count)
                yield _figure(kind, cell, dict(data), number, where)
            elif kind:
                name = data[kind.mime]["name"]
                yield Entry(name=name, kind=kind.name, number="", data=dict(data), **where)


def _figure(
    kind: Kind, cell: NotebookNode, data: dict[str, Any], number: str, where: dict[str, Any]
) -> Entry:
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
    described = {"caption": caption, "alt": alt}
    return Entry(name=name, kind=kind.name, number=number, data=data, **described, **where)


def _cells(execution: Execution) -> Iterator[Entry]:
    """Yield the cells that have a name, for slides."""
    notebook = execution.notebook
    for index, cell in enumerate(notebook.cells):
        name = cell.metadata.get("name")
        if cell.cell_type != "code" or name is None:
            continue
        line = notebook.metadata.source_map[index] + 1
        check_name(str(name), f"{execution.page.docname}.md:{line}")
        options = cell.metadata.get("mystnb", {})
        data = {
            "code": cell.source,
            "outputs": cell.outputs,
            "figure": options.get("figure", {}).get("name", ""),
            "alt": " ".join(options.get("image", {}).get("alt", "").split()),
        }
        yield Entry(
            name=str(name),
            kind=output_kinds.CELL.name,
            chapter=execution.page.docname,
            number="",
            cell=index,
            line=line,
            data={output_kinds.CELL.mime: data},
        )


def _exercises(execution: Execution) -> Iterator[Entry]:
    chapter, notebook = execution.chapter, execution.notebook
    for exercise in chapter.exercises:
        data = {
            "title": exercise.title,
            "goal": exercise.goal,
            "stub": exercise.stub,
            "solution": exercise.solution,
            "outputs": notebook.cells[exercise.cell].outputs,
        }
        yield Entry(
            name=exercise.name,
            kind=output_kinds.EXERCISE.name,
            chapter=chapter.page.docname,
            number=exercise.number,
            cell=exercise.cell,
            line=notebook.metadata.source_map[exercise.cell] + 1,
            data={output_kinds.EXERCISE.mime: data},
        )
