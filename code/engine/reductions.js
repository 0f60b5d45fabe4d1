/* Reductions: many numbers become one.

   A reduction walks over the input and over the result at the same time; along the axes that go,
   the result is walked with a stride of 0, so that all numbers along them meet in the same place.
   Sums are kept in doubles. */
import { exact, floatType, isFloat, rounded, TITLES } from "./dtype.js";
import { add, binary, div, mul, sub, unary } from "./elementwise.js";
import { axis, raise } from "./error.js";
import { extreme } from "./extremes.js";
import { cat } from "./joining.js";
import { cast, full, onesLike, to } from "./making.js";
import { scan } from "./scans.js";
import { expand, flip, reshape, squeeze, unsqueeze } from "./shapes.js";
import { record, withGrad } from "./tape.js";
import {
  fromData,
  isContiguous,
  logicalSizes,
  number,
  product,
  rows,
  rowStrides,
  Tensor,
  values,
} from "./tensor.js";
import { where } from "./ternary.js";
import { narrow } from "./views.js";

export const ZERO = number(0);

// Each takes the numbers of one row into `total[q]`, `total[q + t]`, …; t = 0 takes them all into
// one place.
const FOLDS = {
  sum: {
    start: 0,
    row(total, q, t, data, p, s, n) {
      if (t === 0) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += data[p + i * s];
        total[q] += sum;
      } else for (let i = 0; i < n; i++) total[q + i * t] += data[p + i * s];
    },
  },
  prod: {
    start: 1,
    row(total, q, t, data, p, s, n) {
      for (let i = 0; i < n; i++) total[q + i * t] *= data[p + i * s];
    },
  },
  amax: {
    start: -Infinity,
    row(total, q, t, data, p, s, n) {
      for (let i = 0; i < n; i++) {
        const [x, best] = [data[p + i * s], total[q + i * t]];
        if (x > best || x !== x) total[q + i * t] = x;
      }
    },
  },
  amin: {
    start: Infinity,
    row(total, q, t, data, p, s, n) {
      for (let i = 0; i < n; i++) {
        const [x, best] = [data[p + i * s], total[q + i * t]];
        if (x < best || x !== x) total[q + i * t] = x;
      }
    },
  },
  all: {
    start: 1,
    row(total, q, t, data, p, s, n) {
      for (let i = 0; i < n; i++) if (data[p + i * s] === 0) total[q + i * t] = 0;
    },
  },
  any: {
    start: 0,
    row(total, q, t, data, p, s, n) {
      for (let i = 0; i < n; i++) if (data[p + i * s] !== 0) total[q + i * t] = 1;
    },
  },
};

// axes as PyTorch accepts them: none means all
export function axes(x, dims) {
  if (dims.length === 0) return Array.from({ length: x.ndim }, (_, d) => d);
  const out = dims.map((d) => axis(d, x.ndim)).sort((a, b) => a - b);
  const twice = out.find((d, i) => d === out[i + 1]);
  if (twice !== undefined)
    raise("RuntimeError", `dim ${twice} appears multiple times in the list of dims`);
  return x.ndim === 0 ? [] : out;
}

// the totals, with the axes that went kept at size 1
export function fold(name, x, dims) {
  const k = x.levels.length;
  const sizes = x.sizes.slice();
  for (const d of dims) sizes[d + k] = 1;
  const { start, row } = FOLDS[name];
  const totals = new Float64Array(product(sizes)).fill(start);
  const { data } = x.storage;
  if (totals.length === 1 && isContiguous(x)) {
    row(totals, 0, 0, data, x.offset, 1, product(x.sizes));
    return fromData(totals, sizes, "float64", x.levels);
  }
  const steps = rowStrides(sizes).map((step, d) => (dims.includes(d - k) ? 0 : step));
  rows(x.sizes, [steps, x.strides], [0, x.offset], (n, [t, s], [q, p]) =>
    row(totals, q, t, data, p, s, n),
  );
  return fromData(totals, sizes, "float64", x.levels);
}

// with these axes gone, or kept at size 1
export function dropped(x, dims, keepdim) {
  if (keepdim || dims.length === 0) return x;
  const k = x.levels.length;
  const sizes = x.sizes.filter((_, d) => !dims.includes(d - k));
  return new Tensor(x.storage, x.offset, sizes, rowStrides(sizes), x.dtype, x.levels);
}

