"""The symbols of the book: what each chapter introduces, and what its formulas use.

The front matter of a chapter has `notation`, a mapping of LaTeX to a short meaning. A formula may
use a letter if its own chapter or an earlier one introduces it. What stands around a letter, such
as an index, a hat or a prime, is left out of account, and so are words in upright type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .book import Page, PressError
from .chapter import VERBATIM, Chapter

__all__ = ["Symbol", "clashes", "formulas", "letters", "strangers", "symbols"]

GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta",
    "iota", "kappa", "lambda", "mu", "nu", "xi", "rho", "sigma", "tau", "upsilon", "phi", "varphi",
    "chi", "psi", "omega", "Gamma", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi",
    "Omega", "ell",
}  # fmt: skip
"""The commands of letters; π and Δ have the meaning that they have everywhere."""
_BRACES = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_ONE = rf"(?:{_BRACES}|\\[A-Za-z]+(?: *{_BRACES}| +[A-Za-z])?|[^\s{{}}\\])"
"""What a command takes: a group, a command with its own argument, or one character."""
_UPRIGHT = rf"\\(?:text|mathrm|mathsf|mathtt|operatorname|begin|end|tag|label)\*? *{_ONE}"
_LEFT_OUT = (
    (r"(?<!\\)%.*|\\\\\[[^\]]*\]", ""),
    (r"\\(?:mathcal|mathbb) *\{? *([A-Za-z]) *\}?", r" <\1> "),
    (rf"_ *{_ONE}", " "),
    (rf"\^ *(?:\*|\\top\b|\\prime\b|T\b|{_UPRIGHT}|\{{ *(?:\*|{_UPRIGHT}|\(.*?\)) *\}})", " "),
    (_UPRIGHT, " "),
    (r"(?<![A-Za-z\\])e *(?=\^)", " "),
    (r"(?<![A-Za-z\\])d(?=[A-Za-z]\b|\\[a-z]|\}\{d)", " "),
)
"""Comments and gaps, script letters as one token, indices, transposes, words, e to a power, dx."""
_TOKEN = re.compile(r"<[A-Za-z]>|\\[A-Za-z]+|[A-Za-z]")
_ACCENT = re.compile(r"\\(?:bar|dot|hat|tilde|vec)(?! *[{\w\\])")
"""An accent alone, which is drawn over a dot."""
CELLS = VERBATIM | {"code-cell"}
_FENCE = re.compile(r" *(`{3,}|:{3,})(?:\{([\w:-]+)\})?(.*)")
_FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$(?![\s$])([^$]+?)(?<!\s)\$", re.S)


@dataclass(frozen=True)
class Symbol:
    """A symbol, as the chapter `page` introduces it."""

    latex: str
    meaning: str
    page: Page

    @property
    def letter(self) -> str:
        r"""Its letter, such as `v` or `\eta`, or '' for a sign."""
        return next(iter(letters(self.latex)), "")

    @property
    def script(self) -> str:
        """`latin`, `greek`, or `other` for a sign."""
        if self.letter.startswith("\\") and self.letter != "\\ell":
            return "greek"
        return "latin" if self.letter else "other"

    @property
    def order(self) -> tuple[str, str, str]:
        """Where it stands in its list: by letter, small letters first."""
        plain = self.letter.strip("<>\\").removeprefix("var")
        return plain.casefold(), plain.swapcase(), self.latex


def symbols(chapter: Chapter) -> list[Symbol]:
    """Return what a chapter introduces; raise PressError where that is no list of symbols."""
    given = chapter.notebook.metadata.get("notation") or {}
    if not isinstance(given, dict):
        raise PressError(f"{chapter.page.docname}.md: notation maps each symbol to its meaning")
    found = [
        Symbol(_ACCENT.sub(r"\g<0>{\\;\\cdot\\;}", str(latex)), str(text), chapter.page)
        for latex, text in given.items()
    ]
    for symbol in found:
        if len(letters(symbol.latex)) > 1:
            message = "each entry of notation is one letter, with its index or hat"
            raise PressError(f"{chapter.page.docname}.md: {symbol.latex!r}: {message}")
    return found


def letters(latex: str) -> set[str]:
    r"""Return the letters of a formula: `a`, `\eta`, and `<L>` for a script L."""
    for pattern, instead in _LEFT_OUT:
        latex = re.sub(pattern, instead, latex)
    tokens = _TOKEN.findall(latex)
    return {token for token in tokens if token[0] != "\\" or token[1:] in GREEK}


def formulas(chapter: Chapter) -> Iterator[str]:
    """Yield the formulas of a chapter, those in captions and texts of figures included."""
    options = (cell.metadata.get("mystnb", {}) for cell in chapter.notebook.cells)
    captions = (option.get("figure", {}).get("caption", "") for option in options)
    for text in (_prose(chapter.text), *captions):
        for displayed, inline in _FORMULA.findall(re.sub(r"(?<!`)`[^`]+`(?!`)", "", text)):
            yield displayed or inline


def _prose(text: str) -> str:
    """Return a page without front matter, listings and cells; what stands in boxes stays."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    kept, opened, listing = list[str](), list[str](), False
    for line in text.splitlines():
        fence, name, rest = found.groups() if (found := _FENCE.fullmatch(line)) else ("", "", "")
        if fence and not name and not rest.strip() and opened and fence[0] == opened[-1][0]:
            if len(fence) >= len(opened[-1]):
                opened.pop()
                listing = False
        elif listing:
            continue
        elif fence:
            opened.append(fence)
            listing = not name or name in CELLS
        else:
            kept.append(line)
    return "\n".join(kept)


def strangers(chapters: Iterable[Chapter]) -> Iterator[str]:
    """Yield the letters that a chapter's formulas use and nothing up to it introduces."""
    known: set[str] = set()
    for chapter in chapters:
        known |= {symbol.letter for symbol in symbols(chapter)}
        used: dict[str, str] = {}
        for formula in formulas(chapter):
            for letter in letters(formula) - known:
                used.setdefault(letter, " ".join(formula.split()))
        for letter, formula in sorted(used.items()):
            yield f"{chapter.page.docname}.md: {letter}, as in ${formula}$, is in no notation"


def clashes(chapters: Iterable[Chapter]) -> Iterator[str]:
    """Yield the symbols that two chapters introduce with different meanings."""
    known: dict[str, Symbol] = {}
    for symbol in (symbol for chapter in chapters for symbol in symbols(chapter)):
        first = known.setdefault(re.sub(r"[{}\s]", "", symbol.latex), symbol)
        if first.meaning != symbol.meaning:
            yield (
                f"{symbol.page.docname}.md: {symbol.latex} is {symbol.meaning!r}, and"
                f" {first.meaning!r} in {first.page.docname}.md"
            )
