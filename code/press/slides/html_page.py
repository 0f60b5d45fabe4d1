"""The HTML of a deck."""

from __future__ import annotations

import html
from itertools import groupby

from .figure import style
from .slide import Deck, Slide

__all__ = ["page"]

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{description}">
<title>{title}: slides</title>
<link rel="icon" href="assets/favicon.svg">
<link rel="stylesheet" href="assets/reveal.css">
<link rel="stylesheet" href="assets/katex.css">
<link rel="stylesheet" href="assets/pygments.css">
<link rel="stylesheet" href="assets/figures.css">
<link rel="stylesheet" href="assets/deck.css">
<noscript><link rel="stylesheet" href="assets/no-script.css"></noscript>
</head>
<body>
<main class="reveal accent-{accent}">
<div class="slides">
{slides}
</div>
</main>
<script src="assets/reveal.js"></script>
<script src="assets/frames.js"></script>
<script src="assets/page.js"></script>
<script src="assets/presenter.js"></script>
<script src="assets/deck.js"></script>
</body>
</html>
"""

KEYS = (
    '<p class="keys"><kbd>→</kbd> next <kbd>S</kbd> speaker <kbd>O</kbd> overview '
    "<kbd>D</kbd> dark <kbd>?</kbd> all keys</p>"
)


def page(deck: Deck) -> str:
    """Return the whole file."""
    numbered = list(enumerate(deck.slides))
    stacks, stack = [], -1
    for number, slide in numbered:
        stack += slide.level < 3
        stacks.append((stack, number, slide))
    columns = []
    for _, group in groupby(stacks, key=lambda item: item[0]):
        slides = [_section(deck, number, slide) for _, number, slide in group]
        inner = "\n".join(slides)
        columns.append(inner if len(slides) == 1 else f"<section>\n{inner}\n</section>")
    return PAGE.format(
        title=html.escape(deck.title),
        description=html.escape(deck.description),
        accent=deck.accent,
        slides="\n".join(columns),
    )


def _section(deck: Deck, number: int, slide: Slide) -> str:
    level = "h1" if slide.level == 1 else "h2"
    text = f'<div class="text">{slide.text}</div>' if slide.text.strip() else ""
    size = f' style="{style(slide)}"' if style(slide) else ""
    shown = f'<div class="shown"{size}>{slide.shown}</div>' if slide.shown else ""
    keys = KEYS if slide.level == 1 else ""
    layout = f"slide {slide.layout}{'' if text else ' alone'}"
    return (
        f'<section id="{slide.id}" data-minutes="{slide.minutes:g}">\n<div class="{layout}">\n'
        f"<{level}>{slide.heading}</{level}>\n{text}{shown}{keys}\n{_footer(deck, number)}\n"
        f'</div>\n<aside class="notes">{slide.notes}</aside>\n</section>'
    )


def _footer(deck: Deck, number: int) -> str:
    slide, last = deck.slides[number], len(deck.slides)
    left = '<span class="where"></span>'
    if slide.chapter is not None:
        page = slide.chapter.page
        label = html.escape(f"{page.number} {slide.chapter.title}".strip())
        left = f'<a class="where" href="../{page.docname}.html{slide.anchor}">{label}</a>'
    steps = []
    for to, sign, name in ((number - 1, "‹", "Previous slide"), (number + 1, "›", "Next slide")):
        if 0 <= to < last:
            steps.append(f'<a href="#/{deck.slides[to].id}" aria-label="{name}">{sign}</a>')
        else:
            steps.append(f'<span class="end" aria-hidden="true">{sign}</span>')
    count = f'<span class="count">{number + 1} / {last}</span>'
    return f'<footer>{left}<span class="steps">{count.join(steps)}</span></footer>'
