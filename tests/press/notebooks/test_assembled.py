"""The content of the notebooks' branch, from a book that is not really built."""

import pytest

from press.book import Book, PressError
from press.files import write
from press.notebooks.branch import assemble

FILES = {
    "_config.yml": "title: A book\n",
    "pyproject.toml": (
        '[build-system]\nrequires = ["backend==1"]\n\n'
        '[project]\nversion = "1.2"\nrequires-python = ">=3.11"\n'
    ),
    "LICENSE": "Free.\n",
    ".binder/runtime.txt": "python-3.11\n",
    ".binder/requirements.txt": (
        "--extra-index-url ${TORCH_INDEX}\ntorch==2.13.0+cpu\nnumpy==2.4.6\n"
    ),
    "code/constraints.txt": "numpy==2.4.6\n",
    "code/diffprog/ball.py": "",
    "code/diffprog/__pycache__/ball.pyc": "",
    "code/press/chapter.py": "",
    "_build/html/notebooks/student/part1/one.ipynb": "{}",
    "_build/html/notebooks/solved/part1/one.ipynb": "{}",
    "_build/html/notebooks/student/.ipynb_checkpoints/one.ipynb": "{}",
}


@pytest.fixture
def built(tmp_path, monkeypatch) -> Book:
    for name in ("GITHUB_REPOSITORY", "CI_PROJECT_URL", "TORCH_INDEX"):
        monkeypatch.delenv(name, raising=False)
    for name, text in FILES.items():
        write(tmp_path / "book" / name, text)
    return Book(tmp_path / "book")


def test_it_holds_notebooks_library_and_environment_and_no_more(built, tmp_path):
    folder = tmp_path / "branch"
    write(folder / ".git/HEAD", "")
    assemble(built, folder)
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert found == {
        *(".git/HEAD", "README.md", "LICENSE", "pyproject.toml"),
        *(".binder/runtime.txt", ".binder/requirements.txt"),
        *("code/constraints.txt", "code/diffprog/ball.py"),
        *("student/part1/one.ipynb", "solved/part1/one.ipynb"),
    }
    assert (folder / "README.md").read_text().startswith("# A book: the notebooks\n")


def test_torch_comes_from_its_index_where_that_is_known(built, tmp_path, monkeypatch, capsys):
    assemble(built, tmp_path / "one")
    requirements = (tmp_path / "one/.binder/requirements.txt").read_text()
    assert requirements == "torch==2.13.0\nnumpy==2.4.6\n"
    assert "TORCH_INDEX is not set" in capsys.readouterr().out
    monkeypatch.setenv("TORCH_INDEX", "https://wheels.example/cpu")
    assemble(built, tmp_path / "two")
    requirements = (tmp_path / "two/.binder/requirements.txt").read_text()
    assert requirements.startswith(
        "--extra-index-url https://wheels.example/cpu\ntorch==2.13.0+cpu"
    )


def test_the_package_asks_for_what_is_needed_without_versions(built, tmp_path):
    assemble(built, tmp_path / "branch")
    project = (tmp_path / "branch/pyproject.toml").read_text()
    assert 'dependencies = ["torch", "numpy", "ipython"]' in project
    assert 'requires = ["backend==1"]' in project
    assert 'version = "1.2"' in project


def test_it_goes_into_an_empty_folder_and_needs_a_built_book(built, tmp_path):
    with pytest.raises(PressError, match="is not empty"):
        assemble(built, tmp_path)
    with pytest.raises(PressError, match="run `make book` first"):
        assemble(Book(tmp_path), tmp_path / "branch")
