"""Other tongues: the translations of a book, by message, as its files in `book/locale` have them.

Sphinx itself takes the translations of what stands in a page, and leaves a paragraph without one
in English. All else asks here: decks, alternative texts, titles and questions, and by `_` the
press for its own words. In English, and for what is not translated, the message itself returns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field

from babel.core import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin

from .book import LOCALE, Book, PressError

__all__ = [
    "INTERFACE", "MARKED", "N_", "Translation", "blocks", "current", "in_english", "script", "use",
]  # fmt: skip

INTERFACE = "interface"
"""The domain of the words that the press and the scripts of pages and decks say themselves."""
MARKED = re.compile(r'/\*_\*/("(?:[^"\\\n]|\\.)+")')
"""A literal of a script that readers see."""
_NO_TEXT = {"show", "recall", "cell", "source"}
"""The directives of decks whose bodies are names and lines of code."""
_DIRECTIVE = re.compile(r"\{([\w-]+)\} *(.*)")
_TITLED = {"admonition", "dropdown", "tab-item", "card"}
"""The directives whose argument is a title."""
_OPTION = re.compile(r"^:(\w+): *(.*)\n", re.M)


@dataclass(frozen=True)
class Translation:
    """The messages of one language, with their translations."""

    language: str = ""
    messages: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Book) -> Translation:
        """Read the translation of a book, and write it where Sphinx finds it, in `_build`."""
        if not book.language:
            return cls()
        folder = book.root / LOCALE / book.language / "LC_MESSAGES"
        messages: dict[str, str] = {}
        for path in sorted(folder.rglob("*.po")):
            try:
                with path.open("rb") as stream:
                    catalog = read_po(stream, book.language, abort_invalid=True)
            except (PoFileError, ValueError) as error:
                raise PressError(f"{path.relative_to(book.root)}: {error}") from error
            compiled = book.locale / path.relative_to(book.root / LOCALE).with_suffix(".mo")
            compiled.parent.mkdir(parents=True, exist_ok=True)
            with compiled.open("wb") as made:
                write_mo(made, catalog)
            for message in catalog:
                if message.id and message.string and not message.fuzzy:
                    messages[str(message.id)] = str(message.string)
        if not messages:
            raise PressError(
                f"there is no translation in {LOCALE}/{book.language}: `make gettext"
                f" BOOK_LANGUAGE={book.language}` begins one"
            )
        return cls(book.language, messages)

    @property
    def name(self) -> str:
        """The name of the language, in English."""
        return str(Locale.parse(self.language).english_name) if self.language else "English"

    def text(self, message: str) -> str:
        """Return the translation of a message, whose white space does not matter."""
        return self.messages.get(" ".join(message.split()), message)

    def markdown(self, text: str) -> str:
        """Return Markdown with the translations of its paragraphs, headings and items."""
        if not self.messages:
            return text
        front = re.match(r"---\n.*?\n---\n", text, re.S)
        at = front.end() if front else 0
        for block in blocks(text):
            lines = r"\n[ \t>]*".join(map(re.escape, block.split("\n")))
            if found := re.compile(lines).search(text, at):
                new = self.text(block)
                text = text[: found.start()] + new + text[found.end() :]
                at = found.start() + len(new)
        return text


ENGLISH = Translation()
_CURRENT: ContextVar[Translation] = ContextVar("translation")


def use(translation: Translation) -> None:
    """Make this the translation of all that is built from now on."""
    _CURRENT.set(translation)


def current() -> Translation:
    """Return the translation that is used."""
    return _CURRENT.get(ENGLISH)


def _(message: str) -> str:
    """Return the translation of words that the press says itself."""
    return current().text(message)


def N_(message: str) -> str:
    """Mark words that are translated later."""
    return message


def in_english(message: str) -> list[str]:
    """Return the class that says so of a message without a translation on a translated page."""
    words = current()
    return ["language-en"] if words.language and words.text(message) == message else []


def script(text: str) -> str:
    """Return a script with the words that readers see in the language that is used."""

    def say(match: re.Match[str]) -> str:
        literal: str = json.loads(match[1])
        found = current().messages.get(literal)
        return json.dumps(found, ensure_ascii=False) if found else match[1]

    return MARKED.sub(say, text)


def blocks(text: str) -> Iterator[str]:
    """Yield what is translated of Markdown, in its order: each paragraph, heading, item and title.

    Code is not among it.
    """
    parser = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
    for token in parser.use(myst_block_plugin).use(colon_fence_plugin).parse(text):
        if token.type == "inline" and re.search(r"[^\W\d_]{2}", token.content):
            yield token.content
        elif token.type == "colon_fence" and (given := _DIRECTIVE.match(token.info.strip())):
            name, title = given.groups()
            if name in _TITLED and title:
                yield title
            if name not in _NO_TEXT:
                yield from (value for key, value in _OPTION.findall(token.content) if key == "done")
                yield from blocks(_OPTION.sub("", token.content))
