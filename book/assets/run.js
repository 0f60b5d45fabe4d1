/* Cells that run in the page: an editor for each exercise, and Run at each cell that can run. What
   runs them is loaded when the reader turns to the first of them: `run/page.mjs` and Python. */
(function () {
  "use strict";
  var script = document.currentScript, cells = [], session;
  if (document.getElementById("live-cells")) return; /* `make present` runs them in a kernel */

  var WHAT = script.dataset.what;
  var folder = window.dpFolder; /* a book that was unpacked from a zip loads in another way */

  function element(tag, name, text) {
    var made = document.createElement(tag);
    made.className = name;
    if (text) made.textContent = text;
    return made;
  }

  /* What is kept in this browser of a cell: {of: its text in the book, draft, passed}. */
  function kept(cell, value) {
    try {
      if (value) localStorage.setItem(cell.key, JSON.stringify(value));
      else if (value === null) localStorage.removeItem(cell.key);
      return JSON.parse(localStorage.getItem(cell.key)) || {};
    } catch (error) { return {}; }
  }

  function fetched(address) {
    return fetch(address, { cache: "no-cache" }).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    });
  }

  /* Loads the rest once; without it the page stays as it was, with a sentence. */
  function load(cell) {
    if (!session) {
      var cellsAt = new URL(script.dataset.cells, location.href);
      session = (folder ? folder.data(cellsAt) : fetched(cellsAt)).then(function (data) {
        var runtime = script.src.replace(/run\.js.*/, "run/" + data.runtime + "/");
        return (folder ? folder.load("page.mjs") : import(runtime + "page.mjs")).then(function (page) {
          return page.begin(data, cells, kept);
        });
      });
      session.catch(function () {
        session = null;
        cell.mark.textContent = /*_*/"This could not be loaded. Is there a network?";
      });
    }
    return session;
  }

  function does(cell, what) {
    load(cell).then(function (page) { page[what](cell); }, function () {});
  }

  function button(cell, label, what) {
    var made = cell.bar.appendChild(element("button", "dp-run-" + what, label));
    made.type = "button";
    made.setAttribute("aria-label", label + " " + cell.name);
    made.addEventListener("click", function () {
      if (what === "edit") edit(cell).focus();
      else does(cell, what);
    });
    return made;
  }

  /* A text area lies over the coloured code, in the same type, and shows only the cursor. */
  function edit(cell) {
    if (cell.area) return cell.area;
    var area = cell.area = element("textarea", "dp-run-area");
    area.value = cell.code;
    area.wrap = "off";
    area.spellcheck = false;
    area.setAttribute("autocapitalize", "off");
    area.setAttribute("autocomplete", "off");
    area.setAttribute("autocorrect", "off");
    area.setAttribute("aria-label", /*_*/"Code of " + cell.name);
    area.setAttribute("aria-description", /*_*/"Control and Enter run it. Escape, then Tab, leaves it.");
    cell.text.setAttribute("aria-hidden", "true"); /* the text area has the same text */
    cell.text.after(area);
    if (cell.edit) cell.edit.hidden = true;
    area.addEventListener("input", function () { changed(cell); });
    return area;
  }

  function changed(cell) {
    var value = cell.area.value, own = kept(cell), same = value === cell.code;
    cell.box.style.removeProperty("--wrong");
    if (cell.colour) cell.colour();
    else cell.text.textContent = value + "\n";
    cell.reset.hidden = same;
    if (!same) own.draft = value;
    else delete own.draft;
    own.of = cell.code;
    kept(cell, own.draft === undefined && !own.passed ? null : own);
  }

  function begin(box) {
    var pre = box.querySelector("pre"), stub = box.matches(".dp-stub");
    var index = +/dp-run-(\d+)/.exec(box.className)[1];
    var number = cells.length + 1;
    var cell = { index: index, box: box, name: "cell " + number, number: number,
      code: pre.textContent.replace(/\n+$/, ""), text: element("span", "dp-run-text"),
      key: "run " + location.pathname + "#" + (box.id || index), exercise: stub,
      bar: element("div", "dp-run-bar") };
    cell.text.append.apply(cell.text, pre.childNodes);
    cell.coloured = cell.text.innerHTML;
    pre.append(cell.text);
    pre.classList.add("dp-run-code");
    pre.closest(".highlight").parentNode.after(cell.bar);
    cell.bar.setAttribute("role", "group");
    cell.bar.setAttribute("aria-label", cell.name);
    cell.run = button(cell, /*_*/"Run", "run");
    cell.stop = button(cell, /*_*/"Stop", "stop");
    cell.stop.hidden = true;
    if (!stub) cell.edit = button(cell, /*_*/"Edit", "edit");
    cell.reset = button(cell, /*_*/"Reset", "reset");
    cell.reset.hidden = true;
    cell.mark = cell.bar.appendChild(element("span", "dp-run-mark"));
    cell.rest = function () {
      var solved = cell.wrong ? ", solved before" : ", solved \u2713";
      cell.mark.textContent = cell.name + (kept(cell).passed ? solved : "");
    };
    cell.rest();
    cells.push(cell);
    if (stub) edit(cell);
    var own = kept(cell), old = own.draft !== undefined && own.of !== cell.code;
    if (own.draft !== undefined && (stub || !old)) {
      edit(cell).value = own.draft;
      cell.text.textContent = own.draft + "\n";
      cell.reset.hidden = false;
      if (old) {
        cell.mark.textContent = "The exercise has changed since you wrote this. Reset brings"
          + " the new text.";
      }
    }
    box.addEventListener("focusin", function () { load(cell).catch(function () {}); });
  }

  var marked = document.querySelectorAll("[class*='dp-run-']");
  var able = window.WebAssembly && window.Worker && window.DecompressionStream;
  if (!able || !(folder || /^http/.test(location.protocol))) {
    WHAT = "Cells run in the page in a newer browser, if the book comes from a web server, as by"
      + " make serve, or from the zip of make zip.";
    marked[0].after(element("p", "dp-run-what", WHAT));
    return;
  }
  marked.forEach(begin);
  var what = element("p", "dp-run-what", WHAT + " ");
  function link(text, address) {
    var made = what.appendChild(element("a", "", text));
    made.href = address;
    made.after(" ");
  }
  if (script.dataset.about) link(/*_*/"How it works", script.dataset.about);
  link(/*_*/"Licences", script.src.replace(/run\.js.*/, "run/LICENCES.txt"));
  var open = cells.filter(function (cell) { return !cell.bar.closest("details"); });
  (open[0] || cells[0]).bar.after(what);
})();
