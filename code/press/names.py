"""Names that authors choose, and that become files and addresses: of outputs, pages and decks.

A book is the same on every machine, though some file systems do not tell letters of either case
apart, and some keep a few names for themselves.
"""

from __future__ import annotations

import re
from unicodedata import normalize

__all__ = ["folded", "wrong_name", "wrong_path"]

LONGEST = 100  # bytes; file systems take 255, and more is added to a name
DEEPEST = 160  # bytes of a path, of whose folders a file in the cache has the names too

_NAME = re.compile(r"\w([\w.-]*[\w-])?")
_PATH = re.compile(r"\w[\w-]*(/\w[\w-]*)*", re.ASCII)
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)


def wrong_name(name: object) -> str:
    """Say what is wrong with the name of an output; return "" for a good one."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or _size(name) > LONGEST:
        return (
            f"{str(name)[:LONGEST]!r} cannot be a name: use letters, digits, -, _ and full stops,"
            f" at most {LONGEST} bytes, the first of them a letter or digit, the last no full stop"
        )
    return _kept(name)


def wrong_path(path: str) -> str:
    """Say what is wrong with the path of a page or a deck, without its ending."""
    parts = path.split("/")
    longest = max(map(_size, parts))
    if not _PATH.fullmatch(path) or longest > LONGEST or _size(path) > DEEPEST:
        return (
            f"{path[:DEEPEST]!r} cannot be the path of a file: folders and files have names of the"
            f" letters a to z, digits, - and _, at most {LONGEST} in each and {DEEPEST} in all"
        )
    return next(filter(None, map(_kept, parts)), "")


def folded(name: str) -> str:
    """Return what two names have in common that are one file on macOS or Windows."""
    return normalize("NFC", name).casefold()


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))


def _kept(name: str) -> str:
    device = _DEVICE.fullmatch(name)
    return f"{name!r} cannot be a name: Windows keeps {device[1]!r} for itself" if device else ""
