"""A new site replaces the last site, and a kill in between loses neither."""

import os

import pytest

from press.files import write
from press.pages.publish import publish, restore


@pytest.fixture
def new(book):
    """A new site, beside the published one."""
    write(book.build / "html/last.html", "last")
    write(book.build / "sphinx/html/new.html", "new")
    return book.build / "sphinx/html"


def names(folder):
    return [path.name for path in sorted(folder.rglob("*.html"))]


def test_the_new_site_replaces_the_last_whole(book, new):
    publish(book, new)
    assert names(book.build) == ["new.html"]
    assert (book.build / "html/new.html").exists()
    restore(book)
    assert names(book.build) == ["new.html"]


def test_the_first_site_replaces_nothing(book, new):
    os.replace(new, book.root / "new")
    publish(book, book.root / "new")
    assert names(book.build / "html") == ["new.html"]


def test_what_an_earlier_kill_has_left_is_no_obstacle(book, new):
    write(book.build / "old/older.html", "older")
    publish(book, new)
    assert names(book.build) == ["new.html"]


def test_a_site_that_was_taken_away_comes_back(book, new):
    os.replace(book.build / "html", book.build / "old")
    restore(book)
    assert names(book.build / "html") == ["last.html"]
    assert not (book.build / "old").exists()


def test_a_site_that_is_there_is_not_replaced_by_an_older_one(book, new):
    write(book.build / "old/older.html", "older")
    restore(book)
    assert names(book.build / "html") == ["last.html"]
