"""The nodes of outputs on a page, formulas, and the box with the launch buttons."""

import re

import pytest
from myst_nb.core.render import MimeData

from diffprog.show import FIGURE, NUMBER, SOURCE
from diffprog.show import FRAMES as MOVING
from press import katex
from press.book import PressError
from press.pages import launch_buttons
from press.pages.renderer import Renderer
from press.repository import Repository

SVG = '<svg viewBox="0 0 4 1"><path d="M0 1 4 0"/></svg>'
FRAMES = {
    "svg": SVG,
    "slots": [[0, "d", ["M0 1 4 0", "M0 0 4 1"], [0, 1]]],
    "texts": ["0 s", "1 s"],
    "name": "time",
    "start": 0,
    "seconds": 1.0,
    "autoplay": False,
}


def shown(kind, content):
    options = {"figure": {"name": "fig-a"}, "image": {"alt": "What it shows."}}
    data = MimeData(kind, content, {"mystnb": options})
    nodes = Renderer.handle_mime(None, data, False)  # the renderer does not use it
    return nodes


def test_a_figure_has_its_text_and_frames_have_a_slider():
    (figure,) = shown(FIGURE, {"svg": SVG})
    assert figure["format"] == "html"
    assert figure.astext().startswith('<div class="dp-figure"><svg')
    assert 'aria-label="What it shows."' in figure.astext()
    assert 'type="range"' not in figure.astext()
    (frames,) = shown(MOVING, FRAMES)
    assert 'type="range"' in frames.astext()
    assert "fig-a" in frames.astext()


def test_a_source_is_a_path_and_a_listing():
    (block,) = shown(SOURCE, {"code": "def f(): ...", "name": "a.f", "path": "a.py"})
    path, listing = block.children
    assert (block["classes"], path["classes"]) == (["dp-source"], ["dp-source-path"])
    assert path.astext() == "a.py"
    assert (listing.astext(), listing["language"]) == ("def f(): ...", "python")


def test_a_number_shows_nothing_and_other_types_are_for_others():
    (comment,) = shown(NUMBER, {"name": "n"})
    assert comment.tagname == "comment"
    assert shown("text/html", "<b>") is None


def test_formulas_are_html_inline_or_displayed():
    inline, displayed = (katex.render("x^2", display) for display in (False, True))
    assert inline.startswith('<span class="katex">')
    assert displayed.startswith('<span class="katex-display">')
    assert "merror" not in inline
    with pytest.raises(PressError, match=r"^the formula '.*frac\{1': KaTeX parse error"):
        katex.render(r"\frac{1", False)
    assert katex.render("y", False) != inline, "it goes on after a mistake"


def test_no_height_of_a_formula_is_below_zero():
    """CSS has none, and KaTeX writes one for an index that lies low."""
    assert "height:-" not in katex.render(r"\sqrt{\big(F^{-1}\big)_{\mu\mu}}", True)


def test_the_style_of_formulas_names_fonts_that_are_there(tmp_path):
    page = f"<p>{katex.render('x_1 + 1', False)}</p>"
    katex.copy_style(tmp_path, [page, "<p>No formula</p>"])
    css = (tmp_path / "katex.css").read_text()
    named = set(re.findall(r"url\(([^)]+)\)", css))
    assert {"katex/KaTeX_Main-Regular.woff2", "katex/KaTeX_Math-Italic.woff2"} <= named
    assert "katex/KaTeX_AMS-Regular.woff2" not in named
    sizes = [(tmp_path / name).stat().st_size for name in named]
    assert max(sizes) < 3000, "of twenty thousand"
    assert css.count("@font-face") == css.count("font-display:swap") == len(named)
    assert named == {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.woff2")}


# Buttons ----------------------------------------------------------------------------------------


def links(repository):
    box = launch_buttons.box("book/part1/x", "part1/x", repository)
    return re.findall(r'<a href="([^"]+)"( download)?>(\w+)<span class="dp-hidden"> (\w+)', box)


def test_buttons_lead_to_both_notebooks_in_three_ways():
    found = links(Repository("https://github.com/ada/book"))
    assert [(name, what) for *_, name, what in found] == [
        (name, what)
        for what in ("exercises", "solutions")
        for name in ("Binder", "Colab", "Download")
    ]
    assert found[2][:2] == ("../../notebooks/student/part1/x.ipynb", " download")
    assert found[5][0] == "../../notebooks/solved/part1/x.ipynb"
    assert found[0][0].startswith("https://mybinder.org/v2/gh/ada/book/notebooks?")
    assert found[1][0].startswith("https://colab.research.google.com/github/ada/book/")


def test_colab_knows_github_only_and_without_a_repository_there_is_an_explanation():
    gitlab = links(Repository("https://gitlab.com/ada/book"))
    assert [name for *_, name, _ in gitlab] == ["Binder", "Download"] * 2
    unknown = links(None)
    assert [href for href, *_ in unknown].count("../../launching.html") == 4
    assert launch_buttons.notice(Repository("https://gitlab.com/ada/book")) is None
    assert "set `repository: url` in _config.yml" in (launch_buttons.notice(None) or "")
