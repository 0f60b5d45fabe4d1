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
from urllib.parse import quote, urlencode, urlsplit

from .book import Book, PressError

__all__ = ["BRANCH", "Report", "Repository", "find"]

BRANCH = "notebooks"
"""The branch that holds the notebooks and what they need to run, and nothing else."""

_SAME = {
    "www.github.com": "github.com",
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}
"""Other names of hosts, as behind a firewall that lets only port 443 through."""
_HOSTS = {"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"}
_SHARED_USERS = re.compile(r"git|gitea|forgejo|org-\d+")
"""Users of services that host repositories; another one has an account on some machine."""
_PUBLIC = re.compile(r"(?!127\.)[\w-]+\.")
_REMOTE = re.compile(
    r"(?:(?:git\+|ssh\+)?(?:ssh|git)://)?(?:(?P<user>[\w.-]+)@)?(?P<host>[\w-]+(?:\.[\w-]+)+)"
    r"(?::\d+/|:|/)(?P<path>.+)"
)


@dataclass(frozen=True)
class Report:
    """The address of a form for mistakes, and its parameter that names the place."""

    address: str
    place: str


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

    def source(self, path: str, first: int, last: int) -> str | None:
        """Return where lines of a file are shown as they are now, or None if that is unknown."""
        host = urlsplit(self.url).hostname
        if host == "github.com":
            return f"{self.url}/blob/HEAD/{quote(path)}#L{first}-L{last}"
        if host == "gitlab.com":
            return f"{self.url}/-/blob/HEAD/{quote(path)}#L{first}-{last}"
        return None

    def report(self, place: str, edition: str) -> Report:
        """Return where a mistake in `place` is reported: GitHub's form, or a new issue."""
        host = urlsplit(self.url).hostname
        if host == "github.com":
            fields = {"template": "mistake.yml", "edition": edition, "place": place}
            return Report(f"{self.url}/issues/new?{urlencode(fields)}", "place")
        body, title = f"Edition: {edition}", f"Mistake: {place}"
        if host == "gitlab.com":
            fields = {"issue[description]": body, "issue[title]": title}
            return Report(f"{self.url}/-/issues/new?{urlencode(fields)}", "issue[title]")
        return Report(f"{self.url}/issues/new?{urlencode({'body': body, 'title': title})}", "title")


def find(book: Book) -> Repository | None:
    """Return the repository of the checkout in which `book` is, or None if unknown.

    It has the solutions, so the edition for a class does without. Raises PressError where the
    settings name one that is no address.
    """
    if book.for_class:
        return None
    configured = str((book.config.get("repository") or {}).get("url") or "")
    if configured:
        if url := _https(configured if "://" in configured else f"https://{configured}"):
            return Repository(url)
        raise PressError(
            f"_config.yml: `repository: url: {configured}` is no address of a repository, such as"
            " https://github.com/owner/name"
        )
    places = [*_hosting(), _remote(book.root)]
    return next((Repository(url) for url in map(_https, places) if url), None)


def _hosting() -> list[str]:
    """Return the addresses that GitHub's and GitLab's CI state; '' for one that is not running."""
    server, name = (os.environ.get(f"GITHUB_{part}", "") for part in ("SERVER_URL", "REPOSITORY"))
    return [f"{server}/{name}" if server and name else "", os.environ.get("CI_PROJECT_URL", "")]


@cache  # one call of git per build
def _remote(root: Path) -> str:
    """Return the remote of the repository whose first folder is `root`, not of one around it."""
    # A hook of another repository, or an editor, may say by these which repository it is at.
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(root), "remote", "get-url", "origin"]
    if not (root / ".git").exists():  # a folder, or a file in a worktree or a submodule
        return ""
    try:
        return subprocess.run(command, capture_output=True, text=True, env=env).stdout.strip()
    except OSError:  # no git here
        return ""


def _https(address: str) -> str:
    """Return the https address at which readers open a repository; "" for one on some machine."""
    address = address.strip().rstrip("/").removesuffix(".git")
    if address.startswith(("http://", "https://")):
        web = urlsplit(address)
        scheme, user = web.scheme, "git"
        host, path = web.netloc.rpartition("@")[2].lower(), web.path[1:]
    elif match := _REMOTE.fullmatch(address):
        scheme, user = "https", match["user"] or "git"
        host, path = match["host"].lower(), match["path"]
    else:
        return ""
    host = _SAME.get(host, host)
    if host in _HOSTS:
        scheme, path = "https", re.sub(r"/(?:-/)?(?:tree|blob|src)/.*", "", path.strip("/"))
    elif host == "ssh.dev.azure.com":
        host, path = "dev.azure.com", re.sub("^v3/(.+)/", r"\1/_git/", path)
    elif _SHARED_USERS.fullmatch(user) is None or path.startswith("/") or not _PUBLIC.match(host):
        return ""
    return f"{scheme}://{host}/{path}" if path.strip("/") else ""
