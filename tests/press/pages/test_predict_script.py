"""Predictions in a browser: what the reader said beside what came, and what a tab remembers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from press.files import ASSETS

pytestmark = pytest.mark.site

PAGE = """<!doctype html><style>{style}</style><article class="bd-article">
<div class="dp-predict" id="predict-a"><fieldset><legend>Which?</legend>
<label><input type="radio" name="predict-a"><span>Up, <i>x</i>.</span></label>
<label class="dp-right"><input type="radio" name="predict-a"><span>Down, <span id="in">y</span>.
</span></label></fieldset>
<details class="dp-answer">
<summary>Show the answer</summary><p id="a">Down.</p></details></div>
<div class="dp-predict" id="predict-n"><fieldset><legend>How many?</legend><label class="dp-guess">
Your guess <input type="number" step="any"> <span>m</span></label></fieldset>
<details class="dp-answer"><summary>Show the answer</summary><p id="n">3 m</p></details></div>
</article><script>{script}</script>"""


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """`opened(javaScriptEnabled=…)` opens the page from a file, in a tab of its own."""
    style, script = ((ASSETS / name).read_text("utf-8") for name in ("book.css", "predict.js"))
    path = tmp_path / "page.html"
    path.write_text(PAGE.format(style=style, script=script), "utf-8")
    contexts = []

    def opened(**options: Any) -> Any:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


def test_by_keyboard_the_choice_stands_beside_the_answer_until_the_tab_closes(opened):
    page = opened()
    said = page.locator("#predict-a .dp-said")
    for key in ("Tab", "Space", "Tab", "Enter"):
        page.keyboard.press(key)
    assert (said.inner_text(), said.get_attribute("role")) == ("You said: Up, x.", "status")
    page.reload()
    said.get_by_text("Up, x.").wait_for()  # remembered, and open
    assert said.inner_text() == "You said: Up, x."
    page.locator("#predict-a input").nth(1).check()
    assert said.inner_text() == "You said: Down, y."
    mark = "id => getComputedStyle(document.querySelector(id), '::after').content"
    assert "✓" in page.evaluate(mark, "#predict-a .dp-right > span")
    assert page.evaluate(mark, "#in") == "none", "a formula in the option has no mark of its own"
    assert opened().locator("#a").is_hidden(), "another visit begins anew"


def test_a_number_is_repeated_with_its_unit_and_enter_shows_the_answer(opened):
    page = opened()
    page.locator("#predict-n input").fill("-2.5")
    assert page.locator("#n").is_hidden()
    page.keyboard.press("Enter")
    assert page.locator("#n").is_visible()
    assert page.locator("#predict-n .dp-said").inner_text() == "You said: \N{MINUS SIGN}2.5 m"


def test_without_a_choice_the_answer_stands_alone_and_paper_shows_it(opened):
    page = opened(java_script_enabled=False)
    page.locator("#predict-a summary").click()
    assert page.locator("#a").is_visible()
    paper = opened()
    paper.emulate_media(media="print")
    assert paper.locator("#a").is_visible()
    assert paper.locator("summary").first.is_hidden()
