"""A chapter, read once: its cells, its exercises, and what its outputs depend on.

Nothing else in the press parses the MyST Markdown of a chapter. Sphinx parses each page again;
`pages/exercise.py` compares what Sphinx has found with what is read here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Container, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import cycle, product
from string import ascii_lowercase
from typing import Any, ClassVar

import nbformat
from docutils.nodes import fully_normalize_name
from docutils.parsers.rst import Directive, directives
from docutils.parsers.rst.directives.admonitions import Admonition
from docutils.parsers.rst.states import MarkupError
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_nb.core.read import (
    MystMetadataParsingError,
    _LoadFileParsingError,
    read_myst_markdown_notebook,
)
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.directives import DirectiveParsingResult, parse_directive_text
from myst_parser.parsers.mdit import create_md_parser
from nbformat import NotebookNode, ValidationError

from .book import Book, Page, PressError
from .cache_key import inputs
from .names_in_code import taken
from .translation import N_, _

__all__ = [
    "EXERCISE_OPTIONS", "IN_WORDS", "KINDS", "PREDICT_OPTIONS", "VERBATIM", "YOUR_TURN", "Chapter",
    "Exercise", "Prediction", "code_cells", "read_all",
]  # fmt: skip

EXERCISE_OPTIONS = {
    "name": directives.unchanged_required,
    "original": directives.unchanged_required,
    "minutes": directives.unchanged_required,
    "kind": directives.unchanged_required,
    "optional": directives.flag,
}
"""The options of the directive `{exercise}`."""

KINDS = {
    "code": "",
    "paper": N_("pencil and paper"),
    "predict": N_("predict, then run"),
    "mistake": N_("find the mistake"),
    "explain": N_("explain in words"),
    "project": N_("open project"),
}
"""The kinds of exercises, with what the page says of them."""
IN_WORDS = {"explain", "project"}
"""Kinds without a cell: a remark says what belongs into the answer."""

PREDICT_OPTIONS = {
    "name": directives.unchanged_required,
    "number": directives.unchanged_required,
    "unit": directives.unchanged_required,
    "minutes": directives.unchanged_required,
}
"""The options of the directive `{predict}`."""
TO_PREDICT = 2.0  # minutes in class, if the prediction does not state its own
MOST_OPTIONS = 4  # which a room can still vote on

REFUSED = {"raises-exception", "skip-execution"}
"""Tags of cells that change what execution gives, of which the key knows nothing."""
REMOVED = "remove-cell"
TAGS = {
    *("hide-cell", "hide-input", "hide-output", "remove-input", "remove-output", REMOVED),
    *("full-width", "margin", "scroll-output"),
}
"""Tags of code cells: others would do nothing, or something on the page only."""
VERBATIM = {
    "bibliography", "code", "code-block", "csv-table", "eval-rst", "glue", "graphviz", "highlight",
    "literalinclude", "math", "mermaid", "parsed-literal", "productionlist", "raw", "sourcecode",
    "toctree",
}  # fmt: skip
"""Directives whose content is not Markdown, and therefore contains no directives."""

YOUR_TURN = re.compile(r"raise NotImplementedError\(.*\)")
"""The line that takes the place of the solution in a stub."""

_MARK = re.compile(r"[ \t]*#+[ \t]*(BEGIN|END)[ \t_-]*(?:OF[ \t]+)?SOLUTIONS?\b.*", re.I)
_INSTEAD = re.compile(r"[ \t]*#+[ \t]*INSTEAD[ \t_-]+OF\b.*", re.I)
_COMMENTED = re.compile(r"([ \t]*)# ?(.*)")

_OPTION = re.compile(r"[-+*] \[([ x])\] +(.+)")
"""An option of a prediction, on one line."""
_A = {"exercise": "an exercise", "predict": "a prediction"}

_NO_LIST = re.compile(r"^:?tags: *[^\s\[].*$", re.M)
"""Tags that are no list."""


@dataclass(frozen=True)
class Exercise:
    """An exercise: its text on the page, and the code cell that contains stub and solution."""

    name: str
    """Its identity, such as `ex-loop`."""
    number: str
    """The page's number and a letter, in reading order (`1.3a`); for display only."""
    original: str
    """Its number in the tutorial that the book grew from, or '' for a new exercise."""
    title: str
    goal: str
    """What is asked for, as Markdown."""
    hints: tuple[str, ...]
    """The hints as Markdown; each is folded on the page."""
    line: int
    """The line of the directive."""
    kind: str
    """One of `KINDS`."""
    optional: bool
    cell: int
    """The index of its code cell among all cells of the chapter, or -1 if it has none."""
    stub: str
    """The cell's code for the learner: each solution is replaced by a line that raises, or by the
    lines that the learner is to mend."""
    solution: str
    """The cell's code with the solution, without the marks around it."""
    secret: tuple[str, ...]
    """The lines of the solution, which must not reach students."""
    minutes: float
    """How long a class takes for it, or 0 if the chapter does not say."""
    takes: frozenset[str] = frozenset()
    """The names that the solution takes from earlier cells."""
    withheld: bool = False
    """Whether this edition has no solution, as `withheld.py` has made it."""

    @property
    def label(self) -> str:
        """Number and title, as headings show them."""
        return f"{self.number}: {self.title}"

    @property
    def about(self) -> str:
        """What the page says of it below its title."""
        original = _("exercise {} of the original tutorial").format(self.original)
        minutes = _("about {} minutes").format(f"{self.minutes:g}")
        parts = [_(KINDS[self.kind]), original * bool(self.original), minutes * bool(self.minutes)]
        parts += [_("optional") * self.optional]
        text = ", ".join(filter(None, parts))
        return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Prediction:
    """A question that the reader answers before the result is shown."""

    name: str
    """Its identity, such as `predict-second-gradient`."""
    question: str
    """The question, as inline Markdown."""
    options: tuple[str, ...]
    """The possible answers, as inline Markdown; empty if the answer is a number."""
    right: int
    """Which option is marked as right, counted from one; 0 if the answer is a number."""
    number: str
    """The name of the number that is the answer, or ''."""
    unit: str
    """The unit of that number, or ''."""
    reason: str
    """Why the answer is as it is, as Markdown."""
    minutes: float
    """How long a class takes for it."""
    line: int
    """The line of the directive."""
    reason_offset: int
    """The lines of the directive above its reason, without the fence."""


