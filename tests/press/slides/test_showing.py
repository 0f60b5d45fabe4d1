"""A deck in use: keys, animations, steps through code, the speaker's window, PDF."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from press.slides.deck import heads, read
from press.slides.pdf import print_decks

from .conftest import AXE, FACTS

pytestmark = pytest.mark.site
MORE = partial(pytest.param, marks=pytest.mark.exhaustive)

CURRENT = "Reveal.getCurrentSlide().id"
OUTPUT = "Reveal.getCurrentSlide().querySelector('output').textContent"
PRESSES = (  # as many as there are slides and steps
    "Reveal.getSlides().reduce((sum, slide) => sum + 1 + new Set([...slide.querySelectorAll("
    "'.fragment')].map(step => step.dataset.fragmentIndex)).size, 0)"
)


def go(page, selector):
    """Go to the first slide with such an element."""
    page.evaluate(
        "selector => { const at = Reveal.getIndices("
        "document.querySelector(selector).closest('section')); Reveal.slide(at.h, at.v) }",
        selector,
    )


def with_frames(page):
    """Go to the first slide with a visible slider."""
    go(page, "section .slide:not(.title) .dp-frames")


@pytest.mark.parametrize("key", ["ArrowRight", MORE("Space"), MORE("PageDown")])
def test_one_key_goes_through_all_slides_in_order(opened, in_turn, key):
    """Through the solutions too, from slide to slide and back."""
    page = opened(in_turn)
    wanted = page.evaluate("Reveal.getSlides().map(slide => slide.id)")
    seen = [page.evaluate(CURRENT)]
    presses = page.evaluate(PRESSES)
    for _ in range(presses - 1):
        page.keyboard.press(key)
        if page.evaluate(CURRENT) != seen[-1]:
            seen.append(page.evaluate(CURRENT))
    assert seen == wanted
    for _ in range(presses):
        page.keyboard.press({"ArrowRight": "ArrowLeft"}.get(key, "PageUp"))
    assert page.evaluate(CURRENT) == wanted[0]


def swipe(page, start, stop):
    """With a finger, from and to these places across the screen."""
    touch = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", start), ("touchMove", stop), ("touchEnd", None)):
        points = [] if x is None else [{"x": x, "y": 300}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.detach()


@pytest.mark.parametrize("width", [390, MORE(844)])
def test_a_swipe_goes_on_and_back(opened, in_turn, width):
    page = opened(in_turn, has_touch=True)
    page.set_viewport_size({"width": width, "height": 1234 - width})
    wanted = page.evaluate("Reveal.getSlides().map(slide => slide.id)")
    seen = [page.evaluate(CURRENT)]
    for _ in wanted[1:]:
        page.evaluate("while (Reveal.nextFragment()) continue")  # test_steps.py swipes through them
        swipe(page, 300, 100)
        if page.evaluate(CURRENT) != seen[-1]:
            seen.append(page.evaluate(CURRENT))
    assert seen == wanted
    swipe(page, 100, 300)
    assert page.evaluate(CURRENT) in wanted[-2:]


def test_a_typed_number_leads_to_the_slide_with_that_number(opened, in_turn):
    page = opened(in_turn)
    last = page.evaluate("Reveal.getTotalSlides()")
    for number in (8, last, 1, 12):
        page.keyboard.type(str(number))
        assert page.locator("output.typed").inner_text() == str(number)
        page.keyboard.press("Enter")
        assert page.locator("section section.present .count").inner_text() == f"{number} / {last}"
        assert page.locator("output.typed").is_hidden()
    for other in ("99", "0"):
        page.keyboard.type(other)
        page.keyboard.press("Enter")
    page.keyboard.type("3")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    assert page.locator("section section.present .count").inner_text() == f"12 / {last}"
    assert not page.evaluate("Reveal.isOverview()")
    page.keyboard.press("End")
    assert page.evaluate(CURRENT) == page.evaluate("Reveal.getSlides().pop().id")
    page.keyboard.press("Home")
    assert page.evaluate(CURRENT) == page.evaluate("Reveal.getSlides()[0].id")


def test_help_lists_each_key_once_and_is_whole(opened):
    page = opened("part1")
    help = page.get_by_role("dialog", name="Keys")
    page.keyboard.press("?")
    keys = help.locator("kbd").all_inner_texts()
    assert len(set(keys)) == len(keys)
    assert set(".,BDEFOPQRSTW?") <= set(keys)
    box = help.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 720
    assert help.evaluate("e => e.scrollHeight <= e.clientHeight")
    here = page.evaluate(CURRENT)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(CURRENT) == here, "it waits until the list is closed"
    page.keyboard.press("Escape")
    assert help.is_hidden()
    assert not page.evaluate("Reveal.isOverview()")


def test_animations_wait_at_their_first_frame(opened, name):
    """Or where the deck says; R leads back there, and nothing plays by itself."""
    page = opened(name)
    page.wait_for_timeout(300)
    states = page.evaluate(
        "[...document.querySelectorAll('.dp-frames')]"
        ".map(f => [f.dataset.start, f.querySelector('input').value])"
    )
    assert states
    assert all(start == value for start, value in states)
    go(page, ".dp-frames")
    first = page.evaluate(OUTPUT)
    for _ in range(3):
        page.keyboard.press(".")
    assert page.evaluate(OUTPUT) != first
    page.keyboard.press("r")
    assert page.evaluate(OUTPUT) == first


def test_a_slide_has_an_address(opened):
    page = opened("part1")
    for slide in page.evaluate("Reveal.getSlides().slice(1, 4).map(slide => slide.id)"):
        page.keyboard.press("Space")
        go(page, f"#{slide}")
        page.wait_for_function("id => location.hash === '#/' + id", arg=slide)
        page.reload()
        page.wait_for_function("() => window.Reveal && Reveal.isReady()")
        assert page.evaluate(CURRENT) == slide


def test_frames_play_by_key_and_by_click(opened):
    page = opened("part1")
    with_frames(page)
    before = page.evaluate(OUTPUT)
    page.keyboard.press(".")
    one_on = page.evaluate(OUTPUT)
    assert one_on != before
    page.keyboard.press(",")
    assert page.evaluate(OUTPUT) == before
    page.keyboard.press("p")
    page.wait_for_function(f"() => {OUTPUT} !== '{before}' && {OUTPUT} !== '{one_on}'")
    page.keyboard.press("p")
    page.locator("section section.present svg.dp-svg").click()
    page.wait_for_selector("section section.present [data-do=play][aria-label=Pause]")
    page.keyboard.press("ArrowRight")
    assert page.locator("[aria-label=Pause]").count() == 0, "a slide that is left stands still"


def test_a_slider_that_was_used_leaves_the_arrow_keys_to_the_deck(opened):
    page = opened("part1")
    with_frames(page)
    here = page.evaluate(CURRENT)
    slider = page.locator("section section.present .dp-controls input")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2)
    dragged = page.evaluate(OUTPUT)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(CURRENT) != here
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(CURRENT) == here
    assert page.evaluate(OUTPUT) == dragged
    slider.focus()
    page.keyboard.press("PageDown")
    assert page.evaluate(CURRENT) != here


def test_arrows_on_a_slider_that_tab_has_reached_move_it(opened):
    page = opened("part1")
    with_frames(page)
    here, before = page.evaluate(CURRENT), page.evaluate(OUTPUT)
    slider = page.locator("section section.present .dp-controls input")
    while not slider.evaluate("slider => slider === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    moved = page.evaluate(OUTPUT)
    page.keyboard.press("ArrowRight")
    assert before != moved != page.evaluate(OUTPUT)
    page.keyboard.press("Home")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(CURRENT) == here
    assert page.evaluate("document.activeElement.getAttribute('data-do')") == "back"


def test_code_steps_through_its_lines(opened):
    page = opened("part1")
    go(page, ".step")
    page.evaluate("Reveal.navigateFragment(-1)")
    lit = page.locator("section section.present .line.lit")
    assert lit.count() == 0
    texts = []
    for _ in range(page.locator("section section.present .step").count()):
        page.keyboard.press("ArrowRight")
        texts.append(lit.all_inner_texts())
    assert all(texts)
    assert len({str(text) for text in texts}) == len(texts)
    page.keyboard.press("ArrowLeft")
    assert lit.all_inner_texts() == texts[-2]


def test_a_formula_lights_up_term_by_term_with_its_lines(opened):
    page = opened("part1")
    go(page, "[data-step]")
    slide = page.locator("section section.present")
    for number in range(1, slide.locator(".step").count() + 1):
        page.keyboard.press("ArrowRight")
        assert slide.locator(".line.lit").count()
        of_this_step = slide.locator(f'[data-step="{number}"]').count()
        assert slide.locator("[data-step].lit").count() == of_this_step > 0
    page.keyboard.press("ArrowRight")  # the output
    assert slide.locator(".gave.visible").count() == 1


def test_dark_and_light_are_a_key_and_are_remembered(opened, server):
    page = opened("part1", server, color_scheme="dark")
    dark = "document.querySelector('.reveal').classList.contains('dark')"
    assert page.evaluate(dark), "as the system says"
    page.keyboard.press("d")
    assert not page.evaluate(dark)
    page.reload()
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    assert not page.evaluate(dark)


def test_the_overview_shows_the_whole_deck_by_chapter(opened, name):
    page = opened(name)
    page.keyboard.press("o")
    boxes = page.evaluate(
        "Reveal.getSlides().map(s => { const r = s.getBoundingClientRect();"
        " return [Reveal.getIndices(s).h, r.left, r.top, r.right, r.bottom]; })"
    )
    for _, left, top, right, bottom in boxes:
        assert 0 <= left < right <= 1280
        assert 0 <= top < bottom <= 720
    assert len({(left, top) for _, left, top, *_ in boxes}) == len(boxes), "none hides another"
    ends = [max(b[3] for b in boxes if b[0] == h) for h in range(boxes[-1][0] + 1)]
    starts = [min(b[1] for b in boxes if b[0] == h) for h in range(boxes[-1][0] + 1)]
    assert all(end < start for end, start in zip(ends, starts[1:], strict=False))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert not page.evaluate("Reveal.isOverview()")
    assert page.evaluate("Reveal.getIndices().h") == 1


def test_the_chapter_opens_beside_the_deck_and_leads_to_its_first_slide(opened):
    page = opened("part1")
    page.evaluate("location.hash = '#/chapter-part1-curvature'")
    page.keyboard.press("ArrowRight")
    here = page.evaluate(CURRENT)
    with page.context.expect_page() as opening:
        page.locator("section section.present a.where").click()
    chapter = opening.value
    assert page.evaluate(CURRENT) == here
    chapter.get_by_role("link", name="Present from here").click()
    chapter.wait_for_function("() => window.Reveal && Reveal.isReady()")
    first = chapter.evaluate("Reveal.getCurrentSlide().querySelector('.where').textContent")
    assert first.startswith("1.4 ")
    assert chapter.evaluate("Reveal.getIndices().v") == 0


def test_the_time_of_a_task_runs_from_a_key_and_is_seen_from_the_last_row(opened):
    page = opened("part1")
    page.keyboard.press("t")  # on a slide without a task
    page.evaluate(
        """() => { const task = document.querySelector(".slide.exercise").parentNode;
                   const at = Reveal.getIndices(task); Reveal.slide(at.h, at.v); }"""
    )
    clock = page.locator("section.present section.present .countdown")
    minutes = page.evaluate("+Reveal.getCurrentSlide().dataset.minutes")
    assert clock.inner_text() == f"{minutes}:00"
    assert float(clock.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= 60
    page.keyboard.press("t")
    clock.filter(has_text=f"{minutes - 1}:58").wait_for()
    page.keyboard.press("t")
    stopped = clock.inner_text()
    page.wait_for_timeout(1500)
    assert clock.inner_text() == stopped
    page.keyboard.press("t")
    page.evaluate("const now = Date.now; Date.now = () => now() + 36e5")
    page.locator(".countdown.over", has_text="0:00").wait_for()
    page.keyboard.press("t")
    clock.filter(has_text=f"{minutes}:00").wait_for()


def test_a_pen_draws_on_its_slide_and_turns_no_page(opened):
    page = opened("part1")
    page.keyboard.press("ArrowRight")
    here = page.evaluate(CURRENT)
    page.keyboard.press("w")
    page.mouse.move(640, 200)
    page.mouse.down()
    page.mouse.move(300, 260, steps=4)  # it would be a swipe
    page.mouse.up()
    page.mouse.move(100, 100)  # draws nothing
    drawn = page.locator("section.present section.present .ink polyline")
    points = [tuple(map(float, p.split(","))) for p in drawn.get_attribute("points").split()]
    # The window has the size of the slide.
    assert points[0] == pytest.approx((640, 200), abs=1)
    assert points[-1] == pytest.approx((300, 260), abs=1)
    assert page.evaluate(CURRENT) == here
    page.keyboard.press("ArrowRight")
    assert drawn.count() == 0
    page.keyboard.press("ArrowLeft")
    assert drawn.count() == 1
    page.keyboard.press("w")
    page.mouse.move(640, 300)
    page.mouse.down()
    page.mouse.up()
    assert drawn.count() == 1
    page.keyboard.press("e")
    assert drawn.count() == 0


def test_a_dot_follows_the_mouse_until_it_is_put_away(opened):
    page = opened("part1")
    page.keyboard.press("q")
    page.mouse.move(500, 400)
    dot = page.locator("section.present section.present .ink .pointer")
    assert float(dot.get_attribute("cx")) == pytest.approx(500, abs=1)
    page.keyboard.press("q")
    assert dot.count() == 0


def test_a_click_with_the_key_of_zoom_comes_closer_and_back(opened):
    page = opened("part1")
    wide = page.locator("section.present section.present .slide").bounding_box()["width"]
    key = page.evaluate("/Linux/.test(navigator.platform) ? 'Control' : 'Alt'")
    for closer in (True, False):
        page.locator("section.present section.present h1").click(modifiers=[key])
        page.wait_for_function(
            """([wide, closer]) => { const box = document.querySelector("section.present .slide")
                 .getBoundingClientRect(); return closer ? box.width > 1.9 * wide
                 : Math.abs(box.width - wide) < 1; }""",
            arg=[wide, closer],
        )


@pytest.fixture
def speaking(opened, server) -> Iterator[Callable[..., Any]]:
    """`speaking(deck)` opens a deck and its speaker's window; both must not complain."""
    complaints: list[str] = []

    def speaking(name: str, from_file: bool = False, query: str = "") -> Any:
        page = opened(name, "" if from_file else server, query)
        page.context.on("console", lambda message: complaints.append(message.text))
        page.context.on("weberror", lambda error: complaints.append(str(error.error)))
        with page.expect_popup() as opening:
            page.keyboard.press("s")
        opening.value.locator(".bar .count", has_text=" / ").wait_for()
        return page, opening.value

    yield speaking
    assert complaints == []


