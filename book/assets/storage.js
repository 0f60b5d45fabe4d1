/* A browser that keeps nothing for this site refuses even to be asked what it keeps. Scripts, of which some
   are the theme's, then find a storage that lasts as long as the page. */
["localStorage", "sessionStorage"].forEach(function (name) {
  "use strict";
  try {
    if (window[name]) return;
  } catch (error) { /* SecurityError */ }
  function Kept() {}
  Kept.prototype = {
    getItem: function (key) { return Object.hasOwn(this, key) ? this[key] : null; },
    setItem: function (key, value) { this[key] = String(value); },
    removeItem: function (key) { delete this[key]; },
  };
  Object.defineProperty(window, name, { value: new Kept(), configurable: true });
});
