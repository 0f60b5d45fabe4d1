/* The speaker's window: this step, the next one, notes and clock.

   It is the deck's own page with ?speaker, and its two previews are that page with ?preview. They
   send each other messages, which works from files too: each second the speaker's window says
   hello to the deck, and the deck answers with its state. So either may be loaded again. */
(function () {
  "use strict";
  var query = new URLSearchParams(location.search);
  var file = location.pathname.replace(/.*\//, "");

  /* Keys that lead through the deck. Others would open lists and boxes on the wall. */
  var LEADING = { ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, PageUp: 33,
    PageDown: 34, " ": 32, Home: 36, End: 35, p: 80, r: 82, t: 84, ",": 188, ".": 190, b: 66, d: 68 };

  function page(role) {
    var asked = new URLSearchParams(query), address = new URL(location.href);
    ["speaker", "preview", "theme"].forEach(function (name) { asked.delete(name); });
    asked.set(role, "");
    address.search = asked;
    address.hash = "";
    return address.href;
  }

  function ours(event) {
    if (event.origin === location.origin) return true;
    return location.protocol === "file:" && /^(null|file:\/\/)$/.test(event.origin);
  }

  function ranges(slide) { return [].slice.call(slide.querySelectorAll(".dp-controls input")); }

  /* The deck. */

  var speaker = null;

  function planned(slides) {
    return slides.reduce(function (sum, slide) { return sum + +slide.dataset.minutes; }, 0);
  }

  function state() {
    var slides = Reveal.getSlides(), slide = Reveal.getCurrentSlide(), at = slides.indexOf(slide);
    var step = Reveal.getIndices().f, frames = ranges(slide).map(function (r) { return +r.value; });
    var dark = document.querySelector(".reveal").classList.contains("dark"), next = slides[at + 1];
    var now = { id: slide.id, step: step, frames: frames, dark: dark };
    return {
      now: now,
      next: Reveal.availableFragments().next
        ? { id: slide.id, step: step + 1, frames: frames, dark: dark }
        : next && { id: next.id, step: -1, dark: dark },
      number: at + 1, last: slides.length, minutes: +slide.dataset.minutes,
      before: planned(slides.slice(0, at)), all: planned(slides),
    };
  }

  function tell() { if (speaker && Reveal.isReady()) speaker.postMessage(state(), "*"); }

  function listen() {
    addEventListener("message", function (event) {
      if (!ours(event) || !event.data) return;
      if (event.data.hello) {
        speaker = event.source;
        tell();
      }
      if (event.source !== speaker || !Reveal.isReady()) return;
      var code = LEADING[event.data.key];
      if (code) Reveal.triggerKey(code);
    });
    ["slidechanged", "fragmentshown", "fragmenthidden"].forEach(function (name) {
      Reveal.on(name, tell);
    });
    var watch = new MutationObserver(tell);
    watch.observe(document.querySelector(".reveal"), { attributes: true, attributeFilter: ["class"] });
    document.querySelectorAll(".dp-controls output").forEach(function (output) {
      watch.observe(output, { childList: true });
    });
  }

  window.presenter = function () {
    if (speaker && !speaker.closed) return speaker.focus();
    speaker = window.open(page("speaker"), "speaker of " + file, "width=1280,height=800");
    if (!speaker) window.alert(/*_*/"Allow this page to open a window for the speaker view.");
  };

  /* A preview. */

  function follow() {
    function show(wanted) {
      var slide = document.getElementById(wanted.id), at = slide && Reveal.getIndices(slide);
      if (!slide) return;
      document.querySelector(".reveal").classList.toggle("dark", wanted.dark);
      Reveal.slide(at.h, at.v, wanted.step);
      ranges(slide).forEach(function (range, i) {
        var value = wanted.frames ? wanted.frames[i] : 0;
        if (+range.value === value || value === undefined) return;
        range.value = value;
        range.dispatchEvent(new Event("input"));
      });
    }
    addEventListener("message", function (event) {
      if (ours(event) && event.source === parent && event.data.show && Reveal.isReady())
        show(event.data.show);
    });
  }

  /* The speaker's window. */

  var view = {}, seen = null, answered = 0;
  var clock = { began: Date.now(), paused: 0, slide: "", arrived: 0, size: 28 };

  function keep() {
    try { sessionStorage.setItem("clock of " + file, JSON.stringify(clock)); }
    catch (error) { /* Then a reload begins anew. */ }
  }

  function recall() {
    try { clock = JSON.parse(sessionStorage.getItem("clock of " + file)) || clock; }
    catch (error) { /* Then it is the first time. */ }
  }

  function elapsed() { return ((clock.paused || Date.now()) - clock.began) / 1000; }

  function pause() {
    if (clock.paused) clock.began += Date.now() - clock.paused;
    clock.paused = clock.paused ? 0 : Date.now();
    tick();
  }

  function reset() {
    clock.began = Date.now();
    if (clock.paused) clock.paused = clock.began;
    clock.arrived = 0;
    tick();
  }

  function resize(by) {
    clock.size = Math.max(18, Math.min(48, clock.size + by));
    view.notes.style.fontSize = clock.size + "px";
    keep();
  }

  function two(number) { return (number < 10 ? "0" : "") + number; }

  function time(seconds) {
    var whole = Math.floor(Math.abs(seconds));
    return Math.floor(whole / 60) + ":" + two(whole % 60);
  }

  function minutes(seconds) { return Math.round(seconds / 60) || 1; }

  /* Which is on time within half a minute. */
  function pace() {
    var late = elapsed() - 60 * (seen.before + seen.minutes), early = 60 * seen.before - elapsed();
    if (late > 30) return ["behind", minutes(late) + " min behind"];
    if (early > 30) return ["ahead", minutes(early) + " min ahead"];
    return ["", /*_*/"on time"];
  }

  function tick() {
    var now = new Date();
    view.timer.textContent = time(elapsed());
    view.pause.textContent = clock.paused ? /*_*/"Go on" : /*_*/"Pause";
    view.clock.textContent = now.getHours() + ":" + two(now.getMinutes());
    view.lost.hidden = Date.now() - answered < 4000;
    if (seen) {
      var left = 60 * seen.minutes - (elapsed() - clock.arrived), on = pace();
      view.left.textContent = time(left) + (left < 0 ? " over on this slide" : " left on this slide");
      view.left.classList.toggle("behind", left < 0);
      view.pace.textContent = on[1];
      view.pace.className = "pace " + on[0];
    }
    keep();
  }

  function display(slide) {
    var notes = document.importNode(slide.querySelector("aside.notes"), true);
    view.notes.replaceChildren.apply(view.notes, notes.childNodes);
    view.notes.parentNode.scrollTop = 0;
  }

  function update(state) {
    var slide = view.slides.getElementById(state.now.id);
    answered = Date.now();
    if (!slide) return;
    if (!seen || seen.now.id !== state.now.id) display(slide);
    if (clock.slide !== state.now.id) {
      clock.slide = state.now.id;
      clock.arrived = elapsed();
    }
    seen = state;
    view.count.textContent = state.number + " / " + state.last;
    view.plan.textContent = "planned: " + Math.round(state.before) + " to "
      + Math.round(state.before + state.minutes) + " of " + Math.round(state.all) + " min";
    view.label.textContent = !state.next ? /*_*/"The end"
      : state.next.id === state.now.id ? /*_*/"Next step" : /*_*/"Next slide";
    view.next.hidden = !state.next;
    view.now.contentWindow.postMessage({ show: state.now }, "*");
    if (state.next) view.next.contentWindow.postMessage({ show: state.next }, "*");
    tick();
  }

  function element(parent, tag, name, text) {
    var made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return parent.appendChild(made);
  }

  function button(parent, text, title, does) {
    var made = element(parent, "button", "", text);
    made.type = "button";
    made.title = title;
    made.addEventListener("click", does);
    return made;
  }

  function preview(parent, name, title) {
    var figure = element(parent, "figure", name), label = element(figure, "figcaption", "", title);
    view[name] = element(figure, "iframe", name);
    view[name].title = title;
    view[name].tabIndex = -1;
    view[name].src = page("preview");
    return label;
  }

  function build() {
    document.title += " (speaker)";
    document.documentElement.className = "speaker";
    document.querySelectorAll('link[rel="stylesheet"]').forEach(function (link) {
      if (!/katex\.css$/.test(link.href)) link.remove();
    });
    var style = element(document.head, "link");
    style.rel = "stylesheet";
    style.href = "assets/presenter.css";
    view.slides = document.createDocumentFragment();
    view.slides.append.apply(view.slides, document.body.childNodes);

    var bar = element(document.body, "header", "bar");
    view.timer = element(bar, "span", "timer");
    view.pause = button(bar, /*_*/"Pause", /*_*/"Stop the clock, or let it go on", pause);
    button(bar, /*_*/"Reset", /*_*/"Set the clock to zero", reset);
    view.pace = element(bar, "span", "pace");
    view.left = element(bar, "span", "left");
    view.plan = element(bar, "span", "plan");
    view.count = element(bar, "span", "count");
    view.clock = element(bar, "span", "clock");
    var main = element(document.body, "main", "views"), slides = element(main, "div", "slides");
    preview(slides, "now", /*_*/"This slide");
    view.label = preview(slides, "next", /*_*/"Next slide");
    var notes = element(main, "section", "notes");
    notes.tabIndex = 0;
    var caption = element(notes, "div", "caption");
    element(caption, "h1", "", /*_*/"Notes");
    button(caption, "A−", /*_*/"Smaller notes", function () { resize(-2); });
    button(caption, "A+", /*_*/"Larger notes", function () { resize(2); });
    view.notes = element(notes, "div", "text");
    view.lost = element(bar, "p", "lost",
      /*_*/"The deck does not answer: it was closed. Open it again, and press S there.");
    view.lost.setAttribute("role", "status");
    resize(0);
  }

  function speak() {
    recall();
    build();
    answered = Date.now();
    addEventListener("message", function (event) {
      if (ours(event) && event.source === opener && event.data.now) update(event.data);
    });
    addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      var key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (event.target.matches("button") && (key === " " || key === "Enter")) return;
      if (!LEADING[key] || !opener) return;
      event.preventDefault();
      opener.postMessage({ key: key }, "*");
    });
    function hello() {
      if (opener) opener.postMessage({ hello: true }, "*");
      tick();
    }
    hello();
    setInterval(hello, 1000);
  }

  if (query.has("speaker")) speak();
  else if (query.has("preview")) follow();
  else listen();
})();
