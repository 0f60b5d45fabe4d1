"""The box under a chapter's title: open it as a notebook on Binder or Colab, or present it.

If no repository is known, the buttons lead to a page that says how to set it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from posixpath import dirname, relpath
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from .. import edition
from ..edition import Edition
from ..repository import BRANCH, Repository
from ..run.cache import Execution
from ..translation import N_, _
from .deck_links import first_slide
from .site_only import is_site

__all__ = ["notice", "setup"]

HELP = "launching"
KINDS = (
    ("student", N_("Run this chapter"), N_("exercises")),
    ("solved", N_("Solved"), N_("solutions")),
)
EXPLAINED = f"""
<h1>Launching the chapters</h1>
<p>This copy of the book does not know the repository that it was built from. Binder and Colab open
notebooks from there, so their buttons lead to this page.</p>
<p>If you only read the book, download a chapter's notebook, or run <code>make lab</code> in a copy
of the book.</p>
<h2>How to set it</h2>
<p>If you build the book, do one of these, and build it again:</p>
<ul>
<li>Name the repository in <code>_config.yml</code>:
<pre>repository:
  url: https://host/owner/name</pre></li>
<li>Or build in a clone whose remote <code>origin</code> has an https or ssh address.</li>
<li>Or let the hosting's CI build it: the workflow in <code>.github/workflows</code> knows where it
runs.</li>
</ul>
<p>The same workflow publishes the branch <code>{BRANCH}</code>, from which Binder and Colab
start.</p>
"""


def notice(repository: Repository | None) -> str | None:
    """Return a line for the build's output if no repository is known, else None."""
    if repository:
        return None
    return (
        "No repository is known, so Binder and Colab cannot open the chapters: set `repository:"
        " url` in _config.yml"
    )


def box(
    docname: str,
    name: str,
    repository: Repository | None,
    slides: str = "",
    *,
    has_exercises: bool = True,
    for_class: bool = False,
) -> str:
    """Return the box as HTML, for the page `docname` with the short name `name`.

    `slides` is the address of its first slide, if there is one. `for_class` leaves out solutions,
    and Binder and Colab, which open the repository with the solutions.
    """
    rows = []
    kinds = KINDS[:1] if for_class else KINDS
    for kind, label, what in kinds if has_exercises else (("student", N_("Run this page"), ""),):
        notebook = f"{kind}/{name}.ipynb"
        links = "".join(list(_links(docname, notebook, what, repository))[-1 if for_class else 0 :])
        rows.append(f'<li><span class="dp-launch-label">{_(label)}</span>{links}</li>')
    if slides:
        link = _link(slides, _("Present from here"), "")
        rows.append(f'<li><span class="dp-launch-label">{_("Slides")}</span>{link}</li>')
    items = "".join(rows)
    named = _("Notebooks and slides")
    return f'<nav class="dp-launch" aria-label="{named}"><ul>{items}</ul></nav>'


def _links(docname: str, notebook: str, what: str, repository: Repository | None) -> Iterator[str]:
    explained = relpath(f"{HELP}.html", dirname(docname))
    binder = repository.binder(notebook) if repository else explained
    colab = repository.colab(notebook) if repository else explained
    yield _link(binder, "Binder", what)
    if colab:
        yield _link(colab, "Colab", what)
    yield _link(
        relpath(f"notebooks/{notebook}", dirname(docname)), _("Download"), what, " download"
    )


def _link(href: str, name: str, what: str, attributes: str = "") -> str:
    hidden = f'<span class="dp-hidden"> {_(what)}</span>' if what else ""
    return f'<a href="{escape(href)}"{attributes}>{name}{hidden}</a>'


def _insert(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Put the box under the title of each page with cells to run."""
    ours = edition.current()
    found = ours.execution(pagename)
    if found is not None and is_site(app) and _has_cells(ours, found) and "body" in context:
        slides = first_slide(ours, found.page)
        html = box(
            pagename, found.page.name, ours.repository, slides,
            has_exercises=bool(found.chapter.exercises), for_class=ours.book.for_class,
        )  # fmt: skip
        context["body"] = context["body"].replace("</h1>", f"</h1>\n{html}", 1)


def _has_cells(ours: Edition, execution: Execution) -> bool:
    """Return whether this is a numbered page with code, or another whose cells the reader runs."""
    page, chapter = execution.page, execution.chapter
    if page.number:
        return bool(chapter.code)
    return any(ours.runs_in_page(page, index) for index in chapter.shown_cells)


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    ours = edition.current()
    if is_site(app) and ours.repository is None and not ours.book.for_class:
        yield HELP, {"title": "Launching the chapters", "body": EXPLAINED}, "page.html"


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("html-page-context", _insert)
    app.connect("html-collect-pages", _pages)