@dataclass(frozen=True)
class Chapter:
    """One page of the book, with all that the steps of a build need from it."""

    page: Page
    text: str = field(repr=False)
    notebook: NotebookNode = field(repr=False)
    """The cells, not executed; `metadata.source_map` has the first line of each, from zero."""
    exercises: tuple[Exercise, ...]
    predictions: tuple[Prediction, ...]
    goals: tuple[str, ...]
    """What the reader will learn, as inline Markdown: the list in the box of the class dp-goals."""
    inputs: dict[str, str] = field(repr=False)
    """Digests of all that its outputs depend on, by name."""
    remarks: tuple[range, ...] = ()
    """The lines of its remarks on solutions, with their fences, from zero."""

    @classmethod
    def read(cls, book: Book, page: Page) -> Chapter:
        """Read a page; raises PressError, with file and line, for what is not right in it."""
        text = book.text(page.path)
        extensions = (book.config.get("parse") or {}).get("myst_enable_extensions") or ()
        reader = _Reader(page, MdParserConfig(enable_extensions=set(extensions)))
        notebook = reader.notebook(text)
        code = [cell.source for cell in code_cells(notebook)]
        exercises = tuple(reader.exercises(notebook))
        predictions = tuple(reader.predictions(notebook))
        goals = tuple(reader.goals(notebook))
        remarks = tuple(reader.remarks(notebook))
        read = page, text, notebook, exercises, predictions, goals
        return cls(*read, inputs(code, book.root), remarks)

    @cached_property
    def title(self) -> str:
        """The text of its first heading."""
        lines = (line for cell in self.notebook.cells if cell.cell_type == "markdown"
                 for line in cell.source.splitlines())  # fmt: skip
        return next((line[2:].strip() for line in lines if line.startswith("# ")), self.page.name)

    @property
    def footnotes(self) -> Iterator[tuple[str, int]]:
        """The labels of the notes that its text gives, and their lines."""
        for index, cell in enumerate(self.notebook.cells):
            for token in _parser(()).parse(f"{cell.source}\n") if _is_text(cell) else ():
                if token.type == "footnote_reference_open" and token.map:
                    first = self.notebook.metadata.source_map[index]
                    yield token.meta["label"], first + token.map[0] + 1

    @property
    def code(self) -> list[str]:
        """The sources of its code cells, in order."""
        return [cell.source for cell in code_cells(self.notebook)]

    def copy(self) -> NotebookNode:
        """Return a copy of the notebook, to be filled with outputs."""
        return deepcopy(self.notebook)

    @property
    def shown_cells(self) -> set[int]:
        """The indices of the code cells that the page shows."""
        cells = enumerate(self.notebook.cells)
        return {
            index
            for index, cell in cells
            if cell.cell_type == "code" and cell.source.strip() and REMOVED not in _tags(cell)
        }

    def exercise(self, cell: int) -> Exercise | None:
        """Return the exercise whose code is in the cell with this index, or None."""
        return next((exercise for exercise in self.exercises if exercise.cell == cell), None)

    def place(self, cell: int, line: int = 1) -> str:
        """Return file, line and code cell in editors' format; `line` counts within the cell."""
        return _place(self.page, self.notebook, cell, line)

    def is_current(self, book: Book) -> bool:
        """Return whether the page, and all that its outputs depend on, are as they were read."""
        same = self.page.path.read_text(encoding="utf-8-sig") == self.text
        return same and inputs(self.code, book.root) == self.inputs


