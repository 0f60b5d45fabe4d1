"""The commands behind `make book` and `make lab`, and the one that CI publishes notebooks with."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from pathlib import Path

from . import state
from .book import Book, PressError
from .notebooks import lab
from .notebooks.branch import assemble

FULL = (errno.ENOSPC, errno.EDQUOT)


def main() -> int:
    """Run one command; 0 for success."""
    parser = argparse.ArgumentParser(prog="python -m _press", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="build the book, or one chapter alone")
    build.add_argument("chapter", nargs="?", help="such as part1/simulator")
    build.add_argument("--jobs", type=int, default=os.environ.get("JOBS") or None)
    commands.add_parser("lab", help="open the student notebooks of the built book in JupyterLab")
    branch = commands.add_parser("notebooks-branch", help="assemble what Binder and Colab open")
    branch.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    book = Book(Path.cwd())
    try:
        if arguments.command == "lab":
            return lab.open_lab(book)
        if arguments.command == "notebooks-branch":
            assemble(book, arguments.folder)
            return 0
        with state.lock(book):
            page = _build(book, arguments.chapter, arguments.jobs)
    except PressError as error:
        return _stop(1, str(error), arguments.command)
    except KeyboardInterrupt:
        return _stop(130, "it was interrupted", arguments.command)
    except OSError as error:
        if error.errno not in FULL:
            raise
        why = "the disk is full: free some space and build again; what is done is kept"
        return _stop(1, why, arguments.command)
    print(f"\nOpen {page.relative_to(book.root)}")
    return 0


def _stop(code: int, why: str, command: str) -> int:
    what = "\nThe book was not built.\n" if command == "build" else ""
    print(f"{what}{why}", file=sys.stderr)
    return code


def _build(book: Book, chapter: str | None, jobs: int | None) -> Path:
    if not chapter and state.is_current(book):
        print("Nothing has changed since the last build")
        return book.build / "html" / "index.html"
    from . import build  # Sphinx and Jupyter take seconds to import: only where there is work

    return (
        build.build_chapter(book, book.page(chapter)) if chapter else build.build_book(book, jobs)
    )


if __name__ == "__main__":
    sys.exit(main())
