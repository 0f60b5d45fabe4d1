/* Frames: goes through the states of a figure that were drawn when the book was built.
   Reads the JSON beside each figure; draws nothing by itself and asks the network for nothing. */
(function () {
  "use strict";
  var still = window.matchMedia("(prefers-reduced-motion: reduce)");
  var PAUSE = "M2 1h3v10H2zM7 1h3v10H7z";

  function start(root) {
    if (root.dataset.live) return;
    root.dataset.live = "yes";
    var data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
    var svg = root.querySelector("svg.dp-svg"), nodes = [].slice.call(svg.querySelectorAll("*"));
    var controls = root.querySelector(".dp-controls"), range = controls.querySelector("input");
    var output = controls.querySelector("output"), last = data.texts.length - 1;
    var shown = +range.getAttribute("value"), playing = 0, from, since;

    function button(kind) { return controls.querySelector('[data-do="' + kind + '"]'); }
    var icon = button("play").querySelector("path"), PLAY = icon.getAttribute("d");

    function show(i) {
      i = Math.max(0, Math.min(last, i));
      data.slots.forEach(function (slot) {
        var node = slot[0] < 0 ? svg : nodes[slot[0]], pick = slot[3][i];
        if (pick === slot[3][shown]) return;
        if (slot[1]) node.setAttribute(slot[1], slot[2][pick]);
        else node.innerHTML = slot[2][pick];
      });
      shown = i;
      range.value = i;
      range.setAttribute("aria-valuetext", data.texts[i]);
      output.textContent = data.texts[i];
    }

    function face() {
      var play = button("play"), label = playing ? "Pause" : "Play";
      play.setAttribute("aria-label", label);
      play.title = label;
      icon.setAttribute("d", playing ? PAUSE : PLAY);
    }

    function pause() {
      cancelAnimationFrame(playing);
      playing = 0;
      face();
    }

    function tick(now) {
      since = since === undefined ? now : since;
      var i = from + Math.floor((now - since) / 1000 / data.seconds * (last + 1));
      if (i !== shown) show(i);
      if (i >= last) return pause();
      playing = requestAnimationFrame(tick);
    }

    function play() {
      from = shown >= last ? 0 : shown;
      since = undefined;
      playing = requestAnimationFrame(tick);
      face();
    }

    function step(by) {
      pause();
      show(shown + by);
    }

    controls.hidden = false;
    show(root.dataset.start ? +root.dataset.start : shown);
    range.addEventListener("input", function () { pause(); show(+range.value); });
    button("play").addEventListener("click", function () { if (playing) pause(); else play(); });
    button("back").addEventListener("click", function () { step(-1); });
    button("next").addEventListener("click", function () { step(1); });

    if (data.autoplay && !still.matches && "IntersectionObserver" in window) {
      var watch = new IntersectionObserver(function (seen) {
        if (!seen[0].isIntersecting) return;
        watch.disconnect();
        if (!playing) play();
      }, { threshold: 0.6 });
      watch.observe(root);
    }
  }

  function all() { document.querySelectorAll(".dp-frames").forEach(start); }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
