/* Random tensors with parameters for each number: normal, Bernoulli, Poisson, binomial and gamma
   numbers, and random categories.

   A draw jumps as its parameter moves, so it has no derivative by it; the tape writes down a
   gradient of zero, as PyTorch does. Inside torch.vmap the numbers of all levels are drawn, outer
   ones first. */
import { drawBinomial, drawGamma, drawPoisson } from "./counts.js";
import { isFloat, TITLES } from "./dtype.js";
import { add, mul } from "./elementwise.js";
import { check, checkNormal, needsFloat, normals } from "./fills.js";
import { raise } from "./error.js";
import { globalGenerator } from "./generator.js";
import { to, zerosLike } from "./making.js";
import { record, withGrad } from "./tape.js";
import { broadcastSizes, broadcastStrides, lift, make, Tensor, values } from "./tensor.js";

const rounding = (dtype) => (dtype === "float32" ? Math.fround : (x) => x);

/* One draw for each number of x. */
function drawn(x, dtype, next) {
  const out = make(x.sizes, dtype, x.levels);
  const [from, to] = [values(x), out.storage.data];
  for (let i = 0; i < from.length; i++) to[i] = next(from[i]);
  return out;
}
const withoutGradient = (out, name, ...inputs) =>
  record(out, name, inputs, () => inputs.map((x) => () => zerosLike(x)));

function spread(x, sizes) {
  const strides = broadcastStrides(x, sizes);
  return new Tensor(x.storage, x.offset, sizes, strides, x.dtype, x.levels);
}

export function bernoulli(g, p) {
  return withoutGradient(bernoulliLike(g, p, p), "BernoulliBackward0", p);
}

/* Zeros and ones in the type and sizes of x. A float64 probability takes a float64 number. */
export function bernoulliLike(g, x, p) {
  const source = g ?? globalGenerator;
  needsFloat(p.dtype, "bernoulli_tensor_cpu_p_");
  const { xs } = lift([x, p], true);
  const draw = p.dtype === "float64" ? () => source.double() : () => source.single();
  return drawn(spread(xs[1], xs[0].sizes), x.dtype, (chance) => {
    check(
      chance >= 0 && chance <= 1,
      "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be " +
        "improved?  If so, please report an enhancement request to PyTorch.)",
    );
    return draw() < chance ? 1 : 0;
  });
}

export function poisson(g, rates) {
  const source = g ?? globalGenerator;
  needsFloat(rates.dtype, "poisson_cpu");
  const out = drawn(rates, rates.dtype, (rate) => {
    check(rate >= 0, "invalid Poisson rate, expected rate to be non-negative");
    return drawPoisson(source, rate);
  });
  return withoutGradient(out, "PoissonBackward0", rates);
}

export function binomial(g, count, prob) {
  for (const [name, x] of [["count", count], ["prob", prob]]) {
    if (isFloat(x.dtype)) continue;
    const title = TITLES[x.dtype];
    raise("ValueError", `binomial only supports floating-point dtypes for ${name}, got: ${title}`);
  }
  const [title, other] = [TITLES[count.dtype], TITLES[prob.dtype]];
  check(title === other, `Found dtype ${other} but expected ${title}`);
  const { xs, levels, k } = lift([count, prob], true);
  const sizes = broadcastSizes(xs[0].sizes, xs[1].sizes, k);
  const out = make(sizes, count.dtype, levels);
  const [n, p] = xs.map((x) => values(spread(x, sizes)));
  const f = rounding(count.dtype);
  const { data } = out.storage;
  for (let i = 0; i < data.length; i++) data[i] = drawBinomial(g ?? globalGenerator, n[i], p[i], f);
  return record(out, "NotImplemented", [count, prob], () => {
    raise("RuntimeError", "derivative for aten::binomial is not implemented");
  });
}

