"""code/press/pages/nobreak: no break between formula and punctuation, or number and unit."""

from __future__ import annotations

import pytest
from docutils import nodes
from sphinx.application import Sphinx

TEXT = """
Title
=====

A line :math:`x`, and :math:`y` after 10 GeV at 5 % in 3 sets, ``2 m`` or :math:`z`.).

:n:`7` m/s and 8 m.

It is ``x``. ``y`` is :math:`z`. ``No`` full stop goes.
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> nodes.document:
    """Return the page in the form in which the HTML writer gets it."""
    source = tmp_path_factory.mktemp("source")
    role = ".. role:: n\n   :class: dp-number\n\n"
    (source / "index.rst").write_text(role + TEXT, encoding="utf-8")
    out = source / "_build"
    app = Sphinx(
        str(source),
        None,
        str(out),
        str(out / "doctrees"),
        "html",
        confoverrides={"extensions": ["press.pages.nobreak"]},
        status=None,
        warning=None,
    )
    app.builder.read()
    document: nodes.document = app.env.get_and_resolve_doctree("index", app.builder)
    return document


def test_a_formula_keeps_its_mark(page: nodes.document) -> None:
    boxes = [n for n in page.findall(nodes.inline) if "dp-together" in n["classes"]]
    assert [box.astext() for box in boxes] == ["x,", "z.).", "z."]


def test_a_number_keeps_its_unit(page: nodes.document) -> None:
    first, second, _ = (p.astext() for p in page.findall(nodes.paragraph))
    assert first == "A line x, and y after 10\u00a0GeV at 5\u00a0% in 3 sets, 2 m or z.)."
    assert second == "7\u00a0m/s and 8\u00a0m."


def test_a_mark_is_taken_from_the_text_behind_its_formula(page: nodes.document) -> None:
    """And not from an equal text before it."""
    *_, last = page.findall(nodes.paragraph)
    assert last.astext() == "It is x. y is z. No full stop goes."
