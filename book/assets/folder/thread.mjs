/* The worker in which Python runs, in a book that is read from a folder: one script has all that it needs. */
let address;

export function thread() {
  address ||= URL.createObjectURL(new Blob([window.dpFolder.worker], { type: "text/javascript" }));
  return new Worker(address);
}

export async function keep() { /* the files are there already */ }
