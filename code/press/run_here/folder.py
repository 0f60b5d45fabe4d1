"""The book as a folder that is read without a server, in a zip: its cells run there, too.

From files, browsers let a page load scripts, but neither modules nor data. So the zip has the
runtime and what the build says of the cells as scripts, which `book/assets/folder/folder.js` loads
when the reader turns to the first cell. The site itself has none of them.
"""

from __future__ import annotations

import base64
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from .. import files
from ..book import Book, PressError
from ..policy import IN_FOLDER, META, POLICY
from .one_script import one_script

__all__ = ["pack"]

ASSETS = files.ASSETS / "folder"
PAGE_SCRIPT = ASSETS / "folder.js"
OURS = (ASSETS / "thread.mjs", ASSETS / "worker.js")
OF_PAGE = ["page.mjs", "python.mjs", "editor.mjs"]
"""The modules that pages and decks import."""
RUN = re.compile(r'<script [^>]*src="(?P<static>[^"]*_static/)run\.js[^"]*"')
DECK_RUN = '<script src="assets/run_here.js">'
LICENCES = """
In this zip, runtime.js contains all of these files, as text or in base64. Only the words by which
modules import and export are written in another way.
"""
DATE = (1980, 1, 1, 0, 0, 0)
"""All entries have it, so that equal books give equal zips."""


def pack(book: Book) -> Path:
    """Write `_build/book.zip`, and return its path; raise PressError if no book is built."""
    site, path = book.build / "html", book.build / "book.zip"
    if not (site / "index.html").exists():
        raise PressError("there is no built book: `make book` builds it")
    part = path.with_suffix(".part")
    with zipfile.ZipFile(part, "w") as archive:
        for name, content in _contents(site):
            entry = zipfile.ZipInfo(f"book/{name}", DATE)
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    os.replace(part, path)
    return path


def _contents(site: Path) -> Iterator[tuple[str, str | bytes]]:
    """Yield name and content of each file."""
    run = site / "_static" / "run"
    for path in files.files(site):
        name = path.relative_to(site).as_posix()
        if path.suffix == ".html":
            yield name, _page(name, path.read_text(encoding="utf-8"))
        elif not path.is_relative_to(run):
            yield name, path.read_bytes()
    if run.is_dir():
        yield from ((f"_static/run/{name}", content) for name, content in _scripts(run))


def _page(name: str, html: str) -> str:
    """Return a page that loads what `folder.js` brings, if it has cells that run."""
    tag = '<script src="{}run/folder.js"></script>\n'
    if run := RUN.search(html):
        loads, folder = run[0], run["static"]
    elif DECK_RUN in html:
        loads, folder = DECK_RUN, "../_static/"
    else:
        return html
    if META not in html:
        raise PressError(f"{name}: its policy is not the one that the press states")
    html = html.replace(META, META.replace(POLICY, IN_FOLDER), 1)
    return html.replace(loads, tag.format(folder) + loads, 1)


def _scripts(run: Path) -> Iterator[tuple[str, str | bytes]]:
    """Yield name and content of what stands in the folder `run` in place of what the site has."""
    yield "LICENCES.txt", (run / "LICENCES.txt").read_text(encoding="utf-8") + LICENCES
    yield PAGE_SCRIPT.name, PAGE_SCRIPT.read_bytes()
    runtime = ""
    for path in files.files(run / "cells"):
        data, page = path.read_text(encoding="utf-8"), path.relative_to(run / "cells")
        runtime = json.loads(data)["runtime"]
        name = page.with_suffix("").as_posix()
        yield f"cells/{name}.js", f"dpFolder.cells[{json.dumps(name)}] = {data};\n"
    made, parts = run / runtime, {path.name: path.read_text("utf-8") for path in OURS}
    scripts = _modules(made) | {"thread.mjs": parts["thread.mjs"]}
    packed = json.dumps({path.name: _base64(path) for path in sorted(made.glob("*.gz"))})
    python = one_script(scripts, ["worker.mjs"])
    worker = json.dumps(f"const FILES = {packed};\n{parts['worker.js']}\n{python};\n")
    modules = one_script(scripts, OF_PAGE)
    yield "runtime.js", f"dpFolder.modules = {modules};\ndpFolder.worker = {worker};\n"


def _modules(folder: Path) -> dict[str, str]:
    """Return the texts of a runtime's modules, by their places."""
    found = (path for path in files.files(folder) if path.suffix in (".js", ".mjs"))
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
