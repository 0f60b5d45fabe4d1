"""Which names the cells of each page use, and in which sections: part of what Sphinx has read."""

from __future__ import annotations

from sphinx.environment import BuildEnvironment

__all__ = ["Uses", "uses"]

Uses = dict[str, list[tuple[str, str, str]]]
"""The names that the cells of each page use, with anchor and title of the section around them."""


def uses(env: BuildEnvironment) -> Uses:
    """Return what Sphinx has read of the cells of all pages."""
    found: Uses = env.__dict__.setdefault("library_uses", {})
    return found
