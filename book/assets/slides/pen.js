/* A pen and a pointer: W draws on the slide, Q shows a dot that follows the mouse, E erases what
   was drawn on this slide. Ink is in the measures of the slide, so it stays at its place when the
   window changes, and until the deck is loaded again. */
(function () {
  "use strict";
  var SVG = "http://www.w3.org/2000/svg", reveal = document.querySelector(".reveal");
  var tool = "", line = null, dot = document.createElementNS(SVG, "circle");
  dot.setAttribute("class", "pointer");
  dot.setAttribute("r", "13");

  function sheet() {
    var slide = Reveal.getCurrentSlide().querySelector(".slide"), found = slide.querySelector(".ink");
    if (found) return found;
    var made = document.createElementNS(SVG, "svg");
    made.setAttribute("class", "ink");
    made.setAttribute("aria-hidden", "true");
    made.setAttribute("viewBox", "0 0 " + slide.clientWidth + " " + slide.clientHeight);
    ["pointerdown", "pointermove", "pointerup", "touchstart", "touchmove", "touchend"]
      .forEach(function (name) { made.addEventListener(name, handle); });
    made.addEventListener("pointerleave", function () { dot.remove(); });
    return slide.appendChild(made);
  }

  function place(ink, event) {
    var box = ink.getBoundingClientRect(), view = ink.viewBox.baseVal;
    return {
      x: ((event.clientX - box.left) / box.width * view.width).toFixed(1),
      y: ((event.clientY - box.top) / box.height * view.height).toFixed(1),
    };
  }

  /* What is drawn must not turn the page, as a swipe would. */
  function handle(event) {
    var ink = event.currentTarget;
    event.stopPropagation();
    if (!/^pointer/.test(event.type)) return event.preventDefault();
    var at = place(ink, event);
    if (tool === "pointer") {
      dot.setAttribute("cx", at.x);
      dot.setAttribute("cy", at.y);
      if (dot.parentNode !== ink) ink.appendChild(dot);
    } else if (event.type === "pointerdown") {
      ink.setPointerCapture(event.pointerId);
      line = ink.appendChild(document.createElementNS(SVG, "polyline"));
      line.setAttribute("points", at.x + "," + at.y + " " + at.x + "," + at.y);
    } else if (line) {
      line.setAttribute("points", line.getAttribute("points") + " " + at.x + "," + at.y);
    }
    if (event.type === "pointerup") line = null;
  }

  function take(wanted) {
    return function () {
      tool = tool === wanted ? "" : wanted;
      reveal.dataset.tool = tool;
      dot.remove();
      sheet();
    };
  }

  function erase() { sheet().replaceChildren(); }

  Reveal.on("ready", function () {
    Reveal.addKeyBinding(87, take("pen"));
    Reveal.addKeyBinding(81, take("pointer"));
    Reveal.addKeyBinding(69, erase);
    Reveal.on("slidechanged", function () {
      line = null;
      dot.remove();
      if (tool) sheet();
    });
  });
})();
