/* Python in a worker: started once, and again after it was stopped. */
import { keep, thread } from "./thread.mjs";

export class Python {
  /* `cells` is what the build says of a chapter's cells, as JSON; `loading(bytes)` hears what has
     come so far, and `ready()` that Python has started. */
  constructor(cells, loading, ready) {
    this.cells = cells;
    this.loading = loading;
    this.ready = ready;
    this.count = 0;
  }

  /* Starts Python, if it has not started. */
  start() {
    this.started ||= this.begin();
    return this.started;
  }

  async begin() {
    const mine = (this.begun = {});
    try {
      await keep();
      if (mine === this.begun) await this.load();
    } catch (error) {
      if (mine === this.begun) this.end(error);
      throw new Error(`Python could not be loaded here: ${error.message}`);
    }
  }

  async load() {
    const worker = (this.worker = thread());
    await new Promise((done, failed) => {
      this.fail = failed;
      worker.onerror = event => this.fail(new Error(event.message || "its files did not come"));
      worker.onmessage = ({ data }) => {
        if (data.loaded) this.loading(data.loaded);
        else if (data.ready) done();
        else if (data.failed) this.fail(new Error(data.failed));
        else this.hear(data);
      };
      worker.postMessage({ cells: this.cells });
    });
    this.ready();
  }

  /* Runs a cell after those that it needs; `tell(kind, text)` hears what it shows. Returns whether it
     ended without an error. */
  run(request, tell) {
    return new Promise((done, failed) => {
      const id = ++this.count;
      this.fail = failed;
      this.hear = message => {
        if (message.id !== id) return;
        if (message.done) done(message.well);
        else tell(message.kind, message.text);
      };
      this.worker.postMessage({ id, ...request });
    });
  }

  /* Ends Python, whatever it does; what runs fails with `error`. */
  end(error) {
    this.worker?.terminate();
    this.worker = this.started = this.begun = null;
    this.fail?.(error);
  }
}