def shows(speaker: Any, frame: str, title: str) -> None:
    inside = speaker.frame_locator(f"iframe.{frame}")
    inside.get_by_role("heading", name=title, exact=True).wait_for()


def test_the_speaker_sees_this_slide_the_next_one_and_the_notes(speaking, in_turn):
    sees_this_and_the_next(*speaking(in_turn))


def test_the_speaker_sees_them_from_a_file_too(speaking):
    sees_this_and_the_next(*speaking("part1", from_file=True))


def sees_this_and_the_next(page: Any, speaker: Any) -> None:
    asked = "s.querySelector('.asked') || s.querySelector('h1, h2')"
    titles = page.evaluate(f"Reveal.getSlides().map(s => ({asked}).textContent)")
    stays = page.evaluate("Reveal.availableFragments().next")
    shows(speaker, "now", titles[0])
    shows(speaker, "next", titles[0 if stays else 1])
    notes = page.evaluate("Reveal.getCurrentSlide().querySelector('.notes').textContent")
    assert notes.split() == speaker.locator(".notes > .text").inner_text().split()
    assert re.fullmatch(r"0:0\d", speaker.locator(".timer").inner_text())
    for key in ("?", "o", "g", "f", "1", "Enter", "s"):  # they would open something on the wall
        speaker.keyboard.press(key)
    for _ in range(2 if stays else 1):
        speaker.keyboard.press("ArrowRight")
    page.wait_for_function("() => Reveal.getSlides().indexOf(Reveal.getCurrentSlide()) === 1")
    assert not page.evaluate("Reveal.isOverview()")
    assert page.get_by_role("dialog").count() == 0
    assert page.locator("output.typed").text_content() == ""
    shows(speaker, "now", titles[1])
    assert speaker.locator(".bar .count").inner_text().startswith("2 / ")


