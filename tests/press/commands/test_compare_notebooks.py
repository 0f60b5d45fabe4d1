"""Where notebooks that were run elsewhere print something else."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from press.book import PressError
from press.commands.compare_notebooks import compare


def printed(folder, *texts, **data):
    cells = [new_code_cell(outputs=[new_output("stream", text=text)]) for text in texts]
    cells += [new_code_cell(outputs=[new_output("display_data", data=data)])]
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), folder / "a.ipynb")


def test_cells_that_print_something_else_are_listed(tmp_path):
    printed(tmp_path / "ours/part1", "1.25\n2.5\n", "same\n", **{"image/png": "AAAA"})
    printed(tmp_path / "theirs/part1", "1.25\n2.6\n", "same", **{"image/png": "BBBB"})
    assert list(compare(tmp_path / "ours", tmp_path / "theirs")) == [
        "part1/a.ipynb, code cell 1: '2.5' is '2.6' there"
    ]
    assert list(compare(tmp_path / "ours", tmp_path / "ours")) == []


def test_output_that_ends_early_is_a_difference(tmp_path):
    printed(tmp_path / "ours", "one\ntwo\n", **{"text/plain": "3"})
    printed(tmp_path / "theirs", "one\n", **{"text/plain": "4"})
    assert list(compare(tmp_path / "ours", tmp_path / "theirs")) == [
        "a.ipynb, code cell 1: 2 lines of output are 1 there",
        "a.ipynb, code cell 2: '3' is '4' there",
    ]


def test_a_notebook_that_was_not_run_is_named(tmp_path):
    printed(tmp_path / "ours", "1")
    with pytest.raises(PressError, match=r"a\.ipynb is not in .*: it was not run"):
        list(compare(tmp_path / "ours", tmp_path / "theirs"))
    with pytest.raises(PressError, match="holds no notebooks"):
        list(compare(tmp_path / "empty", tmp_path / "ours"))
