/* Ctrl + K, the key "/" and the buttons lead to the search, which is loaded at the first time. */
(function () {
  "use strict";
  var root = document.documentElement.dataset.content_root || "./", loaded,
    dialog = document.getElementById("pst-search-dialog"),
    inPage = document.querySelector("main .dp-search input"),
    field = inPage || dialog && dialog.querySelector("input");
  if (!field) return;

  function load() {
    if (loaded) return;
    loaded = ["book", "search"].map(function (name) {
      var script = document.createElement("script");
      script.src = root + "_static/search/" + name + ".js";
      script.async = false;
      return document.head.appendChild(script);
    });
  }

  function open(event) {
    event.preventDefault();
    event.stopImmediatePropagation(); /* the theme has a search of its own */
    load();
    if (!inPage && !dialog.open) dialog.showModal();
    field.focus();
    field.select();
  }

  function slash(target) {
    try {
      if (localStorage.getItem("search-key") === "off") return false;
    } catch (error) { /* nothing is kept where nothing may be */ }
    return !target.closest("input, textarea, select, [contenteditable]");
  }

  addEventListener("keydown", function (event) {
    var control = event.ctrlKey || event.metaKey;
    if (event.altKey || event.isComposing) return;
    if (control && !event.shiftKey && event.key.toLowerCase() === "k") open(event);
    if (!control && event.key === "/" && slash(event.target)) open(event);
  }, true);
  addEventListener("click", function (event) {
    if (event.target.closest(".search-button__button")) open(event);
  }, true);
  if (inPage) load();
})();
