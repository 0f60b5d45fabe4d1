/* Starts a deck: light or dark, keys, steps through code. The deck itself is reveal.js. */
(function () {
  "use strict";
  var query = new URLSearchParams(location.search);
  var preview = query.has("preview"), print = query.has("print-pdf");
  var reveal = document.querySelector(".reveal");

  function remembered(value) {
    try {
      if (value) localStorage.setItem("deck-theme", value);
      return localStorage.getItem("deck-theme");
    } catch (error) { return null; }
  }

  function measure(name) {
    return parseFloat(getComputedStyle(document.documentElement).getPropertyValue(name));
  }

  function dark(yes) { reveal.classList.toggle("dark", yes); }

  var asked = query.get("theme") || (print ? "light" : remembered());
  dark(asked ? asked === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  if (preview) document.documentElement.classList.add("preview");

  /* The lines of the last step that is shown. */
  function light() {
    var slide = Reveal.getCurrentSlide();
    if (!slide) return;
    var steps = slide.querySelectorAll(".step.visible"), step = steps[steps.length - 1];
    slide.querySelectorAll(".line").forEach(function (line, i) {
      line.classList.toggle("lit", !!step && i >= +step.dataset.first && i <= +step.dataset.last);
    });
  }

  function press(kind) {
    return function () {
      var button = Reveal.getCurrentSlide().querySelector('[data-do="' + kind + '"]');
      if (button) button.click();
    };
  }

  function bind(code, key, description, action) {
    Reveal.addKeyBinding({ keyCode: code, key: key, description: description }, action);
  }

  function still() {
    document.querySelectorAll('.dp-frames [data-do="play"][aria-label="Pause"]')
      .forEach(function (button) { button.click(); });
  }

  /* Arrows and page keys always move the deck, even where a slider was just dragged. */
  var DECK = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", " ",
    "Home", "End"];
  document.addEventListener("keydown", function (event) {
    var target = event.target, press = event.key === " " || event.key === "Enter";
    if (target.matches('input[type="range"]')) {
      if (DECK.indexOf(event.key) >= 0) event.preventDefault();
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

  Reveal.initialize({
    width: measure("--slide-width"), height: measure("--slide-height"), margin: 0,
    minScale: 0.1, maxScale: 4, center: false,
    hash: true, respondToHashChanges: true, fragmentInURL: preview, controls: false,
    progress: true, slideNumber: false, transition: "none", backgroundTransition: "none",
    pdfSeparateFragments: false, scrollActivationWidth: null, keyboard: !preview,
    display: "block", preventIframeAutoFocus: true,
  }).then(function () {
    ["slidechanged", "fragmentshown", "fragmenthidden"].forEach(function (name) {
      Reveal.on(name, light);
    });
    Reveal.on("slidechanged", still);
    light();
    bind(80, "P", "Play or pause the animation", press("play"));
    bind(188, ",", "Animation: one frame back", press("back"));
    bind(190, ".", "Animation: one frame on", press("next"));
    bind(68, "D", "Light or dark", function () {
      dark(!reveal.classList.contains("dark"));
      remembered(reveal.classList.contains("dark") ? "dark" : "light");
    });
    bind(13, "Enter", "Leave the overview", function () { Reveal.toggleOverview(false); });
    bind(83, "S", "Speaker view", function () { window.presenter(); });
  });
})();
