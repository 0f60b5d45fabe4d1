"""Where no script runs, every slide of a deck can be read, one below the other."""

from typing import Any

import pytest

from press.slides.write import write_decks

from .conftest import NOTES, edition

pytestmark = pytest.mark.site

SLIDES = f"""
## A line

:::{{show}} fig-line
:::
{NOTES}
## Words

Some words.
{NOTES}
### Code below

:::{{source}} lib.add
a + b
:::
{NOTES}"""


def test_without_scripts_the_slides_stand_below_one_another(book, deck, browser: Any) -> None:
    deck(SLIDES.replace(":chapter: part1/one\n", ""))
    site = book.build / "html"
    write_decks(edition(book), site)
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 720}
    )
    page = context.new_page()
    page.goto((site / "slides/deck.html").as_uri())
    boxes = [slide.bounding_box() for slide in page.locator(".slide").all()]
    assert [box["y"] for box in boxes] == [0, 720, 1440, 2160]
    for text in ("A deck", "A line", "Some words.", "Code below", "total"):
        assert page.get_by_text(text).first.is_visible(), text
    assert page.locator("svg.dp-svg").is_visible()
    assert not page.get_by_text("word word").first.is_visible(), "notes are for the speaker"
    page.mouse.wheel(0, 1440)
    page.wait_for_timeout(100)
    assert page.locator(".slide").nth(2).bounding_box()["y"] < 720, "the page scrolls"
    context.close()
