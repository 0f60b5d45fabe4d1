"""Which pages Sphinx reads again: by what files hold, not by when they were written.

Sphinx itself goes by times, and would miss a chapter that was put back from a backup. Of what the
press itself is made from, and of files that any page may use, it knows nothing at all.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import diffprog

from .. import edition
from ..book import DECKS, Book
from ..dependencies import REQUIREMENTS, library_files
from ..files import ASSETS, digest, digests, files

__all__ = ["setup"]

PRESS = Path(__file__).parents[1]
LIBRARY = Path(diffprog.__file__).parent


def _press_digest(book: Book) -> str:
    """One digest of the press, all it imports, assets, the contents, and what is beside pages."""
    pages = {page.path for page in book.pages}
    decks = book.root / DECKS  # a page that names a deck depends on it by itself
    code = [path.read_text(encoding="utf-8") for path in sorted(PRESS.rglob("*.py"))]
    found = [book.root / name for name in ("_toc.yml", *REQUIREMENTS)]
    found += sorted(library_files(code, LIBRARY.parent))
    for folder in (
        PRESS,
        ASSETS,
        LIBRARY / "figures/assets",
        book.root / "book",
    ):
        found += (
            path for path in files(folder) if path not in pages and not path.is_relative_to(decks)
        )
    return digest("".join(digests(found).values()).encode())


def _note(app: Sphinx, docname: str, source: list[str]) -> None:
    _texts(app.env)[docname] = digest(source[0].encode())


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """The pages whose text is not the one that was read."""
    return [
        docname
        for docname, text in _texts(env).items()
        if docname in env.found_docs
        and text != digest(Path(env.doc2path(docname)).read_text(encoding="utf-8").encode())
    ]


def _texts(env: BuildEnvironment) -> dict[str, str]:
    texts: dict[str, str] = vars(env).setdefault("press_texts", {})
    return texts


def setup(app: Sphinx) -> None:
    """Connect to Sphinx; a change of the value makes it read all pages again."""
    app.add_config_value("press", _press_digest(edition.current().book), "env")
    app.connect("source-read", _note, priority=100)
    app.connect("env-get-outdated", _outdated)
