"""A small book of the same kind, in a temporary folder."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from press.book import Book
from press.chapter import Chapter

from . import warm

ROOT = Path(__file__).parents[2]

TOC = """\
format: jb-book
root: book/index
parts:
  - numbered: 2
    chapters:
      - file: book/part1/index
        sections:
          - file: book/part1/one
          - file: book/part1/two
  - chapters:
      - file: book/end
"""

ADD = """\
# Page

:::{exercise} Add two numbers
:name: ex-add

Write `add`.
:::

```{code-cell} ipython3
:exercise: ex-add

def add(a, b):
    \"\"\"Sum.\"\"\"
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION

add(1, 2)
```
"""
"""A page with an exercise."""


def rarely(*values: object) -> Any:
    """Mark a case for `make test-all` only."""
    return pytest.param(*values, marks=pytest.mark.exhaustive)


@pytest.fixture(autouse=True, scope="session")
def warm_processes() -> Iterator[None]:
    """End the processes from which builds were forked."""
    yield
    warm.end_all()


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Five pages without code, and a library of three modules."""
    (tmp_path / "_toc.yml").write_text(TOC)
    shutil.copy(ROOT / "_config.yml", tmp_path)
    for name in ("index", "part1/index", "part1/one", "part1/two", "end"):
        path = tmp_path / "book" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    package = tmp_path / "code" / "toylib"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "low.py").write_text("ONE = 1\n")
    (package / "high.py").write_text("from toylib import low\n\nTWO = low.ONE + 1\n")
    (package / "other.py").write_text("from .low import ONE\n")
    return Book(tmp_path)


@pytest.fixture
def read(book: Book) -> Callable[[str], Chapter]:
    """Read a page with this text."""

    def read(text: str) -> Chapter:
        book.page("part1/one").path.write_text(text)
        return Chapter.read(book, book.page("part1/one"))

    return read


@pytest.fixture
def write(book: Book) -> Callable[..., None]:
    """Write a page with this prose, and with a code cell for each further text."""

    def write(name: str, *cells: str, prose: str = "Prose.", options: str = "") -> None:
        fences = "\n\n".join(f"```{{code-cell}} ipython3\n{options}{cell}\n```" for cell in cells)
        text = f"---\ndescription: A page.\n---\n\n# {name}\n\n{prose}\n\n{fences}\n"
        (book.root / "book" / f"{name}.md").write_text(text)

    return write
