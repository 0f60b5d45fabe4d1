/* For readers who use the keyboard, or hear the page: buttons say what they open and whether it is open,
   the focus comes back to the button that opened, and what scrolls sideways has a name. */
(function () {
  "use strict";
  var wide = matchMedia("(min-width: 992px)"); /* the theme's: here the chapters stand beside the page */

  function setAll(element, attributes) {
    Object.keys(attributes).forEach(function (name) {
      if (attributes[name] === null) element.removeAttribute(name);
      else element.setAttribute(name, attributes[name]);
    });
  }

  /* The theme takes the focus from a button that is pressed, and a dialog gives it back to nobody. */
  ["primary", "secondary"].forEach(function (name) {
    var button = document.querySelector("." + name + "-toggle");
    var bar = document.getElementById("pst-" + name + "-sidebar");
    var dialog = document.getElementById("pst-" + name + "-sidebar-modal");
    if (!button || !bar || !dialog) return;

    function say() {
      var beside = name === "primary" && wide.matches;
      var open = beside ? !bar.classList.contains("pst-sidebar-hidden") : dialog.open;
      setAll(button, { "aria-controls": (beside ? bar : dialog).id, "aria-expanded": String(open),
        "aria-haspopup": beside ? null : "dialog" });
    }

    addEventListener("click", function () { setTimeout(say); }, true); /* the theme stops those of the button */
    dialog.addEventListener("close", function () {
      say();
      button.focus();
    });
    /* A window that becomes wide shows the bar beside the page. */
    wide.addEventListener("change", function () {
      if (dialog.open) dialog.close();
      say();
    });
    say();
  });

  addEventListener("click", function (event) {
    var button = event.target.closest(".theme-switch-button, .primary-toggle");
    if (!button || event.detail) return; /* it was pressed by a finger or a mouse */
    setTimeout(function () { if (!document.querySelector("dialog[open]")) button.focus(); });
  }, true);

  /* The theme lets the keyboard reach tables and outputs that scroll sideways, but not formulas. A name
     says what each is. */
  function name() {
    var number = 0;
    document.querySelectorAll("div.math").forEach(function (box) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
    document.querySelectorAll(".pst-scrollable-table-container, .cell_output > .output, div.math").forEach(function (box) {
      var scrolls = box.tabIndex === 0;
      var what = box.matches(".math") ? "Formula " : box.querySelector("table") ? "Table " : "Output ";
      setAll(box, { role: scrolls ? "region" : null, "aria-label": scrolls ? what + ++number + ", scrolls sideways" : null });
    });
  }
  var waits;
  function later() {
    clearTimeout(waits);
    waits = setTimeout(name, 400); /* the theme waits for 300 ms */
  }
  if (document.readyState === "complete") later();
  addEventListener("load", later);
  addEventListener("resize", later);
  addEventListener("toggle", later, true); /* a fold, whose content has its width now */
})();
