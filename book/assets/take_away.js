/* Each caption offers its figure as SVG and PNG, in the light colours, and leads to its code. */
(function () {
  "use strict";

  /* Give every colour its value in the light theme, which is left again before anything is painted. */
  function inLightColours(text) {
    var root = document.documentElement, theme = root.dataset.theme;
    root.dataset.theme = "light";
    var style = getComputedStyle(root);
    text = text.replace(/var\((--fig-\w+)\)/g, function (whole, name) {
      return style.getPropertyValue(name).trim();
    });
    if (theme === undefined) delete root.dataset.theme;
    else root.dataset.theme = theme;
    return text;
  }

  /* The drawing as it stands, as a file that needs no style sheet. */
  function standalone(svg) {
    var box = svg.viewBox.baseVal, copy = svg.cloneNode(true);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", box.width + "pt");
    copy.setAttribute("height", box.height + "pt");
    copy.setAttribute("style", "background:#ffffff;font-family:Inter,'DejaVu Sans',sans-serif;stroke-linejoin:round");
    copy.removeAttribute("class");
    var text = new XMLSerializer().serializeToString(copy);
    return inLightColours(text.replace(/calc\(([\d.]+px)\*var\(--fig-text\)\)/g, "$1"));
  }

  function save(blob, name) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }

  function savePng(svg, name) {
    var box = svg.viewBox.baseVal, image = new Image(), scale = 4;
    image.onload = function () {
      var canvas = document.createElement("canvas");
      canvas.width = box.width * scale;
      canvas.height = box.height * scale;
      var paper = canvas.getContext("2d");
      paper.fillStyle = "#ffffff";
      paper.fillRect(0, 0, canvas.width, canvas.height);
      paper.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(function (blob) { save(blob, name); }, "image/png");
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(standalone(svg));
  }

  function showCode(input) {
    var fold = input.closest("details");
    if (fold) fold.open = true;
    input.tabIndex = -1;
    input.focus({ preventScroll: true });
    (fold || input).scrollIntoView({ block: "start" });
  }

  document.querySelectorAll(".cell_output figure[id]").forEach(function (figure) {
    var caption = figure.querySelector("figcaption");
    function svg() { return figure.querySelector("svg.dp-svg"); } /* one that was drawn again is first */
    if (!svg() || !caption) return;
    var input = figure.closest(".cell").querySelector(".cell_input");
    var row = document.createElement("p");
    row.className = "dp-take";

    function offer(word, title, act) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = word;
      button.title = title;
      button.onclick = act;
      row.append(button);
    }

    offer("SVG", /*_*/"Save this figure as SVG", function () {
      save(new Blob([standalone(svg())], { type: "image/svg+xml" }), figure.id + ".svg");
    });
    offer("PNG", /*_*/"Save this figure as PNG", function () { savePng(svg(), figure.id + ".png"); });
    if (input) offer(/*_*/"Code", /*_*/"Go to the code of this figure", function () { showCode(input); });
    caption.append(row);
  });
})();
