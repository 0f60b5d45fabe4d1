"""Messages of a running build: on a terminal with a line that changes, elsewhere plain lines."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from .cache import Execution

__all__ = ["Progress", "table"]


class Progress:
    """Which chapters run, how many are done, and how many there are in all.

    Messages go to `stream`; if `stream` is None, there are none.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self.stream = stream
        self.live = stream is not None and stream.isatty()
        self.total = self.done = 0
        self.begun: dict[str, float] = {}

    def say(self, line: str) -> None:
        """Print a line that stays, above the line that changes."""
        self._print(f"{line}\n")

    @contextmanager
    def running(self, name: str, reason: str) -> Iterator[None]:
        """Show that a chapter runs, and why, until the block ends."""
        self.say(f"  ▸ {name} ({reason})")
        self.begun[name] = time.perf_counter()
        sign = "✗"
        try:
            yield
            sign = "✓"
        finally:
            self.done += 1
            self.say(f"  {sign} {name} ({time.perf_counter() - self.begun.pop(name):.1f} s)")

    def tick(self) -> None:
        """Redraw the line that changes: each running chapter, and its seconds."""
        if self.live:
            now = time.perf_counter()
            names = (f"{name} {now - begun:.0f} s" for name, begun in self.begun.items())
            line = f"  {self.done} of {self.total} done; running: {', '.join(names)}"
            self._print(line[: shutil.get_terminal_size().columns - 1])

    def _print(self, text: str) -> None:
        if self.stream is not None:
            print(f"\r\x1b[K{text}" if self.live else text, end="", file=self.stream, flush=True)


def table(executions: Sequence[Execution], writing: float) -> str:
    """Return a table of which chapters were executed and why, which were cached, and the seconds.

    For a cached chapter, these are the seconds that its cells took when they ran.
    """
    shown = [execution for execution in executions if execution.chapter.code]
    width = max((len(execution.page.name) for execution in shown), default=7)
    lines = [f"\n{'chapter':{width}}  seconds"]
    for execution in shown:
        state = f"executed: {execution.reason}" if execution.reason else "cached"
        lines.append(f"{execution.page.name:{width}}  {execution.seconds:7.1f}  {state}")
    return "\n".join([*lines, f"{'pages':{width}}  {writing:7.1f}  written"])
