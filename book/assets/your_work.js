/* All that the reader has solved, in a table; it can be saved to a file, loaded from one, and removed. */
(function (known) {
  "use strict";

  function element(tag, name, text) {
    var made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  }

  function begin(box) {
    var said = element("p", "dp-run-note");
    said.setAttribute("role", "status");

    function table() {
      var done = known.solved(), rows = element("table", "table"), head = rows.createTHead().insertRow();
      [/*_*/"Page", /*_*/"Solved"].forEach(function (title) {
        var cell = head.appendChild(element("th", "", title));
        cell.scope = "col";
      });
      var body = rows.createTBody();
      Object.keys(known.counts).forEach(function (name) {
        var row = body.insertRow(), link = row.insertCell().appendChild(element("a", "", title(name)));
        link.href = new URL(name + ".html", known.root);
        row.insertCell().textContent = (done[name] || 0) + " of " + known.counts[name];
      });
      return rows;
    }

    function title(name) {
      var links = Array.from(document.querySelectorAll("nav.bd-links a"));
      var link = links.find(function (one) { return known.page(one.pathname) === name; });
      return link ? link.firstChild.textContent : name;
    }

    function show(text) {
      box.querySelector("table").replaceWith(table());
      dispatchEvent(new Event("dp-solved"));
      said.textContent = text;
    }

    function save() {
      var text = JSON.stringify({ "differentiable programming": known.kept() }, null, 1);
      var link = element("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = "my-exercises.json";
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    }

    function load(text) {
      var work;
      try { work = JSON.parse(text)["differentiable programming"]; } catch (error) { /* below */ }
      if (!work || typeof work !== "object") return show(/*_*/"This file is not one that was saved here.");
      var keys = Object.keys(work);
      keys.forEach(function (key) {
        var place = key.split("#"), path = known.root.pathname + place[0] + ".html#" + place[1];
        localStorage.setItem("run " + path, JSON.stringify(work[key]));
      });
      show("Loaded: the work on " + keys.length + (keys.length === 1 ? " cell." : " cells."));
    }

    function forget() {
      if (!confirm(/*_*/"Remove all your code and ticks from this browser?")) return;
      Object.keys(localStorage).forEach(function (key) {
        var place = /^run (.+)#/.exec(key);
        if (place && known.page(place[1])) localStorage.removeItem(key);
      });
      show(/*_*/"All is removed.");
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
    button(/*_*/"Save to a file", save);
    button(/*_*/"Load from a file", function () { file.click(); });
    button(/*_*/"Remove", forget);
    box.replaceChildren(table(), bar, file, said);
  }

  document.querySelectorAll(".dp-progress").forEach(begin);
})(window.dpProgress);
