"""The output store: all that the book shows under a name, from figures to predictions.

`_build/outputs/<name>.json` holds an `Entry`. Decks read only the store. Pages and notebooks take
from it the outputs that they name, and all else from the chapter's execution.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from docutils.nodes import fully_normalize_name, make_id
from nbformat import NotebookNode

from . import files, output_kinds
from .book import Book, PressError
from .chapter import Exercise, Prediction
from .names import folded, wrong_name
from .output_kinds import Kind
from .run.cache import Execution
from .translation import current

__all__ = ["Entry", "Store", "collect", "translated"]

SHORTEST_ALT = 40  # characters; a file name or the caption again does not describe a figure


@dataclass(frozen=True)
class Entry:
    """One output: what it is, where it comes from, and its MIME bundle."""

    name: str
    kind: str
    """The name of its kind, as in `output_kinds.BY_NAME`."""
    chapter: str
    """The page's docname."""
    number: str
    """Of an exercise, as the page shows it; empty for other kinds, whose numbers Sphinx counts."""
    cell: int
    """Index of the code cell, counted from zero among all cells, or -1 if it has none."""
    line: int
    """First source line of that cell, or of its directive, counted from one."""
    data: dict[str, Any]
    caption: str = ""
    alt: str = ""

    def __post_init__(self) -> None:
        wrong = wrong_name(self.name)
        if not wrong and not any(self.data.values()):
            wrong = f"the output {self.name!r} is empty"
        if wrong:
            raise PressError(f"{self.place}: {wrong}")

    @property
    def place(self) -> str:
        """File and line of its cell."""
        return f"{self.chapter}.md:{self.line}"

    @property
    def anchor(self) -> str:
        """Its address on its page, if its kind has one: Sphinx writes names in small letters."""
        return make_id(self.name)

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
            kept = set() if wrong_name(name) else {path.name for path in self.folder.glob("*.json")}
            if self.path(name).name not in kept:  # where `Fig-a` would open `fig-a`, too
                raise PressError(f"nothing in the book is called {name!r}")
            content = json.loads(self.path(name).read_text(encoding="utf-8"))
            self._entries[name] = Entry(**content)
        return self._entries[name]

    @property
    def entries(self) -> list[Entry]:
        """The entries that were given, or asked for; others may be in the folder."""
        return list(self._entries.values())

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


def collect(executions: Iterable[Execution]) -> list[Entry]:
    """Return all entries of the executed chapters; raise PressError for a name given twice."""
    entries: dict[str, Entry] = {}
    for execution in executions:
        for entry in _all(execution):
            other = entries.setdefault(folded(entry.name), entry)
            same = entry.name == other.name and entry.kind == other.kind == output_kinds.SOURCE.name
            if other is not entry and not same:
                taken = f"the name {entry.name!r} is taken by {other.place}"
                differs = "" if entry.name == other.name else f", which has {other.name!r}"
                raise PressError(f"{entry.place}: {taken}{differs}: rename one")
    return list(entries.values())


def _all(execution: Execution) -> Iterator[Entry]:
    """Yield the entries of one chapter."""
    outputs = list(_outputs(execution))
    answers = [entry for entry in outputs if entry.kind == output_kinds.PREDICTION.name]
    yield from (entry for entry in outputs if entry not in answers)
    yield from _exercises(execution)
    yield from _cells(execution)
    numbers = {e.name: e for e in outputs if e.kind == output_kinds.NUMBER.name}
    yield from _predictions(execution, answers, numbers)


def _outputs(execution: Execution) -> Iterator[Entry]:
    page, notebook = execution.page, execution.notebook
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            kind = output_kinds.of_output(data)
            line = notebook.metadata.source_map[index] + 1
            where = {"chapter": page.docname, "cell": index, "line": line}
            if kind and kind.is_figure:
                yield _figure(kind, cell, dict(data), where)
            elif kind:
                name = data[kind.mime]["name"]
                yield Entry(name=name, kind=kind.name, number="", data=dict(data), **where)


def _figure(kind: Kind, cell: NotebookNode, data: dict[str, Any], where: dict[str, Any]) -> Entry:
    options, place = cell.metadata.get("mystnb", {}), f"{where['chapter']}.md:{where['line']}"
    try:
        figure, image = options.get("figure", {}), options.get("image", {})
        name, caption = (figure.get(key, "").strip() for key in ("name", "caption"))
        alt = " ".join(image.get("alt", "").split())
    except AttributeError as error:
        message = "below mystnb stand figure and image, and below these their texts"
        raise PressError(f"{place}: {message}, as AUTHORING.md shows") from error
    if not name or not caption:
        raise PressError(f"{place}: a figure needs mystnb.figure.name and mystnb.figure.caption")
    if len(alt) <= SHORTEST_ALT or alt in caption:
        raise PressError(
            f"{place}: {name} needs alternative text (mystnb.image.alt) that says what it shows, in"
            f" over {SHORTEST_ALT} characters that are not its caption"
        )
    described = {"caption": caption, "alt": alt}
    return Entry(name=name, kind=kind.name, number="", data=data, **described, **where)


