/* What the reader has predicted stands beside what came, and is kept until the tab is closed. */
(function () {
  "use strict";

  function kept(key, value) {
    try {
      if (value !== undefined) sessionStorage.setItem(key, value);
      return sessionStorage.getItem(key);
    } catch (error) { return null; }
  }

  document.querySelectorAll(".dp-predict").forEach(function (box) {
    var inputs = [].slice.call(box.querySelectorAll("input")), number = inputs[0].type === "number";
    var answer = box.querySelector("details"), key = "predict " + location.pathname + "#" + box.id;
    var said = document.createElement("p");
    said.className = "dp-said";
    said.setAttribute("role", "status");
    answer.querySelector("summary").after(said);

    function given() {
      if (number) return inputs[0].value;
      var at = inputs.findIndex(function (input) { return input.checked; });
      return at < 0 ? "" : String(at);
    }

    function say() {
      var value = given(), words = document.createElement("strong");
      said.textContent = value ? /*_*/"You said: " : "";
      if (!value) return;
      var input = inputs[number ? 0 : +value], text = input.parentElement.querySelector("span");
      if (number) words.textContent = (value + " " + text.textContent).trim().replace("-", "\u2212");
      else words.append.apply(words, text.cloneNode(true).childNodes);
      said.append(words);
    }

    function keep() { kept(key, (answer.open ? "open " : "shut ") + given()); }

    var before = /^(open|shut) (.*)$/.exec(kept(key) || "");
    if (before) {
      if (number) inputs[0].value = before[2];
      else if (inputs[before[2]]) inputs[before[2]].checked = true;
      answer.open = before[1] === "open";
    }
    say();
    box.addEventListener("input", function () { say(); keep(); });
    answer.addEventListener("toggle", keep);
    if (number) inputs[0].addEventListener("keydown", function (event) {
      if (event.key === "Enter") answer.open = true;
    });
  });
})();
