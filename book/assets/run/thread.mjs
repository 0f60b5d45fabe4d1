/* The worker in which Python runs, and its files, which the browser keeps. In a book that is read from a
   folder, folder/thread.mjs takes the place of this file. */
export function thread() {
  return new Worker(new URL("worker.mjs", import.meta.url), { type: "module" });
}

/* Has the browser keep the files, for later pages and for a time without network. */
export async function keep() {
  try {
    const { active, installing, waiting } = await navigator.serviceWorker.register(
      new URL("../sw.js", import.meta.url),
    );
    const coming = installing || waiting;
    if (active || !coming) return;
    await new Promise(done => coming.addEventListener("statechange", () => {
      if (["activated", "redundant"].includes(coming.state)) done();
    }));
  } catch { /* where it may not, as in some private windows, its own cache has to do */ }
}
