"""The runtime of the page has all that is imported, no date, and few enough bytes."""

import ast
import gzip
import io
import re
import subprocess
import zipfile

import pytest

from press.node import node
from press.run_here import runtime, standard_library

from ...conftest import ROOT

ARCHIVE = runtime.PYODIDE / "python_stdlib.zip"


@pytest.fixture(scope="module")
def made():
    return runtime.make()


def imported(source):
    """The dotted names that are imported anywhere in a source, without those of typing alone."""
    for statement in ast.walk(ast.parse(source)):
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            yield statement.module
            yield from (f"{statement.module}.{alias.name}" for alias in statement.names)


def used():
    """What the library, the checks, the engine and the chapters import."""
    for _, path in runtime._library():
        yield from imported(path.read_bytes())
    for path in (ROOT / "book").glob("part*/*.md"):
        yield from re.findall(r"^(?:from|import) ([\w.]+)", path.read_text("utf-8"), re.M)


def dotted(names):
    """The modules whose files have these names."""
    places = (name.removesuffix(".py") for name in names if name.endswith(".py"))
    return {place.removesuffix("/__init__").replace("/", ".") for place in places}


def test_the_standard_library_has_what_is_imported():
    with zipfile.ZipFile(ARCHIVE) as archive:
        all_of_it = dotted(archive.namelist())
    ours = dotted(name for name, _ in standard_library.sources(ARCHIVE))
    ours |= standard_library.FROZEN
    assert sorted((set(used()) & all_of_it) - ours) == []


def test_python_starts_with_it_and_imports_each_module(made):
    """In node, where a module that is missing is an ImportError, as in the page."""
    script = """
    const { loadPyodide } = await import(process.argv[1]);
    const python = await loadPyodide({ stdLibURL: process.argv[2] });
    console.log(python.runPython(process.argv[3]));
    process.exit();
    """
    names = [name.removesuffix(".*") for name in standard_library.modules()]
    code = f"""
import importlib
failed = []
for name in {names!r}:
    try:
        importlib.import_module(name)
    except ImportError as error:
        failed.append(f"{{name}}: {{error}}")
" ".join(failed) or "all"
"""
    archive = made.folder.parent / "standard_library_of_a_test.zip"
    archive.write_bytes(gzip.decompress((made.folder / "standard_library.zip.gz").read_bytes()))
    pyodide = (runtime.PYODIDE / "pyodide.mjs").as_uri()
    run = subprocess.run(
        [node(), "--input-type=module", "-e", script, pyodide, archive, code],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    archive.unlink()
    assert run.stdout.strip() == "all", run.stderr


@pytest.mark.parametrize("name", ["standard_library", "book"])
def test_archives_hold_no_date_and_no_source(made, name):
    data = (made.folder / f"{name}.zip.gz").read_bytes()
    assert data[4:8] == bytes(4), "gzip's own date"
    with zipfile.ZipFile(io.BytesIO(gzip.decompress(data))) as archive:
        entries = archive.infolist()
        assert [entry.filename for entry in entries] == sorted(e.filename for e in entries)
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert all(entry.filename.endswith(".pyc") for entry in entries)
        flags = {archive.read(entry)[4:8] for entry in entries}
    assert flags == {(1).to_bytes(4, "little")}, "known by the hash of their source, not by a date"


def test_it_has_the_library_without_what_draws_by_matplotlib(made):
    data = gzip.decompress((made.folder / "book.zip.gz").read_bytes())
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert {"torch/__init__.pyc", "diffprog/loops/descent.pyc", "pictures/_axes.pyc"} <= set(names)
    assert [name for name in names if "figures" in name] == ["diffprog/figures/__init__.pyc"]


def test_what_did_not_change_is_not_made_again(made, monkeypatch):
    monkeypatch.setattr(runtime, "_write", None)
    assert runtime.make().folder == made.folder


def test_a_first_run_loads_at_most_5_6_megabytes(made):
    """What is not compressed here is compressed by the host, if it compresses scripts."""
    total = 0
    for path in (path for path in made.folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        total += len(data if path.suffix == ".gz" else gzip.compress(data))
    assert 3e6 < total <= 5.6e6


def test_licences_are_named_beside_it(made, tmp_path):
    made.copy(tmp_path)
    assert (tmp_path / "run" / made.name / "worker.mjs").exists()
    assert (tmp_path / "run" / "sw.js").exists(), "at an address that stays"
    text = (tmp_path / "run" / "LICENCES.txt").read_text()
    assert "Mozilla Public License 2.0" in text
    assert "Python Software Foundation License" in text
