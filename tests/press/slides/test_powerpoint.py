"""The figures of the real decks in PowerPoint files, read back."""

import base64
import io
import re
import shutil
import subprocess

import pytest
from PIL import Image
from pptx import Presentation
from pptx.util import Inches

from press.output_kinds import BY_NAME
from press.slides.deck import heads, read
from press.slides.powerpoint import write_figures
from press.slides.slide import plain
from press.store import Store

from . import conftest


@pytest.fixture
def written(build, edition, name, tmp_path):
    (head,) = (head for head in heads(build.book) if head.path.stem == name)
    deck = read(edition, head.path)
    path = tmp_path / f"{name}.pptx"
    count = write_figures(deck, path)
    return deck, path, count


@pytest.mark.site
def test_each_figure_is_there_with_heading_alternative_text_and_notes(written):
    deck, path, count = written
    presentation = Presentation(path)
    shown = [
        (slide, entry)
        for slide in deck.slides
        for entry in slide.entries
        if BY_NAME[entry.kind].is_figure
    ]
    assert len(presentation.slides) == count == len(shown) > 5
    for page, (slide, entry) in zip(presentation.slides, shown, strict=True):
        title, picture = page.shapes
        assert title.text_frame.text == plain(slide.answer or slide.heading), (
            "the point, not the question"
        )
        assert picture.name == entry.name
        described = picture._element.nvPicPr.cNvPr.get("descr")
        assert described.split() == entry.alt.split()
        assert min(picture.left, picture.top - title.top - title.height) >= 0
        assert picture.left + picture.width <= presentation.slide_width
        assert picture.top + picture.height <= presentation.slide_height
        width, height = picture.image.size
        assert picture.width / picture.height == pytest.approx(width / height, rel=1e-3)
        notes = page.notes_slide.notes_text_frame.text
        assert notes == plain(slide.notes)
        assert notes
        assert not re.search(r"</?[a-z]", notes)


def test_heading_and_figure_keep_the_same_margins(book, deck, tmp_path):
    image = io.BytesIO()
    Image.new("RGB", (700, 200)).save(image, "PNG")
    edition = conftest.edition(book)
    data = edition.store["fig-line"].data
    data = data | {"image/png": base64.b64encode(image.getvalue()).decode()}
    Store(book.build / "outputs", [conftest.entry("fig-line", "figure", data)]).write(partial=True)
    path = deck(f"\n## A point\n\n:::{{show}} fig-line\n:::\n{conftest.NOTES}")
    edition = conftest.edition(book)
    assert write_figures(read(edition, path), tmp_path / "deck.pptx") == 1
    presentation = Presentation(tmp_path / "deck.pptx")
    title, picture = presentation.slides[0].shapes
    for shape in (title, picture):
        assert shape.left == presentation.slide_width - shape.left - shape.width == Inches(0.6)


def test_of_html_the_text_stays_and_of_a_formula_its_tex():
    formula = (
        '<span class="math"><math><mi>η</mi><annotation encoding="application/x-tex">\\eta &lt; 1'
        "</annotation></math><span>η</span><!--math--></span>"
    )
    assert plain(f"<p>So <em>{formula}</em>\n holds.</p>\n<p>And&nbsp;on.</p>") == (
        "So \\eta < 1 holds.\nAnd\N{NO-BREAK SPACE}on."
    )


@pytest.mark.site
@pytest.mark.skipif(shutil.which("soffice") is None, reason="there is no LibreOffice")
def test_libreoffice_opens_it(written, tmp_path):
    _, path, count = written
    subprocess.run(
        ["soffice", f"-env:UserInstallation={tmp_path.as_uri()}/profile", "--headless",
         "--convert-to", "pdf", "--outdir", tmp_path, path],
        check=True,
        timeout=120,
    )  # fmt: skip
    data = path.with_suffix(".pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == count
