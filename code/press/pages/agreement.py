"""What the press tells decks and notebooks of a page, compared with what Sphinx made of it.

Sphinx counts pages and chooses addresses by rules of its own, from all that stands on a page. Where
it came to something else, a reference, a slide or a notebook would lead astray.
"""

from __future__ import annotations

from docutils.nodes import fully_normalize_name
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from .. import edition
from ..output_kinds import BY_NAME
from ..store import Entry

__all__ = ["setup"]

LOGGER = logging.getLogger(__name__)


def _check(app: Sphinx, env: BuildEnvironment) -> None:
    ours = edition.current()
    pages = {execution.page.docname: execution.page for execution in ours.executions}
    for page in () if ours.alone else pages.values():
        number = ".".join(map(str, env.titles[page.docname].get("secnumber") or ()))
        if number != page.number:
            LOGGER.warning(
                f"Sphinx gives the page the number {number or 'none'!r}, and exercises and slides"
                f" have {page.number or 'none'!r}: in _toc.yml, number parts by `numbered` alone,"
                " and have no ## on a page with sections",
                location=page.docname,
            )
    labels: dict[str, tuple[str, str]] = env.get_domain("std").anonlabels  # type: ignore[attr-defined]
    for entry in ours.store.entries:
        if entry.chapter in pages and BY_NAME[entry.kind].has_anchor:
            docname, found = labels.get(fully_normalize_name(entry.name), ("", ""))
            if (docname, found) != (entry.chapter, entry.anchor):
                LOGGER.warning(_astray(entry, found), location=(entry.chapter, entry.line))


def _astray(entry: Entry, found: str) -> str:
    return (
        f"{entry.name} has the address #{found} on its page, where #{entry.anchor} is a heading or"
        " has another name: give it a name of its own, with letters a to z"
    )


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("env-check-consistency", _check)
