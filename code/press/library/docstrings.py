"""Docstrings of the library as reStructuredText, for Sphinx.

They are written for people, with sections in Google's format, which napoleon reads. What is added
here: single backticks mark code, which is a link if it names something of the library; signs that
reStructuredText would read as markup stand for themselves; a block that is indented keeps its
columns; and what a function returns may contain a colon.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

__all__ = ["SECTIONS", "as_rest"]

SECTIONS = {"Args", "Attributes", "Example", "Raises", "Returns", "Source", "Yields"}
_HEAD = re.compile(rf"({'|'.join(sorted(SECTIONS))}):")
_INLINE = re.compile(r"(``.+?``(?!`)|`[^`]+`)")
_MARKUP = re.compile(r"[\\*|]|(?<=\w)_(?!\w)")


def as_rest(lines: Sequence[str], target: Callable[[str], str]) -> Iterator[str]:
    """Yield the lines of a docstring; `target` says what a name means, '' if it has no entry."""
    section, block = "", False
    for number, line in enumerate(lines):
        head = _HEAD.fullmatch(line)
        indented, blank = line.startswith("    "), not line.strip()
        if head:
            section = head[1]
            if section in ("Returns", "Yields"):
                yield from ("", f":{section.lower()}:")
                continue
            if section == "Source":
                yield from ("", ".. rubric:: Source", "")
                continue
            yield line
        elif section == "Example":
            yield line
        elif section == "Source":
            yield inline(line.strip(), target)
        elif section:
            yield inline(line, target)
        elif indented and not block:
            block = True
            yield from ("", "::", "", _plain(line))
        elif block and not indented and not blank:
            block = False
            yield from ("", inline(line, target))
        elif block:
            yield _plain(line)
        else:
            source = line.startswith("Source: ")
            yield inline(line, target).replace("Source:", "**Source:**", source)
        if number + 1 == len(lines):
            yield ""


def _plain(line: str) -> str:
    """Return a line of a block, which is code as it stands, without the marks of code."""
    return line.replace("`", "")


def inline(text: str, target: Callable[[str], str]) -> str:
    """Return running text with its code marked, and all else as it stands."""
    return "".join(
        _code(part, target) if part.startswith("`") else _MARKUP.sub(r"\\\g<0>", part)
        for part in _INLINE.split(text)
    )


def _code(marked: str, target: Callable[[str], str]) -> str:
    if marked.startswith("``"):
        return f"``{marked[2:-2].strip()}``"  # Markdown has a blank before a backtick in code
    name = marked.strip("`")
    meant = target(name)
    return f":py:obj:`{name} <{meant}>`" if meant else f"``{name}``"
