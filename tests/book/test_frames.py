"""The frames component, by mouse, by keyboard, and where there is no script."""

from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.site

PAGE = "book/part1/simulator.html"
BALL = '[id="fig-ball:frames"]'


@pytest.fixture
def context(browser) -> Iterator:
    """A new browser profile, with options; closed at the end."""
    opened = []

    def new(**options):
        opened.append(browser.new_context(**options))
        return opened[-1].new_page()

    yield new
    for one in opened:
        one.close()


@pytest.fixture
def page(context, server):
    """The first chapter."""
    page = context()
    page.goto(f"{server}/{PAGE}")
    page.locator(BALL).scroll_into_view_if_needed()
    return page


def ball(page) -> str:
    """Where the ball is drawn."""
    return page.locator(f"{BALL} svg.dp-svg use").last.get_attribute("x")


def test_the_slider_is_labelled_and_speaks_its_value(page):
    slider = page.get_by_role("slider", name="time").first
    assert slider.get_attribute("aria-valuetext") == "1.8 s"
    slider.fill("30")
    assert slider.get_attribute("aria-valuetext") == "3.0 s"
    assert page.locator(f"{BALL} output").inner_text() == "3.0 s"


def test_dragging_moves_the_drawing(page):
    before, slider = ball(page), page.locator(f"{BALL} input")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    assert float(ball(page)) > float(before)


def test_arrow_keys_step_and_home_and_end_jump(page):
    slider = page.locator(f"{BALL} input")
    slider.focus()
    for key, text in [("ArrowRight", "1.9 s"), ("ArrowLeft", "1.8 s"), ("Home", "0.0 s")]:
        page.keyboard.press(key)
        assert slider.get_attribute("aria-valuetext") == text
    page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext") == "5.0 s"


def test_buttons_play_pause_and_step(page):
    play = page.locator(f"{BALL} [data-do=play]")
    page.locator(f"{BALL} [data-do=next]").click()
    assert page.locator(f"{BALL} output").inner_text() == "1.9 s"
    page.locator(f"{BALL} [data-do=back]").click()
    assert page.locator(f"{BALL} output").inner_text() == "1.8 s"
    assert play.get_attribute("aria-label") == "Play"
    play.focus()
    page.keyboard.press("Enter")
    assert play.get_attribute("aria-label") == "Pause"
    page.wait_for_function(f"() => document.querySelector('{BALL} output').textContent > '2.3 s'")
    play.click()
    assert play.get_attribute("aria-label") == "Play"
    stopped = page.locator(f"{BALL} output").inner_text()
    page.wait_for_timeout(300)
    assert page.locator(f"{BALL} output").inner_text() == stopped


def test_playing_ends_at_the_last_frame_and_starts_again_from_the_first(page):
    page.locator(f"{BALL} input").fill("49")
    play = page.locator(f"{BALL} [data-do=play]")
    play.click()
    page.wait_for_function(f"() => document.querySelector('{BALL} output').textContent === '5.0 s'")
    page.locator(f"{BALL} [data-do=play][aria-label=Play]").wait_for()
    play.click()
    page.wait_for_function(f"() => document.querySelector('{BALL} output').textContent < '1.0 s'")


def test_without_a_script_the_first_frame_is_there_and_no_dead_control(context, server):
    page = context(java_script_enabled=False)
    page.goto(f"{server}/{PAGE}")
    assert page.locator(f"{BALL} svg.dp-svg").is_visible()
    assert not page.locator(f"{BALL} .dp-controls").is_visible()


def test_in_print_the_frame_stays_and_the_controls_go(page):
    page.emulate_media(media="print")
    assert page.locator(f"{BALL} svg.dp-svg").is_visible()
    assert not page.locator(f"{BALL} .dp-controls").is_visible()


@pytest.mark.parametrize(("motion", "plays"), [("no-preference", True), ("reduce", False)])
def test_the_landing_page_moves_unless_the_reader_prefers_stillness(context, server, motion, plays):
    page = context(reduced_motion=motion)
    page.goto(f"{server}/book/index.html")
    page.wait_for_timeout(1500)
    shown = int(page.locator(".dp-frames input").input_value())
    assert (shown > 0) == plays
    assert page.locator(".dp-frames").bounding_box()["y"] < 500, "above the fold"


def test_the_drawing_follows_the_theme_at_once(page):
    line = page.locator(f"{BALL} svg.dp-svg text").first
    light = line.evaluate("e => getComputedStyle(e).fill")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert line.evaluate("e => getComputedStyle(e).fill") != light