@pytest.mark.parametrize("from_file", [True, False])
def test_the_speaker_s_slide_follows_sliders_steps_and_theme(speaking, from_file):
    page, speaker = speaking("part1", from_file)
    page.evaluate(
        """() => { const range = document.querySelector("section section .dp-controls input");
                   Reveal.slide(...Object.values(Reveal.getIndices(range.closest("section")))); }"""
    )
    page.keyboard.press(".")
    page.keyboard.press(".")
    there = speaker.frame_locator("iframe.now").locator("section.present section.present output")
    here = page.locator("section.present section.present output")
    shown = re.compile(f"^{re.escape(here.text_content())}$")
    there.filter(has_text=shown).wait_for(state="attached")
    page.evaluate(
        """() => { const step = document.querySelector("section section .fragment");
                   Reveal.slide(...Object.values(Reveal.getIndices(step.closest("section")))); }"""
    )
    page.keyboard.press("ArrowRight")
    now = speaker.frame_locator("iframe.now")
    step = now.locator("section.present section.present .fragment.visible")
    step.first.wait_for(state="attached")
    following = now.locator("body").evaluate("() => Reveal.getIndices().f")
    assert following == page.evaluate("Reveal.getIndices().f")
    dark = page.evaluate("document.querySelector('.reveal').classList.contains('dark')")
    page.keyboard.press("d")
    speaker.frame_locator("iframe.next").locator(
        ".reveal:not(.dark)" if dark else ".reveal.dark"
    ).wait_for()


