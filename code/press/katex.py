r"""Formulas as HTML, which KaTeX writes in a node process beside Sphinx.

The process reads one formula per line, and answers with one line. It ends when its input ends, and
therefore with the build, even a killed one. A formula that KaTeX cannot read stops the build.

On slides, `\lit{2}{…}` marks a term that lights up with the second step through the code.
"""

from __future__ import annotations

import atexit
import json
import re
import subprocess
from functools import cache
from pathlib import Path

from . import files
from .book import PressError
from .node import PACKAGES, node

__all__ = ["KATEX", "copy_style", "render"]

KATEX = PACKAGES / "katex" / "dist"

SCRIPT = """
const katex = require(process.argv[1]);
require("readline").createInterface({ input: process.stdin }).on("line", line => {
  const { latex, displayMode } = JSON.parse(line);
  let answer;
  const options = {
    displayMode,
    macros: { "\\\\lit": "{\\\\htmlData{step=#1}{#2}}" },
    trust: ({ command }) => command === "\\\\htmlData",
    strict: code => code === "htmlExtension" ? "ignore" : "error",
  };
  try { answer = { html: katex.renderToString(latex, options) }; }
  catch (error) { answer = { error: error.message }; }
  process.stdout.write(JSON.stringify(answer) + "\\n");
});
"""


@cache
def _process() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [str(node()), "-e", SCRIPT, str(KATEX / "katex.min.js")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    atexit.register(process.communicate)  # closes its input, and waits for its end
    return process


@cache
def render(latex: str, display: bool) -> str:
    """Return the HTML of a formula; raise PressError if KaTeX cannot read it."""
    process = _process()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"latex": latex, "displayMode": display}) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline() or '{"error": "node has ended"}')
    if "error" in answer:
        raise PressError(f"the formula {latex!r}: {answer['error']}")
    return str(answer["html"])


def copy_style(static: Path) -> None:
    """Copy KaTeX's style sheet, and its fonts in the one format that all browsers read."""
    css = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\([^)]+\) format\("(?:woff|truetype)"\)', "", css)
    files.write(static / "katex.css", css.replace("url(fonts/", "url(katex/"))
    for font in (KATEX / "fonts").glob("*.woff2"):
        files.write(static / "katex" / font.name, font.read_bytes())
