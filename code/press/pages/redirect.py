"""The root of the site, which leads to the landing page."""

from __future__ import annotations

from html import escape
from pathlib import Path

__all__ = ["redirect"]


def redirect(site: Path, docname: str, title: str) -> None:
    """Write `index.html`, with a link for who does not follow redirects."""
    page, title = f"{docname}.html", escape(title)
    (site / "index.html").write_text(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="refresh" content="0; url={page}">\n'
        f'<link rel="canonical" href="{page}">\n'
        '<link rel="icon" href="_static/favicon.svg">\n'
        f"<title>{title}</title>\n</head>\n"
        f'<body><p><a href="{page}">{title}</a></p></body>\n'
        "</html>\n",
        encoding="utf-8",
    )
