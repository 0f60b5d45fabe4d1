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
    this.text = this.absent = "";
    const outputs = [...cell.box.querySelectorAll(":scope > .cell_output:not(.dp-run-output)")];
    this.picture = cell.box.querySelector("figure > .dp-figure, figure > .dp-frames");
    this.stored = outputs.map(one => (one.contains(this.picture) ? this.picture : one));
    this.box = element("div", "cell_output docutils container dp-run-output");
    this.fresh = true;
    this.cell = cell;
  }

  /* The stored output stays until there is something in its place. Of a figure, the caption stays. */
  show() {
    this.begin();
    if (!this.fresh) return;
    this.fresh = false;
    for (const node of this.stored) node.hidden = true;
  }

  begin() {
    if (this.box.isConnected) return;
    if (this.picture) this.picture.before(this.box);
    else this.cell.box.append(this.box);
  }

  add(kind, text) {
    if (kind === "absent") {
      this.absent += ` ${text}`;
      return;
    }
    if (kind === "progress" && this.picture) this.begin();
    else this.show();
    if (kind === "progress") return this.progress(...text.split(" ").map(Number));
    if (kind === "cut") return this.note(text);
    if (kind === "figure") return this.draw(text);
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

  /* A figure that the cell has drawn: SVG, or frames, which the page's script for frames plays. */
  draw(html) {
    this.last = null;
    this.text += "The figure is drawn again.\n";
    const place = this.box.appendChild(element("div", "dp-run-figure"));
    place.innerHTML = html;
    const svg = place.querySelector("svg"), said = this.picture?.querySelector("svg");
    const alt = said?.getAttribute("aria-label") || "A figure.";
    svg.setAttribute("aria-label", `${alt} This version is drawn by your code, and may look different.`);
    this.note("Drawn again, from your code. Reset brings back the book’s figure.");
    if (!place.querySelector(".dp-frames")) return;
    const player = element("script", "");
    player.src = new URL("frames.js", document.querySelector('script[src*="/run.js"]').src);
    document.head.append(player);
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

  link(text, address) {
    if (!address || this.fresh) return;
    const made = element("a", "", text), line = element("p", "dp-run-note");
    made.href = address;
    line.append(made);
    this.box.append(line);
  }

  /* Ends, with a note where nothing was shown. */
  end(note) {
    this.bar?.remove();
    if (this.fresh && note) this.note(`${note}${this.absent}`);
  }

  remove() {
    this.box.remove();
    for (const node of this.stored) node.hidden = false;
  }
}
