"""`python -m _press.slides [--pdf]`: the command behind `make slides` and `make slides-pdf`.

Chapters are executed where they have changed, as `make book` does it, and only the decks written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .. import state
from ..book import Book, PressError
from ..execute import execute_all
from ..store import Store, collect
from .pdf import print_decks
from .write import write_decks


def main() -> int:
    """Write the decks, and their PDF if asked; 0 for success."""
    parser = argparse.ArgumentParser(prog="python -m _press.slides", description=__doc__)
    parser.add_argument("--pdf", action="store_true", help="print them too")
    arguments = parser.parse_args()
    book = Book(Path.cwd())
    try:
        with state.lock(book):
            if not state.is_current(book):
                Store(book).write(collect(execute_all(book, book.pages)))
            decks = write_decks(book, book.build / "html")
            paths = [book.build / "html" / "slides" / f"{deck.name}.html" for deck in decks]
            paths = print_decks(book, decks) if arguments.pdf else paths
    except PressError as error:
        print(f"\nThe decks were not built.\n{error}", file=sys.stderr)
        return 1
    for deck, path in zip(decks, paths, strict=True):
        print(f"{path.relative_to(book.root)}  {len(deck.slides)} slides, {deck.minutes:g} min")
    return 0


if __name__ == "__main__":
    sys.exit(main())
