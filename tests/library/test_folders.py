"""The folders of the library: who imports whom, and what importing a module brings with it."""

import ast
import sys
from pathlib import Path

import pytest

import diffprog

LIBRARY = Path(diffprog.__file__).parent
MODULES = sorted(path.relative_to(LIBRARY) for path in LIBRARY.rglob("*.py"))

# Each folder imports from those before it only. "" is what stands beside the folders.
ORDER = ["", "figures", "simulator", "autodiff", "loops", "relaxations", "pipelines", "inference"]
ORDER += ["exercises", "grade"]


def imports(path: Path) -> set[str]:
    """The modules of the library that a file imports, as `folder.module`; "" for itself."""
    found = set()
    for node in ast.walk(ast.parse((LIBRARY / path).read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("diffprog"):
            for alias in node.names:
                name = f"{node.module}.{alias.name}".removeprefix("diffprog.")
                here = LIBRARY.joinpath(*name.split("."))
                is_module = here.is_dir() or here.with_suffix(".py").exists()
                found.add(name if is_module else (node.module or "").removeprefix("diffprog."))
    return found - {"diffprog"}


def folder(path: Path) -> str:
    return path.parts[0] if len(path.parts) > 1 else ""


def of(name: str) -> str:
    return name.partition(".")[0] if (LIBRARY / name.partition(".")[0]).is_dir() else ""


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_never_run_upward(path: Path) -> None:
    assert folder(path) in ORDER
    allowed = ORDER[: ORDER.index(folder(path)) + 1]
    assert [name for name in imports(path) if of(name) not in allowed] == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Python allows it, in some order of imports; a reader does not understand it in any."""
    # The face of the figures imports the modules beside it, and is theirs only by its folder.
    graph = {
        ".".join(p.with_suffix("").parts).removesuffix(".__init__"): imports(p) for p in MODULES
    }
    done: set[str] = set()
    while ready := [m for m, needs in graph.items() if m not in done and needs - {m} <= done]:
        done.update(ready)
    assert set(graph) - done == set()


@pytest.mark.parametrize("path", [p for p in MODULES if p.name == "__init__.py"], ids=str)
def test_importing_a_folder_imports_no_module(path: Path) -> None:
    """Else an edit in one module would execute each chapter that uses another."""
    if folder(path) != "figures":
        assert imports(path) == set()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_module_has_a_name_of_the_standard_library(path: Path) -> None:
    """A script that is run from its folder would get it in the place of Python's."""
    names = (path.stem,) if path.name != "__init__.py" else path.parent.parts
    assert not set(names) & sys.stdlib_module_names


def test_figures_and_show_need_no_physics() -> None:
    """Every chapter imports them."""
    for path in MODULES:
        if folder(path) == "figures" or path.name == "show.py":
            assert {of(name) for name in imports(path)} <= {"", "figures"}
            assert not imports(path) & {"_args", "_samples"}
