"""The files of the site itself that its pages load but that are not there.

Sphinx says nothing if a style sheet, a script or an image is left out of the site, for example by a
pattern in `exclude_patterns` that a newer version reads differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote

__all__ = ["missing"]

_LOADS = re.compile(
    r'<(?:script|img|source|iframe)\b[^>]*?\ssrc="([^"]+)'
    r'|<link\b(?=[^>]*\srel="(?:stylesheet|[\w ]*icon)")[^>]*?\shref="([^"]+)'
)
_URL = re.compile(r"url\([\"']?([^)\"']+)")
_ELSEWHERE = re.compile(r"[a-zA-Z][\w+.-]*:|//|#")


def missing(site: Path, root: str = "/") -> list[str]:
    """Return a line for each page or style sheet and file that it loads in vain.

    `root` is the path at which the site is published, with a slash at its end.
    """
    known: dict[Path, bool] = {}
    lines = []
    for path in sorted([*site.rglob("*.html"), *site.rglob("*.css")]):
        for address in dict.fromkeys(_loaded(path)):
            name = unquote(unescape(address).partition("?")[0].partition("#")[0])
            at_root = name.startswith("/")
            file = site / name.removeprefix(root).lstrip("/") if at_root else path.parent / name
            if not known.setdefault(file, file.is_file()):
                lines.append(f"{path.relative_to(site)} loads {address}, which is not there")
    return lines


def _loaded(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    found = _URL.findall(text) if path.suffix == ".css" else map("".join, _LOADS.findall(text))
    return (address for address in found if not _ELSEWHERE.match(address))
