/* What the keyboard and the finger reach on a page or a slide. Evaluated once; `reach` has the functions. */
(() => {
  const FOCUS = "a[href], button, input, select, textarea, summary, [tabindex], audio[controls], video[controls]";

  const says = e => {
    const name = e.getAttribute("aria-label") || e.title || e.textContent.trim().replace(/\s+/g, " ");
    return `${e.tagName.toLowerCase()}.${e.className || e.id}: ${name.slice(0, 40)}`;
  };

  /* The side bar's arrows are drawn by a part of a summary that has no height. */
  const drawn = e => (e.matches("summary") && !e.offsetHeight && e.firstElementChild) || e;

  const seen = e => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  /* WCAG's contrast of two colours, as getComputedStyle writes them. */
  function contrast(one, other) {
    const [a, b] = [one, other].map(text => {
      const parts = text.match(/[\d.]+/g).slice(0, 3).map(part => part / 255);
      const [r, g, b] = parts.map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    });
    return Math.max(a, b) / Math.min(a, b);
  }

  const clear = colour => /^rgba\(.*, 0\)$|^transparent$/.test(colour);

  function behind(e) {
    while (e && clear(getComputedStyle(e).backgroundColor)) e = e.parentElement;
    return e ? getComputedStyle(e).backgroundColor : "rgb(255, 255, 255)";
  }

  /* The outline that shows the focus: on the element, on a part of it, or on a box around it. */
  function ring(e) {
    const places = [e, e.parentElement, e.parentElement?.parentElement, ...e.children];
    return places.filter(Boolean).map(place => [place, getComputedStyle(place)])
      .find(([, style]) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
        && !clear(style.outlineColor));
  }

  /* What is wrong with the element that has the focus. */
  function wrong(e) {
    const box = drawn(e).getBoundingClientRect(), complaints = [];
    if (!seen(e)) complaints.push("cannot be seen");
    if (box.width < 2 || box.height < 2) complaints.push("has no size");
    if (box.right <= 0 || box.left >= innerWidth || box.bottom <= 0 || box.top >= innerHeight)
      complaints.push("is outside of the window");
    const found = ring(e);
    if (!found) complaints.push("has no ring");
    else if (!matchMedia("(forced-colors: active)").matches
      && contrast(found[1].outlineColor, behind(found[0].parentElement || found[0])) < 3)
      complaints.push("has a ring that is too pale");
    return complaints.map(complaint => `${says(e)} ${complaint}`);
  }

  /* All that takes the focus, in the order of the document, and what is wrong with it. The last key
     has to be one of the keyboard, or a browser shows no ring. */
  function stops(root = document) {
    const found = [], complaints = [], groups = new Set();
    for (const e of root.querySelectorAll(FOCUS)) {
      if (e.tabIndex < 0 || e.type === "radio" && groups.has(e.name)) continue;
      if (e.type === "radio") groups.add(e.name); // arrows go through its options
      e.focus();
      if (document.activeElement !== e) continue;
      found.push(says(e));
      complaints.push(...wrong(e));
      e.blur();
    }
    return { count: found.length, complaints };
  }

  /* A number for the element that has the focus, 0 for none. */
  const numbers = new Map();
  function stop() {
    const e = document.activeElement;
    if (!e || e === document.body || e === document.documentElement) return 0;
    if (!numbers.has(e)) numbers.set(e, numbers.size + 1);
    return numbers.get(e);
  }

  /* Controls that are smaller than 44 pixels to the finger. Links within text and code are not meant, nor the
     lines of an editor. */
  function small(root = document, size = 44) {
    const found = [];
    for (const e of root.querySelectorAll("a[href], button, input, select, summary, [role=button]")) {
      if (!seen(e) || e.disabled || e.closest(".dp-hidden, .skip-link, pre")) continue;
      if (e.tagName === "A" && getComputedStyle(e).display === "inline" && e.closest("p, li, td, th, dd, dt, figcaption, h1, h2, h3, summary, span"))
        if (!e.closest("nav")) continue;
      const target = e.matches("[type=radio], [type=checkbox]") && e.closest("label") || drawn(e);
      target.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
      const box = target.getBoundingClientRect();
      if (!box.width || !box.height) continue;
      const x = box.x + box.width / 2, y = box.y + box.height / 2;
      const mine = (dx, dy) => {
        const at = document.elementFromPoint(x + dx, y + dy);
        return at && (target.contains(at) || at.contains(target) && at.matches("a, button, label, summary"));
      };
      const reaches = (dx, dy) => {
        let far = 0;
        while (far < size && mine(dx * far, dy * far)) far += 1;
        return far;
      };
      const wide = box.width >= size - 0.5 || reaches(-1, 0) + reaches(1, 0) >= size - 0.5;
      const high = box.height >= size - 0.5 || reaches(0, -1) + reaches(0, 1) >= size - 0.5;
      if (!wide || !high) found.push(`${says(e)} ${Math.round(box.width)} x ${Math.round(box.height)}`);
    }
    return found;
  }

  /* What lies beside the window, and text that is cut off, as a reader's own spacing may do. */
  function cut() {
    const found = [];
    const width = document.scrollingElement.scrollWidth;
    if (width > innerWidth) found.push(`the page is ${width} wide in ${innerWidth}`);
    for (const e of document.querySelectorAll("body *")) {
      if (e.closest(".math, .katex-display, svg, .dp-hidden, .unseen, .live-said, .dp-run-area, .skip-link, aside.notes") || !seen(e)) continue;
      const style = getComputedStyle(e);
      if (e.clientWidth < 2 || !e.textContent.trim()) continue;
      const clips = axis => ["hidden", "clip"].includes(axis);
      if (clips(style.overflowX) && e.scrollWidth > e.clientWidth + 1) found.push(`${says(e)} is cut at its side`);
      if (clips(style.overflowY) && e.scrollHeight > e.clientHeight + 1) found.push(`${says(e)} is cut at its foot`);
    }
    return found;
  }

  /* Buttons without a frame, where the reader's own colours take the place of all backgrounds. */
  const bare = () => [...document.querySelectorAll("button, .dp-launch a, .dp-begin a")].filter(e => {
    const style = getComputedStyle(e);
    return seen(e) && (style.borderTopStyle === "none" || !parseFloat(style.borderTopWidth));
  }).map(says);

  window.reach = { bare, cut, says, small, stop, stops, wrong };
})();
