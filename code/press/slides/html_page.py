"""The HTML of a deck."""

from __future__ import annotations

import html
from itertools import groupby

from ..policy import META
from ..translation import N_, _, current
from .figure import style
from .launch_address import chapter_address
from .plan import planned, plans_of
from .slide import Deck, Slide
from .steps import answered

__all__ = ["handout", "page"]

PAGE = """\
<!doctype html>
<html lang="{language}" class="{kind}">
<head>
<meta charset="utf-8">
{policy}
<meta name="viewport" content="width=device-width, initial-scale=1">
{about}
<title>{title}</title>
<link rel="icon" href="assets/favicon.svg">
{styles}
</head>
<body>
{body}
</body>
</html>
"""

DECK = """\
<main class="reveal accent-{accent}">
<div class="slides">
{slides}
</div>
</main>
<dialog class="help" aria-label="Keys">
<table>
{keys}
</table>
<p>{rights}</p>
{report}</dialog>
<output class="typed" hidden></output>
{scripts}"""

HANDOUT = """\
<main class="reveal accent-{accent}">
<h1 class="part">{title}</h1>
{slides}
</main>"""

STYLES = ("katex", "pygments", "figures", "deck")
SCRIPTS = ("reveal", "zoom", "frames", "page", "presenter", "pen", "countdown", "deck",
           "run_here")  # fmt: skip

KEYS = '<p class="keys"><kbd>→</kbd> next <kbd>?</kbd> all keys</p>'
ALL_KEYS = {
    "→ Space PgDn": N_("the next step, or the next slide"),
    "← PgUp": N_("one step back"),
    "1 … 9 Enter": N_("the slide with this number"),
    "Home End": N_("the first slide, the last one"),
    "O": N_("all slides, by chapter; Enter leaves"),
    "P": N_("play or pause the animation"),
    ". ,": N_("one frame on, one frame back"),
    "R": N_("back to the first frame"),
    "S": N_("the speaker's window"),
    "W E": N_("take the pen, or put it away; erase"),
    "Q": N_("point with a dot, or put it away"),
    "Alt click": N_("closer, and back (Linux: Ctrl)"),
    "T": N_("start or stop the time of a task"),
    "D": N_("dark or light"),
    "B": N_("a black screen, and back"),
    "F": N_("full screen; Esc leaves"),
    "?": N_("this list, and back"),
}
"""All that deck.js knows, as its help shows it."""


def page(deck: Deck) -> str:
    """Return the whole file, with columns of slides, in the order of the deck."""
    columns: dict[str, str] = {}
    for name, group in groupby(enumerate(deck.slides), key=lambda item: _column(deck, item[1])):
        address = name if name not in columns else f"{name}:{len(columns)}"  # it comes back to it
        slides = "\n".join(_section(deck, number, slide) for number, slide in group)
        columns[address] = f'<section id="{address}">\n{slides}\n</section>'
    keys = (
        f'<tr><th scope="row">{"".join(f"<kbd>{k}</kbd>" for k in key.split())}</th>'
        f"<td>{html.escape(_(does))}</td></tr>"
        for key, does in ALL_KEYS.items()
    )
    no_script = f"<noscript>{_style('no-script')}</noscript>"
    return PAGE.format(
        language=deck.language,
        kind="print-pdf",
        policy=META,
        about=deck.head or f'<meta name="description" content="{html.escape(deck.description)}">',
        title=f"{html.escape(deck.title)}: slides",
        styles="\n".join([*map(_style, ("reveal", *STYLES)), no_script]),
        body=DECK.format(
            accent=deck.accent,
            slides="\n".join(columns.values()),
            keys="\n".join(keys),
            rights=deck.rights,
            report=f"<p>{deck.report}</p>\n" if deck.report else "",
            scripts="\n".join(
                f'<script src="assets/{name}.js"></script>'
                for name in (*SCRIPTS, *["report"][: bool(deck.report)])
            ),
        ),
    )


def handout(deck: Deck) -> str:
    """Return a page to print: slides with their notes and space to write.

    Solutions, and the answers to questions, are at the end.
    """
    numbered = list(enumerate(deck.slides))
    solutions = [item for item in numbered if item[1].layout == "solution"]
    others = [item for item in numbered if item[1].layout not in ("solution", "agenda")]
    slides = [_section(deck, *item) for item in others]
    if solutions:
        slides += ['<h1 class="part">' + _("Solutions") + "</h1>"]
        slides += [_section(deck, *item) for item in solutions]
    answers = [
        f'<li value="{number + 1}"><p>{slide.heading}</p>{slide.outcome}</li>'
        for number, slide in numbered
        if slide.outcome
    ]
    if answers:
        slides += ['<h1 class="part">' + _("Answers") + "</h1>"]
        slides += [f'<ol class="answers">{"".join(answers)}</ol>']
    title = html.escape(deck.title)
    return PAGE.format(
        language=deck.language,
        kind="reveal-print",
        policy=META,
        about='<meta name="robots" content="noindex">',
        title=f"{title}: handout",
        styles="\n".join(map(_style, (*STYLES, "handout"))),
        body=HANDOUT.format(accent=deck.accent, title=title, slides="\n".join(slides)),
    )


