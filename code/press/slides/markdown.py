"""The Markdown of a deck: MyST with math, the role `number`, and directives that use the store."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from .. import katex, output_kinds
from ..book import PressError
from ..chapter import Chapter
from ..edition import Edition
from ..output_kinds import Kind
from ..self_contained import embedded, requested, without_comments
from ..store import Entry

__all__ = ["Context", "Directive", "directive", "parse", "render"]

TAGS = {"sub": "sub", "sup": "sup", "kbd": "kbd"}
"""Roles, and the elements of HTML that they become."""

_OPTION = re.compile(r"^:(\w+): *(.*)$")
_ENTRY = re.compile(r"\s*<[^<>]*>$")
"""The entry of the glossary behind the words of `{term}`, which a slide shows without a link."""


@dataclass
class Context:
    """The place in the deck that is being read, and the edition that the deck shows."""

    edition: Edition
    path: Path
    line: int = 0
    used: dict[str, int] = field(default_factory=dict)
    """The line of each directive so far, by its name and argument."""

    def fail(self, message: str) -> NoReturn:
        """Raise PressError with the place in the deck."""
        raise PressError(f"{self.path.relative_to(self.edition.book.root)}:{self.line}: {message}")

    def once(self, used: str, name: str) -> None:
        """Note that the deck shows `name`, as `used` says; fail if it has done so before."""
        if used in self.used:
            self.fail(f"{name} is already on the slide of line {self.used[used]}: show it once")
        self.used[used] = self.line

    def option(self, given: Directive, name: str, *others: str) -> str | None:
        """Return the option `name` of a directive that has no more than `others` beside it."""
        if unknown := given.options.keys() - {name, *others}:
            known = ": or :".join([name, *others])
            self.fail(f"{{{given.name}}} has the option :{known}:, not :{min(unknown)}:")
        return given.options.get(name)

    def chapter(self, name: str) -> Chapter:
        """Return the chapter with this name."""
        return self.edition.chapter(self.edition.book.page(name))

    def entry(self, name: str, *wanted: Kind) -> Entry:
        """Return the output called `name`, which must be one of these kinds."""
        try:
            found = self.edition.store[name]
        except PressError as error:
            self.fail(str(error))
        names = [kind.name for kind in wanted]
        if found.kind not in names:
            self.fail(f"{name!r} is of the kind {found.kind}, not {' or '.join(names)}")
        return found


@dataclass(frozen=True)
class Directive:
    """A fence such as `:::{show} fig-ball`."""

    name: str
    argument: str
    options: dict[str, str]
    body: str
    above: int = 0
    """The number of lines of options, and blank ones, above the body."""


def parse(text: str) -> list[Token]:
    """Return the tokens of Markdown."""
    return _parser().parse(text, {})


def render(source: str | Sequence[Token], context: Context, *, inline: bool = False) -> str:
    """Return the HTML of Markdown, or of tokens from `parse`."""
    parser, env = _parser(), {"context": context}
    if isinstance(source, str):
        return str(parser.renderInline(source, env) if inline else parser.render(source, env))
    return str(parser.renderer.render(source, parser.options, env))


def directive(token: Token) -> Directive | None:
    """Return the directive that this token is, or None."""
    match = re.fullmatch(r"\{([\w-]+)\} *(.*)", token.info.strip())
    if token.type not in ("colon_fence", "fence") or match is None:
        return None
    lines, options = token.content.splitlines(), {}
    while lines and (option := _OPTION.match(lines[0])):
        options[option[1]] = option[2]
        lines.pop(0)
    body = "\n".join(lines).strip()
    above = token.content[: token.content.find(body)].count("\n")
    return Directive(match[1], match[2], options, body, above)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "typographer": False}).enable("table")
    parser.use(front_matter_plugin).use(colon_fence_plugin).use(myst_role_plugin)
    parser.use(dollarmath_plugin, double_inline=False)
    parser.use(deflist_plugin).use(footnote_plugin).use(myst_block_plugin)
    parser.add_render_rule("myst_role", _role)
    parser.add_render_rule("math_inline", _math)
    parser.add_render_rule("math_block", _math)
    parser.add_render_rule("image", _image)
    for kind in ("fence", "colon_fence"):
        parser.add_render_rule(kind, _stray)
    for kind in ("html_block", "html_inline"):
        parser.add_render_rule(kind, _html)
    for kind in ("footnote_ref", "footnote_block_open"):
        parser.add_render_rule(kind, _footnote)
    for kind in ("myst_line_comment", "myst_target", "myst_block_break"):
        parser.add_render_rule(kind, _nothing)
    return parser


def _role(self: Any, tokens: Sequence[Token], i: int, options: Any, env: dict[str, Any]) -> str:
    name, content, context = tokens[i].meta["name"], tokens[i].content, env["context"]
    if name in TAGS:
        return f"<{TAGS[name]}>{html.escape(content)}</{TAGS[name]}>"
    if name == "term":
        return html.escape(_ENTRY.sub("", content))
    if name != "number":
        known = ", ".join(f"{{{role}}}" for role in ("number", "term", *TAGS))
        context.fail(f"a slide knows the roles {known}, not {{{name}}}")
    return output_kinds.NUMBER.on_slide(
        context.entry(content, output_kinds.NUMBER).content, content, ""
    )


def _math(self: Any, tokens: Sequence[Token], i: int, options: Any, env: dict[str, Any]) -> str:
    display = tokens[i].type == "math_block"
    try:
        formula = katex.render(tokens[i].content.strip(), display)
    except PressError as error:
        env["context"].fail(str(error))
    if display:
        tokens[i].attrSet("class", f"formula {tokens[i].attrGet('class') or ''}".strip())
        return f"<div{self.renderAttrs(tokens[i])}>{formula}<!--math--></div>"
    return f'<span class="math">{formula}<!--math--></span>'


def _stray(self: Any, tokens: Sequence[Token], i: int, options: Any, env: dict[str, Any]) -> str:
    context: Context = env["context"]
    context.fail(f"a fence of the kind {tokens[i].info!r} cannot stand on a slide")


def _image(self: Any, tokens: Sequence[Token], i: int, options: Any, env: dict[str, Any]) -> str:
    """Show an image beside the deck, embedded in the page, because decks are carried about."""
    context: Context = env["context"]
    address, alt = unquote(str(tokens[i].attrs["src"])), tokens[i].content
    source = embedded(address, context.path.parent)
    if not alt:
        context.fail(
            f"the image {address} needs alternative text, as in ![what it shows]({address})"
        )
    if not source:
        context.fail(f"the image {address} is not a file beside the deck: put it there")
    return f'<img alt="{html.escape(alt)}" src="{source}">'


def _html(self: Any, tokens: Sequence[Token], i: int, options: Any, env: dict[str, Any]) -> str:
    context: Context = env["context"]
    if address := requested(tokens[i].content):
        context.fail(f"{address} would be loaded from another host: put the file beside the deck")
    return without_comments(tokens[i].content)


def _footnote(self: Any, tokens: Sequence[Token], i: int, options: Any, env: dict[str, Any]) -> str:
    context: Context = env["context"]
    context.fail("a slide has no footnotes: say it in the notes")


def _nothing(self: Any, tokens: Sequence[Token], i: int, options: Any, env: dict[str, Any]) -> str:
    return ""
