/* The search: the section that teaches what is asked comes first. `window.bookSections` has what the
   sections say; the index is made from it here. Nothing else is loaded. */
(function () {
  "use strict";
  const root = document.documentElement.dataset.content_root || "./";
  const { pages, places } = window.bookSections;
  const SHOWN = 30, AROUND = 210;

  /* Words that say nothing alone. `if` stays, since it is also what is asked about. */
  const EMPTY = new Set(("a an and are as at be by can do does for from get had has have how i in is it its me my of on "
    + "or our that the their this to was we were what which who why with you your").split(" "));

  /* ---- Words ---- */

  /* v₀ is v0, x̂ is x, and capitals are small. */
  function plain(text) {
    return (/^\w+$/.test(text) ? text : text.normalize("NFKD").replace(/\p{M}/gu, "")).toLowerCase();
  }

  /* One form for a word and its plural. */
  function stem(word) {
    if (word.length < 4 || !/^[a-z]+s$/.test(word) || /(ss|us|is)$/.test(word)) return word;
    if (word.endsWith("ies")) return word.slice(0, -3) + "y";
    return word.replace(/(ss|x|sh|ch)es$|s$/, "$1");
  }

  /* Formulas and names as they are written, and the words of which they consist. */
  const WHOLE = /[\p{L}\p{N}_][^\s()[\]{},;:"“”|]*[√∂∇/^²³][^\s()[\]{},;:"“”|.]*|[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)+/gu;
  const PIECE = /[√∂∇]?[\p{L}\p{N}_]+/gu;

  /* The words of a text, with their places. `whole` leaves out the parts of names and formulas. */
  function words(text, whole) {
    const found = [], inside = [];
    const add = (word, at, length) => found.push({ word: stem(word), at, length });
    for (const name of text.matchAll(WHOLE)) {
      if (!/[√∂∇^²³.]/.test(name[0])) continue; /* "and/or" */
      add(plain(name[0]), name.index, name[0].length);
      inside.push([name.index, name.index + name[0].length]);
    }
    let next = 0;
    for (const { 0: piece, index: at } of text.matchAll(PIECE)) {
      while (next < inside.length && inside[next][1] <= at) next += 1;
      if (whole && next < inside.length && inside[next][0] <= at) continue;
      const word = plain(piece);
      if (EMPTY.has(word)) continue;
      add(word, at, piece.length);
      if (whole) continue;
      if (word.includes("_")) word.split("_").forEach(part => part && add(part, at, piece.length));
      if (/^[√∂∇]/.test(word)) add(word.slice(1), at, piece.length);
    }
    return found.sort((a, b) => a.at - b.at);
  }

  const only = found => found.map(one => one.word);

  /* sqrt(b) and \sqrt b are √b. */
  const asked = query => query.replace(/\\?sqrt *(?:\(([^()]*)\)|\{([^{}]*)\}|(?= *\w))/g, (_, a, b) => `√${a || b || ""}`)
    .replace(/√ +/g, "√");

  /* ---- The index ---- */

  const index = new MiniSearch({
    fields: ["title", "taught", "first", "page", "text", "code"],
    tokenize: text => only(words(text)),
    processTerm: word => word,
  });
  /* Names in code lead to where a chapter has them first, unless its text has them earlier. */
  const known = new Set(places.flatMap(place => place[7]));
  for (const place of places.filter(one => one[2] === 1)) {
    const names = new Set(place[5].match(/[\p{L}_][\p{L}\p{N}_]+/gu));
    place[7] = place[7].concat([...names].filter(name => !known.has(name)));
    names.forEach(name => known.add(name));
  }
  index.addAll(places.map(([page, id, , title, text, code, taught, first], number) => ({
    id: number, title, text, code, taught: taught.join(" "), first: first.join(" "), page: id ? pages[page][2] : "",
  })));
  const phrase = text => only(words(text, true)).join(" ");
  const titles = places.map(place => phrase(place[3])), lessons = places.map(place => place[6].map(phrase));

  /* The places for a query, best first: {number, terms}. */
  function find(query) {
    query = asked(query);
    const terms = only(words(query, true)), parts = only(words(query));
    if (!terms.length) return [];
    const last = terms[terms.length - 1], open = /[\p{L}\p{N}_]$/u.test(query);
    const options = {
      tokenize: text => text.split("\n"),
      boost: { title: 5, taught: 6, first: 3, page: 1.5, text: 1, code: 0.5 },
      prefix: word => word.length > 2 && (word.length > 4 || (open && word === last)),
      weights: { prefix: 0.3, fuzzy: 0.2 },
    };
    const fuzzy = word => /^\p{L}{5,}$/u.test(word) && 0.3;
    const tries = [[terms, { combineWith: "AND" }], [parts, { combineWith: "AND" }], [parts, { combineWith: "AND", fuzzy }],
      [parts, { combineWith: "OR", fuzzy }]];
    let found = [];
    for (const [some, how] of tries) {
      if (!found.length) found = index.search(some.join("\n"), { ...options, ...how });
    }
    const whole = phrase(query);
    for (const one of found) {
      const place = places[one.id], at = one.id;
      one.score *= place[2];
      if (lessons[at].includes(whole)) one.score *= 3;
      if (titles[at] === whole) one.score *= 2;
    }
    return found.sort((a, b) => b.score - a.score).map(one => ({ number: one.id, terms: one.terms }));
  }

  /* ---- What is shown ---- */

  function make(name, className, text) {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  }

  /* Text in which the words that were found are marked. */
  function marked(element, text, terms) {
    let end = 0;
    for (const { word, at, length } of words(text)) {
      if (at < end || !terms.has(word)) continue;
      element.append(text.slice(end, at), make("mark", "", text.slice(at, at + length)));
      end = at + length;
    }
    element.append(text.slice(end));
    return element;
  }

  /* The part of a text in which most of the words are, and as early as they are. */
  function excerpt(text, terms) {
    const hits = words(text).filter(one => terms.has(one.word));
    let best = 0, most = 0;
    hits.forEach((hit, i) => {
      const near = new Set(hits.slice(i).filter(one => one.at < hit.at + AROUND - 40).map(one => one.word)).size;
      if (near > most) [most, best] = [near, hit.at];
    });
    const sentence = Math.max(...[". ", "? ", "! "].map(end => text.lastIndexOf(end, best) + 2));
    let from = best < 90 ? 0 : best - sentence < 110 && sentence > 1 ? sentence : text.indexOf(" ", best - 70) + 1;
    let to = Math.min(text.length, from + AROUND);
    if (to < text.length) to = Math.max(text.lastIndexOf(" ", to), from + 1);
    return (from ? "… " : "") + text.slice(from, to) + (to < text.length ? " …" : "");
  }

  function shown({ number, terms }) {
    const [page, id, , title, text, code] = places[number], [name, count, chapter] = pages[page], found = new Set(terms);
    const item = make("li"), link = make("a"), where = (count ? `${count} ` : "") + chapter;
    link.href = `${root}${name}.html${id ? `#${id}` : ""}`;
    link.append(marked(make("span", "dp-search-title"), title, found));
    if (id) link.append(make("span", "dp-search-page", where));
    else if (count) link.lastChild.prepend(`${count} `);
    const line = !words(text).some(one => found.has(one.word))
      && code.split("\n").find(some => words(some).some(one => found.has(one.word)));
    if (line) link.append(marked(make("code"), line.trim().slice(0, 120), found));
    else if (text) link.append(marked(make("span", "dp-search-text"), excerpt(text, found), found));
    item.append(link);
    return item;
  }

  function said(count, query) {
    if (!query.trim()) return "";
    if (!count) return `Nothing found for “${query.trim()}”.`;
    const all = count === 1 ? "1 place" : `${count} places`;
    return count > SHOWN ? `${all}; the best ${SHOWN} are shown.` : `${all}.`;
  }

  /* ---- A field with its list ---- */

  document.querySelectorAll(".dp-search").forEach(box => {
    const field = box.querySelector("[type=search]"), list = box.querySelector("ol"), dialog = box.closest("dialog");
    const status = box.querySelector("[role=status]"), key = box.querySelector("[type=checkbox]");
    let waiting, before;

    function search() {
      const query = field.value;
      if (query === before) return;
      before = query;
      const found = find(query);
      list.replaceChildren(...found.slice(0, SHOWN).map(shown));
      list.dataset.of = query;
      status.textContent = said(found.length, query);
      if (!dialog) history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
    }

    function close() {
      dialog.close();
    }

    field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(search, 120);
    });
    box.querySelector("form").addEventListener("submit", event => {
      event.preventDefault();
      search();
      const first = list.querySelector("a");
      if (dialog && first) first.click();
    });
    box.addEventListener("keydown", event => {
      if (event.isComposing) return;
      const links = [...list.querySelectorAll("a")], at = links.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
      const here = document.activeElement === field || at >= 0;
      if (here && to >= -1 && to < links.length && to !== at) {
        event.preventDefault();
        if (to < 0) field.focus(); else links[to].focus();
      }
    });
    if (dialog) {
      /* Also where a browser would only empty the field. */
      dialog.addEventListener("keydown", event => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        close();
      });
      dialog.addEventListener("click", event => {
        if (event.target === dialog) close();
      });
      box.querySelector(".dp-search-close").addEventListener("click", close);
      list.addEventListener("click", event => {
        if (event.target.closest("a") && !event.ctrlKey && !event.metaKey && !event.shiftKey) close();
      });
    } else {
      field.value = new URLSearchParams(location.search).get("q") || "";
      field.focus();
    }
    try {
      key.checked = localStorage.getItem("search-key") !== "off";
    } catch (error) { /* nothing is kept where nothing may be */ }
    key.addEventListener("change", () => {
      try {
        localStorage.setItem("search-key", key.checked ? "on" : "off");
      } catch (error) { /* nothing is kept where nothing may be */ }
    });
    search();
  });
})();
