/* The time that is left for a task: T starts it, stops it, and lets it go on. */
(function () {
  "use strict";
  var clocks = new Map();

  function left(clock) {
    return clock.left - (clock.since ? (Date.now() - clock.since) / 1000 : 0);
  }

  function tick() {
    clocks.forEach(function (clock, output) {
      var seconds = Math.max(0, Math.ceil(left(clock)));
      output.textContent = Math.floor(seconds / 60) + ":" + ("0" + seconds % 60).slice(-2);
      output.classList.toggle("running", clock.since > 0 && seconds > 0);
      output.classList.toggle("over", seconds === 0);
    });
  }

  function toggle() {
    var slide = Reveal.getCurrentSlide(), output = slide.querySelector(".countdown");
    if (!output) return;
    var clock = clocks.get(output), whole = 60 * slide.dataset.minutes;
    if (!clock || left(clock) <= 0) clock = { left: whole, since: 0 };
    clocks.set(output, { left: left(clock), since: clock.since ? 0 : Date.now() });
    tick();
  }

  Reveal.on("ready", function () {
    Reveal.addKeyBinding(84, toggle);
    setInterval(tick, 250);
  });
})();
