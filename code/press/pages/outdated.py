"""The choice of pages that Sphinx reads and writes again.

Sphinx reads the pages whose text changed, besides those that it finds itself. It writes the pages
that were read, or all pages if something changed that other pages may show.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from .. import edition
from ..book import DECKS
from ..files import digest

__all__ = ["setup"]

SHARED = (
    "titles", "longtitles", "tocs", "toc_secnumbers", "toc_fignumbers", "files_to_rebuild",
    "numbered_toctrees", "domaindata",
)  # fmt: skip
"""What Sphinx keeps of a page for other pages: headings, numbers, labels, citations."""


def _edited(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Return the pages whose text changed since the last build."""
    return sorted(edition.current().edited & env.found_docs)


def _to_write(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return all pages if what they share changed, else the bibliographies and the first page.

    The first page is always written, because Sphinx writes no styles if it writes no page.
    """
    book = edition.current().book
    texts = (book.text(path) for path in sorted((book.root / DECKS).glob("*.md")))
    decks = [text.split("---\n")[1:2] for text in texts]  # of the rest, no page shows anything
    contents = sorted(env.toctree_includes.items())
    kept = [_plain(getattr(env, name)) for name in SHARED]
    shared = digest(repr([decks, contents, kept]).encode())
    before = vars(env).get("press_shared")
    vars(env)["press_shared"] = shared
    if shared != before:
        return sorted(env.found_docs)
    bibliographies = env.get_domain("cite").bibliographies  # type: ignore[attr-defined]
    return sorted({app.config.root_doc, *(key.docname for key in bibliographies)})


def _forget_files(app: Sphinx, error: Exception | None) -> None:
    """Remove images and downloads that no page has any more."""
    kept = {"_images": app.env.images, "_downloads": app.env.dlfiles}
    for name, known in kept.items() if error is None else ():
        folder, wanted = Path(app.outdir) / name, {there for _, there in known.values()}
        for path in [path for path in folder.rglob("*") if path.is_file()]:
            if path.relative_to(folder).as_posix() not in wanted:
                path.unlink()


def _plain(value: Any) -> Any:
    """Return the content of `value`, in an order that does not depend on which page came first."""
    if isinstance(value, nodes.Node):
        return value.pformat()
    if isinstance(value, dict):
        return sorted((repr(key), _plain(inner)) for key, inner in value.items())
    if isinstance(value, tuple):
        return tuple(_plain(inner) for inner in value)
    if isinstance(value, list | set | frozenset):
        return sorted(repr(_plain(inner)) for inner in value)
    text = repr(value)
    if " at 0x" in text:  # the address differs in each build
        return type(value).__name__, _plain(vars(value))
    return text


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("env-get-outdated", _edited)
    app.connect("env-get-updated", _to_write, priority=900)  # after Sphinx has counted figures
    app.connect("build-finished", _forget_files)