export function stored(totals, dtype) {
  const { data } = totals.storage;
  if (dtype === "int64") for (let i = 0; i < data.length; i++) data[i] = exact(data[i]);
  return dtype === "float64" ? totals : cast(totals, dtype);
}

// the gradient, with the axes that went back at their sizes
export function restored(g, dims, keepdim, sizes) {
  const whole = keepdim ? g : dims.reduce((grad, d) => unsqueeze(grad, d), g);
  return expand(whole, ...sizes);
}

export const count = (x, dims) => dims.reduce((n, d) => n * x.sizes[d + x.levels.length], 1);

// ---- by name

export function reduce(name, x, keepdim, dtype, ...dims) {
  if (REDUCTIONS[name] === undefined)
    raise("NotImplementedError", `${name} is not in the page's engine`);
  if (name === "mean") checkMean(dtype || x.dtype);
  const all = dims.length === 0;
  const input = dtype && dtype !== x.dtype ? to(x, dtype) : x;
  return REDUCTIONS[name](input, axes(x, dims), Boolean(keepdim), all);
}

function checkMean(dtype) {
  if (isFloat(dtype)) return;
  raise(
    "RuntimeError",
    `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${TITLES[dtype]}`,
  );
}

export const sum = (x, dims = [], keepdim = false) => reduce("sum", x, keepdim, "", ...dims);

const REDUCTIONS = {
  sum(x, dims, keepdim, all) {
    const dtype = isFloat(x.dtype) ? x.dtype : "int64";
    const out = dropped(stored(fold("sum", x, dims), dtype), dims, keepdim);
    const sizes = logicalSizes(x);
    return record(out, all ? "SumBackward0" : "SumBackward1", [x], (g) => [
      restored(g, dims, keepdim, sizes),
    ]);
  },
  nansum(x, dims, keepdim) {
    const known = unary("logical_not", unary("isnan", x));
    const filled = withGrad(false, () => (isFloat(x.dtype) ? where(known, x, ZERO) : x));
    const out = withGrad(false, () => sum(filled, dims, keepdim));
    const sizes = logicalSizes(x);
    const rule = (g) => [mul(restored(g, dims, keepdim, sizes), known)];
    return record(out, "NansumBackward0", [x], rule);
  },
  mean(x, dims, keepdim, all) {
    const totals = fold("sum", x, dims);
    const n = count(x, dims);
    const { data } = totals.storage;
    // PyTorch rounds the sum before it divides
    for (let i = 0; i < data.length; i++) data[i] = rounded(data[i], x.dtype) / n;
    const out = dropped(stored(totals, x.dtype), dims, keepdim);
    const sizes = logicalSizes(x);
    const rule = (g) => [div(restored(g, dims, keepdim, sizes), number(n))];
    return record(out, all ? "MeanBackward0" : "MeanBackward1", [x], rule);
  },
  prod(x, dims, keepdim, all) {
    const dtype = isFloat(x.dtype) ? x.dtype : "int64";
    const out = dropped(stored(fold("prod", x, dims), dtype), dims, keepdim);
    const rule = (g, x, y) => [productSlope(g, x(), y(), dims, keepdim)];
    return record(out, all ? "ProdBackward0" : "ProdBackward1", [x], rule, [x, out]);
  },
  amax: (x, dims, keepdim, all) => extremum("amax", "AmaxBackward0", x, dims, keepdim, all),
  amin: (x, dims, keepdim, all) => extremum("amin", "AminBackward0", x, dims, keepdim, all),
  max: (x) => overall("max", x, () => extremum("amax", "", x, axes(x, []), false, true, "max")),
  min: (x) => overall("min", x, () => extremum("amin", "", x, axes(x, []), false, true, "min")),
  median: (x) =>
    overall("median", x, () =>
      x.numel === 0 ? full(NaN, x.dtype) : extreme("median", reshape(x, -1), 0)[0],
    ),
  all: (x, dims, keepdim) => truth("all", x, dims, keepdim),
  any: (x, dims, keepdim) => truth("any", x, dims, keepdim),
  logsumexp: logSumExp,
};

