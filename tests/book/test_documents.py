"""What the documents for readers and authors name is there."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from press.book import Book

from ..conftest import ROOT

DOCUMENTS = ["README.md", "book/AUTHORING.md", ".github/CONTRIBUTING.md", ".github/CHANGES.md"]
PATH = re.compile(r"(?<![\w./-])(?:book|code|tests|\.github|\.binder|\.ci)/[\w./-]*\w")
LINK = re.compile(r"\]\(([^)#\s]+)\)")
CHAPTER = re.compile(r"(?<![\w./-])part[123]/\w+")
MAKE = re.compile(r"\bmake ([a-z][a-z-]+)")
NEW = {"part4", "tape"}
"""The chapter that the documents take as an example of one that is not there yet."""

TEXT = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))


def paths(name: str) -> set[str]:
    """The files and folders of the repository that a document names."""
    return {path for path in PATH.findall(TEXT[name]) if not set(re.split(r"[/._]", path)) & NEW}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_that_is_named_exists(name):
    """Also in the right case, which macOS and Windows do not look at."""
    for path in paths(name):
        place = ROOT / path
        assert place.exists(), path
        assert place.name in [other.name for other in place.parent.iterdir()], path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_to_a_file(name):
    for link in LINK.findall(TEXT[name]):
        if "://" not in link and link != "ball.png":  # which stands for an author's picture
            assert (ROOT / name).parent.joinpath(link).exists(), link


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_target_of_make_and_every_chapter_that_is_named_exists(name):
    assert set(MAKE.findall(TEXT[name])) <= TARGETS
    chapters = {page.name for page in Book(ROOT).pages}
    assert set(CHAPTER.findall(TEXT[name])) <= chapters


def test_the_search_for_paths_finds_what_is_wrong():
    """A search that finds nothing would find nothing wrong."""
    assert {name: len(paths(name)) > 4 for name in DOCUMENTS[:3]} == dict.fromkeys(
        DOCUMENTS[:3], True
    )
    assert PATH.findall("`code/press/gone.py`, (../book/x.md) and notebooks/book/y") == [
        "code/press/gone.py"
    ]


@pytest.mark.parametrize("name", [DOCUMENTS[1], DOCUMENTS[2]])
def test_the_number_that_is_followed_is_in_the_book(name):
    followed = set(re.findall(r'show\.number\("([\w-]+)"', TEXT[name]))
    given = "".join(page.path.read_text(encoding="utf-8") for page in Book(ROOT).pages)
    assert followed
    assert followed <= set(re.findall(r'show\.number\("([\w-]+)"', given))


def test_the_changes_are_in_the_table():
    text = TEXT[".github/CONTRIBUTING.md"]
    rows = re.findall(r"^\| (?!to … )(?!---)(.+?) \| (.+) \|$", text, re.M)
    assert len(rows) == 17
    for change, touch in rows:
        assert PATH.search(touch) or "make new-chapter" in touch, change


def test_every_hook_before_a_commit_is_a_target_of_make():
    """A hook of somebody else's would be fetched from the network."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    (repository,) = config["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        make, target = hook["entry"].split()
        assert (hook["language"], make) == ("system", "make")
        assert target in TARGETS


@pytest.mark.parametrize("path", ["code/press/commands/cli.py", "code/diffprog/loops/descent.py"])
def test_editors_and_the_formatter_agree_on_the_length_of_a_line(path):
    """The last section of .editorconfig that fits a file counts, as editors read it."""
    sections = re.split(r"^\[(.+)\]$", (ROOT / ".editorconfig").read_text(), flags=re.M)[1:]
    fitting = [
        re.findall(r"^max_line_length = (\d+)", body, re.M)
        for pattern, body in zip(sections[::2], sections[1::2], strict=True)
        if fnmatch(path, pattern)
    ]
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]
    library = ROOT / "code/diffprog/ruff.toml"
    if Path(path).is_relative_to("code/diffprog"):
        ours = tomllib.loads(library.read_text())
    assert int([found for found in fitting if found][-1][0]) == ours["line-length"]


def test_the_library_says_that_it_is_typed():
    assert (ROOT / "code/diffprog/py.typed").read_text() == ""
