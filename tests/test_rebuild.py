"""On the book itself: an edit in a library file executes exactly the chapters that import it."""

import shutil
from pathlib import Path

import pytest

from _press.book import Book
from _press.chapter import code_cells, inputs, key, parse

from .conftest import ROOT

# By hand, from the imports of chapters and modules: which chapters run what is in a file.
PART1 = {
    "part1/simulator", "part1/gradient", "part1/backward", "part1/curvature", "part1/optimizers",
    "part1/uncertainty",
}  # fmt: skip
USERS: dict[str, set[str]] = {
    "diffprog/exercises/gradient.py": {"part1/gradient"},
    "diffprog/exercises/optimizers.py": {"part1/optimizers"},
    "diffprog/exercises/simulator.py": {"part1/simulator"},
    "diffprog/assets/figures.css": set(),
}
