/* A book that is read from a folder. Browsers let its pages load scripts, but neither modules nor data.
   So scripts bring both, when the reader turns to the first cell. */
window.dpFolder = (() => {
  "use strict";
  const RUN = new URL("./", document.currentScript.src), coming = {};

  function script(name) {
    coming[name] ||= new Promise((done, failed) => {
      const made = document.createElement("script");
      made.src = new URL(name, RUN);
      made.onload = done;
      made.onerror = failed;
      document.head.append(made);
    });
    coming[name].catch(() => { delete coming[name]; });
    return coming[name];
  }

  return {
    cells: {}, /* of each page, from run/cells/<page>.js; run/runtime.js adds `modules` and `worker` */

    /* Returns what the build says of the cells of the page whose data a server has at this address. */
    async data(address) {
      const [, page] = /\/run\/cells\/(.+)\.json$/.exec(address);
      await script(`cells/${page}.js`);
      return this.cells[page];
    },

    /* Returns what a module of the page exports. */
    async load(name) {
      await script("runtime.js");
      return this.modules[name];
    },
  };
})();
