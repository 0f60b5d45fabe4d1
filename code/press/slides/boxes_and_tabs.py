"""MyST's layout on a slide: boxes, tabs and columns become their content, images are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from .markdown import Directive, directive, parse

__all__ = ["spread"]

TITLED = {
    *("admonition", "aside", "card", "dropdown", "grid-item-card", "margin", "rubric", "sidebar"),
    *("step", "tab-item", "topic"),
}
BARE = {
    *("accordion", "card-carousel", "card-footer", "card-header", "compound", "container", "div"),
    *("grid", "grid-item", "steps", "tab-set"),
}
BOXES = {
    *("attention", "caution", "danger", "epigraph", "error", "highlights", "hint", "important"),
    *("note", "pull-quote", "seealso", "tip", "warning"),
}
IMAGES = {"figure", "image"}


def spread(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield the tokens, with each layout directive replaced by its content."""
    for token in tokens:
        given = directive(token)
        head = _head(given) if given else None
        if given is None or head is None:
            yield token
            continue
        shift = (token.map or [0])[0] + 1 + given.above - head.count("\n")
        for inner in spread(parse(head + given.body)):
            inner.map = [line + shift for line in inner.map or []] or None
            yield inner


def _head(given: Directive) -> str | None:
    """Return the Markdown above the body of a layout directive, or None for another directive."""
    if given.name in IMAGES:
        return f"![{given.options.get('alt', '')}](<{given.argument}>)\n\n"
    if given.name in TITLED and given.argument:
        return f"**{given.argument}**\n\n"
    if given.name in BOXES and given.argument:
        return f"{given.argument}\n"
    return "" if given.name in TITLED | BARE | BOXES else None
