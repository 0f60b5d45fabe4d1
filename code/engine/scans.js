/* Running sums, products and extremes along an axis.

   The derivative of a running sum is a running sum from the other end; the others follow from it.
   The product's rule needs no division, so that it holds where a factor is zero. */
import { allocate, exact, isFloat, TITLES } from "./dtype.js";
import { add, binary, div, mul, sub, unary } from "./elementwise.js";
import { axis, raise } from "./error.js";
import { scatterAdd } from "./indexing.js";
import { eachLane, lanes } from "./lanes.js";
import { onesLike, to, zerosLike } from "./making.js";
import { record } from "./tape.js";
import { fromData, number, values } from "./tensor.js";
import { cat } from "./joining.js";
import { where } from "./ternary.js";
import { flip } from "./shapes.js";
import { narrow } from "./views.js";

const RUNNING = {
  cumsum: (sum, x) => sum + x,
  cumprod: (product, x) => product * x,
  logcumsumexp: logAdd,
};
const RULES = { cumsum: sumRule, cumprod: productRule, logcumsumexp: logRule };
const NODES = {
  cumsum: "CumsumBackward0",
  cumprod: "CumprodBackward0",
  logcumsumexp: "LogcumsumexpBackward0",
};

/* log(eᵃ + eᵇ) */
function logAdd(a, b) {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  if (low === high && !Number.isFinite(low)) return a;
  return high + Math.log1p(Math.exp(low - high));
}

/* name is cumsum, cumprod or logcumsumexp. Integers are summed as int64. */
export function scan(name, x, dim) {
  axis(dim, x.ndim);
  if (name === "logcumsumexp" && !isFloat(x.dtype)) {
    raise("NotImplementedError", `"logcumsumexp_out_cpu" not implemented for '${TITLES[x.dtype]}'`);
  }
  const source = isFloat(x.dtype) ? x : to(x, "int64");
  const lane = lanes(source, dim);
  const from = values(source);
  const out = allocate(source.dtype, from.length);
  const next = RUNNING[name];
  const check = isFloat(x.dtype) ? (v) => v : exact;
  eachLane(lane, (start) => {
    if (lane.n === 0) return;
    // In double precision throughout, as PyTorch accumulates; the store rounds.
    let value = from[start];
    out[start] = value;
    for (let i = 1, at = start + lane.step; i < lane.n; i++, at += lane.step) {
      out[at] = check((value = next(value, from[at])));
    }
  });
  const y = fromData(out, source.sizes, source.dtype, source.levels);
  return RULES[name](x, y, dim);
}

const fromTheEnd = (g, dim) => (g.ndim === 0 ? g : flip(scan("cumsum", flip(g, dim), dim), dim));

function sumRule(x, y, dim) {
  return record(y, NODES.cumsum, [x], (g) => [() => fromTheEnd(g, dim)]);
}

/* y = log Σ exp(x), so dy_j/dx_i = exp(x_i - y_j). Gradients of either sign are taken apart, since
   their logarithms are summed; the logarithm of none is the lowest number, since -∞ has no
   derivative. */
function logRule(x, y, dim) {
  const lowest = number(x.dtype === "float32" ? -(2 - 2 ** -23) * 2 ** 127 : -Number.MAX_VALUE);
  const rule = (g, x, y) => [
    () => {
      if (g.ndim === 0 || g.numel === 0) return g;
      const part = (sign) => {
        const signed = mul(g, number(sign));
        const log = where(
          binary("gt", signed, number(0)),
          unary("log", unary("abs", signed)),
          lowest,
        );
        const low = sub(log, y());
        const sums = flip(scan("logcumsumexp", flip(low, dim), dim), dim);
        return unary("exp", add(sums, x()));
      };
      return sub(part(1), part(-1));
    },
  ];
  return record(y, NODES.logcumsumexp, [x], rule, [x, y]);
}

/* dy_j/dx_i is the product of x_0 … x_j without x_i. Without zeros it is y_j / x_i. With zeros it
   is a sum over the axis of shifted products, one for each i. */
function productRule(x, y, dim) {
  const rule = (g, x, y) => [
    () => {
      if (x().numel <= 1) return g;
      if (hasZero(x())) return productWithZeros(g, x(), dim);
      return div(fromTheEnd(mul(g, y()), dim), x());
    },
  ];
  return record(y, NODES.cumprod, [x], rule, [x, y]);
}

const hasZero = (x) => values(x).some((v) => v === 0);

function productWithZeros(g, x, dim) {
  if (x.ndim === 0) return g;
  const { n, d } = lanes(x, dim);
  const at = d - x.levels.length;
  const grads = [];
  for (let i = 0; i < n; i++) {
    // x_0 … x_{i-1} · 1 · x_{i+1} …: the products from i on
    const parts = [narrow(x, at, 0, i), onesLike(narrow(x, at, i, 1)), narrow(x, at, i + 1, n - i - 1)];
    const products = scan("cumprod", cat(at, ...parts.filter((p) => p.sizes[d] > 0)), at);
    const weighted = mul(narrow(products, at, i, n - i), narrow(g, at, i, n - i));
    const sums = scan("cumsum", weighted, at);
    grads.push(narrow(sums, at, n - i - 1, 1));
  }
  return cat(at, ...grads);
}

/* name is cummax or cummin: the running extreme, and where it was met last. */
export function scanExtreme(name, x, dim) {
  // PyTorch looks at the axis only if there are numbers along it.
  const lane = x.numel === 0 ? { n: 0, step: 0, outer: 0 } : lanes(x, dim);
  const from = values(x);
  const out = allocate(x.dtype, from.length);
  const places = allocate("int64", from.length);
  const wins = name === "cummax" ? (a, b) => a >= b : (a, b) => a <= b;
  eachLane(lane, (start) => {
    let place = 0;
    for (let i = 0, at = start; i < lane.n; i++, at += lane.step) {
      const best = from[start + place * lane.step];
      // A NaN wins, and nothing wins over it but another NaN.
      if (best !== best ? from[at] !== from[at] : from[at] !== from[at] || wins(from[at], best)) {
        place = i;
      }
      out[at] = from[start + place * lane.step];
      places[at] = place;
    }
  });
  const extremes = fromData(out, x.sizes, x.dtype, x.levels);
  const indices = fromData(places, x.sizes, "int64", x.levels);
  const node = name === "cummax" ? "CummaxBackward0" : "CumminBackward0";
  // PyTorch's gradient of an empty tensor is that tensor.
  const rule = (g, i, read) => [
    () => (x.numel === 0 ? read() : scatterAdd(zerosLike(read()), dim, i(), g)),
  ];
  return [record(extremes, node, [x], rule, [indices, x]), indices];
}
