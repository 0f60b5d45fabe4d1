"""The colours of a page whose theme no script has set yet: those that the reader's system prefers.

The theme's script sets `data-theme` to "light" or "dark", and until then, and without scripts, it
is "auto", for which the theme has no colours. So each rule for `data-theme=dark` gets a copy for
`auto` where the system prefers dark colours, and each for `light` where it does not, and on paper.
A copy stands right after its rule, and weighs as much, so the cascade stays what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import tinycss2

from ..purge import NESTS, alternatives

__all__ = ["with_auto"]

DARK = "(prefers-color-scheme:dark)"
SCHEMES = {"dark": f"screen and {DARK}", "light": f"print,not {DARK}"}
_THEME = re.compile(r'\[data-theme=["\']?(dark|light)["\']?\]')


def with_auto(css: str) -> str:
    """Return a style sheet with rules for `data-theme=auto`."""
    return "".join(_rules(tinycss2.parse_stylesheet(css)))


def _rules(rules: Sequence[Any]) -> Iterator[str]:
    """Yield all rules, and behind each run of rules for a theme their copies."""
    copies: dict[str, list[str]] = {}
    for rule in rules:
        found = list(_copies(rule))
        if not found:
            yield from _media(copies)
            copies = {}
        for scheme, copy in found:
            copies.setdefault(scheme, []).append(copy)
        if rule.type == "at-rule" and rule.lower_at_keyword in NESTS and rule.content is not None:
            inner = "".join(_rules(tinycss2.parse_rule_list(rule.content)))
            yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}"
        else:
            yield str(rule.serialize())
    yield from _media(copies)


def _media(copies: dict[str, list[str]]) -> Iterator[str]:
    for scheme, texts in copies.items():
        yield f"@media {SCHEMES[scheme]}{{{''.join(texts)}}}"


def _copies(rule: Any) -> Iterator[tuple[str, str]]:
    """Yield the scheme and the text of each copy of a rule."""
    if rule.type != "qualified-rule":
        return
    selectors: dict[str, list[str]] = {}
    for selector in map(_text, alternatives(rule.prelude)):
        if found := _THEME.search(selector):
            copy = _THEME.sub("[data-theme=auto]", selector)
            selectors.setdefault(found[1], []).append(copy)
    for scheme, each in selectors.items():
        yield scheme, f"{','.join(each)}{{{tinycss2.serialize(rule.content)}}}"


def _text(selector: Sequence[Any]) -> str:
    return str(tinycss2.serialize(selector).strip())
