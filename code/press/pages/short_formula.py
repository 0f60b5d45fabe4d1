"""Formulas as a line of text, for places that show no formulas: `s/√b`, `10⁻⁶`, `∂L/∂θ`.

They are made from the MathML that KaTeX writes for screen readers.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["short_formula"]

RAISED = dict(zip("0123456789+−-()niT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿⁱᵀ", strict=True))
LOWERED = dict(zip("0123456789+−-()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎", strict=True))
ACCENTS = {"^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303", "ˉ": "\u0304", "¯": "\u0304"}
ACCENTS |= {"‾": "\u0304", "˙": "\u0307", "⃗": "\u20d7", "→": "\u20d7", "⋆": "*"}
APART = set("=<>≤≥≈≠∼∝∈≪≫±→←↦×·⋅")
"""What has a space on either side."""
SIGNS = set("+−-")
"""What has spaces if something stands before it."""
ENDS = set(")]}⟩|∣!")
"""The operators that end what stands before a sign."""
BRACES = set("⏟⏞")
SUMS = set("∑∏∫")


def short_formula(math: Any) -> str:
    """Return the text of a `<math>` element."""
    text = re.sub(r"\s+", " ", _text(math))
    text = re.sub(r"(?<=[a-z]{2}) (?=\()| (?=[.,;)\]])|(?<=[(\[]) ", "", text)
    return text.replace(",;", ";").strip()


def _text(node: Any) -> str:
    """Return the text of an element of MathML and all that it contains."""
    parts = [child for child in node if isinstance(child.tag, str)]
    kind = node.tag
    if kind in ("annotation", "mphantom"):
        return ""
    if kind == "mspace":
        return " "
    if kind in ("mi", "mn", "mtext", "ms"):
        text = str(node.text or "").replace("\xa0", " ").replace("∣", "|")
        return f" {text} " if kind == "mi" and len(text) > 1 else text
    if kind == "mo":
        return _operator(node)
    if kind == "mfrac":
        return f" {_factor(parts[0])}/{_factor(parts[1])} "
    if kind == "msqrt":
        return "√" + _factor(*parts)
    if kind == "mroot":
        return _index(_text(parts[1]).strip(), RAISED, "^") + "√" + _factor(parts[0])
    if kind in ("msup", "msub", "msubsup"):
        return _with_indices(kind, parts)
    if kind in ("mover", "munder", "munderover"):
        return _with_marks(kind, parts)
    joiner = {"mtable": "; ", "mtr": " "}.get(kind, "")
    return joiner.join(text for part in parts if (text := _text(part)).strip() or not joiner)


def _operator(node: Any) -> str:
    sign = re.sub("[\u2061\u200b]", "", str(node.text or "")).replace("∣", "|")
    if sign in APART and node.get("fence") != "true":
        return f" {sign} "
    before = node.getprevious()
    if sign in SIGNS and before is not None and (before.tag != "mo" or before.text in ENDS):
        return f" {sign} "
    return f"{sign} " if sign in (",", ";") else sign


def _factor(*nodes: Any) -> str:
    """Return the text of a part of a product, in parentheses if it is a sum."""
    text = "".join(map(_text, nodes)).strip()
    return text if _is_one(text) else f"({text})"


def _is_one(text: str) -> bool:
    """Return whether nobody would take a part of `text` for the whole."""
    return not re.search(r"[\s/]", text) or bool(re.fullmatch(r"\([^()]*\)", text))


def _with_indices(kind: str, parts: list[Any]) -> str:
    base = _text(parts[0]).rstrip()
    low = _text(parts[1]).strip() if kind != "msup" else ""
    high = _text(parts[-1]).strip() if kind != "msub" else ""
    text = base + _index(low, LOWERED, "_") + _index(high, RAISED, "^")
    return f" {text} " if base.strip() in SUMS else text


def _index(text: str, small: dict[str, str], mark: str) -> str:
    if not text.strip("′″⋆∗*"):
        return text
    if all(letter in small for letter in text):
        return "".join(small[letter] for letter in text)
    return f"{mark}{text}" if _is_one(text) else f"{mark}({text})"


def _with_marks(kind: str, parts: list[Any]) -> str:
    base, *marks = (_text(part).strip() for part in parts)
    if kind == "mover" and marks[0] in ACCENTS:
        return base + ACCENTS[marks[0]]
    if BRACES & {*marks, *("".join(last.itertext()) for last in parts[0][-1:])}:
        return base  # a line has no place for what stands at a brace
    low = marks[0] if kind != "mover" else ""
    high = marks[-1] if kind != "munder" else ""
    return f" {base}{_index(low, LOWERED, '_')}{_index(high, RAISED, '^')} "
