/* What Python reads of a tensor. */
import { raise } from "./error.js";
import { logicalSizes, values } from "./tensor.js";

export const sizes = (x) => logicalSizes(x).join(",");
export const strides = (x) => x.strides.slice(x.levels.length).join(",");
export const offset = (x) => x.offset;
export const isView = (x) => x.base !== undefined;
export const base = (x) => x.base;
export const sharesStorage = (x, y) => x.storage.data === y.storage.data;
export const version = (x) => x.storage.version;

// the numbers in order; the storage's own array, where they lie in order in it
export function contents(x) {
  if (x.levels.length > 0) raiseBatched(".item()");
  return values(x);
}

export function item(x) {
  if (x.numel !== 1)
    raise("RuntimeError", `a Tensor with ${x.numel} elements cannot be converted to Scalar`);
  return contents(x)[0];
}

const raiseBatched = (call) =>
  raise(
    "RuntimeError",
    `vmap: It looks like you're calling ${call} on a Tensor. We don't support vmap over calling ${call} on a Tensor, please try to rewrite what you're doing with other operations. If error is occurring somewhere inside PyTorch internals, please file a bug report.`,
  );