def read_all(book: Book) -> list[Chapter]:
    """Read all pages; raise PressError with the faults of all pages."""
    chapters, wrong = [], []
    for page in book.pages:
        try:
            chapters.append(Chapter.read(book, page))
        except PressError as error:
            wrong.append(str(error))
    if wrong:
        raise PressError("\n".join(wrong))
    return chapters


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells of a notebook, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _place(page: Page, notebook: NotebookNode, index: int, line: int = 1) -> str:
    cells = code_cells(notebook)
    count = next((i for i, cell in enumerate(cells, 1) if cell is notebook.cells[index]), 0)
    cell = f": cell {count}" if count else ""
    return f"{page.docname}.md:{notebook.metadata.source_map[index] + max(line, 1)}{cell}"


@dataclass(frozen=True)
class _Directive:
    """A directive in the Markdown of a page."""

    name: str
    argument: str
    content: str
    line: int
    """The line of its fence, counted from one."""
    within: str
    """The name of the directive around it, or ''."""
    length: int
    """How many lines it has, with its fences."""


class _ExerciseText(Directive):
    """The form of an `{exercise}` directive, as MyST's parser needs it."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = EXERCISE_OPTIONS


class _PredictText(_ExerciseText):
    """The form of a `{predict}` directive: its question is what an exercise has as its title."""

    option_spec: ClassVar[dict[str, Any]] = PREDICT_OPTIONS


@dataclass(frozen=True)
class _Reader:
    """Reader of one page, with MyST's parser."""

    page: Page
    config: MdParserConfig

    def wrong(self, line: int, message: str) -> PressError:
        return PressError(f"{self.page.docname}.md:{line}: {message}")

    # Cells --------------------------------------------------------------------------------------

    def notebook(self, text: str) -> NotebookNode:
        """Return the cells of a page as myst-nb cuts them, with the line on which each begins."""
        try:
            found = read_myst_markdown_notebook(
                text, self.config, add_source_map=True, path=self.page.path
            )
        except (MystMetadataParsingError, _LoadFileParsingError) as error:
            message = " ".join(str(error).split())
            raise PressError(f"{self.page.docname}.md: {message}") from error
        except (AttributeError, IndexError, TypeError, ValidationError) as error:
            if found_tags := _NO_LIST.search(text):
                message = "tags are a list, as in `:tags: [remove-input]`"
                raise self.wrong(text.count("\n", 0, found_tags.start()) + 1, message) from error
            # The page is empty, or its front matter or options are not a mapping.
            what = str(error).partition("\n")[0]
            raise PressError(f"{self.page.docname}.md: is not a page ({what})") from error
        found.metadata.setdefault("kernelspec", {"name": "python3", "display_name": "Python 3"})
        found.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
        lines, begins = text.splitlines(), found.metadata.source_map
        for index, cell in enumerate(found.cells):
            cell.id = f"cell-{index}"  # nbformat's own ids are random
            begins[index] = _first_line(cell, lines, begins[index])
        notebook: NotebookNode = nbformat.from_dict(found)
        for index, cell in enumerate(notebook.cells):
            if tags := REFUSED & _tags(cell):
                raise PressError(
                    f"{_place(self.page, notebook, index)}: remove the tag {', '.join(tags)}: every"
                    " cell is run; catch an error that you expect, and print its message"
                )
            for tag in sorted(_tags(cell) - TAGS) if cell.cell_type == "code" else ():
                place, known = _place(self.page, notebook, index), ", ".join(sorted(TAGS))
                raise PressError(f"{place}: no cell has the tag {tag!r}; the tags are {known}")
        return notebook

    # Exercises ----------------------------------------------------------------------------------

    def exercises(self, notebook: NotebookNode) -> Iterator[Exercise]:
        """Yield the exercises of a page in reading order, each with its code cell."""
        boxes = self.boxes(notebook)
        cells = self.solved_cells(notebook, boxes)
        for letters, (name, box) in zip(_letters(), boxes.items(), strict=False):
            parsed = self.parsed(box)
            number = f"{self.page.number}{letters}"
            kind = parsed.options.get("kind", "code")
            if kind not in KINDS:
                known = ", ".join(KINDS)
                raise self.wrong(
                    box.line, f"no exercise has the kind {kind!r}; the kinds are {known}"
                )
            if name in cells and kind in IN_WORDS:
                message = f"an exercise of the kind {kind} is answered in words, and has no cell"
                raise self.wrong(box.line, message)
            if name not in cells and kind not in IN_WORDS:
                message = "no cell solves this exercise: give one the option"
                raise self.wrong(box.line, f"{message} `:exercise: {name}`")
            goal, hints = self.goal_and_hints(parsed.body)
            cell = cells.get(name, -1)
            stub, solution, secret = _cut(notebook.cells[cell].source if cell >= 0 else "", number)
            yield Exercise(
                name, number, parsed.options.get("original", ""), box.argument, goal, hints,
                box.line, kind, "optional" in parsed.options, cell,
                stub, solution, secret,
                self.minutes(box, parsed.options["minutes"]) if "minutes" in parsed.options else 0,
                _taken(solution),
            )  # fmt: skip

    def boxes(self, notebook: NotebookNode) -> dict[str, _Directive]:
        """Return the `{exercise}` directives of a page, by name."""
        return self.named(notebook, "exercise", self.parsed)

    def named(
        self,
        notebook: NotebookNode,
        kind: str,
        parsed: Callable[[_Directive], DirectiveParsingResult],
    ) -> dict[str, _Directive]:
        """Return the directives of one kind, by name; raise PressError for a name given twice."""
        found: dict[str, _Directive] = {}
        for directive in self.all_directives(notebook):
            if directive.name == kind:
                name = fully_normalize_name(parsed(directive).options["name"])
                if name in found:
                    other = f"line {found[name].line} already has {_A[kind]} {name}"
                    raise self.wrong(directive.line, other)
                found[name] = directive
        return found

    def all_directives(self, notebook: NotebookNode) -> Iterator[_Directive]:
        """Yield the directives of a page; raise PressError for a cell inside of another block."""
        for index, cell in enumerate(notebook.cells):
            first = notebook.metadata.source_map[index]
            for directive in self.directives(cell.source, first) if _is_text(cell) else ():
                if directive.name in ("code-cell", "raw-cell"):
                    inside = f" (this is inside {{{directive.within}}})" * bool(directive.within)
                    message = "put a cell at the left margin, outside of lists, quotes and boxes"
                    raise self.wrong(directive.line, message + inside)
                yield directive

    def parsed(self, box: _Directive) -> DirectiveParsingResult:
        """Return options and body of an `{exercise}` directive, which needs a title and a name."""
        return self.parsed_as(_ExerciseText, box, "a title")

    def parsed_as(
        self, form: type[_ExerciseText], box: _Directive, what: str
    ) -> DirectiveParsingResult:
        """Return options and body of a directive, which needs an argument and a name."""
        kind = _A[box.name]
        try:
            parsed = parse_directive_text(form, box.argument, box.content)
        except MarkupError as error:
            raise self.wrong(box.line, f"{kind} needs {what} after {{{box.name}}}") from error
        if not parsed.options.get("name"):
            raise self.wrong(box.line, f"{kind} needs the option :name:")
        return parsed

    def goal_and_hints(self, body: list[str]) -> tuple[str, tuple[str, ...]]:
        """Return the body of an `{exercise}` directive without its hints, and the hints."""
        goal, hints, done = list[str](), list[str](), 0
        for token in self.tokens("\n".join(body)):
            inner = _directive(token, 0, "exercise")
            is_hint = inner and "hint" in f"{inner.name} {inner.argument}".lower()
            if inner and is_hint and token.level == 0 and token.map:
                goal += body[done : token.map[0]]
                hint = parse_directive_text(Admonition, inner.argument or "Hint", inner.content)
                hints.append("\n".join(hint.body).strip())
                done = token.map[1]
        return "\n".join(goal + body[done:]).strip(), tuple(hints)

    def solved_cells(self, notebook: NotebookNode, names: Container[str]) -> dict[str, int]:
        """Return the cell that solves each exercise; raise PressError for wrong marks."""
        found: dict[str, int] = {}
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            first, named = notebook.metadata.source_map[index] + 1, cell.metadata.get("exercise")
            marks = [
                (first + i, match[1].upper())
                for i, line in enumerate(cell.source.split("\n"))
                if (match := _MARK.fullmatch(line))
            ]
            if named is None:
                if marks:
                    message = "a solution is marked in a cell without the option `:exercise:`"
                    raise self.wrong(marks[0][0], message)
                continue
            name = fully_normalize_name(str(named))
            if name not in names:
                raise self.wrong(first, f"no exercise of this page is called {named!r}")
            if name in found:
                raise self.wrong(first, f"another cell above already solves {name}: remove one")
            found[name] = index
            for (line, mark), wanted in zip(marks, cycle(("BEGIN", "END")), strict=False):
                if mark != wanted:
                    raise self.wrong(line, f"{mark} SOLUTION stands where {wanted} SOLUTION should")
            if wrong := _not_commented(cell.source):
                line, message = wrong
                raise self.wrong(first + line, message)
            if not marks or len(marks) % 2:
                message = "a solution stands between `### BEGIN SOLUTION` and `### END SOLUTION`"
                line = marks[-1][0] if marks else first
                raise self.wrong(
                    line, f"{message}: {'no END follows' if marks else 'both are missing'}"
                )
        return found

    # Predictions --------------------------------------------------------------------------------

    def predictions(self, notebook: NotebookNode) -> Iterator[Prediction]:
        """Yield the predictions of a page in reading order."""
        for name, box in self.named(notebook, "predict", self.prediction_text).items():
            parsed = self.prediction_text(box)
            options, right, reason_at = self.options(box, parsed.body)
            number, unit = (parsed.options.get(key, "") for key in ("number", "unit"))
            reason = parsed.body[reason_at:]
            if bool(number) == bool(options) or (unit and not number):
                message = "the answer is an option of a list, or the number that :number: names"
                raise self.wrong(box.line, message)
            if not "".join(reason).strip():
                raise self.wrong(box.line, "say below the options, or alone, why it is so")
            yield Prediction(
                name, box.argument, options, right, number, unit, "\n".join(reason).strip("\n"),
                self.minutes(box, parsed.options.get("minutes", TO_PREDICT)), box.line,
                parsed.body_offset + reason_at,
            )  # fmt: skip

    def prediction_text(self, box: _Directive) -> DirectiveParsingResult:
        """Return options and body of a `{predict}` directive."""
        return self.parsed_as(_PredictText, box, "a question")

    def options(self, box: _Directive, body: list[str]) -> tuple[tuple[str, ...], int, int]:
        """Return the options, which of them is marked, and the line of the body after them.

        Without a list at the top of the body, return no options, and 0 twice.
        """
        tokens = self.tokens("\n".join(body))
        if not tokens or tokens[0].type != "bullet_list_open":
            return (), 0, 0
        items = [token for token in tokens if token.type == "list_item_open" and token.level == 1]
        found, marked = list[str](), list[int]()
        for number, item in enumerate(items, 1):
            first, last = item.map or (0, 0)
            match = _OPTION.fullmatch(" ".join("\n".join(body[first:last]).split()))
            if not match:
                message = f"option {number} begins with [ ], or with [x] if it is right"
                raise self.wrong(box.line, message)
            found.append(match[2])
            marked += [number] * (match[1] == "x")
        if not 2 <= len(found) <= MOST_OPTIONS:
            message = f"a prediction has two to {MOST_OPTIONS} options, not {len(found)}"
            raise self.wrong(box.line, message)
        if len(marked) != 1:
            raise self.wrong(box.line, f"[x] marks one option as right, not {len(marked)}")
        end = (tokens[0].map or (0, 0))[1]
        while end < len(body) and not body[end].strip():
            end += 1
        return tuple(found), marked[0], end

    def minutes(self, box: _Directive, given: str | float) -> float:
        """Return the option `:minutes:`."""
        try:
            minutes = float(given)
        except ValueError:
            minutes = 0.0
        if not 0 < minutes < math.inf:
            raise self.wrong(box.line, f":minutes: is a number of minutes, not {given!r}")
        return minutes

    # Remarks and goals --------------------------------------------------------------------------

    def remarks(self, notebook: NotebookNode) -> Iterator[range]:
        """Yield the lines of each `{remark}`."""
        for box in self.all_directives(notebook):
            if box.name == "remark":
                yield range(box.line - 1, box.line - 1 + box.length)

    def goals(self, notebook: NotebookNode) -> Iterator[str]:
        """Yield the items of the lists in boxes of the class `dp-goals`."""
        for box in self.all_directives(notebook):
            if box.name == "admonition" and "dp-goals" in box.content:
                body = parse_directive_text(Admonition, box.argument, box.content).body
                for token in self.tokens("\n".join(body)):
                    if token.type == "inline":
                        yield " ".join(token.content.split()).rstrip(".;")

    # Directives ---------------------------------------------------------------------------------

    def directives(self, markdown: str, line: int, within: str = "") -> Iterator[_Directive]:
        """Yield all directives in `markdown`, also nested ones; `line` lines come before it."""
        for token in self.tokens(markdown):
            if directive := _directive(token, line, within):
                yield directive
                if directive.name not in VERBATIM:
                    yield from self.directives(directive.content, directive.line, directive.name)

    def tokens(self, markdown: str) -> list[Token]:
        """Return the blocks of `markdown`, including those in lists and quotes."""
        extensions = tuple(sorted(self.config.enable_extensions))
        return _parser(extensions).parse(f"{markdown}\n")


