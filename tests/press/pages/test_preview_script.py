"""What a preview shows of each kind of target, and how it opens and closes, in a browser."""

from collections.abc import Callable
from typing import Any

import pytest

from press import katex
from press.files import ASSETS
from press.pages.previews import previews

pytestmark = pytest.mark.site

PAGE = """<!doctype html><html lang="en" data-theme="light"><head><title>A page</title>
<style>{style} html {{ --pst-color-background: #fff; --pst-color-text-base: #222;
--pst-color-text-muted: #555; }}</style>
</head><body style="margin: 8px"><main><article class="bd-article">{body}</article></main>
<script>{script}</script></body></html>"""
FRAMES = """<figure id="fig-ball"><div class="dp-frames" id="fig-ball:frames">
<svg class="dp-svg" role="img" aria-label="A ball." viewBox="0 0 9 9"><defs>
<clipPath id="fig-ball-c"><path d="M0 0H9V9H0Z"/></clipPath></defs>
<path clip-path="url(#fig-ball-c)" d="M0 9 9 0"/></svg>
<div class="dp-controls"><button>Play</button><input type="range" id="r"></div>
<script type="application/json">[1, 2]</script></div>
<figcaption><p>Figure 1 A ball that <a href="#note-1">flies</a>.
<a class="headerlink" href="#fig-ball">#</a></p></figcaption></figure>"""
TERMS = """<dl class="glossary"><dt id="term-loss">loss<a class="headerlink" href="#">#</a></dt>
<dt id="term-cost">cost</dt><dd><p>What a <a href="#">fit</a> makes small.
<a class="reference internal" href="a.html"><span class="std std-doc">Chapter</span></a></p></dd>
</dl>"""
TARGETS = f"""{FRAMES}{TERMS}<div class="math" id="equation-fall"><span class="eqno">(1)
<a class="headerlink" href="#equation-fall">#</a></span>{katex.render(r"x = g t^2 / 2", True)}</div>
<table id="tab-1"><caption>Table 1 Numbers</caption><tbody><tr><th>n</th><td>7</td></tr></tbody>
</table><aside class="footnote brackets" id="note-1" role="doc-footnote"><span class="label">[1]
</span><p>In air it falls slower.</p></aside>"""
KINDS = {
    "fig-ball": ("Figure 1 A ball that flies.", "Figure 1 A ball that flies."),
    "term-loss": ("loss What a fit makes small.", "loss What a fit makes small."),
    "term-cost": ("cost What a fit makes small.", "cost What a fit makes small."),
    "note-1": ("In air it falls slower.", "In air it falls slower."),
    "equation-fall": ("(1)", ""),
    "tab-1": ("Table 1 Numbers n 7", "Table 1 Numbers"),
}
"""What the box shows of each kind, and which words of it describe the link."""

LINKS = "".join(f'<p><a class="internal" href="#{name}">see</a></p>\n' for name in KINDS)
SPACE = '<div style="height: 500px"></div>'
BODY = f"{LINKS}{SPACE}{TARGETS}"
COLOURS = """box => { const s = getComputedStyle(box);
    return [s.borderTopWidth, s.borderTopColor, s.backgroundColor]; }"""
TWICE = """() => { const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
    return ids.filter((id, i) => ids.indexOf(id) !== i); }"""


@pytest.fixture(scope="module")
def opened(browser: Any) -> Any:
    """Open a page with this body."""
    contexts = []

    def opened(body: str = BODY, **options: Any) -> Any:
        style, script = (
            (ASSETS / name).read_text(encoding="utf-8") for name in ("book.css", "preview.js")
        )
        options.setdefault("viewport", {"width": 800, "height": 600})
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.set_content(PAGE.format(style=style, body=body, script=script))
        return page

    yield opened
    for context in contexts:
        context.close()


def box(page: Any) -> Any:
    return page.locator(".dp-preview")


def shown(page: Any) -> str:
    box(page).wait_for(state="visible")
    return " ".join(box(page).inner_text().split())


def focus(page: Any, name: str) -> Any:
    """Focus the link to a target as the Tab key does."""
    link = page.locator(f"p > a.internal[href='#{name}']")
    page.evaluate("document.activeElement.blur()")
    box(page).wait_for(state="hidden")
    link.evaluate("link => link.focus({ focusVisible: true })")
    return link


