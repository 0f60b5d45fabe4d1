"""`{predict} predict-name`: a question for the room; a step uncovers the answer and the reason."""

from __future__ import annotations

import html

from ..output_kinds import PREDICTION
from ..translation import _
from .exercise import take_minutes
from .markdown import Context, Directive, render
from .slide import Slide

__all__ = ["predict"]


def predict(context: Context, slide: Slide, given: Directive) -> None:
    """Show the question with its options; the body of the directive may shorten the reason."""
    entry = context.entry(given.argument, PREDICTION)
    data = entry.content
    slide.goal = f'<p class="question">{render(data["question"], context, inline=True)}</p>'
    if data["options"]:
        items = [
            f"<li{' class=right' if number == data['right'] else ''}>"
            f"{render(text, context, inline=True)}</li>"
            for number, text in enumerate(data["options"], 1)
        ]
        slide.goal += f'<ol type="A">{"".join(items)}</ol>'
    else:
        slide.goal += f'<p class="write">{_("Write your number down.")}</p>'
    answer = html.escape(PREDICTION.letter(data) or PREDICTION.answer(data))
    reason = render(given.body or data["reason"], context)
    slide.outcome = f'<div class="result">{answer}</div>{reason}'
    slide.shown += f'<div class="asked">{slide.goal}</div>'
    slide.shown += f'<div class="came fragment">{slide.outcome}</div>'
    take_minutes(context, slide, entry)
    slide.entries.append(entry)
    slide.layout = "predict"
