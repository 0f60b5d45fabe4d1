"""The live kernel of a chapter: what it runs first, and how it is stopped, killed and started."""

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from press.chapter import Chapter
from press.present.kernel import LiveKernel, Place, whole

CELLS = ("data = [1, 2]", "data.append(3)\nlast = data[-1]", "data.append(4)\ndata")
CELL = """\
def ask():
    for i in range(3):
        print(i)

try:
    ask(1)
except TypeError as error:
    print(error)"""


@pytest.mark.parametrize(
    ("lines", "code", "runs"),
    [
        ((0,), "print()", "print()"),
        ((0, 8), "print()", "print()"),
        ((2, 3), "if i:\n    print()", CELL.replace("print(i)", "if i:\n            print()")),
        ((1, 3), "pass", CELL.replace("for i in range(3):\n        print(i)", "pass")),
        ((5, 6), "ask(2)", CELL.partition("try:")[0] + "ask(2)"),
    ],
)
def test_lines_on_a_slide_run_in_their_cell(lines, code, runs):
    """Unless the cell catches their error: the slide shows the error."""
    assert whole(CELL, Place(0, *lines), code) == runs


def run(work):
    """Run `work` in a second thread, because the browser of other tests has a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Page:
    """A page that notes what it hears, and can answer the first message of a kind."""

    def __init__(self, kernel):
        self.kernel, self.heard, self.at = kernel, [], {}

    def tell(self, message):
        self.heard.append(message)
        if message.get("state") in self.at:
            self.task = asyncio.get_running_loop().call_later(
                0.3, lambda: asyncio.ensure_future(self.at.pop(message["state"])())
            )

    async def run(self, place, code, **at):
        self.heard, self.at = [], at
        await self.kernel.run(place, code, self.tell)
        return self.heard[-1]["state"], "".join(map(said, self.heard))


def said(message):
    content = message.get("content", {})
    text = content.get("text") or content.get("data", {}).get("text/plain", "")
    return text or content.get("ename", "")


@pytest.fixture
def kernel(book, write):
    """The kernel of a chapter with CELLS, which are its second, third and fourth code cells."""
    write("part1/one", "import os", *CELLS)
    chapter = Chapter.read(book, book.page("part1/one"))
    return LiveKernel(book, chapter)


def place(kernel, number, *lines):
    cells = enumerate(kernel._chapter.notebook.cells)
    code = [index for index, cell in cells if cell.cell_type == "code"]
    return Place(code[number], *lines)


@pytest.mark.slow
def test_a_kernel_runs_the_chapter_first_and_survives_its_readers(kernel):
    """Edited, erroneous, endless and deadly code, in one kernel after the other."""

    async def scenario():
        page = Page(kernel)
        assert await page.run(place(kernel, 3), "data") == ("done", "[1, 2, 3]")
        states = [message["text"] for message in page.heard if message.get("state") == "preparing"]
        assert states[0] == "starting the kernel"
        assert states[-1] == "cell 3 of 3 before it"
        assert await page.run(place(kernel, 3), "data") == ("done", "[1, 2, 3]"), "once only"
        assert "text" not in page.heard[-1]

        assert await page.run(place(kernel, 1), "data") == ("done", "[1, 2, 3]")
        assert page.heard[-1]["text"] == "run after later cells"

        assert await page.run(place(kernel, 3), "1 / 0") == ("error", "ZeroDivisionError")

        async def interrupt():
            await kernel.interrupt()

        endless = "x = 5\nwhile True:\n    pass"
        state, text = await page.run(place(kernel, 3), endless, running=interrupt)
        assert (state, text) == ("interrupted", "KeyboardInterrupt")
        assert await page.run(place(kernel, 3), "x, data") == ("done", "(5, [1, 2, 3])")

        kill = f"os.kill(os.getpid(), {int(signal.SIGTERM)})\nimport time\ntime.sleep(60)"
        state, _ = await page.run(place(kernel, 3), kill.replace("15", "9"))
        assert state == "ended"
        assert "Run starts a new kernel" in page.heard[-1]["text"]
        assert await page.run(place(kernel, 2), "data") == ("done", "[1, 2]"), "a new one"

        async def end():
            await kernel.end()

        assert (await page.run(place(kernel, 2), endless, running=end))[0] == "ended"
        await kernel.end()

    run(scenario())


@pytest.mark.slow
def test_where_the_chapter_fails_after_the_reader_a_fresh_kernel_runs_it(kernel):
    """The reader has a number where the chapter has a list."""

    async def scenario():
        page = Page(kernel)
        assert await page.run(place(kernel, 1), "data = 7\ndata") == ("done", "7")
        assert await page.run(place(kernel, 3), "data") == ("done", "[1, 2, 3]")
        states = [message.get("text") for message in page.heard if "state" in message]
        assert states.count("starting the kernel") == 1
        await kernel.end()

    run(scenario())


@pytest.mark.slow
def test_a_chapter_that_fails_by_itself_is_one_sentence(book, write):
    write("part1/one", "nothing", "2")
    kernel = LiveKernel(book, Chapter.read(book, book.page("part1/one")))

    async def scenario():
        page = Page(kernel)
        assert (await page.run(place(kernel, 1), "2"))[0] == "ended"
        await kernel.end()
        return page.heard[-1]["text"]

    assert run(scenario()) == (
        "Cell 1 of the chapter, which runs before this one, stopped with NameError: the stored"
        " output stays."
    )


def test_a_kernel_that_does_not_start_is_one_sentence(kernel, monkeypatch):
    monkeypatch.setattr("sys.executable", os.path.join(os.sep, "nowhere", "python"))
    page = Page(kernel)
    state, _ = run(page.run(place(kernel, 1), "1"))
    assert state == "ended"
    assert page.heard[-1]["text"].startswith("No kernel could be started (")
    assert page.heard[-1]["text"].endswith("the stored output stays. Run tries again.")


def test_a_figure_is_described_as_the_author_does_unless_it_is_edited(book, write):
    options = "---\nmystnb: {image: {alt: A line that rises.}}\n---\n"
    write("part1/one", "draw()", options=options)
    kernel = LiveKernel(book, Chapter.read(book, book.page("part1/one")))
    here = place(kernel, 0)
    assert kernel.alt(here, "draw()\n") == "A line that rises."
    edited = "A figure that the edited code has drawn. In the book: A line that rises."
    assert kernel.alt(here, "draw(2)") == edited
