"""A PDF in streams of objects says what it said, as another program reads it."""

import re
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter

from press.paper.compact import compact

ABOUT = {"Title": "Größe", "Author": "The authors", "CreationDate": "D:20260101000000Z"}


@pytest.fixture
def pdf():
    """Three empty pages with bookmarks, in the way in which Chromium writes a PDF."""
    writer, made = PdfWriter(), BytesIO()
    for number in range(3):
        writer.add_blank_page(100 + number, 200)
        writer.add_outline_item(title=f"Page {number}", page_number=number)
    writer.write(made)
    return made.getvalue()


def test_pages_and_bookmarks_stay_and_what_it_says_of_itself_is_new(pdf):
    reader: Any = PdfReader(BytesIO(compact(pdf, ABOUT)), strict=True)
    assert [page.mediabox.width for page in reader.pages] == [100, 101, 102]
    assert [item.title for item in reader.outline] == ["Page 0", "Page 1", "Page 2"]
    assert reader.metadata == {f"/{name}": value for name, value in ABOUT.items()}
    assert reader.page_mode == "/UseOutlines"


def test_small_objects_are_in_streams(pdf):
    made = compact(pdf, ABOUT)
    assert made.startswith(b"%PDF-1.5")
    assert b"/Outlines" in pdf
    assert b"/Outlines" not in made
    assert len(re.findall(rb"/Type /ObjStm", made)) == 1


@pytest.mark.parametrize("damage", [(b"\nxref", b"\nyref"), (b"3 0 obj", b"3 0 obi")])
def test_another_kind_of_file_is_refused(pdf, damage):
    with pytest.raises(ValueError, match=r"no table of objects|no object at byte"):
        compact(pdf.replace(*damage), ABOUT)
