"""A chapter in a browser, from a server that forbids foreign scripts and compresses nothing.

The tests share a page with one Python, and come in the order of a visit.
"""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from press.files import ASSETS

from .visit import CHAPTER, EXERCISE, LONG, RIGHT, WRONG, Visit, for_python, visit

pytestmark = [pytest.mark.site, pytest.mark.slow]

SLIDE = "#one-call-fills-the-gradient"
NARROW = """() => {
    const slide = document.getElementById("a-better-guess-a-larger-gradient");
    const at = Reveal.getIndices(slide);
    Reveal.slide(at.h, at.v, 99);
}"""
RESTED = """() => new Promise(done => setTimeout(done, 100)).then(
    () => !document.querySelector('.live-bar[data-state="busy"]'))"""


@pytest.fixture(scope="module")
def reader(browser: Any, address: str) -> Iterator[Visit]:
    """The visit that most tests share."""
    made = visit(browser, address)
    yield made
    made.context.close()


def test_a_first_visit_loads_the_buttons_alone(reader):
    ours = [url.removeprefix(reader.address) for url in reader.requests if "/run" in url]
    assert [url.partition("?v=")[0] for url in ours] == ["_static/run.js"]
    assert len(gzip.compress((ASSETS / "run.js").read_bytes())) <= 3 * 1024


def test_tab_passes_by_and_escape_leaves_after_typing(reader):
    reader.cell().locator("textarea").focus()
    reader.page.locator(".dp-run-mark progress").wait_for()
    focused = "document.activeElement.className"
    for key in ("Tab", "Shift+Tab"):
        reader.page.keyboard.press(key)
    assert reader.page.evaluate(focused) == "dp-run-area"
    reader.page.keyboard.press("Tab")
    assert "dp-run-area" not in reader.page.evaluate(focused)
    reader.page.keyboard.press("Shift+Tab")
    reader.page.keyboard.press("Control+A")
    reader.page.keyboard.type("if 1:  # the next line is indented\nprint(2)\n")
    reader.page.keyboard.press("Tab")
    reader.page.keyboard.type("print(3)")
    reader.page.keyboard.press("Control+Enter")
    reader.page.locator(".dp-stub .dp-run-output").wait_for(timeout=LONG)
    reader.rested()
    code = reader.cell().locator("textarea").input_value()
    assert code == "if 1:  # the next line is indented\n    print(2)\n        print(3)"
    reader.page.keyboard.press("Escape")
    reader.page.keyboard.press("Tab")
    assert "dp-run-area" not in reader.page.evaluate(focused)
    assert "line 3" in reader.cell().locator(".dp-run-output").inner_text()
    wrong = "getComputedStyle(document.querySelector('.dp-stub')).getPropertyValue('--wrong')"
    assert reader.page.evaluate(wrong) == "3", "and that line is marked"


def test_a_wrong_answer_gets_its_sentence_and_the_right_one_a_tick(reader):
    assert reader.run(WRONG).startswith("✗ Not yet: ")
    assert "✓" not in reader.mark()
    assert reader.run(RIGHT).startswith("✓ Right")
    assert reader.mark().endswith("solved ✓")
    assert reader.run(WRONG).startswith("✗ Not yet: ")
    assert reader.mark().endswith("solved before")


def test_what_the_page_lacks_leads_to_jupyterlab(reader):
    assert "run this in JupyterLab" in reader.run("import pandas")
    link = reader.cell().get_by_role("link", name="How to open a chapter in JupyterLab")
    assert link.get_attribute("href").endswith("start.html")
    assert "scipy is not in the page" in reader.run("import scipy")


def test_draft_and_tick_are_there_after_a_reload_and_reset_brings_the_stub(reader):
    reader.run(RIGHT)
    reader.page.reload()
    area = reader.cell().locator("textarea")
    assert area.input_value() == RIGHT
    assert reader.mark().endswith("solved ✓")
    reader.cell().locator(".dp-run-run").click()
    reader.cell().locator(".dp-run-stop").click()
    reader.cell().get_by_text("Stopped before it began.").wait_for()  # not when Python has started
    reader.cell().locator(".dp-run-reset").click()
    reader.cell().locator(".dp-run-reset").wait_for(state="hidden", timeout=LONG)
    reader.cell().get_by_text("solved ✓").wait_for(timeout=LONG)  # again, when Python has started
    assert area.input_value() == EXERCISE.stub
    (kept,) = reader.kept().values()
    assert "draft" not in json.loads(kept)


