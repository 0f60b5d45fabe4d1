"""Translated pages: what there is to translate, and what of a page is in which language.

`make gettext` runs Sphinx's builder of messages, which finds what stands in the pages. The rest is
added here. On a translated page, what is left in English says so by `lang` (WCAG 3.1.2).
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import Parser as Notebooks
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.application import Sphinx
from sphinx.builders.gettext import MessageCatalogBuilder, MsgOrigin
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

from .. import edition, messages
from ..translation import _, current

__all__ = ["progress", "setup"]


class Parser(Notebooks):  # type: ignore[misc]  # myst-nb has no types
    """The parser of pages, and of their translated paragraphs, which are Markdown alone."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse a page, or a paragraph, as which Sphinx names its source."""
        if document["source"].endswith(":<translated>"):
            kept = dict(self.env.metadata[self.env.docname])
            MystParser.parse(self, inputstring, document)
            self.env.metadata[self.env.docname] = kept  # of the page: the addresses of its headings
        else:
            super().parse(inputstring, document)


class Untranslatable(SphinxTransform):
    """Leave what has no words as it is: formulas, and paragraphs that are one piece of code."""

    default_priority = 5

    def apply(self, **kwargs: Any) -> None:
        """Mark them for Sphinx."""
        for formula in self.document.findall(nodes.math_block):
            formula["translatable"] = False
        for paragraph in self.document.findall(nodes.paragraph):
            if len(paragraph) == 1 and isinstance(paragraph[0], nodes.literal):
                paragraph["translatable"] = False


class AltTexts(SphinxTransform):
    """Leave alternative texts out of the count, since Sphinx counts them as untranslated."""

    default_priority = 21  # between Sphinx's translation and its count

    def apply(self, **kwargs: Any) -> None:
        """Remove Sphinx's mark."""
        for node in self.document.findall(nodes.image):
            node.attributes.pop("translated", None)


class InEnglish(SphinxTransform):
    """Say of what is not translated that it is in English; docutils makes `lang` of the class."""

    default_priority = 951  # after Sphinx has looked at `translated` for the last time

    def apply(self, **kwargs: Any) -> None:
        """Add the class."""
        if current().language:
            for node in self.document.findall(nodes.Element):
                if node.get("translated") is False:
                    node["classes"].append("language-en")


def _add_messages(app: Sphinx, env: BuildEnvironment) -> None:
    """Add what Sphinx does not find to the messages that it writes."""
    if isinstance(app.builder, MessageCatalogBuilder):
        for domain, message, path, line in messages.others(edition.current()):
            app.builder.catalogs[domain].add(message, MsgOrigin(str(path), line))


def _counts(doctree: nodes.document) -> tuple[int, int]:
    found = doctree.get("translation_progress", {"translated": 0, "total": 0})
    return found["translated"], found["total"]


def progress(app: Sphinx) -> str:
    """Return a line for the build's output that says how much of the pages is translated."""
    counts = [_counts(app.env.get_doctree(name)) for name in sorted(app.env.found_docs)]
    done, total = map(sum, zip(*counts, strict=True))
    whole = sum(1 for ours, all_of_it in counts if ours == all_of_it)
    return (
        f"Translated into {current().name}: {done} of {total} paragraphs ({done / total:.0%}),"
        f" {whole} of {len(counts)} pages as a whole; the rest is in English"
    )


def _below(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Say below a page how much of it is translated."""
    if current().language and doctree is not None and "body" in context:
        done, total = _counts(doctree)
        said = _("Translated: {} of {} paragraphs; the rest is in English.").format(done, total)
        context["body"] += f'\n<p class="dp-colophon">{said}</p>'


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_source_parser(Parser, override=True)
    app.add_transform(Untranslatable)
    app.add_transform(AltTexts)
    app.add_transform(InEnglish)
    app.connect("env-updated", _add_messages)
    app.connect("html-page-context", _below)
