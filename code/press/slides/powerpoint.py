"""The figures of a deck as a PowerPoint file, for those who make slides of their own.

Each figure is on a slide with the deck's heading, its alternative text and the notes.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path

from pptx import Presentation
from pptx.util import Inches

from .. import files
from ..output_kinds import BY_NAME
from .slide import Deck, plain

__all__ = ["write_figures"]

WIDTH, HEIGHT, MARGIN, HEADING = Inches(13.333), Inches(7.5), Inches(0.6), Inches(1.1)
TITLE_ONLY = 5
"""The layout of python-pptx's own template that has a title and nothing else."""


def write_figures(deck: Deck, path: Path) -> int:
    """Write the figures that the deck shows to `path`, and return their number."""
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = WIDTH, HEIGHT
    presentation.core_properties.title = deck.title
    count = 0
    for slide in deck.slides:
        for entry in slide.entries:
            if not BY_NAME[entry.kind].is_figure:
                continue
            page = presentation.slides.add_slide(presentation.slide_layouts[TITLE_ONLY])
            title = page.shapes.title
            title.left, title.top, title.width = MARGIN, MARGIN // 2, WIDTH - 2 * MARGIN
            title.height = HEADING
            title.text = plain(slide.answer or slide.heading)
            image = io.BytesIO(base64.b64decode(entry.data["image/png"]))
            picture = page.shapes.add_picture(image, 0, 0)
            room = WIDTH - 2 * MARGIN, HEIGHT - HEADING - 2 * MARGIN
            scale = min(room[0] / picture.width, room[1] / picture.height)
            picture.width = round(picture.width * scale)
            picture.height = round(picture.height * scale)
            picture.left = (WIDTH - picture.width) // 2
            picture.top = HEADING + MARGIN
            picture.name = entry.name
            picture._element.nvPicPr.cNvPr.set("descr", " ".join(entry.alt.split()))
            page.notes_slide.notes_text_frame.text = plain(slide.notes)
            count += 1
    buffer = io.BytesIO()
    presentation.save(buffer)
    files.write(path, buffer.getvalue())
    return count
