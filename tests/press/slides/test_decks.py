"""Every slide of every deck, in a browser, opened from a file."""

import re
from dataclasses import replace

import pytest
import yaml

from press.repository import Repository
from press.slides.deck import heads, read
from press.slides.deck_rules import figures
from press.slides.plan import planned
from press.slides.write import write_decks

from ...book.test_curriculum import strangers
from .conftest import FACTS

pytestmark = pytest.mark.site
THEMES = ["light", "dark"]


@pytest.mark.parametrize("screen", [(1280, 720), (1024, 768)])
def test_every_slide_fits_the_screen(facts, name, screen):
    for slide in facts(name, screen=screen):
        assert slide["outside"] == [], slide["id"]
        assert not slide["scrolls"], slide["id"]


@pytest.fixture(scope="module")
def with_codes(edition, tmp_path_factory) -> str:
    """The address of decks with QR codes, which they have if a repository is known."""
    known = Repository("https://github.com/someone/a-book-of-a-long-name")
    folder = tmp_path_factory.mktemp("codes")
    write_decks(replace(edition, repository=known), folder)
    return folder.as_uri()


def test_exercises_fit_with_a_qr_code(opened, with_codes, name):
    page = opened(name, with_codes)
    page.evaluate(FACTS)
    at = page.evaluate("Reveal.getSlides().map(s => s.querySelectorAll('svg.qr').length)")
    assert at.count(1) == page.locator(".slide.exercise").count()
    for index in (index for index, codes in enumerate(at) if codes):
        assert page.evaluate("index => facts(index).outside", index) == []
        box = page.locator("section section.present svg.qr").bounding_box()
        assert box["width"] >= 219, "a phone reads it from ten times as far; the words are below"
        assert (
            page.locator("section section.present .launch a")
            .get_attribute("href")
            .startswith("https:")
        )


def test_everything_can_be_read_from_the_last_row(facts, name):
    """Sizes are in pixels on a screen of 1280 x 720; math includes sub- and superscripts."""
    least = {"text": 24, "code": 20, "figure": 21.9, "math": 16}
    for slide in facts(name):
        for kind, sizes in slide["sizes"].items():
            assert min(sizes, default=99) >= least[kind] - 0.01, (slide["id"], kind)


@pytest.mark.parametrize("theme", THEMES)
def test_no_complaint_in_the_console_and_no_request_leaves(facts, name, theme):
    slides = facts(name, theme=theme)
    assert [slide["dark"] for slide in slides] == [theme == "dark"] * len(slides)
    assert slides[-1]["complaints"] == []


@pytest.mark.parametrize("others", [False, pytest.param(True, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("theme", THEMES)
def test_every_slide_is_accessible(facts, name, theme, others):
    """By all rules of axe, those of WCAG's level AAA included; in the dark, by its contrast.

    A push looks at each slide in one theme, and once a day each is seen in both.
    """
    seen = facts(name, theme=theme, others=others)
    assert {slide["id"]: slide["axe"] for slide in seen if slide.get("axe")} == {}


def test_every_slide_has_notes_and_minutes(facts, name):
    for slide in facts(name):
        if slide["framing"]:
            assert slide["minutes"] == 0, slide["id"]
        else:
            assert slide["notes"] >= 40, slide["id"]
            assert slide["minutes"] > 0, slide["id"]


def test_every_slide_leads_to_its_place_in_a_chapter(facts, build, name):
    for slide in facts(name):
        assert slide["links"], slide["id"]
        for link in slide["links"]:
            path, _, anchor = link.partition("#")
            text = (build.html / "slides" / path).resolve().read_text()
            assert not anchor or f'id="{anchor}"' in text, link


def test_a_deck_has_the_right_length(edition, name):
    deck = read(edition, edition.book.root / f"book/slides/{name}.md")
    if deck.part:
        assert len(deck.slides) >= 15
        for part in (deck, *(planned(deck, minutes) for minutes in deck.plans)):
            assert part.longest_stretch <= 15  # minutes without a task
    else:
        assert deck.minutes <= 20
    assert all(slide.word_count <= 40 for slide in deck.slides if not slide.is_framing)


def test_a_quarter_of_what_is_shown_is_code_with_its_output(edition, name):
    """On the slides of tasks the class works, and nothing is shown but the question."""
    deck = read(edition, edition.book.root / f"book/slides/{name}.md")
    shown = [slide for slide in deck.slides if not slide.is_task and not slide.is_framing]
    assert deck.code_slides >= len(shown) / 4


def test_a_plan_leaves_slides_out_and_numbers_the_rest(opened, edition):
    deck = read(edition, edition.book.root / "book/slides/part1.md")
    plan = planned(deck, 90)
    page = opened("part1", query="?minutes=100")
    assert page.evaluate("Reveal.getSlides().map(slide => slide.id)") == [s.id for s in plan.slides]
    shown = page.locator(".facts:visible").inner_text()
    assert shown == f"Plan of 90: {plan.facts}. All {deck.minutes:g} min"
    for key in ("1", "2", "Enter"):
        page.keyboard.press(key)
    assert page.evaluate("Reveal.getCurrentSlide().id") == plan.slides[11].id
    footer = page.locator("section section.present footer")
    assert footer.locator(".count").inner_text() == f"12 / {len(plan.slides)}"
    footer.locator("a[aria-label='Next slide']").click()
    assert page.evaluate("Reveal.getCurrentSlide().id") == plan.slides[12].id
    with page.expect_popup() as opening:
        page.keyboard.press("s")
    following = opening.value.frame_locator("iframe.next")
    count = following.locator("section.present section.present .count")
    count.filter(has_text=f" / {len(plan.slides)}").wait_for()


def test_numbers_on_slides_and_in_notes_are_computed_or_given(build, name):
    text = (build.book.root / f"book/slides/{name}.md").read_text()
    given = yaml.safe_load(text.split("---")[1]).get("given") or []
    text = re.sub(r"^:::\{notes\}.*$", "", text, flags=re.M)  # the minutes
    text = re.sub(r"^:::\{(cell|source)\}.*?^:::$", "", text, flags=re.M | re.S)  # lines of code
    assert strangers(text, {str(number) for number in given}) == []


def test_every_figure_of_the_part_is_shown_or_left_out_with_a_reason(edition, name):
    deck = read(edition, edition.book.root / f"book/slides/{name}.md")
    if deck.part:
        shown = {entry.name for slide in deck.slides for entry in slide.entries}
        assert figures(edition.store, deck.part) <= shown | deck.left_out.keys()
        assert all(len(reason.split()) >= 4 for reason in deck.left_out.values())


def test_chapters_and_the_landing_page_lead_to_the_decks(build):
    landing = (build.html / "book/index.html").read_text()
    for deck in heads(build.book):
        assert f'href="../slides/{deck.name}.html"' in landing
        for page in build.book.pages:
            if deck.part and page.docname.startswith(f"book/{deck.part}/"):
                text = (build.html / f"{page.docname}.html").read_text()
                assert f'<a href="../../slides/{deck.name}.html">Present this part</a>' in text
