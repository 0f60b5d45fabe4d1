"""The repository that a book is launched from, and the addresses of its notebooks."""

import shutil
import subprocess
from pathlib import Path

import pytest

from press.book import Book
from press.repository import Repository, find

HOSTING = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "CI_PROJECT_URL")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    for name in HOSTING:
        monkeypatch.delenv(name, raising=False)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / "_config.yml").write_text("title: A book\n")
    return tmp_path


def remote(checkout: Path, url: str) -> None:
    subprocess.run(["git", "-C", checkout, "remote", "add", "origin", url], check=True)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://github.com/ada/book.git", "https://github.com/ada/book"),
        ("https://ada:secret@github.com/ada/book", "https://github.com/ada/book"),
        ("git@github.com:ada/book.git", "https://github.com/ada/book"),
        ("ssh://git@gitlab.com:2222/a/b/book.git", "https://gitlab.com/a/b/book"),
        ("ssh://git@git.example.org/ada/book/", "https://git.example.org/ada/book"),
        ("/srv/git/book", None),
        ("../book", None),
        ("file:///srv/git/book", None),
    ],
)
def test_a_remote_is_read_as_the_address_that_readers_can_open(checkout, url, found):
    remote(checkout, url)
    repository = find(Book(checkout))
    assert (repository and repository.url) == found


def test_configuration_goes_before_hosting_and_hosting_before_the_remote(checkout, monkeypatch):
    assert find(Book(checkout)) is None
    remote(checkout, "https://github.com/ada/remote")
    monkeypatch.setenv("CI_PROJECT_URL", "https://gitlab.com/ada/hosted")
    assert find(Book(checkout)) == Repository("https://gitlab.com/ada/hosted")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "fork/book")
    assert find(Book(checkout)) == Repository("https://github.com/fork/book")
    (checkout / "_config.yml").write_text("repository:\n  url: https://github.com/own/book/\n")
    assert find(Book(checkout)) == Repository("https://github.com/own/book")


def test_binder_and_colab_open_the_notebook_itself():
    notebook = "student/part1/simulator.ipynb"
    github = Repository("https://github.com/ada/book")
    assert github.binder(notebook) == (
        "https://mybinder.org/v2/gh/ada/book/notebooks"
        "?urlpath=lab/tree/student/part1/simulator.ipynb"
    )
    assert github.colab(notebook) == (
        "https://colab.research.google.com/github/ada/book/blob/notebooks/student/part1/"
        "simulator.ipynb"
    )
    gitlab = Repository("https://gitlab.com/a/b/book")
    assert "/v2/gl/a%2Fb%2Fbook/notebooks?" in gitlab.binder(notebook)
    assert gitlab.colab(notebook) is None
    other = Repository("https://git.example.org/ada/book")
    assert "/v2/git/https%3A%2F%2Fgit.example.org%2Fada%2Fbook/notebooks?" in other.binder(notebook)
