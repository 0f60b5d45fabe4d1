"""The repository that a book is launched from, and the addresses of its notebooks."""

import shutil
import subprocess
from pathlib import Path

import pytest

from press.book import Book, PressError
from press.repository import Repository, _https, find

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


GITHUB = "https://github.com/ada/book"
GITLAB = "https://gitlab.com/a/b/book"
OWN = "https://git.example.org/ada/book"
ADDRESSES = {
    GITHUB: """
        https://github.com/ada/book.git https://github.com/ada/book/ https://github.com/ada/book.git/
        https://ada:secret@github.com/ada/book https://secret@github.com/ada/book.git
        https://www.github.com/ada/book https://GitHub.com/ada/book.git http://github.com/ada/book
        https://github.com/ada/book?a=1 https://github.com/ada/book/tree/main
        git@github.com:ada/book.git git@github.com:/ada/book.git github.com:ada/book.git
        git@ssh.github.com:ada/book.git ssh://git@ssh.github.com:443/ada/book.git
        ssh://git@github.com/ada/book.git ssh://git@github.com:22/ada/book.git
        ssh://github.com/ada/book git+ssh://git@github.com/ada/book.git
        git://github.com/ada/book.git org-12345@github.com:ada/book.git
    """,
    GITLAB: """
        https://gitlab.com/a/b/book.git git@gitlab.com:a/b/book ssh://git@gitlab.com:22/a/b/book.git
        ssh://git@altssh.gitlab.com:443/a/b/book.git https://gitlab.com/a/b/book/-/tree/main
    """,
    OWN: """
        https://git.example.org/ada/book git@git.example.org:ada/book.git
        ssh://git@git.example.org/ada/book/ ssh://git@git.example.org:2222/ada/book.git
        gitea@git.example.org:ada/book.git
    """,
    "https://git.example.org:8443/ada/book": "https://git.example.org:8443/ada/book.git",
    "https://dev.azure.com/a/b/_git/book": """
        git@ssh.dev.azure.com:v3/a/b/book https://a@dev.azure.com/a/b/_git/book
    """,
    "https://bitbucket.org/ada/book": "git@altssh.bitbucket.org:ada/book.git",
    "https://git.sr.ht/~ada/book": "git@git.sr.ht:~ada/book https://git.sr.ht/~ada/book",
    "https://gist.github.com/abc": "git@gist.github.com:abc.git",
    None: r"""
        /srv/git/book ../book book.git file:///srv/git/book C:\Users\ada\book C:/Users/ada/book
        git@github-work:ada/book.git github-work:ada/book ssh://git@lab/ada/book.git
        ada@lab:/home/ada/book.git ada@lab.example.org:book.git ssh://ada@lab.example.org/~/book.git
        git@lab.example.org:/srv/git/book.git git@[::1]:ada/book.git https://github.com/
        http://localhost:3000/ada/book http://user@127.0.0.1:3000/ada/book https://lab/ada/book
    """,
}


@pytest.mark.parametrize(
    ("url", "found"), [(url, found) for found, urls in ADDRESSES.items() for url in urls.split()]
)
def test_a_remote_is_read_as_the_address_that_readers_can_open(url, found):
    assert (_https(url) or None) == found


def test_the_remote_is_that_of_the_checkout(checkout):
    remote(checkout, "git@github.com:ada/book.git")
    assert find(Book(checkout)) == Repository(GITHUB)


@pytest.mark.parametrize("ignored", [True, False])
def test_a_repository_around_the_book_is_another_s(checkout, ignored):
    """As where a zip of the book is unpacked below a folder with a repository of its own."""
    remote(checkout, "https://github.com/me/dotfiles")
    (checkout / ".gitignore").write_text("book-main/\n" if ignored else "")
    inside = checkout / "book-main"
    inside.mkdir()
    (inside / "_config.yml").write_text("title: A book\n")
    assert find(Book(inside)) is None


def test_a_worktree_has_the_remote_too(checkout, tmp_path_factory):
    remote(checkout, f"{GITHUB}.git")
    tree = tmp_path_factory.mktemp("trees") / "tree"
    user = ("-c", "user.name=a", "-c", "user.email=a@b.invalid")
    subprocess.run(["git", "-C", checkout, *user, "commit", "-qm.", "--allow-empty"], check=True)
    subprocess.run(["git", "-C", checkout, "worktree", "add", "--quiet", tree], check=True)
    (tree / "_config.yml").write_text("title: A book\n")
    assert find(Book(tree)) == Repository(GITHUB)


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"])
def test_the_settings_of_a_hook_of_another_repository_do_not_count(checkout, monkeypatch, name):
    remote(checkout, GITHUB)
    monkeypatch.setenv(name, "/elsewhere")
    assert find(Book(checkout)) == Repository(GITHUB)


@pytest.mark.parametrize(
    ("url", "found"),
    [(f"{GITHUB}/tree/main", GITHUB), ("github.com/ada/book", GITHUB), (f"{OWN}/", OWN)],
)
def test_the_address_in_the_settings_may_be_as_a_browser_shows_it(checkout, url, found):
    (checkout / "_config.yml").write_text(f"repository:\n  url: {url}\n")
    assert find(Book(checkout)) == Repository(found)


@pytest.mark.parametrize("url", ["ada/book", "https://github.com", "/srv/git/book", "book", "5"])
def test_an_address_in_the_settings_that_is_none_is_one_sentence(checkout, url):
    (checkout / "_config.yml").write_text(f"repository:\n  url: {url}\n")
    with pytest.raises(PressError, match=rf"^_config\.yml: `repository: url: {url}` is no address"):
        find(Book(checkout))


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
