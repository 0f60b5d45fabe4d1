"""Each kind of output is defined in one place, which page, notebook, slide and store use."""

import subprocess
import sys

import pytest
from docutils import nodes
from myst_nb.core.render import MimeData

from press import output_kinds
from press.notebooks.outputs import outputs
from press.pages.renderer import Renderer
from press.slides.deck import read
from press.store import Store, collect

from .slides.conftest import edition
from .test_store import FIGURE_OPTIONS, cell

MIME = "application/vnd.diffprog.sketch+json"


class Sketch(output_kinds.Figure):
    """A kind that the press does not know."""

    name, mime = "sketch", MIME

    def on_slide(self, content, name, alt):
        return f"<em>{name}: {content['svg']}, {alt}</em>"

    def in_notebook(self, output, content, alt):
        output.data["text/plain"] = f"a sketch of {alt}"
        return True


@pytest.fixture(autouse=True)
def known(monkeypatch):
    monkeypatch.setitem(output_kinds.BY_NAME, "sketch", Sketch())


def test_a_page_asks_the_kind(book):
    metadata = {"mystnb": FIGURE_OPTIONS}
    (node,) = Renderer.handle_mime(None, MimeData(MIME, {"svg": "dots"}, metadata), False)  # type: ignore[misc]
    assert isinstance(node, nodes.raw)
    assert node.astext() == f"<em>fig-line: dots, {FIGURE_OPTIONS['image']['alt']}</em>"


def test_store_and_notebook_ask_the_kind(book):
    execution = cell(book, {MIME: {"svg": "dots"}}, FIGURE_OPTIONS)
    (entry,) = collect([execution])
    assert (entry.kind, entry.content) == ("sketch", {"svg": "dots"})
    (output,) = outputs(execution.notebook.cells[1], 1)
    assert dict(output.data) == {"text/plain": f"a sketch of {FIGURE_OPTIONS['image']['alt']}"}


def test_a_slide_asks_the_kind(book):
    (entry,) = collect([cell(book, {MIME: {"svg": SVG}}, FIGURE_OPTIONS)])
    Store(book.build / "outputs", [entry]).write(partial=True)
    path = book.root / "book/slides/deck.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(DECK)
    shown = read(edition(book), path).slides[1].shown
    assert shown.startswith("<em>fig-line: <svg")


SVG = '<svg viewBox="0 0 400 250"></svg>'
DECK = """\
---
title: A deck
description: A deck for the tests.
---
# A deck

## A sketch

:::{show} fig-line
:::
"""


def test_pages_are_put_together_without_what_draws_and_computes():
    """Importing matplotlib or torch takes longer than writing the page that was edited."""
    heavy = "print(*{'matplotlib', 'torch'} & {*sys.modules})"
    program = f"import sys, press.build, press.sphinx_extension; {heavy}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("", "")
