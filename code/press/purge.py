"""Style sheets without the rules that no page needs.

A selector survives if all its names can be met: each element, class, id and attribute that it asks
for is on a page of the site, or is a word of a script that the site has, since scripts add elements
and classes to pages. `Used` collects both. A word that ends in a hyphen stands for all names that
begin with it. What is asked with `:not(…)` and with the states of elements, such as `:hover`, is
always met; of `:is(…)`, `:where(…)` and `:has(…)`, one alternative must be.

The rules that survive keep their order and their text, so that the cascade stays what it was. A
custom property, a `@keyframes` or a `@font-face` survives if a rule, page or script that survives
names it.

Its limits: names are looked up one by one, so `.a.b` survives if no element has both. A script must
not make a name from parts other than a beginning with a hyphen, such as `"dp-run-" + what`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lxml.html
import tinycss2

__all__ = ["NESTS", "Used", "alternatives", "purged"]

WORD = re.compile(r"-{0,2}[A-Za-z_][\w-]*")
CUSTOM = re.compile(r"--[\w-]+")
NESTS = {"media", "supports", "layer", "container"}
"""The at-rules whose content is rules."""
ONE_OF = {"is", "where", "has", "matches", "-webkit-any", "-moz-any"}
"""The pseudo-classes of which one argument must be met."""
ALWAYS = {"html", "head", "body"}
DATA_OF_PROSE = "application/ld+json"
"""The type of data that no script turns into elements, and that is words of the book."""


@dataclass
class Used:
    """The names that pages and scripts use."""

    elements: set[str] = field(default_factory=lambda: set(ALWAYS))
    classes: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    """What scripts, styles and data of pages mention, which may be any of the others."""

    @classmethod
    def of(cls, pages: Iterable[str], scripts: Iterable[Path]) -> Used:
        """Collect the names of pages, given as HTML, and of the files of scripts."""
        used = cls()
        for html in pages:
            used.add_page(html)
        for script in scripts:
            used.add_script(script.read_text(encoding="utf-8"))
        return used

    def add_page(self, html: str) -> Any:
        """Collect the names on a page, and return its tree."""
        document = lxml.html.document_fromstring(html)
        for element in document.iter():
            if not isinstance(element.tag, str):
                continue  # a comment
            self.elements.add(element.tag.lower())
            for name, value in element.attrib.items():
                self.attributes.add(name.lower())
                if name == "class":
                    self.classes.update(value.split())
                elif name == "id":
                    self.ids.add(value)
                elif name == "style" or "var(" in value:
                    self.words.update(CUSTOM.findall(value))
            if element.tag in ("script", "style") and element.get("type") != DATA_OF_PROSE:
                self.add_script(element.text or "")
        return document

    def add_script(self, text: str) -> None:
        """Collect the words of a script, or of data that a script turns into elements."""
        self.words.update(WORD.findall(text))

    @property
    def beginnings(self) -> tuple[str, ...]:
        """The words with which scripts begin names."""
        return tuple(word for word in self.words if word.endswith("-") and len(word.strip("-")) > 1)


def purged(css: str, used: Used) -> str:
    """Return the rules of `css` that `used` needs, without comments and superfluous space."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    kept = list(_kept(rules, _Needs(used, used.beginnings)))
    return "".join(_written(kept, _live(kept, used)))


@dataclass(frozen=True)
class _Needs:
    """What decides whether a selector survives."""

    used: Used
    beginnings: tuple[str, ...]

    def meets(self, selector: Sequence[Any]) -> bool:
        """Return whether all names of this selector are used."""
        before = ""
        for token in selector:
            if token.type == "hash" and not self._has("ids", token.value):
                return False
            if token.type == "[] block" and not self._attribute(token.content):
                return False
            if token.type == "ident":
                kind = {".": "classes", ":": ""}.get(before, "elements")
                if kind and not self._has(kind, token.value):
                    return False
            if token.type == "function" and not self._function(token):
                return False
            before = token.value if token.type == "literal" else ""
        return True

    def _function(self, token: Any) -> bool:
        return token.lower_name not in ONE_OF or any(
            self.meets(each) for each in alternatives(token.arguments)
        )

    def _attribute(self, content: Sequence[Any]) -> bool:
        name = next((token.value for token in content if token.type == "ident"), "")
        return self._has("attributes", name)

    def _has(self, kind: str, name: str) -> bool:
        known: set[str] = getattr(self.used, kind)
        name = name.lower() if kind in ("elements", "attributes") else name
        return name in known or name in self.used.words or name.startswith(self.beginnings)


@dataclass
class _Rule:
    """A rule that survives: what stands before its braces, and its declarations or rules."""

    before: str
    declarations: list[Any] = field(default_factory=list)
    rules: list[_Rule] = field(default_factory=list)
    name: str = ""
    """What must be named elsewhere: of a `@keyframes` the name, of a `@font-face` the family."""
    text: str = ""
    """Its content, of a rule that is kept as it is."""


