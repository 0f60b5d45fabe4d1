/* The cells of a page: which run before which, and what the page says about it. */
import { attend, coloured, keys } from "./editor.mjs";
import { Output } from "./output.mjs";
import { Python } from "./python.mjs";

const SPOKEN = 300; /* characters of an output that screen readers say at once */

const LACKS = /run this in JupyterLab/;

export function begin(data, cells, kept) {
  const shown = new Map(cells.map(cell => [cell.index, cell]));
  const titles = JSON.stringify(
    Object.fromEntries(cells.map(cell => [cell.index, `Cell ${cell.number}`])),
  );
  const total = Object.values(data.sizes).reduce((sum, size) => sum + size, 0);
  const python = new Python(JSON.stringify(data.cells), loading, () => {
    for (const cell of cells) if (!cell.error) cell.rest();
  });
  const { lab } = document.querySelector("script[data-lab]")?.dataset || {};
  let turn = Promise.resolve(), running;

  const said = document.body.appendChild(document.createElement("div"));
  said.className = "dp-hidden";
  said.setAttribute("role", "status");

  const edited = cell => cell.area && cell.area.value !== cell.code;

  async function run(cell) {
    if (cell.busy) return;
    const before = turn, output = new Output(cell), first = [];
    let over;
    const stopped = new Promise((_, failed) => { cell.cancel = failed; });
    turn = Promise.all([before, new Promise(done => { over = done; })]);
    cell.busy = true;
    cell.error = null;
    cell.output = output;
    cell.box.style.removeProperty("--wrong");
    cell.run.setAttribute("aria-disabled", "true");
    cell.stop.hidden = false;
    cell.mark.textContent = "waiting";
    try {
      await Promise.race([before.then(() => python.start()), stopped]);
      running = cell;
      const well = await runNow(cell, output, first);
      cell.wrong = !(well && /^✓ /m.test(output.text));
      if (cell.exercise && !cell.wrong) {
        kept(cell, { ...kept(cell), of: cell.code, passed: true });
        dispatchEvent(new Event("dp-solved"));
      }
    } catch (error) {
      cell.error = error;
    }
    if (running === cell) running = null;
    over();
    cell.busy = false;
    end(cell, output, first);
  }

  function runNow(cell, output, first) {
    const code = cell.area ? cell.area.value : cell.code;
    const texts = cells.filter(edited).map(one => [one.index, one.area.value]);
    const request = { cell: cell.index, code, texts: JSON.stringify(Object.fromEntries(texts)) };
    return python.run({ ...request, titles }, (kind, text) => {
      if (kind === "begins") {
        cell.mark.textContent = "running";
      } else if (kind === "first") {
        const other = shown.get(+text);
        cell.mark.textContent = `running ${other ? other.name : "a hidden cell"} first`;
        if (other && !first.includes(other.number)) first.push(other.number);
      } else {
        output.add(kind, text);
        const line = kind === "error" && text.split(`Cell ${cell.number}, line `).pop();
        if (parseInt(line)) cell.box.style.setProperty("--wrong", parseInt(line));
      }
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
    if (LACKS.test(output.text + output.absent)) output.link("How to open a chapter in JupyterLab", lab);
    cell.rest();
    if (message && output.fresh) cell.mark.textContent = message;
    said.textContent = `${cell.name}: ${message || output.text.slice(0, SPOKEN) || "done"}`;
    cell.run.removeAttribute("aria-disabled");
    if (document.activeElement === cell.stop) cell.run.focus();
    cell.stop.hidden = true;
    cell.reset.hidden = output.fresh && !edited(cell);
  }

  function stop(cell) {
    if (!cell.busy) return;
    if (cell !== running) return cell.cancel(new Error("Stopped before it began."));
    python.end(new Error("Stopped. Python starts again, without the names of cells that ran."));
    python.start().catch(() => {});
  }

  function reset(cell) {
    stop(cell);
    kept(cell, kept(cell).passed ? { of: cell.code, passed: true } : null);
    if (cell.area) cell.area.value = cell.code;
    cell.box.style.removeProperty("--wrong");
    cell.wrong = false;
    cell.colour();
    cell.output?.remove();
    cell.rest();
    if (document.activeElement === cell.reset) cell.run.focus();
    cell.reset.hidden = true;
  }

  /* While Python is loaded, the cell at which the reader is shows how far that is. */
  function loading(bytes) {
    for (const cell of cells) {
      if (cell.error || !(cell.busy || cell.box.contains(document.activeElement))) continue;
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
      cell.text.innerHTML = edited(cell) ? coloured(cell.area.value) : cell.coloured;
    };
    cell.colour();
    attend(cell);
    cell.box.addEventListener("keydown", event => keys(event, cell, () => run(cell)));
  }
  if (!navigator.connection?.saveData) python.start().catch(() => {}); /* Run says what is wrong */
  return { run, stop, reset };
}
