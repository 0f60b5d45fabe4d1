/* Code that runs on the slides of a site: the Python of its pages stands where live.js has the kernel
   of `make present`, which goes first. It is loaded when the reader first runs a cell. */
(() => {
  "use strict";
  const ASSETS = new URL("./", document.currentScript.src), RUN = new URL("../../_static/run/", ASSETS);
  const WHAT = /*_*/"Runs in this browser, on a small engine that speaks PyTorch\u2019s names, not on PyTorch";
  const EARLY = /*_*/"Interrupted before the cell ran: the stored output stays.";
  const LOST = /*_*/"This could not be loaded. Is there a network?";
  const folder = window.dpFolder; /* a book that was unpacked from a zip loads in another way */
  const cells = new Map(), chapters = {}, edited = {};
  let python, at, stopped, loading = () => {}, turn = Promise.resolve();

  const asked = address => fetch(address, { cache: "no-cache" }).then(answer => {
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  });

  /* What the build says of a chapter's cells; asked for again where it did not come. */
  function chapter(name) {
    if (!chapters[name]) {
      const address = new URL(`cells/${name}.json`, RUN);
      chapters[name] = (folder ? folder.data(address) : asked(address))
        .catch(() => { throw new Error(LOST); });
    }
    chapters[name].catch(() => { delete chapters[name]; });
    return chapters[name];
  }

  const script = (data, name) =>
    (folder ? folder.load(name) : import(new URL(`${data.runtime}/${name}`, RUN)));

  /* The Python of one chapter: that of another ends. */
  async function start(name) {
    if (at !== name) {
      const data = await chapter(name), { Python } = await script(data, "python.mjs");
      const total = Object.values(data.sizes).reduce((sum, size) => sum + size, 0);
      python?.end(new Error(EARLY));
      python = new Python(JSON.stringify(data.cells), bytes => loading(bytes, total), () => {});
      at = name;
    }
    await python.start();
  }

  /* As press/slides/whole_cell.py: the cell of which these lines are shown. */
  function whole(cell, code) {
    const [above, below] = cell.around, indent = /.*$/.exec(above)[0];
    return above + code.replace(/\n(?=.)/g, `\n${indent}`) + below;
  }

  /* An error, with the numbers of the lines that the slide shows. */
  function numbered(cell, text) {
    const hidden = cell.around[0].split("\n").length - 1;
    return text.replace(new RegExp(`^${cell.name}, line (\\d+)`, "gm"), (_, line) =>
      (line > hidden ? `Line ${line - hidden}` : "Above these lines"));
  }

  function printed(text, kind) {
    const pre = document.createElement("pre");
    pre.className = `said ${kind}`;
    pre.appendChild(document.createElement("samp")).textContent = text;
    return pre.outerHTML;
  }

  async function run({ cell: place, code }, tell) {
    const cell = cells.get(place), texts = (edited[cell.chapter] ||= {});
    const prepare = text => tell({ state: "preparing", text });
    let begun = false;
    stopped = false;
    loading = (bytes, total) => prepare(bytes < total
      ? `loading Python, ${(bytes / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB` : "starting Python");
    try {
      await start(cell.chapter);
      if (stopped) throw new Error(EARLY);
      if (code === cell.code) delete texts[cell.index];
      else texts[cell.index] = whole(cell, code);
      const titles = [...cells.values()].map(one => one.chapter === cell.chapter && [one.index, one.name]);
      const well = await python.run({
        cell: cell.index, code: whole(cell, code), texts: JSON.stringify(texts),
        titles: JSON.stringify(Object.fromEntries(titles.filter(Boolean))),
      }, (kind, text) => {
        if (kind === "begins") {
          begun = true;
          tell({ state: "running" });
        } else if (kind === "first") {
          prepare("an earlier cell");
        } else if (kind === "progress") {
          if (!begun) prepare(`an earlier cell, ${text.replace(" ", " of ")}`);
        } else if (kind === "error") {
          const error = text.split("\n").pop().split(":")[0];
          tell({ html: printed(numbered(cell, text), "error"), error });
        } else {
          tell(/^st/.test(kind) ? { text } : { html: printed(text, "plain") });
        }
      });
      tell(well ? { state: "done", text: "by the page\u2019s engine" } : { state: "error" });
    } catch (error) {
      if (stopped && begun) tell({ state: "interrupted" });
      else tell({ state: "ended", text: stopped ? EARLY : error.message });
    }
    loading = () => {};
  }

  async function colour(code, tell) {
    const data = await chapter([...cells.values()][0].chapter);
    const { coloured } = await script(data, "editor.mjs");
    const line = text => `<span class="line">${coloured(text).replace(/\n$/, "")}</span>`;
    tell({ coloured: code.split("\n").map(line).join("\n") });
  }

  const does = {
    run: (asked, tell) => { turn = turn.then(() => run(asked, tell)); },
    colour: (asked, tell) => colour(asked.code, tell).catch(() => {}), /* it stays without colours */
    interrupt: () => {
      stopped = true;
      python?.end(new Error(EARLY));
      python?.start().catch(() => {}); /* the next Run says what is wrong */
    },
    reset: asked => {
      const cell = cells.get(asked.cell);
      delete edited[cell.chapter]?.[cell.index];
    },
  };

  function begin() {
    const query = new URLSearchParams(location.search);
    const able = window.WebAssembly && window.Worker && window.DecompressionStream;
    if (!able || !(folder || /^http/.test(location.protocol)) || document.getElementById("live-cells")) return;
    if (query.has("preview") || query.has("print-pdf") || innerWidth <= 600) return; /* no deck to edit */
    document.querySelectorAll("pre[data-around]").forEach((pre, number) => {
      const [name, index] = pre.dataset.cell.split(" ");
      cells.set(pre.dataset.cell, {
        chapter: name, index: +index, name: `Cell ${number + 1}`,
        code: pre.textContent.replace(/\n+$/, ""), around: JSON.parse(pre.dataset.around),
      });
    });
    if (!cells.size) return;
    window.kernelHere = {
      readyState: 1,
      send(text) {
        const asked = JSON.parse(text);
        does[asked.do](asked, message => {
          this.onmessage({ data: JSON.stringify({ id: asked.id, ...message }) });
        });
      },
    };
    const style = document.createElement("link"), live = document.createElement("script");
    style.rel = "stylesheet";
    style.href = new URL("live.css", ASSETS);
    style.onload = () => document.body.append(live); /* which measures the slide */
    live.src = new URL("live.js", ASSETS);
    live.onload = () => {
      for (const button of document.querySelectorAll(".live-run")) button.title = WHAT;
    };
    document.head.append(style);
  }
  addEventListener("DOMContentLoaded", begin);
})();
