/* Paper is light whatever the screen is, with all folds open, and a formula is copied once, as LaTeX. */
(function () {
  "use strict";
  var root = document.documentElement, theme, opened = [];

  addEventListener("beforeprint", function () {
    theme = root.dataset.theme;
    if (theme) root.dataset.theme = "light";
    if (CSS.supports("selector(::details-content)")) return; /* book.css opens them */
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach(function (fold) { fold.open = true; });
  });
  addEventListener("afterprint", function () {
    if (theme) root.dataset.theme = theme;
    opened.forEach(function (fold) { fold.open = false; });
    opened = [];
  });

  /* KaTeX writes a formula twice: as MathML for screen readers, and as the HTML that is seen. */
  function formula(node) {
    var element = node.nodeType === 1 ? node : node.parentElement;
    return element && (element.closest(".katex-display") || element.closest(".katex"));
  }

  document.addEventListener("copy", function (event) {
    var selection = getSelection();
    if (selection.isCollapsed || !event.clipboardData) return;
    var range = selection.getRangeAt(0).cloneRange();
    var first = formula(range.startContainer), last = formula(range.endContainer);
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    var copied = document.createElement("div");
    copied.appendChild(range.cloneContents());
    var formulas = copied.querySelectorAll(".katex-display, :not(.katex-display) > .katex");
    if (!formulas.length) return;
    formulas.forEach(function (shown) {
      var mark = shown.matches(".katex-display") ? "$$" : "$";
      shown.replaceWith(mark + shown.querySelector("annotation").textContent.trim() + mark);
    });
    copied.style.cssText = "position: fixed; left: -9999px";
    document.body.appendChild(copied); /* else its text would have no lines */
    event.clipboardData.setData("text/plain", copied.innerText);
    copied.remove();
    copied.removeAttribute("style");
    event.clipboardData.setData("text/html", copied.innerHTML);
    event.preventDefault();
  });

  /* A published site names its commit, in one file, which is read when its place comes into view. */
  var colophon = document.querySelector(".dp-colophon[data-stamp]");
  if (colophon && "IntersectionObserver" in window) {
    new IntersectionObserver(function (entries, observer) {
      if (!entries.some(function (entry) { return entry.isIntersecting; })) return;
      observer.disconnect();
      var file = document.createElement("script");
      file.src = colophon.dataset.stamp;
      file.onload = function () {
        if (root.dataset.edition) colophon.append(" " + root.dataset.edition);
      };
      document.head.append(file);
    }).observe(colophon);
  }
})();
