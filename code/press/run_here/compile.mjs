/* Compile Python sources to .pyc with the Python that will read them, in the page.

   node compile.mjs PYODIDE FOLDER
   compiles FOLDER/standard_library and FOLDER/book, and writes FOLDER/standard_library.zip and
   FOLDER/book.zip. Equal sources give equal bytes. */
import { pathToFileURL } from "node:url";

const [pyodide, folder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
/* Lines are enough for tracebacks. Their columns would be 0.4 MB more to load. */
const python = await loadPyodide({ env: { HOME: "/home/pyodide", PYTHONNODEBUGRANGES: "1" } });
python.FS.mkdirTree("/made");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/made");
python.runPython(`
import importlib.util
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc
from pathlib import Path

def write_zip(name, inside):
    """Write a zip, not compressed: all of it is compressed later, and better.

    The code is without docstrings and assert statements.
    """
    root = Path("/made", name)
    with zipfile.ZipFile(f"/made/{name}.zip", "w") as archive:
        for path in sorted(root.rglob("*.py")):
            place, source = path.relative_to(root).as_posix(), path.read_bytes()
            code = compile(source, inside + place, "exec", dont_inherit=True, optimize=2)
            pyc = bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source), False))
            archive.writestr(zipfile.ZipInfo(f"{place}c", (1980, 1, 1, 0, 0, 0)), pyc)

write_zip("standard_library", "/lib/python314.zip/")
write_zip("book", "/lib/book.zip/")
`);
process.exit();
