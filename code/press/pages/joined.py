"""One style sheet and one script for all pages, with only the rules that they need.

What is joined, and in which order, is read from the two pages that Sphinx writes in each build:
what both load, all pages load. Other pages may be copies from the last site, which have the joined
files already. A digest of the content stands in each address, so that browsers may keep a file for
as long as the server likes.

Scripts run after the page is read (`defer`), and block nothing. Only the theme that the reader
chose is set before, by the line `policy.THEME` in the page itself, so that the first paint has it.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from sphinx.application import Sphinx

import diffprog

from .. import files
from ..policy import THEME, stated
from ..purge import Used, purged
from .auto_theme import with_auto
from .site_only import is_site

__all__ = ["STYLE", "WHOLE", "join", "setup"]

STYLE, SCRIPT = "site.css", "site.js"
FIRST = "storage.js"
"""Our script that runs before those of the theme."""
WHOLE = "whole.css"
"""Beside what Sphinx has read: the style sheet with all rules, with which a test compares."""
ALWAYS_WRITTEN = ("search.html", "genindex.html")
NOT_PAGES = ("_static", "slides", "notebooks")
"""The folders with HTML of others: templates of the theme, decks, notebooks."""
ALONE = {"run.js"}
"""The script that reads attributes of its own element; it asks for the file `frames.js`, too."""
KEPT = {"frames.js"}
NEVER_LOADED = ("locales", "webpack-macros.html", "sbt-webpack-macros.html", "basic.css",
                "scripts/bootstrap.js", "scripts/bootstrap.js.LICENSE.txt")  # fmt: skip
SELF_CONTAINED = {"copybutton.js"}
"""The scripts that declare names which no other script uses."""
DRAW_IN_PAGE = (
    Path(diffprog.__file__).parent / "figures",
    files.ASSETS.parents[1] / "code" / "engine" / "python",
)
"""The Python that makes HTML in the reader's browser."""

_LINK = re.compile(r"[ \t]*<link\b[^>]*>\n?")
_SCRIPT = re.compile(r"[ \t]*<script\b[^>]*></script>\n?")
_DECLARES = re.compile(r"^(?:const|let) ", re.M)
_NOTICE = re.compile(r"/\*!.*?\*/", re.S)
_IMPORT = re.compile(r'@import "([^"]+)";')
_URL = re.compile(r"url\(([\"']?)(?!data:|#)([^)\"']+)\1\)")


