/* How many exercises of each page are solved, in the contents. What is solved is kept in this browser by
   run.js, and nothing is sent. `COUNTS`, the exercises of each page, comes from the build. */
(function (counts) {
  "use strict";
  var root = new URL("../", document.currentScript.src);

  /* The page that an address is of, as `book/part1/gradient`; hosts may leave out ".html". */
  function page(path) {
    if (path.indexOf(root.pathname) !== 0) return "";
    return path.slice(root.pathname.length).replace(/\.html$/, "");
  }

  /* What is kept, as {"book/part1/gradient#ex-loop-stub": {…}}, in whatever folder the book stands. */
  function kept() {
    var found = {};
    try {
      Object.keys(localStorage).forEach(function (key) {
        var place = /^run (.+)#(.+)$/.exec(key), name = place && page(place[1]);
        if (name) found[name + "#" + place[2]] = JSON.parse(localStorage.getItem(key));
      });
    } catch (error) { /* nothing is kept where nothing may be */ }
    return found;
  }

  function solved() {
    var work = kept(), done = {};
    Object.keys(work).forEach(function (key) {
      var name = key.split("#")[0];
      if (work[key] && work[key].passed) done[name] = Math.min((done[name] || 0) + 1, counts[name] || 0);
    });
    return done;
  }

  function inContents() {
    var done = solved();
    document.querySelectorAll("nav.bd-links .dp-solved").forEach(function (old) { old.remove(); });
    document.querySelectorAll("nav.bd-links a").forEach(function (link) {
      var name = page(link.pathname);
      if (!done[name]) return;
      var mark = link.appendChild(document.createElement("span"));
      mark.className = "dp-solved";
      mark.textContent = done[name] + "/" + counts[name];
      mark.title = done[name] + /*_*/" of " + counts[name] + /*_*/" exercises solved";
    });
  }

  inContents();
  addEventListener("storage", inContents);
  addEventListener("dp-solved", inContents);
  window.dpProgress = { counts: counts, root: root, page: page, kept: kept, solved: solved };
})(COUNTS);