def _style(name: str) -> str:
    return f'<link rel="stylesheet" href="assets/{name}.css">'


def _column(deck: Deck, slide: Slide) -> str:
    """Return the address of a slide's column: of its chapter, or its part in a deck of the book."""
    if slide.chapter is None:
        return "title"
    page = slide.chapter.page
    return chapter_address(page) if deck.part else f"part-{page.name.partition('/')[0]}"


def _section(deck: Deck, number: int, slide: Slide) -> str:
    level = "h1" if slide.level == 1 else "h2"
    text = f'<div class="text">{slide.text}</div>' if slide.text.strip() else ""
    size = f' style="{style(slide)}"' if style(slide) else ""
    shown = f'<div class="shown"{size}>{slide.shown}</div>' if slide.shown else ""
    about = f'<div class="about">{_facts(deck)}{KEYS}</div>' if slide.level == 1 else ""
    minutes = f' data-minutes="{slide.minutes:g}"{_listed(deck, slide)}'
    layout = f"slide {slide.layout}{'' if text else ' alone'}"
    return (
        f'<section id="{slide.id}"{minutes}>\n<div class="{layout}">\n'
        f"<{level}>{answered(slide)}</{level}>{_countdown(slide)}\n{text}{shown}{about}\n"
        f"{_footer(deck, number)}\n"
        f'</div>\n<aside class="notes">{slide.notes}</aside>\n</section>'
    )


def _countdown(slide: Slide) -> str:
    """Return the clock of a task, which countdown.js starts at a key."""
    if not slide.is_task:
        return ""
    minutes, seconds = divmod(round(60 * slide.minutes), 60)
    return (
        f'<output class="countdown" aria-label="{_("Time left")}">{minutes}:{seconds:02}</output>'
    )


def _listed(deck: Deck, slide: Slide) -> str:
    """Return the attribute that names the plans of a slide, if not all plans have it."""
    plans = plans_of(deck, slide)
    names = " ".join(f"{minutes:g}" for minutes in plans)
    return "" if len(plans) == len(deck.plans) else f' data-plans="{names}"'


def _facts(deck: Deck) -> str:
    """Say on the title how long the deck is; deck.js shows the line of the plan instead."""
    links = [f'<a href="?minutes={minutes:g}">{minutes:g} min</a>' for minutes in deck.plans]
    whole = f"{deck.facts}. Plans: {', '.join(links)}" if links else deck.facts
    lines = [f'<p class="facts">{whole}</p>'] + [
        f'<p class="facts" data-plan="{minutes:g}" hidden>Plan of {minutes:g}:'
        f' {planned(deck, minutes).facts}. <a href="?">All {deck.minutes:g} min</a></p>'
        for minutes in deck.plans
    ]
    return "\n".join(lines)


def _footer(deck: Deck, number: int) -> str:
    slide, last = deck.slides[number], len(deck.slides)
    left = '<span class="where"></span>'
    if slide.chapter is not None:
        page = slide.chapter.page
        title = current().text(slide.chapter.title)
        label = html.escape(f"{page.number} {title}".strip())
        address = f"../{page.docname}.html{slide.anchor}"
        left = f'<a class="where" href="{address}" target="_blank">{label}</a>'
    steps = []
    for to, sign, name in (
        (number - 1, "‹", N_("Previous slide")),
        (number + 1, "›", N_("Next slide")),
    ):
        if 0 <= to < last:
            steps.append(f'<a href="#/{deck.slides[to].id}" aria-label="{_(name)}">{sign}</a>')
        else:
            steps.append(f'<span class="end" aria-hidden="true">{sign}</span>')
    count = f'<span class="count">{number + 1} / {last}</span>'
    mark = f'<span class="mark">{text}</span>' if (text := _mark(slide)) else ""
    return f'<footer>{left}{mark}<span class="steps">{count.join(steps)}</span></footer>'


def _mark(slide: Slide) -> str:
    """Say how long a task takes and where it is, and of a solution, of which task it is."""
    if slide.layout == "exercise":
        return f"{slide.minutes:g} min{f', {slide.address}' * bool(slide.address)}"
    if slide.layout == "predict":
        return f"{_('decide with your neighbour:')} {slide.minutes:g} min"
    return f"{_('solution of')} {slide.entries[-1].number}" if slide.layout == "solution" else ""