def _attribute(element: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', element)
    return found[1] if found else ""


def _file(element: str) -> str:
    """Return the file in `_static` that an element loads as a style or a script, or ""."""
    loads = "script" if "<script" in element else "link"
    if loads == "link" and _attribute(element, "rel") != "stylesheet":
        return ""
    address = _attribute(element, "src" if loads == "script" else "href").partition("?")[0]
    return address.partition("_static/")[2]


def _common(pages: Sequence[str], element: re.Pattern[str]) -> list[str]:
    """Return what all these pages load by such elements, in the order of the first page."""
    first, *others = ([_file(e) for e in element.findall(page)] for page in pages)
    return [name for name in first if name and all(name in other for other in others)]


def _pages(site: Path) -> list[Path]:
    found = (path for path in files.files(site) if path.suffix == ".html")
    return [path for path in found if path.relative_to(site).parts[0] not in NOT_PAGES]


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error is None and is_site(app):
        join(Path(app.outdir), Path(app.doctreedir) / WHOLE)


def join(site: Path, whole: Path) -> None:
    """Write the joined files, make all pages load them, and write all rules to `whole`."""
    static = site / "_static"
    texts = {path: path.read_text(encoding="utf-8") for path in _pages(site)}
    models = [texts[site / name] for name in ALWAYS_WRITTEN]
    sheets = _common(models, _LINK)
    scripts = [name for name in _common(models, _SCRIPT) if name not in ALONE]
    first = (files.ASSETS / FIRST).read_text(encoding="utf-8")
    script = f"{THEME};\n{first}" + "".join(_script(static / name) for name in scripts)
    joined = _style(static, sheets)
    for name in {*sheets, *scripts} - KEPT:
        (static / name).unlink()
    for name in NEVER_LOADED:
        path = static / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    files.write(static / SCRIPT, script)
    style = with_auto(purged(joined, _used(static, texts.values())))
    style = _URL.sub(lambda url: _with_version(url, static), style)
    files.write(whole, joined)
    notices = "\n".join(dict.fromkeys(_NOTICE.findall(joined)))
    files.write(static / STYLE, f'@charset "UTF-8";\n{notices}\n{style}\n')
    versions = _Versions()
    style_link = f'<link rel="stylesheet" href="{{}}{STYLE}">'
    script_tag = f'<script defer src="{{}}{SCRIPT}"></script>'
    for path, text in texts.items():
        page = _replaced(text, _LINK, {*sheets, STYLE}, style_link)
        page = _replaced(page, _SCRIPT, {*scripts, SCRIPT}, script_tag)
        files.write(path, stated(versions.stated(path, page)))


def _style(static: Path, sheets: Iterable[str]) -> str:
    """Return the text of style sheets in one, whose addresses are relative to `_static`."""
    parts = []
    for name in sheets:
        text, folder = (static / name).read_text(encoding="utf-8"), posixpath.dirname(name)
        imported = [posixpath.normpath(posixpath.join(folder, n)) for n in _IMPORT.findall(text)]
        parts += [_style(static, imported), _beside(folder, _IMPORT.sub("", text))]
    return "\n".join(parts)


def _beside(folder: str, css: str) -> str:
    """Return the style sheet of a folder in `_static` as one in `_static` itself."""

    def moved(url: re.Match[str]) -> str:
        return f"url({posixpath.normpath(posixpath.join(folder, url[2]))})"

    return _URL.sub(moved, css)


def _with_version(url: re.Match[str], static: Path) -> str:
    path = static / url[2]
    return f"url({url[2]}?v={_digest(path)})" if path.is_file() else url[0]


def _digest(path: Path) -> str:
    return files.digest(path.read_bytes())[:8]


def _script(path: Path) -> str:
    """Return the text of a script, whose failure does not keep the next ones from running.

    Names that a script declares for others would be unknown to them outside of the `try`.
    """
    text = re.sub(r"//# sourceMappingURL=.*", "", path.read_text(encoding="utf-8")).strip()
    if _DECLARES.search(text) and path.name not in SELF_CONTAINED:
        return f"{text}\n;\n"
    return f"try{{\n{text}\n}}catch(error){{reportError(error)}}\n"


def _used(static: Path, pages: Iterable[str]) -> Used:
    ours = [path for path in files.files(files.ASSETS) if path.suffix in (".js", ".mjs")]
    theirs = list(static.glob("*.js"))
    python = [path for place in DRAW_IN_PAGE for path in files.files(place) if path.suffix == ".py"]
    every = (*ours, *theirs, *python)
    return Used.of(pages, (path for path in every if path.parent.name != "slides"))


def _replaced(html: str, element: re.Pattern[str], names: set[str], new: str) -> str:
    """Return a page with one element in place of all that load one of these files."""
    there = False

    def replace(match: re.Match[str]) -> str:
        nonlocal there
        if _file(match[0]) not in names:
            return match[0]
        made = "" if there else f"{new.format(_folder(match[0]))}\n"
        there = True
        return made

    return element.sub(replace, html)


def _folder(element: str) -> str:
    """Return the address of `_static` that an element has, with a slash at its end."""
    address = _attribute(element, "src") or _attribute(element, "href")
    return address.partition("_static/")[0] + "_static/"


class _Versions:
    """Digests of the files that pages load, which are read once."""

    def __init__(self) -> None:
        self.known: dict[Path, str] = {}

    def stated(self, page: Path, html: str) -> str:
        """Return a page in which digests stand in addresses, and which waits for no script."""

        def state(match: re.Match[str]) -> str:
            element = match[0]
            name = "src" if "<script" in element else "href"
            address = _attribute(element, name).partition("?")[0]
            path = page.parent / address
            if not address or "//" in address or not path.is_file():
                return element
            address = f"{address}?v={self._version(path)}"
            made = re.sub(rf'\b{name}="[^"]*"', lambda _: f'{name}="{address}"', element)
            if name == "src" and not re.search(r"\bdefer\b|\btype=", made):
                made = made.replace("<script ", "<script defer ")
            return made

        sheets = _LINK.sub(lambda m: state(m) if _file(m[0]) else m[0], html)
        return _SCRIPT.sub(state, sheets)

    def _version(self, path: Path) -> str:
        path = path.resolve()
        if path not in self.known:
            self.known[path] = _digest(path)
        return self.known[path]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("build-finished", _finish, priority=800)  # after all that write into pages