def _cells(execution: Execution) -> Iterator[Entry]:
    """Yield the cells that have a name, for slides."""
    notebook = execution.notebook
    for index, cell in enumerate(notebook.cells):
        name = cell.metadata.get("name")
        if cell.cell_type != "code" or name is None:
            continue
        line = notebook.metadata.source_map[index] + 1
        data = {"code": cell.source, "outputs": cell.outputs}
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
            "outputs": notebook.cells[exercise.cell].outputs if exercise.cell >= 0 else [],
            "minutes": exercise.minutes,
        }
        yield Entry(
            name=exercise.name,
            kind=output_kinds.EXERCISE.name,
            chapter=chapter.page.docname,
            number=exercise.number,
            cell=exercise.cell,
            line=_line_of(exercise, notebook),
            data={output_kinds.EXERCISE.mime: data},
        )


def _line_of(exercise: Exercise, notebook: NotebookNode) -> int:
    lines: list[int] = notebook.metadata.source_map
    return lines[exercise.cell] + 1 if exercise.cell >= 0 else exercise.line


def _predictions(
    execution: Execution, answers: list[Entry], numbers: dict[str, Entry]
) -> Iterator[Entry]:
    """Yield the predictions of a chapter, each with the answer that its cells have computed."""
    chapter = execution.chapter
    given = {fully_normalize_name(entry.name): entry for entry in reversed(answers)}
    for entry in answers:
        known = fully_normalize_name(entry.name)
        if known not in {prediction.name for prediction in chapter.predictions}:
            raise PressError(f"{entry.place}: no prediction here is called {entry.name!r}")
        if given[known] is not entry:
            message = f"{given[known].place} already answers {entry.name}: answer once"
            raise PressError(f"{entry.place}: {message}")
    for prediction in chapter.predictions:
        place = f"{chapter.page.docname}.md:{prediction.line}"
        found = (numbers if prediction.number else given).get(prediction.number or prediction.name)
        if found is None:
            raise PressError(f"{place}: {_no_answer(prediction)}")
        data = {
            "question": prediction.question,
            "options": list(prediction.options),
            "unit": prediction.unit,
            "reason": prediction.reason,
            "minutes": prediction.minutes,
            "answer": found.content["text"] if prediction.number else "",
            "right": 0 if prediction.number else found.content["right"],
        }
        if not prediction.number and (wrong := _disagreement(prediction, found.content)):
            raise PressError(f"{place}: {wrong} ({found.place})")
        yield Entry(
            name=prediction.name,
            kind=output_kinds.PREDICTION.name,
            chapter=chapter.page.docname,
            number="",
            cell=found.cell,
            line=prediction.line,
            data={output_kinds.PREDICTION.mime: data},
        )


def _no_answer(prediction: Prediction) -> str:
    if prediction.number:
        return f"no cell of this chapter gives the number {prediction.number!r}"
    call = f'show.answer("{prediction.name}", …)'
    return f"no cell computes which option is right: call `{call}` with a condition for each"


def _disagreement(prediction: Prediction, answer: dict[str, int]) -> str:
    """Say how the computed answer differs from the marked one; '' if they agree."""
    count, right = len(prediction.options), answer["right"]
    if answer["options"] != count:
        return f"there are {count} options, but the cell has {answer['options']} conditions"
    if right != prediction.right:
        return f"[x] marks option {prediction.right}, but the cell finds option {right} right"
    return ""


def translated(entry: Entry) -> Entry:
    """Return an entry of the store with its texts in the language that is used."""
    words = current()
    if not words.messages:
        return entry
    data = entry.data
    if entry.kind == output_kinds.EXERCISE.name:
        data = _changed(data, output_kinds.EXERCISE.mime, title=words.text, goal=words.markdown)
    if entry.kind == output_kinds.PREDICTION.name:
        data = _changed(
            data,
            output_kinds.PREDICTION.mime,
            question=words.text,
            options=lambda options: [words.text(option) for option in options],
            reason=words.markdown,
        )
    caption, alt = words.markdown(entry.caption), words.text(entry.alt)
    return replace(entry, data=data, caption=caption, alt=alt)


def _changed(data: dict[str, Any], mime: str, **changes: Any) -> dict[str, Any]:
    content = data[mime]
    return data | {mime: content | {key: do(content[key]) for key, do in changes.items()}}