def _kept(rules: Iterable[Any], needs: _Needs) -> Iterator[_Rule]:
    """Yield the rules with selectors that survive."""
    for rule in rules:
        if rule.type == "error":
            raise ValueError(f"a style sheet cannot be read: {rule.message}")
        if rule.type == "at-rule":
            yield from _at_rule(rule, needs)
            continue
        listed = list(alternatives(rule.prelude))
        met = [each for each in listed if needs.meets(each)]
        if met and any(_is_doubtful(each) for each in listed):
            met = listed
        if met:
            content = _declarations(rule)
            if all(item.type == "declaration" for item in content):
                yield _Rule(",".join(map(_text, met)), declarations=content)
            else:  # rules inside of rules, or a mistake, which browsers leave out
                yield _Rule(",".join(map(_text, met)), text=_text(rule.content))


def _declarations(rule: Any) -> list[Any]:
    return list(
        tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    )


def _at_rule(rule: Any, needs: _Needs) -> Iterator[_Rule]:
    before = f"@{rule.lower_at_keyword} {_text(rule.prelude)}".strip()
    if rule.lower_at_keyword in NESTS and rule.content is not None:
        inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        if kept := list(_kept(inner, needs)):
            yield _Rule(before, rules=kept)
    elif rule.lower_at_keyword.endswith("keyframes"):
        yield _Rule(before, name=_text(rule.prelude), text=_text(rule.content))
    elif rule.lower_at_keyword == "font-face":
        family = next(d for d in _declarations(rule) if d.name == "font-family")
        yield _Rule(before, name=next(_phrases(family.value)), text=_text(rule.content))
    elif rule.lower_at_keyword != "charset":
        end = f"{{{_text(rule.content)}}}" if rule.content is not None else ";"
        yield _Rule("", text=f"{before}{end}")


def alternatives(selectors: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield the selectors of a list, which commas part."""
    each: list[Any] = []
    for token in selectors:
        if token.type == "literal" and token.value == ",":
            yield each
            each = []
        elif token.type != "comment":
            each.append(token)
    yield each


def _is_doubtful(selector: Sequence[Any]) -> bool:
    """Return whether a browser may not know a pseudo-element; it then leaves out the whole rule."""
    return bool(re.search(r":-(?:webkit|moz|ms|o)-", tinycss2.serialize(selector)))


def _live(kept: Sequence[_Rule], used: Used) -> set[str]:
    """Return the names of custom properties, animations and fonts that are used."""
    live = set(used.words)
    custom: dict[str, set[str]] = {}
    for rule in _all(kept):
        inside = tinycss2.parse_component_value_list(rule.text)
        named = set(CUSTOM.findall(rule.text)) if rule.name else set(_phrases(inside))
        for item in rule.declarations:
            mentioned = set(_phrases(item.value))
            if item.name.startswith("--"):
                custom.setdefault(item.name, set()).update(mentioned)
            else:
                named |= mentioned
        live |= named
    waiting = list(live & custom.keys())
    while waiting:
        new = custom[waiting.pop()] - live
        live |= new
        waiting += new & custom.keys()
    return live


def _phrases(value: Iterable[Any]) -> Iterator[str]:
    """Yield the words of a value: names in quotes, and each run of words, whole and one by one."""
    run: list[str] = []
    for token in [*value, None]:
        if token is not None and token.type == "ident":
            run.append(token.value)
        elif token is None or token.type not in ("whitespace", "comment"):
            if run:
                yield " ".join(run)
                yield from run
            run = []
        if token is not None and token.type == "string":
            yield token.value
        for inner in ("content", "arguments"):
            if isinstance(getattr(token, inner, None), list):
                yield from _phrases(getattr(token, inner))


def _all(rules: Iterable[_Rule]) -> Iterator[_Rule]:
    for rule in rules:
        yield rule
        yield from _all(rule.rules)


def _written(rules: Iterable[_Rule], live: set[str]) -> Iterator[str]:
    """Yield the text of the rules, less what nothing names."""
    for rule in rules:
        if rule.name and rule.name not in live:
            continue
        content = rule.text or "".join(_written(rule.rules, live))
        if rule.declarations:
            content = ";".join(
                _declaration(item)
                for item in rule.declarations
                if not item.name.startswith("--") or item.name in live
            )
        if content:
            yield f"{rule.before}{{{content}}}" if rule.before else content


def _declaration(item: Any) -> str:
    return f"{item.name}:{_text(item.value)}{'!important' if item.important else ''}"


def _text(tokens: Sequence[Any]) -> str:
    """Return CSS without comments, with a blank for each space."""
    return str(tinycss2.serialize(_close(tokens))).strip()


def _close(tokens: Sequence[Any]) -> list[Any]:
    made = []
    for token in tokens:
        if token.type == "comment":
            continue
        if token.type == "whitespace":
            token.value = " "
        for inner in ("content", "arguments"):
            if isinstance(getattr(token, inner, None), list):
                setattr(token, inner, _close(getattr(token, inner)))
        made.append(token)
    return made
