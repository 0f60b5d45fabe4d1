/* What a link leads to, in a small box: a word of the glossary, a work that is cited, a figure, a formula, a table,
   a footnote. The box opens below the pointer and at the keyboard's focus. It stays while the focus or the pointer is
   on the link, or the pointer is in the box, and Esc closes it (WCAG 2.2, 1.4.13). A finger follows the link at once:
   it cannot hover, and the first tap should do what the link says.

   For screen readers the box is a tooltip. Nothing in it takes the focus, and what it has in words describes the link
   while the box is open. A description is read in one go, so formulas, tables and pictures are no part of it. */
(function () {
  "use strict";
  var article = document.querySelector("article.bd-article"), root = document.documentElement,
    OPENS = 250, CLOSES = 300, GAP = 4, EDGE = 8, SMALLEST = 140, /* milliseconds, and pixels */
    DATA = "(DATA)",
    LEFT_OUT = "script, form, input, button, select, textarea, label, iframe, .headerlink, .dp-take, .dp-controls",
    cited = new WeakMap(), pointer = {}, closedAt = {}, box, shown, wanted, held, timer, loaded;
  if (!article || !HTMLElement.prototype.showPopover) return;

  box = document.createElement("div");
  box.className = "dp-preview";
  box.id = "preview";
  box.popover = "manual";
  box.setAttribute("role", "tooltip");
  article.append(box);

  /* A browser shows the title of a link by itself, but neither at the focus nor for as long as one likes. */
  article.querySelectorAll("a.reference.internal[title]").forEach(function (link) {
    cited.set(link, link.title);
    link.removeAttribute("title");
  });

  function linkAt(place) {
    var link = place.closest && place.closest("a[href*='#']");
    return link && article.contains(link) && !link.matches(".headerlink") ? link : null;
  }

  /* Call `then` with the element that a link leads to, or with null. */
  function find(link, then) {
    var id = decodeURIComponent(link.hash.slice(1));
    if (link.host === location.host && link.pathname === location.pathname) then(document.getElementById(id));
    else if (link.matches(".internal")) load(function (known) {
      var start = new URL(root.dataset.content_root || "./", location.href).href,
        page = known[link.href.slice(start.length).split(".html#")[0]], parsed = document.createElement("template");
      parsed.innerHTML = page && page[id] || "";
      then(parsed.content.firstElementChild);
    });
    else then(null);
  }

  /* Other pages' part comes in a script, because pages opened from a file may not fetch. */
  function load(then) {
    loaded = loaded || new Promise(function (resolve) {
      var script = document.createElement("script");
      script.src = (root.dataset.content_root || "./") + DATA;
      script.onload = function () { resolve(window.bookPreviews); };
      script.onerror = function () { loaded = null; resolve({}); };
      document.head.append(script);
    });
    loaded.then(then);
  }

  /* Return what the box shows, and which part of it describes the link, or null. */
  function preview(target) {
    var term, body, made;
    if (target && target.matches(".glossary > dt, dt:first-child")) {
      for (body = target; body && body.tagName === "DT";) body = body.nextElementSibling;
      if (!body) return null;
      term = document.createElement("p");
      term.className = "dp-preview-term";
      term.append.apply(term, copy(target).childNodes);
      made = [term].concat(Array.from(withoutLessons(copy(body)).childNodes));
      return { made: made, words: box };
    }
    if (!target || !target.matches("figure, table, div.math, .citation, .footnote")) return null;
    made = copy(target);
    made.querySelectorAll(":scope > .label").forEach(function (label) { label.remove(); });
    made.querySelectorAll("svg[role]").forEach(function (svg) { svg.setAttribute("aria-hidden", "true"); });
    return {
      made: [made],
      words: made.querySelector("figcaption, caption") || (made.matches(".citation, .footnote") ? box : null)
    };
  }

  /* The links at the end of a definition, to the chapters that teach the word, are of no use in a box. */
  function withoutLessons(body) {
    var last = body.lastElementChild || body, end;
    while ((end = last.lastChild) && (end.nodeType === 3 ? !end.data.trim() : end.querySelector(".doc, .std-doc")))
      end.remove();
    return body;
  }

  /* Copy an element without what the reader could operate, and with identifiers of its own. */
  function copy(element) {
    var made = element.cloneNode(true), ids = new Set(), all;
    made.querySelectorAll(LEFT_OUT).forEach(function (one) { one.remove(); });
    made.querySelectorAll("a").forEach(function (link) {
      var words = document.createElement("span");
      if (link.querySelector(".std-doc")) words.className = "std-doc";
      words.append.apply(words, link.childNodes);
      link.replaceWith(words);
    });
    all = [made].concat(Array.from(made.querySelectorAll("*")));
    all.forEach(function (one) { if (one.id) ids.add(one.id); });
    all.forEach(function (one) {
      one.removeAttribute("tabindex");
      Array.from(one.attributes).forEach(function (attribute) {
        var own = attribute.value.replace(/((?:^|url\(["']?)#)([^"')\s]+)/g, function (same, before, id) {
          return ids.has(id) ? before + "preview-" + id : same;
        });
        if (attribute.name === "id") own = "preview-" + own;
        if (own !== attribute.value) attribute.value = own;
      });
    });
    return made;
  }

  function show(link) {
    wanted = link;
    if (cited.has(link)) {
      fill(link, { made: [cited.get(link)], words: box });
      return;
    }
    find(link, function (target) {
      if (wanted !== link) return;
      var found = preview(target);
      if (found) fill(link, found);
      else hide();
    });
  }

  function fill(link, found) {
    if (shown) hide();
    shown = wanted = link;
    box.replaceChildren.apply(box, found.made);
    if (found.words) {
      found.words.id = found.words.id || "preview-words";
      link.setAttribute("aria-describedby", found.words.id);
    }
    box.showPopover();
    place();
  }

  function hide() {
    clearTimeout(timer);
    wanted = null;
    if (!shown) return;
    shown.removeAttribute("aria-describedby");
    shown = null;
    box.hidePopover();
    box.replaceChildren();
  }

  /* Where there is more room, below the link or above it, so that it does not cover the link. */
  function place() {
    var whole = shown.getBoundingClientRect(), line = whole, wide = root.clientWidth,
      picture = box.querySelector("figure svg, figure img"), height, room, below, above;
    Array.from(shown.getClientRects()).some(function (one) {
      line = one;
      return shown.matches(":hover") ? pointer.y <= one.bottom : true;
    });
    box.style.maxWidth = "min(26rem, " + (wide - 2 * EDGE) + "px)";
    box.style.maxHeight = "";
    if (picture) picture.style.maxHeight = "";
    box.style.left = box.style.top = "0";
    height = box.offsetHeight;
    below = root.clientHeight - whole.bottom - GAP - EDGE;
    above = whole.top - GAP - EDGE;
    room = below >= Math.min(height, above) ? below : above;
    if (picture && height > room) {
      picture.style.maxHeight = Math.max(SMALLEST, picture.clientHeight - height + room) + "px";
      height = box.offsetHeight;
    }
    box.style.maxHeight = Math.max(room, 0) + "px";
    height = Math.min(height, room);
    box.style.top = scrollY + (room === below ? whole.bottom + GAP : whole.top - GAP - height) + "px";
    box.style.left = scrollX + Math.max(EDGE, Math.min(line.left, wide - EDGE - box.offsetWidth)) + "px";
  }

  function later(action, wait) {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  }

  /* A link that has the focus has its box again when the pointer has left another link. */
  function hideUnlessHeld() {
    var link = shown || wanted;
    if (!link || link.matches(":focus-visible, :hover") || box.matches(":hover")) return;
    hide();
    if (held) show(held);
  }

  addEventListener("pointermove", function (event) {
    pointer = { x: event.clientX, y: event.clientY };
  }, { passive: true });

  document.addEventListener("pointerover", function (event) {
    var link = linkAt(event.target);
    if (event.pointerType === "touch") return;
    /* A pointer that rests is over something else when the box below it is gone, but has not turned to it. */
    if (event.clientX === closedAt.x && event.clientY === closedAt.y) return;
    closedAt = {};
    if (box.contains(event.target) || link && link === shown) clearTimeout(timer);
    else if (link && !link.contains(event.relatedTarget)) later(function () { show(link); }, OPENS);
  });

  document.addEventListener("pointerout", function (event) {
    var left = box.contains(event.target) ? box : linkAt(event.target);
    if (left && event.pointerType !== "touch" && !left.contains(event.relatedTarget)) later(hideUnlessHeld, CLOSES);
  });

  document.addEventListener("focusin", function (event) {
    var link = linkAt(event.target);
    if (!link || !link.matches(":focus-visible")) return;
    clearTimeout(timer);
    held = link;
    show(link);
  });

  document.addEventListener("focusout", function (event) {
    held = null;
    if (linkAt(event.target)) later(hideUnlessHeld, 0);
  });

  document.addEventListener("click", function (event) {
    if (!linkAt(event.target)) return;
    held = null;
    hide();
  });

  addEventListener("keydown", function (event) {
    var down = { ArrowDown: 1, ArrowUp: -1 }[event.key] * 40, before = box.scrollTop;
    if (event.key === "Escape") {
      closedAt = pointer;
      held = null;
      if (shown) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
      hide();
    } else if (shown && down && !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey) {
      box.scrollTop += down; /* what does not fit, for those without a pointer */
      if (box.scrollTop !== before) event.preventDefault();
    }
  }, true);

  addEventListener("resize", function () { if (shown) place(); });
})();