/* Numbers of the gamma distribution with scale 1. */
export function standardGamma(g, shape) {
  needsFloat(shape.dtype, "gamma_cpu");
  const f = rounding(shape.dtype);
  const least = shape.dtype === "float32" ? 2 ** -126 : 2 ** -1022;
  const draw = (a) => Math.max(least, f(drawGamma(g ?? globalGenerator, a, f)));
  return record(drawn(shape, shape.dtype, draw), "StandardGammaBackward0", [shape], () => {
    raise("NotImplementedError", "the derivative of a gamma draw is not in the page's engine");
  });
}

/* mean + std × a standard normal number; mean and std are tensors, or one is a number of Python. */
export function normal(g, mean, std) {
  const { xs, levels, k } = lift([mean, std], true);
  const sizes = broadcastSizes(xs[0].sizes, xs[1].sizes, k);
  const { dtype } = mean.wrapped ? std : mean;
  const scale = std.wrapped ? std.storage.data[std.offset] : 1;
  if (!std.wrapped) {
    check(values(std).every((s) => s >= 0), "normal expects all elements of std >= 0.0");
  }
  checkNormal(dtype, scale);
  const out = make(sizes, dtype, levels);
  const { data } = out.storage;
  normals(data.length, 0, scale)(g ?? globalGenerator, data, dtype);
  const name = `NormalBackward${std.wrapped ? 1 : mean.wrapped ? 2 : 3}`;
  const value = withGrad(false, () => {
    const scaled = std.wrapped ? out : to(mul(out, std), dtype);
    return to(add(scaled, mean), dtype);
  });
  return withoutGradient(value, name, mean, std);
}

// ---- categories

/* Indices along the last axis, each with a probability proportional to its weight. */
export function multinomial(g, weights, n, replacement) {
  const { ndim, dtype } = weights;
  check(ndim > 0 && ndim <= 2, "prob_dist must be 1 or 2 dim");
  check(
    isFloat(dtype),
    `multinomial only supports floating-point dtypes for input, got: ${TITLES[dtype]}`,
  );
  check(n > 0, "cannot sample n_sample <= 0 samples");
  const categories = weights.sizes.at(-1);
  check(
    replacement || n <= categories,
    "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
  );
  const out = make([...weights.sizes.slice(0, -1), n], "int64", weights.levels);
  const data = values(weights);
  const rows = Array.from({ length: data.length / categories }, (_, r) =>
    data.subarray(r * categories, (r + 1) * categories),
  );
  const draw = replacement && n > 1 ? withReplacement : withoutReplacement;
  const chosen = draw(g ?? globalGenerator, rows, n, rounding(dtype));
  chosen.forEach((indices, r) => out.storage.data.set(indices, r * n));
  return out;
}

/* The largest weight / exponential number wins, then the second largest, … */
function withoutReplacement(g, rows, n, f) {
  const good = (w) => w >= 0 && w < Infinity;
  check(
    rows.every((row) => row.every(good)),
    "probability tensor contains either `inf`, `nan` or element < 0",
  );
  const empty = "invalid multinomial distribution (sum of probabilities <= 0)";
  check(rows.every((row) => row.some((w) => w > 0)), empty);
  return rows.map((row) => {
    const race = Array.from(row, (w) => f(w / f(-Math.log1p(-g.double()))));
    const order = race.map((_, i) => i).sort((i, j) => race[j] - race[i] || i - j);
    return order.slice(0, n);
  });
}

/* Uniform numbers, looked up in the cumulative weights. */
function withReplacement(g, rows, n, f) {
  return rows.map((row) => {
    const cumulative = cumulated(row, f);
    return Array.from({ length: n }, () => {
      const u = g.double();
      let [low, high] = [0, row.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (cumulative[middle] < u) low = middle + 1;
        else high = middle;
      }
      return low;
    });
  });
}

function cumulated(row, f) {
  const bad = (what) => `invalid multinomial distribution (${what})`;
  let sum = 0;
  const sums = Array.from(row, (w) => {
    check(w >= 0, bad("encountering probability entry < 0"));
    check(w < Infinity, bad("encountering probability entry = infinity or NaN"));
    return (sum = f(sum + w));
  });
  check(sum > 0, bad("sum of probabilities <= 0"));
  const cumulative = sums.map((s) => f(s / sum));
  cumulative[row.length - 1] = 1;
  return cumulative;
}
