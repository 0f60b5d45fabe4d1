"""A deck in use: keys, animations, steps through code, the speaker's window, PDF."""

import os
import re
import subprocess
import sys

import pytest

from press.slides.deck import heads, read

pytestmark = pytest.mark.site

CURRENT = "Reveal.getCurrentSlide().id"
OUTPUT = "Reveal.getCurrentSlide().querySelector('output').textContent"


def with_frames(page):
    """Go to the first slide with a visible slider."""
    page.evaluate(
        "Reveal.slide(...Object.values(Reveal.getIndices("
        "document.querySelector('section .slide:not(.title) .dp-frames').closest('section'))))"
    )


@pytest.mark.parametrize("arrows", [False, True])
def test_the_keyboard_goes_through_all_slides_in_order(opened, name, arrows):
    """The space bar goes on, as do the arrows: down to a solution, else to the right."""
    page = opened(name)
    wanted = page.evaluate("Reveal.getSlides().map(slide => slide.id)")
    seen = [page.evaluate(CURRENT)]
    for _ in range(3 * len(wanted)):
        down = arrows and page.evaluate("Reveal.availableRoutes().down")
        page.keyboard.press("ArrowDown" if down else "ArrowRight" if arrows else "Space")
        if page.evaluate(CURRENT) != seen[-1]:
            seen.append(page.evaluate(CURRENT))
    assert seen == wanted
    for _ in range(3 * len(wanted)):
        page.keyboard.press("PageUp")
    assert page.evaluate(CURRENT) == wanted[0]


def test_a_slide_has_an_address(opened, name):
    page = opened(name)
    for slide in page.evaluate("Reveal.getSlides().slice(1, 4).map(slide => slide.id)"):
        page.keyboard.press("Space")
        page.evaluate(
            f"Reveal.slide(...Object.values(Reveal.getIndices(document.getElementById('{slide}'))))"
        )
        page.wait_for_function("id => location.hash === '#/' + id", arg=slide)
        page.reload()
        page.wait_for_function("window.Reveal && Reveal.isReady()")
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
    page.wait_for_function(f"{OUTPUT} !== '{before}' && {OUTPUT} !== '{one_on}'")
    page.keyboard.press("p")
    page.locator("section.present svg.dp-svg").click()
    page.wait_for_selector("section.present [data-do=play][aria-label=Pause]")
    page.keyboard.press("ArrowRight")
    assert page.locator("[aria-label=Pause]").count() == 0, "a slide that is left stands still"


def test_a_slider_that_was_used_leaves_the_arrow_keys_to_the_deck(opened):
    page = opened("part1")
    with_frames(page)
    here = page.evaluate(CURRENT)
    slider = page.locator("section.present .dp-controls input")
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


def test_code_steps_through_its_lines(opened):
    page = opened("part1")
    page.evaluate(
        "Reveal.slide(...Object.values(Reveal.getIndices("
        "document.querySelector('.step').closest('section'))))"
    )
    page.evaluate("Reveal.navigateFragment(-1)")
    lit = page.locator("section.present .line.lit")
    assert lit.count() == 0
    texts = []
    for _ in range(page.locator("section.present .step").count()):
        page.keyboard.press("ArrowRight")
        texts.append(lit.all_inner_texts())
    assert all(texts)
    assert len({str(text) for text in texts}) == len(texts)
    page.keyboard.press("ArrowLeft")
    assert lit.all_inner_texts() == texts[-2]


def test_dark_and_light_are_a_key_and_are_remembered(opened, server):
    page = opened("part1", server, color_scheme="dark")
    dark = "document.querySelector('.reveal').classList.contains('dark')"
    assert page.evaluate(dark), "as the system says"
    page.keyboard.press("d")
    assert not page.evaluate(dark)
    page.reload()
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    assert not page.evaluate(dark)


def test_the_overview_shows_and_leaves_the_slides(opened):
    page = opened("part1")
    page.keyboard.press("o")
    assert page.evaluate("Reveal.isOverview()")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert not page.evaluate("Reveal.isOverview()")
    assert page.evaluate("Reveal.getIndices().h") == 1


@pytest.mark.parametrize("from_file", [True, False])
def test_the_speaker_sees_this_slide_the_next_one_and_the_notes(opened, server, name, from_file):
    page = opened(name, "" if from_file else server)
    complaints: list[str] = []
    page.context.on("console", lambda message: complaints.append(message.text))
    page.context.on("weberror", lambda error: complaints.append(str(error.error)))
    with page.expect_popup() as opening:
        page.keyboard.press("s")
    speaker = opening.value
    titles = page.evaluate("Reveal.getSlides().map(s => s.querySelector('h1, h2').textContent)")

    def shows(this: str, following: str) -> None:
        for frame, title in (("now", this), ("next", following)):
            inside = speaker.frame_locator(f"iframe.{frame}")
            inside.get_by_role("heading", name=title, exact=True).wait_for()

    shows(titles[0], titles[1])
    notes = page.evaluate("Reveal.getCurrentSlide().querySelector('.notes').textContent")
    assert notes.split() == speaker.locator(".notes > div").inner_text().split()
    assert re.fullmatch(r"0:0\d", speaker.locator(".timer").inner_text())
    speaker.keyboard.press("ArrowRight")
    page.wait_for_function("Reveal.getIndices().h === 1")
    shows(titles[1], titles[2])
    assert speaker.locator(".count").inner_text().startswith("2 / ")
    assert complaints == []


def test_on_paper_each_slide_is_a_page(build, edition):
    run = subprocess.run(
        [sys.executable, "-m", "press", "slides", "--pdf"],
        cwd=build.book.root,
        env=os.environ | {"PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    for head in heads(build.book):
        deck = read(edition, head.path)
        data = (build.book.build / "pdf" / f"{deck.name}.pdf").read_bytes()
        assert f"_build/pdf/{deck.name}.pdf  {len(deck.slides)} slides" in run.stdout
        assert len(re.findall(rb"/Type\s*/Page\b", data)) == len(deck.slides)
        # 1280 x 720 at 96 an inch, in points
        assert set(re.findall(rb"/MediaBox\s*\[([^]]*)\]", data)) == {b"0 0 960 540"}
