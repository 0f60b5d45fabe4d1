"""What a kernel says, as HTML for a page or a slide."""

import re

import pytest

from diffprog.show import FIGURE, NUMBER, SOURCE
from press.present.output import MOST_CHARACTERS, Outputs

SVG = (
    '<svg class="dp-svg" viewBox="0 0 400 250">'
    '<text style="font-size:calc(10px*var(--fig-text))">a</text></svg>'
)


@pytest.fixture
def outputs():
    return Outputs("a = 1\nb", "A line.", on_slide=False)


def html(outputs, said):
    return (outputs.message(said) or {}).get("html", "")


def data(**bundle):
    bundle = {name.replace("_", "/"): content for name, content in bundle.items()}
    return {"msg_type": "execute_result", "content": {"data": bundle}}


def error(name, value, line=2):
    traceback = [f"\x1b[36mCell In[7], line {line}\x1b[0m"]
    content = {"ename": name, "evalue": value, "traceback": traceback}
    return {"msg_type": "error", "content": content}


def stream(text):
    return {"msg_type": "stream", "content": {"name": "stdout", "text": text}}


def test_text_is_text_without_colours(outputs):
    assert outputs.message(stream("\x1b[31m<b>\x1b[0m\n")) == {"text": "<b>\n"}
    shown = outputs.message(data(text_plain="tensor(<MeanBackward0>)"))
    assert shown == {
        "html": '<pre class="said plain"><samp>tensor(&lt;MeanBackward0&gt;)</samp></pre>'
    }
    assert outputs.message({"msg_type": "status", "content": {}}) is None


def test_an_error_is_its_sentence_and_its_line(outputs):
    shown = outputs.message(error("NameError", "name 'b' is not defined")) or {}
    assert shown["error"] == "NameError"
    assert (
        "<samp>NameError: name &#x27;b&#x27; is not defined\n  in line 2: b</samp>"
        in (shown["html"])
    )
    part = Outputs("a = 1\nb", "", on_slide=True, above=1)
    assert "\n  in line 1: b<" in html(part, error("E", ""))
    assert "\n  in: a = 1<" in html(part, error("E", "", 1))
    alone = Outputs("b", "", on_slide=True)
    assert "<samp>KeyboardInterrupt</samp>" in html(alone, error("KeyboardInterrupt", "", 1))
    assert len(html(outputs, error("E", "x" * 9999))) < 600


def test_the_verdict_on_an_exercise_is_no_error_of_the_reader(outputs):
    verdict = "✗ Not yet: it is your turn.\nI tried f(1)"
    shown = html(outputs, error("RuntimeError", f"ex-loop: {verdict}"))
    assert shown == f'<pre class="said error"><samp>{verdict}</samp></pre>'


def test_a_figure_is_drawn_as_the_book_draws_it_with_a_name_of_its_own():
    given = data(**{FIGURE: {"svg": SVG}})
    on_page, on_slide = (Outputs("", "A line.", on_slide=slide) for slide in (False, True))
    page, again = (html(on_page, given) for _ in range(2))
    assert page.startswith('<div class="dp-figure"><svg ')
    assert 'aria-label="A line."' in page
    slide = html(on_slide, given)
    assert re.match(r'<div style="--width:520px;--fig-text:1\.\d+"><div class="dp-figure">', slide)
    assert again


def test_other_outputs(outputs):
    source = {"code": "x = 1\n", "name": "lib", "path": "lib.py"}
    assert 'class="said plain listing"' in html(outputs, data(**{SOURCE: source}))
    assert outputs.message(data(**{NUMBER: {"name": "n", "text": "1"}})) is None
    png = html(outputs, data(image_png="aGk=", text_plain="<Figure>"))
    assert png == '<img src="data:image/png;base64,aGk=" alt="&lt;Figure&gt;">'


@pytest.mark.parametrize("piece", ["1", "x" * 1000, "y" * 10 * MOST_CHARACTERS])
def test_what_never_ends_is_cut(outputs, piece):
    said = [outputs.message(stream(piece)) for _ in range(1000)]
    shown = [message for message in said if message]
    assert sum(len(message.get("text", "")) for message in shown) <= MOST_CHARACTERS
    assert len(shown) <= 201
    assert "more than a page can show" in shown[-1]["html"]
    assert said[-1] is None
    assert "KeyboardInterrupt" in html(outputs, error("KeyboardInterrupt", "", 1))
