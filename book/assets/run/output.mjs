/* What a cell shows, in the place and the look of the book's outputs. */

function element(tag, name, text) {
  const made = document.createElement(tag);
  made.className = name;
  if (text) made.textContent = text;
  return made;
}

export class Output {
  constructor(cell) {
    cell.output?.remove();
    this.text = "";
    this.stored = [...cell.box.querySelectorAll(":scope > .cell_output:not(.dp-run-output)")];
    this.box = element("div", "cell_output docutils container dp-run-output");
    this.fresh = true;
    this.cell = cell;
  }

  /* The stored output stays until there is something in its place. */
  show() {
    if (!this.fresh) return;
    this.fresh = false;
    for (const node of this.stored) node.hidden = true;
    this.cell.box.append(this.box);
  }

  add(kind, text) {
    if (kind === "absent") {
      this.absent = `${this.absent || ""} ${text}`;
      return;
    }
    this.show();
    if (kind === "progress") return this.progress(...text.split(" ").map(Number));
    if (kind === "cut") return this.note(text);
    this.text += text;
    if (kind === "stream" || kind === "stderr") {
      if (this.last?.kind !== kind) this.last = { kind, pre: this.block(`stream ${kind}`) };
      const { pre } = this.last; /* a carriage return hides the text before it in its line */
      pre.textContent = (pre.textContent + text).replace(/^.*\r(?!\n|$)/gm, "");
    } else {
      this.last = null;
      this.block(kind === "error" ? "traceback dp-run-error" : "text_plain").textContent = text;
    }
  }

  block(kind) {
    const box = this.box.appendChild(element("div", `output ${kind} highlight-myst-ansi notranslate`));
    return box.appendChild(element("div", "highlight")).appendChild(element("pre", ""));
  }

  progress(done, total) {
    if (!this.bar) {
      this.bar = element("p", "dp-run-progress");
      this.bar.append(element("progress", ""), element("span", ""));
      this.box.append(this.bar);
    }
    const [bar, text] = this.bar.children;
    bar.max = total;
    bar.value = done;
    text.textContent = ` ${done} of ${total}`;
  }

  note(text) {
    this.show();
    this.box.append(element("p", "dp-run-note", text));
  }

  /* Ends, with a note where nothing was shown. */
  end(note) {
    this.bar?.remove();
    if (this.fresh && note) this.note(`${note}${this.absent || ""}`);
  }

  remove() {
    this.box.remove();
    for (const node of this.stored) node.hidden = false;
  }
}
