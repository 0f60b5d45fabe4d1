"""The two notebooks of a page: one for students, with stubs, and one with solutions and outputs.

Both have the same cells in the same places. The id of a cell consists of its page and its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import dirname, relpath

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ..book import Page
from ..chapter import Chapter, Exercise
from ..repository import BRANCH, Repository
from .names_in_cells import needed
from .outputs import outputs
from .text_and_code import Code, Text

__all__ = ["Source", "derive"]

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}
INTRO = "> *A {page} of “{title}”{what}.{how}* {links}"
WHAT = {
    "student": ", to run and to fill in",
    "solved": ", with its exercises solved and its outputs",
}
WITHOUT_EXERCISES = {"student": ", to run", "solved": ", with its outputs"}
RUN = " Run the cells from the top (Shift + Enter)."
TURN = (
    " Where a check says “your turn”, replace the line that raises NotImplementedError, and run the"
    " cell again."
)
KEEP = """
>
> *On Binder, what you type is lost when the session ends: download the notebook to keep it \
(File ▸ Download). On Colab, save a copy.*"""
COMPARE = "Does the check pass? Then [compare with the solution]({solved}), and read why it is so."
ASK_OURS = "Write your answer into this cell. Then [see what belongs into it]({solved})."
SETUP = """\
# The chapter imports diffprog, the book's library.
# If it is missing, as on Colab, this cell installs it.
try:
    import diffprog
except ModuleNotFoundError:
    {cure}"""
NO_CURE = """\
raise ModuleNotFoundError(
        "diffprog, the book's library, is not installed here: {where}"
    ) from None"""
IN_A_COPY = """\
in a copy "
        "of the book, `make lab` opens this notebook with all it needs"""
IN_CLASS = """\
the folder "
        "of notebooks that your teacher has says in README.md how to"""


@dataclass(frozen=True)
class Source:
    """All that the notebooks of a page are made from."""

    chapter: Chapter
    pieces: list[Text | Code]
    executed: NotebookNode
    cited: list[str]
    """The entries of the bibliography that the page cites."""
    title: str
    """The title of the book."""
    address: str
    """The address of the page on the published site; empty if it is not known."""
    repository: Repository | None
    colophon: str
    """Owner, licences and edition, as Markdown."""
    for_class: bool = False
    """Whether this is the edition for a class, which has no solved notebook."""


def derive(source: Source, kind: str) -> NotebookNode:
    """Return the notebook of one kind, `student` or `solved`."""
    with_solutions = kind == "solved"
    (first, *rest), page = source.pieces, source.chapter.page
    assert isinstance(first, Text)
    heading, _, text = first.markdown.partition("\n\n")
    cells = [new_markdown_cell(f"{heading}\n\n{_note(source, kind)}")]
    if any(isinstance(piece, Code) for piece in rest):
        cells.append(new_code_cell(_setup(source)))
    if text:
        cells.append(new_markdown_cell(text))
    for piece in _with_needed(rest, source):
        if isinstance(piece, Code):
            cell = source.executed.cells[piece.index]
            cells.append(_code(cell, source.chapter.exercise(piece.index)))
        elif isinstance(piece, str):
            cells.append(new_code_cell(piece, metadata={"jupyter": {"source_hidden": True}}))
        elif piece.solved and not with_solutions:
            compare = ASK_OURS if piece.in_words else COMPARE
            solved = _sibling(page, "solved", "student")
            cells.append(new_markdown_cell(compare.format(solved=solved)))
        else:
            cells.append(new_markdown_cell(piece.markdown))
    if source.cited:
        entries = "\n".join(f"- {entry}" for entry in source.cited)
        cells.append(new_markdown_cell(f"## Cited here\n\n{entries}"))
    count = 0
    for place, cell in enumerate(cells):
        cell.id = f"{page.name.replace('/', '-')[-58:]}-{place:03d}"
        if cell.cell_type == "code":
            count += 1
            executed = cell.pop("executed", None)
            _finish(cell, executed, count if with_solutions else None)
    notebook: NotebookNode = new_notebook(cells=cells, metadata=METADATA)
    return notebook