def test_a_long_line_keeps_text_and_colours_together(reader):
    reader.cell().locator("textarea").fill(f"x = 1  # {'long ' * 40}")
    widths = """[...document.querySelector(".dp-stub")
      .querySelectorAll(".dp-run-area, .dp-run-text")]
      .flatMap(e => [e.getBoundingClientRect().width, e.scrollWidth])"""
    found = reader.page.evaluate(widths)
    assert max(found) - min(found) <= 1, "they scroll as one, with the box"
    reader.cell().locator(".dp-run-reset").click()


def test_a_second_visit_takes_python_from_the_cache(reader, served):
    reader.run("1 + 1")
    reader.page.wait_for_function(
        """async names => {
          const open = await Promise.all((await caches.keys()).map(name => caches.open(name)));
          const kept = (await Promise.all(open.map(cache => cache.keys()))).flat();
          return names.every(name => kept.some(({ url }) => url.endsWith(name)));
        }""",
        arg=["pyodide.asm.wasm.gz", "standard_library.zip.gz", "book.zip.gz", "engine.js"],
        timeout=LONG,
    )
    del served[:]
    reader.page.reload()
    assert "2" in reader.run("1 + 1")
    assert for_python(served) == []


def test_a_cell_first_runs_those_that_it_needs_and_gives_what_the_book_shows(reader):
    (index,) = (i for i, cell in enumerate(CHAPTER.notebook.cells)
                if cell.metadata.get("name") == "cell-first-gradient")  # fmt: skip
    stored = reader.cell(index).locator(".cell_output:not(.dp-run-output)")
    shown = stored.inner_text().strip()
    output, _, note = reader.run(index=index).partition("\n\n")
    assert output == shown
    assert note == "Ran cells 1, 2, 4 and 5 first."
    assert stored.is_hidden()
    again = reader.run(index=index)
    assert again.partition("\n\n")[0] == shown, "backward() gets a fresh graph"
    reader.cell(index).locator(".dp-run-reset").click()
    assert stored.is_visible()


def test_an_edited_cell_runs_as_edited_before_later_ones(reader):
    reader.cell(1).locator(".dp-run-edit").click()
    area = reader.cell(1).locator("textarea")
    area.fill(area.input_value().replace("[[5.0, 10.0]]", "[[7.5, 10.0]]"))
    assert "7.5" in reader.run("v0_true", index=None)
    reader.cell(1).locator(".dp-run-reset").click()


def test_a_figure_is_drawn_again_with_another_learning_rate(reader):
    (index,) = (i for i, cell in enumerate(CHAPTER.notebook.cells)
                if "fig-fit" in str(cell.metadata.get("mystnb")))  # fmt: skip
    cell, figure = reader.cell(index), reader.page.locator("#fig-fit")
    stored, drawn = figure.locator("> .dp-frames"), figure.locator(".dp-run-figure svg.dp-svg")
    cell.locator("summary").first.click()
    assert reader.run(index=index)
    assert stored.is_hidden()
    as_in_the_book = drawn.inner_html()
    texts = "svg => [...svg.querySelectorAll('text')].map(text => text.textContent).sort()"
    assert drawn.evaluate(texts) == stored.locator("svg.dp-svg").evaluate(texts)
    assert drawn.get_attribute("role") == "img"
    label = str(stored.locator("svg.dp-svg").get_attribute("aria-label"))
    assert str(drawn.get_attribute("aria-label")).startswith(f"{label} This version is drawn by")
    slider = figure.locator(".dp-run-figure input")
    at = slider.evaluate("e => +e.value")
    slider.fill(str(at + 1))
    assert drawn.inner_html() != as_in_the_book, "the next frame"

    cell.locator(".dp-run-edit").click()
    area = cell.locator("textarea")
    code = area.input_value().replace("0.01, 40", "0.05, 40")
    assert "Drawn again, from your code." in reader.run(code, index)
    assert slider.evaluate("e => +e.value") == at
    assert drawn.inner_html() != as_in_the_book, "another curve"
    assert "not in the page's figures" in reader.run(
        "with figures.figure() as ax:\n    ax.pie()", index
    )
    cell.locator(".dp-run-reset").click()
    assert stored.is_visible()
    assert reader.page.locator(".dp-run-figure").count() == 0


