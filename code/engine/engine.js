/* What Python sees of the engine, as the module `_engine`. */
import { raise } from "./error.js";
import { logicalSizes, values } from "./tensor.js";

export { setDefaultFloat, defaultFloat } from "./dtype.js";
export { unary, binary } from "./elementwise.js";
export { arange, clone, contiguous, detach, empty, eye, full, linspace, scalar, to } from "./making.js";
export { gradMode, setGradMode } from "./tape.js";

export const sizes = (x) => logicalSizes(x).join(",");
export function contents(x) {
  if (x.levels.length > 0) {
    raise(
      "RuntimeError",
      "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() " +
        "on a Tensor, please try to rewrite what you're doing with other operations. If error is occurring " +
        "somewhere inside PyTorch internals, please file a bug report.",
    );
  }
  return values(x);
}
