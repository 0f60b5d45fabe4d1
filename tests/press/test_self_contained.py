"""The addresses that a browser would load are found, and nothing else is mistaken for one."""

import pytest
from nbformat.v4 import new_output

from press.book import PressError
from press.run.kernel import WIDGET, _accept
from press.self_contained import embedded, requested, without_comments

HOST = "https://example.org/a"


@pytest.mark.parametrize(
    "html",
    [
        f"<script src={HOST}></script>",
        f'<img alt="" src="{HOST}">',
        f'<img srcset="a.png 1x, {HOST} 2x">',
        f'<link rel="stylesheet" href="{HOST}">',
        f"<iframe src='{HOST}'></iframe>",
        f'<svg><image xlink:href="{HOST}"/></svg>',
        f'<div style="background: url({HOST})"></div>',
        f'<style>@import "{HOST}";</style>',
        f"<style>p {{ background: url('{HOST}') }}</style>",
        f'<script>fetch("{HOST}")</script>',
        f"<script>/* loads */ import('{HOST}')</script>",
        f'<meta http-equiv="refresh" content="0; URL={HOST}">',
        f'<iframe srcdoc="<img src=&quot;{HOST}&quot;>"></iframe>',
    ],
)
def test_what_is_loaded_is_found(html):
    assert requested(html) == HOST


def test_an_address_without_a_protocol_is_of_another_host_too():
    assert requested("<script src=//example.org/a></script>") == "//example.org/a"
    assert requested('<script>load("//example.org/a")</script>') == "//example.org/a"


@pytest.mark.parametrize(
    "html",
    [
        f'<a href="{HOST}">there</a>',
        f"<p>{HOST}</p>",
        '<img src="data:image/png;base64,iVBOR//w0KGgo.abc">',
        '<img src="../_images/ball.png">',
        '<svg xmlns="http://www.w3.org/2000/svg"><use href="#mark"/></svg>',
        '<script>document.createElementNS("http://www.w3.org/2000/svg", "g")</script>',
        f"<script>\n// {HOST}\nlet half = 1; // see {HOST}\n</script>",
        '<div style="fill: url(#clip)"></div>',
    ],
)
def test_what_is_not_loaded_is_let_through(html):
    assert requested(html) == ""


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"text/html": f"<script src={HOST}></script>"}, f"part1/one.md:7: cell 1: .*{HOST}"),
        ({"text/html": ["<script ", f"src={HOST}></script>"]}, f"loads {HOST}"),
        ({"text/markdown": f"![A ball]({HOST})"}, f"loads {HOST}"),
        ({"text/html": "<img src=plot.png>"}, "loads plot.png, .* no file of a cell is kept"),
        ({"text/html": "<link rel=stylesheet href='a/style.css'>"}, "loads a/style.css"),
        ({"text/html": "<script src='/nbextensions/a.js'></script>"}, "loads /nbextensions/a.js"),
        ({"text/markdown": "![A ball](ball.png)"}, "loads ball.png"),
        ({"application/javascript": f'load("{HOST}")'}, f"loads {HOST}"),
        ({"image/svg+xml": f'<svg><image href="{HOST}"/></svg>'}, f"loads {HOST}"),
        ({WIDGET: {"model_id": "a"}, "text/plain": "IntSlider(value=0)"}, "shows a widget"),
    ],
)
def test_an_output_that_needs_others_is_refused_with_its_place(data, message):
    with pytest.raises(PressError, match=message):
        _accept(new_output("display_data", data), "part1/one.md:7: cell 1")


@pytest.mark.parametrize(
    "data",
    [
        {"text/html": "<img src='data:image/png;base64,AAEC'>"},
        {"text/html": "<svg><use href='#mark'/><path clip-path='url(#a)'/></svg>"},
        {"text/html": "<a href='two.html'>two</a><table><tr><td data-x='a b'>1</td></tr></table>"},
        {"text/plain": "src=plot.png"},
    ],
)
def test_an_output_that_has_all_with_it_is_taken(data):
    _accept(new_output("display_data", data), "one.md:7")


def test_a_file_beside_the_page_becomes_part_of_it(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x00\x01")
    (tmp_path / "a.unheard").write_bytes(b"")
    assert embedded("a.png", tmp_path) == "data:image/png;base64,AAE="
    assert embedded("a.unheard", tmp_path) == "data:application/octet-stream;base64,"
    assert embedded("data:,b", tmp_path) == "data:,b"
    for address in ("none.png", f"{HOST}.png", "."):
        assert embedded(address, tmp_path) == ""


def test_remarks_for_authors_are_left_out():
    assert without_comments("a<!-- b\n-->c<!-- d -->") == "ac"
