"""A kernel for the cells of a page: one namespace, and outputs as a notebook shows them.

The worker calls `start`, and `run_cell` for each cell, and gets the outputs by `tell(kind, text)`:
printed text ("stream", "stderr"), the value of the last expression ("result"), a figure as HTML
("figure"), how far a loop is ("progress"), what is not shown ("cut"), what it imports in vain
("absent"), and an error ("error"). Before that, it gets the index of each cell of which something
runs first ("first"), and, where that has run, "begins".
"""

import ast
import importlib
import io
import json
import linecache
import re
import sys
import time
import traceback
from collections.abc import Callable
from itertools import groupby
from typing import Any

from press.run_here.in_page.plan import Part, Plan

__all__ = ["run", "run_cell", "start"]

MOST_CHARACTERS = 200_000
MOST_OF_FIGURE = 5_000_000  # characters of a figure's HTML
PAUSE = 0.05  # seconds between two messages, on average, since each takes the page some time
AT_ONCE = 50  # messages that may come without a pause, so that a single line is not held back
MOST_LINES = 8  # of a traceback
WIDTH = 79  # characters of a line, at which IPython breaks lists, too

ABSENT = ("IPython", "diffprog.figures", "matplotlib", "scipy", "torch")
"""Packages that the page lacks, wholly or in part. Cells may import from them what is not there."""

INSTEAD = "run this in JupyterLab"
"""What errors of the engine say about what it lacks."""

Tell = Callable[[str, str], None]

_names: dict[str, Any] = {}
_cells: set[str] = set()
_tell: Tell = lambda kind, text: None  # noqa: E731
_plan = Plan([])
_characters = MOST_CHARACTERS


def start(tell: Tell, cells: str = "[]") -> None:
    """Begin with an empty namespace for these cells, as JSON; give outputs to `tell`."""
    global _tell, _plan
    _tell, _plan = tell, Plan(json.loads(cells))
    _names.clear()
    _names.update(__name__="__main__", input=_no_input)
    _draw()
    try:
        import tqdm
    except ImportError:
        return
    tqdm.report = _Report()  # type: ignore[attr-defined]


def _draw() -> None:
    """Let `diffprog.figures` draw without Matplotlib."""
    try:
        pictures: Any = importlib.import_module("pictures")
    except ImportError:
        return
    pictures.show = _figure
    sys.modules["diffprog.figures.drawing"] = pictures


def run_cell(index: int, code: str, texts: str, titles: str) -> bool:
    """Run a cell after what it needs; return whether both ended without an error.

    `code` is what the page shows of it. `texts` (the cells that the reader has edited) and `titles`
    (what the page calls its cells) are JSON objects, by index.
    """
    edited = {int(cell): text for cell, text in json.loads(texts).items()}
    names = json.loads(titles)
    before = _plan.before(index, edited)
    for cell, group in groupby(before, lambda part: part.cell):
        parts = list(group)
        if not _run_first(parts, names.get(str(cell), f"Hidden cell {cell}")):
            return False
        _plan.done(parts, edited)
    _tell("begins", "")
    well = run(code, names[str(index)])
    if well:
        _plan.done(_plan.parts(index, edited), edited)
    return well


def _run_first(parts: list[Part], name: str) -> bool:
    """Run parts of another cell, of which only errors are told, and how far a loop is."""
    global _tell
    tell, failed = _tell, list[str]()
    tell("first", str(parts[0].cell))

    def hear(kind: str, text: str) -> None:
        if kind == "progress":
            tell(kind, text)
        elif kind == "error":
            failed.append(text)

    _tell = hear
    try:
        well = run("\n".join(part.code for part in parts), name)
    finally:
        _tell = tell
    if not well:
        tell("error", f"{name} runs before this one, and failed.\n{failed[-1]}")
    return well


def run(code: str, name: str) -> bool:
    """Run a cell, and return whether it ended without an error; `name` stands in tracebacks."""
    global _characters
    _characters = MOST_CHARACTERS
    lines = code.splitlines(keepends=True)
    linecache.cache[name] = len(code), None, lines, name  # for tracebacks, and for the checks
    _cells.add(name)
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Stream("stream"), _Stream("stderr")
    try:
        _execute(code, name)
    except BaseException as error:
        _flush()
        _tell("error", _said(error, code, name))
        return False
    else:
        return True
    finally:
        _flush()
        sys.stdout, sys.stderr = streams


def _execute(code: str, name: str) -> None:
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            _import(statement, name)
        else:
            exec(compile(ast.Module([statement], []), name, "exec"), _names)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), name, "eval"), _names)
        _flush()
        if value is not None and not code.rstrip().endswith(";"):
            _show(value)


def _show(value: Any) -> None:
    """Show the value of a cell's last expression, as IPython does."""
    if hasattr(value, "_ipython_display_"):
        value._ipython_display_()
    elif hasattr(value, "_repr_mimebundle_"):
        _output("result", value._repr_mimebundle_()["text/plain"])
    else:
        _output("result", _pretty(value))


