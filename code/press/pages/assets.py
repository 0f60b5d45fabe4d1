"""What every page carries besides its text: style, scripts, a light weight, and names.

Font Awesome is cut down to the glyphs in use, and its script, which draws the same icons, is left
out. Controls that the theme leaves without a name for screen readers get one. Scripts inside of
pages are moved to files, because the policy of the pages forbids them; it states the digest of the
one that must run before the first paint, `policy.THEME`.
"""

from __future__ import annotations

import json
import os
import re
from functools import partial
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

import diffprog

from .. import edition, files, fonts
from ..policy import THEME
from ..translation import script
from .site_only import is_site

__all__ = ["setup"]

SCRIPTS = ("page.js", "contents.js", "progress.js", "frames.js", "take_away.js", "predict.js",
           "your_work.js", "report.js", "preview.js", "focus.js")  # fmt: skip
"""Our scripts, in this order. Each does nothing on a page without what it is for."""
_OLD_FORMAT = re.compile(r",\s*url\([^)]*\.ttf\)\s*format\([^)]*\)")
"""A font for browsers that do not know WOFF2; there are none that could show the rest."""
FONT_AWESOME = Path("_static/vendor/fontawesome/webfonts")

# Docutils' role for entries of a bibliography is deprecated: they are items of a list.
BIBLIOGRAPHY = (' role="doc-biblioentry"', ' role="listitem"')
NAMES = (
    # A fold of the contents has no name; another control has one that contradicts its text.
    (
        '<summary><span class="toctree-toggle"',
        '<summary aria-label="Chapters"><span class="toctree-toggle"',
    ),
    (' title="Search" aria-label="Search"', ' title="Search"'),
    ('<dialog id="pst-search-dialog">', '<dialog id="pst-search-dialog" aria-label="Search">'),
    BIBLIOGRAPHY,
    # This is what the element says already.
    (
        '<main id="main-content" class="bd-main" role="main">',
        '<main id="main-content" class="bd-main">',
    ),
    # The side bars are landmarks of their own, and their buttons say what they open.
    (
        '<div id="pst-primary-sidebar" class="bd-sidebar-primary',
        '<div id="pst-primary-sidebar" role="navigation" aria-label="The book"'
        ' class="bd-sidebar-primary',
    ),
    (
        '<dialog id="pst-primary-sidebar-modal">',
        '<dialog id="pst-primary-sidebar-modal" aria-label="Chapters">',
    ),
    (
        '<dialog id="pst-secondary-sidebar-modal">',
        '<dialog id="pst-secondary-sidebar-modal" aria-label="Contents of this page">',
    ),
    (' title="Toggle primary sidebar"', ' title="Chapters"'),
    (' title="Toggle secondary sidebar"', ' title="Contents of this page"'),
)
"""Pairs of what the theme and docutils write, and what screen readers can use instead."""
_SLASH = re.compile(r"(<(?:br|col|hr|img|input|link|meta|wbr)\b[^<>]*?)\s*/>")
"""Elements without content, which the theme, Sphinx and docutils write as XML does."""

_EMPTY_HEAD = re.compile(r"<th(?: class=\"[^\"]*\")?>(?:<p></p>)?</th>")
"""The cell above a column of row headers: it is the header of nothing."""
_INLINE = re.compile(r'<script(?: data-cfasync="false")?>(.*?)</script>', re.S)
_TABS = re.compile(r'<script [^>]*"[^"]*/design-tabs\.js[^"]*"></script>')
"""What loads the script of tabs."""
_NAME = "DOCUMENTATION_OPTIONS.pagename"
"""What the script sets that only a switch between versions reads, of which there is none."""

_GLYPH = re.compile(r"((?:\.fa-[\w-]+:before,?)+)\{content:\"\\([0-9a-f]+)\"\}")


def _configure(app: Sphinx, config: Config) -> None:
    ours = files.ASSETS / "templates"
    # From the second folder, `../components/…`, as the theme calls some of its templates, is ours.
    config.templates_path += [str(ours), str(ours / "static")]


def _add_assets(app: Sphinx) -> None:
    app.add_css_file("figures.css")
    app.add_css_file("book.css")
    for name in SCRIPTS:
        app.add_js_file(name, loading_method="defer")


def _copy_assets(app: Sphinx, error: Exception | None) -> None:
    if error is not None or not is_site(app):
        return
    static = Path(app.outdir) / "_static"
    library = Path(diffprog.__file__).parent / "figures/assets"
    for name in ("figures.css", "book.css", "run.js", *SCRIPTS):
        folder = files.ASSETS if (files.ASSETS / name).exists() else library
        text = (folder / name).read_text(encoding="utf-8")
        files.write(static / name, script(text) if name.endswith(".js") else text)
    progress = (static / "progress.js").read_text(encoding="utf-8")
    files.write(static / "progress.js", progress.replace("(COUNTS)", f"({_exercises()})"))
    pages = list(Path(app.outdir).rglob("*.html"))
    _subset_icons(Path(app.outdir), pages)
    for path in pages:
        text = path.read_text(encoding="utf-8")
        for theirs, ours in NAMES:
            text = text.replace(theirs, ours)
        text = _SLASH.sub(r"\1>", text)
        if "sd-tab-set" not in text:
            text = _TABS.sub("", text)
        text = _EMPTY_HEAD.sub("<td></td>", text)
        files.write(path, _INLINE.sub(partial(_moved, path, static), text))


def _exercises() -> str:
    """Return how many exercises each page has that the reader can solve there, as JSON."""
    chapters = [execution.chapter for execution in edition.current().executions]
    counts = {
        chapter.page.docname: sum(exercise.cell >= 0 for exercise in chapter.exercises)
        for chapter in chapters
    }
    return json.dumps({name: count for name, count in counts.items() if count})


def _moved(page: Path, static: Path, inline: re.Match[str]) -> str:
    """Return the element that loads an inline script from a file, which is written."""
    code = inline[1].strip()
    if code.startswith(_NAME):
        return ""
    if "dataset.theme" in code:
        return f"<script>{THEME}</script>"
    path = static / f"inline-{files.digest(code.encode())[:8]}.js"
    files.write(path, f"{code}\n")
    address = Path(os.path.relpath(path, page.parent)).as_posix()
    return f'<script src="{address}"></script>'


def _subset_icons(site: Path, pages: list[Path]) -> None:
    """Cut Font Awesome's fonts down to the glyphs that pages use, and remove its script."""
    sheet = site / "_static/styles/pydata-sphinx-theme.css"
    css = sheet.read_text(encoding="utf-8")
    files.write(sheet, _OLD_FORMAT.sub("", css))
    glyphs = {
        name: int(code, 16)
        for selectors, code in _GLYPH.findall(css)
        for name in re.findall(r"fa-([\w-]+)", selectors)
    }
    used: set[str] = set()
    for path in [*pages, *site.glob("_static/scripts/*theme.js")]:
        used |= set(re.findall(r"fa-([\w-]+)", path.read_text(encoding="utf-8", errors="ignore")))
    icons = [chr(glyphs[name]) for name in used & glyphs.keys()]
    for path in (site / FONT_AWESOME).glob("*.woff2"):
        path.write_bytes(fonts.cut(path, icons))
    for path in [
        *(site / "_static").rglob("fontawesome.js*"),
        *(site / FONT_AWESOME).glob("*.ttf"),
    ]:
        path.unlink()
    for path in (site / "_static").rglob("*.map"):
        path.unlink()


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("config-inited", _configure, priority=50)
    app.connect("builder-inited", _add_assets)
    app.connect("build-finished", _copy_assets)
