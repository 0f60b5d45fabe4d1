/* The keys of an editor, and the colours of what is typed. */

const WORDS = {
  k: "as assert async await break class continue def del elif else except finally for from global"
    + " if import lambda nonlocal pass raise return try while with yield",
  ow: "and in is not or",
  kc: "True False None",
  nb: "abs all any bool dict enumerate filter float int isinstance len list map max min print range"
    + " repr reversed round set sorted str sum super tuple type zip",
};
const NAMED = { class: "nc", def: "nf" }; /* what comes after these words */
const KIND = new Map(
  Object.entries(WORDS).flatMap(([kind, words]) => words.split(" ").map(word => [word, kind])),
);
const TOKEN = new RegExp(
  [
    /(?<c1>#.*)/, /(?<s2>[rbfRBF]*(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/,
    /(?<mi>\b\d[\w.]*(?:(?<=[eE])[+-]\d+)?)/, /(?<word>[^\W\d]\w*)/, /(?<o>[-+*/%@&|^~<>=!:]+)/,
  ].map(part => part.source).join("|"), "gu",
);

/* The classes are those of Pygments, which colours the code of the book. */
export function coloured(code) {
  const at = document.createElement("span");
  let end = 0, last = "";
  for (const match of code.matchAll(TOKEN)) {
    at.append(code.slice(end, match.index));
    end = match.index + match[0].length;
    const [kind] = Object.entries(match.groups).find(([, text]) => text !== undefined);
    const name = kind !== "word" ? kind : NAMED[last] || KIND.get(match[0]);
    last = match[0];
    if (!name) {
      at.append(match[0]);
      continue;
    }
    const token = document.createElement("span");
    token.className = name;
    token.textContent = match[0];
    at.append(token);
  }
  at.append(`${code.slice(end)}\n`);
  return at.innerHTML;
}

const INDENT = "    ";
let leaving = true;

/* Tab indents where the reader types. Before that, and after Escape, it leaves, as it does
   everywhere else, so that nobody who only passes by is held. */
export function attend(cell) {
  const stay = () => { leaving = false; };
  cell.box.addEventListener("focusin", () => { leaving = true; });
  cell.box.addEventListener("input", stay);
  cell.box.addEventListener("click", stay);
}

export function keys(event, cell, run) {
  const area = cell.area, key = event.key;
  if (key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return run();
  }
  if (event.target !== area || event.isComposing) return;
  if (key === "Escape") {
    leaving = true;
    return;
  }
  if (key === "Tab" && !leaving && !event.ctrlKey && !event.altKey && !event.metaKey) {
    event.preventDefault();
    if (event.shiftKey || area.value.slice(area.selectionStart, area.selectionEnd).includes("\n")) {
      shift(area, event.shiftKey);
    } else {
      type(" ".repeat(INDENT.length - (column(area) % INDENT.length)));
    }
  } else if (key === "Enter") {
    event.preventDefault();
    const line = area.value.slice(0, area.selectionStart).split("\n").pop();
    type(`\n${/^ */.exec(line)[0]}${/:\s*(#.*)?$/.test(line) ? INDENT : ""}`);
  } else if (key === "Backspace" && area.selectionStart === area.selectionEnd) {
    const line = area.value.slice(0, area.selectionStart).split("\n").pop();
    if (/^ +$/.test(line) && line.length % INDENT.length === 0) {
      event.preventDefault();
      area.setSelectionRange(area.selectionStart - INDENT.length, area.selectionStart);
      document.execCommand("delete");
    }
  }
}

const column = area => area.selectionStart - (area.value.lastIndexOf("\n", area.selectionStart - 1) + 1);

/* As if it were typed, so that the browser can undo it. */
const type = text => document.execCommand("insertText", false, text);

/* Moves the selected lines to the right, or to the left. */
function shift(area, left) {
  const value = area.value, begin = value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const stop = area.selectionEnd > begin ? area.selectionEnd : begin;
  const end = value.indexOf("\n", stop) < 0 ? value.length : value.indexOf("\n", stop);
  const lines = value.slice(begin, end);
  const moved = left ? lines.replace(/^ {1,4}/gm, "") : lines.replace(/^(?=.)/gm, INDENT);
  if (moved === lines) return;
  area.setSelectionRange(begin, end);
  type(moved);
  area.setSelectionRange(begin, begin + moved.length);
}
