"""What every page carries besides its text: style, scripts, a light weight, and names.

Font Awesome is cut down to the glyphs in use, and its script, which draws the same icons, is left
out. Controls that the theme leaves without a name for screen readers get one. Scripts inside of
pages are moved to files, so that a site may forbid them (`script-src 'self'`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
from functools import partial
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

import diffprog

from .. import edition, files
from .predict import predict

__all__ = ["setup"]

FONT_AWESOME = Path("_static/vendor/fontawesome/webfonts")

NAMES = (
    # A fold of the contents has no name; two other controls have one that contradicts their text.
    (
        '<summary><span class="toctree-toggle"',
        '<summary aria-label="Chapters"><span class="toctree-toggle"',
    ),
    ('<summary aria-label="Toggle hidden content">', "<summary>"),
    (' title="Search" aria-label="Search"', ' title="Search"'),
    ('<dialog id="pst-search-dialog">', '<dialog id="pst-search-dialog" aria-label="Search">'),
    # Docutils' role for entries of a bibliography is deprecated: they are items of a list.
    (' role="doc-biblioentry"', ' role="listitem"'),
)
"""Pairs of what the theme and docutils write, and what screen readers can use instead."""

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
    app.add_js_file("page.js", loading_method="defer")
    app.add_js_file("progress.js", loading_method="defer")


def _page_context(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add the scripts that a page needs: of its figures, its frames and its predictions."""
    if doctree is None:
        return
    drawn = "".join(raw.astext() for raw in doctree.findall(nodes.raw))
    for name, needed in (
        ("frames.js", "dp-frames" in drawn),
        ("take_away.js", "dp-svg" in drawn),
        ("predict.js", any(doctree.findall(predict))),
        (
            "your_work.js",
            any("dp-progress" in e["classes"] for e in doctree.findall(nodes.container)),
        ),
    ):
        if needed:
            app.add_js_file(name, loading_method="defer")


def _copy_assets(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    library = Path(diffprog.__file__).parent / "figures/assets"
    names = ("book.css", "page.js", "predict.js", "report.js", "run.js", "take_away.js",
             "your_work.js")  # fmt: skip
    assets = (files.ASSETS / name for name in names)
    for path in (library / "figures.css", library / "frames.js", *assets):
        shutil.copyfile(path, static / path.name)
    progress = (files.ASSETS / "progress.js").read_text(encoding="utf-8")
    files.write(static / "progress.js", progress.replace("(COUNTS)", f"({_exercises()})"))
    pages = list(Path(app.outdir).rglob("*.html"))
    _subset_icons(Path(app.outdir), pages)
    for path in pages:
        text = path.read_text(encoding="utf-8")
        for theirs, ours in NAMES:
            text = text.replace(theirs, ours)
        if "sd-tab-set" not in text:
            text = _TABS.sub("", text)
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
    path = static / f"inline-{files.digest(code.encode())[:8]}.js"
    files.write(path, f"{code}\n")
    address = Path(os.path.relpath(path, page.parent)).as_posix()
    return f'<script src="{address}"></script>'


def _subset_icons(site: Path, pages: list[Path]) -> None:
    """Cut Font Awesome's fonts down to the glyphs that pages use, and remove its script."""
    from fontTools import subset

    css = (site / "_static/styles/pydata-sphinx-theme.css").read_text(encoding="utf-8")
    glyphs = {
        name: int(code, 16)
        for selectors, code in _GLYPH.findall(css)
        for name in re.findall(r"fa-([\w-]+)", selectors)
    }
    used: set[str] = set()
    for path in [*pages, *site.glob("_static/scripts/*theme.js")]:
        used |= set(re.findall(r"fa-([\w-]+)", path.read_text(encoding="utf-8", errors="ignore")))
    unicodes = [glyphs[name] for name in sorted(used & glyphs.keys())]
    options = subset.Options(flavor="woff2", layout_features=[], notdef_outline=False)
    for path in (site / FONT_AWESOME).glob("*.woff2"):
        font = subset.load_font(str(path), options)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=unicodes)
        cutter.subset(font)
        subset.save_font(font, str(path), options)
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
    app.connect("html-page-context", _page_context)
    app.connect("build-finished", _copy_assets)
