/* What is measured on a slide. Evaluated once in a deck; `facts(i)` goes to slide i. */
(() => {
  const scaleOf = text => {
    const m = text.getScreenCTM();
    return Math.hypot(m.a, m.b);
  };

  function sizes(slide) {
    const found = { text: [], code: [], figure: [], math: [] };
    const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const e = node.parentElement;
      if (/^[\s\u200b]*$/.test(node.data) || !e.getClientRects().length) continue;
      if (e.closest(".notes, script, .katex-mathml")) continue;
      const size = parseFloat(getComputedStyle(e).fontSize);
      if (e.closest("svg.dp-svg")) {
        found.figure.push(size * scaleOf(e.closest("text")));
      } else {
        const kind = e.closest(".katex") ? "math" : e.closest("code") ? "code" : "text";
        found[kind].push(size * Reveal.getScale());
      }
    }
    return found;
  }

  /* What reaches beyond the slide, or over a neighbour. Marks of figures may, they are clipped. */
  function outside(slide) {
    const box = slide.querySelector(".slide"), edge = box.getBoundingClientRect();
    const foot = box.querySelector("footer").getBoundingClientRect().top;
    const says = e => `${e.tagName}.${e.getAttribute("class") || ""}`;
    const found = [];
    for (const e of box.querySelectorAll("*")) {
      if (e.closest(".katex-html") && !e.matches(".katex-html")) continue;
      if (e.closest("svg") && !e.matches("svg, svg.dp-svg text")) continue;
      if (e.closest("script, .katex-mathml")) continue;
      const r = e.getBoundingClientRect();
      if (!r.width || !r.height) continue;
      const low = e.closest("footer") ? edge.bottom : foot;
      if (r.left < edge.left - 1 || r.right > edge.right + 1 || r.top < edge.top - 1 || r.bottom > low + 1)
        found.push(says(e));
      if (e.matches(".listing, .text, .shown") && e.scrollWidth > e.clientWidth + 1)
        found.push(`${says(e)} is ${e.scrollWidth} wide in ${e.clientWidth}`);
    }
    const parts = [...box.querySelectorAll("h1, h2, .text, .shown > *:not(.step)")]
      .filter(e => e.getClientRects().length);
    parts.forEach((one, i) => parts.slice(i + 1).forEach(other => {
      const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (x > 1 && y > 1) found.push(`${says(one)} over ${says(other)}`);
    }));
    return found;
  }

  window.outside = outside;
  window.facts = i => {
    const at = Reveal.getIndices(Reveal.getSlides()[i]);
    Reveal.slide(at.h, at.v, 99); // all steps are uncovered
    const slide = Reveal.getCurrentSlide(), root = document.documentElement;
    return {
      id: slide.id,
      outside: outside(slide),
      scrolls: root.scrollWidth > innerWidth || root.scrollHeight > innerHeight
        || [...slide.querySelectorAll("*")].some(e => e.scrollHeight > e.clientHeight + 1
          && ["auto", "scroll"].includes(getComputedStyle(e).overflowY)),
      sizes: sizes(slide),
      dark: document.querySelector(".reveal").classList.contains("dark"),
      notes: slide.querySelector(".notes").textContent.trim().split(/\s+/).length,
      minutes: +slide.dataset.minutes,
      framing: Boolean(slide.querySelector(".slide.agenda, .slide.references")),
      links: [...slide.querySelectorAll(".slide a[href^='..']")].map(a => a.getAttribute("href")),
    };
  };

  /* The first time with all that is around the slides, then the slide alone. Meanwhile the content
     of all others is apart, because axe walks through whatever is in the document, shown or not. */
  window.axeOnSlide = async dark => {
    const here = Reveal.getCurrentSlide(), slides = Reveal.getSlides();
    const first = here === slides[0];
    const all = axe.getRules().map(rule => rule.ruleId);
    const rules = dark ? ["color-contrast-enhanced"] : all;  // all else is the same in the dark
    const apart = slides.filter(slide => !first && slide !== here).map(slide => {
      const content = document.createDocumentFragment();
      content.append(...slide.childNodes);
      return [slide, content];
    });
    const result = await axe.run(first ? document : here,
      { runOnly: { type: "rule", values: rules }, preload: false, resultTypes: ["violations"] });
    apart.forEach(([slide, content]) => slide.append(content));
    return result.violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))}`);
  };
})();
