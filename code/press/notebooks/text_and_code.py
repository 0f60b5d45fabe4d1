"""The pieces of a page in reading order: text as Markdown, and code cells by their index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from docutils import nodes

from ..pages.exercise import exercise, remark
from ..pages.fold import fold
from .page_to_markdown import Writer

__all__ = ["Code", "Text", "pieces"]


@dataclass(frozen=True)
class Text:
    """Markdown for one cell: `solved` if it is about a solution, `in_words` if it is one."""

    markdown: str
    solved: bool = False
    in_words: bool = False


@dataclass(frozen=True)
class Code:
    """The code cell with this index among all cells of the chapter."""

    index: int


def pieces(page: nodes.document, writer: Writer) -> list[Text | Code]:
    """Return the pieces of a page."""
    return list(_Walk(writer).section(page, 0))


@dataclass(frozen=True)
class _Walk:
    writer: Writer

    def section(self, parent: nodes.Element, depth: int) -> Iterator[Text | Code]:
        """Yield the pieces of a section; plain blocks share one, an exercise begins its own."""
        waiting: list[str] = []
        for child in parent.children:
            apart = list(self.apart(child, depth))
            if apart or isinstance(child, nodes.section):
                yield from _flush(waiting)
                yield from apart or self.section(child, depth + 1)  # type: ignore[arg-type]
            elif isinstance(child, nodes.title):
                waiting.append(f"{'#' * depth} {self.writer.text(child)}")
            elif not _is_stub(child):
                waiting.append(self.writer.write(child))
        yield from _flush(waiting)

    def apart(self, node: nodes.Node, depth: int) -> Iterator[Text | Code]:
        """Yield the pieces of a node that do not share a cell with the text around it."""
        if isinstance(node, exercise):
            title, *content = node.children
            heading = f"{'#' * (depth + 1)} {self.writer.text(title)}"  # type: ignore[arg-type]
            yield Text(f"{heading}\n\n{self.writer.blocks(content)}")
        elif isinstance(node, nodes.Element) and not isinstance(node, nodes.section):
            for cell in node.findall(nodes.container):
                if cell.get("nb_element") == "cell_code":
                    yield Code(cell["cell_index"])
                    yield from self.captions(cell)
            if isinstance(node, fold) and "dp-solution" in node["classes"]:
                for part in node.children:
                    if isinstance(part, nodes.container) and "dp-remark" in part["classes"]:
                        in_words = "dp-answer" in node["classes"]
                        yield Text(self.writer.blocks(part.children), True, in_words)
            elif isinstance(node, remark):
                yield Text(self.writer.blocks(node.children), solved=True)

    def captions(self, cell: nodes.Element) -> Iterator[Text]:
        """Yield the caption of each figure, with its number."""
        for figure in cell.findall(nodes.figure):
            for caption in figure.findall(nodes.caption):
                yield Text(self.writer.write(caption))


def _is_stub(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and "dp-stub" in node["classes"]


def _flush(waiting: list[str]) -> Iterator[Text]:
    text = "\n\n".join(filter(None, waiting))
    waiting.clear()
    if text:
        yield Text(text)
