/* Code that runs, on the pages and slides that `make present` sends, and on the slides of a site.
   Each cell can be edited; a kernel of this machine runs it, or on a site what slides/run_here.js
   has in its place. What it gives takes the place of the stored output. Without a kernel the stored
   output stays, and one line says what to do. */
(function () {
  "use strict";
  var query = new URLSearchParams(location.search);
  if (query.has("preview") || query.has("print-pdf")) return;
  var deck = window.Reveal && document.querySelector(".reveal"), cells = [], asked = {}, count = 0, socket;
  var here = window.kernelHere;

  var UNSTOPPABLE = 3000; /* milliseconds after which Interrupt has failed */
  var LONE = "No connection to the kernel: the stored output stays. Start make present again, and"
    + " open its new address.";

  function element(tag, name, text) {
    var made = document.createElement(tag);
    made.className = name;
    if (text) made.textContent = text;
    return made;
  }

  /* The cells ------------------------------------------------------------------------------------ */

  function fromDeck() {
    document.querySelectorAll(here ? "pre[data-around]" : "pre[data-cell]").forEach(function (pre) {
      var output = pre.nextElementSibling;
      while (!output.matches(".gave")) output = output.nextElementSibling;
      var cell = begin(pre.dataset.cell, pre, pre.querySelector("code"), output);
      pre.appendChild(cell.bar);
    });
  }

  /* A page does not say which cell of the chapter its code is: its cells stand in the same order. */
  function fromPage(known) {
    var next = 0;
    document.querySelectorAll("div.cell_input pre, div.dp-stub pre").forEach(function (pre) {
      var code = pre.textContent.trim(), at = next;
      while (at < known.length && known[at].code.trim() !== code) at++;
      if (at === known.length) return;
      next = at + 1;
      var text = element("span", "live-text"), box = pre.closest("div.cell");
      var output = box.querySelector(".cell_output");
      if (!output) output = box.appendChild(element("div", "cell_output"));
      text.append.apply(text, pre.childNodes);
      pre.appendChild(text);
      var cell = begin(known[at].cell, pre, text, output);
      pre.closest(".highlight").parentNode.after(cell.bar);
    });
  }

  function begin(place, pre, text, output) {
    var figure = output.querySelector("figure"), kept = [].slice.call(output.children);
    if (figure) {
      kept = kept.filter(function (child) { return !child.contains(figure); })
        .concat([].filter.call(figure.children, function (c) { return !c.matches("figcaption"); }));
    }
    var cell = { place: place, chapter: place.split(" ")[0], name: "cell " + (cells.length + 1),
      text: text, output: output, stored: kept, live: element("div", "live-output live-away"),
      area: element("textarea", "live-area"), bar: element("span", "live-bar"), busy: false, id: 0,
      code: text.textContent.replace(/\n+$/, ""), coloured: text.innerHTML.replace(/\n+$/, "") };
    if (figure) figure.prepend(cell.live); else output.append(cell.live);
    cell.ran = cell.code;
    pre.classList.add("live-code");
    text.setAttribute("aria-hidden", "true"); /* the text area has the same text */
    text.innerHTML = cell.coloured;
    var area = cell.area;
    area.setAttribute("aria-label", "Code of " + cell.name);
    area.setAttribute("aria-description", "Shift and Enter run it, Escape leaves it");
    area.spellcheck = false;
    area.autocapitalize = area.autocomplete = "off";
    area.wrap = "off";
    area.value = cell.code;
    var edit = element("span", "live-edit");
    text.replaceWith(edit);
    edit.append(text, area);
    area.addEventListener("input", function () { edited(cell); });
    ["focus", "blur"].forEach(function (kind) {
      area.addEventListener(kind, function () {
        area.toggleAttribute("data-prevent-swipe", kind === "focus");
        edit.scrollLeft = 0;
      });
    });
    cell.run = button(cell, "Run", function () { run(cell); });
    cell.interrupt = button(cell, "Interrupt", function () { interrupt(cell); });
    cell.reset = button(cell, "Reset", function () { reset(cell); });
    cell.restart = button(cell, "Restart", function () { restart(cell); });
    cell.mark = cell.bar.appendChild(element("span", "live-mark"));
    cells.push(cell);
    edited(cell);
    return cell;
  }

  function button(cell, label, does) {
    var name = "live-button live-" + label.toLowerCase();
    var made = cell.bar.appendChild(element("button", name, label));
    made.type = "button";
    made.setAttribute("aria-label", label + " " + cell.name);
    made.addEventListener("click", function (event) {
      does();
      if (deck && event.detail) made.blur(); /* else the space bar would press it again */
    });
    return made;
  }

  /* What is shown -------------------------------------------------------------------------------- */

  var said = document.body.appendChild(element("div", "live-said"));
  said.setAttribute("role", "status");

  function mark(cell, state, text) {
    cell.bar.dataset.state = state;
    cell.mark.textContent = text;
    cell.busy = state === "busy";
    var live = state !== "stored", lost = document.activeElement;
    cell.run.setAttribute("aria-disabled", cell.busy);
    cell.interrupt.hidden = !cell.busy;
    cell.reset.hidden = cell.busy || (!live && cell.area.value === cell.code);
    cell.restart.hidden = !live || !!here; /* there, a cell first runs again what it needs */
    if (lost && lost.hidden && cell.bar.contains(lost)) cell.run.focus();
  }

  /* Marks whether the output is live or stored, and whether it is that of the code. */
  function settled(cell, stopped, remark) {
    var live = !cell.live.matches(".live-away"), state = live ? "live" : "stored";
    mark(cell, stopped || state, state + (stopped ? ", " + stopped : "")
      + (remark ? ", " + remark : "")
      + (cell.area.value === cell.ran ? "" : ", before this edit"));
    fit(cell);
  }

  function show(cell, live) {
    cell.live.classList.toggle("live-away", !live);
    cell.stored.forEach(function (node) { node.classList.toggle("live-away", live); });
    fit(cell);
  }

  function edited(cell) {
    var area = cell.area, value = area.value;
    area.rows = value.split("\n").length;
    if (!cell.busy) settled(cell);
    if (value === cell.code) {
      cell.text.innerHTML = cell.coloured;
      cell.asked = 0;
    } else {
      cell.asked = ++count;
      asked[count] = cell;
      send({ do: "colour", id: count, code: value });
      setTimeout(plain, 300, cell, count);
    }
    fit(cell);
  }

  /* Without colours, if nobody gives any. */
  function plain(cell, id) {
    if (id && cell.asked === id) cell.text.textContent = cell.area.value;
  }

  function add(cell, message) {
    if (cell.fresh) {
      cell.fresh = false;
      cell.live.textContent = "";
      if (deck) cell.live.style.minWidth = cell.output.offsetWidth + "px"; /* the code keeps its own */
      show(cell, true);
      uncover(cell);
    }
    if (message.text) {
      var last = cell.live.lastElementChild;
      if (!last || !last.matches(".live-stream")) {
        last = cell.live.appendChild(element("pre", "said plain live-stream"));
        last.appendChild(element("samp", ""));
      }
      last = last.firstChild; /* a carriage return hides the text before it in its line */
      last.textContent = (last.textContent + message.text).replace(/^.*\r(?!\n|$)/gm, "");
    } else {
      cell.live.insertAdjacentHTML("beforeend", message.html);
      likeStored(cell);
      if (cell.live.querySelector(".dp-frames:not([data-live])")) moving();
    }
    fit(cell);
  }

  /* On a slide, a figure is as wide as the stored one. */
  function likeStored(cell) {
    var stored = cell.stored.find(function (node) { return node.style.getPropertyValue("--width"); });
    if (!stored) {
      if (deck && cell.live.querySelector("svg.dp-svg")) cell.live.style.minWidth = "520px";
      return;
    }
    [].forEach.call(cell.live.children, function (node) {
      if (node.style.length) node.style.cssText = stored.style.cssText;
    });
  }

  /* The script of sliders starts those that it has not seen when it is loaded once more. */
  function moving() {
    var style = document.querySelector('link[rel="stylesheet"]'), script = element("script", "");
    script.src = new URL("frames.js", style.href); /* beside the style sheet, on pages and in decks */
    document.body.appendChild(script);
    script.onload = function () { script.remove(); };
  }

  function uncover(cell) {
    if (!deck || cell.output.matches(".visible, :not(.fragment)")) return;
    if (Reveal.getCurrentSlide().contains(cell.output)) {
      Reveal.navigateFragment(+cell.output.dataset.fragmentIndex);
    }
  }

  /* On a slide, a figure shrinks to fit, text that is too long scrolls, and code that grows gets
     smaller type. */
  function fit(cell) {
    if (!deck || cell.fitting) return;
    cell.fitting = requestAnimationFrame(function () {
      cell.fitting = 0;
      fitNow(cell);
    });
  }

  function fitNow(cell) {
    var slide = cell.output.closest(".slide"), all = cell.output.closest(".cells");
    var style = getComputedStyle(slide), bottom = slide.clientHeight - parseFloat(style.paddingBottom);
    function over() { return all.offsetTop + all.offsetHeight - bottom; }
    if (!all.offsetHeight) return; /* of another slide */
    cell.live.style.maxHeight = "";
    var svg = cell.live.querySelector("svg.dp-svg");
    if (svg) {
      svg.style.width = "";
      svg.style.width = svg.clientWidth * (1 - Math.max(0, over()) / svg.clientHeight) + "px";
    }
    if (over() > 0 && cell.live.offsetHeight > 120) {
      cell.live.style.maxHeight = Math.max(120, cell.live.offsetHeight - over()) + "px";
    }
    all.style.setProperty("--size", all.dataset.size + "px");
    for (var size = +all.dataset.size; over() > 0 && size > 16; size--) {
      all.style.setProperty("--size", size - 1 + "px");
    }
    cell.live.tabIndex = cell.live.scrollHeight > cell.live.clientHeight ? 0 : -1;
  }

  /* The kernel ----------------------------------------------------------------------------------- */

  function send(message) {
    if (!socket || socket.readyState > 1) {
      socket = here || new WebSocket("ws://" + location.host + "/live/kernels");
      socket.onmessage = function (event) { hear(JSON.parse(event.data)); };
      socket.onclose = function () {
        cells.forEach(function (cell) {
          plain(cell, cell.asked);
          if (cell.busy) end(cell, LONE);
        });
      };
    }
    var text = JSON.stringify(message);
    if (socket.readyState) socket.send(text);
    else socket.addEventListener("open", function () { socket.send(text); });
  }

  function run(cell) {
    if (cell.busy) return;
    cell.id = ++count;
    asked[cell.id] = cell;
    cell.fresh = true;
    cell.error = "";
    cell.running = cell.area.value;
    mark(cell, "busy", "preparing");
    tell(cell, "preparing");
    send({ do: "run", id: cell.id, cell: cell.place, code: cell.running, slide: !!deck });
  }

  function interrupt(cell) {
    var id = cell.id;
    send({ do: "interrupt", chapter: cell.chapter });
    setTimeout(function () {
      if (cell.busy && cell.id === id) mark(cell, "busy", "It does not stop: Restart ends the kernel.");
    }, UNSTOPPABLE);
  }

  function stored(cell) {
    cell.id = 0; /* what the kernel says from now on is not shown */
    cell.busy = false;
    cell.ran = cell.code;
    show(cell, false);
    settled(cell);
  }

  function reset(cell) {
    if (cell.busy) send({ do: "interrupt", chapter: cell.chapter });
    if (here) send({ do: "reset", cell: cell.place });
    cell.area.value = cell.code;
    stored(cell);
    edited(cell);
    tell(cell, "the stored text and output");
  }

  function restart(cell) {
    send({ do: "restart", chapter: cell.chapter });
    cells.forEach(function (other) { if (other.chapter === cell.chapter) stored(other); });
    tell(cell, "the kernel starts anew at the next Run");
  }

  function hear(message) {
    var cell = asked[message.id];
    if (!cell) return;
    if ("coloured" in message) {
      if (cell.asked === message.id) cell.text.innerHTML = message.coloured;
      if (cell.asked === message.id) cell.asked = 0;
    } else if (cell.id !== message.id) {
      return;
    } else if (message.state) {
      become(cell, message.state, message.text);
    } else {
      cell.error = message.error || cell.error;
      add(cell, message);
    }
  }

  function become(cell, state, text) {
    if (state === "preparing") return mark(cell, "busy", "preparing: " + text);
    if (state === "running") {
      mark(cell, "busy", "running");
      return tell(cell, "running");
    }
    if (state === "ended") return end(cell, text);
    if (cell.fresh && state === "done") {
      add(cell, { html: '<p class="live-none">It ran, and shows nothing.</p>' });
    }
    if (!cell.fresh) cell.ran = cell.running;
    cell.busy = false;
    settled(cell, state === "done" ? "" : state, text);
    tell(cell, state === "error" ? "error: " + cell.error : state + (text ? ", " + text : ""));
  }

  /* Nothing live is to be had: the stored output is back. */
  function end(cell, why) {
    show(cell, false);
    cell.ran = cell.code;
    mark(cell, "ended", why);
    tell(cell, why);
  }

  function tell(cell, what) { said.textContent = cell.name + ": " + what; }

  /* Keys in the code are for the code: the deck does not hear them. */
  addEventListener("keydown", function (event) {
    var cell = cells.find(function (one) { return one.area === event.target; });
    if (!cell) return;
    event.stopPropagation();
    if (event.key === "Escape") {
      cell.area.blur();
    } else if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run(cell);
    } else if (event.key === "Enter" && !event.isComposing) {
      var line = cell.area.value.slice(0, cell.area.selectionStart).split("\n").pop();
      event.preventDefault();
      document.execCommand("insertText", false,
        "\n" + /^ */.exec(line)[0] + (/:\s*$/.test(line) ? "    " : ""));
    }
  }, true);

  if (deck) {
    document.querySelectorAll(".cells").forEach(function (all) {
      all.dataset.size = parseFloat(all.style.getPropertyValue("--size"));
    });
    fromDeck();
    Reveal.on("slidechanged", function (event) {
      cells.forEach(function (cell) { if (event.currentSlide.contains(cell.output)) fit(cell); });
    });
  } else {
    fromPage(JSON.parse(document.getElementById("live-cells").textContent));
  }
})();
