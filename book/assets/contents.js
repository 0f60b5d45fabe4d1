/* The contents of a page mark the section that is being read: the lowest one in the upper part of the window. */
(function () {
  "use strict";
  var sections = [], seen = new Set();

  document.querySelectorAll(".page-toc a.nav-link[href^='#']").forEach(function (link) {
    var section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) sections.push({ section: section, link: link });
  });
  if (!sections.length) return;

  function mark() {
    var here = sections.filter(function (one) { return seen.has(one.section); }).pop();
    sections.forEach(function (one) {
      var entry = one.link.closest("li"), open = here && entry.contains(here.link);
      entry.classList.toggle("active", Boolean(open));
      one.link.classList.toggle("active", Boolean(open));
    });
  }

  var observer = new IntersectionObserver(function (changes) {
    changes.forEach(function (change) {
      seen[change.isIntersecting ? "add" : "delete"](change.target);
    });
    mark();
  }, { rootMargin: "0px 0px -60%" });
  sections.forEach(function (one) { observer.observe(one.section); });
})();
