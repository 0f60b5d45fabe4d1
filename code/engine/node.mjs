/* Python with the engine, in node: what the page's worker is in a browser.

   node node.mjs PYODIDE FOLDER…
   puts each folder on sys.path, then reads one JSON object {"code": …} a line, runs it in one
   namespace, and answers with one line: {"out": …} or {"out": …, "error": …}. The engine is
   imported in Python as the module `_engine`. */
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import * as engine from "./engine.js";

const [pyodide, ...folders] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
const python = await loadPyodide();
python.registerJsModule("_engine", { ...engine });
folders.forEach((folder, i) => {
  python.FS.mkdirTree(`/folders/${i}`);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, `/folders/${i}`);
});
const run = python.runPython(`
import contextlib, io, json, sys, traceback
sys.dont_write_bytecode = True
sys.path[:0] = [f"/folders/{i}" for i in range(${folders.length})]
names = {"__name__": "__main__"}

def run(code):
    answer, out = {}, io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            exec(compile(code, "<cell>", "exec"), names)
        except BaseException:
            answer["error"] = traceback.format_exc()
    return json.dumps(answer | {"out": out.getvalue()})

run
`);
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${run(JSON.parse(line).code)}\n`);
}
process.exit();