def middle(thing: Any) -> tuple[float, float]:
    at = thing.bounding_box()
    return at["x"] + at["width"] / 2, at["y"] + at["height"] / 2


@pytest.fixture(scope="module")
def page(opened: Callable[..., Any]) -> Any:
    """A page with a link to each kind of target."""
    return opened()


@pytest.mark.parametrize("name", KINDS)
def test_the_box_has_what_the_link_leads_to_and_nothing_to_operate(page: Any, name: str) -> None:
    link = focus(page, name)
    text, words = KINDS[name]
    assert shown(page).startswith(text)
    described = link.get_attribute("aria-describedby")
    assert described is None if not words else page.locator(f"#{described}").count() == 1
    if words:
        assert " ".join(page.locator(f"#{described}").inner_text().split()) == words
    inside = "a, button, input, select, textarea, script, [tabindex], .headerlink"
    assert box(page).locator(inside).count() == 0
    assert page.evaluate(TWICE) == []
    assert page.evaluate("document.activeElement.hash") == f"#{name}"


def test_a_copied_picture_is_whole_and_silent(page: Any) -> None:
    focus(page, "fig-ball")
    shown(page)
    picture = box(page).locator("svg")
    assert picture.get_attribute("aria-hidden") == "true"
    clipped = picture.locator("path[clip-path]").get_attribute("clip-path")
    assert clipped == "url(#preview-fig-ball-c)"
    assert picture.locator("#preview-fig-ball-c").count() == 1


def test_a_formula_is_drawn_and_read(page: Any) -> None:
    focus(page, "equation-fall")
    shown(page)
    assert box(page).locator("math, .katex-html").count() == 2


def test_escape_closes_it_and_the_focus_stays(page: Any) -> None:
    link = focus(page, "term-loss")
    shown(page)
    page.keyboard.press("Escape")
    assert not box(page).is_visible()
    assert link.evaluate("link => link === document.activeElement")
    assert link.get_attribute("aria-describedby") is None
    assert box(page).inner_html() == ""


def test_escape_is_left_to_others_where_nothing_is_open(page: Any) -> None:
    page.evaluate("window.heard = 0; addEventListener('keydown', () => { heard += 1 })")
    focus(page, "term-loss")
    shown(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.evaluate("heard") == 1


def test_it_follows_the_focus_and_goes_with_it(page: Any) -> None:
    focus(page, "term-loss")
    assert shown(page).startswith("loss")
    page.keyboard.press("Tab")
    page.wait_for_function("document.querySelector('.dp-preview').innerText.startsWith('cost')")
    page.evaluate("document.activeElement.blur()")
    box(page).wait_for(state="hidden")


def test_the_pointer_opens_it_enters_it_and_it_stays(page: Any) -> None:
    link = page.locator("p > a.internal[href='#note-1']")
    link.hover()
    assert shown(page) == KINDS["note-1"][0]
    page.mouse.move(*middle(box(page)), steps=4)
    page.wait_for_timeout(700)
    assert box(page).is_visible()
    page.mouse.move(600, 580)
    box(page).wait_for(state="hidden")
    link.hover()
    shown(page)
    page.wait_for_timeout(700)
    assert box(page).is_visible()
    page.keyboard.press("Escape")
    page.wait_for_timeout(700)
    assert not box(page).is_visible(), "what is below the pointer does not open it again"
    page.mouse.move(600, 580)


def test_the_focus_has_its_box_again_when_the_pointer_has_left_another_link(page: Any) -> None:
    page.mouse.move(600, 580)
    focus(page, "term-loss")
    assert shown(page).startswith("loss")
    page.locator("p > a.internal[href='#note-1']").hover()
    page.wait_for_function("document.querySelector('.dp-preview').innerText.startsWith('In air')")
    page.mouse.move(600, 580)
    page.wait_for_function("document.querySelector('.dp-preview').innerText.startsWith('loss')")
    page.keyboard.press("Escape")
    page.locator("p > a.internal[href='#note-1']").hover()
    page.wait_for_function("document.querySelector('.dp-preview').innerText.startsWith('In air')")
    page.mouse.move(600, 580)
    box(page).wait_for(state="hidden")


def test_it_does_not_open_while_the_pointer_only_passes(page: Any) -> None:
    page.mouse.move(600, 580)
    page.locator("p > a.internal[href='#note-1']").hover()
    page.mouse.move(600, 580)
    page.wait_for_timeout(500)
    assert not box(page).is_visible()


def test_a_finger_follows_the_link(opened: Callable[..., Any]) -> None:
    page = opened(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 700})
    page.locator("p > a.internal[href='#tab-1']").tap()
    page.wait_for_function("location.hash === '#tab-1'")
    page.wait_for_timeout(500)
    assert not box(page).is_visible()


