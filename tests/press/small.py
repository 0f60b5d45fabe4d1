"""A small book that is really built: three chapters, a library of three modules, our settings."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from press import manifest
from press.book import Book

from .warm import Build

ROOT = Path(__file__).parents[2]
FAULTS = Path(__file__).with_name("faults.py")

CHAPTER = """\
---
description: A chapter.
---

# Chapter {name}

Prose of {name}, which says {{number}}`n-{name}` and {{number}}`n-one`.

```{{code-cell}} ipython3
{code}
show.number("n-{name}", x)
```
"""
FIGURE = """
```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-line
    caption: |
      A line.
  image:
    alt: |
      A line that rises from the lower left to the upper right.
---
from IPython.display import display

line = {"svg": '<svg viewBox="0 0 1 1"><path d="M0 1 1 0"/></svg>'}
display({"text/plain": "A line", show.FIGURE: line}, raw=True)
```
"""
DECK = """\
---
title: A deck
description: What it is about.
---

# A deck

Chapter one found {number}`n-one`, and chapter two {number}`n-two`.

:::{notes} 2
:chapter: one

**Say** These are the words of the speaker, who tells the room what was found in the first chapter
and in the second, and why each number on the wall is the one that the book has on its page: it
comes from the same place, and whoever edits the library will see it change in both.
:::
"""
FILES = {
    "_toc.yml": """\
format: jb-book
root: book/index
parts:
  - numbered: 2
    chapters:
      - file: book/one
      - file: book/two
      - file: book/three
""",
    "requirements.txt": "torch==2.13.0\n",
    "book/references.bib": "",
    "book/slides/deck.md": DECK,
    "book/index.md": "---\ndescription: The book.\n---\n\n# Book\n\nA page without cells.\n",
    "book/one.md": CHAPTER.format(
        name="one", code="from diffprog import show\nfrom toylib import alone\n\nx = alone.ONE"
    )
    + FIGURE,
    "book/two.md": CHAPTER.format(
        name="two", code="import toylib.both\nfrom diffprog import show\n\nx = toylib.both.TWO"
    ),
    "book/three.md": CHAPTER.format(
        name="three", code="from diffprog import show\n\nx = 3\nprint(x)"
    ),
    "code/toylib/__init__.py": "",
    "code/toylib/alone.py": "from .both import TWO\n\nONE = TWO - 1\n",
    "code/toylib/both.py": "TWO = 2\n",
    "code/toylib/unused.py": "THREE = 3\n",
}


@dataclass(frozen=True)
class Result:
    """The result of a build."""

    code: int
    output: str
    errors: str

    @property
    def executed(self) -> dict[str, str]:
        """The executed chapters, and the reason for each."""
        return dict(re.findall(r"▸ (\S+) \((.*)\)$", self.output, re.M))


def _interruptible() -> None:
    """Let Ctrl-C reach the build, even if the tests run in a shell's background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True)
class Small:
    """A small book in the folder `root`; the order of sets in its builds is that of `seed`."""

    root: Path
    seed: str = "1"

    def create(self) -> None:
        """Write its files, with the settings of the real book."""
        for name, text in FILES.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self.root / "book/assets").mkdir()
        for name in ("logo.svg", "favicon.svg"):
            shutil.copy(ROOT / "book/assets" / name, self.root / "book/assets")
        shutil.copy(ROOT / "_config.yml", self.root)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace `old`, which has to be there, by `new` in a file."""
        path = self.root / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def configure(self, **values: object) -> None:
        """Change settings of the theme."""
        path = self.root / "_config.yml"
        config = yaml.safe_load(path.read_text())
        config["sphinx"]["config"]["html_theme_options"] |= values
        path.write_text(yaml.safe_dump(config))

    def start(
        self, fault: str = "", command: tuple[str, ...] = ("build",), **env: str
    ) -> "subprocess.Popen[str] | Build":
        """Start a build, or another command, with a fault, if one is named (see faults.py)."""
        program = [*([str(FAULTS), fault] if fault else ["-m", "press"]), *command]
        env = os.environ | {"PYTHONPATH": str(ROOT / "code"), "JOBS": "2"} | env
        if sys.platform == "linux":
            return Build(program, self.root, env, self.seed)
        return subprocess.Popen(
            [sys.executable, *program],
            cwd=self.root,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_interruptible if os.name == "posix" else None,
        )

    def build(self, fault: str = "", command: tuple[str, ...] = ("build",), **env: str) -> Result:
        """Run a build to its end."""
        process = self.start(fault, command, **env)
        output, errors = process.communicate(timeout=120)
        return Result(process.wait(), output, errors)

    def good_build(self, **env: str) -> Result:
        """Run a build to its end, and assert that it succeeds."""
        result = self.build(fault="", command=("build",), **env)
        assert result.code == 0, result.output + result.errors
        return result

    def killed(self, fault: str) -> None:
        """Run a build until `fault` kills it."""
        assert self.build(fault).code == -signal.SIGKILL

    @property
    def outputs(self) -> dict[str, str]:
        """Return the digests of pages and store, from the files, not from the manifest."""
        build = self.root / "_build"
        return {
            path.relative_to(build).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for name in manifest.OUTPUTS
            for path in (build / name).rglob("*")
            if path.is_file()
        }

    def page(self, name: str) -> str:
        """Return the HTML of a page."""
        return (self.root / f"_build/html/book/{name}.html").read_text()

    def deck(self) -> str:
        """Return the HTML of the deck."""
        return (self.root / "_build/html/slides/deck.html").read_text()

    def clean_outputs(self, elsewhere: Path, executed: bool = False) -> dict[str, str]:
        """Return the outputs of a build of the same sources in another folder, where they are kept.

        If `executed`, the build uses the cached outputs of the chapters, and needs no kernels.
        """
        sources = repr(sorted(manifest.sources(Book(self.root)).items()))
        clean = Small(elsewhere / hashlib.sha256(sources.encode()).hexdigest()[:12], seed="2")
        if not clean.root.exists():
            shutil.copytree(self.root, clean.root, ignore=shutil.ignore_patterns("_build"))
            if executed:
                shutil.copytree(self.root / "_build/executed", clean.root / "_build/executed")
            clean.good_build()
        return clean.outputs

    def assert_clean(self, elsewhere: Path, executed: bool = False) -> None:
        """Assert that pages and store are those of a clean build, and that nothing has changed."""
        assert self.outputs == self.clean_outputs(elsewhere, executed)
        assert "Nothing has changed" in self.good_build().output
