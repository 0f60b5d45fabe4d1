"""The commands that the targets of the Makefile run, and one that CI runs."""

from __future__ import annotations

import argparse
import errno
import gc
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from .. import files, manifest
from ..book import Book, PressError
from ..chapter import read_all
from ..colophon import stamp
from ..library import inventory
from ..notebooks import lab
from ..notebooks.branch import assemble
from ..pages import publish
from ..run_here.folder import pack
from . import check_reproducible
from .changes import changes
from .compare_notebooks import compare
from .contents import contents

FULL = (errno.ENOSPC, errno.EDQUOT)
NOT_DONE = {
    "build": "\nThe book was not built.\n",
    "slides": "\nThe decks were not built.\n",
    "epub": "\nThe EPUB was not written.\n",
}


def main() -> int:
    """Run one command, and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m press", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="build the book, or one chapter alone")
    build.add_argument("chapter", nargs="?", help="such as part1/simulator")
    messages = commands.add_parser("gettext", help="write what there is to translate")
    for command in (build, messages):
        command.add_argument(
            "--language", type=_language, default=os.environ.get("BOOK_LANGUAGE", "")
        )
    slides = commands.add_parser("slides", help="build the decks alone")
    printed = slides.add_mutually_exclusive_group()
    printed.add_argument("--pdf", action="store_true", help="print them, a page for each slide")
    printed.add_argument("--handout", action="store_true", help="print them to be written on")
    printed.add_argument("--pptx", action="store_true", help="put their figures into PowerPoint")
    course = commands.add_parser("class", help="plan a course from the decks")
    edition = commands.add_parser(
        "class-edition", help="build the book without solutions, and a key"
    )
    epub = commands.add_parser("epub", help="write the book for reading apps")
    pdf = commands.add_parser("pdf", help="build the book, and print it to one PDF")
    for command in (build, messages, slides, course, edition, epub, pdf):
        command.add_argument("--jobs", type=_up_to(999), default=os.environ.get("JOBS") or None)
    commands.add_parser("zip", help="pack the built book, to be read and run without a server")
    commands.add_parser("lab", help="open the student notebooks of the built book in JupyterLab")
    new = commands.add_parser("new-chapter", help="begin a chapter, its exercise and its slides")
    new.add_argument("name", help="such as part4/tape")
    commands.add_parser("contents", help="list the chapters with their words and exercises")
    watch = commands.add_parser("watch", help="build on every save, and reload the browser")
    present = commands.add_parser("present", help="show the built book with a live kernel")
    for command in (watch, present):
        command.add_argument("--port", type=_up_to(65535), default=8000)
    commands.add_parser("check-reproducible", help="build the last commit twice, and compare")
    stamped = commands.add_parser("stamp", help="name the commit on the pages of a built site")
    stamped.add_argument("site", type=Path)
    stamped.add_argument("commit")
    stamped.add_argument("date", help="of the commit, such as 2026-11-29")
    changed = commands.add_parser("changes", help="list what readers see since another build")
    changed.add_argument("before", type=Path, help="the folder _build of the other one")
    compared = commands.add_parser(
        "compare-notebooks",
        help="list where notebooks run elsewhere print something else",
    )
    compared.add_argument("ours", type=Path)
    compared.add_argument("theirs", type=Path)
    pages = commands.add_parser(
        "inventory", help="renew the pages of PyTorch and others to which code leads"
    )
    pages.add_argument("sources", nargs="*", help="files with inventories, instead of the network")
    branch = commands.add_parser("notebooks-branch", help="assemble what Binder and Colab open")
    branch.add_argument("folder", type=Path)
    branch.add_argument("--for-class", action="store_true", help="of the edition for a class")
    arguments = parser.parse_args()
    language = arguments.language if arguments.command == "build" else ""
    book = Book(Path.cwd(), language=language)
    try:
        if arguments.command == "lab":
            return lab.open_lab(book)
        if arguments.command == "new-chapter":
            _begin(book, arguments.name)
            return 0
        if arguments.command == "contents":
            print(contents(read_all(book)))
            return 0
        if arguments.command == "watch":
            _watch(book, arguments.port)
            return 0
        if arguments.command == "present":
            _present(book, arguments.port)
            return 0
        if arguments.command == "check-reproducible":
            return check_reproducible.main()
        if arguments.command == "stamp":
            stamp(arguments.site, arguments.commit, arguments.date)
            return 0
        if arguments.command == "changes":
            print(changes(arguments.before, book.build))
            return 0
        if arguments.command == "compare-notebooks":
            return _compare(arguments.ours, arguments.theirs)
        if arguments.command == "inventory":
            for name in inventory.renew(book, arguments.sources):
                print(f"{name} is in no inventory: its line stays as it is")
            return 0
        if arguments.command == "notebooks-branch":
            assemble(Book(book.root, arguments.for_class), arguments.folder)
            return 0
        with manifest.lock(book.root / "_build"):
            publish.restore(book)
            if arguments.command == "class":
                _plan_course(book, arguments.jobs)
            elif arguments.command == "slides":
                _slides(book, arguments)
            elif arguments.command == "gettext":
                _gettext(book, arguments.language, arguments.jobs)
            elif arguments.command == "zip":
                print(pack(book).relative_to(book.root))
            elif arguments.command == "epub":
                _epub(book, arguments.jobs)
            elif arguments.command == "pdf":
                _print(book, arguments.jobs)
            elif arguments.command == "class-edition":
                _class_edition(book, arguments.jobs)
            else:
                _build(book, arguments.chapter, arguments.jobs)
    except PressError as error:
        return _stop(1, str(error), arguments.command)
    except KeyboardInterrupt:
        return _stop(130, "it was interrupted", arguments.command)
    except OSError as error:
        if error.errno in files.FORBIDDEN:
            why = f"{error.filename}: {error.strerror}: copy the book to a folder of your own"
        elif error.errno in FULL:
            why = "the disk is full: free some space and try again; what is done is kept"
        else:
            raise
        return _stop(1, why, arguments.command)
    return 0


def _language(text: str) -> str:
    """Return a code such as `de` or `pt_BR`, or '' for English."""
    if text and not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", text):
        raise argparse.ArgumentTypeError(f"a language is a code such as de or pt_BR, not {text!r}")
    return "" if text == "en" else text


def _up_to(most: int) -> Callable[[str], int]:
    """Return what reads a number of jobs or of a port."""

    def read(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"give a whole number from 1 to {most}, not {text!r}")
        return int(text)

    return read


def _stop(code: int, why: str, command: str) -> int:
    print(f"{NOT_DONE.get(command, '')}{why}", file=sys.stderr)
    return code


def _compare(ours: Path, theirs: Path) -> int:
    different = list(compare(ours, theirs))
    print("\n".join(different or ["All notebooks print the same"]))
    return bool(different)


def _begin(book: Book, name: str) -> None:
    from .new_chapter import begin

    for path in begin(book, name):
        print(path.relative_to(book.root).as_posix())
    print(
        f"\nThe chapter builds, and its test passes: `make book CHAPTER={name}`. Replace its text,"
        " and add a line on it to the part's first page and to book/index.md"
    )


# livereload, Sphinx and Jupyter take seconds to import: only commands that use them do so.


def _watch(book: Book, port: int) -> None:
    from .watch import watch

    watch(book, port)


def _present(book: Book, port: int) -> None:
    from ..present.server import present

    present(book, port)


def _print(book: Book, jobs: int | None) -> None:
    from ..paper.printed import print_book

    if not manifest.is_current(book):
        _build(book, None, jobs)
    print(print_book(book).relative_to(book.root))


def _build(book: Book, chapter: str | None, jobs: int | None) -> None:
    page = book.build / "html" / "index.html"
    if chapter:
        from ..build import build_chapter

        page = build_chapter(book, chapter)
    elif manifest.is_current(book):
        print("Nothing has changed since the last build")
    else:
        from ..build import build_book

        # Sphinx makes millions of objects that stay; searching them for cycles takes a tenth of
        # the time.
        gc.set_threshold(100_000, 50, 50)
        build_book(book, jobs)
    print(f"\nOpen {page.relative_to(book.root)}")


def _epub(book: Book, jobs: int | None) -> None:
    from ..epub.make import make_epub

    gc.set_threshold(100_000, 50, 50)  # as in `_build`
    print(make_epub(book, jobs).relative_to(book.root))


def _gettext(book: Book, language: str, jobs: int | None) -> None:
    from ..build import extract_messages

    for path in extract_messages(book, language, jobs):
        print(f"Messages: {path.relative_to(book.root)}")


def _class_edition(book: Book, jobs: int | None) -> None:
    from .class_edition import make_class_edition

    gc.set_threshold(100_000, 50, 50)  # as in `_build`
    site, *key = make_class_edition(book, jobs)
    print(f"\nFor the class: {site.relative_to(book.root)}")
    for path in key:
        print(f"For the teacher: {path.relative_to(book.root)}")


def _slides(book: Book, arguments: argparse.Namespace) -> None:
    from ..build import build_decks
    from ..slides.pdf import print_decks, print_handouts
    from ..slides.plan import table

    decks = build_decks(book, arguments.jobs)
    paths = [book.build / "html" / "slides" / f"{deck.name}.html" for deck in decks]
    if arguments.pdf:
        paths = print_decks(book, decks)
    elif arguments.handout:
        paths = print_handouts(book, decks)
    elif arguments.pptx:
        from ..slides.powerpoint import write_figures

        paths = [book.build / "pptx" / f"{deck.name}.pptx" for deck in decks]
        for deck, path in zip(decks, paths, strict=True):
            write_figures(deck, path)
    for deck, path in zip(decks, paths, strict=True):
        print(f"{path.relative_to(book.root)}  {len(deck.slides)} slides, {deck.minutes:g} min")
    print(f"\n{table(decks)}")


def _plan_course(book: Book, jobs: int | None) -> None:
    from ..build import build_decks
    from .course import schedules
    from .instructor import instructor_page

    decks = build_decks(book, jobs)
    folder = book.build / "class"
    folder.mkdir(exist_ok=True)
    print(f"\n{schedules(decks)}\n")
    for deck in decks:
        if deck.part:
            path = folder / f"{deck.name}.md"
            files.write(path, instructor_page(deck, book.code) + "\n")
            print(f"For the instructor: {path.relative_to(book.root)}")
