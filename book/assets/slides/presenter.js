/* The speaker's window: this slide, the next one, notes and clock. The deck drives it, so that it
   works from files too; its keys move the deck. */
(function () {
  "use strict";
  var view, began;

  /* Keys that lead through the deck. Others would open lists and boxes on the wall. */
  var LEADING = ["arrowleft", "arrowright", "arrowup", "arrowdown", "pageup", "pagedown", " ",
    "home", "end", "p", "r", ".", ",", "b", "d"];

  function element(parent, tag, name, text) {
    var made = parent.ownerDocument.createElement(tag);
    made.className = name;
    if (text) made.textContent = text;
    return parent.appendChild(made);
  }

  function address(slide, fragment) {
    var at = Reveal.getIndices(slide), hash = "#/" + at.h + "/" + at.v;
    var theme = document.querySelector(".reveal").classList.contains("dark") ? "dark" : "light";
    var page = location.href.replace(/[?#].*/, "");
    var plan = new URLSearchParams(location.search).get("minutes");
    var query = "?preview&theme=" + theme + (plan ? "&minutes=" + encodeURIComponent(plan) : "");
    return page + query + hash + (fragment >= 0 ? "/" + fragment : "");
  }

  function planned(slides, count) {
    return slides.slice(0, count).reduce(function (sum, s) { return sum + +s.dataset.minutes; }, 0);
  }

  function two(number) { return (number < 10 ? "0" : "") + number; }

  function tick() {
    if (!view || view.window.closed) return;
    var seconds = Math.floor((Date.now() - began) / 1000), now = new Date();
    view.timer.textContent = Math.floor(seconds / 60) + ":" + two(seconds % 60);
    view.clock.textContent = now.getHours() + ":" + two(now.getMinutes());
  }

  function update() {
    if (!view || view.window.closed) return;
    var slides = Reveal.getSlides(), slide = Reveal.getCurrentSlide(), at = slides.indexOf(slide);
    var fragment = Reveal.getIndices().f, next = slides[at + 1];
    view.now.src = address(slide, fragment);
    view.next.hidden = !next;
    if (next) view.next.src = address(next, -1);
    view.notes.textContent = "";
    var notes = slide.querySelector("aside.notes");
    [].forEach.call(notes.childNodes, function (node) {
      view.notes.appendChild(view.notes.ownerDocument.importNode(node, true));
    });
    view.notes.parentNode.scrollTop = 0;
    view.plan.textContent = "of " + planned(slides, at + 1) + " min here, "
      + planned(slides, slides.length) + " in all";
    view.count.textContent = at + 1 + " / " + slides.length;
  }

  function build(popup) {
    var page = popup.document, body = page.body, style = page.createElement("link");
    page.title = document.title + " (speaker)";
    page.documentElement.lang = "en";
    style.rel = "stylesheet";
    style.href = new URL("assets/presenter.css", location.href).href;
    page.head.appendChild(style);
    var katex = style.cloneNode();
    katex.href = new URL("assets/katex.css", location.href).href;
    page.head.appendChild(katex);
    body.textContent = "";
    var bar = element(body, "header", "bar");
    view = { window: popup, timer: element(bar, "span", "timer"), plan: element(bar, "span", "plan"),
      count: element(bar, "span", "count"), clock: element(bar, "span", "clock") };
    var main = element(body, "main", "views");
    view.now = element(main, "iframe", "now");
    view.now.title = "This slide";
    view.next = element(main, "iframe", "next");
    view.next.title = "The next slide";
    var notes = element(main, "section", "notes");
    notes.tabIndex = 0;
    element(notes, "h1", "", "Notes");
    view.notes = element(notes, "div", "");
    popup.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (LEADING.indexOf(event.key.toLowerCase()) < 0) return;
      event.preventDefault();
      Reveal.triggerKey(event.keyCode);
    });
  }

  window.presenter = function () {
    if (view && !view.window.closed) return view.window.focus();
    var popup = window.open("", "", "width=1280,height=800");
    if (!popup) return window.alert("Allow this page to open a window for the speaker view.");
    began = Date.now();
    build(popup);
    update();
    tick();
  };

  ["slidechanged", "fragmentshown", "fragmenthidden"].forEach(function (name) {
    Reveal.on(name, update);
  });
  setInterval(tick, 1000);
})();
