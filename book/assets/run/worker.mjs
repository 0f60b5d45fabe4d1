/* The worker of a page: Python with the engine, or with wheels of PyTorch, in one thread, which runs one
   cell after the other.

   The page sends {cells} to start it, and {id, cell, code, texts, titles} to run one, as page_kernel.py has
   them. The worker answers {loaded} in bytes, {ready} or {failed}, and for each cell {id, kind, text}
   and at last {id, done, well}: whether it ended without an error. */
import createPyodideModule from "./pyodide.asm.mjs";
import { loadPyodide } from "./pyodide.mjs";
import wheels from "./wheels.mjs"; /* their names, if the author has named any */

const PACKAGES = "/lib/python3.14/site-packages";
const engine = wheels.length ? null : import("./engine/engine.js");

let loaded = 0;

/* What is compressed here is decompressed, unless the host or a cache has done so already. */
async function unpacked(name, type) {
  const answer = await fetch(new URL(`${name}.gz`, import.meta.url));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  const reader = answer.body.getReader();
  const first = await reader.read();
  const zipped = first.value[0] === 0x1f && first.value[1] === 0x8b;
  const bytes = new ReadableStream({
    start(to) { pass(to, first); },
    async pull(to) { pass(to, await reader.read()); },
  });
  function pass(to, { done, value }) {
    if (done) return to.close();
    postMessage({ loaded: (loaded += value.length) });
    to.enqueue(value);
  }
  const body = zipped ? bytes.pipeThrough(new DecompressionStream("gzip")) : bytes;
  return new Response(body, { headers: { "Content-Type": type } });
}

/* Pyodide fetches its files by their names. */
const fetched = globalThis.fetch;
globalThis.fetch = (address, options) => {
  const name = String(address.url || address).split("/").pop();
  if (name === "pyodide.asm.wasm") return unpacked(name, "application/wasm");
  if (name === "standard_library.zip") return unpacked(name, "application/zip");
  return fetched(address, options);
};

/* Pyodide would wait for ever where WebAssembly fails. */
const instantiate = WebAssembly.instantiateStreaming;
WebAssembly.instantiateStreaming = (...given) => instantiate(...given).catch(error => {
  fail(error);
  throw error;
});

function fail(error) {
  postMessage({ failed: String(error.message || error) });
}

async function start(cells) {
  const book = unpacked("book.zip", "application/zip").then(answer => answer.arrayBuffer());
  const packages = wheels.map(name =>
    unpacked(name, "application/zip").then(answer => answer.arrayBuffer()));
  const here = new URL("./", import.meta.url).href;
  const python = await loadPyodide({
    createPyodideModule,
    indexURL: here,
    packageBaseUrl: here,
    stdLibURL: `${here}standard_library.zip`,
    lockFileContents: {
      info: { abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2" },
      packages: {},
    },
  });
  /* Nobody writes to it, but Python now and then asks it, and only then WebKit ends an endless loop. */
  python.setInterruptBuffer(new Uint8Array(1));
  if (engine) python.registerJsModule("_engine", { ...(await engine) });
  for (const wheel of packages) {
    python.unpackArchive(await wheel, "whl", { extractDir: PACKAGES });
  }
  python.FS.writeFile("/lib/book.zip", new Uint8Array(await book));
  python.runPython("import sys\nsys.path.insert(0, '/lib/book.zip')");
  const kernel = python.pyimport("press.run_here.in_page.page_kernel");
  kernel.start((kind, text) => postMessage({ id: running, kind, text }), cells);
  python.runPython("import torch");
  return kernel;
}

let kernel, running;

onmessage = async ({ data: { cells, id, cell, code, texts, titles } }) => {
  try {
    kernel ||= start(cells);
    const ready = await kernel;
    if (!id) return postMessage({ ready: true });
    running = id;
    postMessage({ id, done: true, well: ready.run_cell(cell, code, texts, titles) });
  } catch (error) {
    fail(error);
  }
};
