/* The cells of a page: the worker that runs them, in which order, and what they show. */
import { keys, coloured } from "./editor.mjs";
import { Output } from "./output.mjs";

const HERE = new URL("./", import.meta.url);

export function begin(data, cells, kept) {
  const known = new Map(data.cells.map(cell => [cell.cell, cell]));
  const shown = new Map(cells.map(cell => [cell.index, cell]));
  const total = Object.values(data.sizes).reduce((sum, size) => sum + size, 0);
  const ran = new Map(); /* the code that each cell last ran with, in this worker */
  let worker, loaded, ready, hear = {}, count = 0, busy, fail;

  const said = document.body.appendChild(document.createElement("div"));
  said.className = "dp-hidden";
  said.setAttribute("role", "status");

  /* The worker ----------------------------------------------------------------------------------- */

  async function start() {
    ran.clear();
    await kept_offline();
    await new Promise((done, failed) => {
      fail = failed;
      worker = new Worker(new URL("worker.mjs", HERE), { type: "module" });
      worker.onerror = event => failed(new Error(event.message || "its files did not come"));
      worker.onmessage = ({ data: message }) => {
        if (message.loaded) {
          loaded = message.loaded;
          progress();
        } else if (message.ready) {
          done();
        } else if (message.failed) {
          fail(new Error(message.failed));
        } else if (hear[message.id]) {
          hear[message.id](message);
        }
      };
      worker.postMessage({});
    });
  }

  function warm() {
    loaded = 0;
    ready = start();
    ready.then(() => cells.forEach(cell => { if (!cell.busy) quiet(cell); }), error => {
      worker?.terminate();
      ready = null;
      for (const cell of cells) if (cell.busy) cell.busy(error);
    });
    return ready;
  }

  function progress() {
    const text = `Loading Python: ${(loaded / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;
    for (const cell of cells) {
      if (!cell.busy && !cell.box.contains(document.activeElement)) continue;
      let bar = cell.mark.querySelector("progress");
      if (!bar) {
        cell.mark.textContent = "";
        bar = document.createElement("progress");
        bar.max = total;
        cell.mark.append(bar, document.createElement("span"));
        bar.setAttribute("aria-label", "Loading Python");
      }
      bar.value = loaded;
      bar.nextSibling.textContent = loaded < total ? text : "Starting Python";
    }
  }

  function quiet(cell, text = "") {
    cell.mark.textContent = text || cell.name;
  }

  /* Runs ----------------------------------------------------------------------------------------- */

  const code = index => shown.get(index)?.area?.value ?? known.get(index).code;
  const name = index => (shown.has(index) ? `Cell ${shown.get(index).number}` : `Hidden cell ${index}`);

  function execute(index, show) {
    return new Promise((done, failed) => {
      const id = ++count;
      fail = failed;
      hear[id] = message => {
        if (!message.done) return show(message);
        delete hear[id];
        if (message.well) {
          ran.set(index, code(index));
          for (const [other, { needs }] of known) if (needs.includes(index)) ran.delete(other);
        }
        done(message.well);
      };
      worker.postMessage({ id, code: code(index), name: name(index) });
    });
  }

  async function run(cell) {
    if (cell.busy) return;
    const output = new Output(cell), first = [];
    cell.output = output;
    let stopped;
    cell.busy = error => { stopped = error; fail?.(error); };
    cell.run.setAttribute("aria-disabled", "true");
    cell.stop.hidden = false;
    const before = busy;
    busy = (async () => {
      await before?.catch(() => {});
      if (stopped) throw stopped;
      quiet(cell, "starting");
      await (ready || warm());
      for (const index of known.get(cell.index).needs) {
        if (ran.get(index) === code(index)) continue;
        quiet(cell, `running ${name(index).toLowerCase()} first`);
        let error = "";
        const well = await execute(index, message => {
          if (message.kind === "error") error = message.text;
        });
        if (!well) {
          output.add("error", `${name(index)} runs before this one, and failed.\n${error}`);
          return false;
        }
        if (shown.has(index)) first.push(shown.get(index).number);
      }
      quiet(cell, "running");
      return execute(cell.index, message => output.add(message.kind, message.text));
    })();
    try {
      const well = await busy;
      output.end();
      if (first.length) {
        const list = first.join(", ").replace(/, (\d+)$/, " and $1");
        output.note(`Ran cell${first.length > 1 ? "s" : ""} ${list} first.`);
      }
      if (cell.exercise && well && /^✓ /m.test(output.text)) passed(cell);
      quiet(cell);
      said.textContent = `${cell.name}: ${well ? "done" : "error"}`;
    } catch (error) {
      output.end();
      output.note(error.message);
      quiet(cell);
      said.textContent = `${cell.name}: ${error.message}`;
    }
    cell.busy = null;
    cell.run.removeAttribute("aria-disabled");
    if (document.activeElement === cell.stop) cell.run.focus();
    cell.stop.hidden = true;
    cell.reset.hidden = false;
  }

  function passed(cell) {
    kept(cell, { ...kept(cell), of: cell.code, passed: true });
    cell.box.classList.add("dp-run-passed");
  }

  function stop(cell) {
    if (!cell.busy) return;
    const message = "Stopped. Python has started again, without the names of cells that ran.";
    worker?.terminate();
    hear = {};
    cell.busy(new Error(message));
    warm();
  }

  function reset(cell) {
    if (cell.busy) stop(cell);
    const own = kept(cell);
    kept(cell, own.passed ? { of: cell.code, passed: true } : null);
    if (cell.area) cell.area.value = cell.code;
    cell.colour();
    cell.output?.remove();
    quiet(cell);
    if (document.activeElement === cell.reset) cell.run.focus();
    cell.reset.hidden = true;
  }

  for (const cell of cells) {
    cell.colour = () => {
      const value = cell.area ? cell.area.value : cell.code;
      cell.text.innerHTML = value === cell.code ? cell.coloured : coloured(value);
    };
    cell.colour();
    cell.box.addEventListener("keydown", event => keys(event, cell, () => run(cell)));
  }
  warm();
  return { run, stop, reset };
}

/* Keeps the files for a visit without network, where the browser can. */
async function kept_offline() {
  try {
    const { active, installing, waiting } = await navigator.serviceWorker.register(
      new URL("../sw.js", HERE),
    );
    if (active) return;
    const worker = installing || waiting;
    await new Promise(done => {
      worker.addEventListener("statechange", () => {
        if (["activated", "redundant"].includes(worker.state)) done();
      });
    });
  } catch { /* the browser's own cache has to do */ }
}
