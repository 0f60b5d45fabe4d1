"""The part of Python's standard library that the page gets, and the reason for each module.

All of it would be a megabyte more to load. A package is its `__init__`; `re.*` is all of it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["FROZEN", "MODULES", "modules", "sources"]

FROZEN = {
    "_collections_abc", "_sitebuiltins", "abc", "codecs", "genericpath", "importlib._bootstrap",
    "importlib._bootstrap_external", "importlib.machinery", "importlib.util", "io", "ntpath", "os",
    "posixpath", "site", "stat", "zipimport",
}  # fmt: skip
"""Modules that Python does not look for, since its program contains them."""

MODULES = {
    "Python starts with them": """
        _colorize _opcode_metadata _py_warnings _weakrefset ast collections contextlib copyreg
        encodings encodings.aliases encodings.utf_8 enum functools importlib importlib._abc
        importlib.abc keyword linecache operator re.* reprlib token tokenize types warnings
        weakref""",
    "Pyodide imports them when it starts": """
        __future__ _pyodide.* annotationlib asyncio asyncio.base_events asyncio.base_futures
        asyncio.base_subprocess asyncio.base_tasks asyncio.constants asyncio.coroutines
        asyncio.events asyncio.exceptions asyncio.format_helpers asyncio.futures asyncio.graph
        asyncio.locks asyncio.log asyncio.mixins asyncio.protocols asyncio.queues asyncio.runners
        asyncio.selector_events asyncio.sslproto asyncio.staggered asyncio.streams
        asyncio.subprocess asyncio.taskgroups asyncio.tasks asyncio.threads asyncio.timeouts
        asyncio.transports asyncio.trsock asyncio.unix_events base64 bisect codeop concurrent
        concurrent.futures concurrent.futures._base contextvars fnmatch glob heapq inspect dis
        locale logging opcode pathlib pathlib._os pyodide pyodide._package_loader pyodide._state
        pyodide.code pyodide.common pyodide.ffi pyodide.webloop random selectors shutil signal
        socket string struct subprocess tempfile textwrap threading traceback typing zipfile
        zipfile._path zipfile._path.glob""",
    "the library, the checks, the engine and the chapters import them": """
        _ast_unparse copy dataclasses json json.decoder json.encoder json.scanner numbers
        symtable""",
    "readers may import them": """
        datetime decimal fractions pprint statistics timeit""",
}
"""The modules by the reason for which they are there."""


def modules() -> list[str]:
    """Return the modules of all reasons, in order."""
    return sorted({name for names in MODULES.values() for name in names.split()})


def sources(archive: Path, all_of_it: bool = False) -> Iterator[tuple[str, bytes]]:
    """Yield path and source of each module, from the zip file that Pyodide comes with.

    `all_of_it`: not only the modules above.

    Raises KeyError if the file lacks a module.
    """
    with zipfile.ZipFile(archive) as file:
        names = {name for name in file.namelist() if name.endswith(".py")}
        if all_of_it:
            yield from ((name, file.read(name)) for name in sorted(names))
            return
        for module in modules():
            place = module.removesuffix(".*").replace(".", "/")
            if module.endswith(".*"):
                found = {name for name in names if name.startswith(f"{place}/")}
            else:
                found = {f"{place}.py", f"{place}/__init__.py"} & names
            if not found:
                raise KeyError(module)
            for name in sorted(found):
                yield name, file.read(name)
