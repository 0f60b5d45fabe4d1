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
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from . import files, fonts
from .book import PressError
from .node import PACKAGES, node
from .purge import Used, purged

__all__ = ["KATEX", "copy_style", "math_ml", "render"]

FORMULA = "katex-html"
"""The class of what is seen of a formula."""
KATEX = PACKAGES / "katex" / "dist"

_MATH = re.compile(r"(<math[^>]*)><semantics>(.*?)<annotation\b.*</semantics></math>", re.S)
_FUNCTION = re.compile(r"<mi[^>]*>[^<]*</mi><mo>\u2061</mo>")
"""The name of a function such as `max`, and the sign that applies it to what follows."""
_BELOW_ZERO = re.compile(r"(?<=[\";])height:-[\d.]+em;")

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
    return _valid(str(answer["html"]))


def _valid(html: str) -> str:
    """Return KaTeX's formula as MathML and CSS allow it.

    Without a row of their own, name and sign of a function would be two indices of a letter, and
    the columns of two aligned parts would have a space without a length. Of a low index KaTeX
    writes a height below zero, which browsers leave out.
    """
    html = _FUNCTION.sub(r"<mrow>\g<0></mrow>", html)
    html = _BELOW_ZERO.sub("", html)
    return html.replace(' columnspacing=""', "")


def math_ml(latex: str, display: bool) -> str:
    """Return a formula as MathML alone, with its TeX for apps that do not know MathML."""
    found = _MATH.search(render(latex, display))
    assert found is not None
    return f'{found[1]} alttext="{escape(latex.strip())}">{found[2]}</math>'


def copy_style(static: Path, pages: Iterable[str]) -> None:
    """Write KaTeX's style sheet and fonts into `static`, cut down to what the pages need."""
    used, italic, upright = Used(), set[str](), set[str]()
    for html in pages:
        if FORMULA in html:
            document = used.add_page(html)
            _add_characters(document, italic, upright)
    css = (KATEX / "katex-swap.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\([^)]+\) format\("(?:woff|truetype)"\)', "", css)
    css = purged(css.replace("url(fonts/", "url(katex/"), used)
    files.write(static / "katex.css", css)
    for name in re.findall(r"url\(katex/([^)]+)\)", css):
        characters = italic if name.startswith("KaTeX_Math") else upright
        files.write(static / "katex" / name, fonts.cut(KATEX / "fonts" / name, characters))


def _add_characters(document: Any, italic: set[str], upright: set[str]) -> None:
    """Collect what formulas show: in the fonts of variables, and in all others."""
    for formula in document.iterfind(f".//span[@class='{FORMULA}']"):
        for element in formula.iter():
            classes = element.get("class", "").split()
            is_italic = "mathnormal" in classes or "boldsymbol" in classes
            (italic if is_italic else upright).update(element.text or "")
            upright.update(element.tail or "")
