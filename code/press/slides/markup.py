"""The Markdown of a deck: MyST's, with math, the `number` role, and directives from the store."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from diffprog.show import NUMBER

from ..book import PressError
from ..chapter import Chapter
from ..edition import Edition
from ..pages import katex
from ..store import Entry

__all__ = ["Context", "Directive", "directive", "parse", "render"]

_OPTION = re.compile(r"^:(\w+): *(.*)$")


@dataclass
class Context:
    """Where the Markdown stands, and the book that it shows."""

    edition: Edition
    path: Path
    line: int = 0
    used: dict[str, int] = field(default_factory=dict)
    """The lines of the names that the deck has shown."""

    def fail(self, message: str) -> NoReturn:
        """Stop the build: something in the deck is to be mended."""
        raise PressError(f"{self.path.relative_to(self.edition.book.root)}:{self.line}: {message}")

    def chapter(self, name: str) -> Chapter:
        """The chapter with this name."""
        return self.edition.chapter(self.edition.book.page(name))

    def entry(self, name: str, *kinds: str) -> Entry:
        """The output called `name`, which must be one of these kinds."""
        try:
            found = self.edition.store[name]
        except PressError as error:
            self.fail(str(error))
        if found.kind not in kinds:
            self.fail(f"{name!r} is of the kind {found.kind}, wanted: {' or '.join(kinds)}")
        return found


@dataclass(frozen=True)
class Directive:
    """A fence such as `:::{show} fig-ball`."""

    name: str
    argument: str
    options: dict[str, str]
    body: str


def parse(text: str) -> list[Token]:
    """The Markdown's tokens."""
    return _parser().parse(text, {})


def render(source: str | Sequence[Token], context: Context, *, inline: bool = False) -> str:
    """The HTML of Markdown, or of tokens that `parse` gave."""
    parser, env = _parser(), {"context": context}
    if isinstance(source, str):
        return str(parser.renderInline(source, env) if inline else parser.render(source, env))
    return str(parser.renderer.render(source, parser.options, env))


def directive(token: Token) -> Directive | None:
    """The directive that this token is, or None."""
    match = re.fullmatch(r"\{([\w-]+)\} *(.*)", token.info.strip())
    if token.type not in ("colon_fence", "fence") or match is None:
        return None
    lines, options = token.content.splitlines(), {}
    while lines and (option := _OPTION.match(lines[0])):
        options[option[1]] = option[2]
        lines.pop(0)
    return Directive(match[1], match[2], options, "\n".join(lines).strip())


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
    parser.use(front_matter_plugin).use(colon_fence_plugin).use(myst_role_plugin)
    parser.use(dollarmath_plugin, double_inline=False)
    parser.add_render_rule("myst_role", _role)
    parser.add_render_rule("math_inline", _math)
    parser.add_render_rule("math_block", _math)
    parser.add_render_rule("fence", _stray)
    parser.add_render_rule("colon_fence", _stray)
    return parser


def _role(self: Any, tokens: Sequence[Token], i: int, options: Any, env: dict[str, Any]) -> str:
    name, content, context = tokens[i].meta["name"], tokens[i].content, env["context"]
    if name != "number":
        context.fail(f"a slide knows the role {{number}} only, not {{{name}}}")
    value = context.entry(content, "number").data[NUMBER]
    return f'<span class="number">{html.escape(value["text"])}</span>'


def _math(self: Any, tokens: Sequence[Token], i: int, options: Any, env: dict[str, Any]) -> str:
    display = tokens[i].type == "math_block"
    try:
        formula = katex.render(tokens[i].content.strip(), display)
    except PressError as error:
        env["context"].fail(str(error))
    if display:
        return f'<div class="formula">{formula}<!--math--></div>'
    return f'<span class="math">{formula}<!--math--></span>'


def _stray(self: Any, tokens: Sequence[Token], i: int, options: Any, env: dict[str, Any]) -> str:
    context: Context = env["context"]
    context.fail(f"a fence of the kind {tokens[i].info!r} cannot stand here")
