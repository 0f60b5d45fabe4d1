/* Each exercise and each figure has a link to the form for mistakes, as the page has below its text. A
   form gets the place, and what the reader's own code was told. Where no repository is known, no link is. */
(function () {
  "use strict";
  var below = document.querySelector(".dp-colophon .dp-report, dialog.help .dp-report");
  if (!below) return;
  var field = below.dataset.place, base = below.href;

  document.querySelectorAll(".dp-exercise[id], .cell_output figure[id]").forEach(function (box) {
    var link = below.cloneNode();
    link.textContent = /*_*/"Report a mistake";
    link.setAttribute("aria-label", /*_*/"Report a mistake in " + named(box));
    (box.querySelector(".dp-take, .dp-about") || box.querySelector("figcaption") || box).append(" ", link);
  });

  function named(box) {
    var title = box.querySelector(".admonition-title, .caption-number");
    return title ? title.textContent.trim() : box.id;
  }

  /* On a slide, the slide; on a page, the section that the reader came to by a link. */
  function here() {
    var slide = document.querySelector(".slides > .present > .present");
    return slide ? slide.id : location.hash.slice(1);
  }

  function told(box) {
    var output = document.querySelector("#" + CSS.escape(box.id + "-stub") + " .dp-run-output");
    return output ? ": " + output.innerText.trim().slice(0, 500) : "";
  }

  addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest(".dp-report");
    if (!link) return;
    var box = link.closest(".dp-exercise[id], figure[id]"), place = here();
    var address = new URL(base);
    if (box) place = named(box) + " (" + box.id + ")" + told(box);
    address.searchParams.set(field, (address.searchParams.get(field) + " " + place).trim());
    link.href = address.href;
  }, true);
})();
