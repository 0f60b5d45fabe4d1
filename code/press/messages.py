"""The messages that Sphinx does not find by itself, for translators.

Those are alternative texts, titles of exercises, predictions, symbols and descriptions of the
chapters; the decks; the words of the press, marked `_("…")` or `N_("…")`, and those of scripts,
marked `/*_*/"…"`; and the sentences that checks say to learners.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from . import files, output_kinds
from .edition import Edition
from .notation import symbols
from .slides.deck import heads
from .store import Entry
from .translation import INTERFACE, MARKED, blocks

__all__ = ["CHECKS", "others"]

CHECKS = "checks"
"""The domain of the sentences of checks, which are not looked up yet."""
PRESS = Path(__file__).parent
SCRIPTS = (files.ASSETS, PRESS.parent / "diffprog" / "figures" / "assets")

Message = tuple[str, str, Path, int]
"""Domain, text, file and line."""


def others(edition: Edition) -> Iterator[Message]:
    """Yield them, with their places."""
    for entry in edition.store.entries:
        path = edition.book.root / f"{entry.chapter}.md"
        yield from ((entry.chapter, text, path, entry.line) for text in _of_entry(entry))
    for execution in edition.executions:
        page, front = execution.page, execution.chapter.notebook.metadata
        meanings = [symbol.meaning for symbol in symbols(execution.chapter)]
        texts = [str(front.get("description", "")), *meanings]
        yield from ((page.docname, text, page.path, 1) for text in texts if text)
    for deck in heads(edition.book):
        domain = deck.path.relative_to(edition.book.root).with_suffix("").as_posix()
        texts = [deck.title, deck.description, *blocks(edition.book.text(deck.path))]
        yield from ((domain, " ".join(text.split()), deck.path, 1) for text in texts)
    yield from _of_press(edition)
    yield from _of_checks(edition.book.code / "diffprog" / "exercises")


def _of_entry(entry: Entry) -> list[str]:
    if entry.kind == output_kinds.EXERCISE.name:
        return [entry.content["title"]]
    if entry.kind == output_kinds.PREDICTION.name:
        return [entry.content["question"], *entry.content["options"]]
    return [entry.alt] if entry.alt else []


def _of_press(edition: Edition) -> Iterator[Message]:
    settings = edition.book.config["sphinx"]["config"]
    words = [settings[f"nb_code_prompt_{does}"] for does in ("show", "hide")]
    words.append(settings["html_theme_options"]["search_bar_text"])
    words += settings["numfig_format"].values()
    yield from ((INTERFACE, text, edition.book.root / "_config.yml", 1) for text in words)
    for path in sorted(PRESS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Name("_" | "N_"), [ast.Constant(str(text))]):
                    yield INTERFACE, text, path, node.lineno
    scripts = (path for place in SCRIPTS for path in files.files(place))
    for path in (path for path in scripts if path.suffix in (".js", ".mjs")):
        script = path.read_text(encoding="utf-8")
        for match in MARKED.finditer(script):
            line = script.count("\n", 0, match.start()) + 1
            yield INTERFACE, json.loads(match[1]), path, line


def _of_checks(folder: Path) -> Iterator[Message]:
    """Yield the sentences in the modules of checks; what is filled in stands in braces."""
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        silent |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
                   for part in node.values}  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in silent:
                text = _text(node)
                if len(text.split()) > 2:
                    yield CHECKS, text, path, node.lineno


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts = (
        str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"
        for part in node.values
        if isinstance(part, ast.Constant | ast.FormattedValue)
    )
    return "".join(parts)
