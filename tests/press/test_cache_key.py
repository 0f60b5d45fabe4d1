"""What a chapter's outputs depend on, and what they do not."""

from pathlib import Path

import pytest

from press import kernel_settings
from press.cache_key import key, library_files
from press.chapter import Chapter

CELL = "```{code-cell} ipython3\n:tags: [hide-input]\n\nfrom toylib import high\nhigh.TWO\n```\n"
TEXT = f"---\ndescription: A.\n---\n\n# Title\n\nProse.\n\n{CELL}"


@pytest.fixture
def key_of(book):
    """Return the key of a page with this text."""

    def key_of(text):
        page = book.page("part1/one")
        page.path.write_text(text)
        return key(Chapter.read(book, page).inputs)

    return key_of


def names(paths: set[Path]) -> set[str]:
    return {path.name for path in paths}


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("from toylib import high", {"__init__.py", "high.py", "low.py"}),
        ("import toylib.low as low", {"__init__.py", "low.py"}),
        ("from toylib.other import ONE", {"__init__.py", "other.py", "low.py"}),
        ("import importlib\nimportlib.import_module('toylib.low')", {"__init__.py", "low.py"}),
        ("__import__('toylib.low')", {"__init__.py", "low.py"}),
        ("import numpy as np\nmodel.eval()", set()),
        ("from toylib import *", {"__init__.py", "high.py", "low.py", "other.py"}),
    ],
)
def test_imports_are_followed_through_the_library(book, cell, wanted):
    assert names(library_files([cell], book.code)) == wanted


@pytest.mark.parametrize(
    "cell",
    [
        "files = !ls",
        "print?",
        "%%time\nfrom toylib import high",
        "%%bash\npython -c 'import toylib.low'",
        "z = %time 1 + 1",
        "exec('from toylib import low')",
        "import importlib\nimportlib.import_module(name)",
        "import runpy\nrunpy.run_module('toylib.low')",
    ],
)
def test_a_cell_whose_imports_cannot_be_read_depends_on_all_of_the_library(book, cell):
    (book.code / "toylib/table.csv").write_text("1\n")
    wanted = {"__init__.py", "high.py", "low.py", "other.py", "table.csv"}
    assert names(library_files([cell], book.code)) == wanted


LATIN = "# -*- coding: latin-1 -*-\n# größe\nfrom toylib import low\n".encode("latin-1")
ALL = {"__init__.py", "high.py", "low.py", "other.py"}


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (LATIN, ALL - {"high.py"}),
        (b"\xef\xbb\xbffrom toylib import low\n", ALL - {"high.py"}),
        (b"from toylib import low\r\n", ALL - {"high.py"}),
        (b"from toylib import low\0", ALL),
        (b"", {"__init__.py", "other.py"}),
    ],
)
def test_a_module_is_read_in_its_own_encoding(book, data, wanted):
    """Where Python could not read it either, nobody knows what it needs."""
    (book.code / "toylib/other.py").write_bytes(data)
    assert names(library_files(["from toylib import other"], book.code)) == wanted


def test_a_line_that_begins_with_a_percent_sign_is_plain_python(book):
    cell = "from toylib import low\nx = (7\n     % 4)\nlow.ONE"
    assert names(library_files([cell], book.code)) == {"__init__.py", "low.py"}


def test_a_module_that_imports_by_a_name_it_computes_depends_on_its_folder(book):
    folder = book.code / "toylib" / "parts"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "a.py").write_text("from importlib import import_module\nimport_module(f'.{x}')\n")
    (folder / "b.py").write_text("from toylib import low\n")
    found = names(library_files(["from toylib.parts import a"], book.code))
    assert found == {"__init__.py", "a.py", "b.py", "low.py"}


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("toylib/table.csv", True),
        ("toylib/data/deep/table.csv", True),
        ("toylib/page.css", False),
        ("toylib/.hidden", False),
        ("toylib/.ruff_cache/0.17/1", False),
        ("toylib/data/.ruff_cache/1", False),
        ("toylib/__pycache__/low.cpython-311.pyc", False),
        ("toylib/room/table.csv", False),
        ("elsewhere/table.csv", False),
    ],
)
def test_files_beside_an_imported_module_count(book, key_of, path, counts):
    """A file in another folder counts only for chapters that import from that folder."""
    room = book.code / "toylib" / "room"
    room.mkdir()
    (room / "__init__.py").write_text("")
    file = book.code / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("1\n")
    before = key_of(TEXT)
    file.write_text("2\n")
    assert (key_of(TEXT) != before) == counts


@pytest.mark.parametrize(
    "edited",
    [
        TEXT.replace("Prose.", "Other prose."),
        TEXT.replace("hide-input", "remove-input"),
        TEXT.replace("description: A.", "description: B."),
        TEXT.replace("# Title", "# Another title"),
    ],
)
def test_prose_and_options_are_not_in_the_key(key_of, edited):
    assert edited != TEXT
    assert key_of(edited) == key_of(TEXT)


def test_code_is_in_the_key(key_of):
    assert key_of(TEXT.replace("high.TWO", "high.TWO + 1")) != key_of(TEXT)


@pytest.mark.parametrize(("name", "counts"), [("high", True), ("low", True), ("other", False)])
def test_library_files_count_where_they_are_imported(book, key_of, name, counts):
    before = key_of(TEXT)
    path = book.code / "toylib" / f"{name}.py"
    path.write_text(path.read_text() + "# edited\n")
    assert (key_of(TEXT) != before) == counts


def test_the_locked_versions_are_in_the_key(book, key_of):
    before = key_of(TEXT)
    (book.root / "requirements.txt").write_text("torch==2.13.0\n")
    assert key_of(TEXT) != before


def test_the_settings_of_kernels_are_in_the_key(key_of, monkeypatch, tmp_path):
    before = key_of(TEXT)
    monkeypatch.setitem(kernel_settings.ENVIRONMENT, "OMP_NUM_THREADS", "2")
    threads = key_of(TEXT)
    (tmp_path / "matplotlibrc").write_text("font.size: 33\n")
    monkeypatch.setattr(kernel_settings, "MATPLOTLIBRC", tmp_path / "matplotlibrc")
    assert len({before, threads, key_of(TEXT)}) == 3
