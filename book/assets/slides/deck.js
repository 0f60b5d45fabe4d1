/* Starts a deck: light or dark, keys, steps through code. The deck itself is reveal.js. */
(function () {
  "use strict";
  var query = new URLSearchParams(location.search);
  if (query.has("speaker")) return; /* presenter.js has made another page of it */
  var preview = query.has("preview"), print = query.has("print-pdf");
  var reveal = document.querySelector(".reveal");

  function remembered(value) {
    try {
      if (value) localStorage.setItem("deck-theme", value);
      return localStorage.getItem("deck-theme");
    } catch (error) { return null; }
  }

  /* A plan, ?minutes=90: the longest of the deck's plans that fits, or the shortest one. The
     slides that are left are numbered anew. */
  function leaveOut(minutes) {
    var facts = [].slice.call(document.querySelectorAll(".facts[data-plan]"));
    var plan = facts.find(function (line) { return +line.dataset.plan <= minutes; })
      || facts[facts.length - 1];
    if (!plan) return;
    document.querySelector(".facts").hidden = true;
    plan.hidden = false;
    document.querySelectorAll("section[data-plans]").forEach(function (slide) {
      if (slide.dataset.plans.split(" ").indexOf(plan.dataset.plan) >= 0) return;
      var stack = slide.parentNode;
      slide.remove();
      if (!stack.querySelector("section")) stack.remove();
    });
    var slides = [].slice.call(document.querySelectorAll(".slides section section"));
    slides.forEach(function (slide, i) {
      slide.querySelector(".count").textContent = i + 1 + " / " + slides.length;
      slide.querySelectorAll(".steps a").forEach(function (link) {
        var to = slides[link.getAttribute("aria-label") === /*_*/"Next slide" ? i + 1 : i - 1];
        if (to) link.setAttribute("href", "#/" + to.id);
        else link.remove();
      });
    });
  }
  if (query.get("minutes")) leaveOut(+query.get("minutes"));

  function measure(name) {
    return parseFloat(getComputedStyle(document.documentElement).getPropertyValue(name));
  }

  function dark(yes) { reveal.classList.toggle("dark", yes); }

  var asked = query.get("theme") || (print ? "light" : remembered());
  dark(asked ? asked === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  if (preview) document.documentElement.classList.add("preview");

  /* What scrolls sideways is reached by the keyboard, too. */
  function scrollable() {
    document.querySelectorAll(".slide :is(pre, .shown, .katex-display, table)").forEach(function (box, i) {
      if (box.scrollWidth <= box.clientWidth) return;
      box.tabIndex = 0;
      if (box.matches("pre")) return;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", "Part " + (i + 1) + ", scrolls sideways");
    });
  }

  /* On a phone held upright the deck is a page to scroll, with the sizes of a phone. */
  function stack() {
    ["no-script.css", "phone.css"].forEach(function (name) {
      var style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = "assets/" + name;
      style.onload = function () {
        arrive();
        scrollable();
      };
      document.head.appendChild(style);
    });
    addEventListener("hashchange", arrive);
  }

  function arrive() {
    var at = document.getElementById(decodeURIComponent(location.hash.replace(/^#\/?/, "")));
    if (at) at.scrollIntoView();
  }

  if (innerWidth <= 600 && !preview && !print) return stack();

  /* Lights the lines of the last step that is shown, in the listing before it, and the terms of
     formulas that belong to the step; a listing that is uncovered after it puts them out. */
  function light() {
    var slide = Reveal.getCurrentSlide();
    if (!slide) return;
    var shown = slide.querySelectorAll(".step.visible, .listing.visible");
    var step = shown[shown.length - 1], listing = step;
    while (listing && !listing.matches(".listing")) listing = listing.previousElementSibling;
    slide.querySelectorAll(".lit").forEach(function (lit) { lit.classList.remove("lit"); });
    if (!listing || step === listing) return;
    var number = 1 + Array.from(slide.querySelectorAll(".step")).indexOf(step);
    slide.querySelectorAll('[data-step="' + number + '"]').forEach(function (term) {
      term.classList.add("lit");
    });
    listing.querySelectorAll(".line").forEach(function (line, i) {
      if (i >= +step.dataset.first && i <= +step.dataset.last) line.classList.add("lit");
    });
  }

  /* What is covered is given to nobody: reveal.js hides it from the eye alone, and would read it to
     a screen reader with its slide. A figure is described when all of it is shown. The overview
     shows every step, and of a heading its answer. */
  function cover() {
    var all = reveal.classList.contains("overview");
    document.querySelectorAll(".slides .fragment:not(.step)").forEach(function (part) {
      var leaves = part.classList.contains("fade-out");
      var covered = all ? leaves : part.classList.contains("visible") === leaves;
      if (covered) part.setAttribute("aria-hidden", "true");
      else part.removeAttribute("aria-hidden");
    });
    document.querySelectorAll(".slides svg.dp-svg").forEach(function (svg) {
      var whole = svg.dataset.alt || svg.getAttribute("aria-label");
      if (!svg.querySelector(".fragment")) return;
      svg.dataset.alt = whole;
      svg.setAttribute("aria-label", !all && svg.querySelector(".fragment:not(.visible)")
        ? "A figure that is partly covered; it is described when all of it is shown." : whole);
    });
  }

  /* reveal.js reads out a step before `cover` has run, and so finds nothing. */
  function say(event) {
    var said = event.fragments.map(function (part) {
      var svg = part.querySelector("svg.dp-svg") || part.closest("svg.dp-svg");
      if (svg) return svg.getAttribute("aria-label");
      if (part.matches(".step, .fade-out")) return "";
      var copy = part.cloneNode(true);
      copy.querySelectorAll("[aria-hidden]").forEach(function (twin) { twin.remove(); });
      return copy.textContent.trim();
    });
    document.querySelector(".aria-status").textContent = Array.from(new Set(said)).join(" ");
  }

  function press(kind) {
    return function () {
      var button = Reveal.getCurrentSlide().querySelector('[data-do="' + kind + '"]');
      if (button) button.click();
    };
  }

  function rewind() {
    Reveal.getCurrentSlide().querySelectorAll(".dp-controls input").forEach(function (range) {
      range.value = 0;
      range.dispatchEvent(new Event("input"));
    });
  }

  /* To the slide as it begins: reveal.js would show all steps of a slide before this one. */
  function go(number) {
    var slide = Reveal.getSlides()[number - 1], at = slide && Reveal.getIndices(slide);
    if (slide) Reveal.slide(at.h, at.v, -1);
  }

  /* Digits wait in a corner for Enter. */
  var typed = document.querySelector("output.typed");
  function type(digits) {
    typed.textContent = digits;
    typed.hidden = !digits;
  }

  var help = document.querySelector("dialog.help");
  function toggleHelp() { if (help.open) help.close(); else help.showModal(); }

  /* The overview shows the whole deck by chapter: each has a column, or several beside each other,
     so that slides are as large as the window allows. */
  function fitOverview() {
    if (!Reveal.isOverview()) return;
    var gap = 70, wide = measure("--slide-width") + gap, high = measure("--slide-height") + gap;
    var chapters = Reveal.getHorizontalSlides().map(function (chapter) {
      return chapter.querySelectorAll("section");
    });
    var best = { scale: 0 };
    for (var rows = 1; rows <= Reveal.getTotalSlides(); rows++) {
      var columns = chapters.reduce(function (sum, c) { return sum + Math.ceil(c.length / rows); }, 0);
      var scale = Math.min(innerWidth / (columns * wide + gap), innerHeight / (rows * high + gap));
      if (scale > best.scale) best = { scale: scale, rows: rows, columns: columns };
    }
    var column = 0;
    chapters.forEach(function (slides) {
      slides[0].parentNode.style.transform = "translate(" + column * wide + "px)";
      slides.forEach(function (slide, i) {
        slide.style.transform = "translate(" + Math.floor(i / best.rows) * wide + "px,"
          + i % best.rows * high + "px)";
      });
      column += Math.ceil(slides.length / best.rows);
    });
    reveal.style.setProperty("--overview", "scale(" + best.scale + ") translate("
      + ((innerWidth / best.scale - best.columns * wide + gap) / 2) + "px,"
      + ((innerHeight / best.scale - best.rows * high + gap) / 2) + "px)");
  }

  /* In the overview, slides are places to click, and what is on them is too small to press. */
  function reachable() {
    document.querySelectorAll(".slides :is(a, button, input, textarea)").forEach(function (control) {
      if (Reveal.isOverview()) control.tabIndex = -1;
      else if (control.tabIndex < 0) control.removeAttribute("tabindex");
    });
  }

  /* The title of the deck stays its first heading when its slide is hidden. */
  var title = document.querySelector(".slide h1"), named = document.createElement("h1");
  named.className = "unseen";
  named.textContent = title ? title.textContent : document.title;
  function entitle() { named.hidden = Boolean(Reveal.getCurrentSlide().querySelector("h1")); }

  function still() {
    document.querySelectorAll('.dp-frames [data-do="play"][aria-label="Pause"]')
      .forEach(function (button) { button.click(); });
  }

  /* A slider that Tab has reached takes the arrows, Home and End, as a slider does; one that was just
     dragged has lost the focus. The keys of a remote control always move the deck. */
  var SLIDER = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "Tab", "Shift"];
  var DECK = ["PageUp", "PageDown", " "], dragged = null;
  document.addEventListener("pointerdown", function (event) { dragged = event.target; }, true);
  document.addEventListener("keydown", function (event) {
    var target = event.target, press = event.key === " " || event.key === "Enter";
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "?" || event.key === "F1") {
      event.preventDefault();
      event.stopPropagation();
      toggleHelp();
    } else if (help.open) {
      event.stopPropagation(); /* Esc closes the list by itself */
    } else if (/^[0-9]$/.test(event.key) && !Reveal.isOverview()) {
      type(typed.textContent + event.key);
    } else if (typed.textContent && !press && event.key !== "Shift") {
      if (event.key === "Escape") event.stopPropagation();
      type("");
    } else if (typed.textContent && event.key === "Enter") {
      event.stopPropagation();
      go(+typed.textContent);
      type("");
    } else if (target.matches('input[type="range"]') && target !== dragged && SLIDER.indexOf(event.key) >= 0) {
      event.stopPropagation();
    } else if (target.matches('input[type="range"]')) {
      if (event.key !== "Tab" && DECK.concat(SLIDER).indexOf(event.key) >= 0) event.preventDefault();
      dragged = null;
      target.blur();
    } else if (target.matches("button, a") && press) {
      event.stopPropagation();
    }
  }, true);
  document.addEventListener("pointerup", function (event) {
    var control = event.target.closest(".dp-controls input, .dp-controls button");
    if (control) setTimeout(function () { control.blur(); });
  });

  /* A click on the drawing plays it. */
  document.addEventListener("click", function (event) {
    if (event.target.closest(".dp-frames svg.dp-svg") && !Reveal.isOverview()) press("play")();
  });

  if (!print) cover();

  Reveal.initialize({
    width: measure("--slide-width"), height: measure("--slide-height"), margin: 0,
    minScale: 0.1, maxScale: 4, center: false,
    hash: !preview, respondToHashChanges: true, controls: false,
    progress: true, slideNumber: false, transition: "none", backgroundTransition: "none",
    navigationMode: "linear", help: false, jumpToSlide: false, pdfSeparateFragments: false,
    scrollActivationWidth: null, keyboard: !preview, plugins: [RevealZoom],
    display: "block", preventIframeAutoFocus: true,
  }).then(function () {
    var steps = ["slidechanged", "fragmentshown", "fragmenthidden"];
    steps.forEach(function (name) { Reveal.on(name, light); });
    if (!print) steps.concat("overviewshown", "overviewhidden").forEach(function (name) { Reveal.on(name, cover); });
    if (!print) Reveal.on("fragmentshown", say);
    Reveal.on("slidechanged", still);
    Reveal.on("slidechanged", entitle);
    Reveal.on("overviewshown", fitOverview);
    ["overviewshown", "overviewhidden", "slidechanged"].forEach(function (name) { Reveal.on(name, reachable); });
    addEventListener("resize", fitOverview);
    /* reveal.js calls a deck an application, in which a screen reader could not read a slide line by line. */
    reveal.removeAttribute("role");
    if (!print) {
      reveal.prepend(named);
      entitle();
    }
    light();
    if (!print) cover();
    /* By the codes of reveal.js. html_page.py lists what each key does. */
    var keys = {
      13: function () { Reveal.toggleOverview(false); },
      35: function () { go(Reveal.getTotalSlides()); },
      36: function () { go(1); },
      68: function () {
        dark(!reveal.classList.contains("dark"));
        remembered(reveal.classList.contains("dark") ? "dark" : "light");
      },
      80: press("play"),
      82: rewind,
      83: function () { window.presenter(); },
      188: press("back"),
      190: press("next"),
    };
    Object.keys(keys).forEach(function (code) { Reveal.addKeyBinding(+code, keys[code]); });
  });
})();