@cache
def _parser(extensions: tuple[str, ...]) -> MarkdownIt:
    config = MdParserConfig(enable_extensions=set(extensions), disable_syntax=["inline"])
    parser: MarkdownIt = create_md_parser(config, RendererHTML)
    return parser


def _directive(token: Token, line: int, within: str) -> _Directive | None:
    """Return the directive that this token is, or None."""
    name, _brace, argument = token.info.strip().partition("}")
    if token.type not in ("fence", "colon_fence") or name[:1] != "{" or token.map is None:
        return None
    # Docutils looks directives up in lower case.
    return _Directive(
        name[1:].lower(), argument.strip(), token.content, line + token.map[0] + 1, within,
        token.map[1] - token.map[0],
    )  # fmt: skip


def _tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def _is_text(cell: NotebookNode) -> bool:
    return bool(cell.cell_type == "markdown")


def _first_line(cell: NotebookNode, lines: list[str], begin: int) -> int:
    """Return where the source of a cell begins; `begin` is before its empty lines and options."""
    first = cell.source.split("\n", 1)[0].strip()
    numbers = range(begin, len(lines))
    return next((i for i in numbers if first and lines[i].strip() == first), begin)


def _letters() -> Iterator[str]:
    """Yield a, b, … z, aa, ab, …, zz."""
    yield from ascii_lowercase
    yield from map("".join, product(ascii_lowercase, repeat=2))


