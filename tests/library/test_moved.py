"""Notebooks of the first edition: what they import still runs, or one sentence says where it is."""

import importlib
import importlib.util
import os
import py_compile
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import diffprog
from diffprog import MOVED

LINES = (Path(__file__).parent / "first_edition.txt").read_text().splitlines()
"""Every import of the chapters before modules moved into folders, and what they took from modules
whose name a folder has now."""


@pytest.mark.parametrize("line", LINES)
def test_an_old_import_still_runs_or_says_what_to_write(line: str) -> None:
    try:
        exec(line, {})
    except (ImportError, AttributeError) as error:
        said = re.search(r"diffprog\.(\w+) is now (diffprog\.[\w.]+): write `(.+)`$", str(error))
        assert said is not None
        old, new, instead = said.groups()
        assert re.search(rf"\b{old}\b", line)
        names: dict[str, object] = {}
        exec(instead, names)
        assert names[new.rpartition(".")[2]] is importlib.import_module(new)


def test_every_moved_module_is_imported_or_named_by_the_old_imports() -> None:
    """None is left out above, but one that no chapter imported itself."""
    seen = {word for line in LINES for word in re.findall(r"\w+", line)}
    assert set(MOVED) - seen == {"history"}


def test_the_sentences() -> None:
    """Word for word, for a module, for a name in a folder, and for an attribute of a folder."""
    with pytest.raises(ImportError) as error:
        exec("from diffprog.toys import one_mass", {})
    assert str(error.value) == (
        "diffprog.toys is now diffprog.simulator.masses: "
        "write `from diffprog.simulator import masses`"
    )
    end = "the module diffprog.loops is now diffprog.loops.descent: "
    end += "write `from diffprog.loops import descent`"
    for line in ("from diffprog.loops import fit", "from diffprog import loops; loops.fit"):
        with pytest.raises((ImportError, AttributeError)) as error:  # type: ignore[assignment]
            exec(line, {})
        assert str(error.value) == f"diffprog.loops has no 'fit'; {end}"


def test_what_python_compiled_before_a_module_moved_is_not_imported(tmp_path):
    """In a checkout that was pulled, `__pycache__` still has the modules of before."""
    package, compiled = tmp_path / "diffprog", importlib.util.cache_from_source
    package.mkdir()
    shutil.copy(diffprog.__file__, package)
    (package / "toys.py").write_text("def one_mass(): ...")
    py_compile.compile(str(package / "toys.py"), doraise=True)
    (package / "toys.py").unlink()
    assert Path(compiled(str(package / "toys.py"))).exists()
    run = subprocess.run(
        [sys.executable, "-c", "from diffprog.toys import one_mass"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "diffprog.toys is now diffprog.simulator.masses" in run.stderr


def test_what_was_never_there_is_as_missing_as_ever() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'diffprog\.nothing'"):
        importlib.import_module("diffprog.nothing")
