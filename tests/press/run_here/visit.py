"""A reader's visit to a page with cells that run."""

from dataclasses import dataclass, field
from typing import Any

from press.book import Book
from press.chapter import Chapter

from ...conftest import ROOT

PAGE = "book/part1/gradient.html"
CHAPTER = Chapter.read(Book(ROOT), Book(ROOT).page("part1/gradient"))
EXERCISE = CHAPTER.exercises[0]
RIGHT = EXERCISE.solution
WRONG = RIGHT.replace("-= learning_rate", "+= learning_rate")
LONG = 30_000  # milliseconds that a loaded machine may take to start Python


OF_PAGE = ("page", "editor", "output", "python", "thread")
"""Scripts that the page itself asks for, and not the worker."""


def for_python(paths: list[str]) -> list[str]:
    """Return what a server was asked for to start Python."""
    ours = tuple(f"{name}.mjs" for name in OF_PAGE)
    return [p for p in paths if "/run/" in p and not p.endswith((*ours, ".json", "sw.js"))]


@dataclass
class Visit:
    """A tab with the page, and what it has asked for and complained of."""

    context: Any
    page: Any
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def cell(self, index: int | None = None) -> Any:
        return self.page.locator(".dp-stub" if index is None else f".dp-run-{index}").first

    def run(self, code: str | None = None, index: int | None = None) -> str:
        """Run a cell, with this code if it is given, and return what it shows."""
        cell = self.cell(index)
        if code is not None:
            cell.locator("textarea").fill(code)
        cell.locator(".dp-run-run").click()
        self.rested()
        return str(cell.locator(".dp-run-output").inner_text()).strip()

    def rested(self) -> None:
        """Wait until no cell runs."""
        nobody = "() => !document.querySelector('.dp-run-run[aria-disabled]')"
        self.page.wait_for_function(nobody, timeout=LONG)

    def kept(self) -> dict[str, str]:
        """What the browser keeps of the cells of this page."""
        entries = self.page.evaluate("Object.entries(localStorage)")
        return {key: value for key, value in entries if key.startswith("run ")}

    def mark(self, index: int | None = None) -> str:
        return str(self.cell(index).locator(".dp-run-mark").inner_text())


def visit(browser: Any, address: str, script: str = "", place: str = PAGE, **options: Any) -> Visit:
    context = browser.new_context(**options)
    if script:
        context.add_init_script(script)
    made = Visit(context, context.new_page(), address)
    context.on("request", lambda request: made.requests.append(request.url))
    made.page.on("console", lambda message: made.complaints.append(message.text)
                 if message.type in ("error", "warning") else None)  # fmt: skip
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.page.goto(address + place)
    return made
