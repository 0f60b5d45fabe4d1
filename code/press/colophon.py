"""The colophon: whose the book is, under which licences, and which edition of it this is.

Pages, decks and notebooks end or begin with it. The owner is `author` in `_config.yml`, and the
version that of `pyproject.toml`. The commit is not known here, so that no commit changes all
pages: who publishes a site writes it into one file, which the pages read (`press stamp`).
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from html import escape
from importlib.metadata import version
from pathlib import Path

from .book import Book, PressError
from .repository import Repository
from .translation import _

__all__ = ["CC_BY", "EDITION", "STAMP", "UNSTAMPED", "Colophon", "stamp"]

CC_BY = "https://creativecommons.org/licenses/by/4.0/"
EDITION = "book/edition"
"""The page that says more on the edition, if the book has one."""
STAMP = "_static/edition.js"
"""The file of a site that names its commit."""
UNSTAMPED = "// The commit stands here when the book is published.\n"


@dataclass(frozen=True)
class Colophon:
    """What the colophon of a book says."""

    owner: str
    year: str
    version: str
    """Of the edition, such as `1.0.0`; empty if the book states none."""
    torch: str

    @classmethod
    def of(cls, book: Book) -> Colophon:
        """Return the colophon of this book."""
        config, project = book.config, book.root / "pyproject.toml"
        found = tomllib.loads(book.text(project)).get("project", {}) if project.exists() else {}
        return cls(
            owner=str(config.get("author") or "The authors"),
            year=str(config.get("copyright") or ""),
            version=str(found.get("version") or ""),
            torch=version("torch").partition("+")[0],  # without the kind of build
        )

    @property
    def edition(self) -> str:
        """Which edition it is, and what computed it, in words."""
        if self.version:
            return _("Edition {}, computed with PyTorch {}").format(self.version, self.torch)
        return _("Computed with PyTorch {}").format(self.torch)

    @property
    def rights(self) -> str:
        """Whose it is, such as `© 2026 The authors`."""
        return " ".join(filter(None, ("©", self.year, self.owner)))

    def html(self, about: str = "", report: str = "") -> str:
        """Return it as HTML; `about` is the address of the page on the edition.

        `report` is the link to the form for mistakes, if there is one.
        """
        link = f'<a rel="license" href="{CC_BY}">CC BY 4.0</a>'
        licence = _("Text and figures: {}, code: MIT").format(link)
        edition = f'<a href="{escape(about)}">{self.edition}</a>' if about else self.edition
        return f"{escape(self.rights)}. {licence}. {edition}.{report and f' {report}.'}"

    def report(self, repository: Repository | None, place: str, words: str) -> str:
        """Return a link to the form for mistakes in `place`, or '' if no repository is known."""
        if repository is None:
            return ""
        form = repository.report(place, self.version)
        address = escape(form.address)
        return f'<a class="dp-report" href="{address}" data-place="{form.place}">{words}</a>'

    @property
    def markdown(self) -> str:
        """It as Markdown."""
        return f"{self.rights}. Text and figures: [CC BY 4.0]({CC_BY}), code: MIT. {self.edition}."


def stamp(site: Path, commit: str, date: str) -> None:
    """Write the commit and its date into a built site, for the pages to show.

    Raises PressError where `site` is no built site.
    """
    path = site / STAMP
    if not path.exists():
        raise PressError(f"{site} is no built site: it has no {STAMP}")
    words = f"Commit {commit[:12]} of {date}."
    path.write_text(f"document.documentElement.dataset.edition = {json.dumps(words)};\n")