def test_a_long_loop_shows_how_far_it_is_and_stops_and_python_starts_again_offline(reader):
    reader.context.set_offline(True)
    cell = reader.cell()
    cell.locator("textarea").fill(
        "from tqdm import tqdm\nprint('begun')\nfor i in tqdm(range(10**9)): pass"
    )
    cell.locator(".dp-run-run").click()
    cell.get_by_text("begun", exact=True).wait_for(timeout=LONG)
    cell.locator(".dp-run-progress").get_by_text(" of 1000000000").wait_for(timeout=LONG)
    cell.locator(".dp-run-stop").click()
    cell.get_by_text("Stopped. Python starts again").wait_for()
    assert reader.run("6 * 7").startswith("42")
    reader.context.set_offline(False)


def test_nobody_else_was_asked_and_nothing_was_forbidden(reader):
    assert [url for url in reader.requests if not url.startswith(reader.address)] == []
    assert reader.complaints == []


def test_a_changed_exercise_keeps_the_draft_and_says_so(reader):
    reader.cell().locator("textarea").fill("mine")
    ((key, kept),) = reader.kept().items()
    older = json.dumps(json.loads(kept) | {"of": "another stub"})
    reader.page.evaluate("([key, value]) => { localStorage[key] = value }", [key, older])
    reader.page.reload()
    assert reader.cell().locator("textarea").input_value() == "mine"
    assert reader.mark().startswith("The exercise has changed since")


@pytest.mark.parametrize("lost", ["WebAssembly", "Worker"])
def test_where_it_cannot_run_the_page_stays_as_it_was_with_a_sentence(browser, address, lost):
    made = visit(browser, address, f"delete window.{lost}")
    assert made.page.locator(".dp-run-bar, .dp-run-area").count() == 0
    assert made.page.locator(".dp-run-what").count() == 1
    made.context.close()


def test_where_it_does_not_come_a_sentence_says_so_and_the_output_stays(browser, address):
    made = visit(browser, address, service_workers="block")
    made.context.route("**/*.wasm.gz", lambda route: route.abort())
    made.cell(1).locator(".dp-run-run").click()
    made.cell(1).get_by_text("Python could not be loaded here").wait_for(timeout=LONG)
    assert made.cell(1).locator(".cell_output").inner_text().strip() == "torch.Size([10, 2])"
    made.context.unroute("**/*.wasm.gz")
    assert made.run(index=1).startswith("torch.Size([10, 2])"), "and it can be tried again"
    made.context.close()


def test_a_deck_runs_its_cells_too_as_edited_and_loads_nothing_before(browser, address):
    size = {"width": 1280, "height": 720}
    made = visit(browser, address, place=f"slides/part1.html#/{SLIDE[1:]}", viewport=size)
    slide = made.page.locator(SLIDE)
    area, live = slide.locator("textarea").first, slide.locator(".live-output").first
    stored = slide.locator(".said").first.text_content()
    run = slide.get_by_role("button", name="Run").first
    run.wait_for()
    assert [url for url in made.requests if "/run/" in url] == []

    def lives() -> str:
        done = "bar => bar.dataset.state !== 'busy'"
        bar = slide.locator(".live-bar").first.element_handle()
        made.page.wait_for_function(done, arg=bar, timeout=LONG)
        return str(live.inner_text())

    run.click()
    assert lives() == stored
    assert "by the page\u2019s engine" in slide.locator(".live-bar").first.inner_text()
    area.fill("loss = ((x - target) ** 2).mean()\n2 * loss")
    made.page.keyboard.press("Shift+Enter")
    assert lives().startswith("tensor(1099.537")
    area.fill("a = 1\nnothing")
    made.page.keyboard.press("Control+Enter")
    assert lives().startswith("Line 2:\n    nothing\nNameError")
    area.fill("while True: pass")
    run.click()
    slide.get_by_text("running", exact=True).wait_for(timeout=LONG)
    slide.get_by_role("button", name="Interrupt").click()
    lives()
    slide.get_by_role("button", name="Reset").click()
    run.click()
    assert lives() == stored, "Python has started again"
    made.page.evaluate(NARROW)
    for button in made.page.locator(".present .present").get_by_role("button", name="Run").all():
        button.click()
        made.page.wait_for_function(RESTED, timeout=LONG)
    bottom = "e => e.getBoundingClientRect().bottom"
    assert made.page.locator(".present .present .cells").evaluate(bottom) <= 720 - 68 + 1
    assert made.complaints == []
    assert [url for url in made.requests if not url.startswith(address)] == []
    made.context.close()
