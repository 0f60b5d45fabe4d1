"""What the script and the style sheet of pages do on paper and in the clipboard, in a browser."""

from collections.abc import Callable
from typing import Any

import pytest

from press import katex
from press.files import ASSETS

pytestmark = pytest.mark.site

PAGE = """<!doctype html><html data-theme="{theme}"><head><style>{style}</style></head>
<body style="width: 600px"><article class="bd-article">{body}</article><script>{script}</script>
</body></html>"""
X, ROOT = katex.render("x_0", False), katex.render(r"\sqrt{2}", True)
PROSE = (
    f'<p id="a">Of <span class="math">{X}</span>, <b>half</b>.</p>'
    f'<div id="b" class="math">{ROOT}</div><p id="c">The end.</p>'
)
COPIED = """ids => {
    const range = document.createRange();
    const place = ([id, part]) => part ? document.querySelector(`#${id} ${part}`).firstChild
        : document.getElementById(id);
    range.setStart(place(ids[0]), 0);
    const end = place(ids[1]);
    range.setEnd(end, end.nodeType === 3 ? end.length : end.childNodes.length);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    const event = new ClipboardEvent("copy",
        { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return [event.clipboardData.getData("text/plain"), event.clipboardData.getData("text/html"),
        document.body.children.length];
}"""


@pytest.fixture
def opened(browser: Any) -> Any:
    """Open a page with this body."""
    context = browser.new_context()
    page = context.new_page()

    def opened(body: str, theme: str = "dark") -> Any:
        style, script = (
            (ASSETS / name).read_text(encoding="utf-8") for name in ("book.css", "page.js")
        )
        page.set_content(PAGE.format(theme=theme, style=style, body=body, script=script))
        return page

    yield opened
    context.close()


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ((("a", ""), ("a", "")), "Of $x_0$, half."),
        ((("b", ""), ("b", "")), r"$$\sqrt{2}$$"),
        ((("a", ""), ("c", "")), "Of $x_0$, half.\n\n$$\\sqrt{2}$$\n\nThe end."),
        ((("a", ".katex-html .mord .mord"), ("a", "b")), "$x_0$, half"),
        ((("a", "annotation"), ("a", "annotation")), "$x_0$"),
    ],
    ids=["line", "display", "both", "from inside", "inside"],
)
def test_a_formula_is_copied_once_as_latex(opened: Callable[..., Any], ends, text) -> None:
    copied, html, children = opened(PROSE).evaluate(COPIED, ends)
    assert copied.strip() == text
    assert "katex" not in html
    assert children == 2, "nothing stays on the page"


def test_words_without_formulas_are_copied_as_ever(opened: Callable[..., Any]) -> None:
    assert opened(PROSE).evaluate(COPIED, (("c", ""), ("c", "")))[:2] == ["", ""]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_paper_is_light_and_the_screen_is_as_before(opened: Callable[..., Any], theme) -> None:
    page = opened(PROSE, theme)
    page.evaluate("onbeforeprint = () => window.printed = document.documentElement.dataset.theme")
    page.pdf()
    assert page.evaluate("window.printed") == "light"
    assert page.evaluate("document.documentElement.dataset.theme") == theme


def test_on_paper_a_long_line_of_code_is_broken(opened: Callable[..., Any]) -> None:
    code = "value = " + "x" * 100 + " + " + "y" * 100
    page = opened(f'<div class="highlight"><pre><span>{code}</span></pre></div>')
    wider = (
        "() => { const p = document.querySelector('pre'); return p.scrollWidth - p.clientWidth }"
    )
    assert page.evaluate(wider) > 100, "on the screen it scrolls"
    page.emulate_media(media="print")
    assert page.evaluate(wider) == 0


FOLDS = (
    '<details class="dp-fold"><summary>Hint</summary><p>The hint.</p></details>'
    "<details open><summary>More</summary><p>More.</p></details>"
)


def test_on_paper_all_folds_are_open(opened: Callable[..., Any]) -> None:
    page = opened(FOLDS)
    seen = "() => document.querySelector('p').checkVisibility({ contentVisibilityAuto: true })"
    assert not page.evaluate(seen)
    page.emulate_media(media="print")
    page.wait_for_function(seen)


def test_the_script_opens_folds_where_a_style_cannot(opened: Callable[..., Any]) -> None:
    """Older browsers have no `::details-content`."""
    page = opened(FOLDS)
    which = "[...document.querySelectorAll('details')].map(fold => fold.open)"
    page.evaluate("() => { CSS.supports = () => false }")
    page.evaluate(f"onbeforeprint = () => window.printed = {which}")
    page.pdf()
    assert page.evaluate("window.printed") == [True, True]
    assert page.evaluate(which) == [False, True]
