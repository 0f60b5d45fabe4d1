"""What the press takes from Jupyter Book 1: the settings for Sphinx that follow from `_config.yml`.

Nothing else imports `jupyter_book`. Of its other parts, only two are in use: `_config.yml` lists it
as an extension of Sphinx, where it registers `use_jupyterbook_latex` and `use_multitoc_numbering`,
and readers may call its command, `jupyter-book build .`, which makes the same site.

To leave Jupyter Book, write `sphinx_settings` anew. What it has to return is what is under `sphinx:
config` in `_config.yml`, and a few more settings, which tests/press/test_jupyter_book_config.py
derives from the other keys of that file, one by one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_book.config import get_final_config

__all__ = ["sphinx_settings"]


def sphinx_settings(root: Path, **given: object) -> dict[str, Any]:
    """Return the settings for Sphinx of the book in `root`; those that are given come first."""
    settings: dict[str, Any]
    settings, _ = get_final_config(
        user_yaml=root / "_config.yml",
        # Jupyter Book asks for this one, and Sphinx does not know it.
        cli_config={**given, "latex_individualpages": False},
        sourcedir=root,
    )
    return settings