def test_the_speaker_s_clock_pauses_begins_anew_and_says_who_is_late(speaking):
    page, speaker = speaking("part1")
    timer, pace, left = (speaker.locator(name) for name in (".timer", ".pace", ".left"))
    minutes = page.evaluate("Reveal.getSlides().map(s => +s.dataset.minutes)")
    assert pace.inner_text() == "on time"
    whole = round(minutes[0])
    assert re.fullmatch(rf"({whole}:00|{whole - 1}:5\d) left on this slide", left.inner_text())
    speaker.get_by_role("button", name="Pause").click()
    # As if it had been open for a quarter of an hour: a reload keeps the time.
    with speaker.expect_navigation():
        speaker.evaluate(
            """() => { const clock = JSON.parse(sessionStorage.getItem("clock of part1.html"));
                       clock.began = clock.paused - 900e3;
                       sessionStorage.setItem("clock of part1.html", JSON.stringify(clock));
                       location.reload(); }"""
        )
    speaker.locator(".bar .count", has_text="1 / ").wait_for()
    assert timer.inner_text() == "15:00"
    assert speaker.get_by_role("button", name="Go on").is_visible()
    assert pace.inner_text() == f"{round(15 - minutes[0])} min behind"
    speaker.evaluate(AXE.read_text())
    found = speaker.evaluate("axe.run({iframes: false})")
    assert [violation["id"] for violation in found["violations"]] == []
    assert "over on this slide" in left.inner_text()
    speaker.get_by_role("button", name="Reset").click()
    assert timer.inner_text() == "0:00"
    page.evaluate("Reveal.slide(1, 2)")
    speaker.locator(".pace.ahead", has_text="min ahead").wait_for()


