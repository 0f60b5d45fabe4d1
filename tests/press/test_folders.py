"""The modules of the press import each other only in the order of `press/__init__.py`."""

import ast
from pathlib import Path

import pytest

PRESS = Path(__file__).parents[2] / "code" / "press"
ORDER = ("setup", "run", "slides", "library", "pages", "paper", "epub", "notebooks", "run_here",
         "present", "commands")  # fmt: skip
MODULES = sorted(PRESS.rglob("*.py"))


def name(path: Path) -> str:
    return ".".join(path.relative_to(PRESS).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name(path) for path in MODULES}


def imports(path: Path) -> set[str]:
    """Return the modules of the press that a module imports."""
    package = path.relative_to(PRESS).parent.parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *filter(None, [node.module])]
            names = {".".join([*base, alias.name]) for alias in node.names}
            found |= names & NAMES or {".".join(base)}
    return found - {name(path)}


def folder(module: str) -> str:
    return module.partition(".")[0] if (PRESS / module.partition(".")[0]).is_dir() else ""


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_folders_import_one_way(path):
    here = folder(name(path))
    later = ORDER[ORDER.index(here) + 1 :] if here else ()
    assert {module for module in imports(path) if folder(module) in later} == set()


def test_no_module_imports_itself_by_way_of_others():
    graph = {name(path): imports(path) for path in MODULES}
    done: set[str] = set()
    while ready := {m for m, needs in graph.items() if m not in done and needs <= done}:
        done |= ready
    assert set(graph) - done == set()
