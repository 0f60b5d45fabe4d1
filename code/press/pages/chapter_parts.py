"""What the directives of exercises and predictions share: each stands for a part of its chapter.

`chapter.py` has read the parts already. Sphinx reads the page once more, and must find the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from .. import edition
from ..chapter import Chapter, Exercise, Prediction

__all__ = ["PartDirective", "chapter_of", "complain"]

LOGGER = logging.getLogger(__name__)

Part = TypeVar("Part", Exercise, Prediction)


class PartDirective(SphinxDirective):
    """A directive with a title or a question, a body, and the option `name`."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    kind: ClassVar[str]

    def part(self, parts: Iterable[Part]) -> Part:
        """Return the part of this name; stop the build if chapter.py has not read it.

        It is then in an included file, and the notebooks would show the solution of an exercise.
        """
        name = nodes.fully_normalize_name(self.options.get("name", ""))
        known = next((part for part in parts if part.name == name), None)
        if known is None:
            raise self.error(
                f"the {self.kind} {name!r} is not in the chapter's own text: write it there"
            )
        return known


def chapter_of(docname: str) -> Chapter:
    """Return the chapter with this Sphinx name."""
    execution = edition.current().execution(docname)
    assert execution is not None, "Sphinx reads the pages of the edition only"
    return execution.chapter


def complain(chapter: Chapter, line: int, message: str) -> None:
    """Warn with file and line, which stops the build."""
    LOGGER.warning(message, location=(chapter.page.docname, line))