@pytest.mark.parametrize("from_file", [True, False])
def test_the_speaker_s_window_outlives_a_reload_of_either(speaking, from_file):
    page, speaker = speaking("part1", from_file)
    page.keyboard.press("ArrowRight")
    # reveal.js writes it once a second at most
    page.wait_for_function("() => location.hash === '#/' + Reveal.getCurrentSlide().id")
    page.reload()
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    speaker.locator(".bar .count", has_text="2 / ").wait_for()
    speaker.reload()
    speaker.locator(".bar .count", has_text="2 / ").wait_for()
    speaker.keyboard.press("ArrowLeft")
    page.wait_for_function("() => Reveal.getSlidePastCount() === 0")
    page.keyboard.press("s")  # comes to the front, and is not opened twice
    assert len(page.context.pages) == 2


def test_the_speaker_s_window_says_that_its_deck_is_gone(speaking):
    page, speaker = speaking("part1")
    lost = speaker.get_by_text("The deck does not answer")
    assert not lost.is_visible()
    page.goto("about:blank")
    lost.wait_for(timeout=10_000)
    speaker.close()


def test_printed_from_the_browser_each_slide_is_a_page(opened, name, tmp_path):
    page = opened(name)
    data = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == page.evaluate("Reveal.getTotalSlides()")
    assert set(re.findall(rb"/MediaBox\s*\[([^]]*)\]", data)) == {b"0 0 960 540"}
    page.emulate_media(media="print")
    page.evaluate(FACTS)
    for slide in page.locator(".reveal .slides section:not(.stack)").all():
        box = slide.bounding_box()
        assert (box["width"], box["height"]) == (1280, 720)
        assert slide.evaluate("s => outside(s)") == []


