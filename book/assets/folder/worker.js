/* The worker of Python in a book that is read from a folder. Browsers refuse modules there, so this is a
   classic worker. FILES is above, in base64, and all modules of worker.mjs follow, as one script. */
self.importScripts = () => { throw new Error("not here"); }; /* by this Pyodide knows module workers */

self.fetch = async address => {
  const text = atob(FILES[String(address.url || address).split("/").pop()]);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Response(bytes);
};
