"""`make present`: a lecturer and a reader with a live kernel, in a real browser; nobody without."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import pytest

from press.book import Book
from press.slides.deck import heads

from ..conftest import AXE, ROOT
from ..press.commands.test_watch import free_port

pytestmark = [pytest.mark.site, pytest.mark.slow]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
GRADIENT = "#one-call-fills-the-gradient"
AT = """selector => {
    const at = Reveal.getIndices(document.querySelector(selector).closest('section'));
    Reveal.slide(at.h, at.v, 99);
}"""
HERE = "Reveal.getCurrentSlide().id"
DEADLY = f"import os\nos.kill(os.getpid(), {int(signal.SIGKILL)})" if os.name == "posix" else ""


@dataclass
class Presented:
    """The book as `make present` shows it."""

    process: "subprocess.Popen[str]"
    address: str

    @property
    def root(self) -> str:
        return self.address.partition("/?")[0]

    def end(self) -> list[psutil.Process]:
        """Press Ctrl-C; return the processes that are left a while after."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        return psutil.wait_procs(children, timeout=5)[1]


@contextmanager
def server() -> Iterator[Presented]:
    process = subprocess.Popen(
        [sys.executable, "-m", "press", "present", "--port", str(free_port())],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    address = next(line.split()[1] for line in process.stdout if line.startswith("Open "))
    found = Presented(process, address)
    try:
        yield found
    finally:
        if process.poll() is None:
            found.end()
        process.stdout.close()


@pytest.fixture(scope="module")
def presented(build) -> Iterator[Presented]:
    with server() as found:
        yield found


@pytest.fixture
def page(presented, browser):
    """A page that was let in."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, reduced_motion="reduce", color_scheme="light"
    )
    page = context.new_page()
    page.set_default_timeout(40_000)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(presented.address)
    page.wait_for_url("**/book/index.html")
    yield page
    assert page.errors == []
    context.close()


def deck(page, presented, name, selector):
    page.goto(f"{presented.root}/slides/{name}.html")
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    page.evaluate(AT, selector)


def axe(page, place):
    page.evaluate(AXE.read_text())
    run = "([place, rules]) => axe.run({include: [[place]]}, {runOnly: rules})"
    found = page.evaluate(run, [place, RULES])
    return [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]]


class Cell:
    """One of the cells of a slide or a page."""

    def __init__(self, page, place, number=0):
        self.page, self.place = page, page.locator(place)
        self.code = self.place.locator(".live-area").nth(number)
        self.bar = self.place.locator(".live-bar").nth(number)
        self.live = self.place.locator(".live-output").nth(number)

    def press(self, button):
        self.bar.get_by_role("button", name=button).click()

    def run(self, code=None, wanted="live"):
        if code is not None:
            self.code.fill(code)
        self.press("Run")
        self.becomes("busy", wanted)
        self.becomes(wanted)

    def becomes(self, *states):
        self.page.wait_for_function(
            "([bar, states]) => states.includes(bar.dataset.state)",
            arg=[self.bar.element_handle(), states],
        )

    @property
    def buttons(self):
        return self.bar.get_by_role("button").all_inner_texts()


def test_a_cell_of_a_slide_is_edited_run_and_reset(page, presented):
    deck(page, presented, "part1", GRADIENT)
    first, second = Cell(page, GRADIENT), Cell(page, GRADIENT, 1)
    assert first.buttons == ["Run"]
    assert first.bar.inner_text().endswith("stored")
    stored = page.locator(f"{GRADIENT} .said").first
    assert "549.7686" in stored.text_content()

    first.code.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("for i in (1, 2):\nprint(i * loss")  # 2, ? and blanks are not for the deck
    page.keyboard.type(") # ?")
    assert page.evaluate(HERE) == GRADIENT[1:]
    assert page.locator("dialog.help").is_hidden()
    assert page.locator("output.typed").is_hidden()
    assert first.code.input_value() == "for i in (1, 2):\n    print(i * loss) # ?", "indented"
    assert first.bar.inner_text().endswith("stored, before this edit")
    page.wait_for_selector(f"{GRADIENT} .listing .k")  # the colour of `for`

    first.code.fill("loss = ((x - target) ** 2).mean()\n2 * loss")
    page.keyboard.press("Shift+Enter")
    first.becomes("live")
    assert first.live.inner_text() == "tensor(1099.5371, grad_fn=<MulBackward0>)"
    assert stored.is_hidden()
    assert page.get_by_role("status").inner_text().endswith(": done")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    assert page.locator(f"{GRADIENT} .gave.fragment:not(.visible)").count() > 0, "the deck's again"
    page.evaluate(AT, GRADIENT)

    second.run()
    assert second.live.inner_text() == "tensor([[-43.9815, -87.9630]])", "of the same kernel"
    second.press("Restart")
    assert first.bar.inner_text().endswith("stored, before this edit")
    assert first.live.is_hidden()
    first.run()
    first.run()
    assert first.bar.inner_text().endswith("live")
    first.press("Reset")
    assert first.code.input_value() == "loss = ((x - target) ** 2).mean()\nloss"
    assert stored.is_visible()
    assert first.live.is_hidden()
    assert first.buttons == ["Run"]


def test_an_error_an_endless_loop_and_the_death_of_a_kernel(page, presented):
    deck(page, presented, "part1", GRADIENT)
    cell = Cell(page, GRADIENT)
    cell.run("a = 1\nnothing", "error")
    said = "NameError: name 'nothing' is not defined\n  in line 2: nothing"
    assert cell.live.inner_text() == said
    assert page.get_by_role("status").inner_text().endswith(": error: NameError")
    assert axe(page, GRADIENT) == []

    cell.run("while True:\n    print('on')", "busy")
    page.get_by_text("running", exact=True).first.wait_for()
    assert cell.buttons == ["Run", "Interrupt", "Restart"]
    cell.press("Interrupt")
    cell.becomes("interrupted")
    assert "KeyboardInterrupt" in cell.live.inner_text()
    over = "e => e.getBoundingClientRect().bottom"
    assert page.locator(f"{GRADIENT} .cells").evaluate(over) <= 720 - 68 + 1, "it scrolls"

    cell.run(DEADLY, "ended")
    assert "The kernel has ended, and the stored output stays." in cell.bar.inner_text()
    assert "549.7686" in page.locator(f"{GRADIENT} .said:visible").first.inner_text()
    cell.press("Reset")
    cell.run()
    assert cell.live.inner_text() == "tensor(549.7686, grad_fn=<MeanBackward0>)"
    page.keyboard.press("d")
    assert axe(page, GRADIENT) == [], "in the dark, too"


def test_a_page_runs_and_draws_its_figures_anew(page, presented):
    page.goto(f"{presented.root}/book/part1/simulator.html")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    cells = page.locator("div.cell_input pre, div.dp-stub pre").count()
    assert page.locator(".live-run").count() == cells > 6
    figure = Cell(page, ".cell:has(> .cell_output #fig-trajectory)")
    figure.run(figure.code.input_value().replace('"t = 0"', '"the start"'))
    assert "the start" in figure.live.locator("svg").text_content()
    assert page.locator("#fig-trajectory figcaption").is_visible()
    assert page.locator("#fig-trajectory svg:visible").count() == 1
    moving = Cell(page, ".cell:has(> .cell_output #fig-ball)")
    moving.run()
    before = moving.live.locator("output").inner_text()
    moving.live.locator('[data-do="next"]').click()
    assert moving.live.locator("output").inner_text() != before
    stub = Cell(page, ".dp-stub")
    stub.run(wanted="error")
    assert stub.live.inner_text().startswith("✗ Not yet: it is your turn.")
    assert axe(page, ".dp-stub") == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    assert axe(page, ".dp-stub") == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", [head.name for head in heads(Book(ROOT))])
def test_what_nobody_edits_gives_what_the_deck_shows(page, name):
    """In kernels that nobody has used."""
    with server() as presented:
        page.goto(presented.address)
        gives_what_it_shows(page, f"{presented.root}/slides/{name}.html")


def gives_what_it_shows(page, deck):
    page.set_default_timeout(300_000)  # some cells before train a network
    page.goto(deck)
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    slides = page.evaluate(
        "[...document.querySelectorAll('.slide.cell')].map(s => s.closest('section').id)"
    )
    for slide in slides:
        page.evaluate(AT, f"#{slide}")
        for number, gave in enumerate(page.locator(f"#{slide} .gave").all()):
            stored = gave.locator("> .said")
            text = stored.text_content() if stored.count() else ""
            cell = Cell(page, f"#{slide}", number)
            cell.press("Run")
            cell.becomes("live", "error")
            said = " ".join(" ".join(cell.live.locator(".said").all_text_contents()).split())
            if cell.bar.get_attribute("data-state") == "error":
                text = text.partition(": ")[2]  # of the name of the error, which may be longer
                assert text, slide
                assert " ".join(text.split()) in said
            else:
                assert said == " ".join(text.split()), slide
            assert (
                cell.live.locator("svg").count() == gave.locator(":scope > div > div > svg").count()
            )


def test_the_speaker_and_the_handout_have_the_slides_without_buttons(page, presented):
    deck(page, presented, "part1", GRADIENT)
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    frame = popup.value.frame_locator("iframe.now")
    frame.locator(f"{GRADIENT} .listing").first.wait_for()
    assert frame.locator(".live-bar").count() == 0
    page.goto(f"{presented.root}/slides/part1-handout.html")
    assert page.locator("[data-cell]").count() > 0
    assert page.locator(".live-bar").count() == 0, "nor on paper"


def test_pages_have_nothing_of_this_and_decks_nothing_from_files(build, page):
    """No page names the script, and from files no button is there."""
    for path in build.html.rglob("*.html"):
        assert b"live-bar" not in path.read_bytes(), path
        assert b"live.js" not in path.read_bytes(), path
    page.goto((build.html / "slides/part1.html").as_uri())
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    page.evaluate(AT, GRADIENT)
    page.locator(f"{GRADIENT} .said").first.wait_for()
    assert page.locator(f"{GRADIENT} :is(button, textarea)").count() == 0


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_when_the_server_ends_its_kernels_end_and_the_deck_goes_on(page, presented):
    """The last test: it ends the server."""
    deck(page, presented, "part1", GRADIENT)
    cell = Cell(page, GRADIENT)
    cell.run("while True:\n    pass", "busy")
    page.get_by_text("running", exact=True).first.wait_for()
    assert presented.end() == []
    assert presented.process.returncode == 0
    cell.becomes("ended")
    assert "Start make present again" in cell.bar.inner_text()
    assert "549.7686" in page.locator(f"{GRADIENT} .said:visible").first.inner_text()
    assert page.locator(f"{GRADIENT} .listing .o").count() > 0, "colours stay"
    cell.press("Run")
    cell.becomes("ended")
    cell.code.fill("x")
    page.wait_for_function(
        "text => document.querySelector(text).textContent === 'x'",
        arg=f"{GRADIENT} .live-edit code",
    )
    page.keyboard.press("Escape")
    here = page.evaluate(HERE)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(HERE) != here