def test_on_paper_each_slide_is_a_page(build, edition, in_turn):
    deck = read(edition, build.book.root / f"book/slides/{in_turn}.md")
    with ThreadPoolExecutor(1) as apart:  # where no other Playwright runs
        (path,) = apart.submit(print_decks, build.book, [deck]).result()
    data = path.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == len(deck.slides)
    # 1280 x 720 at 96 an inch, in points
    assert set(re.findall(rb"/MediaBox\s*\[([^]]*)\]", data)) == {b"0 0 960 540"}


def test_a_handout_has_two_slides_on_a_sheet_and_solutions_apart(build, edition, browser):
    page = browser.new_page()
    for head in heads(build.book):
        deck = read(edition, head.path)
        page.goto(f"{build.html.as_uri()}/slides/{deck.name}-handout.html")
        page.emulate_media(media="print")
        found = page.evaluate(
            """[...document.querySelectorAll("section")].map(section => ({
                 id: section.id, notes: section.querySelector(".notes").innerText,
                 apart: section.compareDocumentPosition(document.querySelectorAll("h1.part")[1]
                   || document.body) === Node.DOCUMENT_POSITION_PRECEDING,
                 overflows: section.scrollHeight > section.clientHeight + 1
                   || section.scrollWidth > section.clientWidth + 1 }))"""
        )
        solutions = [slide.id for slide in deck.slides if slide.layout == "solution"]
        assert [each["id"] for each in found if each["apart"]] == solutions
        slides = [slide for slide in deck.slides if slide.layout != "agenda"]
        assert {each["id"] for each in found} == {slide.id for slide in slides}
        assert not [each["id"] for each in found if each["overflows"]]
        assert all(each["notes"] or each["id"] == "references" for each in found)
        data = page.pdf(prefer_css_page_size=True)
        sheets = [len(slides) - len(solutions), len(solutions)]
        asked = any(slide.outcome for slide in deck.slides)  # a sheet has all answers
        pages = sum(-(-n // 2) for n in sheets) + asked
        assert len(re.findall(rb"/Type\s*/Page\b", data)) == pages
        assert all(came.is_hidden() for came in page.locator(".came").all())
    page.close()


def test_on_a_phone_the_deck_is_a_page_to_scroll_in_sizes_to_read(browser, build, name):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    address = f"{build.html.as_uri()}/slides/{name}.html"
    page.goto(address)
    page.locator("link[href$='phone.css']").wait_for(state="attached")
    page.wait_for_function(
        "() => getComputedStyle(document.querySelector('footer')).position === 'static'"
    )
    facts = page.evaluate(
        """() => { const wide = e => { // out of the screen, and not in a box that scrolls
             if (e.getBoundingClientRect().right <= innerWidth + 1) return false;
             for (let p = e.parentElement; p; p = p.parentElement)
               if (/auto|hidden/.test(getComputedStyle(p).overflowX)) return false;
             return true; };
           const size = e => parseFloat(getComputedStyle(e).fontSize);
           const texts = [...document.querySelectorAll(".slide svg text")].map(t =>
             size(t) * t.ownerSVGElement.clientWidth / t.ownerSVGElement.viewBox.baseVal.width);
           return { width: document.documentElement.scrollWidth,
             wide: [...document.querySelectorAll(".slide *")].filter(wide).map(e => e.outerHTML),
             hidden: [...document.querySelectorAll(".fragment:not(.step, .asked)")].filter(e =>
               getComputedStyle(e).visibility !== "visible").length,
             words: Math.min(...[...document.querySelectorAll(".slide .text p")].map(size)),
             code: Math.min(...[...document.querySelectorAll(".listing")].map(size)),
             figures: Math.min(...texts),
             last: document.querySelector("section:last-of-type > section:last-of-type").id }; }"""
    )
    assert facts["width"] == 390
    assert facts["wide"] == []
    assert facts["hidden"] == 0
    assert facts["words"] >= 18
    assert facts["code"] >= 14
    assert facts["figures"] >= 9
    page.goto("about:blank")
    page.goto(f"{address}#/{facts['last']}")
    page.wait_for_function("() => scrollY > innerHeight")
    assert complaints == []
    context.close()
