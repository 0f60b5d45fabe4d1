"""Which builder runs: what scripts, menus and launches are for is not part of an EPUB."""

from __future__ import annotations

from sphinx.application import Sphinx

__all__ = ["is_site"]


def is_site(app: Sphinx) -> bool:
    """Return whether Sphinx writes the site, and not a file for a reading app."""
    return app.builder.format == "html" and not getattr(app.builder, "embedded", False)
