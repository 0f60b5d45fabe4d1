"""Show source of the library; give numbers and answers to the prose.

In a build (`building()`), outputs carry a MIME type of our own, from which
the page, the decks and the notebooks are made. Elsewhere, `source` shows
highlighted code, and `number` and `answer` show nothing.
"""

from __future__ import annotations

import inspect
import math
import os
from pathlib import Path
from typing import Any

__all__ = [
    "EXERCISE", "FIGURE", "FRAMES", "NUMBER", "PREDICTION", "SOURCE",
    "answer", "building", "formatted", "number", "source",
]  # fmt: skip

FIGURE = "application/vnd.diffprog.figure+json"
FRAMES = "application/vnd.diffprog.frames+json"
SOURCE = "application/vnd.diffprog.source+json"
NUMBER = "application/vnd.diffprog.number+json"
EXERCISE = "application/vnd.diffprog.exercise+json"
PREDICTION = "application/vnd.diffprog.prediction+json"

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def building() -> bool:
    """Tell whether the book is being built: DIFFPROG_BUILD is set."""
    return bool(os.environ.get("DIFFPROG_BUILD"))


class Source:
    """Python source for display."""

    def __init__(self, code: str, name: str, path: str) -> None:
        self.code, self.name, self.path = code, name, path

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = {
            "text/plain": self.code,
            "text/markdown": f"`{self.path}`\n```python\n{self.code}```",
        }
        excerpt = {"code": self.code, "name": self.name, "path": self.path}
        return {SOURCE: excerpt} | bundle if building() else bundle


def source(*objects: Any) -> Source:
    """Show the source of functions, classes or a module, from its file.

    Raises:
        TypeError: An object has no source in a file, as a value, a built-in
            or what a cell defines.
    """
    parts = [inspect.getsource(thing).rstrip() + "\n" for thing in objects]
    module = inspect.getmodule(objects[0]) if objects else None
    file = getattr(module, "__file__", None)
    if module is None or file is None:
        want = "functions, classes or a module of the library"
        raise TypeError(f"source: want {want}, not what a cell defines")
    path = Path(file)
    relative = path.relative_to(
        path.parents[module.__name__.count(".") + 1]
    )
    name = ".".join(
        [
            module.__name__,
            *(t.__name__ for t in objects if t is not module),
        ]
    )
    return Source("\n\n".join(parts), name, relative.as_posix())


def number(name: str, value: Any, spec: str = "") -> None:
    """Publish a number, formatted, for the prose to use by its name.

    The prose says ``{number}`name` ``. The store keeps nine digits, so that
    two builds give the same. Outside a build this does nothing.

    Args:
        value: A Python, NumPy or torch scalar.
        spec: A format specification, as in `formatted`.

    Raises:
        TypeError: `value` is no real number.
        ValueError: `value` is NaN or infinite.
    """
    if not building():
        return
    from IPython.display import display

    value = value.item() if hasattr(value, "item") else value
    if not isinstance(value, int | float):
        kind = type(value).__name__
        raise TypeError(f"{name}: want a number, got {kind}: {value}")
    if not math.isfinite(value):
        raise ValueError(f"{name}: {value} is no number for the prose")
    text = formatted(value, spec)
    if isinstance(value, float):
        # The last bits of a sum depend on the array's place in memory.
        value = float(f"{value:.9g}")
    payload = {"name": name, "text": text, "value": value}
    bundle = {NUMBER: payload, "text/plain": f"{name} = {text}"}
    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def answer(name: str, *right: Any) -> None:
    """Publish which option of a prediction is right.

    A chapter asks by ``{predict}`` before the reader sees the result.
    Outside a build this does nothing.

    Args:
        name: The name of the prediction.
        right: For each option, in their order, whether it is right.

    Raises:
        ValueError: Not exactly one option is right.
    """
    if not building():
        return
    from IPython.display import display

    found = [number for number, holds in enumerate(right, 1) if holds]
    if len(found) != 1:
        raise ValueError(
            f"{name}: of {len(right)} options, want one that is right, "
            f"got {len(found)}: {found}"
        )
    payload = {"name": name, "right": found[0], "options": len(right)}
    bundle = {PREDICTION: payload, "text/plain": f"{name} = {found[0]}"}
    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def formatted(value: float, spec: str = "") -> str:
    """Format `value` by `spec`, in the typography of print.

    This writes a true minus sign, powers of ten with raised exponents
    (3.6 × 10⁻⁸), and thin spaces between thousands if `spec` has a comma.
    """
    text = format(value, spec).replace(",", "\u202f")
    mantissa, e, exponent = text.partition("e")
    if e:
        power = f"10{str(int(exponent)).translate(_SUPERSCRIPT)}"
        text = power if mantissa == "1" else f"{mantissa} × {power}"
    return text.replace("-", "\N{MINUS SIGN}")