@pytest.mark.parametrize(("width", "height"), [(320, 256), (390, 700), (1280, 800)])
def test_it_lies_in_the_window_and_not_over_its_link(opened, width: int, height: int) -> None:
    long = '<p><a class="internal" href="#note-1">see</a></p>' + SPACE
    words = "Words that are not few. " * 30
    body = f'{SPACE}{long}<aside class="footnote" id="note-1"><p>{words}</p></aside>'
    page = opened(body, viewport={"width": width, "height": height})
    for far in (10, height // 2, height - 40):
        page.evaluate("far => scrollTo(0, document.links[0].offsetTop - far)", far)
        link = focus(page, "note-1")
        shown(page)
        at, of = box(page).bounding_box(), link.bounding_box()
        assert at["x"] >= 0
        assert at["x"] + at["width"] <= width
        assert at["y"] >= 0
        assert at["y"] + at["height"] <= height
        assert at["y"] >= of["y"] + of["height"] or at["y"] + at["height"] <= of["y"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if width == 320:
            page.keyboard.press("ArrowDown")
            assert box(page).evaluate("box => box.scrollTop") > 0, "what does not fit can be read"
        page.keyboard.press("Escape")
        link.blur()


def test_paper_and_forced_colours(page: Any) -> None:
    focus(page, "note-1")
    shown(page)
    page.emulate_media(media="print")
    assert not box(page).is_visible()
    page.emulate_media(media="screen", forced_colors="active")
    style = box(page).evaluate(COLOURS)
    assert style[0] == "1px"
    assert style[1] != style[2]
    page.emulate_media(forced_colors="none")


def test_the_title_of_a_citation_becomes_its_preview(opened: Callable[..., Any]) -> None:
    cited = (
        '<p>[<a class="reference internal" href="refs.html#id3" title="A. Author. A &lt;i&gt;.">'
    )
    page = opened(f"{cited}Author, 2020</a>]</p>")
    link = page.locator("p > a")
    assert link.get_attribute("title") is None
    link.evaluate("link => link.focus({ focusVisible: true })")
    assert shown(page) == "A. Author. A <i>."
    assert link.get_attribute("aria-describedby") == "preview"


def test_a_link_without_a_preview_closes_the_last_one(opened: Callable[..., Any]) -> None:
    more = '<p><a class="internal" href="#elsewhere">a section</a></p><h2 id="elsewhere">More</h2>'
    page = opened(BODY + more)
    focus(page, "term-loss")
    shown(page)
    focus(page, "elsewhere")
    box(page).wait_for(state="hidden")


def test_data_has_only_what_other_pages_refer_to() -> None:
    link = '<a class="reference internal" href="../{}.html#{}">x</a>'
    heavy = FRAMES.replace("fig-ball", "fig-heavy").replace("M0 9", "M0 9" * 5000)
    pages = {
        "book/part1/a": "".join(
            link.format("terms", name)
            for name in ("term-cost", "fig-ball", "fig-heavy", "chapter", "gone")
        ),
        "book/terms": f"<article>{BODY}{heavy}<section id='chapter'>x</section></article>",
    }
    found = previews(pages)
    assert found.keys() == {"book/terms"}
    data = found["book/terms"]
    assert list(data) == ["fig-ball", "term-cost", "fig-heavy"]
    assert data["term-cost"].startswith('<dt id="term-cost">cost</dt><dd><p>What a ')
    assert "clipPath" in data["fig-ball"] or "clippath" in data["fig-ball"]
    assert "<svg" not in data["fig-heavy"]
    assert "A ball that" in data["fig-heavy"]
    assert not any(word in "".join(data.values()) for word in ("script", "controls", "headerlink"))
