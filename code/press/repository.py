"""The repository that the book is built from, and the addresses at which its notebooks open.

The repository is that of `repository: url` in `_config.yml`, else of the CI that builds, else of
the git remote, so that the book of a fork launches the fork.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

from .book import Book

__all__ = ["BRANCH", "Repository", "find"]

BRANCH = "notebooks"
"""The branch that holds the notebooks and what they need to run, and nothing else."""

_SSH = re.compile(r"(?:ssh://)?[\w.-]+@(?P<host>[\w.-]+)(?::\d+/|:|/)(?P<path>.+)")


@dataclass(frozen=True)
class Repository:
    """A repository at an https address, without a slash or `.git` at its end."""

    url: str

    @property
    def path(self) -> str:
        """`owner/name`."""
        return urlsplit(self.url).path.strip("/")

    def binder(self, notebook: str) -> str:
        """Return Binder's address for a notebook, such as `student/part1/simulator.ipynb`."""
        host = urlsplit(self.url).hostname
        spec = {
            "github.com": f"gh/{self.path}",
            "gitlab.com": f"gl/{quote(self.path, safe='')}",
        }.get(host or "", f"git/{quote(self.url, safe='')}")
        return f"https://mybinder.org/v2/{spec}/{BRANCH}?urlpath={quote(f'lab/tree/{notebook}')}"

    def colab(self, notebook: str) -> str | None:
        """Return Colab's address for a notebook, or None, because Colab knows only GitHub."""
        if urlsplit(self.url).hostname != "github.com":
            return None
        place = f"{self.path}/blob/{BRANCH}/{quote(notebook)}"
        return f"https://colab.research.google.com/github/{place}"


def find(book: Book) -> Repository | None:
    """Return the repository of the checkout in which `book` is, or None if unknown."""
    configured = (book.config.get("repository") or {}).get("url") or ""
    places = [configured, *_hosting(), _remote(book.root)]
    return next((Repository(url) for url in map(_https, places) if url), None)


def _hosting() -> list[str]:
    """Return the addresses that GitHub's and GitLab's CI state; '' for one that is not running."""
    server, name = (os.environ.get(f"GITHUB_{part}", "") for part in ("SERVER_URL", "REPOSITORY"))
    return [f"{server}/{name}" if server and name else "", os.environ.get("CI_PROJECT_URL", "")]


@cache  # one call of git per build
def _remote(root: Path) -> str:
    command = ["git", "-C", str(root), "remote", "get-url", "origin"]
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    except OSError:  # no git here
        return ""


def _https(address: str) -> str:
    """Return the https address of a remote, without a user's name; '' for a folder."""
    address = address.strip().rstrip("/").removesuffix(".git")
    if address.startswith(("http://", "https://")):
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}{parts.path}" if parts.path.strip("/") else ""
    match = _SSH.fullmatch(address)
    return f"https://{match['host']}/{match['path'].lstrip('/')}" if match else ""
