"""The search for solutions finds them in every form in which a file may have them."""

import base64
import gzip
import html
import io
import json
import zipfile

import pytest

from press.chapter import Chapter
from press.leaks import Secret, open_text, search, secrets

from .conftest import ADD

LINE = "return sum(x for x in (a, b) if a < b or \"c\" == 'd')"
WORDS = "The order of the two numbers doesn’t matter"
SPANS = f"<pre><span>{html.escape(LINE).replace(' ', '</span> <span>')}</span></pre>"


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.py", content)
    return buffer.getvalue()


FORMS = {
    "plain": LINE.encode(),
    "in spans": SPANS.encode(),
    "in JSON": json.dumps({"source": [f"def f():\n    {LINE}\n"]}).encode(),
    "HTML in JSON": json.dumps({"page": SPANS}).encode(),
    "JSON in an attribute": f'<pre data-around="{html.escape(json.dumps([LINE]))}">'.encode(),
    "on two lines": LINE.replace(" for ", "\n        for ").encode(),
    "compressed": gzip.compress(LINE.encode()),
    "in a zip": zipped(LINE.encode()),
    "in a compressed zip": gzip.compress(zipped(LINE.encode())),
    "in base64 in a script": b'const F = "' + base64.b64encode(gzip.compress(
        LINE.encode() + bytes(range(256)))) + b'";',
    "in a string of a compiled file": b"\xff\xfe\0" + LINE.encode() + b"\0\x80",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_line_is_found_in_every_form(tmp_path, form):
    (tmp_path / "file").write_bytes(FORMS[form])
    found = search([tmp_path], [Secret("ex-add", LINE)])
    assert found
    assert all(each.place.startswith(f"{tmp_path.name}/file") for each in found)
    assert search([tmp_path], [Secret("ex-add", LINE.replace("<", "<="))]) == []


@pytest.mark.parametrize("quote", ["’", "'", "&#8217;", "&rsquo;", "\\u2019"])
def test_words_are_found_whatever_the_quotes_and_blanks(tmp_path, quote):
    text = WORDS.replace("’", quote).replace(" two ", "\u00a0two\n")
    (tmp_path / "page.html").write_text(f"<p>{text}.</p>")
    assert search([tmp_path], [Secret("one.md:1", WORDS)])


REMARKED = ADD + f"\n:::{{remark}}\n{WORDS} {{ref}}`ex-add` and $a + b$. Short.\n:::\n"


def test_lines_of_solutions_and_words_of_remarks_are_secret(read):
    lines = ADD.replace("return a + b", "result = a + b\n    return total\n    a")
    found = secrets([read(lines + REMARKED[len(ADD) :])], {"lib.py": b"returntotal"})
    assert [(s.owner, s.text.strip(), s.also_at) for s in found] == [
        ("ex-add", "result = a + b", ""),
        ("ex-add", "return total", "lib.py"),
        ("book/part1/one.md:23", WORDS, ""),
    ]


def test_everybody_may_read_library_and_chapters_but_not_the_grader(tmp_path, read):
    for name in ("loops/descent", "grade/grading"):
        path = tmp_path / f"diffprog/{name}.py"
        path.parent.mkdir(parents=True)
        path.write_text("return a + b")
    chapter: Chapter = read("# Page\n\nreturn a + b\n")
    places = ["diffprog/loops/descent.py", "book/part1/one.md"]
    assert list(open_text([chapter], tmp_path)) == places
