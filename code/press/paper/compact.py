"""The PDF that a browser wrote, made smaller, with its date and author.

A browser writes tens of thousands of small objects, most of which say what is a heading, a
paragraph or a formula, one by one and not compressed. Here they are put into streams, as PDF 1.5
allows; then the file has a third of its size.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence

__all__ = ["compact"]

TOGETHER = 200
"""How many objects stand in one stream."""

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\s*endobj\s*", re.S)
_TRAILER = re.compile(rb"/Root (\d+) 0 R\s*/Info (\d+) 0 R")


def compact(pdf: bytes, about: Mapping[str, str]) -> bytes:
    """Return a PDF of Chromium's as one of version 1.5 that says this about itself.

    `about` has the texts of the PDF's information, such as `Author`. Readers open it with its
    bookmarks. Raises ValueError if the file is not as Chromium writes it.
    """
    begin = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    trailer = _TRAILER.search(pdf, begin)
    if trailer is None or not pdf.startswith(b"xref", begin):
        raise ValueError("the PDF has no table of objects")
    root, info = int(trailer[1]), int(trailer[2])
    objects = dict(_objects(pdf, begin))
    objects[info] = b"<<%b>>" % b"".join(
        b"/%b <%b>\n" % (name.encode(), _text(value)) for name, value in about.items()
    )
    objects[root] = objects[root].replace(b"<<", b"<</PageMode /UseOutlines\n", 1)
    return _written(objects, root, info)


def _objects(pdf: bytes, begin: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each object that the table at `begin` lists."""
    places = sorted(int(place) for place in re.findall(rb"(\d{10}) \d{5} n", pdf[begin:]))
    for place, end in zip(places, [*places[1:], begin], strict=True):
        found = _OBJECT.fullmatch(pdf, place, end)
        if found is None:
            raise ValueError(f"there is no object at byte {place}")
        yield int(found[1]), found[2]


def _text(value: str) -> bytes:
    return (b"\xfe\xff" + value.encode("utf-16-be")).hex().encode()


def _written(objects: dict[int, bytes], root: int, info: int) -> bytes:
    made = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    entries = {0: (0, 0, 65535)}
    small = [number for number, content in objects.items() if b"stream" not in content]
    for number in sorted(objects.keys() - set(small)):
        entries[number] = (1, len(made), 0)
        made += b"%d 0 obj\n%b\nendobj\n" % (number, objects[number])
    number = max(objects)
    for begin in range(0, len(small), TOGETHER):
        group = small[begin : begin + TOGETHER]
        number += 1
        entries |= {each: (2, number, index) for index, each in enumerate(group)}
        entries[number] = (1, len(made), 0)
        made += _stream(number, *_together(group, objects))
    number += 1
    begin = len(made)
    entries[number] = (1, begin, 0)
    table = b"".join(
        kind.to_bytes(1) + place.to_bytes(4) + index.to_bytes(2)
        for kind, place, index in (entries.get(each, entries[0]) for each in range(number + 1))
    )
    made += _stream(
        number,
        b"/Type /XRef /W [1 4 2] /Size %d /Root %d 0 R /Info %d 0 R" % (number + 1, root, info),
        table,
    )
    return bytes(made) + b"startxref\n%d\n%%%%EOF\n" % begin


def _together(group: Sequence[int], objects: Mapping[int, bytes]) -> tuple[bytes, bytes]:
    """Return what a stream with these objects says of itself, and its content."""
    places, content = b"", b""
    for number in group:
        places += b"%d %d " % (number, len(content))
        content += objects[number] + b"\n"
    about = b"/Type /ObjStm /N %d /First %d" % (len(group), len(places))
    return about, places + content


def _stream(number: int, about: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    about += b" /Filter /FlateDecode /Length %d" % len(packed)
    return b"%d 0 obj\n<<%b>>\nstream\n%b\nendstream\nendobj\n" % (number, about, packed)
