"""What the first pages of the book on paper say."""

from press.colophon import STAMP, UNSTAMPED, stamp
from press.paper.one_page import commit


def test_a_published_site_says_of_which_commit_it_is(tmp_path):
    (tmp_path / STAMP).parent.mkdir()
    (tmp_path / STAMP).write_text(UNSTAMPED)
    assert commit(tmp_path) == ("", "")
    stamp(tmp_path, "0123456789abcdef", "2026-11-29")
    assert commit(tmp_path) == ("Commit 0123456789ab of 2026-11-29.", "2026-11-29")
