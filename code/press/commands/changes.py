"""What a reader sees differently between two builds: pages, figures and numbers.

Both builds are `_build` folders. The list is Markdown, for those who review a change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..book import PressError
from .check_reproducible import differences

__all__ = ["changes"]

WORDS = ("number", "message")
"""The kinds of outputs that are a few words, which are shown."""


def changes(before: Path, after: Path) -> str:
    """Return the list; raise PressError where one of the folders holds no finished build."""
    listed = [*_pages(before, after), *_outputs(before, after)]
    return "\n".join(listed or ["Nothing that a reader sees has changed."])


def _pages(before: Path, after: Path) -> Iterator[str]:
    one, two = (_manifest(folder) for folder in (before, after))
    different = [name for name in differences(one, two) if name.endswith(".html")]
    if different:
        yield f"**{len(different)} pages and decks**\n"
        for name in different:
            how = "new" if name not in one else "gone" if name not in two else "changed"
            yield f"- {name.removeprefix('html/')}: {how}"
        yield ""


def _outputs(before: Path, after: Path) -> Iterator[str]:
    one, two = (_entries(folder / "outputs") for folder in (before, after))
    different = differences(one, two)
    if different:
        yield f"**{len(different)} figures, numbers and other outputs**\n"
        for name in different:
            kind = (two.get(name) or one[name])["kind"]
            yield f"- {kind} `{name}`: {_how(kind, one.get(name), two.get(name))}"


def _how(kind: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> str:
    if old is None or new is None:
        return "new" if old is None else "gone"
    if old["data"] == new["data"]:
        return "its caption or description changed"
    texts = [_text(entry) for entry in (old, new)] if kind in WORDS else []
    return " → ".join(texts) if len(set(texts)) == 2 else "changed"


def _text(entry: dict[str, Any]) -> str:
    (content,) = entry["data"].values()
    return str(content["text"])


def _entries(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what was stored, without the places of cells, which any edit moves."""
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    return {
        name: {key: entry[key] for key in ("kind", "data", "caption", "alt")}
        for name, entry in found.items()
    }


def _manifest(folder: Path) -> dict[str, str]:
    path = folder / "manifest.json"
    if not path.exists():
        raise PressError(f"{folder} holds no finished build: it has no {path.name}")
    outputs: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["outputs"]
    return outputs
