/* What the reader has solved, in the contents, and to be taken along. All of it is kept in this
   browser by run.js, and nothing is sent. `COUNTS`, the exercises of each page, comes from the build. */
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

  function element(tag, name, text) {
    var made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  }

  function inContents() {
    var done = solved();
    document.querySelectorAll("nav.bd-links .dp-solved").forEach(function (old) { old.remove(); });
    document.querySelectorAll("nav.bd-links a").forEach(function (link) {
      var name = page(link.pathname);
      if (!done[name]) return;
      var mark = link.appendChild(element("span", "dp-solved", done[name] + "/" + counts[name]));
      mark.title = done[name] + " of " + counts[name] + " exercises solved";
    });
  }

  /* The page on which the reader sees it all, and saves or loads it. */
  function inFull(box) {
    var said = element("p", "dp-run-note");
    said.setAttribute("role", "status");

    function table() {
      var done = solved(), rows = element("table", "table"), head = rows.createTHead().insertRow();
      ["Page", "Solved"].forEach(function (title) {
        var cell = head.appendChild(element("th", "", title));
        cell.scope = "col";
      });
      var body = rows.createTBody();
      Object.keys(counts).forEach(function (name) {
        var row = body.insertRow(), link = row.insertCell().appendChild(element("a", "", title(name)));
        link.href = new URL(name + ".html", root);
        row.insertCell().textContent = (done[name] || 0) + " of " + counts[name];
      });
      return rows;
    }

    function title(name) {
      var links = Array.from(document.querySelectorAll("nav.bd-links a"));
      var link = links.find(function (one) { return page(one.pathname) === name; });
      return link ? link.firstChild.textContent : name;
    }

    function show(text) {
      box.querySelector("table").replaceWith(table());
      inContents();
      said.textContent = text;
    }

    function save() {
      var text = JSON.stringify({ "differentiable programming": kept() }, null, 1);
      var link = element("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = "my-exercises.json";
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    }

    function load(text) {
      var work;
      try { work = JSON.parse(text)["differentiable programming"]; } catch (error) { /* below */ }
      if (!work || typeof work !== "object") return show("This file is not one that was saved here.");
      var keys = Object.keys(work);
      keys.forEach(function (key) {
        var place = key.split("#"), path = root.pathname + place[0] + ".html#" + place[1];
        localStorage.setItem("run " + path, JSON.stringify(work[key]));
      });
      show("Loaded: the work on " + keys.length + (keys.length === 1 ? " cell." : " cells."));
    }

    function forget() {
      if (!confirm("Remove all your code and ticks from this browser?")) return;
      Object.keys(localStorage).forEach(function (key) {
        var place = /^run (.+)#/.exec(key);
        if (place && page(place[1])) localStorage.removeItem(key);
      });
      show("All is removed.");
    }

    function button(text, does) {
      var made = bar.appendChild(element("button", "", text));
      made.type = "button";
      made.addEventListener("click", does);
    }

    var bar = element("div", "dp-run-bar"), file = element("input");
    file.type = "file";
    file.accept = ".json,application/json";
    file.hidden = true;
    file.addEventListener("change", function () {
      if (file.files[0]) file.files[0].text().then(load);
      file.value = "";
    });
    button("Save to a file", save);
    button("Load from a file", function () { file.click(); });
    button("Remove", forget);
    box.replaceChildren(table(), bar, file, said);
  }

  inContents();
  addEventListener("storage", inContents);
  addEventListener("dp-solved", inContents);
  document.querySelectorAll(".dp-progress").forEach(inFull);
})(COUNTS);
