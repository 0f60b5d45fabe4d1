"""Self-contained HTML: finding what it would load from other hosts, and embedding files."""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

__all__ = ["embedded", "requested", "requested_by_output", "without_comments"]

_LOADED = {"src", "srcset", "poster", "data", "background", "code", "archive"}
"""Attributes whose address a browser loads by itself."""
_LINKING = {"base", "feimage", "image", "link", "use"}
"""Elements whose `href` a browser loads by itself, too; of all others, it is a link to click."""
_ADDRESS = re.compile(
    r"""(?:^|(?<=[\s,]))(?:https?:)?//[\w-]+(?:\.[\w-]+)+[^\s"'`)<>,;\\]*""", re.I
)
_IN_SCRIPT = re.compile(r"""(?:https?:|(?<=["'`]))//[\w-]+(?:\.[\w-]+)+[^\s"'`)<>,;\\]*""", re.I)
_REMARK = re.compile(r"(?:^|(?<=\s))//[^\n]*|/\*.*?\*/", re.S)
_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^\s"')]+)""", re.I)
_NAMESPACE = re.compile(r"https?://www\.w3\.org/")  # names a language, and is never loaded


class _Reader(HTMLParser):
    """Collector of the addresses that a browser would load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.files: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect addresses in the attributes of an element."""
        self.inside = tag if tag in ("script", "style") else ""
        for name, value in attrs:
            if name in _LOADED or (tag in _LINKING and name in ("href", "xlink:href")):
                self.found += _ADDRESS.findall(value or "")
                self.files += re.findall(r"^(?![\w+.-]+:|//|#)\s*\S+", value or "")
            elif name == "content" and "url=" in (value or "").lower():  # of a page that leaves
                self.found += _ADDRESS.findall((value or "").lower().partition("url=")[2])
            elif name == "style":
                self.found += _STYLE.findall(value or "")
            elif name == "srcdoc":
                self.found += _requests(value or "")

    def handle_endtag(self, tag: str) -> None:
        """Leave a script or a style."""
        self.inside = ""

    def handle_data(self, data: str) -> None:
        """Collect addresses in a script, which may load all of them, and in a style."""
        if self.inside == "script":
            self.found += _IN_SCRIPT.findall(_REMARK.sub("", data))
        elif self.inside == "style":
            self.found += _STYLE.findall(data)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def _requests(html: str) -> Iterator[str]:
    return (address for address in _read(html).found if not _NAMESPACE.match(address))


def requested(html: str) -> str:
    """Return the first address of another host that a browser loads for this HTML, or ""."""
    return next(_requests(html), "")


def requested_by_output(data: Mapping[str, Any]) -> str:
    """Return the same for what a cell shows: a bundle of contents by MIME type.

    A file beside it is looked for in vain too, because the folder of a kernel is gone.
    """
    markdown = "".join(data.get("text/markdown", ""))
    script = "".join(data.get("application/javascript", ""))
    shown = [*data.get("text/html", ""), *data.get("image/svg+xml", "")]
    shown += [MarkdownIt("commonmark").render(markdown), f"<script>{script}</script>"]
    html = "".join(shown)
    return requested(html) or next(iter(_read(html).files), "")


def embedded(address: str, folder: Path) -> str:
    """Return a data address with the content of a file in `folder`, or "" if there is no file."""
    if address.startswith("data:"):
        return address
    path = folder / address
    if "//" in address or not path.is_file():
        return ""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def without_comments(html: str) -> str:
    """Return HTML without comments, which are for authors only."""
    return re.sub(r"<!--.*?-->", "", html, flags=re.S)