const truth = (name, x, dims, keepdim) =>
  dropped(stored(fold(name, x, dims), x.dtype === "uint8" ? "uint8" : "bool"), dims, keepdim);

/* The derivative of a product by one factor is the product of the others: the product divided by
   the factor, or, where a factor may be 0, what is before it times what is after it. */
function productSlope(g, x, y, dims, keepdim) {
  const sizes = logicalSizes(x);
  const grad = restored(g, dims, keepdim, sizes);
  if (x.ndim === 0) return grad;
  if (!values(x).includes(0)) return div(mul(grad, restored(y, dims, keepdim, sizes)), x);
  const one = dims.length === 1;
  const row = one ? x : reshape(x, -1);
  const d = one ? dims[0] : 0;
  const others = mul(before(row, d), flip(before(flip(row, d), d), d));
  return mul(grad, one ? others : reshape(others, ...sizes));
}

function before(x, d) {
  const n = logicalSizes(x)[d];
  const first = onesLike(narrow(x, d, 0, 1));
  return scan("cumprod", cat(d, first, narrow(x, d, 0, n - 1)), d);
}

// the largest or smallest; ties share the gradient
function extremum(name, title, x, dims, keepdim, all, asked = name) {
  for (const d of dims) if (x.sizes[d + x.levels.length] === 0) raiseEmpty(asked, d, all);
  const out = dropped(stored(fold(name, x, dims), x.dtype), dims, keepdim);
  const rule = (g, x, y) => {
    const sizes = logicalSizes(x());
    const hit = to(binary("eq", x(), restored(y(), dims, keepdim, sizes)), g.dtype);
    const share = div(hit, sum(hit, dims, true));
    return [mul(restored(g, dims, keepdim, sizes), dims.length === 0 ? hit : share)];
  };
  return record(out, title, [x], rule, [x, out]);
}

// where x is y, or both are no numbers
export function hits(x, y) {
  const nan = binary("logical_and", unary("isnan", x), unary("isnan", y));
  return to(binary("logical_or", binary("eq", x, y), nan), x.dtype);
}

// of all numbers; those that are equal to it share the gradient
function overall(name, x, find) {
  const out = withGrad(false, find);
  const rule = (g, x, y) => {
    const hit = hits(x(), y());
    return [where(to(hit, "bool"), div(g, sum(hit)), ZERO)];
  };
  return record(
    out,
    name === "median" ? "MedianBackward0" : `${name === "max" ? "Max" : "Min"}Backward1`,
    [x],
    rule,
    [x, out],
  );
}

function raiseEmpty(name, d, all) {
  if (all) {
    raise(
      "RuntimeError",
      `${name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`,
    );
  }
  raise("IndexError", `${name}(): Expected reduction dim ${d} to have non-zero size.`);
}

function logSumExp(x, dims, keepdim) {
  const input = isFloat(x.dtype) ? x : to(x, floatType(x.dtype));
  const out = withGrad(false, () => {
    const double = to(input, "float64");
    const top = fold("amax", double, dims);
    const safe = where(unary("isinf", top), ZERO, top);
    const total = fold("sum", unary("exp", sub(double, safe)), dims);
    return dropped(stored(add(unary("log", total), safe), input.dtype), dims, keepdim);
  });
  const rule = (g, x, y) => {
    const sizes = logicalSizes(x());
    const share = unary("exp", sub(x(), restored(y(), dims, keepdim, sizes)));
    return [mul(restored(g, dims, keepdim, sizes), share)];
  };
  return record(out, "LogsumexpBackward0", [input], rule, [input, out]);
}

// ---- for broadcasting

// the sum over the axes along which something of these logical sizes was broadcast
export function sumTo(g, sizes) {
  const own = logicalSizes(g);
  const missing = own.length - sizes.length;
  const dims = own
    .map((_, d) => d)
    .filter((d) => d < missing || (sizes[d - missing] === 1 && own[d] !== 1));
  const out = dims.length === 0 ? g : sum(g, dims, true);
  const kept = missing === 0 ? out : squeeze(out, ...Array(missing).keys());
  return kept;
}
