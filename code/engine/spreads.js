/* How far numbers lie apart: variance, standard deviation, norms. */
import { isFloat, TITLES } from "./dtype.js";
import { binary, div, mul, sub, unary } from "./elementwise.js";
import { raise } from "./error.js";
import { to } from "./making.js";
import {
  axes,
  count,
  dropped,
  fold,
  hits,
  reduce,
  restored,
  stored,
  sum,
  ZERO,
} from "./reductions.js";
import { record, withGrad } from "./tape.js";
import { logicalSizes, number } from "./tensor.js";
import { where } from "./ternary.js";

/* The sum of the squared distances from the mean, divided by n − correction; its root is the
   standard deviation. */
function squaredSpread(x, correction, dims) {
  const n = count(x, dims);
  const double = to(x, "float64");
  const mean = div(fold("sum", double, dims), number(n));
  const squares = unary("square", sub(double, mean));
  return div(fold("sum", squares, dims), number(Math.max(n - correction, 0)));
}

function spreadOf(name, x, correction, keepdim, dims) {
  if (!isFloat(x.dtype))
    raise("RuntimeError", "std and var only support floating point and complex dtypes");
  const at = axes(x, dims);
  const n = count(x, at);
  const total = withGrad(false, () => {
    const square = squaredSpread(x, correction, at);
    return name === "std" ? unary("sqrt", square) : square;
  });
  const out = dropped(stored(total, x.dtype), at, keepdim);
  const slope = (g, x) => {
    const mean = reduce("mean", x, true, "", ...at);
    const grad = restored(g, at, keepdim, logicalSizes(x));
    if ((dims.length === 0 || x.ndim === 0) && n <= correction) {
      return mul(grad, where(binary("eq", x, mean), number(NaN), number(Infinity)));
    }
    return mul(mul(grad, number(2 / (n - correction))), sub(x, mean));
  };
  return { out, slope };
}

export function variance(x, correction, keepdim, ...dims) {
  const { out, slope } = spreadOf("var", x, correction, Boolean(keepdim), dims);
  return record(out, "VarBackward0", [x], (g, x) => [slope(g, x())], [x]);
}

export function deviation(x, correction, keepdim, ...dims) {
  const { out, slope } = spreadOf("std", x, correction, Boolean(keepdim), dims);
  const rule = (g, x, y) => {
    const half = div(g, mul(y(), number(2)));
    return [slope(where(binary("eq", y(), ZERO), ZERO, half), x())];
  };
  return record(out, "StdBackward0", [x], rule, [x, out]);
}

// (Σ |x|^p)^(1/p); the largest |x| for p = ∞, the smallest for −∞, the number of nonzero x for 0
export function norm(x, p, keepdim, ...dims) {
  if (!isFloat(x.dtype)) {
    raise(
      "RuntimeError",
      `linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${TITLES[x.dtype]}`,
    );
  }
  const at = axes(x, dims);
  if (Math.abs(p) === Infinity) checkNorm(x, p, dims, at);
  const out = withGrad(false, () =>
    dropped(stored(normOf(x, p, at), x.dtype), at, Boolean(keepdim)),
  );
  const rule = (g, x, y) => {
    const whole = (t) => restored(t, at, Boolean(keepdim), logicalSizes(x()));
    return [normSlope(whole(g), x(), whole(y()), p, at)];
  };
  return record(out, "LinalgVectorNormBackward0", [x], rule, [x, out]);
}

function checkNorm(x, p, dims, at) {
  const d = at.find((e) => x.sizes[e + x.levels.length] === 0);
  if (d === undefined) return;
  const place = dims.length === 0 ? "an empty tensor" : `the dimension ${d}`;
  const why = dims.length === 0 ? " because the" : "because this dimension is empty and the";
  raise(
    "RuntimeError",
    `linalg.vector_norm cannot compute the ${p > 0 ? "" : "-"}inf norm on ${place}${why} operation does not have an identity`,
  );
}

function normOf(x, p, dims) {
  const size = unary("abs", to(x, "float64"));
  if (p === Infinity) return fold("amax", size, dims);
  if (p === -Infinity) return fold("amin", size, dims);
  if (p === 0) return fold("sum", to(binary("ne", size, ZERO), "float64"), dims);
  if (p === 1) return fold("sum", size, dims);
  if (p === 2) return unary("sqrt", fold("sum", mul(size, size), dims));
  return binary("pow", fold("sum", binary("pow", size, number(p)), dims), number(1 / p));
}

function normSlope(g, x, y, p, dims) {
  const sign = unary("sign", x);
  const masked = (zero, t) => where(binary("eq", zero, ZERO), ZERO, t);
  if (p === 0) return undefined;
  if (p === 1) return mul(g, sign);
  if (p === 2) return mul(g, masked(y, div(x, y)));
  const size = unary("abs", x);
  if (!Number.isFinite(p)) {
    const hit = hits(size, y);
    return mul(mul(sign, hit), div(g, dims.length === 0 ? hit : sum(hit, dims, true)));
  }
  if (p < 1) {
    const power = masked(x, mul(sign, binary("pow", size, number(p - 1))));
    return mul(power, mul(g, binary("pow", y, number(1 - p))));
  }
  const power =
    p < 2
      ? masked(x, mul(sign, binary("pow", size, number(p - 1))))
      : mul(x, binary("pow", size, number(p - 2)));
  return mul(power, masked(y, div(g, binary("pow", y, number(p - 1)))));
}
