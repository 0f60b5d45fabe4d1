"""Predictions on a page: a question with native inputs, and the answer in a fold.

`book/assets/predict.js` writes what the reader said beside the answer. Without a script, the fold
shows the answer alone.
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from .. import edition
from ..chapter import PREDICT_OPTIONS
from ..output_kinds import PREDICTION
from ..translation import N_, _, current, in_english
from .chapter_parts import PartDirective, chapter_of, complain
from .fold import fold

__all__ = ["ask", "choice", "guess", "predict", "question", "setup"]

SHOW = N_("Show the answer")


class predict(nodes.General, nodes.Element):
    """A prediction: `ask`, and a fold with the answer."""


class ask(nodes.General, nodes.Element):
    """The group of a question and its inputs."""


class question(nodes.TextElement):
    """The question, which names the group."""


class choice(nodes.TextElement):
    """A possible answer; `right` tells whether it is the answer, `group` is one name for all."""


class guess(nodes.General, nodes.Element):
    """A field for a number, in front of its `unit`."""


class PredictDirective(PartDirective):
    """`{predict} question`, with the options of `PREDICT_OPTIONS`."""

    kind = "prediction"
    option_spec: ClassVar[dict[str, Any]] = PREDICT_OPTIONS

    def run(self) -> list[nodes.Node]:
        """Return the question and, folded, the answer that the chapter's cells have computed."""
        known = self.part(chapter_of(self.env.docname).predictions)
        box = predict("", classes=["dp-predict"])
        self.set_source_info(box)
        words, classes = self.inline(current().text(known.question)), in_english(known.question)
        asked = ask("", question("", "", *words, classes=classes))
        for number, text in enumerate(known.options, 1):
            option = choice("", "", *self.inline(current().text(text)), classes=in_english(text))
            option["group"], option["right"] = known.name, number == known.right
            asked += option
        answer = PREDICTION.answer(edition.current().store[known.name].content)
        if known.number:
            asked += guess(unit=known.unit)
        words = [nodes.Text(answer)] if known.number else self.inline(answer)
        said = nodes.strong("", "", *words, classes=["dp-came"])
        closed = fold("", title=_(SHOW), classes=["dp-fold", "dp-answer"])
        closed += nodes.paragraph("", "", nodes.Text(f"{_('The answer:')} "), said)
        lines = StringList(known.reason.splitlines(), self.env.docname)
        self.state.nested_parse(lines, known.reason_offset, closed)
        box += [asked, closed]
        self.add_name(box)
        return [box]

    def inline(self, text: str) -> list[nodes.Node]:
        """Return the nodes of inline Markdown."""
        found, messages = self.state.inline_text(text, self.lineno)
        return [*found, *messages]


class Agree(SphinxTransform):
    """Warn, with file and line, if Sphinx has found other predictions than chapter.py."""

    default_priority = 860

    def apply(self, **kwargs: Any) -> None:
        """Compare the names."""
        chapter = chapter_of(self.env.docname)
        shown = {box["names"][0] for box in self.document.findall(predict)}
        for known in chapter.predictions:
            if known.name not in shown:
                complain(chapter, known.line, f"the page shows no prediction {known.name!r}")


def _open(tag: str) -> Any:
    return lambda self, node: self.body.append(self.starttag(node, tag))


def _close(tag: str) -> Any:
    return lambda self, node: self.body.append(f"</{tag}>\n")


def _open_choice(self: Any, node: choice) -> None:
    right = ' class="dp-right"' if node["right"] else ""
    said = ' lang="en"' if "language-en" in node["classes"] else ""
    self.body.append(f'<label{right}><input type="radio" name="{node["group"]}"><span{said}>')


def _open_guess(self: Any, node: guess) -> None:
    self.body.append(
        f'<label class="dp-guess">{_("Your guess")} <input type="number" step="any">'
        f" <span>{self.encode(node['unit'])}</span>"
    )


def setup(app: Sphinx) -> None:
    """Register the directive, the nodes and the transform."""
    app.add_node(predict, html=(_open("div"), _close("div")))
    app.add_node(ask, html=(_open("fieldset"), _close("fieldset")))
    app.add_node(question, html=(_open("legend"), _close("legend")))
    app.add_node(choice, html=(_open_choice, _close("span></label")))
    app.add_node(guess, html=(_open_guess, _close("label")))
    app.add_directive("predict", PredictDirective)
    app.add_transform(Agree)