def _pretty(value: Any, indent: int = 0) -> str:
    """Return the text of a value; a list that is too long for a line has a line an entry."""
    whole = repr(value)
    fits = "\n" not in whole and len(whole) + indent <= WIDTH
    if type(value) not in (list, tuple) or not value or fits:
        return whole
    brackets = "[]" if type(value) is list else "()"
    entries = [_pretty(entry, indent + 1) for entry in value]
    comma = "," if type(value) is tuple and len(value) == 1 else ""
    return brackets[0] + f",\n{' ' * (indent + 1)}".join(entries) + comma + brackets[1]


# Imports ------------------------------------------------------------------------------------------


class _Absent:
    """What stands for a name that the page lacks, until it is used."""

    def __init__(self, what: str) -> None:
        self.__what = what

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(f"{self.__what} is not in the page's engine: {INSTEAD}")

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.__getattr__("__call__")


def _import(statement: ast.Import | ast.ImportFrom, name: str) -> None:
    """Import each name by itself; a name that the page lacks fails when it is used."""
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            one: ast.stmt = ast.Import([alias])
            what, bound = alias.name, alias.asname or alias.name.partition(".")[0]
        else:
            one = ast.ImportFrom(statement.module, [alias], statement.level)
            what, bound = f"{statement.module}.{alias.name}", alias.asname or alias.name
        ast.copy_location(one, statement)
        try:
            exec(compile(ast.Module([one], []), name, "exec"), _names)
            there = not hasattr(sys.modules.get(what.partition(".")[0]), "__absent__")
        except ImportError as error:
            missing = (what, str(error.name or ""))
            known = any(f"{x}.".startswith(f"{root}.") for root in ABSENT for x in missing)
            if not known and INSTEAD not in str(error):
                raise
            _names[bound] = _Absent(what)
            there = what.startswith("diffprog.")  # the book's own imports, for its figures
        if not there:
            _tell("absent", f"{what} is not in the page: {INSTEAD}.")


def _no_input(prompt: object = "") -> str:
    """Refuse to ask, as Python in a page cannot wait for an answer."""
    raise NotImplementedError("input() cannot ask in the page: write the value into the code.")


# Outputs ------------------------------------------------------------------------------------------

_pending: list[str] = []
_kind = "stream"
_left, _told = float(AT_ONCE), 0.0


class _Stream(io.TextIOBase):
    """Standard output or error."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def write(self, text: str) -> int:
        global _kind
        if self._kind != _kind:
            _flush()
            _kind = self._kind
        _pending.append(text)
        if text.endswith("\n") and _may_tell():
            _flush()
        return len(text)

    def writable(self) -> bool:
        return True


def _may_tell() -> bool:
    """Return whether a message may be sent now, and count it."""
    global _left, _told
    now = time.monotonic()
    _left, _told = min(_left + (now - _told) / PAUSE, AT_ONCE), now
    if _left < 1:
        return False
    _left -= 1
    return True


def _flush() -> None:
    if _pending:
        text = "".join(_pending)
        _pending.clear()
        _output(_kind, text)


def _output(kind: str, text: str) -> None:
    """Tell an output, as far as a page can take it."""
    global _characters
    if _characters <= 0:
        return
    _tell(kind, text[:_characters])
    _characters -= len(text)
    if _characters <= 0:
        _tell("cut", f"The cell gives more than {MOST_CHARACTERS} characters: no more is shown.")


def _figure(html: str) -> None:
    _flush()
    if len(html) > MOST_OF_FIGURE:
        _tell("cut", "The figure has too many points for a page: draw fewer of them.")
    else:
        _tell("figure", html)


class _Report:
    """What tqdm calls in each step of a loop: `report(done, total)`."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last > PAUSE or done == total:
            self._last = now
            _flush()
            _tell("progress", f"{done} {total}")


# Errors -------------------------------------------------------------------------------------------


def _said(error: BaseException, code: str, name: str) -> str:
    """Return an error with the lines of the reader's cells that led to it, and no others."""
    lines = []
    if isinstance(error, SyntaxError) and error.filename == name:
        lines.append(_line(name, error.lineno, "", error.text))
        what = f"{type(error).__name__}: {error.msg}{_typed(error.text or '')}"
    else:
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename in _cells:
                lines.append(_line(frame.filename, frame.lineno, frame.name, frame.line))
        what = _with_advice("".join(traceback.format_exception_only(error)).rstrip(), error)
    if len(lines) > MOST_LINES:
        half = MOST_LINES // 2
        lines[half:-half] = [f"… and {len(lines) - MOST_LINES} more …"]
    return "\n".join([*lines, what])


def _with_advice(what: str, error: BaseException) -> str:
    """Say where a missing module can be had, and a likely name before that."""
    if isinstance(error, ModuleNotFoundError) and INSTEAD not in what:
        return f"{what}. If that is its name, the page does not have it: {INSTEAD}."
    return re.sub(rf": {INSTEAD}\. (Did you mean: .*)\?$", rf". \1? If not, {INSTEAD}.", what)


def _typed(line: str) -> str:
    """Return advice on quotation marks of prose, which a phone types in place of straight ones."""
    return ": type straight quotation marks, \" or '" if re.search("[‘’“”]", line) else ""


def _line(place: str, number: int | None, function: str, text: str | None) -> str:
    inside = f", in {function}" if function not in ("", "<module>") else ""
    return f"{place}, line {number or 1}{inside}:\n    {(text or '').strip()}"
