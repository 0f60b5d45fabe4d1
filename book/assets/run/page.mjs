/* The cells of a page: which run before which, and what the page says about it. */
import { attend, coloured, keys } from "./editor.mjs";
import { Output } from "./output.mjs";
import { Python } from "./python.mjs";

const SPOKEN = 300; /* characters of an output that screen readers say at once */

export function begin(data, cells, kept) {
  const known = new Map(data.cells.map(cell => [cell.cell, cell]));
  const shown = new Map(cells.map(cell => [cell.index, cell]));
  const total = Object.values(data.sizes).reduce((sum, size) => sum + size, 0);
  const python = new Python(loading, () => {
    for (const cell of cells) if (!cell.error) cell.rest();
  });
  let ran = new Map(); /* the code with which each cell last ran in this Python */
  let turn = Promise.resolve(), running;

  const said = document.body.appendChild(document.createElement("div"));
  said.className = "dp-hidden";
  said.setAttribute("role", "status");

  /* Order ---------------------------------------------------------------------------------------- */

  const code = index => shown.get(index)?.area?.value ?? known.get(index).code;
  const name = index => (shown.has(index) ? `Cell ${shown.get(index).number}` : `Hidden cell ${index}`);

  /* The cells that have to run before a cell: those that the book says, and, where the reader has
     edited it, those that give the names in it. */
  function needs(index) {
    const direct = new Set(known.get(index).needs);
    if (code(index) !== known.get(index).code) {
      for (const word of new Set(code(index).match(/[^\W\d]\w*/gu))) {
        const giving = data.cells.filter(cell => cell.cell < index && cell.gives.includes(word)).pop();
        if (giving) direct.add(giving.cell);
      }
    }
    const all = new Set(direct);
    for (const one of direct) needs(one).forEach(other => all.add(other));
    return [...all].sort((a, b) => a - b);
  }

  async function execute(index, tell) {
    const text = code(index), well = await python.run(text, name(index), tell);
    if (well) {
      ran.set(index, text);
      for (const other of known.keys()) if (needs(other).includes(index)) ran.delete(other);
    }
    return well;
  }

  /* Runs ----------------------------------------------------------------------------------------- */

  async function run(cell) {
    if (cell.busy) return;
    const before = turn, output = new Output(cell), first = [];
    let over;
    turn = new Promise(done => { over = done; });
    cell.busy = true;
    cell.error = null;
    cell.output = output;
    cell.box.style.removeProperty("--wrong");
    cell.run.setAttribute("aria-disabled", "true");
    cell.stop.hidden = false;
    cell.mark.textContent = "waiting";
    await before;
    try {
      if (cell.error) throw cell.error;
      running = cell;
      await python.start();
      const well = await runAll(cell, output, first);
      if (cell.exercise && well && /^✓ /m.test(output.text)) {
        kept(cell, { ...kept(cell), of: cell.code, passed: true });
      }
    } catch (error) {
      cell.error = error;
    }
    running = null;
    over();
    cell.busy = false;
    end(cell, output, first);
  }

  async function runAll(cell, output, first) {
    /* What changes the objects of other cells, such as a step of a fit, begins anew with them. */
    const afresh = known.get(cell.index).again && ran.has(cell.index);
    for (const index of needs(cell.index)) {
      if (!afresh && ran.get(index) === code(index)) continue;
      cell.mark.textContent = `running ${name(index).toLowerCase()} first`;
      let said = "";
      const well = await execute(index, (kind, text) => { if (kind === "error") said = text; });
      if (!well) {
        output.add("error", `${name(index)} runs before this one, and failed.\n${said}`);
        return false;
      }
      if (shown.has(index)) first.push(shown.get(index).number);
    }
    cell.mark.textContent = "running";
    return execute(cell.index, (kind, text) => {
      output.add(kind, text);
      const line = kind === "error" && text.split(`${name(cell.index)}, line `).pop();
      if (parseInt(line)) cell.box.style.setProperty("--wrong", parseInt(line));
    });
  }

  function end(cell, output, first) {
    const message = cell.error?.message || "";
    output.end(!message && "It ran, and shows nothing.");
    if (message && !output.fresh) output.note(message);
    if (first.length) {
      const list = first.join(", ").replace(/, (\d+)$/, " and $1");
      output.note(`Ran cell${first.length > 1 ? "s" : ""} ${list} first.`);
    }
    cell.rest();
    if (message && output.fresh) cell.mark.textContent = message;
    said.textContent = `${cell.name}: ${message || output.text.slice(0, SPOKEN) || "done"}`;
    cell.run.removeAttribute("aria-disabled");
    if (document.activeElement === cell.stop) cell.run.focus();
    cell.stop.hidden = true;
    cell.reset.hidden = output.fresh && code(cell.index) === cell.code;
  }

  function stop(cell) {
    if (!cell.busy) return;
    cell.error = new Error("Stopped before it began.");
    if (cell !== running) return;
    cell.error = new Error("Stopped. Python has started again, without the names of cells that ran.");
    ran = new Map();
    python.end(cell.error);
    python.start().catch(() => {});
  }

  function reset(cell) {
    stop(cell);
    kept(cell, kept(cell).passed ? { of: cell.code, passed: true } : null);
    if (cell.area) cell.area.value = cell.code;
    cell.box.style.removeProperty("--wrong");
    cell.colour();
    cell.output?.remove();
    cell.rest();
    if (document.activeElement === cell.reset) cell.run.focus();
    cell.reset.hidden = true;
  }

  /* While Python is loaded, the cell at which the reader is shows how far that is. */
  function loading(bytes) {
    for (const cell of cells) {
      if (!cell.busy && !cell.box.contains(document.activeElement)) continue;
      if (!cell.mark.querySelector("progress")) {
        const bar = document.createElement("progress");
        bar.max = total;
        bar.setAttribute("aria-label", "Loading Python");
        cell.mark.replaceChildren(bar, document.createElement("span"));
      }
      const [bar, text] = cell.mark.children, megabytes = n => (n / 1e6).toFixed(1);
      bar.value = bytes;
      text.textContent = bytes < total
        ? `Loading Python: ${megabytes(bytes)} of ${megabytes(total)} MB`
        : "Starting Python";
    }
  }

  for (const cell of cells) {
    cell.colour = () => {
      const value = code(cell.index);
      cell.text.innerHTML = value === cell.code ? cell.coloured : coloured(value);
    };
    cell.colour();
    attend(cell);
    cell.box.addEventListener("keydown", event => keys(event, cell, () => run(cell)));
  }
  if (!navigator.connection?.saveData) python.start().catch(() => {}); /* Run says what is wrong */
  return { run, stop, reset };
}
