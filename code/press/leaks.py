"""The search for solutions in finished files: whatever a class gets is read, and all of it.

It depends on nothing that made the files. Archives are opened, what is compressed or in base64 is
decoded, and the escapes of HTML, JSON and JavaScript are undone. What is compared is text without
blanks and quotes, since pages write both in ways of their own.
"""

from __future__ import annotations

import base64
import gzip
import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import files
from .chapter import Chapter

__all__ = ["Found", "Secret", "open_text", "search", "secrets"]

SHORTEST_LINE = 10  # characters without blanks; shorter lines, such as `else:`, tell nothing
SHORTEST_WORDS = 25  # of a remark
IN_BASE64 = re.compile(rb"[A-Za-z0-9+/]{200,}={0,2}")

_DROPPED = b" \t\n\r\f\v'\"`\\"
_ALSO_DROPPED = [mark.encode() for mark in "\u00a0\u202f\u2009\u200b\u2060\u00ad‘’‚“”„«»"]
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|([nrtbf])|(["\\/]))')
_TAG = re.compile(r"<[/!]?[a-zA-Z-][^<>]*>")
_MARKUP = re.compile(
    r"\{[\w-]+\}`[^`]*`|`[^`]*`|\$\$[^$]*\$\$|\$[^$]*\$|\]\([^)]*\)|https?://\S+"
    r"|^ *:::+.*|^ *```.*|^ *[-*+] |[*_\[\]<>|$`]|(?<=[.?!:;,])\s+|\n\s*\n",
    re.M,
)
"""The ends of sentences and their parts, and what a page writes in another way than a chapter."""


@dataclass(frozen=True)
class Secret:
    """A line of a solution, or words of a remark on one."""

    owner: str
    """The name of the exercise, or file and line of the remark."""
    text: str
    """As it is written."""
    also_at: str = ""
    """Where everybody may read it, if anywhere."""

    @property
    def key(self) -> bytes:
        """The text as it is searched for."""
        return bare(self.text)


@dataclass(frozen=True)
class Found:
    """A secret in a file; inside of an archive, the names of both are given."""

    secret: Secret
    place: str

    def __str__(self) -> str:
        return f"{self.place}: has {self.secret.text.strip()!r} of {self.secret.owner}"


def secrets(chapters: Iterable[Chapter], readable: dict[str, bytes]) -> list[Secret]:
    """Return what is secret in these chapters, which have their solutions.

    `readable` is text without blanks that everybody may read, by its place.
    """
    found = []
    for chapter in chapters:
        lines = chapter.text.splitlines()
        for exercise in chapter.exercises:
            code = dict.fromkeys(line.strip() for line in exercise.secret)
            found += [(exercise.name, line) for line in code if len(bare(line)) >= SHORTEST_LINE]
        for box in chapter.remarks:
            place = f"{chapter.page.docname}.md:{box.start + 1}"
            words = _MARKUP.split("\n".join(lines[box.start : box.stop]))
            found += [(place, part) for part in words if len(bare(part)) >= SHORTEST_WORDS]
    return [
        Secret(owner, text, next((at for at, known in readable.items() if bare(text) in known), ""))
        for owner, text in found
    ]


def open_text(chapters: Iterable[Chapter], code: Path) -> dict[str, bytes]:
    """Return what everybody may read, without blanks, by its place.

    These are the chapters, given without solutions, and the library, which is imported.
    """
    library = code / "diffprog"
    places = {
        path.relative_to(code).as_posix(): path.read_text(encoding="utf-8")
        for path in files.files(library)
        if path.suffix == ".py" and not path.is_relative_to(library / "grade")
    }
    places |= {f"{chapter.page.docname}.md": chapter.text for chapter in chapters}
    return {place: bare(text) for place, text in places.items()}


def search(roots: Iterable[Path], wanted: Iterable[Secret]) -> list[Found]:
    """Return where these files, and the files in these folders, have what is wanted."""
    keys = [(secret.key, secret) for secret in wanted]
    found, seen = list[Found](), set[str]()
    for root in roots:
        for path in files.files(root):
            name = path.relative_to(root.parent).as_posix()
            for place, data in _opened(name, path.read_bytes()):
                if (digest := files.digest(data)) not in seen:
                    seen.add(digest)
                    text = b"\0".join(_views(data))
                    found += [Found(secret, place) for key, secret in keys if key in text]
    return found


def bare(text: str | bytes) -> bytes:
    """Return text in UTF-8, without blanks, quotes and backslashes."""
    data = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    data = data.translate(None, _DROPPED)
    for mark in _ALSO_DROPPED:
        data = data.replace(mark, b"")
    return data


def _opened(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the content of a file, and all that is packed in it, each with its place."""
    yield name, data
    if data[:2] == b"\x1f\x8b":
        yield from _opened(name.removesuffix(".gz"), gzip.decompress(data))
    elif data[:4] == b"PK\3\4":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inside in archive.namelist():
                yield from _opened(f"{name} ▸ {inside}", archive.read(inside))
    for number, packed in enumerate(IN_BASE64.findall(data)):
        content = base64.b64decode(packed[: len(packed) // 4 * 4])
        yield from _opened(f"{name} ▸ base64 {number}", content)


def _views(data: bytes) -> Iterator[bytes]:
    """Yield the text of a file in each way in which it may be meant."""
    yield bare(data)
    try:
        text = data.decode()
    except UnicodeDecodeError:  # compiled Python, a font or a picture
        return
    plain = html.unescape(_unescaped(html.unescape(text)))
    tagless = html.unescape(_TAG.sub("", text)), _TAG.sub("", plain)
    yield from (bare(view) for view in dict.fromkeys((plain, *tagless)) if view != text)


def _unescaped(text: str) -> str:
    """Undo the escapes of strings in JSON and JavaScript."""
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else " " if m[2] else m[3], text)
