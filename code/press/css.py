"""Style sheets of others, cut down to what pages and their scripts need."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .pages.purge import Used, purged

__all__ = ["cut"]


def cut(sheet: Path, pages: Iterable[str], scripts: Iterable[Path]) -> str:
    """Return the rules that this HTML can need, also once these scripts have changed it."""
    used = Used()
    for html in pages:
        used.add_page(html)
    for script in scripts:
        used.add_script(script.read_text(encoding="utf-8"))
    return purged(sheet.read_text(encoding="utf-8"), used)