def _note(source: Source, kind: str) -> str:
    exercises = bool(source.chapter.exercises)
    if kind == "student":
        other, there = "With solutions" if exercises else "With outputs", "solved"
    else:
        other, there = "The exercises to fill in" if exercises else "Without outputs", "student"
    links = [f"[The page in the book]({source.address})"] if source.address else []
    what = how = keep = ""
    if any(isinstance(piece, Code) for piece in source.pieces):
        if not source.for_class:
            links.insert(0, f"[{other}]({_sibling(source.chapter.page, there, kind)})")
        what, how = (WHAT if exercises else WITHOUT_EXERCISES)[kind], RUN
    if how and kind == "student":
        how += TURN if exercises else ""
        keep = KEEP
    page = "chapter" if source.chapter.page.number else "page"
    shown = " · ".join(links)
    intro = INTRO.format(page=page, title=source.title, what=what, how=how, links=shown)
    return f"{intro.rstrip()}{keep}\n>\n> *{source.colophon}*"


def _sibling(page: Page, there: str, here: str) -> str:
    return relpath(f"{there}/{page.name}.ipynb", dirname(f"{here}/{page.name}"))


def _setup(source: Source) -> str:
    if source.repository:
        package = f"diffprog-notebooks @ git+{source.repository.url}@{BRANCH}"
        return SETUP.format(cure=f'%pip install --quiet "{package}"')
    return SETUP.format(cure=NO_CURE.format(where=IN_CLASS if source.for_class else IN_A_COPY))


def _with_needed(pieces: list[Text | Code], of: Source) -> list[Text | Code | str]:
    """Return the pieces, each after the code that it needs from cells that the page leaves out."""
    shown = {piece.index for piece in pieces if isinstance(piece, Code)}
    last = max(shown, default=-1)
    later: list[str] = []
    kept: dict[int, str] = {}
    for index in range(last, -1, -1):  # from the end: a kept cell may need earlier cells
        cell = of.executed.cells[index]
        if cell.cell_type == "code":
            source = cell.source if index in shown else needed(cell.source, later)
            exercise = of.chapter.exercise(index)
            names = sorted(exercise.takes) if exercise else []  # an answer needs them, too
            later.insert(0, "\n".join([*names, source]))
            if index not in shown:
                kept[index] = source
    result: list[Text | Code | str] = []
    done = 0
    for piece in pieces:
        if isinstance(piece, Code):
            result += [kept[i] for i in range(done, piece.index) if kept.get(i)]
            done = piece.index
        result.append(piece)
    return result


def _code(cell: NotebookNode, exercise: Exercise | None) -> NotebookNode:
    """Return a code cell with its source as written, and with all that `_finish` will need."""
    hidden = {"hide-input", "remove-input", "hide-cell"} & set(cell.metadata.get("tags", []))
    metadata = {"jupyter": {"source_hidden": True}} if hidden else {}
    new: NotebookNode = new_code_cell(cell.source, metadata=metadata)
    new.executed = {"cell": cell, "exercise": exercise}
    return new


def _finish(cell: NotebookNode, executed: NotebookNode | None, count: int | None) -> None:
    """Make a cell the `count`-th of a solved notebook, or, without `count`, one for students."""
    cell.execution_count = count
    if executed is None:
        return
    exercise: Exercise | None = executed.exercise
    if count is not None:
        cell.source = exercise.solution if exercise else cell.source
        if "remove-output" not in executed.cell.metadata.get("tags", []):
            cell.outputs = outputs(executed.cell, count)
    elif exercise:
        cell.source = exercise.stub
        # With this tag, JupyterLab's “run all” continues after the error.
        cell.metadata.tags = ["exercise", "raises-exception"]