def _taken(code: str) -> frozenset[str]:
    """Return the names that code takes from earlier cells; none if it is not plain Python."""
    try:
        return taken(code)
    except SyntaxError:
        return frozenset()


def _cut(source: str, number: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the stub, the solution and its secret lines from a cell with correct marks."""
    stub, solution, secret = list[str](), list[str](), list[str]()
    for where, line in _placed(source):
        match where:
            case "begin":
                indent = line[: len(line) - len(line.lstrip())]
                stub.append(f'{indent}raise NotImplementedError("Your turn! Exercise {number}")')
            case "instead of":
                stub.pop()
            case "mistake":
                stub.append(_COMMENTED.sub(r"\1\2", line))
            case "solution":
                solution.append(line)
                secret.append(line)
            case "outside":
                solution.append(line)
                stub.append(line)
    return "\n".join(stub), "\n".join(solution), tuple(secret)


def _placed(source: str) -> Iterator[tuple[str, str]]:
    """Yield the lines of an exercise's cell, each with the part of the cell in which it stands."""
    where = "outside"
    for line in source.split("\n"):
        if _MARK.fullmatch(line):
            begins = where == "outside"
            yield ("begin" if begins else "end"), line
            where = "solution" if begins else "outside"
        elif where == "solution" and _INSTEAD.fullmatch(line):
            yield "instead of", line
            where = "mistake"
        else:
            yield where, line


def _not_commented(source: str) -> tuple[int, str] | None:
    """Return the first line that should be a comment, and why, or None."""
    for number, (where, line) in enumerate(_placed(source)):
        if where == "mistake" and line.strip() and not _COMMENTED.fullmatch(line):
            message = "below INSTEAD OF stand the lines of the stub, each as a comment"
            return number, message
        if where in ("outside", "mistake") and _INSTEAD.fullmatch(line):
            return number, "INSTEAD OF stands once, between BEGIN SOLUTION and END SOLUTION"
    return None
