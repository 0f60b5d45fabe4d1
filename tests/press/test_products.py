"""Redirects, and the page for what is not found."""

import http.server
import threading
from functools import partial

import pytest

from press.book import Book, PressError
from press.products import _redirect, _write_not_found, _write_redirects

TOC = "format: jb-book\nroot: book/index\nchapters:\n  - file: book/part1/gradient\n"


@pytest.fixture
def book(tmp_path):
    (tmp_path / "_toc.yml").write_text(TOC)
    (tmp_path / "book/part1").mkdir(parents=True)
    for name in ("index", "part1/gradient"):
        (tmp_path / f"book/{name}.md").write_text("# A page\n")
    return settings(Book(tmp_path))


def settings(book, text=""):
    (book.root / "_config.yml").write_text(f"title: A & B\n{text}")
    return book


def test_a_redirect_forwards_and_has_a_link(tmp_path):
    _redirect(tmp_path, "index", "book/index", "A & B")
    text = (tmp_path / "index.html").read_text()
    assert 'content="0; url=book/index.html"' in text
    assert '<a href="book/index.html">A &amp; B</a>' in text


def test_a_page_that_moved_forwards_from_where_it_was(book, tmp_path):
    _write_redirects(settings(book, "moved: {book/old/loop: book/part1/gradient}"), tmp_path, "A")
    assert "url=book/index.html" in (tmp_path / "index.html").read_text()
    text = (tmp_path / "book/old/loop.html").read_text()
    assert 'content="0; url=../part1/gradient.html"' in text
    assert 'href="../../_static/favicon.svg"' in text


@pytest.mark.parametrize(
    ("moved", "message"),
    [
        ("{book/old: book/gone}", "leads to book/gone, which is no page"),
        ("{book/index: book/part1/gradient}", "names book/index, which is still a page"),
        ("[book/old]", "has lines such as"),
    ],
)
def test_a_wrong_redirect_is_named(book, tmp_path, moved, message):
    with pytest.raises(PressError, match=f"_config.yml: `moved:` {message}"):
        _write_redirects(settings(book, f"moved: {moved}"), tmp_path, "A")


@pytest.mark.site
@pytest.mark.parametrize("base", ["", "/book-of-mine"])
def test_the_page_for_what_is_not_found_leads_home_from_any_depth(book, tmp_path, browser, base):
    """As hosts such as GitHub's do, every address that leads nowhere gets this page."""
    address = f"html: {{baseurl: 'https://example.org{base}'}}" if base else ""
    _write_not_found(settings(book, address), tmp_path, "A")
    text = (tmp_path / "404.html").read_bytes()

    class Host(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path.startswith(f"{base}/book/index") else 404)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Host)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()
        root = f"http://127.0.0.1:{server.server_port}{base}"
        page.goto(f"{root}/book/part9/deep/page.html")
        assert page.inner_text("h1") == "There is no such page"
        page.get_by_role("link", name="first page").click()
        assert page.url == f"{root}/book/index.html"
        page.close()
        server.shutdown()
