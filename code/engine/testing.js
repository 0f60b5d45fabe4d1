/* Comparing tensors. */
import { binary, unary } from "./elementwise.js";
import { cast, detach } from "./making.js";
import { logicalSizes, number, same, values } from "./tensor.js";

export function equal(x, y) {
  if (!same(logicalSizes(x), logicalSizes(y))) return false;
  const [a, b] = [values(x), values(y)];
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

// |x − y| ≤ atol + rtol·|y|, and y finite; equal numbers are close, infinite ones too
export function isclose(x, y, rtol = 1e-5, atol = 1e-8, equalNan = false) {
  const [p, q] = [x, y].map((t) => cast(detach(t), "float64"));
  const bound = binary("add", number(atol), binary("mul", number(rtol), unary("abs", q)));
  const near = binary("le", unary("abs", binary("sub", p, q)), bound);
  const close = binary(
    "logical_or",
    binary("eq", p, q),
    binary("logical_and", near, unary("isfinite", q)),
  );
  if (!equalNan) return close;
  return binary("logical_or", close, binary("logical_and", unary("isnan", p), unary("isnan", q)));
}

export const allclose = (...args) => values(isclose(...args)).every((hit) => hit === 1);
