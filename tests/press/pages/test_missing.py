"""What a page loads has to be there."""

import pytest

from press.pages.missing import missing

PAGE = '<link rel="stylesheet" href="../_static/a.css?v=1"><a href="nowhere.html">x</a>{}'


@pytest.fixture
def site(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "book").mkdir()
    (tmp_path / "_static/a.css").write_text("@font-face{src:url(b%20c.woff2?v=2)}p{x:url(#y)}")
    (tmp_path / "_static/b c.woff2").touch()
    return tmp_path


@pytest.mark.parametrize(
    "there",
    [
        "",
        '<script defer src="../_static/a.css"></script><img alt="src" src="data:image/png,">',
        '<link rel="next" href="nowhere.html"><script>"<link href=a>"</script>',
        '<link rel="canonical" href="https://example.org/"><img src="/_static/b%20c.woff2">',
    ],
)
def test_a_site_that_has_all_its_files(site, there):
    (site / "book/page.html").write_text(PAGE.format(there))
    assert missing(site) == []


@pytest.mark.parametrize(
    ("loads", "named"),
    [
        ('<script defer src="../_static/no.js?v=3"></script>', "../_static/no.js?v=3"),
        ('<img alt="" src="no.png">', "no.png"),
        ('<link href="no.svg" rel="icon">', "no.svg"),
        ('<link rel="stylesheet" href="no.css">', "no.css"),
    ],
)
def test_a_page_and_the_file_that_it_loads_in_vain_are_named(site, loads, named):
    (site / "book/page.html").write_text(PAGE.format(loads))
    assert missing(site) == [f"book/page.html loads {named}, which is not there"]


def test_a_style_sheet_too(site):
    (site / "_static/b c.woff2").unlink()
    assert missing(site) == ["_static/a.css loads b%20c.woff2?v=2, which is not there"]
