"""Provoke mistakes, and give the messages of their errors to the prose.

A page that explains an error shows the words that Python and PyTorch say
now, and not those of the day when the page was written.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

from diffprog import show

__all__ = ["MESSAGE", "provoke"]

MESSAGE = "application/vnd.diffprog.message+json"


def provoke(name: str, mistake: Callable[[], Any]) -> None:
    """Run mistake(), and publish the first sentence of what Python says.

    The prose says ``{message}`name` ``. Outside a build, the message is
    shown.

    Args:
        name: The name of the message in the book.
        mistake: Raises an error, or warns.

    Raises:
        ValueError: mistake() neither raises an error nor warns.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        said: object = None
        try:
            mistake()
        except Exception as error:
            said = error
    if caught and said is None:
        said = caught[0].message
    if said is None:
        raise ValueError(f"{name}: it raised no error, and gave no warning")
    text = f"{type(said).__name__}: {_sentence(str(said))}"
    bundle: dict[str, Any] = {"text/plain": text}
    if show.building():
        bundle[MESSAGE] = {"name": name, "text": text}
    from IPython.display import display

    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def _sentence(text: str) -> str:
    """Return the first sentence of the first line, without a full stop."""
    line = next(filter(None, map(str.strip, text.splitlines())), "")
    return re.split(r"(?<=[.?!]) (?=[A-Z])|: \[torch", line)[0].rstrip(".:")
